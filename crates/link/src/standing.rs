//! How the lines stand, as plain data: for pages, metrics and whoever has to set up a router. Nothing here is stored,
//! and nothing of it says what travels on a line.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quinn::Connection;
use register::id::NodeId;
use tokio::time::Instant;

use crate::StrangerFault;
use crate::identity::PeerId;
use crate::nat::{self, Mapping, NatKind, Observation};

/// The most addresses of one peer whose failed dials are remembered.
const FAILED_LIMIT: usize = 16;

/// How the line to one peer stands. Times are seconds since 1970 by this node's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineStanding {
    /// The connection in use; `None` while there is none.
    pub line: Option<OpenLine>,
    /// When a packet of the peer came last on any connection since this node started, to half a second.
    pub heard: Option<i64>,
    /// Where the peer was when it was last connected. It is dialled there too.
    pub seen: Option<SocketAddr>,
    /// This node's own address as the peer saw it last. `None` when it hasn't said: older programs don't.
    pub observed: Option<SocketAddr>,
    /// Dials that have failed since the address last worked, by address: as it is written in the register, or
    /// [`Self::seen`]. At most 16.
    pub failed_dials: BTreeMap<String, FailedDial>,
    /// UDP payload sent to it on all connections since this node started, bytes. Attempts to connect don't count.
    pub sent_bytes: u64,
    /// UDP payload received from it on all connections since this node started, bytes.
    pub received_bytes: u64,
}

/// A connection in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenLine {
    /// Since when, seconds since 1970.
    pub since: i64,
    /// The smoothed round trip.
    pub round_trip: Duration,
    /// Where the peer is now. It moves when the peer's address changes.
    pub address: SocketAddr,
    /// Whether this node dialled; else the peer did.
    pub dialled_here: bool,
    /// The key that the peer showed.
    pub key: PeerId,
    /// Until when its certificate is valid, seconds since 1970.
    pub certificate_until: i64,
    /// Nothing was heard for longer than signs of life are apart: another connection is being tried beside it.
    pub quiet: bool,
}

/// The last dial of an address that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailedDial {
    /// When it ended, seconds since 1970.
    pub at: i64,
    /// Why.
    pub why: DialFault,
}

/// Why a dial came to nothing. Of a name with several addresses, the most telling one, which is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum DialFault {
    /// There is no such name, or nobody could be asked.
    #[error("the name can't be found")]
    NameNotFound,
    /// This machine has no way there: IPv6 without IPv6, no network.
    #[error("there is no way to such an address from here")]
    NoWay,
    /// Nobody answered in time.
    #[error("nobody answers")]
    NoAnswer,
    /// A node was there and closed without a reason that concerns this one: busy, stopping, cut.
    #[error("it closed the connection")]
    Closed,
    /// What answered speaks another protocol or version.
    #[error("it speaks another protocol")]
    Protocol,
    /// A node was there and doesn't take this one for a peer: not paired there, removed, or this certificate is over.
    #[error("it does not accept this node")]
    Refused,
    /// Somebody else was there, or the peer with a certificate that can't be accepted.
    #[error("a stranger answers: {0}")]
    Stranger(StrangerFault),
}

/// What is known of the router in front of this node, from what peers saw and what the router itself said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouterStanding {
    /// What it does to ports.
    pub nat: NatKind,
    /// Whether it forwards this node's port by request.
    pub mapping: Mapping,
    /// Where peers see this node: one beyond the own network, if there is one that says so.
    pub seen: Option<SocketAddr>,
}

/// A connection as it opens.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) dialled_here: bool,
    pub(crate) key: PeerId,
    pub(crate) certificate_until: i64,
}

struct Open {
    of: Opened,
    since: i64,
    received: u64,
    heard: Instant,
    quiet: bool,
}

#[derive(Default)]
struct Record {
    open: Option<Open>,
    heard: Option<i64>,
    seen: Option<SocketAddr>,
    observation: Option<Observation>,
    failed: BTreeMap<String, FailedDial>,
    /// Bytes of connections that are closed.
    sent: u64,
    received: u64,
}

impl Record {
    fn standing(&self) -> LineStanding {
        let udp = self.open.as_ref().map(|open| {
            let stats = open.of.connection.stats();
            (stats.udp_tx.bytes, stats.udp_rx.bytes)
        });
        let (sent, received) = udp.unwrap_or_default();
        LineStanding {
            line: self.open.as_ref().map(|open| OpenLine {
                since: open.since,
                round_trip: open.of.connection.rtt(),
                address: canonical(open.of.connection.remote_address()),
                dialled_here: open.of.dialled_here,
                key: open.of.key,
                certificate_until: open.of.certificate_until,
                quiet: open.quiet,
            }),
            heard: self.heard,
            seen: self.seen,
            observed: self.observation.as_ref().map(|one| one.observed),
            failed_dials: self.failed.clone(),
            sent_bytes: self.sent.saturating_add(sent),
            received_bytes: self.received.saturating_add(received),
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            let stats = open.of.connection.stats();
            self.sent = self.sent.saturating_add(stats.udp_tx.bytes);
            self.received = self.received.saturating_add(stats.udp_rx.bytes);
        }
    }
}

