//! One pass over a file for many texts at once: each is looked up by its first four bytes.

use std::collections::HashMap;
use std::io::{self, Read};

use super::form::{self, Form};

/// How much is read at once, in bytes.
const PIECE: usize = 1024 * 1024;
/// Length of a beginning, in bytes.
const START: usize = 4;
/// Bits of the sieve that most bytes fall through: 512 kB.
const SIEVE_BITS: u32 = 22;

/// Texts in all their forms, ready to be looked for.
pub struct Search {
    needles: Vec<Needle>,
    by_start: HashMap<u32, Vec<usize>>,
    sieve: Vec<u64>,
    /// The longest needle, in bytes.
    longest: usize,
}

struct Needle {
    line: usize,
    form: Form,
    bytes: Vec<u8>,
}

impl core::fmt::Debug for Search {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Search({} forms)", self.needles.len())
    }
}

impl Search {
    /// A search for these texts, each with its line number.
    #[must_use]
    pub fn new(texts: &[(usize, String)]) -> Self {
        let mut search = Self {
            needles: Vec::new(),
            by_start: HashMap::new(),
            sieve: vec![0; 1 << (SIEVE_BITS - 6)],
            longest: START,
        };
        for (line, text) in texts {
            for (form, bytes) in form::all(text) {
                search.add(*line, form, bytes);
            }
        }
        search
    }

    fn add(&mut self, line: usize, form: Form, bytes: Vec<u8>) {
        let Some(start) = start(&bytes) else {
            return;
        };
        let (word, bit) = hole(start);
        if let Some(word) = self.sieve.get_mut(word) {
            *word |= bit;
        }
        self.longest = self.longest.max(bytes.len());
        self.by_start
            .entry(start)
            .or_default()
            .push(self.needles.len());
        self.needles.push(Needle { line, form, bytes });
    }

    /// Reads everything and tells each place: offset, line and form. Returns the number of bytes read.
    ///
    /// # Errors
    /// The reader's.
    pub fn each(
        &self,
        from: &mut impl Read,
        mut tell: impl FnMut(u64, usize, Form),
    ) -> io::Result<u64> {
        let mut piece = Vec::with_capacity(PIECE + self.longest);
        let mut before = 0_u64;
        loop {
            let had = piece.len();
            from.by_ref().take(PIECE as u64).read_to_end(&mut piece)?;
            let end = piece.len() == had;
            // Where a needle could go on in the next piece is looked at with that.
            let until = if end {
                piece.len()
            } else {
                piece.len().saturating_sub(self.longest - 1)
            };
            self.look(&piece, until, |at, needle| {
                tell(before + at as u64, needle.line, needle.form);
            });
            piece.drain(..until);
            before += until as u64;
            if end {
                return Ok(before);
            }
        }
    }

    /// Every needle that begins before `until`.
    fn look(&self, piece: &[u8], until: usize, mut tell: impl FnMut(usize, &Needle)) {
        for (at, window) in piece.windows(START).take(until).enumerate() {
            let Some(start) = start(window) else {
                continue;
            };
            let (word, bit) = hole(start);
            if self.sieve.get(word).is_none_or(|word| word & bit == 0) {
                continue;
            }
            let rest = piece.get(at..).unwrap_or_default();
            let candidates = self.by_start.get(&start).into_iter().flatten();
            for needle in candidates.filter_map(|number| self.needles.get(*number)) {
                if rest.starts_with(&needle.bytes) {
                    tell(at, needle);
                }
            }
        }
    }
}

fn start(bytes: &[u8]) -> Option<u32> {
    bytes
        .first_chunk::<START>()
        .map(|start| u32::from_le_bytes(*start))
}

/// Where a beginning falls through the sieve: a word, and the bit in it.
const fn hole(start: u32) -> (usize, u64) {
    // The multiplier spreads neighbours: 2^32 over the golden ratio.
    let hash = start.wrapping_mul(0x9e37_79b1) >> (32 - SIEVE_BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}
