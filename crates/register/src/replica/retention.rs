//! The daily run: what is past its time goes, if the clock is trusted and every premises was heard after it.
//!
//! One of them may hold yesterday's visit or a legal claim, so a card waits, hidden, until all were heard. And what is due
//! can become due at once, and long since, when the visit that kept it is removed: until then people at any premises may
//! have recorded another. So a record also waits until all were heard after it changed here.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::audit::{Act, AuditEvent};
use crate::card::Entry;
use crate::directory::Update;
use crate::document::{Collection, RecordKind};
use crate::edit::{CHANGES_LIMIT, Change, Edit, EditError, Target};
use crate::id::{ITSELF, RecordId, SETTINGS};
use crate::ledger::Reason;
use crate::retention::{
    NOTICE_DAYS, adverse_due, breach_due, day, health_due, notice_due, patch_due, proof_due,
    refusal_due, request_due, run_limit, treatment_due,
};

use super::answer::{Answer, DueCard, Hold, Refusal, RetentionReport};
use super::inventory::Inventory;
use super::peers::PeerFile;
use super::shelf::Write;
use super::{Cx, Notice, Replica, quarantine};

/// The most cards that one tick deletes or trims, so that nobody waits for it.
const STEP: usize = 8;

pub(super) const FACT: &str = "retention";

/// What is remembered of the daily run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// The last day whose run began.
    last: Option<Date>,
    /// The clock said this day last, to this replica's readers.
    #[serde(skip)]
    told: Option<Date>,
    /// Cards that this run erased, and cards of which it removed entries.
    #[serde(skip)]
    done: (u64, u64),
}

impl Run {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        rmp_serde::from_slice(bytes).ok()
    }

    fn write(&self) -> Write {
        // A date always has a MessagePack form.
        Write::Fact(
            FACT.into(),
            Some(rmp_serde::to_vec(self).unwrap_or_default()),
        )
    }
}

/// Up to when every other premises was heard.
#[derive(Clone, Copy)]
struct Horizon {
    heard: Timestamp,
    /// That day.
    day: Date,
}

impl Replica {
    /// What the clock brings: a new day hides what is past its time; an allowed run goes on by one step.
    pub(super) fn retain(&mut self, cx: &mut Cx<'_>) {
        let today = day(cx.now);
        // A day that nobody believes hides nobody.
        if self.clock.trouble().is_none() && self.run.told != Some(today) {
            self.run.told = Some(today);
            cx.notify(Notice::Directory(Update::Today(today)));
            cx.notify(Notice::Standing);
        }
        let Some(last) = self.run.last else {
            // Nothing goes on the first day of a register: whoever fills it may want to look first.
            self.begin_run(today, cx);
            return;
        };
        if self.hold(today).is_some() {
            return;
        }
        // A last day that lies ahead was dated by a clock that was put right since.
        if last != today {
            self.begin_run(today, cx);
        } else if self.run_open {
            self.step(today, cx);
        }
    }

    fn begin_run(&mut self, today: Date, cx: &mut Cx<'_>) {
        self.run_open = self.run.last.is_some();
        self.run.last = Some(today);
        cx.persist(vec![self.run.write()]);
    }

    /// Runs now. A run that is larger than what may be deleted unasked has to be `allowed`.
    pub(super) fn run_retention(
        &mut self,
        author: RecordId,
        allowed: bool,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let today = day(cx.now);
        match self.hold(today) {
            Some(Hold::TooMany(_)) if allowed => {}
            Some(hold) => return Err(Refusal::Held(hold)),
            None => {}
        }
        let cards = self
            .ready(Inventory::due_cards, self.horizon(today))
            .count();
        let event = AuditEvent::of(author, Act::RetentionAllowed(cards as u64));
        let audit = self.audit_write(event, cx);
        self.run.last = Some(today);
        self.run_open = true;
        self.allowed = Some(today);
        cx.persist(vec![self.run.write(), audit]);
        cx.notify(Notice::Standing);
        Ok(Answer::Retention(Box::new(self.retention_report())))
    }

