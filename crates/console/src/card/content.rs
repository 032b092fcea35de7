//! Each kind of content that is typed in: its form, its reading, and its words.

use maud::Markup;
use register::value::Content;
pub(crate) use register::value::Kind;

use crate::card::{
    adverse, consent, contact, health, marketing, minor, mode, note, patch, refusal, request,
    treatment,
};
use crate::form::{Faults, Form};
use crate::visitor::Visitor;

/// A form filled with the content.
pub(crate) fn fill(who: &Visitor, content: &Content) -> Form {
    match content {
        Content::Name(name) => contact::fill_name(name),
        Content::BirthYear(year) => Form::default().with("year", year.get().to_string()),
        Content::Phone(phone) => Form::default().with("phone", phone.to_string()),
        Content::Email(email) => Form::default().with("email", email.as_str()),
        Content::Address(address) => contact::fill_address(address),
        Content::Marketing(marketing) => marketing::fill(marketing),
        Content::Note(note) => Form::default().with("text", note.text.as_str()),
        Content::Health(entry) => health::fill(entry),
        Content::Treatment(treatment) => treatment::fill(who, treatment),
        Content::PatchTest(test) => patch::fill(test),
        Content::AdverseEvent(event) => adverse::fill(event),
        Content::TreatmentRefusal(refusal) => refusal::fill(refusal),
        _ => Form::default(),
    }
}

/// The fields in which such a content is typed.
pub(crate) fn inputs(who: &Visitor, kind: Kind, form: &Form, faults: &Faults) -> Markup {
    match kind {
        Kind::Name => contact::name_inputs(who.t(), form, faults),
        Kind::BirthYear => contact::year_input(who.t(), form, faults),
        Kind::Phone => contact::phone_input(who.t(), "phone", form, faults),
        Kind::Email => contact::email_input(who.t(), "email", form, faults),
        Kind::Address => contact::address_inputs(who.t(), form, faults),
        Kind::Marketing => marketing::inputs(who.t(), form, faults),
        Kind::Note => note::inputs(who.t(), form, faults),
        Kind::Health => health::inputs(who.t(), form, faults),
        Kind::Treatment => treatment::inputs(who, form, faults),
        Kind::PatchTest => patch::inputs(who.t(), form, faults),
        Kind::AdverseEvent => adverse::inputs(who.t(), form, faults),
        Kind::TreatmentRefusal => refusal::inputs(who, form, faults),
        _ => Markup::default(),
    }
}

/// Reads the content back, keeping of `before` what no field shows. Notes what is wrong.
pub(crate) fn read(
    who: &Visitor,
    kind: Kind,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<Content> {
    let t = who.t();
    match kind {
        Kind::Name => contact::read_name(t, form, faults).map(Content::Name),
        Kind::BirthYear => contact::read_year(t, form, faults).map(Content::BirthYear),
        Kind::Phone => faults
            .take("phone", form.get("phone").parse(), t)
            .map(Content::Phone),
        Kind::Email => faults
            .take("email", form.get("email").parse(), t)
            .map(Content::Email),
        Kind::Address => contact::read_address(t, form, faults).map(Content::Address),
        Kind::Marketing => marketing::read(t, form, faults).map(Content::Marketing),
        Kind::Note => note::read(who, form, before, faults).map(Content::Note),
        Kind::Health => health::read(who, form, before, faults).map(Content::Health),
        Kind::Treatment => treatment::read(who, form, before, faults).map(Content::Treatment),
        Kind::PatchTest => patch::read(who, form, before, faults).map(Content::PatchTest),
        Kind::AdverseEvent => adverse::read(who, form, before, faults).map(Content::AdverseEvent),
        Kind::TreatmentRefusal => {
            refusal::read(who, form, before, faults).map(Content::TreatmentRefusal)
        }
        _ => None,
    }
}

/// What the content says, as pairs of a word and a text; the same words in the same order for each kind.
pub(crate) fn lines(who: &Visitor, content: &Content) -> Vec<(&'static str, String)> {
    let t = who.t();
    match content {
        Content::Name(name) => vec![
            (t.last_name(), name.last.clone()),
            (t.first_name(), name.first.clone()),
        ],
        Content::BirthYear(year) => vec![(t.birth_year(), year.get().to_string())],
        Content::Phone(phone) => vec![(t.phone(), phone.to_string())],
        Content::Email(email) => vec![(t.email(), email.as_str().to_owned())],
        Content::Address(address) => vec![
            (t.street(), address.street.clone()),
            (t.postcode(), address.postcode.clone()),
            (t.town(), address.town.clone()),
        ],
        Content::Marketing(marketing) => marketing::lines(t, marketing),
        Content::Note(note) => vec![(t.note(), note.text.clone())],
        Content::Health(entry) => health::lines(t, entry),
        Content::Treatment(treatment) => treatment::lines(who, treatment),
        Content::Request(request) => request::lines(t, request),
        Content::PatchTest(test) => patch::lines(t, test),
        Content::AdverseEvent(event) => adverse::lines(t, event),
        Content::TreatmentRefusal(refusal) => refusal::lines(t, refusal),
        Content::HealthConsent(given) => consent::lines(t, given),
        Content::ContactOnly(mode) => mode::lines(t, mode),
        Content::AdultCheck(check) => minor::check_lines(t, check),
        Content::GuardianConsent(given) => minor::guardian_lines(t, given),
        _ => Vec::new(),
    }
}
