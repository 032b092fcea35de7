//! The change history of a card, from its document's own history: who put what in place of what.
//!
//! Values that were removed for good are gone here too; that something stood there is all that is left.

use jiff::civil::Date;

use crate::access::Action;
use crate::card::Reading;
use crate::document::{Collection, Deed, FieldKey, Slot, Stamp, Step};
use crate::health::HealthEntry;
use crate::id::ValueId;
use crate::retention::{due, notice_goes};
use crate::value::Content;

/// The most revisions in one answer.
pub const REVISIONS_LIMIT: usize = 20_000;

/// What a value said.
#[derive(Clone, PartialEq, Eq)]
pub enum Told {
    /// This.
    Content(Box<Content>),
    /// It was removed for good: by redaction, withdrawn consent or the clock.
    Removed,
    /// It is past its time and waits to be removed.
    Overdue,
    /// It has not arrived yet.
    Awaited,
    /// This version can't read it.
    Unreadable,
}

/// What was done.
#[derive(Clone, PartialEq, Eq)]
pub enum Act {
    /// Something was put where nothing stood.
    Added(Told),
    /// Something took the place of something else.
    Changed {
        /// What stood there before.
        from: Told,
        /// What stands there since.
        to: Told,
    },
    /// Of several values put there apart from each other, one was settled on.
    Settled {
        /// What stood there side by side.
        from: Vec<Told>,
        /// What was settled on.
        to: Told,
    },
    /// The entry was removed from the card.
    Removed(Told),
    /// The entry stays, though it had been removed elsewhere.
    Kept,
}

/// One change of one field or entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which field or entry.
    pub slot: Slot,
    /// Who, where and when; `None` when that can't be read.
    pub stamp: Option<Stamp>,
    /// What.
    pub act: Act,
}

crate::redacted!(Told, Act, Revision);

impl Reading<'_> {
    /// Every change of the card, newest first, at most [`REVISIONS_LIMIT`]. What is past its time on `today` is not
    /// told.
    #[must_use]
    pub fn revisions(&self, today: Date) -> Vec<Revision> {
        let card = self.card();
        let keeps = card.restricted() || card.claimed(today);
        let tell = |value: &ValueId| self.told(*value, (!keeps).then_some(today));
        let mut steps: Vec<(usize, Step)> = self.document.steps().into_iter().enumerate().collect();
        // Changes made apart lie in no order but that of their clocks.
        steps.sort_by_key(|(at, step)| core::cmp::Reverse((step.stamp.map(|one| one.at), *at)));
        let newest = steps.into_iter().take(REVISIONS_LIMIT);
        newest
            .map(|(_, step)| Revision {
                slot: step.slot,
                stamp: step.stamp,
                act: act(&step.deed, tell),
            })
            .collect()
    }

    fn told(&self, value: ValueId, today: Option<Date>) -> Told {
        if self.dead.contains(&value) {
            return Told::Removed;
        }
        let Some(held) = self.values.get(&value) else {
            return Told::Awaited;
        };
        match held.decode() {
            Err(_) => Told::Unreadable,
            Ok((content, _)) => {
                let over = goes(&content).zip(today);
                if over.is_some_and(|(goes, today)| goes <= today) {
                    return Told::Overdue;
                }
                Told::Content(Box::new(content))
            }
        }
    }
}

fn act(deed: &Deed, tell: impl Fn(&ValueId) -> Told) -> Act {
    match deed {
        Deed::Keep => Act::Kept,
        Deed::Void(value) => Act::Removed(tell(value)),
        Deed::Put(value, before) => {
            let to = tell(value);
            match before.as_slice() {
                [] => Act::Added(to),
                [one] => Act::Changed {
                    from: tell(one),
                    to,
                },
                several => Act::Settled {
                    from: several.iter().map(tell).collect(),
                    to,
                },
            }
        }
    }
}

/// When an earlier value of an entry goes with its entry's clock (clause 9); `None` for what only goes with the card.
fn goes(content: &Content) -> Option<Date> {
    match content {
        Content::Treatment(one) => Some(due(one.date)),
        Content::Health(HealthEntry {
            date, confirmed, ..
        }) => (*date).max(*confirmed).map(due),
        Content::Request(one) => one.closing.as_ref().map(|closing| due(closing.date)),
        Content::Notice(one) => Some(notice_goes(one)),
        _ => None,
    }
}

/// Takes out of a history what who may do what `may` says may not see of the card itself
/// ([`crate::access::trim_by`]).
#[must_use]
pub fn trim(mut all: Vec<Revision>, may: impl Fn(Action) -> bool) -> Vec<Revision> {
    let care = may(Action::ReadCare);
    if !care {
        let health = |slot: Slot| {
            matches!(
                slot,
                Slot::Entry(Collection::Health, _) | Slot::Field(FieldKey::HealthAsked)
            )
        };
        all.retain(|one| !health(one.slot));
    }
    let claims = may(Action::Retain);
    for told in all.iter_mut().flat_map(|one| one.act.all_mut()) {
        if let Told::Content(content) = told {
            match content.as_mut() {
                Content::LegalClaim(claim) if !claims => claim.reason.clear(),
                Content::Treatment(one) if !care => crate::access::blank(one),
                _ => {}
            }
        }
    }
    all
}

impl Act {
    fn all_mut(&mut self) -> Vec<&mut Told> {
        match self {
            Self::Added(one) | Self::Removed(one) => vec![one],
            Self::Changed { from, to } => vec![from, to],
            Self::Settled { from, to } => from.iter_mut().chain([to]).collect(),
            Self::Kept => Vec::new(),
        }
    }
}
