//! Kinds of records, and where in a record a value stands.

use crate::id::EntryId;

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A client card.
    Client,
    /// A user.
    Staff,
    /// The clinic's settings ([`crate::id::SETTINGS`]).
    Settings,
    /// The treatment catalogue ([`crate::id::CATALOGUE`]).
    Catalogue,
    /// A marketing campaign.
    Campaign,
}

impl RecordKind {
    const ALL: [Self; 5] = [
        Self::Client,
        Self::Staff,
        Self::Settings,
        Self::Catalogue,
        Self::Campaign,
    ];

    /// The number that stands for it in documents and stored indexes.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Client => 1,
            Self::Staff => 2,
            Self::Settings => 3,
            Self::Catalogue => 4,
            Self::Campaign => 5,
        }
    }

    /// The kind with this [`RecordKind::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

macro_rules! keys {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $key:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The key that stands for it in documents.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// The one with this key.
            #[must_use]
            pub fn from_key(key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.key() == key)
            }
        }
    };
}

keys! {
    /// A single leaf of a record.
    FieldKey {
        /// A client's name.
        Name = "name",
        /// A client's year of birth.
        BirthYear = "birth_year",
        /// A client's postal address.
        Address = "address",
        /// Where an imported card comes from.
        Origin = "origin",
        /// Marketing permission.
        Marketing = "marketing",
        /// That health was asked about.
        HealthAsked = "health_asked",
        /// A legal claim.
        LegalClaim = "legal_claim",
        /// Whether the use of the card is restricted.
        Restriction = "restriction",
        /// A user's name and role.
        Profile = "profile",
        /// A user's password.
        Password = "password",
        /// A user's one-time code.
        SetupCode = "setup_code",
        /// A user's second factor.
        SecondFactor = "second_factor",
        /// A user's quick code.
        QuickCode = "quick_code",
        /// A user's undertaking.
        Undertaking = "undertaking",
        /// Whether a user's access has ended.
        Disabled = "disabled",
        /// The clinic.
        Controller = "controller",
        /// What a campaign is.
        Plan = "plan",
        /// How far a campaign is.
        Progress = "progress",
        /// Consent to the keeping of health information.
        HealthConsent = "health_consent",
        /// Whether nothing but contact details may be kept.
        ContactOnly = "contact_only",
        /// Whether a client is 18.
        AdultCheck = "adult_check",
        /// A guardian's consent.
        Guardian = "guardian",
        /// The agreement with a user.
        Agreement = "agreement",
        /// What a program proves itself with.
        ApiToken = "api_token",
    }
}

keys! {
    /// A map of a record: its single fields, or entries by id.
    Collection {
        /// The single fields, by [`FieldKey`].
        Field = "field",
        /// Phone numbers.
        Phone = "phone",
        /// E-mail addresses.
        Email = "email",
        /// Health entries.
        Health = "health",
        /// Treatments.
        Treatment = "treatment",
        /// Notes.
        Note = "note",
        /// Premises, by node id.
        Premises = "premises",
        /// Items of the catalogue.
        Item = "item",
        /// Papers to destroy.
        Task = "task",
        /// What clients asked under the law.
        Request = "request",
        /// Which other cards are of the same person, by their ids.
        Judgement = "judgement",
        /// Notices sent to a client.
        Notice = "notice",
        /// Units of notices that a node gave another.
        Share = "share",
        /// Units of notices that a node asks for, by node id.
        Want = "want",
        /// Parts of a campaign's list.
        Recipients = "recipients",
        /// Patch tests.
        PatchTest = "patch_test",
        /// Adverse events.
        Adverse = "adverse",
        /// Treatments that were not given for safety's sake.
        Refusal = "refusal",
        /// Versions of the text that clients consent to.
        ConsentText = "consent_text",
        /// Breaches of personal data.
        Breach = "breach",
        /// Privacy notices that were put in use.
        PrivacyNotice = "privacy_notice",
        /// What is kept of requests whose cards are erased.
        RequestProof = "request_proof",
    }
}

/// Where in a record a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// A single field.
    Field(FieldKey),
    /// An entry of a collection other than [`Collection::Field`].
    Entry(Collection, EntryId),
}

impl Collection {
    /// Whether documents have a map of its own for it.
    ///
    /// A collection that came later has none: records are made from a genesis that never changes, and a map
    /// that two premises made apart would be two maps. Its entries stand among the fields, with its name before
    /// theirs.
    pub(super) const fn has_map(self) -> bool {
        !matches!(
            self,
            Self::Request
                | Self::Judgement
                | Self::Notice
                | Self::Share
                | Self::Want
                | Self::Recipients
                | Self::PatchTest
                | Self::Adverse
                | Self::Refusal
                | Self::ConsentText
                | Self::Breach
                | Self::PrivacyNotice
                | Self::RequestProof
        )
    }
}

impl Slot {
    pub(super) const fn collection(self) -> Collection {
        match self {
            Self::Field(_) => Collection::Field,
            Self::Entry(collection, _) => collection,
        }
    }

    pub(super) fn key(self) -> String {
        match self {
            Self::Field(field) => field.key().to_owned(),
            Self::Entry(_, entry) => entry.to_string(),
        }
    }

    /// The map that it stands in, and its key there.
    pub(super) fn place(self) -> (&'static str, String) {
        let collection = self.collection();
        if collection.has_map() {
            (collection.key(), self.key())
        } else {
            (Collection::Field.key(), self.full_key())
        }
    }

    /// Its collection and its key there.
    pub(super) fn full_key(self) -> String {
        format!("{}/{}", self.collection().key(), self.key())
    }

    /// Reads [`Slot::full_key`].
    pub(super) fn from_full_key(key: &str) -> Option<Self> {
        let (name, key) = key.split_once('/')?;
        Self::from_keys(Collection::from_key(name)?, key)
    }

    pub(super) fn from_keys(collection: Collection, key: &str) -> Option<Self> {
        match collection {
            Collection::Field => FieldKey::from_key(key).map(Self::Field).or_else(|| {
                let slot = Self::from_full_key(key)?;
                (!slot.collection().has_map()).then_some(slot)
            }),
            other => key.parse().ok().map(|entry| Self::Entry(other, entry)),
        }
    }
}
