//! Random identifiers. None is derived from personal data without a key, so none gives anything away.

use core::fmt;
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use rand_core::Rng;
use sha2::{Digest, Sha256};

/// A text that is not the hexadecimal form of an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: expected {expected} hexadecimal digits")]
pub struct IdError {
    /// How many digits a right one has.
    pub expected: usize,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Length in bytes.
            pub const BYTES: usize = $bytes;

            /// The identifier made of these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The identifier in `bytes`, if their number is right.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// A new random identifier.
            pub fn random(rng: &mut dyn Rng) -> Self {
                let mut bytes = [0; $bytes];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serde_bytes::ByteArray::deserialize(deserializer).map(|bytes| Self(*bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), HEXLOWER.encode(&self.0))
            }
        }

        impl core::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                HEXLOWER
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| Self::from_slice(&bytes))
                    .ok_or(IdError { expected: $bytes * 2 })
            }
        }
    };
}

identifier!(
    /// One record: a client, a staff member, or one of the singletons (settings, catalogue).
    RecordId, 16);
identifier!(
    /// One value of the value table: a truncated SHA-256 over record, nonce and content.
    ValueId, 16);
identifier!(
    /// One entry of a collection in a record: a phone, a treatment, a health entry.
    EntryId, 16);
identifier!(
    /// One node (one premises' mini PC): the first half of the SHA-256 of its public key.
    NodeId, 16);
identifier!(
    /// One life of a node's process. A directory that was copied back or cloned gets a new one.
    Incarnation, 16);
identifier!(
    /// One audit log: that of one life of a node's process.
    LogId, 16);
identifier!(
    /// One register: what all premises of one clinic share.
    RegisterId, 16);

impl LogId {
    /// The log that a node kept before there was one for each life. It stays at its node.
    pub const EARLIEST: Self = Self([0; Self::BYTES]);

    /// The log of a life.
    #[must_use]
    pub const fn of(life: Incarnation) -> Self {
        Self(*life.as_bytes())
    }
}

/// The record that holds the clinic's settings, the same in every register.
pub const SETTINGS: RecordId = RecordId(*b"kortisto/setting");
/// The record that holds the treatment catalogue, the same in every register.
pub const CATALOGUE: RecordId = RecordId(*b"kortisto/catalog");
/// Who acts when a command is given at the machine itself instead of in the console.
pub const OPERATOR: RecordId = RecordId(*b"kortisto/operato");
/// Who acts when the node does something by itself, as deleting what is past its time.
pub const ITSELF: RecordId = RecordId(*b"kortisto/itself!");

/// The secret that all premises of one register share, and from which ids of imported clients come.
///
/// With it, the same legacy client gets the same id at every premises; without it an id tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterSecret([u8; 32]);
crate::redacted!(RegisterSecret);

impl RegisterSecret {
    /// The secret made of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new random secret.
    pub fn random(rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes, to store sealed or to hand to a paired peer.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 32 bytes that only holders of the secret can derive from `parts` (HMAC-SHA-256, RFC 2104).
    #[must_use]
    pub fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so the error cannot happen; an unkeyed digest is no fallback.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(_) => return [0; 32],
        };
        for part in core::iter::once(&purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// SHA-256 over length-prefixed parts.
#[must_use]
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = RecordId::from_bytes([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("07".parse::<RecordId>(), Err(IdError { expected: 32 }));
        assert_eq!(
            "g".repeat(32).parse::<RecordId>(),
            Err(IdError { expected: 32 })
        );
    }

    #[test]
    fn derived_bytes_depend_on_secret_purpose_and_where_parts_end() {
        let one = RegisterSecret::from_bytes([1; 32]);
        let two = RegisterSecret::from_bytes([2; 32]);
        assert_eq!(one.derive("a", &[b"xy"]), one.derive("a", &[b"xy"]));
        assert_ne!(one.derive("a", &[b"xy"]), two.derive("a", &[b"xy"]));
        assert_ne!(one.derive("a", &[b"xy"]), one.derive("b", &[b"xy"]));
        assert_ne!(one.derive("a", &[b"x", b"y"]), one.derive("a", &[b"xy"]));
    }
}
