//! The thread that brings batches into sled at its own pace and makes them durable there.
//!
//! sled's `flush` never calls fsync, so the database file is synced after each; and no more than
//! [`SYNC_BYTES`] lie between two syncs, beyond which power cuts were seen to damage it.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Op;
use super::flush::flush;
use super::working::{guarded, sled_batch};
use crate::error::{Damage, VaultError};

/// No more bytes than this lie between two syncs, but for a single batch that is larger.
const SYNC_BYTES: usize = 48 * 1024;
/// What was applied is synced after this time even when it is little.
const SYNC_AFTER: Duration = Duration::from_secs(2);
/// How many batches may wait; then the caller does.
const QUEUE: usize = 128;
/// What comes when nothing waited is left alone for so long: whoever made it durable answers people and peers first,
/// and sled's threads would take the processors from that.
const BREATH: Duration = Duration::from_millis(5);

#[derive(Debug)]
pub(super) struct Settler {
    work: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    settled: AtomicU64,
    failed: Mutex<Option<VaultError>>,
}

enum Work {
    Apply(u64, Vec<Op>),
    /// Answers when everything before it is durable.
    Settle(SyncSender<()>),
}

impl Settler {
    /// Brings batches into `tree`, which lies in `file` and has everything up to `settled`.
    pub(super) fn start(tree: &sled::Tree, file: &Path, settled: u64) -> Result<Self, VaultError> {
        let file = fs::File::open(file)
            .map_err(|error| VaultError::io("open the working store", &error))?;
        let progress = Arc::new(Progress::default());
        progress.settled.store(settled, Ordering::Release);
        let (work, queue) = sync_channel(QUEUE);
        let hand = Hand {
            tree: tree.clone(),
            file,
            unsynced: 0,
        };
        let thread = std::thread::Builder::new()
            .name("vault-settler".to_owned())
            .spawn({
                let progress = Arc::clone(&progress);
                move || hand.work(&queue, &progress)
            })
            .map_err(|error| VaultError::io("start a thread", &error))?;
        Ok(Self {
            work: Some(work),
            thread: Some(thread),
            progress,
        })
    }

    pub(super) fn apply(&self, frame: u64, ops: Vec<Op>) -> Result<(), VaultError> {
        self.progress.check()?;
        self.send(Work::Apply(frame, ops))
    }

    pub(super) fn settled(&self) -> Result<u64, VaultError> {
        self.progress.check()?;
        Ok(self.progress.settled.load(Ordering::Acquire))
    }

    pub(super) fn settle(&self) -> Result<(), VaultError> {
        let (done, wait) = sync_channel(1);
        self.send(Work::Settle(done))?;
        // When the thread has failed it drops its end; which is what is asked for next.
        let ended = wait.recv();
        self.progress.check()?;
        ended.map_err(|_| VaultError::Stopped)
    }

    fn send(&self, work: Work) -> Result<(), VaultError> {
        let queue = self.work.as_ref().ok_or(VaultError::Stopped)?;
        queue.send(work).map_err(|_| {
            let failed = self.progress.check().err();
            failed.unwrap_or(VaultError::Damaged(Damage::Tree))
        })
    }
}

impl Drop for Settler {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            // It catches what sled throws; if it died all the same, the vault opens it anew.
            let _ = thread.join();
        }
    }
}

impl Progress {
    fn check(&self) -> Result<(), VaultError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.clone().map_or(Ok(()), Err)
    }

    fn fail(&self, error: VaultError) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// The next work, or that none came for [`SYNC_AFTER`].
fn next(queue: &Receiver<Work>) -> Result<Work, RecvTimeoutError> {
    match queue.try_recv() {
        Ok(work) => Ok(work),
        Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        Err(TryRecvError::Empty) => {
            let work = queue.recv_timeout(SYNC_AFTER)?;
            if matches!(work, Work::Apply(..)) {
                std::thread::sleep(BREATH);
            }
            Ok(work)
        }
    }
}

struct Hand {
    tree: sled::Tree,
    file: fs::File,
    unsynced: usize,
}

impl Hand {
    fn work(mut self, queue: &Receiver<Work>, progress: &Progress) {
        loop {
            let done = match next(queue) {
                Ok(Work::Apply(frame, ops)) => self.apply(ops).map(|()| {
                    progress.settled.fetch_max(frame, Ordering::Release);
                }),
                Ok(Work::Settle(answer)) => self.sync().map(|()| {
                    // Whoever asked may have gone.
                    let _ = answer.send(());
                }),
                Err(RecvTimeoutError::Timeout) => self.sync(),
                Err(RecvTimeoutError::Disconnected) => {
                    if let Err(error) = self.sync() {
                        tracing::warn!(%error, "the working store was not made durable at its end");
                    }
                    return;
                }
            };
            if let Err(error) = done {
                tracing::error!(%error, "the working store failed");
                return progress.fail(error);
            }
        }
    }

    fn apply(&mut self, ops: Vec<Op>) -> Result<(), VaultError> {
        let weight = ops.iter().map(Op::weight).sum::<usize>();
        if self.unsynced + weight > SYNC_BYTES {
            self.sync()?;
        }
        self.unsynced += weight;
        let batch = sled_batch(ops);
        guarded(|| self.tree.apply_batch(batch))
    }

    fn sync(&mut self) -> Result<(), VaultError> {
        if self.unsynced == 0 {
            return Ok(());
        }
        flush(&self.tree)?;
        self.file
            .sync_data()
            .map_err(|error| VaultError::io("sync the working store", &error))?;
        self.unsynced = 0;
        Ok(())
    }
}
