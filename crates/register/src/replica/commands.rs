//! What people at this node want: edits, cards, exports, peers.

use jiff::Timestamp;

use crate::audit::{Act, AuditEvent, Edited, Purpose};
use crate::card::Card;
use crate::document::{Collection, Document, FieldKey, Heads, Put, RecordKind, Slot, Stamp};
use crate::edit::{CHANGES_LIMIT, Change, Edit, EditError, Target, fits_collection, fits_field};
use crate::id::{CATALOGUE, EntryId, RecordId, SETTINGS, ValueId};
use crate::mode;
use crate::retention::day;
use crate::value::{Content, Rest, Value};

use super::answer::{Answer, Refusal};
use super::input::Command;
use super::sheet::Sheet;
use super::shelf::Write;
use super::store::{Written, edit_error};
use super::{Cx, Notice, Replica};

/// The most cards in one answer.
const PAGE_LIMIT: usize = 1_000;

impl Replica {
    pub(super) fn command(&mut self, command: Command, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        self.admit(&command)?;
        match command {
            Command::Edit(edit) => Ok(edited(self.edit(&edit, cx)?)),
            Command::Open {
                record,
                viewer,
                purpose,
            } => self.open_card(record, viewer, purpose, cx),
            Command::Consider(record) => {
                let card = self.shown_card(record, cx)?;
                Ok(Answer::Card(Box::new(card)))
            }
            Command::Changes {
                record,
                viewer,
                purpose,
            } => self.changes_of(record, viewer, purpose, cx),
            Command::Page { after, limit } => {
                let cards = self.page(after, limit.min(PAGE_LIMIT), cx)?;
                Ok(Answer::Cards(cards))
            }
            Command::Audit(event) => {
                self.log_event(event, cx);
                Ok(Answer::Done)
            }
            Command::ReadLog { viewer, query } => Ok(self.read_log(viewer, &query, cx)),
            Command::Consulted(query) => Ok(Answer::Log(Box::new(self.log_page(&query, cx)))),
            Command::CardsSeen { viewer, query } => Ok(self.cards_seen(viewer, &query, cx)),
            Command::LogHeads => Ok(self.log_heads()),
            Command::LogSlice(log, from, limit) => self.log_slice(log, from, limit, cx),
            Command::Import(clients) => Ok(Answer::Imported(self.import(clients, cx)?)),
            Command::AddPeer(..)
            | Command::RemovePeer(_)
            | Command::Revoke { .. }
            | Command::AnnounceKey(_)
            | Command::KeyInUse
            | Command::ReachedAt(_) => self.command_on_members(command, cx),
            Command::CheckPeers => Ok(self.check_all_peers(cx)),
            Command::Report => Ok(Answer::Report(Box::new(self.report()))),
            Command::Erase {
                record,
                author,
                reason,
            } => self.erase_person(record, author, reason, cx),
            Command::Judge(pair, verdict, author) => self.judge(pair, verdict, author, cx),
            Command::Redact(edit, reason) => Ok(edited(self.redact(&edit, reason, cx)?)),
            Command::ClearHistory { record, author } => {
                self.clear_history(record, author, cx)?;
                Ok(Answer::Done)
            }
            Command::Erasure(record) => self.erasure(record),
            Command::Holders(records) => Ok(Answer::Holders(self.holders(&records))),
            Command::Erasures => Ok(Answer::Erasures(self.erasures())),
            Command::Due(until) => Ok(Answer::Due(self.due_list(until))),
            Command::RunRetention { author, allowed } => self.run_retention(author, allowed, cx),
            Command::ConfirmClock(author) => Ok(self.confirm_clock(author, cx)),
            Command::TakeLedger(lines) => {
                self.take_lines(None, lines, cx);
                Ok(Answer::Done)
            }
            Command::Release(author) => Ok(self.release(author, cx)),
            Command::Dismiss(record) => Ok(self.dismiss(record, cx)),
            Command::Notify { .. } | Command::Delivered { .. } => {
                self.command_on_notices(command, cx)
            }
            Command::Look(records) => Ok(Answer::Cards(self.look(&records, cx))),
        }
    }

    /// What is refused whoever asks.
    fn admit(&self, command: &Command) -> Result<(), Refusal> {
        if self.quarantine.is_some() && self.shows_somebody(command) {
            return Err(Refusal::Quarantined);
        }
        match command {
            Command::Edit(edit) | Command::Redact(edit, _) if counts(&edit.changes) => {
                Err(EditError::Counted.into())
            }
            _ => Ok(()),
        }
    }