    /// Why nothing is deleted by the clock now.
    fn hold(&self, today: Date) -> Option<Hold> {
        if self.quarantine.is_some() {
            return Some(Hold::Quarantine);
        }
        if let Some(trouble) = self.clock.trouble() {
            return Some(Hold::Clock(trouble));
        }
        let horizon = self.horizon(today);
        let ready = self.ready(Inventory::due_cards, horizon).count();
        if ready > run_limit(self.inventory.clients()) && self.allowed != Some(today) {
            return Some(Hold::TooMany(ready));
        }
        let due = self.inventory.due_cards(today).count()
            + self.inventory.due_entries(today).count()
            + self.inventory.due_users(today).count();
        let ready = ready
            + self.ready(Inventory::due_entries, horizon).count()
            + self.ready(Inventory::due_users, horizon).count();
        (due > 0 && ready == 0).then_some(Hold::Peers)
    }

    /// Up to when every other premises was heard, and agreed. What fell due by then may go.
    fn horizon(&self, today: Date) -> Horizon {
        let words = self.trail.last_words();
        let near = self.peers.iter().filter(|(_, file)| file.is_near());
        let heard = near.map(|(node, file)| {
            let word = words.get(node).and_then(|word| word.surely_heard(self.now));
            file.agreed.max(word).unwrap_or(Timestamp::MIN)
        });
        let heard = heard.chain(self.further_words()).min();
        let heard = heard.unwrap_or(self.now).min(self.now);
        Horizon {
            heard,
            day: day(heard).min(today),
        }
    }

    /// Records that may go, of those that have to.
    fn ready<'a, I: Iterator<Item = RecordId> + 'a>(
        &'a self,
        due: impl FnOnce(&'a Inventory, Date) -> I,
        horizon: Horizon,
    ) -> impl Iterator<Item = RecordId> + 'a {
        due(&self.inventory, horizon.day).filter(move |record| {
            let entry = self.inventory.get(*record);
            entry.is_none_or(|entry| entry.changed <= horizon.heard)
        })
    }

    /// The last word of each premises that this one never spoke to itself: its log came through others, behind the
    /// records that it tells of. One that this node was parted from is waited for no more, nor is one that has been
    /// silent for so long that it shows nobody by now, and so takes nothing in.
    fn further_words(&self) -> impl Iterator<Item = Timestamp> {
        let long_ago = quarantine::before(self.now);
        self.trail
            .last_words()
            .into_iter()
            .filter(|(node, _)| {
                let near = self.peers.get(node).is_some_and(PeerFile::is_near);
                *node != self.node && !near && !self.parted.contains(node)
            })
            .filter(move |(_, word)| word.silent_since().is_some_and(|at| at >= long_ago))
            .map(|(_, word)| word.heard(self.now))
    }

    fn step(&mut self, today: Date, cx: &mut Cx<'_>) {
        let horizon = self.horizon(today);
        let cards: Vec<RecordId> = { self.ready(Inventory::due_cards, horizon) }
            .take(STEP)
            .collect();
        for record in &cards {
            // One that turns out to be claimed, restricted or unreadable stays, and is due no more today.
            if self.erase(*record, ITSELF, Reason::Retention, cx).is_err() {
                self.inventory.not_due(*record);
            } else {
                self.run.done.0 += 1;
            }
        }
        let users: Vec<RecordId> = { self.ready(Inventory::due_users, horizon) }
            .take(STEP)
            .collect();
        for record in &users {
            self.forget_user(*record, cx);
        }
        let left = STEP.saturating_sub(cards.len());
        let trimmed: Vec<RecordId> = { self.ready(Inventory::due_entries, horizon) }
            .take(left)
            .collect();
        for record in &trimmed {
            if self.trim(*record, horizon.day, cx).is_err() {
                self.inventory.not_due(*record);
            } else {
                self.run.done.1 += 1;
            }
        }
        if cards.is_empty() && users.is_empty() && trimmed.is_empty() {
            self.run_open = false;
            let (erased, trimmed) = core::mem::take(&mut self.run.done);
            if erased + trimmed > 0 {
                let event = AuditEvent::of(ITSELF, Act::RetentionRan(erased, trimmed));
                let audit = self.audit_write(event, cx);
                cx.persist(vec![audit]);
            }
            // What can't be read or trimmed today is tried again tomorrow.
            self.trim_settings(horizon.day, cx).ok();
        }
        cx.notify(Notice::Standing);
    }

