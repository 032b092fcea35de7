//! Who did what, when and why: events for the node's hash-chained, append-only log (clause 4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{RecordId, digest};
use crate::ledger::Reason;

/// Why a card is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Client care, the default.
    Care,
    /// A client's own request.
    Request,
    /// Keeping the register in order.
    Upkeep,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// A card was opened.
    Viewed(Purpose),
    /// The health part of a card was opened.
    Revealed,
    /// A record was changed.
    Changed,
    /// More than one client was taken out: how many.
    Exported(u64),
    /// Clients were imported: how many were new.
    Imported(u64),
    /// Somebody logged in.
    LoggedIn,
    /// Somebody failed to log in.
    Refused,
    /// Somebody set a password.
    SetPassword,
    /// A peer was added or removed.
    Peers,
    /// A card was erased.
    Erased(Reason),
    /// Values were removed for good.
    Redacted(Reason),
    /// Somebody let a larger retention run go on: so many cards.
    RetentionAllowed(u64),
    /// Somebody said that the node's clock is right.
    ClockConfirmed,
    /// Somebody let a node serve that had been alone or was restored.
    Released,
    /// A copy of everything was made.
    BackedUp,
    /// Everything held on a client was put together for that client (GDPR Article 15).
    PackageMade,
    /// Somebody looked up who received a product or batch: how many entries were found. The reason says which.
    Traced(u64),
}

/// An event to be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// The staff record, or [`crate::id::OPERATOR`].
    pub who: RecordId,
    /// What.
    pub act: Act,
    /// Which record, where there is one.
    pub record: Option<RecordId>,
    /// The reason as given; may be empty. May hold personal data, so it is stored sealed.
    pub reason: String,
}
crate::redacted!(AuditEvent);

/// One link of the chain.
#[derive(Serialize, Deserialize)]
pub struct AuditEntry {
    /// Counts from 1 without gaps.
    pub sequence: u64,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Who.
    pub who: [u8; 16],
    /// What.
    pub act: Act,
    /// Which record.
    pub record: Option<[u8; 16]>,
    /// The reason as given.
    pub reason: String,
    /// SHA-256 of the entry before, zeros for the first.
    pub before: [u8; 32],
}
crate::redacted!(AuditEntry);

/// The end of the chain: what the next entry is linked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tail {
    /// Sequence number of the last entry, 0 when there is none.
    pub sequence: u64,
    /// Its SHA-256.
    pub hash: [u8; 32],
}

impl Tail {
    /// The end of a chain whose last stored entry is this one.
    ///
    /// # Errors
    /// [`ChainError`] when it can't be read.
    pub fn after(last: &[u8]) -> Result<Self, ChainError> {
        let entry: AuditEntry = rmp_serde::from_slice(last).map_err(|_| ChainError { after: 0 })?;
        Ok(Self {
            sequence: entry.sequence,
            hash: digest(&[last]),
        })
    }

    /// Appends an event and returns the stored form of the new entry.
    pub fn append(&mut self, event: AuditEvent, now: Timestamp) -> Vec<u8> {
        let entry = AuditEntry {
            sequence: self.sequence + 1,
            at: now.as_second(),
            who: *event.who.as_bytes(),
            act: event.act,
            record: event.record.map(|record| *record.as_bytes()),
            reason: event.reason,
            before: self.hash,
        };
        // Named fields of plain types always have a MessagePack form.
        let bytes = rmp_serde::to_vec(&entry).unwrap_or_default();
        *self = Self {
            sequence: entry.sequence,
            hash: digest(&[&bytes]),
        };
        bytes
    }

    /// Follows the chain by one stored entry.
    ///
    /// # Errors
    /// [`ChainError`] when the entry is not the next link.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<AuditEntry, ChainError> {
        let entry: AuditEntry = rmp_serde::from_slice(bytes).map_err(|_| ChainError {
            after: self.sequence,
        })?;
        if entry.sequence != self.sequence + 1 || entry.before != self.hash {
            return Err(ChainError {
                after: self.sequence,
            });
        }
        *self = Self {
            sequence: entry.sequence,
            hash: digest(&[bytes]),
        };
        Ok(entry)
    }
}

/// The chain is broken: an entry was removed, changed or put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit log is broken after entry {after}")]
pub struct ChainError {
    /// The last sound entry.
    pub after: u64,
}
