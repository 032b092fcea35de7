//! The breach register (GDPR Article 33): what happened, what was done, and who was told when.
//!
//! Entries name no client: how many and which kinds of data say enough.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::retention::after;

/// How many hours after it was noticed the authority has to be told (Article 33(1)).
pub const NOTIFY_HOURS: i64 = 72;
/// How many years a closed entry is kept (clause 9).
pub const BREACH_YEARS: i16 = 5;

/// What was decided about telling the authority or the persons.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum Telling {
    /// Nothing yet.
    #[default]
    Open,
    /// They were told on this day.
    Told(Date),
    /// They need not be told, for this reason.
    NotNeeded(String),
}

/// One breach of personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Breach {
    /// What happened, and when.
    pub what: String,
    /// When the clinic noticed: the 72 hours run from here.
    pub noticed: Timestamp,
    /// Kinds of persons and of data; may be empty while it is open.
    pub categories: String,
    /// About how many persons; `None` while nobody knows.
    pub people: Option<u64>,
    /// Likely consequences.
    pub consequences: String,
    /// What was done against it and its consequences.
    pub measures: String,
    /// The authority (Article 33).
    pub authority: Telling,
    /// Why the authority was told later than in time (Article 33(1)); else empty.
    pub delay: String,
    /// The persons (Article 34).
    pub persons: Telling,
    /// The day it was closed.
    pub closed: Option<Date>,
}

crate::redacted!(Telling, Breach);

impl Breach {
    /// Until when the authority has to be told.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        let hours = SignedDuration::from_hours(NOTIFY_HOURS);
        self.noticed.saturating_add(hours).unwrap_or(Timestamp::MAX)
    }

    /// Whether the 72 hours still run: it is open, and nothing was decided about the authority.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.closed.is_none() && self.authority == Telling::Open
    }

    /// Whether it says all that Article 33(3) and (5) and Article 34 ask for, so that it can be closed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let texts = [
            &self.what,
            &self.categories,
            &self.consequences,
            &self.measures,
        ];
        texts.iter().all(|text| !text.is_empty())
            && self.people.is_some()
            && self.authority != Telling::Open
            && self.persons != Telling::Open
    }

    /// The day on which it has to go; `None` while it is open.
    #[must_use]
    pub fn due(&self) -> Option<Date> {
        self.closed.map(|closed| after(closed, BREACH_YEARS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn breach() -> Breach {
        Breach {
            what: "Tabletti katosi".into(),
            noticed: "2026-03-01T10:00:00Z".parse().unwrap(),
            categories: "Asiakkaat, nimet".into(),
            people: Some(3),
            consequences: "Vähäisiä".into(),
            measures: "Etätyhjennys".into(),
            authority: Telling::Open,
            delay: String::new(),
            persons: Telling::NotNeeded("Tiedot olivat salattuina".into()),
            closed: None,
        }
    }

    #[test]
    fn article_33_three_days_run_until_something_is_decided() {
        let mut one = breach();
        assert_eq!(one.deadline(), "2026-03-04T10:00:00Z".parse().unwrap());
        assert!(one.runs() && !one.is_complete());
        one.authority = Telling::Told(date(2026, 3, 2));
        assert!(!one.runs() && one.is_complete());
        one.people = None;
        assert!(!one.is_complete());
    }

    #[test]
    fn clause_9_a_closed_one_goes_after_five_years_and_an_open_one_never() {
        let mut one = breach();
        assert_eq!(one.due(), None);
        one.closed = Some(date(2026, 3, 9));
        assert_eq!(one.due(), Some(date(2031, 3, 9)));
    }
}
