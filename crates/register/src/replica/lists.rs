//! Lists of campaigns: they name clients by id, so they lose whoever is erased, and go when their time is over.
//!
//! Whoever erased a card strikes its id off, and so does whoever made the list; every other premises does it after a
//! while if it still has to. Two that do it at once write the same, so nobody has to choose between them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::document::{Collection, FieldKey, RecordKind};
use crate::edit::{CHANGES_LIMIT, Change, Edit, EditError, Target};
use crate::id::{ITSELF, NodeId, RecordId, ValueId};
use crate::ledger::Reason;
use crate::marketing::{Campaign, Progress, Recipients, Stage};
use crate::value::Content;

use super::marketing::whole_second;
use super::sheet::Sheet;
use super::{Cx, Replica};

/// The most lists that one tick changes, so that nobody waits for it.
const STEP: usize = 16;
/// Others leave it to those whose matter it is for so many seconds.
const PATIENCE: i64 = 15;

/// What has to be done about a campaign's list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct List {
    /// When it has to go; `None` when that is not known yet.
    expires: Option<Timestamp>,
    /// When it is looked through for clients who were erased.
    strike: Option<Timestamp>,
}

impl Replica {
    /// Remembers what has to be done about a campaign's list.
    pub(super) fn note_list(&mut self, record: RecordId, sheet: &Sheet) {
        if sheet.document.kind() != RecordKind::Campaign {
            return;
        }
        let dead = self.ledger.dead(record);
        let campaign = sheet.reading(record, &dead).campaign();
        if campaign.parts.is_empty() {
            self.lists.remove(&record);
            return;
        }
        let strike = self.erased_among(&campaign.recipients()).map(|_| {
            let mine = campaign.plan.newest().map(|plan| plan.node) == Some(self.node);
            let known = self.lists.get(&record).and_then(|list| list.strike);
            let due = self.patience(mine);
            known.map_or(due, |known| known.min(due))
        });
        let expires = campaign.expires();
        self.lists.insert(record, List { expires, strike });
    }

    /// A card was erased by this node or another: it may stand on any list.
    pub(super) fn strike_off(&mut self, by: NodeId) {
        let due = self.patience(by == self.node);
        for list in self.lists.values_mut() {
            list.strike = Some(list.strike.map_or(due, |known| known.min(due)));
        }
    }

    fn patience(&self, mine: bool) -> Timestamp {
        let wait = SignedDuration::from_secs(if mine { 0 } else { PATIENCE });
        self.now.saturating_add(wait).unwrap_or(self.now)
    }

    /// Why the first of them who was erased was.
    fn erased_among(&self, records: &[RecordId]) -> Option<Reason> {
        let mut all = records.iter();
        all.find_map(|record| self.ledger.erased(*record))
            .map(|entry| entry.reason)
    }

    /// What the clock brings: lists lose whoever was erased, and go when their time is over.
    pub(super) fn tend_lists(&mut self, cx: &mut Cx<'_>) {
        if self.quarantine.is_some() {
            return;
        }
        for record in self.lists_due(|list| list.strike, cx) {
            // One that can't be read comes again with the next change to it.
            if let Some(list) = self.lists.get_mut(&record) {
                list.strike = None;
            }
            self.strike(record, cx).ok();
        }
        // A clock that nobody believes ends no list.
        if self.clock.trouble().is_some() {
            return;
        }
        for record in self.lists_due(|list| list.expires, cx) {
            if let Some(list) = self.lists.get_mut(&record) {
                list.expires = None;
            }
            self.expire_list(record, cx).ok();
        }
    }

    fn lists_due(&self, when: impl Fn(&List) -> Option<Timestamp>, cx: &Cx<'_>) -> Vec<RecordId> {
        let due = self
            .lists
            .iter()
            .filter(|(_, list)| when(list).is_some_and(|at| at <= cx.now));
        due.map(|(record, _)| *record).take(STEP).collect()
    }

    fn campaign(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<Campaign, EditError> {
        let sheet = self.sheet(record, cx)?.ok_or(EditError::NoRecord)?;
        let campaign = sheet.reading(record, &self.ledger.dead(record)).campaign();
        self.put_back(record, sheet);
        Ok(campaign)
    }

    /// The ids of whoever was erased go from a list for good, from history too.
    fn strike(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let campaign = self.campaign(record, cx)?;
        let Some(reason) = self.erased_among(&campaign.recipients()) else {
            return Ok(());
        };
        let mut changes = Vec::new();
        for part in &campaign.parts {
            // Sorted: premises that do this apart write the same content, which is no conflict.
            let held = part.field.all();
            let all: BTreeSet<RecordId> = held.iter().flat_map(|one| one.value.0.clone()).collect();
            let mut left = all.clone();
            left.retain(|record| self.ledger.erased(*record).is_none());
            if left.len() < all.len() {
                let left = Content::Recipients(Recipients(left.into_iter().collect()));
                changes.push(Change::SetEntry(Collection::Recipients, part.id, left));
            }
        }
        changes.truncate(CHANGES_LIMIT);
        let edit = Edit {
            target: Target::Latest(record),
            author: ITSELF,
            changes,
        };
        self.redact(&edit, reason, cx).map(|_| ())
    }

    /// The ids on a list past its time go for good, from history too.
    fn expire_list(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let campaign = self.campaign(record, cx)?;
        let stands = campaign.stands().ok_or(EditError::Unreadable)?;
        let stage = match stands.stage {
            Stage::Draft | Stage::Listed | Stage::Sending => Stage::Expired,
            done @ (Stage::Done | Stage::Stopped | Stage::Expired) => done,
        };
        let progress = Progress {
            stage,
            since: whole_second(cx.now),
            ..stands
        };
        let mut changes = vec![Change::SetField(
            FieldKey::Progress,
            Content::Progress(progress),
        )];
        changes.extend(campaign.parts.iter().map(|part| {
            let seen: Vec<ValueId> = part.field.all().iter().map(|held| held.id).collect();
            Change::Void(Collection::Recipients, part.id, seen)
        }));
        changes.truncate(CHANGES_LIMIT);
        let edit = Edit {
            target: Target::Latest(record),
            author: ITSELF,
            changes,
        };
        self.redact(&edit, Reason::Retention, cx).map(|_| ())
    }
}
