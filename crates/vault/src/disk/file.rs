//! A directory: flat files beside a sled database.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::FlockOperation;

use super::appended::Appended;
use super::working::WorkingTree;
use super::{Bytes, Disk, Held, Name, Op, Page, TreeState};
use crate::error::VaultError;
use crate::probe::OVERLAP;

const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const CHECKPOINT: &str = "checkpoint";
const LEDGER: &str = "ledger";
/// A sweep reads so many bytes of a file at a time.
const SWEEP_BYTES: usize = 1024 * 1024;

/// The disk of a node: a directory with `journal/`, `checkpoint/`, `ledger` and `db/`.
#[derive(Debug, Clone)]
pub struct FileDisk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    /// Where the key files are, perhaps on another volume.
    keys: PathBuf,
    /// Files that are being appended to.
    open: Mutex<BTreeMap<Name, Arc<Appended>>>,
    tree: WorkingTree,
    /// Locked for as long as the disk lives.
    _lock: fs::File,
}

impl FileDisk {
    /// Makes the directories and the empty ledger of a new store in `root`.
    pub(crate) fn create(root: &Path) -> Result<(), VaultError> {
        let make = || {
            for directory in [JOURNAL, CHECKPOINT] {
                fs::create_dir_all(root.join(directory))?;
            }
            fs::File::create_new(root.join(LEDGER))?.sync_all()?;
            fs::File::create_new(root.join(LOCK))?.sync_all()
        };
        make().map_err(|error| VaultError::io("make the node's directory", &error))?;
        sync_directory(root)
    }

    /// Whether `root` holds a store, or some of its parts with something in them, or `keys` keys.
    pub(crate) fn is_there(root: &Path, keys: &Path) -> bool {
        let filled = |directory: PathBuf| {
            fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_some())
        };
        let parts = [JOURNAL, CHECKPOINT, "db"].map(|name| root.join(name));
        root.join(LEDGER).exists()
            || root.join(LOCK).exists()
            || parts.into_iter().chain([keys.to_path_buf()]).any(filled)
    }

    /// Locks the store in `root`, whose keys are in `keys`.
    pub(crate) fn open(root: &Path, keys: &Path) -> Result<Self, VaultError> {
        let lock = match fs::OpenOptions::new().write(true).open(root.join(LOCK)) {
            Ok(lock) => lock,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(VaultError::NotANode);
            }
            Err(error) => return Err(VaultError::io("open the lock file", &error)),
        };
        rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|errno| {
            match errno {
                rustix::io::Errno::WOULDBLOCK => VaultError::InUse,
                other => VaultError::io("lock the directory", &other.into()),
            }
        })?;
        Ok(Self {
            shared: Arc::new(Shared {
                root: root.to_path_buf(),
                keys: keys.to_path_buf(),
                open: Mutex::new(BTreeMap::new()),
                tree: WorkingTree::new(root),
                _lock: lock,
            }),
        })
    }

    fn path(&self, name: Name) -> PathBuf {
        let root = &self.shared.root;
        match name {
            Name::Segment(first) => root.join(JOURNAL).join(format!("{first:020}.frames")),
            Name::SegmentAside(first) => root.join(JOURNAL).join(format!("{first:020}.damaged")),
            Name::Checkpoint(frame) => root.join(CHECKPOINT).join(format!("{frame:020}.full")),
            Name::CheckpointDraft => root.join(CHECKPOINT).join("draft"),
            Name::Ledger => root.join(LEDGER),
            Name::LedgerDraft => root.join("ledger.draft"),
            Name::Master => self.shared.keys.join("master"),
            Name::MasterDraft => self.shared.keys.join("master.draft"),
            Name::Epoch => self.shared.keys.join("epoch"),
            Name::EpochDraft => self.shared.keys.join("epoch.draft"),
        }
    }

    fn sync_parent(&self, name: Name) -> Result<(), VaultError> {
        let path = self.path(name);
        path.parent().map_or(Ok(()), sync_directory)
    }

    fn appended(&self, name: Name) -> Result<Arc<Appended>, VaultError> {
        let mut open = self.files();
        if let Some(file) = open.get(&name) {
            return Ok(Arc::clone(file));
        }
        let failed = |error: io::Error| VaultError::io("open a file of the store", &error);
        let journal = matches!(name, Name::Segment(_));
        if journal {
            // Zeros in the midst of a journal would be damage: they go, durably, before it goes on.
            for (_, before) in open.extract_if(.., |name, _| matches!(name, Name::Segment(_))) {
                before.trim().map_err(failed)?;
            }
        }
        let mode = if name.is_key() { 0o600 } else { 0o666 };
        let appended = Appended::open(&self.path(name), mode, journal).map_err(failed)?;
        let appended = Arc::new(appended);
        open.insert(name, Arc::clone(&appended));
        Ok(appended)
    }

    fn close(&self, name: Name) {
        self.files().remove(&name);
    }

    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<Name, Arc<Appended>>> {
        // The map is whole between any two calls, whatever a caller's thread died of.
        self.shared
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls `visit` with what every file under `directory` holds, but for those under `except`.
pub(crate) fn sweep_directory(
    directory: &Path,
    except: Option<&Path>,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let failed = |error: io::Error| VaultError::io("read every file of the store", &error);
    let entries = match fs::read_dir(directory) {
        // What is read may go meanwhile.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let kind = entry.file_type().map_err(failed)?;
        if except.is_some_and(|except| path == except) {
            continue;
        }
        if kind.is_dir() {
            sweep_directory(&path, except, visit)?;
        } else if kind.is_file() {
            match fs::File::open(&path) {
                Ok(file) => sweep_file(file, visit)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(error)),
            }
        }
    }
    Ok(())
}

