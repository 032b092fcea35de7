//! Reads the register of another program: what `kortisto import` takes in, and its preview.
//!
//! Bytes become rows (`table`: text in any dialect, or a workbook), rows become cells whose columns
//! are known (`sheet`, [`column`]), cells become clients (`client`) and their treatments
//! (`visit`). Nothing here touches the register: the result is a [`Preview`], which holds the
//! clients to import, and by line and reason everything that was not taken as it stood.
//!
//! What is deliberately absent: dates of birth (only the year passes), personal identity codes, a
//! guess that would merge two clients, and the text of any cell in a finding.
//!
//! **The five-year clock.** A program's health column has no date. Its entries get the day of the last
//! visit in the files, since what was told was told by then at the latest: so they fall due
//! with the card, and the import restarts no clock. Where no visit is known the date stays open.
//! Treatments five years old or older are left out.

mod client;
mod column;
mod date;
mod delimited;
mod duplicate;
mod encoding;
mod finding;
mod health;
mod person;
mod report;
mod sheet;
mod synonym;
mod table;
mod visit;
mod workbook;

use std::io;
use std::path::Path;

use jiff::civil::Date;
use register::contact::{Note as CardNote, Origin};
use register::document::{Collection, FieldKey};
use register::health::HealthEntry;
use register::replica::ImportedClient;
use register::value::Content;

pub use column::{Column, Field, MapRule, MapRuleError, Mapping};
pub use date::DateStyle;
pub use encoding::Encoding;
pub use finding::{Duplicate, Likeness, Note, NoteKind, Place, Problem, Reason, Role};
pub use synonym::Language;
pub use table::{CELLS_LIMIT, COLUMNS_LIMIT, Container, FILE_LIMIT_BYTES, Format, ROWS_LIMIT};

use client::Draft;
use sheet::{Findings, Sheet};

/// Names the other program when the operator doesn't. The same at every premises, so that one
/// program's clients are the same clients wherever they are imported.
pub const DEFAULT_SOURCE: &str = "legacy";

/// What is to be read.
#[derive(Debug)]
pub struct Sources<'a> {
    /// The file of clients.
    pub clients: &'a Path,
    /// The file of treatments.
    pub treatments: Option<&'a Path>,
    /// The operator's word on columns.
    pub map: &'a [MapRule],
    /// The day of the import.
    pub today: Date,
    /// Names the other program; [`DEFAULT_SOURCE`] when `None`. Client numbers are its numbers.
    pub source: Option<String>,
}

/// Why nothing could be read. Names files by their role and holds nothing of their text.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("the file of {}: {error}", file.code())]
    Read {
        /// Which file.
        file: Role,
        /// What the system said.
        error: io::Error,
    },
    /// Over [`FILE_LIMIT_BYTES`], [`ROWS_LIMIT`] or [`CELLS_LIMIT`].
    #[error("the file of {} is too large: at most {FILE_LIMIT_BYTES} bytes, {ROWS_LIMIT} rows and {CELLS_LIMIT} cells", file.code())]
    TooBig {
        /// Which file.
        file: Role,
    },
    /// Nothing is in it.
    #[error("the file of {} is empty", file.code())]
    Empty {
        /// Which file.
        file: Role,
    },
    /// An Excel workbook of before 2007.
    #[error("the file of {} is an old Excel workbook (.xls): save it as .xlsx or CSV", file.code())]
    OldWorkbook {
        /// Which file.
        file: Role,
    },
    /// A workbook that can't be read.
    #[error("the file of {} is no readable Excel workbook (.xlsx): save it again, or as CSV", file.code())]
    Workbook {
        /// Which file.
        file: Role,
    },
    /// A column that can't be done without was not found.
    #[error("the file of {}, line {line}: no column is known to hold {what}; say which with --map \"COLUMN=FIELD\"", file.code())]
    NoColumn {
        /// Which file.
        file: Role,
        /// The line that was taken for the header.
        line: u64,
        /// What is missing, with the names of its fields.
        what: String,
    },
    /// A `--map` that names no column of either file.
    #[error("--map: no file has a column {0:?}")]
    NoSuchColumn(String),
}

/// What was read, and what there is to say about it.
pub struct Preview {
    /// The clients to import, in the order of the file.
    pub clients: Vec<ImportedClient>,
    /// The files as they were understood: clients first, then treatments if given.
    pub files: Vec<FileReport>,
    /// Rows and cells that were not taken, in the order of files and lines.
    pub problems: Vec<Problem>,
    /// What was changed on the way, or should be looked at, in the order of files and lines.
    pub notes: Vec<Note>,
    /// Clients who may be the same person.
    pub duplicates: Vec<Duplicate>,
    /// How much of everything.
    pub counts: Counts,
}

impl core::fmt::Debug for Preview {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Preview({:?})", self.counts)
    }
}

/// A file as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Which file.
    pub file: Role,
    /// How it was written.
    pub format: Format,
    /// What its columns hold.
    pub mapping: Mapping,
}

/// How much was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rows of the file of clients, blank ones and the header apart.
    pub client_rows: usize,
    /// Clients to import.
    pub clients: usize,
    /// Rows of the file of treatments, blank ones and the header apart.
    pub treatment_rows: usize,
    /// Treatments to import.
    pub treatments: usize,
    /// Health entries to import.
    pub health: usize,
    /// Clients who allow marketing.
    pub marketing: usize,
    /// Rows that were left out whole because of a problem, in both files.
    pub rows_left_out: usize,
}

