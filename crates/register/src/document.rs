//! Automerge, and the only place that knows it: a record's shape and history, mapped by hand.
//!
//! A document is two levels deep: at the root one map per [`Collection`], made in one deterministic
//! genesis change, and in each map keys that lead to 16-byte [`ValueId`]s. There is nothing else in
//! it but counts, times and authors' ids, so its history can be kept when values are forgotten.
//!
//! A leaf is never deleted. An entry that a person removes is *voided*: the map `void` gets the value
//! id that they saw. A concurrent edit puts another id, so the entry stands again, disputed, and
//! nothing is eaten silently.

mod columns;
mod guard;
mod history;
mod slot;

use core::ops::RangeFull;
use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, Automerge, AutomergeError, ChangeHash, ChangeMetadata, ObjId, ObjType, PatchLog,
    ReadDoc, ScalarValue, ScalarValueRef, ValueRef,
};
use jiff::Timestamp;

use crate::id::{Incarnation, NodeId, RecordId, ValueId};

pub use history::{Deed, Step};
pub use slot::{Collection, FieldKey, RecordKind, Slot};

/// The schema of documents that this program writes, and the newest that it reads.
pub const SCHEMA: u16 = 1;
/// The most bytes of a document, or of changes to one, that are taken from a peer or from disk.
pub const DOCUMENT_LIMIT: usize = 16 * 1024 * 1024;

const VOID: &str = "void";
/// Stands in the map `void` for "not removed after all".
const KEPT: ValueId = ValueId::from_bytes([0; 16]);

/// The hash of one change.
pub type Hash = [u8; 32];

/// What somebody has seen of a record: its latest changes, sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Heads(Vec<Hash>);

impl Heads {
    /// Heads made of these hashes, sorted and without doubles.
    #[must_use]
    pub fn new(mut hashes: Vec<Hash>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// The hashes, sorted.
    #[must_use]
    pub fn as_slice(&self) -> &[Hash] {
        &self.0
    }

    /// Whether nothing has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn to_automerge(&self) -> Vec<ChangeHash> {
        self.0.iter().map(|hash| ChangeHash(*hash)).collect()
    }
}

/// Who made a change, where and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// The staff record, or [`crate::id::OPERATOR`].
    pub author: RecordId,
    /// The node it was made at.
    pub node: NodeId,
    /// The node's clock then, to the second.
    pub at: Timestamp,
}

/// One value id that stands in a slot now. More than one in a slot is a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leaf {
    /// The reference.
    pub value: ValueId,
    /// Who put it there; `None` when the change carries no readable stamp.
    pub stamp: Option<Stamp>,
}

/// What stands in a slot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaves {
    /// The references, sorted by id; several after concurrent edits.
    pub values: Vec<Leaf>,
    /// The references that somebody voided.
    pub voided: BTreeSet<ValueId>,
}

/// One intended change of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The slot now refers to this value.
    Set(Slot, ValueId),
    /// The entry, as it was seen with this value, is removed.
    Void(Slot, ValueId),
    /// The entry stands, whatever was removed before.
    Keep(Slot),
}

/// Why a document or changes to it were not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Not readable, or not what its heads say.
    #[error("the record's document is damaged")]
    Damaged,
    /// Over [`DOCUMENT_LIMIT`], or of more operations than any record has.
    #[error("the record's document is too large")]
    TooLarge,
    /// Changes that build on others not here.
    #[error("changes are missing that others build on")]
    Missing,
    /// An edit at heads that this document doesn't know.
    #[error("the edit was made on a version that is not known here")]
    UnknownHeads,
    /// A newer program made it.
    #[error("the record was written by a newer version")]
    Newer,
}

/// A record's document.
#[derive(Clone)]
pub struct Document {
    inner: Automerge,
    kind: RecordKind,
    maps: BTreeMap<&'static str, ObjId>,
}

impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Document({:?})", self.kind)
    }
}

