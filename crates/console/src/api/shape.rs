//! Cards as JSON.

use register::access::Action;
use register::card::{Alert, Entry, Field};
use register::contact::{Address, Marketing, Name, Note};
use register::directory::Summary;
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::id::RecordId;
use register::request::{CheckMethod, Request};
use register::treatment::{Contract, Treatment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::card::Opened;
use crate::visitor::Visitor;

use super::body::version;

/// What stands in a field.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Nothing was ever put there.
    Absent,
    /// Something is there that has not arrived yet: not known, which is not the same as none.
    Awaited,
    /// One value.
    Value,
    /// Values that premises put there apart from each other; a person has to choose.
    Conflict,
    /// What was there has been removed for good.
    Removed,
    /// Something is there that this version can't read.
    Unreadable,
}

/// A field of a card.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Slot<T> {
    /// How it stands.
    pub(super) state: State,
    /// What stands there, newest first; more than one is a conflict.
    pub(super) values: Vec<T>,
}

impl<T> Slot<T> {
    pub(super) fn of<U>(field: &Field<U>, make: impl Fn(&U) -> T) -> Self {
        let state = match field {
            Field::Absent => State::Absent,
            Field::Awaited => State::Awaited,
            Field::Value(_) => State::Value,
            Field::Conflict(_) => State::Conflict,
            Field::Removed => State::Removed,
            Field::Unreadable => State::Unreadable,
        };
        let values = field.all().iter().map(|held| make(&held.value));
        Self {
            state,
            values: values.collect(),
        }
    }
}

/// An entry of a card.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Item<T> {
    /// Its id.
    pub(super) id: String,
    /// It was removed at one premises and edited at another; a person has to choose.
    pub(super) disputed: bool,
    /// How it stands.
    pub(super) state: State,
    /// What it says, newest first; more than one is a conflict.
    pub(super) values: Vec<T>,
}

pub(super) fn items<T, U>(all: &[Entry<U>], make: impl Fn(&U) -> T) -> Vec<Item<T>> {
    let item = |entry: &Entry<U>| {
        let slot = Slot::of(&entry.field, &make);
        Item {
            id: entry.id.to_string(),
            disputed: entry.disputed,
            state: slot.state,
            values: slot.values,
        }
    };
    all.iter().map(item).collect()
}

/// A name.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Name)]
pub(super) struct NameShape {
    /// The last name.
    #[serde(default)]
    pub(super) last_name: String,
    /// The first name.
    #[serde(default)]
    pub(super) first_name: String,
}

impl NameShape {
    pub(super) fn of(name: &Name) -> Self {
        Self {
            last_name: name.last.clone(),
            first_name: name.first.clone(),
        }
    }
}

/// A postal address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub(super) struct AddressShape {
    /// Street and number.
    #[serde(default)]
    pub(super) street: String,
    /// The postcode.
    #[serde(default)]
    pub(super) postcode: String,
    /// The town.
    #[serde(default)]
    pub(super) town: String,
}

impl AddressShape {
    pub(super) fn of(address: &Address) -> Self {
        Self {
            street: address.street.clone(),
            postcode: address.postcode.clone(),
            town: address.town.clone(),
        }
    }
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Note)]
pub(super) struct NoteShape {
    /// What it says. Not for health.
    text: String,
    /// The day it was written.
    #[schema(format = Date)]
    date: Option<String>,
}

impl NoteShape {
    pub(super) fn of(note: &Note) -> Self {
        Self {
            text: note.text.clone(),
            date: note.date.map(|date| date.to_string()),
        }
    }
}

/// An answer about marketing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Permission)]
pub(super) struct PermissionShape {
    /// Whether the client may be sent notices.
    allowed: bool,
    /// The day the client was asked.
    #[schema(format = Date)]
    asked: Option<String>,
    /// How the client was asked.
    channel: String,
    /// Which version of the question.
    wording: String,
}

impl PermissionShape {
    pub(super) fn of(said: &Marketing) -> Self {
        Self {
            allowed: said.allowed,
            asked: said.asked.map(|date| date.to_string()),
            channel: said.channel.clone(),
            wording: said.wording.clone(),
        }
    }
}

