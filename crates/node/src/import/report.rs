//! The preview as text for the operator's terminal, and as JSON for scripts.
//!
//! The first cards are shown, since that is what a preview is for, with counts in place of health
//! text and notes. Everything else is lines and reasons.

use core::fmt::{self, Write};

use register::contact::{Address, Marketing};
use register::document::Collection;
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::replica::ImportedClient;
use register::value::Content;
use serde_json::{Value, json};

use super::finding::{Duplicate, Likeness, Note, NoteKind, Problem};
use super::table::Container;
use super::{Counts, FileReport, Preview};

/// How many cards a preview shows.
const FIRST_CARDS: usize = 5;
/// How many lines of a kind of note, and how many pairs, a short preview lists.
const SHORT_LIST: usize = 10;

impl Preview {
    /// The preview for people. `full` lists every line of every note, and every pair.
    #[must_use]
    pub fn to_text(&self, full: bool) -> String {
        let mut text = String::new();
        // Writing into a String never fails.
        let _ = self.write(&mut text, full);
        text
    }

    fn write(&self, to: &mut String, full: bool) -> fmt::Result {
        for file in &self.files {
            write_file(to, file)?;
        }
        write_counts(to, &self.counts)?;
        writeln!(to, "\nFirst cards")?;
        for client in self.clients.iter().take(FIRST_CARDS) {
            write_card(to, client)?;
        }
        writeln!(to, "\nNot taken: {}", self.problems.len())?;
        for problem in &self.problems {
            writeln!(to, "  {}", sentence(problem))?;
        }
        writeln!(to, "\nTo note: {}", self.notes.len())?;
        for kind in NoteKind::ALL {
            write_notes(to, kind, &self.notes, full)?;
        }
        writeln!(
            to,
            "\nLikely duplicates, listed and not merged: {}",
            self.duplicates.len()
        )?;
        let shown = if full { usize::MAX } else { SHORT_LIST };
        for pair in self.duplicates.iter().take(shown) {
            writeln!(to, "  {}", pair_sentence(pair))?;
        }
        write_rest(to, self.duplicates.len(), shown)
    }

    /// The preview for scripts: everything, with the first cards only.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "counts": counts_json(&self.counts),
            "files": self.files.iter().map(file_json).collect::<Vec<_>>(),
            "first_cards": self.clients.iter().take(FIRST_CARDS).map(card_json).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(problem_json).collect::<Vec<_>>(),
            "notes": self.notes.iter().map(note_json).collect::<Vec<_>>(),
            "duplicates": self.duplicates.iter().map(pair_json).collect::<Vec<_>>(),
        })
    }
}

fn write_file(to: &mut String, file: &FileReport) -> fmt::Result {
    let container = match file.format.container {
        Container::Delimited {
            delimiter,
            encoding,
        } => {
            format!("{}, {}", delimiter_name(delimiter), encoding.name())
        }
        Container::Workbook => "Excel workbook".to_owned(),
    };
    let dates = file.format.date_style.map_or("none", |style| style.name());
    let language = file
        .mapping
        .language
        .map_or("unknown", |language| language.name());
    writeln!(
        to,
        "File of {}: {container}; dates {dates}; headers {language}, on line {}",
        file.file.code(),
        file.mapping.line
    )?;
    for (at, column) in file.mapping.columns.iter().enumerate() {
        let held = column.field.map_or("not imported", |field| field.code());
        let by = if column.by_operator { " (--map)" } else { "" };
        writeln!(to, "  {:>3}  {:<28} {held}{by}", at + 1, column.header)?;
    }
    writeln!(to)
}

fn write_counts(to: &mut String, counts: &Counts) -> fmt::Result {
    let Counts {
        client_rows,
        clients,
        treatment_rows,
        treatments,
        health,
        marketing,
        rows_left_out,
    } = counts;
    writeln!(
        to,
        "{clients} clients of {client_rows} rows; {treatments} treatments of {treatment_rows} rows"
    )?;
    writeln!(
        to,
        "{health} health entries; {marketing} clients allow marketing; {rows_left_out} rows left out for a problem"
    )
}

fn write_card(to: &mut String, client: &ImportedClient) -> fmt::Result {
    let card = Card::of(client);
    write!(to, "  {}  {}", client.legacy_id, card.name)?;
    if let Some(year) = card.birth_year {
        write!(to, ", born {year}")?;
    }
    for way in card.phones.iter().chain(&card.emails) {
        write!(to, ", {way}")?;
    }
    if let Some(address) = card.address {
        write!(
            to,
            ", {} {} {}",
            address.street, address.postcode, address.town
        )?;
    }
    for entry in &card.health {
        write!(
            to,
            "; health: {} ({})",
            kind_name(entry.kind),
            level_name(entry.level)
        )?;
    }
    write!(
        to,
        "; {} treatments, {} notes; marketing ",
        card.treatments, card.notes
    )?;
    writeln!(
        to,
        "{}",
        if card.marketing.is_some_and(|said| said.allowed) {
            "yes"
        } else {
            "no"
        }
    )
}

fn write_notes(to: &mut String, kind: NoteKind, notes: &[Note], full: bool) -> fmt::Result {
    let of_kind: Vec<&Note> = notes.iter().filter(|note| note.kind == kind).collect();
    if of_kind.is_empty() {
        return Ok(());
    }
    writeln!(to, "  {kind}: {}", of_kind.len())?;
    let shown = if full { usize::MAX } else { SHORT_LIST };
    for note in of_kind.iter().take(shown) {
        let field = note
            .field
            .map_or(String::new(), |field| format!(", {}", field.code()));
        writeln!(to, "    {}, line {}{field}", note.file.code(), note.line)?;
    }
    write_rest(to, of_kind.len(), shown)
}

