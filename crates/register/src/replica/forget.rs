//! Forgetting: erasing a card, removing values for good, and carrying out what other premises decided.
//!
//! The ledger line comes first, durable; then what it names goes, with the key that opens it. The store
//! does both in one group, and an interrupted one is finished when the register is opened again.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Act, AuditEvent};
use crate::directory::Update;
use crate::document::{DocumentError, Heads, RecordKind};
use crate::edit::{Change, Edit, EditError, Target};
use crate::id::{ITSELF, NodeId, OPERATOR, RecordId, ValueId};
use crate::ledger::{Confirmation, LedgerEntry, Line, Reason, Removed};
use crate::retention::day;
use crate::wire::{LIST_LIMIT, Message};

use super::answer::{Answer, Erasure, Refusal};
use super::effect::Fault;
use super::exchange::send;
use super::inventory;
use super::met::{self, Met};
use super::session::Phase;
use super::shelf::Write;
use super::store::{Written, edit_error};
use super::{Cx, FACT_SEQUENCE, Notice, Replica};

impl Replica {
    /// Erases every card of a person, or none of them. A card whose time is over goes alone: each has its own.
    pub(super) fn erase_person(
        &mut self,
        record: RecordId,
        author: RecordId,
        reason: Reason,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        if reason == Reason::Retention {
            self.erase(record, author, reason, cx)?;
            return Ok(Answer::Erasures(vec![self.known_erasure(record)?]));
        }
        let mut cards = self.inventory.linked(record);
        self.may_erase(record, cx)?;
        for card in &cards {
            self.may_erase(*card, cx)
                .map_err(|why| Refusal::Linked { card: *card, why })?;
        }
        // A link stands on the smaller of two cards. So the largest goes first: cut off in between, the rest
        // still hangs together, also by cards that are gone, and asking again goes on.
        cards.push(record);
        cards.sort_unstable_by(|one, other| other.cmp(one));
        for card in &cards {
            self.erase(*card, author, reason, cx)?;
        }
        cards.sort_unstable_by_key(|card| *card != record);
        let erasures = cards.into_iter().map(|card| self.known_erasure(card));
        Ok(Answer::Erasures(erasures.collect::<Result<_, _>>()?))
    }

    /// Whether nothing keeps a card. One that can't be read can be erased all the same.
    fn may_erase(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let Ok(Some(sheet)) = self.open_sheet(record, cx) else {
            return Ok(());
        };
        let card = sheet.reading(record, &self.ledger.dead(record)).card();
        self.put_back(record, sheet);
        if card.restricted() {
            return Err(EditError::Restricted);
        }
        if card.claimed(day(cx.now)) {
            return Err(EditError::LegalClaim);
        }
        Ok(())
    }

    /// Erases a card, here at once and everywhere as soon as it is in reach.
    pub(super) fn erase(
        &mut self,
        record: RecordId,
        author: RecordId,
        reason: Reason,
        cx: &mut Cx<'_>,
    ) -> Result<(), Refusal> {
        if self.ledger.erased(record).is_some() {
            return Ok(());
        }
        let known = self.inventory.get(record);
        if known.is_none_or(|entry| entry.kind != RecordKind::Client) {
            return Err(EditError::NoRecord.into());
        }
        self.may_erase(record, cx)?;
        if let Ok(Some(sheet)) = self.open_sheet(record, cx) {
            self.open_paper_tasks(record, &sheet.treatments(), author, cx)?;
            self.keep_proofs(record, &sheet.requests(), reason, cx)?;
        }
        self.let_go(record, reason, author, cx);
        Ok(())
    }

    /// Lets what is kept of a former user go, here at once and everywhere as soon as it is in reach (clause 9).
    pub(super) fn forget_user(&mut self, record: RecordId, cx: &mut Cx<'_>) {
        self.let_go(record, Reason::FormerUser, ITSELF, cx);
    }

    fn let_go(&mut self, record: RecordId, reason: Reason, author: RecordId, cx: &mut Cx<'_>) {
        let entry = LedgerEntry {
            removed: Removed::Record(record),
            at: cx.now,
            node: self.node,
            reason,
        };
        self.ledger.insert(entry);
        let event = AuditEvent::about(author, Act::Erased(reason), record);
        let audit = self.audit_write(event, cx);
        self.forget_record(entry, vec![audit], cx);
        self.spread(&[Line::Removal(entry)], None, cx);
    }

