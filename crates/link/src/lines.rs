//! All lines of a node: who is connected, who is dialled, and which of two connections stays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use quinn::{Endpoint, Incoming};
use register::id::NodeId;
use register::replica::{Fault, Peer};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::control;
use crate::dial::{self, NoLine};
use crate::dialler::Dialler;
use crate::identity::{ClaimedId, Identity};
use crate::line::{Fresh, Line, code};
use crate::standing::Opened;
use crate::{DownReason, Event, LinkSettings, PeerFault, Shared};

/// Two connections to one peer younger than this were dialled at once: the rule decides. An older one is stale.
const AT_ONCE: Duration = Duration::from_secs(10);
/// A peer that broke the protocol is left alone for so long.
const FAULT_PAUSE: Duration = Duration::from_secs(10);
/// How many handshakes of others are under way at once; more are refused.
const HANDSHAKES: usize = 16;
/// How long peers have to hear that this node stops.
const GOODBYE: Duration = Duration::from_secs(1);
/// How often is looked whether peers are heard.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// What the handle wants.
#[derive(Debug)]
pub(crate) enum Order {
    /// Who the peers are.
    Peers(Vec<Peer>),
    /// A peer broke the protocol.
    Close(NodeId, Fault),
    /// The line is cut, or healed.
    Cut(bool),
    /// The node stops; tell when all is closed.
    Stop(watch::Sender<bool>),
}

/// A paired peer.
struct Known {
    keys: BTreeSet<ClaimedId>,
    addresses: Vec<String>,
    line: Option<(u64, Line)>,
    dialling: AbortHandle,
}

/// Which line ended, by its number, and why.
type Ended = (u64, NodeId, DownReason);

/// What comes from tasks of its own.
pub(crate) enum Outcome {
    Fresh(Fresh),
    Stranger(std::net::SocketAddr, crate::StrangerFault),
    Nothing,
}

pub(crate) struct Lines {
    endpoint: Endpoint,
    identity: Identity,
    settings: LinkSettings,
    shared: Arc<Shared>,
    events: mpsc::Sender<Event>,
    /// Kept weak: when every handle is gone, the lines end.
    _orders: mpsc::WeakSender<Order>,
    peers: BTreeMap<NodeId, Known>,
    /// Who is connected and heard: dialling waits while its peer is in here.
    well: watch::Sender<BTreeSet<NodeId>>,
    outcomes: (mpsc::Sender<Outcome>, mpsc::Receiver<Outcome>),
    ended: (mpsc::UnboundedSender<Ended>, mpsc::UnboundedReceiver<Ended>),
    tasks: JoinSet<()>,
    handshakes: Arc<Semaphore>,
    cut: bool,
    last_number: u64,
}

impl Lines {
    pub(crate) fn new(
        endpoint: Endpoint,
        identity: Identity,
        settings: LinkSettings,
        shared: Arc<Shared>,
        events: mpsc::Sender<Event>,
        orders: mpsc::WeakSender<Order>,
    ) -> Self {
        Self {
            endpoint,
            identity,
            settings,
            shared,
            events,
            _orders: orders,
            peers: BTreeMap::new(),
            well: watch::Sender::new(BTreeSet::new()),
            outcomes: mpsc::channel(HANDSHAKES),
            ended: mpsc::unbounded_channel(),
            tasks: JoinSet::new(),
            handshakes: Arc::new(Semaphore::new(HANDSHAKES)),
            cut: false,
            last_number: 0,
        }
    }

