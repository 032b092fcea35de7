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
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use super::file::sync_directory;
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
}

#[derive(Debug)]
struct OpenTree {
    // The settler first, so that it has ended before the database closes.
    settler: Settler,
    tree: sled::Tree,
    _db: sled::Db,
}

impl WorkingTree {
    pub(super) fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            open: RwLock::new(None),
        }
    }

    pub(super) fn open(&self) -> Result<TreeState, VaultError> {
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
        settled
    }

    fn hold(&self, db: sled::Db) -> Result<(), VaultError> {
        let tree = guarded(|| db.open_tree("entries"))?;
        let settler = Settler::start(&tree, &self.directory().join("db"))?;
        *self.slot() = Some(OpenTree {
            settler,
            tree,
            _db: db,
        });
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
        self.root.join("db")
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
            guarded(|| tree.flush())?;
        }
    }
    guarded(|| tree.flush())?;
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

fn sled_error(error: &sled::Error) -> VaultError {
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
fn open_sled(directory: &Path) -> Result<sled::Db, VaultError> {
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

fn remove_tree(path: &Path) -> Result<(), VaultError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(VaultError::io("remove an old store", &error))
        }
        _ => Ok(()),
    }
}

/// Syncs every file and directory under `path`.
fn sync_tree(path: &Path) -> io::Result<()> {
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
