//! The tree of a disk in memory.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::disk::{Bytes, Op, Page, TreeState};
use crate::error::{Damage, VaultError};

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryTree {
    there: bool,
    broken: bool,
    durable: BTreeMap<Vec<u8>, Bytes>,
    entries: BTreeMap<Vec<u8>, Bytes>,
    /// Batches since the last settling.
    unsynced: Vec<Vec<Op>>,
    settled: u64,
}

impl MemoryTree {
    pub(super) fn open(&mut self) -> TreeState {
        if self.broken {
            TreeState::Broken
        } else if self.there {
            TreeState::Open
        } else {
            TreeState::Missing
        }
    }

    pub(super) const fn check(&self) -> Result<(), VaultError> {
        if self.broken || !self.there {
            return Err(VaultError::Damaged(Damage::Tree));
        }
        Ok(())
    }

    pub(super) fn apply(&mut self, frame: u64, ops: Vec<Op>) {
        self.there = true;
        put(&mut self.entries, &ops);
        self.unsynced.push(ops);
        self.settled = self.settled.max(frame);
    }

    pub(super) fn settle(&mut self) {
        self.there = true;
        for ops in self.unsynced.drain(..) {
            put(&mut self.durable, &ops);
        }
    }

    pub(super) const fn settled(&self) -> u64 {
        self.settled
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<Bytes> {
        self.entries.get(key).cloned()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&Vec<u8>, &Bytes)> {
        self.entries.iter()
    }

    pub(super) fn page(&self, from: &[u8], until: &[u8], limit: usize) -> Page {
        let mut page = Page::default();
        let mut weight = 0;
        if from >= until {
            return page;
        }
        let range = (Bound::Included(from), Bound::Excluded(until));
        for (key, value) in self.entries.range::<[u8], _>(range) {
            if weight >= limit {
                page.more = true;
                break;
            }
            weight += key.len() + value.len();
            page.entries.push((key.clone(), value.clone()));
        }
        page
    }

    pub(super) fn before(&self, until: &[u8]) -> Option<(Vec<u8>, Bytes)> {
        let range = (Bound::Unbounded, Bound::Excluded(until));
        let (key, value) = self.entries.range::<[u8], _>(range).next_back()?;
        Some((key.clone(), value.clone()))
    }

    pub(super) const fn condemn(&mut self) {
        self.broken = true;
    }

    pub(super) fn lose(&mut self) {
        *self = Self::default();
    }

    /// Loses an entry and says nothing: what sled may do.
    pub(super) fn forget(&mut self, nth: usize) -> bool {
        let key = self.entries.keys().nth(nth).cloned();
        key.is_some_and(|key| {
            self.durable.remove(&key);
            self.entries.remove(&key).is_some()
        })
    }

    pub(super) fn flip(&mut self, nth: usize) -> bool {
        let Some((_, value)) = self.entries.iter_mut().nth(nth) else {
            return false;
        };
        let mut bytes = value.to_vec();
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        *value = Bytes::from(bytes);
        self.durable.clone_from(&self.entries);
        true
    }

    /// How many batches a crash may take.
    pub(super) const fn unsynced(&self) -> usize {
        self.unsynced.len()
    }

    /// Keeps what was settled and the first `batches` of the rest.
    pub(super) fn crash(&mut self, batches: usize) {
        for ops in self.unsynced.iter().take(batches) {
            put(&mut self.durable, ops);
        }
        self.unsynced.clear();
        self.entries.clone_from(&self.durable);
        self.settled = 0;
    }
}

fn put(entries: &mut BTreeMap<Vec<u8>, Bytes>, ops: &[Op]) {
    for op in ops {
        match &op.value {
            Some(value) => entries.insert(op.key.clone(), value.clone()),
            None => entries.remove(&op.key),
        };
    }
}
