//! The house: premises, papers to destroy, figures, and the audit log.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use register::access::Action::{DestroyPapers, Govern, ReadAudit, SeePremises};
use register::audit::Group;
use register::audit::query::{Cursor, Query, Reason, Shown};
use register::replica::{Answer, Command, PeerReport, PeerState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::clock::today;
use crate::doors::Doors;
use crate::line::PeerLine;
use crate::problem::Problem;
use crate::{breaches, tasks};

use super::body::Asked;
use super::caller::Caller;
use super::refusal::Refusal;

/// Audit entries in one answer unless fewer are asked for.
const ENTRIES: usize = 100;
/// Pairs to judge are counted up to here.
const PAIRS: usize = 100;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(SeePremises, routes!(premises))
        .api(DestroyPapers, routes!(papers))
        .api(DestroyPapers, routes!(destroyed))
        .api(Govern, routes!(overview))
        .api(ReadAudit, routes!(audit))
}

/// How it stands with another premises.
#[derive(Serialize, ToSchema)]
struct Peer {
    /// The node's id.
    node: String,
    /// The premises' name.
    name: String,
    /// `apart`, `greeting`, `exchanging`, `agreed`, `other_register`, `other_version` or `twin`.
    state: &'static str,
    /// When something was last heard of it.
    #[schema(format = DateTime)]
    heard: Option<String>,
    /// When both last had everything of each other.
    #[schema(format = DateTime)]
    agreed: Option<String>,
    /// Records changed here that it does not know of yet.
    waiting: usize,
    /// Since when the oldest of them waits.
    #[schema(format = DateTime)]
    waiting_since: Option<String>,
    /// Changes made there are known to be on their way here.
    coming: bool,
    /// Since when the line is up; null while it is not.
    #[schema(format = DateTime)]
    up: Option<String>,
    /// How long a word takes there and back, milliseconds.
    round_trip_ms: Option<f64>,
    /// How far its clock was ahead of this node's when it greeted last, seconds.
    clock_ahead: Option<i64>,
    /// When everything was last compared.
    #[schema(format = DateTime)]
    checked: Option<String>,
    /// The version of its program.
    program: Option<String>,
    /// How many records it holds.
    records: Option<u64>,
    /// Where it is reached.
    addresses: Vec<String>,
    /// Until when its certificate is valid.
    #[schema(format = DateTime)]
    certificate_until: Option<String>,
    /// When a copy of its computer was last refused.
    #[schema(format = DateTime)]
    copy_refused: Option<String>,
}

impl Peer {
    fn of(who: &Caller, one: &PeerReport, line: &PeerLine) -> Self {
        Self {
            node: one.peer.to_string(),
            name: who.house().premises_name(one.peer, who.t()),
            state: state(one.state),
            heard: moment(one.heard),
            agreed: moment(one.agreed),
            waiting: one.waiting,
            waiting_since: moment(one.waiting_since),
            coming: one.coming,
            up: moment(line.up),
            round_trip_ms: line.round_trip.map(|time| time.as_secs_f64() * 1_000.0),
            clock_ahead: one.clock_ahead,
            checked: moment(one.checked),
            program: one.program.clone(),
            records: one.records,
            addresses: one.addresses.clone(),
            certificate_until: moment(line.certificate_until),
            copy_refused: moment(one.twin),
        }
    }
}

/// How the premises stand.
#[derive(Serialize, ToSchema)]
struct Premises {
    /// This node's id.
    node: String,
    /// The name of this premises.
    name: String,
    /// The version of its program.
    program: String,
    /// How many records it holds.
    records: usize,
    /// Until when its certificate is valid.
    #[schema(format = DateTime)]
    certificate_until: Option<String>,
    /// The lines are cut on purpose.
    cut: bool,
    /// Another premises has put this one out of use.
    revoked: bool,
    /// The others.
    peers: Vec<Peer>,
}

const fn state(one: PeerState) -> &'static str {
    match one {
        PeerState::Apart => "apart",
        PeerState::Greeting => "greeting",
        PeerState::Exchanging => "exchanging",
        PeerState::Agreed => "agreed",
        PeerState::OtherRegister => "other_register",
        PeerState::OtherVersion => "other_version",
        PeerState::Twin => "twin",
    }
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

