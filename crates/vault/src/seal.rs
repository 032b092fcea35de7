//! Sealing: XChaCha20-Poly1305 with random 24-byte nonces and associated data.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Key, Tag, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::error::{Damage, KeyFault, VaultError};

/// Length of a nonce in bytes. Random ones of this length don't repeat.
pub(crate) const NONCE: usize = 24;
/// Length of the tag that a seal adds, in bytes.
pub(crate) const TAG: usize = 16;

/// A key. Wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct SecretKey([u8; 32]);

impl core::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SecretKey(redacted)")
    }
}

impl SecretKey {
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut key = Self([0; 32]);
        random(&mut key.0)?;
        Ok(key)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A key for one purpose, from which this one can't be found.
    pub(crate) fn derive(&self, purpose: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"kortisto vault key\0");
        hasher.update(self.0);
        hasher.update(purpose.as_bytes());
        Self(hasher.finalize().into())
    }

    /// Appends the sealed form of `plain` to `out`.
    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        plain: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), VaultError> {
        let start = out.len();
        out.extend_from_slice(plain);
        let body = out.get_mut(start..).ok_or(VaultError::TooLarge)?;
        let tag = self
            .cipher()
            .encrypt_inout_detached(&XNonce::from(*nonce), associated, body.into())
            .map_err(|_| VaultError::TooLarge)?;
        out.extend_from_slice(&tag);
        Ok(())
    }

    /// Appends what `sealed` holds to `out`, if it was sealed with this key, nonce and associated data.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE],
        associated: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let (body, tag) = sealed.split_last_chunk::<TAG>().ok_or(Damage::Seal)?;
        let start = out.len();
        out.extend_from_slice(body);
        let body = out.get_mut(start..).ok_or(Damage::Seal)?;
        self.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                associated,
                body.into(),
                &Tag::from(*tag),
            )
            .map_err(|_| {
                out.truncate(start);
                Damage::Seal
            })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(self.0))
    }
}

/// Fills `bytes` with the operating system's randomness.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|_| KeyFault::Randomness.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_with_the_same_key_nonce_and_place() {
        let key = SecretKey::random().unwrap();
        let mut sealed = Vec::new();
        key.seal(&[1; NONCE], b"place", b"planted", &mut sealed)
            .unwrap();
        assert!(!sealed.windows(7).any(|window| window == b"planted"));
        let open = |key: &SecretKey, nonce, place: &[u8], bytes: &[u8]| {
            let mut out = b"kept".to_vec();
            let result = key.open(&nonce, place, bytes, &mut out);
            (result, out)
        };
        assert_eq!(
            open(&key, [1; NONCE], b"place", &sealed),
            (Ok(()), b"keptplanted".to_vec())
        );
        let other = SecretKey::random().unwrap();
        let mut flipped = sealed.clone();
        flipped[0] ^= 1;
        for bad in [
            open(&other, [1; NONCE], b"place", &sealed),
            open(&key, [2; NONCE], b"place", &sealed),
            open(&key, [1; NONCE], b"elsewhere", &sealed),
            open(&key, [1; NONCE], b"place", &flipped),
            open(&key, [1; NONCE], b"place", &sealed[..5]),
        ] {
            assert_eq!(bad, (Err(Damage::Seal), b"kept".to_vec()));
        }
        assert_eq!(format!("{key:?}"), "SecretKey(redacted)");
    }
}
