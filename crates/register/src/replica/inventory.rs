//! What is known of every record without opening it, and the log of what changed in what order.

mod marks;
mod stored;
mod traced;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_bytes::ByteArray;

use crate::directory::Summary;
use crate::document::{Heads, RecordKind};
use crate::id::{Incarnation, NodeId, RecordId};
use crate::marketing::Tally;
use crate::retention::Due;
use crate::same::{Judged, Links};

pub(super) use stored::{Decoded, decode, encode};

/// What is known of one record without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) kind: RecordKind,
    pub(super) heads: Heads,
    /// Digest of heads and live values: equal at two nodes when the record is.
    pub(super) state: [u8; 32],
    /// Where its latest change stands in this node's log.
    pub(super) sequence: u64,
    /// When that was, by this node's clock.
    pub(super) changed: Timestamp,
    /// The peer, in the life it then had, that this very state came from: it needs no echo. In another life
    /// its disk may have gone back in time.
    pub(super) held_by: Option<(NodeId, Incarnation)>,
    /// How many increments lie behind the last snapshot.
    pub(super) increments: u16,
    /// When it, and the first of its entries, have to go. Of a user not stored: the record itself says it.
    pub(super) due: Due,
    /// How many dead values the ledger named when the stored values were last freed of them.
    pub(super) dead: u64,
    /// What was judged of it and other cards.
    pub(super) judged: Vec<Judged>,
    /// The client's marketing notices and their units.
    pub(super) tally: Tally,
}

impl Entry {
    /// Takes what counts of a client's card.
    pub(super) fn take(&mut self, summary: Option<&Summary>) {
        if let Some(summary) = summary {
            self.due = summary.due;
            self.judged = summary.judged.clone();
            self.tally = summary.tally.clone();
        }
    }
}

/// A stored index entry that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

/// Every record, and the order of their latest changes.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    entries: BTreeMap<RecordId, Entry>,
    /// Records by the day on which they have to go.
    due_cards: BTreeSet<(Date, RecordId)>,
    /// Records by the day on which the first of their entries has to go.
    due_entries: BTreeSet<(Date, RecordId)>,
    /// Users by the day on which what is kept of them has to go.
    due_users: BTreeSet<(Date, RecordId)>,
    /// Clients for whom some node asks for units of notices.
    wanted: BTreeSet<RecordId>,
    log: BTreeMap<u64, RecordId>,
    latest: u64,
    clients: usize,
    links: Links,
}

impl Inventory {
    pub(super) fn get(&self, record: RecordId) -> Option<&Entry> {
        self.entries.get(&record)
    }

    /// Every record that anything here is of, some several times.
    pub(super) fn held(&self) -> impl Iterator<Item = RecordId> {
        let Self {
            entries,
            due_cards,
            due_entries,
            due_users,
            wanted,
            log,
            latest: _,
            clients: _,
            links,
        } = self;
        let due = due_cards
            .iter()
            .chain(due_entries)
            .chain(due_users)
            .map(|(_, record)| record);
        let all = entries.keys().chain(wanted).chain(log.values()).chain(due);
        all.copied().chain(links.held())
    }

    pub(super) fn insert(&mut self, record: RecordId, entry: Entry) {
        self.remove(record);
        self.latest = self.latest.max(entry.sequence);
        self.clients += usize::from(entry.kind == RecordKind::Client);
        self.log.insert(entry.sequence, record);
        self.put_due(record, entry.kind, entry.due);
        self.links.put(record, &entry.judged);
        if !entry.tally.wants.is_empty() {
            self.wanted.insert(record);
        }
        self.entries.insert(record, entry);
    }

    /// The other cards of the same person that are here, by id.
    pub(super) fn linked(&self, record: RecordId) -> Vec<RecordId> {
        let set = self.links.set(record).into_iter();
        set.filter(|one| *one != record && self.entries.contains_key(one))
            .collect()
    }

    pub(super) fn remove(&mut self, record: RecordId) -> Option<Entry> {
        let entry = self.entries.remove(&record)?;
        self.take_due(record, entry.due);
        self.log.remove(&entry.sequence);
        self.wanted.remove(&record);
        self.links.remove(record);
        self.clients -= usize::from(entry.kind == RecordKind::Client);
        Some(entry)
    }

