//! A file with its columns known: rows come out of it clean, whole and without identity codes.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use register::identity_code;

use super::ImportError;
use super::column::{self, Field, MapRule, Mapping};
use super::date::Dates;
use super::finding::{Note, NoteKind, Problem, Reason, Role};
use super::table::{Container, Format, Row, Table};

/// One file, ready to be read row by row.
pub(super) struct Sheet {
    role: Role,
    pub(super) format: Format,
    pub(super) mapping: Mapping,
    pub(super) dates: Dates,
    places: BTreeMap<Field, Vec<usize>>,
    rows: Vec<Row>,
}

/// What a reading found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
}

/// Where a finding belongs.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) file: Role,
    pub(super) line: u64,
}

impl Findings {
    pub(super) fn problem(&mut self, at: At, field: Option<Field>, reason: Reason) {
        self.problems.push(Problem {
            file: at.file,
            line: at.line,
            field,
            reason,
        });
    }

    pub(super) fn note(&mut self, at: At, field: Option<Field>, kind: NoteKind) {
        self.notes.push(Note {
            file: at.file,
            line: at.line,
            field,
            kind,
        });
    }
}

/// One row's cells by field: trimmed, without control characters and identity codes.
pub(super) struct Cells<'a> {
    pub(super) at: At,
    places: &'a BTreeMap<Field, Vec<usize>>,
    cells: Vec<String>,
    /// The year of birth in the identity code that a cell held.
    years: BTreeMap<usize, u16>,
    /// The client's number as it stands in the file, for finding it again in the other file only.
    pub(super) raw_number: String,
}

impl Sheet {
    pub(super) fn open(
        path: &Path,
        role: Role,
        rules: &[MapRule],
        today: Date,
    ) -> Result<Self, ImportError> {
        Self::of(Table::open(path, role)?, role, rules, today)
    }

    pub(super) fn of(
        mut table: Table,
        role: Role,
        rules: &[MapRule],
        today: Date,
    ) -> Result<Self, ImportError> {
        table.rows.retain(|row| !row.is_blank());
        for row in table.rows.iter_mut().take(1 + SKIPPED_TITLES) {
            for cell in &mut row.cells {
                *cell = identity_code::cut(&tidy(cell)).0;
            }
        }
        let (header_end, mapping) = column::map(&table.rows, role, rules)?;
        let rows: Vec<Row> = table.rows.drain(header_end..).collect();
        let mut places: BTreeMap<Field, Vec<usize>> = BTreeMap::new();
        for (at, column) in mapping.columns.iter().enumerate() {
            if let Some(field) = column.field {
                places.entry(field).or_default().push(at);
            }
        }
        let dated: Vec<usize> = [Field::Birth, Field::LastVisit, Field::Date]
            .iter()
            .filter_map(|field| places.get(field))
            .flatten()
            .copied()
            .collect();
        let cells = rows.iter().flat_map(|row| {
            dated
                .iter()
                .filter_map(|at| row.cells.get(*at))
                .map(String::as_str)
        });
        let (dates, date_style) = Dates::learn(cells, today);
        Ok(Self {
            role,
            format: Format {
                container: table.container,
                date_style,
            },
            mapping,
            dates,
            places,
            rows,
        })
    }

    pub(super) const fn role(&self) -> Role {
        self.role
    }

    /// How many rows there are below the header, blank ones apart.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Hands every row of the right width to `each`.
    pub(super) fn cells<'a>(
        &'a self,
        findings: &mut Findings,
        mut each: impl FnMut(Cells<'a>, &mut Findings),
    ) {
        for row in &self.rows {
            let at = At {
                file: self.role,
                line: row.line,
            };
            let cells = self.clean(row, at, findings);
            match self.width_fault(row) {
                Some(reason) => findings.problem(at, None, reason),
                None => each(cells, findings),
            }
        }
    }

    fn width_fault(&self, row: &Row) -> Option<Reason> {
        let (found, expected) = (row.cells.len(), self.mapping.columns.len());
        // Sheets don't store empty cells at a row's end.
        let short = found < self.mapping.needed && self.format.container != Container::Workbook;
        let more = row.cells.get(expected..).unwrap_or_default();
        if short {
            Some(Reason::TooFewColumns { found, expected })
        } else if more.iter().any(|cell| !cell.trim().is_empty()) {
            Some(Reason::TooManyColumns { found, expected })
        } else {
            None
        }
    }

    /// Every cell is searched for identity codes, also in columns and rows that are not imported:
    /// whoever keeps the file should know of them.
    fn clean(&self, row: &Row, at: At, findings: &mut Findings) -> Cells<'_> {
        let mut years = BTreeMap::new();
        let mut cells = Vec::with_capacity(row.cells.len());
        let number = self.places.get(&Field::Number).and_then(|at| at.first());
        let mut raw_number = String::new();
        for (place, cell) in row.cells.iter().enumerate() {
            let mut cell = tidy(cell);
            if Some(&place) == number {
                raw_number.clone_from(&cell);
            }
            let (cut, year) = identity_code::cut(&cell);
            if let Some(year) = year {
                let field = self
                    .mapping
                    .columns
                    .get(place)
                    .and_then(|column| column.field);
                findings.note(at, field, NoteKind::IdentityCode);
                years.insert(place, year);
                cell = cut
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .collect::<Vec<_>>()
                    .join(" ");
            }
            cells.push(cell);
        }
        Cells {
            at,
            places: &self.places,
            cells,
            years,
            raw_number,
        }
    }
}

/// Rows above the header that may hold anything, and are cleaned before they are looked at.
const SKIPPED_TITLES: usize = 10;

impl Cells<'_> {
    /// The first filled cell of `field`; empty when there is none.
    pub(super) fn one(&self, field: Field) -> &str {
        self.all(field).next().unwrap_or_default()
    }

    /// The filled cells of `field`.
    pub(super) fn all(&self, field: Field) -> impl Iterator<Item = &str> {
        self.columns(field)
            .iter()
            .filter_map(|at| self.cells.get(*at))
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
    }

    /// The year of birth in an identity code in a cell of `field`.
    pub(super) fn year_in_code(&self, field: Field) -> Option<u16> {
        self.columns(field)
            .iter()
            .find_map(|at| self.years.get(at).copied())
    }

    fn columns(&self, field: Field) -> &[usize] {
        self.places.get(&field).map_or(&[], Vec::as_slice)
    }
}

/// Without control characters and outer white space; what spreadsheets wrap a text in, `="0401"`,
/// is taken off.
fn tidy(cell: &str) -> String {
    let clean: String = if cell.contains(char::is_control) {
        cell.replace("\r\n", "\n")
            .chars()
            .map(|c| match c {
                '\r' => '\n',
                '\t' => ' ',
                c => c,
            })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect()
    } else {
        cell.to_owned()
    };
    let trimmed = clean.trim();
    let wrapped = trimmed
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('"'));
    wrapped.unwrap_or(trimmed).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_tidied() {
        for (cell, tidied) in [
            (" a\tb ", "a b"),
            ("a\r\nb\rc", "a\nb\nc"),
            ("\u{1b}[31mx\0", "[31mx"),
            ("=\"0401\"", "0401"),
            ("=HYPERLINK(\"http://x\")", "=HYPERLINK(\"http://x\")"),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
        ] {
            assert_eq!(tidy(cell), tidied, "{cell:?}");
        }
    }
}
