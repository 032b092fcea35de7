//! Replicas that talk over perfect lines, with a store in memory: no sockets, no disk, one clock.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use register::audit::verify::{Verdict, Verifier};
use register::audit::{Checkpoint, Witness};
use register::card::Card;
use register::directory::Directory;
use register::edit::{Change, Edit, Target};
use register::id::{LogId, NodeId, OPERATOR, RecordId};
use register::replica::{
    Answer, AuditSlot, Command, Effect, Fault, Holdings, Input, Moment, Notary, Notice, Peer,
    PeerState, Refusal, Replica, Shelf, ShelfError, Write,
};
use register::roster::{Key, Signed, key_of};
use register::value::Value;

/// A store in memory that counts how often a document is read.
#[derive(Default, Clone)]
pub struct Store {
    /// Documents.
    pub documents: BTreeMap<RecordId, Vec<u8>>,
    /// Values.
    pub values: BTreeMap<RecordId, Vec<Value>>,
    indexes: BTreeMap<RecordId, Vec<u8>>,
    facts: BTreeMap<String, Vec<u8>>,
    /// Ledger lines.
    pub ledger: Vec<Vec<u8>>,
    /// Entries of the audit logs.
    pub audit: BTreeMap<(LogId, u64), Vec<u8>>,
    /// Reasons of audit entries.
    pub reasons: BTreeMap<(Option<RecordId>, LogId, u64), Vec<u8>>,
    /// How many documents were read.
    pub reads: std::cell::Cell<usize>,
}

impl Store {
    fn apply(&mut self, write: Write) {
        match write {
            Write::Document(id, bytes) => drop(self.documents.insert(id, bytes)),
            Write::Changes(id, bytes) => self.documents.entry(id).or_default().extend(bytes),
            Write::Values(id, values) => drop(self.values.insert(id, values)),
            Write::MoreValues(id, values) => self.values.entry(id).or_default().extend(values),
            Write::Index(id, bytes) => drop(self.indexes.insert(id, bytes)),
            Write::Forget(id) | Write::Rekey(id) => {
                self.documents.remove(&id);
                self.values.remove(&id);
                self.indexes.remove(&id);
                if matches!(write, Write::Forget(_)) {
                    self.reasons.retain(|(record, ..), _| *record != Some(id));
                }
            }
            Write::Fact(key, Some(bytes)) => drop(self.facts.insert(key, bytes)),
            Write::Fact(key, None) => drop(self.facts.remove(&key)),
            Write::Ledger(bytes) => self.ledger.push(bytes),
            Write::Audit(log, sequence, bytes) => match bytes {
                Some(bytes) => drop(self.audit.insert((log, sequence), bytes)),
                None => drop(self.audit.remove(&(log, sequence))),
            },
            Write::Reason(record, log, sequence, bytes) => match bytes {
                Some(bytes) => drop(self.reasons.insert((record, log, sequence), bytes)),
                None => drop(self.reasons.remove(&(record, log, sequence))),
            },
        }
    }

    fn holdings(&self) -> Holdings {
        Holdings {
            indexes: self.indexes.clone().into_iter().collect(),
            facts: self.facts.clone(),
            ledger: self.ledger.clone(),
            logs: {
                let mut last = BTreeMap::new();
                for ((log, sequence), bytes) in &self.audit {
                    last.insert(*log, (*sequence, Some(bytes.clone())));
                }
                last.into_iter().collect()
            },
        }
    }
}

impl Shelf for Store {
    fn document(&self, record: RecordId) -> Result<Option<Vec<u8>>, ShelfError> {
        self.reads.set(self.reads.get() + 1);
        Ok(self.documents.get(&record).cloned())
    }

    fn values(&self, record: RecordId) -> Result<Vec<Value>, ShelfError> {
        Ok(self.values.get(&record).cloned().unwrap_or_default())
    }

