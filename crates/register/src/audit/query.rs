//! Questions to the audit log, and what comes of them.

use jiff::Timestamp;

use super::Entry;
use super::Group;
use crate::id::{LogId, NodeId, RecordId};

/// The most entries in one answer.
pub const PAGE_LIMIT: usize = 500;
/// The most cards in one [`Seen`] list.
pub const SEEN_LIMIT: usize = 2_000;

/// Which entries somebody wants to read. Newest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Written at this time or later.
    pub from: Option<Timestamp>,
    /// Written before this time.
    pub until: Option<Timestamp>,
    /// Of what this user did.
    pub who: Option<RecordId>,
    /// About this record.
    pub record: Option<RecordId>,
    /// Of this kind; the log's own bookkeeping only when asked for.
    pub group: Option<Group>,
    /// Written at this premises.
    pub node: Option<NodeId>,
    /// After this one, which was the last of the page before.
    pub before: Option<Cursor>,
    /// At most so many, and at most [`PAGE_LIMIT`].
    pub limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            from: None,
            until: None,
            who: None,
            record: None,
            group: None,
            node: None,
            before: None,
            limit: PAGE_LIMIT,
        }
    }
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Seconds since 1970.
    pub at: u32,
    /// The entry's log.
    pub log: LogId,
    /// Its number there.
    pub sequence: u64,
}

impl core::fmt::Display for Cursor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}-{}-{}", self.at, self.log, self.sequence)
    }
}

impl Cursor {
    /// Reads what `Display` writes.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        Some(Self {
            at: parts.next()?.parse().ok()?,
            log: parts.next()?.parse().ok()?,
            sequence: parts.next()?.parse().ok()?,
        })
    }
}

/// A page of the log.
#[derive(Clone, PartialEq, Eq)]
pub struct Page {
    /// Newest first.
    pub entries: Vec<Shown>,
    /// From where the next page goes on; `None` on the last.
    pub next: Option<Cursor>,
    /// So many entries have not been read into the index since the node started: the page may lack some.
    pub unread: u64,
}
crate::redacted!(Page);

/// One entry with what belongs to it.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// Where it was written.
    pub node: NodeId,
    /// The entry.
    pub entry: Entry,
    /// The reason.
    pub reason: Reason,
}
crate::redacted!(Shown);

/// What is left of a reason.
#[derive(Clone, PartialEq, Eq)]
pub enum Reason {
    /// None was given.
    Unsaid,
    /// As it was given.
    Text(String),
    /// It went with the client whom it was about.
    Erased,
    /// It is not here.
    Missing,
}
crate::redacted!(Reason);

/// A card that somebody looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The card.
    pub record: RecordId,
    /// How often it was looked at, or its health part.
    pub times: usize,
    /// When first.
    pub first: Timestamp,
    /// When last.
    pub last: Timestamp,
}

/// How the logs stand at a node.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// How many entries this node holds.
    pub entries: u64,
    /// How many of them some connected or known premises is not known to hold.
    pub unsent: u64,
    /// Contradictions that were met: the log, the first entry, and when.
    pub contradictions: Vec<Contradiction>,
}

/// Another premises holds another entry in the same place of the same log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The log.
    pub log: LogId,
    /// Whose log it is.
    pub node: NodeId,
    /// The first entry that is known to differ.
    pub sequence: u64,
    /// Who holds the other version.
    pub peer: NodeId,
    /// When it was met.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back() {
        let cursor = Cursor {
            at: 7,
            log: LogId::from_bytes([0xab; 16]),
            sequence: 12,
        };
        assert_eq!(Cursor::read(&cursor.to_string()), Some(cursor));
        for text in ["", "7", "7-ab-12", "x-00-1"] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }
}
