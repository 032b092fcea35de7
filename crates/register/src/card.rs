//! A record as people read it: what document and values say together. Reading never fails.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::contact::{Address, BirthYear, Email, Marketing, Name, Note, Origin, Phone};
use crate::directory::Summary;
use crate::document::{Collection, Document, FieldKey, Heads, Leaf, Leaves, Slot, Stamp};
use crate::health::{AlertLevel, HealthAsked, HealthEntry};
use crate::id::{EntryId, NodeId, RecordId, ValueId};
use crate::people::{Profile, User};
use crate::settings::{CatalogueItem, Controller, Premises};
use crate::treatment::Treatment;
use crate::value::{Content, Value};

/// A value and where it comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct Held<T> {
    /// What it says.
    pub value: T,
    /// Its id in the value table.
    pub id: ValueId,
    /// Who put it there, where and when; `None` when not known.
    pub stamp: Option<Stamp>,
}

/// What stands in a slot.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Nothing was ever put there.
    #[default]
    Absent,
    /// Something is there that has not arrived yet: show "not known yet", never "none".
    Awaited,
    /// One value.
    Value(Held<T>),
    /// Two or more that differ, put there apart from each other, or one that was removed at one premises
    /// and edited at another. Newest first.
    Conflict(Vec<Held<T>>),
    /// What was there has been removed for good.
    Removed,
    /// Something is there that this version can't read.
    Unreadable,
}

impl<T> core::fmt::Debug for Field<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Awaited => "Awaited",
            Self::Value(_) => "Value(redacted)",
            Self::Conflict(_) => "Conflict(redacted)",
            Self::Removed => "Removed",
            Self::Unreadable => "Unreadable",
        })
    }
}

impl<T> Field<T> {
    /// The value, or the newest of a conflict's.
    #[must_use]
    pub fn newest(&self) -> Option<&T> {
        self.all().first().map(|held| &held.value)
    }

    /// Every value that stands there, newest first.
    #[must_use]
    pub fn all(&self) -> &[Held<T>] {
        match self {
            Self::Value(held) => core::slice::from_ref(held),
            Self::Conflict(all) => all,
            Self::Absent | Self::Awaited | Self::Removed | Self::Unreadable => &[],
        }
    }

    /// Whether a person has to choose.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }
}

/// One entry of a collection.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its id.
    pub id: EntryId,
    /// What it says.
    pub field: Field<T>,
    /// It was removed at one premises and edited at another: shown until a person decides.
    pub disputed: bool,
}

impl<T> Entry<T> {
    /// Whether a person has to choose.
    #[must_use]
    pub const fn is_conflict(&self) -> bool {
        self.disputed || self.field.is_conflict()
    }
}

/// A client card. Removed entries are not in it; treatments are newest first.
#[derive(Clone, PartialEq, Eq)]
pub struct Card {
    /// The record.
    pub id: RecordId,
    /// What the reader has seen: to be sent with every edit.
    pub heads: Heads,
    /// Name.
    pub name: Field<Name>,
    /// Year of birth.
    pub birth_year: Field<BirthYear>,
    /// Phone numbers.
    pub phones: Vec<Entry<Phone>>,
    /// E-mail addresses.
    pub emails: Vec<Entry<Email>>,
    /// Postal address.
    pub address: Field<Address>,
    /// Where an imported card comes from.
    pub origin: Field<Origin>,
    /// Marketing permission.
    pub marketing: Field<Marketing>,
    /// That health was asked about.
    pub health_asked: Field<HealthAsked>,
    /// Health entries, loudest first.
    pub health: Vec<Entry<HealthEntry>>,
    /// Treatments, newest first.
    pub treatments: Vec<Entry<Treatment>>,
    /// Notes.
    pub notes: Vec<Entry<Note>>,
    /// When the card was made.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub changed: Option<Timestamp>,
}