    /// Removes a card's entries past their time, for good.
    fn trim(&mut self, record: RecordId, horizon: Date, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let card = self.card(record, cx)?;
        if card.restricted() || card.claimed(horizon) {
            return Err(EditError::Restricted);
        }
        let gone = |due: Option<Date>| due.is_some_and(|due| due <= horizon);
        let treatments: Vec<&Entry<_>> = card
            .treatments
            .iter()
            .filter(|entry| gone(treatment_due(entry)))
            .collect();
        let health = card.health.iter().filter(|entry| gone(health_due(entry)));
        let requests = card.requests.iter();
        let requests = requests.filter(|entry| gone(request_due(entry)));
        let notices = card.notices.iter();
        let notices = notices.filter(|entry| gone(notice_due(entry)));
        let patches = card.patch_tests.iter();
        let patches = patches.filter(|entry| gone(patch_due(entry)));
        let adverse = card.adverse.iter();
        let adverse = adverse.filter(|entry| gone(adverse_due(entry)));
        let refusals = card.refusals.iter();
        let refusals = refusals.filter(|entry| gone(refusal_due(entry)));
        let changes: Vec<Change> = treatments
            .iter()
            .map(|entry| void(Collection::Treatment, entry))
            .chain(health.map(|entry| void(Collection::Health, entry)))
            .chain(requests.map(|entry| void(Collection::Request, entry)))
            .chain(patches.map(|entry| void(Collection::PatchTest, entry)))
            .chain(adverse.map(|entry| void(Collection::Adverse, entry)))
            .chain(refusals.map(|entry| void(Collection::Refusal, entry)))
            .chain(notices.map(|entry| void(Collection::Notice, entry)))
            .collect();
        if changes.is_empty() {
            return Err(EditError::Unsound);
        }
        for part in changes.chunks(CHANGES_LIMIT) {
            let edit = Edit {
                target: Target::Latest(record),
                author: ITSELF,
                changes: part.to_vec(),
            };
            self.redact(&edit, Reason::Retention, cx)?;
        }
        Ok(())
    }

    /// Removes entries of the breach register, and proof of requests, past their time, for good.
    fn trim_settings(&mut self, horizon: Date, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let Some(sheet) = self.sheet(SETTINGS, cx)? else {
            return Ok(());
        };
        let settings = sheet
            .reading(SETTINGS, &self.ledger.dead(SETTINGS))
            .settings();
        self.put_back(SETTINGS, sheet);
        let over = settings
            .breaches
            .iter()
            .filter(|entry| breach_due(entry).is_some_and(|due| due <= horizon));
        let proofs = settings.proofs.iter();
        let proofs = proofs.filter(|entry| proof_due(entry).is_some_and(|due| due <= horizon));
        let changes: Vec<Change> = over
            .map(|entry| void(Collection::Breach, entry))
            .chain(proofs.map(|entry| void(Collection::RequestProof, entry)))
            .collect();
        for part in changes.chunks(CHANGES_LIMIT) {
            let edit = Edit {
                target: Target::Latest(SETTINGS),
                author: ITSELF,
                changes: part.to_vec(),
            };
            self.redact(&edit, Reason::Retention, cx)?;
        }
        Ok(())
    }

    /// Cards that go, or lose an entry, by a day; soonest first.
    pub(super) fn due_list(&self, until: Option<Date>) -> Vec<DueCard> {
        let until = until.unwrap_or_else(|| {
            let span = jiff::Span::new().days(NOTICE_DAYS);
            day(self.now).saturating_add(span)
        });
        let mut list: Vec<DueCard> = self
            .inventory
            .iter()
            .filter(|(_, entry)| entry.due.card_by(until) || entry.due.entry_by(until))
            .map(|(record, entry)| DueCard {
                record,
                due: entry.due,
                user: entry.kind == RecordKind::Staff,
            })
            .collect();
        list.sort_by_key(|one| (one.due.card.min(one.due.entry.or(one.due.card)), one.record));
        list
    }

    pub(super) fn retention_report(&self) -> RetentionReport {
        let today = day(self.now);
        let ahead = today.saturating_add(jiff::Span::new().days(NOTICE_DAYS));
        RetentionReport {
            cards: self.inventory.due_cards(today).count(),
            users: self.inventory.due_users(today).count(),
            entries: self.inventory.due_entries(today).count(),
            cards_soon: self.inventory.due_cards(ahead).count(),
            oldest: self.inventory.oldest_due(),
            hold: self.hold(today),
            running: self.run_open && self.hold(today).is_none(),
        }
    }
}

/// Removes the entry as it is seen.
fn void<T>(collection: Collection, entry: &Entry<T>) -> Change {
    let seen = entry.field.all().iter().map(|held| held.id).collect();
    Change::Void(collection, entry.id, seen)
}
