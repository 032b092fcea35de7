//! sled 0.34.7 behind guard rails.
//!
//! What it is known to do, and what is done about it: killed while opening it leaves
//! `snap.*.generating` and never opens again, so those go first; it panics on damage, on the
//! calling thread, so every call is caught; open success proves nothing, so the vault counts; a
//! damaged database is moved aside, never deleted while it may be the only copy.

use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use super::file::sync_directory;
use super::flush::flush;
use super::fresh::{Draft, OLD, normalise, numbered};
use super::settler::Settler;
use super::{Bytes, Op, Page, TreeState};
use crate::error::{Damage, VaultError};

/// sled's cache, in bytes. It is resident memory, and the operating system caches the file as well.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;
/// While a new tree is filled it is synced after so many bytes.
const FILL_BYTES: usize = 16 * 1024 * 1024;
/// More damaged databases than this are never kept.
const ASIDE_LIMIT: usize = 100;
/// How often and after which wait a database is opened that is still locked: 10 s in all.
const LOCK_TRIES: usize = 500;
const LOCK_WAIT: Duration = Duration::from_millis(20);
/// Marks a database that must not be opened again. Inside its directory.
const CONDEMNED: &str = "condemned";

/// The working store: where reads come from, always rebuildable.
#[derive(Debug)]
pub(super) struct WorkingTree {
    root: PathBuf,
    open: RwLock<Option<OpenTree>>,
    /// How often the database was replaced since it was opened: its directory's number.
    generation: AtomicU32,
    /// One that is being filled.
    draft: Mutex<Option<Draft>>,
    /// Closes and removes one that was replaced.
    leaving: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
pub(super) struct OpenTree {
    // The settler first, so that it has ended before the database closes.
    settler: Settler,
    tree: sled::Tree,
    _db: sled::Db,
}

impl OpenTree {
    /// The database in `directory`, which has everything up to `settled`.
    pub(super) fn new(db: sled::Db, directory: &Path, settled: u64) -> Result<Self, VaultError> {
        let tree = guarded(|| db.open_tree("entries"))?;
        let settler = Settler::start(&tree, &directory.join("db"), settled)?;
        Ok(Self {
            settler,
            tree,
            _db: db,
        })
    }
}

impl Drop for WorkingTree {
    fn drop(&mut self) {
        self.let_leave();
    }
}

impl WorkingTree {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            open: RwLock::new(None),
            generation: AtomicU32::new(0),
            draft: Mutex::new(None),
            leaving: Mutex::new(None),
        }
    }

    pub(super) fn open(&self) -> Result<TreeState, VaultError> {
        self.let_leave();
        normalise(&self.root)?;
        self.generation.store(0, Ordering::Relaxed);
        let directory = self.directory();
        remove_tree(&self.fresh())?;
        if !directory.exists() {
            return Ok(TreeState::Missing);
        }
        if directory.join(CONDEMNED).exists() {
            return Ok(TreeState::Broken);
        }
        remove_half_snapshots(&directory)?;
        match open_sled(&directory) {
            Ok(db) => {
                self.hold(db)?;
                Ok(TreeState::Open)
            }
            Err(VaultError::Damaged(_)) => Ok(TreeState::Broken),
            // A flush that never ended holds it until this process ends.
            Err(VaultError::InUse) => Ok(TreeState::Broken),
            Err(error) => Err(error),
        }
    }

    pub(super) fn rebuild(
        &self,
        batches: &mut dyn Iterator<Item = Result<Vec<Op>, VaultError>>,
    ) -> Result<(), VaultError> {
        *self.slot() = None;
        let fresh = self.fresh();
        remove_tree(&fresh)?;
        fill(&fresh, batches)?;
        self.set_aside()?;
        fs::rename(&fresh, self.directory())
            .map_err(|error| VaultError::io("switch to the rebuilt store", &error))?;
        sync_directory(&self.root)?;
        self.hold(open_sled(&self.directory())?)
    }

    pub(super) fn apply(&self, frame: u64, ops: Vec<Op>) -> Result<(), VaultError> {
        self.with(|open| open.settler.apply(frame, ops))
    }

    pub(super) fn settled(&self) -> Result<u64, VaultError> {
        self.with(|open| open.settler.settled())
    }

    pub(super) fn settle(&self) -> Result<(), VaultError> {
        self.with(|open| open.settler.settle())
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError> {
        let found = self.with(|open| guarded(|| open.tree.get(key)))?;
        Ok(found.map(|value| Bytes::from(value.as_ref())))
    }

    pub(super) fn page(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Page, VaultError> {
        let mut page = Page::default();
        if from >= until {
            return Ok(page);
        }
        self.with(|open| {
            guarded(|| {
                let mut weight = 0;
                for entry in open.tree.range(from..until) {
                    let (key, value) = entry?;
                    if weight >= limit {
                        page.more = true;
                        break;
                    }
                    weight += key.len() + value.len();
                    page.entries
                        .push((key.to_vec(), Bytes::from(value.as_ref())));
                }
                Ok(())
            })
        })?;
        Ok(page)
    }

    pub(super) fn before(&self, until: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, VaultError> {
        let found =
            self.with(|open| guarded(|| open.tree.range(..until).next_back().transpose()))?;
        Ok(found.map(|(key, value)| (key.to_vec(), Bytes::from(value.as_ref()))))
    }

    pub(super) fn condemn(&self) -> Result<(), VaultError> {
        let directory = self.directory();
        fs::File::create(directory.join(CONDEMNED))
            .and_then(|file| file.sync_all())
            .map_err(|error| VaultError::io("mark the damaged store", &error))?;
        sync_directory(&directory)
    }

    pub(super) fn clear_aside(&self) -> Result<(), VaultError> {
        for number in 1..=ASIDE_LIMIT {
            remove_tree(&self.aside(number))?;
        }
        Ok(())
    }

    pub(super) fn close(&self) -> Result<(), VaultError> {
        let settled = self.settle();
        *self.slot() = None;
        *self.draft_slot() = None;
        self.let_leave();
        settled
    }

    pub(super) fn draft_begin(&self) -> Result<(), VaultError> {
        *self.draft_slot() = None;
        self.let_leave();
        let directory = self.numbered(self.generation.load(Ordering::Relaxed) + 1);
        *self.draft_slot() = Some(Draft::begin(&directory)?);
        Ok(())
    }

    pub(super) fn draft_apply(&self, ops: Vec<Op>) -> Result<(), VaultError> {
        self.draft_slot()
            .as_mut()
            .ok_or(VaultError::Stopped)?
            .apply(ops)
    }

    pub(super) fn draft_settle(&self) -> Result<(), VaultError> {
        let mut draft = self.draft_slot();
        draft.as_mut().ok_or(VaultError::Stopped)?.settle()?;
        sync_directory(&self.root)
    }

    pub(super) fn draft_adopt(&self, frame: u64) -> Result<(), VaultError> {
        let draft = self.draft_slot().take().ok_or(VaultError::Stopped)?;
        let fresh = draft.open(frame)?;
        let old_path = self.root.join(OLD);
        // From here on the fresh one has the lowest number and is the one that is opened.
        fs::rename(self.directory(), &old_path)
            .map_err(|error| VaultError::io("switch to the compacted store", &error))?;
        self.generation.fetch_add(1, Ordering::Relaxed);
        let old = self.slot().replace(fresh);
        let leave = move || {
            drop(old);
            if let Err(error) = remove_tree(&old_path) {
                tracing::warn!(%error, "an old working store is removed at the next start");
            }
        };
        // The fresh one holds now, and nothing may fail any more: where no thread can be had the
        // old one closes here, and where the rename is not durable a crash brings back the old one,
        // which is then brought up to date or rebuilt.
        let thread = std::thread::Builder::new().name("vault-leaving".to_owned());
        *self.leaving.lock().unwrap_or_else(PoisonError::into_inner) = thread.spawn(leave).ok();
        if let Err(error) = sync_directory(&self.root) {
            tracing::warn!(%error, "the switch to the compacted store may not survive a power cut");
        }
        Ok(())
    }

    /// Waits until a database that was replaced is gone.
    fn let_leave(&self) {
        let mut leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = leaving.take() {
            // What it could not remove is removed at the next opening.
            drop(thread.join());
        }
    }

    fn draft_slot(&self) -> std::sync::MutexGuard<'_, Option<Draft>> {
        // The slot is whole between any two calls, whatever a caller's thread died of.
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, db: sled::Db) -> Result<(), VaultError> {
        *self.slot() = Some(OpenTree::new(db, &self.directory(), 0)?);
        Ok(())
    }

    fn with<T>(
        &self,
        call: impl FnOnce(&OpenTree) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        call(open.as_ref().ok_or(VaultError::Stopped)?)
    }

    fn slot(&self) -> std::sync::RwLockWriteGuard<'_, Option<OpenTree>> {
        // The slot is whole between any two calls, whatever a caller's thread died of.
        self.open.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the database out of the way, if there is one.
    fn set_aside(&self) -> Result<(), VaultError> {
        let directory = self.directory();
        if !directory.exists() {
            return Ok(());
        }
        let free = (1..=ASIDE_LIMIT)
            .map(|number| self.aside(number))
            .find(|path| !path.exists())
            .ok_or(VaultError::Full)?;
        fs::rename(&directory, free)
            .map_err(|error| VaultError::io("move the damaged store aside", &error))
    }

    fn directory(&self) -> PathBuf {
        self.numbered(self.generation.load(Ordering::Relaxed))
    }

    fn numbered(&self, generation: u32) -> PathBuf {
        numbered(&self.root, generation)
    }

    fn fresh(&self) -> PathBuf {
        self.root.join("db.new")
    }

    fn aside(&self, number: usize) -> PathBuf {
        self.root.join(format!("db.damaged-{number}"))
    }
}

/// Makes a database in `directory` and syncs it to the last byte.
fn fill(
    directory: &Path,
    batches: &mut dyn Iterator<Item = Result<Vec<Op>, VaultError>>,
) -> Result<(), VaultError> {
    let db = open_sled(directory)?;
    let tree = guarded(|| db.open_tree("entries"))?;
    let mut unsynced = 0;
    for batch in batches {
        let batch = batch?;
        unsynced += batch.iter().map(Op::weight).sum::<usize>();
        let batch = sled_batch(batch);
        guarded(|| tree.apply_batch(batch))?;
        if unsynced >= FILL_BYTES {
            unsynced = 0;
            flush(&tree)?;
        }
    }
    flush(&tree)?;
    drop(tree);
    drop(db);
    sync_tree(directory).map_err(|error| VaultError::io("sync the rebuilt store", &error))
}

/// A batch in sled's form.
pub(super) fn sled_batch(ops: Vec<Op>) -> sled::Batch {
    let mut batch = sled::Batch::default();
    for op in ops {
        match op.value {
            Some(value) => batch.insert(op.key, value.as_ref()),
            None => batch.remove(op.key),
        }
    }
    batch
}

/// Calls sled; a panic inside it is damage.
pub(super) fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, VaultError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| sled_error(&error)),
        Err(_) => Err(Damage::Tree.into()),
    }
}

