//! What a reading found that somebody should know: places and reasons, never the text of a cell.

use core::fmt;

use super::column::Field;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The file of clients.
    Clients,
    /// The file of treatments.
    Treatments,
}

impl Role {
    /// The name used in texts and in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Treatments => "treatments",
        }
    }
}

/// A row, or one cell of it, that could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// In which file.
    pub file: Role,
    /// The line of the file, or the row of the sheet, where the row starts; from 1.
    pub line: u64,
    /// The cell, when it is about one.
    pub field: Option<Field>,
    /// What is wrong.
    pub reason: Reason,
}

/// Why a row or a cell could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The row has fewer columns than the header.
    TooFewColumns {
        /// Columns of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// The row has more columns than the header.
    TooManyColumns {
        /// Columns of the row.
        found: usize,
        /// Columns of the header.
        expected: usize,
    },
    /// A client without a name.
    NoName,
    /// The client's number stands in an earlier row already.
    NumberTwice {
        /// The line of that row.
        first: u64,
    },
    /// A treatment of a client who is not in the file of clients, or whose row was left out.
    UnknownClient,
    /// A treatment that says nothing of what was done.
    NoTreatment,
    /// A treatment without a date.
    NoDate,
    /// Not a date.
    NotDate,
    /// A date that no calendar has.
    ImpossibleDate,
    /// A date after the day of the import.
    FutureDate,
    /// Not a phone number.
    Phone,
    /// Not an e-mail address.
    Email,
    /// Not a date, year or identity code from which a year of birth follows.
    BirthYear,
    /// Neither yes nor no: taken as not known.
    YesNo,
    /// Longer than a field of the register may be.
    TooLong,
}

impl Reason {
    /// Whether the whole row was left out because of it.
    #[must_use]
    pub const fn costs_row(self, field: Option<Field>) -> bool {
        match self {
            Self::TooFewColumns { .. }
            | Self::TooManyColumns { .. }
            | Self::NoName
            | Self::NumberTwice { .. }
            | Self::UnknownClient
            | Self::NoTreatment
            | Self::NoDate => true,
            Self::NotDate | Self::ImpossibleDate | Self::FutureDate => {
                matches!(field, Some(Field::Date))
            }
            Self::TooLong => matches!(
                field,
                Some(Field::LastName | Field::FirstName | Field::FullName | Field::Treatment)
            ),
            Self::Phone | Self::Email | Self::BirthYear | Self::YesNo => false,
        }
    }

    /// The name used in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooFewColumns { .. } => "too_few_columns",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::NoName => "no_name",
            Self::NumberTwice { .. } => "number_twice",
            Self::UnknownClient => "unknown_client",
            Self::NoTreatment => "no_treatment",
            Self::NoDate => "no_date",
            Self::NotDate => "not_a_date",
            Self::ImpossibleDate => "impossible_date",
            Self::FutureDate => "future_date",
            Self::Phone => "not_a_phone_number",
            Self::Email => "not_an_email_address",
            Self::BirthYear => "not_a_year_of_birth",
            Self::YesNo => "neither_yes_nor_no",
            Self::TooLong => "too_long",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewColumns { found, expected } => {
                write!(
                    f,
                    "too few columns: {found} where the header has {expected}"
                )
            }
            Self::TooManyColumns { found, expected } => {
                write!(
                    f,
                    "too many columns: {found} where the header has {expected}"
                )
            }
            Self::NoName => f.write_str("no name"),
            Self::NumberTwice { first } => {
                write!(f, "the client number stands on line {first} already")
            }
            Self::UnknownClient => f.write_str("no client with this number was read"),
            Self::NoTreatment => f.write_str("no treatment is named"),
            Self::NoDate => f.write_str("no date"),
            Self::NotDate => f.write_str("not a date"),
            Self::ImpossibleDate => f.write_str("no calendar has this date"),
            Self::FutureDate => f.write_str("the date is in the future"),
            Self::Phone => f.write_str("not a phone number"),
            Self::Email => f.write_str("not an e-mail address"),
            Self::BirthYear => f.write_str("no year of birth follows from it"),
            Self::YesNo => f.write_str("neither yes nor no: taken as not known"),
            Self::TooLong => f.write_str("too long"),
        }
    }
}

/// Something that was done to what the file says, or that a person should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Note {
    /// In which file.
    pub file: Role,
    /// The line of the file, or the row of the sheet, where the row starts; from 1.
    pub line: u64,
    /// The cell, when it is about one.
    pub field: Option<Field>,
    /// What it is.
    pub kind: NoteKind,
}

/// What a [`Note`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A personal identity code was cut out.
    IdentityCode,
    /// A treatment five years old or older was left out (clause 9).
    TooOld,
    /// The client's last visit is five years ago or more: the card is due for deletion (clause 9).
    CardDue,
    /// A free-text note or remark that may be about health, which is not for notes (decision 10).
    MaybeHealth,
    /// A phone number without its leading zero, as spreadsheets leave them, was given it again.
    ZeroRestored,
    /// The client had no number that may be kept; one was made from the other fields.
    NumberMade,
}

impl NoteKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::IdentityCode,
        Self::TooOld,
        Self::CardDue,
        Self::MaybeHealth,
        Self::ZeroRestored,
        Self::NumberMade,
    ];

    /// The name used in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdentityCode => "identity_code_cut",
            Self::TooOld => "older_than_five_years",
            Self::CardDue => "last_visit_over_five_years_ago",
            Self::MaybeHealth => "note_may_be_about_health",
            Self::ZeroRestored => "phone_zero_restored",
            Self::NumberMade => "client_number_made",
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IdentityCode => "personal identity codes cut out",
            Self::TooOld => "treatments five years old or older, left out",
            Self::CardDue => "clients whose last visit is five years ago or more: due for deletion",
            Self::MaybeHealth => "notes that may be about health: move them to the health part",
            Self::ZeroRestored => "phone numbers given back their leading zero",
            Self::NumberMade => "clients without a usable number: one was made",
        })
    }
}

/// Two rows that may be the same person. They are listed, never merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The earlier row.
    pub first: Place,
    /// The later row.
    pub second: Place,
    /// In what they are alike.
    pub alike: Vec<Likeness>,
}

/// A client's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its line, from 1.
    pub line: u64,
    /// The client's number there.
    pub legacy_id: String,
}

/// In what two clients are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same phone number.
    Phone,
    /// The same e-mail address.
    Email,
    /// The same name and year of birth.
    NameAndYear,
}

impl Likeness {
    /// The name used in texts and in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Email => "email",
            Self::NameAndYear => "name and birth year",
        }
    }
}
