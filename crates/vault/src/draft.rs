//! Turning a group of writes into sealed, absolute operations.

use std::collections::{BTreeMap, BTreeSet};

use register::id::RecordId;
use register::replica::Write;
use register::value::Value;

use crate::disk::{Bytes, Disk, Op};
use crate::entry::{
    Place, Tree, after, bucket_key, bucket_of, ledger_key, record_key, record_prefix,
};
use crate::error::VaultError;
use crate::holdings::{each_parcel, open};
use crate::keys::wrap;
use crate::manifest::Manifest;
use crate::pack::Packer;
use crate::parcel;
use crate::record::{Header, Opened, Ring};
use crate::seal::SecretKey;
use crate::store::Store;

/// A group on its way to a frame.
pub(crate) struct Draft<'a, D> {
    store: &'a Store<D>,
    ring: &'a Ring,
    packer: &'a mut Packer,
    ops: BTreeMap<Vec<u8>, Option<Bytes>>,
    /// Records that the group touches.
    records: BTreeMap<RecordId, Touched>,
    /// New ledger entries, for the ledger file.
    pub(crate) ledger: Vec<Vec<u8>>,
    /// Keys of buckets that had no record.
    pub(crate) buckets: BTreeMap<u8, SecretKey>,
    /// Buckets of which a record's key must be destroyed.
    pub(crate) forgotten: BTreeSet<u8>,
}

struct Touched {
    key: SecretKey,
    header: Header,
    dirty: bool,
}

impl<'a, D: Disk> Draft<'a, D> {
    pub(crate) const fn new(store: &'a Store<D>, ring: &'a Ring, packer: &'a mut Packer) -> Self {
        Self {
            store,
            ring,
            packer,
            ops: BTreeMap::new(),
            records: BTreeMap::new(),
            ledger: Vec::new(),
            buckets: BTreeMap::new(),
            forgotten: BTreeSet::new(),
        }
    }

    /// Takes one write.
    pub(crate) fn write(&mut self, write: &Write) -> Result<(), VaultError> {
        match write {
            Write::Document(record, bytes) => {
                self.clear(Tree::Document, *record)?;
                self.put_document(*record, bytes)
            }
            Write::Changes(record, bytes) => self.put_document(*record, bytes),
            Write::Values(record, values) => {
                self.clear(Tree::Values, *record)?;
                self.put_values(*record, values)
            }
            Write::MoreValues(record, values) => self.put_values(*record, values),
            Write::Index(record, bytes) => self.put_index(*record, bytes),
            Write::Forget(record) => self.forget(*record),
            Write::Rekey(record) => self.rekey(*record),
            Write::Fact(name, bytes) => self.put_fact(name, bytes.as_deref()),
            Write::Ledger(entry) => self.put_ledger(entry),
            Write::Audit(log, sequence, bytes) => {
                let place = Place::audit(*log, *sequence);
                match bytes {
                    Some(bytes) => {
                        let sealed = parcel::seal(&self.ring.audit, &place, bytes)?;
                        self.put(sealed);
                        Ok(())
                    }
                    None => self.remove(place.prefix()),
                }
            }
            Write::Reason(record, log, sequence, bytes) => {
                let place = Place::reason(*record, *log, *sequence);
                self.put_reason(*record, &place, bytes.as_deref())
            }
        }
    }

    /// The operations of the whole group in the order of their keys, and the manifest after them.
    /// `each` is told of every change: key, old and new value.
    pub(crate) fn finish(
        mut self,
        manifest: &mut Manifest,
        each: impl FnMut(&[u8], Option<&[u8]>, Option<&[u8]>),
    ) -> Result<Vec<Op>, VaultError> {
        for (record, touched) in core::mem::take(&mut self.records) {
            if touched.dirty {
                let place = Place::record(Tree::Header, record, 0);
                let sealed = parcel::seal(&touched.key, &place, &touched.header.encode())?;
                self.put(sealed);
            }
        }
        effective(self.store, self.ops, manifest, each)
    }

    fn put_document(&mut self, record: RecordId, bytes: &[u8]) -> Result<(), VaultError> {
        let touched = self.touch(record)?;
        let part = touched.header.document;
        touched.header.document = part.checked_add(1).ok_or(VaultError::TooLarge)?;
        touched.dirty = true;
        let place = Place::record(Tree::Document, record, part);
        let sealed = parcel::seal(&touched.key, &place, bytes)?;
        self.put(sealed);
        Ok(())
    }

    fn put_values(&mut self, record: RecordId, values: &[Value]) -> Result<(), VaultError> {
        let packed = self.packer.pack(values)?;
        let touched = self.touch(record)?;
        let part = touched.header.values;
        touched.header.values = part.checked_add(1).ok_or(VaultError::TooLarge)?;
        touched.dirty = true;
        let place = Place::record(Tree::Values, record, part);
        let sealed = parcel::seal(&touched.key, &place, &packed)?;
        self.put(sealed);
        Ok(())
    }

    fn put_index(&mut self, record: RecordId, bytes: &[u8]) -> Result<(), VaultError> {
        let place = Place::record(Tree::Index, record, 0);
        let sealed = parcel::seal(&self.touch(record)?.key, &place, bytes)?;
        self.remove(place.prefix())?;
        self.put(sealed);
        Ok(())
    }

    fn put_fact(&mut self, name: &str, bytes: Option<&[u8]>) -> Result<(), VaultError> {
        let place = Place::fact(name)?;
        self.remove(place.prefix())?;
        if let Some(bytes) = bytes {
            let sealed = parcel::seal(&self.ring.facts, &place, bytes)?;
            self.put(sealed);
        }
        Ok(())
    }