impl Document {
    /// An empty record: the genesis change alone, the same at every node and in every process.
    ///
    /// # Errors
    /// [`DocumentError::Damaged`] if Automerge refuses, which it has no reason to.
    pub fn genesis(kind: RecordKind) -> Result<Self, DocumentError> {
        let actor = ActorId::from(&[b'k', b'o', b'r', kind.code()][..]);
        let mut inner = Automerge::new().with_actor(actor);
        let mut tx = inner.transaction();
        let root = automerge::ROOT;
        let made = (|| {
            tx.put(root.clone(), "kind", i64::from(kind.code()))?;
            tx.put(root.clone(), "schema", i64::from(SCHEMA))?;
            for name in map_names() {
                tx.put_object(root.clone(), name, ObjType::Map)?;
            }
            Ok::<_, AutomergeError>(())
        })();
        made.map_err(|_| DocumentError::Damaged)?;
        tx.commit_with(CommitOptions::default().with_time(0));
        Self::wrap(inner)
    }

    /// The document in `bytes` from this node's own store, whose seals vouch for it: hashes are not
    /// checked again, which takes most of the time.
    ///
    /// # Errors
    /// [`DocumentError`] when it can't be read whole. Never panics on any input.
    pub fn reload(bytes: &[u8]) -> Result<Self, DocumentError> {
        guard::chunks(bytes)?;
        guard::catch(|| {
            Self::wrap(Automerge::load_unverified_heads(bytes).map_err(|_| DocumentError::Damaged)?)
        })
    }

    /// The document in `bytes`: a snapshot and any changes after it, one after another.
    ///
    /// # Errors
    /// [`DocumentError`] when it can't be read whole. Never panics on any input.
    pub fn load(bytes: &[u8]) -> Result<Self, DocumentError> {
        guard::bounded_chunks(bytes)?;
        guard::catch(|| Self::wrap(Automerge::load(bytes).map_err(|_| DocumentError::Damaged)?))
    }

    fn wrap(inner: Automerge) -> Result<Self, DocumentError> {
        let number = |key: &str| match inner.get(automerge::ROOT, key) {
            Ok(Some((value, _))) => value.as_i64(),
            _ => None,
        };
        let code = number("kind")
            .and_then(|code| u8::try_from(code).ok())
            .ok_or(DocumentError::Damaged)?;
        let kind = RecordKind::from_code(code).ok_or(DocumentError::Newer)?;
        if number("schema").is_none_or(|schema| schema > i64::from(SCHEMA)) {
            return Err(DocumentError::Newer);
        }
        let mut maps = BTreeMap::new();
        for name in map_names() {
            if let Ok(Some((value, id))) = inner.get(automerge::ROOT, name)
                && value.is_object()
            {
                maps.insert(name, id);
            }
        }
        Ok(Self { inner, kind, maps })
    }

    /// Whether `bytes` begin with a snapshot, not with changes that build on one.
    #[must_use]
    pub fn is_whole(bytes: &[u8]) -> bool {
        guard::begins_with_snapshot(bytes)
    }

    /// What the record is.
    #[must_use]
    pub const fn kind(&self) -> RecordKind {
        self.kind
    }

    /// Its latest changes.
    #[must_use]
    pub fn heads(&self) -> Heads {
        Heads::new(self.inner.get_heads().iter().map(|hash| hash.0).collect())
    }

    /// Whether all of `heads` are known here.
    #[must_use]
    pub fn knows(&self, heads: &Heads) -> bool {
        heads.0.iter().all(|hash| {
            self.inner
                .get_change_meta_by_hash(&ChangeHash(*hash))
                .is_some()
        })
    }

