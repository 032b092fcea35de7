//! Pairing by invitation: one premises makes it, another enters it, two people compare a phrase, and both write each
//! other down.
//!
//! It runs over the same socket in a protocol of its own. That is offered only while an invitation is open, and leads
//! to nothing but the conversation in `meeting`: neither to frames nor to a peer's place. The inviter's key stands in
//! the invitation; the invited shows that it holds the invitation by a proof that is bound to the connection and to
//! both keys (`proof`), before anything else that it says is read.
//!
//! An invitation lives in memory, works once, and dies of age, of three wrong proofs, or with the process. Time is
//! the monotonic clock's; the time of day in the text is for people.

mod call;
mod invitation;
mod meeting;
mod proof;
mod word;

use core::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use quinn::{Connection, Endpoint};
use register::replica::Peer;
use register::roster::Signed;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::LinkSettings;
use crate::identity::{Identity, PeerId};
use crate::line::{close, code};
use crate::tls::{self, Knock};
use invitation::Secret;
use meeting::Meeting;
use proof::{Bond, PROOF, Role};

pub use invitation::{INVITED_ADDRESSES, Invitation, InvitationFault};
pub use proof::Phrase;
pub use word::{Introduction, Side};

/// So many wrong proofs kill an invitation.
const WRONG_LIMIT: u8 = 3;
/// The most guests at the door at once who have shown nothing yet.
const GUESTS: usize = 4;
/// How long a guest may take to show the proof.
const GREETING_TIME: Duration = Duration::from_secs(5);
/// Orders of a person that wait, at most.
const ORDERS_WAITING: usize = 4;

/// How far pairing has come at this premises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is under way.
    Idle,
    /// An invitation was made here and waits for somebody.
    Invited(Box<Invitation>),
    /// An invitation was entered here, or somebody came with ours: the two are introducing themselves.
    Meeting,
    /// Two people compare phrases.
    Comparing(Box<Comparing>),
    /// Both are each other's peers.
    Paired(Box<Introduction>),
    /// It came to nothing.
    Failed(PairFault),
}

/// What two people compare, and who of them has said that it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparing {
    /// The phrase.
    pub phrase: Phrase,
    /// The other premises.
    pub other: Introduction,
    /// It was confirmed here.
    pub here: bool,
    /// It was confirmed there.
    pub there: bool,
}

/// Why pairing came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PairFault {
    /// Nobody answered at any address of the invitation.
    #[error(
        "the other premises can't be reached at the invitation's addresses: is it switched on and online?"
    )]
    Unreachable,
    /// At the invitation's addresses is another node.
    #[error("another computer than the one that invites answers at the invitation's addresses")]
    OtherNode,
    /// A certificate is not valid now.
    #[error("a certificate is not valid at this time: look at the clocks of both computers")]
    Clock,
    /// The invitation's time is over.
    #[error("the invitation's time is over: make a new one")]
    Late,
    /// No invitation of that secret is open there.
    #[error("the invitation was used, withdrawn or replaced: make a new one")]
    Spent,
    /// Somebody came with wrong proofs.
    #[error(
        "somebody tried to join without knowing the invitation, so it was withdrawn: make a new one"
    )]
    Guessed,
    /// A person at the other premises ended it.
    #[error("it was cancelled at the other premises")]
    Cancelled,
    /// The line broke before both had confirmed, or nobody was written down.
    #[error("the line broke before it was done: make a new invitation")]
    Lost,
    /// It ended when one may have written the other down and the other not, or for a reason that this program can't
    /// name.
    #[error("it did not come to an end at both premises: make a new invitation, which mends it")]
    Unfinished,
    /// Both hold clients, in different registers.
    #[error(
        "both premises hold clients of different registers: only a node without clients can join another"
    )]
    TwoRegisters,
    /// The programs can't talk.
    #[error("the programs can't talk: update {}", premises(*.0))]
    Outdated(Side),
    /// A node was put out for good.
    #[error("{} was taken out of use for good: it needs a new identity", premises(*.0))]
    Revoked(Side),
    /// A node shows a key that is not its own.
    #[error("{} shows a key that is not its own", premises(*.0))]
    OtherKey(Side),
    /// A node met itself, or a copy of itself.
    #[error("both premises say that they are the same node: one is a copy of the other")]
    Oneself,
    /// The peer could not be written down here.
    #[error("the other premises could not be written down here; the log says why")]
    NotStored,
}

