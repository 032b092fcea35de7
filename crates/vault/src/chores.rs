//! What is due besides: counting the tree's entries, checkpoints, and compaction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::backup::Wish;
use crate::checkpoint::{self, Copy, Point, Progress};
use crate::compaction::{Compaction, Filled, Schedule};
use crate::count::{Counts, Scan};
use crate::disk::{Disk, Name};
use crate::error::{Damage, VaultError};
use crate::vault::Vault;

/// A checkpoint is due when the journal has so many bytes, or as many as the last checkpoint.
const JOURNAL_BYTES: u64 = 32 * 1024 * 1024;
/// A checkpoint is due at the latest when the journal has so many bytes.
const JOURNAL_LIMIT: u64 = 256 * 1024 * 1024;
/// After a record was forgotten, a checkpoint drops its remnants after so many seconds.
const FORGET_SECONDS: u64 = 60;
/// A checkpoint that failed is tried again after so many seconds.
const RETRY_SECONDS: u64 = 300;
/// The entries are counted again after so many seconds.
const SCAN_SECONDS: u64 = 24 * 3600;
/// Where there are no threads, one call takes so many steps of a checkpoint.
const INLINE_STEPS: usize = 2;

/// What one call of [`Vault::upkeep`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upkeep {
    /// Whether there is more to do now: call again when idle.
    pub more: bool,
    /// A checkpoint was finished, as of this frame.
    pub checkpoint: Option<u64>,
    /// The working store was replaced by a fresh one, which had been filled up to this frame.
    pub compacted: Option<u64>,
    /// Every entry was counted and nothing is missing: how many there are.
    pub counted: Option<u64>,
    /// A checkpoint or a compaction could not be made. What it was to drop stays; it is tried again.
    pub trouble: Option<VaultError>,
}

#[derive(Debug)]
pub(crate) struct Chores<D> {
    work: Work<D>,
    /// Counts of the entries that are under way.
    pub(crate) counts: Counts,
    /// When the next count starts.
    scan_at: Option<u64>,
    /// The last frame that forgot a record and isn't in a checkpoint, and since when.
    forgot: Option<(u64, Option<u64>)>,
    /// The tree had settled this frame when the last copy began.
    begun: u64,
    /// Bytes of the last checkpoint.
    checkpoint_bytes: u64,
    retry_at: u64,
    pub(crate) schedule: Schedule,
    /// An image for a backup that somebody waits for.
    pub(crate) wish: Wish,
    /// Databases that were moved aside may still hold what nothing else holds.
    pub(crate) keep_aside: bool,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Work<D> {
    Idle,
    Inline(Job<D>),
    Thread(JoinHandle<Result<(Job<D>, Reached), VaultError>>),
}

/// Long work that is done step by step.
#[derive(Debug)]
pub(crate) enum Job<D> {
    Copy(Copy<D>),
    Compact(Compaction<D>),
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    More,
    Copied,
    Made(Point),
    Filled,
}

impl<D: Disk> Job<D> {
    fn step(&mut self) -> Result<Reached, VaultError> {
        Ok(match self {
            Self::Copy(copy) => match copy.step()? {
                Progress::More => Reached::More,
                Progress::Copied => Reached::Copied,
                Progress::Made(point) => Reached::Made(point),
            },
            Self::Compact(compaction) => match compaction.step()? {
                Filled::More => Reached::More,
                Filled::Upto => Reached::Filled,
            },
        })
    }
}

impl<D: Disk> Chores<D> {
    pub(crate) fn new(disk: &D) -> Result<Self, VaultError> {
        let newest = checkpoint::names(disk)?.first().copied();
        Ok(Self {
            work: Work::Idle,
            counts: Counts::default(),
            scan_at: None,
            forgot: None,
            begun: 0,
            checkpoint_bytes: match newest {
                Some(frame) => disk.length(Name::Checkpoint(frame))?,
                None => 0,
            },
            retry_at: 0,
            schedule: Schedule::default(),
            wish: Wish::default(),
            keep_aside: false,
            stop: Arc::new(AtomicBool::new(false)),
        })
    }

