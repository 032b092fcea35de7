//! How many operations a chunk of Automerge's format stands for, counted without unpacking them.
//!
//! A chunk holds columns; each is a list of runs. What is not a column is passed over, and what a column means is left
//! to Automerge: only how much there would be of it is counted here (Automerge binary document format, sections
//! "Document chunks", "Change chunks" and "Columns").

use std::io::Read as _;

use flate2::read::DeflateDecoder;

use super::{DOCUMENT_LIMIT, DocumentError};

/// A whole document.
const DOCUMENT: u8 = 0;
/// A change whose contents are deflated.
const COMPRESSED_CHANGE: u8 = 2;
/// The most bytes that a column or a change inflates to.
const INFLATED_LIMIT: u64 = DOCUMENT_LIMIT as u64;
/// The bit of a column's specification that says it is deflated.
const DEFLATED: u64 = 0b1000;

/// The most operations or changes that any column of the chunk stands for.
pub(super) fn operations(kind: u8, contents: &[u8]) -> Result<u64, DocumentError> {
    if kind == COMPRESSED_CHANGE {
        return change(&inflate(contents)?);
    }
    if kind == DOCUMENT {
        return document(contents);
    }
    change(contents)
}

fn document(contents: &[u8]) -> Result<u64, DocumentError> {
    let mut reader = Reader(contents);
    for _ in 0..reader.count()? {
        reader.sized()?;
    }
    let heads = reader.count()?;
    reader.skip(heads.saturating_mul(32))?;
    let mut columns = reader.columns()?;
    columns.extend(reader.columns()?);
    reader.most(&columns)
}

fn change(contents: &[u8]) -> Result<u64, DocumentError> {
    let mut reader = Reader(contents);
    let dependencies = reader.count()?;
    reader.skip(dependencies.saturating_mul(32))?;
    // The actor; its number, the first operation's, the time; the message; further actors.
    reader.sized()?;
    for _ in 0..3 {
        reader.number()?;
    }
    reader.sized()?;
    for _ in 0..reader.count()? {
        reader.sized()?;
    }
    let columns = reader.columns()?;
    reader.most(&columns)
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, DocumentError> {
    let mut inflated = Vec::new();
    let mut decoder = DeflateDecoder::new(bytes).take(INFLATED_LIMIT + 1);
    decoder
        .read_to_end(&mut inflated)
        .map_err(|_| DocumentError::Damaged)?;
    if inflated.len() as u64 > INFLATED_LIMIT {
        return Err(DocumentError::TooLarge);
    }
    Ok(inflated)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, DocumentError> {
        let (first, rest) = self.0.split_first().ok_or(DocumentError::Damaged)?;
        self.0 = rest;
        Ok(*first)
    }

    /// The bits of a LEB128 number and how many there are; its sign is for the caller to see.
    fn leb128(&mut self) -> Result<(u64, u32), DocumentError> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((value, shift + 7));
            }
        }
        Err(DocumentError::TooLarge)
    }

    fn number(&mut self) -> Result<u64, DocumentError> {
        self.leb128().map(|(value, _)| value)
    }

    fn signed(&mut self) -> Result<i64, DocumentError> {
        let (value, bits) = self.leb128()?;
        let unused = 64 - bits;
        Ok(((value << unused) as i64) >> unused)
    }

    /// A number of things of which each takes a byte at least.
    fn count(&mut self) -> Result<usize, DocumentError> {
        let count = usize::try_from(self.number()?).map_err(|_| DocumentError::TooLarge)?;
        if count > self.0.len() {
            return Err(DocumentError::Damaged);
        }
        Ok(count)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DocumentError> {
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(DocumentError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn skip(&mut self, length: usize) -> Result<(), DocumentError> {
        self.take(length).map(drop)
    }

    /// Bytes with their length before them.
    fn sized(&mut self) -> Result<&'a [u8], DocumentError> {
        let length = self.count()?;
        self.take(length)
    }

    /// The specification and the length of each column.
    fn columns(&mut self) -> Result<Vec<(u64, usize)>, DocumentError> {
        let mut columns = Vec::new();
        for _ in 0..self.count()? {
            let specification = self.number()?;
            let length = usize::try_from(self.number()?).map_err(|_| DocumentError::TooLarge)?;
            columns.push((specification, length));
        }
        Ok(columns)
    }

    fn most(&mut self, columns: &[(u64, usize)]) -> Result<u64, DocumentError> {
        let mut most = 0;
        for (specification, length) in columns {
            let bytes = self.take(*length)?;
            let items = if specification & DEFLATED == 0 {
                items(specification & 0b111, bytes)?
            } else {
                items(specification & 0b111, &inflate(bytes)?)?
            };
            most = items.max(most);
        }
        Ok(most)
    }
}

/// How many items a column of this type stands for.
fn items(kind: u64, bytes: &[u8]) -> Result<u64, DocumentError> {
    let mut reader = Reader(bytes);
    let mut items = 0_u64;
    while !reader.0.is_empty() {
        let run = match kind {
            // Booleans: lengths of runs that take turns.
            4 => reader.number()?,
            // What values consist of: as many bytes as there are.
            7 => return Ok(0),
            _ => run(&mut reader, kind)?,
        };
        items = items.saturating_add(run);
    }
    Ok(items)
}

/// The next run of a run-length encoded column: so many times the value that follows, so many values, or so many
/// nothings.
fn run(reader: &mut Reader<'_>, kind: u64) -> Result<u64, DocumentError> {
    const TEXT: u64 = 5;
    let value = |reader: &mut Reader<'_>| match kind {
        TEXT => reader.sized().map(drop),
        _ => reader.leb128().map(drop),
    };
    let length = reader.signed()?;
    match length {
        0 => return reader.number(),
        1.. => value(reader)?,
        _ => {
            for _ in 0..length.unsigned_abs() {
                value(reader)?;
            }
        }
    }
    Ok(length.unsigned_abs())
}
