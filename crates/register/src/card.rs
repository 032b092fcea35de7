//! A record as people read it: what document and values say together. Reading never fails.

mod reading;

pub use reading::Reading;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::adverse::AdverseEvent;
use crate::breach::Breach;
use crate::consent::{ConsentText, HealthConsent};
use crate::contact::{Address, BirthYear, Email, Marketing, Name, Note, Origin, Phone};
use crate::document::{Heads, Stamp};
use crate::health::{AlertLevel, HealthAsked, HealthEntry};
use crate::id::{EntryId, NodeId, RecordId, ValueId};
use crate::marketing::{Notice, Share, Want};
use crate::minor::{AdultCheck, GuardianConsent};
use crate::mode::{ContactOnly, TreatmentRefusal};
use crate::patch_test::{PatchState, PatchTest};
use crate::request::{Request, RequestProof};
use crate::retention::{LegalClaim, Restriction};
use crate::same::{Judged, Judgement};
use crate::settings::{CatalogueItem, Controller, PaperTask, Premises, PrivacyNotice};
use crate::treatment::Treatment;

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
    /// A legal claim that keeps the card.
    pub legal_claim: Field<LegalClaim>,
    /// Whether its use is restricted.
    pub restriction: Field<Restriction>,
    /// Health entries, loudest first.
    pub health: Vec<Entry<HealthEntry>>,
    /// Treatments, newest first.
    pub treatments: Vec<Entry<Treatment>>,
    /// Notes.
    pub notes: Vec<Entry<Note>>,
    /// Requests under the law, newest first.
    pub requests: Vec<Entry<Request>>,
    /// Consent to the keeping of health information.
    pub health_consent: Field<HealthConsent>,
    /// Whether nothing but contact details may be kept.
    pub contact_only: Field<ContactOnly>,
    /// Whether the client is 18.
    pub adult_check: Field<AdultCheck>,
    /// A guardian's consent.
    pub guardian: Field<GuardianConsent>,
    /// Patch tests, newest first.
    pub patch_tests: Vec<Entry<PatchTest>>,
    /// Adverse events, newest first.
    pub adverse: Vec<Entry<AdverseEvent>>,
    /// Treatments that were not given for safety's sake, newest first.
    pub refusals: Vec<Entry<TreatmentRefusal>>,
    /// What was judged of this card and another, as far as it stands here ([`crate::same::place`]).
    pub judgements: Vec<Entry<Judgement>>,
    /// Marketing notices, newest first.
    pub notices: Vec<Entry<Notice>>,
    /// Units of this client's notices that premises gave each other.
    pub shares: Vec<Entry<Share>>,
    /// Units that premises ask for.
    pub wants: Vec<Entry<Want>>,
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
    /// Papers to destroy, and those that were.
    pub papers: Vec<Entry<PaperTask>>,
    /// Units of every client's notices that premises gave each other.
    pub shares: Vec<Entry<Share>>,
    /// Versions of the text that clients consent to, newest first.
    pub consent_texts: Vec<Entry<ConsentText>>,
    /// The breach register.
    pub breaches: Vec<Entry<Breach>>,
    /// Privacy notices that were put in use.
    pub privacy_notices: Vec<Entry<PrivacyNotice>>,
    /// What is kept of requests whose cards are erased.
    pub proofs: Vec<Entry<RequestProof>>,
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

#[cfg(test)]
impl Card {
    /// A card on which nothing stands.
    pub(crate) fn empty(id: RecordId) -> Self {
        Self {
            id,
            heads: Heads::default(),
            name: Field::Absent,
            birth_year: Field::Absent,
            phones: Vec::new(),
            emails: Vec::new(),
            address: Field::Absent,
            origin: Field::Absent,
            marketing: Field::Absent,
            health_asked: Field::Absent,
            legal_claim: Field::Absent,
            restriction: Field::Absent,
            health: Vec::new(),
            treatments: Vec::new(),
            notes: Vec::new(),
            requests: Vec::new(),
            health_consent: Field::Absent,
            contact_only: Field::Absent,
            adult_check: Field::Absent,
            guardian: Field::Absent,
            patch_tests: Vec::new(),
            adverse: Vec::new(),
            refusals: Vec::new(),
            judgements: Vec::new(),
            notices: Vec::new(),
            shares: Vec::new(),
            wants: Vec::new(),
            created: None,
            changed: None,
        }
    }
}

impl Card {
    /// What the card says about health at a glance on this day, for every role: also patch tests that expired.
    #[must_use]
    pub fn alert_on(&self, today: Date) -> Alert {
        let patches = self.patch_alerts(today);
        let loudest = patches.filter_map(|(_, state)| state.level()).max();
        self.alert()
            .max(loudest.map_or(Alert::NotAsked, Alert::Listed))
    }

    /// What the card says about health at a glance, for every role, whatever the day.
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
        // Before any day nothing has expired.
        let patches = self.patch_alerts(Date::MIN);
        let levels = levels.chain(patches.filter_map(|(_, state)| PatchState::level(state)));
        match (levels.max(), &self.health_asked) {
            (Some(level), _) => Alert::Listed(level),
            (None, Field::Value(_) | Field::Conflict(_)) => Alert::NoneKnown,
            (None, Field::Awaited) => Alert::Listed(AlertLevel::Caution),
            (None, _) => Alert::NotAsked,
        }
    }

    /// The day of the latest treatment, or of the latest visit that the card's origin knew of.
    #[must_use]
    pub fn last_visit(&self) -> Option<Date> {
        let treatments = self.treatments.iter();
        let dates = treatments.flat_map(|entry| entry.field.all());
        let before = self.origin.newest().and_then(|origin| origin.last_visit);
        dates.map(|held| held.value.date).max().max(before)
    }

    /// How many fields and entries wait for a person to choose.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        let fields = [
            self.name.is_conflict(),
            self.birth_year.is_conflict(),
            self.address.is_conflict(),
            self.marketing.is_conflict(),
            self.health_consent.is_conflict(),
            self.contact_only.is_conflict(),
            self.adult_check.is_conflict(),
            self.guardian.is_conflict(),
            self.exceeds_contact_only(),
        ];
        fields.into_iter().filter(|conflict| *conflict).count()
            + waiting(&self.phones)
            + waiting(&self.emails)
            + waiting(&self.health)
            + waiting(&self.treatments)
            + waiting(&self.requests)
            + waiting(&self.notes)
            + waiting(&self.patch_tests)
            + waiting(&self.adverse)
            + waiting(&self.refusals)
            + self.judged().filter(|one| one.disputed).count()
    }

    /// What counts of the judgements that stand here.
    pub fn judged(&self) -> impl Iterator<Item = Judged> {
        self.judgements.iter().filter_map(Judged::of)
    }

    /// The answer about marketing, if there is one. What has not arrived may be a no.
    #[must_use]
    pub fn marketing_answer(&self) -> Option<bool> {
        match self.marketing {
            Field::Absent | Field::Removed => None,
            Field::Awaited | Field::Unreadable => Some(false),
            Field::Value(_) | Field::Conflict(_) => Some(self.marketing_allowed()),
        }
    }

    /// Marketing is allowed only where the one value, or each of a conflict's, says so.
    #[must_use]
    pub fn marketing_allowed(&self) -> bool {
        let all = self.marketing.all();
        !all.is_empty() && all.iter().all(|held| held.value.allowed)
    }
}

fn waiting<T>(entries: &[Entry<T>]) -> usize {
    entries.iter().filter(|entry| entry.is_conflict()).count()
}
