//! The value pack: nonces and contents of a record's values, together, compressed.
//!
//! Ids are not stored, they follow from record, nonce and content. Compressing the values of one
//! record together takes their shared shape out; it happens before sealing, and a pack is never
//! shown to anybody who could choose part of its content and watch its size.

use register::id::RecordId;
use register::value::Value;

use crate::error::{Damage, VaultError};
use crate::frame::Input;
use crate::parcel::PARCEL_LIMIT;

/// zstd's level: the next ones cost twice the time for a hundredth of the size.
const LEVEL: i32 = 3;
const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;

/// Packs values; keeps its working memory between packs.
pub(crate) struct Packer(zstd::bulk::Compressor<'static>);

impl core::fmt::Debug for Packer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Packer")
    }
}

impl Packer {
    pub(crate) fn new() -> Result<Self, VaultError> {
        zstd::bulk::Compressor::new(LEVEL)
            .map(Self)
            .map_err(|error| VaultError::io("prepare compression", &error))
    }

    /// The packed form of `values`.
    pub(crate) fn pack(&mut self, values: &[Value]) -> Result<Vec<u8>, VaultError> {
        let mut plain = Vec::new();
        for value in values {
            let length = u32::try_from(value.content.len()).map_err(|_| VaultError::TooLarge)?;
            plain.extend_from_slice(&length.to_be_bytes());
            plain.extend_from_slice(&value.nonce);
            plain.extend_from_slice(&value.content);
        }
        if plain.len() > PARCEL_LIMIT {
            return Err(VaultError::TooLarge);
        }
        let small = self
            .0
            .compress(&plain)
            .map_err(|error| VaultError::io("compress values", &error))?;
        let (form, body) = if small.len() < plain.len() {
            (COMPRESSED, small)
        } else {
            (PLAIN, plain)
        };
        let mut packed = Vec::with_capacity(1 + body.len());
        packed.push(form);
        packed.extend_from_slice(&body);
        Ok(packed)
    }
}

/// Appends the values in `packed` to `values`.
pub(crate) fn unpack(
    record: RecordId,
    packed: &[u8],
    values: &mut Vec<Value>,
) -> Result<(), Damage> {
    let (form, body) = packed.split_first().ok_or(Damage::Seal)?;
    let inflated;
    let plain = match *form {
        PLAIN => body,
        COMPRESSED => {
            let room = zstd::bulk::Decompressor::upper_bound(body).unwrap_or(PARCEL_LIMIT);
            inflated =
                zstd::bulk::decompress(body, room.min(PARCEL_LIMIT)).map_err(|_| Damage::Seal)?;
            &inflated
        }
        _ => return Err(Damage::Seal),
    };
    let mut input = Input(plain);
    while !input.0.is_empty() {
        let length = input.u32().ok_or(Damage::Seal)?;
        let nonce = *input.array::<32>().ok_or(Damage::Seal)?;
        let content = input.take(length as usize).ok_or(Damage::Seal)?;
        values.push(Value::from_parts(record, nonce, content.to_vec()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_order_nonce_content_and_id() {
        let record = RecordId::from_bytes([3; 16]);
        let values: Vec<Value> = (0..40u8)
            .map(|n| Value::from_parts(record, [n; 32], format!("kasvohoito {n}").into_bytes()))
            .collect();
        let packed = Packer::new().unwrap().pack(&values).unwrap();
        let mut back = Vec::new();
        unpack(record, &packed, &mut back).unwrap();
        assert!(back == values);
        assert!(packed.len() < 40 * 49);
    }

    #[test]
    fn garbage_is_damage() {
        let record = RecordId::from_bytes([3; 16]);
        for bytes in [&[][..], &[7], &[PLAIN, 0, 0], &[COMPRESSED, 1, 2, 3]] {
            assert_eq!(unpack(record, bytes, &mut Vec::new()), Err(Damage::Seal));
        }
    }
}
