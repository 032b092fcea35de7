//! One record opened: its document and its values.

use std::collections::{BTreeMap, BTreeSet};

use crate::card::Reading;
use crate::document::{Collection, Document, DocumentError, Leaves, Slot};
use crate::id::{EntryId, RecordId, ValueId};
use crate::ledger::Ledger;
use crate::request::Request;
use crate::treatment::Treatment;
use crate::value::{Content, Value};
use crate::wire;

use super::shelf::Shelf;

/// A record's document and values, in memory.
pub(super) struct Sheet {
    pub(super) document: Document,
    pub(super) values: BTreeMap<ValueId, Value>,
}
crate::redacted!(Sheet);

impl Sheet {
    /// The record from the store; `None` when there is none.
    ///
    /// # Errors
    /// [`DocumentError`] when it can't be read.
    pub(super) fn read(record: RecordId, shelf: &dyn Shelf) -> Result<Option<Self>, DocumentError> {
        let Some(bytes) = shelf.document(record).map_err(|_| DocumentError::Damaged)? else {
            return Ok(None);
        };
        let values = shelf.values(record).map_err(|_| DocumentError::Damaged)?;
        Ok(Some(Self {
            document: Document::reload(&bytes)?,
            values: values.into_iter().map(|value| (value.id, value)).collect(),
        }))
    }

    /// The record as people read it.
    pub(super) fn reading<'a>(&'a self, id: RecordId, dead: &'a BTreeSet<ValueId>) -> Reading<'a> {
        Reading {
            id,
            document: &self.document,
            values: &self.values,
            dead,
        }
    }

    /// Digest of heads and live values.
    pub(super) fn state(&self, record: RecordId, ledger: &Ledger) -> [u8; 32] {
        let dead = ledger.dead(record);
        let live = self.values.keys().filter(|id| !dead.contains(id));
        wire::state_digest(record, &self.document.heads(), live)
    }

    /// The values that stand in some slot and were not removed from it.
    fn standing(&self) -> BTreeSet<ValueId> {
        let leaves = self.document.leaves().into_values();
        leaves
            .filter(stands)
            .flat_map(|leaves| leaves.values)
            .map(|leaf| leaf.value)
            .collect()
    }

    /// The values that are only history.
    pub(super) fn standing_nowhere(&self) -> BTreeSet<ValueId> {
        let standing = self.standing();
        let all = self.values.keys().copied();
        all.filter(|value| !standing.contains(value)).collect()
    }

    /// The treatments that stand on the card; of a conflict each.
    pub(super) fn treatments(&self) -> Vec<(EntryId, Treatment)> {
        self.treatments_where(|_| true)
    }

    /// Every request under the law that stands on the card, each value of a conflict.
    pub(super) fn requests(&self) -> Vec<(EntryId, Request)> {
        let all = self.entries_where(Collection::Request, |_| true);
        let request = |(entry, content)| match content {
            Content::Request(request) => Some((entry, request)),
            _ => None,
        };
        all.into_iter().filter_map(request).collect()
    }

    /// The same of these entries.
    pub(super) fn treatments_of(&self, entries: &BTreeSet<EntryId>) -> Vec<(EntryId, Treatment)> {
        if entries.is_empty() {
            return Vec::new();
        }
        self.treatments_where(|entry| entries.contains(entry))
    }

    fn treatments_where(&self, wanted: impl Fn(&EntryId) -> bool) -> Vec<(EntryId, Treatment)> {
        let all = self.entries_where(Collection::Treatment, wanted);
        let treatment = |(entry, content)| match content {
            Content::Treatment(treatment) => Some((entry, treatment)),
            _ => None,
        };
        all.into_iter().filter_map(treatment).collect()
    }

    fn entries_where(
        &self,
        collection: Collection,
        wanted: impl Fn(&EntryId) -> bool,
    ) -> Vec<(EntryId, Content)> {
        let mut found = Vec::new();
        for (slot, leaves) in self.document.leaves() {
            let Slot::Entry(of, entry) = slot else {
                continue;
            };
            if of != collection || !wanted(&entry) || !stands(&leaves) {
                continue;
            }
            let values = leaves.values.iter();
            let values = values.filter_map(|leaf| self.values.get(&leaf.value));
            let contents = values.filter_map(|value| value.decode().ok());
            found.extend(contents.map(|(content, _)| (entry, content)));
        }
        found
    }

    /// Whether something stands in a slot whose value is neither here nor dead.
    pub(super) fn lacks_values(&self, record: RecordId, ledger: &Ledger) -> bool {
        let dead = ledger.dead(record);
        self.document
            .leaves()
            .values()
            .flat_map(|leaves| &leaves.values)
            .any(|leaf| !self.values.contains_key(&leaf.value) && !dead.contains(&leaf.value))
    }
}

/// Whether something stands in a slot that was not removed from it.
fn stands(leaves: &Leaves) -> bool {
    let mut all = leaves.values.iter();
    all.any(|leaf| !leaves.voided.contains(&leaf.value))
}
