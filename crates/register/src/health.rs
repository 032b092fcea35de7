//! Health information that bears on a treatment (clause 5; GDPR Article 9).

use jiff::civil::Date;

use crate::id::RecordId;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthKind {
    /// Skin disease.
    Skin,
    /// Allergy.
    Allergy,
    /// Medication.
    Medication,
    /// Anything else that bears on a treatment.
    Other,
}

/// How loudly an entry speaks, quietest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertLevel {
    /// Good to know.
    Info,
    /// Take care.
    Caution,
    /// Don't do the treatment it concerns.
    Contraindication,
}

/// One health entry.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HealthEntry {
    /// What it is about.
    pub kind: HealthKind,
    /// In words.
    pub text: String,
    /// How loudly it speaks.
    pub level: AlertLevel,
    /// The day it was taken down, where known. Its five years run from the later of this and `confirmed`.
    pub date: Option<Date>,
    /// The day it was last confirmed at a visit.
    pub confirmed: Option<Date>,
    /// Who took it down, where known.
    pub author: Option<RecordId>,
}

/// That the client was asked about health, and when.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HealthAsked {
    /// The day.
    pub date: Date,
}

crate::redacted!(HealthEntry, HealthAsked);
