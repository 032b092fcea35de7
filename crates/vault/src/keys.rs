//! Keys: a tree, of which only the root and what seals it lie outside the store.
//!
//! | key | wraps | lies |
//! |---|---|---|
//! | master | the epoch key | outside: see [`crate::MasterSource`] |
//! | epoch key | house key and bucket keys | `keys/epoch` |
//! | house key | facts and audit entries, by keys that follow from it | in the store |
//! | bucket key | data keys of the records whose id begins with its byte | in the store |
//! | data key | everything of one record | in the store |
//!
//! To forget a record for good, whatever image of the store anybody kept, the keys above its data
//! key are made anew and the old epoch key is destroyed (`rotation`). With 256 buckets that costs
//! 256 wraps and one for each other record of the bucket: at 100,000 records about 650, where a
//! flat tree took 100,000. The best number is the square root of the number of records, and 256 is
//! near it for every register that we expect; and ids are random, so their first byte fills the
//! buckets evenly and keeps the wrapped keys of one bucket side by side.

use zeroize::{Zeroize, Zeroizing};

use crate::error::VaultError;
use crate::master::Master;
use crate::seal::{NONCE, SecretKey, TAG, random};

/// Form of wrapped keys and of the epoch file.
const VERSION: u8 = 2;
/// Version, number, nonce, sealed key; the place follows.
pub(crate) const WRAPPED: usize = 1 + 8 + NONCE + 32 + TAG;
/// The place that an epoch key is bound to.
const EPOCH_PLACE: &[u8] = b"epoch";

/// The root of the keys in a store: all that a key file or a backup has to hold.
#[derive(Clone)]
pub(crate) struct EpochKey {
    /// Counts up with each rotation.
    pub(crate) number: u64,
    key: SecretKey,
}

impl core::fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "EpochKey({}, redacted)", self.number)
    }
}

impl EpochKey {
    pub(crate) fn random(number: u64) -> Result<Self, VaultError> {
        let key = SecretKey::random()?;
        Ok(Self { number, key })
    }

    /// The epoch key that a backup held.
    pub(crate) const fn of_backup(number: u64, key: SecretKey) -> Self {
        Self { number, key }
    }

    /// Its bytes, for a backup.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The sealed form of a key, bound to the entry it is stored at.
    pub(crate) fn wrap(&self, place: &[u8], key: &SecretKey) -> Result<Vec<u8>, VaultError> {
        wrap(&self.key.derive("wrap"), self.number, place, key)
    }

    /// The key stored at `place`.
    pub(crate) fn unwrap(&self, place: &[u8], wrapped: &[u8]) -> Option<SecretKey> {
        unwrap(&self.key.derive("wrap"), self.number, place, wrapped)
    }
}

/// What opens a store: what its master secret may be, and the epoch key to begin with where there
/// are no key files.
#[derive(Clone)]
pub struct Keys {
    pub(crate) master: Master,
    pub(crate) start: Option<EpochKey>,
}

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Keys(redacted)")
    }
}

impl Keys {
    /// Keys that follow from a secret, for the simulation: the same secret gives the same keys. The
    /// epoch key is used until the store has destroyed it once.
    #[must_use]
    pub fn from_secret(mut secret: [u8; 32]) -> Self {
        let key = SecretKey::from_bytes(secret);
        secret.zeroize();
        Self {
            master: Master::Secrets(vec![key.derive("master")]),
            start: Some(EpochKey { number: 1, key }),
        }
    }
}

/// What seals an epoch file.
#[derive(Debug, Clone)]
pub(crate) struct Sealer {
    pub(crate) key: SecretKey,
    /// How the key follows from a passphrase; empty when it doesn't.
    pub(crate) derivation: Vec<u8>,
}

impl Sealer {
    /// The content of an epoch file.
    pub(crate) fn seal(&self, epoch: &EpochKey) -> Result<Vec<u8>, VaultError> {
        let place = [EPOCH_PLACE, &self.derivation].concat();
        wrap(&self.key.derive("epoch"), epoch.number, &place, &epoch.key)
    }

    /// The epoch key in an epoch file.
    pub(crate) fn open(&self, file: &[u8]) -> Option<EpochKey> {
        let number = number(file)?;
        let key = unwrap(&self.key.derive("epoch"), number, place(file)?, file)?;
        Some(EpochKey { number, key })
    }
}

