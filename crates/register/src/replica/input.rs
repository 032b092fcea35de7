//! What happens to a replica, and what people at its node want.

use jiff::Timestamp;
use jiff::civil::Date;
use rand_core::Rng;

use crate::audit::query::Query;
use crate::audit::{AuditEvent, Purpose, Witness};
use crate::document::{Collection, FieldKey};
use crate::edit::Edit;
use crate::id::{EntryId, LogId, NodeId, RecordId};
use crate::ledger::{Line, Reason};
use crate::marketing::{CampaignKind, Medium, Outcome};
use crate::roster::{Key, Signed};
use crate::same::Verdict;
use crate::value::Content;

/// What happens to a replica.
#[derive(Debug)]
pub enum Input {
    /// Somebody at this node wants something. Answered by one [`Effect::Reply`](super::Effect::Reply) with the same ticket.
    Command {
        /// Names the reply.
        ticket: u64,
        /// What is wanted.
        command: Command,
    },
    /// A paired peer is connected.
    PeerUp(NodeId),
    /// A peer is no longer connected.
    PeerDown(NodeId),
    /// A connected peer sent this frame.
    Frame(NodeId, Vec<u8>),
    /// Some time has passed; comes at least every second.
    Tick,
    /// The store has destroyed the keys of a record that was forgotten ([`super::Notice::Forgotten`]).
    Forgotten(RecordId),
    /// The node signed what [`super::Effect::Sign`] asked for.
    Signed(Box<Witness>),
    /// The system's time service vouches for the clock.
    ClockConfirmed,
}

/// What somebody at this node wants.
#[derive(Debug)]
pub enum Command {
    /// Change a record: [`Answer::Edited`](super::Answer::Edited).
    Edit(Edit),
    /// Look at a card, which is logged: [`Answer::Card`](super::Answer::Card).
    Open {
        /// The card.
        record: RecordId,
        /// Who looks.
        viewer: RecordId,
        /// Why.
        purpose: Purpose,
    },
    /// The card that somebody is about to change, to decide by whether they may: [`Answer::Card`](super::Answer::Card).
    /// Not logged, as the change is: nothing of it may be shown to anybody.
    Consider(RecordId),
    /// Look at a card's change history, which is logged as looking at the card is:
    /// [`Answer::Revisions`](super::Answer::Revisions).
    Changes {
        /// The card.
        record: RecordId,
        /// Who looks.
        viewer: RecordId,
        /// Why.
        purpose: Purpose,
    },
    /// Cards by id, after the one named, for an export: [`Answer::Cards`](super::Answer::Cards). Not logged one by one.
    Page {
        /// Start after this record.
        after: Option<RecordId>,
        /// At most this many.
        limit: usize,
    },
    /// Log an event: [`Answer::Done`](super::Answer::Done).
    Audit(AuditEvent),
    /// Read in the audit log, which is logged: [`Answer::Log`](super::Answer::Log).
    ReadLog {
        /// Who reads.
        viewer: RecordId,
        /// What.
        query: Query,
    },
    /// What the audit log says of a card, for the client's package, which is logged by itself:
    /// [`Answer::Log`](super::Answer::Log).
    Consulted(Query),
    /// The cards that somebody looked at in a time, which is logged: [`Answer::Seen`](super::Answer::Seen).
    CardsSeen {
        /// Who asks.
        viewer: RecordId,
        /// Of whom, from when until when.
        query: Query,
    },
    /// Every audit log as it is held: [`Answer::LogHeads`](super::Answer::LogHeads).
    LogHeads,
    /// At most so many entries of an audit log from a number on: [`Answer::LogSlice`](super::Answer::LogSlice).
    LogSlice(LogId, u64, usize),
    /// Take clients from another program: [`Answer::Imported`](super::Answer::Imported), one outcome each, in order.
    Import(Vec<ImportedClient>),
    /// Pair with a peer, or change its address: [`Answer::Done`](super::Answer::Done). With the statements that show
    /// that its key is its own where the id does not come from it.
    AddPeer(Peer, Vec<Signed>),
    /// Part from a peer, at this node only: [`Answer::Done`](super::Answer::Done).
    RemovePeer(NodeId),
    /// Put a node out for good, at every premises: [`Answer::Done`](super::Answer::Done).
    Revoke {
        /// Who goes.
        node: NodeId,
        /// Who says so.
        author: RecordId,
    },
    /// Announce the key that this node will go over to: [`Answer::Done`](super::Answer::Done).
    AnnounceKey(Key),
    /// The node signs with another key from now on: [`Answer::Done`](super::Answer::Done).
    KeyInUse,
    /// Where other premises reach this node, `host:port` each: [`Answer::Done`](super::Answer::Done).
    ReachedAt(Vec<String>),
    /// Compare everything with every connected peer now: [`Answer::Done`](super::Answer::Done).
    CheckPeers,
    /// How things stand: [`Answer::Report`](super::Answer::Report).
    Report,
    /// Say whether two cards are of the same person: [`Answer::Edited`](super::Answer::Edited), of the card on
    /// which that stands. The latest verdict on a pair counts, so a merge can be undone. Last comes who says so.
    Judge((RecordId, RecordId), Verdict, RecordId),
    /// Erase a card, and every card that is linked to it as the same person's unless its time is just over:
    /// [`Answer::Erasures`](super::Answer::Erasures), that of the card named first. One that is erased already is no
    /// error.
    Erase {
        /// The card.
        record: RecordId,
        /// Who decides.
        author: RecordId,
        /// Why.
        reason: Reason,
    },
    /// Make an edit, and remove what stood before in the slots it touches from history, everywhere:
    /// [`Answer::Edited`](super::Answer::Edited).
    Redact(Edit, Reason),
    /// Remove every value that stands nowhere any more from a card's history, everywhere: [`Answer::Done`](super::Answer::Done).
    ClearHistory {
        /// The card.
        record: RecordId,
        /// Who decides.
        author: RecordId,
    },
    /// What is known of an erasure: [`Answer::Erasure`](super::Answer::Erasure).
    Erasure(RecordId),
    /// Every erasure, newest first: [`Answer::Erasures`](super::Answer::Erasures).
    Erasures,
    /// What in the replica's memory holds something of these records: [`Answer::Holders`](super::Answer::Holders).
    Holders(Vec<RecordId>),
    /// Cards that have to go or lose an entry up to a day, by default 30 days ahead: [`Answer::Due`](super::Answer::Due).
    Due(Option<Date>),
    /// Delete what is past its time now: [`Answer::Retention`](super::Answer::Retention).
    RunRetention {
        /// Who asks.
        author: RecordId,
        /// Also when it is more than may be deleted unasked.
        allowed: bool,
    },
    /// The owner says that the node's clock is right: [`Answer::Done`](super::Answer::Done).
    ConfirmClock(RecordId),
    /// Carry out lines of a ledger that came from a file, as if a peer had told them: [`Answer::Done`](super::Answer::Done).
    TakeLedger(Vec<Line>),
    /// The owner lets a node in quarantine serve: [`Answer::Done`](super::Answer::Done).
    Release(RecordId),
    /// Who was told that an edit met an erasure has read it: [`Answer::Done`](super::Answer::Done).
    Dismiss(RecordId),
    /// Record a notice to each of these clients, at most [`super::NOTICES`]:
    /// [`Answer::Noticed`](super::Answer::Noticed), one outcome each, in order.
    Notify {
        /// The clients.
        records: Vec<RecordId>,
        /// For which campaign, of what kind, by which way.
        campaign: (RecordId, CampaignKind, Medium),
        /// What is known to become of it.
        outcome: Outcome,
        /// Who sends it.
        author: RecordId,
    },
    /// Write down what became of a notice of this node's ([`Outcome::may_become`]), or that it is tried again if the
    /// client may still get it: [`Answer::Noticed`](super::Answer::Noticed) with one outcome.
    Delivered {
        /// The client, and the notice's entry.
        of: (RecordId, EntryId),
        /// What became of it.
        outcome: Outcome,
        /// Who sends it.
        author: RecordId,
    },
    /// These cards, at most [`super::NOTICES`], to choose a campaign's audience: [`Answer::Cards`](super::Answer::Cards).
    /// Cards that can't be read are left out. Not logged one by one.
    Look(Vec<RecordId>),
}

