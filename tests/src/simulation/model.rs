//! What everybody did, and what has to come of it: a naive account that knows no documents and no clocks.
//!
//! An edit replaces what its author saw in the place it touches, and nothing else. What nobody
//! replaced, removed, redacted or erased has to stand at every premises in the end; what was redacted or
//! erased has to be nowhere. A deed whose answer was lost, or that a disk copied back took away, may
//! have been done or not.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use register::document::Collection;
use register::id::RecordId;
use register::retention::due;

use super::mark::{Mark, Place};

/// Whether something was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// It was answered.
    Yes,
    /// It may have been done: the answer never came, or the disk that held it went back in time.
    Maybe,
}

/// A value that somebody wrote.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) place: Place,
    /// `None` while a new record's id is not known.
    pub(super) record: Option<RecordId>,
    /// When, true time in milliseconds.
    pub(super) at: i64,
    /// What its premises dated it with: one whose clock is behind goes by the last time that it saw.
    pub(super) dated: i64,
    pub(super) sure: Sure,
    /// The marks that its author saw in the place.
    pub(super) replaced: BTreeSet<Mark>,
    /// These, and what those had replaced, and so on.
    pub(super) past: BTreeSet<Mark>,
    /// The day of a treatment or health entry.
    pub(super) date: Option<Date>,
    /// It may be put there again by another import.
    pub(super) imported: bool,
}

/// The removal of an entry, of values from history, or of a whole record.
#[derive(Debug, Clone)]
pub(super) struct Gone<T> {
    pub(super) what: T,
    pub(super) at: i64,
    pub(super) sure: Sure,
}

/// The account of a run.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) made: BTreeMap<Mark, Made>,
    /// Entries taken off the card, with the marks that were seen in them.
    pub(super) voided: Vec<Gone<BTreeSet<Mark>>>,
    /// Values redacted.
    pub(super) redacted: Vec<Gone<BTreeSet<Mark>>>,
    pub(super) erased: Vec<Gone<RecordId>>,
    next: Mark,
    /// The earliest time that a disk went back to.
    back_to: Option<i64>,
}

impl Model {
    pub(super) fn mark(&mut self) -> Mark {
        self.next += 1;
        self.next
    }

    /// A mark and everything that it or its forerunners replaced.
    pub(super) fn past(&self, seen: &BTreeSet<Mark>) -> BTreeSet<Mark> {
        let mut past = seen.clone();
        for mark in seen {
            past.extend(self.made.get(mark).into_iter().flat_map(|made| &made.past));
        }
        past
    }

    pub(super) fn write(&mut self, mark: Mark, mut made: Made) {
        made.past = self.past(&made.replaced);
        self.made.insert(mark, made);
    }

    /// Every mark that was written to a record.
    pub(super) fn of(&self, record: RecordId) -> BTreeSet<Mark> {
        let all = self.made.iter();
        all.filter(|(_, made)| made.record == Some(record))
            .map(|(mark, _)| *mark)
            .collect()
    }

    /// Marks that must be nowhere, and those that may be.
    pub(super) fn forgotten(&self) -> (BTreeSet<Mark>, BTreeSet<Mark>) {
        let (mut surely, mut perhaps) = (BTreeSet::new(), BTreeSet::new());
        for gone in &self.redacted {
            perhaps.extend(&gone.what);
            if gone.sure == Sure::Yes {
                surely.extend(&gone.what);
            }
        }
        for gone in &self.erased {
            let all = self.of(gone.what);
            perhaps.extend(&all);
            if gone.sure == Sure::Yes {
                surely.extend(&all);
            }
        }
        (surely, perhaps)
    }

