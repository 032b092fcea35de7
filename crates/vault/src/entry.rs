//! The keys of stored entries: one flat, ordered space, so that one batch is atomic over all of it.
//!
//! The first byte names the tree, the owner follows, then part and chunk for what is cut into chunks.

use register::id::{LogId, RecordId};
use sha2::{Digest, Sha256};

use crate::error::VaultError;

/// The longest name of a fact, in bytes.
pub(crate) const FACT_NAME_LIMIT: usize = 200;

/// Which frame the tree stands at: a note of the tree about itself, no part of the manifest.
pub(crate) const STANDING: &[u8] = b"mstanding";
/// When the tree was last made afresh, in seconds, and under which epoch: a note too.
pub(crate) const COMPACTED: &[u8] = b"mcompacted";
/// Where the wrapped key of facts and audit entries lies.
pub(crate) const HOUSE_KEY: &[u8] = b"khouse";

/// Whether an entry is a note of the tree about itself.
pub(crate) fn is_note(key: &[u8]) -> bool {
    key.first() == Some(&b'm')
}

/// What an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tree {
    /// One audit entry of the one log that a node had before there was one for each life.
    Audit,
    /// A wrapped bucket key.
    Bucket,
    /// One part of a record's document.
    Document,
    /// A fact.
    Fact,
    /// Which parts a record has.
    Header,
    /// A record's index entry.
    Index,
    /// A wrapped data key.
    Key,
    /// A ledger entry.
    Ledger,
    /// One audit entry.
    Log,
    /// The reason of an audit entry about a record.
    Reason,
    /// One part of a record's values.
    Values,
    /// The reason of an audit entry about no record.
    Why,
}

impl Tree {
    pub(crate) const fn letter(self) -> u8 {
        match self {
            Self::Audit => b'a',
            Self::Bucket => b'b',
            Self::Document => b'd',
            Self::Fact => b'f',
            Self::Header => b'h',
            Self::Index => b'i',
            Self::Key => b'k',
            Self::Ledger => b'l',
            Self::Log => b'o',
            Self::Reason => b'r',
            Self::Values => b'v',
            Self::Why => b'w',
        }
    }

    /// The tree that the entry at `key` belongs to.
    pub(crate) fn of(key: &[u8]) -> Option<Self> {
        Some(match key.first()? {
            b'a' => Self::Audit,
            b'b' => Self::Bucket,
            b'd' => Self::Document,
            b'f' => Self::Fact,
            b'h' => Self::Header,
            b'i' => Self::Index,
            b'k' => Self::Key,
            b'l' => Self::Ledger,
            b'o' => Self::Log,
            b'r' => Self::Reason,
            b'v' => Self::Values,
            b'w' => Self::Why,
            _ => return None,
        })
    }
}

/// Where one sealed parcel lies: everything of an entry's key but the chunk number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(Vec<u8>);

impl Place {
    /// One part of what a record has in `tree`.
    pub(crate) fn record(tree: Tree, record: RecordId, part: u16) -> Self {
        let mut key = record_prefix(tree, record);
        key.extend_from_slice(&part.to_be_bytes());
        Self(key)
    }

    /// A fact. Names are given by the program and hold no personal data.
    pub(crate) fn fact(name: &str) -> Result<Self, VaultError> {
        if name.len() > FACT_NAME_LIMIT {
            return Err(VaultError::TooLarge);
        }
        let length = u8::try_from(name.len()).map_err(|_| VaultError::TooLarge)?;
        let mut key = vec![Tree::Fact.letter(), length];
        key.extend_from_slice(name.as_bytes());
        Ok(Self(key))
    }

    /// An audit entry.
    pub(crate) fn audit(log: LogId, sequence: u64) -> Self {
        let mut key = log_prefix(log);
        key.extend_from_slice(&sequence.to_be_bytes());
        Self(key)
    }

    /// The reason of an audit entry, which belongs to the record that it is about.
    pub(crate) fn reason(record: Option<RecordId>, log: LogId, sequence: u64) -> Self {
        let mut key = match record {
            Some(record) => record_prefix(Tree::Reason, record),
            None => vec![Tree::Why.letter()],
        };
        key.extend_from_slice(log.as_bytes());
        key.extend_from_slice(&sequence.to_be_bytes());
        Self(key)
    }

    /// The key of one chunk.
    pub(crate) fn chunk(&self, number: u16) -> Vec<u8> {
        let mut key = self.0.clone();
        key.extend_from_slice(&number.to_be_bytes());
        key
    }

    /// What the keys of all chunks begin with, and nothing else does.
    pub(crate) fn prefix(&self) -> &[u8] {
        &self.0
    }

    /// The place and chunk number of an entry's key.
    pub(crate) fn split(key: &[u8]) -> Option<(Self, u16)> {
        let (place, chunk) = key.split_last_chunk::<2>()?;
        Some((Self(place.to_vec()), u16::from_be_bytes(*chunk)))
    }

    /// The fact's name, if this is the place of one.
    pub(crate) fn fact_name(&self) -> Option<&str> {
        let (tree, rest) = self.0.split_first()?;
        let (length, name) = rest.split_first()?;
        (*tree == Tree::Fact.letter() && usize::from(*length) == name.len())
            .then(|| core::str::from_utf8(name).ok())
            .flatten()
    }

