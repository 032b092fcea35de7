//! A disk in memory that fails on request: for tests and for the simulation.
//!
//! It keeps apart what was synced and what was not. A *crash* keeps everything synced, and of the
//! rest whatever the caller's choices leave: bytes missing at the end, bytes garbled, files and
//! removals that never happened, batches of the tree that are gone. The same choices on the same
//! history leave the same disk, bit for bit.

mod faults;
mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use faults::Crash;
use tree::MemoryTree;

use crate::disk::{Bytes, Disk, Name, Op, Page, TreeState};
use crate::error::VaultError;

/// What was done to a [`MemoryDisk`], for tests of the order of things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Bytes were added to a file.
    Append(Name),
    /// A file was made durable.
    Sync(Name),
    /// A file was cut.
    Truncate(Name),
    /// A file took the place of another.
    Rename(Name, Name),
    /// A file was removed.
    Remove(Name),
    /// A batch went to the tree, with its frame number.
    Apply(u64),
    /// The tree was made durable.
    Settle,
    /// The tree was rebuilt.
    Rebuild,
    /// The tree was condemned.
    Condemn,
}

/// The disk. Clones are handles to the same one; see [`MemoryDisk::image`] for a copy.
#[derive(Debug, Clone, Default)]
pub struct MemoryDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Clone, Default)]
struct State {
    files: BTreeMap<Name, File>,
    tree: MemoryTree,
    steps: Vec<Step>,
    /// The power goes before the step of this number.
    power_until: Option<u64>,
    /// How many bytes the files may have together.
    capacity: Option<usize>,
    read_only: bool,
}

/// A file: what would survive a crash for certain, and what is there now.
#[derive(Debug, Clone, Default)]
struct File {
    /// `None` while its name isn't durable.
    synced: Option<Vec<u8>>,
    now: Vec<u8>,
}

impl MemoryDisk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the disk as it is now, as if the directory had been copied.
    #[must_use]
    pub fn image(&self) -> Self {
        Self {
            state: Arc::new(Mutex::new(self.state().clone())),
        }
    }

    /// A copy of the disk as it is now, but for the files that hold keys.
    #[must_use]
    pub fn image_without_keys(&self) -> Self {
        let image = self.image();
        image.state().files.retain(|name, _| !name.is_key());
        image
    }

    /// Puts the files that hold keys on `other` in the place of this disk's.
    pub fn take_keys(&self, other: &Self) {
        let keys = other.image();
        let keys = core::mem::take(&mut keys.state().files);
        let mut state = self.state();
        state.files.retain(|name, _| !name.is_key());
        let keys = keys.into_iter().filter(|(name, _)| name.is_key());
        state.files.extend(keys);
    }

    /// What was done to it so far.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        self.state().steps.clone()
    }

    /// A file's bytes as they are now; none when there is no file.
    #[must_use]
    pub fn bytes(&self, name: Name) -> Vec<u8> {
        self.state()
            .files
            .get(&name)
            .map(|file| file.now.clone())
            .unwrap_or_default()
    }

    /// Everything a thief of the disk would have: every byte of every file and of the tree.
    #[must_use]
    pub fn everything(&self) -> Vec<u8> {
        let state = self.state();
        let mut all = Vec::new();
        for bytes in state.files.values().map(|file| &file.now) {
            all.extend_from_slice(bytes);
        }
        for (key, value) in state.tree.entries() {
            all.extend_from_slice(key);
            all.extend_from_slice(value);
        }
        all
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that failed elsewhere must not hide behind a poisoned lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, step: Step) -> Result<MutexGuard<'_, State>, VaultError> {
        let mut state = self.state();
        if state
            .power_until
            .is_some_and(|until| state.steps.len() as u64 >= until)
        {
            return Err(faults::NO_POWER);
        }
        if state.read_only {
            return Err(VaultError::ReadOnly);
        }
        state.steps.push(step);
        Ok(state)
    }
}

impl State {
    fn now(&mut self, name: Name) -> &mut Vec<u8> {
        &mut self.files.entry(name).or_default().now
    }

    fn room(&self) -> usize {
        let used: usize = self.files.values().map(|file| file.now.len()).sum();
        self.capacity
            .map_or(usize::MAX, |capacity| capacity.saturating_sub(used))
    }
}

impl Disk for MemoryDisk {
    const THREADED: bool = false;

    fn list(&self) -> Result<Vec<Name>, VaultError> {
        let state = self.state();
        Ok(state.files.keys().copied().collect())
    }