const fn premises(side: Side) -> &'static str {
    match side {
        Side::Here => "this premises",
        Side::There => "the other premises",
    }
}

/// Why nothing was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Another pairing is under way.
    #[error("another pairing is under way here: finish or cancel it first")]
    Busy,
    /// A node was invited by itself.
    #[error("this is the invitation of this very premises: enter it at the other")]
    Oneself,
    /// There is no address to put into an invitation.
    #[error("no address is known at which others reach this premises: give one")]
    NoAddress,
    /// The operating system gives no randomness, or the node stops.
    #[error("it can't be done now; the node stops or lacks randomness")]
    Unable,
}

/// Why a peer was not written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unadmitted {
    /// It was put out for good.
    Revoked,
    /// The key is not the node's.
    OtherKey,
    /// It is this node.
    Oneself,
    /// The store failed or the node stops.
    Failed,
}

/// Completes when the peer is on disk.
pub type Admitting<'a> = Pin<Box<dyn Future<Output = Result<(), Unadmitted>> + Send + 'a>>;

/// Completes with what a premises tells of itself.
pub type Introducing<'a> = Pin<Box<dyn Future<Output = Introduction> + Send + 'a>>;

/// The premises on whose behalf is paired.
pub trait Host: Send + Sync + 'static {
    /// What it tells of itself, as it is at this moment.
    fn introduce(&self) -> Introducing<'_>;

    /// Writes a peer down, with what it announced of its keys. Known peers get the new key and addresses.
    fn admit(&self, peer: Peer, announced: Vec<Signed>) -> Admitting<'_>;
}

/// What a person wants of a pairing under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Confirm,
    Cancel,
}

/// An invitation that somebody may come with.
struct Open {
    secret: Secret,
    until: Instant,
    wrong: u8,
    host: Arc<dyn Host>,
}

#[derive(Default)]
struct State {
    /// Names the pairing under way; what an earlier one comes to is not heard.
    round: u64,
    open: Option<Open>,
    orders: Option<mpsc::Sender<Order>>,
    /// Gone when the line has ended.
    endpoint: Option<Endpoint>,
}

struct Inner {
    identity: RwLock<Identity>,
    settings: LinkSettings,
    state: Mutex<State>,
    stage: watch::Sender<Stage>,
    guests: Arc<Semaphore>,
}

/// A handle on pairing. Clones share it.
#[derive(Clone)]
pub struct Pairing(Arc<Inner>);

impl core::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Pairing")
    }
}

impl Pairing {
    pub(crate) fn new(endpoint: Endpoint, identity: Identity, settings: LinkSettings) -> Self {
        let state = State {
            endpoint: Some(endpoint),
            ..State::default()
        };
        Self(Arc::new(Inner {
            identity: RwLock::new(identity),
            settings,
            state: Mutex::new(state),
            stage: watch::Sender::new(Stage::Idle),
            guests: Arc::new(Semaphore::new(GUESTS)),
        }))
    }

    /// How far it has come, and a way to wait for what comes.
    #[must_use]
    pub fn stage(&self) -> watch::Receiver<Stage> {
        self.0.stage.subscribe()
    }

