//! How long a card and what is on it are kept (clause 9): two clocks of five years, and what stops them.
//!
//! * ENTRY: a treatment, a patch test, an adverse event or a refused treatment goes five years after its date; a health entry five years after it was taken down
//!   or last confirmed at a visit, whichever is later.
//! * REQUEST: what a client asked under the law goes five years after it was closed; an open one stays. Of one whose card
//!   goes before, days and codes are kept until then.
//! * NOTICE: a marketing notice goes two years after it was sent.
//! * BREACH: a breach register entry goes five years after it was closed; an open one stays.
//! * USER: what is kept of a user goes two years after their access ended. Treatments and the audit log keep the random
//!   id, which then names nobody.
//! * CARD: the card goes five years after the last visit, or after its creation if there was none.
//!
//! Looking, editing, importing and replicating never restart a clock. A restriction (GDPR Article 18) and
//! a legal claim (Article 17(3)(e)) stop both.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::card::{Card, Entry, Field, Held};
use crate::marketing::{KEPT_MONTHS, Notice};

/// How many years are kept (clause 9).
pub const YEARS: i16 = 5;
/// How many years the audit log is kept, in the clinic's own interest (clause 9).
pub const AUDIT_YEARS: i16 = 2;
/// How many years a user is kept whose access has ended (clause 9).
pub const FORMER_USER_YEARS: i16 = 2;
/// How many days ahead what is due is listed.
pub const NOTICE_DAYS: i32 = 30;
/// The most days ahead that a legal claim may end; it can be renewed.
pub const CLAIM_DAYS: i32 = 366;
/// A run deletes so many cards without asking, or [`RUN_PERCENT`] of all if that is more.
pub const RUN_CARDS: usize = 5;
/// See [`RUN_CARDS`].
pub const RUN_PERCENT: usize = 2;

/// A legal claim that keeps a card from being erased; set by the owner.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LegalClaim {
    /// Why.
    pub reason: String,
    /// The last day it holds.
    pub until: Date,
}

/// Whether the use of a card is restricted: no edit, marketing, merge or automatic deletion.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Restriction {
    /// Whether it is.
    pub on: bool,
    /// Since when it is, or isn't.
    pub since: Date,
}

crate::redacted!(LegalClaim, Restriction);

/// When a card and the first of its entries have to go. `None`: never, as things stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// The card.
    pub card: Option<Date>,
    /// The first of its entries.
    pub entry: Option<Date>,
}

impl Due {
    /// Whether the card is past its time.
    #[must_use]
    pub fn card_by(&self, today: Date) -> bool {
        self.card.is_some_and(|due| due <= today)
    }

    /// Whether an entry is past its time.
    #[must_use]
    pub fn entry_by(&self, today: Date) -> bool {
        self.entry.is_some_and(|due| due <= today)
    }
}

