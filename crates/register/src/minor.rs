//! Clients who may be under age (decision 6): the register knows a year of birth and no more.

use jiff::civil::Date;

use crate::card::Card;
use crate::contact::BirthYear;
use crate::id::RecordId;
use crate::request::coded;

/// Somebody in whose year of birth and this one the difference is up to so many years may be under age.
pub const MINOR_UP_TO: i32 = 18;

/// That somebody made sure whether a client is 18.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AdultCheck {
    /// Whether the client is 18 or older.
    pub adult: bool,
    /// The day.
    pub date: Date,
    /// The staff record of who checked.
    pub by: Option<RecordId>,
}

coded! {
    /// How a guardian consented.
    GuardianMethod {
        /// Was there.
        InPerson = "in_person",
        /// Signed a paper.
        Paper = "paper",
        /// Said so by phone.
        Phone = "phone",
        /// By e-mail or another message.
        Message = "message",
    }
}

/// That a minor's guardian consents to treatments.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GuardianConsent {
    /// The guardian's name; never empty.
    pub name: String,
    /// How it was given.
    pub method: GuardianMethod,
    /// The day.
    pub date: Date,
    /// The staff record of who took it down.
    pub by: Option<RecordId>,
}

crate::redacted!(AdultCheck, GuardianConsent);

/// What is known of a client's coming of age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Minority {
    /// Old enough by the year of birth, verified, or no year is known.
    No,
    /// May be under age, and nobody has made sure.
    Maybe,
    /// Is under age: somebody made sure.
    Yes,
}

/// Years at the end of this year.
#[must_use]
pub fn age(year: BirthYear, today: Date) -> i32 {
    i32::from(today.year()) - i32::from(year.get())
}

/// Whether somebody born in this year may be under age.
#[must_use]
pub fn maybe_minor(year: BirthYear, today: Date) -> bool {
    age(year, today) <= MINOR_UP_TO
}

impl Card {
    /// The latest year of birth that stands here.
    #[must_use]
    pub fn youngest(&self) -> Option<BirthYear> {
        let years = self.birth_year.all().iter();
        years.map(|held| held.value).max()
    }

    /// Whether somebody made sure that the client is 18. Of a conflict the stricter counts.
    #[must_use]
    pub fn verified_adult(&self) -> bool {
        let all = self.adult_check.all();
        !all.is_empty() && all.iter().all(|held| held.value.adult)
    }

    /// What is known of the client's coming of age.
    #[must_use]
    pub fn minority(&self, today: Date) -> Minority {
        let young = self.youngest().is_some_and(|year| maybe_minor(year, today));
        match (
            young,
            self.adult_check.all().is_empty(),
            self.verified_adult(),
        ) {
            (false, ..) | (true, _, true) => Minority::No,
            (true, true, false) => Minority::Maybe,
            (true, false, false) => Minority::Yes,
        }
    }

    /// Whether a guardian's consent is on record.
    #[must_use]
    pub fn has_guardian(&self) -> bool {
        !self.guardian.all().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn whoever_turns_18_this_year_may_still_be_under_age() {
        let year = |year| BirthYear::new(year).unwrap();
        let today = date(2026, 11, 24);
        assert!(maybe_minor(year(2008), today));
        assert!(maybe_minor(year(2020), today));
        assert!(!maybe_minor(year(2007), today));
        assert!(!maybe_minor(year(2008), date(2027, 1, 1)));
    }
}