/// How the premises stand
#[utoipa::path(get, path = "/api/v1/premises", tag = "house",
    responses((status = 200, description = "This premises and the others.", body = Premises)))]
async fn premises(who: Caller) -> Json<Premises> {
    let house = who.house();
    let report = house.desk.report.borrow().clone();
    let lines = house.desk.lines.standing();
    let peers = report.peers.iter().map(|one| {
        let line = lines.peers.get(&one.peer).cloned().unwrap_or_default();
        Peer::of(&who, one, &line)
    });
    Json(Premises {
        node: report.node.to_string(),
        name: house.desk.premises.clone(),
        program: house.desk.program.to_owned(),
        records: report.records,
        certificate_until: moment(lines.certificate.map(|valid| valid.until)),
        cut: lines.cut,
        revoked: report.revoked,
        peers: peers.collect(),
    })
}

/// A paper to destroy. Nothing tells whose it was.
#[derive(Serialize, ToSchema)]
struct PaperTask {
    id: String,
    /// In the safe of which premises.
    safe: String,
    /// The folder there.
    folder: String,
    /// Since when it waits.
    #[schema(format = Date)]
    opened: String,
    /// The day it was destroyed; null while it waits.
    #[schema(format = Date)]
    done: Option<String>,
}

/// Papers, those that wait and those that were destroyed.
#[derive(Serialize, ToSchema)]
struct PaperTasks {
    tasks: Vec<PaperTask>,
}

/// List papers to destroy
#[utoipa::path(get, path = "/api/v1/tasks", tag = "house",
    responses((status = 200, description = "The papers.", body = PaperTasks)))]
async fn papers(who: Caller) -> Json<PaperTasks> {
    let all = tasks::all(who.house());
    let shape = |entry| {
        let one = tasks::done(entry)
            .map(|held| &held.value)
            .or_else(|| entry.field.newest())?;
        Some(PaperTask {
            id: entry.id.to_string(),
            safe: one.safe.clone(),
            folder: one.folder.clone(),
            opened: one.opened.to_string(),
            done: one.done.map(|date| date.to_string()),
        })
    };
    Json(PaperTasks {
        tasks: all.iter().filter_map(shape).collect(),
    })
}

/// Say that a paper was destroyed
///
/// Of one that is destroyed already it changes nothing.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/done", tag = "house",
    params(("id" = String, Path, description = "The paper's id.")),
    responses((status = 204, description = "It is destroyed.")))]
async fn destroyed(who: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    tasks::tick(&who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The owner's figures.
#[derive(Serialize, ToSchema)]
struct Overview {
    clients: usize,
    requests_open: usize,
    /// Of these, past their last day.
    requests_late: usize,
    /// Cards that go within 30 days.
    cards_due: usize,
    /// Clients with something to choose.
    conflicts: usize,
    /// Pairs that may be one person; counted up to 100.
    likely_duplicates: usize,
    /// Papers that wait to be destroyed.
    papers: usize,
    /// Breaches that are not closed.
    breaches: usize,
    /// Erasures that some premises has not carried out.
    erasures_awaited: usize,
    /// When the last backup was made that read back whole.
    #[schema(format = DateTime)]
    backup: Option<String>,
}

/// The owner's figures
#[utoipa::path(get, path = "/api/v1/overview", tag = "house",
    responses((status = 200, description = "The figures.", body = Overview)))]