    fn read(&self, name: Name, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError> {
        let state = self.state();
        let file = state.files.get(&name).map(|file| &file.now);
        let bytes = file.map(Vec::as_slice).unwrap_or_default();
        let start = usize::try_from(offset).map_or(bytes.len(), |start| start.min(bytes.len()));
        let end = start.saturating_add(limit).min(bytes.len());
        Ok(bytes.get(start..end).unwrap_or_default().to_vec())
    }

    fn length(&self, name: Name) -> Result<u64, VaultError> {
        let state = self.state();
        let file = state.files.get(&name).map(|file| &file.now);
        Ok(file.map_or(0, |bytes| bytes.len() as u64))
    }

    fn append(&self, name: Name, bytes: &[u8]) -> Result<(), VaultError> {
        let mut state = self.change(Step::Append(name))?;
        let room = state.room().min(bytes.len());
        let written = bytes.get(..room).unwrap_or_default();
        state.now(name).extend_from_slice(written);
        if room < bytes.len() {
            return Err(VaultError::Full);
        }
        Ok(())
    }

    fn sync(&self, name: Name) -> Result<(), VaultError> {
        let mut state = self.change(Step::Sync(name))?;
        if let Some(file) = state.files.get_mut(&name) {
            file.synced = Some(file.now.clone());
        }
        Ok(())
    }

    fn truncate(&self, name: Name, length: u64) -> Result<(), VaultError> {
        let mut state = self.change(Step::Truncate(name))?;
        if let Some(file) = state.files.get_mut(&name) {
            file.now
                .truncate(usize::try_from(length).unwrap_or(usize::MAX));
            file.synced = Some(file.now.clone());
        }
        Ok(())
    }

    fn rename(&self, from: Name, to: Name) -> Result<(), VaultError> {
        let mut state = self.change(Step::Rename(from, to))?;
        if let Some(file) = state.files.remove(&from) {
            // The name is durable; what it names only as far as it was synced before.
            state.files.insert(to, file);
        }
        Ok(())
    }

    fn remove(&self, name: Name) -> Result<(), VaultError> {
        if !self.state().files.contains_key(&name) {
            return Ok(());
        }
        self.change(Step::Remove(name))?.files.remove(&name);
        Ok(())
    }

    fn sweep(
        &self,
        visit: &mut dyn FnMut(&[u8]) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        visit(&self.image_without_keys().everything())
    }

    fn tree_open(&self) -> Result<TreeState, VaultError> {
        Ok(self.state().tree.open())
    }

    fn tree_rebuild(
        &self,
        batches: &mut dyn Iterator<Item = Result<Vec<Op>, VaultError>>,
    ) -> Result<(), VaultError> {
        let mut tree = MemoryTree::default();
        for batch in batches {
            tree.apply(0, batch?);
        }
        let mut state = self.change(Step::Rebuild)?;
        tree.settle();
        tree.open();
        state.tree = tree;
        Ok(())
    }

    fn tree_apply(&self, frame: u64, ops: Vec<Op>) -> Result<(), VaultError> {
        let mut state = self.change(Step::Apply(frame))?;
        state.tree.check()?;
        state.tree.apply(frame, ops);
        Ok(())
    }

    fn tree_settled(&self) -> Result<u64, VaultError> {
        let state = self.state();
        state.tree.check()?;
        Ok(state.tree.settled())
    }

    fn tree_settle(&self) -> Result<(), VaultError> {
        let mut state = self.change(Step::Settle)?;
        state.tree.check()?;
        state.tree.settle();
        Ok(())
    }

    fn tree_get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError> {
        let state = self.state();
        state.tree.check()?;
        Ok(state.tree.get(key))
    }

    fn tree_page(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Page, VaultError> {
        let state = self.state();
        state.tree.check()?;
        Ok(state.tree.page(from, until, limit))
    }

    fn tree_before(&self, until: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, VaultError> {
        let state = self.state();
        state.tree.check()?;
        Ok(state.tree.before(until))
    }

    fn tree_condemn(&self) -> Result<(), VaultError> {
        let mut state = self.change(Step::Condemn)?;
        state.tree.condemn();
        Ok(())
    }

    fn tree_clear_aside(&self) -> Result<(), VaultError> {
        Ok(())
    }

    fn tree_close(&self) -> Result<(), VaultError> {
        let mut state = self.change(Step::Settle)?;
        state.tree.settle();
        Ok(())
    }
}
