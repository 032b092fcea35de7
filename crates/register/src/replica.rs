//! The sans-I/O engine: one [`Input`] in, [`Effect`]s out.
//!
//! A node's event loop calls [`Replica::handle`] for each of a bounded batch of inputs, carries out
//! every [`Effect::Persist`] as it comes, syncs the disk once, and only then releases the other
//! effects. So nothing is visible, acknowledged or sent before it is durable.

mod answer;
mod check;
mod commands;
mod effect;
mod exchange;
mod forget;
mod give;
mod holding;
mod import;
mod input;
mod inventory;
mod left;
mod lists;
mod marketing;
mod members;
mod met;
mod peers;
mod person;
mod quarantine;
mod receive;
mod retention;
mod session;
mod sheet;
mod shelf;
mod store;
mod tally;
mod trail;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use lru::LruCache;
use rand_core::Rng;

use crate::clock::ClockGuard;
use crate::directory::Update;
use crate::document::RecordKind;
use crate::id::{Incarnation, NodeId, RecordId, RegisterId, RegisterSecret};
use crate::ledger::{Ledger, Line, Reason, Removed};
use crate::roster::{Key, Roster};

pub use answer::{
    Answer, DueCard, Erasure, Hold, ImportOutcome, KeyChange, Older, PeerReport, PeerState,
    Refusal, Report, RetentionReport, WAITING_NAMED,
};
pub use effect::{Effect, Fault, Notice};
pub use input::{Command, ImportedClient, Input, Moment, Notary, Peer, node_id};
pub use marketing::NOTICES;
pub use met::Met;
pub use quarantine::Quarantine;
pub use shelf::{AuditSlot, Group, Holdings, Shelf, ShelfError, Write};

/// The protocols that this program speaks with other premises, oldest to newest.
pub const PROTOCOLS: core::ops::RangeInclusive<u16> = crate::wire::OLDEST..=crate::wire::PROTOCOL;

use inventory::Inventory;
use peers::PeerFile;
use session::Session;
use sheet::Sheet;
use trail::Trail;

/// The most records kept open between two inputs. An open one takes 20 to 50 kB.
const OPEN_RECORDS: usize = 64;
/// The most lives of this node's process that are remembered, to tell a rollback from a restart.
const LIVES: usize = 256;

const FACT_REGISTER: &str = "register";
const FACT_LIVES: &str = "lives";
const FACT_SEQUENCE: &str = "sequence";
const FACT_CLOCK: &str = "clock";
/// The clock's high-water mark is stored so often, seconds.
const CLOCK_EVERY: i64 = 600;

/// A store that no replica can be opened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// A stored fact can't be read.
    #[error("the stored state of the register can't be read ({0})")]
    Fact(&'static str),
    /// A ledger entry can't be read, so nobody knows who must stay forgotten.
    #[error("the ledger can't be read")]
    Ledger,
    /// What is stored about an audit log can't be read.
    #[error("what is stored about an audit log can't be read")]
    Audit,
}

/// The register at one node.
pub struct Replica {
    node: NodeId,
    incarnation: Incarnation,
    register: RegisterId,
    secret: RegisterSecret,
    inventory: Inventory,
    ledger: Ledger,
    /// Lives of this process, oldest first, with the last number each gave.
    lives: Vec<(Incarnation, u64)>,
    trail: Trail,
    peers: BTreeMap<NodeId, PeerFile>,
    /// Nodes that this one was parted from by hand.
    parted: BTreeSet<NodeId>,
    /// Statements on who belongs to the register.
    roster: Roster,
    /// SHA-256 of the public key that this node signs with.
    key: Key,
    /// Another premises has put this node out for good.
    revoked: bool,
    sessions: BTreeMap<NodeId, Session>,
    sheets: LruCache<RecordId, Sheet>,
    clock: ClockGuard,
    /// When the clock's high-water mark was last stored.
    clock_stored: Option<Timestamp>,
    /// The clock of the latest call.
    now: Timestamp,
    run: retention::Run,
    /// The run of `run`'s day has not come to its end.
    run_open: bool,
    /// The owner allowed a larger run on this day.
    allowed: Option<Date>,
    quarantine: Option<Quarantine>,
    /// When the owner last let the node serve in spite of a quarantine.
    released: Option<Timestamp>,
    met: BTreeMap<RecordId, Met>,
    /// The register that this node founded, whose units of notices it began with.
    founded: Option<RegisterId>,
    /// Notices of its own may be missing, as after a restored backup.
    behind: bool,
    /// Campaigns with a list of recipients.
    lists: BTreeMap<RecordId, lists::List>,
    /// When units were last evened out.
    evened: Option<Timestamp>,
}