    /// A record was forgotten in this frame.
    pub(crate) const fn forgot(&mut self, frame: u64) {
        self.forgot = Some(match self.forgot {
            Some((_, since)) => (frame, since),
            None => (frame, None),
        });
    }

    /// Has every entry counted anew, as soon as can be.
    pub(crate) fn recount(&mut self) {
        self.counts.due = Scan::default();
        self.scan_at = None;
    }

    /// Ends a checkpoint or compaction that is under way and waits for its thread.
    pub(crate) fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Work::Thread(thread) = core::mem::replace(&mut self.work, Work::Idle) {
            // Its result is no longer wanted.
            drop(thread.join());
        }
        self.stop = Arc::new(AtomicBool::new(false));
    }

    fn due(&mut self, journal: u64, now: u64) -> bool {
        let forgotten = self.forgot.as_mut().is_some_and(|(_, since)| {
            now >= since.get_or_insert(now).saturating_add(FORGET_SECONDS)
        });
        let bound = self.checkpoint_bytes.clamp(JOURNAL_BYTES, JOURNAL_LIMIT);
        self.wish.is_open() || (now >= self.retry_at && (forgotten || journal >= bound))
    }

    fn begin(&mut self, disk: &D) -> Result<Copy<D>, VaultError> {
        self.begun = disk.tree_settled()?;
        Ok(Copy::new(disk.clone(), self.begun))
    }

    pub(crate) fn go_on(&mut self, job: Job<D>) -> Result<(), VaultError> {
        self.work = if D::THREADED {
            let stop = Arc::clone(&self.stop);
            let thread = std::thread::Builder::new()
                .name("vault-worker".to_owned())
                .spawn(move || run(job, &stop))
                .map_err(|error| VaultError::io("start a thread", &error))?;
            Work::Thread(thread)
        } else {
            Work::Inline(job)
        };
        Ok(())
    }

    /// The job that is under way when it has come somewhere.
    fn poll(&mut self) -> Result<Option<(Job<D>, Reached)>, VaultError> {
        match core::mem::replace(&mut self.work, Work::Idle) {
            Work::Idle => Ok(None),
            Work::Thread(thread) if !thread.is_finished() => {
                self.work = Work::Thread(thread);
                Ok(None)
            }
            Work::Thread(thread) => match thread.join() {
                Ok(result) => result.map(Some),
                Err(_) => Err(Damage::Tree.into()),
            },
            Work::Inline(mut job) => {
                for _ in 0..INLINE_STEPS {
                    let reached = job.step()?;
                    if reached != Reached::More {
                        return Ok(Some((job, reached)));
                    }
                }
                self.work = Work::Inline(job);
                Ok(None)
            }
        }
    }
}

impl<D> Drop for Chores<D> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Work::Thread(thread) = core::mem::replace(&mut self.work, Work::Idle) {
            // The thread holds the disk and with it the lock, so it has to end first.
            drop(thread.join());
        }
    }
}

/// Takes steps until something has to be decided.
fn run<D: Disk>(mut job: Job<D>, stop: &AtomicBool) -> Result<(Job<D>, Reached), VaultError> {
    while !stop.load(Ordering::Relaxed) {
        let reached = job.step()?;
        if reached != Reached::More {
            return Ok((job, reached));
        }
    }
    Err(VaultError::Stopped)
}

impl<D: Disk> Vault<D> {
    pub(crate) fn do_chores(&mut self, now: u64) -> Result<Upkeep, VaultError> {
        let mut done = Upkeep::default();
        self.store.settle()?;
        match self.advance(now, &mut done) {
            Ok(()) => {}
            Err(error) => {
                self.chores.retry_at = now.saturating_add(RETRY_SECONDS);
                self.chores.schedule.retry_at = self.chores.retry_at;
                self.chores.wish.failed(&error);
                self.store.disk.remove(Name::CheckpointDraft).ok();
                done.trouble = Some(error);
            }
        }
        if self.chores.scan_at.is_none_or(|at| now >= at) {
            done.counted = self.count_some(now)?;
            done.more = done.counted.is_none();
        }
        // Also a thread's work is looked after often: a compaction that waits lets the journal grow meanwhile.
        done.more |= !matches!(self.chores.work, Work::Idle) || self.chores.wish.is_open();
        Ok(done)
    }

