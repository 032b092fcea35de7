//! Everything held on a client as one list of parts, from which page, JSON and CSV are all made.

mod marketing;
mod treatment;

use jiff::Timestamp;
use jiff::civil::Date;
use register::card::{Card, Entry, Field, Held};
use register::changes::Revision;
use register::contact::{Address, BirthYear, Email, Marketing, Name, Note, Origin};
use register::health::{HealthAsked, HealthEntry};
use register::id::RecordId;
use register::marketing::{Notice, Share, Want};
use register::request::{CheckMethod, Closing, Extension, IdentityCheck, Request};
use register::retention::{LegalClaim, Restriction};
use register::same::{Judgement, Verdict};
use register::value::Content;
use serde_json::{Value, json};

use super::safety;
use crate::clock::{show_date, show_moment};
use crate::text::Language;
use treatment::treatment_facts;

/// What employees are called; `None` leaves them out (requirements, clause 10).
pub(in crate::card) type Names<'a> = Option<&'a dyn Fn(RecordId) -> String>;

/// One field or collection of the card.
pub(super) struct Part {
    /// Its name in JSON and CSV.
    pub(super) key: &'static str,
    /// Its name for people.
    pub(super) title: &'static str,
    pub(super) items: Vec<Item>,
}

/// One value or entry. Two or more versions are a conflict: each is told.
pub(super) struct Item {
    pub(super) versions: Vec<Vec<Fact>>,
    /// Removed at one premises and edited at another.
    pub(super) disputed: bool,
    /// Something is there that can't be told now, and why.
    pub(super) missing: Option<&'static str>,
}

/// One word and what it says.
pub(in crate::card) struct Fact {
    /// Its name in JSON and CSV.
    pub(in crate::card) key: &'static str,
    /// Its name for people.
    pub(in crate::card) word: &'static str,
    /// What it says, for people.
    pub(in crate::card) text: String,
    /// What it says, for machines.
    pub(in crate::card) value: Value,
}

/// Everything on the card, and what was changed on it. That nothing is left out is seen to by taking the card apart field by field.
pub(super) fn parts(t: Language, card: &Card, history: &[Revision], names: Names<'_>) -> Vec<Part> {
    let Card {
        id,
        heads: _,
        name,
        birth_year,
        phones,
        emails,
        address,
        origin,
        marketing,
        health_asked,
        legal_claim,
        restriction,
        health,
        treatments,
        notes,
        requests,
        // Told by `safety::parts`.
        health_consent: _,
        contact_only: _,
        adult_check: _,
        guardian: _,
        patch_tests: _,
        adverse: _,
        refusals: _,
        judgements,
        notices,
        shares,
        wants,
        created,
        changed,
    } = card;
    let tell = Telling { t, names };
    let year = |year: &BirthYear| vec![number("birth_year", t.birth_year(), year.get())];
    let asked = |HealthAsked { date }: &HealthAsked| vec![day("date", t.date(), Some(*date))];
    let asked_word = t.package_health_asked();
    let mut all = vec![
        tell.record(*id, *created, *changed),
        tell.field("name", t.name(), name, |one| name_facts(t, one)),
        tell.field("birth_year", t.birth_year(), birth_year, year),
        tell.entries("phones", t.phones(), phones, |one| {
            vec![machine("phone", t.phone(), one.to_string(), one.as_str())]
        }),
        tell.entries("emails", t.emails(), emails, |one| email_facts(t, one)),
        tell.field("address", t.address(), address, |one| address_facts(t, one)),
        tell.field("origin", t.package_origin(), origin, |one| {
            origin_facts(t, one)
        }),
        tell.field("marketing", t.marketing(), marketing, |one| {
            marketing_facts(t, one)
        }),
        tell.field("health_asked", asked_word, health_asked, asked),
        tell.entries("health", t.health(), health, |one| {
            health_facts(t, one, names)
        }),
        tell.entries("treatments", t.treatments(), treatments, |one| {
            treatment_facts(t, one, names)
        }),
        tell.entries("notes", t.notes(), notes, |one| note_facts(t, one)),
        tell.entries("requests", t.requests(), requests, |one| {
            request_facts(t, one, names)
        }),
    ];
    all.extend(safety::parts(&tell, card));
    all.extend(notices_and_units(&tell, notices, shares, wants));
    all.extend(guards(&tell, judgements, legal_claim, restriction));
    all.push(tell.changes(history));
    all
}