    /// The whole document, compressed. Not canonical: compare [`Document::heads`].
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.inner.save()
    }

    /// The changes that `heads` lacks, and the values that these refer to. Unknown heads are passed over.
    #[must_use]
    pub fn changes_since(&self, heads: &Heads) -> (Vec<u8>, BTreeSet<ValueId>) {
        let known: Vec<ChangeHash> = heads
            .to_automerge()
            .into_iter()
            .filter(|hash| self.inner.get_change_meta_by_hash(hash).is_some())
            .collect();
        let mut bytes = Vec::new();
        let mut values = BTreeSet::new();
        for change in self.inner.get_changes(&known) {
            bytes.extend_from_slice(change.raw_bytes());
            values.extend(change.decode().operations.iter().filter_map(|op| {
                match op.primitive_value()? {
                    ScalarValue::Bytes(bytes) => ValueId::from_slice(&bytes),
                    _ => None,
                }
            }));
        }
        (bytes, values)
    }

    /// Applies an edit at the heads its author saw, and returns the bytes of the new change.
    ///
    /// # Errors
    /// [`DocumentError::UnknownHeads`] when `seen` isn't known here.
    pub fn edit(
        &mut self,
        seen: &Heads,
        actor: Incarnation,
        stamp: Stamp,
        puts: &[Put],
    ) -> Result<Vec<u8>, DocumentError> {
        if !self.knows(seen) {
            return Err(DocumentError::UnknownHeads);
        }
        let before = self.inner.get_heads();
        self.inner.set_actor(ActorId::from(&actor.as_bytes()[..]));
        // Isolation makes a second actor in the document, so it is used only where it matters.
        let mut tx = if *seen == self.heads() {
            self.inner.transaction()
        } else {
            self.inner
                .transaction_at(PatchLog::inactive(), &seen.to_automerge())
                .map_err(|_| DocumentError::Damaged)?
        };
        for put in puts {
            let ((name, key), value) = match put {
                Put::Set(slot, value) => (slot.place(), *value),
                Put::Void(slot, value) => ((VOID, slot.full_key()), *value),
                Put::Keep(slot) => ((VOID, slot.full_key()), KEPT),
            };
            let map = self.maps.get(name).ok_or(DocumentError::Damaged)?;
            tx.put(map, key, ScalarValue::Bytes(value.as_bytes().to_vec()))
                .map_err(|_| DocumentError::Damaged)?;
        }
        let options = CommitOptions::default()
            .with_time(stamp.at.as_second())
            .with_message(write_stamp(stamp));
        tx.commit_with(options);
        Ok(self.inner.save_after(&before))
    }

    /// Takes a peer's changes. On any error the document is as it was.
    ///
    /// # Errors
    /// [`DocumentError`] when the bytes are no sound changes, or build on what isn't here.
    pub fn merge(&mut self, changes: &[u8], claimed: &Heads) -> Result<(), DocumentError> {
        guard::bounded_chunks(changes)?;
        let mut trial = self.inner.clone();
        let merged = guard::catch(move || {
            trial
                .load_incremental(changes)
                .map_err(|_| DocumentError::Damaged)?;
            Self::wrap(trial)
        })?;
        // `load_incremental` returns Ok for truncated, orphaned and garbage bytes.
        if !merged.knows(claimed) {
            return Err(DocumentError::Missing);
        }
        if merged.kind != self.kind {
            return Err(DocumentError::Damaged);
        }
        *self = merged;
        Ok(())
    }

    /// What stands in every slot, in the order of slots.
    #[must_use]
    pub fn leaves(&self) -> BTreeMap<Slot, Leaves> {
        self.read_leaves(|_| None)
    }

    /// Like [`Document::leaves`], with who put each there and when.
    #[must_use]
    pub fn stamped_leaves(&self) -> BTreeMap<Slot, Leaves> {
        self.read_leaves(|id| self.stamp(id))
    }

    fn read_leaves(&self, stamp: impl Fn(&ObjId) -> Option<Stamp>) -> BTreeMap<Slot, Leaves> {
        let mut slots: BTreeMap<Slot, Leaves> = BTreeMap::new();
        for collection in Collection::ALL {
            let Some(map) = self.maps.get(collection.key()) else {
                continue;
            };
            for (key, leaves) in self.read_map(map, &stamp) {
                if let Some(slot) = Slot::from_keys(*collection, &key) {
                    slots.entry(slot).or_default().values = leaves;
                }
            }
        }
        if let Some(map) = self.maps.get(VOID) {
            for (key, leaves) in self.read_map(map, &|_| None) {
                let slot = Slot::from_full_key(&key);
                if let Some(leaves_here) = slot.and_then(|slot| slots.get_mut(&slot)) {
                    leaves_here.voided = leaves
                        .into_iter()
                        .map(|leaf| leaf.value)
                        .filter(|id| *id != KEPT)
                        .collect();
                }
            }
        }
        slots
    }

    fn read_map(
        &self,
        map: &ObjId,
        stamp: &dyn Fn(&ObjId) -> Option<Stamp>,
    ) -> Vec<(String, Vec<Leaf>)> {
        let mut found = Vec::new();
        for item in self.inner.map_range(map, RangeFull) {
            let mut leaves = Vec::with_capacity(1);
            if item.conflict {
                for (value, id) in self
                    .inner
                    .get_all(map, item.key.as_ref())
                    .unwrap_or_default()
                {
                    let reference = value.as_bytes().and_then(ValueId::from_slice);
                    leaves.extend(reference.map(|value| Leaf {
                        value,
                        stamp: stamp(&id),
                    }));
                }
                leaves.sort_unstable();
                leaves.dedup_by_key(|leaf| leaf.value);
            } else if let ValueRef::Scalar(ScalarValueRef::Bytes(bytes)) = &item.value
                && let Some(value) = ValueId::from_slice(bytes)
            {
                leaves.push(Leaf {
                    value,
                    stamp: stamp(&item.id()),
                });
            }
            found.push((item.key.into_owned(), leaves));
        }
        found
    }

    fn stamp(&self, id: &ObjId) -> Option<Stamp> {
        let hash = self.inner.hash_for_opid(id)?;
        let meta = self.inner.get_change_meta_by_hash(&hash)?;
        read_stamp(meta.message.as_deref()?, meta.timestamp)
    }

    /// When the record was made and when it was last changed; `None` for a bare genesis.
    ///
    /// It was made by the change that builds on nothing but the genesis; of several, as of an import at two premises,
    /// the oldest counts. A later change by a clock that ran behind makes no record older.
    #[must_use]
    pub fn lifetime(&self) -> Option<(Timestamp, Timestamp)> {
        let changes = self.inner.get_changes_meta(&[]);
        let made = makers(&changes).map(|meta| meta.timestamp).min()?;
        let genesis = |meta: &&ChangeMetadata<'_>| meta.deps.is_empty();
        let later = changes.iter().filter(|meta| !genesis(meta));
        let last = later.map(|meta| meta.timestamp).max()?;
        Some((
            Timestamp::from_second(made).ok()?,
            Timestamp::from_second(last).ok()?,
        ))
    }

    /// Who made the record, where and when, by the same change as [`Document::lifetime`].
    #[must_use]
    pub fn made(&self) -> Option<Stamp> {
        let changes = self.inner.get_changes_meta(&[]);
        let first = makers(&changes).min_by_key(|meta| (meta.timestamp, meta.hash))?;
        read_stamp(first.message.as_deref()?, first.timestamp)
    }
}

