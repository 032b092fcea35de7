//! Dials one peer for as long as it is a peer: whenever it isn't connected or isn't heard, at all its addresses at once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use quinn::Endpoint;
use register::id::NodeId;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::dial::{self, NoLine};
use crate::identity::{ClaimedId, Identity};
use crate::line::Fresh;
use crate::lines::Outcome;
use crate::nat::is_near;
use crate::standing::{DialFault, FailedDial, canonical};
use crate::{LinkSettings, Shared};

/// Addresses of one peer that are dialled, at most.
const NAMES: usize = 8;
/// Addresses of one name that are dialled, at most.
const ADDRESSES: usize = 4;
/// Each further address is begun so much later, in the order of likelihood.
const STAGGER: Duration = Duration::from_millis(50);
/// An address where a stranger answers, or that refuses, is left alone for so long.
const UNWELCOME_PAUSE: Duration = Duration::from_secs(4);

/// What dialling one peer takes.
#[derive(Clone)]
pub(crate) struct Dialler {
    /// This node.
    pub(crate) own: NodeId,
    /// The peer.
    pub(crate) node: NodeId,
    pub(crate) keys: BTreeSet<ClaimedId>,
    /// As the register has them.
    pub(crate) addresses: Vec<String>,
    pub(crate) endpoint: Endpoint,
    pub(crate) identity: Identity,
    pub(crate) settings: LinkSettings,
    pub(crate) shared: Arc<Shared>,
    pub(crate) outcomes: mpsc::Sender<Outcome>,
}

/// What is remembered from one round to the next.
#[derive(Default)]
struct Memory {
    /// Where names were found last: they can't be looked up while the line is down.
    found: BTreeMap<String, Vec<SocketAddr>>,
    /// Addresses to leave alone, until when.
    unwelcome: BTreeMap<SocketAddr, Instant>,
}

/// What the dials of one round share.
struct Round {
    answered: AtomicBool,
    /// Two names for one address are dialled once.
    taken: Mutex<BTreeSet<SocketAddr>>,
    left_alone: BTreeSet<SocketAddr>,
    silent: bool,
}

/// What came of one name: where it was found, and a line or why not from each address that was dialled.
struct Tried {
    name: String,
    found: Option<Vec<SocketAddr>>,
    dials: Vec<(SocketAddr, NoLine)>,
    fresh: Option<Fresh>,
}

impl Dialler {
    /// Dials after `first`, again and again, whenever the peer is not among those who are `well`.
    pub(crate) async fn run(self, first: Duration, mut well: watch::Receiver<BTreeSet<NodeId>>) {
        sleep(first).await;
        let mut memory = Memory::default();
        let mut pause = self.settings.dial_pause;
        let mut alone_since = Instant::now();
        loop {
            if well.borrow().contains(&self.node) {
                let lost = well.wait_for(|well| !well.contains(&self.node)).await;
                if lost.is_err() {
                    return;
                }
                (pause, alone_since) = (self.settings.dial_pause, Instant::now());
            }
            let silence = self.silence(alone_since);
            if let Some(fresh) = self.round(&mut memory, silence.is_some()).await {
                if self.outcomes.send(Outcome::Fresh(fresh)).await.is_err() {
                    return;
                }
                pause = self.settings.dial_pause;
                sleep(pause).await;
                continue;
            }
            // A silence ends when it ends: its point is that both begin at the time that they expect of each other.
            let next = jittered(pause).min(self.silence(alone_since).unwrap_or(Duration::MAX));
            sleep(next).await;
            pause = (pause * 2).min(self.settings.dial_pause_most);
        }
    }

    /// How much longer addresses beyond the own network are left in peace, if they are.
    fn silence(&self, alone_since: Instant) -> Option<Duration> {
        let turns = &self.settings.turns;
        let patience = match self.shared.standings.seen(self.node) {
            Some(_) => turns.after_lost,
            None => turns.after_never,
        };
        if alone_since.elapsed() < patience {
            return None;
        }
        let now = (self.settings.clock)().duration_since(UNIX_EPOCH).ok()?;
        turns.silent(self.own, self.node, now)
    }

