//! What a role, or a token of the API, may do. Everything that is not allowed here is refused.

use crate::card::{Card, Field};
use crate::people::Role;
use crate::request::coded;

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

coded! {
    /// What the owner lets a program do that comes with a token.
    Scope {
        /// Find clients and open one card at a time, without anything of health.
        ClientsRead = "clients:read",
        /// Go through the list of all clients.
        ClientsList = "clients:list",
        /// Make cards; change contact details, notes and marketing permission.
        ClientsWrite = "clients:write",
        /// Read health information and treatments in full; trace a batch.
        CareRead = "care:read",
        /// Record treatments and health information.
        CareWrite = "care:write",
        /// Take down what clients ask under the law.
        Requests = "requests:write",
        /// Extend and close requests; make the package for the client, which holds everything.
        RequestsDecide = "requests:decide",
        /// Erase clients; see the certificates.
        Erase = "clients:erase",
        /// See how the premises stand, and tick off papers that were destroyed.
        Premises = "premises",
        /// See the overview and the users. Nothing there tells who a client is.
        Reports = "reports:read",
        /// Read the audit log.
        Audit = "audit:read",
    }
}

impl Scope {
    /// Whether it allows the action. Who may write somewhere may read there.
    #[must_use]
    pub const fn allows(self, action: Action) -> bool {
        match self {
            Self::ClientsRead => matches!(action, Action::ReadCards),
            Self::ClientsList => matches!(action, Action::ReadCards | Action::Export),
            Self::ClientsWrite => matches!(action, Action::ReadCards | Action::EditContact),
            Self::CareRead => matches!(action, Action::ReadCards | Action::ReadCare),
            Self::CareWrite => matches!(
                action,
                Action::ReadCards | Action::ReadCare | Action::RecordCare
            ),
            Self::Requests => matches!(action, Action::ReadCards | Action::RecordRequests),
            // The package leaves nothing out (GDPR Article 15), so it takes reading everything on the card.
            Self::RequestsDecide => matches!(
                action,
                Action::ReadCards
                    | Action::ReadCare
                    | Action::Retain
                    | Action::RecordRequests
                    | Action::DecideRequests
            ),
            Self::Erase => matches!(action, Action::ReadCards | Action::Erase),
            Self::Premises => matches!(action, Action::SeePremises | Action::DestroyPapers),
            Self::Reports => matches!(action, Action::Govern),
            Self::Audit => matches!(action, Action::ReadAudit),
        }
    }
}

/// Takes out of a card what `role` may not see: for reception health text, remarks and products; for all
/// but the owner why a legal claim was set.
#[must_use]
pub fn trim(card: Card, role: Role) -> Card {
    trim_by(card, |action| may(role, action))
}

/// The same for whoever may do what `may` says.
#[must_use]
pub fn trim_by(mut card: Card, may: impl Fn(Action) -> bool) -> Card {
    if !may(Action::Retain) {
        each(&mut card.legal_claim, |claim| claim.reason.clear());
    }
    if may(Action::ReadCare) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_allows_what_it_is_called_and_no_more() {
        for scope in Scope::ALL {
            let reads = scope.allows(Action::ReadCare);
            let told = matches!(
                scope,
                Scope::CareRead | Scope::CareWrite | Scope::RequestsDecide
            );
            assert_eq!(reads, told, "{scope:?} and health");
            let erases = scope.allows(Action::Erase);
            assert_eq!(erases, *scope == Scope::Erase, "{scope:?} and erasing");
            for beyond in [
                Action::ManageUsers,
                Action::RunCampaigns,
                Action::EditCatalogue,
                Action::RedactContact,
                Action::RedactCare,
            ] {
                assert!(!scope.allows(beyond), "{scope:?} and {beyond:?}");
            }
        }
    }
}
