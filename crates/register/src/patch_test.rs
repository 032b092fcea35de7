//! Patch tests: whether a client's skin bears a substance.

use jiff::Span;
use jiff::civil::Date;

use crate::card::{Card, Entry};
use crate::health::AlertLevel;
use crate::id::RecordId;
use crate::request::coded;

/// For how many months a result holds unless the form says otherwise.
pub const VALID_MONTHS: i16 = 12;

coded! {
    /// What came of a patch test.
    PatchResult {
        /// It has not been read yet.
        Waiting = "waiting",
        /// No reaction.
        Negative = "negative",
        /// A reaction: what it was made with is not used.
        Positive = "positive",
    }
}

/// One patch test. Its five years run from `date`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PatchTest {
    /// The substance or product; never empty.
    pub substance: String,
    /// The day it was put on.
    pub date: Date,
    /// What came of it.
    pub result: PatchResult,
    /// The day it was read.
    pub read: Option<Date>,
    /// The day on which a negative result ceases to hold.
    pub expires: Date,
    /// The staff record of who made it.
    pub by: Option<RecordId>,
}

crate::redacted!(PatchTest);

/// What a patch test says on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchState {
    /// It has not been read yet.
    Waiting,
    /// It was negative, and holds.
    Valid,
    /// It was negative, and holds no longer.
    Expired,
    /// It was positive. That never expires.
    Positive,
}

impl PatchState {
    /// How loudly it speaks; `None` when there is nothing to mind.
    #[must_use]
    pub const fn level(self) -> Option<AlertLevel> {
        match self {
            Self::Waiting | Self::Expired => Some(AlertLevel::Caution),
            Self::Positive => Some(AlertLevel::Contraindication),
            Self::Valid => None,
        }
    }
}

/// The day until which a test of this day holds unless the form says otherwise.
#[must_use]
pub fn valid_until(date: Date) -> Date {
    date.saturating_add(Span::new().months(VALID_MONTHS))
}

impl PatchTest {
    /// What it says on this day.
    #[must_use]
    pub fn state(&self, today: Date) -> PatchState {
        match self.result {
            PatchResult::Waiting => PatchState::Waiting,
            PatchResult::Positive => PatchState::Positive,
            PatchResult::Negative if self.expires <= today => PatchState::Expired,
            PatchResult::Negative => PatchState::Valid,
        }
    }

    /// Whether its days are in order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.substance.trim().is_empty()
            && self.expires >= self.date
            && self.read.is_none_or(|read| read >= self.date)
    }
}

impl Card {
    /// The patch tests to be minded on this day. One that expired is left out when a later one of the same
    /// substance was read. Of a conflict the loudest counts.
    pub fn patch_alerts(
        &self,
        today: Date,
    ) -> impl Iterator<Item = (&Entry<PatchTest>, PatchState)> {
        self.patch_tests.iter().filter_map(move |entry| {
            let states = entry.field.all().iter().map(|held| {
                let state = held.value.state(today);
                if state == PatchState::Expired && self.tested_after(&held.value) {
                    PatchState::Valid
                } else {
                    state
                }
            });
            let loudest = states
                .max_by_key(|state| state.level())
                // What has not arrived may be anything.
                .unwrap_or(PatchState::Waiting);
            loudest.level().map(|_| (entry, loudest))
        })
    }

    /// The first day on which a patch test holds no longer and nobody has tested that substance again.
    #[must_use]
    pub fn patch_expires(&self) -> Option<Date> {
        let all = self.patch_tests.iter().flat_map(|entry| entry.field.all());
        let tests = all.map(|held| &held.value);
        tests
            .filter(|test| test.result == PatchResult::Negative && !self.tested_after(test))
            .map(|test| test.expires)
            .min()
    }

    fn tested_after(&self, old: &PatchTest) -> bool {
        let name = |test: &PatchTest| test.substance.trim().to_lowercase();
        let mut all = self.patch_tests.iter().flat_map(|entry| entry.field.all());
        all.any(|held| {
            let other = &held.value;
            other.date > old.date
                && other.result != PatchResult::Waiting
                && name(other) == name(old)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn test(result: PatchResult) -> PatchTest {
        PatchTest {
            substance: "Ripsiväri".into(),
            date: date(2025, 11, 24),
            result,
            read: None,
            expires: valid_until(date(2025, 11, 24)),
            by: None,
        }
    }

    #[test]
    fn a_negative_test_holds_for_twelve_months_and_a_positive_one_for_good() {
        let check = |result, today, expected| assert_eq!(test(result).state(today), expected);
        check(PatchResult::Negative, date(2026, 11, 23), PatchState::Valid);
        check(
            PatchResult::Negative,
            date(2026, 11, 24),
            PatchState::Expired,
        );
        check(
            PatchResult::Positive,
            date(2029, 1, 1),
            PatchState::Positive,
        );
        check(PatchResult::Waiting, date(2026, 1, 1), PatchState::Waiting);
    }

    #[test]
    fn a_test_is_not_read_or_over_before_it_was_made() {
        let early = Some(date(2025, 11, 23));
        let unsound = |test: PatchTest| assert!(!test.is_sound());
        unsound(PatchTest {
            read: early,
            ..test(PatchResult::Negative)
        });
        unsound(PatchTest {
            expires: date(2025, 1, 1),
            ..test(PatchResult::Negative)
        });
        unsound(PatchTest {
            substance: " ".into(),
            ..test(PatchResult::Negative)
        });
        assert!(test(PatchResult::Negative).is_sound());
    }
}
