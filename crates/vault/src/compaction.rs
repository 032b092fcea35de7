//! Compaction: the working store copied into a fresh one, since sled keeps what was removed or
//! overwritten in its file and never shrinks it.
//!
//! A worker fills the fresh store from the newest checkpoint, then from the frames after it, round
//! by round, until the frames that remain are few. Those go over in the turn, and the fresh store
//! takes the place of the old one. Killed at any moment before, the old one is still in its place
//! and the fresh one is removed when the store is next opened.

use crate::checkpoint::{self, Load, Point, Verify};
use crate::chores::Job;
use crate::disk::{Disk, Name, Op};
use crate::entry::COMPACTED;
use crate::error::{Damage, VaultError};
use crate::frame::Input;
use crate::journal::Reader;
use crate::vault::{Vault, standing};

/// Frames go into the fresh store in batches of about so many bytes.
const BATCH_BYTES: usize = 64 * 1024;
/// When no more bytes than this remain in the journal they go over in the turn.
const REST_BYTES: u64 = 128 * 1024;
/// After so many rounds the journal is found to grow faster than it is copied.
const ROUNDS: u32 = 20;
/// The epoch that every store begins under.
const FIRST_EPOCH: u64 = 1;
/// A compaction is due this long after the last one, in seconds.
const COMPACT_SECONDS: u64 = 30 * 24 * 3600;
/// After a checkpoint dropped what was forgotten, the working store drops it too after so many
/// seconds: erasures that come together cost one compaction.
const REMNANT_SECONDS: u64 = 900;

/// A fresh store that is being filled, step by step, on any thread.
#[derive(Debug)]
pub(crate) struct Compaction<D> {
    disk: D,
    /// The fresh store holds everything up to this frame.
    pub(crate) at: u64,
    epoch: u64,
    rounds: u32,
    stage: Stage<D>,
}

#[derive(Debug)]
enum Stage<D> {
    Verify(Box<Verify<(D, Name)>>),
    Load(Load<D>),
    Filled,
    Follow { reader: Reader<D>, target: Point },
}

/// How far a compaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// Take another step.
    More,
    /// The fresh store is durable as of [`Compaction::at`].
    Upto,
}

impl<D: Disk> Compaction<D> {
    /// A compaction from the checkpoint as of `frame`, under `epoch`, which has nothing forgotten in it.
    pub(crate) fn new(disk: D, frame: u64, epoch: u64) -> Self {
        let verify = Verify::new(disk.clone(), Name::Checkpoint(frame));
        Self {
            disk,
            at: frame,
            epoch,
            rounds: 0,
            stage: Stage::Verify(Box::new(verify)),
        }
    }

    /// Does a little more.
    pub(crate) fn step(&mut self) -> Result<Filled, VaultError> {
        match core::mem::replace(&mut self.stage, Stage::Filled) {
            Stage::Verify(mut verify) => match verify.step()? {
                None => self.stage = Stage::Verify(verify),
                Some(point) if point.frame == self.at => {
                    self.disk.tree_draft_begin()?;
                    self.stage = Stage::Load(Load::new(self.disk.clone(), self.at));
                }
                Some(_) => return Err(Damage::Checkpoint.into()),
            },
            Stage::Load(mut load) => {
                let Some(ops) = load.next() else {
                    return Ok(Filled::Upto);
                };
                self.disk.tree_draft_apply(ops?)?;
                self.stage = Stage::Load(load);
            }
            Stage::Filled => return Ok(Filled::Upto),
            Stage::Follow { reader, target } => {
                self.replay(&reader, target)?;
                return Ok(Filled::Upto);
            }
        }
        Ok(Filled::More)
    }

    /// Brings the fresh store up to `target`, whose frames `reader` has.
    pub(crate) fn follow(&mut self, reader: Reader<D>, target: Point) {
        self.rounds += 1;
        self.stage = Stage::Follow { reader, target };
    }