    /// What is known of an erasure.
    pub(super) fn erasure(&self, record: RecordId) -> Result<Answer, Refusal> {
        self.known_erasure(record)
            .map(Box::new)
            .map(Answer::Erasure)
    }

    fn known_erasure(&self, record: RecordId) -> Result<Erasure, Refusal> {
        let entry = self.ledger.erased(record).ok_or(EditError::NoRecord)?;
        Ok(self.erasure_of(entry))
    }

    /// Every erasure, newest first.
    pub(super) fn erasures(&self) -> Vec<Erasure> {
        let all = self.ledger.erasures();
        let mut all: Vec<Erasure> = all.map(|entry| self.erasure_of(entry)).collect();
        all.sort_by_key(|erasure| core::cmp::Reverse((erasure.at, erasure.record)));
        all
    }

    /// Whether this node or a peer has not carried out an erasure.
    pub(super) fn is_awaited(&self, entry: &LedgerEntry) -> bool {
        !self.erasure_of(entry).awaited.is_empty()
    }

    fn erasure_of(&self, entry: &LedgerEntry) -> Erasure {
        let (Removed::Record(record) | Removed::Value(record, _)) = entry.removed;
        let confirmed: Vec<Confirmation> = self.ledger.confirmations(record).copied().collect();
        let everyone = core::iter::once(self.node).chain(self.peers.keys().copied());
        Erasure {
            record,
            at: entry.at,
            node: entry.node,
            reason: entry.reason,
            awaited: everyone
                .filter(|node| confirmed.iter().all(|one| one.node != *node))
                .collect(),
            confirmed,
        }
    }

    /// Makes an edit after which nothing of what its author knew to have stood in the slots it touches is kept
    /// anywhere. What others put there meanwhile stays, and is put before a person.
    pub(super) fn redact(
        &mut self,
        edit: &Edit,
        reason: Reason,
        cx: &mut Cx<'_>,
    ) -> Result<(RecordId, Heads), EditError> {
        let seen = match &edit.target {
            Target::Seen(_, heads) => Some(heads.clone()),
            Target::Latest(_) => None,
            Target::New(_) => return Err(EditError::Unsound),
        };
        let (Target::Seen(record, _) | Target::Latest(record)) = edit.target else {
            return Err(EditError::Unsound);
        };
        let before = self.sheet(record, cx)?.ok_or(EditError::NoRecord)?;
        let seen = seen.unwrap_or_else(|| before.document.heads());
        let history = if before.document.knows(&seen) {
            before.document.history(&seen)
        } else {
            BTreeMap::new()
        };
        self.put_back(record, before);
        let slots = edit.changes.iter().filter_map(Change::slot);
        let dead: BTreeSet<ValueId> = slots
            .filter_map(|slot| history.get(&slot))
            .flatten()
            .copied()
            .collect();
        let (record, heads) = self.edit(edit, cx)?;
        let event = AuditEvent::about(edit.author, Act::Redacted(reason), record);
        let audit = self.audit_write(event, cx);
        cx.persist(vec![audit]);
        self.kill(record, dead, reason, cx)?;
        Ok((record, heads))
    }

    /// Removes every value of a record that stands nowhere any more.
    pub(super) fn clear_history(
        &mut self,
        record: RecordId,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        if self.ledger.erased(record).is_some() {
            return Err(EditError::Erased);
        }
        let sheet = self.sheet(record, cx)?.ok_or(EditError::NoRecord)?;
        let dead = sheet.standing_nowhere();
        self.put_back(record, sheet);
        let event = AuditEvent::about(author, Act::HistoryCleared, record);
        let audit = self.audit_write(event, cx);
        cx.persist(vec![audit]);
        self.kill(record, dead, Reason::Rectification, cx)
    }

    /// Puts values into the ledger and removes them.
    fn kill(
        &mut self,
        record: RecordId,
        dead: BTreeSet<ValueId>,
        reason: Reason,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let known = self.ledger.dead(record);
        let entries = dead.difference(&known).map(|value| LedgerEntry {
            removed: Removed::Value(record, *value),
            at: cx.now,
            node: self.node,
            reason,
        });
        let entries: Vec<LedgerEntry> = entries.collect();
        if entries.is_empty() {
            return Ok(());
        }
        for entry in &entries {
            self.ledger.insert(*entry);
        }
        self.drop_values(record, &entries, cx).map_err(edit_error)?;
        let lines: Vec<Line> = entries.into_iter().map(Line::Removal).collect();
        self.spread(&lines, None, cx);
        Ok(())
    }

