//! Frames: one group of writes as absolute puts and deletes of sealed bytes.
//!
//! A frame is `magic, body length, CRC-32 of length and body, body`; the body is the frame's
//! number, the number of the first frame of the same append, the manifest after the frame, and the
//! operations. Replaying a frame twice, or with no key at hand, does no harm.

use std::sync::Arc;

use crate::disk::Op;
use crate::manifest::Manifest;

/// The longest body in bytes: a group that is larger is refused.
pub(crate) const BODY_LIMIT: usize = 256 * 1024 * 1024;

const MAGIC: &[u8; 4] = b"KjF1";
/// Magic, length and checksum.
const HEAD: usize = 4 + 4 + 4;
/// Stands for a delete where a value's length is expected.
const DELETED: u32 = u32::MAX;

/// A frame in the bytes it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    /// Counts from 1 without gaps.
    pub(crate) number: u64,
    /// The first frame of the append that this frame is of.
    pub(crate) first: u64,
    /// What lives after this frame.
    pub(crate) manifest: Manifest,
    ops: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The operations; `None` when they can't be read.
    pub(crate) fn ops(&self) -> Option<Vec<Op>> {
        decode_ops(self.ops)
    }

    /// The frame at the start of `bytes`, and how long it is.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut input = Input(bytes);
        if input.array::<4>()? != MAGIC {
            return None;
        }
        let length = input.u32()? as usize;
        let checksum = input.u32()?;
        let body = input.take(length)?;
        if crc(body) != checksum {
            return None;
        }
        let mut input = Input(body);
        let frame = Self {
            number: input.u64()?,
            first: input.u64()?,
            manifest: Manifest::decode(input.array()?),
            ops: input.0,
        };
        Some((frame, HEAD + length))
    }
}

/// Appends the encoded frame to `out`. Returns `false`, with nothing appended, when it is too large.
pub(crate) fn encode(
    number: u64,
    first: u64,
    manifest: &Manifest,
    ops: &[Op],
    out: &mut Vec<u8>,
) -> bool {
    let mut body = Vec::new();
    body.extend_from_slice(&number.to_be_bytes());
    body.extend_from_slice(&first.to_be_bytes());
    body.extend_from_slice(&manifest.encode());
    encode_ops(ops, &mut body);
    match u32::try_from(body.len()) {
        Ok(length) if body.len() <= BODY_LIMIT => {
            out.extend_from_slice(MAGIC);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&crc(&body).to_be_bytes());
            out.extend_from_slice(&body);
            true
        }
        _ => false,
    }
}

/// Where the next thing that may be a frame starts, after `from`.
pub(crate) fn next_magic(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    rest.windows(MAGIC.len())
        .position(|window| window == MAGIC)
        .map(|at| from + at)
}

/// Appends operations to `out`.
pub(crate) fn encode_ops(ops: &[Op], out: &mut Vec<u8>) {
    for op in ops {
        // Keys are under 300 bytes and chunks under 5 KiB by construction.
        let key = u16::try_from(op.key.len()).unwrap_or(u16::MAX);
        let value = op.value.as_ref();
        let length = value.map_or(DELETED, |value| {
            u32::try_from(value.len()).unwrap_or(DELETED)
        });
        out.extend_from_slice(&key.to_be_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&op.key);
        if let Some(value) = value {
            out.extend_from_slice(value);
        }
    }
}

/// Reads operations up to the end of `bytes`.
pub(crate) fn decode_ops(bytes: &[u8]) -> Option<Vec<Op>> {
    let mut input = Input(bytes);
    let mut ops = Vec::new();
    while !input.0.is_empty() {
        let key = usize::from(input.u16()?);
        let length = input.u32()?;
        let key = input.take(key)?.to_vec();
        let value = if length == DELETED {
            None
        } else {
            Some(Arc::from(input.take(length as usize)?))
        };
        ops.push(Op { key, value });
    }
    Some(ops)
}

/// The checksum of a body together with its length.
pub(crate) fn crc(body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(body.len() as u64).to_be_bytes());
    hasher.update(body);
    hasher.finalize()
}

/// Bytes that are read from the front.
pub(crate) struct Input<'a>(pub(crate) &'a [u8]);

impl<'a> Input<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(|bytes| u32::from_be_bytes(*bytes))
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(|bytes| u64::from_be_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Vec<Op>, Vec<u8>) {
        let ops = vec![
            Op::put(b"a".to_vec(), b"1"),
            Op::delete(b"b".to_vec()),
            Op::put(b"c".to_vec(), b""),
        ];
        let mut bytes = Vec::new();
        assert!(encode(7, 6, &Manifest::default(), &ops, &mut bytes));
        (ops, bytes)
    }

    #[test]
    fn a_frame_reads_back() {
        let (ops, mut bytes) = sample();
        let length = bytes.len();
        bytes.extend_from_slice(b"more");
        let (frame, taken) = Frame::parse(&bytes).unwrap();
        assert_eq!((frame.number, frame.first, taken), (7, 6, length));
        assert_eq!(frame.ops(), Some(ops));
    }

    #[test]
    fn any_flipped_bit_and_any_missing_end_is_seen() {
        let (_, bytes) = sample();
        for at in 0..bytes.len() {
            assert_eq!(Frame::parse(&bytes[..at]), None);
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert_eq!(Frame::parse(&flipped), None, "byte {at} bit {bit}");
            }
        }
    }
}
