//! The line between premises: QUIC, mutually authenticated, with frames in order both ways.
//!
//! What is deliberately absent: certificate authorities and names (a peer is its public key,
//! [`identity`]), session resumption and early data (they would skip the check of the key), and any
//! knowledge of what the frames say.
//!
//! Both sides dial and both listen, on one socket: routers between them then let the other's packets
//! in. Two connections to one peer collapse into one (`lines`). A peer is up only when the acceptor
//! has said so: in TLS 1.3 the dialler's handshake ends before the acceptor has judged it.
//! [`Link::standing`] says how each line stands, [`Link::router`] what is known of the router.
//!
//! The router in front is asked to forward the port (`mapping`). It is no peer: what it says is outside data, bounded in
//! time and size, and leads to no other host; all that is believed of it is where it forwards from.
//!
//! Who is no peer yet comes in by an invitation only, in a protocol of its own that leads to no frame ([`pair`]).

mod control;
mod dial;
mod dialler;
mod frame;
pub mod identity;
mod line;
mod lines;
mod mapping;
mod nat;
pub mod pair;
mod settings;
mod standing;
mod tls;
mod turns;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use register::id::NodeId;
use register::replica::{Fault, Peer};
use tokio::sync::{mpsc, watch};

use identity::{ClaimedId, Identity, PeerId};
use line::Outbox;
use lines::{Lines, Order};
use pair::Pairing;
use standing::Standings;

pub use frame::FRAME_LIMIT;
pub use nat::{Mapping, MappingFault, MappingProtocol, NatKind};
pub use settings::LinkSettings;
pub use standing::{DialFault, FailedDial, LineStanding, OpenLine, RouterStanding};
pub use turns::Turns;

/// Events that wait to be taken; a reader that gets ahead of this stops reading.
const EVENTS_WAITING: usize = 256;
/// Orders to the lines that wait, at most.
const ORDERS_WAITING: usize = 64;

/// What happens on the line.
#[derive(Debug)]
pub enum Event {
    /// A peer is connected. Comes before its frames.
    Up {
        /// Who.
        node: NodeId,
        /// The key that it showed.
        key: PeerId,
        /// Where it is.
        address: SocketAddr,
    },
    /// A peer is no longer connected. Comes after its last frame.
    Down {
        /// Who.
        node: NodeId,
        /// Why.
        why: DownReason,
    },
    /// A frame of a connected peer.
    Frame {
        /// Who.
        node: NodeId,
        /// At most [`FRAME_LIMIT`].
        bytes: Vec<u8>,
    },
    /// Somebody who is no peer tried to connect, or answered where a peer was dialled. They got nothing.
    Stranger {
        /// From where.
        address: SocketAddr,
        /// Who or what.
        why: StrangerFault,
    },
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DownReason {
    /// The peer stopped, or closed the line.
    #[error("the peer closed the line")]
    Closed,
    /// Nothing was heard for too long.
    #[error("nothing was heard for too long")]
    Silent,
    /// A newer connection took its place.
    #[error("a newer connection took its place")]
    Replaced,
    /// It is no longer a peer.
    #[error("it is no longer a peer")]
    Removed,
    /// It took frames too slowly.
    #[error("it took frames too slowly")]
    TooSlow,
    /// The line was cut on purpose, or the node stops.
    #[error("the line was closed here")]
    Here,
    /// The peer broke the protocol.
    #[error(transparent)]
    Fault(#[from] PeerFault),
}

/// What a peer did wrong on the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeerFault {
    /// A frame over [`FRAME_LIMIT`].
    #[error("the peer sent a frame over the limit")]
    Oversize,
    /// The first words were not ours.
    #[error("the peer speaks another protocol")]
    Preface,
    /// What it said could not be used ([`Fault`]).
    #[error("the peer sent something that can't be used: {0}")]
    Content(Fault),
}

/// Why somebody is a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum StrangerFault {
    /// A key that is not paired here.
    #[error("its key is not paired here: {0}")]
    UnknownKey(ClaimedId),
    /// The certificate's time has not come or is over.
    #[error("its certificate is not valid now: {0}")]
    Expired(ClaimedId),
    /// The certificate can't be read.
    #[error("its certificate can't be read")]
    Certificate,
    /// The handshake failed for another reason: another protocol, no common key exchange, no certificate.
    #[error("the handshake failed")]
    Handshake,
}

/// The line could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The address is taken or not ours.
    #[error("can't listen on UDP {address}: {kind}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        kind: std::io::ErrorKind,
    },
    /// The identity can't be used for TLS.
    #[error("the node's identity can't be used: {0}")]
    Identity(#[from] identity::IdentityError),
}

/// A handle on the line. Clones share it.
#[derive(Clone)]
pub struct Link {
    shared: Arc<Shared>,
    orders: mpsc::Sender<Order>,
    address: SocketAddr,
    pairing: Pairing,
}