/// What lines and diallers leave behind for [`crate::Link::standing`], and for each other.
#[derive(Default)]
pub(crate) struct Standings {
    records: Mutex<BTreeMap<NodeId, Record>>,
    mapping: Mutex<Mapping>,
}

impl Standings {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<NodeId, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn all(&self) -> BTreeMap<NodeId, LineStanding> {
        let records = self.lock();
        records
            .iter()
            .map(|(node, record)| (*node, record.standing()))
            .collect()
    }

    /// The router in front of a node that listens on `port`.
    pub(crate) fn router(&self, port: u16) -> RouterStanding {
        let records = self.lock();
        let observations = || records.values().filter_map(|one| one.observation.as_ref());
        RouterStanding {
            nat: nat::kind(port, observations()),
            seen: observations()
                .min_by_key(|one| nat::is_near(one.peer))
                .map(|one| one.observed),
            mapping: *self.mapping.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    pub(crate) fn set_mapping(&self, mapping: Mapping) {
        *self.mapping.lock().unwrap_or_else(PoisonError::into_inner) = mapping;
    }

    /// Keeps exactly these peers, what is known of them included.
    pub(crate) fn set_peers(&self, nodes: &BTreeSet<NodeId>) {
        let mut records = self.lock();
        records.retain(|node, _| nodes.contains(node));
        for node in nodes {
            records.entry(*node).or_default();
        }
    }

    pub(crate) fn opened(&self, node: NodeId, opened: Opened, now: i64) {
        let mut records = self.lock();
        let record = records.entry(node).or_default();
        record.close();
        record.heard = Some(now);
        record.seen = Some(canonical(opened.connection.remote_address()));
        record.open = Some(Open {
            since: now,
            received: opened.connection.stats().udp_rx.datagrams,
            heard: Instant::now(),
            quiet: false,
            of: opened,
        });
    }

    pub(crate) fn closed(&self, node: NodeId) {
        if let Some(record) = self.lock().get_mut(&node) {
            record.close();
        }
    }

    /// Takes note of what came since the last call. Returns who is connected and was heard within `quiet`.
    pub(crate) fn watch(&self, now: i64, quiet: Duration) -> BTreeSet<NodeId> {
        let mut well = BTreeSet::new();
        for (node, record) in self.lock().iter_mut() {
            let Some(open) = &mut record.open else {
                continue;
            };
            let received = open.of.connection.stats().udp_rx.datagrams;
            if received != open.received {
                open.received = received;
                open.heard = Instant::now();
                record.heard = Some(now);
                record.seen = Some(canonical(open.of.connection.remote_address()));
            }
            open.quiet = open.heard.elapsed() >= quiet;
            if !open.quiet {
                well.insert(*node);
            }
        }
        well
    }

    pub(crate) fn is_quiet(&self, node: NodeId, quiet: Duration) -> bool {
        let records = self.lock();
        let open = records.get(&node).and_then(|record| record.open.as_ref());
        open.is_some_and(|open| open.heard.elapsed() >= quiet)
    }

    pub(crate) fn seen(&self, node: NodeId) -> Option<SocketAddr> {
        self.lock().get(&node).and_then(|record| record.seen)
    }

    /// The peer says at which address it sees this node, on `connection`.
    pub(crate) fn observed(&self, node: NodeId, observed: SocketAddr, connection: &Connection) {
        let peer = canonical(connection.remote_address());
        // Of a connection that was dialled here the library doesn't know.
        let own = connection.local_ip().map(|ip| ip.to_canonical());
        let own = own.or_else(|| nat::own_ip(peer));
        let mut records = self.lock();
        let Some(record) = records.get_mut(&node) else {
            return;
        };
        let open = record
            .open
            .as_ref()
            .filter(|open| open.of.connection.stable_id() == connection.stable_id());
        if let Some(open) = open {
            record.observation = Some(Observation {
                observed: canonical(observed),
                own,
                peer: peer.ip(),
                dialled_here: open.of.dialled_here,
            });
        }
    }

    /// What became of dialling `address`: `None` when it worked.
    pub(crate) fn dialled(&self, node: NodeId, address: &str, failed: Option<FailedDial>) {
        let mut records = self.lock();
        let Some(record) = records.get_mut(&node) else {
            return;
        };
        match failed {
            None => {
                record.failed.remove(address);
            }
            Some(failed) => {
                if record.failed.len() >= FAILED_LIMIT && !record.failed.contains_key(address) {
                    let oldest = record.failed.iter().min_by_key(|(_, failed)| failed.at);
                    if let Some(oldest) = oldest.map(|(address, _)| address.clone()) {
                        record.failed.remove(&oldest);
                    }
                }
                record.failed.insert(address.to_owned(), failed);
            }
        }
    }
}

/// An IPv4 address as such, also where the socket speaks IPv6.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