fn sweep_file(
    mut file: fs::File,
    visit: &mut dyn FnMut(&[u8]) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let mut piece = Vec::with_capacity(SWEEP_BYTES + OVERLAP);
    loop {
        let read = io::Read::by_ref(&mut file)
            .take(SWEEP_BYTES as u64)
            .read_to_end(&mut piece)
            .map_err(|error| VaultError::io("read every file of the store", &error))?;
        if read == 0 {
            return Ok(());
        }
        visit(&piece)?;
        piece.drain(..piece.len().saturating_sub(OVERLAP));
    }
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> Result<(), VaultError> {
    fs::File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| VaultError::io("sync a directory", &error))
}

/// The file that a name in one of the directories stands for.
fn name_of(directory: &str, name: &str) -> Option<Name> {
    if directory == CHECKPOINT && name == "draft" {
        return Some(Name::CheckpointDraft);
    }
    let (number, kind) = name.split_once('.')?;
    let number: u64 = number.parse().ok()?;
    match (directory, kind) {
        (JOURNAL, "frames") => Some(Name::Segment(number)),
        (JOURNAL, "damaged") => Some(Name::SegmentAside(number)),
        (CHECKPOINT, "full") => Some(Name::Checkpoint(number)),
        _ => None,
    }
}

impl Disk for FileDisk {
    const THREADED: bool = true;

