//! What ever stood in a slot and who put it there, from the document's own history.

use std::collections::{BTreeMap, BTreeSet};

use automerge::legacy::{Key, OpId};
use automerge::{ActorId, ScalarValue};

use crate::id::ValueId;

use super::{Collection, Document, Heads, KEPT, Slot, Stamp, VOID, read_stamp};

/// What one change did to one slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The slot.
    pub slot: Slot,
    /// Who did it, where and when; `None` when the change carries no readable stamp.
    pub stamp: Option<Stamp>,
    /// What was done.
    pub deed: Deed,
}

/// What was done to a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// This value was put there in place of those: none for what is new, several where a conflict was decided.
    Put(ValueId, Vec<ValueId>),
    /// The entry was removed, as it was seen with this value.
    Void(ValueId),
    /// The entry was kept, though it had been removed elsewhere.
    Keep,
}

impl Document {
    /// Every value that somebody who has seen `seen` could know to have stood in each slot.
    ///
    /// A value put there apart from them is not among these.
    #[must_use]
    pub fn history(&self, seen: &Heads) -> BTreeMap<Slot, BTreeSet<ValueId>> {
        let later: BTreeSet<_> = self
            .inner
            .get_changes(&seen.to_automerge())
            .iter()
            .map(automerge::Change::hash)
            .collect();
        let collections: BTreeMap<String, Collection> = self
            .maps
            .iter()
            .filter_map(|(name, id)| Some((id.to_string(), Collection::from_key(name)?)))
            .collect();
        let mut history: BTreeMap<Slot, BTreeSet<ValueId>> = BTreeMap::new();
        for change in self.inner.get_changes(&[]) {
            if later.contains(&change.hash()) {
                continue;
            }
            for op in change.decode().operations {
                let (Key::Map(key), Some(ScalarValue::Bytes(bytes))) =
                    (&op.key, op.primitive_value())
                else {
                    continue;
                };
                let collection = collections.get(&op.obj.to_string()).copied();
                let slot = collection.and_then(|one| Slot::from_keys(one, key));
                if let (Some(slot), Some(value)) = (slot, ValueId::from_slice(&bytes)) {
                    history.entry(slot).or_default().insert(value);
                }
            }
        }
        history
    }

    /// Everything that was ever done, each change after those that it builds on.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let names: BTreeMap<String, &str> = self
            .maps
            .iter()
            .map(|(name, id)| (id.to_string(), *name))
            .collect();
        // Which value each operation put: a later one names those that it takes the place of.
        let mut put: BTreeMap<(u64, ActorId), ValueId> = BTreeMap::new();
        let mut steps = Vec::new();
        for change in self.inner.get_changes(&[]) {
            let start = change.start_op().get();
            let actor = change.actor_id().clone();
            let seconds = change.timestamp();
            let stamp = change.message().and_then(|text| read_stamp(text, seconds));
            for (number, op) in (start..).zip(change.decode().operations) {
                let (Key::Map(key), Some(ScalarValue::Bytes(bytes))) =
                    (&op.key, op.primitive_value())
                else {
                    continue;
                };
                let (Some(name), Some(value)) =
                    (names.get(&op.obj.to_string()), ValueId::from_slice(&bytes))
                else {
                    continue;
                };
                let (slot, deed) = if *name == VOID {
                    let deed = if value == KEPT {
                        Deed::Keep
                    } else {
                        Deed::Void(value)
                    };
                    (Slot::from_full_key(key), deed)
                } else {
                    let before =
                        |OpId(number, actor): &OpId| put.get(&(*number, actor.clone())).copied();
                    let replaced = op.pred.iter().filter_map(before).collect();
                    put.insert((number, actor.clone()), value);
                    let collection = Collection::from_key(name);
                    let slot = collection.and_then(|one| Slot::from_keys(one, key));
                    (slot, Deed::Put(value, replaced))
                };
                steps.extend(slot.map(|slot| Step { slot, stamp, deed }));
            }
        }
        steps
    }
}
