//! What everybody else at the node has of the event loop: a way to ask, and published snapshots.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use console::desk::Asked;
use jiff::SignedDuration;
use register::directory::Directory;
use register::id::RecordId;
use register::replica::{Answer, Command, Refusal, Report};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use vault::backup::Image;
use vault::{Found, Mark, Trial, VaultError};

use super::{Chore, Examine, Sifted, Sweep};
use crate::config::Config;
use crate::exit::{Exit, Failure};

/// Keys are wrapped anew for the records of so many first bytes of ids at a time: of 100,000 records some 3,000.
const ROTATED: u8 = 8;

/// A way to ask the event loop, and what it has published. Clones lead to the same loop.
#[derive(Clone)]
pub struct Office {
    pub(super) commands: mpsc::Sender<Asked>,
    pub(super) chores: mpsc::Sender<Chore>,
    pub(super) directory: Arc<RwLock<Directory>>,
    pub(super) report: watch::Receiver<Report>,
    pub(super) changes: broadcast::Sender<RecordId>,
}

impl core::fmt::Debug for Office {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Office")
    }
}

/// The event loop is gone, or is going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the node is stopping")]
pub struct Silent;

impl From<Silent> for Failure {
    fn from(silent: Silent) -> Self {
        Self::new(Exit::Failed, silent)
    }
}

impl Office {
    /// Asks the register and waits until the answer is durable.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers.
    pub async fn ask(&self, command: Command) -> Result<Result<Answer, Refusal>, Silent> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(Asked { command, reply })
            .await
            .map_err(|_| Silent)?;
        answer.await.map_err(|_| Silent)
    }

    /// What examines the next part of the store on another thread; `None` when all was given out.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers.
    pub async fn check_some(&self, mark: Mark) -> Result<(Mark, Option<Examine>), Silent> {
        self.chore(|reply| Chore::Check(mark, reply)).await
    }

    /// What reads every file of the store and finds old keys in them, on another thread.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers.
    pub async fn sweep(&self) -> Result<Sweep, Silent> {
        self.chore(Chore::Sweep).await
    }

    /// What tries the keys found that are not in use now with the keys of now, on another thread.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; the store's failure to read.
    pub async fn sift(&self, mut found: Found) -> Result<Result<Trial, VaultError>, Silent> {
        loop {
            let sifted = self.chore(|reply| Chore::Sift(found, reply)).await?;
            match sifted {
                Ok(Sifted::Some(rest)) => found = rest,
                Ok(Sifted::All(trial)) => return Ok(Ok(trial)),
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Which of these records something is stored of.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; the store's failure to read.
    pub async fn held(
        &self,
        records: Vec<RecordId>,
    ) -> Result<Result<Vec<RecordId>, VaultError>, Silent> {
        self.chore(|reply| Chore::Held(records, reply)).await
    }

    /// Has every key wrapped anew, some records' at a time, so that nobody waits for all of it.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; the store's failure, which ends the loop.
    pub async fn rotate_keys(&self) -> Result<Result<(), VaultError>, Silent> {
        for first in (0..=u8::MAX).step_by(usize::from(ROTATED)) {
            let buckets = first..=first.saturating_add(ROTATED - 1);
            let done = self.chore(|reply| Chore::RotateKeys(buckets, reply));
            if let Err(error) = done.await? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    /// Has the working store written afresh, without what was removed. Comes after some seconds.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; inside, why it could not be done.
    pub async fn compact(&self) -> Result<Result<(), VaultError>, Silent> {
        self.chore(Chore::Compact).await
    }

    /// Says that the system's time service vouches for the clock.
    ///
    /// # Errors
    /// [`Silent`] when the loop has ended.
    pub async fn confirm_clock(&self) -> Result<(), Silent> {
        self.chores
            .send(Chore::ClockConfirmed)
            .await
            .map_err(|_| Silent)
    }

    /// The latest report, and a way to wait for the next.
    #[must_use]
    pub fn report(&self) -> watch::Receiver<Report> {
        self.report.clone()
    }

    async fn chore<T>(&self, chore: impl FnOnce(oneshot::Sender<T>) -> Chore) -> Result<T, Silent> {
        let (reply, answer) = oneshot::channel();
        self.chores.send(chore(reply)).await.map_err(|_| Silent)?;
        answer.await.map_err(|_| Silent)
    }

    /// An image of the whole store as of now, for a backup. Comes after some seconds.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it comes; inside, why none could be made.
    pub async fn image(&self) -> Result<Result<Image, VaultError>, Silent> {
        let (reply, answer) = oneshot::channel();
        self.chores
            .send(Chore::Image(reply))
            .await
            .map_err(|_| Silent)?;
        answer.await.map_err(|_| Silent)
    }

    /// The published directory. Not to be held across an await.
    pub fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The console's part of it.
    #[must_use]
    pub fn desk(&self, node: register::id::NodeId, config: &Config) -> console::desk::Desk {
        console::desk::Desk {
            node,
            premises: config.premises.clone(),
            idle: SignedDuration::from_mins(i64::from(config.lock_minutes)),
            commands: self.commands.clone(),
            directory: Arc::clone(&self.directory),
            report: self.report.clone(),
            backup: watch::channel(None).1,
            post: None,
            pair: None,
            prepare_key: None,
            place: watch::channel(console::desk::Place::default()).1,
            audit: watch::channel(None).1,
            check_audit: Arc::default(),
            lines: Arc::new(console::line::LineStanding::default()),
            line_check: watch::channel(console::line::LineCheck::default()).1,
            check_lines: Arc::default(),
            program: env!("CARGO_PKG_VERSION"),
            took: None,
            changes: self.changes.clone(),
        }
    }
}
