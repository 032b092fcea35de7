//! What a role may do. Everything that is not allowed here is refused.

use crate::card::{Card, Field};
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
    /// Remove what stood before in contact details and notes from history as well, everywhere.
    RedactContact,
    /// The same of treatments and health entries; take a withdrawn consent to health information.
    RedactCare,
    /// Erase cards and clear their histories; see the certificates.
    Erase,
    /// Hold a card by a legal claim or a restriction; answer for deletion by the clock, for the clock, and for
    /// a node in quarantine.
    Retain,
    /// See which papers have to be destroyed, and say that they were. Nothing there tells whose they are.
    DestroyPapers,
    /// Change what the treatment catalogue offers.
    EditCatalogue,
    /// Read the audit log: who did what, when, where and why.
    ReadAudit,
    /// Take down what clients ask under the law, and see what was asked (clause 10).
    RecordRequests,
    /// Make campaigns, send them, and take their lists out (clause 12).
    RunCampaigns,
    /// Extend and close requests; make the package for the client (clauses 10 and 11).
    DecideRequests,
    /// Answer for the register: the clinic's settings and papers, the breach register, the overview. Nothing there
    /// tells who a client is.
    Govern,
}

impl Action {
    /// Whether it shows or changes clients, which nobody may while the node is in quarantine.
    #[must_use]
    pub const fn meets_clients(self) -> bool {
        match self {
            Self::ReadCards
            | Self::EditContact
            | Self::ReadCare
            | Self::RecordCare
            | Self::RedactContact
            | Self::RedactCare
            | Self::RecordRequests
            | Self::RunCampaigns
            | Self::DecideRequests => true,
            // Certificates, and an erasure, which says no more than the card's own page.
            Self::Erase => false,
            Self::SeePremises
            | Self::ManageUsers
            | Self::Export
            | Self::Retain
            | Self::DestroyPapers
            | Self::EditCatalogue
            | Self::ReadAudit
            | Self::Govern => false,
        }
    }
}

/// Whether `role` may do `action`.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::ReadCards
        | Action::EditContact
        | Action::SeePremises
        | Action::DestroyPapers
        | Action::RecordRequests => true,
        Action::ReadCare | Action::RecordCare | Action::RedactContact | Action::RedactCare => {
            !matches!(role, Role::Reception)
        }
        Action::ManageUsers
        | Action::Export
        | Action::Erase
        | Action::Retain
        | Action::EditCatalogue
        | Action::ReadAudit
        | Action::RunCampaigns
        | Action::DecideRequests
        | Action::Govern => matches!(role, Role::Owner),
    }
}

/// Takes out of a card what `role` may not see: for reception health text, remarks and products; for all
/// but the owner why a legal claim was set.
#[must_use]
pub fn trim(mut card: Card, role: Role) -> Card {
    if !may(role, Action::Retain) {
        each(&mut card.legal_claim, |claim| claim.reason.clear());
    }
    if may(role, Action::ReadCare) {
        return card;
    }
    card.health.clear();
    card.patch_tests.clear();
    card.adverse.clear();
    for entry in &mut card.treatments {
        each(&mut entry.field, blank);
    }
    card
}

fn each<T>(field: &mut Field<T>, work: impl Fn(&mut T)) {
    match field {
        Field::Value(held) => work(&mut held.value),
        Field::Conflict(all) => all.iter_mut().for_each(|held| work(&mut held.value)),
        Field::Absent | Field::Awaited | Field::Removed | Field::Unreadable => {}
    }
}

pub(crate) fn blank(treatment: &mut crate::treatment::Treatment) {
    treatment.products.clear();
    treatment.batch.clear();
    treatment.remarks.clear();
    treatment.contract = None;
    treatment.acknowledged = None;
}
