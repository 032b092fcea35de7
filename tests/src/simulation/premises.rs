//! One premises: a replica on a real vault on a disk in memory, driven as the node's event loop drives it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use register::audit::Checkpoint;
use register::clock::ClockTrouble;
use register::directory::Directory;
use register::id::{NodeId, RecordId};
use register::replica::{
    Effect, Group, Hold, Holdings, Input, Moment, Notice, Peer, Quarantine, Replica, node_id,
};
use register::roster::key_of;
use vault::memory::MemoryDisk;
use vault::{Disk as _, Keys, Name, Vault};

use crate::perfect::{PaperNotary, witness};

use super::chance::Chance;
use super::trace::Trace;

/// Why a turn came to nothing.
#[derive(Debug)]
pub(super) enum Broken {
    /// The power went, as it was meant to.
    Power,
    /// Something that must not happen.
    Wrong(String),
}

/// A replica and its vault while the process lives.
pub(super) struct Live {
    pub(super) replica: Replica,
    pub(super) vault: Vault<MemoryDisk>,
    pub(super) directory: Directory,
    /// Forgotten records whose keys the last sync destroyed.
    forgotten: Vec<RecordId>,
    /// What is to be signed, now that the disk has it.
    unsigned: Vec<Checkpoint>,
}

/// One premises.
pub(super) struct Premises {
    pub(super) number: usize,
    pub(super) key: [u8; 32],
    pub(super) disk: MemoryDisk,
    pub(super) live: Option<Live>,
    /// How far its clock is off, seconds.
    pub(super) skew: i64,
    /// Ledger lines that were ever durable here.
    pub(super) ledger: BTreeSet<Vec<u8>>,
}

impl Premises {
    pub(super) fn new(number: usize) -> Self {
        Self {
            number,
            key: [u8::try_from(number + 1).unwrap_or(u8::MAX); 32],
            disk: MemoryDisk::new(),
            live: None,
            skew: 0,
            ledger: BTreeSet::new(),
        }
    }

    pub(super) fn node(&self) -> NodeId {
        node_id(&key_of(&self.key))
    }

    pub(super) fn peer(&self) -> Peer {
        Peer::new(key_of(&self.key), "127.0.0.1:1")
    }

    /// What its clock shows at this true time, milliseconds.
    pub(super) fn clock(&self, now: i64) -> Timestamp {
        Timestamp::from_millisecond(now + self.skew * 1000).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// What it dates a change with that is made at this true time, milliseconds; never later than that.
    pub(super) fn dates(&self, now: i64) -> i64 {
        let hold = self
            .live
            .as_ref()
            .and_then(|live| live.replica.report().retention.hold);
        let shown = match hold {
            Some(Hold::Clock(ClockTrouble::Behind { seen })) => seen,
            _ => self.clock(now),
        };
        shown.as_millisecond().min(now)
    }

    /// The vault and what it holds, opened outside any life.
    pub(super) fn open_vault(&self) -> Result<(Vault<MemoryDisk>, Holdings), Broken> {
        let keys = Keys::from_secret(self.key);
        match Vault::open_on(self.disk.clone(), keys) {
            Ok((vault, holdings, _)) => Ok((vault, holdings)),
            Err(error) => Err(self.broken(&format!("open: {error}"))),
        }
    }

    fn broken(&self, what: &str) -> Broken {
        if self.disk.is_dead() {
            Broken::Power
        } else {
            Broken::Wrong(format!("premises {}: {what}", self.number))
        }
    }

    /// Begins a life. `restored` first puts a restored store into quarantine.
    pub(super) fn start(
        &mut self,
        restored: bool,
        now: i64,
        chance: &mut Chance,
        trace: &mut Trace,
    ) -> Result<Vec<Effect>, Broken> {
        if restored {
            let (mut vault, _) = self.open_vault()?;
            let writes = vec![Quarantine::of_restored()];
            let staged = vault.stage(&Group { writes });
            staged
                .and_then(|()| vault.close())
                .map_err(|error| self.broken(&error.to_string()))?;
        }
        let (vault, holdings) = self.open_vault()?;
        let found: BTreeSet<Vec<u8>> = holdings.ledger.iter().cloned().collect();
        if !self.ledger.is_subset(&found) {
            return Err(self.broken("the ledger lost an entry"));
        }
        self.ledger.extend(found);
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: self.clock(now),
            rng: chance.rng(),
            notary: &PaperNotary(self.key),
        };
        let replica = Replica::open(self.node(), holdings, &vault, &mut moment, &mut effects)
            .map_err(|error| self.broken(&error.to_string()))?;
        trace.event(&format!("{} starts", self.number));
        self.live = Some(Live {
            replica,
            vault,
            directory: Directory::default(),
            forgotten: Vec::new(),
            unsigned: Vec::new(),
        });
        self.carry_out(effects, trace)
    }

