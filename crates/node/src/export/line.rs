//! One client as a line: the shapes, and how a card becomes one.

use jiff::civil::Date;
use register::card::{Card, Entry, Field};
use register::contact::{Address, Name, Note};
use register::health::{AlertLevel, HealthEntry, HealthKind};
use register::id::EntryId;
use register::treatment::{Contract, Treatment};
use serde::Serialize;
use serde_json::{Value, json};

use super::{request, safety};

#[derive(Serialize)]
pub(super) struct Line {
    id: String,
    legacy_id: Option<String>,
    last_name: Option<String>,
    first_name: Option<String>,
    birth_year: Option<u16>,
    phones: Vec<Value>,
    emails: Vec<Value>,
    health: Vec<Value>,
    treatments: Vec<Value>,
    marketing: Marketing,
    notes: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<Value>,
    conflicts: Vec<Conflict>,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    awaited: bool,
}

#[derive(Serialize)]
struct Marketing {
    allowed: bool,
}

#[derive(Serialize)]
struct Conflict {
    field: &'static str,
    values: Vec<Value>,
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    removed: bool,
}

impl Line {
    pub(super) fn of(card: &Card) -> Self {
        let mut rest = Rest::default();
        rest.field("name", &card.name, name);
        rest.field("birth_year", &card.birth_year, |year| json!(year.get()));
        rest.field("address", &card.address, address);
        rest.field("legacy_id", &card.origin, |origin| json!(origin.legacy_id));
        rest.field(
            "marketing",
            &card.marketing,
            |said| json!({ "allowed": said.allowed }),
        );
        let newest_name = card.name.newest();
        Self {
            id: card.id.to_string(),
            legacy_id: card.origin.newest().map(|origin| origin.legacy_id.clone()),
            last_name: newest_name.map(|name| name.last.clone()),
            first_name: newest_name.map(|name| name.first.clone()),
            birth_year: card.birth_year.newest().map(|year| year.get()),
            phones: rest.entries(
                "phones",
                &card.phones,
                |_| None,
                |phone| json!(phone.as_str()),
            ),
            emails: rest.entries(
                "emails",
                &card.emails,
                |_| None,
                |email| json!(email.as_str()),
            ),
            health: rest.entries("health", &card.health, |entry| entry.date, health),
            treatments: rest.entries(
                "treatments",
                &card.treatments,
                |one| Some(one.date),
                treatment,
            ),
            marketing: Marketing {
                // Of two answers the stricter one counts until a person has chosen.
                allowed: !card.marketing.all().is_empty()
                    && card.marketing.all().iter().all(|held| held.value.allowed),
            },
            notes: rest.entries("notes", &card.notes, |note| note.date, note),
            safety: safety::part(card, &mut rest),
            requests: rest.entries(
                "requests",
                &card.requests,
                |one| Some(one.received),
                request::told,
            ),
            conflicts: rest.conflicts,
            awaited: rest.awaited,
        }
    }
}

/// What doesn't fit into a line's own keys.
#[derive(Default)]
pub(super) struct Rest {
    conflicts: Vec<Conflict>,
    awaited: bool,
}

impl Rest {
    pub(super) fn field<T>(
        &mut self,
        key: &'static str,
        field: &Field<T>,
        show: impl Fn(&T) -> Value,
    ) {
        self.awaited |= matches!(field, Field::Awaited | Field::Unreadable);
        if field.is_conflict() {
            self.conflicts.push(Conflict {
                field: key,
                values: values(field, show),
                removed: false,
            });
        }
    }

    pub(super) fn entries<T>(
        &mut self,
        key: &'static str,
        entries: &[Entry<T>],
        date: impl Fn(&T) -> Option<Date>,
        show: impl Fn(&T) -> Value,
    ) -> Vec<Value> {
        let mut sorted: Vec<&Entry<T>> = entries.iter().collect();
        let order = |entry: &&Entry<T>| -> (Option<Date>, EntryId) {
            (entry.field.newest().and_then(&date), entry.id)
        };
        sorted.sort_by_key(order);
        let mut all = Vec::new();
        for entry in sorted {
            self.awaited |= matches!(entry.field, Field::Awaited | Field::Unreadable);
            let values = values(&entry.field, &show);
            if entry.is_conflict() {
                self.conflicts.push(Conflict {
                    field: key,
                    values: values.clone(),
                    removed: entry.disputed,
                });
            }
            all.extend(values);
        }
        all
    }
}

/// Every value that stands there, sorted by its text.
fn values<T>(field: &Field<T>, show: impl Fn(&T) -> Value) -> Vec<Value> {
    let mut values: Vec<Value> = field.all().iter().map(|held| show(&held.value)).collect();
    values.sort_by_cached_key(Value::to_string);
    values
}

fn name(name: &Name) -> Value {
    json!({ "last_name": name.last, "first_name": name.first })
}

fn address(address: &Address) -> Value {
    json!({ "street": address.street, "postcode": address.postcode, "town": address.town })
}

fn note(note: &Note) -> Value {
    json!({ "text": note.text, "date": note.date })
}