/// What handle, lines and diallers share: where frames for each connected peer go, and how each line stands.
#[derive(Default)]
struct Shared {
    outboxes: Mutex<BTreeMap<NodeId, Outbox>>,
    standings: Standings,
}

impl Shared {
    fn outbox(&self, node: NodeId) -> Option<Outbox> {
        self.outboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&node)
            .cloned()
    }

    fn set_outbox(&self, node: NodeId, outbox: Option<Outbox>) {
        let mut outboxes = self.outboxes.lock().unwrap_or_else(PoisonError::into_inner);
        match outbox {
            Some(outbox) => outboxes.insert(node, outbox),
            None => outboxes.remove(&node),
        };
    }
}

impl core::fmt::Debug for Link {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Link({})", self.address)
    }
}

impl Link {
    /// Opens the line: listens, and dials every peer until it is connected. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`LinkError`] when the address can't be listened on or the identity can't be used.
    pub fn start(
        identity: Identity,
        listen: SocketAddr,
        peers: Vec<Peer>,
        settings: LinkSettings,
    ) -> Result<(Self, mpsc::Receiver<Event>), LinkError> {
        let endpoint = tls::endpoint(&identity, listen, &settings)?;
        let listen_error = |error: std::io::Error| LinkError::Listen {
            address: listen,
            kind: error.kind(),
        };
        let address = endpoint.local_addr().map_err(listen_error)?;
        let (event_sender, events) = mpsc::channel(EVENTS_WAITING);
        let (orders, order_receiver) = mpsc::channel(ORDERS_WAITING);
        let shared = Arc::new(Shared::default());
        let pairing = Pairing::new(endpoint.clone(), identity.clone(), settings.clone());
        let nodes = peers.iter().map(|peer| peer.node).collect();
        shared.standings.set_peers(&nodes);
        let lines = Lines::new(
            endpoint,
            identity,
            settings,
            Arc::clone(&shared),
            pairing.clone(),
            event_sender,
            orders.downgrade(),
        );
        tokio::spawn(lines.run(peers, order_receiver));
        Ok((
            Self {
                shared,
                orders,
                address,
                pairing,
            },
            events,
        ))
    }

    /// Where it listens.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Pairing with a premises that is no peer yet, over the same socket.
    #[must_use]
    pub const fn pairing(&self) -> &Pairing {
        &self.pairing
    }

    /// How the line to each peer stands, connected or not. Cheap, and callable from anywhere.
    #[must_use]
    pub fn standing(&self) -> BTreeMap<NodeId, LineStanding> {
        self.shared.standings.all()
    }

    /// What is known of the router in front of this node. Cheap, and callable from anywhere.
    #[must_use]
    pub fn router(&self) -> RouterStanding {
        self.shared.standings.router(self.address.port())
    }

    /// Who the peers are now. Connections of those that no longer are get closed.
    pub fn set_peers(&self, peers: Vec<Peer>) {
        self.order(Order::Peers(peers));
    }

    /// From now on the node shows this certificate, and uses its key. Connections that stand stay.
    pub fn set_identity(&self, identity: Identity) {
        self.order(Order::Identity(Box::new(identity)));
    }

    /// Sends a frame to a connected peer, in order. Never waits: a peer that falls too far behind is closed.
    ///
    /// Returns whether the frame was taken; that it arrived is for the peer to say.
    #[must_use]
    pub fn send(&self, node: NodeId, frame: Vec<u8>) -> bool {
        self.shared
            .outbox(node)
            .is_some_and(|outbox| outbox.push(frame))
    }

    /// Closes the connection to a peer that broke the protocol. It is dialled again after a pause.
    pub fn close(&self, node: NodeId, fault: Fault) {
        self.order(Order::Close(node, fault));
    }

    /// Cuts the line or heals it: while it is cut, every connection is dropped, refused and not dialled.
    pub fn cut(&self, cut: bool) {
        self.order(Order::Cut(cut));
    }

    /// Closes everything and waits until the peers have been told, a second at the longest, and the router, three.
    pub async fn shutdown(&self) {
        let (done, mut told) = watch::channel(false);
        if self.orders.send(Order::Stop(done)).await.is_ok() {
            // The sender goes when the lines are gone, which is as good as being told.
            let _ = told.wait_for(|done| *done).await;
        }
    }

    fn order(&self, order: Order) {
        // The lines take orders between any two events, so a full queue means that they are stopping.
        if let Err(mpsc::error::TrySendError::Full(order)) = self.orders.try_send(order) {
            let orders = self.orders.clone();
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move { orders.send(order).await });
            } else {
                let _ = orders.blocking_send(order);
            }
        }
    }
}
