//! Rotation: what was forgotten is made unreadable in every image of the store.
//!
//! The first group of a sync that forgets a record, and all groups after it, become one frame, so
//! that a torn append has all of it or nothing. When it is synced:
//!
//! 1. the buckets that lost a record get new keys, which wrap the data keys of the survivors;
//!    every bucket key and the house key are wrapped by a new epoch key; these entries join the frame;
//! 2. the new epoch key is durable beside the old one;
//! 3. the journal is appended and synced, with the frame in it;
//! 4. the new epoch key's file takes the place of the old one's, atomically and durably.
//!
//! Opening finishes what was begun: the entries of the store name the epoch that holds, and the
//! other key goes. An image of everything but the keys from before 4 is of an epoch whose key is
//! nowhere. An image that holds the old key file too does open: this is the limit.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use crate::checkpoint::Point;
use crate::disk::{Bytes, Disk, Name, Op};
use crate::draft::effective;
use crate::entry::{HOUSE_KEY, bucket_key, bucket_prefix, record_of};
use crate::error::{Damage, KeyFault, VaultError};
use crate::frame::{BODY_LIMIT, encode};
use crate::keys::{EpochKey, Keys, Sealer, number, wrap};
use crate::master::MasterSource;
use crate::record::Ring;
use crate::seal::SecretKey;
use crate::store::Store;
use crate::vault::Vault;

/// No key file is longer, in bytes.
const KEY_FILE_LIMIT: usize = 1024;

/// The groups since one that forgot a record, on their way into one frame.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    ops: BTreeMap<Vec<u8>, Option<Bytes>>,
    weight: usize,
    /// Buckets that get new keys.
    buckets: BTreeSet<u8>,
    /// What seals the epoch file from now on, when that changes.
    sealer: Option<Sealer>,
}

impl Pending {
    /// Takes a group.
    pub(crate) fn take(&mut self, ops: Vec<Op>, buckets: BTreeSet<u8>) -> Result<(), VaultError> {
        self.weight += ops.iter().map(Op::weight).sum::<usize>();
        if self.weight > BODY_LIMIT / 2 {
            return Err(VaultError::TooLarge);
        }
        self.ops
            .extend(ops.into_iter().map(|op| (op.key, op.value)));
        self.buckets.extend(buckets);
        Ok(())
    }
}

/// A rotation whose frame is not yet durable.
#[derive(Debug)]
pub(crate) struct Turnover {
    ring: Ring,
    new_master: bool,
}

impl<D: Disk> Vault<D> {
    /// Makes every key above the data keys anew and destroys the old ones, and syncs what is staged.
    ///
    /// # Errors
    /// As [`Vault::sync`].
    pub fn rotate_keys(&mut self) -> Result<(), VaultError> {
        self.guarded(|vault| vault.rotate(0..=u8::MAX, None))
    }

    /// As [`Vault::rotate_keys`], for the records whose ids begin with these bytes: for a store
    /// that others wait for, to be called for one range after another. The epoch key is made anew each time.
    ///
    /// # Errors
    /// As [`Vault::sync`].
    pub fn rotate_buckets(&mut self, buckets: RangeInclusive<u8>) -> Result<(), VaultError> {
        self.guarded(|vault| vault.rotate(buckets, None))
    }

    /// As [`Vault::rotate_keys`], with another master secret: the old one opens nothing any more.
    ///
    /// # Errors
    /// As [`Vault::sync`], and [`VaultError::Keys`] when the new secret can't be used; then nothing
    /// was changed.
    pub fn rotate_master(&mut self, source: &MasterSource) -> Result<(), VaultError> {
        let sealer = source.sealer(&self.store.disk)?;
        self.guarded(|vault| vault.rotate(0..=u8::MAX, Some(sealer)))
    }