    fn audit(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<AuditSlot>, ShelfError> {
        let held = self.audit.range((log, from)..=(log, u64::MAX)).take(limit);
        Ok(held
            .map(|((_, sequence), bytes)| (*sequence, Some(bytes.clone())))
            .collect())
    }

    fn reason(
        &self,
        record: Option<RecordId>,
        log: LogId,
        sequence: u64,
    ) -> Result<Option<Vec<u8>>, ShelfError> {
        Ok(self.reasons.get(&(record, log, sequence)).cloned())
    }
}

/// What stands for a signature where no node has a real key.
#[must_use]
pub fn witness(checkpoint: Checkpoint, key: &[u8; 32]) -> Witness {
    Witness {
        checkpoint,
        key: key.to_vec(),
        signature: register::id::digest(&[key, &checkpoint.signed()]).to_vec(),
    }
}

/// Signs where no node has a real key; what it holds stands for the public key.
#[derive(Debug, Clone, Copy)]
pub struct PaperNotary(pub [u8; 32]);

impl Notary for PaperNotary {
    fn key(&self) -> Key {
        key_of(&self.0)
    }

    fn sign(&self, bytes: &[u8]) -> Signed {
        Signed {
            bytes: bytes.to_vec(),
            key: self.0.to_vec(),
            signature: register::id::digest(&[&self.0, bytes]).to_vec(),
        }
    }

    fn verify(&self, signed: &Signed) -> bool {
        signed.signature == register::id::digest(&[&signed.key, &signed.bytes])
    }
}

/// One node.
pub struct Node {
    id: NodeId,
    /// Stands for its public key.
    pub key: [u8; 32],
    /// Its replica.
    pub replica: Replica,
    /// Its store.
    pub store: Store,
    /// What its pages would read.
    pub directory: Directory,
}

/// What befalls a frame on its way.
pub type Speech = Box<dyn FnMut(&mut Vec<u8>)>;

/// Several nodes, the lines between them, and one clock.
pub struct World {
    /// The nodes.
    pub nodes: Vec<Node>,
    lines: VecDeque<(usize, usize, Vec<u8>)>,
    /// Bytes sent by each node.
    pub sent: Vec<usize>,
    /// What befalls every frame on its way.
    pub speech: Option<Speech>,
    /// Lines that nodes have closed because of what came: on them nothing comes any more until they are brought up.
    pub closed: Vec<(usize, usize, Fault)>,
    now: i64,
    /// How far each node's clock is ahead, seconds.
    ahead: Vec<i64>,
    rng: ChaCha8Rng,
}

impl World {
    /// So many nodes, each paired with every other and not connected.
    #[must_use]
    pub fn new(count: u8) -> Self {
        Self::paired(count, |_, _| true)
    }

    /// So many nodes in a row, each paired with its neighbours only and not connected.
    #[must_use]
    pub fn row(count: u8) -> Self {
        Self::paired(count, |a, b| a.abs_diff(b) == 1)
    }

    fn paired(count: u8, pairs: impl Fn(usize, usize) -> bool) -> Self {
        let mut world = Self {
            nodes: Vec::new(),
            lines: VecDeque::new(),
            sent: vec![0; count.into()],
            speech: None,
            closed: Vec::new(),
            now: 1_800_000_000,
            ahead: vec![0; count.into()],
            rng: ChaCha8Rng::seed_from_u64(7),
        };
        for number in 0..count {
            let key = [number + 1; 32];
            let id = register::replica::node_id(&key_of(&key));
            let (replica, store, directory) = world.start(0, id, key, Store::default());
            world.nodes.push(Node {
                id,
                key,
                replica,
                store,
                directory,
            });
        }
        for a in 0..world.nodes.len() {
            for b in 0..world.nodes.len() {
                if a != b && pairs(a, b) {
                    let peer = Peer::new(key_of(&world.nodes[b].key), "127.0.0.1:1");
                    world
                        .command(a, Command::AddPeer(peer, Vec::new()))
                        .unwrap();
                }
            }
        }
        world
    }