    fn put_due(&mut self, record: RecordId, kind: RecordKind, due: Due) {
        let whole = match kind {
            RecordKind::Staff => &mut self.due_users,
            RecordKind::Client
            | RecordKind::Settings
            | RecordKind::Catalogue
            | RecordKind::Campaign => &mut self.due_cards,
        };
        whole.extend(due.card.map(|day| (day, record)));
        self.due_entries.extend(due.entry.map(|day| (day, record)));
    }

    /// What is kept of a user has to go on this day, or stays.
    pub(super) fn user_goes(&mut self, record: RecordId, card: Option<Date>) {
        self.not_due(record);
        if let Some(entry) = self.entries.get_mut(&record) {
            entry.due.card = card;
            let (kind, due) = (entry.kind, entry.due);
            self.put_due(record, kind, due);
        }
    }

    fn take_due(&mut self, record: RecordId, due: Due) {
        if let Some(day) = due.card {
            self.due_cards.remove(&(day, record));
            self.due_users.remove(&(day, record));
        }
        if let Some(day) = due.entry {
            self.due_entries.remove(&(day, record));
        }
    }

    /// The stored values are free of the so many dead ones that the ledger names.
    pub(super) fn freed(&mut self, record: RecordId, dead: u64) -> Option<&Entry> {
        let entry = self.entries.get_mut(&record)?;
        entry.dead = dead;
        Some(entry)
    }

    /// The record is not looked at by the clock again before it changes or the node starts anew.
    pub(super) fn not_due(&mut self, record: RecordId) {
        if let Some(entry) = self.entries.get_mut(&record) {
            let due = core::mem::take(&mut entry.due);
            self.take_due(record, due);
        }
    }

    /// Records that have to go up to this day, the longest overdue first.
    pub(super) fn due_cards(&self, until: Date) -> impl Iterator<Item = RecordId> {
        up_to(&self.due_cards, until)
    }

    /// Users of whom what is kept has to go up to this day, the longest overdue first.
    pub(super) fn due_users(&self, until: Date) -> impl Iterator<Item = RecordId> {
        up_to(&self.due_users, until)
    }

    /// Records of which an entry has to go up to this day, the longest overdue first.
    pub(super) fn due_entries(&self, until: Date) -> impl Iterator<Item = RecordId> {
        up_to(&self.due_entries, until)
    }

    /// The first day on which a record has to go.
    pub(super) fn oldest_due(&self) -> Option<Date> {
        self.due_cards.first().map(|(day, _)| *day)
    }

    /// Clients for whom some node asks, or asked, for units of notices.
    pub(super) fn wanted(&self) -> Vec<RecordId> {
        self.wanted.iter().copied().collect()
    }

    /// The highest sequence number ever given.
    pub(super) const fn latest(&self) -> u64 {
        self.latest
    }

    /// Numbers up to this one were given, even if their records are gone.
    pub(super) fn raise_latest(&mut self, to: u64) {
        self.latest = self.latest.max(to);
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) const fn clients(&self) -> usize {
        self.clients
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RecordId, &Entry)> {
        self.entries.iter().map(|(id, entry)| (*id, entry))
    }

    /// Records after `after`, by id.
    pub(super) fn following(
        &self,
        after: Option<RecordId>,
    ) -> impl Iterator<Item = (RecordId, &Entry)> {
        let from = after.map_or(core::ops::Bound::Unbounded, core::ops::Bound::Excluded);
        self.entries
            .range((from, core::ops::Bound::Unbounded))
            .map(|(id, entry)| (*id, entry))
    }

    /// Records whose latest change came after `sequence` and that `peer` is not known to hold in this life of it,
    /// oldest first.
    pub(super) fn unknown_to(
        &self,
        peer: NodeId,
        life: Option<Incarnation>,
        sequence: u64,
    ) -> impl Iterator<Item = (RecordId, &Entry)> {
        let after = (
            core::ops::Bound::Excluded(sequence),
            core::ops::Bound::Unbounded,
        );
        self.log
            .range(after)
            .filter_map(|(_, record)| self.entries.get(record).map(|entry| (*record, entry)))
            .filter(move |(_, entry)| {
                entry.held_by.is_none() || entry.held_by != life.map(|life| (peer, life))
            })
    }
}

fn up_to(due: &BTreeSet<(Date, RecordId)>, until: Date) -> impl Iterator<Item = RecordId> {
    let end = (until, RecordId::from_bytes([u8::MAX; RecordId::BYTES]));
    due.range(..=end).map(|(_, record)| *record)
}

type Id = ByteArray<16>;
