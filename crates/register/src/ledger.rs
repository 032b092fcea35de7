//! What must stay forgotten: erased records and dead values.
//!
//! Grow-only, exchanged before anything else, never expired, and without personal data. Merging is a
//! union that keeps the earlier entry of two for one id, so it is commutative, associative and
//! idempotent.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::id::{Incarnation, NodeId, RecordId, ValueId};

/// Why something was removed for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// The client asked.
    Request,
    /// The client relationship has ended (clause 11).
    Ended,
    /// The retention period was over (clause 9).
    Retention,
    /// A value was corrected and the old one had to go (clause 11).
    Rectification,
    /// Consent was withdrawn (GDPR Article 7(3)).
    Consent,
    /// A user whose access ended long enough ago (clause 9): never a client.
    FormerUser,
}

impl Reason {
    const ALL: [Self; 6] = [
        Self::Request,
        Self::Ended,
        Self::Retention,
        Self::Rectification,
        Self::Consent,
        Self::FormerUser,
    ];

    /// The word used in files and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Ended => "ended",
            Self::Retention => "retention",
            Self::Rectification => "rectification",
            Self::Consent => "consent",
            Self::FormerUser => "former-user",
        }
    }

    /// The reason with this [`Reason::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    const fn code(self) -> u8 {
        match self {
            Self::Request => 1,
            Self::Ended => 2,
            Self::Retention => 3,
            Self::Rectification => 4,
            Self::Consent => 5,
            Self::FormerUser => 6,
        }
    }
}

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// A whole record.
    Record(RecordId),
    /// One value of a record.
    Value(RecordId, ValueId),
}

/// One entry of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerEntry {
    /// What was removed.
    pub removed: Removed,
    /// When it was decided, by the deciding node's clock.
    pub at: Timestamp,
    /// Where.
    pub node: NodeId,
    /// Why.
    pub reason: Reason,
}

/// A node says that nothing of an erased record opens there any more: its keys are destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confirmation {
    /// The erased record.
    pub record: RecordId,
    /// The node.
    pub node: NodeId,
    /// The life of its process.
    pub incarnation: Incarnation,
    /// When, by its clock.
    pub at: Timestamp,
}

/// One line of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Line {
    /// Something was removed.
    Removal(LedgerEntry),
    /// A node has carried out an erasure.
    Confirmation(Confirmation),
}

impl Line {
    /// The stored and wire form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Removal(entry) => entry.encode(),
            Self::Confirmation(confirmation) => confirmation.encode(),
        }
    }

    /// Reads the stored and wire form.
    ///
    /// # Errors
    /// [`LedgerError`] when the bytes are no line.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        LedgerEntry::decode(bytes)
            .map(Self::Removal)
            .or_else(|_| Confirmation::decode(bytes).map(Self::Confirmation))
    }
}

/// A ledger entry that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ledger entry is damaged or was written by a newer version")]
pub struct LedgerError;

/// First the form of the line: 1 is a removal, 2 a confirmation.
#[derive(Serialize, Deserialize)]
struct StoredConfirmation(u8, Id, Id, Id, i64);

#[derive(Serialize, Deserialize)]
struct Stored(u8, Id, Option<Id>, i64, Id, u8);

type Id = ByteArray<16>;

impl LedgerEntry {
    /// The stored and wire form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (record, value) = match self.removed {
            Removed::Record(record) => (record, None),
            Removed::Value(record, value) => (record, Some(Id::new(*value.as_bytes()))),
        };
        let stored = Stored(
            1,
            Id::new(*record.as_bytes()),
            value,
            self.at.as_second(),
            Id::new(*self.node.as_bytes()),
            self.reason.code(),
        );
        // A tuple of numbers and byte arrays always has a MessagePack form.
        rmp_serde::to_vec(&stored).unwrap_or_default()
    }

    /// Reads the stored and wire form.
    ///
    /// # Errors
    /// [`LedgerError`] when the bytes are no entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        let Stored(version, record, value, at, node, reason) =
            rmp_serde::from_slice(bytes).map_err(|_| LedgerError)?;
        if version != 1 {
            return Err(LedgerError);
        }
        let record = RecordId::from_bytes(*record);
        Ok(Self {
            removed: value.map_or(Removed::Record(record), |id| {
                Removed::Value(record, ValueId::from_bytes(*id))
            }),
            at: Timestamp::from_second(at).map_err(|_| LedgerError)?,
            node: NodeId::from_bytes(*node),
            reason: Reason::ALL
                .into_iter()
                .find(|one| one.code() == reason)
                .ok_or(LedgerError)?,
        })
    }
}

impl Confirmation {
    fn encode(&self) -> Vec<u8> {
        let stored = StoredConfirmation(
            2,
            Id::new(*self.record.as_bytes()),
            Id::new(*self.node.as_bytes()),
            Id::new(*self.incarnation.as_bytes()),
            self.at.as_second(),
        );
        // A tuple of numbers and byte arrays always has a MessagePack form.
        rmp_serde::to_vec(&stored).unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        let StoredConfirmation(form, record, node, incarnation, at) =
            rmp_serde::from_slice(bytes).map_err(|_| LedgerError)?;
        if form != 2 {
            return Err(LedgerError);
        }
        Ok(Self {
            record: RecordId::from_bytes(*record),
            node: NodeId::from_bytes(*node),
            incarnation: Incarnation::from_bytes(*incarnation),
            at: Timestamp::from_second(at).map_err(|_| LedgerError)?,
        })
    }
}

