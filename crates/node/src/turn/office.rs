//! What everybody else at the node has of the event loop: a way to ask, and published snapshots.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use console::desk::Asked;
use register::directory::Directory;
use register::id::RecordId;
use register::replica::{Answer, Command, Refusal, Report};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use vault::backup::Image;
use vault::{CheckReport, VaultError};

use super::{Chore, Remnants};
use crate::exit::{Exit, Failure};

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

    /// Has the whole store read and verified.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers.
    pub async fn check(&self) -> Result<CheckReport, Silent> {
        self.chore(Chore::Check).await
    }

    /// Has everything of erased records, and every old piece in any file, tried with the keys of now.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; the store's failure to read its files.
    pub async fn remnants(
        &self,
        erased: Vec<RecordId>,
    ) -> Result<Result<Remnants, VaultError>, Silent> {
        self.chore(|reply| Chore::Remnants(erased, reply)).await
    }

    /// Has every key wrapped anew.
    ///
    /// # Errors
    /// [`Silent`] when the loop ends before it answers; the store's failure, which ends the loop.
    pub async fn rotate_keys(&self) -> Result<Result<(), VaultError>, Silent> {
        self.chore(Chore::RotateKeys).await
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
    pub fn desk(&self, node: register::id::NodeId, premises: String) -> console::desk::Desk {
        console::desk::Desk {
            node,
            premises,
            commands: self.commands.clone(),
            directory: Arc::clone(&self.directory),
            report: self.report.clone(),
            backup: watch::channel(None).1,
            audit: watch::channel(None).1,
            check_audit: Arc::default(),
            changes: self.changes.clone(),
        }
    }
}
