//! What must not be missed while a treatment is recorded, whichever it is (clauses 4 and 5, decision 6). What the
//! treatment itself asks for: [`crate::catalogue`].

use jiff::civil::Date;

use crate::card::{Alert, Card};
use crate::health::AlertLevel;
use crate::minor::Minority;
use crate::patch_test::PatchState;

/// One thing to mind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Warning {
    /// A contraindication is listed, on this card or on a linked one.
    Contraindication,
    /// A patch test was positive.
    PatchPositive,
    /// The client may be under age, and neither that nor a guardian's consent was made sure of.
    MaybeMinor,
    /// A caution is listed, on this card or on a linked one.
    Caution,
    /// A patch test has not been read.
    PatchWaiting,
    /// A patch test holds no longer.
    PatchExpired,
}

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