    /// Makes an invitation, in place of an earlier one that nobody came with. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn invite(&self, host: Arc<dyn Host>, addresses: &[String]) -> Result<Invitation, NotNow> {
        let lasts = self.0.settings.invitation;
        let secret = Secret::random().ok_or(NotNow::Unable)?;
        let expires = (self.0.settings.clock)() + lasts;
        let key = self.0.identity().peer_id().claimed();
        let invitation = Invitation::new(key, secret.clone(), expires, addresses);
        if invitation.addresses().is_empty() {
            return Err(NotNow::NoAddress);
        }
        let until = Instant::now() + lasts;
        let mut state = self.0.state();
        state.ready()?;
        state.round += 1;
        state.open = Some(Open {
            secret,
            until,
            wrong: 0,
            host,
        });
        let round = state.round;
        self.0
            .stage
            .send_replace(Stage::Invited(Box::new(invitation.clone())));
        drop(state);
        tracing::info!("an invitation to pair was made");
        // Weak, so that an invitation that nobody came with doesn't keep the socket.
        let inner = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            sleep_until(until).await;
            if let Some(inner) = inner.upgrade() {
                inner.expire(round);
            }
        });
        Ok(invitation)
    }

    /// Goes where an invitation leads. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn accept(&self, host: Arc<dyn Host>, invitation: Invitation) -> Result<(), NotNow> {
        if invitation.key == self.0.identity().peer_id().claimed() {
            return Err(NotNow::Oneself);
        }
        let mut state = self.0.state();
        state.ready()?;
        let endpoint = state.endpoint.clone().ok_or(NotNow::Unable)?;
        let (orders, ordered) = mpsc::channel(ORDERS_WAITING);
        state.round += 1;
        state.open = None;
        state.orders = Some(orders);
        let round = state.round;
        self.0.stage.send_replace(Stage::Meeting);
        drop(state);
        tracing::info!(inviter = %invitation.inviter(), "an invitation to pair was entered");
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let called = call::call(&inner, &endpoint, &invitation, host, round, ordered).await;
            drop(endpoint);
            let outcome = match called {
                Ok(meeting) => meeting.hold(&inner).await,
                Err(fault) => Err(fault),
            };
            inner.finish(round, outcome);
        });
        Ok(())
    }

    /// A person here says that both screens show `phrase`. Returns whether that is what is compared.
    #[must_use]
    pub fn confirm(&self, phrase: &str) -> bool {
        let state = self.0.state();
        let same = match &*self.0.stage.borrow() {
            Stage::Comparing(comparing) => comparing.phrase.to_string() == phrase,
            _ => false,
        };
        let orders = state.orders.as_ref().filter(|_| same);
        orders.is_some_and(|orders| orders.try_send(Order::Confirm).is_ok())
    }

    /// A person here ends what is under way, or has read what it came to.
    pub fn cancel(&self) {
        let mut state = self.0.state();
        state.round += 1;
        state.open = None;
        if let Some(orders) = state.orders.take() {
            // A full queue ends as well: its sender is gone.
            let _ = orders.try_send(Order::Cancel);
        }
        self.0.stage.send_replace(Stage::Idle);
    }

    /// Shows another certificate, or another key, from now on. An invitation names the key, so an open one is over.
    pub(crate) fn set_identity(&self, identity: Identity) {
        let mut held = self
            .0
            .identity
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let other_key = held.peer_id() != identity.peer_id();
        *held = identity;
        drop(held);
        if other_key && matches!(*self.0.stage.borrow(), Stage::Invited(_)) {
            self.cancel();
        }
    }

    /// The line ends.
    pub(crate) fn end(&self) {
        self.cancel();
        self.0.state().endpoint = None;
    }

    /// A way in for guests, while there is an invitation.
    pub(crate) fn door(&self) -> Option<Door> {
        let state = self.0.state();
        let open = state.open.as_ref()?;
        (Instant::now() < open.until).then(|| Door {
            inner: Arc::clone(&self.0),
            knock: Knock::default(),
        })
    }
}

/// Where one incoming connection may turn out to be a guest's.
pub(crate) struct Door {
    inner: Arc<Inner>,
    knock: Knock,
}

impl Door {
    /// What the handshake notes here.
    pub(crate) fn knock(&self) -> Knock {
        self.knock.clone()
    }

    /// Whether it was somebody who wants to pair.
    pub(crate) fn is_knocked_at(&self) -> bool {
        self.knock.pairs()
    }

    /// Hears the guest, beside the lines.
    pub(crate) fn admit(self, connection: Connection, guest: PeerId) {
        let inner = self.inner;
        let Ok(place) = Arc::clone(&inner.guests).try_acquire_owned() else {
            close(&connection, code::DONE);
            return;
        };
        // Also what the handshake settled on: a key that is not pinned came through it for nothing else.
        if !tls::is_pairing(&connection) {
            close(&connection, code::FAULT);
            return;
        }
        tokio::spawn(async move {
            let Some(meeting) = inner.receive(connection, guest).await else {
                return;
            };
            drop(place);
            let round = meeting.round;
            let outcome = meeting.hold(&inner).await;
            inner.finish(round, outcome);
        });
    }
}

