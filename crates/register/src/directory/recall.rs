//! Who received a product (batch recall): looked for in memory, whole.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::id::RecordId;
use crate::trace::Given;

use super::words::Words;
use super::{Directory, fold};

/// One line, its texts by number.
struct Line {
    date: Date,
    goes: Option<Date>,
    treatment: u32,
    by: u32,
    by_id: Option<RecordId>,
    premises: u32,
    products: u32,
    batch: u32,
}

impl Line {
    const fn numbers(&self) -> [u32; 5] {
        [
            self.treatment,
            self.by,
            self.premises,
            self.products,
            self.batch,
        ]
    }
}

/// Every card's lines.
#[derive(Default)]
pub(super) struct Recall {
    words: Words,
    lines: BTreeMap<RecordId, Box<[Line]>>,
}

impl Recall {
    pub(super) fn put(&mut self, record: RecordId, given: Vec<Given>) {
        // The new ones first, so that texts that stay are not made anew.
        let lines: Box<[Line]> = given.into_iter().map(|one| self.line(one)).collect();
        self.remove(record);
        if !lines.is_empty() {
            self.lines.insert(record, lines);
        }
    }

    fn line(&mut self, given: Given) -> Line {
        let words = &mut self.words;
        Line {
            date: given.date,
            goes: given.goes,
            treatment: words.take(given.treatment),
            by: words.take(given.by),
            by_id: given.by_id,
            premises: words.take(given.premises),
            products: words.take(given.products),
            batch: words.take(given.batch),
        }
    }

    /// Every client that anything here is of. Texts that no line has any more went with the last.
    pub(super) fn held(&self) -> impl Iterator<Item = RecordId> {
        let Self { words: _, lines } = self;
        lines.keys().copied()
    }

    pub(super) fn remove(&mut self, record: RecordId) {
        for line in self.lines.remove(&record).unwrap_or_default() {
            for number in line.numbers() {
                self.words.drop(number);
            }
        }
    }
}

/// Somebody who received a product.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// The client's record.
    pub client: RecordId,
    /// The line.
    pub given: Given,
}

/// Who received a product.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Recalled {
    /// Newest first, as many as were wanted.
    pub lines: Vec<Received>,
    /// How many lines there are in all.
    pub total: usize,
    /// Of how many clients.
    pub clients: usize,
}

crate::redacted!(Received, Recalled);

impl Directory {
    /// Everyone who received a product of which the batch number, or what was written of it, holds every word of
    /// `batch`, and product or treatment every word of `product`. At most `limit` lines, newest first. Nobody when
    /// both are empty.
    ///
    /// Imported lines often have the number among the products, so it is looked for there too. Capitals and accents
    /// don't count. What is past its time, and clients who are not shown, are not found.
    #[must_use]
    pub fn received(&self, batch: &str, product: &str, limit: usize) -> Recalled {
        let (batch, product) = (fold(batch), fold(product));
        let split =
            |text: &'_ str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
        let (batch, product) = (split(&batch), split(&product));
        if batch.is_empty() && product.is_empty() {
            return Recalled::default();
        }
        let holding = |words: &[String]| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            self.recall.words.holding(&words)
        };
        let (by_batch, by_product) = (holding(&batch), holding(&product));
        let is = |all: &[bool], number: u32| {
            let at = usize::try_from(number).ok();
            at.and_then(|at| all.get(at)).copied().unwrap_or(false)
        };
        let matches = |line: &Line| {
            (is(&by_batch, line.batch) || is(&by_batch, line.products))
                && (is(&by_product, line.products) || is(&by_product, line.treatment))
        };
        let mut found: Vec<(Date, RecordId, &Line)> = Vec::new();
        let mut clients = 0;
        for (record, lines) in &self.recall.lines {
            let before = found.len();
            let hits = lines
                .iter()
                .filter(|line| self.stays(line.goes) && matches(line));
            found.extend(hits.map(|line| (line.date, *record, line)));
            if found.len() > before {
                if self.client(*record).is_some() {
                    clients += 1;
                } else {
                    found.truncate(before);
                }
            }
        }
        found.sort_by_key(|(date, record, _)| (core::cmp::Reverse(*date), *record));
        let total = found.len();
        let shown = found.into_iter().take(limit);
        Recalled {
            lines: shown
                .map(|(_, client, line)| Received {
                    client,
                    given: self.given(line),
                })
                .collect(),
            total,
            clients,
        }
    }

    /// Whether what goes then is still there today.
    pub(super) fn stays(&self, goes: Option<Date>) -> bool {
        let (Some(today), Some(goes)) = (self.today, goes) else {
            return true;
        };
        goes > today
    }

    fn given(&self, line: &Line) -> Given {
        let text = |number: u32| self.recall.words.text(number).to_owned();
        Given {
            date: line.date,
            goes: line.goes,
            treatment: text(line.treatment),
            by: text(line.by),
            by_id: line.by_id,
            premises: text(line.premises),
            products: text(line.products),
            batch: text(line.batch),
        }
    }
}
