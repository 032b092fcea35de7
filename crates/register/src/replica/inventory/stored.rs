//! The stored form of index entries.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::card::Alert;
use crate::contact::Name;
use crate::directory::{Month, Months, Summary};
use crate::document::{Heads, RecordKind, Stamp};
use crate::health::AlertLevel;
use crate::id::{Incarnation, NodeId, RecordId};
use crate::retention::Due;
use crate::same::{Judged, Verdict};

use super::super::tally::StoredTally;
use super::marks::{StoredAdverse, StoredRequest};
use super::traced::StoredTraces;
use super::{Entry, Id, Unreadable};

/// The version of stored entries that this program writes. Version 1 knew nothing of judgements and marketing,
/// version 2 nothing of products used, papers in a safe, adverse events and months, version 3 nothing of notices,
/// version 4 nothing of patch tests that expire, of users who gave treatments and of who made a card.
const VERSION: u8 = 5;

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u8,
    kind: u8,
    heads: Vec<ByteArray<32>>,
    state: ByteArray<32>,
    sequence: u64,
    changed: i64,
    held_by: Option<(Id, Id)>,
    increments: u16,
    dead: u64,
    summary: Option<StoredSummary>,
}

#[derive(Serialize, Deserialize)]
struct StoredSummary {
    name: Option<(String, String)>,
    year: Option<u16>,
    phones: Vec<String>,
    emails: Vec<String>,
    alert: u8,
    last_visit: Option<Date>,
    conflicts: usize,
    due_card: Option<Date>,
    due_entry: Option<Date>,
    /// Not there in what was stored before requests were; then there were none.
    #[serde(default)]
    requests: Vec<StoredRequest>,
    #[serde(default)]
    judged: Vec<(Id, bool, bool)>,
    #[serde(default)]
    marketing: Option<bool>,
    #[serde(default)]
    traces: StoredTraces,
    #[serde(default)]
    adult: bool,
    #[serde(default)]
    adverse: Vec<StoredAdverse>,
    #[serde(default)]
    made: Option<u16>,
    #[serde(default)]
    visits: Vec<(u16, u8)>,
    #[serde(default)]
    restricted: bool,
    #[serde(default)]
    tally: StoredTally,
    #[serde(default)]
    patch_expires: Option<Date>,
    /// Author, node and second.
    #[serde(default)]
    author: Option<(Id, Id, i64)>,
}

/// What a stored index entry says.
pub(in crate::replica) struct Decoded {
    pub(in crate::replica) entry: Entry,
    pub(in crate::replica) summary: Option<Summary>,
    /// An older version wrote it, which lacks what only the record itself knows.
    pub(in crate::replica) old: bool,
}

/// The stored form of an index entry with what the directory keeps of a client.
pub(in crate::replica) fn encode(entry: &Entry, summary: Option<&Summary>) -> Vec<u8> {
    let stored = Stored {
        version: VERSION,
        kind: entry.kind.code(),
        heads: entry
            .heads
            .as_slice()
            .iter()
            .map(|hash| ByteArray::new(*hash))
            .collect(),
        state: ByteArray::new(entry.state),
        sequence: entry.sequence,
        changed: entry.changed.as_second(),
        held_by: entry
            .held_by
            .map(|(node, life)| (Id::new(*node.as_bytes()), Id::new(*life.as_bytes()))),
        increments: entry.increments,
        dead: entry.dead,
        summary: summary.map(|summary| StoredSummary {
            name: summary
                .name
                .as_ref()
                .map(|name| (name.last.clone(), name.first.clone())),
            year: summary.birth_year.map(crate::contact::BirthYear::get),
            phones: summary
                .phones
                .iter()
                .map(|phone| phone.as_str().to_owned())
                .collect(),
            emails: summary
                .emails
                .iter()
                .map(|email| email.as_str().to_owned())
                .collect(),
            alert: alert_code(summary.alert),
            patch_expires: summary.patch_expires,
            author: summary.made.map(stored_stamp),
            last_visit: summary.last_visit,
            conflicts: summary.conflicts,
            due_card: summary.due.card,
            due_entry: summary.due.entry,
            requests: summary.requests.iter().map(StoredRequest::of).collect(),
            judged: summary.judged.iter().map(stored_judged).collect(),
            marketing: summary.marketing,
            restricted: summary.restricted,
            tally: StoredTally::of(&summary.tally),
            traces: StoredTraces::of(&summary.traces),
            adult: summary.adult,
            adverse: summary.adverse.iter().map(StoredAdverse::of).collect(),
            made: summary.months.made.map(Month::number),
            visits: summary
                .months
                .visits
                .iter()
                .map(|(month, visits)| (month.number(), *visits))
                .collect(),
        }),
    };
    // Plain fields always have a MessagePack form.
    rmp_serde::to_vec(&stored).unwrap_or_default()
}

