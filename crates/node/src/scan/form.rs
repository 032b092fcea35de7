//! The forms in which a text may lie in a file.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};
use register::directory::fold;
use serde::{Deserialize, Serialize};

use super::TEXT_MIN_BYTES;

/// Fewer digits than this are no phone number.
const PHONE_DIGITS: usize = 7;
/// Finland's country code.
const COUNTRY: &str = "358";

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// As it is, in UTF-8.
    Text,
    /// In small or capital letters, or without accents, as the search index has it.
    Folded,
    /// The digits of a phone number.
    Digits,
    /// UTF-16, either order.
    Utf16,
    /// Base64, standard or for URLs, at any of three beginnings.
    Base64,
    /// Hexadecimal.
    Hex,
    /// Percent-encoded, as in a form or an address.
    Percent,
}

/// Every form of a text, with its bytes. Two forms may have the same bytes; the first counts.
pub(super) fn all(text: &str) -> Vec<(Form, Vec<u8>)> {
    let mut spellings = vec![(Form::Text, text.to_owned())];
    for folded in [text.to_lowercase(), text.to_uppercase(), fold(text)] {
        spellings.push((Form::Folded, folded));
    }
    for digits in phone(text) {
        spellings.push((Form::Digits, digits));
    }
    let mut forms: Vec<(Form, Vec<u8>)> = Vec::new();
    for (form, spelling) in &spellings {
        forms.push((*form, spelling.clone().into_bytes()));
    }
    for (_, spelling) in &spellings {
        let bytes = spelling.as_bytes();
        let units: Vec<u16> = spelling.encode_utf16().collect();
        forms.push((
            Form::Utf16,
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        ));
        forms.push((
            Form::Utf16,
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        ));
        for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            for shift in 0..3 {
                forms.push((Form::Base64, base64(bytes, shift, encoding)));
            }
        }
        for encoding in [&HEXLOWER, &HEXUPPER] {
            forms.push((Form::Hex, encoding.encode(bytes).into_bytes()));
        }
        for (space, digits) in [
            ("%20", &HEXUPPER),
            ("+", &HEXUPPER),
            ("%20", &HEXLOWER),
            ("+", &HEXLOWER),
        ] {
            forms.push((Form::Percent, percent(bytes, space, digits)));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    forms.retain(|(_, bytes)| bytes.len() >= TEXT_MIN_BYTES && seen.insert(bytes.clone()));
    forms
}

/// The digits of a phone number, with and without what stands before the subscriber's.
fn phone(text: &str) -> Vec<String> {
    let plain = |c: char| c.is_ascii_digit() || " +-()/.\u{a0}".contains(c);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !text.chars().all(plain) || digits.len() < PHONE_DIGITS {
        return Vec::new();
    }
    let own = digits
        .strip_prefix("00358")
        .or_else(|| digits.strip_prefix(COUNTRY))
        .unwrap_or(&digits)
        .trim_start_matches('0');
    let mut all = vec![digits.clone()];
    // A date has eight digits or fewer, and what is left of it without a zero means nothing.
    if own.len() >= PHONE_DIGITS {
        all.push(own.to_owned());
    }
    all
}

/// The characters that depend on the text alone when it begins `shift` bytes after a group of three.
fn base64(bytes: &[u8], shift: usize, encoding: &Encoding) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(bytes);
    let encoded = encoding.encode(&padded).into_bytes();
    // Six bits to a character: those that hold bits of what stands before or after are left out.
    let first = (shift * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    encoded.get(first..end).unwrap_or_default().to_vec()
}

fn percent(bytes: &[u8], space: &str, digits: &Encoding) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 3);
    for byte in bytes {
        match byte {
            b' ' => text.extend_from_slice(space.as_bytes()),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => text.push(*byte),
            other => {
                text.push(b'%');
                text.extend_from_slice(digits.encode(&[*other]).as_bytes());
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    fn check(text: &str, form: Form, bytes: &[u8]) {
        let forms = all(text);
        assert!(
            forms.iter().any(|(one, other)| *one == form
                && bytes.windows(other.len()).any(|window| window == other)),
            "{form:?}"
        );
    }

    #[test]
    fn each_form_is_known() {
        let text = "Zaida Öljymäki";
        check(text, Form::Text, "..Zaida Öljymäki..".as_bytes());
        check(text, Form::Folded, "ZAIDA ÖLJYMÄKI".as_bytes());
        check(text, Form::Folded, b"zaida oljymaki");
        check(text, Form::Hex, HEXLOWER.encode(text.as_bytes()).as_bytes());
        check(text, Form::Hex, HEXUPPER.encode(text.as_bytes()).as_bytes());
        check(text, Form::Percent, b"Zaida+%C3%96ljym%C3%A4ki");
        check(text, Form::Percent, b"Zaida%20%c3%96ljym%c3%a4ki");
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(text, Form::Utf16, &wide);
        for before in ["", "x", "xy", "xyz"] {
            let whole = format!("{before}{text}, and more");
            check(
                text,
                Form::Base64,
                BASE64.encode(whole.as_bytes()).as_bytes(),
            );
        }
    }

    #[test]
    fn a_phone_is_its_digits() {
        check("040 000 1234", Form::Digits, b"+358400001234");
        check("+358 40 000 1234", Form::Digits, b"0400001234");
        check("040 000 1234", Form::Digits, b"0400001234");
        assert!(phone("24.11.26").is_empty());
        assert!(phone("erä 0400001234").is_empty());
    }

    #[test]
    fn nothing_short_is_looked_for() {
        for (_, bytes) in all("äö") {
            assert!(bytes.len() >= TEXT_MIN_BYTES);
        }
    }
}
