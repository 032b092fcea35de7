//! Rows of an Excel workbook's first sheet that holds anything.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::ImportError;
use super::finding::Role;
use super::table::{CELLS_LIMIT, COLUMNS_LIMIT, ROWS_LIMIT, Row};

/// The most bytes of text in a sheet: shared texts make a small file large.
const TEXT_LIMIT_BYTES: usize = 512 * 1024 * 1024;

enum Fault {
    Unreadable,
    TooBig,
}

impl From<XlsxError> for Fault {
    fn from(_: XlsxError) -> Self {
        Self::Unreadable
    }
}

/// The rows of the workbook in `bytes`; a row's line is its number in the sheet.
pub(super) fn rows(bytes: Vec<u8>, role: Role) -> Result<Vec<Row>, ImportError> {
    // The reader has panicked on malformed files before; those come from outside.
    let read = catch_unwind(AssertUnwindSafe(|| first_filled_sheet(bytes)));
    match read.unwrap_or(Err(Fault::Unreadable)) {
        Ok(rows) => Ok(rows),
        Err(Fault::Unreadable) => Err(ImportError::Workbook { file: role }),
        Err(Fault::TooBig) => Err(ImportError::TooBig { file: role }),
    }
}

fn first_filled_sheet(bytes: Vec<u8>) -> Result<Vec<Row>, Fault> {
    let mut workbook = Xlsx::new(Cursor::new(bytes))?;
    for name in workbook.sheet_names() {
        let rows = sheet(&mut workbook, &name)?;
        if !rows.is_empty() {
            return Ok(rows);
        }
    }
    Ok(Vec::new())
}

/// Cell by cell: a whole range would take memory for every cell between two far corners.
fn sheet(workbook: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<Vec<Row>, Fault> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let mut rows: Vec<Row> = Vec::new();
    let (mut cells, mut bytes) = (0, 0);
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        let column = column as usize;
        if text.is_empty() || column >= COLUMNS_LIMIT {
            continue;
        }
        let line = u64::from(row) + 1;
        if rows.last().is_none_or(|last| last.line < line) {
            rows.push(Row {
                line,
                cells: Vec::new(),
            });
        }
        let Some(last) = rows.last_mut().filter(|last| last.line == line) else {
            return Err(Fault::Unreadable);
        };
        cells += (column + 1).saturating_sub(last.cells.len());
        bytes += text.len();
        if last.cells.len() <= column {
            last.cells.resize(column + 1, String::new());
        }
        if let Some(place) = last.cells.get_mut(column) {
            *place = text;
        }
        if rows.len() > ROWS_LIMIT || cells > CELLS_LIMIT || bytes > TEXT_LIMIT_BYTES {
            return Err(Fault::TooBig);
        }
    }
    Ok(rows)
}

/// A cell as a text file would have it: whole numbers bare, dates as yyyy-MM-dd.
fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        // Display writes a whole number without its fraction, and never an exponent.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => u8::from(*yes).to_string(),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTime(_) | DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}
