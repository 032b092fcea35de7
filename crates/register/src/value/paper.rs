//! The stored fields of what the clinic's papers are made from.

use crate::breach::{Breach, Telling};
use crate::settings::{Controller, PrivacyNotice};

use super::ValueError;
use super::fields::Fields;

/// The fields of a notice's texts, in the order of [`PrivacyNotice::texts`].
const LANGUAGES: [&str; 3] = ["fi", "sv", "en"];

pub(super) fn write_controller(controller: &Controller, to: &mut Fields) {
    to.put_text("name", &controller.name);
    to.put_text("business_id", &controller.business_id);
    to.put_text("address", &controller.address);
    to.put_text("contact", &controller.contact);
    to.put_text("phone", &controller.phone);
    to.put_text("email", &controller.email);
    to.put_text("register_name", &controller.register_name);
}

pub(super) fn read_controller(from: &mut Fields) -> Result<Controller, ValueError> {
    let mut controller = Controller {
        name: from.text("name")?,
        business_id: from.text("business_id")?,
        address: from.text("address")?,
        contact: from.text("contact")?,
        phone: from.text("phone")?,
        email: from.text("email")?,
        register_name: from.text("register_name")?,
    };
    // Where phone and e-mail were one field.
    let details = from.text("contact_details")?;
    let place = if details.contains('@') {
        &mut controller.email
    } else {
        &mut controller.phone
    };
    if place.is_empty() {
        *place = details;
    }
    Ok(controller)
}

pub(super) fn write_notice(notice: &PrivacyNotice, to: &mut Fields) {
    to.put_date("from", Some(notice.from));
    for (language, text) in LANGUAGES.iter().zip(&notice.texts) {
        to.put_text(language, text);
    }
}

pub(super) fn read_notice(from: &mut Fields) -> Result<PrivacyNotice, ValueError> {
    let [finnish, swedish, english] = LANGUAGES.map(|language| from.text(language));
    Ok(PrivacyNotice {
        from: from.date("from")?.ok_or(ValueError::Damaged)?,
        texts: [finnish?, swedish?, english?],
    })
}

pub(super) fn write_breach(breach: &Breach, to: &mut Fields) {
    let noticed = u64::try_from(breach.noticed.as_second());
    to.put_text("what", &breach.what);
    to.put_number("noticed", noticed.unwrap_or(0));
    to.put_text("categories", &breach.categories);
    if let Some(people) = breach.people {
        to.put_number("people", people);
    }
    to.put_text("consequences", &breach.consequences);
    to.put_text("measures", &breach.measures);
    write_telling(&breach.authority, ["authority_told", "authority_not"], to);
    to.put_text("delay", &breach.delay);
    write_telling(&breach.persons, ["persons_told", "persons_not"], to);
    to.put_date("closed", breach.closed);
}

pub(super) fn read_breach(from: &mut Fields) -> Result<Breach, ValueError> {
    Ok(Breach {
        what: from.text("what")?,
        noticed: from.timestamp("noticed")?,
        categories: from.text("categories")?,
        people: from.optional_number("people")?,
        consequences: from.text("consequences")?,
        measures: from.text("measures")?,
        authority: read_telling(["authority_told", "authority_not"], from)?,
        delay: from.text("delay")?,
        persons: read_telling(["persons_told", "persons_not"], from)?,
        closed: from.date("closed")?,
    })
}

fn write_telling(telling: &Telling, [told, not]: [&str; 2], to: &mut Fields) {
    match telling {
        Telling::Open => {}
        Telling::Told(date) => to.put_date(told, Some(*date)),
        Telling::NotNeeded(why) => to.put_text(not, why),
    }
}

fn read_telling([told, not]: [&str; 2], from: &mut Fields) -> Result<Telling, ValueError> {
    let (told, why) = (from.date(told)?, from.text(not)?);
    Ok(match (told, why.is_empty()) {
        (Some(date), _) => Telling::Told(date),
        (None, false) => Telling::NotNeeded(why),
        (None, true) => Telling::Open,
    })
}
