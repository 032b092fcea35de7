//! Where the master secret comes from: what seals the epoch file.

use std::path::PathBuf;

use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::disk::{Disk, Name};
use crate::error::{KeyFault, VaultError};
use crate::keys::{EpochKey, Keys, Sealer, derivation};
use crate::seal::{SecretKey, random};

/// The name of the systemd credential that holds the master secret.
pub const CREDENTIAL: &str = "kortisto-master";
/// A credential has at least so many bytes: as many as the key that follows from it.
const CREDENTIAL_LEAST: usize = 32;
/// A passphrase has at least so many bytes, and at most so many.
const PASSPHRASE_LEAST: usize = 12;
const PASSPHRASE_MOST: usize = 1024;
/// No file with a secret is longer, in bytes.
const SECRET_MOST: u64 = 4096;

/// Argon2id's memory in KiB, passes and lanes: RFC 9106's second choice, for machines with little memory.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// More than these are taken from no file, so that a forged one can't exhaust the machine.
const MEMORY_KIB_MOST: u32 = 1024 * 1024;
const PASSES_MOST: u32 = 32;
const LANES_MOST: u32 = 16;
const SALT: usize = 16;
/// Memory, passes, lanes, salt.
pub(crate) const DERIVATION: usize = 3 * 4 + SALT;

/// Where the master secret comes from.
#[derive(Clone)]
pub enum MasterSource {
    /// A random key in `keys/master`. Whoever has the directory of keys has everything.
    File,
    /// A file that somebody else keeps safe: a systemd credential, which may be sealed to the
    /// machine's TPM. Holds at least 32 bytes that can't be guessed.
    Credential(PathBuf),
    /// A passphrase of 12 to 1024 bytes; the key follows from it by Argon2id, whose salt and costs
    /// are kept in the epoch file.
    Passphrase(Zeroizing<String>),
}

impl core::fmt::Debug for MasterSource {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::File => "File",
            Self::Credential(_) => "Credential",
            Self::Passphrase(_) => "Passphrase(redacted)",
        })
    }
}

impl MasterSource {
    /// The credential that systemd passes to this service; `None` when it passes none.
    #[must_use]
    pub fn from_systemd() -> Option<Self> {
        let directory = std::env::var_os("CREDENTIALS_DIRECTORY")?;
        let path = PathBuf::from(directory).join(CREDENTIAL);
        path.exists().then_some(Self::Credential(path))
    }

    /// The passphrase that is the content of a file, without the line's end.
    ///
    /// # Errors
    /// [`KeyFault::Missing`] when there is no such file, [`KeyFault::Weak`] when it is too short or
    /// no text, [`VaultError::Io`] when it can't be read.
    pub fn passphrase_file(path: &std::path::Path) -> Result<Self, VaultError> {
        let bytes = read_secret(path)?;
        let text = core::str::from_utf8(&bytes).map_err(|_| KeyFault::Weak)?;
        let text = text.trim_end_matches(['\r', '\n']);
        Ok(Self::Passphrase(Zeroizing::new(text.to_owned())))
    }

    /// What may open the key files on `disk`.
    pub(crate) fn keys<D: Disk>(&self, disk: &D) -> Result<Keys, VaultError> {
        let master = match self {
            Self::File => {
                let mut secrets = Vec::new();
                for name in [Name::Master, Name::MasterDraft] {
                    let bytes = Zeroizing::new(disk.read(name, 0, 64)?);
                    match SecretKey::from_slice(&bytes) {
                        Some(key) => secrets.push(key),
                        // A draft may be torn: nothing is sealed with it then.
                        None if name == Name::MasterDraft => {}
                        None if bytes.is_empty() => return Err(KeyFault::Missing.into()),
                        None => return Err(KeyFault::Damaged.into()),
                    }
                }
                Master::Secrets(secrets)
            }
            Self::Credential(path) => Master::Secrets(vec![credential(path)?]),
            Self::Passphrase(text) => Master::Passphrase(checked(text)?),
        };
        Ok(Keys {
            master,
            start: None,
        })
    }

    /// A sealer for what is written from now on. A random key is written, durably, where it waits
    /// to take the place of the one that is there.
    pub(crate) fn sealer<D: Disk>(&self, disk: &D) -> Result<Sealer, VaultError> {
        match self {
            Self::File => {
                let key = SecretKey::random()?;
                disk.remove(Name::MasterDraft)?;
                disk.append(Name::MasterDraft, key.as_bytes())?;
                disk.sync(Name::MasterDraft)?;
                Ok(Sealer::plain(key))
            }
            Self::Credential(path) => Ok(Sealer::plain(credential(path)?)),
            Self::Passphrase(text) => {
                let mut salt = [0; SALT];
                random(&mut salt)?;
                let costs = [MEMORY_KIB, PASSES, LANES];
                let mut derivation: Vec<u8> =
                    costs.into_iter().flat_map(u32::to_be_bytes).collect();
                derivation.extend_from_slice(&salt);
                let key = derive(&checked(text)?, &derivation).ok_or(KeyFault::Weak)?;
                Ok(Sealer { key, derivation })
            }
        }
    }
}

