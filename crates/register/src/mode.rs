//! How much a client lets be collected (clause 6): no card, contact details only, or all of it.

use jiff::civil::Date;

use crate::card::Card;
use crate::document::{Collection, FieldKey};
use crate::edit::{Change, EditError};
use crate::id::RecordId;
use crate::value::Content;

/// Whether nothing but contact details may be kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ContactOnly {
    /// Whether it is so.
    pub on: bool,
    /// Since when it is, or isn't.
    pub since: Date,
    /// The staff record of who took it down.
    pub by: Option<RecordId>,
}

/// That a treatment was not given for safety's sake. It has no room for the reason, which would be health information.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TreatmentRefusal {
    /// The day. Its five years run from here.
    pub date: Date,
    /// Which treatment of the catalogue; empty for another one.
    pub treatment: String,
    /// The staff record of who refused it.
    pub by: Option<RecordId>,
}

crate::redacted!(ContactOnly, TreatmentRefusal);

impl Collection {
    /// Whether its entries are of health or treatments, which a card with contact details only doesn't take.
    #[must_use]
    pub const fn is_care(self) -> bool {
        matches!(
            self,
            Self::Health | Self::PatchTest | Self::Treatment | Self::Adverse
        )
    }
}

impl Card {
    /// Whether nothing but contact details may be kept. Of a conflict the stricter counts.
    #[must_use]
    pub fn contact_only(&self) -> bool {
        self.contact_only.all().iter().any(|held| held.value.on)
    }

    /// How many entries of health and treatments stand here.
    #[must_use]
    pub fn care_entries(&self) -> usize {
        self.health.len() + self.patch_tests.len() + self.treatments.len() + self.adverse.len()
    }

    /// Whether entries came from another premises that had not heard of contact details only. A person decides.
    #[must_use]
    pub fn exceeds_contact_only(&self) -> bool {
        self.contact_only() && self.care_entries() > 0
    }
}

/// Why the card, as it stands, does not take these changes.
///
/// # Errors
/// [`EditError::ContactOnly`], [`EditError::NoConsent`] or [`EditError::Minor`].
pub fn admit(card: &Card, changes: &[Change], today: Date) -> Result<(), EditError> {
    if stays_contact_only(card, changes) && changes.iter().any(collects_care) {
        return Err(EditError::ContactOnly);
    }
    let adds_health = |change: &Change| {
        matches!(
            change,
            Change::Add(Collection::Health | Collection::PatchTest, _)
        )
    };
    let gives = |change: &Change| matches!(change, Change::SetField(_, Content::HealthConsent(given)) if given.withdrawn.is_none());
    if changes.iter().any(adds_health) && !card.health_consented() && !changes.iter().any(gives) {
        return Err(EditError::NoConsent);
    }
    let markets = |change: &Change| matches!(change, Change::SetField(_, Content::Marketing(said)) if said.allowed);
    if changes.iter().any(markets) && stays_maybe_minor(card, changes, today) {
        return Err(EditError::Minor);
    }
    Ok(())
}

fn stays_contact_only(card: &Card, changes: &[Change]) -> bool {
    let said = changes.iter().rev().find_map(|change| match change {
        Change::SetField(_, Content::ContactOnly(mode)) => Some(mode.on),
        _ => None,
    });
    said.unwrap_or_else(|| card.contact_only())
}

fn collects_care(change: &Change) -> bool {
    match change {
        Change::Add(collection, _) | Change::SetEntry(collection, ..) => collection.is_care(),
        Change::SetField(field, content) => match content {
            Content::HealthConsent(consent) => consent.withdrawn.is_none(),
            _ => *field == FieldKey::HealthAsked,
        },
        Change::Void(..) => false,
    }
}

fn stays_maybe_minor(card: &Card, changes: &[Change], today: Date) -> bool {
    let mut year = card.youngest();
    let mut adult = card.verified_adult();
    for change in changes {
        match change {
            Change::SetField(_, Content::BirthYear(said)) => year = Some(*said),
            Change::SetField(_, Content::AdultCheck(check)) => adult = check.adult,
            _ => {}
        }
    }
    !adult && year.is_some_and(|year| crate::minor::maybe_minor(year, today))
}