/// What was judged of the card, and what keeps it as it is.
fn guards(
    tell: &Telling<'_>,
    judgements: &[Entry<Judgement>],
    legal_claim: &Field<LegalClaim>,
    restriction: &Field<Restriction>,
) -> [Part; 3] {
    let t = tell.t;
    [
        tell.entries("judgements", t.package_judged(), judgements, |one| {
            judgement_facts(t, one)
        }),
        tell.field("legal_claim", t.claim(), legal_claim, |one| {
            claim_facts(t, one)
        }),
        tell.field("restriction", t.restriction(), restriction, |one| {
            restriction_facts(t, one)
        }),
    ]
}

/// Marketing notices and the units that they are counted by.
fn notices_and_units(
    tell: &Telling<'_>,
    notices: &[Entry<Notice>],
    shares: &[Entry<Share>],
    wants: &[Entry<Want>],
) -> Vec<Part> {
    let (t, names) = (tell.t, tell.names);
    vec![
        tell.entries("notices", t.notices(), notices, |one| {
            marketing::notice_facts(t, one, names)
        }),
        tell.entries("notice_units", t.notice_units(), shares, |one| {
            marketing::share_facts(t, one)
        }),
        tell.entries("notice_wishes", t.notice_wishes(), wants, |one| {
            marketing::want_facts(t, one)
        }),
    ]
}

/// What a content says, as the package tells it; nothing of contents that are on no card.
pub(in crate::card) fn facts_of(t: Language, content: &Content, names: Names<'_>) -> Vec<Fact> {
    match content {
        Content::Name(one) => name_facts(t, one),
        Content::BirthYear(one) => vec![number("birth_year", t.birth_year(), one.get())],
        Content::Phone(one) => vec![machine("phone", t.phone(), one.to_string(), one.as_str())],
        Content::Email(one) => vec![text("email", t.email(), one.as_str())],
        Content::Address(one) => address_facts(t, one),
        Content::Origin(one) => origin_facts(t, one),
        Content::Marketing(one) => marketing_facts(t, one),
        Content::Note(one) => note_facts(t, one),
        Content::Health(one) => health_facts(t, one, names),
        Content::HealthAsked(one) => vec![day("date", t.date(), Some(one.date))],
        Content::Treatment(one) => treatment_facts(t, one, names),
        Content::LegalClaim(one) => claim_facts(t, one),
        Content::Restriction(one) => restriction_facts(t, one),
        Content::Request(one) => request_facts(t, one, names),
        Content::Judgement(one) => judgement_facts(t, one),
        Content::Notice(one) => marketing::notice_facts(t, one, names),
        Content::Share(one) => marketing::share_facts(t, one),
        Content::Want(one) => marketing::want_facts(t, one),
        Content::HealthConsent(_)
        | Content::ContactOnly(_)
        | Content::AdultCheck(_)
        | Content::GuardianConsent(_)
        | Content::PatchTest(_)
        | Content::AdverseEvent(_)
        | Content::TreatmentRefusal(_) => safety::facts_of(t, content, names),
        Content::Profile(_)
        | Content::Password(_)
        | Content::SetupCode(_)
        | Content::SecondFactor(_)
        | Content::QuickCode(_)
        | Content::Undertaking(_)
        | Content::Disabled(_)
        | Content::Controller(_)
        | Content::Premises(_)
        | Content::CatalogueItem(_)
        | Content::ConsentText(_)
        | Content::Breach(_)
        | Content::PrivacyNotice(_)
        | Content::RequestProof(_)
        | Content::Plan(_)
        | Content::Progress(_)
        | Content::Recipients(_)
        | Content::Agreement(_)
        | Content::ApiToken(_)
        | Content::PaperTask(_) => Vec::new(),
    }
}

pub(super) struct Telling<'a> {
    pub(super) t: Language,
    pub(super) names: Names<'a>,
}

