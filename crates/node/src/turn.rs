//! The one event loop: ONE thread that owns the replica and the vault.
//!
//! It takes a bounded batch of inputs, has each handled, stages every `Persist` at once so that the
//! next input sees it, syncs the disk once, and only then releases replies, frames and notices. So
//! nothing is visible before it is durable, and that is decided in `Turn::settle` alone.
//!
//! What is deliberately absent from this thread: sockets, password hashing, page rendering, parsing
//! of files.

mod line;
mod office;
mod publish;
mod store;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::thread;
use std::time::{Duration, Instant};

use console::desk::Asked;
use register::audit::{Checkpoint, Witness};
use register::id::{NodeId, RecordId};
use register::replica::{
    Answer, Effect, Group, Holdings, Input, Notice, OpenError, Refusal, Replica, Write,
};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use vault::backup::Image;
use vault::{Found, Mark, Trial, Upkeep, VaultError};

use crate::clock::{self, Chance};
use crate::exit::{Exit, Failure};

pub use line::{Line, NoLine};
pub use office::{Office, Silent};
pub use store::{Examine, Store, Sweep};

use publish::Publisher;

/// The most inputs between two syncs of the disk.
const BATCH_INPUTS: usize = 128;
/// A batch that has staged so many bytes is synced, however few its inputs.
const BATCH_BYTES: usize = 1024 * 1024;
/// Commands that wait for their turn, at most.
const COMMANDS_WAITING: usize = 256;
/// Looks at the store that wait for their turn, at most.
const CHORES_WAITING: usize = 4;
/// How often the replica is told that time passes.
const TICK: Duration = Duration::from_secs(1);
/// How often the store is asked whether it has upkeep to do.
const UPKEEP: Duration = Duration::from_secs(1);
/// The pause between two slices of upkeep.
const UPKEEP_BREATH: Duration = Duration::from_millis(20);

/// Why the event loop could not begin or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum TurnError {
    /// The vault failed. What was answered before is safe; what was not answered may not be.
    #[error(transparent)]
    Storage(#[from] VaultError),
    /// The stored register can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The operating system gives no thread.
    #[error("could not start the event loop: {0}")]
    Thread(std::io::ErrorKind),
    /// The loop's thread ended by itself, which is a fault in the program.
    #[error("the event loop broke down; the last lines of the log say where")]
    Broke,
}

impl From<TurnError> for Failure {
    fn from(error: TurnError) -> Self {
        match error {
            TurnError::Storage(error) => error.into(),
            TurnError::Open(_) => Self::new(Exit::Storage, error),
            TurnError::Thread(_) | TurnError::Broke => Self::new(Exit::Failed, error),
        }
    }
}

/// Takes an image, or why there is none.
type ImageReply = oneshot::Sender<Result<Image, VaultError>>;

/// How far the keys that were found are sifted.
pub(crate) enum Sifted {
    /// Some wait still.
    Some(Found),
    /// All of them: this tries what is left.
    All(Trial),
}

/// Something that only the owner of the store can do.
pub(crate) enum Chore {
    /// Give out what examines the next part of everything.
    Check(Mark, oneshot::Sender<(Mark, Option<Examine>)>),
    /// Make an image of everything as of now.
    Image(ImageReply),
    /// Give out what reads every file of the store.
    Sweep(oneshot::Sender<Sweep>),
    /// Leave out some of the keys that were found and are in use: what tries the others, when that is all.
    Sift(Found, oneshot::Sender<Result<Sifted, VaultError>>),
    /// Which of these records something is stored of.
    Held(
        Vec<RecordId>,
        oneshot::Sender<Result<Vec<RecordId>, VaultError>>,
    ),
    /// Wrap the keys of some records anew, and destroy the old epoch key.
    RotateKeys(RangeInclusive<u8>, oneshot::Sender<Result<(), VaultError>>),
    /// Write everything into fresh files.
    Compact(oneshot::Sender<Result<(), VaultError>>),
    /// The system's time service vouches for the clock.
    ClockConfirmed,
}

/// Signs what the register wants signed with the node's own key.
pub type Sign = Box<dyn Fn(Checkpoint) -> Witness + Send>;

/// The replica and the store, opened and not yet running.
#[derive(Debug)]
pub struct Turn<S> {
    replica: Replica,
    store: S,
    chance: Chance,
    publisher: Publisher,
    /// What waits for the disk, in order.
    held: Vec<Effect>,
    /// Bytes staged since the last sync; `None` when nothing was.
    staged: Option<usize>,
    /// Forgotten records whose keys the last sync destroyed.
    forgotten: Vec<RecordId>,
    /// What is to be signed, now that the disk has it.
    unsigned: Vec<Checkpoint>,
    sign: Signing,
    tickets: BTreeMap<u64, oneshot::Sender<Result<Answer, Refusal>>>,
    last_ticket: u64,
    /// Who waits for an image.
    image: Vec<ImageReply>,
    /// Who waits for a compaction.
    compacting: Vec<oneshot::Sender<Result<(), VaultError>>>,
}