/// Reads the stored form of an index entry.
pub(in crate::replica) fn decode(bytes: &[u8]) -> Result<Decoded, Unreadable> {
    let stored: Stored = rmp_serde::from_slice(bytes).map_err(|_| Unreadable)?;
    if !(1..=VERSION).contains(&stored.version) {
        return Err(Unreadable);
    }
    let old = stored.version < VERSION;
    let summary = stored.summary.as_ref().map(read_summary).transpose()?;
    let entry = Entry {
        due: summary.as_ref().map(|one| one.due).unwrap_or_default(),
        judged: summary
            .as_ref()
            .map(|one| one.judged.clone())
            .unwrap_or_default(),
        tally: summary
            .as_ref()
            .map(|one| one.tally.clone())
            .unwrap_or_default(),
        kind: RecordKind::from_code(stored.kind).ok_or(Unreadable)?,
        heads: Heads::new(stored.heads.into_iter().map(|hash| *hash).collect()),
        state: *stored.state,
        sequence: stored.sequence,
        changed: Timestamp::from_second(stored.changed).map_err(|_| Unreadable)?,
        held_by: stored
            .held_by
            .map(|(node, life)| (NodeId::from_bytes(*node), Incarnation::from_bytes(*life))),
        increments: stored.increments,
        dead: stored.dead,
    };
    Ok(Decoded {
        entry,
        summary,
        old,
    })
}

fn read_summary(stored: &StoredSummary) -> Result<Summary, Unreadable> {
    let name = stored.name.as_ref();
    Ok(Summary {
        name: name.map(|(last, first)| Name {
            last: last.clone(),
            first: first.clone(),
        }),
        birth_year: stored
            .year
            .and_then(|year| crate::contact::BirthYear::new(year).ok()),
        phones: stored
            .phones
            .iter()
            .filter_map(|phone| phone.parse().ok())
            .collect(),
        emails: stored
            .emails
            .iter()
            .filter_map(|email| email.parse().ok())
            .collect(),
        alert: alert_from_code(stored.alert).ok_or(Unreadable)?,
        patch_expires: stored.patch_expires,
        made: stored.author.map(read_stamp).transpose()?,
        last_visit: stored.last_visit,
        conflicts: stored.conflicts,
        due: Due {
            card: stored.due_card,
            entry: stored.due_entry,
        },
        requests: stored
            .requests
            .iter()
            .map(StoredRequest::read)
            .collect::<Result<_, _>>()?,
        judged: stored.judged.iter().map(read_judged).collect(),
        marketing: stored.marketing,
        restricted: stored.restricted,
        tally: stored.tally.read()?,
        traces: stored.traces.read()?,
        adult: stored.adult,
        adverse: stored.adverse.iter().map(StoredAdverse::read).collect(),
        months: Months {
            made: stored.made.map(Month::from_number),
            visits: stored
                .visits
                .iter()
                .map(|(month, visits)| (Month::from_number(*month), *visits))
                .collect(),
        },
    })
}

fn stored_stamp(stamp: Stamp) -> (Id, Id, i64) {
    let (author, node) = (stamp.author.as_bytes(), stamp.node.as_bytes());
    (Id::new(*author), Id::new(*node), stamp.at.as_second())
}

fn read_stamp((author, node, at): (Id, Id, i64)) -> Result<Stamp, Unreadable> {
    Ok(Stamp {
        author: RecordId::from_bytes(*author),
        node: NodeId::from_bytes(*node),
        at: Timestamp::from_second(at).map_err(|_| Unreadable)?,
    })
}

fn stored_judged(judged: &Judged) -> (Id, bool, bool) {
    let same = judged.verdict == Verdict::Same;
    (Id::new(*judged.other.as_bytes()), same, judged.disputed)
}

fn read_judged((other, same, disputed): &(Id, bool, bool)) -> Judged {
    Judged {
        other: RecordId::from_bytes(**other),
        verdict: if *same {
            Verdict::Same
        } else {
            Verdict::Different
        },
        disputed: *disputed,
    }
}

const fn alert_code(alert: Alert) -> u8 {
    match alert {
        Alert::NotAsked => 0,
        Alert::NoneKnown => 1,
        Alert::Listed(AlertLevel::Info) => 2,
        Alert::Listed(AlertLevel::Caution) => 3,
        Alert::Listed(AlertLevel::Contraindication) => 4,
    }
}

