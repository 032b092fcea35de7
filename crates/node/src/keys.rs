//! Opening a store with the keys that the settings name.
//!
//! Settings say where the keys are to be and what is to seal them. When they have changed, the keys are still
//! where they were, under the secret of before: they are found there, moved, and sealed anew at the next start.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use register::replica::Holdings;
use vault::{CREDENTIAL, FileVault, MasterSource, Opening, VaultError};

use crate::config::{Keys, Master};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};

/// The directory of keys inside a node's own.
const HERE: &str = "keys";
/// The file without which a directory holds no keys.
const EPOCH: &str = "epoch";
/// The file of the master secret, where it is in one.
const MASTER: &str = "master";
/// What a key file is called while it is copied; none has this name, and the next copy replaces it.
const DRAFT: &str = "moving";

/// Opens the store in `dir`.
///
/// # Errors
/// What [`FileVault::open_with`] says; a credential or passphrase that is not there.
pub(crate) fn open(dir: &Path, keys: &Keys) -> Outcome<(FileVault, Holdings, Opening)> {
    let here = dir.join(HERE);
    let place = keys.directory.clone().unwrap_or_else(|| here.clone());
    let moving = place != here && !place.join(EPOCH).exists() && here.join(EPOCH).exists();
    let from = if moving { &here } else { &place };
    let wanted = source(&keys.master)?;
    let (mut vault, mut holdings, opening) = match FileVault::open_with(dir, from, &wanted) {
        Ok(opened) => opened,
        Err(error @ VaultError::Keys(_)) => {
            let (mut vault, holdings, opening) = open_as_before(dir, from, keys, error)?;
            vault.rotate_master(&wanted)?;
            tracing::warn!("the keys are sealed anew, as the settings say");
            (vault, holdings, opening)
        }
        Err(error) => return Err(error.into()),
    };
    if moving {
        vault.close()?;
        copy(&here, &place)?;
        (vault, holdings, _) = FileVault::open_with(dir, &place, &wanted)?;
    }
    // Not only now: a start that ended after the copies and before this has left some of them there as well.
    if place != here
        && [EPOCH, MASTER]
            .iter()
            .any(|file| is_left(file, &here, &place))
    {
        // First, since originals that are there still tell the next start that this is yet to be done. What
        // can be read of them on the old volume opens nothing from here on.
        vault.rotate_keys()?;
        clear(&here)?;
        tracing::warn!("the keys are moved, as the settings say");
    }
    Ok((vault, holdings, opening))
}

/// Whether a key file is where the keys were, and is not that of `place` under another name, such as that of a link.
fn is_left(file: &str, here: &Path, place: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let find = |directory: &Path| {
        let there = fs::metadata(directory.join(file)).ok()?;
        Some((there.dev(), there.ino()))
    };
    find(here).is_some_and(|left| find(place) != Some(left))
}

/// Opens the store with a secret that may have sealed its keys before; `error` is why the one of the settings
/// doesn't.
fn open_as_before(
    dir: &Path,
    place: &Path,
    keys: &Keys,
    error: VaultError,
) -> Outcome<(FileVault, Holdings, Opening)> {
    let mut earlier = vec![MasterSource::File];
    earlier.extend(MasterSource::from_systemd());
    if let Some(file) = &keys.previous {
        earlier.push(MasterSource::passphrase_file(file)?);
    }
    for source in earlier {
        match FileVault::open_with(dir, place, &source) {
            Err(VaultError::Keys(_)) => {}
            opened => return Ok(opened?),
        }
    }
    Err(error.into())
}

fn source(master: &Master) -> Outcome<MasterSource> {
    match master {
        Master::File => Ok(MasterSource::File),
        Master::Credential => MasterSource::from_systemd().ok_or_else(|| {
            Failure::said(
                Exit::Storage,
                format!(
                    "the settings name a credential, and systemd passes none of the name {CREDENTIAL}; \
                     commands work while the service runs"
                ),
            )
        }),
        Master::PassphraseFile(file) => MasterSource::passphrase_file(file)
            .map_err(|error| Failure::from(error).context(file.display())),
    }
}

/// Copies the key files to a directory on any volume, durably.
fn copy(from: &Path, to: &Path) -> Outcome<()> {
    let copy = || {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(to)?;
        fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
        let mut originals = paths(from)?;
        // Last, since a directory with this file in it counts as one that holds the keys.
        originals.sort_by_key(|path| path.ends_with(EPOCH));
        for original in originals {
            let Some(name) = original.file_name() else {
                continue;
            };
            let draft = to.join(DRAFT);
            // `copy` takes the permissions along.
            fs::copy(&original, &draft)?;
            fs::File::open(&draft)?.sync_all()?;
            // Half a file must not pass for a key, and least of all half of the last one.
            fs::rename(&draft, to.join(name))?;
            fs::File::open(to)?.sync_all()?;
        }
        Ok(())
    };
    copy().attempt(format!("copy the keys to {}", to.display()))
}

/// Removes the key files from a directory, durably.
fn clear(directory: &Path) -> Outcome<()> {
    let clear = || {
        for file in paths(directory)? {
            fs::remove_file(file)?;
        }
        fs::File::open(directory)?.sync_all()
    };
    clear().attempt(format!("remove the keys from {}", directory.display()))
}

fn paths(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
