//! What the vault needs of a disk: a few flat files and one ordered tree.
//!
//! [`FileDisk`] is files and sled; [`crate::memory::MemoryDisk`] is a faulty disk in memory, on
//! which tests and the simulation run the same vault.

mod appended;
mod file;
mod flush;
mod fresh;
mod held;
mod settler;
mod working;

use std::sync::Arc;

pub use file::FileDisk;
pub(crate) use file::sweep_directory;
pub use held::Held;

use crate::error::VaultError;

/// The value of an entry.
pub type Bytes = Arc<[u8]>;

/// One absolute change of an entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Op {
    /// Which entry.
    pub key: Vec<u8>,
    /// What it becomes; `None` when it goes.
    pub value: Option<Bytes>,
}

impl core::fmt::Debug for Op {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let length = self.value.as_ref().map(|value| value.len());
        write!(f, "Op({} bytes of key, {length:?})", self.key.len())
    }
}

impl Op {
    pub(crate) fn put(key: Vec<u8>, value: &[u8]) -> Self {
        Self {
            key,
            value: Some(Arc::from(value)),
        }
    }

    #[cfg(test)]
    pub(crate) fn delete(key: Vec<u8>) -> Self {
        Self { key, value: None }
    }

    /// About how many bytes it takes to store.
    pub(crate) fn weight(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, |value| value.len()) + 8
    }
}

/// A flat file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// A journal segment, by its first frame.
    Segment(u64),
    /// A journal segment that was set aside because it is damaged.
    SegmentAside(u64),
    /// A finished checkpoint, by its frame.
    Checkpoint(u64),
    /// A checkpoint that is being written.
    CheckpointDraft,
    /// The ledger.
    Ledger,
    /// A ledger that is being written anew.
    LedgerDraft,
    /// The master key, in the directory of keys.
    Master,
    /// A master key that is about to take the other's place.
    MasterDraft,
    /// The sealed epoch key, in the directory of keys.
    Epoch,
    /// An epoch key that is about to take the other's place.
    EpochDraft,
}

impl Name {
    /// Every file in the directory of keys.
    pub const KEYS: [Self; 4] = [
        Self::Master,
        Self::MasterDraft,
        Self::Epoch,
        Self::EpochDraft,
    ];

    /// Whether the file holds a key, which no copy of the rest may have beside it.
    #[must_use]
    pub fn is_key(self) -> bool {
        Self::KEYS.contains(&self)
    }
}

/// How the tree was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeState {
    /// There is none.
    Missing,
    /// It is open.
    Open,
    /// It is there and doesn't open, or was condemned.
    Broken,
}

/// Part of a tree in the order of its keys, and whether more follows.
#[derive(Debug, Default)]
pub struct Page {
    /// The entries.
    pub entries: Vec<(Vec<u8>, Bytes)>,
    /// Whether entries of the asked range follow.
    pub more: bool,
}