    /// Marks that have to stand on a card, given the records that were erased by the clock and today.
    pub(super) fn standing(&self, expired: &BTreeSet<RecordId>, today: Date) -> BTreeSet<Mark> {
        let (_, forgotten) = self.forgotten();
        let replaced: BTreeSet<Mark> = self
            .made
            .values()
            .flat_map(|made| made.replaced.iter().copied())
            .chain(
                self.voided
                    .iter()
                    .flat_map(|gone| gone.what.iter().copied()),
            )
            .collect();
        let stands = |mark: &Mark, made: &Made| {
            made.sure == Sure::Yes
                && !forgotten.contains(mark)
                && !replaced.contains(mark)
                && made.record.is_none_or(|record| !expired.contains(&record))
                && made.date.is_none_or(|date| due(date) > today)
        };
        self.made
            .iter()
            .filter(|(mark, made)| stands(mark, made))
            .map(|(mark, _)| *mark)
            .collect()
    }

    /// Marks that may not stand on any card: surely replaced, or surely taken off.
    pub(super) fn over(&self) -> BTreeSet<Mark> {
        let voided: BTreeSet<Mark> = self
            .voided
            .iter()
            .flat_map(|gone| gone.what.iter().copied())
            .collect();
        let sure = self.made.values().filter(|made| made.sure == Sure::Yes);
        sure.flat_map(|made| made.replaced.iter().copied())
            // Of an entry in conflict that is removed, one value is put anew before it is.
            .filter(|mark| !voided.contains(mark))
            .filter(|mark| self.made.get(mark).is_some_and(|made| !made.imported))
            .collect()
    }

    /// The first day on which the clock may erase a record, by what was surely done and when: five years after the
    /// last visit, or after its making where there is none.
    ///
    /// A visit that was entered before the record was due, wherever that was, keeps it. One that may have been
    /// removed may count or not, and a deed whose answer was lost may have made the record.
    pub(super) fn due(&self, record: RecordId, day: impl Fn(i64) -> Date) -> Option<Date> {
        let mut of: Vec<(&Mark, &Made)> = self
            .made
            .iter()
            .filter(|(_, made)| made.record == Some(record))
            .collect();
        of.sort_by_key(|(_, made)| made.at);
        let lost = self.made.values().filter(|made| made.record.is_none());
        let known = of.iter().map(|(_, made)| *made);
        let made = lost.clone().chain(known).map(|made| made.dated).min()?;
        let mut until = due(day(made));
        let lost = lost.filter_map(|made| made.date.map(due));
        until = lost.fold(until, Date::min);
        let visits = of
            .into_iter()
            .filter(|(_, made)| matches!(made.place, Place::Entry(Collection::Treatment)));
        let (sure, unsure): (Vec<_>, Vec<_>) = visits.partition(|(mark, made)| {
            let replaced = self.made.values().any(|one| one.replaced.contains(mark));
            made.sure == Sure::Yes && !replaced && !self.removed().contains(mark)
        });
        let least = unsure.iter().filter_map(|(_, made)| made.date.map(due));
        until = least.fold(until, Date::min);
        let mut last: Option<Date> = None;
        for (_, made) in sure {
            if day(made.at) < until {
                last = last.max(made.date);
                until = last.map_or(until, due);
            }
        }
        Some(until)
    }

    /// Marks that somebody may have removed in any way.
    fn removed(&self) -> BTreeSet<Mark> {
        let (_, mut all) = self.forgotten();
        all.extend(self.voided.iter().flat_map(|gone| &gone.what));
        all
    }

    /// Whether any disk ever went back in time.
    pub(super) const fn went_back(&self) -> bool {
        self.back_to.is_some()
    }

    /// A disk went back in time to `since`: what nobody holds any more is lost.
    ///
    /// What another disk lost before may have lived on this one alone, so the earliest time so far counts.
    pub(super) fn doubt(&mut self, since: i64, held: &BTreeSet<Mark>) {
        let since = self.back_to.map_or(since, |before| before.min(since));
        self.back_to = Some(since);
        for (mark, made) in &mut self.made {
            if !held.contains(mark) {
                made.sure = Sure::Maybe;
            }
        }
        for gone in self.voided.iter_mut().chain(&mut self.redacted) {
            if gone.at >= since {
                gone.sure = Sure::Maybe;
            }
        }
    }
}
