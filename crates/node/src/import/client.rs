//! Rows of clients.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use jiff::civil::Date;
use register::contact::{Address, BirthYear, Email, Marketing, Name, Phone, TEXT_LIMIT, TextFault};
use register::directory::fold;
use register::treatment::Treatment;
use sha2::{Digest, Sha256};

use super::column::Field;
use super::date::{DateFault, Dates};
use super::finding::{NoteKind, Reason};
use super::health::{Complaint, complaints, speaks_of_health};
use super::person::{YesNo, emails, phones, split_address, split_name, yes_no};
use super::sheet::{Cells, Findings, Sheet};

/// The longest client number that is taken from a file, in bytes.
const NUMBER_LIMIT_BYTES: usize = 128;
/// How a permission is said to have been asked when it comes from a file.
const CHANNEL: &str = "import";

/// A client as read, before the treatments are joined.
pub(super) struct Draft {
    pub(super) line: u64,
    pub(super) legacy_id: String,
    pub(super) name: Name,
    pub(super) birth_year: Option<BirthYear>,
    pub(super) phones: Vec<Phone>,
    pub(super) emails: Vec<Email>,
    pub(super) address: Option<Address>,
    pub(super) marketing: Option<Marketing>,
    pub(super) health: Vec<Complaint>,
    pub(super) notes: Vec<String>,
    pub(super) last_visit: Option<Date>,
    pub(super) treatments: Vec<Treatment>,
}

/// The clients of a file, and where each stands by its number in the file.
#[derive(Default)]
pub(super) struct Drafts {
    pub(super) drafts: Vec<Draft>,
    pub(super) by_number: BTreeMap<String, usize>,
}

/// Reads every row; what can't be taken is among the findings.
pub(super) fn read(sheet: &Sheet, today: Date, findings: &mut Findings) -> Drafts {
    let mut all = Drafts::default();
    let mut taken: BTreeMap<String, u64> = BTreeMap::new();
    let reading = Reading {
        dates: sheet.dates,
        today,
        numbered: sheet.mapping.has(Field::Number),
        towns: sheet.mapping.has(Field::Town) || sheet.mapping.has(Field::Postcode),
    };
    sheet.cells(findings, |cells, findings| {
        let Some(draft) = reading.client(&cells, findings) else {
            return;
        };
        if let Some(first) = taken.get(&draft.legacy_id) {
            findings.problem(cells.at, None, Reason::NumberTwice { first: *first });
            return;
        }
        taken.insert(draft.legacy_id.clone(), draft.line);
        if !cells.raw_number.is_empty() {
            all.by_number.insert(cells.raw_number, all.drafts.len());
        }
        all.drafts.push(draft);
    });
    all
}

struct Reading {
    dates: Dates,
    today: Date,
    /// Whether the file has client numbers at all.
    numbered: bool,
    /// Whether the town or the postal code has a column of its own.
    towns: bool,
}

impl Reading {
    fn client(&self, cells: &Cells<'_>, findings: &mut Findings) -> Option<Draft> {
        let name = name(cells, findings)?;
        let birth_year = self.birth_year(cells, findings);
        let phones = read_phones(cells, findings);
        let emails = read_emails(cells, findings);
        let mut draft = Draft {
            line: cells.at.line,
            legacy_id: String::new(),
            name,
            birth_year,
            phones,
            emails,
            address: self.address(cells, findings),
            marketing: marketing(cells, findings),
            health: health(cells, findings),
            notes: notes(cells, findings),
            last_visit: self.last_visit(cells, findings),
            treatments: Vec::new(),
        };
        draft.legacy_id = self.legacy_id(cells, &draft, findings);
        Some(draft)
    }

    /// The client's number; one made from the other fields where there is none that may be kept.
    fn legacy_id(&self, cells: &Cells<'_>, draft: &Draft, findings: &mut Findings) -> String {
        let number = cells.one(Field::Number);
        let may_be_kept = cells.year_in_code(Field::Number).is_none();
        if may_be_kept && !number.is_empty() && number.len() <= NUMBER_LIMIT_BYTES {
            return number.to_owned();
        }
        if self.numbered {
            findings.note(cells.at, Some(Field::Number), NoteKind::NumberMade);
        }
        let year = draft.birth_year.map(|year| year.get().to_string());
        let parts = [
            fold(&draft.name.last),
            fold(&draft.name.first),
            year.unwrap_or_default(),
            draft.phones.first().map_or("", Phone::as_str).to_owned(),
            draft.emails.first().map_or("", Email::as_str).to_owned(),
        ];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest = HEXLOWER.encode(&hash.finalize());
        format!("row-{}", digest.get(..16).unwrap_or(&digest))
    }

    fn birth_year(&self, cells: &Cells<'_>, findings: &mut Findings) -> Option<BirthYear> {
        let this_year = self.today.year();
        let sound = |year: i16| {
            let year = BirthYear::new(u16::try_from(year).ok()?).ok()?;
            (i32::from(year.get()) <= i32::from(this_year)).then_some(year)
        };
        let mut filled = false;
        for cell in cells.all(Field::Birth) {
            filled = true;
            let year = match self.dates.read(cell) {
                Ok(date) => Some(date.year()),
                Err(DateFault::Impossible) => None,
                Err(DateFault::Form) => only_year(cell),
            };
            if let Some(year) = year.and_then(sound) {
                return Some(year);
            }
        }
        let coded = cells.year_in_code(Field::Birth);
        let year = coded.and_then(|year| sound(i16::try_from(year).ok()?));
        if year.is_none() && (filled || coded.is_some()) {
            findings.problem(cells.at, Some(Field::Birth), Reason::BirthYear);
        }
        year
    }