/// The changes that build on nothing but the genesis.
fn makers<'a>(changes: &'a [ChangeMetadata<'a>]) -> impl Iterator<Item = &'a ChangeMetadata<'a>> {
    let genesis = changes.iter().filter(|meta| meta.deps.is_empty());
    let genesis: BTreeSet<ChangeHash> = genesis.map(|meta| meta.hash).collect();
    changes.iter().filter(move |meta| {
        !meta.deps.is_empty() && meta.deps.iter().all(|hash| genesis.contains(hash))
    })
}

/// The maps that every document has.
fn map_names() -> impl Iterator<Item = &'static str> {
    let own = Collection::ALL.iter().filter(|one| one.has_map());
    own.map(|one| one.key()).chain([VOID])
}

fn write_stamp(stamp: Stamp) -> String {
    format!("{}{}", stamp.author, stamp.node)
}

fn read_stamp(message: &str, time: i64) -> Option<Stamp> {
    let (author, node) = message.split_at_checked(RecordId::BYTES * 2)?;
    Some(Stamp {
        author: author.parse().ok()?,
        node: node.parse().ok()?,
        at: Timestamp::from_second(time).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_genesis_of_a_client_is_the_one_of_every_version() {
        let heads = Document::genesis(RecordKind::Client).unwrap().heads();
        let hash = data_encoding::HEXLOWER.encode(heads.as_slice().first().unwrap());
        assert_eq!(
            hash,
            "d086d0e005d401c75813040053afc8ac16b00c5161aa0c0abcfc650dfc44eb9d"
        );
    }
}
