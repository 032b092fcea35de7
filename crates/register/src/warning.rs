//! What must not be missed while a treatment is recorded, whichever it is (clauses 4 and 5, decision 6). What the
//! treatment itself asks for: [`crate::catalogue`].

use jiff::civil::Date;

use crate::card::{Alert, Card};
use crate::health::AlertLevel;
use crate::id::RecordId;
use crate::minor::Minority;
use crate::patch_test::PatchState;
use crate::request::coded;

coded! {
    /// One thing to mind.
    Warning {
        /// A contraindication is listed, on this card or on a linked one.
        Contraindication = "contraindication",
        /// A patch test was positive.
        PatchPositive = "patch_positive",
        /// The client may be under age, and neither that nor a guardian's consent was made sure of.
        MaybeMinor = "maybe_minor",
        /// A caution is listed, on this card or on a linked one.
        Caution = "caution",
        /// A patch test has not been read.
        PatchWaiting = "patch_waiting",
        /// A patch test holds no longer.
        PatchExpired = "patch_expired",
    }
}

/// That somebody said to have seen what stood against a treatment, and gave it all the same. Codes, never words: what
/// the warning was about stands with the health information, and goes with it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Acknowledged {
    /// What was seen, gravest first; never empty.
    pub warnings: Vec<Warning>,
    /// The staff record of who said so.
    pub by: RecordId,
    /// The day.
    pub date: Date,
}
crate::redacted!(Acknowledged);

impl Warning {
    /// Whether a treatment is recorded only once the person says that they have seen it.
    #[must_use]
    pub const fn stops(self) -> bool {
        match self {
            Self::Contraindication | Self::PatchPositive | Self::MaybeMinor => true,
            Self::Caution | Self::PatchWaiting | Self::PatchExpired => false,
        }
    }
}

/// What to mind on this day, gravest first. `person` is the loudest alert of all cards of the same person.
#[must_use]
pub fn warnings(card: &Card, person: Alert, today: Date) -> Vec<Warning> {
    let mut all: Vec<Warning> = card
        .patch_alerts(today)
        .filter_map(|(_, state)| match state {
            PatchState::Positive => Some(Warning::PatchPositive),
            PatchState::Waiting => Some(Warning::PatchWaiting),
            PatchState::Expired => Some(Warning::PatchExpired),
            PatchState::Valid => None,
        })
        .collect();
    match person.max(card.alert()) {
        Alert::Listed(AlertLevel::Contraindication) => all.push(Warning::Contraindication),
        Alert::Listed(AlertLevel::Caution) => all.push(Warning::Caution),
        Alert::Listed(AlertLevel::Info) | Alert::NotAsked | Alert::NoneKnown => {}
    }
    if card.minority(today) != Minority::No && !card.has_guardian() {
        all.push(Warning::MaybeMinor);
    }
    all.sort_unstable();
    all.dedup();
    all
}