impl Telling<'_> {
    fn record(&self, id: RecordId, created: Option<Timestamp>, changed: Option<Timestamp>) -> Part {
        let t = self.t;
        let facts = vec![
            text("id", t.package_record(), &id.to_string()),
            moment("created", t.package_created(), created),
            moment("changed", t.package_changed(), changed),
        ];
        Part {
            key: "record",
            title: t.package_card(),
            items: vec![Item {
                versions: vec![facts],
                disputed: false,
                missing: None,
            }],
        }
    }

    pub(super) fn field<T>(
        &self,
        key: &'static str,
        title: &'static str,
        field: &Field<T>,
        facts: impl Fn(&T) -> Vec<Fact>,
    ) -> Part {
        Part {
            key,
            title,
            items: self.item(field, false, &facts).into_iter().collect(),
        }
    }

    pub(super) fn entries<T>(
        &self,
        key: &'static str,
        title: &'static str,
        entries: &[Entry<T>],
        facts: impl Fn(&T) -> Vec<Fact>,
    ) -> Part {
        let items = entries
            .iter()
            .filter_map(|entry| self.item(&entry.field, entry.disputed, &facts));
        Part {
            key,
            title,
            items: items.collect(),
        }
    }

    fn item<T>(
        &self,
        field: &Field<T>,
        disputed: bool,
        facts: &impl Fn(&T) -> Vec<Fact>,
    ) -> Option<Item> {
        let missing = match field {
            Field::Absent | Field::Removed => return None,
            Field::Awaited => Some(self.t.not_known_yet()),
            Field::Unreadable => Some(self.t.unreadable_here()),
            Field::Value(_) | Field::Conflict(_) => None,
        };
        let versions = field.all().iter().map(|held| {
            let mut all = facts(&held.value);
            all.extend(self.entered(held));
            all
        });
        Some(Item {
            versions: versions.collect(),
            disputed,
            missing,
        })
    }

    /// When it was put there, and by whom where names are told.
    fn entered<T>(&self, held: &Held<T>) -> Vec<Fact> {
        let Some(stamp) = held.stamp else {
            return Vec::new();
        };
        let t = self.t;
        let mut facts = vec![moment("entered", t.package_entered(), Some(stamp.at))];
        if let Some(names) = self.names {
            facts.push(text(
                "entered_by",
                t.package_entered_by(),
                &names(stamp.author),
            ));
        }
        facts
    }
}

fn email_facts(t: Language, one: &Email) -> Vec<Fact> {
    vec![text("email", t.email(), one.as_str())]
}

fn note_facts(t: Language, one: &Note) -> Vec<Fact> {
    let Note { text: words, date } = one;
    vec![text("text", t.note(), words), day("date", t.date(), *date)]
}

fn claim_facts(t: Language, one: &LegalClaim) -> Vec<Fact> {
    let LegalClaim { reason, until } = one;
    vec![
        text("reason", t.claim_reason(), reason),
        day("until", t.claim_until(), Some(*until)),
    ]
}

fn restriction_facts(t: Language, one: &Restriction) -> Vec<Fact> {
    let Restriction { on, since } = one;
    vec![
        flag(t, "on", t.restriction(), Some(*on)),
        day("since", t.date(), Some(*since)),
    ]
}

fn name_facts(t: Language, one: &Name) -> Vec<Fact> {
    let Name { last, first } = one;
    vec![
        text("last_name", t.last_name(), last),
        text("first_name", t.first_name(), first),
    ]
}

fn address_facts(t: Language, one: &Address) -> Vec<Fact> {
    let Address {
        street,
        postcode,
        town,
    } = one;
    vec![
        text("street", t.street(), street),
        text("postcode", t.postcode(), postcode),
        text("town", t.town(), town),
    ]
}

fn origin_facts(t: Language, one: &Origin) -> Vec<Fact> {
    let Origin {
        last_visit,
        source,
        legacy_id,
    } = one;
    vec![
        text("source", t.package_source(), source),
        text("legacy_id", t.package_legacy_id(), legacy_id),
        day("last_visit", t.last_visit(), *last_visit),
    ]
}

fn marketing_facts(t: Language, one: &Marketing) -> Vec<Fact> {
    let Marketing {
        allowed,
        asked,
        channel,
        wording,
    } = one;
    vec![
        flag(t, "allowed", t.marketing(), Some(*allowed)),
        day("asked", t.asked_on(), *asked),
        text("channel", t.asked_how(), channel),
        text("wording", t.asked_wording(), wording),
    ]
}

