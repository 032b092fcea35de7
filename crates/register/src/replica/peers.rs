//! What is kept of a paired peer across restarts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::id::{Incarnation, NodeId};

use super::input::Peer;
use super::shelf::Write;

/// The name under which a peer's file is stored.
pub(super) fn fact(node: NodeId) -> String {
    format!("{PREFIX}{node}")
}

/// What the names of all peers' files begin with.
pub(super) const PREFIX: &str = "peer/";

/// What the names of facts begin with that a node was parted from this one.
pub(super) const PARTED: &str = "parted/";

/// Whether this node was parted from another by hand.
pub(super) fn write_parted(node: NodeId, parted: bool) -> Write {
    Write::Fact(format!("{PARTED}{node}"), parted.then(Vec::new))
}

/// What is kept of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PeerFile {
    pub(super) peer: Peer,
    /// What this node holds of the peer's log: its life then, and the sequence number.
    pub(super) held: Option<(Incarnation, u64)>,
    /// The peer holds everything of this node's log up to here.
    pub(super) acknowledged: u64,
    /// When it was last heard.
    pub(super) heard: Option<Timestamp>,
    /// When both last had everything.
    pub(super) agreed: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Stored(
    u8,
    ByteArray<32>,
    String,
    Option<(ByteArray<16>, u64)>,
    u64,
    Option<i64>,
    Option<i64>,
);

impl PeerFile {
    pub(super) const fn new(peer: Peer) -> Self {
        Self {
            peer,
            held: None,
            acknowledged: 0,
            heard: None,
            agreed: None,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let stored = Stored(
            1,
            ByteArray::new(self.peer.key),
            self.peer.address.clone(),
            self.held
                .map(|(life, sequence)| (ByteArray::new(*life.as_bytes()), sequence)),
            self.acknowledged,
            self.heard.map(Timestamp::as_second),
            self.agreed.map(Timestamp::as_second),
        );
        // Plain fields always have a MessagePack form.
        rmp_serde::to_vec(&stored).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let Stored(version, key, address, held, acknowledged, heard, agreed) =
            rmp_serde::from_slice(bytes).ok()?;
        let time =
            |second: Option<i64>| second.and_then(|second| Timestamp::from_second(second).ok());
        (version == 1).then(|| Self {
            peer: Peer { key: *key, address },
            held: held.map(|(life, sequence)| (Incarnation::from_bytes(*life), sequence)),
            acknowledged,
            heard: time(heard),
            agreed: time(agreed),
        })
    }
}
