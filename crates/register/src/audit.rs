//! Who did what, when, where and why (clause 4; GDPR Articles 5(2) and 32): the events, and the hash-chained logs
//! that hold them.
//!
//! Each life of a node's process has a log of its own, so that a store that went back in time, was restored or cloned
//! begins a new log and never a second version of an old one. The first entry says which node it is and where
//! its last log ended as far as its store knows ([`Begun`]): a premises that holds more of that log proves that the
//! store went back. Logs are replicated; each premises countersigns what it holds of the others' ([`Witness`]).
//!
//! No entry holds a text that somebody wrote. A reason is a salted hash here; the text lies beside the log, under the
//! key of the record that it is about, so that erasing a client takes it along and breaks no chain.

pub mod chain;
pub mod index;
pub mod query;
pub mod verify;

use serde::{Deserialize, Serialize};

use crate::document::{Collection, FieldKey, RecordKind};
use crate::edit::Change;
use crate::id::{LogId, NodeId, RecordId};
use crate::ledger::Reason;

pub use chain::{ChainError, Entry, Tail, Why};

/// How long entries are kept, years (decided in the requirements).
pub const KEPT_YEARS: i32 = 2;
/// The longest reason that is kept, in bytes.
pub const REASON_LIMIT: usize = 2_000;
/// The longest stored entry, in bytes.
pub const ENTRY_LIMIT: usize = 4_096;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// A card was opened.
    Viewed(Purpose),
    /// The health part of a card was opened.
    Revealed,
    /// A record was changed; what of it was not logged yet when this was written.
    Changed,
    /// A record was made or changed.
    Edited(Edited),
    /// Values that stood nowhere any more were removed from a card's history.
    HistoryCleared,
    /// More than one client was taken out: how many.
    Exported(u64),
    /// A campaign was given to the mail relay: to how many it could go then.
    Mailed(u64),
    /// Clients were imported: how many were new.
    Imported(u64),
    /// Somebody logged in.
    LoggedIn,
    /// Somebody failed to log in.
    Refused,
    /// Somebody logged out.
    LoggedOut,
    /// Somebody locked the console.
    Locked,
    /// The console locked itself, since nobody did anything.
    LockedItself,
    /// Somebody unlocked the console.
    Unlocked,
    /// Somebody came to a page that their role does not open: its path, with ids left out.
    DoorRefused(String),
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
    /// A retention run ended: so many cards erased and trimmed.
    RetentionRan(u64, u64),
    /// Somebody said that the node's clock is right.
    ClockConfirmed,
    /// Somebody let a node serve that had been alone or was restored.
    Released,
    /// The node was restored from a backup.
    Restored,
    /// A copy of everything was made.
    BackedUp,
    /// Everything held on a client was put together for that client (GDPR Article 15).
    PackageMade,
    /// Somebody looked up who received a product or batch: how many entries were found. The reason says which.
    Traced(u64),
    /// Somebody read in the audit log: all of it, or what it says of a record.
    LogRead,
    /// The log begins.
    Began(Begun),
    /// What this node holds of another's log was countersigned.
    Witnessed(Box<Witness>),
    /// Something that a newer version knows.
    Newer,
}

/// What of a record was changed. Never says to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// [`RecordKind::code`].
    pub kind: u8,
    /// Whether the record was made by this.
    pub new: bool,
    /// Keys of fields and collections, each once, in order.
    pub topics: Vec<String>,
}

impl Edited {
    /// What these changes touch.
    #[must_use]
    pub fn of(kind: RecordKind, new: bool, changes: &[Change]) -> Self {
        let topic = |change: &Change| match change {
            Change::SetField(field, _) => field.key(),
            Change::Add(collection, _)
            | Change::SetEntry(collection, ..)
            | Change::Void(collection, ..) => collection.key(),
        };
        let mut topics: Vec<String> = changes.iter().map(|one| topic(one).to_owned()).collect();
        topics.sort_unstable();
        topics.dedup();
        Self {
            kind: kind.code(),
            new,
            topics,
        }
    }

    /// What was changed, as far as this version knows it.
    pub fn known(&self) -> impl Iterator<Item = Topic> {
        self.topics.iter().filter_map(|key| {
            let field = FieldKey::from_key(key).map(Topic::Field);
            field.or_else(|| Collection::from_key(key).map(Topic::Entries))
        })
    }

    /// The kind of the record, if this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<RecordKind> {
        RecordKind::from_code(self.kind)
    }
}

/// A part of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// A single field.
    Field(FieldKey),
    /// Entries of a collection.
    Entries(Collection),
}

/// A place in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// Which log.
    pub log: LogId,
    /// The entry's sequence number.
    pub sequence: u64,
    /// The entry's SHA-256.
    #[serde(with = "serde_bytes")]
    pub hash: [u8; 32],
    /// When it was written, by its own account, seconds since 1970.
    pub at: i64,
}

