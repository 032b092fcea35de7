//! Finnish personal identity codes (henkilötunnus), found by their checksum so that they can be kept out.
//!
//! The form is `DDMMYYCZZZQ`: date of birth, century sign, individual number, check character
//! (Decree 128/2010 with the century signs added in 2023 by 1037/2022).

use core::ops::Range;

/// A code that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// The year of birth in it.
    pub year: u16,
}

const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
const LENGTH: usize = 11;

/// The first identity code in `text`, in either case, not part of a longer word or number.
#[must_use]
pub fn find(text: &str) -> Option<Found> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(LENGTH - 1)).find_map(|start| {
        let end = start + LENGTH;
        let year = read(bytes.get(start..end)?)?;
        let alone = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        (alone(start.checked_sub(1)) && alone(Some(end))).then_some(Found {
            range: start..end,
            year,
        })
    })
}

/// `text` without its identity codes, and the year of birth of the first, if there was any.
#[must_use]
pub fn cut(text: &str) -> (String, Option<u16>) {
    let mut kept = text.to_owned();
    let mut year = None;
    while let Some(found) = find(&kept) {
        year = year.or(Some(found.year));
        kept.replace_range(found.range, "");
    }
    (kept, year)
}

fn read(code: &[u8]) -> Option<u16> {
    let [d1, d2, m1, m2, y1, y2, sign, z1, z2, z3, check] = code else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let pair = |a, b| Some(digit(a)? * 10 + digit(b)?);
    let (day, month, year) = (pair(d1, d2)?, pair(m1, m2)?, pair(y1, y2)?);
    let century = match sign.to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'Y' | b'X' | b'W' | b'V' | b'U' => 1900,
        b'A' | b'B' | b'C' | b'D' | b'E' | b'F' => 2000,
        _ => return None,
    };
    if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
        return None;
    }
    let individual = digit(z1)? * 100 + digit(z2)? * 10 + digit(z3)?;
    let number = ((day * 100 + month) * 100 + year) * 1000 + individual;
    let expected = CHECK.get((number % 31) as usize)?;
    (check.to_ascii_uppercase() == *expected).then_some((century + year) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Individual numbers 900-999 belong to nobody.
    fn code(date: &str, sign: char, individual: u32) -> String {
        let number: u32 = format!("{date}{individual}").parse().unwrap();
        format!(
            "{date}{sign}{individual}{}",
            char::from(CHECK[(number % 31) as usize])
        )
    }

    #[test]
    fn every_century_sign_is_known() {
        for (signs, century) in [("+", 1800), ("-YXWVU", 1900), ("ABCDEF", 2000)] {
            for sign in signs.chars() {
                let code = code("131052", sign, 308 + 600);
                assert_eq!(find(&code).map(|f| f.year), Some(century + 52), "{sign}");
                assert_eq!(
                    find(&code.to_lowercase()).map(|f| f.year),
                    Some(century + 52)
                );
            }
        }
    }

    #[test]
    fn only_whole_codes_with_a_right_checksum_count() {
        let right = code("010190", '-', 950);
        assert_eq!(
            cut(&format!("hetu {right} kysytty")),
            ("hetu  kysytty".into(), Some(1990))
        );
        let wrong = format!(
            "{}{}",
            &right[..10],
            if right.ends_with('0') { '1' } else { '0' }
        );
        assert_eq!(find(&wrong), None);
        assert_eq!(find(&format!("1{right}")), None);
        assert_eq!(find(&format!("{right}5")), None);
        assert_eq!(find("ä"), None);
    }
}
