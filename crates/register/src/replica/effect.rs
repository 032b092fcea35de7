//! What a replica wants done.

use crate::audit::Checkpoint;
use crate::directory::Update;
use crate::id::{NodeId, RecordId};

use super::answer::{Answer, Refusal};
use super::input::Peer;
use super::shelf::Group;

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
    /// Sign this with the node's own key: answer with [`super::Input::Signed`].
    Sign(Checkpoint),
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
    /// Everything was thought to be acknowledged, and yet the peer lacked so many records: an alarm. They are
    /// being sent.
    Repaired(NodeId, usize),
    /// A peer holds another entry in the same place of the same audit log: an alarm.
    LogsDiffer(NodeId),
    /// A record was forgotten, and its keys are destroyed as soon as this is released: answer with
    /// [`super::Input::Forgotten`].
    Forgotten(RecordId),
    /// The state of a peer or of what waits for it changed: ask for a [`Report`](super::Report).
    Standing,
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
