//! What happened lately in the demo's invented clinic, so that no page of the console is empty at first start.

use jiff::{SignedDuration, Timestamp};
use register::breach::{Breach, Telling};
use register::contact::Address;
use register::document::{Collection, FieldKey};
use register::edit::Change;
use register::id::{NodeId, RecordId};
use register::marketing::{Audience, CampaignKind, Medium, Plan, Progress, Recipients, Stage};
use register::value::Content;

/// Hours since the open breach was noticed: within the 72 in which the authority is told.
const NOTICED: i64 = 20;

/// A campaign of the invented clinic.
pub(crate) struct Scene {
    pub(crate) plan: Plan,
    pub(crate) stage: Stage,
    /// How many clients were on its list.
    listed: usize,
    /// Days since it came to its stage.
    ago: i64,
}

type Row = (
    CampaignKind,
    Medium,
    &'static str,
    &'static str,
    Stage,
    usize,
    i64,
);

const CAMPAIGNS: [Row; 5] = [
    (
        CampaignKind::TreatmentDay,
        Medium::Email,
        "Kuorintapäivä",
        "Kasvojen kuorintapäivä lähestyy. Varaa aika vastaanotosta.",
        Stage::Draft,
        0,
        0,
    ),
    (
        CampaignKind::NewTreatment,
        Medium::Email,
        "Uutta: radiofrekvenssihoito",
        "Uusi laitehoitomme on saapunut molempiin toimipisteisiin.",
        Stage::Listed,
        12,
        2,
    ),
    (
        CampaignKind::Event,
        Medium::Sms,
        "Syksyn asiakasilta",
        "Tervetuloa asiakasiltaan Poikuekadulle!",
        Stage::Done,
        8,
        0,
    ),
    (
        CampaignKind::TreatmentDay,
        Medium::Letter,
        "Jalkahoitopäivä",
        "Jalkahoitopäivä siirtyy myöhempään ajankohtaan.",
        Stage::Stopped,
        5,
        9,
    ),
    (
        CampaignKind::Event,
        Medium::Email,
        "Kevään avoimet ovet",
        "Avoimet ovet Aleksanterinkadulla.",
        Stage::Expired,
        0,
        60,
    ),
];

/// One campaign in each stage.
pub(crate) fn campaigns(node: NodeId) -> impl Iterator<Item = Scene> {
    CAMPAIGNS.into_iter().map(
        move |(kind, medium, title, text, stage, listed, ago)| Scene {
            plan: Plan {
                kind,
                title: title.to_owned(),
                texts: [text.to_owned(), String::new(), String::new()],
                audience: Audience {
                    treatment: String::new(),
                    premises: String::new(),
                    from: None,
                    to: None,
                    away_since: None,
                },
                medium,
                node,
                list_days: 14,
            },
            stage,
            listed,
            ago,
        },
    )
}

impl Scene {
    /// Who is on its list, of those who may be.
    pub(crate) fn recipients<'a>(&self, allowed: &'a [RecordId]) -> &'a [RecordId] {
        allowed.get(..self.listed).unwrap_or(allowed)
    }

    /// How the campaign came to its stage.
    pub(crate) fn steps(&self, allowed: &[RecordId], now: Timestamp) -> Vec<Change> {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let since = now.saturating_sub(days(self.ago)).unwrap_or(now);
        let life = days(i64::from(self.plan.list_days));
        let listed = self.recipients(allowed);
        let progress = Progress {
            stage: self.stage,
            since,
            listed: u32::try_from(listed.len()).unwrap_or(u32::MAX),
            expires: (self.stage != Stage::Draft)
                .then(|| since.saturating_add(life).ok())
                .flatten(),
        };
        let progress = Content::Progress(progress);
        let mut steps = vec![Change::SetField(FieldKey::Progress, progress)];
        if !listed.is_empty() {
            let list = Content::Recipients(Recipients(listed.to_vec()));
            steps.push(Change::Add(Collection::Recipients, list));
        }
        steps
    }
}

/// A breach that waits for its end.
pub(crate) fn breach(now: Timestamp) -> Change {
    let age = SignedDuration::from_hours(NOTICED);
    let breach = Breach {
        what: "Asiakkaalle lähti toisen asiakkaan ajanvarausvahvistus.".into(),
        noticed: now.saturating_sub(age).unwrap_or(now),
        categories: "Yhden asiakkaan nimi ja käyntiaika.".into(),
        people: Some(1),
        consequences: String::new(),
        measures: "Saajaa pyydettiin poistamaan viesti.".into(),
        authority: Telling::Open,
        delay: String::new(),
        persons: Telling::Open,
        closed: None,
    };
    Change::Add(Collection::Breach, Content::Breach(breach))
}

/// Two addresses that one client gave at two counters on one day.
pub(crate) fn addresses() -> [Change; 2] {
    ["Satukuja 12", "Tarinatie 3 B"].map(|street| {
        let address = Address {
            street: street.to_owned(),
            postcode: "15100".into(),
            town: "LAHTI".into(),
        };
        Change::SetField(FieldKey::Address, Content::Address(address))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_stands_at_each_stage_that_needs_no_relay_and_can_be_kept() {
        let node = NodeId::from_bytes([1; 16]);
        let all: Vec<Scene> = campaigns(node).collect();
        for stage in Stage::ALL.iter().filter(|one| **one != Stage::Sending) {
            let at: Vec<&Scene> = all.iter().filter(|one| one.stage == *stage).collect();
            assert!(
                at.len() == 1 && at.iter().all(|one| one.plan.is_sound()),
                "{stage:?}"
            );
        }
        let some = [RecordId::from_bytes([2; 16]); 3];
        assert!(all.iter().all(|one| one.recipients(&some).len() <= 3));
    }
}
