//! The manifest: how many entries live, and a hash of the whole set.
//!
//! Seals catch wrong bytes; only the manifest catches missing ones. It is kept up to date entry by
//! entry: the set hash is the lane-wise sum of the entries' SHA-256, so order plays no part and an
//! entry is taken out by subtracting it.

use sha2::{Digest, Sha256};

/// Count and set hash of all live entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Manifest {
    count: u64,
    lanes: [u64; 4],
}

impl Manifest {
    /// Length of the encoded form in bytes.
    pub(crate) const BYTES: usize = 40;

    /// How many entries live.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Takes an entry in.
    pub(crate) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.add_hash(&hash(key, value));
    }

    /// Takes an entry out.
    pub(crate) fn subtract(&mut self, key: &[u8], value: &[u8]) {
        self.count = self.count.wrapping_sub(1);
        for (lane, part) in self.lanes.iter_mut().zip(hash(key, value)) {
            *lane = lane.wrapping_sub(part);
        }
    }

    /// Takes an entry in by its [`hash`].
    pub(crate) fn add_hash(&mut self, entry: &[u64; 4]) {
        self.count = self.count.wrapping_add(1);
        for (lane, part) in self.lanes.iter_mut().zip(entry) {
            *lane = lane.wrapping_add(*part);
        }
    }

    pub(crate) fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let numbers = core::iter::once(self.count).chain(self.lanes);
        for (to, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            to.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; Self::BYTES]) -> Self {
        let mut numbers = bytes.chunks_exact(8).map(|part| {
            let mut number = [0; 8];
            number.copy_from_slice(part);
            u64::from_be_bytes(number)
        });
        let count = numbers.next().unwrap_or_default();
        Self {
            count,
            lanes: core::array::from_fn(|_| numbers.next().unwrap_or_default()),
        }
    }
}

/// The hash of one entry.
pub(crate) fn hash(key: &[u8], value: &[u8]) -> [u64; 4] {
    let mut hasher = Sha256::new();
    hasher.update((key.len() as u64).to_be_bytes());
    hasher.update(key);
    hasher.update(value);
    let digest: [u8; 32] = hasher.finalize().into();
    let mut parts = digest.chunks_exact(8).map(|part| {
        let mut number = [0; 8];
        number.copy_from_slice(part);
        u64::from_be_bytes(number)
    });
    core::array::from_fn(|_| parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_counts_and_the_order_does_not() {
        let mut one = Manifest::default();
        one.add(b"a", b"1");
        one.add(b"b", b"2");
        let mut two = Manifest::default();
        two.add(b"b", b"2");
        two.add(b"c", b"3");
        two.add(b"a", b"1");
        assert_ne!(one, two);
        two.subtract(b"c", b"3");
        assert_eq!(one, two);
        assert_eq!(one.count(), 2);
        assert_eq!(Manifest::decode(&one.encode()), one);
        let mut moved = Manifest::default();
        moved.add(b"a", b"2");
        moved.add(b"b", b"1");
        assert_ne!(one, moved);
    }
}