    /// Dials everywhere at once. The first that says hello is taken; the others are let go.
    async fn round(&self, memory: &mut Memory, silent: bool) -> Option<Fresh> {
        let now = Instant::now();
        memory.unwelcome.retain(|_, until| *until > now);
        let round = Arc::new(Round {
            answered: AtomicBool::new(false),
            taken: Mutex::default(),
            left_alone: memory.unwelcome.keys().copied().collect(),
            silent,
        });
        let seen = self.shared.standings.seen(self.node);
        let names = self.addresses.iter().cloned().take(NAMES);
        let mut tries = JoinSet::new();
        for (name, later) in names.chain(seen.map(|seen| seen.to_string())).zip(0_u32..) {
            let (dialler, round) = (self.clone(), Arc::clone(&round));
            let known = memory.found.get(&name).cloned().unwrap_or_default();
            tries.spawn(async move {
                sleep(STAGGER * later).await;
                dialler.name(name, known, &round).await
            });
        }
        while let Some(tried) = tries.join_next().await {
            // A try neither panics nor is aborted before this ends.
            let Ok(tried) = tried else { continue };
            self.note(memory, &tried).await;
            if tried.fresh.is_some() {
                return tried.fresh;
            }
        }
        None
    }

    /// Looks a name up and dials what is found.
    async fn name(&self, name: String, known: Vec<SocketAddr>, round: &Arc<Round>) -> Tried {
        let found = self.look_up(&name).await;
        let mut dials = JoinSet::new();
        for address in found.clone().unwrap_or(known) {
            let first = round
                .taken
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(address);
            let silent = round.silent && !is_near(address.ip());
            if !first || silent || round.left_alone.contains(&address) {
                continue;
            }
            let (own, round) = (self.clone(), Arc::clone(round));
            dials.spawn(async move {
                let Dialler {
                    endpoint,
                    identity,
                    keys,
                    settings,
                    ..
                } = &own;
                let answered = &round.answered;
                let line = dial::dial(endpoint, identity, keys, address, answered, settings).await;
                (address, line)
            });
        }
        let mut tried = Tried {
            name,
            found,
            dials: Vec::new(),
            fresh: None,
        };
        while let Some(dialled) = dials.join_next().await {
            match dialled {
                Ok((_, Ok(fresh))) => {
                    tried.fresh = Some(fresh);
                    break;
                }
                Ok((address, Err(why))) => tried.dials.push((address, why)),
                Err(_) => {}
            }
        }
        tried
    }

    /// Before every dial: addresses of consumer lines change. `None` when nothing is found.
    async fn look_up(&self, name: &str) -> Option<Vec<SocketAddr>> {
        let asking = timeout(self.settings.dial_timeout, tokio::net::lookup_host(name));
        let found: Vec<SocketAddr> = asking
            .await
            .ok()?
            .ok()?
            .map(canonical)
            .take(ADDRESSES)
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// Remembers what came of a name, and reports strangers.
    async fn note(&self, memory: &mut Memory, tried: &Tried) {
        for (address, why) in &tried.dials {
            if matches!(why.fault(), DialFault::Refused | DialFault::Stranger(_)) {
                let until = Instant::now() + UNWELCOME_PAUSE;
                memory.unwelcome.insert(*address, until);
            }
            if let NoLine::Stranger(address, why) = why {
                // The lines are gone only when the node stops, and then so is this.
                let _ = self.outcomes.send(Outcome::Stranger(*address, *why)).await;
            }
        }
        let worst = tried.dials.iter().map(|(_, why)| why.fault()).max();
        let unknown = tried.found.is_none() && tried.dials.is_empty();
        let why = worst.or(unknown.then_some(DialFault::NameNotFound));
        let standings = &self.shared.standings;
        if tried.fresh.is_some() {
            standings.dialled(self.node, &tried.name, None);
        } else if let Some(why) = why {
            let at = self.settings.now();
            standings.dialled(self.node, &tried.name, Some(FailedDial { at, why }));
        }
        if let Some(found) = &tried.found {
            memory.found.insert(tried.name.clone(), found.clone());
        }
    }
}

/// Half to one and a half of the pause, so that two nodes don't dial in step.
fn jittered(pause: Duration) -> Duration {
    let mut byte = [128];
    // Without randomness the pause is as it is.
    let _ = getrandom::fill(&mut byte);
    let [byte] = byte;
    pause / 2 + pause * u32::from(byte) / 256
}