/// What a card says about health at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alert {
    /// Nobody has asked.
    NotAsked,
    /// Asked; nothing to tell.
    NoneKnown,
    /// Something is listed, or has not arrived yet (then [`AlertLevel::Caution`]).
    Listed(AlertLevel),
}

/// The clinic's settings.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// What the reader has seen.
    pub heads: Heads,
    /// The clinic.
    pub controller: Field<Controller>,
    /// Premises by node.
    pub premises: Vec<(NodeId, Field<Premises>)>,
}

/// The treatment catalogue.
#[derive(Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// What the reader has seen.
    pub heads: Heads,
    /// Items by name.
    pub items: Vec<Entry<CatalogueItem>>,
}

crate::redacted!(Card, Settings, Catalogue);

/// What is needed to read a record: its document, its values, and which values are dead.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The record.
    pub id: RecordId,
    /// Its document.
    pub document: &'a Document,
    /// Its values by id.
    pub values: &'a BTreeMap<ValueId, Value>,
    /// Values that were removed for good.
    pub dead: &'a BTreeSet<ValueId>,
}

impl Reading<'_> {
    /// The record as a client card.
    #[must_use]
    pub fn card(&self) -> Card {
        self.card_of(&self.document.stamped_leaves(), self.document.lifetime())
    }

    /// What lists and search keep of a client card. Cheaper than [`Reading::card`]: it asks nobody's name.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let card = self.card_of(&self.document.leaves(), None);
        Summary {
            name: card.name.newest().cloned(),
            birth_year: card.birth_year.newest().copied(),
            phones: card
                .phones
                .iter()
                .flat_map(|entry| entry.field.all())
                .map(|held| held.value.clone())
                .collect(),
            emails: card
                .emails
                .iter()
                .flat_map(|entry| entry.field.all())
                .map(|held| held.value.clone())
                .collect(),
            alert: card.alert(),
            last_visit: card.last_visit(),
            conflicts: card.conflicts(),
        }
    }

    fn card_of(
        &self,
        slots: &BTreeMap<Slot, Leaves>,
        lifetime: Option<(Timestamp, Timestamp)>,
    ) -> Card {
        let mut health = self.entries(slots, Collection::Health, |content| match content {
            Content::Health(entry) => Some(entry),
            _ => None,
        });
        health.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.level)));
        let mut treatments = self.entries(slots, Collection::Treatment, |content| match content {
            Content::Treatment(treatment) => Some(treatment),
            _ => None,
        });
        treatments
            .sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.date)));
        Card {
            id: self.id,
            heads: self.document.heads(),
            name: self.field(slots, FieldKey::Name, |content| match content {
                Content::Name(name) => Some(name),
                _ => None,
            }),
            birth_year: self.field(slots, FieldKey::BirthYear, |content| match content {
                Content::BirthYear(year) => Some(year),
                _ => None,
            }),
            phones: self.entries(slots, Collection::Phone, |content| match content {
                Content::Phone(phone) => Some(phone),
                _ => None,
            }),
            emails: self.entries(slots, Collection::Email, |content| match content {
                Content::Email(email) => Some(email),
                _ => None,
            }),
            address: self.field(slots, FieldKey::Address, |content| match content {
                Content::Address(address) => Some(address),
                _ => None,
            }),
            origin: self.field(slots, FieldKey::Origin, |content| match content {
                Content::Origin(origin) => Some(origin),
                _ => None,
            }),
            marketing: self.field(slots, FieldKey::Marketing, |content| match content {
                Content::Marketing(marketing) => Some(marketing),
                _ => None,
            }),
            health_asked: self.field(slots, FieldKey::HealthAsked, |content| match content {
                Content::HealthAsked(asked) => Some(asked),
                _ => None,
            }),
            health,
            treatments,
            notes: self.entries(slots, Collection::Note, |content| match content {
                Content::Note(note) => Some(note),
                _ => None,
            }),
            created: lifetime.map(|(first, _)| first),
            changed: lifetime.map(|(_, last)| last),
        }
    }

    /// The record as a user; `None` while the profile has not arrived.
    ///
    /// Of a conflict in the password, code or undertaking the newest counts; access that was ended at
    /// any premises is ended.
    #[must_use]
    pub fn user(&self) -> Option<User> {
        let slots = self.document.stamped_leaves();
        let profile: Field<Profile> =
            self.field(&slots, FieldKey::Profile, |content| match content {
                Content::Profile(profile) => Some(profile),
                _ => None,
            });
        let password = self.field(&slots, FieldKey::Password, |content| match content {
            Content::Password(password) => Some(password),
            _ => None,
        });
        let setup = self.field(&slots, FieldKey::SetupCode, |content| match content {
            Content::SetupCode(code) => Some(code),
            _ => None,
        });
        let undertaking = self.field(&slots, FieldKey::Undertaking, |content| match content {
            Content::Undertaking(undertaking) => Some(undertaking),
            _ => None,
        });
        let disabled = self.field(&slots, FieldKey::Disabled, |content| match content {
            Content::Disabled(disabled) => Some(disabled),
            _ => None,
        });
        Some(User {
            id: self.id,
            heads: self.document.heads(),
            profile: profile.newest()?.clone(),
            password: password.newest().cloned(),
            setup: setup.newest().cloned(),
            undertaking: undertaking.newest().cloned(),
            disabled: disabled.all().iter().any(|held| held.value),
        })
    }

    /// The record as the clinic's settings.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let slots = self.document.stamped_leaves();
        let premises = self.entries(&slots, Collection::Premises, |content| match content {
            Content::Premises(premises) => Some(premises),
            _ => None,
        });
        Settings {
            heads: self.document.heads(),
            controller: self.field(&slots, FieldKey::Controller, |content| match content {
                Content::Controller(controller) => Some(controller),
                _ => None,
            }),
            premises: premises
                .into_iter()
                .map(|entry| (NodeId::from_bytes(*entry.id.as_bytes()), entry.field))
                .collect(),
        }
    }

    /// The record as the treatment catalogue, by name.
    #[must_use]
    pub fn catalogue(&self) -> Catalogue {
        let slots = self.document.stamped_leaves();
        let mut items = self.entries(&slots, Collection::Item, |content| match content {
            Content::CatalogueItem(item) => Some(item),
            _ => None,
        });
        items.sort_by(|a, b| {
            a.field
                .newest()
                .map(|item| &item.name)
                .cmp(&b.field.newest().map(|item| &item.name))
        });
        Catalogue {
            heads: self.document.heads(),
            items,
        }
    }

    fn field<T: PartialEq>(
        &self,
        slots: &BTreeMap<Slot, Leaves>,
        key: FieldKey,
        take: impl Fn(Content) -> Option<T>,
    ) -> Field<T> {
        slots
            .get(&Slot::Field(key))
            .map_or(Field::Absent, |leaves| self.read(&leaves.values, &take))
    }

    fn entries<T: PartialEq>(
        &self,
        slots: &BTreeMap<Slot, Leaves>,
        collection: Collection,
        take: impl Fn(Content) -> Option<T>,
    ) -> Vec<Entry<T>> {
        let first = Slot::Entry(collection, EntryId::from_bytes([0; 16]));
        let last = Slot::Entry(collection, EntryId::from_bytes([0xff; 16]));
        slots
            .range(first..=last)
            .filter_map(|(slot, leaves)| {
                let Slot::Entry(_, id) = slot else {
                    return None;
                };
                let removed = leaves
                    .values
                    .iter()
                    .all(|leaf| leaves.voided.contains(&leaf.value));
                if removed {
                    return None;
                }
                let field = self.read(&leaves.values, &take);
                // A void that names a value no longer there, or only some of those there, met an edit.
                let disputed = leaves
                    .values
                    .iter()
                    .any(|leaf| leaves.voided.contains(&leaf.value))
                    || (!leaves.voided.is_empty() && !matches!(field, Field::Removed));
                (!matches!(field, Field::Removed)).then_some(Entry {
                    id: *id,
                    field,
                    disputed,
                })
            })
            .collect()
    }

    fn read<T: PartialEq>(&self, leaves: &[Leaf], take: &dyn Fn(Content) -> Option<T>) -> Field<T> {
        let mut awaited = false;
        let mut unreadable = false;
        let mut held: Vec<Held<T>> = Vec::with_capacity(1);
        for leaf in leaves
            .iter()
            .filter(|leaf| !self.dead.contains(&leaf.value))
        {
            let Some(value) = self.values.get(&leaf.value) else {
                awaited = true;
                continue;
            };
            match value.decode().ok().and_then(|(content, _)| take(content)) {
                // Equal contents are no conflict; the latest stamp stands for them.
                Some(content) => match held.iter_mut().find(|other| other.value == content) {
                    Some(other) if other.stamp.map(|s| s.at) < leaf.stamp.map(|s| s.at) => {
                        *other = Held {
                            value: content,
                            id: leaf.value,
                            stamp: leaf.stamp,
                        };
                    }
                    Some(_) => {}
                    None => held.push(Held {
                        value: content,
                        id: leaf.value,
                        stamp: leaf.stamp,
                    }),
                },
                None => unreadable = true,
            }
        }
        held.sort_by_key(|one| core::cmp::Reverse((one.stamp.map(|stamp| stamp.at), one.id)));
        match held.len() {
            0 if awaited => Field::Awaited,
            0 if unreadable => Field::Unreadable,
            0 if leaves.is_empty() => Field::Absent,
            0 => Field::Removed,
            1 => held.pop().map_or(Field::Absent, Field::Value),
            _ => Field::Conflict(held),
        }
    }
}