    /// One turn of the event loop: a batch of inputs, one sync, and only then what may be seen.
    pub(super) fn turn(
        &mut self,
        inputs: Vec<Input>,
        now: i64,
        chance: &mut Chance,
        trace: &mut Trace,
    ) -> Result<Vec<Effect>, Broken> {
        let mut released = self.batch(inputs, now, chance, trace)?;
        let forgotten = self.live.as_mut().map(|live| live.forgotten.split_off(0));
        let forgotten: Vec<Input> = forgotten
            .unwrap_or_default()
            .into_iter()
            .map(Input::Forgotten)
            .collect();
        let unsigned = self.live.as_mut().map(|live| live.unsigned.split_off(0));
        let key = self.key;
        let signed = unsigned.unwrap_or_default().into_iter();
        let signed = signed.map(|one| Input::Signed(Box::new(witness(one, &key))));
        let more: Vec<Input> = forgotten.into_iter().chain(signed).collect();
        if !more.is_empty() {
            released.extend(self.batch(more, now, chance, trace)?);
        }
        Ok(released)
    }

    fn batch(
        &mut self,
        inputs: Vec<Input>,
        now: i64,
        chance: &mut Chance,
        trace: &mut Trace,
    ) -> Result<Vec<Effect>, Broken> {
        let clock = self.clock(now);
        let notary = PaperNotary(self.key);
        let mut held = Vec::new();
        let mut lines = Vec::new();
        let mut failed = None;
        let Some(live) = &mut self.live else {
            return Ok(held);
        };
        for input in inputs {
            trace.input(self.number, clock, &input);
            let mut effects = Vec::new();
            let mut moment = Moment {
                now: clock,
                rng: chance.rng(),
                notary: &notary,
            };
            live.replica
                .handle(input, &live.vault, &mut moment, &mut effects);
            for effect in effects {
                trace.effect(self.number, &effect);
                match effect {
                    Effect::Persist(group) => {
                        if let Err(error) = live.vault.stage(&group) {
                            failed = Some(format!("stage: {error}"));
                        }
                        lines.extend(ledger_lines(group));
                    }
                    other => held.push(other),
                }
            }
        }
        if let Err(error) = live.vault.sync() {
            failed = Some(format!("sync: {error}"));
        }
        match failed {
            Some(what) => Err(self.broken(&what)),
            None => {
                self.ledger.extend(lines);
                Ok(self.release(held))
            }
        }
    }

    /// Stores what opening led to, and releases the rest.
    fn carry_out(
        &mut self,
        effects: Vec<Effect>,
        trace: &mut Trace,
    ) -> Result<Vec<Effect>, Broken> {
        let mut held = Vec::new();
        let Some(live) = &mut self.live else {
            return Ok(held);
        };
        let mut result = Ok(());
        for effect in effects {
            trace.effect(self.number, &effect);
            match effect {
                Effect::Persist(group) => {
                    result = result.and_then(|()| live.vault.stage(&group));
                }
                other => held.push(other),
            }
        }
        match result.and_then(|()| live.vault.sync()) {
            Ok(()) => Ok(self.release(held)),
            Err(error) => Err(self.broken(&error.to_string())),
        }
    }

    fn release(&mut self, held: Vec<Effect>) -> Vec<Effect> {
        let mut released = Vec::new();
        let Some(live) = &mut self.live else {
            return released;
        };
        for effect in held {
            match effect {
                Effect::Notify(Notice::Directory(update)) => live.directory.apply(update),
                Effect::Notify(Notice::Forgotten(record)) => live.forgotten.push(record),
                Effect::Sign(checkpoint) => live.unsigned.push(checkpoint),
                other => released.push(other),
            }
        }
        released
    }

    /// A slice of what can wait.
    pub(super) fn upkeep(&mut self, now: i64) -> Result<(), Broken> {
        let seconds = u64::try_from(self.clock(now).as_second()).unwrap_or_default();
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        match live.vault.upkeep(seconds) {
            Ok(done) => match done.trouble {
                Some(trouble) => Err(self.broken(&format!("checkpoint: {trouble}"))),
                None => Ok(()),
            },
            Err(error) => Err(self.broken(&format!("upkeep: {error}"))),
        }
    }

    /// Puts this ledger file into the place of the disk's own, as a restore does.
    pub(super) fn replace_ledger(&self, bytes: &[u8]) -> Result<(), Broken> {
        self.disk.lose(Name::Ledger);
        self.disk
            .append(Name::Ledger, bytes)
            .and_then(|()| self.disk.sync(Name::Ledger))
            .map_err(|error| self.broken(&error.to_string()))
    }
}

fn ledger_lines(group: Group) -> impl Iterator<Item = Vec<u8>> {
    group.writes.into_iter().filter_map(|write| match write {
        register::replica::Write::Ledger(bytes) => Some(bytes),
        _ => None,
    })
}