    /// The audit entry's sequence number, if this is the place of one.
    pub(crate) fn audit_sequence(&self) -> Option<u64> {
        self.audit_entry().map(|(_, sequence)| sequence)
    }

    /// The log and sequence number of an audit entry, if this is the place of one.
    pub(crate) fn audit_entry(&self) -> Option<(LogId, u64)> {
        let (tree, rest) = self.0.split_first()?;
        match Tree::of(&[*tree])? {
            Tree::Audit => {
                let sequence = rest.try_into().ok().map(u64::from_be_bytes)?;
                Some((LogId::EARLIEST, sequence))
            }
            Tree::Log => {
                let (log, sequence) = rest.split_first_chunk::<{ LogId::BYTES }>()?;
                let sequence = sequence.try_into().ok().map(u64::from_be_bytes)?;
                Some((LogId::from_bytes(*log), sequence))
            }
            Tree::Bucket
            | Tree::Document
            | Tree::Fact
            | Tree::Header
            | Tree::Index
            | Tree::Key
            | Tree::Ledger
            | Tree::Reason
            | Tree::Values
            | Tree::Why => None,
        }
    }
}

/// What the keys of all entries of an audit log begin with.
pub(crate) fn log_prefix(log: LogId) -> Vec<u8> {
    if log == LogId::EARLIEST {
        return vec![Tree::Audit.letter()];
    }
    let mut key = vec![Tree::Log.letter()];
    key.extend_from_slice(log.as_bytes());
    key
}

/// Where a record's wrapped data key lies.
pub(crate) fn record_key(record: RecordId) -> Vec<u8> {
    record_prefix(Tree::Key, record)
}

/// Where the wrapped key of a bucket lies.
pub(crate) fn bucket_key(bucket: u8) -> Vec<u8> {
    vec![Tree::Bucket.letter(), bucket]
}

/// The bucket that a record's data key is in: the first byte of its id, which is random.
pub(crate) fn bucket_of(record: RecordId) -> u8 {
    let [first, ..] = *record.as_bytes();
    first
}

/// What the wrapped data keys of a bucket begin with. The house key may begin with it too.
pub(crate) fn bucket_prefix(bucket: u8) -> Vec<u8> {
    vec![Tree::Key.letter(), bucket]
}

/// Where a ledger entry lies: entries are few and small, and named by their own digest.
pub(crate) fn ledger_key(entry: &[u8]) -> Vec<u8> {
    let mut key = vec![Tree::Ledger.letter()];
    key.extend(Sha256::digest(entry).iter().take(16));
    key
}

/// What everything that a record has in `tree` begins with.
pub(crate) fn record_prefix(tree: Tree, record: RecordId) -> Vec<u8> {
    let mut key = Vec::with_capacity(RecordId::BYTES + 5);
    key.push(tree.letter());
    key.extend_from_slice(record.as_bytes());
    key
}

/// The record that the entry at `key` belongs to, if it belongs to one.
pub(crate) fn record_of(key: &[u8]) -> Option<RecordId> {
    match Tree::of(key)? {
        Tree::Document | Tree::Header | Tree::Index | Tree::Key | Tree::Reason | Tree::Values => {
            RecordId::from_slice(key.get(1..=RecordId::BYTES)?)
        }
        Tree::Audit | Tree::Bucket | Tree::Fact | Tree::Ledger | Tree::Log | Tree::Why => None,
    }
}

/// The first key after all those that begin with `prefix`.
pub(crate) fn after(prefix: &[u8]) -> Vec<u8> {
    let mut key = prefix.to_vec();
    while let Some(last) = key.pop() {
        if let Some(next) = last.checked_add(1) {
            key.push(next);
            return key;
        }
    }
    // Nothing sorts after a prefix of 0xff only; no tree has such a letter.
    vec![u8::MAX; 40]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_read_back_and_their_prefixes_are_apart() {
        let fact = Place::fact("sync/peer").unwrap();
        assert_eq!(Place::split(&fact.chunk(7)), Some((fact.clone(), 7)));
        assert_eq!(fact.fact_name(), Some("sync/peer"));
        for log in [LogId::EARLIEST, LogId::from_bytes([7; 16])] {
            let place = Place::audit(log, 9);
            assert_eq!(place.audit_entry(), Some((log, 9)));
            assert!(place.prefix().starts_with(&log_prefix(log)));
        }
        let longer = Place::fact("sync/peers").unwrap();
        assert!(!longer.prefix().starts_with(fact.prefix()));
        assert_eq!(
            Place::fact(&"x".repeat(201)).err(),
            Some(VaultError::TooLarge)
        );
        let id = RecordId::from_bytes([0xff; 16]);
        let key = Place::record(Tree::Values, id, 3).chunk(1);
        assert_eq!(record_of(&key), Some(id));
        assert_eq!(record_of(HOUSE_KEY), None);
        assert!(key < after(&record_prefix(Tree::Values, id)));
        assert_eq!(after(&record_prefix(Tree::Values, id)), b"w");
    }
}