fn write_rest(to: &mut String, all: usize, shown: usize) -> fmt::Result {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        rest => writeln!(to, "    and {rest} more"),
    }
}

fn sentence(problem: &Problem) -> String {
    let field = problem
        .field
        .map_or(String::new(), |field| format!(", {}", field.code()));
    let cost = match problem.reason.costs_row(problem.field) {
        true => "row left out",
        false => "cell left out",
    };
    format!(
        "{}, line {}{field}: {} ({cost})",
        problem.file.code(),
        problem.line,
        problem.reason
    )
}

fn pair_sentence(pair: &Duplicate) -> String {
    let alike: Vec<&str> = pair.alike.iter().map(|one| one.code()).collect();
    format!(
        "lines {} and {} (numbers {} and {}): same {}",
        pair.first.line,
        pair.second.line,
        pair.first.legacy_id,
        pair.second.legacy_id,
        alike.join(", ")
    )
}

fn counts_json(counts: &Counts) -> Value {
    json!({
        "client_rows": counts.client_rows,
        "clients": counts.clients,
        "treatment_rows": counts.treatment_rows,
        "treatments": counts.treatments,
        "health": counts.health,
        "marketing": counts.marketing,
        "rows_left_out": counts.rows_left_out,
    })
}

fn file_json(file: &FileReport) -> Value {
    let (container, delimiter, encoding) = match file.format.container {
        Container::Delimited {
            delimiter,
            encoding,
        } => (
            "delimited",
            Some(delimiter.to_string()),
            Some(encoding.name()),
        ),
        Container::Workbook => ("workbook", None, None),
    };
    let columns = file.mapping.columns.iter().map(|column| {
        json!({
            "header": column.header,
            "field": column.field.map(|field| field.code()),
            "by_operator": column.by_operator,
        })
    });
    json!({
        "file": file.file.code(),
        "container": container,
        "delimiter": delimiter,
        "encoding": encoding,
        "date_style": file.format.date_style.map(|style| style.name()),
        "header_language": file.mapping.language.map(|language| language.name()),
        "header_line": file.mapping.line,
        "columns": columns.collect::<Vec<_>>(),
    })
}

fn card_json(client: &ImportedClient) -> Value {
    let card = Card::of(client);
    let health = card
        .health
        .iter()
        .map(|entry| json!({"kind": kind_name(entry.kind), "level": level_name(entry.level)}));
    json!({
        "legacy_id": client.legacy_id,
        "name": card.name,
        "birth_year": card.birth_year,
        "phones": card.phones,
        "emails": card.emails,
        "address": card.address.map(|one| json!({"street": one.street, "postcode": one.postcode, "town": one.town})),
        "health": health.collect::<Vec<_>>(),
        "treatments": card.treatments,
        "notes": card.notes,
        "marketing": {"allowed": card.marketing.is_some_and(|said| said.allowed)},
    })
}

fn problem_json(problem: &Problem) -> Value {
    json!({
        "file": problem.file.code(),
        "line": problem.line,
        "field": problem.field.map(|field| field.code()),
        "reason": problem.reason.code(),
        "text": problem.reason.to_string(),
        "row_left_out": problem.reason.costs_row(problem.field),
    })
}

fn note_json(note: &Note) -> Value {
    json!({
        "file": note.file.code(),
        "line": note.line,
        "field": note.field.map(|field| field.code()),
        "kind": note.kind.code(),
    })
}

fn pair_json(pair: &Duplicate) -> Value {
    json!({
        "lines": [pair.first.line, pair.second.line],
        "legacy_ids": [pair.first.legacy_id, pair.second.legacy_id],
        "alike": pair.alike.iter().map(|one: &Likeness| one.code()).collect::<Vec<_>>(),
    })
}

/// A client's parts by name.
#[derive(Default)]
struct Card<'a> {
    name: String,
    birth_year: Option<u16>,
    phones: Vec<String>,
    emails: Vec<String>,
    address: Option<&'a Address>,
    marketing: Option<&'a Marketing>,
    health: Vec<&'a HealthEntry>,
    treatments: usize,
    notes: usize,
}

impl<'a> Card<'a> {
    fn of(client: &'a ImportedClient) -> Self {
        let mut card = Self::default();
        for (_, content) in &client.fields {
            match content {
                Content::Name(name) => card.name = name.listed(),
                Content::BirthYear(year) => card.birth_year = Some(year.get()),
                Content::Address(address) => card.address = Some(address),
                Content::Marketing(said) => card.marketing = Some(said),
                _ => {}
            }
        }
        for (collection, content) in &client.entries {
            match (collection, content) {
                (_, Content::Phone(phone)) => card.phones.push(phone.to_string()),
                (_, Content::Email(email)) => card.emails.push(email.as_str().to_owned()),
                (_, Content::Health(entry)) => card.health.push(entry),
                (Collection::Treatment, _) => card.treatments += 1,
                (Collection::Note, _) => card.notes += 1,
                _ => {}
            }
        }
        card
    }
}

const fn kind_name(kind: HealthKind) -> &'static str {
    match kind {
        HealthKind::Skin => "skin",
        HealthKind::Allergy => "allergy",
        HealthKind::Medication => "medication",
        HealthKind::Other => "other",
    }
}

const fn level_name(level: AlertLevel) -> &'static str {
    match level {
        AlertLevel::Info => "info",
        AlertLevel::Caution => "caution",
        AlertLevel::Contraindication => "contraindication",
    }
}

const fn delimiter_name(delimiter: char) -> &'static str {
    match delimiter {
        ';' => "semicolons",
        ',' => "commas",
        '\t' => "tabs",
        '|' => "vertical bars",
        _ => "another delimiter",
    }
}
