//! Deeds of people: what a command was about, and what becomes of it in the account.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use register::document::{Collection, FieldKey};
use register::id::RecordId;
use register::replica::{Answer, ImportOutcome, ImportedClient, Refusal};

use super::chance::Chance;
use super::mark::{Mark, Place, content};
use super::model::{Gone, Made, Model, Sure};

/// What a command was about, until it is answered.
#[derive(Debug)]
pub(super) enum Deed {
    /// Nothing that the account keeps.
    Idle,
    /// A page to edit from later.
    Look,
    /// Values written.
    Write(Vec<Mark>),
    /// An entry taken off.
    Void(BTreeSet<Mark>),
    /// Values written, and what is to be forgotten for them.
    Redact(Vec<Mark>, BTreeSet<Mark>),
    /// What stands nowhere is to be forgotten.
    Clear(BTreeSet<Mark>),
    Erase(RecordId),
    Import(usize),
}

/// The file that every premises may import, its marks, and the days of its treatments.
pub(super) struct Legacy(Vec<(Vec<Mark>, Date)>);

/// When and where a deed happens.
pub(super) struct Here<'a> {
    pub(super) model: &'a mut Model,
    pub(super) chance: &'a mut Chance,
    pub(super) legacy: &'a Legacy,
    /// True time, milliseconds.
    pub(super) now: i64,
    /// What the premises dates it with, milliseconds.
    pub(super) dated: i64,
    pub(super) today: Date,
    /// Deletion by the clock is part of this run.
    pub(super) years: bool,
}

impl Legacy {
    pub(super) fn new(model: &mut Model, today: Date) -> Self {
        let client = |number: i32| {
            let marks = (0..3).map(|_| model.mark()).collect();
            (marks, today.saturating_sub((number * 200).days()))
        };
        Self((0..).take(Self::CLIENTS).map(client).collect())
    }

    /// Clients in the file.
    pub(super) const CLIENTS: usize = 3;

    const PLACES: [Place; 3] = [
        Place::Field(FieldKey::Name),
        Place::Entry(Collection::Note),
        Place::Entry(Collection::Treatment),
    ];

    /// One client of the file.
    pub(super) fn client(&self, number: usize) -> Option<ImportedClient> {
        let (marks, date) = self.0.get(number)?;
        let mut client = ImportedClient {
            source: "ajanvaraus".to_owned(),
            legacy_id: number.to_string(),
            fields: Vec::new(),
            entries: Vec::new(),
        };
        for (place, mark) in Self::PLACES.into_iter().zip(marks) {
            let content = content(place, *mark, *date, false);
            match place {
                Place::Field(key) => client.fields.push((key, content)),
                Place::Entry(collection) => client.entries.push((collection, content)),
            }
        }
        Some(client)
    }
}

/// Puts the deed into the account before it is answered: from here on it may have been done.
pub(super) fn begin(deed: &Deed, here: &mut Here<'_>) {
    let (at, sure) = (here.now, Sure::Maybe);
    match deed {
        Deed::Void(seen) => here.model.voided.push(Gone {
            what: seen.clone(),
            at,
            sure,
        }),
        Deed::Redact(_, past) | Deed::Clear(past) => here.model.redacted.push(Gone {
            what: past.clone(),
            at,
            sure,
        }),
        Deed::Erase(record) => here.model.erased.push(Gone {
            what: *record,
            at,
            sure,
        }),
        Deed::Import(number) => note_import(*number, None, Sure::Maybe, here),
        Deed::Idle | Deed::Look | Deed::Write(_) => {}
    }
}

/// The answer to a deed: it was done, or nothing of it was.
pub(super) fn end(deed: &Deed, answer: &Result<Answer, Refusal>, here: &mut Here<'_>) {
    let done = answer.is_ok();
    match deed {
        Deed::Write(marks) | Deed::Redact(marks, _) => {
            for mark in marks {
                let Some(made) = here.model.made.get_mut(mark) else {
                    continue;
                };
                if let Ok(Answer::Edited { record, .. }) = answer {
                    made.record = Some(*record);
                    made.sure = Sure::Yes;
                } else {
                    here.model.made.remove(mark);
                }
            }
        }
        Deed::Import(number) => {
            if let Ok(Answer::Imported(outcomes)) = answer {
                match outcomes.first() {
                    Some(ImportOutcome::Added(record)) => {
                        note_import(*number, Some(*record), Sure::Yes, here);
                    }
                    // An earlier import did it, whose answer may have been lost.
                    Some(ImportOutcome::Extended(record, _) | ImportOutcome::Unchanged(record)) => {
                        note_import(*number, Some(*record), Sure::Maybe, here);
                    }
                    Some(ImportOutcome::Erased) | None => {}
                }
            }
        }
        Deed::Idle | Deed::Look | Deed::Void(_) | Deed::Clear(_) | Deed::Erase(_) => {}
    }
    match deed {
        Deed::Void(seen) => close(&mut here.model.voided, seen, done),
        Deed::Redact(_, past) | Deed::Clear(past) => close(&mut here.model.redacted, past, done),
        Deed::Erase(record) => close(&mut here.model.erased, record, done),
        Deed::Idle | Deed::Look | Deed::Write(_) | Deed::Import(_) => {}
    }
}

fn close<T: PartialEq>(all: &mut Vec<Gone<T>>, what: &T, done: bool) {
    let open = |gone: &Gone<T>| gone.what == *what && gone.sure == Sure::Maybe;
    if let Some(at) = all.iter().rposition(open) {
        if done {
            if let Some(gone) = all.get_mut(at) {
                gone.sure = Sure::Yes;
            }
        } else {
            all.remove(at);
        }
    }
}

fn note_import(number: usize, record: Option<RecordId>, sure: Sure, here: &mut Here<'_>) {
    let Some((marks, date)) = here.legacy.0.get(number) else {
        return;
    };
    for (place, mark) in Legacy::PLACES.into_iter().zip(marks) {
        let dated = matches!(place, Place::Entry(Collection::Treatment));
        let made = here.model.made.entry(*mark).or_insert_with(|| Made {
            place,
            record: None,
            at: here.now,
            dated: here.dated,
            sure,
            replaced: BTreeSet::new(),
            past: BTreeSet::new(),
            date: dated.then_some(*date),
            imported: true,
        });
        made.record = made.record.or(record);
        if sure == Sure::Yes {
            made.sure = sure;
        }
    }
}