impl core::fmt::Debug for Replica {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Replica({:?}, {} records)",
            self.node,
            self.inventory.len()
        )
    }
}

/// What one call works with.
struct Cx<'a> {
    shelf: &'a dyn Shelf,
    now: Timestamp,
    rng: &'a mut dyn Rng,
    notary: &'a dyn Notary,
    effects: &'a mut Vec<Effect>,
}

impl Cx<'_> {
    fn persist(&mut self, writes: Vec<Write>) {
        self.effects.push(Effect::Persist(Group { writes }));
    }

    fn notify(&mut self, notice: Notice) {
        self.effects.push(Effect::Notify(notice));
    }
}

impl Replica {
    /// Begins a new life of this node on what its store holds; a store that holds nothing begins a new register.
    ///
    /// # Errors
    /// [`OpenError`] when the store holds something that can't be read and can't be done without. Index
    /// entries that can't be read are passed over: the self-check brings their records from a peer.
    pub fn open(
        node: NodeId,
        holdings: Holdings,
        shelf: &dyn Shelf,
        moment: &mut Moment<'_>,
        effects: &mut Vec<Effect>,
    ) -> Result<Self, OpenError> {
        let mut cx = Cx {
            shelf,
            now: moment.now,
            rng: moment.rng,
            notary: moment.notary,
            effects,
        };
        let mut ledger = Ledger::default();
        for bytes in &holdings.ledger {
            ledger.take(Line::decode(bytes).map_err(|_| OpenError::Ledger)?);
        }
        let trail = Trail::open(node, &holdings)?;
        let (register, secret) = open_register(&holdings, &mut cx)?;
        let mut replica = Self {
            node,
            incarnation: Incarnation::random(cx.rng),
            register,
            secret,
            inventory: Inventory::default(),
            ledger,
            lives: Vec::new(),
            trail,
            peers: BTreeMap::new(),
            parted: BTreeSet::new(),
            roster: Roster::default(),
            key: cx.notary.key(),
            revoked: false,
            sessions: BTreeMap::new(),
            sheets: LruCache::unbounded(),
            clock: ClockGuard::default(),
            clock_stored: None,
            now: cx.now,
            run: retention::Run::default(),
            run_open: true,
            allowed: None,
            quarantine: None,
            released: None,
            met: BTreeMap::new(),
            founded: (!holdings.facts.contains_key(FACT_REGISTER)).then_some(register),
            behind: holdings.facts.contains_key(marketing::FACT_BEHIND),
            lists: BTreeMap::new(),
            evened: Some(cx.now),
        };
        replica.read_facts(&holdings.facts)?;
        replica.clock.observe(cx.now);
        cx.notify(Notice::Directory(Update::Closed(
            replica.quarantine.is_some(),
        )));
        replica.read_indexes(holdings.indexes, &mut cx);
        replica.finish_erasures(&mut cx);
        replica.finish_redactions(&mut cx);
        replica.begin_life(&mut cx);
        replica.log_restore(&mut cx);
        replica.read_roster(&holdings.facts);
        replica.open_roster(&mut cx);
        cx.notify(Notice::Peers(replica.peer_list()));
        Ok(replica)
    }

