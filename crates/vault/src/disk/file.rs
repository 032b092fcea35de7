//! A directory: flat files beside a sled database.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::FlockOperation;

use super::working::WorkingTree;
use super::{Bytes, Disk, Held, Name, Op, Page, TreeState};
use crate::error::VaultError;
use crate::keys::sync_directory;

const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const CHECKPOINT: &str = "checkpoint";
const LEDGER: &str = "ledger";

/// The disk of a node: a directory with `journal/`, `checkpoint/`, `ledger` and `db/`.
#[derive(Debug, Clone)]
pub struct FileDisk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    /// Files that are being appended to.
    open: Mutex<BTreeMap<Name, Arc<Appended>>>,
    tree: WorkingTree,
    /// Locked for as long as the disk lives.
    _lock: fs::File,
}

#[derive(Debug)]
struct Appended {
    file: fs::File,
    /// Its name isn't durable yet.
    fresh: AtomicBool,
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

    /// Whether `root` holds a store, or some of its parts with something in them.
    pub(crate) fn is_there(root: &Path) -> bool {
        let filled = |name: &str| {
            fs::read_dir(root.join(name)).is_ok_and(|mut entries| entries.next().is_some())
        };
        root.join(LEDGER).exists() || root.join(LOCK).exists() || {
            [JOURNAL, CHECKPOINT, "db", "keys"].into_iter().any(filled)
        }
    }

    /// Locks the store in `root`.
    pub(crate) fn open(root: &Path) -> Result<Self, VaultError> {
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
        let file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.path(name))
            .map_err(|error| VaultError::io("open a file of the store", &error))?;
        let appended = Arc::new(Appended {
            file,
            // Also the name of a file that is there may have been made just before a crash.
            fresh: AtomicBool::new(true),
        });
        if let Name::Segment(_) = name {
            open.retain(|other, _| !matches!(other, Name::Segment(_)));
        }
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
        for name in [Name::Ledger, Name::LedgerDraft] {
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
        let appended = self.appended(name)?;
        (&appended.file)
            .write_all(bytes)
            .map_err(|error| VaultError::io("write a file of the store", &error))
    }

    fn sync(&self, name: Name) -> Result<(), VaultError> {
        let appended = self.appended(name)?;
        appended
            .file
            .sync_data()
            .map_err(|error| VaultError::io("sync a file of the store", &error))?;
        if appended.fresh.load(Ordering::Relaxed) {
            self.sync_parent(name)?;
            appended.fresh.store(false, Ordering::Relaxed);
        }
        Ok(())
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