impl Card {
    /// What the card says about health at a glance, for every role.
    #[must_use]
    pub fn alert(&self) -> Alert {
        let levels = self.health.iter().map(|entry| match &entry.field {
            Field::Value(_) | Field::Conflict(_) => entry
                .field
                .all()
                .iter()
                .map(|held| held.value.level)
                .max()
                .unwrap_or(AlertLevel::Caution),
            Field::Absent | Field::Awaited | Field::Removed | Field::Unreadable => {
                AlertLevel::Caution
            }
        });
        match (levels.max(), &self.health_asked) {
            (Some(level), _) => Alert::Listed(level),
            (None, Field::Value(_) | Field::Conflict(_)) => Alert::NoneKnown,
            (None, Field::Awaited) => Alert::Listed(AlertLevel::Caution),
            (None, _) => Alert::NotAsked,
        }
    }

    /// The day of the latest treatment.
    #[must_use]
    pub fn last_visit(&self) -> Option<Date> {
        self.treatments
            .iter()
            .filter_map(|entry| entry.field.newest())
            .map(|treatment| treatment.date)
            .max()
    }

    /// How many fields and entries wait for a person to choose.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        let fields = [
            self.name.is_conflict(),
            self.birth_year.is_conflict(),
            self.address.is_conflict(),
            self.marketing.is_conflict(),
        ];
        fields.into_iter().filter(|conflict| *conflict).count()
            + self
                .phones
                .iter()
                .filter(|entry| entry.is_conflict())
                .count()
            + self
                .emails
                .iter()
                .filter(|entry| entry.is_conflict())
                .count()
            + self
                .health
                .iter()
                .filter(|entry| entry.is_conflict())
                .count()
            + self
                .treatments
                .iter()
                .filter(|entry| entry.is_conflict())
                .count()
            + self
                .notes
                .iter()
                .filter(|entry| entry.is_conflict())
                .count()
    }

    /// Marketing is allowed only where the one value, or each of a conflict's, says so.
    #[must_use]
    pub fn marketing_allowed(&self) -> bool {
        let all = self.marketing.all();
        !all.is_empty() && all.iter().all(|held| held.value.allowed)
    }
}