    fn rotate(
        &mut self,
        buckets: RangeInclusive<u8>,
        sealer: Option<Sealer>,
    ) -> Result<(), VaultError> {
        let held = self.ring.buckets.range(buckets);
        let buckets: Vec<u8> = held.map(|(bucket, _)| *bucket).collect();
        if self.pending.is_none() {
            self.tip.frame += 1;
        }
        let pending = self.pending.get_or_insert_default();
        pending.buckets.extend(buckets);
        pending.sealer = sealer;
        self.chores.forgot(self.tip.frame);
        self.sync_staged()
    }

    /// Makes the frame of what is pending, under new keys, the first of which is durable on return.
    pub(crate) fn turn_over(&mut self, mut pending: Pending) -> Result<Turnover, VaultError> {
        let next = EpochKey::random(self.ring.epoch.number + 1)?;
        let new_master = pending.sealer.is_some();
        let sealer = pending.sealer.take();
        let sealer = sealer.unwrap_or_else(|| self.ring.sealer.clone());
        let mut ring = Ring::new(sealer, next, self.ring.house.clone());
        let ops = self.rewrap(&mut ring, &pending.buckets)?;
        let mut manifest = self.tip.manifest;
        let counts = &mut self.chores.counts;
        let ops = effective(&self.store, ops, &mut manifest, |key, old, new| {
            counts.changed(key, old, new);
        })?;
        let point = Point {
            frame: self.tip.frame,
            manifest,
        };
        self.store.absorb(point.frame, &ops);
        pending
            .ops
            .extend(ops.into_iter().map(|op| (op.key, op.value)));
        let ops: Vec<Op> = pending
            .ops
            .into_iter()
            .map(|(key, value)| Op { key, value })
            .collect();
        let first = self.durable.frame + 1;
        if !encode(point.frame, first, &manifest, &ops, &mut self.frames) {
            return Err(VaultError::TooLarge);
        }
        self.staged.push((point, ops));
        self.tip = point;
        write(
            &self.store.disk,
            Name::EpochDraft,
            &ring.sealer.seal(&ring.epoch)?,
        )?;
        Ok(Turnover { ring, new_master })
    }

    /// The frame is durable: the old epoch key goes.
    pub(crate) fn adopt_keys(&mut self, turnover: Turnover) -> Result<(), VaultError> {
        let disk = &self.store.disk;
        disk.rename(Name::EpochDraft, Name::Epoch)?;
        if turnover.new_master {
            settle_master(disk, &turnover.ring.sealer)?;
        }
        self.ring = turnover.ring;
        Ok(())
    }

    /// The entries that wrap everything under the epoch key of `ring`, whose buckets it fills.
    fn rewrap(
        &self,
        ring: &mut Ring,
        buckets: &BTreeSet<u8>,
    ) -> Result<BTreeMap<Vec<u8>, Option<Bytes>>, VaultError> {
        let mut ops = BTreeMap::new();
        let house = ring.epoch.wrap(HOUSE_KEY, &ring.house)?;
        ops.insert(HOUSE_KEY.to_vec(), Some(Bytes::from(house)));
        for (bucket, key) in &self.ring.buckets {
            let place = bucket_key(*bucket);
            let key = if buckets.contains(bucket) {
                let fresh = SecretKey::random()?;
                if self.rewrap_bucket(*bucket, &fresh, &mut ops)? == 0 {
                    ops.insert(place, None);
                    continue;
                }
                fresh
            } else {
                key.clone()
            };
            let wrapped = ring.epoch.wrap(&place, &key)?;
            ops.insert(place, Some(Bytes::from(wrapped)));
            ring.buckets.insert(*bucket, key);
        }
        Ok(ops)
    }

