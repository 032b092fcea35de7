//! The Finnish business ID (Y-tunnus): seven digits, a hyphen, and a check digit.
//!
//! Source: the Finnish Patent and Registration Office's and Tax Administration's Business Information System.

/// Weights of the seven digits, the first first.
const WEIGHTS: [u32; 7] = [7, 9, 10, 5, 8, 4, 2];
/// The sum of the weighted digits and the check digit is a multiple of this.
const MODULUS: u32 = 11;

/// The business ID as it is written, `1234567-1`; `None` unless digits and check digit are right.
///
/// An ID of six digits from before 2002 is taken with a zero before it.
#[must_use]
pub fn parse(input: &str) -> Option<String> {
    let (digits, check) = input.trim().split_once('-')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(digits) || !plain(check) || check.len() != 1 || !(6..=7).contains(&digits.len()) {
        return None;
    }
    let padded = format!("{digits:0>7}");
    let digit = |sign: char| sign.to_digit(10).unwrap_or_default();
    let weighted = padded.chars().map(digit).zip(WEIGHTS);
    let sum: u32 = weighted.map(|(digit, weight)| digit * weight).sum();
    let check: u32 = check.chars().map(digit).sum();
    ((sum + check).is_multiple_of(MODULUS)).then(|| format!("{padded}-{check}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expected: Option<&str>) {
        assert_eq!(parse(input).as_deref(), expected, "{input}");
    }

    #[test]
    fn a_business_id_is_taken_when_its_check_digit_is_right() {
        check("1234567-1", Some("1234567-1"));
        check(" 1572860-0 ", Some("1572860-0"));
        check("1234567-2", None);
        check("1324567-1", None);
        check("12345671", None);
        check("123456-", None);
        check("+123456-1", None);
        check("", None);
    }
}
