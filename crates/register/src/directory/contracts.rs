//! Which contracts on paper lie in which safe and folder (clause 6): looked for in memory, whole.

use core::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::civil::Date;

use crate::id::{EntryId, RecordId};
use crate::trace::Paper;
use crate::treatment::Contract;

use super::words::Words;
use super::{Directory, fold};

/// One contract, its texts by number.
struct Sheet {
    entry: EntryId,
    date: Date,
    goes: Option<Date>,
    signed: Option<Date>,
    destroyed: Option<Date>,
    treatment: u32,
    kind: u32,
    safe: u32,
    folder: u32,
}

/// Every card's contracts on paper.
#[derive(Default)]
pub(super) struct Sheets {
    words: Words,
    sheets: BTreeMap<RecordId, Box<[Sheet]>>,
}

impl Sheets {
    pub(super) fn put(&mut self, record: RecordId, papers: Vec<Paper>) {
        // The new ones first, so that texts that stay are not made anew.
        let sheets: Box<[Sheet]> = papers.into_iter().map(|one| self.sheet(one)).collect();
        self.remove(record);
        if !sheets.is_empty() {
            self.sheets.insert(record, sheets);
        }
    }

    fn sheet(&mut self, paper: Paper) -> Sheet {
        let words = &mut self.words;
        Sheet {
            entry: paper.entry,
            date: paper.date,
            goes: paper.goes,
            signed: paper.contract.date,
            destroyed: paper.contract.destroyed,
            treatment: words.take(paper.treatment),
            kind: words.take(paper.contract.kind),
            safe: words.take(paper.contract.safe),
            folder: words.take(paper.contract.folder),
        }
    }

    /// Every client that anything here is of. Texts that no contract has any more went with the last.
    pub(super) fn held(&self) -> impl Iterator<Item = RecordId> {
        let Self { words: _, sheets } = self;
        sheets.keys().copied()
    }

    pub(super) fn remove(&mut self, record: RecordId) {
        for sheet in self.sheets.remove(&record).unwrap_or_default() {
            for number in [sheet.treatment, sheet.kind, sheet.safe, sheet.folder] {
                self.words.drop(number);
            }
        }
    }

    fn paper(&self, sheet: &Sheet) -> Paper {
        let text = |number: u32| self.words.text(number).to_owned();
        Paper {
            entry: sheet.entry,
            date: sheet.date,
            goes: sheet.goes,
            treatment: text(sheet.treatment),
            contract: Contract {
                kind: text(sheet.kind),
                date: sheet.signed,
                safe: text(sheet.safe),
                folder: text(sheet.folder),
                destroyed: sheet.destroyed,
            },
        }
    }
}

/// How it stands with a contract on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It lies in its safe.
    Kept,
    /// It lies in its safe, and has to be destroyed soon.
    Due,
    /// It was destroyed.
    Destroyed,
}

impl Keeping {
    /// By its word in forms: `kept`, `due` or `destroyed`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "kept" => Some(Self::Kept),
            "due" => Some(Self::Due),
            "destroyed" => Some(Self::Destroyed),
            _ => None,
        }
    }

    /// How it stands with a paper whose line goes then, when that is soon until `soon`.
    #[must_use]
    pub fn of(goes: Option<Date>, destroyed: Option<Date>, soon: Date) -> Self {
        if destroyed.is_some() {
            Self::Destroyed
        } else if goes.is_some_and(|goes| goes <= soon) {
            Self::Due
        } else {
            Self::Kept
        }
    }

    /// Whether who looks for this means that as well: what is soon to be destroyed is still in the safe.
    fn means(self, other: Self) -> bool {
        self == other || (self == Self::Kept && other == Self::Due)
    }
}