/// The day on which deletion counts: that of UTC, which begins after Finland's, so nothing goes a day early.
#[must_use]
pub fn day(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// The day on which what is dated `date` has to go.
#[must_use]
pub fn due(date: Date) -> Date {
    after(date, YEARS)
}

/// The day so many years after `date`.
#[must_use]
pub fn after(date: Date, years: i16) -> Date {
    date.saturating_add(Span::new().years(years))
}

/// How many cards one run may delete unasked, of so many.
#[must_use]
pub const fn run_limit(cards: usize) -> usize {
    let share = cards.saturating_mul(RUN_PERCENT) / 100;
    if share > RUN_CARDS { share } else { RUN_CARDS }
}

impl Card {
    /// Whether the use of the card is restricted. Of a conflict the stricter counts.
    #[must_use]
    pub fn restricted(&self) -> bool {
        self.restriction.all().iter().any(|held| held.value.on)
    }

    /// The last day of the longest legal claim on the card.
    #[must_use]
    pub fn claimed_until(&self) -> Option<Date> {
        let claims = self.legal_claim.all().iter();
        claims.map(|held| held.value.until).max()
    }

    /// Whether a legal claim holds on this day.
    #[must_use]
    pub fn claimed(&self, today: Date) -> bool {
        self.claimed_until().is_some_and(|until| until >= today)
    }

    /// When something goes that would go on the day `due`, as things stand: a restriction keeps it, a legal claim
    /// to its end.
    #[must_use]
    pub fn goes(&self, due: Date) -> Option<Date> {
        if self.restricted() {
            return None;
        }
        let claim = self.claimed_until();
        let after = claim.map(|until| until.saturating_add(Span::new().days(1)));
        Some(after.map_or(due, |after| due.max(after)))
    }

    /// When the card and the first of its entries have to go.
    #[must_use]
    pub fn due(&self) -> Due {
        let last = self.last_visit().or(self.created.map(day));
        let entries = self
            .treatments
            .iter()
            .filter_map(treatment_due)
            .chain(self.health.iter().filter_map(health_due))
            .chain(self.requests.iter().filter_map(request_due))
            .chain(self.patch_tests.iter().filter_map(patch_due))
            .chain(self.adverse.iter().filter_map(adverse_due))
            .chain(self.refusals.iter().filter_map(refusal_due))
            .chain(self.notices.iter().filter_map(notice_due));
        Due {
            card: last.map(due).and_then(|due| self.goes(due)),
            entry: entries.min().and_then(|due| self.goes(due)),
        }
    }

    /// Leaves out what is past its time and not deleted yet.
    pub fn hide_overdue(&mut self, today: Date) {
        if self.restricted() || self.claimed(today) {
            return;
        }
        let stays = |due: Option<Date>| due.is_none_or(|due| due > today);
        self.treatments.retain(|entry| stays(treatment_due(entry)));
        self.health.retain(|entry| stays(health_due(entry)));
        self.requests.retain(|entry| stays(request_due(entry)));
        self.notices.retain(|entry| stays(notice_due(entry)));
        self.patch_tests.retain(|entry| stays(patch_due(entry)));
        self.adverse.retain(|entry| stays(adverse_due(entry)));
        self.refusals.retain(|entry| stays(refusal_due(entry)));
    }
}

/// When a treatment has to go; of a conflict the latest counts.
#[must_use]
pub fn treatment_due(entry: &Entry<crate::treatment::Treatment>) -> Option<Date> {
    latest(&entry.field, |held| Some(held.value.date)).map(due)
}

/// When a health entry has to go; of a conflict the latest counts.
#[must_use]
pub fn health_due(entry: &Entry<crate::health::HealthEntry>) -> Option<Date> {
    let dated = |held: &Held<crate::health::HealthEntry>| {
        let said = held.value.date.max(held.value.confirmed);
        // Of an entry that carries no day, the day on which it was put here counts.
        said.or(held.stamp.map(|stamp| day(stamp.at)))
    };
    latest(&entry.field, dated).map(due)
}

/// When a patch test has to go; of a conflict the latest counts.
#[must_use]
pub fn patch_due(entry: &Entry<crate::patch_test::PatchTest>) -> Option<Date> {
    latest(&entry.field, |held| Some(held.value.date)).map(due)
}

/// When an adverse event has to go; of a conflict the latest counts.
#[must_use]
pub fn adverse_due(entry: &Entry<crate::adverse::AdverseEvent>) -> Option<Date> {
    latest(&entry.field, |held| Some(held.value.date)).map(due)
}

/// When a refused treatment has to go; of a conflict the latest counts.
#[must_use]
pub fn refusal_due(entry: &Entry<crate::mode::TreatmentRefusal>) -> Option<Date> {
    latest(&entry.field, |held| Some(held.value.date)).map(due)
}

/// When a request has to go: five years after it was closed. `None` while it is open in any of a conflict's values.
#[must_use]
pub fn request_due(entry: &Entry<crate::request::Request>) -> Option<Date> {
    if entry.field.all().iter().any(|held| held.value.is_open()) {
        return None;
    }
    let closed = |held: &Held<crate::request::Request>| {
        let closing = held.value.closing.as_ref();
        closing.map(|closing| closing.date)
    };
    latest(&entry.field, closed).map(due)
}

/// When what is kept of a request has to go whose card went before it; of a conflict the latest counts.
#[must_use]
pub fn proof_due(entry: &Entry<crate::request::RequestProof>) -> Option<Date> {
    let all = entry.field.all().iter();
    all.map(|held| held.value.goes()).max()
}

/// When a marketing notice has to go: long after it counted for the last time.
#[must_use]
pub fn notice_due(entry: &Entry<Notice>) -> Option<Date> {
    latest(&entry.field, |held| Some(notice_goes(&held.value)))
}

/// When this marketing notice has to go.
#[must_use]
pub fn notice_goes(notice: &Notice) -> Date {
    day(notice.at).saturating_add(Span::new().months(KEPT_MONTHS))
}

/// When what is kept of a user has to go. `None` while they have access.
#[must_use]
pub fn user_due(user: &crate::people::User) -> Option<Date> {
    let ended = user.ended.filter(|_| user.disabled);
    ended.map(|day| after(day, FORMER_USER_YEARS))
}

/// When an entry of the breach register has to go: five years after it was closed. `None` while it is open in any of
/// a conflict's values.
#[must_use]
pub fn breach_due(entry: &Entry<crate::breach::Breach>) -> Option<Date> {
    if entry
        .field
        .all()
        .iter()
        .any(|held| held.value.closed.is_none())
    {
        return None;
    }
    let all = entry.field.all().iter();
    all.filter_map(|held| held.value.due()).max()
}

fn latest<T>(field: &Field<T>, date: impl Fn(&Held<T>) -> Option<Date>) -> Option<Date> {
    field.all().iter().filter_map(date).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn five_years_end_on_the_same_day_or_the_last_of_february() {
        assert_eq!(due(date(2021, 11, 24)), date(2026, 11, 24));
        assert_eq!(due(date(2020, 2, 29)), date(2025, 2, 28));
        assert_eq!(due(date(9998, 1, 1)), Date::MAX);
    }

    #[test]
    fn a_run_without_asking_is_small() {
        assert_eq!(run_limit(0), 5);
        assert_eq!(run_limit(250), 5);
        assert_eq!(run_limit(20_000), 400);
    }
}