    fn read_facts(&mut self, facts: &BTreeMap<String, Vec<u8>>) -> Result<(), OpenError> {
        if let Some(bytes) = facts.get(FACT_LIVES) {
            self.lives = store::read_lives(bytes).ok_or(OpenError::Fact(FACT_LIVES))?;
        }
        if let Some(bytes) = facts.get(FACT_SEQUENCE) {
            let number = bytes
                .as_slice()
                .try_into()
                .map_err(|_| OpenError::Fact(FACT_SEQUENCE))?;
            self.inventory.raise_latest(u64::from_be_bytes(number));
        }
        for (_, bytes) in facts
            .iter()
            .filter(|(name, _)| name.starts_with(peers::PREFIX))
        {
            let file = PeerFile::decode(bytes).ok_or(OpenError::Fact("peer"))?;
            self.peers.insert(file.peer.node, file);
        }
        let parted = facts.keys();
        let parted = parted.filter_map(|name| name.strip_prefix(peers::PARTED));
        for node in parted {
            self.parted
                .insert(node.parse().map_err(|_| OpenError::Fact("parted"))?);
        }
        self.read_care(facts)
    }

    fn read_care(&mut self, facts: &BTreeMap<String, Vec<u8>>) -> Result<(), OpenError> {
        if let Some(bytes) = facts.get(FACT_CLOCK) {
            let seconds = bytes.as_slice().try_into().map(i64::from_be_bytes);
            let mark = seconds.ok().and_then(|at| Timestamp::from_second(at).ok());
            self.clock = ClockGuard::new(Some(mark.ok_or(OpenError::Fact(FACT_CLOCK))?));
        }
        if let Some(bytes) = facts.get(retention::FACT) {
            let run = retention::Run::decode(bytes);
            self.run = run.ok_or(OpenError::Fact(retention::FACT))?;
        }
        if let Some(bytes) = facts.get(quarantine::FACT) {
            let why = Quarantine::decode(bytes);
            self.quarantine = Some(why.ok_or(OpenError::Fact(quarantine::FACT))?);
        }
        if let Some(bytes) = facts.get(marketing::FACT_FOUNDED) {
            self.founded = RegisterId::from_slice(bytes);
        }
        if let Some(bytes) = facts.get(quarantine::FACT_RELEASED) {
            self.released = quarantine::read_released(bytes);
        }
        let met = facts
            .iter()
            .filter(|(name, _)| name.starts_with(met::PREFIX));
        for (_, bytes) in met {
            let met = Met::decode(bytes).ok_or(OpenError::Fact("met"))?;
            self.met.insert(met.record, met);
        }
        Ok(())
    }

    /// Erasures that this node has not confirmed: the store has finished them by the time this is released.
    fn finish_erasures(&self, cx: &mut Cx<'_>) {
        for entry in self.ledger.erasures() {
            if let (Removed::Record(record), Reason::FormerUser) = (entry.removed, entry.reason) {
                cx.notify(Notice::Directory(Update::Former(record)));
            }
            if let Removed::Record(record) = entry.removed
                && self.owes_confirmation(record)
            {
                cx.notify(Notice::Forgotten(record));
            }
        }
    }

    fn read_indexes(&mut self, indexes: Vec<(RecordId, Vec<u8>)>, cx: &mut Cx<'_>) {
        for (record, bytes) in indexes {
            if self.ledger.erased(record).is_some() {
                // An erasure that a crash interrupted is finished here.
                cx.persist(vec![Write::Forget(record)]);
                continue;
            }
            let Ok(read) = inventory::decode(&bytes) else {
                continue;
            };
            if read.old && read.summary.is_some() {
                self.renew_index(record, read, cx);
                continue;
            }
            self.inventory.insert(record, read.entry);
            if let Some(summary) = read.summary {
                cx.notify(Notice::Directory(Update::Client(record, Box::new(summary))));
            }
        }
        // The few records that are no clients are published whole.
        let others: Vec<RecordId> = self
            .inventory
            .iter()
            .filter(|(_, entry)| entry.kind != crate::document::RecordKind::Client)
            .map(|(record, _)| record)
            .collect();
        for record in others {
            if let Ok(Some(sheet)) = Sheet::read(record, cx.shelf) {
                self.publish(record, &sheet, cx);
                let due = self.user_due(record, &sheet);
                self.inventory.user_goes(record, due.card);
                self.note_list(record, &sheet);
                self.sheets.put(record, sheet);
            }
        }
    }