const fn alert_from_code(code: u8) -> Option<Alert> {
    Some(match code {
        0 => Alert::NotAsked,
        1 => Alert::NoneKnown,
        2 => Alert::Listed(AlertLevel::Info),
        3 => Alert::Listed(AlertLevel::Caution),
        4 => Alert::Listed(AlertLevel::Contraindication),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::traced;
    use super::*;
    use crate::adverse::AdverseMark;
    use crate::id::EntryId;

    fn entry() -> Entry {
        Entry {
            kind: RecordKind::Client,
            heads: Heads::new(vec![[1; 32]]),
            state: [2; 32],
            sequence: 7,
            changed: Timestamp::UNIX_EPOCH,
            held_by: None,
            increments: 3,
            due: Due::default(),
            dead: 0,
            judged: vec![Judged {
                other: RecordId::from_bytes([4; 16]),
                verdict: Verdict::Same,
                disputed: true,
            }],
            tally: summary().tally,
        }
    }

    fn summary() -> Summary {
        Summary {
            name: Name::new("Keksitty", "Kaisa").ok(),
            birth_year: None,
            phones: Vec::new(),
            emails: Vec::new(),
            alert: Alert::NoneKnown,
            patch_expires: Some(jiff::civil::date(2027, 3, 4)),
            made: Some(Stamp {
                author: RecordId::from_bytes([7; 16]),
                node: NodeId::from_bytes([8; 16]),
                at: Timestamp::UNIX_EPOCH,
            }),
            last_visit: None,
            conflicts: 1,
            due: Due::default(),
            requests: Vec::new(),
            judged: vec![Judged {
                other: RecordId::from_bytes([4; 16]),
                verdict: Verdict::Same,
                disputed: true,
            }],
            restricted: true,
            tally: crate::replica::tally::sample(),
            marketing: Some(false),
            traces: traced::sample(),
            adult: true,
            adverse: vec![AdverseMark {
                entry: EntryId::from_bytes([5; 16]),
                date: jiff::civil::date(2026, 11, 24),
                product: "seerumi X".into(),
                batch: "LOT 5567".into(),
                told_tukes: None,
                told_maker: Some(jiff::civil::date(2026, 11, 25)),
            }],
            months: Months {
                made: Some(Month::from_number(24_300)),
                visits: vec![(Month::from_number(24_301), 2)],
            },
        }
    }

    #[test]
    fn an_entry_comes_back_as_it_was_stored() {
        let read = decode(&encode(&entry(), Some(&summary()))).unwrap();
        assert_eq!(read.entry, entry());
        assert!(read.summary == Some(summary()) && !read.old);
    }

    #[test]
    fn an_entry_of_the_first_version_is_read_and_known_to_lack_something() {
        let bytes = encode(&entry(), Some(&summary()));
        let rmpv::Value::Array(mut fields) = rmpv::decode::read_value(&mut &bytes[..]).unwrap()
        else {
            panic!("an entry is an array");
        };
        *fields.first_mut().unwrap() = 1.into();
        if let Some(rmpv::Value::Array(summary)) = fields.last_mut() {
            summary.truncate(9);
        }
        let mut first = Vec::new();
        rmpv::encode::write_value(&mut first, &rmpv::Value::Array(fields)).unwrap();
        let read = decode(&first).unwrap();
        assert!(read.old && read.entry.judged.is_empty() && read.entry.sequence == 7);
        assert_eq!(read.summary.unwrap().marketing, None);
    }

    #[test]
    fn an_entry_of_the_second_version_is_read_and_known_to_lack_what_was_given() {
        let bytes = encode(&entry(), Some(&summary()));
        let rmpv::Value::Array(mut fields) = rmpv::decode::read_value(&mut &bytes[..]).unwrap()
        else {
            panic!("an entry is an array");
        };
        *fields.first_mut().unwrap() = 2.into();
        if let Some(rmpv::Value::Array(summary)) = fields.last_mut() {
            summary.truncate(12);
        }
        let mut second = Vec::new();
        rmpv::encode::write_value(&mut second, &rmpv::Value::Array(fields)).unwrap();
        let read = decode(&second).unwrap();
        assert!(read.old && read.entry.judged == entry().judged);
        let summary = read.summary.unwrap();
        assert!(summary.marketing == Some(false) && summary.traces == Default::default());
    }

    #[test]
    fn an_entry_of_the_fourth_version_is_read_and_known_to_lack_when_a_patch_test_expires() {
        let bytes = encode(&entry(), Some(&summary()));
        let rmpv::Value::Array(mut fields) = rmpv::decode::read_value(&mut &bytes[..]).unwrap()
        else {
            panic!("an entry is an array");
        };
        *fields.first_mut().unwrap() = 4.into();
        if let Some(rmpv::Value::Array(summary)) = fields.last_mut() {
            summary.truncate(summary.len() - 2);
            // Texts, lines and papers; no users yet.
            let traces = summary.iter_mut().find_map(|field| match field {
                rmpv::Value::Array(parts) if parts.len() == 4 => Some(parts),
                _ => None,
            });
            traces.unwrap().pop();
        }
        let mut fourth = Vec::new();
        rmpv::encode::write_value(&mut fourth, &rmpv::Value::Array(fields)).unwrap();
        let read = decode(&fourth).unwrap();
        let summary = read.summary.unwrap();
        assert!(read.old && summary.patch_expires.is_none() && summary.made.is_none());
        assert!(summary.traces.given.len() == 2 && summary.traces.given[0].by_id.is_none());
        assert!(summary.tally == super::super::super::tally::sample());
    }
}