/// A client as another program had it.
#[derive(Clone)]
pub struct ImportedClient {
    /// Names the other program or file, so that its client numbers mean something.
    pub source: String,
    /// The client's number there.
    pub legacy_id: String,
    /// Single fields.
    pub fields: Vec<(FieldKey, Content)>,
    /// Entries.
    pub entries: Vec<(Collection, Content)>,
}
crate::redacted!(ImportedClient);

/// A paired peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Who, for life: keys come and go.
    pub node: NodeId,
    /// SHA-256 of each public key by which it is known now, the newest last.
    pub keys: Vec<[u8; 32]>,
    /// Where to dial it, `host:port` each, the likeliest first.
    pub addresses: Vec<String>,
}

impl Peer {
    /// A peer that has had one key.
    #[must_use]
    pub fn new(key: [u8; 32], address: impl Into<String>) -> Self {
        Self {
            node: node_id(&key),
            keys: vec![key],
            addresses: vec![address.into()],
        }
    }
}

/// The id of the node whose first public key has this SHA-256: its first half.
#[must_use]
pub fn node_id(key: &[u8; 32]) -> NodeId {
    let mut half = [0; NodeId::BYTES];
    half.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    NodeId::from_bytes(half)
}

/// The time, the randomness and the key of one call.
pub struct Moment<'a> {
    /// The node's clock.
    pub now: Timestamp,
    /// Randomness for ids and nonces.
    pub rng: &'a mut dyn Rng,
    /// The node's own key, and other nodes' signatures.
    pub notary: &'a dyn Notary,
}

/// Signs with the node's own key, and verifies what others signed. Neither may wait.
pub trait Notary {
    /// SHA-256 of the public key that is signed with.
    fn key(&self) -> Key;
    /// Signs bytes, which begin with words that say what they are.
    fn sign(&self, bytes: &[u8]) -> Signed;
    /// Whether the signature of the bytes is that of the public key beside it. Whose key it is, is for the register
    /// to know.
    fn verify(&self, signed: &Signed) -> bool;
}

impl core::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Moment({})", self.now)
    }
}
