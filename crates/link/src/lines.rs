//! All lines of a node: who is connected, who is dialled, and which of two connections stays.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::{Endpoint, Incoming};
use register::id::NodeId;
use register::replica::{Fault, Peer};
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::control;
use crate::dial::{self, NoLine};
use crate::dialler::Dialler;
use crate::identity::{ClaimedId, Identity};
use crate::line::{Fresh, Line, code};
use crate::mapping;
use crate::pair::Pairing;
use crate::standing::Opened;
use crate::{DownReason, Event, LinkSettings, PeerFault, Shared, StrangerFault};

/// Two connections to one peer younger than this were dialled at once: the rule decides. An older one is stale.
const AT_ONCE: Duration = Duration::from_secs(10);
/// A peer that broke the protocol is left alone for so long.
const FAULT_PAUSE: Duration = Duration::from_secs(10);
/// How many handshakes of others are under way at once; more are refused.
const HANDSHAKES: usize = 16;
/// While fewer handshakes than this are to be had, others have to prove that they are where they say.
const UNPROVEN: usize = HANDSHAKES / 2;
/// How long peers have to hear that this node stops.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long the router has to take a mapping back: what is being asked is waited for first.
const WITHDRAWAL: Duration = Duration::from_secs(3);
/// Strangers that are logged, at most, in each of [`STRANGERS_EVERY`].
const STRANGERS: u32 = 20;
const STRANGERS_EVERY: Duration = Duration::from_secs(10);
/// How often is looked whether peers are heard.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// What the handle wants.
#[derive(Debug)]
pub(crate) enum Order {
    /// Who the peers are.
    Peers(Vec<Peer>),
    /// The node's key or certificate has changed.
    Identity(Box<Identity>),
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
    Stranger(SocketAddr, StrangerFault),
    Nothing,
}

pub(crate) struct Lines {
    endpoint: Endpoint,
    identity: Identity,
    settings: LinkSettings,
    shared: Arc<Shared>,
    pairing: Pairing,
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
    /// Strangers that were reported, and since when they are counted.
    strangers: (Instant, u32),
}

impl Lines {
    pub(crate) fn new(
        endpoint: Endpoint,
        identity: Identity,
        settings: LinkSettings,
        shared: Arc<Shared>,
        pairing: Pairing,
        events: mpsc::Sender<Event>,
        orders: mpsc::WeakSender<Order>,
    ) -> Self {
        Self {
            endpoint,
            identity,
            settings,
            shared,
            pairing,
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
            strangers: (Instant::now(), 0),
        }
    }

