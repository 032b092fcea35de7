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
    /// See what the treatment catalogue offers.
    SeeCatalogue,
    /// Change what the treatment catalogue offers.
    EditCatalogue,
    /// Change the clinic's settings and the text that clients consent to.
    EditSettings,
    /// Read the audit log: who did what, when, where and why.
    ReadAudit,
    /// Take down what clients ask under the law, and see what was asked (clause 10).
    RecordRequests,
    /// Make campaigns, send them, and take their lists out (clause 12).
    RunCampaigns,
    /// Extend and close requests; make the package for the client (clauses 10 and 11).
    DecideRequests,
    /// Answer for the register: see the clinic's settings and the overview; its papers and the breach register. Nothing
    /// there tells who a client is.
    Govern,
    /// Write in the breach register, put a privacy notice in use, and note agreements with users.
    KeepPapers,
    /// End the access of a user or of a token.
    EndAccess,
    /// Pair premises, change this node's key, and put a premises' computer out of use.
    JoinPremises,
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
            | Self::SeeCatalogue
            | Self::EditCatalogue
            | Self::EditSettings
            | Self::ReadAudit
            | Self::Govern
            | Self::KeepPapers
            | Self::EndAccess
            | Self::JoinPremises => false,
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
        | Action::SeeCatalogue
        | Action::RecordRequests => true,
        Action::ReadCare | Action::RecordCare | Action::RedactContact | Action::RedactCare => {
            !matches!(role, Role::Reception)
        }
        Action::ManageUsers
        | Action::Export
        | Action::Erase
        | Action::Retain
        | Action::EditCatalogue
        | Action::EditSettings
        | Action::ReadAudit
        | Action::RunCampaigns
        | Action::DecideRequests
        | Action::Govern
        | Action::KeepPapers
        | Action::EndAccess
        | Action::JoinPremises => matches!(role, Role::Owner),
    }
}

coded! {
    /// What the owner lets a program do that comes with a token.
    Scope {
        /// Find clients and open one card at a time, without anything of health.
        ClientsRead = "clients:read",
        /// Go through the list of all clients.
        ClientsList = "clients:list",
        /// Make cards; change contact details, notes and marketing permission; choose where premises differ, and say
        /// which cards are of one person.
        ClientsWrite = "clients:write",
        /// Read health information and treatments in full; trace a batch.
        CareRead = "care:read",
        /// Record treatments and health information.
        CareWrite = "care:write",
        /// Take down what clients ask under the law.
        Requests = "requests:write",
        /// Extend and close requests; make the package for the client, which holds everything; hold cards by a legal
        /// claim or a restriction, and see which are due to be deleted.
        RequestsDecide = "requests:decide",
        /// Remove what stood in contact details, treatments and health from history as well, and take a withdrawn
        /// consent to health information. What goes so can't be had back, so no other scope comes with it.
        Redact = "clients:redact",
        /// Erase clients; see the certificates.
        Erase = "clients:erase",
        /// Write campaigns, make their lists, count them as handed out, send them, and stop them. Nothing there tells
        /// who a client is.
        Campaigns = "campaigns:run",
        /// Change the treatment catalogue, the clinic's settings and the text that clients consent to.
        Settings = "settings:write",
        /// See how the premises stand, and tick off papers that were destroyed.
        Premises = "premises",
        /// See the overview, the users and tokens, the clinic's papers and the breach register. Nothing there tells who a
        /// client is.
        Reports = "reports:read",
        /// The same, and write in the breach register, put a privacy notice in use, note agreements with users.
        Papers = "papers:write",
        /// See the users and tokens, and end their access.
        EndAccess = "access:end",
        /// Make users and tokens, and let people in again. By itself it opens nothing: each call takes an owner's own
        /// password too.
        GiveAccess = "access:give",
        /// Pair premises, change this node's key, and put a premises' computer out of use. By itself it opens nothing:
        /// each call takes an owner's own password too.
        JoinPremises = "premises:join",
        /// Read the audit log.
        Audit = "audit:read",
    }
}

impl Scope {
    /// Whether it allows the action. Who may write somewhere may read there.
    #[must_use]
    pub const fn allows(self, action: Action) -> bool {
        match self {
            Self::ClientsRead => reads_cards(action),
            Self::ClientsList => reads_cards(action) || matches!(action, Action::Export),
            Self::ClientsWrite => reads_cards(action) || matches!(action, Action::EditContact),
            Self::CareRead => reads_cards(action) || matches!(action, Action::ReadCare),
            Self::CareWrite => {
                reads_cards(action) || matches!(action, Action::ReadCare | Action::RecordCare)
            }
            Self::Requests => reads_cards(action) || matches!(action, Action::RecordRequests),
            // The package leaves nothing out (GDPR Article 15), so it takes reading everything on the card.
            Self::RequestsDecide => {
                reads_cards(action)
                    || matches!(
                        action,
                        Action::ReadCare
                            | Action::Retain
                            | Action::RecordRequests
                            | Action::DecideRequests
                    )
            }
            // What can't be seen can't be removed with a consent either.
            Self::Redact => {
                reads_cards(action)
                    || matches!(
                        action,
                        Action::ReadCare | Action::RedactContact | Action::RedactCare
                    )
            }
            Self::Erase => reads_cards(action) || matches!(action, Action::Erase),
            Self::Campaigns => matches!(action, Action::RunCampaigns),
            Self::Settings => matches!(
                action,
                Action::SeeCatalogue | Action::EditCatalogue | Action::EditSettings
            ),
            Self::Premises => matches!(action, Action::SeePremises | Action::DestroyPapers),
            Self::Reports => matches!(action, Action::Govern),
            Self::Papers => matches!(action, Action::Govern | Action::KeepPapers),
            Self::EndAccess => matches!(action, Action::Govern | Action::EndAccess),
            Self::GiveAccess => matches!(action, Action::ManageUsers),
            Self::JoinPremises => matches!(action, Action::JoinPremises),
            Self::Audit => matches!(action, Action::ReadAudit),
        }
    }
}

/// What every scope allows that opens cards.
const fn reads_cards(action: Action) -> bool {
    matches!(action, Action::ReadCards | Action::SeeCatalogue)
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
                Scope::CareRead | Scope::CareWrite | Scope::RequestsDecide | Scope::Redact
            );
            assert_eq!(reads, told, "{scope:?} and health");
            let erases = scope.allows(Action::Erase);
            assert_eq!(erases, *scope == Scope::Erase, "{scope:?} and erasing");
            for (only, action) in [
                (Scope::Campaigns, Action::RunCampaigns),
                (Scope::Settings, Action::EditCatalogue),
                (Scope::Settings, Action::EditSettings),
                (Scope::Redact, Action::RedactContact),
                (Scope::Redact, Action::RedactCare),
                (Scope::GiveAccess, Action::ManageUsers),
                (Scope::JoinPremises, Action::JoinPremises),
            ] {
                let allowed = scope.allows(action);
                assert_eq!(allowed, *scope == only, "{scope:?} and {action:?}");
            }
        }
    }
}
