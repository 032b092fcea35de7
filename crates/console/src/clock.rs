//! Time as people at the clinic read it: Finland's civil time, d.M.yyyy.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// Where the console takes the time from.
pub type Clock = fn() -> Timestamp;

/// Eastern European Time with the EU's summer time (Directive 2000/84/EC), as a POSIX rule, so that a
/// machine without a time zone database is right too.
const FINLAND: &str = "EET-2EEST,M3.5.0/3,M10.5.0/4";

fn finland() -> TimeZone {
    TimeZone::posix(FINLAND).unwrap_or(TimeZone::UTC)
}

/// The day it is now in Finland.
#[must_use]
pub fn today(clock: Clock) -> Date {
    day(clock())
}

/// The day in Finland at `at`.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    at.to_zoned_datetime(finland()).date()
}

/// When the day begins in Finland.
pub(crate) fn start_of_day(day: Date) -> Timestamp {
    let start = day.at(0, 0, 0, 0);
    finland()
        .to_ambiguous_timestamp(start)
        .compatible()
        .unwrap_or(Timestamp::MAX)
}

/// A date as all three languages show it: `1.2.2024`.
pub(crate) fn show_date(date: Date) -> String {
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

/// A moment: `1.2.2024 13.05`.
pub(crate) fn show_moment(at: Timestamp) -> String {
    let local = at.to_zoned_datetime(finland());
    format!(
        "{} {}.{:02}",
        show_date(local.date()),
        local.hour(),
        local.minute()
    )
}

/// A moment as pages about today show it: `13.05` for today, else with its date.
pub(crate) fn show_recent(at: Timestamp, now: Timestamp) -> String {
    let local = at.to_zoned_datetime(finland());
    if local.date() == day(now) {
        format!("{}.{:02}", local.hour(), local.minute())
    } else {
        show_moment(at)
    }
}

/// Reads `1.2.2024`, `01.02.2024` and `2024-02-01`, between 1900 and 2100.
pub(crate) fn read_date(input: &str) -> Option<Date> {
    let input = input.trim();
    let (order, mark) = if input.contains('-') {
        ([2, 1, 0], '-')
    } else {
        ([0, 1, 2], '.')
    };
    let parts: Vec<i16> = input
        .splitn(4, mark)
        .map(|part| {
            let digits = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        })
        .collect::<Option<_>>()?;
    if parts.len() != order.len() {
        return None;
    }
    let part = |at: usize| order.get(at).and_then(|at| parts.get(*at)).copied();
    let (day, month, year) = (part(0)?, part(1)?, part(2)?);
    let within = (1900..=2100).contains(&year);
    let found = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    within.then_some(found)
}

/// The moment at which clocks in Finland show this on this day, `13.05` or `13:05`. In the hour that comes twice in
/// autumn the first counts.
pub(crate) fn read_moment(date: Date, time: &str) -> Option<Timestamp> {
    let (hour, minute) = time.trim().split_once(['.', ':'])?;
    let number = |text: &str| {
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    let time = jiff::civil::Time::new(number(hour)?, number(minute)?, 0, 0).ok()?;
    finland().to_timestamp(date.to_datetime(time)).ok()
}

/// The time of day in Finland at `at`: `13.05`.
pub(crate) fn show_time(at: Timestamp) -> String {
    let local = at.to_zoned_datetime(finland());
    format!("{}.{:02}", local.hour(), local.minute())
}

/// Reads a year of birth, or a full date of birth of which only the year is kept (clause 5).
pub(crate) fn read_birth_year(input: &str) -> Option<u16> {
    let input = input.trim();
    let year = if input.len() == 4 {
        input.parse().ok()
    } else {
        read_date(input).and_then(|date| u16::try_from(date.year()).ok())
    };
    year.filter(|year| (1900..=2100).contains(year))
}

/// The oldest date that anything in the register can bear.
pub(crate) const EARLIEST: Date = date(1900, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_three_notations() {
        for input in ["1.2.2024", "01.02.2024", "2024-02-01", " 1.2.2024 "] {
            assert_eq!(read_date(input), Some(date(2024, 2, 1)), "{input}");
        }
        for input in [
            "",
            "31.2.2024",
            "1.2.24",
            "1.2",
            "1.2.2024.1",
            "1/2/2024",
            "+1.2.2024",
            "2024-1-",
        ] {
            assert_eq!(read_date(input), None, "{input}");
        }
    }

    #[test]
    fn a_date_of_birth_leaves_only_its_year() {
        assert_eq!(read_birth_year("1984"), Some(1984));
        assert_eq!(read_birth_year("5.11.1984"), Some(1984));
        assert_eq!(read_birth_year("1884"), None);
        assert_eq!(read_birth_year("84"), None);
    }

    #[test]
    fn days_turn_at_midnight_in_finland_in_winter_and_summer() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(day(at("2024-01-31T22:00:00Z")), date(2024, 2, 1));
        assert_eq!(day(at("2024-01-31T21:59:59Z")), date(2024, 1, 31));
        assert_eq!(day(at("2024-07-31T21:00:00Z")), date(2024, 8, 1));
        assert_eq!(show_moment(at("2024-07-31T10:05:00Z")), "31.7.2024 13.05");
    }
}
