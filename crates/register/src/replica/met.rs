//! Edits that met an erasure: who has to be told. What they wrote is not kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::id::RecordId;

/// What the names of all such facts begin with.
pub(super) const PREFIX: &str = "met/";

/// The name under which it is stored.
pub(super) fn fact(record: RecordId) -> String {
    format!("{PREFIX}{record}")
}

/// Somebody here changed a card that was being erased at another premises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// The erased card.
    pub record: RecordId,
    /// The staff record of who changed it last, here.
    pub author: RecordId,
    /// When the erasure arrived.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Stored(u8, ByteArray<16>, ByteArray<16>, i64);

impl Met {
    pub(super) fn encode(&self) -> Vec<u8> {
        let stored = Stored(
            1,
            ByteArray::new(*self.record.as_bytes()),
            ByteArray::new(*self.author.as_bytes()),
            self.at.as_second(),
        );
        // Plain fields always have a MessagePack form.
        rmp_serde::to_vec(&stored).unwrap_or_default()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let Stored(version, record, author, at) = rmp_serde::from_slice(bytes).ok()?;
        (version == 1).then_some(())?;
        Some(Self {
            record: RecordId::from_bytes(*record),
            author: RecordId::from_bytes(*author),
            at: Timestamp::from_second(at).ok()?,
        })
    }
}