    fn confirm_clock(&mut self, author: RecordId, cx: &mut Cx<'_>) -> Answer {
        self.clock.confirm(cx.now);
        let audit = self.audit_write(AuditEvent::of(author, Act::ClockConfirmed), cx);
        cx.persist(vec![audit]);
        cx.notify(Notice::Standing);
        Answer::Done
    }

    fn dismiss(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Answer {
        if self.met.remove(&record).is_some() {
            cx.persist(vec![Write::Fact(super::met::fact(record), None)]);
            cx.notify(Notice::Standing);
        }
        Answer::Done
    }

    /// Whether a command shows or changes clients.
    fn shows_somebody(&self, command: &Command) -> bool {
        match command {
            Command::Open { .. }
            | Command::Consider(_)
            | Command::Changes { .. }
            | Command::Page { .. }
            | Command::Import(_)
            | Command::Judge(..)
            | Command::Notify { .. }
            | Command::Delivered { .. }
            | Command::Look(_)
            | Command::Redact(..)
            | Command::ClearHistory { .. } => true,
            Command::Edit(edit) => match &edit.target {
                Target::New(kind) => *kind == RecordKind::Client,
                Target::Seen(record, _) | Target::Latest(record) => self
                    .inventory
                    .get(*record)
                    .is_some_and(|entry| entry.kind == RecordKind::Client),
            },
            _ => false,
        }
    }

    fn open_card(
        &mut self,
        record: RecordId,
        viewer: RecordId,
        purpose: Purpose,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let card = self.shown_card(record, cx)?;
        self.log_view(record, viewer, purpose, cx);
        Ok(Answer::Card(Box::new(card)))
    }

    /// A card without what is past its time.
    fn shown_card(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<Card, Refusal> {
        let mut card = self.card(record, cx)?;
        let today = day(cx.now);
        if self.clock.trouble().is_none() {
            if card.due().card_by(today) {
                return Err(Refusal::Overdue);
            }
            card.hide_overdue(today);
        }
        Ok(card)
    }

    fn log_view(&mut self, record: RecordId, viewer: RecordId, purpose: Purpose, cx: &mut Cx<'_>) {
        let event = AuditEvent::about(viewer, Act::Viewed(purpose), record);
        let write = self.audit_write(event, cx);
        cx.persist(vec![write]);
    }

    fn check_all_peers(&mut self, cx: &mut Cx<'_>) -> Answer {
        self.check_all(cx);
        Answer::Done
    }

    /// A card's history, under the conditions on which the card itself is shown.
    fn changes_of(
        &mut self,
        record: RecordId,
        viewer: RecordId,
        purpose: Purpose,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let card = self.card(record, cx)?;
        let today = day(cx.now);
        if self.clock.trouble().is_none() && card.due().card_by(today) {
            return Err(Refusal::Overdue);
        }
        let sheet = self.sheet(record, cx)?.ok_or(EditError::NoRecord)?;
        let dead = self.ledger.dead(record);
        let revisions = sheet.reading(record, &dead).revisions(today);
        self.put_back(record, sheet);
        self.log_view(record, viewer, purpose, cx);
        Ok(Answer::Revisions(revisions))
    }

    pub(super) fn card(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<Card, EditError> {
        if self.ledger.erased(record).is_some() {
            return Err(EditError::Erased);
        }
        if self
            .inventory
            .get(record)
            .is_none_or(|entry| entry.kind != RecordKind::Client)
        {
            return Err(EditError::NoRecord);
        }
        let sheet = self.sheet(record, cx)?.ok_or(EditError::NoRecord)?;
        let card = sheet.reading(record, &self.ledger.dead(record)).card();
        self.put_back(record, sheet);
        Ok(card)
    }

    /// A record to look at or to edit. One that can't be read is asked for from the peers.
    pub(super) fn sheet(
        &mut self,
        record: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<Option<Sheet>, EditError> {
        let opened = self.open_sheet(record, cx);
        if opened.is_err() {
            self.lose(record, cx);
        }
        opened.map_err(edit_error)
    }

    fn page(
        &mut self,
        after: Option<RecordId>,
        limit: usize,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<Card>, EditError> {
        let next: Vec<RecordId> = self
            .inventory
            .following(after)
            .filter(|(_, entry)| entry.kind == RecordKind::Client)
            .map(|(record, _)| record)
            .take(limit)
            .collect();
        next.into_iter()
            .map(|record| self.card(record, cx))
            .collect()
    }

    /// Applies an edit; all of it or nothing.
    pub(super) fn edit(
        &mut self,
        edit: &Edit,
        cx: &mut Cx<'_>,
    ) -> Result<(RecordId, Heads), EditError> {
        check(edit)?;
        let (record, new, seen) = self.target(&edit.target, cx)?;
        let existing = if new.is_some() {
            None
        } else {
            self.sheet(record, cx)?
        };
        let fresh = existing.is_none();
        let mut sheet = match (existing, new.or_else(|| singleton(record))) {
            (Some(sheet), _) => sheet,
            (None, Some(kind)) => Sheet {
                document: Document::genesis(kind).map_err(edit_error)?,
                values: std::collections::BTreeMap::new(),
            },
            (None, None) => return Err(EditError::NoRecord),
        };
        let seen = seen.unwrap_or_else(|| sheet.document.heads());
        if !sheet.document.knows(&seen) {
            self.put_back(record, sheet);
            return Err(EditError::UnknownVersion);
        }
        if sheet.document.kind() == RecordKind::Client {
            let card = sheet.reading(record, &self.ledger.dead(record)).card();
            if let Err(error) = admit(&card, &edit.changes, cx.now) {
                self.put_back(record, sheet);
                return Err(error);
            }
        }
        let left = sheet.treatments_of(&voided(&edit.changes));
        let (puts, values) = self.plan(record, &sheet, &seen, &edit.changes, cx);
        let stamp = Stamp {
            author: edit.author,
            node: self.node,
            at: self.clock.date(cx.now),
        };
        let changes = sheet
            .document
            .edit(&seen, self.incarnation, stamp, &puts)
            .map_err(edit_error)?;
        if sheet.document.kind() == RecordKind::Client {
            self.open_paper_tasks(record, &left, edit.author, cx)?;
        }
        let ids: Vec<ValueId> = values.iter().map(|value| value.id).collect();
        sheet
            .values
            .extend(values.into_iter().map(|value| (value.id, value)));
        let heads = sheet.document.heads();
        let written = if fresh {
            Written::Whole(sheet.document.save())
        } else {
            Written::More(changes, ids)
        };
        let edited = Edited::of(sheet.document.kind(), fresh, &edit.changes);
        let event = AuditEvent::about(edit.author, Act::Edited(edited), record);
        let audit = self.audit_write(event, cx);
        self.store(record, sheet, written, None, vec![audit], cx);
        Ok((record, heads))
    }

    /// Which record, of which kind if it is new, and what the author saw.
    fn target(
        &self,
        target: &Target,
        cx: &mut Cx<'_>,
    ) -> Result<(RecordId, Option<RecordKind>, Option<Heads>), EditError> {
        let found = match target {
            Target::New(RecordKind::Settings) => (SETTINGS, None, None),
            Target::New(RecordKind::Catalogue) => (CATALOGUE, None, None),
            Target::New(kind) => (RecordId::random(cx.rng), Some(*kind), None),
            Target::Seen(record, heads) => (*record, None, Some(heads.clone())),
            Target::Latest(record) => (*record, None, None),
        };
        if self.ledger.erased(found.0).is_some() {
            return Err(EditError::Erased);
        }
        Ok(found)
    }

    /// The document operations and new values that the changes come to.
    fn plan(
        &self,
        record: RecordId,
        sheet: &Sheet,
        seen: &Heads,
        changes: &[Change],
        cx: &mut Cx<'_>,
    ) -> (Vec<Put>, Vec<Value>) {
        let leaves = sheet.document.leaves();
        let current = *seen == sheet.document.heads();
        let mut puts = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        let mut set =
            |slot: Slot, content: &Content, rest: &Rest, puts: &mut Vec<Put>, cx: &mut Cx<'_>| {
                let value = Value::new(record, content, rest, cx.rng);
                puts.push(Put::Set(slot, value.id));
                values.push(value);
            };
        for change in changes {
            match change {
                Change::Add(collection, content) => {
                    let slot = Slot::Entry(*collection, EntryId::random(cx.rng));
                    set(slot, content, &Rest::default(), &mut puts, cx);
                }
                Change::SetField(..) | Change::SetEntry(..) => {
                    let (slot, content) = match change {
                        Change::SetField(field, content) => (Slot::Field(*field), content),
                        Change::SetEntry(collection, entry, content) => {
                            (Slot::Entry(*collection, *entry), content)
                        }
                        Change::Add(..) | Change::Void(..) => continue,
                    };
                    let rest = sheet_rest(sheet, &leaves, slot);
                    set(slot, content, &rest, &mut puts, cx);
                    // Who saw the removal and sets the entry anew wants it to stand.
                    if current
                        && leaves
                            .get(&slot)
                            .is_some_and(|leaves| !leaves.voided.is_empty())
                    {
                        puts.push(Put::Keep(slot));
                    }
                }
                Change::Void(collection, entry, seen_values) => {
                    let slot = Slot::Entry(*collection, *entry);
                    match seen_values.as_slice() {
                        [one] => puts.push(Put::Void(slot, *one)),
                        // A removal names one value: those in conflict are first made one of them, not a
                        // copy, which a redaction at another premises would not know of.
                        many => {
                            let kept = many.iter().find(|id| sheet.values.contains_key(id));
                            if let Some(kept) = kept {
                                puts.push(Put::Set(slot, *kept));
                                puts.push(Put::Void(slot, *kept));
                            }
                        }
                    }
                }
            }
        }
        (puts, values)
    }
}

/// Fields of a newer version in the one value that stands in the slot.
fn sheet_rest(
    sheet: &Sheet,
    leaves: &std::collections::BTreeMap<Slot, crate::document::Leaves>,
    slot: Slot,
) -> Rest {
    let one = match leaves.get(&slot).map(|leaves| leaves.values.as_slice()) {
        Some([leaf]) => sheet.values.get(&leaf.value),
        _ => None,
    };
    one.and_then(|value| value.decode().ok())
        .map(|(_, rest)| rest)
        .unwrap_or_default()
}

fn singleton(record: RecordId) -> Option<RecordKind> {
    [
        (SETTINGS, RecordKind::Settings),
        (CATALOGUE, RecordKind::Catalogue),
    ]
    .into_iter()
    .find_map(|(fixed, kind)| (fixed == record).then_some(kind))
}

fn edited((record, heads): (RecordId, Heads)) -> Answer {
    Answer::Edited { record, heads }
}

/// Whether the card, as it stands, takes these changes.
fn admit(card: &Card, changes: &[Change], now: Timestamp) -> Result<(), EditError> {
    if card.restricted() && !lifts(changes) {
        return Err(EditError::Restricted);
    }
    mode::admit(card, changes, day(now))
}

/// Whether the changes are of what guards a card, or of what the client asks, which a restricted card allows.
///
/// Article 18 restricts the use of what is held on a client; it must not keep the client from asking that the
/// restriction be lifted, nor the clinic from answering in time (Article 12(3)), nor an objection to marketing
/// (Article 21(3)) from being recorded.
fn lifts(changes: &[Change]) -> bool {
    changes.iter().all(|change| {
        matches!(
            change,
            Change::SetField(FieldKey::Restriction | FieldKey::LegalClaim, _)
                | Change::Add(Collection::Request, _)
                | Change::SetEntry(Collection::Request, ..)
        ) || matches!(change, Change::SetField(_, Content::Marketing(one)) if !one.allowed)
    })
}

/// Whether the changes touch what only [`super::marketing`] writes: a notice that somebody could remove, or a unit that
/// somebody could make, would not count.
fn counts(changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::Add(collection, _)
        | Change::SetEntry(collection, ..)
        | Change::Void(collection, ..) => matches!(
            collection,
            Collection::Notice | Collection::Share | Collection::Want
        ),
        Change::SetField(..) => false,
    })
}

/// The treatments that these changes take off a card.
fn voided(changes: &[Change]) -> std::collections::BTreeSet<EntryId> {
    let one = |change: &Change| match change {
        Change::Void(Collection::Treatment, entry, _) => Some(*entry),
        Change::SetField(..) | Change::Add(..) | Change::SetEntry(..) | Change::Void(..) => None,
    };
    changes.iter().filter_map(one).collect()
}
fn check(edit: &Edit) -> Result<(), EditError> {
    if edit.changes.is_empty() || edit.changes.len() > CHANGES_LIMIT {
        return Err(EditError::Unsound);
    }
    for change in &edit.changes {
        let (fits, content) = match change {
            Change::SetField(field, content) => (fits_field(*field, content.kind()), Some(content)),
            Change::Add(collection, content) | Change::SetEntry(collection, _, content) => {
                (fits_collection(*collection, content.kind()), Some(content))
            }
            Change::Void(collection, _, values) => (
                !matches!(collection, Collection::Field) && !values.is_empty(),
                None,
            ),
        };
        let sound = match content {
            Some(Content::Request(request)) => request.is_sound(),
            Some(Content::Plan(plan)) => plan.is_sound(),
            Some(Content::PatchTest(test)) => test.is_sound(),
            _ => true,
        };
        if !fits || !sound {
            return Err(EditError::Unsound);
        }
        let secret = matches!(
            change,
            Change::SetField(FieldKey::Password | FieldKey::SetupCode, _)
        );
        if !secret && content.is_some_and(Content::holds_identity_code) {
            return Err(EditError::IdentityCode);
        }
    }
    Ok(())
}
