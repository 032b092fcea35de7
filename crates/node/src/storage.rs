//! What the node's directory takes and what is free beside it, for the owner's overview.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use console::desk::{KeyPlace, Place};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::config::{Keys, Master};

/// How often it is counted.
const EVERY: Duration = Duration::from_secs(600);
/// The most files and directories that are counted.
const ENTRIES: usize = 100_000;

/// Where the keys are, as settings say.
#[must_use]
pub fn key_place(keys: &Keys) -> KeyPlace {
    KeyPlace {
        apart: keys.directory.is_some(),
        sealed: match keys.master {
            Master::File => false,
            Master::Credential | Master::PassphraseFile(_) => true,
        },
    }
}

/// Counts now and then what the directory takes, until nobody looks any more.
pub async fn watch(dir: PathBuf, keys: KeyPlace, shown: watch::Sender<Place>) {
    while !shown.is_closed() {
        let counted = dir.clone();
        let counting = tokio::task::spawn_blocking(move || (used(&counted), free(&counted)));
        let (used, free) = counting.await.unwrap_or_default();
        shown.send_replace(Place {
            used,
            free,
            keys: Some(keys),
        });
        sleep(EVERY).await;
    }
}

/// Bytes of every file below `dir`; `None` when they can't be counted.
fn used(dir: &Path) -> Option<u64> {
    let mut open = vec![dir.to_owned()];
    let (mut bytes, mut seen) = (0_u64, 0);
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(&path).ok()? {
            seen += 1;
            if seen > ENTRIES {
                return None;
            }
            let entry = entry.ok()?;
            match entry.metadata() {
                Ok(about) if about.is_dir() => open.push(entry.path()),
                Ok(about) => bytes = bytes.saturating_add(about.len()),
                // The store removes files while this looks.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(_) => return None,
            }
        }
    }
    Some(bytes)
}

/// Bytes that are free for the node on the volume of `dir`.
fn free(dir: &Path) -> Option<u64> {
    let about = rustix::fs::statvfs(dir).ok()?;
    Some(about.f_bavail.saturating_mul(about.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_below_the_directory_counts() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("db")).unwrap();
        fs::write(dir.path().join("ledger"), [0; 10]).unwrap();
        fs::write(dir.path().join("db/conf"), [0; 32]).unwrap();
        assert_eq!(used(dir.path()), Some(42));
        assert!(free(dir.path()).is_some_and(|free| free > 0));
        assert_eq!(used(&dir.path().join("missing")), None);
    }
}
