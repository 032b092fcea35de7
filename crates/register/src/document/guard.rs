//! Automerge panics on some malformed input and takes bundles and unbounded sizes: this stands before it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{DOCUMENT_LIMIT, DocumentError};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Chunk types that are taken: document, change, compressed change. Bundles (3) are not.
const TYPES: core::ops::RangeInclusive<u8> = 0..=2;

/// Checks that `bytes` are whole chunks of known types, within [`DOCUMENT_LIMIT`].
pub(super) fn chunks(bytes: &[u8]) -> Result<(), DocumentError> {
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
        rest = body.get(length..).ok_or(DocumentError::Damaged)?;
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
