//! What ever stood in a slot, from the document's own history.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ScalarValue;
use automerge::legacy::Key;

use crate::id::ValueId;

use super::{Collection, Document, Heads, Slot};

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
}