pub(super) fn sled_error(error: &sled::Error) -> VaultError {
    match error {
        sled::Error::Io(error) => match VaultError::io("use the working store", error) {
            named @ (VaultError::Full | VaultError::ReadOnly) => named,
            _ if error.to_string().contains("could not acquire lock") => VaultError::InUse,
            _ => Damage::Tree.into(),
        },
        sled::Error::CollectionNotFound(_)
        | sled::Error::Unsupported(_)
        | sled::Error::ReportableBug(_)
        | sled::Error::Corruption { .. } => Damage::Tree.into(),
    }
}

/// Opens the database. The node's own lock is held already, so whoever still has sled's is this
/// process: threads of sled outlive its handles for a moment.
pub(super) fn open_sled(directory: &Path) -> Result<sled::Db, VaultError> {
    for _ in 1..LOCK_TRIES {
        match try_open_sled(directory) {
            Err(VaultError::InUse) => std::thread::sleep(LOCK_WAIT),
            result => return result,
        }
    }
    try_open_sled(directory)
}

fn try_open_sled(directory: &Path) -> Result<sled::Db, VaultError> {
    guarded(|| {
        sled::Config::new()
            .path(directory)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .open()
    })
}

fn remove_half_snapshots(directory: &Path) -> Result<(), VaultError> {
    let remove = || {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(|error| VaultError::io("clean up the working store", &error))
}

pub(super) fn remove_tree(path: &Path) -> Result<(), VaultError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(VaultError::io("remove an old store", &error))
        }
        _ => Ok(()),
    }
}

/// Syncs every file and directory under `path`.
pub(super) fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            fs::File::open(entry.path())?.sync_all()?;
        }
    }
    fs::File::open(path)?.sync_all()
}