async fn overview(who: Caller) -> Json<Overview> {
    let desk = &who.house().desk;
    let now = today(who.house().clock);
    let report = desk.report.borrow().clone();
    let backup = *desk.backup.borrow();
    let (papers, breaches) = (tasks::open(who.house()), breaches::open(&who));
    let directory = desk.directory();
    let due = |late: bool| {
        let all = directory.clients().flat_map(|(_, one)| &one.requests);
        all.filter(|one| !late || one.due < now).count()
    };
    Json(Overview {
        clients: directory.client_count(),
        requests_open: due(false),
        requests_late: due(true),
        cards_due: report.retention.cards_soon,
        conflicts: directory.conflicts().count(),
        likely_duplicates: directory.likely_pairs(PAIRS).len(),
        papers,
        breaches,
        erasures_awaited: report.unconfirmed,
        backup: moment(backup.and_then(|backup| backup.good)),
    })
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Written at this time or later.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Written before this time.
    #[param(format = DateTime)]
    until: Option<String>,
    /// Of what this user or token did.
    #[param(pattern = "^[0-9a-f]{32}$")]
    who: Option<String>,
    /// About this card.
    #[param(pattern = "^[0-9a-f]{32}$")]
    client: Option<String>,
    /// Of this kind: `looks`, `changes`, `transfers`, `doors`, `refusals`, `forgetting`, `node` or `log`.
    group: Option<String>,
    /// The `next` of the page before.
    before: Option<String>,
    /// At most so many, by default 100.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
}

impl Wanted {
    fn query(&self) -> Option<Query> {
        fn read<T>(text: Option<&String>, make: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
            text.map(|text| make(text))
                .map_or(Some(None), |read| read.map(Some))
        }
        let limit = self.limit.map_or(ENTRIES, usize::from);
        (1..=register::audit::query::PAGE_LIMIT)
            .contains(&limit)
            .then_some(())?;
        Some(Query {
            from: read(self.from.as_ref(), |text| text.parse().ok())?,
            until: read(self.until.as_ref(), |text| text.parse().ok())?,
            who: read(self.who.as_ref(), |text| text.parse().ok())?,
            record: read(self.client.as_ref(), |text| text.parse().ok())?,
            group: read(self.group.as_ref(), Group::from_word)?,
            node: None,
            before: read(self.before.as_ref(), Cursor::read)?,
            limit,
        })
    }
}

/// One entry of the audit log.
#[derive(Serialize, ToSchema)]
struct LogLine {
    #[schema(format = DateTime)]
    at: String,
    /// The id of the user or token.
    who: String,
    /// What they are called.
    name: String,
    /// What kind of act.
    group: &'static str,
    /// What was done, for people.
    act: String,
    /// The record that it is about.
    record: Option<String>,
    /// Where it was written.
    premises: String,
    /// Why, if it was said and is still there.
    reason: Option<String>,
}

/// A page of the audit log, newest first.
#[derive(Serialize, ToSchema)]
struct LogPage {
    entries: Vec<LogLine>,
    /// What to put into `before` for the next page; null on the last.
    next: Option<String>,
    /// So many entries are not in the index yet; the page may lack some.
    unread: u64,
}

fn line(who: &Caller, shown: &Shown) -> LogLine {
    let (t, house) = (who.t(), who.house());
    let entry = &shown.entry;
    LogLine {
        at: entry.at.to_string(),
        who: entry.who.to_string(),
        name: house.user_name(entry.who, t),
        group: entry.act.group().word(),
        act: t.act(&entry.act),
        record: entry.record.map(|record| record.to_string()),
        premises: house.premises_name(shown.node, t),
        reason: match &shown.reason {
            Reason::Text(text) => Some(text.clone()),
            Reason::Unsaid | Reason::Erased | Reason::Missing => None,
        },
    }
}

/// Read the audit log
///
/// Reading it is logged too.
#[utoipa::path(get, path = "/api/v1/audit", tag = "house", params(Wanted),
    responses((status = 200, description = "A page of the log.", body = LogPage)))]
async fn audit(who: Caller, Asked(wanted): Asked<Wanted>) -> Result<Json<LogPage>, Refusal> {
    let query = wanted.query().ok_or_else(|| {
        Refusal::unreadable(StatusCode::BAD_REQUEST, "A parameter is not as described.")
    })?;
    let command = Command::ReadLog {
        viewer: who.user.id,
        query,
    };
    let answer = who.house().desk.ask(command).await;
    let Answer::Log(page) = answer.map_err(Problem::from)? else {
        return Err(Problem::Internal.into());
    };
    Ok(Json(LogPage {
        entries: page.entries.iter().map(|one| line(&who, one)).collect(),
        next: page.next.map(|next| next.to_string()),
        unread: page.unread,
    }))
}