/// Which contracts on paper are looked for.
#[derive(Clone, Copy)]
pub struct PaperQuery<'a> {
    /// In this safe; in any when empty.
    pub safe: &'a str,
    /// In a folder whose name holds this; capitals and accents don't count. In any when empty.
    pub folder: &'a str,
    /// What became of them.
    pub keeping: Keeping,
    /// What goes until this day is due.
    pub soon: Date,
}

/// A contract and whose it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Filed {
    /// The client's record.
    pub client: RecordId,
    /// The paper.
    pub paper: Paper,
}

/// The contracts that were found.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Papers {
    /// By safe and folder, then by day, as many as were wanted.
    pub lines: Vec<Filed>,
    /// How many there are in all.
    pub total: usize,
    /// Every safe in which a contract lies or lay, whatever was looked for.
    pub safes: BTreeSet<String>,
}

crate::redacted!(PaperQuery<'_>, Filed, Papers);

/// A sheet in the order of the list.
struct Ranked<'a> {
    words: &'a Words,
    client: RecordId,
    sheet: &'a Sheet,
}

impl Ranked<'_> {
    /// The order of two texts, whatever their case. Most sheets share a safe, and its number.
    fn texts(&self, one: u32, other: u32) -> Ordering {
        if one == other {
            return Ordering::Equal;
        }
        let (one, other) = (self.words.text(one), self.words.text(other));
        if one.is_ascii() && other.is_ascii() {
            let lower = |byte: u8| byte.to_ascii_lowercase();
            return one.bytes().map(lower).cmp(other.bytes().map(lower));
        }
        let lower = char::to_lowercase;
        let other = other.chars().flat_map(lower);
        one.chars().flat_map(lower).cmp(other)
    }
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (here, there) = (self.sheet, other.sheet);
        self.texts(here.safe, there.safe)
            .then_with(|| self.texts(here.folder, there.folder))
            .then_with(|| here.date.cmp(&there.date))
            .then_with(|| self.client.cmp(&other.client))
            .then_with(|| here.entry.cmp(&there.entry))
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked<'_> {}

impl Directory {
    /// The contracts on paper of clients who are shown, the first `limit` of them, and how many there are. What is past
    /// its time is not found.
    #[must_use]
    pub fn papers(&self, query: PaperQuery<'_>, limit: usize) -> Papers {
        let Sheets { words, sheets } = &self.contracts;
        let folder = fold(query.folder.trim());
        let in_folder = (!folder.is_empty()).then(|| words.holding(&[&folder]));
        let holds = |number: u32| {
            let Some(all) = &in_folder else { return true };
            let at = usize::try_from(number).ok();
            at.and_then(|at| all.get(at)).copied().unwrap_or(false)
        };
        let mut safes = BTreeSet::new();
        let mut first: BinaryHeap<Ranked<'_>> = BinaryHeap::new();
        let mut total = 0;
        let shown = sheets.iter().filter(|(id, _)| self.client(**id).is_some());
        let all = shown.flat_map(|(id, sheets)| sheets.iter().map(move |sheet| (*id, sheet)));
        for (client, sheet) in all.filter(|(_, sheet)| self.stays(sheet.goes)) {
            safes.insert(sheet.safe);
            let keeping = Keeping::of(sheet.goes, sheet.destroyed, query.soon);
            let here = query.safe.is_empty() || query.safe == words.text(sheet.safe);
            if !(here && query.keeping.means(keeping) && holds(sheet.folder)) {
                continue;
            }
            total += 1;
            let ranked = Ranked {
                words,
                client,
                sheet,
            };
            if first.len() < limit {
                first.push(ranked);
            } else if let Some(mut last) = first.peek_mut()
                && ranked < *last
            {
                *last = ranked;
            }
        }
        let filed = |one: Ranked<'_>| Filed {
            client: one.client,
            paper: self.contracts.paper(one.sheet),
        };
        Papers {
            lines: first.into_sorted_vec().into_iter().map(filed).collect(),
            total,
            safes: { safes.into_iter() }
                .map(|number| words.text(number).to_owned())
                .collect(),
        }
    }
}