    fn replay(&mut self, reader: &Reader<D>, target: Point) -> Result<(), VaultError> {
        let mut batch: Vec<Op> = Vec::new();
        let mut weight = 0;
        let disk = &self.disk;
        reader.replay(self.at, target.frame, |_, _, ops| {
            weight += ops.iter().map(Op::weight).sum::<usize>();
            batch.extend(ops);
            if weight >= BATCH_BYTES {
                weight = 0;
                disk.tree_draft_apply(core::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        // Without this entry a store is found to be older than its checkpoint, and not used.
        batch.push(standing(&target));
        disk.tree_draft_apply(batch)?;
        disk.tree_draft_settle()?;
        self.at = target.frame;
        Ok(())
    }
}

/// When the next compaction is due.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// Somebody asked for one.
    asked: bool,
    /// A checkpoint left out what the working store may still have in its file, and since when.
    remnants: Option<Option<u64>>,
    /// When it is due by the calendar; unknown at first.
    at: Option<u64>,
    /// One that failed is not tried again before.
    pub(crate) retry_at: u64,
}

impl Schedule {
    /// A checkpoint left out what was forgotten.
    pub(crate) const fn left_out(&mut self) {
        if self.remnants.is_none() {
            self.remnants = Some(None);
        }
    }

    fn due(&mut self, now: u64) -> bool {
        let remnants = self
            .remnants
            .as_mut()
            .is_some_and(|since| now >= since.get_or_insert(now).saturating_add(REMNANT_SECONDS));
        let calendar = self.at.is_some_and(|at| now >= at);
        now >= self.retry_at && (self.asked || remnants || calendar)
    }
}

impl<D: Disk> Vault<D> {
    /// Has the working store copied into a fresh one, which drops all that sled keeps of what was
    /// removed. Calls of [`Vault::upkeep`] do it; [`crate::Upkeep::compacted`] tells when it is done.
    pub const fn compact(&mut self) {
        self.chores.schedule.asked = true;
        self.chores.schedule.retry_at = 0;
    }

    /// Whether to start a compaction, for which a checkpoint without remnants may be needed first.
    pub(crate) fn compaction_due(&mut self, now: u64) -> Result<bool, VaultError> {
        if self.chores.schedule.at.is_none() {
            let noted = self.noted()?;
            // A note from the future was made under a wrong clock.
            let last = match noted.filter(|(at, _)| *at <= now) {
                Some((at, _)) => at,
                None => {
                    let epoch = noted.map_or(FIRST_EPOCH, |(_, epoch)| epoch);
                    let disk = &self.store.disk;
                    disk.tree_apply(self.durable.frame, vec![note(now, epoch)])?;
                    now
                }
            };
            self.chores.schedule.at = Some(last.saturating_add(COMPACT_SECONDS));
        }
        Ok(self.chores.schedule.due(now))
    }

    /// Looks whether something was forgotten since the tree was made afresh: it may be in its file.
    pub(crate) fn find_remnants(&mut self) -> Result<(), VaultError> {
        let epoch = self.noted()?.map_or(FIRST_EPOCH, |(_, epoch)| epoch);
        if epoch < self.ring.epoch.number {
            self.chores.forgot(self.durable.frame);
        }
        Ok(())
    }

    /// When the tree was made afresh, and under which epoch.
    fn noted(&self) -> Result<Option<(u64, u64)>, VaultError> {
        let bytes = self.store.disk.tree_get(COMPACTED)?;
        Ok(bytes.and_then(|bytes| {
            let mut input = Input(&bytes);
            input.u64().zip(input.u64())
        }))
    }

    /// A compaction from the newest checkpoint; `None` when there is none.
    pub(crate) fn begin_compaction(&self) -> Result<Option<Compaction<D>>, VaultError> {
        let disk = &self.store.disk;
        let newest = checkpoint::names(disk)?.first().copied();
        let epoch = self.ring.epoch.number;
        Ok(newest.map(|frame| Compaction::new(disk.clone(), frame, epoch)))
    }

    /// The fresh store is durable as of a frame: follows the journal further, or switches to it.
    /// Returns the frame as of which it took over.
    pub(crate) fn follow(
        &mut self,
        mut compaction: Compaction<D>,
        now: u64,
    ) -> Result<Option<u64>, VaultError> {
        let rest = self.journal.bytes_after(compaction.at);
        if compaction.rounds > 0 && rest <= REST_BYTES {
            self.switch(&compaction, now)?;
            return Ok(Some(compaction.at));
        }
        if compaction.rounds >= ROUNDS {
            return Err(VaultError::TooLarge);
        }
        compaction.follow(self.journal.reader(), self.durable);
        self.journal.rotate();
        self.chores.go_on(Job::Compact(compaction))?;
        Ok(None)
    }

    /// Puts the fresh store in the place of the old one.
    fn switch(&mut self, compaction: &Compaction<D>, now: u64) -> Result<(), VaultError> {
        let at = compaction.at;
        let mut rest = Vec::new();
        self.journal
            .reader()
            .replay(at, self.durable.frame, |frame, _, ops| {
                rest.push((frame, ops));
                Ok(())
            })?;
        // What the old store had settled and the fresh one lacks is read from memory until it is
        // there; so the switch may fail and nothing is missing in either.
        let mut batch = Vec::new();
        for (frame, ops) in rest {
            batch.extend(ops.iter().cloned());
            self.store.absorb_again(frame, ops);
        }
        self.store.disk.tree_draft_adopt(at)?;
        batch.push(standing(&self.durable));
        batch.push(note(now, compaction.epoch));
        let applied = self.store.disk.tree_apply(self.durable.frame, batch);
        self.chores.recount();
        self.chores.schedule = Schedule {
            at: Some(now.saturating_add(COMPACT_SECONDS)),
            ..Schedule::default()
        };
        applied
    }
}

fn note(now: u64, epoch: u64) -> Op {
    let value = [now.to_be_bytes(), epoch.to_be_bytes()].concat();
    Op::put(COMPACTED.to_vec(), &value)
}
