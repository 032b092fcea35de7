//! Which clients have a phone, an e-mail address, or name and year of birth in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{RecordId, digest};

use super::{Summary, fold};

/// Stands for a phone, an address, or a name and year, of which nothing must stay in memory when its owner is gone.
type Key = [u8; 16];

/// Clients by what they may have in common.
#[derive(Default)]
pub(super) struct Alike {
    keys: BTreeMap<RecordId, Vec<Key>>,
    owners: BTreeMap<Key, BTreeSet<RecordId>>,
    /// The keys with more than one owner.
    shared: BTreeSet<Key>,
}

impl Alike {
    pub(super) fn put(&mut self, id: RecordId, summary: &Summary) {
        let keys = keys(summary);
        if self.keys.get(&id) == Some(&keys) {
            return;
        }
        self.remove(id);
        for key in &keys {
            let owners = self.owners.entry(*key).or_default();
            owners.insert(id);
            if owners.len() > 1 {
                self.shared.insert(*key);
            }
        }
        self.keys.insert(id, keys);
    }

    pub(super) fn remove(&mut self, id: RecordId) {
        for key in self.keys.remove(&id).unwrap_or_default() {
            let Some(owners) = self.owners.get_mut(&key) else {
                continue;
            };
            owners.remove(&id);
            if owners.len() < 2 {
                self.shared.remove(&key);
            }
            if owners.is_empty() {
                self.owners.remove(&key);
            }
        }
    }

    /// Every client that anything here is of, some several times.
    pub(super) fn held(&self) -> impl Iterator<Item = RecordId> {
        // A key is shared while it has owners.
        let Self {
            keys,
            owners,
            shared: _,
        } = self;
        keys.keys().chain(owners.values().flatten()).copied()
    }

    /// Who has something in common with `of`, by id.
    pub(super) fn to(&self, of: &Summary) -> BTreeSet<RecordId> {
        let owners = keys(of).into_iter().filter_map(|key| self.owners.get(&key));
        owners.flatten().copied().collect()
    }

    /// Pairs that have something in common and are wanted, by id, at most `limit`.
    pub(super) fn pairs(
        &self,
        limit: usize,
        wanted: impl Fn(RecordId, RecordId) -> bool,
    ) -> BTreeSet<(RecordId, RecordId)> {
        let mut pairs = BTreeSet::new();
        for owners in self.shared.iter().filter_map(|key| self.owners.get(key)) {
            for (at, one) in owners.iter().enumerate() {
                for other in owners.iter().skip(at + 1) {
                    if pairs.len() == limit {
                        return pairs;
                    }
                    if wanted(*one, *other) {
                        pairs.insert((*one, *other));
                    }
                }
            }
        }
        pairs
    }
}

fn keys(summary: &Summary) -> Vec<Key> {
    let phones = summary.phones.iter().map(|one| key("phone", one.as_str()));
    let emails = summary.emails.iter().map(|one| key("email", one.as_str()));
    let named = summary.name.as_ref().zip(summary.birth_year);
    let named = named.map(|(name, year)| {
        let text = format!("{} {}", fold(&name.listed()), year.get());
        key("name", &text)
    });
    phones.chain(emails).chain(named).collect()
}

fn key(about: &str, text: &str) -> Key {
    let whole = digest(&[about.as_bytes(), &[0], text.as_bytes()]);
    let mut key = Key::default();
    key.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
    key
}