/// A disk. Clones are handles to the same one.
///
/// Any method may fail with [`VaultError::Full`], [`VaultError::ReadOnly`] or [`VaultError::Io`],
/// those of the tree also with [`crate::Damage::Tree`].
pub trait Disk: Clone + Send + 'static {
    /// Whether long work goes to a thread of its own. A deterministic disk says no.
    const THREADED: bool;

    /// Every flat file, in order.
    ///
    /// # Errors
    /// See the trait.
    fn list(&self) -> Result<Vec<Name>, VaultError>;
    /// Up to `limit` bytes of a file from `offset` on; fewer at its end, none when there is no file.
    ///
    /// # Errors
    /// See the trait.
    fn read(&self, name: Name, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError>;
    /// A file as it is now, which stays readable whatever becomes of its name.
    ///
    /// # Errors
    /// See the trait.
    fn hold(&self, name: Name) -> Result<Held, VaultError> {
        self.read(name, 0, usize::MAX).map(Held::of_bytes)
    }
    /// The length of a file in bytes; 0 when there is none.
    ///
    /// # Errors
    /// See the trait.
    fn length(&self, name: Name) -> Result<u64, VaultError>;
    /// Adds bytes to the end of a file, which is made when it doesn't exist. Not durable yet.
    ///
    /// # Errors
    /// See the trait. An unknown part may have been written.
    fn append(&self, name: Name, bytes: &[u8]) -> Result<(), VaultError>;
    /// Makes the content and the name of a file durable.
    ///
    /// # Errors
    /// See the trait.
    fn sync(&self, name: Name) -> Result<(), VaultError>;
    /// Cuts a file to `length` bytes, durably.
    ///
    /// # Errors
    /// See the trait.
    fn truncate(&self, name: Name, length: u64) -> Result<(), VaultError>;
    /// Renames a file, which was synced, over another; atomic, and durable on return.
    ///
    /// # Errors
    /// See the trait.
    fn rename(&self, from: Name, to: Name) -> Result<(), VaultError>;
    /// Removes a file if it is there; durable on return.
    ///
    /// # Errors
    /// See the trait.
    fn remove(&self, name: Name) -> Result<(), VaultError>;

    /// Calls `visit` with every byte that lies anywhere but in key files, the tree's file and what
    /// was set aside included, in pieces that overlap by a few hundred bytes.
    ///
    /// # Errors
    /// See the trait, and what `visit` fails with.
    fn sweep(
        &self,
        visit: &mut dyn FnMut(&[u8]) -> Result<(), VaultError>,
    ) -> Result<(), VaultError>;

    /// Opens the tree.
    ///
    /// # Errors
    /// See the trait; a damaged tree is no error here.
    fn tree_open(&self) -> Result<TreeState, VaultError>;
    /// Puts a new tree in place of the one that is there: fills it batch by batch, makes it
    /// durable, and switches. The old one, if any, is set aside.
    ///
    /// # Errors
    /// See the trait, and the first error of `batches`.
    fn tree_rebuild(
        &self,
        batches: &mut dyn Iterator<Item = Result<Vec<Op>, VaultError>>,
    ) -> Result<(), VaultError>;
    /// Has a batch applied, as one, soon, in the order of the calls, under this frame number.
    ///
    /// # Errors
    /// See the trait; failures of earlier batches come up here too.
    fn tree_apply(&self, frame: u64, ops: Vec<Op>) -> Result<(), VaultError>;
    /// The frame up to which [`Disk::tree_get`] sees everything applied.
    ///
    /// # Errors
    /// Failures of earlier batches.
    fn tree_settled(&self) -> Result<u64, VaultError>;
    /// Waits until everything applied is visible and durable.
    ///
    /// # Errors
    /// See the trait.
    fn tree_settle(&self) -> Result<(), VaultError>;
    /// One entry.
    ///
    /// # Errors
    /// See the trait.
    fn tree_get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError>;
    /// Entries from `from` on, before `until`, of about `limit` bytes together.
    ///
    /// # Errors
    /// See the trait.
    fn tree_page(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Page, VaultError>;
    /// The last entry before `until`.
    ///
    /// # Errors
    /// See the trait.
    fn tree_before(&self, until: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, VaultError>;
    /// Begins a new tree beside the one that is there; one begun before goes.
    ///
    /// # Errors
    /// See the trait.
    fn tree_draft_begin(&self) -> Result<(), VaultError>;
    /// Has a batch applied to the new tree.
    ///
    /// # Errors
    /// See the trait.
    fn tree_draft_apply(&self, ops: Vec<Op>) -> Result<(), VaultError>;
    /// Makes the new tree durable.
    ///
    /// # Errors
    /// See the trait.
    fn tree_draft_settle(&self) -> Result<(), VaultError>;
    /// Puts the new tree, which was made durable and has everything up to `frame`, in the place of
    /// the one that is there, at once and as one; the old one is removed in its own time.
    ///
    /// # Errors
    /// See the trait; the old tree is then still in its place.
    fn tree_draft_adopt(&self, frame: u64) -> Result<(), VaultError>;
    /// Marks the tree, durably, so that it is found [`TreeState::Broken`] when it is next opened.
    ///
    /// # Errors
    /// See the trait.
    fn tree_condemn(&self) -> Result<(), VaultError>;
    /// Removes trees that were set aside: everything they held is elsewhere.
    ///
    /// # Errors
    /// See the trait.
    fn tree_clear_aside(&self) -> Result<(), VaultError>;
    /// Closes the tree after making it durable. Any other call to it then fails.
    ///
    /// # Errors
    /// See the trait.
    fn tree_close(&self) -> Result<(), VaultError>;
}