/// Where the paper of a separate contract lies.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contract)]
pub(super) struct ContractShape {
    /// What it is about.
    #[serde(default)]
    pub(super) kind: String,
    /// Its day.
    #[serde(default)]
    #[schema(format = Date)]
    pub(super) date: Option<String>,
    /// In the safe of which premises.
    #[serde(default)]
    pub(super) safe: String,
    /// The folder there.
    #[serde(default)]
    pub(super) folder: String,
    /// The day the paper was destroyed.
    #[serde(default)]
    #[schema(format = Date)]
    pub(super) destroyed: Option<String>,
}

impl ContractShape {
    fn of(one: &Contract) -> Self {
        Self {
            kind: one.kind.clone(),
            date: one.date.map(|date| date.to_string()),
            safe: one.safe.clone(),
            folder: one.folder.clone(),
            destroyed: one.destroyed.map(|date| date.to_string()),
        }
    }
}

/// A treatment given. Products, batch, remarks and contract are empty without the scope `care:read`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Treatment)]
pub(super) struct TreatmentShape {
    /// The day.
    #[schema(format = Date)]
    date: String,
    /// Which treatment.
    name: String,
    /// Who gave it.
    by: String,
    /// At which premises.
    premises: String,
    /// With what.
    products: String,
    /// Batch numbers.
    batch: String,
    /// Remarks. Not for health.
    remarks: String,
    /// Whether a separate contract was made; null when not known.
    contract_made: Option<bool>,
    /// Where its paper lies.
    contract: Option<ContractShape>,
}

impl TreatmentShape {
    pub(super) fn of(one: &Treatment) -> Self {
        Self {
            date: one.date.to_string(),
            name: one.name.clone(),
            by: one.by.clone(),
            premises: one.premises.clone(),
            products: one.products.clone(),
            batch: one.batch.clone(),
            remarks: one.remarks.clone(),
            contract_made: one.contract_made,
            contract: one.contract.as_ref().map(ContractShape::of),
        }
    }
}

/// A health entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthEntry)]
pub(super) struct HealthShape {
    /// What it is about: `allergy`, `skin`, `medication` or `other`.
    kind: &'static str,
    /// In words.
    text: String,
    /// How grave it is: `contraindication`, `caution` or `info`.
    level: &'static str,
    /// The day it was taken down.
    #[schema(format = Date)]
    date: Option<String>,
    /// The day the client last said that it holds.
    #[schema(format = Date)]
    confirmed: Option<String>,
}

impl HealthShape {
    pub(super) fn of(one: &HealthEntry) -> Self {
        Self {
            kind: match one.kind {
                HealthKind::Allergy => "allergy",
                HealthKind::Skin => "skin",
                HealthKind::Medication => "medication",
                HealthKind::Other => "other",
            },
            text: one.text.clone(),
            level: level(one.level),
            date: one.date.map(|date| date.to_string()),
            confirmed: one.confirmed.map(|date| date.to_string()),
        }
    }
}

const fn level(one: AlertLevel) -> &'static str {
    match one {
        AlertLevel::Contraindication => "contraindication",
        AlertLevel::Caution => "caution",
        AlertLevel::Info => "info",
    }
}

/// Health at a glance.
pub(super) const fn alert(one: Alert) -> &'static str {
    match one {
        Alert::NotAsked => "not_asked",
        Alert::NoneKnown => "none_known",
        Alert::Listed(one) => level(one),
    }
}

/// What a client asked under the law.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Request)]
pub(super) struct RequestShape {
    /// What is asked for.
    kind: &'static str,
    /// How it came in.
    channel: &'static str,
    /// The day it came in.
    #[schema(format = Date)]
    received: String,
    /// The last day for an answer.
    #[schema(format = Date)]
    due: String,
    /// How the identity was checked: a type of document, `known_client` or `code_sent`; null before.
    identity_check: Option<&'static str>,
    /// Why more time was taken, if it was.
    extension_reason: Option<String>,
    /// How it ended: `done` or `refused`; null while it is open.
    outcome: Option<&'static str>,
    /// Why it ended so.
    reason: Option<String>,
}

impl RequestShape {
    pub(super) fn of(one: &Request) -> Self {
        Self {
            kind: one.kind.code(),
            channel: one.channel.code(),
            received: one.received.to_string(),
            due: one.due().to_string(),
            identity_check: one.check.as_ref().map(|check| match check.method {
                CheckMethod::Document(document) => document.code(),
                CheckMethod::KnownClient => "known_client",
                CheckMethod::CodeSent => "code_sent",
            }),
            extension_reason: one.extension.as_ref().map(|more| more.reason.clone()),
            outcome: one.closing.as_ref().map(|end| end.outcome.code()),
            reason: one.closing.as_ref().map(|end| end.reason.clone()),
        }
    }
}