struct Signing(Sign);

impl core::fmt::Debug for Signing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Signing(redacted)")
    }
}

/// The running loop.
#[derive(Debug)]
pub struct Running {
    stop: oneshot::Sender<()>,
    ended: oneshot::Receiver<Result<(), TurnError>>,
    thread: thread::JoinHandle<()>,
}

impl Running {
    /// Waits until the loop ends by itself, which it does only when it fails.
    pub async fn failed(&mut self) -> TurnError {
        match (&mut self.ended).await {
            Ok(Err(error)) => error,
            Ok(Ok(())) | Err(_) => TurnError::Broke,
        }
    }

    /// Ends the loop: what has been asked by now is answered, then the store is closed.
    ///
    /// # Errors
    /// [`TurnError`] when the store could not be synced or closed.
    pub async fn stop(self) -> Result<(), TurnError> {
        let _ = self.stop.send(());
        let ended = self.ended.await.unwrap_or(Err(TurnError::Broke));
        // The loop has told how it ended, or its thread is gone: this doesn't wait.
        let _ = self.thread.join();
        ended
    }
}

struct Ports<E> {
    commands: mpsc::Receiver<Asked>,
    events: mpsc::Receiver<E>,
    chores: mpsc::Receiver<Chore>,
    stop: oneshot::Receiver<()>,
}

enum Woken<E> {
    Asked(Asked),
    Event(E),
    Chore(Chore),
    Time,
    Stop,
}

impl<S: Store> Turn<S> {
    /// Begins a new life of the node on what its store holds.
    ///
    /// # Errors
    /// [`TurnError`] when the stored register can't be opened or what opening it leads to can't be stored.
    pub fn open(
        node: NodeId,
        mut store: S,
        holdings: Holdings,
        mut chance: Chance,
        sign: Sign,
    ) -> Result<Self, TurnError> {
        let mut effects = Vec::new();
        let replica = Replica::open(
            node,
            holdings,
            store.shelf(),
            &mut chance.moment(),
            &mut effects,
        )?;
        for effect in &effects {
            if let Effect::Persist(group) = effect {
                store.stage(group)?;
            }
        }
        store.sync()?;
        effects.retain(|effect| !matches!(effect, Effect::Persist(_)));
        let publisher = Publisher::new(replica.report());
        Ok(Self {
            replica,
            store,
            chance,
            publisher,
            held: effects,
            staged: None,
            forgotten: Vec::new(),
            unsigned: Vec::new(),
            sign: Signing(sign),
            tickets: BTreeMap::new(),
            last_ticket: 0,
            image: Vec::new(),
            compacting: Vec::new(),
        })
    }

    /// Starts the thread. What opening led to is published before this returns.
    ///
    /// # Errors
    /// [`TurnError::Thread`].
    pub fn start<L: Line>(
        mut self,
        mut line: L,
        events: mpsc::Receiver<L::Event>,
        runtime: Handle,
    ) -> Result<(Office, Running), TurnError> {
        let (ask, commands) = mpsc::channel(COMMANDS_WAITING);
        let (chore, chores) = mpsc::channel(CHORES_WAITING);
        let (stop, stopped) = oneshot::channel();
        let (ending, ended) = oneshot::channel();
        let office = self.publisher.office(ask, chore);
        self.release(&mut line);
        let ports = Ports {
            commands,
            events,
            chores,
            stop: stopped,
        };
        let thread = thread::Builder::new()
            .name("turn".to_owned())
            .spawn(move || {
                let result = self.run(ports, &mut line, &runtime);
                // Nobody listens when the node is going down anyway.
                let _ = ending.send(result);
            })
            .map_err(|error| TurnError::Thread(error.kind()))?;
        let running = Running {
            stop,
            ended,
            thread,
        };
        Ok((office, running))
    }