    fn start(
        &mut self,
        ahead: i64,
        id: NodeId,
        key: [u8; 32],
        mut store: Store,
    ) -> (Replica, Store, Directory) {
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: Timestamp::from_second(self.now + ahead).unwrap(),
            rng: &mut self.rng,
            notary: &PaperNotary(key),
        };
        let replica =
            Replica::open(id, store.holdings(), &store, &mut moment, &mut effects).unwrap();
        let mut directory = Directory::default();
        for effect in effects {
            match effect {
                Effect::Persist(group) => group
                    .writes
                    .into_iter()
                    .for_each(|write| store.apply(write)),
                Effect::Notify(Notice::Directory(update)) => directory.apply(update),
                _ => {}
            }
        }
        (replica, store, directory)
    }

    /// Begins a new life on what the store holds.
    pub fn restart(&mut self, at: usize) {
        let (id, key) = (self.nodes[at].id, self.nodes[at].key);
        let store = self.nodes[at].store.clone();
        let (replica, store, directory) = self.start(self.ahead[at], id, key, store);
        self.nodes[at].replica = replica;
        self.nodes[at].store = store;
        self.nodes[at].directory = directory;
    }

    /// Begins a life on a copy of a node's store, as when a copy of its disk is started elsewhere.
    pub fn copy(&mut self, at: usize) -> Node {
        let (id, key) = (self.nodes[at].id, self.nodes[at].key);
        let store = self.nodes[at].store.clone();
        let (replica, store, directory) = self.start(self.ahead[at], id, key, store);
        Node {
            id,
            key,
            replica,
            store,
            directory,
        }
    }

    /// Time passes with everybody asleep.
    pub const fn sleep(&mut self, seconds: i64) {
        self.now += seconds;
    }

    /// Puts a node's clock so many seconds ahead of the time it is.
    pub fn put_clock(&mut self, at: usize, ahead: i64) {
        self.ahead[at] = ahead;
    }

