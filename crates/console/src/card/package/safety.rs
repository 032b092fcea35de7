//! What the package says of consents, patch tests, adverse events and minors.

use register::adverse::AdverseEvent;
use register::card::Card;
use register::consent::HealthConsent;
use register::id::EntryId;
use register::minor::{AdultCheck, GuardianConsent};
use register::mode::{ContactOnly, TreatmentRefusal};
use register::patch_test::PatchTest;
use register::value::Content;

use super::part::{Fact, Names, Part, Telling, day, flag, machine, number, person, text};
use crate::card::safety::treatment;
use crate::text::Language;

/// Every part that this file tells of.
pub(super) fn parts(tell: &Telling<'_>, card: &Card) -> [Part; 7] {
    let (t, names) = (tell.t, tell.names);
    [
        tell.field("health_consent", t.consent(), &card.health_consent, |one| {
            consent_facts(t, one, names)
        }),
        tell.field(
            "contact_only",
            t.contact_only(),
            &card.contact_only,
            |one| mode_facts(t, one, names),
        ),
        tell.field("adult_check", t.minor(), &card.adult_check, |one| {
            adult_facts(t, one, names)
        }),
        tell.field("guardian", t.guardian(), &card.guardian, |one| {
            guardian_facts(t, one, names)
        }),
        tell.entries("patch_tests", t.patch_tests(), &card.patch_tests, |one| {
            patch_facts(t, one, names)
        }),
        tell.entries("adverse_events", t.adverse_events(), &card.adverse, |one| {
            adverse_facts(t, Some(card), one, names)
        }),
        tell.entries("refusals", t.refusals(), &card.refusals, |one| {
            refusal_facts(t, one, names)
        }),
    ]
}

/// What one of these contents says by itself; nothing of others.
pub(super) fn facts_of(t: Language, content: &Content, names: Names<'_>) -> Vec<Fact> {
    match content {
        Content::HealthConsent(one) => consent_facts(t, one, names),
        Content::ContactOnly(one) => mode_facts(t, one, names),
        Content::AdultCheck(one) => adult_facts(t, one, names),
        Content::GuardianConsent(one) => guardian_facts(t, one, names),
        Content::PatchTest(one) => patch_facts(t, one, names),
        Content::AdverseEvent(one) => adverse_facts(t, None, one, names),
        Content::TreatmentRefusal(one) => refusal_facts(t, one, names),
        _ => Vec::new(),
    }
}

fn consent_facts(t: Language, one: &HealthConsent, names: Names<'_>) -> Vec<Fact> {
    let HealthConsent {
        version,
        date,
        method,
        taker,
        withdrawn,
    } = one;
    let mut facts = vec![
        number(
            "version",
            t.consent_version(),
            u16::try_from(*version).unwrap_or(u16::MAX),
        ),
        day("date", t.consent_date(), Some(*date)),
        text("method", t.consent_method(), t.consent_given_how(*method)),
        day("withdrawn", t.consent_withdrawn(), *withdrawn),
    ];
    facts.extend(person("taker", t.consent_taker(), *taker, names));
    facts
}

fn mode_facts(t: Language, one: &ContactOnly, names: Names<'_>) -> Vec<Fact> {
    let ContactOnly { on, since, by } = one;
    let mut facts = vec![
        flag(t, "on", t.contact_only(), Some(*on)),
        day("since", t.date(), Some(*since)),
    ];
    facts.extend(person("by", t.adverse_by(), *by, names));
    facts
}

fn adult_facts(t: Language, one: &AdultCheck, names: Names<'_>) -> Vec<Fact> {
    let AdultCheck { adult, date, by } = one;
    let mut facts = vec![
        flag(t, "adult", t.minor_question(), Some(*adult)),
        day("date", t.date(), Some(*date)),
    ];
    facts.extend(person("by", t.minor_by(), *by, names));
    facts
}

fn guardian_facts(t: Language, one: &GuardianConsent, names: Names<'_>) -> Vec<Fact> {
    let GuardianConsent {
        name,
        method,
        date,
        by,
    } = one;
    let mut facts = vec![
        text("name", t.guardian_name(), name),
        text("method", t.guardian_method(), t.guardian_how(*method)),
        day("date", t.date(), Some(*date)),
    ];
    facts.extend(person("by", t.adverse_by(), *by, names));
    facts
}

fn patch_facts(t: Language, one: &PatchTest, names: Names<'_>) -> Vec<Fact> {
    let PatchTest {
        substance,
        date,
        result,
        read,
        expires,
        by,
    } = one;
    let mut facts = vec![
        text("substance", t.patch_substance(), substance),
        day("date", t.patch_made(), Some(*date)),
        text("result", t.patch_result(), t.patch_result_word(*result)),
        day("read", t.patch_read(), *read),
        day("expires", t.patch_expires(), Some(*expires)),
    ];
    facts.extend(person("by", t.patch_made_by(), *by, names));
    facts
}

fn adverse_facts(
    t: Language,
    card: Option<&Card>,
    one: &AdverseEvent,
    names: Names<'_>,
) -> Vec<Fact> {
    let AdverseEvent {
        date,
        treatment: after,
        product,
        batch,
        what,
        measures,
        told_tukes,
        told_maker,
        by,
    } = one;
    let mut facts = vec![
        day("date", t.date(), Some(*date)),
        after_fact(t, card, *after),
        text("product", t.adverse_product(), product),
        text("batch", t.batch(), batch),
        text("what", t.adverse_what(), what),
        text("measures", t.adverse_measures(), measures),
        day("told_tukes", t.adverse_tukes(), *told_tukes),
        day("told_manufacturer", t.adverse_maker(), *told_maker),
    ];
    facts.extend(person("by", t.adverse_by(), *by, names));
    facts
}

fn after_fact(t: Language, card: Option<&Card>, after: Option<EntryId>) -> Fact {
    let id = after.map(|id| id.to_string()).unwrap_or_default();
    // One that has left the card is named by its reference.
    let named = after.and_then(|id| treatment(card?, id));
    machine(
        "treatment",
        t.adverse_treatment(),
        named.unwrap_or_else(|| id.clone()),
        &id,
    )
}

fn refusal_facts(t: Language, one: &TreatmentRefusal, names: Names<'_>) -> Vec<Fact> {
    let TreatmentRefusal {
        date,
        treatment,
        by,
    } = one;
    let mut facts = vec![
        day("date", t.date(), Some(*date)),
        text("treatment", t.treatment(), treatment),
    ];
    facts.extend(person("by", t.refusal_by(), *by, names));
    facts
}
