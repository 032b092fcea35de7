//! The sans-I/O engine: one [`Input`] in, [`Effect`]s out.
//!
//! A node's event loop calls [`Replica::handle`] for each of a bounded batch of inputs, carries out
//! every [`Effect::Persist`] as it comes, syncs the disk once, and only then releases the other
//! effects. So nothing is visible, acknowledged or sent before it is durable.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rand_core::Rng;

use crate::audit::{AuditEvent, Purpose};
use crate::card::Card;
use crate::directory::Update;
use crate::document::{Collection, FieldKey, Heads};
use crate::edit::{Edit, EditError};
use crate::id::{Incarnation, NodeId, RecordId, RegisterId};
use crate::value::{Content, Value};

/// What happens to a replica.
#[derive(Debug)]
pub enum Input {
    /// Somebody at this node wants something. Answered by one [`Effect::Reply`] with the same ticket.
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
}

/// What somebody at this node wants.
#[derive(Debug)]
pub enum Command {
    /// Change a record: [`Answer::Edited`].
    Edit(Edit),
    /// Look at a card, which is logged: [`Answer::Card`].
    Open {
        /// The card.
        record: RecordId,
        /// Who looks.
        viewer: RecordId,
        /// Why.
        purpose: Purpose,
    },
    /// Cards by id, after the one named, for an export: [`Answer::Cards`]. Not logged one by one.
    Page {
        /// Start after this record.
        after: Option<RecordId>,
        /// At most this many.
        limit: usize,
    },
    /// Log an event: [`Answer::Done`].
    Audit(AuditEvent),
    /// Take clients from another program: [`Answer::Imported`], one outcome each, in order.
    Import(Vec<ImportedClient>),
    /// Pair with a peer, or change its address: [`Answer::Done`].
    AddPeer(Peer),
    /// Part from a peer: [`Answer::Done`].
    RemovePeer(NodeId),
    /// Compare everything with every connected peer now: [`Answer::Done`].
    CheckPeers,
    /// How things stand: [`Answer::Report`].
    Report,
}

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
    /// Cards in the order of their ids; fewer than asked for at the end.
    Cards(Vec<Card>),
    /// One outcome for each client, in order.
    Imported(Vec<ImportOutcome>),
    /// How things stand.
    Report(Box<Report>),
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

/// A paired peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// SHA-256 of its public key. Its [`NodeId`] is the first half.
    pub key: [u8; 32],
    /// Where to dial it, `host:port`.
    pub address: String,
}

impl Peer {
    /// The peer's node id.
    #[must_use]
    pub fn node(&self) -> NodeId {
        node_id(&self.key)
    }
}

/// The node id that belongs to a public key's SHA-256.
#[must_use]
pub fn node_id(key: &[u8; 32]) -> NodeId {
    let mut half = [0; NodeId::BYTES];
    half.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    NodeId::from_bytes(half)
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
    /// How many clients have something to choose.
    pub conflicts: usize,
    /// How many ledger entries.
    pub ledger: usize,
    /// Changes at this node so far.
    pub sequence: u64,
    /// Every paired peer, by id.
    pub peers: Vec<PeerReport>,
}

/// How things stand with one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerReport {
    /// The peer.
    pub peer: NodeId,
    /// SHA-256 of its public key.
    pub key: [u8; 32],
    /// Where it is dialled.
    pub address: String,
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
}

/// What a replica wants done.
#[derive(Debug)]
pub enum Effect {
    /// Store this, all or nothing, before any effect that comes after it.
    Persist(Group),
    /// Send this frame to a connected peer.
    Send(NodeId, Vec<u8>),
    /// Close the connection to a peer that broke the protocol.
    Close(NodeId, Fault),
    /// Answer a command.
    Reply(u64, Result<Answer, Refusal>),
    /// Tell the node's other parts.
    Notify(Notice),
}

/// Something that others at the node want to know.
#[derive(Debug)]
pub enum Notice {
    /// The directory changes.
    Directory(Update),
    /// A record changed: open pages of it are told.
    Changed(RecordId),
    /// The list of peers changed: the link is told.
    Peers(Vec<Peer>),
    /// The state of a peer or of what waits for it changed: ask for a [`Report`].
    Standing,
}

/// A command was refused. Nothing of it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The edit was not taken.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The store failed; the node has to be looked at.
    #[error("the register's storage failed")]
    Storage,
    /// No such peer.
    #[error("there is no such peer")]
    NoPeer,
    /// A node can't be its own peer.
    #[error("this is the node itself")]
    Oneself,
}

/// What a peer did wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A frame that can't be read, or out of turn.
    #[error("a frame can't be read")]
    Frame,
    /// Document changes or values that are not what they claim to be.
    #[error("a record is not what it claims to be")]
    Record,
    /// More than the bounds allow.
    #[error("a frame is too large")]
    TooLarge,
}

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
    /// A small named piece of state; `None` removes it.
    Fact(String, Option<Vec<u8>>),
    /// One more ledger entry.
    Ledger(Vec<u8>),
    /// One more entry of the audit log, with its sequence number.
    Audit(u64, Vec<u8>),
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
            Self::Fact(key, _) => write!(f, "Fact({key})"),
            Self::Ledger(bytes) => write!(f, "Ledger({} bytes)", bytes.len()),
            Self::Audit(sequence, _) => write!(f, "Audit({sequence})"),
        }
    }
}

/// A record that can't be read from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored record is damaged")]
pub struct ShelfError;

/// Where a replica reads what it persisted. Sees every write of every earlier [`Effect::Persist`].
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
}

/// What a store holds when it is opened, but for documents and values.
#[derive(Default)]
pub struct Holdings {
    /// Every record's index entry.
    pub indexes: Vec<(RecordId, Vec<u8>)>,
    /// Every fact.
    pub facts: BTreeMap<String, Vec<u8>>,
    /// Every ledger entry.
    pub ledger: Vec<Vec<u8>>,
    /// The last entry of the audit log, with its sequence number.
    pub audit: Option<(u64, Vec<u8>)>,
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

/// The time and randomness of one call.
pub struct Moment<'a> {
    /// The node's clock.
    pub now: Timestamp,
    /// Randomness for ids and nonces.
    pub rng: &'a mut dyn Rng,
}

impl core::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Moment({})", self.now)
    }
}