/// The beginning of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Whose log it is.
    pub node: NodeId,
    /// Where the node's last log ended, as far as its store knew.
    pub previous: Option<Point>,
    /// The store was restored from a backup, so that it knew less than others may.
    pub restored: bool,
}

/// A counter-signature: that a node held a log up to a point, durably.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The signer's public key as DER (RFC 8410). The SHA-256 of it begins with the signer's node id.
    #[serde(with = "serde_bytes")]
    pub key: Vec<u8>,
    /// Its Ed25519 signature of [`Checkpoint::signed`].
    #[serde(with = "serde_bytes")]
    pub signature: Vec<u8>,
}

/// What a counter-signature is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Up to where.
    pub point: Point,
    /// When it was signed, seconds since 1970.
    pub at: i64,
}

impl Checkpoint {
    /// The bytes that are signed. They begin with words that nothing else signed with the same key begins with.
    #[must_use]
    pub fn signed(&self) -> Vec<u8> {
        let mut bytes = b"kortisto audit checkpoint 1\0".to_vec();
        bytes.extend_from_slice(self.point.log.as_bytes());
        bytes.extend_from_slice(&self.point.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.point.hash);
        bytes.extend_from_slice(&self.point.at.to_be_bytes());
        bytes.extend_from_slice(&self.at.to_be_bytes());
        bytes
    }
}

/// An event to be logged.
#[derive(Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// The staff record, [`crate::id::OPERATOR`] or [`crate::id::ITSELF`].
    pub who: RecordId,
    /// What.
    pub act: Act,
    /// Which record, where there is one.
    pub record: Option<RecordId>,
    /// The reason as given; may be empty. May hold personal data, so it is kept apart from the log; what is longer
    /// than [`REASON_LIMIT`] is cut.
    pub reason: String,
}
crate::redacted!(AuditEvent);

impl AuditEvent {
    /// An event that needs no reason and is about no record.
    #[must_use]
    pub const fn of(who: RecordId, act: Act) -> Self {
        Self {
            who,
            act,
            record: None,
            reason: String::new(),
        }
    }

    /// An event about a record.
    #[must_use]
    pub const fn about(who: RecordId, act: Act, record: RecordId) -> Self {
        Self {
            who,
            act,
            record: Some(record),
            reason: String::new(),
        }
    }
}

/// Kinds of acts, by which the log is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Group {
    /// Cards looked at.
    Looks,
    /// Records made and changed.
    Changes,
    /// Clients taken in and out in number, packages, backups.
    Transfers,
    /// Log-ins, log-outs, passwords.
    Doors,
    /// What was refused.
    Refusals,
    /// Erasures, redactions, retention.
    Forgetting,
    /// The node itself: peers, clock, restore.
    Node,
    /// The log itself.
    Log,
}

impl Group {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Looks,
        Self::Changes,
        Self::Transfers,
        Self::Doors,
        Self::Refusals,
        Self::Forgetting,
        Self::Node,
        Self::Log,
    ];

    /// The word for it in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Looks => "looks",
            Self::Changes => "changes",
            Self::Transfers => "transfers",
            Self::Doors => "doors",
            Self::Refusals => "refusals",
            Self::Forgetting => "forgetting",
            Self::Node => "node",
            Self::Log => "log",
        }
    }

    /// The one with this [`Group::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.word() == word)
    }
}

impl Act {
    /// What kind of act it is.
    #[must_use]
    pub const fn group(&self) -> Group {
        match self {
            Self::Viewed(_) | Self::Revealed | Self::Traced(_) => Group::Looks,
            Self::Changed | Self::Edited(_) => Group::Changes,
            Self::Exported(_)
            | Self::Mailed(_)
            | Self::Imported(_)
            | Self::BackedUp
            | Self::PackageMade => Group::Transfers,
            Self::LoggedIn
            | Self::LoggedOut
            | Self::Locked
            | Self::LockedItself
            | Self::Unlocked
            | Self::SetPassword => Group::Doors,
            Self::Refused | Self::DoorRefused(_) => Group::Refusals,
            Self::HistoryCleared
            | Self::Erased(_)
            | Self::Redacted(_)
            | Self::RetentionAllowed(_)
            | Self::RetentionRan(..) => Group::Forgetting,
            Self::Peers | Self::ClockConfirmed | Self::Released | Self::Restored => Group::Node,
            Self::LogRead | Self::Began(_) | Self::Witnessed(_) | Self::Newer => Group::Log,
        }
    }

    /// Whether it is the log's own bookkeeping, which nobody did.
    #[must_use]
    pub const fn is_bookkeeping(&self) -> bool {
        matches!(self, Self::Began(_) | Self::Witnessed(_))
    }
}