fn health_facts(t: Language, one: &HealthEntry, names: Names<'_>) -> Vec<Fact> {
    let HealthEntry {
        kind,
        text: words,
        level,
        date,
        confirmed,
        author,
    } = one;
    let mut facts = vec![
        text("about", t.about_what(), t.health_kind(*kind)),
        text("text", t.in_words(), words),
        text("level", t.alert_level_label(), t.alert_level(*level)),
        day("date", t.taken_down(), *date),
        day("confirmed", t.confirmed(), *confirmed),
    ];
    facts.extend(person("author", t.package_entered_by(), *author, names));
    facts
}

fn request_facts(t: Language, one: &Request, names: Names<'_>) -> Vec<Fact> {
    let Request {
        kind,
        channel,
        received,
        check,
        extension,
        closing,
    } = one;
    let mut facts = vec![
        text("about", t.request_about(), t.request_kind(*kind)),
        text("channel", t.request_channel(), t.channel(*channel)),
        day("received", t.request_received(), Some(*received)),
        day("due", t.request_due(), Some(one.due())),
    ];
    if let Some(check) = check {
        let IdentityCheck {
            method,
            checker,
            date,
        } = check;
        facts.push(text(
            "identity_check",
            t.identity_check(),
            t.check_method(*method),
        ));
        if let CheckMethod::Document(document) = method {
            facts.push(text(
                "identity_document",
                t.identity_document_type(),
                t.document_type(*document),
            ));
        }
        facts.push(day("identity_checked", t.identity_checked(), Some(*date)));
        facts.extend(person(
            "checker",
            t.identity_checker(),
            Some(*checker),
            names,
        ));
    }
    if let Some(Extension { until, reason }) = extension {
        facts.push(day("extended_to", t.extension_until(), Some(*until)));
        facts.push(text("extension_reason", t.extension_reason(), reason));
    }
    if let Some(Closing {
        outcome,
        date,
        reason,
    }) = closing
    {
        facts.push(text("outcome", t.request_outcome(), t.outcome(*outcome)));
        facts.push(day("closed", t.request_ended(), Some(*date)));
        facts.push(text("reason", t.request_reason(), reason));
    }
    facts
}

pub(super) fn person(
    key: &'static str,
    word: &'static str,
    who: Option<RecordId>,
    names: Names<'_>,
) -> Option<Fact> {
    let name = names?(who?);
    Some(text(key, word, &name))
}

fn judgement_facts(t: Language, judgement: &Judgement) -> Vec<Fact> {
    let Judgement { verdict, date } = judgement;
    let (word, code) = match verdict {
        Verdict::Same => (t.package_same(), "same"),
        Verdict::Different => (t.package_different(), "different"),
    };
    vec![
        machine("verdict", t.package_judged(), word.to_owned(), code),
        day("date", t.date(), Some(*date)),
    ]
}

pub(super) fn text(key: &'static str, word: &'static str, text: &str) -> Fact {
    machine(key, word, text.to_owned(), text)
}

pub(super) fn machine(key: &'static str, word: &'static str, text: String, value: &str) -> Fact {
    let value = if value.is_empty() {
        Value::Null
    } else {
        json!(value)
    };
    Fact {
        key,
        word,
        text,
        value,
    }
}

pub(super) fn number(key: &'static str, word: &'static str, number: u16) -> Fact {
    Fact {
        key,
        word,
        text: number.to_string(),
        value: json!(number),
    }
}

pub(super) fn day(key: &'static str, word: &'static str, date: Option<Date>) -> Fact {
    Fact {
        key,
        word,
        text: date.map(show_date).unwrap_or_default(),
        value: json!(date),
    }
}

pub(super) fn moment(key: &'static str, word: &'static str, at: Option<Timestamp>) -> Fact {
    Fact {
        key,
        word,
        text: at.map(show_moment).unwrap_or_default(),
        value: json!(at),
    }
}

pub(super) fn flag(t: Language, key: &'static str, word: &'static str, flag: Option<bool>) -> Fact {
    let said = flag.map(|yes| if yes { t.yes() } else { t.no() });
    Fact {
        key,
        word,
        text: said.unwrap_or_default().to_owned(),
        value: json!(flag),
    }
}
