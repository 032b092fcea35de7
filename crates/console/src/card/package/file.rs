//! The package as JSON and CSV (GDPR Article 20).

use jiff::civil::Date;
use register::settings::Controller;
use serde_json::{Map, Value, json};

use crate::letterhead::Letterhead;

use super::Told;
use super::part::{Fact, Item, Part};

/// With which characters a spreadsheet begins a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A package's head: whose register it is, and the day.
pub(super) struct Head {
    pub(super) made: Date,
    pub(super) letterhead: Letterhead,
}

/// The package as one JSON object: for each part of the card that was asked for a list; where two values stand,
/// `conflict` holds each. `linked_cards` holds an object of the same parts for every other card of the person.
pub(super) fn json(head: &Head, cards: &[Told]) -> String {
    let mut all = Map::new();
    all.insert("made".into(), json!(head.made));
    all.insert("controller".into(), controller(&head.letterhead.controller));
    let premises = head
        .letterhead
        .premises
        .iter()
        .map(|one| json!({ "name": one.name, "address": one.address, "phone": one.phone }));
    all.insert("premises".into(), premises.collect());
    let mut cards = cards.iter().map(|card| parts(&card.parts));
    all.extend(cards.next().unwrap_or_default());
    let others: Vec<Value> = cards.map(Value::Object).collect();
    if !others.is_empty() {
        all.insert("linked_cards".into(), Value::Array(others));
    }
    Value::Object(all).to_string()
}

fn parts(all: &[Part]) -> Map<String, Value> {
    let list = |part: &Part| part.items.iter().map(item).collect();
    let pairs = all.iter().map(|part| (part.key.into(), list(part)));
    pairs.collect()
}

fn controller(one: &Controller) -> Value {
    json!({
        "name": one.name,
        "business_id": one.business_id,
        "address": one.address,
        "contact": one.contact,
        "phone": one.phone,
        "email": one.email,
        "register_name": one.register_name,
    })
}

fn item(item: &Item) -> Value {
    let mut versions: Vec<Map<String, Value>> = item
        .versions
        .iter()
        .map(|facts| {
            let pairs = facts
                .iter()
                .map(|fact| (fact.key.into(), fact.value.clone()));
            pairs.collect()
        })
        .collect();
    let mut shown = if versions.len() < 2 {
        versions.pop().unwrap_or_default()
    } else {
        Map::from_iter([("conflict".into(), json!(versions))])
    };
    if item.disputed {
        shown.insert("removed_elsewhere".into(), json!(true));
    }
    if item.missing.is_some() {
        shown.insert("not_readable_now".into(), json!(true));
    }
    Value::Object(shown)
}

/// The package as CSV for a Finnish spreadsheet: semicolons, a byte order mark, one fact a row. The first
/// column is the card that the fact is from. Rows of one entry share its number, and rows of one of an entry's values
/// that number.
///
/// # Errors
/// When the writer fails, which memory does not.
pub(super) fn csv(head: &Head, cards: &[Told]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(["card", "part", "entry", "version", "field", "value"])?;
    let about = &head.letterhead.controller;
    for (field, value) in [
        ("made", head.made.to_string().as_str()),
        ("name", &about.name),
        ("business_id", &about.business_id),
        ("address", &about.address),
        ("contact", &about.contact),
        ("phone", &about.phone),
        ("email", &about.email),
        ("register_name", &about.register_name),
    ] {
        writer.write_record(["", "controller", "1", "1", field, &defused(value)])?;
    }
    for (number, one) in (1..).zip(&head.letterhead.premises) {
        let number: String = i32::to_string(&number);
        for (field, value) in [
            ("name", &one.name),
            ("address", &one.address),
            ("phone", &one.phone),
        ] {
            writer.write_record(["", "premises", &number, "1", field, &defused(value)])?;
        }
    }
    for card in cards {
        let record = card.record.to_string();
        for part in &card.parts {
            write_part(&mut writer, &record, part)?;
        }
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

fn write_part(
    writer: &mut csv::Writer<Vec<u8>>,
    card: &str,
    part: &Part,
) -> Result<(), csv::Error> {
    for (number, item) in (1..).zip(&part.items) {
        let number: String = i32::to_string(&number);
        for (version, facts) in (1..).zip(&item.versions) {
            let version: String = i32::to_string(&version);
            for fact in facts {
                let value = plain(fact);
                writer.write_record([card, part.key, &number, &version, fact.key, &value])?;
            }
        }
        for (field, holds) in [
            ("removed_elsewhere", item.disputed),
            ("not_readable_now", item.missing.is_some()),
        ] {
            if holds {
                writer.write_record([card, part.key, &number, "", field, "true"])?;
            }
        }
    }
    Ok(())
}

fn plain(fact: &Fact) -> String {
    match &fact.value {
        Value::Null => String::new(),
        Value::String(text) => defused(text),
        other => other.to_string(),
    }
}

/// A text that no spreadsheet takes for a formula. A phone number stays as it is.
pub(crate) fn defused(text: &str) -> String {
    let digits = text
        .strip_prefix('+')
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    if text.starts_with(FORMULA) && !digits {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_phone_numbers_are_not() {
        for text in ["=1+1", "@SUM(A1)", "-2+3", "+cmd|x", "\t=1", "+"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["+358400001234", "Kasvohoito", "1-2", ""] {
            assert_eq!(defused(text), text);
        }
    }
}