/// The ledger of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    erased: BTreeMap<RecordId, LedgerEntry>,
    /// Of each node the earliest.
    confirmed: BTreeMap<RecordId, BTreeMap<NodeId, Confirmation>>,
    dead: BTreeMap<RecordId, BTreeMap<ValueId, LedgerEntry>>,
}

impl Ledger {
    /// Takes a line. Returns whether anything changed by it.
    pub fn take(&mut self, line: Line) -> bool {
        match line {
            Line::Removal(entry) => self.insert(entry),
            Line::Confirmation(confirmation) => self.confirm(confirmation),
        }
    }

    /// Takes a confirmation. Returns whether anything changed by it.
    ///
    /// It counts from its own time on whether or not the erasure itself has arrived, so that the order of
    /// arrival doesn't matter.
    pub fn confirm(&mut self, confirmation: Confirmation) -> bool {
        let confirmation = Confirmation {
            at: whole_second(confirmation.at),
            ..confirmation
        };
        let of_record = self.confirmed.entry(confirmation.record).or_default();
        let order = |one: &Confirmation| (one.at, one.incarnation);
        match of_record.get(&confirmation.node) {
            Some(held) if order(held) <= order(&confirmation) => false,
            _ => {
                of_record.insert(confirmation.node, confirmation);
                true
            }
        }
    }

    /// Which nodes have carried out the erasure of a record, by node.
    pub fn confirmations(&self, record: RecordId) -> impl Iterator<Item = &Confirmation> {
        let confirmed = self.confirmed.get(&record);
        confirmed.into_iter().flat_map(BTreeMap::values)
    }

    /// Every erased record's entry, by record.
    pub fn erasures(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.erased.values()
    }

    /// Takes an entry. Returns whether anything changed by it.
    ///
    /// An erased record absorbs the entries of its values.
    pub fn insert(&mut self, entry: LedgerEntry) -> bool {
        let entry = LedgerEntry {
            at: whole_second(entry.at),
            ..entry
        };
        match entry.removed {
            Removed::Record(record) => {
                self.dead.remove(&record);
                keep_earlier(&mut self.erased, record, entry)
            }
            Removed::Value(record, _) if self.erased.contains_key(&record) => false,
            Removed::Value(record, value) => {
                keep_earlier(self.dead.entry(record).or_default(), value, entry)
            }
        }
    }

    /// The entry of an erased record.
    #[must_use]
    pub fn erased(&self, record: RecordId) -> Option<&LedgerEntry> {
        self.erased.get(&record)
    }

    /// The dead values of a record.
    #[must_use]
    pub fn dead(&self, record: RecordId) -> BTreeSet<ValueId> {
        self.dead
            .get(&record)
            .map(|values| values.keys().copied().collect())
            .unwrap_or_default()
    }

    /// How many dead values of a record there are.
    #[must_use]
    pub fn dead_count(&self, record: RecordId) -> u64 {
        self.dead
            .get(&record)
            .map_or(0, |values| values.len() as u64)
    }

    /// Every entry, in the order of what was removed.
    pub fn entries(&self) -> impl Iterator<Item = &LedgerEntry> {
        self.erased
            .values()
            .chain(self.dead.values().flat_map(BTreeMap::values))
    }

    /// Every line: entries first, in order, then confirmations.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let confirmed = self.confirmed.values().flat_map(BTreeMap::values);
        self.entries()
            .copied()
            .map(Line::Removal)
            .chain(confirmed.copied().map(Line::Confirmation))
    }

    /// Equal at two nodes when their ledgers are.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let encoded: Vec<Vec<u8>> = self.lines().map(|line| line.encode()).collect();
        let parts: Vec<&[u8]> = encoded.iter().map(Vec::as_slice).collect();
        crate::id::digest(&parts)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.erased.len() + self.dead.values().map(BTreeMap::len).sum::<usize>()
    }

    /// Whether nothing was ever removed for good.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.erased.is_empty() && self.dead.is_empty()
    }
}

/// As stored and sent: a node that went by its own finer clock would keep another of two lines than its peers.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn keep_earlier<K: Ord>(map: &mut BTreeMap<K, LedgerEntry>, key: K, entry: LedgerEntry) -> bool {
    let order = |entry: &LedgerEntry| (entry.at, entry.node, entry.reason);
    match map.get(&key) {
        Some(held) if order(held) <= order(&entry) => false,
        _ => {
            map.insert(key, entry);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two erasures of one record, or two confirmations of one node, within a second: each node holds its own as
    /// its clock gave it, and the other's as it was sent.
    #[test]
    fn nodes_agree_on_two_lines_of_one_second() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let times = [at("2026-11-25T09:00:00.2Z"), at("2026-11-25T09:00:00.7Z")];
        let record = RecordId::from_bytes([1; 16]);
        let erasure = |number: u8, at: Timestamp| {
            Line::Removal(LedgerEntry {
                removed: Removed::Record(record),
                at,
                node: NodeId::from_bytes([number; 16]),
                reason: Reason::Ended,
            })
        };
        let confirmation = |number: u8, at: Timestamp| {
            Line::Confirmation(Confirmation {
                record,
                node: NodeId::from_bytes([9; 16]),
                incarnation: Incarnation::from_bytes([number; 16]),
                at,
            })
        };
        let erasures = [erasure(2, times[0]), erasure(1, times[1])];
        for lines in [
            erasures,
            [confirmation(2, times[0]), confirmation(1, times[1])],
        ] {
            let ledgers = [(lines[0], lines[1]), (lines[1], lines[0])].map(|(own, others)| {
                let mut ledger = Ledger::default();
                ledger.take(own);
                ledger.take(Line::decode(&others.encode()).unwrap());
                ledger
            });
            assert_eq!(ledgers[0], ledgers[1]);
        }
    }
}
