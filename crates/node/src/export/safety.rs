//! The part of a line that few cards have: consents, contact details only, patch tests, adverse events, minors.

use register::adverse::AdverseEvent;
use register::card::{Card, Field};
use register::consent::HealthConsent;
use register::mode::TreatmentRefusal;
use register::patch_test::PatchTest;
use serde_json::{Map, Value, json};

use super::line::Rest;

/// `None` when the card has nothing of it.
pub(super) fn part(card: &Card, rest: &mut Rest) -> Option<Value> {
    let mut part = Map::new();
    let mut field = |key: &'static str, said: Option<Value>| {
        if let Some(said) = said {
            part.insert(key.to_owned(), said);
        }
    };
    let consent = rest.said("health_consent", &card.health_consent, consent);
    field("health_consent", consent);
    let mode = rest.said(
        "contact_only",
        &card.contact_only,
        |mode| json!({ "on": mode.on, "since": mode.since }),
    );
    field("contact_only", mode);
    let adult = rest.said(
        "adult_check",
        &card.adult_check,
        |check| json!({ "adult": check.adult, "date": check.date }),
    );
    field("adult_check", adult);
    let guardian = rest.said(
        "guardian",
        &card.guardian,
        |one| json!({ "name": one.name, "method": one.method.code(), "date": one.date }),
    );
    field("guardian", guardian);
    let patches = rest.entries(
        "patch_tests",
        &card.patch_tests,
        |one| Some(one.date),
        patch,
    );
    let events = rest.entries("adverse_events", &card.adverse, |one| Some(one.date), event);
    let refusals = rest.entries("refusals", &card.refusals, |one| Some(one.date), refusal);
    for (key, all) in [
        ("patch_tests", patches),
        ("adverse_events", events),
        ("refusals", refusals),
    ] {
        field(key, (!all.is_empty()).then_some(Value::Array(all)));
    }
    (!part.is_empty()).then_some(Value::Object(part))
}

impl Rest {
    /// What a field says, the newest of a conflict's, which is listed among these.
    fn said<T>(
        &mut self,
        key: &'static str,
        field: &Field<T>,
        show: impl Fn(&T) -> Value,
    ) -> Option<Value> {
        self.field(key, field, &show);
        field.newest().map(show)
    }
}

fn consent(one: &HealthConsent) -> Value {
    json!({
        "version": one.version,
        "date": one.date,
        "method": one.method.code(),
        "withdrawn": one.withdrawn,
    })
}

fn patch(one: &PatchTest) -> Value {
    json!({
        "substance": one.substance,
        "date": one.date,
        "result": one.result.code(),
        "read": one.read,
        "expires": one.expires,
    })
}

fn event(one: &AdverseEvent) -> Value {
    json!({
        "date": one.date,
        "treatment": one.treatment.map(|id| id.to_string()),
        "product": one.product,
        "batch": one.batch,
        "what": one.what,
        "measures": one.measures,
        "told_tukes": one.told_tukes,
        "told_manufacturer": one.told_maker,
    })
}

fn refusal(one: &TreatmentRefusal) -> Value {
    json!({ "date": one.date, "treatment": one.treatment })
}
