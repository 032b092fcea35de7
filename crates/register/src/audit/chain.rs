//! One log: entries that each hold the hash of the one before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use super::{Act, AuditEvent, ENTRY_LIMIT, Point, REASON_LIMIT};
use crate::id::{LogId, NodeId, RecordId, digest};

/// Length of the random bytes before a reason, without which short reasons could be guessed from their hash.
pub const SALT: usize = 16;

/// One entry, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1 without gaps.
    pub sequence: u64,
    /// When, by the node's clock.
    pub at: Timestamp,
    /// Who.
    pub who: RecordId,
    /// What.
    pub act: Act,
    /// Which record.
    pub record: Option<RecordId>,
    /// Why.
    pub why: Why,
    /// SHA-256 of the entry before.
    before: [u8; 32],
}
crate::redacted!(Entry);

/// The reason of an entry.
#[derive(Clone, PartialEq, Eq)]
pub enum Why {
    /// None was given.
    Unsaid,
    /// SHA-256 over salt and text, which lie apart.
    Apart([u8; 32]),
    /// The text itself, in a log that an older version wrote.
    Text(String),
}
crate::redacted!(Why);

#[derive(Serialize, Deserialize)]
struct Stored(
    u64,
    i64,
    RecordId,
    ByteBuf,
    Option<RecordId>,
    Option<ByteArray<32>>,
    ByteArray<32>,
);

/// How entries were stored when a node had one log: the reason stood in them.
#[derive(Serialize, Deserialize)]
struct Early {
    sequence: u64,
    at: i64,
    who: [u8; 16],
    act: Act,
    record: Option<[u8; 16]>,
    reason: String,
    before: [u8; 32],
}

/// The end of a log: what the next entry is linked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tail {
    /// Sequence number of the last entry, 0 when there is none.
    pub sequence: u64,
    /// Its SHA-256; before the first entry one of log and node.
    pub hash: [u8; 32],
}

/// A new entry as it is stored.
pub struct Appended {
    /// The entry.
    pub entry: Vec<u8>,
    /// Salt and text of its reason.
    pub reason: Option<Vec<u8>>,
}
crate::redacted!(Appended);

impl Tail {
    /// Before the first entry of a node's log.
    #[must_use]
    pub fn start(log: LogId, node: NodeId) -> Self {
        if log == LogId::EARLIEST {
            return Self::default();
        }
        Self {
            sequence: 0,
            hash: digest(&[b"kortisto audit log", log.as_bytes(), node.as_bytes()]),
        }
    }

    /// After a stored entry.
    ///
    /// # Errors
    /// [`ChainError`] when it can't be read.
    pub fn after(log: LogId, entry: &[u8]) -> Result<(Self, Entry), ChainError> {
        let read = Entry::read(log, entry).ok_or(ChainError { after: 0 })?;
        let sequence = read.sequence;
        let hash = digest(&[entry]);
        Ok((Self { sequence, hash }, read))
    }

    /// Appends an event.
    pub fn append(&mut self, event: AuditEvent, at: Timestamp, salt: [u8; SALT]) -> Appended {
        let mut text = event.reason;
        text.truncate(text.floor_char_boundary(REASON_LIMIT));
        let reason = (!text.is_empty()).then(|| [salt.as_slice(), text.as_bytes()].concat());
        // Plain types always have a MessagePack form.
        let act = rmp_serde::to_vec(&event.act).unwrap_or_default();
        let stored = Stored(
            self.sequence + 1,
            at.as_second(),
            event.who,
            ByteBuf::from(act),
            event.record,
            reason.as_deref().map(reason_hash).map(ByteArray::new),
            ByteArray::new(self.hash),
        );
        let entry = rmp_serde::to_vec(&stored).unwrap_or_default();
        *self = Self {
            sequence: self.sequence + 1,
            hash: digest(&[&entry]),
        };
        Appended { entry, reason }
    }

    /// Follows the log by one stored entry.
    ///
    /// # Errors
    /// [`ChainError`] when the entry is not the next one.
    pub fn follow(&mut self, log: LogId, bytes: &[u8]) -> Result<Entry, ChainError> {
        let broken = ChainError {
            after: self.sequence,
        };
        let entry = Entry::read(log, bytes).ok_or(broken)?;
        if entry.sequence != self.sequence + 1 || entry.before != self.hash {
            return Err(broken);
        }
        *self = Self {
            sequence: entry.sequence,
            hash: digest(&[bytes]),
        };
        Ok(entry)
    }

    /// This end as a point of a log, whose last entry was written at a time.
    #[must_use]
    pub const fn point(self, log: LogId, at: i64) -> Point {
        Point {
            log,
            sequence: self.sequence,
            hash: self.hash,
            at,
        }
    }
}

impl Entry {
    /// Reads a stored entry of a log.
    #[must_use]
    pub fn read(log: LogId, bytes: &[u8]) -> Option<Self> {
        if bytes.len() > ENTRY_LIMIT && log != LogId::EARLIEST {
            return None;
        }
        if log == LogId::EARLIEST {
            let early: Early = rmp_serde::from_slice(bytes).ok()?;
            return Some(Self {
                sequence: early.sequence,
                at: Timestamp::from_second(early.at).ok()?,
                who: RecordId::from_bytes(early.who),
                act: early.act,
                record: early.record.map(RecordId::from_bytes),
                why: if early.reason.is_empty() {
                    Why::Unsaid
                } else {
                    Why::Text(early.reason)
                },
                before: early.before,
            });
        }
        let Stored(sequence, at, who, act, record, reason, before) =
            rmp_serde::from_slice(bytes).ok()?;
        Some(Self {
            sequence,
            at: Timestamp::from_second(at).ok()?,
            who,
            act: rmp_serde::from_slice(&act).unwrap_or(Act::Newer),
            record,
            why: reason.map_or(Why::Unsaid, |hash| Why::Apart(*hash)),
            before: *before,
        })
    }

