//! What the clinic says of itself (clauses 1-3), its privacy notices, its treatment catalogue, and papers to destroy.

use jiff::civil::Date;

use crate::treatment::{Contract, Treatment};

/// The controller and the contact person (clauses 1 and 2) and the register's name (clause 3).
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Controller {
    /// The controller's name.
    pub name: String,
    /// Business ID ([`crate::business_id`]).
    pub business_id: String,
    /// Postal address.
    pub address: String,
    /// Contact person in matters of the register.
    pub contact: String,
    /// Their phone.
    pub phone: String,
    /// Their e-mail.
    pub email: String,
    /// The register's name.
    pub register_name: String,
}

/// One premises. Its entry id is its node's id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Premises {
    /// What staff call it.
    pub name: String,
    /// Street address.
    pub address: String,
    /// Phone.
    pub phone: String,
}

/// The highest least age of a treatment, years.
pub const LEAST_AGE_LIMIT: u8 = 99;
/// A privacy notice (GDPR Article 13) as the clinic put it in use: kept, so that what clients were told when is known.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PrivacyNotice {
    /// The first day of its use.
    pub from: Date,
    /// The whole text in Finnish, Swedish and English: clauses parted by an empty line, the title on the first line of each.
    pub texts: [String; 3],
}

/// One treatment that the clinic offers.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CatalogueItem {
    /// Its name.
    pub name: String,
    /// Under which heading the catalogue lists it; may be empty.
    pub group: String,
    /// Whether health information must be known before it.
    pub needs_health: bool,
    /// Whether a separate contract is needed.
    pub needs_contract: bool,
    /// Whether a patch test comes before it.
    pub needs_patch_test: bool,
    /// From which age on it is given, years, at most [`LEAST_AGE_LIMIT`]; `None` at any age.
    pub least_age: Option<u8>,
    /// Whether it is offered no more. It stays in the catalogue, since treatments given name it.
    pub retired: bool,
}

/// A separate contract on paper whose line has left the register: somebody has to destroy the paper (clause 6).
/// Nothing in it tells whose it was.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PaperTask {
    /// In which premises' safe.
    pub safe: String,
    /// Folder reference in the safe; may be empty.
    pub folder: String,
    /// The day the line left.
    pub opened: Date,
    /// The day the paper was destroyed.
    pub done: Option<Date>,
}

impl PaperTask {
    /// The paper that a treatment leaves behind when its line goes; `None` if there is none, or it was destroyed.
    #[must_use]
    pub fn left_by(treatment: &Treatment, today: Date) -> Option<Self> {
        if treatment.contract_made != Some(true) {
            return None;
        }
        let Contract {
            safe,
            folder,
            destroyed,
            ..
        } = treatment.paper();
        if destroyed.is_some() {
            return None;
        }
        Some(Self {
            safe,
            folder,
            opened: today,
            done: None,
        })
    }
}

crate::redacted!(
    Controller,
    Premises,
    PrivacyNotice,
    CatalogueItem,
    PaperTask
);