    fn put_reason(
        &mut self,
        record: Option<RecordId>,
        place: &Place,
        bytes: Option<&[u8]>,
    ) -> Result<(), VaultError> {
        let Some(bytes) = bytes else {
            return self.remove(place.prefix());
        };
        let sealed = match record {
            Some(record) => parcel::seal(&self.touch(record)?.key, place, bytes)?,
            None => parcel::seal(&self.ring.audit, place, bytes)?,
        };
        self.put(sealed);
        Ok(())
    }

    /// The writes that follow make a new key, under which reasons about the record are sealed anew.
    fn rekey(&mut self, record: RecordId) -> Result<(), VaultError> {
        let mut kept = Vec::new();
        if let Some(opened) = Opened::new(self.store, self.ring, record)? {
            let prefix = record_prefix(Tree::Reason, record);
            each_parcel(self.store, &prefix, |place, chunks| {
                // One that doesn't open is as good as gone; a check names it before.
                if let Ok(bytes) = open(&opened.key, &place, chunks) {
                    kept.push((place, bytes));
                }
                Ok(())
            })?;
        }
        self.forget(record)?;
        for (place, bytes) in kept {
            self.put_reason(Some(record), &place, Some(&bytes))?;
        }
        Ok(())
    }

    fn put_ledger(&mut self, entry: &[u8]) -> Result<(), VaultError> {
        let key = ledger_key(entry);
        if self.get(&key)?.is_none() {
            self.ops.insert(key, Some(Bytes::from(entry)));
            self.ledger.push(entry.to_vec());
        }
        Ok(())
    }

    fn forget(&mut self, record: RecordId) -> Result<(), VaultError> {
        self.records.remove(&record);
        if self.get(&record_key(record))?.is_some() {
            self.forgotten.insert(bucket_of(record));
        }
        for tree in [
            Tree::Key,
            Tree::Document,
            Tree::Header,
            Tree::Index,
            Tree::Reason,
            Tree::Values,
        ] {
            self.remove(&record_prefix(tree, record))?;
        }
        Ok(())
    }

    /// Removes every part that the record has in `tree`.
    fn clear(&mut self, tree: Tree, record: RecordId) -> Result<(), VaultError> {
        let touched = self.touch(record)?;
        let parts = match tree {
            Tree::Values => &mut touched.header.values,
            _ => &mut touched.header.document,
        };
        if core::mem::take(parts) == 0 {
            return Ok(());
        }
        self.remove(&record_prefix(tree, record))
    }

    /// The record's key and header; a record that is not there gets a new key.
    fn touch(&mut self, record: RecordId) -> Result<&mut Touched, VaultError> {
        if !self.records.contains_key(&record) {
            let place = record_key(record);
            let there = self.get(&place)?.is_some();
            let touched = match Opened::new(self.store, self.ring, record)?.filter(|_| there) {
                Some(opened) => Touched {
                    header: opened.header()?,
                    key: opened.key,
                    dirty: false,
                },
                None => {
                    let key = SecretKey::random()?;
                    let bucket = bucket_of(record);
                    let with = self.bucket(bucket)?;
                    let wrapped = wrap(&with, u64::from(bucket), &place, &key)?;
                    self.ops.insert(place, Some(Bytes::from(wrapped)));
                    Touched {
                        key,
                        header: Header::default(),
                        dirty: true,
                    }
                }
            };
            self.records.insert(record, touched);
        }
        self.records.get_mut(&record).ok_or(VaultError::Stopped)
    }

    /// The key of a bucket; one that has no record gets a new key.
    fn bucket(&mut self, bucket: u8) -> Result<SecretKey, VaultError> {
        let held = self.ring.buckets.get(&bucket);
        if let Some(key) = held.or_else(|| self.buckets.get(&bucket)) {
            return Ok(key.clone());
        }
        let key = SecretKey::random()?;
        let place = bucket_key(bucket);
        let wrapped = self.ring.epoch.wrap(&place, &key)?;
        self.ops.insert(place, Some(Bytes::from(wrapped)));
        self.buckets.insert(bucket, key.clone());
        Ok(key)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError> {
        match self.ops.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.store.get(key),
        }
    }

    fn put(&mut self, sealed: Vec<(Vec<u8>, Bytes)>) {
        self.ops
            .extend(sealed.into_iter().map(|(key, value)| (key, Some(value))));
    }

    /// Removes everything whose key begins with `prefix`, stored or of this group.
    fn remove(&mut self, prefix: &[u8]) -> Result<(), VaultError> {
        let until = after(prefix);
        for (_, value) in self.ops.range_mut(prefix.to_vec()..until) {
            *value = None;
        }
        let ops = &mut self.ops;
        self.store.each(prefix, |key, _| {
            ops.insert(key, None);
            Ok(())
        })
    }
}

/// Those of `ops` that change something, in the order of their keys; the manifest follows, and
/// `each` is told: key, old and new value.
pub(crate) fn effective<D: Disk>(
    store: &Store<D>,
    ops: BTreeMap<Vec<u8>, Option<Bytes>>,
    manifest: &mut Manifest,
    mut each: impl FnMut(&[u8], Option<&[u8]>, Option<&[u8]>),
) -> Result<Vec<Op>, VaultError> {
    let mut changes = Vec::with_capacity(ops.len());
    for (key, value) in ops {
        let old = store.get(&key)?;
        if old == value {
            continue;
        }
        each(&key, old.as_deref(), value.as_deref());
        if let Some(old) = old {
            manifest.subtract(&key, &old);
        }
        if let Some(value) = &value {
            manifest.add(&key, value);
        }
        changes.push(Op { key, value });
    }
    Ok(changes)
}