/// A client in lists.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClientLine)]
pub(super) struct ClientLine {
    /// The card's random id.
    id: String,
    /// The name; null while it has not arrived.
    name: Option<NameShape>,
    /// The year of birth.
    birth_year: Option<u16>,
    /// Phone numbers (E.164).
    phones: Vec<String>,
    /// E-mail addresses.
    emails: Vec<String>,
    /// Health at a glance, of all cards of the person: `not_asked`, `none_known`, `info`, `caution` or
    /// `contraindication`.
    alert: &'static str,
    /// The day of the latest treatment.
    #[schema(format = Date)]
    last_visit: Option<String>,
    /// How many fields wait for a person to choose.
    conflicts: usize,
    /// Whether the use of the card is restricted (GDPR Article 18).
    restricted: bool,
}

impl ClientLine {
    pub(super) fn of(id: RecordId, one: &Summary, loudest: Alert) -> Self {
        Self {
            id: id.to_string(),
            name: one.name.as_ref().map(NameShape::of),
            birth_year: one.birth_year.map(|year| year.get()),
            phones: one.phones.iter().map(|one| one.as_str().into()).collect(),
            emails: one.emails.iter().map(|one| one.as_str().into()).collect(),
            alert: alert(loudest),
            last_visit: one.last_visit.map(|date| date.to_string()),
            conflicts: one.conflicts,
            restricted: one.restricted,
        }
    }
}

/// A client card, as far as the token may see it. Health is read at an address of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
pub(super) struct CardShape {
    /// The card's random id.
    id: String,
    /// Its version, for `If-Match`.
    pub(super) version: String,
    name: Slot<NameShape>,
    birth_year: Slot<u16>,
    address: Slot<AddressShape>,
    phones: Vec<Item<String>>,
    emails: Vec<Item<String>>,
    notes: Vec<Item<NoteShape>>,
    /// What stands on this card about marketing.
    marketing: Slot<PermissionShape>,
    /// What holds for the person: the strictest answer on any of their cards; null when nobody asked.
    marketing_holds: Option<bool>,
    /// Health at a glance, of all cards of the person: `not_asked`, `none_known`, `info`, `caution` or
    /// `contraindication`.
    alert: &'static str,
    /// Nothing but contact details may be kept.
    contact_only: bool,
    /// The use of the card is restricted (GDPR Article 18): it can't be changed.
    restricted: bool,
    /// Ids of the other cards of the same person.
    linked: Vec<String>,
    /// Treatments, newest first.
    treatments: Vec<Item<TreatmentShape>>,
    /// Requests under the law, newest first; empty without the scope `requests:write`.
    requests: Vec<Item<RequestShape>>,
    /// When the card was made.
    #[schema(format = DateTime)]
    created: Option<String>,
    /// When it was last changed.
    #[schema(format = DateTime)]
    changed: Option<String>,
    /// The day it goes, unless the client visits again.
    #[schema(format = Date)]
    kept_until: Option<String>,
}

impl CardShape {
    pub(super) fn of(who: &Visitor, opened: &Opened) -> Self {
        let card = &opened.card;
        let requests = if who.may(Action::RecordRequests) {
            items(&card.requests, RequestShape::of)
        } else {
            Vec::new()
        };
        Self {
            id: card.id.to_string(),
            version: version(&card.heads),
            name: Slot::of(&card.name, NameShape::of),
            birth_year: Slot::of(&card.birth_year, |year| year.get()),
            address: Slot::of(&card.address, AddressShape::of),
            phones: items(&card.phones, |phone| phone.as_str().to_owned()),
            emails: items(&card.emails, |email| email.as_str().to_owned()),
            notes: items(&card.notes, NoteShape::of),
            marketing: Slot::of(&card.marketing, PermissionShape::of),
            marketing_holds: opened.permission,
            alert: alert(opened.alert),
            contact_only: card.contact_only(),
            restricted: card.restricted(),
            linked: opened.linked.iter().map(|hit| hit.id.to_string()).collect(),
            treatments: items(&card.treatments, TreatmentShape::of),
            requests,
            created: card.created.map(|at| at.to_string()),
            changed: card.changed.map(|at| at.to_string()),
            kept_until: card.due().card.map(|date| date.to_string()),
        }
    }
}
