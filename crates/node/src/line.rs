//! The line to other premises, as the event loop and the command line need it: a thin layer over
//! [`link`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use link::identity::ClaimedId;
use link::pair::Pairing;
use link::{Event, Link, LinkError, Mapping};
use register::id::NodeId;
use register::replica::{Fault, Input, Peer};

use crate::errand::Switch;
use crate::exit::{Exit, Failure};
use crate::turn::Line;

/// A peer's key as people compare it.
#[must_use]
pub fn shown(key: &[u8; 32]) -> String {
    ClaimedId::from_key(*key).to_string()
}

/// The running line. Clones share it.
#[derive(Debug, Clone)]
pub struct Wire {
    link: Link,
    cut: Arc<AtomicBool>,
}

impl Wire {
    /// A layer over `link`.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self {
            link,
            cut: Arc::default(),
        }
    }

    /// Pairing with others, over the same socket.
    #[must_use]
    pub fn pairing(&self) -> Pairing {
        self.link.pairing().clone()
    }

    /// Where the router forwards to it from, as far as the router told.
    #[must_use]
    pub fn outside(&self) -> Option<SocketAddr> {
        match self.link.router().mapping {
            Mapping::Forwarded {
                port,
                address: Some(ip),
                ..
            } => Some(SocketAddr::new(ip, port)),
            Mapping::Forwarded { address: None, .. }
            | Mapping::Off
            | Mapping::Asking
            | Mapping::Failed(_) => None,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.link.local_addr()
    }

    /// Closes the line, after telling the peers.
    pub async fn shutdown(&self) {
        self.link.shutdown().await;
    }
}

impl Line for Wire {
    type Event = Event;

    fn input(&mut self, event: Event) -> Option<Input> {
        match event {
            Event::Up { node, address, .. } => {
                tracing::debug!(%node, %address, "the event loop hears that a peer is connected");
                Some(Input::PeerUp(node))
            }
            Event::Down { node, why } => {
                tracing::debug!(%node, %why, "the event loop hears that a peer is gone");
                Some(Input::PeerDown(node))
            }
            Event::Frame { node, bytes } => Some(Input::Frame(node, bytes)),
            // The line has turned them away and logged who tried.
            Event::Stranger { .. } => None,
        }
    }

    fn send(&mut self, peer: NodeId, frame: Vec<u8>) {
        if !self.link.send(peer, frame) {
            // Whatever it was is sent again when the peer is back: it has not acknowledged it.
            tracing::debug!(%peer, "a frame could not be sent");
        }
    }

    fn close(&mut self, peer: NodeId, fault: Fault) {
        self.link.close(peer, fault);
    }

    fn set_peers(&mut self, peers: Vec<Peer>) {
        self.link.set_peers(peers);
    }
}

impl Switch for Wire {
    fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
        self.link.cut(cut);
    }

    fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Relaxed)
    }
}

impl From<LinkError> for Failure {
    fn from(error: LinkError) -> Self {
        let exit = match &error {
            LinkError::Listen { .. } => Exit::InUse,
            LinkError::Identity(_) => Exit::NotANode,
        };
        Self::new(exit, error)
    }
}
