//! Proof: every wrapped key that lies in any file is tried with the keys of now.
//!
//! Whatever is stored of a record is under its data key, and data keys are nowhere but wrapped. A
//! wrapped key says in the clear what it is, so it is found wherever it lies: in journal segments
//! and checkpoints, old and set aside, between the pages of the working store, in a copy that
//! somebody left. Those that the store still uses are left out; none of the others may open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use register::id::RecordId;

use crate::disk::{Disk, sweep_directory};
use crate::entry::{HOUSE_KEY, Tree, after, record_prefix};
use crate::error::VaultError;
use crate::keys::{EpochKey, Sealer, WRAPPED, number, place, unwrap};
use crate::seal::SecretKey;
use crate::vault::Vault;

/// What every wrapped key begins with: its version, and the high bytes of a number below 2^24.
const START: [u8; 6] = [2, 0, 0, 0, 0, 0];
/// No wrapped key is longer, in bytes: that of an epoch file under a passphrase.
const LONGEST: usize = WRAPPED + 64;
/// Pieces of a file overlap by so many bytes, so that no wrapped key is cut in two.
pub(crate) const OVERLAP: usize = LONGEST;
/// No more wrapped keys than this are held in memory: many times what a store has.
const FOUND_LIMIT: usize = 4_000_000;

/// What a probe found. Holds no personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Remnants {
    /// How many wrapped keys were found that the store no longer uses.
    pub tried: u64,
    /// How many of them open, with the keys of now or with others that opened: must be 0.
    pub opened: u64,
    /// How many of them don't.
    pub unopenable: u64,
}

/// How many candidates [`Vault::sift`] takes at a time: some milliseconds.
const SIFTED: usize = 1_000;

impl<D: Disk> Vault<D> {
    /// Probes every file of the store but those in the directory of keys. Takes about a second for
    /// each GB. Changes nothing. Sync first: keys that a staged group replaces are found, and open.
    ///
    /// Where others wait meanwhile: [`Vault::sweep`], [`Vault::sift`] and [`Vault::trial`] are the same
    /// in parts, of which only the middle one needs the vault.
    ///
    /// # Errors
    /// Failures of the disk; [`VaultError::TooLarge`] when there are more wrapped keys than memory
    /// is given for.
    pub fn remnants(&self) -> Result<Remnants, VaultError> {
        self.try_all(self.sweep().run()?)
    }

    /// Probes every file under `directory`: an image of a store, whatever it holds.
    ///
    /// # Errors
    /// As [`Vault::remnants`].
    pub fn probe_directory(&self, directory: &Path) -> Result<Remnants, VaultError> {
        let mut found = Found::default();
        sweep_directory(directory, None, &mut |bytes| found.take(bytes))?;
        self.try_all(found)
    }

    /// Probes bytes from anywhere.
    ///
    /// # Errors
    /// As [`Vault::remnants`].
    pub fn probe_bytes(&self, bytes: &[u8]) -> Result<Remnants, VaultError> {
        let mut found = Found::default();
        found.take(bytes)?;
        self.try_all(found)
    }

    /// What reads every file of the store but those in the directory of keys, on any thread.
    pub fn sweep(&self) -> Sweep<D> {
        Sweep(self.store.disk.clone())
    }

    /// Leaves out what the store uses now, a thousand at a time. True when all are sifted.
    ///
    /// # Errors
    /// Failures of the disk.
    pub fn sift(&self, found: &mut Found) -> Result<bool, VaultError> {
        for _ in 0..SIFTED {
            let Some(wrapped) = found.candidates.pop_first() else {
                return Ok(true);
            };
            let used = match place(&wrapped) {
                Some(place) => self.store.get(place)?,
                None => None,
            };
            if used.as_deref() != Some(wrapped.as_slice()) {
                found.unused.push(wrapped);
            }
        }
        Ok(false)
    }

    /// What tries the keys that were sifted out with the keys of now, on any thread.
    #[must_use]
    pub fn trial(&self, found: Found) -> Trial {
        Trial {
            sealer: self.ring.sealer.clone(),
            epoch: self.ring.epoch.clone(),
            buckets: self.ring.buckets.clone(),
            found: found.unused,
        }
    }

    /// Whether anything at all is stored of a record.
    ///
    /// # Errors
    /// Failures of the disk.
    pub fn holds(&self, record: RecordId) -> Result<bool, VaultError> {
        let trees = [
            Tree::Key,
            Tree::Header,
            Tree::Document,
            Tree::Values,
            Tree::Index,
        ];
        for tree in trees {
            let prefix = record_prefix(tree, record);
            let first = self.store.stretch(&prefix, &after(&prefix), 1)?;
            if !first.entries.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn try_all(&self, mut found: Found) -> Result<Remnants, VaultError> {
        while !self.sift(&mut found)? {}
        Ok(self.trial(found).run())
    }
}

/// Reads every file of a store, and holds its lock meanwhile.
#[derive(Debug)]
pub struct Sweep<D>(D);

impl<D: Disk> Sweep<D> {
    /// Takes about a second for each GB.
    ///
    /// # Errors
    /// As [`Vault::remnants`].
    pub fn run(self) -> Result<Found, VaultError> {
        let mut found = Found::default();
        self.0.sweep(&mut |bytes| found.take(bytes))?;
        Ok(found)
    }
}

/// Wrapped keys from files.
#[derive(Default)]
pub struct Found {
    candidates: BTreeSet<Vec<u8>>,
    /// Those that the store does not use.
    unused: Vec<Vec<u8>>,
}

impl core::fmt::Debug for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Found({}, {})", self.candidates.len(), self.unused.len())
    }
}

