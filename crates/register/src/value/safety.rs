//! The stored fields of what keeps a client safe: consents, patch tests, adverse events and minors.

use crate::adverse::AdverseEvent;
use crate::consent::{ConsentMethod, ConsentText, HealthConsent};
use crate::id::EntryId;
use crate::minor::{AdultCheck, GuardianConsent, GuardianMethod};
use crate::mode::{ContactOnly, TreatmentRefusal};
use crate::patch_test::{PatchResult, PatchTest};

use super::ValueError;
use super::content::{Content, Kind};
use super::fields::Fields;
use super::form::{put_record, record};

pub(super) fn write_consent(consent: &HealthConsent, to: &mut Fields) {
    to.put_number("version", consent.version.into());
    to.put_date("date", Some(consent.date));
    to.put_text("method", consent.method.code());
    put_record(to, "taker", consent.taker);
    to.put_date("withdrawn", consent.withdrawn);
}

pub(super) fn write_consent_text(text: &ConsentText, to: &mut Fields) {
    to.put_number("version", text.version.into());
    to.put_date("since", Some(text.since));
    to.put_text("fi", &text.fi);
    to.put_text("sv", &text.sv);
    to.put_text("en", &text.en);
}

pub(super) fn write_contact_only(mode: &ContactOnly, to: &mut Fields) {
    to.put_flag("on", Some(mode.on));
    to.put_date("since", Some(mode.since));
    put_record(to, "by", mode.by);
}

pub(super) fn write_refusal(refusal: &TreatmentRefusal, to: &mut Fields) {
    to.put_date("date", Some(refusal.date));
    to.put_text("treatment", &refusal.treatment);
    put_record(to, "by", refusal.by);
}

pub(super) fn write_patch(test: &PatchTest, to: &mut Fields) {
    to.put_text("substance", &test.substance);
    to.put_date("date", Some(test.date));
    to.put_text("result", test.result.code());
    to.put_date("read", test.read);
    to.put_date("expires", Some(test.expires));
    put_record(to, "by", test.by);
}

pub(super) fn write_adverse(event: &AdverseEvent, to: &mut Fields) {
    to.put_date("date", Some(event.date));
    if let Some(treatment) = event.treatment {
        to.put_bytes("treatment", treatment.as_bytes());
    }
    to.put_text("product", &event.product);
    to.put_text("batch", &event.batch);
    to.put_text("what", &event.what);
    to.put_text("measures", &event.measures);
    to.put_date("told_tukes", event.told_tukes);
    to.put_date("told_maker", event.told_maker);
    put_record(to, "by", event.by);
}

pub(super) fn write_adult(check: &AdultCheck, to: &mut Fields) {
    to.put_flag("adult", Some(check.adult));
    to.put_date("date", Some(check.date));
    put_record(to, "by", check.by);
}

pub(super) fn write_guardian(consent: &GuardianConsent, to: &mut Fields) {
    to.put_text("name", &consent.name);
    to.put_text("method", consent.method.code());
    to.put_date("date", Some(consent.date));
    put_record(to, "by", consent.by);
}

pub(super) fn read(kind: Kind, from: &mut Fields) -> Result<Content, ValueError> {
    let damaged = ValueError::Damaged;
    Ok(match kind {
        Kind::HealthConsent => Content::HealthConsent(HealthConsent {
            version: version(from)?,
            date: from.date("date")?.ok_or(damaged)?,
            method: ConsentMethod::from_code(&from.text("method")?).ok_or(ValueError::Newer)?,
            taker: record(from, "taker")?,
            withdrawn: from.date("withdrawn")?,
        }),
        Kind::ConsentText => Content::ConsentText(ConsentText {
            version: version(from)?,
            since: from.date("since")?.ok_or(damaged)?,
            fi: from.text("fi")?,
            sv: from.text("sv")?,
            en: from.text("en")?,
        }),
        Kind::ContactOnly => Content::ContactOnly(ContactOnly {
            on: from.flag("on")?.ok_or(damaged)?,
            since: from.date("since")?.ok_or(damaged)?,
            by: record(from, "by")?,
        }),
        Kind::TreatmentRefusal => Content::TreatmentRefusal(TreatmentRefusal {
            date: from.date("date")?.ok_or(damaged)?,
            treatment: from.text("treatment")?,
            by: record(from, "by")?,
        }),
        Kind::PatchTest => Content::PatchTest(PatchTest {
            substance: from.text("substance")?,
            date: from.date("date")?.ok_or(damaged)?,
            result: PatchResult::from_code(&from.text("result")?).ok_or(ValueError::Newer)?,
            read: from.date("read")?,
            expires: from.date("expires")?.ok_or(ValueError::Damaged)?,
            by: record(from, "by")?,
        }),
        Kind::AdultCheck => Content::AdultCheck(AdultCheck {
            adult: from.flag("adult")?.ok_or(damaged)?,
            date: from.date("date")?.ok_or(ValueError::Damaged)?,
            by: record(from, "by")?,
        }),
        Kind::GuardianConsent => Content::GuardianConsent(GuardianConsent {
            name: from.text("name")?,
            method: GuardianMethod::from_code(&from.text("method")?).ok_or(ValueError::Newer)?,
            date: from.date("date")?.ok_or(damaged)?,
            by: record(from, "by")?,
        }),
        Kind::AdverseEvent => Content::AdverseEvent(read_adverse(from)?),
        _ => return Err(ValueError::Newer),
    })
}

fn read_adverse(from: &mut Fields) -> Result<AdverseEvent, ValueError> {
    Ok(AdverseEvent {
        date: from.date("date")?.ok_or(ValueError::Damaged)?,
        treatment: from.bytes("treatment")?.map(EntryId::from_bytes),
        product: from.text("product")?,
        batch: from.text("batch")?,
        what: from.text("what")?,
        measures: from.text("measures")?,
        told_tukes: from.date("told_tukes")?,
        told_maker: from.date("told_maker")?,
        by: record(from, "by")?,
    })
}

fn version(from: &mut Fields) -> Result<u32, ValueError> {
    u32::try_from(from.number("version")?).map_err(|_| ValueError::Damaged)
}