    pub(crate) async fn run(mut self, peers: Vec<Peer>, mut orders: mpsc::Receiver<Order>) {
        self.set_peers(peers).await;
        let mapping = self.ask_router();
        let mut look = interval(WATCH_EVERY);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let told = loop {
            tokio::select! {
                _ = look.tick() => self.watch(),
                order = orders.recv() => match order {
                    Some(Order::Peers(peers)) => self.set_peers(peers).await,
                    Some(Order::Identity(identity)) => self.set_identity(*identity),
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
                    Some(Outcome::Stranger(address, why)) => self.report_stranger(address, why),
                    Some(Outcome::Nothing) | None => {}
                },
                ended = self.ended.1.recv() => if let Some((number, node, why)) = ended {
                    self.ended(number, node, why).await;
                },
                // Finished handshakes leave nothing behind.
                Some(_) = self.tasks.join_next() => {}
            }
        };
        self.stop(mapping).await;
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
        if self.cut {
            incoming.ignore();
            return;
        }
        // Whoever only claims an address never answers; whoever is there comes back at once.
        if self.handshakes.available_permits() < UNPROVEN && incoming.may_retry() {
            // Refused only when it has proven its address.
            let _ = incoming.retry();
            return;
        }
        let Ok(permit) = Arc::clone(&self.handshakes).try_acquire_owned() else {
            incoming.refuse();
            return;
        };
        let (identity, settings) = (self.identity.clone(), self.settings.clone());
        let keys: BTreeSet<ClaimedId> = self
            .peers
            .values()
            .flat_map(|known| known.keys.iter().copied())
            .collect();
        let outcomes = self.outcomes.0.clone();
        let door = self.pairing.door();
        self.tasks.spawn(async move {
            let outcome = match dial::accept(incoming, &identity, keys, door, &settings).await {
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
    fn begin_standing(&mut self, node: NodeId, fresh: &Fresh) {
        let opened = Opened {
            connection: fresh.connection.clone(),
            dialled_here: fresh.dialled_here,
            key: fresh.peer,
            certificate_until: fresh.certificate_until,
        };
        let now = self.settings.now();
        self.shared.standings.opened(node, opened, now);
        self.tasks.spawn(control::tell(fresh.connection.clone()));
        let (shared, connection) = (Arc::clone(&self.shared), fresh.connection.clone());
        self.tasks
            .spawn(control::hear(fresh.connection.clone(), move |address| {
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
        let outbox = self.shared.outbox(node);
        self.shared.set_outbox(node, None);
        self.shared.standings.closed(node);
        if code == code::REMOVED {
            line.end_later(code, outbox).await;
        } else {
            line.end(code).await;
        }
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

    /// Dials with the present identity from now on, and shows it to whoever dials.
    fn set_identity(&mut self, identity: Identity) {
        self.pairing.set_identity(identity.clone());
        self.identity = identity;
        if self.cut {
            return;
        }
        let nodes: Vec<NodeId> = self.peers.keys().copied().collect();
        for node in nodes {
            let Some(known) = self.peers.get(&node) else {
                continue;
            };
            known.dialling.abort();
            let (keys, addresses) = (known.keys.clone(), known.addresses.clone());
            let dialling = self.keep_dialling(node, keys, addresses, Duration::ZERO);
            if let Some(known) = self.peers.get_mut(&node) {
                known.dialling = dialling;
            }
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

    /// Says who was turned away. In a flood that must neither fill a disk nor hold up the lines.
    fn report_stranger(&mut self, address: SocketAddr, why: StrangerFault) {
        let (since, said) = &mut self.strangers;
        if since.elapsed() >= STRANGERS_EVERY {
            (*since, *said) = (Instant::now(), 0);
        }
        *said = said.saturating_add(1);
        if *said <= STRANGERS {
            tracing::warn!(%address, %why, "a stranger was turned away");
        } else if *said == STRANGERS + 1 {
            tracing::warn!("more strangers are turned away, and not all are logged");
        }
        // Nobody listens when the node stops, and whoever is behind already has enough of them.
        let _ = self.events.try_send(Event::Stranger { address, why });
    }

    /// Has the router forward the port, where that is wanted: in the background, as a router may take its time.
    fn ask_router(&self) -> Option<(oneshot::Sender<()>, JoinHandle<()>)> {
        let port = self.endpoint.local_addr().ok()?.port();
        let (stop, stopped) = oneshot::channel();
        let (shared, settings) = (Arc::clone(&self.shared), self.settings.clone());
        settings.port_mapping.then(|| {
            (
                stop,
                tokio::spawn(mapping::keep(port, shared, settings, stopped)),
            )
        })
    }

    async fn stop(self, mapping: Option<(oneshot::Sender<()>, JoinHandle<()>)>) {
        let withdrawal = async {
            if let Some((stop, kept)) = mapping {
                drop(stop);
                // A router that doesn't answer forgets by itself.
                let _ = timeout(WITHDRAWAL, kept).await;
            }
        };
        tokio::join!(withdrawal, self.say_goodbye());
    }

    async fn say_goodbye(mut self) {
        let nodes: Vec<NodeId> = self.peers.keys().copied().collect();
        for node in nodes {
            if let Some((_, line)) = self
                .peers
                .get_mut(&node)
                .and_then(|known| known.line.take())
            {
                self.shared.set_outbox(node, None);
                self.shared.standings.closed(node);
                line.end(code::DONE).await;
            }
        }
        self.tasks.shutdown().await;
        self.pairing.end();
        self.endpoint.close(code::DONE.into(), b"");
        // Peers that don't answer notice by the silence.
        let _ = timeout(GOODBYE, self.endpoint.wait_idle()).await;
    }
}
