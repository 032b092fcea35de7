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
use crate::entry::{HOUSE_KEY, Tree};
use crate::error::VaultError;
use crate::keys::{EpochKey, WRAPPED, number, place, unwrap};
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

impl<D: Disk> Vault<D> {
    /// Probes every file of the store but those in the directory of keys. Takes about a second for
    /// each GB. Changes nothing. Sync first: what is staged is not counted as in use otherwise.
    ///
    /// # Errors
    /// Failures of the disk; [`VaultError::TooLarge`] when there are more wrapped keys than memory
    /// is given for.
    pub fn remnants(&self) -> Result<Remnants, VaultError> {
        let mut probe = Probe::new(self)?;
        self.store.disk.sweep(&mut |bytes| probe.take(bytes))?;
        Ok(probe.finish())
    }

    /// Probes every file under `directory`: an image of a store, whatever it holds.
    ///
    /// # Errors
    /// As [`Vault::remnants`].
    pub fn probe_directory(&self, directory: &Path) -> Result<Remnants, VaultError> {
        let mut probe = Probe::new(self)?;
        sweep_directory(directory, None, &mut |bytes| probe.take(bytes))?;
        Ok(probe.finish())
    }

    /// Probes bytes from anywhere.
    ///
    /// # Errors
    /// As [`Vault::remnants`].
    pub fn probe_bytes(&self, bytes: &[u8]) -> Result<Remnants, VaultError> {
        let mut probe = Probe::new(self)?;
        probe.take(bytes)?;
        Ok(probe.finish())
    }
}

struct Probe<'a, D: Disk> {
    vault: &'a Vault<D>,
    /// Wrapped keys that the store uses.
    used: BTreeSet<Vec<u8>>,
    found: BTreeSet<Vec<u8>>,
}

impl<'a, D: Disk> Probe<'a, D> {
    fn new(vault: &'a Vault<D>) -> Result<Self, VaultError> {
        let mut used = BTreeSet::new();
        for tree in [Tree::Bucket, Tree::Key] {
            vault.store.each(&[tree.letter()], |_, wrapped| {
                used.insert(wrapped.to_vec());
                Ok(())
            })?;
        }
        Ok(Self {
            vault,
            used,
            found: BTreeSet::new(),
        })
    }

    /// Finds wrapped keys in a piece of a file.
    fn take(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        let starts = bytes.windows(START.len()).enumerate();
        for (at, _) in starts.filter(|(_, window)| *window == START) {
            let rest = bytes.get(at..).unwrap_or_default();
            for length in lengths(rest) {
                let Some(wrapped) = rest.get(..length) else {
                    continue;
                };
                if !self.used.contains(wrapped) {
                    self.found.insert(wrapped.to_vec());
                }
            }
        }
        if self.found.len() > FOUND_LIMIT {
            return Err(VaultError::TooLarge);
        }
        Ok(())
    }

    /// Tries what was found, from the root down, with all that opened on the way.
    fn finish(self) -> Remnants {
        let ring = &self.vault.ring;
        let tried = self.found.len() as u64;
        let mut opened = 0;
        let mut epochs = vec![ring.epoch.clone()];
        let mut buckets: BTreeMap<u8, Vec<SecretKey>> = BTreeMap::new();
        for (bucket, key) in &ring.buckets {
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
                        let epoch = ring.sealer.open(wrapped);
                        let old = epoch.filter(|epoch| epoch.number != ring.epoch.number);
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
