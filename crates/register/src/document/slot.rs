//! Kinds of records, and where in a record a value stands.

use crate::id::EntryId;

/// Between a collection without a map of its own and the entry's id.
const NESTED: char = '/';

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
}

impl RecordKind {
    const ALL: [Self; 4] = [Self::Client, Self::Staff, Self::Settings, Self::Catalogue];

    /// The number that stands for it in documents and stored indexes.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Client => 1,
            Self::Staff => 2,
            Self::Settings => 3,
            Self::Catalogue => 4,
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
        /// A user's undertaking.
        Undertaking = "undertaking",
        /// Whether a user's access has ended.
        Disabled = "disabled",
        /// The clinic.
        Controller = "controller",
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
        /// Which other cards are of the same person, by their ids. Has no map of its own: see
        /// [`Collection::has_map`].
        Judgement = "judgement",
    }
}

impl Collection {
    /// Whether every document has a map for it.
    ///
    /// The genesis change never changes, or the documents of two versions would have two roots. So a
    /// collection that came later lies among the single fields, under keys that begin with its own.
    #[must_use]
    pub const fn has_map(self) -> bool {
        !matches!(self, Self::Judgement)
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

impl Slot {
    pub(super) const fn collection(self) -> Collection {
        match self {
            Self::Entry(collection, _) if collection.has_map() => collection,
            Self::Field(_) | Self::Entry(..) => Collection::Field,
        }
    }

    pub(super) fn key(self) -> String {
        match self {
            Self::Field(field) => field.key().to_owned(),
            Self::Entry(collection, entry) if !collection.has_map() => {
                format!("{}{NESTED}{entry}", collection.key())
            }
            Self::Entry(_, entry) => entry.to_string(),
        }
    }

    pub(super) fn from_keys(collection: Collection, key: &str) -> Option<Self> {
        match collection {
            Collection::Field => match key.split_once(NESTED) {
                None => FieldKey::from_key(key).map(Self::Field),
                Some((name, entry)) => {
                    let collection = Collection::from_key(name).filter(|one| !one.has_map())?;
                    Some(Self::Entry(collection, entry.parse().ok()?))
                }
            },
            other => key.parse().ok().map(|entry| Self::Entry(other, entry)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(slot: Slot, map: Collection, key: &str) {
        assert_eq!((slot.collection(), slot.key().as_str()), (map, key));
        assert_eq!(Slot::from_keys(map, key), Some(slot));
    }

    #[test]
    fn every_slot_has_one_key_in_a_map_that_every_document_has() {
        let entry = EntryId::from_bytes([0xab; 16]);
        let hex = "ab".repeat(16);
        check(Slot::Field(FieldKey::Name), Collection::Field, "name");
        check(Slot::Entry(Collection::Note, entry), Collection::Note, &hex);
        let nested = format!("judgement/{hex}");
        check(
            Slot::Entry(Collection::Judgement, entry),
            Collection::Field,
            &nested,
        );
        let other = format!("note/{hex}");
        assert_eq!(Slot::from_keys(Collection::Field, &other), None);
    }
}
