//! Opening a store with the keys that the settings name.
//!
//! Settings say where the keys are to be and what is to seal them. When they have changed, the keys are still
//! where they were, under the secret of before: they are found there, moved, and sealed anew at the next start.

use std::fs;
use std::path::{Path, PathBuf};

use register::replica::Holdings;
use vault::{CREDENTIAL, FileVault, MasterSource, Opening, VaultError};

use crate::config::{Keys, Master};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};

/// The directory of keys inside a node's own.
const HERE: &str = "keys";
/// The file without which a directory holds no keys.
const EPOCH: &str = "epoch";

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
    let (vault, holdings, opening) = match FileVault::open_with(dir, from, &wanted) {
        Ok(opened) => opened,
        Err(error @ VaultError::Keys(_)) => {
            let (mut vault, holdings, opening) = open_as_before(dir, from, keys, error)?;
            vault.rotate_master(&wanted)?;
            tracing::warn!("the keys are sealed anew, as the settings say");
            (vault, holdings, opening)
        }
        Err(error) => return Err(error.into()),
    };
    if !moving {
        return Ok((vault, holdings, opening));
    }
    vault.close()?;
    carry(&here, &place)?;
    let (mut vault, holdings, _) = FileVault::open_with(dir, &place, &wanted)?;
    // What is left of the files on the old volume opens nothing from here on.
    vault.rotate_keys()?;
    tracing::warn!("the keys are moved, as the settings say");
    Ok((vault, holdings, opening))
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

/// Moves the key files to a directory on any volume: the copies are durable before the originals go.
fn carry(from: &Path, to: &Path) -> Outcome<()> {
    let doing = format!("move the keys to {}", to.display());
    let carry = || {
        use std::os::unix::fs::PermissionsExt as _;
        fs::create_dir_all(to)?;
        fs::set_permissions(to, fs::Permissions::from_mode(0o700))?;
        let mut carried: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(from)? {
            carried.push(entry?.path());
        }
        // Last, since a directory with this file in it counts as one that holds the keys.
        carried.sort_by_key(|path| path.ends_with(EPOCH));
        for original in &carried {
            let Some(name) = original.file_name() else {
                continue;
            };
            let copy = to.join(name);
            // `copy` takes the permissions along.
            fs::copy(original, &copy)?;
            fs::File::open(&copy)?.sync_all()?;
        }
        fs::File::open(to)?.sync_all()?;
        for original in carried {
            fs::remove_file(original)?;
        }
        fs::File::open(from)?.sync_all()
    };
    carry().attempt(doing)
}
