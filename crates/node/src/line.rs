//! The line to other premises, as the event loop and the command line need it: a thin layer over
//! [`link`].

mod router;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::line::{LineStanding, Lines, PeerLine, Validity};
use jiff::{SignedDuration, Timestamp};
use link::identity::{ClaimedId, Identity};
use link::pair::Pairing;
use link::{DialFault, Event, Link, LinkError, StrangerFault};
use register::id::NodeId;
use register::replica::{Fault, Input, Peer};

use crate::clock;
use crate::errand::Switch;
use crate::exit::{Exit, Failure};
use crate::turn::Line;

/// A peer's key as people compare it.
#[must_use]
pub fn shown(key: &[u8; 32]) -> String {
    ClaimedId::from_key(*key).to_string()
}

/// When an identity's certificate is valid; `None` for times that no calendar has.
#[must_use]
pub fn validity(identity: &Identity) -> Option<Validity> {
    let (from, until) = identity.validity().ok()?;
    Some(Validity {
        from: Timestamp::from_second(from).ok()?,
        until: Timestamp::from_second(until).ok()?,
    })
}

/// What was met at an address instead of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// Somebody with another key.
    OtherKey,
    /// Somebody whose certificate is not valid by this node's clock.
    Expired,
    /// A node that does not take this one for a peer.
    NotAccepted,
    /// Something that speaks another protocol.
    OtherProtocol,
}

/// The most addresses at which strangers are remembered.
const STRANGERS: usize = 64;
/// A stranger met longer ago says nothing of who is there.
const STRANGER_TIME: SignedDuration = SignedDuration::from_mins(2);

/// What went over the line to one peer since the node started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Frames sent and received.
    pub frames: (u64, u64),
    /// Bytes on the wire, sent and received.
    pub bytes: (u64, u64),
}

/// What was seen of the lines.
#[derive(Debug, Default)]
struct Seen {
    certificate: Option<Validity>,
    /// Frames sent and received.
    frames: BTreeMap<NodeId, (u64, u64)>,
    strangers: BTreeMap<SocketAddr, (Met, Timestamp)>,
}

impl Seen {
    fn stranger(&mut self, address: SocketAddr, why: StrangerFault, now: Timestamp) {
        let who = match why {
            StrangerFault::UnknownKey(_) => Met::OtherKey,
            StrangerFault::Expired(_) => Met::Expired,
            StrangerFault::Certificate | StrangerFault::Handshake => return,
        };
        self.strangers
            .retain(|_, (_, at)| now.duration_since(*at) < STRANGER_TIME);
        if self.strangers.len() < STRANGERS {
            self.strangers.insert(address, (who, now));
        }
    }
}

/// The running line. Clones share it.
#[derive(Debug, Clone)]
pub struct Wire {
    link: Link,
    cut: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
}

impl Wire {
    /// A layer over `link`, whose certificate is valid at that time.
    #[must_use]
    pub fn new(link: Link, certificate: Option<Validity>) -> Self {
        let seen = Seen {
            certificate,
            ..Seen::default()
        };
        Self {
            link,
            cut: Arc::default(),
            seen: Arc::new(Mutex::new(seen)),
        }
    }

    /// From now on the node shows this certificate, and uses its key.
    pub fn set_identity(&self, identity: Identity) {
        self.seen().certificate = validity(&identity);
        self.link.set_identity(identity);
    }

    /// Pairing with others, over the same socket.
    #[must_use]
    pub fn pairing(&self) -> Pairing {
        self.link.pairing().clone()
    }

    /// Where it is reached from the internet because the router forwards to it, as far as the router told.
    #[must_use]
    pub fn outside(&self) -> Option<SocketAddr> {
        self.link.router().mapping.outside()
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

    /// What was met lately at an address of a peer, which stands for `found`, instead of the peer.
    #[must_use]
    pub fn met_at(&self, peer: NodeId, address: &str, found: &[SocketAddr]) -> Option<Met> {
        let standing = self.link.standing().remove(&peer);
        let failed = standing.and_then(|line| line.failed_dials.get(address).copied());
        let dialled = failed.and_then(|failed| match failed.why {
            DialFault::Stranger(StrangerFault::UnknownKey(_)) => Some(Met::OtherKey),
            DialFault::Stranger(StrangerFault::Expired(_)) => Some(Met::Expired),
            DialFault::Refused => Some(Met::NotAccepted),
            DialFault::Protocol => Some(Met::OtherProtocol),
            DialFault::Stranger(_)
            | DialFault::NameNotFound
            | DialFault::NoWay
            | DialFault::NoAnswer
            | DialFault::Closed => None,
        });
        dialled.or_else(|| self.called_from(found))
    }

    /// Who called lately from one of these addresses and was turned away.
    fn called_from(&self, addresses: &[SocketAddr]) -> Option<Met> {
        let seen = self.seen();
        let now = clock::now();
        // A router may give who calls another port than the one at which they listen.
        let same = |met: &SocketAddr, at: &SocketAddr| {
            met == at || (met.ip() == at.ip() && !at.ip().is_loopback())
        };
        seen.strangers
            .iter()
            .filter(|(met, _)| addresses.iter().any(|at| same(met, at)))
            .filter(|(_, (_, at))| now.duration_since(*at) < STRANGER_TIME)
            .map(|(_, (who, _))| *who)
            .next()
    }

    /// What went over the line to each peer since the node started.
    #[must_use]
    pub fn traffic(&self) -> BTreeMap<NodeId, Traffic> {
        let frames = self.seen().frames.clone();
        let standing = self.link.standing().into_iter();
        let traffic = |(node, line): (NodeId, link::LineStanding)| {
            let traffic = Traffic {
                frames: frames.get(&node).copied().unwrap_or_default(),
                bytes: (line.sent_bytes, line.received_bytes),
            };
            (node, traffic)
        };
        standing.map(traffic).collect()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines for Wire {
    fn standing(&self) -> LineStanding {
        let peers = self.link.standing().into_iter();
        LineStanding {
            certificate: self.seen().certificate,
            cut: self.is_cut(),
            router: router::of(&self.link),
            peers: peers.map(|(node, line)| (node, peer_line(&line))).collect(),
        }
    }
}

fn peer_line(line: &link::LineStanding) -> PeerLine {
    let moment = |second: i64| Timestamp::from_second(second).ok();
    let open = line.line.as_ref();
    PeerLine {
        up: open.and_then(|open| moment(open.since)),
        heard: line.heard.and_then(moment),
        round_trip: open.map(|open| open.round_trip),
        certificate_until: open.and_then(|open| moment(open.certificate_until)),
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
            Event::Frame { node, bytes } => {
                self.seen().frames.entry(node).or_default().1 += 1;
                Some(Input::Frame(node, bytes))
            }
            // The line has turned them away and logged who tried.
            Event::Stranger { address, why } => {
                self.seen().stranger(address, why, clock::now());
                None
            }
        }
    }

    fn send(&mut self, peer: NodeId, frame: Vec<u8>) {
        if self.link.send(peer, frame) {
            self.seen().frames.entry(peer).or_default().0 += 1;
        } else {
            // Whatever it was is sent again when the peer is back: it has not acknowledged it.
            tracing::debug!(%peer, "a frame could not be sent");
        }
    }

    fn close(&mut self, peer: NodeId, fault: Fault) {
        self.link.close(peer, fault);
    }

    fn set_peers(&mut self, peers: Vec<Peer>) {
        let mut seen = self.seen();
        let known = |node: &NodeId| peers.iter().any(|peer| peer.node == *node);
        seen.frames.retain(|node, _| known(node));
        drop(seen);
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
