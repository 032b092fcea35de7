//! Keys: a master key and, sealed by it, an epoch key, both in `keys/`, outside everything they open.
//!
//! The epoch key wraps the data key of each record and the house key of facts and audit entries.
//! Every wrapped key names its epoch, so that a later epoch can re-wrap the survivors and let the
//! old epoch key go.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use zeroize::{Zeroize, Zeroizing};

use crate::error::{KeyFault, VaultError};
use crate::seal::{NONCE, SecretKey, TAG, random};

/// File names inside `keys/`.
const MASTER: &str = "master";
const EPOCH: &str = "epoch";

/// Form of the epoch file and of wrapped keys.
const VERSION: u8 = 1;
/// Version, epoch, nonce, sealed key.
const WRAPPED: usize = 1 + 8 + NONCE + 32 + TAG;

/// The keys of one node: what opens everything it stores.
#[derive(Clone)]
pub struct Keys {
    epoch: u64,
    wrapping: SecretKey,
    /// The epoch key itself, for a backup.
    root: SecretKey,
}

/// An epoch key with its number: what opens one checkpoint. Wiped from memory when dropped.
pub(crate) struct RootKey {
    pub(crate) number: u64,
    pub(crate) key: SecretKey,
}

impl core::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RootKey({}, redacted)", self.number)
    }
}

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Keys(epoch {}, redacted)", self.epoch)
    }
}

impl Keys {
    /// Keys that follow from a secret, for the simulation: the same secret gives the same keys.
    #[must_use]
    pub fn from_secret(mut secret: [u8; 32]) -> Self {
        let epoch = SecretKey::from_bytes(secret);
        secret.zeroize();
        Self::of_epoch(1, &epoch)
    }

    /// Makes new keys and writes them to `directory`, which exists and holds none.
    pub(crate) fn create(directory: &Path) -> Result<Self, VaultError> {
        let root = RootKey {
            number: 1,
            key: SecretKey::random()?,
        };
        Self::adopt(directory, &root)?;
        Ok(Self::of_root(&root))
    }

    /// Writes keys to `directory`, which exists and holds none: a new master key, and under it an
    /// epoch key that is there already, for a store that comes from a backup.
    pub(crate) fn adopt(directory: &Path, root: &RootKey) -> Result<(), VaultError> {
        let master = SecretKey::random()?;
        write_secret(&directory.join(MASTER), master.as_bytes())?;
        let sealed = wrap(&master.derive("epoch"), root.number, b"epoch", &root.key)?;
        write_secret(&directory.join(EPOCH), &sealed)?;
        sync_directory(directory)
    }

    /// The epoch key, for a backup.
    pub(crate) fn root(&self) -> RootKey {
        RootKey {
            number: self.epoch,
            key: self.root.clone(),
        }
    }

    /// The keys under an epoch key.
    pub(crate) fn of_root(root: &RootKey) -> Self {
        Self::of_epoch(root.number, &root.key)
    }

    /// Whether the wrapped key that was stored at `place` is one of these keys'.
    pub(crate) fn opens(&self, place: &[u8], wrapped: &[u8]) -> bool {
        self.unwrap(place, wrapped).is_some()
    }

    /// Reads the keys in `directory`.
    pub(crate) fn read(directory: &Path) -> Result<Self, VaultError> {
        let master = read_secret(&directory.join(MASTER))?;
        let master = SecretKey::from_slice(&master).ok_or(KeyFault::Damaged)?;
        let sealed = read_secret(&directory.join(EPOCH))?;
        let (number, epoch) =
            unwrap(&master.derive("epoch"), b"epoch", &sealed).ok_or(KeyFault::Damaged)?;
        Ok(Self::of_epoch(number, &epoch))
    }

    fn of_epoch(epoch: u64, key: &SecretKey) -> Self {
        Self {
            epoch,
            wrapping: key.derive("wrap"),
            root: key.clone(),
        }
    }

    /// The sealed form of a data key, bound to the entry it is stored at.
    pub(crate) fn wrap(&self, place: &[u8], key: &SecretKey) -> Result<Vec<u8>, VaultError> {
        wrap(&self.wrapping, self.epoch, place, key)
    }

    /// The data key stored at `place`.
    pub(crate) fn unwrap(&self, place: &[u8], wrapped: &[u8]) -> Option<SecretKey> {
        let (epoch, key) = unwrap(&self.wrapping, place, wrapped)?;
        (epoch == self.epoch).then_some(key)
    }
}

fn wrap(
    with: &SecretKey,
    epoch: u64,
    place: &[u8],
    key: &SecretKey,
) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    let mut out = Vec::with_capacity(WRAPPED);
    out.push(VERSION);
    out.extend_from_slice(&epoch.to_be_bytes());
    out.extend_from_slice(&nonce);
    with.seal(&nonce, &associated(epoch, place), key.as_bytes(), &mut out)?;
    Ok(out)
}

fn unwrap(with: &SecretKey, place: &[u8], wrapped: &[u8]) -> Option<(u64, SecretKey)> {
    let (version, rest) = wrapped.split_first()?;
    let (epoch, rest) = rest.split_first_chunk::<8>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
    let epoch = u64::from_be_bytes(*epoch);
    if *version != VERSION {
        return None;
    }
    // Room for the tag as well, so that no half of a key is left behind by a reallocation.
    let mut plain = Zeroizing::new(Vec::with_capacity(32 + TAG));
    with.open(nonce, &associated(epoch, place), sealed, &mut plain)
        .ok()?;
    Some((epoch, SecretKey::from_slice(&plain)?))
}

fn associated(epoch: u64, place: &[u8]) -> Vec<u8> {
    let mut bytes = b"kortisto wrapped key 1".to_vec();
    bytes.extend_from_slice(&epoch.to_be_bytes());
    bytes.extend_from_slice(place);
    bytes
}

fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(KeyFault::Missing.into()),
        Err(error) => Err(VaultError::io("read a key file", &error)),
    }
}

/// Writes a new file that only its owner may read, and syncs it.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let write = || {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|error| VaultError::io("write a key file", &error))
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> Result<(), VaultError> {
    fs::File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| VaultError::io("sync a directory", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_and_only_for_their_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let made = Keys::create(directory.path()).unwrap();
        let data = SecretKey::random().unwrap();
        let wrapped = made.wrap(b"place", &data).unwrap();
        assert_eq!(wrapped.len(), WRAPPED);
        let read = Keys::read(directory.path()).unwrap();
        assert_eq!(
            read.unwrap(b"place", &wrapped).unwrap().as_bytes(),
            data.as_bytes()
        );
        assert!(read.unwrap(b"elsewhere", &wrapped).is_none());
        assert!(
            Keys::from_secret([1; 32])
                .unwrap(b"place", &wrapped)
                .is_none()
        );
        for name in [MASTER, EPOCH] {
            let mode = fs::metadata(directory.path().join(name))
                .unwrap()
                .permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
        assert_eq!(format!("{read:?}"), "Keys(epoch 1, redacted)");
    }

    #[test]
    fn missing_and_damaged_key_files_are_named() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(
            Keys::read(directory.path()).err(),
            Some(KeyFault::Missing.into())
        );
        Keys::create(directory.path()).unwrap();
        let path = directory.path().join(EPOCH);
        let mut bytes = fs::read(&path).unwrap();
        bytes[40] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(
            Keys::read(directory.path()).err(),
            Some(KeyFault::Damaged.into())
        );
    }
}