    pub(crate) async fn run(mut self, peers: Vec<Peer>, mut orders: mpsc::Receiver<Order>) {
        self.set_peers(peers).await;
        let mut look = interval(WATCH_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let told = loop {
            tokio::select! {
                _ = look.tick() => self.watch(),
                order = orders.recv() => match order {
                    Some(Order::Peers(peers)) => self.set_peers(peers).await,
                    Some(Order::Close(node, fault)) => self.close_faulty(node, fault).await,
                    Some(Order::Cut(cut)) => self.set_cut(cut).await,
                    Some(Order::Stop(told)) => break Some(told),
                    None => break None,
                },
                incoming = self.endpoint.accept() => match incoming {
                    Some(incoming) => self.take_in(incoming),
                    None => break None,
                },
                outcome = self.outcomes.1.recv() => match outcome {
                    Some(Outcome::Fresh(fresh)) => self.connect(fresh).await,
                    Some(Outcome::Stranger(address, why)) => self.report_stranger(address, why).await,
                    Some(Outcome::Nothing) | None => {}
                },
                ended = self.ended.1.recv() => if let Some((number, node, why)) = ended {
                    self.ended(number, node, why).await;
                },
                // Finished handshakes leave nothing behind.
                Some(_) = self.tasks.join_next() => {}
            }
        };
        self.stop().await;
        if let Some(told) = told {
            told.send_replace(true);
        }
    }

    async fn set_peers(&mut self, peers: Vec<Peer>) {
        let wanted: BTreeMap<NodeId, Peer> =
            peers.into_iter().map(|peer| (peer.node, peer)).collect();
        let nodes = wanted.keys().copied().collect();
        let gone: Vec<NodeId> = self
            .peers
            .keys()
            .filter(|node| !wanted.contains_key(node))
            .copied()
            .collect();
        for node in gone {
            self.drop_line(node, code::REMOVED, DownReason::Removed)
                .await;
            if let Some(known) = self.peers.remove(&node) {
                known.dialling.abort();
            }
        }
        self.shared.standings.set_peers(&nodes);
        for (node, peer) in wanted {
            let keys: BTreeSet<ClaimedId> =
                peer.keys.into_iter().map(ClaimedId::from_key).collect();
            let line = match self.peers.remove(&node) {
                Some(known) if known.keys == keys && known.addresses == peer.addresses => {
                    self.peers.insert(node, known);
                    continue;
                }
                Some(known) => {
                    known.dialling.abort();
                    known.line
                }
                None => None,
            };
            let (dialled, addresses) = (keys.clone(), peer.addresses.clone());
            let dialling = self.keep_dialling(node, dialled, addresses, Duration::ZERO);
            let known = Known {
                keys,
                addresses: peer.addresses,
                line,
                dialling,
            };
            self.peers.insert(node, known);
        }
    }

    /// Dials a peer whenever it is not connected or not heard, with growing pauses.
    fn keep_dialling(
        &mut self,
        node: NodeId,
        keys: BTreeSet<ClaimedId>,
        addresses: Vec<String>,
        first: Duration,
    ) -> AbortHandle {
        let dialler = Dialler {
            own: self.identity.node(),
            node,
            keys,
            addresses,
            endpoint: self.endpoint.clone(),
            identity: self.identity.clone(),
            settings: self.settings.clone(),
            shared: Arc::clone(&self.shared),
            outcomes: self.outcomes.0.clone(),
        };
        self.tasks.spawn(dialler.run(first, self.well.subscribe()))
    }

    /// Sees who is heard. A peer that isn't is dialled beside the line that it has.
    fn watch(&self) {
        let standings = &self.shared.standings;
        let heard = standings.watch(self.settings.now(), self.settings.quiet);
        self.well.send_if_modified(|well| {
            let changed = *well != heard;
            *well = heard;
            changed
        });
    }

    fn take_in(&mut self, incoming: Incoming) {
        let Ok(permit) = Arc::clone(&self.handshakes).try_acquire_owned() else {
            incoming.refuse();
            return;
        };
        if self.cut {
            incoming.ignore();
            return;
        }
        let (identity, settings) = (self.identity.clone(), self.settings.clone());
        let keys: BTreeSet<ClaimedId> = self
            .peers
            .values()
            .flat_map(|known| known.keys.iter().copied())
            .collect();
        let outcomes = self.outcomes.0.clone();
        self.tasks.spawn(async move {
            let outcome = match dial::accept(incoming, &identity, keys, &settings).await {
                Ok(fresh) => Outcome::Fresh(fresh),
                Err(NoLine::Stranger(address, why)) => Outcome::Stranger(address, why),
                Err(NoLine::Failed(_)) => Outcome::Nothing,
            };
            drop(permit);
            // The lines are gone only when the node stops.
            let _ = outcomes.send(outcome).await;
        });
    }

    /// Of two connections dialled at once, the one that the smaller id dialled stays; of two by the same side,
    /// and whenever the old one is old or quiet, the newer. Both sides decide alike.
    async fn connect(&mut self, fresh: Fresh) {
        let key = fresh.peer.claimed();
        let Some((&node, known)) = self
            .peers
            .iter()
            .find(|(_, known)| known.keys.contains(&key))
        else {
            crate::line::close(&fresh.connection, code::REMOVED);
            return;
        };
        if self.cut {
            crate::line::close(&fresh.connection, code::DONE);
            return;
        }
        if let Some((_, old)) = &known.line {
            let smaller_here = self.identity.node() < node;
            let young = old.since.elapsed() < AT_ONCE
                && old.connection.close_reason().is_none()
                && !self.shared.standings.is_quiet(node, self.settings.quiet);
            if young && old.dialled_here != fresh.dialled_here && old.dialled_here == smaller_here {
                crate::line::close(&fresh.connection, code::DOUBLE);
                return;
            }
            self.drop_line(node, code::DOUBLE, DownReason::Replaced)
                .await;
        }
        self.last_number += 1;
        let (key, address) = (fresh.peer, fresh.address);
        self.begin_standing(node, &fresh);
        let (half, outbox) = fresh.open();
        self.shared.set_outbox(node, Some(outbox));
        // Before its first frame.
        let up = Event::Up { node, key, address };
        if self.events.send(up).await.is_err() {
            return;
        }
        let line = Line::begin(
            half,
            node,
            self.last_number,
            self.events.clone(),
            self.ended.0.clone(),
        );
        if let Some(known) = self.peers.get_mut(&node) {
            known.line = Some((self.last_number, line));
        }
        self.watch();
        tracing::info!(%node, %key, %address, "peer connected");
    }

    /// Has the two ends tell each other what they see of the line.
    fn begin_standing(&self, node: NodeId, fresh: &Fresh) {
        let opened = Opened {
            connection: fresh.connection.clone(),
            dialled_here: fresh.dialled_here,
            key: fresh.peer,
            certificate_until: fresh.certificate_until,
        };
        let now = self.settings.now();
        self.shared.standings.opened(node, opened, now);
        tokio::spawn(control::tell(fresh.connection.clone()));
        let (shared, connection) = (Arc::clone(&self.shared), fresh.connection.clone());
        tokio::spawn(control::hear(fresh.connection.clone(), move |address| {
            shared.standings.observed(node, address, &connection);
        }));
    }

    async fn drop_line(&mut self, node: NodeId, code: u32, why: DownReason) {
        let Some((_, line)) = self
            .peers
            .get_mut(&node)
            .and_then(|known| known.line.take())
        else {
            return;
        };
        self.shared.set_outbox(node, None);
        self.shared.standings.closed(node);
        line.end(code).await;
        self.down(node, why).await;
    }

    async fn ended(&mut self, number: u64, node: NodeId, why: DownReason) {
        let current = self.peers.get_mut(&node);
        let Some(known) =
            current.filter(|known| known.line.as_ref().is_some_and(|(of, ..)| *of == number))
        else {
            return;
        };
        if let Some((_, line)) = known.line.take() {
            self.shared.set_outbox(node, None);
            self.shared.standings.closed(node);
            line.end(code::DONE).await;
        }
        self.down(node, why).await;
    }

    async fn down(&mut self, node: NodeId, why: DownReason) {
        tracing::info!(%node, %why, "peer gone");
        // Nobody listens only when the node stops.
        let _ = self.events.send(Event::Down { node, why }).await;
        self.watch();
    }

    async fn close_faulty(&mut self, node: NodeId, fault: Fault) {
        let Some(known) = self.peers.get(&node) else {
            return;
        };
        known.dialling.abort();
        let (keys, addresses) = (known.keys.clone(), known.addresses.clone());
        self.drop_line(
            node,
            code::FAULT,
            DownReason::Fault(PeerFault::Content(fault)),
        )
        .await;
        let dialling = self.keep_dialling(node, keys, addresses, FAULT_PAUSE);
        if let Some(known) = self.peers.get_mut(&node) {
            known.dialling = dialling;
        }
    }

    async fn set_cut(&mut self, cut: bool) {
        self.cut = cut;
        let nodes: Vec<NodeId> = self.peers.keys().copied().collect();
        for node in nodes {
            if cut {
                self.drop_line(node, code::DONE, DownReason::Here).await;
            }
            let Some((keys, addresses)) = self
                .peers
                .get(&node)
                .map(|known| (known.keys.clone(), known.addresses.clone()))
            else {
                continue;
            };
            let dialling =
                (!cut).then(|| self.keep_dialling(node, keys, addresses, Duration::ZERO));
            if let Some(known) = self.peers.get_mut(&node) {
                known.dialling.abort();
                if let Some(dialling) = dialling {
                    known.dialling = dialling;
                }
            }
        }
    }

    async fn report_stranger(&mut self, address: std::net::SocketAddr, why: crate::StrangerFault) {
        tracing::warn!(%address, %why, "a stranger was turned away");
        // Nobody listens only when the node stops.
        let _ = self.events.send(Event::Stranger { address, why }).await;
    }

    async fn stop(mut self) {
        let nodes: Vec<NodeId> = self.peers.keys().copied().collect();
        for node in nodes {
            if let Some((_, line)) = self
                .peers
                .get_mut(&node)
                .and_then(|known| known.line.take())
            {
                self.shared.set_outbox(node, None);
                line.end(code::DONE).await;
            }
        }
        self.tasks.shutdown().await;
        self.endpoint.close(code::DONE.into(), b"");
        // Peers that don't answer notice by the silence.
        let _ = timeout(GOODBYE, self.endpoint.wait_idle()).await;
    }
}
