//! What a role may do. Everything that is not allowed here is refused.

use crate::card::Card;
use crate::people::Role;

/// Something a user wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Find and open cards; see contact details, alert levels, and that treatments exist.
    ReadCards,
    /// Make cards; change contact details, notes and marketing permission.
    EditContact,
    /// Read health text, treatments in full and notes.
    ReadCare,
    /// Record treatments and health entries.
    RecordCare,
    /// See whether the premises agree.
    SeePremises,
    /// Make users, end their access.
    ManageUsers,
    /// Take out more than one client.
    Export,
}

/// Whether `role` may do `action`.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::ReadCards | Action::EditContact | Action::SeePremises => true,
        Action::ReadCare | Action::RecordCare => !matches!(role, Role::Reception),
        Action::ManageUsers | Action::Export => matches!(role, Role::Owner),
    }
}

/// Takes out of a card what `role` may not see: for reception health text, remarks and products.
#[must_use]
pub fn trim(mut card: Card, role: Role) -> Card {
    if may(role, Action::ReadCare) {
        return card;
    }
    card.health.clear();
    for entry in &mut card.treatments {
        match &mut entry.field {
            crate::card::Field::Value(held) => blank(&mut held.value),
            crate::card::Field::Conflict(all) => {
                all.iter_mut().for_each(|held| blank(&mut held.value))
            }
            _ => {}
        }
    }
    card
}

fn blank(treatment: &mut crate::treatment::Treatment) {
    treatment.products.clear();
    treatment.batch.clear();
    treatment.remarks.clear();
    treatment.contract = None;
}
