//! What is stated, as it is signed, stored and sent.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};
use sha2::{Digest as _, Sha256};

use super::SIGNER_LIMIT;
use crate::id::{NodeId, digest};

/// What the signed bytes begin with, so that the signature serves for nothing else.
const PURPOSE: &[u8] = b"kortisto roster statement\n";
/// The most addresses of one node.
pub const ADDRESSES_LIMIT: usize = 8;
/// The most characters of an address.
const ADDRESS_LIMIT: usize = 260;
/// The most bytes of one signed statement.
const STATEMENT_LIMIT: usize = 16 * 1024;

/// Names a statement: the first half of the digest of its bytes.
pub type StatementId = [u8; 16];
/// SHA-256 of a public key.
pub type Key = [u8; 32];

/// What a public key is known by: the SHA-256 of it as DER.
#[must_use]
pub fn key_of(der: &[u8]) -> Key {
    Sha256::digest(der).into()
}

/// What a node states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// A node was let in.
    Admitted {
        /// Who.
        node: NodeId,
        /// By which key it is known.
        key: Key,
        /// Where it is reached, `host:port` each.
        addresses: Vec<String>,
    },
    /// The stating node is known by this key too.
    KeyNext(Key),
    /// The stating node is known by this key no longer.
    KeyOver(Key),
    /// Where the stating node is reached, `host:port` each. The latest holds.
    Reached(Vec<String>),
    /// A node is out for good. Of what it stated, only these hold.
    Revoked {
        /// Who.
        node: NodeId,
        /// What it had stated, as far as whoever put it out knew.
        kept: BTreeSet<StatementId>,
    },
}

/// A statement with who made it and when; what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Who states it.
    pub by: NodeId,
    /// When, by its clock.
    pub at: Timestamp,
    /// What.
    pub statement: Statement,
}

/// A signed statement, as it is stored and travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What is signed: [`Stated::bytes`].
    pub bytes: Vec<u8>,
    /// The public key, as DER (SubjectPublicKeyInfo, RFC 5280 section 4.1.2.7).
    pub key: Vec<u8>,
    /// The signature of the bytes by that key.
    pub signature: Vec<u8>,
}

/// Bytes that are no signed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no statement about who belongs to the register")]
pub struct NoStatement;

type Id = ByteArray<16>;
type Hash = ByteArray<32>;

#[derive(Serialize, Deserialize)]
enum Shape {
    #[serde(rename = "a")]
    Admitted(NodeId, Hash, Vec<String>),
    #[serde(rename = "n")]
    KeyNext(Hash),
    #[serde(rename = "o")]
    KeyOver(Hash),
    #[serde(rename = "r")]
    Reached(Vec<String>),
    #[serde(rename = "x")]
    Revoked(NodeId, Vec<Id>),
}

#[derive(Serialize, Deserialize)]
struct StatedShape(NodeId, i64, Shape);

#[derive(Serialize, Deserialize)]
struct SignedShape(ByteBuf, ByteBuf, ByteBuf);

impl Stated {
    /// What is to be signed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let shape = match self.statement.clone() {
            Statement::Admitted {
                node,
                key,
                addresses,
            } => Shape::Admitted(node, Hash::new(key), addresses),
            Statement::KeyNext(key) => Shape::KeyNext(Hash::new(key)),
            Statement::KeyOver(key) => Shape::KeyOver(Hash::new(key)),
            Statement::Reached(addresses) => Shape::Reached(addresses),
            Statement::Revoked { node, kept } => {
                Shape::Revoked(node, kept.into_iter().map(Id::new).collect())
            }
        };
        let mut bytes = PURPOSE.to_vec();
        // Plain numbers, texts and lists always have a MessagePack form.
        bytes.extend(
            rmp_serde::to_vec(&StatedShape(self.by, self.at.as_second(), shape))
                .unwrap_or_default(),
        );
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let StatedShape(by, at, shape) =
            rmp_serde::from_slice(bytes.strip_prefix(PURPOSE)?).ok()?;
        let statement = match shape {
            Shape::Admitted(node, key, addresses) => Statement::Admitted {
                node,
                key: *key,
                addresses: bounded(addresses)?,
            },
            Shape::KeyNext(key) => Statement::KeyNext(*key),
            Shape::KeyOver(key) => Statement::KeyOver(*key),
            Shape::Reached(addresses) => Statement::Reached(bounded(addresses)?),
            Shape::Revoked(_, kept) if kept.len() > SIGNER_LIMIT => return None,
            Shape::Revoked(node, kept) => Statement::Revoked {
                node,
                kept: kept.into_iter().map(|id| *id).collect(),
            },
        };
        let at = Timestamp::from_second(at).ok()?;
        Some(Self { by, at, statement })
    }
}

fn bounded(addresses: Vec<String>) -> Option<Vec<String>> {
    let sound = |address: &String| address.len() <= ADDRESS_LIMIT && address.contains(':');
    (addresses.len() <= ADDRESSES_LIMIT && addresses.iter().all(sound)).then_some(addresses)
}

impl Signed {
    /// As it is stored and travels.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let part = |bytes: &Vec<u8>| ByteBuf::from(bytes.clone());
        let shape = SignedShape(part(&self.bytes), part(&self.key), part(&self.signature));
        // Byte strings always have a MessagePack form.
        rmp_serde::to_vec(&shape).unwrap_or_default()
    }

    /// Reads what [`Signed::encode`] wrote. Whether the signature is right is for others to say.
    ///
    /// # Errors
    /// [`NoStatement`] for anything else.
    pub fn decode(bytes: &[u8]) -> Result<Self, NoStatement> {
        if bytes.len() > STATEMENT_LIMIT {
            return Err(NoStatement);
        }
        let SignedShape(bytes, key, signature) =
            rmp_serde::from_slice(bytes).map_err(|_| NoStatement)?;
        let signed = Self {
            bytes: bytes.into_vec(),
            key: key.into_vec(),
            signature: signature.into_vec(),
        };
        Stated::read(&signed.bytes)
            .is_some()
            .then_some(signed)
            .ok_or(NoStatement)
    }

    /// Who is said to state it; `None` when it can't be read.
    #[must_use]
    pub fn by(&self) -> Option<NodeId> {
        Stated::read(&self.bytes).map(|stated| stated.by)
    }

    /// Names it.
    #[must_use]
    pub fn id(&self) -> StatementId {
        let mut id = [0; 16];
        let whole = digest(&[&self.bytes]);
        id.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        id
    }
}
