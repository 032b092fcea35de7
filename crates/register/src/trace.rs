//! What the directory keeps of a card's treatments, so that nobody has to open every card to find who received a
//! product (batch recall) or whose contract lies in a safe (clause 6).

use jiff::civil::Date;

use crate::card::{Card, Entry};
use crate::id::{EntryId, RecordId};
use crate::retention::treatment_due;
use crate::treatment::{Contract, Treatment};

/// A product that a client received. Nothing of it is about health.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// The day.
    pub date: Date,
    /// When the line goes; `None` while a restriction keeps it.
    pub goes: Option<Date>,
    /// What was done.
    pub treatment: String,
    /// Who did it, as written.
    pub by: String,
    /// The user who did it.
    pub by_id: Option<RecordId>,
    /// At which premises.
    pub premises: String,
    /// Products used.
    pub products: String,
    /// Batch number.
    pub batch: String,
}

/// A contract on paper that a treatment's line leads to (clause 6).
#[derive(Clone, PartialEq, Eq)]
pub struct Paper {
    /// The treatment's entry.
    pub entry: EntryId,
    /// The treatment's day.
    pub date: Date,
    /// When the line goes, and the paper has to be destroyed; `None` while a restriction keeps it.
    pub goes: Option<Date>,
    /// The treatment.
    pub treatment: String,
    /// Where the paper lies. Without any of it, the safe is that of the treatment's premises.
    pub contract: Contract,
}

/// Everything of that on one card.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// Products received.
    pub given: Vec<Given>,
    /// Contracts on paper, those destroyed included.
    pub papers: Vec<Paper>,
}

crate::redacted!(Given, Paper, Traces);

impl Traces {
    /// What a card says. Of a conflict each value counts: whoever may have received a batch is found.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        let mut traces = Self::default();
        for entry in &card.treatments {
            traces.take(card, entry);
        }
        traces
    }

    fn take(&mut self, card: &Card, entry: &Entry<Treatment>) {
        let goes = treatment_due(entry).and_then(|due| card.goes(due));
        for held in entry.field.all() {
            let one = &held.value;
            if !one.batch.is_empty() || !one.products.is_empty() {
                self.given.push(Given {
                    date: one.date,
                    goes,
                    treatment: one.name.clone(),
                    by: one.by.clone(),
                    by_id: one.by_id,
                    premises: one.premises.clone(),
                    products: one.products.clone(),
                    batch: one.batch.clone(),
                });
            }
            if one.contract_made == Some(true) {
                self.papers.push(Paper {
                    entry: entry.id,
                    date: one.date,
                    goes,
                    treatment: one.name.clone(),
                    contract: one.paper(),
                });
            }
        }
    }
}
