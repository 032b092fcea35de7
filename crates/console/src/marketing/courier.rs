//! Sends campaigns through the clinic's mail relay, one letter at a time, in the background.
//!
//! A notice is on record and durable before its letter is handed over, so the cap holds whatever happens then. What
//! may have gone out never goes again: where the line broke or the node ended in between, the notice stays at
//! [`Outcome::Trying`]. Before each letter the register asks the client's cards again, so an opt-out or
//! a stop takes effect with the next letter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use register::document::FieldKey;
use register::edit::{Change, Edit, Target};
use register::id::{EntryId, ITSELF, RecordId};
use register::marketing::{Campaign, NoticeRefusal, Outcome, Plan, Progress, Stage};
use register::replica::{Answer, Command};
use register::value::Content;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::desk::DeskError;
use crate::house::House;
use crate::post::{Letter, Post, PostError};
use crate::text::opt_out_text;

use super::campaign::found_by;
use super::choice::{opt_out_contact, standing};

/// How often campaigns are looked at without being told.
const EVERY: Duration = Duration::from_secs(15);
/// How long a relay that can't be reached is left alone.
const PAUSE: Duration = Duration::from_secs(60);
/// A letter that the relay wants later is tried again after this long (RFC 5321, section 4.5.4.1: at least half an hour).
const RETRY: SignedDuration = SignedDuration::from_mins(30);

/// What the courier and the campaign's page tell each other.
#[derive(Default)]
pub(crate) struct Round {
    /// A campaign is to be sent.
    pub(super) wake: Notify,
    /// Since when the relay has been out of reach.
    trouble: Mutex<Option<Timestamp>>,
}

impl Round {
    /// Since when the relay has been out of reach.
    pub(super) fn trouble(&self) -> Option<Timestamp> {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, trouble: Option<Timestamp>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }
}

/// Why a round ended before everybody was dealt with.
enum Halt {
    /// The relay is out of reach.
    Relay,
    /// The register does not answer, or counts nothing now.
    Register,
    /// The campaign is not being sent any more, or the console closes.
    Over,
}

impl From<DeskError> for Halt {
    fn from(_: DeskError) -> Self {
        Self::Register
    }
}

/// What the register says; `None` when it refuses this one client, as one whose card was restricted meanwhile: that keeps
/// nobody else from getting a letter.
async fn ask(house: &House, command: Command) -> Result<Option<Answer>, Halt> {
    match house.desk.ask(command).await {
        Ok(answer) => Ok(Some(answer)),
        Err(DeskError::Refused(_)) => Ok(None),
        Err(DeskError::Silent) => Err(Halt::Register),
    }
}