    /// Makes a checkpoint as of the last durable frame and waits for it.
    pub(crate) fn checkpoint(&mut self) -> Result<(), VaultError> {
        self.chores.stop();
        self.store.disk.tree_settle()?;
        self.store.settle()?;
        let newest = checkpoint::names(&self.store.disk)?.first().copied();
        if newest == Some(self.durable.frame) && self.chores.forgot.is_none() {
            return Ok(());
        }
        let mut copy = self.chores.begin(&self.store.disk)?;
        loop {
            match copy.step()? {
                Progress::More => {}
                Progress::Copied => self.complete(&mut copy),
                Progress::Made(point) => return self.adopt(point),
            }
        }
    }

    fn advance(&mut self, now: u64, done: &mut Upkeep) -> Result<(), VaultError> {
        match self.chores.poll()? {
            Some((Job::Copy(mut copy), Reached::Copied)) => {
                self.complete(&mut copy);
                self.chores.go_on(Job::Copy(copy))
            }
            Some((_, Reached::Made(point))) => {
                self.adopt(point)?;
                done.checkpoint = Some(point.frame);
                Ok(())
            }
            Some((Job::Compact(compaction), Reached::Filled)) => {
                done.compacted = self.follow(compaction, now)?;
                Ok(())
            }
            Some((job, _)) => self.chores.go_on(job),
            None if matches!(self.chores.work, Work::Idle) => self.begin_due(now),
            None => Ok(()),
        }
    }

    /// Begins what is due. A compaction comes after a checkpoint that has nothing forgotten in it.
    fn begin_due(&mut self, now: u64) -> Result<(), VaultError> {
        let compact = self.compaction_due(now)?;
        if compact
            && self.chores.forgot.is_none()
            && let Some(compaction) = self.begin_compaction()?
        {
            return self.chores.go_on(Job::Compact(compaction));
        }
        if compact || self.chores.due(self.journal.bytes(), now) {
            let copy = self.chores.begin(&self.store.disk)?;
            return self.chores.go_on(Job::Copy(copy));
        }
        Ok(())
    }

    fn complete(&mut self, copy: &mut Copy<D>) {
        copy.complete(self.journal.reader(), self.durable);
        let root = self.ring.epoch.clone();
        self.chores.wish.completed(self.durable.frame, root);
        self.journal.rotate();
    }

    /// A checkpoint is there and sound: what it makes needless goes.
    fn adopt(&mut self, point: Point) -> Result<(), VaultError> {
        let disk = &self.store.disk;
        // A copy that began before a record was forgotten may hold what the next one leaves out.
        let begun = self.chores.begun;
        if self
            .chores
            .forgot
            .take_if(|(frame, _)| *frame <= begun)
            .is_some()
        {
            self.chores.schedule.left_out();
        }
        self.chores.checkpoint_bytes = disk.length(Name::Checkpoint(point.frame))?;
        self.chores.wish.adopted(disk, point);
        self.journal.cut(point.frame, self.durable.frame)?;
        for frame in checkpoint::names(disk)? {
            if frame < point.frame {
                disk.remove(Name::Checkpoint(frame))?;
            }
        }
        if !self.chores.keep_aside {
            disk.tree_clear_aside()?;
            for name in disk.list()? {
                if let Name::SegmentAside(_) = name {
                    disk.remove(name)?;
                }
            }
        }
        Ok(())
    }

    fn count_some(&mut self, now: u64) -> Result<Option<u64>, VaultError> {
        let Some(counted) = self.chores.counts.due.step(&self.store)? else {
            return Ok(None);
        };
        if counted != self.tip.manifest {
            self.store.disk.tree_condemn()?;
            return Err(Damage::Tree.into());
        }
        self.chores.scan_at = Some(now.saturating_add(SCAN_SECONDS));
        Ok(Some(counted.count()))
    }
}
