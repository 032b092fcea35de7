//! What a replica stores and where it reads it.

use std::collections::BTreeMap;

use crate::id::{LogId, RecordId};
use crate::value::Value;

/// Writes that belong together.
#[derive(Debug, Default)]
pub struct Group {
    /// In order; a later one to the same place wins.
    pub writes: Vec<Write>,
}

/// One write.
pub enum Write {
    /// The record's document becomes these bytes.
    Document(RecordId, Vec<u8>),
    /// These changes go to the end of the record's document.
    Changes(RecordId, Vec<u8>),
    /// The record's values become these.
    Values(RecordId, Vec<Value>),
    /// These values join the record's.
    MoreValues(RecordId, Vec<Value>),
    /// The record's index entry, which the node reads whole at start.
    Index(RecordId, Vec<u8>),
    /// The record goes for good: document, values, index entry, and the key that opens them.
    Forget(RecordId),
    /// From here on the record has a fresh data key, and the old one goes: the same group then writes document,
    /// values and index entry whole, so that nothing sealed before stays readable. Reasons of audit entries about the
    /// record are kept: they account for what was done with it, the removal included, and are no part of the card.
    Rekey(RecordId),
    /// A small named piece of state; `None` removes it.
    Fact(String, Option<Vec<u8>>),
    /// One more ledger entry.
    Ledger(Vec<u8>),
    /// An entry of an audit log, by its sequence number; `None` removes it.
    Audit(LogId, u64, Option<Vec<u8>>),
    /// The reason of such an entry; `None` removes it. One about a record goes with the record's key, and stays when
    /// the record gets a fresh one.
    Reason(Option<RecordId>, LogId, u64, Option<Vec<u8>>),
}

impl core::fmt::Debug for Write {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Document(id, bytes) => write!(f, "Document({id:?}, {} bytes)", bytes.len()),
            Self::Changes(id, bytes) => write!(f, "Changes({id:?}, {} bytes)", bytes.len()),
            Self::Values(id, values) => write!(f, "Values({id:?}, {})", values.len()),
            Self::MoreValues(id, values) => write!(f, "MoreValues({id:?}, {})", values.len()),
            Self::Index(id, bytes) => write!(f, "Index({id:?}, {} bytes)", bytes.len()),
            Self::Forget(id) => write!(f, "Forget({id:?})"),
            Self::Rekey(id) => write!(f, "Rekey({id:?})"),
            Self::Fact(key, _) => write!(f, "Fact({key})"),
            Self::Ledger(bytes) => write!(f, "Ledger({} bytes)", bytes.len()),
            Self::Audit(log, sequence, _) => write!(f, "Audit({log:?}, {sequence})"),
            Self::Reason(_, log, sequence, _) => write!(f, "Reason({log:?}, {sequence})"),
        }
    }
}

/// A record that can't be read from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored record is damaged")]
pub struct ShelfError;

/// Where a replica reads what it persisted. Sees every write of every earlier [`Effect::Persist`](super::Effect::Persist).
pub trait Shelf {
    /// The record's document and the changes after it, one after another; `None` when there is no such record.
    ///
    /// # Errors
    /// [`ShelfError`] when something is there that can't be read.
    fn document(&self, record: RecordId) -> Result<Option<Vec<u8>>, ShelfError>;

    /// The record's values, in the order they were written.
    ///
    /// # Errors
    /// [`ShelfError`] when something is there that can't be read.
    fn values(&self, record: RecordId) -> Result<Vec<Value>, ShelfError>;

    /// At most `limit` entries of an audit log from a sequence number on, in order; one that doesn't open is `None`.
    ///
    /// # Errors
    /// [`ShelfError`] when the store can't be read.
    fn audit(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<AuditSlot>, ShelfError>;

    /// The reason of an audit entry.
    ///
    /// # Errors
    /// [`ShelfError`] when something is there that can't be read.
    fn reason(
        &self,
        record: Option<RecordId>,
        log: LogId,
        sequence: u64,
    ) -> Result<Option<Vec<u8>>, ShelfError>;
}

/// A place in a stored audit log: its number and the entry, `None` when it doesn't open.
pub type AuditSlot = (u64, Option<Vec<u8>>);

/// What a store holds when it is opened, but for documents and values.
#[derive(Default)]
pub struct Holdings {
    /// Every record's index entry.
    pub indexes: Vec<(RecordId, Vec<u8>)>,
    /// Every fact.
    pub facts: BTreeMap<String, Vec<u8>>,
    /// Every ledger entry.
    pub ledger: Vec<Vec<u8>>,
    /// The last entry of each audit log.
    pub logs: Vec<(LogId, AuditSlot)>,
}

impl core::fmt::Debug for Holdings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Holdings({} records, {} facts)",
            self.indexes.len(),
            self.facts.len()
        )
    }
}