impl Found {
    /// Finds wrapped keys in a piece of a file.
    fn take(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        let starts = bytes.windows(START.len()).enumerate();
        for (at, _) in starts.filter(|(_, window)| *window == START) {
            let rest = bytes.get(at..).unwrap_or_default();
            for length in lengths(rest) {
                if let Some(wrapped) = rest.get(..length) {
                    self.candidates.insert(wrapped.to_vec());
                }
            }
        }
        if self.candidates.len() > FOUND_LIMIT {
            return Err(VaultError::TooLarge);
        }
        Ok(())
    }
}

/// Keys that nothing uses any more, and the keys of now to try them with.
#[derive(Debug)]
pub struct Trial {
    sealer: Sealer,
    epoch: EpochKey,
    buckets: BTreeMap<u8, SecretKey>,
    found: Vec<Vec<u8>>,
}

impl Trial {
    /// Tries what was found, from the root down, with all that opened on the way.
    #[must_use]
    pub fn run(self) -> Remnants {
        let tried = self.found.len() as u64;
        let mut opened = 0;
        let mut epochs = vec![self.epoch.clone()];
        let mut buckets: BTreeMap<u8, Vec<SecretKey>> = BTreeMap::new();
        for (bucket, key) in &self.buckets {
            buckets.entry(*bucket).or_default().push(key.clone());
        }
        // Each kind is under the one before it.
        for kind in [Kind::Epoch, Kind::Inner, Kind::Data] {
            for wrapped in &self.found {
                let Some(place) = place(wrapped) else {
                    continue;
                };
                if Kind::of(place) != kind {
                    continue;
                }
                let opens = match kind {
                    Kind::Epoch => {
                        let epoch = self.sealer.open(wrapped);
                        let old = epoch.filter(|epoch| epoch.number != self.epoch.number);
                        old.map(|epoch| epochs.push(epoch)).is_some()
                    }
                    Kind::Inner => match open_any(&epochs, place, wrapped) {
                        Some(key) => {
                            if let [_, bucket] = *place {
                                buckets.entry(bucket).or_default().push(key);
                            }
                            true
                        }
                        None => false,
                    },
                    Kind::Data => opens_with(&buckets, place, wrapped),
                };
                opened += u64::from(opens);
            }
        }
        Remnants {
            tried,
            opened,
            unopenable: tried - opened,
        }
    }
}

fn open_any(epochs: &[EpochKey], place: &[u8], wrapped: &[u8]) -> Option<SecretKey> {
    epochs.iter().find_map(|epoch| epoch.unwrap(place, wrapped))
}

fn opens_with(buckets: &BTreeMap<u8, Vec<SecretKey>>, place: &[u8], wrapped: &[u8]) -> bool {
    let bucket = number(wrapped).and_then(|number| u8::try_from(number).ok());
    let keys = bucket.and_then(|bucket| buckets.get(&bucket).map(|keys| (bucket, keys)));
    keys.is_some_and(|(bucket, keys)| {
        keys.iter()
            .any(|key| unwrap(key, u64::from(bucket), place, wrapped).is_some())
    })
}

/// What a wrapped key is, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The content of an epoch file.
    Epoch,
    /// A house or bucket key.
    Inner,
    /// The data key of a record.
    Data,
}

impl Kind {
    fn of(place: &[u8]) -> Self {
        match place {
            [b'e', ..] => Self::Epoch,
            [b'k', ..] if place != HOUSE_KEY => Self::Data,
            _ => Self::Inner,
        }
    }
}

/// How long the wrapped key at the start of `bytes` may be.
fn lengths(bytes: &[u8]) -> Vec<usize> {
    let Some(rest) = place(bytes) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    if rest.starts_with(&[Tree::Bucket.letter()]) {
        places.push(2);
    }
    if rest.starts_with(HOUSE_KEY) {
        places.push(HOUSE_KEY.len());
    }
    if rest.starts_with(b"epoch") {
        places.extend([5, 5 + crate::master::DERIVATION]);
    }
    if let [b'k', bucket, ..] = rest
        && number(bytes) == Some(u64::from(*bucket))
    {
        places.push(1 + RecordId::BYTES);
    }
    places.into_iter().map(|place| WRAPPED + place).collect()
}