/// Reads both files.
///
/// # Errors
/// [`ImportError`] when a file can't be read at all, has no column for something indispensable, or
/// a `--map` names no column. A bad row is never an error.
pub fn read(sources: &Sources<'_>) -> Result<Preview, ImportError> {
    let open = |path, role| Sheet::open(path, role, sources.map, sources.today);
    let clients = open(sources.clients, Role::Clients)?;
    let treatments = match sources.treatments {
        Some(path) => Some(open(path, Role::Treatments)?),
        None => None,
    };
    join(sources, &clients, treatments.as_ref())
}

fn join(
    sources: &Sources<'_>,
    clients: &Sheet,
    treatments: Option<&Sheet>,
) -> Result<Preview, ImportError> {
    let sheets = || [Some(clients), treatments].into_iter().flatten();
    let names_none = |rule: &&MapRule| !sheets().any(|sheet| column::applies(rule, &sheet.mapping));
    if let Some(rule) = sources.map.iter().find(names_none) {
        return Err(ImportError::NoSuchColumn(rule.column.clone()));
    }
    let mut findings = Findings::default();
    let mut drafts = client::read(clients, sources.today, &mut findings);
    if let Some(sheet) = treatments {
        visit::read(sheet, sources.today, &mut drafts, &mut findings);
    }
    let duplicates = duplicate::find(&drafts.drafts);
    let due = date::five_years_before(sources.today);
    for draft in &drafts.drafts {
        if draft.last_visit.is_some_and(|last| last <= due) {
            let at = sheet::At {
                file: Role::Clients,
                line: draft.line,
            };
            findings.note(at, None, NoteKind::CardDue);
        }
    }
    findings.notes.sort_by_key(|note| (note.file, note.line));
    let source = sources.source.as_deref().unwrap_or(DEFAULT_SOURCE);
    let clients_read: Vec<ImportedClient> = drafts
        .drafts
        .into_iter()
        .map(|draft| imported(draft, source))
        .collect();
    let counts = count(&clients_read, &findings, clients, treatments);
    let files = sheets().map(|sheet| FileReport {
        file: sheet.role(),
        format: sheet.format,
        mapping: sheet.mapping.clone(),
    });
    Ok(Preview {
        files: files.collect(),
        clients: clients_read,
        problems: findings.problems,
        notes: findings.notes,
        duplicates,
        counts,
    })
}

fn imported(draft: Draft, source: &str) -> ImportedClient {
    let origin = Origin {
        source: source.to_owned(),
        legacy_id: draft.legacy_id.clone(),
        last_visit: draft.last_visit,
    };
    let mut fields = vec![
        (FieldKey::Name, Content::Name(draft.name)),
        (FieldKey::Origin, Content::Origin(origin)),
    ];
    fields.extend(
        draft
            .birth_year
            .map(|year| (FieldKey::BirthYear, Content::BirthYear(year))),
    );
    fields.extend(
        draft
            .address
            .map(|address| (FieldKey::Address, Content::Address(address))),
    );
    fields.extend(
        draft
            .marketing
            .map(|said| (FieldKey::Marketing, Content::Marketing(said))),
    );
    let phones = draft
        .phones
        .into_iter()
        .map(|phone| (Collection::Phone, Content::Phone(phone)));
    let emails = draft
        .emails
        .into_iter()
        .map(|email| (Collection::Email, Content::Email(email)));
    let health = draft.health.into_iter().map(|complaint| {
        let entry = HealthEntry {
            kind: complaint.kind,
            text: complaint.text,
            level: complaint.level,
            date: draft.last_visit,
            confirmed: None,
            author: None,
        };
        (Collection::Health, Content::Health(entry))
    });
    let notes = draft.notes.into_iter().map(|text| {
        let note = CardNote { text, date: None };
        (Collection::Note, Content::Note(note))
    });
    let treatments = draft
        .treatments
        .into_iter()
        .map(|one| (Collection::Treatment, Content::Treatment(one)));
    let entries = phones
        .chain(emails)
        .chain(health)
        .chain(notes)
        .chain(treatments);
    // Every cell was searched before; an identity code put together from parts goes here.
    fields.retain(|(_, content)| !content.holds_identity_code());
    ImportedClient {
        source: source.to_owned(),
        legacy_id: draft.legacy_id,
        fields,
        entries: entries
            .filter(|(_, content)| !content.holds_identity_code())
            .collect(),
    }
}

fn count(
    clients: &[ImportedClient],
    findings: &Findings,
    client_sheet: &Sheet,
    treatment_sheet: Option<&Sheet>,
) -> Counts {
    let entries = |collection| {
        let all = clients.iter().flat_map(|client| &client.entries);
        all.filter(|(of, _)| *of == collection).count()
    };
    let allows = |client: &&ImportedClient| {
        client
            .fields
            .iter()
            .any(|(_, content)| matches!(content, Content::Marketing(said) if said.allowed))
    };
    let costs_row = |problem: &&Problem| problem.reason.costs_row(problem.field);
    Counts {
        client_rows: client_sheet.len(),
        clients: clients.len(),
        treatment_rows: treatment_sheet.map_or(0, Sheet::len),
        treatments: entries(Collection::Treatment),
        health: entries(Collection::Health),
        marketing: clients.iter().filter(allows).count(),
        rows_left_out: findings.problems.iter().filter(costs_row).count(),
    }
}
