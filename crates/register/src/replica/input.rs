//! What happens to a replica, and what people at its node want.

use jiff::Timestamp;
use rand_core::Rng;

use crate::audit::{AuditEvent, Purpose};
use crate::document::{Collection, FieldKey};
use crate::edit::Edit;
use crate::id::{NodeId, RecordId};
use crate::value::Content;

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