    fn run<L: Line>(
        mut self,
        mut ports: Ports<L::Event>,
        line: &mut L,
        runtime: &Handle,
    ) -> Result<(), TurnError> {
        let mut next_tick = clock::instant();
        let mut next_upkeep = next_tick;
        loop {
            let due = self.publisher.due().unwrap_or(next_tick);
            let deadline = next_tick.min(next_upkeep).min(due);
            let woken = runtime.block_on(ports.wait(deadline));
            let idle = matches!(woken, Woken::Time);
            let stopping = self.batch(woken, &mut ports, line)?;
            let now = clock::instant();
            if now >= next_tick {
                self.handle(Input::Tick)?;
                next_tick = now + TICK;
            }
            self.settle(line)?;
            for record in core::mem::take(&mut self.forgotten) {
                self.handle(Input::Forgotten(record))?;
            }
            for checkpoint in core::mem::take(&mut self.unsigned) {
                let witness = (self.sign.0)(checkpoint);
                self.handle(Input::Signed(Box::new(witness)))?;
            }
            self.settle(line)?;
            self.publisher.publish(now, || self.replica.report());
            if stopping {
                self.store.close()?;
                return Ok(());
            }
            // While people work, upkeep gets a slice now and then; while nobody does, one after another.
            if now >= next_upkeep || idle {
                let done = self.store.upkeep(clock::now())?;
                next_upkeep = clock::instant() + if done.more { UPKEEP_BREATH } else { UPKEEP };
                self.hand_out_image();
                self.tell(&done);
            }
        }
    }

    /// Handles inputs until the batch is full or nothing waits. True when the loop is to stop.
    fn batch<L: Line>(
        &mut self,
        first: Woken<L::Event>,
        ports: &mut Ports<L::Event>,
        line: &mut L,
    ) -> Result<bool, TurnError> {
        let mut stopping = false;
        let mut handled = 0;
        let mut next = Some(first);
        while let Some(woken) = next {
            match woken {
                Woken::Asked(asked) => self.command(asked)?,
                Woken::Event(event) => {
                    if let Some(input) = line.input(event) {
                        self.handle(input)?;
                    }
                }
                Woken::Chore(chore) => {
                    self.settle(line)?;
                    self.chore(chore)?;
                }
                Woken::Stop => stopping = true,
                Woken::Time => {}
            }
            handled += 1;
            let full =
                handled >= BATCH_INPUTS || self.staged.is_some_and(|bytes| bytes >= BATCH_BYTES);
            // Taking turns: frames from other premises don't starve the people at this one.
            next = if full {
                None
            } else {
                ports.waiting(handled % 2 == 0)
            };
        }
        Ok(stopping)
    }

    fn command(&mut self, asked: Asked) -> Result<(), TurnError> {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.tickets.insert(ticket, asked.reply);
        self.handle(Input::Command {
            ticket,
            command: asked.command,
        })
    }

    fn handle(&mut self, input: Input) -> Result<(), TurnError> {
        let mut effects = Vec::new();
        self.replica.handle(
            input,
            self.store.shelf(),
            &mut self.chance.moment(),
            &mut effects,
        );
        for effect in effects {
            match effect {
                Effect::Persist(group) => {
                    let bytes = weight(&group);
                    if let Err(error) = self.store.stage(&group) {
                        return Err(self.fail(error));
                    }
                    *self.staged.get_or_insert(0) += bytes;
                }
                other => self.held.push(other),
            }
        }
        Ok(())
    }

    /// Durable before visible: syncs what was staged, and only then lets anything out.
    fn settle<L: Line>(&mut self, line: &mut L) -> Result<(), TurnError> {
        if self.staged.take().is_some()
            && let Err(error) = self.store.sync()
        {
            return Err(self.fail(error));
        }
        self.release(line);
        Ok(())
    }

    /// The store failed: whoever waits is told so, and nothing that was held ever leaves.
    fn fail(&mut self, error: VaultError) -> TurnError {
        tracing::error!(%error, "the store failed");
        self.held.clear();
        for (_, reply) in core::mem::take(&mut self.tickets) {
            let _ = reply.send(Err(Refusal::Storage));
        }
        TurnError::Storage(error)
    }

    fn release<L: Line>(&mut self, line: &mut L) {
        self.publisher.update_directory(&mut self.held);
        for effect in self.held.drain(..) {
            match effect {
                Effect::Notify(Notice::Forgotten(record)) => self.forgotten.push(record),
                Effect::Sign(checkpoint) => self.unsigned.push(checkpoint),
                Effect::Send(peer, frame) => line.send(peer, frame),
                Effect::Close(peer, fault) => {
                    tracing::warn!(peer = %peer, %fault, "a peer broke the protocol and is cut off");
                    line.close(peer, fault);
                }
                Effect::Reply(ticket, answer) => {
                    if let Some(reply) = self.tickets.remove(&ticket) {
                        // Whoever asked may be gone.
                        let _ = reply.send(answer);
                    }
                }
                Effect::Notify(notice) => {
                    if let Some(peers) = self.publisher.notify(notice) {
                        line.set_peers(peers);
                    }
                }
                // Staged when it came.
                Effect::Persist(_) => {}
            }
        }
    }

