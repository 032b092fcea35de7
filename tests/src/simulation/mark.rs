//! Marks: words that occur once in a run, planted in every text, and where they stand on a card.

use std::collections::BTreeSet;

use jiff::civil::Date;
use memchr::memmem;
use register::card::{Card, Entry, Field};
use register::contact::{Address, Email, Name, Note, Phone};
use register::document::{Collection, FieldKey};
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::id::{EntryId, ValueId};
use register::treatment::Treatment;
use register::value::Content;

/// A word that occurs once in a run. Below 10,000.
pub(super) type Mark = u32;

/// What every mark in a text begins with, but for case.
const SIGN: &str = "Zqw";
/// What every mark in a phone number begins with.
const PHONES: &str = "+35840000";
/// Digits of a mark.
const DIGITS: usize = 4;

/// Where a mark may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Field(FieldKey),
    Entry(Collection),
}

/// Every place that marks are planted in.
pub(super) const PLACES: [Place; 7] = [
    Place::Field(FieldKey::Name),
    Place::Field(FieldKey::Address),
    Place::Entry(Collection::Phone),
    Place::Entry(Collection::Email),
    Place::Entry(Collection::Note),
    Place::Entry(Collection::Health),
    Place::Entry(Collection::Treatment),
];

/// One field or entry of a card with the marks and values that stand in it.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) place: Place,
    pub(super) entry: Option<EntryId>,
    pub(super) marks: Vec<Mark>,
    pub(super) values: Vec<ValueId>,
    /// Something stands there that has not arrived.
    pub(super) awaited: bool,
}

pub(super) fn text(mark: Mark) -> String {
    format!("{SIGN}{mark:04}z")
}

fn phone(mark: Mark) -> String {
    format!("{PHONES}{mark:04}")
}

/// Every mark that stands in these bytes, in whatever form.
pub(super) fn marks_in(bytes: &[u8]) -> BTreeSet<Mark> {
    let forms = [SIGN, "zqw", PHONES];
    let found = forms.iter().flat_map(|form| {
        memmem::find_iter(bytes, form).filter_map(|at| bytes.get(at + form.len()..))
    });
    found
        .filter_map(|rest| {
            let digits = rest
                .get(..DIGITS)
                .filter(|all| all.iter().all(u8::is_ascii_digit));
            core::str::from_utf8(digits?).ok()?.parse().ok()
        })
        .collect()
}

/// A content for a place, dated `date` where it has a day.
pub(super) fn content(place: Place, mark: Mark, date: Date, contract: bool) -> Content {
    let word = text(mark);
    match place {
        Place::Field(FieldKey::Address) => Content::Address(Address {
            street: word,
            postcode: "00100".to_owned(),
            town: "Helsinki".to_owned(),
        }),
        Place::Entry(Collection::Phone) => match phone(mark).parse::<Phone>() {
            Ok(phone) => Content::Phone(phone),
            Err(_) => note(word),
        },
        Place::Entry(Collection::Email) => match format!("{word}@example.com").parse::<Email>() {
            Ok(email) => Content::Email(email),
            Err(_) => note(word),
        },
        Place::Entry(Collection::Health) => Content::Health(HealthEntry {
            kind: HealthKind::Allergy,
            text: word,
            level: AlertLevel::Caution,
            date: Some(date),
            confirmed: None,
            author: None,
        }),
        Place::Entry(Collection::Treatment) => Content::Treatment(Treatment {
            date,
            // Names of treatments go to the catalogue, which is nobody's.
            name: "Kasvohoito".to_owned(),
            by: "Aino".to_owned(),
            by_id: None,
            premises: "Poikuekatu".to_owned(),
            products: String::new(),
            batch: String::new(),
            remarks: word,
            item: None,
            contract_made: contract.then_some(true),
            contract: None,
            acknowledged: None,
        }),
        Place::Entry(_) => note(word),
        Place::Field(_) => Content::Name(Name {
            last: word,
            first: "Maria".to_owned(),
        }),
    }
}

fn note(text: String) -> Content {
    Content::Note(Note { text, date: None })
}

fn read(word: &str) -> Option<Mark> {
    if let Some(number) = word.strip_prefix(PHONES) {
        return number.parse().ok();
    }
    let lower = word.to_lowercase();
    let number = lower.strip_prefix("zqw")?.get(..DIGITS)?;
    number.parse().ok()
}

/// Everything with marks that stands on a card.
pub(super) fn shown(card: &Card) -> Vec<Shown> {
    let mut all = Vec::new();
    let mut field = |key, found: Shown| {
        all.push(Shown {
            place: Place::Field(key),
            ..found
        });
    };
    field(FieldKey::Name, of(&card.name, |name| &name.last));
    field(FieldKey::Address, of(&card.address, |one| &one.street));
    entries(&mut all, Collection::Phone, &card.phones, |one| {
        one.as_str()
    });
    entries(&mut all, Collection::Email, &card.emails, |one| {
        one.as_str()
    });
    entries(&mut all, Collection::Note, &card.notes, |one| &one.text);
    entries(&mut all, Collection::Health, &card.health, |one| &one.text);
    entries(&mut all, Collection::Treatment, &card.treatments, |one| {
        &one.remarks
    });
    all
}

fn entries<T>(
    all: &mut Vec<Shown>,
    collection: Collection,
    entries: &[Entry<T>],
    word: impl Fn(&T) -> &str,
) {
    for entry in entries {
        all.push(Shown {
            place: Place::Entry(collection),
            entry: Some(entry.id),
            ..of(&entry.field, &word)
        });
    }
}

fn of<T>(field: &Field<T>, word: impl Fn(&T) -> &str) -> Shown {
    let all = field.all();
    Shown {
        place: Place::Field(FieldKey::Name),
        entry: None,
        marks: all
            .iter()
            .filter_map(|held| read(word(&held.value)))
            .collect(),
        values: all.iter().map(|held| held.id).collect(),
        awaited: matches!(field, Field::Awaited | Field::Unreadable),
    }
}
