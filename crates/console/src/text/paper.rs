//! The clinic's papers as whole texts: the privacy notice, the record of processing, the undertaking, and what the
//! notice says differently from the one before Kortisto.
//!
//! What stands in settings is not here: a paper puts it in ([`crate::papers`]).

mod english;
mod finnish;
mod swedish;

use super::Language;

/// A title, and paragraphs parted by line breaks.
pub(crate) type Clause = (&'static str, &'static str);

/// Which clause, what the old text said, what the new one says, and why.
pub(crate) type Change = (&'static str, &'static str, &'static str, &'static str);

impl Language {
    /// The notice after clauses 1 to 3 (GDPR Article 13).
    pub(crate) const fn notice_clauses(self) -> &'static [Clause; 10] {
        match self {
            Self::Finnish => &finnish::NOTICE,
            Self::Swedish => &swedish::NOTICE,
            Self::English => &english::NOTICE,
        }
    }

    /// The record of processing after the controller (GDPR Article 30(1)).
    pub(crate) const fn record_clauses(self) -> &'static [Clause; 7] {
        match self {
            Self::Finnish => &finnish::RECORD,
            Self::Swedish => &swedish::RECORD,
            Self::English => &english::RECORD,
        }
    }

    /// The undertaking of confidentiality (GDPR Articles 29 and 32(4)).
    pub(crate) const fn undertaking_paragraphs(self) -> &'static [&'static str; 4] {
        match self {
            Self::Finnish => &finnish::UNDERTAKING,
            Self::Swedish => &swedish::UNDERTAKING,
            Self::English => &english::UNDERTAKING,
        }
    }

    /// What the notice says differently from the clinic's notice before Kortisto (decision 9).
    pub(crate) const fn notice_changes(self) -> &'static [Change; 9] {
        match self {
            Self::Finnish => &finnish::CHANGES,
            Self::Swedish => &swedish::CHANGES,
            Self::English => &english::CHANGES,
        }
    }
}