/// Sends what is to be sent until the console closes.
pub(crate) async fn run(house: Arc<House>, post: Arc<dyn Post>) {
    let mut closing = house.closing.clone();
    loop {
        let reached = rounds(&house, &*post).await;
        let trouble = match (reached, house.round.trouble()) {
            (true, _) => None,
            (false, since) => since.or_else(|| Some((house.clock)())),
        };
        if trouble.is_some() != house.round.trouble().is_some() {
            let out = trouble.is_some();
            tracing::info!(out, "the mail relay is out of reach, or back");
        }
        house.round.note(trouble);
        let pause = if trouble.is_some() { PAUSE } else { EVERY };
        tokio::select! {
            _ = closing.wait_for(|closing| *closing) => return,
            () = house.round.wake.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

/// One round over all campaigns; `false` when the relay is out of reach.
async fn rounds(house: &House, post: &dyn Post) -> bool {
    for (campaign, plan) in under_way(house) {
        match send_all(house, post, &campaign, &plan).await {
            Ok(()) | Err(Halt::Over | Halt::Register) => {}
            Err(Halt::Relay) => return false,
        }
    }
    // What can't be written down now is tried again in the next round.
    let _ = call_off(house).await;
    true
}

/// Campaigns that this node is sending.
fn under_way(house: &House) -> Vec<(Campaign, Plan)> {
    let directory = house.desk.directory();
    let campaigns = directory.campaigns();
    let sending = campaigns.into_iter().filter(|one| is_sending(one));
    let plans = sending.filter_map(|one| Some((one.clone(), one.plan.newest()?.clone())));
    plans
        .filter(|(_, plan)| plan.mailed_by(house.desk.node))
        .collect()
}

fn is_sending(campaign: &Campaign) -> bool {
    campaign
        .stands()
        .is_some_and(|stands| stands.stage == Stage::Sending)
}

/// Who started the sending.
fn sender(campaign: &Campaign) -> RecordId {
    let held = campaign.progress.all().iter();
    let started = held.filter(|held| held.value.stage == Stage::Sending);
    let mut stamps = started.filter_map(|held| held.stamp);
    stamps.next().map_or(ITSELF, |stamp| stamp.author)
}

/// Sends to everybody who can be reached now, and ends the campaign when nobody is left.
async fn send_all(
    house: &House,
    post: &dyn Post,
    campaign: &Campaign,
    plan: &Plan,
) -> Result<(), Halt> {
    let open = standing(house, campaign, plan).open;
    let waiting = put_off(house, campaign.id);
    if open.is_empty() && waiting.is_empty() {
        return finish(house, campaign).await;
    }
    post.ready().await.map_err(|_| Halt::Relay)?;
    let author = sender(campaign);
    let now = (house.clock)();
    for (record, notice, at) in waiting {
        if now.duration_since(at) < RETRY {
            continue;
        }
        check(house, campaign)?;
        if again(house, record, notice, author).await? {
            hand_over(house, post, (record, notice), plan, author).await?;
        }
    }
    for record in open {
        check(house, campaign)?;
        if let Some(notice) = count(house, record, campaign.id, plan, author).await? {
            hand_over(house, post, (record, notice), plan, author).await?;
        }
    }
    Ok(())
}

/// Whether it goes on: neither stopped nor expired meanwhile.
fn check(house: &House, campaign: &Campaign) -> Result<(), Halt> {
    let sending = found_by(house, campaign.id).is_some_and(|campaign| is_sending(&campaign));
    if *house.closing.borrow() || !sending {
        return Err(Halt::Over);
    }
    Ok(())
}

/// This node's notices of a campaign that the relay wants later, and since when.
fn put_off(house: &House, campaign: RecordId) -> Vec<(RecordId, EntryId, Timestamp)> {
    all_put_off(house)
        .into_iter()
        .filter_map(|(record, sent)| {
            (sent.campaign == campaign).then_some((record, sent.entry, sent.at))
        })
        .collect()
}

fn all_put_off(house: &House) -> Vec<(RecordId, register::marketing::Sent)> {
    let node = house.desk.node;
    let directory = house.desk.directory();
    let all = directory
        .clients()
        .flat_map(|(record, summary)| summary.tally.sent.iter().map(move |sent| (record, *sent)));
    all.filter(|(_, sent)| sent.node == node && sent.outcome == Outcome::Later)
        .collect()
}

/// Records a notice, if the client may get one now.
async fn count(
    house: &House,
    record: RecordId,
    campaign: RecordId,
    plan: &Plan,
    author: RecordId,
) -> Result<Option<EntryId>, Halt> {
    let command = Command::Notify {
        records: vec![record],
        campaign: (campaign, plan.kind, plan.medium),
        outcome: Outcome::Trying,
        author,
    };
    noticed(ask(house, command).await?)
}

/// Records that a letter is tried once more, if the client may still get it.
async fn again(
    house: &House,
    record: RecordId,
    notice: EntryId,
    author: RecordId,
) -> Result<bool, Halt> {
    let answer = ask(house, delivered(record, notice, Outcome::Trying, author)).await?;
    let may = noticed(answer)?.is_some();
    if !may {
        ask(house, delivered(record, notice, Outcome::Failed, author)).await?;
    }
    Ok(may)
}

fn noticed(answer: Option<Answer>) -> Result<Option<EntryId>, Halt> {
    let all = match answer {
        None => return Ok(None),
        Some(Answer::Noticed(all)) => all,
        Some(_) => return Err(Halt::Register),
    };
    match all.into_iter().next() {
        Some(Ok(notice)) => Ok(Some(notice)),
        // Nobody is counted now.
        Some(Err(NoticeRefusal::Clock | NoticeRefusal::Behind)) | None => Err(Halt::Register),
        Some(Err(_)) => Ok(None),
    }
}

/// Hands a letter whose notice is on record to the relay, and records what came of it.
async fn hand_over(
    house: &House,
    post: &dyn Post,
    (record, notice): (RecordId, EntryId),
    plan: &Plan,
    author: RecordId,
) -> Result<(), Halt> {
    let (outcome, halt) = match letter(house, record, plan) {
        None => (Outcome::Failed, None),
        Some(letter) => match post.send(letter).await {
            Ok(()) => (Outcome::Sent, None),
            Err(PostError::Refused) => (Outcome::Failed, None),
            Err(PostError::Later) => (Outcome::Later, None),
            Err(PostError::Unreachable) => (Outcome::Later, Some(Halt::Relay)),
            Err(PostError::Broken) => return Err(Halt::Relay),
        },
    };
    ask(house, delivered(record, notice, outcome, author)).await?;
    halt.map_or(Ok(()), Err)
}

const fn delivered(
    record: RecordId,
    notice: EntryId,
    outcome: Outcome,
    author: RecordId,
) -> Command {
    Command::Delivered {
        of: (record, notice),
        outcome,
        author,
    }
}

fn letter(house: &House, record: RecordId, plan: &Plan) -> Option<Letter> {
    let to = {
        let directory = house.desk.directory();
        directory.client(record)?.emails.first()?.clone()
    };
    Some(Letter {
        to,
        subject: plan.title.clone(),
        text: plan.message(&opt_out_text(&opt_out_contact(house))),
    })
}

async fn finish(house: &House, campaign: &Campaign) -> Result<(), Halt> {
    let stands = campaign.stands().ok_or(Halt::Over)?;
    let progress = Progress {
        stage: Stage::Done,
        since: (house.clock)(),
        ..stands
    };
    let edit = Edit {
        target: Target::Latest(campaign.id),
        author: ITSELF,
        changes: vec![Change::SetField(
            FieldKey::Progress,
            Content::Progress(progress),
        )],
    };
    house.desk.ask(Command::Edit(edit)).await?;
    Ok(())
}

/// Letters that the relay wanted later, of campaigns that are over, don't go any more.
async fn call_off(house: &House) -> Result<(), Halt> {
    for (record, sent) in all_put_off(house) {
        let campaign = found_by(house, sent.campaign);
        if !campaign.is_some_and(|campaign| is_sending(&campaign)) {
            ask(
                house,
                delivered(record, sent.entry, Outcome::Failed, ITSELF),
            )
            .await?;
        }
    }
    Ok(())
}
