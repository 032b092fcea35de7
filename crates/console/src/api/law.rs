//! What clients ask under the law, the package that answers, and erasure.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use register::access::Action::{DecideRequests, Erase, RecordRequests};
use register::document::Collection;
use register::edit::{Change, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::replica::{Answer, Command, Erasure};
use register::value::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::card::request::{Step, find, read_new, read_step, steppable};
use crate::card::{Opened, open, package};
use crate::clock::today;
use crate::doors::Doors;
use crate::erasures;
use crate::form::{Faults, Form};
use crate::problem::Problem;
use crate::requests;

use super::body::{Sent, Version, version};
use super::caller::Caller;
use super::clients::{Saved, saved};
use super::refusal::Refusal;
use super::shape::{RequestShape, Slot};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(RecordRequests, routes!(board))
        .api(RecordRequests, routes!(ask))
        .api(RecordRequests, routes!(check))
        .api(DecideRequests, routes!(extend))
        .api(DecideRequests, routes!(close))
        .api(DecideRequests, routes!(make_package))
        .api(Erase, routes!(erase))
        .api(Erase, routes!(certificates))
        .api(Erase, routes!(certificate))
}

/// A request that waits for an answer.
#[derive(Serialize, ToSchema)]
struct Waiting {
    /// The client's id.
    client: String,
    /// The request's id on the card.
    entry: String,
    /// What is asked for.
    kind: &'static str,
    #[schema(format = Date)]
    received: String,
    /// The last day for an answer.
    #[schema(format = Date)]
    due: String,
    /// The last day has passed.
    late: bool,
}

/// Requests that wait, the soonest due first.
#[derive(Serialize, ToSchema)]
struct Board {
    requests: Vec<Waiting>,
}

/// List open requests
#[utoipa::path(get, path = "/api/v1/requests", tag = "requests under the law",
    responses((status = 200, description = "The board.", body = Board)))]
async fn board(who: Caller) -> Json<Board> {
    let now: Date = today(who.house().clock);
    let waiting = requests::open(who.house()).into_iter().map(|one| Waiting {
        client: one.client.to_string(),
        entry: one.request.entry.to_string(),
        kind: one.request.kind.code(),
        received: one.request.received.to_string(),
        due: one.request.due.to_string(),
        late: one.request.due < now,
    });
    Json(Board {
        requests: waiting.collect(),
    })
}

/// A new request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RequestBody {
    /// `inspection`, `rectification`, `erasure`, `restriction`, `objection` or `portability`.
    #[schema(pattern = "^(inspection|rectification|erasure|restriction|objection|portability)$")]
    kind: String,
    /// `in_person`, `phone`, `email` or `other`.
    #[schema(pattern = "^(in_person|phone|email|other)$")]
    channel: String,
    /// The day it came in, not ahead.
    #[schema(format = Date)]
    received: String,
}

/// Take down a request
///
/// Also on a restricted card.
#[utoipa::path(post, path = "/api/v1/clients/{id}/requests", tag = "requests under the law",
    request_body = RequestBody, params(("id" = String, Path, description = "The card's id.")),
    responses((status = 201, description = "It was taken down.", body = Saved)))]
