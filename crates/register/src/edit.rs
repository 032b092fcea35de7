//! One intended change and the heads its author saw.

use crate::document::{Collection, FieldKey, Heads, RecordKind, Slot};
use crate::id::{EntryId, RecordId, ValueId};
use crate::value::{Content, Kind};

/// One change within an edit.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Put this into the field. Also resolves a conflict there.
    SetField(FieldKey, Content),
    /// Add an entry.
    Add(Collection, Content),
    /// Put this into the entry. Also resolves a conflict or a dispute there.
    SetEntry(Collection, EntryId, Content),
    /// Remove the entry, as it was seen with each of these values.
    Void(Collection, EntryId, Vec<ValueId>),
}
crate::redacted!(Change);

impl Change {
    /// The slot it touches; `None` for an entry to be added.
    #[must_use]
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::SetField(field, _) => Some(Slot::Field(*field)),
            Self::Add(..) => None,
            Self::SetEntry(collection, entry, _) | Self::Void(collection, entry, _) => {
                Some(Slot::Entry(*collection, *entry))
            }
        }
    }
}

/// Which record an edit is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A new record of this kind.
    New(RecordKind),
    /// A record as its reader saw it.
    Seen(RecordId, Heads),
    /// A record in whatever state it is now. For entries that are only added, and for commands given
    /// at the machine, where nobody looked at an older state.
    Latest(RecordId),
}

/// One edit: all of its changes are applied, durably and at once, or none.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// Which record.
    pub target: Target,
    /// The staff record of who makes it, or [`crate::id::OPERATOR`].
    pub author: RecordId,
    /// What to change, at least one and at most [`CHANGES_LIMIT`].
    pub changes: Vec<Change>,
}
crate::redacted!(Edit);

/// The most changes in one edit.
pub const CHANGES_LIMIT: usize = 256;

/// Why an edit was refused. Nothing of it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// There is no such record.
    #[error("there is no such record")]
    NoRecord,
    /// The record was erased.
    #[error("the record was erased")]
    Erased,
    /// It was made on a version not known here: the page must be loaded again.
    #[error("the edit was made on a version that is not known here")]
    UnknownVersion,
    /// Nothing to change, too much, or contents that don't belong where they are put.
    #[error("the edit is not sound")]
    Unsound,
    /// A text holds a personal identity code (clause 5).
    #[error("a text holds a personal identity code")]
    IdentityCode,
    /// The use of the card is restricted (GDPR Article 18): only lifting that is allowed.
    #[error("the use of the card is restricted")]
    Restricted,
    /// A legal claim keeps the card from being erased (GDPR Article 17(3)(e)).
    #[error("a legal claim keeps the card")]
    LegalClaim,
    /// Notices and their units are counted by the register alone.
    #[error("notices are counted by the register alone")]
    Counted,
    /// Nothing but contact details may be kept of this client (clause 6).
    #[error("nothing but contact details may be kept of this client")]
    ContactOnly,
    /// There is no consent to health information on record (GDPR Article 9(2)(a)).
    #[error("there is no consent to health information on record")]
    NoConsent,
    /// The client may be under age, so there is no marketing (decision 6).
    #[error("the client may be under age, so there is no marketing")]
    Minor,
    /// The record can't be read, or a newer version wrote it.
    #[error("the record can't be read")]
    Unreadable,
}

/// Whether this kind of content belongs into the field.
#[must_use]
pub const fn fits_field(field: FieldKey, kind: Kind) -> bool {
    matches!(
        (field, kind),
        (FieldKey::Name, Kind::Name)
            | (FieldKey::BirthYear, Kind::BirthYear)
            | (FieldKey::Address, Kind::Address)
            | (FieldKey::Origin, Kind::Origin)
            | (FieldKey::Marketing, Kind::Marketing)
            | (FieldKey::HealthAsked, Kind::HealthAsked)
            | (FieldKey::LegalClaim, Kind::LegalClaim)
            | (FieldKey::Restriction, Kind::Restriction)
            | (FieldKey::Profile, Kind::Profile)
            | (FieldKey::Password, Kind::Password)
            | (FieldKey::SetupCode, Kind::SetupCode)
            | (FieldKey::SecondFactor, Kind::SecondFactor)
            | (FieldKey::QuickCode, Kind::QuickCode)
            | (FieldKey::Undertaking, Kind::Undertaking)
            | (FieldKey::Disabled, Kind::Disabled)
            | (FieldKey::Controller, Kind::Controller)
            | (FieldKey::Plan, Kind::Plan)
            | (FieldKey::Progress, Kind::Progress)
            | (FieldKey::HealthConsent, Kind::HealthConsent)
            | (FieldKey::ContactOnly, Kind::ContactOnly)
            | (FieldKey::AdultCheck, Kind::AdultCheck)
            | (FieldKey::Guardian, Kind::GuardianConsent)
            | (FieldKey::Agreement, Kind::Agreement)
            | (FieldKey::ApiToken, Kind::ApiToken)
    )
}

/// Whether this kind of content belongs into the collection.
#[must_use]
pub const fn fits_collection(collection: Collection, kind: Kind) -> bool {
    matches!(
        (collection, kind),
        (Collection::Phone, Kind::Phone)
            | (Collection::Email, Kind::Email)
            | (Collection::Health, Kind::Health)
            | (Collection::Treatment, Kind::Treatment)
            | (Collection::Note, Kind::Note)
            | (Collection::Premises, Kind::Premises)
            | (Collection::Item, Kind::CatalogueItem)
            | (Collection::Task, Kind::PaperTask)
            | (Collection::Request, Kind::Request)
            | (Collection::Judgement, Kind::Judgement)
            | (Collection::Notice, Kind::Notice)
            | (Collection::Share, Kind::Share)
            | (Collection::Want, Kind::Want)
            | (Collection::Recipients, Kind::Recipients)
            | (Collection::PatchTest, Kind::PatchTest)
            | (Collection::Adverse, Kind::AdverseEvent)
            | (Collection::Refusal, Kind::TreatmentRefusal)
            | (Collection::ConsentText, Kind::ConsentText)
            | (Collection::Breach, Kind::Breach)
            | (Collection::PrivacyNotice, Kind::PrivacyNotice)
            | (Collection::RequestProof, Kind::RequestProof)
    )
}