    /// An index entry that an older version wrote gets what it lacks from the record itself, once.
    fn renew_index(&mut self, record: RecordId, read: inventory::Decoded, cx: &mut Cx<'_>) {
        let mut entry = read.entry;
        let sheet = Sheet::read(record, cx.shelf).ok().flatten();
        // A record that can't be read is dealt with by whoever opens it.
        let renewed = sheet.and_then(|sheet| self.publish(record, &sheet, cx));
        if let Some(summary) = &renewed {
            entry.judged = summary.judged.clone();
            entry.tally = summary.tally.clone();
            let bytes = inventory::encode(&entry, Some(summary));
            cx.persist(vec![Write::Index(record, bytes)]);
        } else if let Some(summary) = read.summary {
            cx.notify(Notice::Directory(Update::Client(record, Box::new(summary))));
        }
        self.inventory.insert(record, entry);
    }

    fn begin_life(&mut self, cx: &mut Cx<'_>) {
        if let Some(last) = self.lives.last_mut() {
            last.1 = self.inventory.latest();
        }
        self.lives.push((self.incarnation, u64::MAX));
        let surplus = self.lives.len().saturating_sub(LIVES);
        self.lives.drain(..surplus);
        cx.persist(vec![store::write_lives(&self.lives)]);
    }

    /// Takes one input. What is to be done about it is added to `effects`, in order.
    pub fn handle(
        &mut self,
        input: Input,
        shelf: &dyn Shelf,
        moment: &mut Moment<'_>,
        effects: &mut Vec<Effect>,
    ) {
        // Everything stored by earlier calls is on the shelf by now, so open records may be dropped.
        while self.sheets.len() > OPEN_RECORDS {
            self.sheets.pop_lru();
        }
        let mut cx = Cx {
            shelf,
            now: moment.now,
            rng: moment.rng,
            notary: moment.notary,
            effects,
        };
        self.now = cx.now;
        match input {
            Input::Command { ticket, command } => {
                let answer = self.command(command, &mut cx);
                self.pump_all(&mut cx);
                cx.effects.push(Effect::Reply(ticket, answer));
            }
            Input::PeerUp(peer) => self.greet(peer, &mut cx),
            Input::PeerDown(peer) => self.part(peer, &mut cx),
            Input::Frame(peer, frame) => {
                if let Err(fault) = self.frame(peer, &frame, &mut cx) {
                    self.sessions.remove(&peer);
                    cx.effects.push(Effect::Close(peer, fault));
                    cx.notify(Notice::Standing);
                }
                self.pump_all(&mut cx);
            }
            Input::Tick => {
                self.watch_clock(&mut cx);
                self.notice_solitude(&mut cx);
                self.tick(&mut cx);
                self.retain(&mut cx);
                self.tend_lists(&mut cx);
                self.tend_marketing(&mut cx);
                self.pump_all(&mut cx);
                self.keep_trail(&mut cx);
                self.read_on(&cx);
                self.tick_logs(&mut cx);
                self.countersign(&mut cx);
            }
            Input::Forgotten(record) => self.confirm_forgotten(record, &mut cx),
            Input::Signed(witness) => self.signed(*witness, &mut cx),
            Input::ClockConfirmed => {
                if self.clock.confirm(cx.now) {
                    cx.notify(Notice::Standing);
                }
            }
        }
    }

    /// Stores the clock's high-water mark now and then.
    fn watch_clock(&mut self, cx: &mut Cx<'_>) {
        if self.clock.observe(cx.now) {
            cx.notify(Notice::Standing);
        }
        if self.clock.trouble().is_none() {
            // Put down by a clock that ran ahead and has been put right.
            for file in self.peers.values_mut() {
                file.heard = file.heard.map(|at| at.min(cx.now));
                file.agreed = file.agreed.filter(|at| *at <= cx.now);
            }
            self.trail.doubt_came(cx.now);
        }
        let due = exchange::passed(self.clock_stored, cx.now, CLOCK_EVERY);
        if let (true, Some(mark)) = (due, self.clock.mark()) {
            self.clock_stored = Some(cx.now);
            let bytes = mark.as_second().to_be_bytes().to_vec();
            cx.persist(vec![Write::Fact(FACT_CLOCK.into(), Some(bytes))]);
        }
    }

