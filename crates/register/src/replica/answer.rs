//! What commands lead to, and how things stand.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::audit::query::{Contradiction, Page, Seen, Standing};
use crate::audit::verify::Head;
use crate::card::Card;
use crate::changes::Revision;
use crate::clock::ClockTrouble;
use crate::document::Heads;
use crate::edit::EditError;
use crate::holder::Holder;
use crate::id::{EntryId, Incarnation, NodeId, RecordId, RegisterId};
use crate::ledger::{Confirmation, Reason};
use crate::marketing::NoticeRefusal;
use crate::retention::Due;
use crate::roster::{Key, Signed};

use super::met::Met;
use super::quarantine::Quarantine;
use super::shelf::AuditSlot;

/// What a command led to.
#[derive(Debug)]
pub enum Answer {
    /// Done, and durable.
    Done,
    /// The edit is durable.
    Edited {
        /// The record, new or old.
        record: RecordId,
        /// Its heads after the edit.
        heads: Heads,
    },
    /// A card.
    Card(Box<Card>),
    /// The changes of a card, newest first.
    Revisions(Vec<Revision>),
    /// Cards in the order of their ids; fewer than asked for at the end.
    Cards(Vec<Card>),
    /// One outcome for each client, in order.
    Imported(Vec<ImportOutcome>),
    /// How things stand.
    Report(Box<Report>),
    /// One erasure.
    Erasure(Box<Erasure>),
    /// Every erasure, newest first.
    Erasures(Vec<Erasure>),
    /// What holds something of which record.
    Holders(BTreeSet<(RecordId, Holder)>),
    /// Cards that have to go, or to lose an entry; soonest first.
    Due(Vec<DueCard>),
    /// How deletion by the clock stands.
    Retention(Box<RetentionReport>),
    /// Of each notice that was to be recorded its entry, or why it was refused; in order.
    Noticed(Vec<Result<EntryId, NoticeRefusal>>),
    /// A page of the audit log.
    Log(Box<Page>),
    /// Cards that somebody looked at, the last looked at first, and how many entries are still to be read.
    Seen(Vec<Seen>, u64),
    /// Every audit log as it is held, and the contradictions that were met.
    LogHeads(Vec<Head>, Vec<Contradiction>),
    /// Entries of an audit log, in order.
    LogSlice(Vec<AuditSlot>),
}

/// What came of one imported client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// A new card.
    Added(RecordId),
    /// The card was here; so many of its entries were not.
    Extended(RecordId, usize),
    /// Nothing new.
    Unchanged(RecordId),
    /// This client was erased here and is not brought back.
    Erased,
}

/// A command was refused. Nothing of it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The edit was not taken.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A linked card can't be erased, so none of the person's cards was.
    #[error("a linked card, {card}: {why}")]
    Linked {
        /// Which.
        card: RecordId,
        /// Why not.
        why: EditError,
    },
    /// The store failed; the node has to be looked at.
    #[error("the register's storage failed")]
    Storage,
    /// No such peer.
    #[error("there is no such peer")]
    NoPeer,
    /// The node was put out for good.
    #[error(
        "this node was taken out of use for good: it needs a new identity before it is paired again"
    )]
    Revoked,
    /// This node has stated as much on who belongs to the register as any may.
    #[error("this node has stated too much on who belongs to the register")]
    Overfull,
    /// The key is not that of the node that is said to hold it.
    #[error("the key does not belong to that node")]
    OtherKey,
    /// A node can't be its own peer.
    #[error("this is the node itself")]
    Oneself,
    /// The node shows nobody until it has exchanged ledgers with another premises.
    #[error("the node is in quarantine until it has reached another premises")]
    Quarantined,
    /// The card is past its time and waits to be deleted.
    #[error("the card's time is over")]
    Overdue,
    /// Nothing may be deleted by the clock now.
    #[error("nothing may be deleted by the clock now")]
    Held(Hold),
}

/// An erasure and which nodes have carried it out: what the certificate says. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The erased record's random id.
    pub record: RecordId,
    /// When it was decided, by the deciding node's clock.
    pub at: Timestamp,
    /// The deciding node.
    pub node: NodeId,
    /// Why.
    pub reason: Reason,
    /// Nodes that destroyed the record's keys, by node.
    pub confirmed: Vec<Confirmation>,
    /// This node and its peers, as far as they have not.
    pub awaited: Vec<NodeId>,
}

/// A card that has to go, or to lose an entry; or what is kept of a former user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueCard {
    /// The card, or the user's record.
    pub record: RecordId,
    /// When.
    pub due: Due,
    /// Whether it is a former user's record, which goes whole.
    pub user: bool,
}