async fn ask(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<RequestBody>,
) -> Result<Response, Refusal> {
    let opened = open(&who, &id).await?;
    let form = Form::default()
        .with("kind", body.kind)
        .with("channel", body.channel)
        .with("received", body.received);
    let mut faults = Faults::default();
    let request = read_new(&who, &form, &mut faults);
    let request = request.ok_or_else(|| Refusal::faults(&faults))?;
    let change = Change::Add(Collection::Request, Content::Request(request));
    let target = Target::Latest(opened.card.id);
    let (record, heads) = who.edit(target, vec![change]).await?;
    let body = Saved {
        id: record.to_string(),
        version: version(&heads),
        entry: newest(&who, &opened).await?,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// The id of the request that was not there before.
async fn newest(who: &Caller, before: &Opened) -> Result<Option<String>, Problem> {
    let look = Command::Look(vec![before.card.id]);
    let Answer::Cards(cards) = who.house().desk.ask(look).await? else {
        return Err(Problem::Internal);
    };
    let known = |id| before.card.requests.iter().any(|one| one.id == id);
    let mut now = cards.iter().flat_map(|card| &card.requests);
    Ok(now.find(|one| !known(one.id)).map(|one| one.id.to_string()))
}

/// Takes a step of a request that is open.
async fn step<S: Serialize>(
    who: &Caller,
    (id, entry): (String, String),
    seen: &Version,
    step: Step,
    (form, sent): (Form, &S),
) -> Result<Json<Saved>, Refusal> {
    let opened = open(who, &id).await?;
    let found = find(&opened, &entry)?;
    let now = Slot::of(&found.field, RequestShape::of);
    let target = seen.of(&opened.card, &now, sent)?;
    let Some(before) = steppable(found) else {
        let detail = "The request is closed, has not arrived, or waits for a person to choose.";
        return Err(Refusal::conflict("not_open", detail));
    };
    let mut faults = Faults::default();
    let next = read_step(who, step, &form, before, &mut faults);
    let next = next.ok_or_else(|| Refusal::faults(&faults))?;
    let change = Change::SetEntry(Collection::Request, found.id, Content::Request(next));
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}

/// An identity check. Never a number or a copy of a document.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckBody {
    /// `document`, `known_client` or `code_sent`.
    #[schema(pattern = "^(document|known_client|code_sent)$")]
    method: String,
    /// The type of the document: `passport`, `identity_card`, `driving_licence` or `other`.
    #[serde(default)]
    document: String,
}

/// Record the identity check of a request
#[utoipa::path(post, path = "/api/v1/clients/{id}/requests/{entry}/check", tag = "requests under the law",
    request_body = CheckBody,
    params(("id" = String, Path, description = "The card's id."), ("entry" = String, Path, description = "The request's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn check(
    who: Caller,
    Path(at): Path<(String, String)>,
    seen: Version,
    Sent(body): Sent<CheckBody>,
) -> Result<Json<Saved>, Refusal> {
    let form = Form::default()
        .with("method", body.method.as_str())
        .with("document", body.document.as_str());
    step(&who, at, &seen, Step::Check, (form, &body)).await
}

/// More time.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ExtensionBody {
    /// The new last day, at most three months after the request came in.
    #[schema(format = Date)]
    until: String,
    /// Why; the client is told.
    reason: String,
}

/// Take more time for a request
#[utoipa::path(post, path = "/api/v1/clients/{id}/requests/{entry}/extend", tag = "requests under the law",
    request_body = ExtensionBody,
    params(("id" = String, Path, description = "The card's id."), ("entry" = String, Path, description = "The request's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn extend(
    who: Caller,
    Path(at): Path<(String, String)>,
    seen: Version,
    Sent(body): Sent<ExtensionBody>,
) -> Result<Json<Saved>, Refusal> {
    let form = Form::default()
        .with("until", body.until.as_str())
        .with("extend_reason", body.reason.as_str());
    step(&who, at, &seen, Step::Extend, (form, &body)).await
}

/// The end of a request.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClosingBody {
    /// `done` or `refused`.
    #[schema(pattern = "^(done|refused)$")]
    outcome: String,
    /// Why; never empty when refused.
    #[serde(default)]
    reason: String,
}

/// Close a request
#[utoipa::path(post, path = "/api/v1/clients/{id}/requests/{entry}/close", tag = "requests under the law",
    request_body = ClosingBody,
    params(("id" = String, Path, description = "The card's id."), ("entry" = String, Path, description = "The request's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was closed.", body = Saved)))]
async fn close(
    who: Caller,
    Path(at): Path<(String, String)>,
    seen: Version,
    Sent(body): Sent<ClosingBody>,
) -> Result<Json<Saved>, Refusal> {
    let form = Form::default()
        .with("outcome", body.outcome.as_str())
        .with("close_reason", body.reason.as_str());
    step(&who, at, &seen, Step::Close, (form, &body)).await
}

/// How the package is made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PackageBody {
    /// Why names of employees are added, which is logged; without a reason they stay out.
    #[serde(default)]
    names_reason: Option<String>,
}

/// Make the package for the client
///
/// Everything held on the client (GDPR Articles 15 and 20), in the shape of the file of the same name. Logged.
#[utoipa::path(post, path = "/api/v1/clients/{id}/package", tag = "requests under the law",
    request_body = PackageBody, params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "The package.", body = Object)))]