    /// How things stand.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            node: self.node,
            register: self.register,
            incarnation: self.incarnation,
            clients: self.inventory.clients(),
            records: self.inventory.len(),
            ledger: self.ledger.len(),
            sequence: self.inventory.latest(),
            peers: self
                .peers
                .iter()
                .map(|(node, file)| self.peer_report(*node, file))
                .collect(),
            unconfirmed: self
                .ledger
                .erasures()
                .filter(|entry| self.is_awaited(entry))
                .count(),
            retention: self.retention_report(),
            quarantine: self.quarantine,
            founder: self.is_founder(),
            revoked: self.revoked,
            out: self.membership().revoked.into_iter().collect(),
            next_key: self.key_change(),
            own_keys: self.roster.announcements(self.node),
            announced: self.roster.announced(),
            met: self.met.values().copied().collect(),
            logs: self.log_standing(),
        }
    }

    fn peer_report(&self, node: NodeId, file: &PeerFile) -> PeerReport {
        let session = self.sessions.get(&node);
        let mut waiting = Waiting::default();
        match session {
            Some(session) if session.phase == session::Phase::Records && session.complete => {
                let pending = session.pending.keys();
                let entries = pending.filter_map(|id| Some((*id, self.inventory.get(*id)?)));
                entries.for_each(|entry| waiting.count(entry));
            }
            _ => self
                .inventory
                .unknown_to(node, file.held.map(|(life, _)| life), file.acknowledged)
                .for_each(|entry| waiting.count(entry)),
        }
        PeerReport {
            peer: node,
            keys: file.peer.keys.clone(),
            addresses: file.peer.addresses.clone(),
            state: match session.map(|session| session.phase) {
                None => PeerState::Apart,
                Some(session::Phase::Greeting | session::Phase::Ledger) => PeerState::Greeting,
                Some(session::Phase::Records) if session.is_some_and(Session::agreed) => {
                    PeerState::Agreed
                }
                Some(session::Phase::Records) => PeerState::Exchanging,
                Some(session::Phase::OtherRegister) => PeerState::OtherRegister,
                Some(session::Phase::OtherVersion) => PeerState::OtherVersion,
                Some(session::Phase::Twin) => PeerState::Twin,
            },
            heard: file.heard,
            agreed: file.agreed,
            waiting: waiting.records,
            waiting_since: waiting.since,
            oldest: waiting.oldest(),
            users: waiting.users,
            coming: session.is_some_and(|session| {
                session.phase == session::Phase::Records && !session.they_are_done
            }),
            knows_members: file.told.roster == Some(self.roster.digest()),
            program: file.told.program.clone(),
            records: file.told.records,
            clock_ahead: file.told.clock_ahead,
            checked: file.checked,
            twin: file.twin(),
            older: session.and_then(Session::older),
        }
    }

    fn peer_list(&self) -> Vec<Peer> {
        self.peers.values().map(|file| file.peer.clone()).collect()
    }
}

/// The register that the store belongs to; a new one when it belongs to none.
fn open_register(
    holdings: &Holdings,
    cx: &mut Cx<'_>,
) -> Result<(RegisterId, RegisterSecret), OpenError> {
    if let Some(bytes) = holdings.facts.get(FACT_REGISTER) {
        return store::read_register(bytes).ok_or(OpenError::Fact(FACT_REGISTER));
    }
    let made = (RegisterId::random(cx.rng), RegisterSecret::random(cx.rng));
    cx.persist(vec![
        store::write_register(made.0, &made.1),
        marketing::write_founded(made.0),
    ]);
    Ok(made)
}

/// What a peer has not acknowledged.
#[derive(Default)]
struct Waiting {
    records: usize,
    since: Option<Timestamp>,
    oldest: BTreeSet<(Timestamp, RecordId)>,
    users: Vec<RecordId>,
}

impl Waiting {
    fn count(&mut self, (record, entry): (RecordId, &inventory::Entry)) {
        self.records += 1;
        let since = self.since.get_or_insert(entry.changed);
        *since = entry.changed.min(*since);
        self.oldest.insert((entry.changed, record));
        if self.oldest.len() > answer::WAITING_NAMED {
            self.oldest.pop_last();
        }
        if entry.kind == RecordKind::Staff {
            self.users.push(record);
        }
    }

    fn oldest(&self) -> Vec<RecordId> {
        self.oldest.iter().map(|(_, record)| *record).collect()
    }
}