    fn last_visit(&self, cells: &Cells<'_>, findings: &mut Findings) -> Option<Date> {
        let cell = cells.one(Field::LastVisit);
        if cell.is_empty() {
            return None;
        }
        let reason = match self.dates.read(cell) {
            Ok(date) if date <= self.today => return Some(date),
            Ok(_) => Reason::FutureDate,
            Err(DateFault::Impossible) => Reason::ImpossibleDate,
            Err(DateFault::Form) => Reason::NotDate,
        };
        findings.problem(cells.at, Some(Field::LastVisit), reason);
        None
    }

    fn address(&self, cells: &Cells<'_>, findings: &mut Findings) -> Option<Address> {
        let cell = short(cells, Field::Address, findings);
        let mut address = if self.towns {
            Address {
                street: cell,
                ..Address::default()
            }
        } else {
            split_address(&cell)
        };
        for (field, part) in [
            (Field::Postcode, &mut address.postcode),
            (Field::Town, &mut address.town),
        ] {
            if part.is_empty() {
                *part = short(cells, field, findings);
            }
        }
        (address != Address::default()).then_some(address)
    }
}

/// The one cell of `field`, or nothing where it is too long.
pub(super) fn short(cells: &Cells<'_>, field: Field, findings: &mut Findings) -> String {
    fitting(cells, field, cells.one(field), findings)
        .unwrap_or_default()
        .to_owned()
}

fn fitting<'a>(
    cells: &Cells<'_>,
    field: Field,
    text: &'a str,
    findings: &mut Findings,
) -> Option<&'a str> {
    if text.chars().count() <= TEXT_LIMIT {
        return Some(text);
    }
    findings.problem(cells.at, Some(field), Reason::TooLong);
    None
}

fn name(cells: &Cells<'_>, findings: &mut Findings) -> Option<Name> {
    let (mut last, mut first) = (
        cells.one(Field::LastName).to_owned(),
        cells.one(Field::FirstName).to_owned(),
    );
    for (field, last_first) in [(Field::FullName, false), (Field::FullNameLastFirst, true)] {
        if last.is_empty() && first.is_empty() {
            (last, first) = split_name(cells.one(field), last_first);
        }
    }
    match Name::new(&last, &first) {
        Ok(name) => Some(name),
        Err(TextFault::TooLong) => {
            findings.problem(cells.at, Some(Field::LastName), Reason::TooLong);
            None
        }
        Err(_) => {
            findings.problem(cells.at, None, Reason::NoName);
            None
        }
    }
}

fn read_phones(cells: &Cells<'_>, findings: &mut Findings) -> Vec<Phone> {
    let mut all: Vec<Phone> = Vec::new();
    for cell in cells.all(Field::Phone) {
        let found = phones(cell);
        for _ in 0..found.bad {
            findings.problem(cells.at, Some(Field::Phone), Reason::Phone);
        }
        if found.zero_restored {
            findings.note(cells.at, Some(Field::Phone), NoteKind::ZeroRestored);
        }
        let new = found.phones.into_iter();
        all.extend(new);
    }
    distinct(all)
}

fn read_emails(cells: &Cells<'_>, findings: &mut Findings) -> Vec<Email> {
    let mut all: Vec<Email> = Vec::new();
    for cell in cells.all(Field::Email) {
        let (found, bad) = emails(cell);
        if bad > 0 {
            findings.problem(cells.at, Some(Field::Email), Reason::Email);
        }
        all.extend(found);
    }
    distinct(all)
}

fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut distinct = Vec::with_capacity(all.len());
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}

/// Allowed only where the file says yes, and no column forbids it. Nothing where it says nothing.
fn marketing(cells: &Cells<'_>, findings: &mut Findings) -> Option<Marketing> {
    let mut answer = |field| match cells.one(field) {
        "" => None,
        cell => {
            let said = yes_no(cell);
            if said == YesNo::Unclear {
                findings.problem(cells.at, Some(field), Reason::YesNo);
            }
            Some(said)
        }
    };
    let (permitted, banned) = (answer(Field::Marketing), answer(Field::MarketingBan));
    let free = matches!(banned, None | Some(YesNo::No));
    let allowed = match (permitted, banned) {
        (Some(said), _) => said == YesNo::Yes && free,
        (None, Some(YesNo::Yes | YesNo::Unclear)) => false,
        // That nobody forbade it is no permission.
        (None, None | Some(YesNo::No)) => return None,
    };
    Some(Marketing {
        allowed,
        asked: None,
        channel: CHANNEL.to_owned(),
        wording: String::new(),
    })
}

fn health(cells: &Cells<'_>, findings: &mut Findings) -> Vec<Complaint> {
    let mut all = Vec::new();
    for cell in cells.all(Field::Health) {
        for complaint in complaints(cell) {
            if fitting(cells, Field::Health, &complaint.text, findings).is_some()
                && !all.contains(&complaint)
            {
                all.push(complaint);
            }
        }
    }
    all
}

fn notes(cells: &Cells<'_>, findings: &mut Findings) -> Vec<String> {
    let mut all = Vec::new();
    for cell in cells.all(Field::Notes) {
        if let Some(text) = fitting(cells, Field::Notes, cell, findings) {
            if speaks_of_health(text) {
                findings.note(cells.at, Some(Field::Notes), NoteKind::MaybeHealth);
            }
            all.push(text.to_owned());
        }
    }
    all
}

/// The only number of four digits in `cell` that may be a year: "1980", "s. 1980", "5/1980".
fn only_year(cell: &str) -> Option<i16> {
    let mut years = cell
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| (1900..=2100).contains(year));
    match (years.next(), years.next()) {
        (Some(year), None) => Some(year),
        _ => None,
    }
}
