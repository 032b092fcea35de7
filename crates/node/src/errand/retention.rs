//! What is past its time: shown for a day, or deleted now.

use std::time::Duration;

use jiff::civil::Date;
use register::id::{OPERATOR, RecordId};
use register::ledger::Reason;
use register::replica::{Answer, Command, DueCard, Hold, Refusal, Report};
use register::retention::{self, run_limit};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::Reply;
use super::clerk::{Clerk, astray};
use crate::clock;
use crate::exit::{Exit, Failure, Outcome};
use crate::standing;

/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// What goes up to a day, and what does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueList {
    /// The day.
    pub at: Date,
    /// Clients in the register.
    pub clients: usize,
    /// How many cards may go unasked.
    pub limit: usize,
    /// Cards that go, soonest first.
    pub cards: Vec<DueItem>,
    /// Cards that stay and lose an entry, with the day of the first; soonest first.
    pub entries: Vec<DueItem>,
    /// Former users of whom what is kept goes, soonest first.
    pub users: Vec<DueItem>,
    /// Cards whose last visit is long enough ago, and which are kept.
    pub held: Vec<HeldItem>,
    /// Why nothing goes by itself; `None` when it does.
    pub hold: Option<standing::Reason>,
    /// Premises that have to be heard after the due day first.
    pub awaited: Vec<String>,
}

/// A card and a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueItem {
    /// The card's random id.
    pub record: String,
    /// The day it has to go, or to lose its first entry.
    pub due: Date,
}

/// A card that is kept past its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldItem {
    /// The card's random id.
    pub record: String,
    /// `restricted` or `legal-claim`.
    pub why: String,
    /// Until when, where that is known.
    pub until: Option<Date>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Cards erased.
    pub cards: usize,
    /// Cards that lost entries.
    pub trimmed: usize,
    /// Former users of whom nothing but the id is kept any more.
    pub users: usize,
    /// Cards past their time that are still here.
    pub cards_left: usize,
    /// Cards with an entry past its time.
    pub entries_left: usize,
    /// Why it did not go further.
    pub hold: Option<standing::Reason>,
}

impl Clerk {
    /// What would go on a day, by default today. Changes nothing.
    pub(super) async fn due(&self, at: Option<Date>) -> Outcome<Reply> {
        let today = retention::day(clock::now());
        let at = at.unwrap_or(today);
        let report = self.report().await?;
        let due = self.due_by(at).await?;
        let item = |record: RecordId, due: Option<Date>| {
            due.map(|due| DueItem {
                record: record.to_string(),
                due,
            })
        };
        let (users, due): (Vec<DueCard>, Vec<DueCard>) = due.iter().partition(|one| one.user);
        let nothing = due.is_empty() && users.is_empty();
        let (cards, rest): (Vec<DueCard>, Vec<DueCard>) =
            due.iter().partition(|one| one.due.card_by(at));
        let awaited = report.peers.iter().filter(|peer| {
            let agreed = peer.agreed.map(retention::day);
            agreed.is_none_or(|agreed| agreed < at) && !nothing
        });
        let limit = run_limit(report.clients);
        Ok(Reply::Due(Box::new(DueList {
            at,
            clients: report.clients,
            limit,
            hold: hold_on(at, today, &report, cards.len(), limit)
                .map(|hold| standing::hold_reason(&hold)),
            cards: cards
                .iter()
                .filter_map(|one| item(one.record, one.due.card))
                .collect(),
            entries: rest
                .iter()
                .filter_map(|one| item(one.record, one.due.entry))
                .collect(),
            users: users
                .iter()
                .filter_map(|one| item(one.record, one.due.card))
                .collect(),
            held: self.held(at),
            awaited: awaited
                .map(|peer| {
                    standing::premises_name(&self.office.directory(), peer.peer)
                        .unwrap_or_else(|| peer.peer.to_string())
                })
                .collect(),
        })))
    }

    /// Deletes what is past its time, and waits until that is done.
    pub(super) async fn run_retention(
        &self,
        allowed: bool,
        replies: &mpsc::Sender<Reply>,
    ) -> Outcome<Reply> {
        let today = retention::day(clock::now());
        let before = self.due_by(today).await?;
        let erased_before = self.deleted(Reason::Retention).await?;
        let users_before = self.deleted(Reason::FormerUser).await?;
        let command = Command::RunRetention {
            author: OPERATOR,
            allowed,
        };
        match self.office.ask(command).await? {
            Ok(Answer::Retention(_)) => {}
            Ok(_) => return Err(astray()),
            Err(Refusal::Held(hold)) => {
                let reason = standing::hold_reason(&hold);
                return Err(Failure::said(Exit::Refused, reason.sentence));
            }
            Err(refusal) => return Err(refusal.into()),
        }
        while self.report().await?.retention.running {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                // Whoever asked is gone; the run goes on.
                () = replies.closed() => break,
            }
        }
        let report = self.report().await?.retention;
        let after = self.due_by(today).await?;
        let trimmed = before.iter().filter(|one| {
            let still = after.iter().any(|other| other == *one);
            !one.user && !one.due.card_by(today) && !still
        });
        Ok(Reply::Ran(Ran {
            cards: self
                .deleted(Reason::Retention)
                .await?
                .saturating_sub(erased_before),
            users: self
                .deleted(Reason::FormerUser)
                .await?
                .saturating_sub(users_before),
            trimmed: trimmed.count(),
            cards_left: report.cards,
            entries_left: report.entries,
            hold: report.hold.map(|hold| standing::hold_reason(&hold)),
        }))
    }

    async fn due_by(&self, day: Date) -> Outcome<Vec<DueCard>> {
        match self.office.ask(Command::Due(Some(day))).await?? {
            Answer::Due(due) => Ok(due),
            _ => Err(astray()),
        }
    }

    /// How many cards, or former users, this node has deleted by the clock.
    async fn deleted(&self, reason: Reason) -> Outcome<usize> {
        let node = self.facts.node;
        let all = self.erasures().await?;
        let own = all
            .iter()
            .filter(|one| one.node == node && one.reason == reason);
        Ok(own.count())
    }

    /// Cards whose last visit is long enough ago by `at`, and which something keeps. A card without a
    /// visit is not among them, since lists don't know when it was made.
    fn held(&self, at: Date) -> Vec<HeldItem> {
        let directory = self.office.directory();
        let past = directory.clients().filter(|(_, summary)| {
            let due = summary.last_visit.map(retention::due);
            due.is_some_and(|due| due <= at) && !summary.due.card_by(at)
        });
        past.map(|(record, summary)| HeldItem {
            record: record.to_string(),
            why: match summary.due.card {
                None => "restricted",
                Some(_) => "legal-claim",
            }
            .to_owned(),
            until: summary.due.card,
        })
        .collect()
    }
}

/// Why nothing would go by itself on a day, as things stand.
fn hold_on(at: Date, today: Date, report: &Report, cards: usize, limit: usize) -> Option<Hold> {
    match report.retention.hold {
        Some(hold @ (Hold::Clock(_) | Hold::Quarantine)) => Some(hold),
        hold if at == today => hold,
        _ => (cards > limit).then_some(Hold::TooMany(cards)),
    }
}
