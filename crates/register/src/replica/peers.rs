//! What is kept of a paired peer across restarts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::id::{Incarnation, NodeId};

use super::input::{Peer, node_id};
use super::shelf::Write;

/// The name under which a peer's file is stored.
fn fact(node: NodeId) -> String {
    format!("{PREFIX}{node}")
}

/// Keeps nothing of a peer.
pub(super) fn write_gone(node: NodeId) -> Write {
    Write::Fact(fact(node), None)
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
    /// When everything was last compared.
    pub(super) checked: Option<Timestamp>,
    /// As it was paired with at this node; `None` when another premises let it in.
    pub(super) by_hand: Option<Peer>,
    /// Whether it knows this node's latest key.
    pub(super) knows_key: bool,
    /// Lives in which it came, the one at work last.
    pub(super) lives: Vec<Incarnation>,
    /// Lives that were refused, and when last: of a copy of the peer.
    pub(super) refused: Vec<(Incarnation, Timestamp)>,
    /// What it last told of itself. Not stored.
    pub(super) told: Told,
}

/// What a peer last told of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) program: Option<String>,
    pub(super) records: Option<u64>,
    pub(super) clock_ahead: Option<i64>,
    /// The digest of the statements that it holds on who belongs to the register.
    pub(super) roster: Option<[u8; 32]>,
}

/// So many lives of a peer are remembered.
const LIVES: usize = 64;

type StoredPeer = (NodeId, Vec<ByteArray<32>>, Vec<String>);

fn store_peer(peer: &Peer) -> StoredPeer {
    let keys = peer.keys.iter().copied().map(ByteArray::new).collect();
    (peer.node, keys, peer.addresses.clone())
}

fn read_peer((node, keys, addresses): StoredPeer) -> Peer {
    Peer {
        node,
        keys: keys.into_iter().map(|key| *key).collect(),
        addresses,
    }
}

#[derive(Serialize, Deserialize)]
struct Stored(
    u8,
    StoredPeer,
    Option<(ByteArray<16>, u64)>,
    u64,
    Option<i64>,
    Option<i64>,
    Option<StoredPeer>,
    bool,
    Vec<ByteArray<16>>,
    Vec<(ByteArray<16>, i64)>,
    Option<i64>,
);

/// As it was stored when a peer had one key and one address.
#[derive(Deserialize)]
struct Earlier(
    u8,
    ByteArray<32>,
    String,
    Option<(ByteArray<16>, u64)>,
    u64,
    Option<i64>,
    Option<i64>,
);

impl From<Earlier> for Stored {
    fn from(earlier: Earlier) -> Self {
        let Earlier(version, key, address, held, acknowledged, heard, agreed) = earlier;
        let version = if version == 1 { 2 } else { version };
        let peer = (node_id(&key), vec![key], vec![address]);
        let lives = held.iter().map(|(life, _)| *life).collect();
        Self(
            version,
            peer.clone(),
            held,
            acknowledged,
            heard,
            agreed,
            Some(peer),
            false,
            lives,
            Vec::new(),
            None,
        )
    }
}

impl PeerFile {
    pub(super) fn new(peer: Peer) -> Self {
        Self {
            peer,
            held: None,
            acknowledged: 0,
            heard: None,
            agreed: None,
            checked: None,
            by_hand: None,
            knows_key: false,
            lives: Vec::new(),
            refused: Vec::new(),
            told: Told::default(),
        }
    }

    /// Whether this node speaks to it itself, instead of having only heard of it.
    pub(super) const fn is_near(&self) -> bool {
        self.by_hand.is_some() || self.agreed.is_some()
    }

    /// A peer that was paired at this node; what was kept of it stays.
    pub(super) fn paired(peer: Peer, known: Option<Self>) -> Self {
        let known = known.unwrap_or_else(|| Self::new(peer.clone()));
        Self {
            by_hand: Some(peer.clone()),
            peer,
            ..known
        }
    }

    /// Notes the life in which the peer came; whether it is let in. A life that has ended never speaks again, so when
    /// one comes after a later one, two of the peer are at work: a copy of its disk was started. The later one is
    /// refused from then on.
    pub(super) fn came_in(&mut self, life: Incarnation, now: Timestamp) -> bool {
        if let Some(refused) = self.refused.iter_mut().find(|(known, _)| *known == life) {
            refused.1 = now;
            return false;
        }
        match self.lives.iter().position(|known| *known == life) {
            Some(at) => {
                let later = self.lives.drain(at + 1..);
                self.refused.extend(later.map(|life| (life, now)));
            }
            None => self.lives.push(life),
        }
        let surplus = self.lives.len().saturating_sub(LIVES);
        self.lives.drain(..surplus);
        let surplus = self.refused.len().saturating_sub(LIVES);
        self.refused.drain(..surplus);
        true
    }

    /// When a second one of this peer was last refused.
    pub(super) fn twin(&self) -> Option<Timestamp> {
        self.refused.iter().map(|(_, at)| *at).max()
    }

    /// Keeps it.
    pub(super) fn write(&self) -> Write {
        Write::Fact(fact(self.peer.node), Some(self.encode()))
    }

    fn encode(&self) -> Vec<u8> {
        let stored = Stored(
            2,
            store_peer(&self.peer),
            self.held
                .map(|(life, sequence)| (ByteArray::new(*life.as_bytes()), sequence)),
            self.acknowledged,
            self.heard.map(Timestamp::as_second),
            self.agreed.map(Timestamp::as_second),
            self.by_hand.as_ref().map(store_peer),
            self.knows_key,
            self.lives
                .iter()
                .map(|life| ByteArray::new(*life.as_bytes()))
                .collect(),
            self.refused
                .iter()
                .map(|(life, at)| (ByteArray::new(*life.as_bytes()), at.as_second()))
                .collect(),
            self.checked.map(Timestamp::as_second),
        );
        // Plain fields always have a MessagePack form.
        rmp_serde::to_vec(&stored).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let Stored(
            version,
            peer,
            held,
            acknowledged,
            heard,
            agreed,
            by_hand,
            knows_key,
            lives,
            refused,
            checked,
        ) = rmp_serde::from_slice(bytes)
            .or_else(|_| rmp_serde::from_slice::<Earlier>(bytes).map(Stored::from))
            .ok()?;
        let time =
            |second: Option<i64>| second.and_then(|second| Timestamp::from_second(second).ok());
        (version == 2).then(|| Self {
            peer: read_peer(peer),
            held: held.map(|(life, sequence)| (Incarnation::from_bytes(*life), sequence)),
            acknowledged,
            heard: time(heard),
            agreed: time(agreed),
            checked: time(checked),
            by_hand: by_hand.map(read_peer),
            knows_key,
            lives: lives
                .into_iter()
                .map(|life| Incarnation::from_bytes(*life))
                .collect(),
            refused: refused
                .into_iter()
                .filter_map(|(life, at)| {
                    let at = Timestamp::from_second(at).ok()?;
                    Some((Incarnation::from_bytes(*life), at))
                })
                .collect(),
            told: Told::default(),
        })
    }
}
