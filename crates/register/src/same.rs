//! That two cards are of the same person, or are not: what people judged of pairs, and the sets that follow.
//!
//! A merge is a link and copies nothing, so it can be undone, and each entry stays on the card it was made
//! on. A judgement stands on the card with the smaller id, in a slot named after the other: two premises
//! that judge one pair apart from each other write the same slot, and differ visibly if they differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::card::{Alert, Entry};
use crate::id::{EntryId, RecordId};

/// What a person said of two cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// They are of the same person.
    Same,
    /// They are not; also after a merge that was undone.
    Different,
}

/// A verdict and its day. On which pair is known from where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Judgement {
    /// What was said.
    pub verdict: Verdict,
    /// When.
    pub date: Date,
}

/// What stands on a card about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The other card.
    pub other: RecordId,
    /// What counts: of two verdicts [`Verdict::Same`], since it shows more of what must not be missed.
    pub verdict: Verdict,
    /// Two premises said differently: a person has to judge once more.
    pub disputed: bool,
}

impl Judged {
    /// What an entry comes to; `None` while nothing of it can be read.
    #[must_use]
    pub fn of(entry: &Entry<Judgement>) -> Option<Self> {
        let said = |verdict| {
            let mut all = entry.field.all().iter();
            all.any(|held| held.value.verdict == verdict)
        };
        let (same, different) = (said(Verdict::Same), said(Verdict::Different));
        let verdict = match (same, different) {
            (true, _) => Verdict::Same,
            (false, true) => Verdict::Different,
            (false, false) => return None,
        };
        Some(Self {
            other: RecordId::from_bytes(*entry.id.as_bytes()),
            verdict,
            disputed: same && different,
        })
    }
}

/// Where the judgement on two cards stands: on which of them, and under what id.
#[must_use]
pub fn place(one: RecordId, other: RecordId) -> (RecordId, EntryId) {
    let named = *one.max(other).as_bytes();
    (one.min(other), EntryId::from_bytes(named))
}

/// The alert of somebody with several cards: the loudest.
#[must_use]
pub fn union(alerts: impl IntoIterator<Item = Alert>) -> Alert {
    alerts.into_iter().max().unwrap_or(Alert::NotAsked)
}

/// The marketing permission of somebody with several cards: given where every card with an answer says so.
#[must_use]
pub fn strictest(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    answers.into_iter().flatten().reduce(|all, one| all && one)
}

/// Which cards name which others as the same person.
#[derive(Debug, Default)]
pub(crate) struct Links {
    names: BTreeMap<RecordId, BTreeSet<RecordId>>,
    named_by: BTreeMap<RecordId, BTreeSet<RecordId>>,
}

impl Links {
    /// What a card says now, in place of what it said before.
    pub(crate) fn put(&mut self, record: RecordId, judged: &[Judged]) {
        self.remove(record);
        let same = judged.iter().filter(|one| one.verdict == Verdict::Same);
        let others: BTreeSet<RecordId> = same.map(|one| one.other).collect();
        for other in &others {
            self.named_by.entry(*other).or_default().insert(record);
        }
        if !others.is_empty() {
            self.names.insert(record, others);
        }
    }

    /// The card is gone, with what it said.
    pub(crate) fn remove(&mut self, record: RecordId) {
        for other in self.names.remove(&record).unwrap_or_default() {
            if let Some(namers) = self.named_by.get_mut(&other) {
                namers.remove(&record);
                if namers.is_empty() {
                    self.named_by.remove(&other);
                }
            }
        }
    }

    /// Every card that says something here, some several times. What others say of it is their own.
    pub(crate) fn held(&self) -> impl Iterator<Item = RecordId> {
        let Self { names, named_by } = self;
        names.keys().chain(named_by.values().flatten()).copied()
    }

    /// Every card of the same person, this one included, by id. Some may be gone, or not here yet: two
    /// cards that were both said to be the same as a third belong together all the same.
    pub(crate) fn set(&self, record: RecordId) -> BTreeSet<RecordId> {
        let mut set = BTreeSet::from([record]);
        let mut open = vec![record];
        while let Some(one) = open.pop() {
            let near = [self.names.get(&one), self.named_by.get(&one)];
            for other in near.into_iter().flatten().flatten() {
                if set.insert(*other) {
                    open.push(*other);
                }
            }
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Field, Held};
    use crate::health::AlertLevel;
    use crate::id::ValueId;

    fn id(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    fn same(other: u8) -> Judged {
        Judged {
            other: id(other),
            verdict: Verdict::Same,
            disputed: false,
        }
    }

    fn check(links: &Links, of: u8, expected: &[u8]) {
        let expected: BTreeSet<RecordId> = expected.iter().map(|one| id(*one)).collect();
        assert_eq!(links.set(id(of)), expected, "the set of {of}");
    }

    #[test]
    fn sets_follow_links_both_ways_and_end_with_them() {
        let mut links = Links::default();
        let apart = Judged {
            verdict: Verdict::Different,
            ..same(9)
        };
        links.put(id(1), &[same(3), apart]);
        links.put(id(2), &[same(3)]);
        links.put(id(5), &[same(6)]);
        for of in [1, 2, 3] {
            check(&links, of, &[1, 2, 3]);
        }
        check(&links, 6, &[5, 6]);
        check(&links, 9, &[9]);
        links.put(id(1), &[]);
        check(&links, 1, &[1]);
        check(&links, 3, &[2, 3]);
        links.remove(id(2));
        check(&links, 3, &[3]);
        links.remove(id(5));
        assert!(links.names.is_empty() && links.named_by.is_empty());
    }

    #[test]
    fn a_link_in_a_ring_ends() {
        let mut links = Links::default();
        links.put(id(1), &[same(2), same(3)]);
        links.put(id(2), &[same(3)]);
        check(&links, 2, &[1, 2, 3]);
    }

    #[test]
    fn one_pair_has_one_place() {
        assert_eq!(place(id(1), id(2)), place(id(2), id(1)));
        assert_eq!(place(id(2), id(1)), (id(1), EntryId::from_bytes([2; 16])));
    }

    #[test]
    fn the_loudest_alert_and_the_strictest_answer_count() {
        let loud = Alert::Listed(AlertLevel::Contraindication);
        let quiet = Alert::Listed(AlertLevel::Info);
        assert_eq!(union([quiet, loud, Alert::NotAsked]), loud);
        assert_eq!(union([Alert::NotAsked, Alert::NoneKnown]), Alert::NoneKnown);
        assert_eq!(strictest([Some(true), Some(false)]), Some(false));
        assert_eq!(strictest([Some(true), None]), Some(true));
        assert_eq!(strictest([None, None]), None);
    }

    #[test]
    fn of_two_verdicts_same_counts_and_a_person_has_to_judge() {
        let held = |verdict, number| Held {
            value: Judgement {
                verdict,
                date: jiff::civil::date(2026, 11, 25),
            },
            id: ValueId::from_bytes([number; 16]),
            stamp: None,
        };
        let entry = |field| Entry {
            id: EntryId::from_bytes([7; 16]),
            field,
            disputed: false,
        };
        let (yes, no) = (held(Verdict::Same, 1), held(Verdict::Different, 2));
        let both = Judged::of(&entry(Field::Conflict(vec![no.clone(), yes]))).unwrap();
        assert!(both.disputed && both.verdict == Verdict::Same && both.other == id(7));
        let one = Judged::of(&entry(Field::Value(no))).unwrap();
        assert!(!one.disputed && one.verdict == Verdict::Different);
        assert_eq!(Judged::of(&entry(Field::Awaited)), None);
    }
}
