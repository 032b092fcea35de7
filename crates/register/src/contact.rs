//! Who a client is and how to reach them: parsed values (clause 5 of the notice).

use core::fmt;
use core::str::FromStr;

use crate::identity_code;

/// The longest text that a field takes, in characters.
pub const TEXT_LIMIT: usize = 4_000;

/// Why a text was not taken. Holds nothing of the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing but white space where something is needed.
    #[error("a value is needed")]
    Empty,
    /// Over [`TEXT_LIMIT`] characters, or over the bound of the field.
    #[error("too long")]
    TooLong,
    /// A Finnish personal identity code is in it: the register must not hold one (clause 5).
    #[error("holds a personal identity code")]
    IdentityCode,
    /// Not a phone number.
    #[error("not a phone number")]
    Phone,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// Not a year of birth, or one outside 1900..=2100.
    #[error("not a year of birth")]
    Year,
    /// Not a date, or an impossible one.
    #[error("not a date")]
    Date,
}

/// A text as a person wrote it, trimmed, bounded, and without identity codes or control characters.
///
/// Line breaks stay. Empty texts are allowed here; where one is needed, use [`required`].
///
/// # Errors
/// [`TextFault::TooLong`] or [`TextFault::IdentityCode`].
pub fn text(input: &str) -> Result<String, TextFault> {
    let clean: String = input
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let clean = clean.trim();
    if clean.chars().count() > TEXT_LIMIT {
        return Err(TextFault::TooLong);
    }
    if identity_code::find(clean).is_some() {
        return Err(TextFault::IdentityCode);
    }
    Ok(clean.to_owned())
}

/// Like [`text()`], but something must be in it.
///
/// # Errors
/// Also [`TextFault::Empty`].
pub fn required(input: &str) -> Result<String, TextFault> {
    let clean = text(input)?;
    if clean.is_empty() {
        Err(TextFault::Empty)
    } else {
        Ok(clean)
    }
}

/// A client's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// Family name; may be empty when only a first name is known.
    pub last: String,
    /// First name; may be empty when only a family name is known.
    pub first: String,
}

impl Name {
    /// A name of which at least one part is there.
    ///
    /// # Errors
    /// As [`text()`], and [`TextFault::Empty`] when both parts are empty.
    pub fn new(last: &str, first: &str) -> Result<Self, TextFault> {
        let name = Self {
            last: text(last)?,
            first: text(first)?,
        };
        if name.last.is_empty() && name.first.is_empty() {
            return Err(TextFault::Empty);
        }
        Ok(name)
    }

    /// Family name first, as lists show it: "Korhonen Maria".
    #[must_use]
    pub fn listed(&self) -> String {
        format!("{} {}", self.last, self.first).trim().to_owned()
    }
}

/// A year of birth, 1900..=2100. A full date of birth is never kept (clause 5).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthYear(u16);

impl BirthYear {
    /// The year, if it lies in 1900..=2100.
    ///
    /// # Errors
    /// [`TextFault::Year`] otherwise.
    pub fn new(year: u16) -> Result<Self, TextFault> {
        if (1900..=2100).contains(&year) {
            Ok(Self(year))
        } else {
            Err(TextFault::Year)
        }
    }

    /// The year itself.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A phone number in E.164 form, such as `+358400001234`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// The E.164 form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Phone {
    type Err = TextFault;

    /// Reads any usual notation; a number without a country code is Finnish.
    fn from_str(input: &str) -> Result<Self, TextFault> {
        let input = input.trim().replace("(0)", "");
        let mut digits = String::new();
        for (at, c) in input.chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if at == 0 => digits.push(c),
                ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}' | '\u{2011}' | '\u{2013}' => {}
                _ => return Err(TextFault::Phone),
            }
        }
        let e164 = if digits.starts_with('+') {
            digits
        } else if let Some(rest) = digits.strip_prefix("00") {
            format!("+{rest}")
        } else if let Some(rest) = digits.strip_prefix('0') {
            format!("+358{rest}")
        } else {
            return Err(TextFault::Phone);
        };
        // E.164: at most 15 digits; the shortest Finnish subscriber numbers have 5 after the country code.
        let count = e164.len() - 1;
        let plausible = (8..=15).contains(&count) && !e164.starts_with("+0");
        if plausible {
            Ok(Self(e164))
        } else {
            Err(TextFault::Phone)
        }
    }
}

impl fmt::Display for Phone {
    /// The Finnish way: `+358 40 000 1234`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(national) = self.0.strip_prefix("+358") else {
            return f.write_str(&self.0);
        };
        let (area, rest) = national.split_at_checked(2).unwrap_or((national, ""));
        let (one, two) = rest.split_at_checked(3).unwrap_or((rest, ""));
        write!(f, "+358 {area} {one} {two}")
    }
}

/// An e-mail address in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

impl Email {
    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = TextFault;

    fn from_str(input: &str) -> Result<Self, TextFault> {
        let address = input.trim().to_lowercase();
        let sound = address.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !domain.contains('@')
        }) && address.len() <= 254
            && !address
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
        if sound {
            Ok(Self(address))
        } else {
            Err(TextFault::Email)
        }
    }
}

/// A postal address.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub postcode: String,
    /// Town.
    pub town: String,
}

/// Where an imported card comes from.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The last visit that the other program knew of.
    pub last_visit: Option<jiff::civil::Date>,
    /// Which file or program, as named at the import.
    pub source: String,
    /// The client's number there.
    pub legacy_id: String,
}

/// Marketing permission (clause 12). No permission on record means no.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Marketing {
    /// Whether the client allows it.
    pub allowed: bool,
    /// When it was asked, where known.
    pub asked: Option<jiff::civil::Date>,
    /// How it was asked: in person, by phone, imported.
    pub channel: String,
    /// Which wording of the question was put to the client; empty where not known.
    pub wording: String,
}

/// A free-text note on a card; not for health (decision 10).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Note {
    /// The text.
    pub text: String,
    /// The day it was written, where known.
    pub date: Option<jiff::civil::Date>,
}

crate::redacted!(
    Name, BirthYear, Phone, Email, Address, Origin, Marketing, Note
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_in_any_notation_become_e164() {
        for input in [
            "040 000 1234",
            "0400001234",
            "+358400001234",
            "040-0001234",
            "00358400001234",
            "+358 (0)40 000 1234",
        ] {
            let phone: Phone = input.parse().unwrap();
            assert_eq!(phone.as_str(), "+358400001234", "{input}");
            assert_eq!(phone.to_string(), "+358 40 000 1234");
        }
        for input in ["", "40", "puhelin", "+0123456789", "12345678901234567"] {
            assert_eq!(input.parse::<Phone>(), Err(TextFault::Phone), "{input}");
        }
    }

    #[test]
    fn emails_are_lowered_and_checked() {
        assert_eq!(
            "A.B@Example.COM ".parse::<Email>().unwrap().as_str(),
            "a.b@example.com"
        );
        for input in [
            "",
            "a",
            "@example.com",
            "a@fi",
            "a@@b",
            "a b@example.com",
            "a@example.com, b@example.com",
        ] {
            assert_eq!(input.parse::<Email>(), Err(TextFault::Email), "{input}");
        }
    }

    #[test]
    fn debug_output_holds_nothing() {
        let name = Name::new("Korhonen", "Maria").unwrap();
        assert_eq!(format!("{name:?}"), "Name(redacted)");
    }
}
