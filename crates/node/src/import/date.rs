//! Dates as salon programs and people write them.

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

/// How dates are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateStyle {
    /// d.M.yyyy
    Dots,
    /// yyyy-MM-dd
    Iso,
    /// d/M/yyyy
    Slashes,
    /// M/d/yyyy
    MonthFirst,
}

impl DateStyle {
    /// The name used in texts and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dots => "d.M.yyyy",
            Self::Iso => "yyyy-MM-dd",
            Self::Slashes => "d/M/yyyy",
            Self::MonthFirst => "M/d/yyyy",
        }
    }
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateFault {
    /// Not written as a date.
    Form,
    /// Written as one, but no calendar has it.
    Impossible,
}

/// Reads the dates of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates {
    month_first: bool,
    /// Two-digit years are not after this day's.
    today: Date,
}

/// Day zero of spreadsheets' date serials, for days from March 1900 on.
const SERIAL_ZERO: Date = date(1899, 12, 30);
/// Serials from 1927 to 2119: other five-digit numbers are no dates.
const SERIALS: core::ops::RangeInclusive<i64> = 10_000..=80_000;

impl Dates {
    /// Learns from a file's date cells how they are written; also says which style most have.
    ///
    /// Slashes mean d/M/yyyy unless a cell makes sense as M/d/yyyy only, and none as d/M/yyyy only.
    pub(super) fn learn<'a>(
        cells: impl Iterator<Item = &'a str>,
        today: Date,
    ) -> (Self, Option<DateStyle>) {
        let (mut dots, mut iso, mut slashes) = (0_usize, 0_usize, 0_usize);
        let (mut day_only, mut month_only) = (false, false);
        for parts in cells.filter_map(Parts::split) {
            match parts.separator {
                _ if parts.first_digits == 4 => iso += 1,
                '/' => {
                    slashes += 1;
                    day_only |= parts.first > 12;
                    month_only |= parts.second > 12;
                }
                _ => dots += 1,
            }
        }
        let month_first = month_only && !day_only;
        let slash_style = if month_first {
            DateStyle::MonthFirst
        } else {
            DateStyle::Slashes
        };
        let counts = [
            (dots, DateStyle::Dots),
            (iso, DateStyle::Iso),
            (slashes, slash_style),
        ];
        let style = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .max()
            .map(|(_, style)| style);
        (Self { month_first, today }, style)
    }

    /// The date in `cell`; a time of day after it is passed over.
    pub(super) fn read(&self, cell: &str) -> Result<Date, DateFault> {
        let cell = cell.trim();
        if let Some(parts) = Parts::split(cell) {
            return self.assemble(parts);
        }
        if !cell.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DateFault::Form);
        }
        let number: i64 = cell.parse().map_err(|_| DateFault::Form)?;
        match cell.len() {
            5 if SERIALS.contains(&number) => SERIAL_ZERO
                .checked_add(Span::new().days(number))
                .map_err(|_| DateFault::Impossible),
            8 => {
                let whole = |year, month, day| from_numbers(year, month, day).ok();
                whole(number / 10_000, number / 100 % 100, number % 100)
                    .filter(|date| (1900..=2100).contains(&date.year()))
                    .or_else(|| whole(number % 10_000, number / 10_000 % 100, number / 1_000_000))
                    .ok_or(DateFault::Impossible)
            }
            _ => Err(DateFault::Form),
        }
    }

    fn assemble(&self, parts: Parts) -> Result<Date, DateFault> {
        let Parts {
            first,
            second,
            third,
            ..
        } = parts;
        if parts.first_digits == 4 {
            return from_numbers(first, second, third);
        }
        let year = match parts.third_digits {
            4 => third,
            2 if third <= i64::from(self.today.year()) % 100 => 2000 + third,
            2 => 1900 + third,
            _ => return Err(DateFault::Form),
        };
        if parts.separator == '/' && self.month_first {
            from_numbers(year, first, second)
        } else {
            from_numbers(year, second, first)
        }
    }
}

/// The last day whose entries are five years old or older on `today`, and so are not kept.
pub(super) fn five_years_before(today: Date) -> Date {
    today.saturating_sub(5.years())
}