/// What the master secret may be.
#[derive(Clone)]
pub(crate) enum Master {
    /// One of these.
    Secrets(Vec<SecretKey>),
    /// What follows from this, in the way that the sealed file says.
    Passphrase(Zeroizing<String>),
}

impl Master {
    /// The epoch key in an epoch file, and what sealed it.
    pub(crate) fn open(&self, file: &[u8]) -> Option<(EpochKey, Sealer)> {
        let sealers = match self {
            Self::Secrets(keys) => keys.iter().cloned().map(Sealer::plain).collect(),
            Self::Passphrase(text) => {
                let derivation = derivation(file)?.to_vec();
                let key = derive(text, &derivation)?;
                vec![Sealer { key, derivation }]
            }
        };
        sealers
            .into_iter()
            .find_map(|sealer| sealer.open(file).map(|epoch| (epoch, sealer)))
    }

    /// What seals the first epoch file of a store that had none.
    pub(crate) fn first(&self) -> Option<Sealer> {
        match self {
            Self::Secrets(keys) => keys.first().cloned().map(Sealer::plain),
            Self::Passphrase(_) => None,
        }
    }
}

impl Sealer {
    pub(crate) const fn plain(key: SecretKey) -> Self {
        Self {
            key,
            derivation: Vec::new(),
        }
    }
}

fn checked(text: &Zeroizing<String>) -> Result<Zeroizing<String>, VaultError> {
    if (PASSPHRASE_LEAST..=PASSPHRASE_MOST).contains(&text.len()) {
        Ok(text.clone())
    } else {
        Err(KeyFault::Weak.into())
    }
}

fn credential(path: &std::path::Path) -> Result<SecretKey, VaultError> {
    let bytes = read_secret(path)?;
    if bytes.len() < CREDENTIAL_LEAST {
        return Err(KeyFault::Weak.into());
    }
    let mut hasher = Sha256::new();
    hasher.update(b"kortisto master credential\0");
    hasher.update(&bytes);
    Ok(SecretKey::from_bytes(hasher.finalize().into()))
}

fn read_secret(path: &std::path::Path) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    use std::io::Read as _;
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    match std::fs::File::open(path).and_then(|file| file.take(SECRET_MOST).read_to_end(&mut bytes))
    {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(KeyFault::Missing.into()),
        Err(error) => Err(VaultError::io("read the master secret", &error)),
    }
}

/// The key that follows from a passphrase; `None` when the costs are out of bounds.
fn derive(text: &str, derivation: &[u8]) -> Option<SecretKey> {
    let derivation: &[u8; DERIVATION] = derivation.try_into().ok()?;
    let (costs, salt) = derivation.split_at_checked(DERIVATION - SALT)?;
    let mut costs = costs.chunks_exact(4).map(|part| {
        let bytes = part.try_into().unwrap_or_default();
        u32::from_be_bytes(bytes)
    });
    let (memory, passes, lanes) = (costs.next()?, costs.next()?, costs.next()?);
    if memory > MEMORY_KIB_MOST || passes > PASSES_MOST || lanes > LANES_MOST {
        return None;
    }
    let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(text.as_bytes(), salt, key.as_mut())
        .ok()?;
    Some(SecretKey::from_bytes(*key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryDisk;

    fn passphrase(text: &str) -> MasterSource {
        MasterSource::Passphrase(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
        let disk = MemoryDisk::new();
        let sealer = passphrase("kaksi kahvia kiitos").sealer(&disk).unwrap();
        let file = sealer.seal(&EpochKey::random(4).unwrap()).unwrap();
        let open = |text: &str| {
            let keys = passphrase(text).keys(&disk).unwrap();
            keys.master.open(&file).map(|(epoch, _)| epoch.number)
        };
        assert_eq!(open("kaksi kahvia kiitos"), Some(4));
        assert_eq!(open("kolme kahvia kiitos"), None);
        let short = passphrase("lyhyt").keys(&disk);
        assert_eq!(short.err(), Some(KeyFault::Weak.into()));
    }

    #[test]
    fn costs_out_of_bounds_are_refused() {
        let mut forged = [0xff; DERIVATION];
        assert!(derive("kaksi kahvia kiitos", &forged).is_none());
        forged[..12].fill(0);
        assert!(derive("kaksi kahvia kiitos", &forged).is_none());
    }

    #[test]
    fn a_credential_must_be_long_and_is_the_same_key_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(CREDENTIAL);
        let disk = MemoryDisk::new();
        let source = MasterSource::Credential(path.clone());
        assert_eq!(source.keys(&disk).err(), Some(KeyFault::Missing.into()));
        std::fs::write(&path, [7; 31]).unwrap();
        assert_eq!(source.keys(&disk).err(), Some(KeyFault::Weak.into()));
        std::fs::write(&path, [7; 32]).unwrap();
        let file = source.sealer(&disk).unwrap();
        let file = file.seal(&EpochKey::random(2).unwrap()).unwrap();
        assert!(source.keys(&disk).unwrap().master.open(&file).is_some());
    }
}
