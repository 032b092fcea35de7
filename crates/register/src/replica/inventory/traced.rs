//! The stored form of what the directory keeps of treatments: each text of a card once, and lines of numbers.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{EntryId, RecordId};
use crate::trace::{Given, Paper, Traces};
use crate::treatment::Contract;

use super::{Id, Unreadable};

/// Day, day it goes, and the numbers of treatment, by, premises, products and batch.
type Line = (Date, Option<Date>, [u32; 5]);

#[derive(Serialize, Deserialize, Default)]
pub(super) struct StoredTraces {
    words: Vec<String>,
    given: Vec<Line>,
    papers: Vec<StoredPaper>,
    /// Users, and the places of the lines that are theirs. Not there in what was stored before names went with users.
    #[serde(default)]
    users: Vec<(Id, Vec<u32>)>,
}

#[derive(Serialize, Deserialize)]
struct StoredPaper {
    entry: Id,
    date: Date,
    goes: Option<Date>,
    treatment: u32,
    kind: String,
    signed: Option<Date>,
    safe: u32,
    folder: String,
    destroyed: Option<Date>,
}

impl StoredTraces {
    pub(super) fn of(traces: &Traces) -> Self {
        let mut stored = Self::default();
        for one in &traces.given {
            let texts = [
                &one.treatment,
                &one.by,
                &one.premises,
                &one.products,
                &one.batch,
            ];
            let numbers = texts.map(|text| stored.number(text));
            if let Some(user) = one.by_id {
                stored.line_of(user);
            }
            stored.given.push((one.date, one.goes, numbers));
        }
        for one in &traces.papers {
            let (treatment, safe) = (
                stored.number(&one.treatment),
                stored.number(&one.contract.safe),
            );
            stored.papers.push(StoredPaper {
                entry: Id::new(*one.entry.as_bytes()),
                date: one.date,
                goes: one.goes,
                treatment,
                kind: one.contract.kind.clone(),
                signed: one.contract.date,
                safe,
                folder: one.contract.folder.clone(),
                destroyed: one.contract.destroyed,
            });
        }
        stored
    }

    /// A card has few texts, so looking through them is quicker than a map.
    fn number(&mut self, text: &str) -> u32 {
        let known = self.words.iter().position(|word| word == text);
        let at = known.unwrap_or_else(|| {
            self.words.push(text.to_owned());
            self.words.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The line that is written next is this user's.
    fn line_of(&mut self, user: RecordId) {
        let at = u32::try_from(self.given.len()).unwrap_or(u32::MAX);
        let id = Id::new(*user.as_bytes());
        match self.users.iter_mut().find(|(known, _)| *known == id) {
            Some((_, lines)) => lines.push(at),
            None => self.users.push((id, vec![at])),
        }
    }

    fn user_of(&self, line: usize) -> Option<RecordId> {
        let at = u32::try_from(line).ok()?;
        let found = self.users.iter().find(|(_, lines)| lines.contains(&at));
        found.map(|(id, _)| RecordId::from_bytes(**id))
    }

    fn word(&self, number: u32) -> Result<String, Unreadable> {
        let at = usize::try_from(number).map_err(|_| Unreadable)?;
        self.words.get(at).cloned().ok_or(Unreadable)
    }

    pub(super) fn read(&self) -> Result<Traces, Unreadable> {
        let given = self.given.iter().enumerate();
        let given = given.map(|(at, (date, goes, numbers))| {
            let [treatment, by, premises, products, batch] = *numbers;
            Ok(Given {
                date: *date,
                goes: *goes,
                treatment: self.word(treatment)?,
                by: self.word(by)?,
                by_id: self.user_of(at),
                premises: self.word(premises)?,
                products: self.word(products)?,
                batch: self.word(batch)?,
            })
        });
        let papers = self.papers.iter().map(|one| {
            Ok(Paper {
                entry: EntryId::from_bytes(*one.entry),
                date: one.date,
                goes: one.goes,
                treatment: self.word(one.treatment)?,
                contract: Contract {
                    kind: one.kind.clone(),
                    date: one.signed,
                    safe: self.word(one.safe)?,
                    folder: one.folder.clone(),
                    destroyed: one.destroyed,
                },
            })
        });
        Ok(Traces {
            given: given.collect::<Result<_, _>>()?,
            papers: papers.collect::<Result<_, _>>()?,
        })
    }
}

/// Two lines that share texts, and a paper.
#[cfg(test)]
pub(super) fn sample() -> Traces {
    use jiff::civil::date;
    let given = |batch: &str, goes: Option<Date>| Given {
        date: date(2026, 1, 2),
        goes,
        treatment: "Mikroneulaus".into(),
        by: String::new(),
        by_id: Some(RecordId::from_bytes([6; 16])),
        premises: "Poikuekatu".into(),
        products: "seerumi".into(),
        batch: batch.into(),
    };
    Traces {
        given: vec![given("22B1", None), given("", Some(date(2031, 1, 2)))],
        papers: vec![Paper {
            entry: EntryId::from_bytes([5; 16]),
            date: date(2026, 1, 2),
            goes: None,
            treatment: "Mikroneulaus".into(),
            contract: Contract {
                kind: "Hoitosopimus".into(),
                date: Some(date(2026, 1, 1)),
                safe: "Poikuekatu".into(),
                folder: "B-7".into(),
                destroyed: Some(date(2026, 3, 4)),
            },
        }],
    }
}
