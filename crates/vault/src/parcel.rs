//! Parcels: bytes of any length, sealed and cut into chunks that the working store can bear.
//!
//! sled writes anything large to files that it never syncs, so no entry is over [`CHUNK_LIMIT`].
//! The first chunk carries the random part of the nonce and the length; every chunk's associated
//! data is its own key (tree, owner, part, chunk number) and the format's version. Chunks of two
//! writings of one parcel don't open together, since they share no nonce.

use std::sync::Arc;

use crate::disk::Bytes;
use crate::entry::Place;
use crate::error::{Damage, VaultError};
use crate::seal::{NONCE, SecretKey, TAG, random};

/// The longest chunk, sealed, in bytes.
pub(crate) const CHUNK_LIMIT: usize = 4096;
/// The longest parcel, in bytes.
pub(crate) const PARCEL_LIMIT: usize = 64 * 1024 * 1024;

/// The random part of a nonce; the chunk number is the rest.
const SALT: usize = NONCE - 2;
/// Version and length, before the content.
const HEAD: usize = 1 + 4;
/// Plain bytes in a full chunk.
const PIECE: usize = CHUNK_LIMIT - SALT - TAG;
const VERSION: u8 = 1;

/// The sealed chunks of `plain`, in order.
pub(crate) fn seal(
    key: &SecretKey,
    place: &Place,
    plain: &[u8],
) -> Result<Vec<(Vec<u8>, Bytes)>, VaultError> {
    if plain.len() > PARCEL_LIMIT {
        return Err(VaultError::TooLarge);
    }
    let length = u32::try_from(plain.len()).map_err(|_| VaultError::TooLarge)?;
    let mut salt = [0; SALT];
    random(&mut salt)?;
    let mut whole = Vec::with_capacity(HEAD + plain.len());
    whole.push(VERSION);
    whole.extend_from_slice(&length.to_be_bytes());
    whole.extend_from_slice(plain);
    let mut chunks = Vec::with_capacity(whole.len().div_ceil(PIECE));
    for (number, piece) in (0u16..).zip(whole.chunks(PIECE)) {
        let name = place.chunk(number);
        let mut sealed = Vec::with_capacity(SALT + piece.len() + TAG);
        if number == 0 {
            sealed.extend_from_slice(&salt);
        }
        key.seal(
            &nonce(&salt, number),
            &associated(&name),
            piece,
            &mut sealed,
        )?;
        chunks.push((name, Arc::from(sealed)));
    }
    Ok(chunks)
}

/// What the parcel at `place` holds; `chunk` gives its chunks by their keys.
pub(crate) fn open(
    key: &SecretKey,
    place: &Place,
    mut chunk: impl FnMut(&[u8]) -> Result<Option<Bytes>, VaultError>,
) -> Result<Vec<u8>, VaultError> {
    let mut plain = Vec::new();
    let name = place.chunk(0);
    let first = chunk(&name)?.ok_or(Damage::Seal)?;
    let (salt, sealed) = first.split_first_chunk::<SALT>().ok_or(Damage::Seal)?;
    key.open(&nonce(salt, 0), &associated(&name), sealed, &mut plain)?;
    let length = length(&plain)?;
    plain.reserve_exact((HEAD + length).saturating_sub(plain.len()) + TAG);
    let mut number = 0u16;
    while plain.len() < HEAD + length {
        number = number.checked_add(1).ok_or(Damage::Seal)?;
        let name = place.chunk(number);
        let sealed = chunk(&name)?.ok_or(Damage::Seal)?;
        key.open(
            &nonce(salt, number),
            &associated(&name),
            &sealed,
            &mut plain,
        )?;
    }
    if plain.len() != HEAD + length {
        return Err(Damage::Seal.into());
    }
    plain.drain(..HEAD);
    Ok(plain)
}

/// How many chunks a parcel of so many bytes has.
pub(crate) const fn chunks(length: usize) -> usize {
    (HEAD + length).div_ceil(PIECE)
}

fn length(plain: &[u8]) -> Result<usize, Damage> {
    let (version, rest) = plain.split_first().ok_or(Damage::Seal)?;
    let (length, _) = rest.split_first_chunk::<4>().ok_or(Damage::Seal)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Damage::Seal)?;
    if *version != VERSION || length > PARCEL_LIMIT {
        return Err(Damage::Seal);
    }
    Ok(length)
}

fn nonce(salt: &[u8; SALT], number: u16) -> [u8; NONCE] {
    let mut nonce = [0; NONCE];
    let bytes = salt.iter().copied().chain(number.to_be_bytes());
    nonce
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    nonce
}

fn associated(name: &[u8]) -> Vec<u8> {
    let mut bytes = b"kortisto parcel 1".to_vec();
    bytes.extend_from_slice(name);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn check(length: usize) {
        let key = SecretKey::random().unwrap();
        let place = Place::fact("test").unwrap();
        let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let sealed = seal(&key, &place, &plain).unwrap();
        assert_eq!(sealed.len(), chunks(length));
        assert!(sealed.iter().all(|(_, chunk)| chunk.len() <= CHUNK_LIMIT));
        let map: BTreeMap<_, _> = sealed.into_iter().collect();
        let read =
            |map: &BTreeMap<Vec<u8>, Bytes>| open(&key, &place, |name| Ok(map.get(name).cloned()));
        assert_eq!(read(&map), Ok(plain.clone()));
        for name in map.keys() {
            let mut less = map.clone();
            less.remove(name);
            assert!(read(&less).is_err());
        }
        let again: BTreeMap<_, _> = seal(&key, &place, &plain).unwrap().into_iter().collect();
        let last = map.keys().next_back().unwrap().clone();
        if map.len() > 1 {
            let mut mixed = map;
            mixed.insert(last.clone(), again[&last].clone());
            assert!(read(&mixed).is_err(), "chunks of two writings must not mix");
        }
    }

    #[test]
    fn parcels_of_any_length_read_back_whole_or_not_at_all() {
        for length in [
            0,
            1,
            PIECE - HEAD - 1,
            PIECE - HEAD,
            PIECE - HEAD + 1,
            3 * PIECE,
            70_000,
        ] {
            check(length);
        }
    }
}