    fn list(&self) -> Result<Vec<Name>, VaultError> {
        let failed = |error: io::Error| VaultError::io("list the node's directory", &error);
        let mut names = Vec::new();
        for directory in [JOURNAL, CHECKPOINT] {
            for entry in fs::read_dir(self.shared.root.join(directory)).map_err(failed)? {
                let entry = entry.map_err(failed)?.file_name();
                names.extend(entry.to_str().and_then(|name| name_of(directory, name)));
            }
        }
        for name in [Name::Ledger, Name::LedgerDraft]
            .into_iter()
            .chain(Name::KEYS)
        {
            names.extend(self.path(name).exists().then_some(name));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, name: Name, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError> {
        let read = || {
            let mut file = match fs::File::open(self.path(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                file => file?,
            };
            file.seek(io::SeekFrom::Start(offset))?;
            let mut bytes = Vec::new();
            file.take(limit as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map_err(|error| VaultError::io("read a file of the store", &error))
    }

    fn hold(&self, name: Name) -> Result<Held, VaultError> {
        fs::File::open(self.path(name))
            .and_then(Held::of_file)
            .map_err(|error| VaultError::io("open a file of the store", &error))
    }

    fn length(&self, name: Name) -> Result<u64, VaultError> {
        match fs::metadata(self.path(name)) {
            Ok(metadata) => Ok(metadata.len()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(VaultError::io("look at a file of the store", &error)),
        }
    }

    fn append(&self, name: Name, bytes: &[u8]) -> Result<(), VaultError> {
        self.appended(name)?
            .write(bytes)
            .map_err(|error| VaultError::io("write a file of the store", &error))
    }

    fn sync(&self, name: Name) -> Result<(), VaultError> {
        let appended = self.appended(name)?;
        appended
            .sync()
            .map_err(|error| VaultError::io("sync a file of the store", &error))?;
        appended.settle_name(|| self.sync_parent(name))
    }

    fn truncate(&self, name: Name, length: u64) -> Result<(), VaultError> {
        self.close(name);
        fs::OpenOptions::new()
            .write(true)
            .open(self.path(name))
            .and_then(|file| {
                file.set_len(length)?;
                file.sync_all()
            })
            .map_err(|error| VaultError::io("cut a file of the store", &error))
    }

    fn rename(&self, from: Name, to: Name) -> Result<(), VaultError> {
        self.close(from);
        self.close(to);
        fs::rename(self.path(from), self.path(to))
            .map_err(|error| VaultError::io("rename a file of the store", &error))?;
        self.sync_parent(to)
    }

    fn remove(&self, name: Name) -> Result<(), VaultError> {
        self.close(name);
        match fs::remove_file(self.path(name)) {
            Ok(()) => self.sync_parent(name),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(VaultError::io("remove a file of the store", &error)),
        }
    }

    fn sweep(
        &self,
        visit: &mut dyn FnMut(&[u8]) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        sweep_directory(&self.shared.root, Some(&self.shared.keys), visit)
    }

    fn tree_open(&self) -> Result<TreeState, VaultError> {
        self.shared.tree.open()
    }

    fn tree_rebuild(
        &self,
        batches: &mut dyn Iterator<Item = Result<Vec<Op>, VaultError>>,
    ) -> Result<(), VaultError> {
        self.shared.tree.rebuild(batches)
    }

    fn tree_apply(&self, frame: u64, ops: Vec<Op>) -> Result<(), VaultError> {
        self.shared.tree.apply(frame, ops)
    }

    fn tree_settled(&self) -> Result<u64, VaultError> {
        self.shared.tree.settled()
    }

    fn tree_settle(&self) -> Result<(), VaultError> {
        self.shared.tree.settle()
    }

    fn tree_get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError> {
        self.shared.tree.get(key)
    }

    fn tree_page(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Page, VaultError> {
        self.shared.tree.page(from, until, limit)
    }

    fn tree_before(&self, until: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, VaultError> {
        self.shared.tree.before(until)
    }

    fn tree_draft_begin(&self) -> Result<(), VaultError> {
        self.shared.tree.draft_begin()
    }

    fn tree_draft_apply(&self, ops: Vec<Op>) -> Result<(), VaultError> {
        self.shared.tree.draft_apply(ops)
    }

    fn tree_draft_settle(&self) -> Result<(), VaultError> {
        self.shared.tree.draft_settle()
    }

    fn tree_draft_adopt(&self, frame: u64) -> Result<(), VaultError> {
        self.shared.tree.draft_adopt(frame)
    }

    fn tree_condemn(&self) -> Result<(), VaultError> {
        self.shared.tree.condemn()
    }

    fn tree_clear_aside(&self) -> Result<(), VaultError> {
        self.shared.tree.clear_aside()
    }

    fn tree_close(&self) -> Result<(), VaultError> {
        self.shared.tree.close()
    }
}
