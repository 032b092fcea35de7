//! Reading what a record, a fact or an audit entry holds.

use std::collections::BTreeMap;

use register::id::RecordId;
use register::value::Value;

use crate::disk::Disk;
use crate::entry::{HOUSE_KEY, Place, Tree, bucket_of, record_key, record_of};
use crate::error::{Damage, KeyFault, VaultError};
use crate::keys::{EpochKey, Sealer, unwrap};
use crate::pack::unpack;
use crate::parcel;
use crate::seal::SecretKey;
use crate::store::Store;

/// The opened keys of a store, but for those of single records.
#[derive(Debug)]
pub(crate) struct Ring {
    pub(crate) sealer: Sealer,
    pub(crate) epoch: EpochKey,
    pub(crate) house: SecretKey,
    pub(crate) facts: SecretKey,
    pub(crate) audit: SecretKey,
    /// Keys of the buckets that have records.
    pub(crate) buckets: BTreeMap<u8, SecretKey>,
}

impl Ring {
    /// The ring of a store that has no records, and this house key.
    pub(crate) fn new(sealer: Sealer, epoch: EpochKey, house: SecretKey) -> Self {
        Self {
            sealer,
            epoch,
            facts: house.derive("facts"),
            audit: house.derive("audit"),
            house,
            buckets: BTreeMap::new(),
        }
    }

    /// The ring of a store that is under this epoch key.
    pub(crate) fn open<D: Disk>(
        store: &Store<D>,
        sealer: Sealer,
        epoch: EpochKey,
    ) -> Result<Self, VaultError> {
        let house = store
            .get(HOUSE_KEY)?
            .and_then(|wrapped| epoch.unwrap(HOUSE_KEY, &wrapped))
            .ok_or(VaultError::Keys(KeyFault::Foreign))?;
        let mut ring = Self::new(sealer, epoch, house);
        let Ring { epoch, buckets, .. } = &mut ring;
        store.each(&[Tree::Bucket.letter()], |place, wrapped| {
            let [_, bucket] = place[..] else {
                return Err(Damage::Seal.into());
            };
            let key = epoch.unwrap(&place, &wrapped).ok_or(Damage::Seal)?;
            buckets.insert(bucket, key);
            Ok(())
        })?;
        Ok(ring)
    }

    /// The data key that is wrapped at `place`.
    pub(crate) fn data_key(&self, place: &[u8], wrapped: &[u8]) -> Option<SecretKey> {
        let bucket = bucket_of(record_of(place)?);
        unwrap(
            self.buckets.get(&bucket)?,
            u64::from(bucket),
            place,
            wrapped,
        )
    }

    /// The data key of a record; `None` when there is no such record.
    pub(crate) fn record<D: Disk>(
        &self,
        store: &Store<D>,
        record: RecordId,
    ) -> Result<Option<SecretKey>, VaultError> {
        let place = record_key(record);
        match store.get(&place)? {
            None => Ok(None),
            Some(wrapped) => match self.data_key(&place, &wrapped) {
                Some(key) => Ok(Some(key)),
                None => Err(Damage::Seal.into()),
            },
        }
    }
}

/// How many parts a record's document and values have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Header {
    pub(crate) document: u16,
    pub(crate) values: u16,
}

impl Header {
    const VERSION: u8 = 1;

    pub(crate) fn encode(self) -> [u8; 5] {
        let [a, b] = self.document.to_be_bytes();
        let [c, d] = self.values.to_be_bytes();
        [Self::VERSION, a, b, c, d]
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        match bytes {
            [Self::VERSION, a, b, c, d] => Ok(Self {
                document: u16::from_be_bytes([*a, *b]),
                values: u16::from_be_bytes([*c, *d]),
            }),
            _ => Err(Damage::Seal),
        }
    }
}

/// A record whose data key is at hand.
#[derive(Debug)]
pub(crate) struct Opened<'a, D> {
    pub(crate) store: &'a Store<D>,
    pub(crate) record: RecordId,
    pub(crate) key: SecretKey,
}

impl<'a, D: Disk> Opened<'a, D> {
    /// Opens a record; `None` when there is no such record.
    pub(crate) fn new(
        store: &'a Store<D>,
        ring: &Ring,
        record: RecordId,
    ) -> Result<Option<Self>, VaultError> {
        Ok(ring
            .record(store, record)?
            .map(|key| Self { store, record, key }))
    }

    pub(crate) fn header(&self) -> Result<Header, VaultError> {
        let place = Place::record(Tree::Header, self.record, 0);
        if self.store.get(&place.chunk(0))?.is_none() {
            return Ok(Header::default());
        }
        Ok(Header::decode(&self.open(&place)?)?)
    }

    pub(crate) fn document(&self, header: Header) -> Result<Option<Vec<u8>>, VaultError> {
        if header.document == 0 {
            return Ok(None);
        }
        let mut whole = Vec::new();
        for part in 0..header.document {
            let bytes = self.open(&Place::record(Tree::Document, self.record, part))?;
            whole.extend_from_slice(&bytes);
        }
        Ok(Some(whole))
    }

    pub(crate) fn values(&self, header: Header) -> Result<Vec<Value>, VaultError> {
        let mut values = Vec::new();
        for part in 0..header.values {
            let packed = self.open(&Place::record(Tree::Values, self.record, part))?;
            unpack(self.record, &packed, &mut values)?;
        }
        Ok(values)
    }

    fn open(&self, place: &Place) -> Result<Vec<u8>, VaultError> {
        parcel::open(&self.key, place, |name| self.store.get(name))
    }
}