    /// Takes lines of a peer's ledger and carries them out.
    pub(super) fn take_ledger(
        &mut self,
        from: NodeId,
        lines: &[Vec<u8>],
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let lines = lines.iter().map(|bytes| Line::decode(bytes));
        let lines: Vec<Line> = lines.collect::<Result<_, _>>().map_err(|_| Fault::Frame)?;
        self.take_lines(Some(from), lines, cx);
        Ok(())
    }

    /// Takes lines of a ledger, from a peer or from a file, and carries them out.
    pub(super) fn take_lines(&mut self, from: Option<NodeId>, lines: Vec<Line>, cx: &mut Cx<'_>) {
        let mut news = Vec::new();
        for line in lines {
            if self.ledger.take(line) {
                news.push(line);
            }
        }
        let mut values: BTreeMap<RecordId, Vec<LedgerEntry>> = BTreeMap::new();
        for line in &news {
            match line {
                Line::Confirmation(_) => cx.persist(vec![Write::Ledger(line.encode())]),
                Line::Removal(entry) => match entry.removed {
                    Removed::Record(record) => {
                        self.meet(record, entry.reason, cx);
                        self.forget_record(*entry, Vec::new(), cx);
                    }
                    Removed::Value(record, _) => values.entry(record).or_default().push(*entry),
                },
            }
        }
        for (record, entries) in values {
            // A record that can't be read here is refilled from a peer, without these values.
            if self.drop_values(record, &entries, cx).is_err() {
                self.lose(record, cx);
            }
        }
        if !news.is_empty() {
            self.spread(&news, from, cx);
            cx.notify(Notice::Standing);
        }
    }

    /// Tells connected peers of new lines.
    pub(super) fn spread(&self, lines: &[Line], except: Option<NodeId>, cx: &mut Cx<'_>) {
        for (peer, session) in &self.sessions {
            if Some(*peer) == except || session.phase != Phase::Records {
                continue;
            }
            for part in lines.chunks(LIST_LIMIT) {
                let encoded = part.iter().map(Line::encode).collect();
                send(*peer, Message::Ledger(encoded, false), cx);
            }
        }
    }

    /// The record goes from store, memory, index and every open page.
    fn forget_record(&mut self, entry: LedgerEntry, mut writes: Vec<Write>, cx: &mut Cx<'_>) {
        let Removed::Record(record) = entry.removed else {
            return;
        };
        self.inventory.remove(record);
        self.sheets.pop(&record);
        for session in self.sessions.values_mut() {
            session.holds(record);
        }
        self.strike_off(entry.node);
        writes.insert(0, Write::Ledger(entry.encode()));
        let latest = self.inventory.latest().to_be_bytes().to_vec();
        writes.push(Write::Fact(FACT_SEQUENCE.into(), Some(latest)));
        writes.push(Write::Forget(record));
        cx.persist(writes);
        cx.notify(Notice::Directory(Update::Gone(record)));
        if entry.reason == Reason::FormerUser {
            cx.notify(Notice::Directory(Update::Former(record)));
        }
        cx.notify(Notice::Changed(record));
        cx.notify(Notice::Forgotten(record));
    }

    /// The store has destroyed the keys of a forgotten record: this node confirms the erasure.
    pub(super) fn confirm_forgotten(&mut self, record: RecordId, cx: &mut Cx<'_>) {
        if self.ledger.erased(record).is_none() {
            return;
        }
        let confirmation = Confirmation {
            record,
            node: self.node,
            incarnation: self.incarnation,
            at: cx.now,
        };
        if self.ledger.confirm(confirmation) {
            let line = Line::Confirmation(confirmation);
            cx.persist(vec![Write::Ledger(line.encode())]);
            self.spread(&[line], None, cx);
            cx.notify(Notice::Standing);
        }
    }

    /// Whether this node still owes the confirmation of an erasure.
    pub(super) fn owes_confirmation(&self, record: RecordId) -> bool {
        let mut confirmed = self.ledger.confirmations(record);
        !confirmed.any(|one| one.node == self.node)
    }