async fn make_package(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<PackageBody>,
) -> Result<Response, Refusal> {
    let reason = body.names_reason.as_deref().map(str::trim);
    if let Some(reason) = reason {
        let taken = register::contact::required(reason);
        taken.map_err(|fault| Refusal::field("names_reason", who.t().fault(fault)))?;
    }
    Ok(package::as_json(&who, &id, reason).await?)
}

/// An erasure, confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ErasureBody {
    /// The card's id once more.
    confirm: String,
    /// `request`: the client asked. `ended`: the client relationship has ended.
    #[schema(pattern = "^(request|ended)$")]
    reason: String,
}

/// That a premises has erased a card, or not yet.
#[derive(Serialize, ToSchema)]
struct Carried {
    /// The premises.
    premises: String,
    /// When it destroyed the keys; null while it is awaited.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// A certificate of erasure. No personal data.
#[derive(Serialize, ToSchema)]
struct Certificate {
    /// The erased card's random id.
    reference: String,
    /// When it was decided.
    #[schema(format = DateTime)]
    at: String,
    /// Where.
    premises: String,
    /// `request`, `ended` or `retention`.
    reason: &'static str,
    /// Every premises that has to carry it out.
    carried_out: Vec<Carried>,
}

fn shape(who: &Caller, one: &Erasure) -> Certificate {
    let name = |node| who.house().premises_name(node, who.t());
    let done = one.confirmed.iter().map(|done| Carried {
        premises: name(done.node),
        at: Some(done.at.to_string()),
    });
    let awaited = one.awaited.iter().map(|node| Carried {
        premises: name(*node),
        at: None,
    });
    Certificate {
        reference: one.record.to_string(),
        at: one.at.to_string(),
        premises: name(one.node),
        reason: one.reason.word(),
        carried_out: done.chain(awaited).collect(),
    }
}

/// Erase a client
///
/// At every premises, with every other card of the same person, for good. A legal claim or a restriction stops it.
#[utoipa::path(post, path = "/api/v1/clients/{id}/erase", tag = "erasure", request_body = ErasureBody,
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "It was erased; the certificate.", body = Certificate)))]
async fn erase(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<ErasureBody>,
) -> Result<Json<Certificate>, Refusal> {
    let opened = open(&who, &id).await?;
    let record = opened.card.id;
    if body.confirm != record.to_string() {
        return Err(Refusal::field("confirm", who.t().choose_one()));
    }
    let reason = Reason::from_word(&body.reason)
        .filter(|reason| matches!(reason, Reason::Request | Reason::Ended))
        .ok_or_else(|| Refusal::field("reason", who.t().choose_one()))?;
    let command = Command::Erase {
        record,
        author: who.user.id,
        reason,
    };
    let answer = who.house().desk.ask(command).await;
    let Answer::Erasures(all) = answer.map_err(Problem::from)? else {
        return Err(Problem::Internal.into());
    };
    let own = all.iter().find(|one| one.record == record);
    Ok(Json(shape(&who, own.ok_or(Problem::Internal)?)))
}

/// Certificates, newest first.
#[derive(Serialize, ToSchema)]
struct Certificates {
    certificates: Vec<Certificate>,
}

/// List certificates of erasure
///
/// The newest 500.
#[utoipa::path(get, path = "/api/v1/erasures", tag = "erasure",
    responses((status = 200, description = "The certificates.", body = Certificates)))]
async fn certificates(who: Caller) -> Result<Json<Certificates>, Refusal> {
    let answer = who.house().desk.ask(Command::Erasures).await;
    let Answer::Erasures(all) = answer.map_err(Problem::from)? else {
        return Err(Problem::Internal.into());
    };
    let certificates = all.iter().take(erasures::SHOWN).map(|one| shape(&who, one));
    Ok(Json(Certificates {
        certificates: certificates.collect(),
    }))
}

/// A certificate of erasure
#[utoipa::path(get, path = "/api/v1/erasures/{reference}", tag = "erasure",
    params(("reference" = String, Path, description = "The erased card's id.")),
    responses((status = 200, description = "The certificate.", body = Certificate)))]
async fn certificate(
    who: Caller,
    Path(reference): Path<String>,
) -> Result<Json<Certificate>, Refusal> {
    let record: RecordId = reference.parse().map_err(|_| Problem::NotFound)?;
    let found = erasures::find(&who, record).await?;
    Ok(Json(shape(&who, &found.ok_or(Problem::NotFound)?)))
}
