//! The console's only way to the register: commands in, published snapshots out.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use register::directory::Directory;
use register::id::{NodeId, RecordId};
use register::replica::{Answer, Command, Refusal, Report};
use register::roster::Key;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};

use crate::line::{LineCheck, Lines};
use crate::pairing::Pair;
use crate::post::Post;

/// The longest time a page waits for the register to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the node hands to its console.
#[derive(Clone)]
pub struct Desk {
    /// This node.
    pub node: NodeId,
    /// The name of this premises.
    pub premises: String,
    /// Without a sign of a person for this long, a session locks.
    pub idle: SignedDuration,
    /// Where commands go. Bounded by whoever made it.
    pub commands: mpsc::Sender<Asked>,
    /// What lists, search and log-in read: published after each change.
    pub directory: Arc<RwLock<Directory>>,
    /// How things stand between the premises.
    pub report: watch::Receiver<Report>,
    /// How the node's backups stand; `None` when it makes none.
    pub backup: watch::Receiver<Option<BackupState>>,
    /// The clinic's mail relay; `None` when the node has none.
    pub post: Option<Arc<dyn Post>>,
    /// Pairs this premises with others; `None` where there is no line.
    pub pair: Option<Arc<dyn Pair>>,
    /// Makes the key that the node goes over to next; `None` where that can't be done.
    pub prepare_key: Option<PrepareKey>,
    /// Where the node keeps what it holds.
    pub place: watch::Receiver<Place>,
    /// What the last verification of the audit logs came to; `None` before the first.
    pub audit: watch::Receiver<Option<AuditCheck>>,
    /// Wakes whoever verifies them.
    pub check_audit: Arc<Notify>,
    /// How the lines to other premises stand.
    pub lines: Arc<dyn Lines>,
    /// What the last check of the lines came to.
    pub line_check: watch::Receiver<LineCheck>,
    /// Wakes whoever checks them.
    pub check_lines: Arc<Notify>,
    /// The version of the node's program.
    pub program: &'static str,
    /// Told how long each request took; `None` when nobody measures.
    pub took: Option<Took>,
    /// Records that changed, here or at another premises. A page that lags behind loads itself again.
    pub changes: broadcast::Sender<RecordId>,
}

/// Writes the key that comes after the present one to the disk, and returns the SHA-256 of its public part; `None` when
/// that failed.
pub type PrepareKey = Arc<dyn Fn() -> Option<Key> + Send + Sync>;

/// Is told how long a request took until its answer began.
pub type Took = Arc<dyn Fn(Duration) + Send + Sync>;

impl core::fmt::Debug for Desk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Desk({:?})", self.node)
    }
}

/// Where a node keeps what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Bytes of its directory; `None` when they could not be counted.
    pub used: Option<u64>,
    /// Bytes that are free on its volume.
    pub free: Option<u64>,
    /// Where the keys are; `None` when not known.
    pub keys: Option<KeyPlace>,
}

/// Where a node's keys are, and whether something that is not on its disk seals them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPlace {
    /// They are on a volume or in a directory apart from the data.
    pub apart: bool,
    /// A passphrase or a credential of the system seals them.
    pub sealed: bool,
}

/// How a node's backups stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BackupState {
    /// When the last one was made that read back whole.
    pub good: Option<Timestamp>,
    /// When the last attempt since then failed, and why.
    pub failed: Option<(Timestamp, BackupFault)>,
}

/// A verification of the audit logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditCheck {
    /// When.
    pub at: Timestamp,
    /// Entries followed.
    pub entries: u64,
    /// How much is wrong.
    pub findings: usize,
}

/// Why a backup failed, as far as a person can help it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupFault {
    /// The directory or stick isn't there.
    Missing,
    /// It is full.
    Full,
    /// The node may not write there.
    Denied,
    /// What was written didn't read back whole.
    Unverified,
    /// Something else; the log says what.
    Other,
}

/// A command and where its answer goes.
#[derive(Debug)]
pub struct Asked {
    /// What is wanted.
    pub command: Command,
    /// Takes the answer, once it is durable.
    pub reply: oneshot::Sender<Result<Answer, Refusal>>,
}

/// Why a command has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DeskError {
    /// The register said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The register is stopping, or took longer than a page waits.
    #[error("the register does not answer")]
    Silent,
}

impl Desk {
    /// Asks the register and waits until the answer is durable.
    pub(crate) async fn ask(&self, command: Command) -> Result<Answer, DeskError> {
        let (reply, answer) = oneshot::channel();
        let asking = async {
            self.commands
                .send(Asked { command, reply })
                .await
                .map_err(|_| DeskError::Silent)?;
            answer.await.map_err(|_| DeskError::Silent)
        };
        let answer = tokio::time::timeout(PATIENCE, asking)
            .await
            .map_err(|_| DeskError::Silent)??;
        Ok(answer?)
    }

    /// The published directory. Held only while a page is put together, never across an await.
    pub(crate) fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