    /// The text of the reason that lies apart, if `kept` is what the entry was written with.
    #[must_use]
    pub fn reason<'a>(&self, kept: &'a [u8]) -> Option<&'a str> {
        let Why::Apart(hash) = self.why else {
            return None;
        };
        if kept.len() > SALT + REASON_LIMIT || reason_hash(kept) != hash {
            return None;
        }
        core::str::from_utf8(kept.get(SALT..)?).ok()
    }

    /// The point of another log that the entry speaks for.
    #[must_use]
    pub fn claim(&self) -> Option<Point> {
        match &self.act {
            Act::Began(begun) => begun.previous,
            Act::Witnessed(witness) => Some(witness.checkpoint.point),
            _ => None,
        }
    }
}

fn reason_hash(kept: &[u8]) -> [u8; 32] {
    digest(&[b"kortisto audit reason", kept])
}

/// The chain is broken: an entry was removed, changed or put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit log is broken after entry {after}")]
pub struct ChainError {
    /// The last sound entry.
    pub after: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OPERATOR;
    use proptest::prelude::*;

    const LOG: LogId = LogId::from_bytes([3; 16]);
    const NODE: NodeId = NodeId::from_bytes([4; 16]);

    fn log(reasons: &[String]) -> Vec<Appended> {
        let mut tail = Tail::start(LOG, NODE);
        let mut entries = Vec::new();
        for (at, reason) in (1..).zip(reasons) {
            let mut event = AuditEvent::of(OPERATOR, Act::LoggedIn);
            event.reason.clone_from(reason);
            let at = Timestamp::from_second(at).unwrap();
            entries.push(tail.append(event, at, [7; SALT]));
        }
        entries
    }

    fn follows(entries: &[Vec<u8>]) -> bool {
        let mut tail = Tail::start(LOG, NODE);
        entries.iter().all(|one| tail.follow(LOG, one).is_ok())
    }

    proptest! {
        #[test]
        fn what_is_deleted_edited_or_reordered_does_not_follow(
            reasons in prop::collection::vec("[a-z]{0,8}", 3..9), at in 0_usize..100, byte in 0_usize..1000, bit in 0_u8..8,
        ) {
            let entries: Vec<Vec<u8>> = log(&reasons).into_iter().map(|one| one.entry).collect();
            prop_assert!(follows(&entries));
            let at = at % (entries.len() - 1);
            let mut less = entries.clone();
            less.remove(at);
            prop_assert!(!follows(&less));
            let mut mixed = entries.clone();
            mixed.swap(at, at + 1);
            prop_assert!(!follows(&mixed));
            let mut edited = entries.clone();
            let byte = byte % edited[at].len();
            edited[at][byte] ^= 1 << bit;
            prop_assert!(!follows(&edited));
        }

        #[test]
        fn a_reason_lies_apart_and_is_known_by_its_hash(reason in ".{1,40}") {
            let all = log(std::slice::from_ref(&reason));
            let kept = all[0].reason.clone().unwrap();
            let entry = Entry::read(LOG, &all[0].entry).unwrap();
            prop_assert_eq!(entry.reason(&kept), Some(reason.as_str()));
            let mut other = kept.clone();
            other[0] ^= 1;
            prop_assert_eq!(entry.reason(&other), None);
            if reason.len() > 8 {
                let held = all[0].entry.windows(reason.len()).any(|part| part == reason.as_bytes());
                prop_assert!(!held);
            }
        }
    }

    #[test]
    fn a_log_begins_with_whose_it_is() {
        let entries: Vec<Vec<u8>> = log(&[String::new()]).into_iter().map(|e| e.entry).collect();
        let mut other = Tail::start(LOG, NodeId::from_bytes([5; 16]));
        assert!(other.follow(LOG, &entries[0]).is_err());
        assert!(follows(&entries));
    }

    #[test]
    fn entries_of_one_log_a_node_still_read() {
        let early = Early {
            sequence: 1,
            at: 9,
            who: *OPERATOR.as_bytes(),
            act: Act::Viewed(super::super::Purpose::Care),
            record: Some([1; 16]),
            reason: "kysyi".into(),
            before: [0; 32],
        };
        let bytes = rmp_serde::to_vec(&early).unwrap();
        let mut tail = Tail::start(LogId::EARLIEST, NODE);
        let entry = tail.follow(LogId::EARLIEST, &bytes).unwrap();
        assert!(entry.why == Why::Text("kysyi".into()));
        assert_eq!(entry.act, Act::Viewed(super::super::Purpose::Care));
    }

    #[test]
    fn an_act_of_a_newer_version_does_not_break_the_chain() {
        let act = ByteBuf::from(rmp_serde::to_vec("Levitated").unwrap());
        let start = Tail::start(LOG, NODE);
        let before = ByteArray::new(start.hash);
        let stored = Stored(1, 5, OPERATOR, act, None, None, before);
        let bytes = rmp_serde::to_vec(&stored).unwrap();
        let mut tail = start;
        assert_eq!(tail.follow(LOG, &bytes).unwrap().act, Act::Newer);
    }
}
