//! What the sample's file has no columns for: an example of each thing that keeps a client safe, and of what clients ask
//! under the law.

use jiff::ToSpan as _;
use jiff::civil::Date;
use register::adverse::AdverseEvent;
use register::consent::{ConsentMethod, FIRST_VERSION, HealthConsent};
use register::contact::BirthYear;
use register::document::{Collection, FieldKey};
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::id::OPERATOR;
use register::minor::{GuardianConsent, GuardianMethod};
use register::mode::{ContactOnly, TreatmentRefusal};
use register::patch_test::{PatchResult, PatchTest, valid_until};
use register::replica::ImportedClient;
use register::request::{
    Channel, CheckMethod, Closing, IdentityCheck, Outcome, Request, RequestKind,
};
use register::value::Content;

/// Adds the examples to the first clients, and contact details only to one who has nothing but these.
pub(super) fn add(clients: &mut [ImportedClient], today: Date) {
    let ago = |days: i32| today.saturating_sub(i64::from(days).days());
    let bare = clients.iter_mut().find(|client| {
        let mut entries = client.entries.iter();
        !entries.any(|(collection, _)| collection.is_care())
    });
    if let Some(client) = bare {
        let mode = ContactOnly {
            on: true,
            since: ago(40),
            by: None,
        };
        let content = Content::ContactOnly(mode);
        client.fields.push((FieldKey::ContactOnly, content));
    }
    let mut busy = clients.iter_mut().filter(|client| {
        let mut entries = client.entries.iter();
        entries.any(|(collection, _)| *collection == Collection::Treatment)
    });
    if let Some(client) = busy.next() {
        minded(client, ago(400), ago(2));
    }
    if let Some(client) = busy.next() {
        let refusal = TreatmentRefusal {
            date: ago(12),
            treatment: String::new(),
            by: None,
        };
        let content = Content::TreatmentRefusal(refusal);
        client.entries.push((Collection::Refusal, content));
    }
    if let Some(client) = busy.next() {
        minor(client, today, ago(30));
    }
    for asked in asked(today) {
        if let Some(client) = busy.next() {
            let content = Content::Request(asked);
            client.entries.push((Collection::Request, content));
        }
    }
}

/// A request that waits, one that is late, one that was closed, and one to be erased.
fn asked(today: Date) -> [Request; 4] {
    let ago = |days: i32| today.saturating_sub(i64::from(days).days());
    let asked = |kind, channel, days: i32| Request {
        kind,
        channel,
        received: ago(days),
        check: Some(IdentityCheck {
            method: CheckMethod::KnownClient,
            checker: OPERATOR,
            date: ago(days),
        }),
        extension: None,
        closing: None,
    };
    let late = Request {
        check: None,
        ..asked(RequestKind::Objection, Channel::Email, 45)
    };
    let closed = Request {
        closing: Some(Closing {
            outcome: Outcome::Done,
            date: ago(80),
            reason: String::new(),
        }),
        ..asked(RequestKind::Rectification, Channel::InPerson, 90)
    };
    [
        asked(RequestKind::Inspection, Channel::Phone, 10),
        late,
        closed,
        asked(RequestKind::Erasure, Channel::InPerson, 6),
    ]
}

/// Consent, a contraindication, patch tests in every state, and an adverse event.
fn minded(client: &mut ImportedClient, old: Date, recent: Date) {
    let consent = HealthConsent {
        version: FIRST_VERSION,
        date: old,
        method: ConsentMethod::Paper,
        taker: None,
        withdrawn: None,
    };
    let content = Content::HealthConsent(consent);
    client.fields.push((FieldKey::HealthConsent, content));
    let allergy = HealthEntry {
        kind: HealthKind::Allergy,
        text: "Hennavärit".into(),
        level: AlertLevel::Contraindication,
        date: Some(old),
        confirmed: Some(recent),
        author: None,
    };
    let test = |substance: &str, date, result, read| {
        let test = PatchTest {
            substance: substance.into(),
            date,
            result,
            read,
            expires: valid_until(date),
            by: None,
        };
        (Collection::PatchTest, Content::PatchTest(test))
    };
    let event = AdverseEvent {
        date: recent,
        treatment: None,
        product: "Kestoväri 5.0".into(),
        batch: "LOT 2207".into(),
        what: "Kutiava ihottuma kaulalla seuraavana päivänä".into(),
        measures: "Väri huuhdeltiin, ohjattiin lääkäriin".into(),
        told_tukes: None,
        told_maker: Some(recent),
        by: None,
    };
    client.entries.extend([
        (Collection::Health, Content::Health(allergy)),
        test("Ripsiväri", old, PatchResult::Negative, Some(old)),
        test("Kestoväri 5.0", old, PatchResult::Positive, Some(old)),
        test("Kulmaväri", recent, PatchResult::Waiting, None),
        (Collection::Adverse, Content::AdverseEvent(event)),
    ]);
}

/// Somebody of 16 with a guardian's consent, who is sent nothing.
fn minor(client: &mut ImportedClient, today: Date, day: Date) {
    let keeps = |field: FieldKey| !matches!(field, FieldKey::BirthYear | FieldKey::Marketing);
    client.fields.retain(|(field, _)| keeps(*field));
    let year = u16::try_from(today.year() - 16).ok();
    if let Some(year) = year.and_then(|year| BirthYear::new(year).ok()) {
        client
            .fields
            .push((FieldKey::BirthYear, Content::BirthYear(year)));
    }
    let guardian = GuardianConsent {
        name: "Hannele Huoltaja".into(),
        method: GuardianMethod::Paper,
        date: day,
        by: None,
    };
    let content = Content::GuardianConsent(guardian);
    client.fields.push((FieldKey::Guardian, content));
}
