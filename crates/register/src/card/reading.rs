//! Putting document and values together.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::adverse::{AdverseEvent, AdverseMark};
use crate::consent::{ConsentText, HealthConsent};
use crate::directory::{Months, Summary};
use crate::document::{Collection, Document, FieldKey, Leaf, Leaves, Slot};
use crate::health::HealthEntry;
use crate::id::{EntryId, NodeId, RecordId, ValueId};
use crate::marketing::{Campaign, Notice, Share, Tally, Want};
use crate::minor::{AdultCheck, GuardianConsent};
use crate::mode::{ContactOnly, TreatmentRefusal};
use crate::patch_test::PatchTest;
use crate::people::{Profile, User};
use crate::request::{OpenRequest, Request};
use crate::retention::day;
use crate::same::Judgement;
use crate::trace::Traces;
use crate::treatment::Treatment;
use crate::value::{Content, Value};

use super::{Card, Catalogue, Entry, Field, Held, Settings};

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
        let mut card = self.card_of(&self.document.leaves(), self.document.lifetime());
        let undated = |entry: &Entry<HealthEntry>| {
            let mut all = entry.field.all().iter();
            all.any(|held| held.value.date.or(held.value.confirmed).is_none())
        };
        if card.health.iter().any(undated) {
            // Only the history knows when such an entry was made.
            card = self.card();
        }
        Summary {
            due: card.due(),
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
            patch_expires: card.patch_expires(),
            last_visit: card.last_visit(),
            conflicts: card.conflicts(),
            requests: card.requests.iter().filter_map(OpenRequest::of).collect(),
            judged: card.judged().collect(),
            marketing: card.marketing_answer(),
            restricted: card.restricted(),
            tally: Tally::of(&card),
            traces: Traces::of(&card),
            adult: card.verified_adult(),
            adverse: card.adverse.iter().filter_map(AdverseMark::of).collect(),
            months: Months::of(&card),
            made: self.document.made(),
        }
    }

    fn card_of(
        &self,
        slots: &BTreeMap<Slot, Leaves>,
        lifetime: Option<(Timestamp, Timestamp)>,
    ) -> Card {
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
            legal_claim: self.field(slots, FieldKey::LegalClaim, |content| match content {
                Content::LegalClaim(claim) => Some(claim),
                _ => None,
            }),
            restriction: self.field(slots, FieldKey::Restriction, |content| match content {
                Content::Restriction(restriction) => Some(restriction),
                _ => None,
            }),
            health: self.health(slots),
            treatments: self.treatments(slots),
            notes: self.entries(slots, Collection::Note, |content| match content {
                Content::Note(note) => Some(note),
                _ => None,
            }),
            requests: self.requests(slots),
            health_consent: self.health_consent(slots),
            contact_only: self.contact_only(slots),
            adult_check: self.adult_check(slots),
            guardian: self.guardian(slots),
            patch_tests: self.patch_tests(slots),
            adverse: self.adverse(slots),
            refusals: self.refusals(slots),
            judgements: self.judgements(slots),
            notices: self.notices(slots),
            shares: self.shares(slots),
            wants: self.wants(slots),
            created: lifetime.map(|(first, _)| first),
            changed: lifetime.map(|(_, last)| last),
        }
    }

    fn health_consent(&self, slots: &BTreeMap<Slot, Leaves>) -> Field<HealthConsent> {
        self.field(slots, FieldKey::HealthConsent, |content| match content {
            Content::HealthConsent(consent) => Some(consent),
            _ => None,
        })
    }

    fn contact_only(&self, slots: &BTreeMap<Slot, Leaves>) -> Field<ContactOnly> {
        self.field(slots, FieldKey::ContactOnly, |content| match content {
            Content::ContactOnly(mode) => Some(mode),
            _ => None,
        })
    }

    fn adult_check(&self, slots: &BTreeMap<Slot, Leaves>) -> Field<AdultCheck> {
        self.field(slots, FieldKey::AdultCheck, |content| match content {
            Content::AdultCheck(check) => Some(check),
            _ => None,
        })
    }

    fn guardian(&self, slots: &BTreeMap<Slot, Leaves>) -> Field<GuardianConsent> {
        self.field(slots, FieldKey::Guardian, |content| match content {
            Content::GuardianConsent(consent) => Some(consent),
            _ => None,
        })
    }

    /// Loudest first.
    fn health(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<HealthEntry>> {
        let mut health = self.entries(slots, Collection::Health, |content| match content {
            Content::Health(entry) => Some(entry),
            _ => None,
        });
        health.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.level)));
        health
    }

    /// Newest first.
    fn treatments(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Treatment>> {
        let mut treatments = self.entries(slots, Collection::Treatment, |content| match content {
            Content::Treatment(treatment) => Some(treatment),
            _ => None,
        });
        treatments
            .sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.date)));
        treatments
    }

    /// Newest first.
    fn patch_tests(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<PatchTest>> {
        let mut all = self.entries(slots, Collection::PatchTest, |content| match content {
            Content::PatchTest(test) => Some(test),
            _ => None,
        });
        all.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.date)));
        all
    }

    /// Newest first.
    fn adverse(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<AdverseEvent>> {
        let mut all = self.entries(slots, Collection::Adverse, |content| match content {
            Content::AdverseEvent(event) => Some(event),
            _ => None,
        });
        all.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.date)));
        all
    }

    /// Newest first.
    fn refusals(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<TreatmentRefusal>> {
        let mut all = self.entries(slots, Collection::Refusal, |content| match content {
            Content::TreatmentRefusal(refusal) => Some(refusal),
            _ => None,
        });
        all.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.date)));
        all
    }

    /// Newest first.
    fn consent_texts(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<ConsentText>> {
        let mut all = self.entries(slots, Collection::ConsentText, |content| match content {
            Content::ConsentText(text) => Some(text),
            _ => None,
        });
        all.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.version)));
        all
    }

    fn judgements(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Judgement>> {
        self.entries(slots, Collection::Judgement, |content| match content {
            Content::Judgement(judgement) => Some(judgement),
            _ => None,
        })
    }

    fn wants(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Want>> {
        self.entries(slots, Collection::Want, |content| match content {
            Content::Want(want) => Some(want),
            _ => None,
        })
    }

    fn shares(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Share>> {
        self.entries(slots, Collection::Share, |content| match content {
            Content::Share(share) => Some(share),
            _ => None,
        })
    }

    /// Newest first.
    fn notices(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Notice>> {
        let mut notices = self.entries(slots, Collection::Notice, |content| match content {
            Content::Notice(notice) => Some(notice),
            _ => None,
        });
        notices.sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.at)));
        notices
    }

    /// The record as a campaign.
    #[must_use]
    pub fn campaign(&self) -> Campaign {
        let slots = self.document.stamped_leaves();
        Campaign {
            id: self.id,
            heads: self.document.heads(),
            plan: self.field(&slots, FieldKey::Plan, |content| match content {
                Content::Plan(plan) => Some(plan),
                _ => None,
            }),
            progress: self.field(&slots, FieldKey::Progress, |content| match content {
                Content::Progress(progress) => Some(progress),
                _ => None,
            }),
            parts: self.entries(&slots, Collection::Recipients, |content| match content {
                Content::Recipients(part) => Some(part),
                _ => None,
            }),
            created: self.document.lifetime().map(|(first, _)| first),
        }
    }

    /// Newest first.
    fn requests(&self, slots: &BTreeMap<Slot, Leaves>) -> Vec<Entry<Request>> {
        let mut requests = self.entries(slots, Collection::Request, |content| match content {
            Content::Request(request) => Some(request),
            _ => None,
        });
        requests
            .sort_by_key(|entry| core::cmp::Reverse(entry.field.newest().map(|one| one.received)));
        requests
    }

    /// The record as a user; `None` while the profile has not arrived.
    ///
    /// Of a conflict in the password, code, second factor or undertaking the newest counts; access that was ended at
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
        let factor = self.field(&slots, FieldKey::SecondFactor, |content| match content {
            Content::SecondFactor(factor) => Some(factor),
            _ => None,
        });
        let quick = self.field(&slots, FieldKey::QuickCode, |content| match content {
            Content::QuickCode(code) => Some(code),
            _ => None,
        });
        let undertaking = self.field(&slots, FieldKey::Undertaking, |content| match content {
            Content::Undertaking(undertaking) => Some(undertaking),
            _ => None,
        });
        let agreement = self.field(&slots, FieldKey::Agreement, |content| match content {
            Content::Agreement(agreement) => Some(agreement),
            _ => None,
        });
        let token = self.field(&slots, FieldKey::ApiToken, |content| match content {
            Content::ApiToken(token) => Some(token),
            _ => None,
        });
        let disabled = self.field(&slots, FieldKey::Disabled, |content| match content {
            Content::Disabled(disabled) => Some(disabled),
            _ => None,
        });
        let disabled_values = disabled.all().iter().filter(|held| held.value);
        // Of access that two premises ended apart from each other, the later end counts.
        let ended = disabled_values
            .filter_map(|held| held.stamp)
            .map(|stamp| day(stamp.at))
            .max();
        Some(User {
            id: self.id,
            heads: self.document.heads(),
            profile: profile.newest()?.clone(),
            password: password.newest().cloned(),
            setup: setup.newest().cloned(),
            factor: factor
                .newest()
                .filter(|factor| factor.secret.is_some())
                .cloned(),
            quick: quick.newest().filter(|code| code.hash.is_some()).cloned(),
            undertaking: undertaking.newest().cloned(),
            agreement: agreement.newest().cloned(),
            token: token.newest().cloned(),
            disabled: disabled.all().iter().any(|held| held.value),
            ended,
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
            papers: self.entries(&slots, Collection::Task, |content| match content {
                Content::PaperTask(task) => Some(task),
                _ => None,
            }),
            shares: self.shares(&slots),
            consent_texts: self.consent_texts(&slots),
            breaches: self.entries(&slots, Collection::Breach, |content| match content {
                Content::Breach(breach) => Some(breach),
                _ => None,
            }),
            privacy_notices: self.entries(
                &slots,
                Collection::PrivacyNotice,
                |content| match content {
                    Content::PrivacyNotice(notice) => Some(notice),
                    _ => None,
                },
            ),
            proofs: self.entries(&slots, Collection::RequestProof, |content| match content {
                Content::RequestProof(proof) => Some(proof),
                _ => None,
            }),
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
