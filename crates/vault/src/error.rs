//! What can go wrong, in sentences for the person at the machine.

use std::io;

/// The vault can't do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Another process holds the lock.
    #[error("another kortisto is using this directory; stop it first")]
    InUse,
    /// No store is here.
    #[error("this directory holds no node; make one with `kortisto init`")]
    NotANode,
    /// A store, or a part of one, is here already.
    #[error("this directory already holds a node or the remains of one; choose an empty directory")]
    Exists,
    /// Files can't be written.
    #[error(
        "the directory can't be written to; check its owner, its permissions and how it is mounted"
    )]
    ReadOnly,
    /// No space is left.
    #[error(
        "the disk is full; nothing that was saved is lost: free some space and start the node again"
    )]
    Full,
    /// Stored bytes are not what was stored.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The keys are missing or don't fit.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// A write is over the vault's bounds.
    #[error("a record, fact or entry is larger than the vault takes")]
    TooLarge,
    /// An earlier call failed.
    #[error("the vault stopped at an earlier failure and has to be opened again")]
    Stopped,
    /// Any other failure of the operating system.
    #[error("could not {doing}: {kind}")]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// How it failed.
        kind: io::ErrorKind,
    },
}

/// Stored bytes are not what was stored, and couldn't be repaired. Nothing was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A journal frame that was synced can't be read, and nothing else holds what it held.
    #[error(
        "the journal is damaged at frame {frame} and no other file holds that frame: nothing was changed; \
         keep a copy of the directory, then fill a new node from a peer or a backup"
    )]
    Journal {
        /// The first frame that is missing.
        frame: u64,
    },
    /// The working store has to be rebuilt and neither checkpoint nor journal reach far enough.
    #[error(
        "the working store is lost and the checkpoint is missing or damaged: nothing was changed; \
         keep a copy of the directory, then fill a new node from a peer or a backup"
    )]
    Checkpoint,
    /// The working store failed or has lost entries. Opening again rebuilds it.
    #[error("the working store is damaged; open the vault again to rebuild it")]
    Tree,
    /// A checkpoint that was just written reads back differently.
    #[error("a checkpoint reads back differently from what was written; check the disk")]
    Draft,
    /// A sealed entry doesn't open.
    #[error("a stored entry doesn't open")]
    Seal,
}

/// The keys are missing or don't fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A key file is not there.
    #[error("a key file is missing from keys/: without it nothing can be opened")]
    Missing,
    /// The epoch key doesn't open with the master key.
    #[error("the files in keys/ are damaged or don't belong together")]
    Damaged,
    /// The stored data is sealed under other keys.
    #[error("the keys in keys/ are not those of this store")]
    Foreign,
    /// The stored data is of an epoch whose key was destroyed.
    #[error(
        "this directory is older than its keys: what it held was made unreadable when something was forgotten; \
         fill a new node from a peer or a backup"
    )]
    Replaced,
    /// A passphrase or credential is too short, or too long.
    #[error(
        "the passphrase or credential is too short or too long: 12 characters or 32 random bytes at least"
    )]
    Weak,
    /// The operating system gave no randomness.
    #[error("the operating system gives no random numbers")]
    Randomness,
}

impl VaultError {
    /// A failure of the operating system while `doing` something, with the common ones named.
    pub(crate) fn io(doing: &'static str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            kind => Self::Io { doing, kind },
        }
    }
}