/// How the key that sealed an epoch file follows from a passphrase; empty when it doesn't.
pub(crate) fn derivation(file: &[u8]) -> Option<&[u8]> {
    place(file)?.strip_prefix(EPOCH_PLACE)
}

/// The number that a wrapped key names: that of its epoch, or of its bucket.
pub(crate) fn number(wrapped: &[u8]) -> Option<u64> {
    let (version, rest) = wrapped.split_first()?;
    let number = rest.first_chunk::<8>()?;
    (*version == VERSION).then(|| u64::from_be_bytes(*number))
}

/// The place that a wrapped key names.
pub(crate) fn place(wrapped: &[u8]) -> Option<&[u8]> {
    wrapped.get(WRAPPED..)
}

/// Seals a key with another. The number and the place stand in it in the clear, so that it can be
/// told what it is wherever it is found.
pub(crate) fn wrap(
    with: &SecretKey,
    number: u64,
    place: &[u8],
    key: &SecretKey,
) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0; NONCE];
    random(&mut nonce)?;
    let mut out = Vec::with_capacity(WRAPPED + place.len());
    out.push(VERSION);
    out.extend_from_slice(&number.to_be_bytes());
    out.extend_from_slice(&nonce);
    with.seal(&nonce, &associated(number, place), key.as_bytes(), &mut out)?;
    out.extend_from_slice(place);
    Ok(out)
}

/// The key in a wrapped one, if it was wrapped with this key, under this number, at this place.
pub(crate) fn unwrap(
    with: &SecretKey,
    number: u64,
    place: &[u8],
    wrapped: &[u8],
) -> Option<SecretKey> {
    let (version, rest) = wrapped.split_first()?;
    let (named, rest) = rest.split_first_chunk::<8>()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (sealed, at) = rest.split_first_chunk::<{ 32 + TAG }>()?;
    if *version != VERSION || u64::from_be_bytes(*named) != number || at != place {
        return None;
    }
    // Room for the tag as well, so that no half of a key is left behind by a reallocation.
    let mut plain = Zeroizing::new(Vec::with_capacity(32 + TAG));
    with.open(nonce, &associated(number, place), sealed, &mut plain)
        .ok()?;
    SecretKey::from_slice(&plain)
}

fn associated(number: u64, place: &[u8]) -> Vec<u8> {
    let mut bytes = b"kortisto wrapped key 2".to_vec();
    bytes.extend_from_slice(&number.to_be_bytes());
    bytes.extend_from_slice(place);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_only_under_its_key_number_and_place() {
        let epoch = EpochKey::random(7).unwrap();
        let data = SecretKey::random().unwrap();
        let wrapped = epoch.wrap(b"place", &data).unwrap();
        assert_eq!(wrapped.len(), WRAPPED + 5);
        assert_eq!(number(&wrapped), Some(7));
        assert_eq!(place(&wrapped), Some(&b"place"[..]));
        let opened = epoch.unwrap(b"place", &wrapped).unwrap();
        assert_eq!(opened.as_bytes(), data.as_bytes());
        assert!(epoch.unwrap(b"elsewhere", &wrapped).is_none());
        let mut later = epoch.clone();
        later.number = 8;
        assert!(later.unwrap(b"place", &wrapped).is_none());
        let other = EpochKey::random(7).unwrap();
        assert!(other.unwrap(b"place", &wrapped).is_none());
        for at in 0..wrapped.len() {
            let mut flipped = wrapped.clone();
            flipped[at] ^= 1;
            assert!(epoch.unwrap(b"place", &flipped).is_none(), "byte {at}");
        }
        assert_eq!(format!("{epoch:?}"), "EpochKey(7, redacted)");
    }

    #[test]
    fn an_epoch_file_opens_only_with_its_master() {
        let sealer = || Sealer {
            key: SecretKey::random().unwrap(),
            derivation: vec![1, 2],
        };
        let (one, other) = (sealer(), sealer());
        let epoch = EpochKey::random(3).unwrap();
        let file = one.seal(&epoch).unwrap();
        let read = one.open(&file).unwrap();
        assert_eq!(read.number, 3);
        assert_eq!(read.key.as_bytes(), epoch.key.as_bytes());
        assert_eq!(derivation(&file), Some(&[1, 2][..]));
        assert!(other.open(&file).is_none());
        assert!(one.open(&file[..50]).is_none());
    }
}