    /// Puts entries into the stored ledger, and removes the values that they name.
    fn drop_values(
        &mut self,
        record: RecordId,
        entries: &[LedgerEntry],
        cx: &mut Cx<'_>,
    ) -> Result<(), DocumentError> {
        let lines = entries.iter().map(|entry| Write::Ledger(entry.encode()));
        self.free(record, lines.collect(), cx)
    }

    /// Redactions that a crash interrupted, or that a restored store has not seen, are finished.
    pub(super) fn finish_redactions(&mut self, cx: &mut Cx<'_>) {
        let behind: Vec<RecordId> = self
            .inventory
            .iter()
            .filter(|(record, entry)| entry.dead != self.ledger.dead_count(*record))
            .map(|(record, _)| record)
            .collect();
        for record in behind {
            if self.free(record, Vec::new(), cx).is_err() {
                // A record that can't be read here is refilled from a peer, without these values.
                self.lose(record, cx);
            }
        }
    }

    /// Frees a record's stored values of those that the ledger names, and seals the others under a fresh key.
    fn free(
        &mut self,
        record: RecordId,
        mut writes: Vec<Write>,
        cx: &mut Cx<'_>,
    ) -> Result<(), DocumentError> {
        let opened = self.open_sheet(record, cx);
        let Ok(Some(mut sheet)) = opened else {
            cx.persist(writes);
            return opened.map(|_| ());
        };
        let dead = self.ledger.dead(record);
        let held = sheet.values.len();
        sheet.values.retain(|id, _| !dead.contains(id));
        if sheet.values.len() == held {
            let count = self.ledger.dead_count(record);
            let summary = (sheet.document.kind() == RecordKind::Client)
                .then(|| sheet.reading(record, &dead).summary());
            if let Some(entry) = self.inventory.freed(record, count) {
                let bytes = inventory::encode(entry, summary.as_ref());
                writes.push(Write::Index(record, bytes));
            }
            cx.persist(writes);
            self.put_back(record, sheet);
            return Ok(());
        }
        writes.push(Write::Rekey(record));
        // Every premises drops the values by the ledger, so the record needs no echo.
        let held_by = self.inventory.get(record).and_then(|entry| entry.held_by);
        let whole = Written::Whole(sheet.document.save());
        self.store(record, sheet, whole, held_by, writes, cx);
        Ok(())
    }

    /// An erasure arrived for a card that somebody here changed meanwhile: they are told, without what they wrote.
    fn meet(&mut self, record: RecordId, reason: Reason, cx: &mut Cx<'_>) {
        if !self.unsent(record) {
            return;
        }
        let Ok(Some(sheet)) = self.open_sheet(record, cx) else {
            return;
        };
        let leaves = sheet.document.stamped_leaves();
        let stamps = leaves.values().flat_map(|leaves| &leaves.values);
        let last = stamps
            .filter_map(|leaf| leaf.stamp)
            .filter(|stamp| stamp.node == self.node)
            .max_by_key(|stamp| stamp.at);
        // A paper that only this premises knows of has to go all the same. Settings that can't be read are
        // asked for from the peers; the erasure does not wait for them.
        self.open_paper_tasks(record, &sheet.treatments(), OPERATOR, cx)
            .ok();
        self.keep_proofs(record, &sheet.requests(), reason, cx).ok();
        let Some(stamp) = last.filter(|stamp| ![OPERATOR, ITSELF].contains(&stamp.author)) else {
            return;
        };
        let met = Met {
            record,
            author: stamp.author,
            at: cx.now,
        };
        cx.persist(vec![Write::Fact(met::fact(record), Some(met.encode()))]);
        self.met.insert(record, met);
    }

    /// Whether a change that was made here has not reached every other premises.
    fn unsent(&self, record: RecordId) -> bool {
        let Some(entry) = self.inventory.get(record) else {
            return false;
        };
        let lacks = |(peer, file): (&NodeId, &super::peers::PeerFile)| match self.sessions.get(peer)
        {
            Some(session) if session.phase == Phase::Records && session.complete => {
                session.pending.contains_key(&record)
            }
            _ => file.acknowledged < entry.sequence,
        };
        entry.held_by.is_none() && self.peers.iter().any(lacks)
    }
}
