//! What happened in which month: visits and new cards, counted without opening a card.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::card::Card;
use crate::retention::day;

use super::Directory;

/// Months of a year.
const YEAR: u16 = 12;

/// A month of a year: so many months after January of the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u16);

impl Month {
    /// The month of a day; years before 0 count as 0.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let year = u16::try_from(date.year()).unwrap_or(0);
        let month = u16::from(date.month().unsigned_abs()).saturating_sub(1);
        Self(year.saturating_mul(YEAR).saturating_add(month))
    }

    /// The month with this [`Month::number`].
    #[must_use]
    pub const fn from_number(number: u16) -> Self {
        Self(number)
    }

    /// Months since January of the year 0.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.0 / YEAR
    }

    /// The month in its year, 1 to 12.
    #[must_use]
    pub const fn in_year(self) -> u16 {
        self.0 % YEAR + 1
    }

    /// So many months earlier.
    #[must_use]
    pub const fn back(self, months: u16) -> Self {
        Self(self.0.saturating_sub(months))
    }
}

/// The months of one card.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Months {
    /// In which the card was made.
    pub made: Option<Month>,
    /// In which the client was here, and on how many days; in order.
    pub visits: Vec<(Month, u8)>,
}
crate::redacted!(Months);

impl Months {
    /// The months of a card: several treatments on one day are one visit, and of a conflict every day counts.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        let treatments = card.treatments.iter().flat_map(|entry| entry.field.all());
        let days: BTreeSet<Date> = treatments.map(|held| held.value.date).collect();
        let mut visits: BTreeMap<Month, u8> = BTreeMap::new();
        for day in days {
            let count = visits.entry(Month::of(day)).or_default();
            *count = count.saturating_add(1);
        }
        Self {
            made: card.created.map(|at| Month::of(day(at))),
            visits: visits.into_iter().collect(),
        }
    }
}

/// What happened in one month, as far as the register still knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Activity {
    /// Which month.
    pub month: Month,
    /// Visits: days on which a client was treated.
    pub visits: usize,
    /// Clients who were here.
    pub clients: usize,
    /// Cards made.
    pub made: usize,
}

impl Directory {
    /// What happened in each of the last `count` months up to `last`, the oldest first. Cards that were erased are
    /// not in it.
    #[must_use]
    pub fn activity(&self, last: Month, count: u16) -> Vec<Activity> {
        let first = last.back(count.saturating_sub(1));
        let mut all: Vec<Activity> = (first.number()..=last.number())
            .map(|number| Activity {
                month: Month(number),
                visits: 0,
                clients: 0,
                made: 0,
            })
            .collect();
        let mut add = |month: Month, visits: usize, clients: usize, made: usize| {
            let at = month.number().checked_sub(first.number());
            if let Some(one) = at.and_then(|at| all.get_mut(usize::from(at))) {
                one.visits += visits;
                one.clients += clients;
                one.made += made;
            }
        };
        for (_, summary) in self.clients() {
            if let Some(made) = summary.months.made {
                add(made, 0, 0, 1);
            }
            for (month, visits) in &summary.months.visits {
                add(*month, usize::from(*visits), 1, 0);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_knows_its_year_and_the_month_before() {
        let january = Month::of(date(2026, 1, 31));
        assert_eq!((january.year(), january.in_year()), (2026, 1));
        let before = january.back(1);
        assert_eq!((before.year(), before.in_year()), (2025, 12));
        assert_eq!(Month::from_number(before.number()), before);
    }
}