    /// Gives a node one input; returns the reply to a command.
    pub fn input(&mut self, at: usize, input: Input) -> Option<Result<Answer, Refusal>> {
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: Timestamp::from_second(self.now + self.ahead[at]).unwrap(),
            rng: &mut self.rng,
            notary: &PaperNotary(self.nodes[at].key),
        };
        let node = &mut self.nodes[at];
        node.replica
            .handle(input, &node.store, &mut moment, &mut effects);
        let mut answer = None;
        let mut forgotten = Vec::new();
        let mut unsigned = Vec::new();
        for effect in effects {
            match effect {
                Effect::Persist(group) => group
                    .writes
                    .into_iter()
                    .for_each(|write| self.nodes[at].store.apply(write)),
                Effect::Send(peer, frame) => {
                    self.sent[at] += frame.len();
                    let to = self.nodes.iter().position(|node| node.id == peer).unwrap();
                    self.lines.push_back((at, to, frame));
                }
                Effect::Reply(_, reply) => answer = Some(reply),
                Effect::Close(peer, fault) => {
                    assert!(self.speech.is_some(), "{at} closes {peer}: {fault}");
                    let of = self.nodes.iter().position(|node| node.id == peer).unwrap();
                    self.closed.push((at, of, fault));
                }
                Effect::Notify(Notice::Forgotten(record)) => forgotten.push(record),
                Effect::Notify(Notice::Directory(update)) => {
                    self.nodes[at].directory.apply(update);
                }
                Effect::Sign(checkpoint) => unsigned.push(checkpoint),
                Effect::Notify(_) => {}
            }
        }
        for checkpoint in unsigned {
            let witness = witness(checkpoint, &self.nodes[at].key);
            self.input(at, Input::Signed(Box::new(witness)));
        }
        for record in forgotten {
            self.input(at, Input::Forgotten(record));
        }
        answer
    }

    /// Gives a node a command.
    pub fn command(&mut self, at: usize, command: Command) -> Result<Answer, Refusal> {
        self.input(at, Input::Command { ticket: 1, command })
            .unwrap()
    }

    /// Connects two nodes and lets them talk until they are quiet.
    pub fn connect(&mut self, a: usize, b: usize) {
        self.bring_up(a, b);
        self.settle();
    }

    /// Connects two nodes; nothing has arrived yet.
    pub fn bring_up(&mut self, a: usize, b: usize) {
        let (ida, idb) = (self.nodes[a].id, self.nodes[b].id);
        self.input(a, Input::PeerUp(idb));
        self.input(b, Input::PeerUp(ida));
    }

    /// Cuts the line; what was under way is lost.
    pub fn disconnect(&mut self, a: usize, b: usize) {
        self.lines
            .retain(|(from, to, _)| !((*from, *to) == (a, b) || (*from, *to) == (b, a)));
        let (ida, idb) = (self.nodes[a].id, self.nodes[b].id);
        self.input(a, Input::PeerDown(idb));
        self.input(b, Input::PeerDown(ida));
    }

    /// Lets one frame arrive, if any is under way.
    pub fn step(&mut self) -> bool {
        let Some((from, to, mut frame)) = self.lines.pop_front() else {
            return false;
        };
        if let Some(speech) = &mut self.speech {
            speech(&mut frame);
        }
        let from = self.nodes[from].id;
        self.input(to, Input::Frame(from, frame));
        true
    }

    /// Lets everybody talk until they are quiet, what a tick makes them say included.
    pub fn settle(&mut self) {
        let mut rounds = 0;
        while rounds < 3 || !self.lines.is_empty() {
            rounds += 1;
            assert!(rounds < 100, "they never fall quiet");
            while self.step() {}
            self.now += 1;
            for at in 0..self.nodes.len() {
                self.input(at, Input::Tick);
            }
        }
    }

    /// Edits, and returns the record.
    pub fn edit(&mut self, at: usize, target: Target, change: Change) -> RecordId {
        let edit = Edit {
            target,
            author: OPERATOR,
            changes: vec![change],
        };
        match self.command(at, Command::Edit(edit)).unwrap() {
            Answer::Edited { record, .. } => record,
            other => panic!("{other:?}"),
        }
    }

    /// Every card, by id.
    pub fn cards(&mut self, at: usize) -> Vec<Card> {
        match self
            .command(
                at,
                Command::Page {
                    after: None,
                    limit: 1000,
                },
            )
            .unwrap()
        {
            Answer::Cards(cards) => cards,
            other => panic!("{other:?}"),
        }
    }

    /// How things stand at one node with another.
    #[must_use]
    pub fn state(&self, at: usize, peer: usize) -> (PeerState, usize) {
        let report = self.nodes[at].replica.report();
        let peer = report
            .peers
            .iter()
            .find(|report| report.peer == self.nodes[peer].id)
            .unwrap();
        (peer.state, peer.waiting)
    }

    /// What a verification of a node's audit logs finds. Signatures are those of [`witness`].
    pub fn verify(&mut self, at: usize) -> Verdict {
        let Answer::LogHeads(heads, contradictions) = self.command(at, Command::LogHeads).unwrap()
        else {
            panic!("no heads");
        };
        let mut verifier = Verifier::new(Timestamp::from_second(self.now).unwrap(), &heads);
        for head in &heads {
            let slots = self.nodes[at].store.audit(head.log, 0, usize::MAX).unwrap();
            for (sequence, bytes) in slots {
                verifier.take(head.log, sequence, bytes.as_deref());
            }
        }
        verifier.finish(&contradictions, is_witness)
    }

    /// The id of a node.
    #[must_use]
    pub fn id(&self, at: usize) -> NodeId {
        self.nodes[at].id
    }
}

/// Whether a counter-signature is one of [`witness`], by this node.
#[must_use]
pub fn is_witness(node: NodeId, one: &Witness) -> bool {
    let key: Option<[u8; 32]> = one.key.as_slice().try_into().ok();
    key.is_some_and(|key| {
        register::replica::node_id(&key_of(&key)) == node && witness(one.checkpoint, &key) == *one
    })
}
