//! What happened lately in the demo's invented clinic, recorded as the console would record it.

use register::document::{FieldKey, Heads, RecordKind};
use register::edit::{Change, Edit, Target};
use register::id::{OPERATOR, RecordId, SETTINGS};
use register::ledger::Reason;
use register::marketing::{Outcome as Sent, Stage};
use register::replica::{Answer, Command};
use register::request::RequestKind;
use register::same::Verdict;
use register::value::Content;

use super::Reply;
use super::clerk::{Clerk, astray};
use crate::clock;
use crate::demo::scene::{self, Scene};
use crate::exit::Outcome;

impl Clerk {
    /// A breach, campaigns, a pair that was judged, two values to choose from, and an erasure that was asked for.
    pub(super) async fn enliven(&self) -> Outcome<Reply> {
        self.write(Target::Latest(SETTINGS), scene::breach(clock::now()))
            .await?;
        let allowed = self.allowed();
        for one in scene::campaigns(self.facts.node) {
            self.campaign(&one, &allowed).await?;
        }
        let pair = self.office.directory().likely_pairs(1).pop();
        let pair = pair.map(|pair| (pair.one.id, pair.other.id));
        if let Some(pair) = pair {
            let judged = Command::Judge(pair, Verdict::Same, OPERATOR);
            self.done(judged).await?;
        }
        let wanted = self.wants_erasing();
        // Of a card that goes, or that is looked at through another, there would be nothing to see.
        let shown = |id: &&RecordId| {
            Some(**id) != wanted && !pair.is_some_and(|(one, other)| [one, other].contains(id))
        };
        if let Some(record) = allowed.iter().rfind(shown) {
            self.disagree(*record).await?;
        }
        if let Some(record) = wanted {
            let erase = Command::Erase {
                record,
                author: OPERATOR,
                reason: Reason::Request,
            };
            self.done(erase).await?;
        }
        Ok(Reply::Done)
    }

    /// Who may be sent notices, and has an e-mail address.
    fn allowed(&self) -> Vec<RecordId> {
        let directory = self.office.directory();
        let all = directory.clients().filter(|(id, summary)| {
            directory.marketing(*id) == Some(true) && !summary.emails.is_empty()
        });
        all.map(|(id, _)| id).collect()
    }

    fn wants_erasing(&self) -> Option<RecordId> {
        let directory = self.office.directory();
        let mut all = directory.clients();
        let wanted = all.find(|(_, summary)| {
            let mut asked = summary.requests.iter();
            asked.any(|request| request.kind == RequestKind::Erasure)
        });
        wanted.map(|(id, _)| id)
    }

    async fn write(&self, target: Target, change: Change) -> Outcome<(RecordId, Heads)> {
        let edit = Edit {
            target,
            author: OPERATOR,
            changes: vec![change],
        };
        match self.ask(Command::Edit(edit)).await? {
            Answer::Edited { record, heads } => Ok((record, heads)),
            _ => Err(astray()),
        }
    }

    async fn campaign(&self, scene: &Scene, allowed: &[RecordId]) -> Outcome<()> {
        let plan = Change::SetField(FieldKey::Plan, Content::Plan(scene.plan.clone()));
        let (campaign, _) = self.write(Target::New(RecordKind::Campaign), plan).await?;
        if scene.stage == Stage::Done {
            let notify = Command::Notify {
                records: scene.recipients(allowed).to_vec(),
                campaign: (campaign, scene.plan.kind, scene.plan.medium),
                outcome: Sent::HandedOut,
                author: OPERATOR,
            };
            self.ask(notify).await?;
        }
        let changes = scene.steps(allowed, clock::now());
        let edit = Edit {
            target: Target::Latest(campaign),
            author: OPERATOR,
            changes,
        };
        self.ask(Command::Edit(edit)).await.map(|_| ())
    }

    /// Two who changed one address on the same version of a card: both stand until somebody chooses.
    async fn disagree(&self, record: RecordId) -> Outcome<()> {
        let looked = self.ask(Command::Look(vec![record])).await?;
        let Answer::Cards(cards) = looked else {
            return Err(astray());
        };
        let Some(seen) = cards.first().map(|card| card.heads.clone()) else {
            return Ok(());
        };
        for change in scene::addresses() {
            self.write(Target::Seen(record, seen.clone()), change)
                .await?;
        }
        Ok(())
    }
}