impl State {
    /// Whether something may begin.
    fn ready(&self) -> Result<(), NotNow> {
        if self.orders.is_some() {
            return Err(NotNow::Busy);
        }
        self.endpoint.as_ref().map(drop).ok_or(NotNow::Unable)
    }
}

impl Inner {
    fn identity(&self) -> Identity {
        self.identity
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells how far a round has come, unless another began.
    fn publish(&self, round: u64, stage: Stage) {
        let state = self.state();
        if state.round == round {
            self.stage.send_replace(stage);
        }
    }

    fn expire(&self, round: u64) {
        let mut state = self.state();
        if state.round == round && state.open.take().is_some() {
            tracing::info!("an invitation to pair was not used in time");
            self.stage.send_replace(Stage::Failed(PairFault::Late));
        }
    }

    fn finish(&self, round: u64, outcome: Result<Introduction, PairFault>) {
        match &outcome {
            Ok(other) => tracing::info!(node = %other.node, "paired by invitation"),
            Err(why) => tracing::warn!(%why, "pairing by invitation came to nothing"),
        }
        let mut state = self.state();
        if state.round == round {
            state.orders = None;
            self.stage.send_replace(match outcome {
                Ok(other) => Stage::Paired(Box::new(other)),
                Err(fault) => Stage::Failed(fault),
            });
        }
    }

    /// Takes a guest in who shows the proof in time.
    async fn receive(&self, connection: Connection, guest: PeerId) -> Option<Meeting> {
        let greeting = async {
            let (sending, mut receiving) = connection.accept_bi().await.ok()?;
            let proof = word::greeted(&mut receiving).await?;
            Some((sending, receiving, proof))
        };
        let greeted = timeout(GREETING_TIME, greeting).await.ok().flatten();
        let Some((mut sending, receiving, proof)) = greeted else {
            close(&connection, code::FAULT);
            return None;
        };
        let Some((bond, open, round, ordered)) = self.judge(&connection, guest, &proof) else {
            close(&connection, code::REMOVED);
            return None;
        };
        if let Err(fault) = word::answer(&mut sending, &bond.proof(Role::Host)).await {
            self.finish(round, Err(fault));
            return None;
        }
        let from = connection.remote_address();
        let seen = std::net::SocketAddr::new(from.ip().to_canonical(), from.port());
        Some(Meeting {
            round,
            sending,
            receiving,
            phrase: bond.phrase(),
            key: guest.claimed(),
            reached: seen.to_string(),
            connection,
            host: open.host,
            ordered,
            until: open.until,
        })
    }

    /// A right proof uses the invitation up; wrong ones are counted.
    fn judge(
        &self,
        connection: &Connection,
        guest: PeerId,
        proof: &[u8; PROOF],
    ) -> Option<(Bond, Open, u64, mpsc::Receiver<Order>)> {
        let mut state = self.state();
        let open = state.open.as_mut()?;
        if Instant::now() >= open.until {
            return None;
        }
        let host = self.identity().peer_id().claimed();
        let bond = Bond::new(&open.secret, connection, host, guest.claimed())?;
        if !bond.is_proof(Role::Guest, proof) {
            open.wrong += 1;
            tracing::warn!(
                address = %connection.remote_address(), key = %guest, wrong = open.wrong,
                "somebody wanted to pair who does not know the invitation"
            );
            if open.wrong >= WRONG_LIMIT {
                state.open = None;
                self.stage.send_replace(Stage::Failed(PairFault::Guessed));
            }
            return None;
        }
        let open = state.open.take()?;
        let (orders, ordered) = mpsc::channel(ORDERS_WAITING);
        state.orders = Some(orders);
        self.stage.send_replace(Stage::Meeting);
        tracing::info!(address = %connection.remote_address(), key = %guest, "an invitation to pair was used");
        Some((bond, open, state.round, ordered))
    }
}