/// Why nothing is deleted by the clock now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// The node's clock is not trusted.
    Clock(ClockTrouble),
    /// More cards than may go unasked: so many.
    TooMany(usize),
    /// A premises was not heard after the due day: it may hold a later visit.
    Peers,
    /// The node is in quarantine.
    Quarantine,
}

/// How deletion by the clock stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionReport {
    /// Cards past their time.
    pub cards: usize,
    /// Former users of whom what is kept is past its time.
    pub users: usize,
    /// Cards with an entry past its time.
    pub entries: usize,
    /// Cards whose time is over within 30 days, those past it included.
    pub cards_soon: usize,
    /// The first due day of a card.
    pub oldest: Option<Date>,
    /// Why nothing is deleted now.
    pub hold: Option<Hold>,
    /// Whether a run is going on.
    pub running: bool,
}

/// How things stand at this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// This node.
    pub node: NodeId,
    /// The register it belongs to.
    pub register: RegisterId,
    /// This life of the process.
    pub incarnation: Incarnation,
    /// How many clients.
    pub clients: usize,
    /// How many records of any kind.
    pub records: usize,
    /// How many ledger entries.
    pub ledger: usize,
    /// Changes at this node so far.
    pub sequence: u64,
    /// Every paired peer, by id.
    pub peers: Vec<PeerReport>,
    /// Erasures that some node has not carried out.
    pub unconfirmed: usize,
    /// How deletion by the clock stands.
    pub retention: RetentionReport,
    /// Why the node shows nobody.
    pub quarantine: Option<Quarantine>,
    /// Edits made here that met an erasure.
    pub met: Vec<Met>,
    /// Whether this node founded the register.
    pub founder: bool,
    /// Whether another premises has put this node out for good.
    pub revoked: bool,
    /// Every node that is out for good.
    pub out: Vec<NodeId>,
    /// The key that this node will go over to.
    pub next_key: Option<KeyChange>,
    /// The statements by which this node announced its keys, for those who know none of them.
    pub own_keys: Vec<Signed>,
    /// Keys that nodes announced after their first: what these signed is theirs too.
    pub announced: BTreeSet<(NodeId, Key)>,
    /// How the audit logs stand.
    pub logs: Standing,
}

/// A key that a node has announced and does not use yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// SHA-256 of the public key.
    pub key: Key,
    /// Peers that have to hear of it first.
    pub waits_for: Vec<NodeId>,
}

/// So many of the records that wait for a peer are told by id.
pub const WAITING_NAMED: usize = 20;

/// How things stand with one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerReport {
    /// The peer.
    pub peer: NodeId,
    /// SHA-256 of each public key by which it is known, the newest last.
    pub keys: Vec<[u8; 32]>,
    /// Where it is dialled.
    pub addresses: Vec<String>,
    /// The state of the line and of the exchange.
    pub state: PeerState,
    /// When something was last heard of it, by this node's clock.
    pub heard: Option<Timestamp>,
    /// When it last had everything of ours and we had everything it told of.
    pub agreed: Option<Timestamp>,
    /// Records changed here that it has not acknowledged.
    pub waiting: usize,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Timestamp>,
    /// Those of them that wait longest, oldest first, at most [`WAITING_NAMED`].
    pub oldest: Vec<RecordId>,
    /// Users among them, by id: what it does not know of yet.
    pub users: Vec<RecordId>,
    /// Whether changes made there are known to be on their way here.
    pub coming: bool,
    /// Whether it holds every statement on who belongs to the register that is held here, as it said last.
    pub knows_members: bool,
    /// The version of its program, once it has said.
    pub program: Option<String>,
    /// How many records it holds, as it said last.
    pub records: Option<u64>,
    /// How far its clock was ahead of this node's when it greeted last, seconds.
    pub clock_ahead: Option<i64>,
    /// When everything was last compared.
    pub checked: Option<Timestamp>,
    /// When a copy of it was last refused.
    pub twin: Option<Timestamp>,
    /// Which of the two runs the older program, where they can't talk.
    pub older: Option<Older>,
}

/// Which of two premises runs the older program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Older {
    /// This one.
    Here,
    /// The other.
    There,
}

/// The state of the line to a peer and of the exchange over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerState {
    /// No connection.
    Apart,
    /// Connected; hellos are under way.
    Greeting,
    /// Records are under way.
    Exchanging,
    /// Both have everything of each other.
    Agreed,
    /// The peer belongs to another register: nothing is exchanged.
    OtherRegister,
    /// The peer's program is of another version: nothing is exchanged.
    OtherVersion,
    /// One of the two is a copy of a node that is at work elsewhere: nothing is exchanged.
    Twin,
}
