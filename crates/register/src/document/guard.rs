//! Automerge panics on some malformed input and takes bundles and unbounded sizes: this stands before it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{DOCUMENT_LIMIT, DocumentError, columns};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk types that are taken: document, change, compressed change. Bundles (3) are not.
const TYPES: core::ops::RangeInclusive<u8> = 0..=2;

/// The most operations, or changes, of one record. Each takes some hundred bytes once it is loaded; a card of sixty
/// treatments has about two thousand.
const OPERATIONS_LIMIT: u64 = 256 * 1024;

/// Checks that `bytes` are whole chunks of known types, within [`DOCUMENT_LIMIT`].
pub(super) fn chunks(bytes: &[u8]) -> Result<(), DocumentError> {
    each_chunk(bytes, |_, _| Ok(()))
}

/// Like [`chunks`], for bytes from elsewhere: they tell of no more operations than [`OPERATIONS_LIMIT`] either. Columns
/// are run-length encoded and deflated, so a few bytes can stand for more than any memory holds.
pub(super) fn bounded_chunks(bytes: &[u8]) -> Result<(), DocumentError> {
    let mut operations = 0_u64;
    each_chunk(bytes, |kind, contents| {
        operations = operations.saturating_add(columns::operations(kind, contents)?);
        if operations > OPERATIONS_LIMIT {
            return Err(DocumentError::TooLarge);
        }
        Ok(())
    })
}

fn each_chunk(
    bytes: &[u8],
    mut look: impl FnMut(u8, &[u8]) -> Result<(), DocumentError>,
) -> Result<(), DocumentError> {
    if bytes.len() > DOCUMENT_LIMIT {
        return Err(DocumentError::TooLarge);
    }
    let mut rest = bytes;
    while !rest.is_empty() {
        let after_magic = rest.strip_prefix(&MAGIC).ok_or(DocumentError::Damaged)?;
        let (_checksum, after_sum) = after_magic
            .split_at_checked(4)
            .ok_or(DocumentError::Damaged)?;
        let (kind, after_kind) = after_sum.split_first().ok_or(DocumentError::Damaged)?;
        if !TYPES.contains(kind) {
            return Err(DocumentError::Damaged);
        }
        let (length, body) = leb128(after_kind)?;
        let (contents, after) = body
            .split_at_checked(length)
            .ok_or(DocumentError::Damaged)?;
        look(*kind, contents)?;
        rest = after;
    }
    Ok(())
}

/// Whether the first chunk is a document, not a change.
pub(super) fn begins_with_snapshot(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC) && bytes.get(MAGIC.len() + 4) == Some(&0)
}

fn leb128(bytes: &[u8]) -> Result<(usize, &[u8]), DocumentError> {
    let mut value = 0usize;
    for (at, byte) in bytes.iter().enumerate().take(4) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(at + 1..).unwrap_or_default()));
        }
    }
    Err(DocumentError::TooLarge)
}

/// Runs `work`, turning a panic inside it into an error. What it worked on must be thrown away then.
pub(super) fn catch<T>(
    work: impl FnOnce() -> Result<T, DocumentError>,
) -> Result<T, DocumentError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(DocumentError::Damaged))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    /// A document without actors and heads, with one column of operations.
    fn document(column: &[u8], specification: u8) -> Vec<u8> {
        let mut contents = vec![0, 0, 0, 1, specification, column.len().try_into().unwrap()];
        contents.extend_from_slice(column);
        let mut bytes = [MAGIC.as_slice(), &[0; 4], &[0]].concat();
        bytes.push(contents.len().try_into().unwrap());
        bytes.extend(contents);
        bytes
    }

    #[test]
    fn a_few_bytes_that_stand_for_endless_operations_are_refused() {
        // One run of 2^34 equal actions; the same of nothings; the same as a boolean.
        let run = [0x80, 0x80, 0x80, 0x80, 0xc0, 0x00, 1];
        let nulls = [0, 0x80, 0x80, 0x80, 0x80, 0x40];
        for (column, specification) in [(&run[..], 0x42), (&nulls[..], 0x42), (&nulls[1..], 0x34)] {
            let bytes = document(column, specification);
            assert_eq!(
                bounded_chunks(&bytes),
                Err(DocumentError::TooLarge),
                "{column:?}"
            );
        }
        // Three equal actions are three.
        assert_eq!(bounded_chunks(&document(&[3, 1], 0x42)), Ok(()));
    }

    #[test]
    fn a_few_bytes_that_inflate_to_endless_ones_are_refused() {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![1; 64 * 1024 * 1024]).unwrap();
        let endless = encoder.finish().unwrap();
        let mut contents = vec![0, 0, 0, 1, 0x4a];
        let length = u32::try_from(endless.len()).unwrap();
        let [_, c, b, a] =
            (((length >> 14) << 16) | ((length >> 7 & 0x7f) << 8) | (length & 0x7f)).to_be_bytes();
        contents.extend([a | 0x80, b | 0x80, c]);
        contents.extend(endless);
        assert_eq!(
            columns::operations(0, &contents),
            Err(DocumentError::TooLarge)
        );
    }

    #[test]
    fn columns_that_end_early_are_refused() {
        for column in [&[5][..], &[0x7e, 1], &[0x80]] {
            assert_eq!(
                bounded_chunks(&document(column, 0x42)),
                Err(DocumentError::Damaged),
                "{column:?}"
            );
        }
    }
}
