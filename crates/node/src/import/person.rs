//! Names, addresses, phones, e-mails and yes or no, as they stand in cells.

use register::contact::{Address, Email, Phone};
use register::directory::fold;

/// Words before a family name that belong to it.
const PARTICLES: [&str; 5] = ["von", "af", "de", "van", "der"];

/// The family name and the first name in one cell.
///
/// A comma ends the family name. Without one the family name stands last, unless `last_first`.
/// A single word is a family name.
pub(super) fn split_name(cell: &str, last_first: bool) -> (String, String) {
    if let Some((last, first)) = cell.split_once(',') {
        return (last.trim().to_owned(), first.trim().to_owned());
    }
    let words: Vec<&str> = cell.split_whitespace().collect();
    let is_particle = |word: &&str| PARTICLES.contains(&fold(word).as_str());
    let last_starts = if last_first {
        let particles = words.iter().take_while(|word| is_particle(word)).count();
        let (last, first) = words.split_at((particles + 1).min(words.len()));
        return (last.join(" "), first.join(" "));
    } else {
        let before = words.len().saturating_sub(1);
        let named = words.get(..before).unwrap_or_default();
        before
            - named
                .iter()
                .rev()
                .take_while(|word| is_particle(word))
                .count()
    };
    let (first, last) = words.split_at(last_starts);
    (last.join(" "), first.join(" "))
}

/// The address in one cell: "Katu 1, 15100 Lahti". All of it is the street where no postal code is in it.
pub(super) fn split_address(cell: &str) -> Address {
    let cell = cell.replace('\n', ", ");
    let whole = Address {
        street: cell.clone(),
        ..Address::default()
    };
    let starts = cell
        .char_indices()
        .filter(|(at, _)| {
            *at == 0
                || cell
                    .get(..*at)
                    .is_some_and(|before| before.ends_with([' ', ',', '-']))
        })
        .map(|(at, _)| at);
    let mut postcode = starts.filter_map(|at| {
        let rest = cell.get(at..)?;
        let code = rest.get(..5)?;
        let after = rest.get(5..)?;
        let alone = !after.starts_with(|c: char| c.is_alphanumeric());
        (alone && code.bytes().all(|byte| byte.is_ascii_digit())).then_some((at, code, after))
    });
    let Some((at, code, after)) = postcode.next_back() else {
        return whole;
    };
    let edges = [' ', ',', '-'];
    let street = cell.get(..at).unwrap_or_default().trim_matches(edges);
    let street = street
        .strip_suffix("FI")
        .filter(|rest| rest.is_empty() || rest.ends_with([' ', ',']))
        .unwrap_or(street);
    Address {
        street: street.trim_matches(edges).to_owned(),
        postcode: code.to_owned(),
        town: after.trim_matches(edges).to_owned(),
    }
}

/// The phones in a cell.
pub(super) struct Phones {
    pub(super) phones: Vec<Phone>,
    /// How many parts of the cell were no phone.
    pub(super) bad: usize,
    /// Whether a leading zero, which spreadsheets take from numbers, was put back.
    pub(super) zero_restored: bool,
}

/// Reads a cell with one phone number, or several between commas, semicolons, slashes and line breaks.
pub(super) fn phones(cell: &str) -> Phones {
    let mut found = Phones {
        phones: Vec::new(),
        bad: 0,
        zero_restored: false,
    };
    if let Some((phone, restored)) = phone(cell) {
        found.phones.push(phone);
        found.zero_restored = restored;
        return found;
    }
    for part in cell
        .split([',', ';', '/', '\n'])
        .filter(|part| !part.trim().is_empty())
    {
        match phone(part) {
            Some((phone, restored)) => {
                found.phones.push(phone);
                found.zero_restored |= restored;
            }
            None => found.bad += 1,
        }
    }
    found
}

fn phone(text: &str) -> Option<(Phone, bool)> {
    // "puh. 040 123 4567 (koti)": words without digits say whose or which phone it is.
    let words = text.split_whitespace().filter(|word| {
        !word.contains(char::is_alphabetic) || word.contains(|c: char| c.is_ascii_digit())
    });
    let bare = words.collect::<Vec<_>>().join(" ");
    let bare = bare.trim_end_matches(['(', ')', ' ', '.', ':']);
    if let Ok(phone) = bare.parse() {
        return Some((phone, false));
    }
    let digits: String = bare.chars().filter(|c| !" -".contains(*c)).collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A spreadsheet turns 0401234567 into the number 401234567, and +358… loses its plus.
    let mobile = digits.starts_with('4') || digits.starts_with("50");
    if mobile && (8..=10).contains(&digits.len()) {
        return Some((format!("0{digits}").parse().ok()?, true));
    }
    if digits.starts_with("358") && (11..=13).contains(&digits.len()) {
        return Some((format!("+{digits}").parse().ok()?, true));
    }
    None
}

/// The e-mail addresses in a cell, and how many parts of it were none.
pub(super) fn emails(cell: &str) -> (Vec<Email>, usize) {
    let mut emails = Vec::new();
    let mut bad = 0;
    for part in cell.split([',', ';', '/', ' ', '\n']) {
        let part = part.trim_matches(['<', '>', '"', '(', ')']);
        let part = part.strip_prefix("mailto:").unwrap_or(part);
        if part.is_empty() {
            continue;
        }
        match part.parse() {
            Ok(email) => emails.push(email),
            Err(_) => bad += 1,
        }
    }
    // "Maria <maria@example.com>" is one address and a name.
    let named = cell.contains('<') && !emails.is_empty();
    (emails, if named { 0 } else { bad })
}