fn health(entry: &HealthEntry) -> Value {
    json!({
        "kind": match entry.kind {
            HealthKind::Skin => "skin",
            HealthKind::Allergy => "allergy",
            HealthKind::Medication => "medication",
            HealthKind::Other => "other",
        },
        "text": entry.text,
        "level": match entry.level {
            AlertLevel::Info => "info",
            AlertLevel::Caution => "caution",
            AlertLevel::Contraindication => "contraindication",
        },
        "date": entry.date,
        "confirmed": entry.confirmed,
    })
}

fn treatment(treatment: &Treatment) -> Value {
    let mut told = json!({
        "date": treatment.date,
        "name": treatment.name,
        "by": treatment.by,
        "premises": treatment.premises,
        "products": treatment.products,
        "batch": treatment.batch,
        "remarks": treatment.remarks,
        "contract_made": treatment.contract_made,
        "contract": treatment.contract.as_ref().map(contract),
    });
    if let (Some(seen), Value::Object(fields)) = (&treatment.acknowledged, &mut told) {
        let codes = seen.warnings.iter().map(|one| one.code());
        fields.insert("warnings_seen".into(), codes.collect());
        fields.insert("warnings_seen_on".into(), json!(seen.date));
    }
    told
}

fn contract(contract: &Contract) -> Value {
    json!({
        "kind": contract.kind,
        "date": contract.date,
        "safe": contract.safe,
        "folder": contract.folder,
        "destroyed": contract.destroyed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use register::card::Held;
    use register::contact::{Marketing as Permission, Phone};
    use register::document::{Document, RecordKind};
    use register::id::{RecordId, ValueId};

    fn held<T>(value: T, id: u8) -> Held<T> {
        Held {
            value,
            id: ValueId::from_bytes([id; 16]),
            stamp: None,
        }
    }

    fn entry<T>(value: T, id: u8) -> Entry<T> {
        Entry {
            id: EntryId::from_bytes([id; 16]),
            field: Field::Value(held(value, id)),
            disputed: false,
        }
    }

    fn card() -> Card {
        Card {
            id: RecordId::from_bytes([1; 16]),
            heads: Document::genesis(RecordKind::Client).unwrap().heads(),
            name: Field::Value(held(Name::new("Keksitty", "Kaisa").unwrap(), 1)),
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

    fn shown(card: &Card) -> Value {
        serde_json::from_str(&super::super::line(card).unwrap()).unwrap()
    }

    #[test]
    fn keys_stand_in_the_documented_order() {
        let expected = concat!(
            r#"{"id":"01010101010101010101010101010101","legacy_id":null,"last_name":"Keksitty","#,
            r#""first_name":"Kaisa","birth_year":null,"phones":[],"emails":[],"health":[],"#,
            r#""treatments":[],"marketing":{"allowed":false},"notes":[],"conflicts":[]}"#
        );
        assert_eq!(super::super::line(&card()).unwrap(), expected);
    }

    #[test]
    fn the_order_of_values_and_entries_in_memory_does_not_show() {
        let phone = |text: &str| text.parse::<Phone>().unwrap();
        let note = |text: &str, day: i8| Note {
            text: text.into(),
            date: Some(date(2026, 1, day)),
        };
        let mut one = card();
        one.phones = vec![
            entry(phone("0400001001"), 2),
            Entry {
                field: Field::Conflict(vec![
                    held(phone("0400001003"), 3),
                    held(phone("0400001002"), 4),
                ]),
                ..entry(phone("0400001002"), 1)
            },
        ];
        one.notes = vec![entry(note("b", 2), 1), entry(note("a", 1), 2)];
        let mut two = one.clone();
        two.phones.reverse();
        two.notes.reverse();
        if let Some(Field::Conflict(all)) = two.phones.get_mut(0).map(|entry| &mut entry.field) {
            all.reverse();
        }
        assert_eq!(
            super::super::line(&one).unwrap(),
            super::super::line(&two).unwrap()
        );
        let line = shown(&one);
        assert_eq!(
            line["phones"],
            json!(["+358400001002", "+358400001003", "+358400001001"])
        );
        let expected = json!([{ "field": "phones", "values": ["+358400001002", "+358400001003"] }]);
        assert_eq!(line["conflicts"], expected);
        assert_eq!(line["notes"][0]["date"], "2026-01-01");
    }

    #[test]
    fn of_two_answers_about_marketing_no_counts() {
        let said = |allowed| Permission {
            allowed,
            asked: None,
            channel: String::new(),
            wording: String::new(),
        };
        let mut card = card();
        card.marketing = Field::Conflict(vec![held(said(true), 1), held(said(false), 2)]);
        assert_eq!(shown(&card)["marketing"], json!({ "allowed": false }));
        card.marketing = Field::Value(held(said(true), 1));
        assert_eq!(shown(&card)["marketing"], json!({ "allowed": true }));
    }

    #[test]
    fn what_has_not_arrived_is_said() {
        let mut card = card();
        card.birth_year = Field::Awaited;
        assert_eq!(shown(&card)["awaited"], true);
    }
}
