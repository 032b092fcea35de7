//! A database beside the one in use, to take its place.
//!
//! sled goes on using the path it was opened at, so a database that is to take over while it is
//! open is never renamed. The databases of a node are `db` and, made by compaction, `db.next-1`,
//! `db.next-2` and so on: the one with the lowest number is the one that holds. To switch is to
//! rename the old one out of the row, which is atomic. The next opening makes `db` of what holds.

use std::fs;
use std::path::{Path, PathBuf};

use super::Op;
use super::file::sync_directory;
use super::flush::flush;
use super::working::{OpenTree, guarded, open_sled, remove_tree, sled_batch, sync_tree};
use crate::error::VaultError;

/// Where a database goes that was replaced.
pub(super) const OLD: &str = "db.old";
/// The name of a database that compaction made, but for its number.
const NEXT: &str = "db.next-";
/// A database that is filled is synced after so many bytes, so that one sync doesn't hold up the
/// journal's.
const SYNC_BYTES: usize = 1024 * 1024;

/// Where the database with this number is.
pub(super) fn numbered(root: &Path, generation: u32) -> PathBuf {
    match generation {
        0 => root.join("db"),
        number => root.join(format!("{NEXT}{number}")),
    }
}

/// Makes `db` of the database that holds, and removes those that don't.
pub(super) fn normalise(root: &Path) -> Result<(), VaultError> {
    remove_tree(&root.join(OLD))?;
    let mut others = Vec::new();
    let failed = |error| VaultError::io("list the node's directory", &error);
    for entry in fs::read_dir(root).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(NEXT));
        others.extend(number.and_then(|number| number.parse::<u32>().ok()));
    }
    others.sort_unstable();
    let mut others = others.into_iter();
    if !numbered(root, 0).exists()
        && let Some(lowest) = others.next()
    {
        fs::rename(numbered(root, lowest), numbered(root, 0))
            .map_err(|error| VaultError::io("switch to the compacted store", &error))?;
        sync_directory(root)?;
    }
    others.try_for_each(|number| remove_tree(&numbered(root, number)))
}

/// A database that is being filled.
#[derive(Debug)]
pub(super) struct Draft {
    directory: PathBuf,
    db: sled::Db,
    tree: sled::Tree,
    file: fs::File,
    unsynced: usize,
}

impl Draft {
    /// An empty database in `directory`.
    pub(super) fn begin(directory: &Path) -> Result<Self, VaultError> {
        remove_tree(directory)?;
        let db = open_sled(directory)?;
        let tree = guarded(|| db.open_tree("entries"))?;
        let file = fs::File::open(directory.join("db"))
            .map_err(|error| VaultError::io("open the compacted store", &error))?;
        Ok(Self {
            directory: directory.to_path_buf(),
            db,
            tree,
            file,
            unsynced: 0,
        })
    }

    pub(super) fn apply(&mut self, ops: Vec<Op>) -> Result<(), VaultError> {
        self.unsynced += ops.iter().map(Op::weight).sum::<usize>();
        let batch = sled_batch(ops);
        guarded(|| self.tree.apply_batch(batch))?;
        if self.unsynced >= SYNC_BYTES {
            self.unsynced = 0;
            flush(&self.tree)?;
            self.file
                .sync_data()
                .map_err(|error| VaultError::io("sync the compacted store", &error))?;
        }
        Ok(())
    }

    /// Makes it durable to the last byte.
    pub(super) fn settle(&mut self) -> Result<(), VaultError> {
        self.unsynced = 0;
        flush(&self.tree)?;
        sync_tree(&self.directory)
            .map_err(|error| VaultError::io("sync the compacted store", &error))
    }

    /// Opens it for work: it has everything up to `frame`.
    pub(super) fn open(self, frame: u64) -> Result<OpenTree, VaultError> {
        OpenTree::new(self.db, &self.directory, frame)
    }
}
