//! Signing with a node's own key, and verifying what another's key signed.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::{Identity, IdentityError};

/// What an Ed25519 public key begins with as DER (RFC 8410); 32 bytes follow.
const DER: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A node's key, for signatures that outlive the line.
#[derive(Debug)]
pub struct Signer(Ed25519KeyPair);

/// A signature, with the key that it can be verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The public key as DER; its SHA-256 is what peers are pinned by.
    pub key: Vec<u8>,
    /// 64 bytes.
    pub signature: Vec<u8>,
}

impl Identity {
    /// A signer with this node's key.
    ///
    /// # Errors
    /// [`IdentityError::Key`] when the key is of another kind.
    pub fn signer(&self) -> Result<Signer, IdentityError> {
        Ed25519KeyPair::from_pkcs8(self.key.secret_der())
            .map(Signer)
            .map_err(|_| IdentityError::Key)
    }
}

impl Signer {
    /// Signs bytes. They have to begin with words that say what they are, so that no signature serves for
    /// something else; what TLS signs begins with 64 spaces (RFC 8446, 4.4.3).
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> Signed {
        Signed {
            key: [DER.as_slice(), self.0.public_key().as_ref()].concat(),
            signature: self.0.sign(bytes).as_ref().to_vec(),
        }
    }
}

/// Whether the signature of the bytes is that of this public key, which is DER.
#[must_use]
pub fn is_signature(key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let public = key.strip_prefix(&DER).filter(|public| public.len() == 32);
    public.is_some_and(|public| {
        UnparsedPublicKey::new(&ED25519, public)
            .verify(bytes, signature)
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_one_key_for_these_bytes() {
        let [one, two] = ["one", "two"].map(|name| {
            let home = tempfile::tempdir().unwrap();
            Identity::create(&home.path().join(name)).unwrap()
        });
        let signed = one.signer().unwrap().sign(b"what this is: text");
        let check = |key: &[u8], bytes: &[u8]| is_signature(key, bytes, &signed.signature);
        assert!(check(&signed.key, b"what this is: text"));
        assert!(!check(&signed.key, b"what this is: texT"));
        let other = two.signer().unwrap().sign(b"what this is: text");
        assert!(!check(&other.key, b"what this is: text"));
    }
}
