//! Adverse events after a treatment (Tukes guidance on cosmetic products; Regulation (EC) No 1223/2009, Article 23).

use jiff::civil::Date;

use crate::card::Entry;
use crate::id::{EntryId, RecordId};

/// One adverse event. Its five years run from `date`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AdverseEvent {
    /// The day it was noticed.
    pub date: Date,
    /// The treatment on the same card that it followed, where known.
    pub treatment: Option<EntryId>,
    /// The product; may be empty.
    pub product: String,
    /// Batch number of the product; may be empty.
    pub batch: String,
    /// What happened; never empty. Health information.
    pub what: String,
    /// What was done about it; may be empty. Health information.
    pub measures: String,
    /// The day it was reported to the authority, Tukes.
    pub told_tukes: Option<Date>,
    /// The day it was reported to the manufacturer or seller.
    pub told_maker: Option<Date>,
    /// The staff record of who took it down.
    pub by: Option<RecordId>,
}

/// What lists know of an adverse event without opening the card: nothing of health.
#[derive(Clone, PartialEq, Eq)]
pub struct AdverseMark {
    /// The entry on the card.
    pub entry: EntryId,
    /// The day it was noticed.
    pub date: Date,
    /// The product.
    pub product: String,
    /// Its batch number.
    pub batch: String,
    /// When Tukes was told.
    pub told_tukes: Option<Date>,
    /// When the manufacturer was told.
    pub told_maker: Option<Date>,
}

crate::redacted!(AdverseEvent, AdverseMark);

impl AdverseMark {
    /// The entry's mark; of a conflict that of the newest value.
    #[must_use]
    pub fn of(entry: &Entry<AdverseEvent>) -> Option<Self> {
        let event = entry.field.newest()?;
        Some(Self {
            entry: entry.id,
            date: event.date,
            product: event.product.clone(),
            batch: event.batch.clone(),
            told_tukes: event.told_tukes,
            told_maker: event.told_maker,
        })
    }
}
