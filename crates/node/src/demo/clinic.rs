//! The demo's invented clinic: what stands at the head of its papers, and one breach that was dealt with.

use jiff::{SignedDuration, Timestamp};
use register::breach::{Breach, Telling};
use register::document::{Collection, FieldKey};
use register::edit::Change;
use register::id::{EntryId, NodeId};
use register::settings::{Controller, Premises};
use register::value::Content;

/// Hours since the invented breach was noticed: a little over a month.
const NOTICED: i64 = 40 * 24;

/// One premises: name, address, phone.
const PREMISES: [(&str, &str, &str); 2] = [
    ("Poikuekatu", "Keksitynkatu 4, 15230 Lahti", "040 000 2001"),
    (
        "Aleksanterinkatu",
        "Mallikatu 31, 15110 Lahti",
        "040 000 2002",
    ),
];

/// What the node of a premises says of itself.
pub(crate) fn premises(node: NodeId, name: &str) -> Option<Change> {
    let (name, address, phone) = PREMISES.into_iter().find(|(one, ..)| *one == name)?;
    let premises = Premises {
        name: name.to_owned(),
        address: address.to_owned(),
        phone: phone.to_owned(),
    };
    let entry = EntryId::from_bytes(*node.as_bytes());
    Some(Change::SetEntry(
        Collection::Premises,
        entry,
        Content::Premises(premises),
    ))
}

/// What the clinic says of itself, and the breach.
pub(crate) fn clinic(now: Timestamp) -> Vec<Change> {
    let controller = Controller {
        name: "Kauneushoitola Keksitty Oy".into(),
        business_id: "1234567-1".into(),
        address: "Keksitynkatu 4, 15230 Lahti".into(),
        contact: "Outi Omistaja".into(),
        phone: "040 000 2000".into(),
        email: "tietosuoja@example.com".into(),
        register_name: "Kauneushoitolan asiakasrekisteri".into(),
    };
    let noticed = now
        .saturating_sub(SignedDuration::from_hours(NOTICED))
        .unwrap_or(now);
    let told = console::day(noticed);
    let breach = Breach {
        what: "Ajanvarauslista unohtui hetkeksi odotustilan pöydälle.".into(),
        noticed,
        categories: "Asiakkaita, joilla oli aika samana päivänä: nimet ja kellonajat.".into(),
        people: Some(6),
        consequences: "Muut asiakkaat ovat voineet nähdä nimiä. Terveystietoja ei ollut.".into(),
        measures: "Lista silputtiin, ja listojen tulostaminen lopetettiin.".into(),
        authority: Telling::Told(told),
        delay: String::new(),
        persons: Telling::NotNeeded("Siitä ei todennäköisesti aiheudu suurta riskiä.".into()),
        closed: Some(told),
    };
    vec![
        Change::SetField(FieldKey::Controller, Content::Controller(controller)),
        Change::Add(Collection::Breach, Content::Breach(breach)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invented_breach_is_whole_and_was_told_in_time() {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let breaches = clinic(now).into_iter().filter_map(|change| match change {
            Change::Add(_, Content::Breach(breach)) => Some(breach),
            _ => None,
        });
        let all: Vec<Breach> = breaches.collect();
        assert_eq!(all.len(), 1);
        assert!(all.iter().all(|one| one.is_complete() && !one.runs()));
        for (name, ..) in PREMISES {
            assert!(premises(NodeId::from_bytes([1; 16]), name).is_some());
        }
    }
}
