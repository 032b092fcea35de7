//! Whether this replica's memory still holds something of a record.

use std::collections::BTreeSet;

use crate::document::RecordKind;
use crate::holder::{Found, Holder};
use crate::id::RecordId;

use super::Replica;

impl Replica {
    /// What in memory holds something of these records. A new field doesn't compile here before it is looked at.
    pub(super) fn holders(&self, records: &[RecordId]) -> BTreeSet<(RecordId, Holder)> {
        let Self {
            inventory,
            sessions,
            sheets,
            // Keeps the ids of what must stay forgotten.
            ledger,
            // Keep ids of records: who did what to which, whose edit met an erasure.
            trail: _,
            met: _,
            // Campaigns, by their own ids; whom they list stands in the open records.
            lists: _,
            // Nodes, their keys and addresses, their lives, and times.
            node: _,
            incarnation: _,
            register: _,
            secret: _,
            lives: _,
            peers: _,
            parted: _,
            clock: _,
            clock_stored: _,
            now: _,
            run: _,
            run_open: _,
            allowed: _,
            quarantine: _,
            released: _,
            founded: _,
            behind: _,
            evened: _,
            roster: _,
            key: _,
            revoked: _,
        } = self;
        let campaigns = sheets
            .iter()
            .filter(|(_, sheet)| sheet.document.kind() == RecordKind::Campaign);
        let listed = campaigns.flat_map(|(id, sheet)| {
            sheet
                .reading(*id, &ledger.dead(*id))
                .campaign()
                .recipients()
        });
        // Frames are made when they are sent: what waits are ids and heads.
        let waiting = sessions.values().flat_map(|session| {
            let pending = session.pending.keys().chain(session.fresh.values());
            pending.copied()
        });
        Found::among(records)
            .add(Holder::Open, sheets.iter().map(|(id, _)| *id))
            .add(Holder::Inventory, inventory.held())
            .add(Holder::Waiting, waiting)
            .add(Holder::Lists, listed)
            .into_found()
    }
}