/// Yes, no, or neither that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum YesNo {
    Yes,
    No,
    Unclear,
}

const YES: [&str; 15] = [
    "kylla", "k", "x", "1", "yes", "y", "true", "tosi", "ja", "j", "joo", "sallittu", "✓", "✔", "☑",
];
const NO: [&str; 16] = [
    "ei",
    "e",
    "0",
    "no",
    "n",
    "false",
    "epatosi",
    "nej",
    "-",
    "--",
    "kielletty",
    "ei ole",
    "ingen",
    "none",
    "☐",
    "–",
];

/// What a filled cell says to a yes-or-no question.
pub(super) fn yes_no(cell: &str) -> YesNo {
    let cell = fold(cell);
    let cell = cell.trim().trim_end_matches(['.', '!']);
    if YES.contains(&cell) {
        YesNo::Yes
    } else if NO.contains(&cell) {
        YesNo::No
    } else {
        YesNo::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_split_as_people_write_them() {
        for (cell, last, first) in [
            ("Korhonen, Maria Helena", "Korhonen", "Maria Helena"),
            ("Maria Korhonen", "Korhonen", "Maria"),
            ("Anna von Essen", "von Essen", "Anna"),
            ("Maria Helena Ylä-Jussila", "Ylä-Jussila", "Maria Helena"),
            ("Korhonen", "Korhonen", ""),
            (", Maria", "", "Maria"),
            ("", "", ""),
        ] {
            assert_eq!(
                split_name(cell, false),
                (last.into(), first.into()),
                "{cell}"
            );
        }
        assert_eq!(
            split_name("von Essen Anna Maria", true),
            ("von Essen".into(), "Anna Maria".into())
        );
    }

    #[test]
    fn addresses_are_split_at_the_postal_code() {
        let check = |cell: &str, parts: [&str; 3]| {
            let address = split_address(cell);
            assert_eq!(
                [&*address.street, &*address.postcode, &*address.town],
                parts,
                "{cell}"
            );
        };
        check(
            "Poikuekatu 1, 15100 Lahti",
            ["Poikuekatu 1", "15100", "Lahti"],
        );
        check(
            "Poikuekatu 1\n15100 LAHTI",
            ["Poikuekatu 1", "15100", "LAHTI"],
        );
        check(
            "Poikuekatu 1, FI-15100 Lahti",
            ["Poikuekatu 1", "15100", "Lahti"],
        );
        check("Poikuekatu 1", ["Poikuekatu 1", "", ""]);
        check("15100 Lahti", ["", "15100", "Lahti"]);
        check(
            "Äkäslompolontie 12345, 95970 Äkäslompolo",
            ["Äkäslompolontie 12345", "95970", "Äkäslompolo"],
        );
    }

    fn check_phones(cell: &str, expected: &[&str], bad: usize) {
        let found = phones(cell);
        let numbers: Vec<&str> = found.phones.iter().map(Phone::as_str).collect();
        assert_eq!((numbers.as_slice(), found.bad), (expected, bad), "{cell}");
    }

    #[test]
    fn phones_are_found_however_many_stand_in_a_cell() {
        let (one, two) = ("+358400001234", "+358500004321");
        check_phones("040 000 1234", &[one], 0);
        check_phones("040/0001234", &[one], 0);
        check_phones("040 0001234, 050 000 4321", &[one, two], 0);
        check_phones("0400001234/0500004321", &[one, two], 0);
        check_phones("0400001234; puuttuu", &[one], 1);
        check_phones("puh. 040 0001234 (koti)", &[one], 0);
        check_phones("400001234", &[one], 0);
        check_phones("358400001234", &[one], 0);
        check_phones("0400O01234", &[], 1);
        check_phones("ei ole", &[], 1);
        check_phones("4.00E+08", &[], 1);
        assert!(phones("400001234").zero_restored);
    }

    #[test]
    fn emails_are_lowered_and_what_is_none_is_counted() {
        let check = |cell: &str, expected: &[&str], bad: usize| {
            let (found, count) = emails(cell);
            let found: Vec<&str> = found.iter().map(Email::as_str).collect();
            assert_eq!((found.as_slice(), count), (expected, bad), "{cell}");
        };
        check("A@Example.COM", &["a@example.com"], 0);
        check(
            "a@example.com; b@example.com",
            &["a@example.com", "b@example.com"],
            0,
        );
        check("Maria K <a@example.com>", &["a@example.com"], 0);
        check("mailto:a@example.com", &["a@example.com"], 0);
        check("ei ole", &[], 2);
    }

    proptest! {
        #[test]
        fn any_cell_is_read_without_panic(cell in "\\PC{0,40}|[0-9+/ ,;()-]{0,30}") {
            split_name(&cell, false);
            split_name(&cell, true);
            split_address(&cell);
            phones(&cell);
            emails(&cell);
            yes_no(&cell);
        }
    }
}