fn from_numbers(year: i64, month: i64, day: i64) -> Result<Date, DateFault> {
    let fit = || {
        let (year, month, day) = (
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        Date::new(year, month, day).ok()
    };
    fit().ok_or(DateFault::Impossible)
}

/// Three numbers with the same separator between them.
struct Parts {
    first: i64,
    second: i64,
    third: i64,
    first_digits: usize,
    third_digits: usize,
    separator: char,
}

impl Parts {
    fn split(cell: &str) -> Option<Self> {
        // "ma 12.2.2026"
        let cell = cell
            .trim()
            .trim_start_matches(char::is_alphabetic)
            .trim_start();
        let (first, rest) = number(cell)?;
        let separator = rest.chars().next().filter(|c| ".-/".contains(*c))?;
        let (second, rest) = number(rest.strip_prefix(separator)?.trim_start())?;
        let (third, rest) = number(rest.strip_prefix(separator)?.trim_start())?;
        // After the date at most a time: "T14:30", " 14.30", ", klo 14".
        let ended = rest.is_empty() || rest.starts_with([' ', 'T', ',', '\u{a0}']);
        let year_first = first.len() == 4 && third.len() <= 2;
        let plausible = ended && second.len() <= 2 && (year_first || first.len() <= 2);
        plausible.then_some(Self {
            first: first.parse().ok()?,
            second: second.parse().ok()?,
            third: third.parse().ok()?,
            first_digits: first.len(),
            third_digits: third.len(),
            separator,
        })
    }
}

fn number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    ((1..=4).contains(&end)).then_some((digits, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 23);

    fn read(cell: &str) -> Result<Date, DateFault> {
        Dates::learn([cell].into_iter(), TODAY).0.read(cell)
    }

    #[test]
    fn dates_in_every_style_are_read() {
        for cell in [
            "12.2.2026",
            "12.02.2026",
            "12. 2. 2026",
            "2026-02-12",
            "2026-02-12T14:30:00",
            "12/2/2026",
            "12.2.26",
            "to 12.2.2026 klo 14.30",
            "20260212",
            "12022026",
            "46065",
        ] {
            assert_eq!(read(cell), Ok(date(2026, 2, 12)), "{cell}");
        }
        assert_eq!(read("1.1.45"), Ok(date(1945, 1, 1)));
    }

    #[test]
    fn what_no_calendar_has_is_told_from_what_is_no_date() {
        for cell in [
            "31.2.2025",
            "2025-13-01",
            "0.1.2025",
            "99999999",
            "29.2.2025",
        ] {
            assert_eq!(read(cell), Err(DateFault::Impossible), "{cell}");
        }
        for cell in [
            "",
            "eilen",
            "1.2.",
            "1.2.3.4",
            "12345678901",
            "1-2.2025",
            "5",
            "99999",
        ] {
            assert_eq!(read(cell), Err(DateFault::Form), "{cell}");
        }
    }

    #[test]
    fn slashes_are_american_only_when_nothing_else_makes_sense() {
        let learn = |cells: &[&str]| Dates::learn(cells.iter().copied(), TODAY);
        let (dates, style) = learn(&["2/13/2026", "2/3/2026"]);
        assert_eq!(style, Some(DateStyle::MonthFirst));
        assert_eq!(dates.read("2/3/2026"), Ok(date(2026, 2, 3)));
        let (dates, style) = learn(&["2/13/2026", "13/2/2026"]);
        assert_eq!(style, Some(DateStyle::Slashes));
        assert_eq!(dates.read("2/13/2026"), Err(DateFault::Impossible));
        assert_eq!(learn(&["1980", "x"]).1, None);
        assert_eq!(
            learn(&["1.1.1980", "1980-01-01", "2.1.1980"]).1,
            Some(DateStyle::Dots)
        );
    }

    #[test]
    fn five_years_end_on_the_same_day_of_the_year() {
        assert_eq!(five_years_before(TODAY), date(2021, 11, 23));
        assert_eq!(five_years_before(date(2024, 2, 29)), date(2019, 2, 28));
    }

    proptest! {
        #[test]
        fn any_text_is_a_date_or_is_not(cell in "\\PC{0,20}|[0-9./-]{0,14}") {
            let _ = read(&cell);
        }

        #[test]
        fn every_day_is_read_back(days in 0..60_000_i64) {
            let day = date(1930, 1, 1).saturating_add(days.days());
            prop_assert_eq!(read(&day.to_string()), Ok(day));
            let dots = format!("{}.{}.{}", day.day(), day.month(), day.year());
            prop_assert_eq!(read(&dots), Ok(day));
        }
    }
}
