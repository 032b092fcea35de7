//! A file as rows of text cells, whatever program wrote it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::column::recognised;
use super::date::DateStyle;
use super::encoding::{Encoding, decode};
use super::finding::Role;
use super::{ImportError, delimited, workbook};

/// The largest file that is read, in bytes.
pub const FILE_LIMIT_BYTES: u64 = 128 * 1024 * 1024;
/// The most rows of a file.
pub const ROWS_LIMIT: usize = 1_048_576;
/// The most columns of a row that are looked at.
pub const COLUMNS_LIMIT: usize = 512;
/// The most cells of a file.
pub const CELLS_LIMIT: usize = 16_000_000;

/// One row and where it starts.
pub(super) struct Row {
    /// From 1: the line of a text, the row of a sheet.
    pub(super) line: u64,
    pub(super) cells: Vec<String>,
}

/// How a file was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Text or workbook.
    pub container: Container,
    /// How most dates are written; `None` when there are none.
    pub date_style: Option<DateStyle>,
}

/// Text or workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A delimited text.
    Delimited {
        /// What stands between cells.
        delimiter: char,
        /// What the text is written in.
        encoding: Encoding,
    },
    /// The first sheet of an Excel workbook.
    Workbook,
}

/// Over [`ROWS_LIMIT`] or [`CELLS_LIMIT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooBig;

/// The rows of a file, and whether short rows are usual in it, as they are in sheets.
pub(super) struct Table {
    pub(super) container: Container,
    pub(super) rows: Vec<Row>,
}

impl Table {
    pub(super) fn open(path: &Path, role: Role) -> Result<Self, ImportError> {
        let failed = |error| ImportError::Read { file: role, error };
        let file = File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        // The length is taken from what is read: a pipe or a growing file has none to trust.
        file.take(FILE_LIMIT_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > FILE_LIMIT_BYTES {
            return Err(ImportError::TooBig { file: role });
        }
        Self::parse(bytes, role)
    }

    pub(super) fn parse(bytes: Vec<u8>, role: Role) -> Result<Self, ImportError> {
        if bytes.starts_with(b"PK\x03\x04") {
            let rows = workbook::rows(bytes, role)?;
            return Ok(Self {
                container: Container::Workbook,
                rows,
            });
        }
        if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err(ImportError::OldWorkbook { file: role });
        }
        let (text, encoding) = decode(&bytes);
        drop(bytes);
        let (rows, delimiter) = delimited::read(&text, |cells| recognised(cells, role))
            .map_err(|TooBig| ImportError::TooBig { file: role })?;
        Ok(Self {
            container: Container::Delimited {
                delimiter,
                encoding,
            },
            rows,
        })
    }
}

impl Row {
    /// Whether nothing but white space is in it.
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}
