//! The node's own key, as the register signs with it.

use std::sync::{PoisonError, RwLock};

use link::identity::{self, Identity, IdentityError, Signer};
use register::replica::Notary;
use register::roster::{Key, Signed};

/// Signs with the key that the node uses now.
#[derive(Debug)]
pub struct Seal(RwLock<(Key, Signer)>);

impl Seal {
    /// Signs with this identity's key.
    ///
    /// # Errors
    /// [`IdentityError::Key`] when the key is of a kind that signs nothing.
    pub fn new(identity: &Identity) -> Result<Self, IdentityError> {
        Ok(Self(RwLock::new(parts(identity)?)))
    }

    /// Goes over to another identity's key.
    ///
    /// # Errors
    /// As [`Seal::new`].
    pub fn change(&self, identity: &Identity) -> Result<(), IdentityError> {
        let parts = parts(identity)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = parts;
        Ok(())
    }
}

fn parts(identity: &Identity) -> Result<(Key, Signer), IdentityError> {
    let key = *identity.peer_id().claimed().key();
    Ok((key, identity.signer()?))
}

impl Notary for Seal {
    fn key(&self) -> Key {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0
    }

    fn sign(&self, bytes: &[u8]) -> Signed {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let signed = held.1.sign(bytes);
        Signed {
            bytes: bytes.to_vec(),
            key: signed.key,
            signature: signed.signature,
        }
    }

    fn verify(&self, signed: &Signed) -> bool {
        identity::is_signature(&signed.key, &signed.bytes, &signed.signature)
    }
}