    /// Wraps the data keys of a bucket with a new key; how many there are.
    fn rewrap_bucket(
        &self,
        bucket: u8,
        fresh: &SecretKey,
        ops: &mut BTreeMap<Vec<u8>, Option<Bytes>>,
    ) -> Result<usize, VaultError> {
        let mut records = 0;
        self.store.each(&bucket_prefix(bucket), |place, wrapped| {
            if record_of(&place).is_none() {
                return Ok(());
            }
            records += 1;
            match self.ring.data_key(&place, &wrapped) {
                Some(key) => {
                    let wrapped = wrap(fresh, u64::from(bucket), &place, &key)?;
                    ops.insert(place, Some(Bytes::from(wrapped)));
                    Ok(())
                }
                // Checkpoint and journal don't have it any better: it is no survivor.
                None if self.chores.keep_aside => Ok(()),
                None => {
                    self.store.disk.tree_condemn()?;
                    Err(Damage::Tree.into())
                }
            }
        })?;
        Ok(records)
    }
}

/// What a store was found to be under.
#[derive(Debug)]
pub(crate) enum Unlocked {
    /// It opens.
    Ring(Box<Ring>),
    /// It holds nothing: this is to be its first epoch.
    Blank(Sealer, EpochKey),
}

/// Opens the keys of a store. A rotation that was under way is finished or undone.
pub(crate) fn unlock<D: Disk>(store: &Store<D>, keys: &Keys) -> Result<Unlocked, VaultError> {
    let disk = &store.disk;
    let house = store.get(HOUSE_KEY)?;
    let named = house.as_deref().and_then(number);
    let draft = disk.read(Name::EpochDraft, 0, KEY_FILE_LIMIT)?;
    let next = keys.master.open(&draft);
    if let Some((epoch, sealer)) = next.filter(|(epoch, _)| Some(epoch.number) == named) {
        let ring = Ring::open(store, sealer, epoch)?;
        disk.rename(Name::EpochDraft, Name::Epoch)?;
        settle_master(disk, &ring.sealer)?;
        return Ok(Unlocked::Ring(Box::new(ring)));
    }
    let file = disk.read(Name::Epoch, 0, KEY_FILE_LIMIT)?;
    let (epoch, sealer) = if file.is_empty() {
        let start = keys.start.clone().zip(keys.master.first());
        start.ok_or(KeyFault::Missing)?
    } else {
        keys.master.open(&file).ok_or(KeyFault::Damaged)?
    };
    if house.is_none() {
        disk.remove(Name::EpochDraft)?;
        return Ok(Unlocked::Blank(sealer, epoch));
    }
    match named {
        Some(named) if named < epoch.number => return Err(KeyFault::Replaced.into()),
        Some(named) if named == epoch.number => {}
        _ => return Err(KeyFault::Foreign.into()),
    }
    let ring = Ring::open(store, sealer, epoch)?;
    disk.remove(Name::EpochDraft)?;
    settle_master(disk, &ring.sealer)?;
    Ok(Unlocked::Ring(Box::new(ring)))
}

/// Writes the key files of a new store.
pub(crate) fn establish<D: Disk>(
    disk: &D,
    source: &MasterSource,
    epoch: &EpochKey,
) -> Result<(), VaultError> {
    let sealer = source.sealer(disk)?;
    write(disk, Name::Epoch, &sealer.seal(epoch)?)?;
    settle_master(disk, &sealer)
}

/// The master key that sealed the epoch file stays, in its place, and any other goes.
fn settle_master<D: Disk>(disk: &D, sealer: &Sealer) -> Result<(), VaultError> {
    let holds = |name| -> Result<bool, VaultError> {
        let bytes = zeroize::Zeroizing::new(disk.read(name, 0, KEY_FILE_LIMIT)?);
        Ok(bytes.as_slice() == sealer.key.as_bytes())
    };
    if holds(Name::MasterDraft)? {
        return disk.rename(Name::MasterDraft, Name::Master);
    }
    disk.remove(Name::MasterDraft)?;
    if !holds(Name::Master)? {
        disk.remove(Name::Master)?;
    }
    Ok(())
}

fn write<D: Disk>(disk: &D, name: Name, bytes: &[u8]) -> Result<(), VaultError> {
    disk.remove(name)?;
    disk.append(name, bytes)?;
    disk.sync(name)
}