    /// Gives the image to whoever asked last: backups are made one at a time.
    fn hand_out_image(&mut self) {
        if !self.image.is_empty()
            && let Some(image) = self.store.take_image()
            && let Some(reply) = self.image.drain(..).next_back()
        {
            // Whoever asked may be gone.
            let _ = reply.send(image);
        }
    }

    /// Logs what upkeep did, and answers those who waited for a compaction.
    fn tell(&mut self, done: &Upkeep) {
        if let Some(frame) = done.checkpoint {
            tracing::info!(frame, "a checkpoint was made");
        }
        if let Some(entries) = done.counted {
            tracing::debug!(
                entries,
                "every stored entry was counted and none is missing"
            );
        }
        if let Some(trouble) = &done.trouble {
            tracing::error!(error = %trouble, "a checkpoint or a compaction could not be made; it is tried again");
        }
        let came = match (done.compacted, &done.trouble) {
            (Some(frame), _) => {
                tracing::info!(frame, "the working store was compacted");
                Ok(())
            }
            (None, Some(trouble)) => Err(trouble.clone()),
            (None, None) => return,
        };
        for reply in self.compacting.drain(..) {
            // Whoever asked may be gone.
            let _ = reply.send(came.clone());
        }
    }

    fn sift(&self, mut found: Found) -> Result<Sifted, VaultError> {
        Ok(if self.store.sift(&mut found)? {
            Sifted::All(self.store.trial(found))
        } else {
            Sifted::Some(found)
        })
    }

    fn chore(&mut self, chore: Chore) -> Result<(), TurnError> {
        // Whoever asked may be gone.
        match chore {
            Chore::Check(mut mark, reply) => {
                let part = self.store.check_some(&mut mark);
                let _ = reply.send((mark, part));
            }
            Chore::Image(reply) => {
                self.store.ask_image();
                self.image.push(reply);
            }
            Chore::Sweep(reply) => {
                let _ = reply.send(self.store.sweep());
            }
            Chore::Sift(found, reply) => {
                let _ = reply.send(self.sift(found));
            }
            Chore::Held(mut records, reply) => {
                let held = records.drain(..).filter_map(|record| {
                    let held = self.store.holds(record);
                    held.map(|held| held.then_some(record)).transpose()
                });
                let _ = reply.send(held.collect());
            }
            Chore::RotateKeys(buckets, reply) => {
                let done = self.store.rotate_buckets(buckets);
                let _ = reply.send(done.clone());
                done.map_err(|error| self.fail(error))?;
            }
            Chore::Compact(reply) => {
                self.store.compact();
                self.compacting.push(reply);
            }
            Chore::ClockConfirmed => self.handle(Input::ClockConfirmed)?,
        }
        Ok(())
    }
}

impl<E> Ports<E> {
    async fn wait(&mut self, deadline: Instant) -> Woken<E> {
        tokio::select! {
            Some(asked) = self.commands.recv() => Woken::Asked(asked),
            Some(event) = self.events.recv() => Woken::Event(event),
            Some(chore) = self.chores.recv() => Woken::Chore(chore),
            // Whoever could stop the loop is gone: there is nothing left to run for.
            _ = &mut self.stop => Woken::Stop,
            () = tokio::time::sleep_until(deadline.into()) => Woken::Time,
        }
    }

    /// Whatever waits already, events or commands first.
    fn waiting(&mut self, events_first: bool) -> Option<Woken<E>> {
        if events_first && let Ok(event) = self.events.try_recv() {
            return Some(Woken::Event(event));
        }
        if let Ok(asked) = self.commands.try_recv() {
            return Some(Woken::Asked(asked));
        }
        self.events.try_recv().ok().map(Woken::Event)
    }
}

fn weight(group: &Group) -> usize {
    let bytes = group.writes.iter().map(|write| match write {
        Write::Document(_, bytes)
        | Write::Changes(_, bytes)
        | Write::Index(_, bytes)
        | Write::Ledger(bytes) => bytes.len(),
        Write::Values(_, values) | Write::MoreValues(_, values) => {
            values.iter().map(|value| value.content.len()).sum()
        }
        Write::Fact(_, bytes) | Write::Audit(.., bytes) | Write::Reason(.., bytes) => {
            bytes.as_ref().map_or(0, Vec::len)
        }
        Write::Forget(_) | Write::Rekey(_) => 0,
    });
    bytes.sum()
}
