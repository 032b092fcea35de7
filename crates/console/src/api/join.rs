//! Premises: paired and put out of use, their keys changed, their lines checked.

use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use register::access::Action::{JoinPremises, SeePremises};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::line::{Cause, Finding, LineCheck};
use crate::pair::{log, pair};
use crate::pairing::{Other, Pair, Pairing, PairingFault};
use crate::premises::{check, key, revoke};
use crate::visitor::Visitor;

use super::body::Sent;
use super::caller::Caller;
use super::give::OwnerBody;
use super::in_person::InPerson;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(SeePremises, routes!(check_lines))
        .api(SeePremises, routes!(checked))
        .api(JoinPremises, routes!(stage))
        .api(JoinPremises, routes!(invite))
        .api(JoinPremises, routes!(accept))
        .api(JoinPremises, routes!(confirm))
        .api(JoinPremises, routes!(cancel))
        .api(JoinPremises, routes!(change_key))
        .api(JoinPremises, routes!(put_out))
}

/// Have the lines checked
///
/// And everything compared with every premises in reach. What comes of it is told by the same path.
#[utoipa::path(post, path = "/api/v1/premises/check", tag = "house",
    responses((status = 202, description = "It is under way.")))]
async fn check_lines(who: Caller) -> Result<StatusCode, Refusal> {
    check::start(&who).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Something that was found.
#[derive(Serialize, ToSchema)]
struct LineFinding {
    /// The node's id; null when it concerns this one.
    node: Option<String>,
    /// Whether the two are connected.
    connected: bool,
    /// What it is, for people.
    what: String,
    /// What to do, for people.
    then: String,
}

impl LineFinding {
    fn of(who: &Visitor, finding: &Finding) -> Self {
        let (what, then) = check::words(who, finding);
        Self {
            node: finding.peer.map(|node| node.to_string()),
            connected: finding.cause == Cause::Connected,
            what,
            then,
        }
    }
}

/// What the last check of the lines found.
#[derive(Serialize, ToSchema)]
struct CheckedLines {
    /// One is under way.
    running: bool,
    /// When the last one was made since the node started.
    #[schema(format = DateTime)]
    at: Option<String>,
    found: Vec<LineFinding>,
}

/// What the last check of the lines found
#[utoipa::path(get, path = "/api/v1/premises/check", tag = "house",
    responses((status = 200, description = "The findings.", body = CheckedLines)))]
async fn checked(who: Caller) -> Json<CheckedLines> {
    let check = who.house().desk.line_check.borrow().clone();
    let (at, found): (Option<Timestamp>, Vec<LineFinding>) = match &check {
        LineCheck::Never | LineCheck::Running => (None, Vec::new()),
        LineCheck::Done(at, findings) => {
            let found = findings.iter().map(|one| LineFinding::of(&who, one));
            (Some(*at), found.collect())
        }
    };
    Json(CheckedLines {
        running: check == LineCheck::Running,
        at: at.map(|at| at.to_string()),
        found,
    })
}

/// The other premises, as it introduced itself.
#[derive(Serialize, ToSchema)]
struct OtherPremises {
    /// Its node's id.
    node: String,
    name: String,
    /// How many clients it held.
    clients: u64,
}

impl From<&Other> for OtherPremises {
    fn from(other: &Other) -> Self {
        Self {
            node: other.node.to_string(),
            name: other.premises.clone(),
            clients: other.clients,
        }
    }
}

/// How far pairing has come at this premises.
#[derive(Serialize, ToSchema, Default)]
struct PairingStage {
    /// `idle`, `invited`, `meeting`, `comparing`, `paired` or `failed`.
    stage: &'static str,
    /// Until when the invitation holds.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// What the two people compare.
    phrase: Option<String>,
    /// It was confirmed here.
    confirmed_here: bool,
    /// It was confirmed there.
    confirmed_there: bool,
    /// The other premises.
    other: Option<OtherPremises>,
    /// Why it came to nothing, and what to do, for people.
    why: Option<&'static str>,
}

impl PairingStage {
    /// Without the invitation's text, which lets in whoever holds it.
    fn of(who: &Visitor, stage: &Pairing) -> Self {
        let at = |stage| Self {
            stage,
            ..Self::default()
        };
        match stage {
            Pairing::Idle => at("idle"),
            Pairing::Invited { until, .. } => Self {
                until: Some(until.to_string()),
                ..at("invited")
            },
            Pairing::Meeting => at("meeting"),
            Pairing::Comparing {
                phrase,
                other,
                here,
                there,
            } => Self {
                phrase: Some(phrase.clone()),
                other: Some(other.into()),
                confirmed_here: *here,
                confirmed_there: *there,
                ..at("comparing")
            },
            Pairing::Paired(other) => Self {
                other: Some(other.into()),
                ..at("paired")
            },
            Pairing::Failed(fault) => Self {
                why: Some(who.t().pair_fault(*fault)),
                ..at("failed")
            },
        }
    }
}

/// How far pairing has come
#[utoipa::path(get, path = "/api/v1/pairing", tag = "house",
    responses((status = 200, description = "The stage.", body = PairingStage)))]
async fn stage(who: Caller) -> Result<Json<PairingStage>, Refusal> {
    let stage = pair(&who)?.stage();
    Ok(Json(PairingStage::of(&who, &stage)))
}

/// The owner, and what pairs this premises, once that is logged.
async fn begin(who: &Caller, owner: InPerson) -> Result<(Visitor, Arc<dyn Pair>), Refusal> {
    let owner = owner.prove(who, &[JoinPremises]).await?;
    let pair = pair(&owner)?;
    log(&owner).await?;
    Ok((owner, pair))
}

fn fault(who: &Visitor, field: &str, fault: PairingFault) -> Refusal {
    Refusal::field(field, who.t().pair_fault(fault))
}

/// What an invitation needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    owner: InPerson,
    /// Where others reach this premises, as `host` or `host:port`; empty when nobody knows.
    #[serde(default)]
    address: String,
}

/// An invitation.
#[derive(Serialize, ToSchema)]
struct InvitationText {
    /// What is entered at the other premises. Lets in whoever holds it, once.
    invitation: String,
    /// Until when it holds.
    #[schema(format = DateTime)]
    until: String,
}

/// Invite another premises
///
/// An invitation that was made before is spent. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/pairing/invite", tag = "house", request_body = InviteBody,
    responses((status = 200, description = "The invitation.", body = InvitationText)))]
async fn invite(
    who: Caller,
    Sent(body): Sent<InviteBody>,
) -> Result<Json<InvitationText>, Refusal> {
    let (owner, pair) = begin(&who, body.owner).await?;
    let made = pair.invite(&body.address);
    made.map_err(|why| fault(&owner, "address", why))?;
    match pair.stage() {
        Pairing::Invited { text, until } => Ok(Json(InvitationText {
            invitation: text,
            until: until.to_string(),
        })),
        // Somebody came with it, or took it back, in this very moment.
        _ => Err(compared_no_longer()),
    }
}

fn compared_no_longer() -> Refusal {
    Refusal::conflict(
        "other_stage",
        "Pairing has come to another stage; look at it again.",
    )
}

/// An invitation of another premises.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptBody {
    owner: InPerson,
    /// Its text.
    #[schema(min_length = 1)]
    invitation: String,
}

/// Go where an invitation leads
///
/// What comes of it is told by the stage of pairing. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/pairing/accept", tag = "house", request_body = AcceptBody,
    responses((status = 202, description = "It is under way.")))]
async fn accept(who: Caller, Sent(body): Sent<AcceptBody>) -> Result<StatusCode, Refusal> {
    let (owner, pair) = begin(&who, body.owner).await?;
    let begun = pair.accept(&body.invitation);
    begun.map_err(|why| fault(&owner, "invitation", why))?;
    Ok(StatusCode::ACCEPTED)
}

/// What two people compared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmBody {
    owner: InPerson,
    /// The phrase, as it stands at both premises.
    #[schema(min_length = 1)]
    phrase: String,
}

/// Confirm that both premises show the same phrase
///
/// Only for who has looked at both. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/pairing/confirm", tag = "house", request_body = ConfirmBody,
    responses((status = 204, description = "It is confirmed here.")))]
async fn confirm(who: Caller, Sent(body): Sent<ConfirmBody>) -> Result<StatusCode, Refusal> {
    let (_, pair) = begin(&who, body.owner).await?;
    if pair.confirm(&body.phrase) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(compared_no_longer())
    }
}

/// End what is under way of pairing, or forget what it came to
#[utoipa::path(post, path = "/api/v1/pairing/cancel", tag = "house",
    responses((status = 204, description = "Nothing is under way.")))]
async fn cancel(who: Caller) -> Result<StatusCode, Refusal> {
    pair(&who)?.cancel();
    Ok(StatusCode::NO_CONTENT)
}

/// Change this node's key
///
/// The next key is announced, and taken once every premises has heard of it. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/premises/key", tag = "house", request_body = OwnerBody,
    responses((status = 202, description = "It is announced.")))]
async fn change_key(who: Caller, Sent(body): Sent<OwnerBody>) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[JoinPremises]).await?;
    if key::announce(&owner).await? {
        Ok(StatusCode::ACCEPTED)
    } else {
        let detail = "A key is announced already.";
        Err(Refusal::conflict("under_way", detail))
    }
}

/// What puts a premises' computer out of use.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutBody {
    owner: InPerson,
    /// The premises' name, so that it is not another's.
    #[schema(min_length = 1)]
    name: String,
}

/// Put a premises' computer out of use
///
/// For good, here at once and elsewhere when the premises hear of it. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/premises/{node}/revoke", tag = "house", request_body = OutBody,
    params(("node" = String, Path, description = "The node's id.")),
    responses((status = 204, description = "It is out.")))]
async fn put_out(
    who: Caller,
    Path(node): Path<String>,
    Sent(body): Sent<OutBody>,
) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[JoinPremises]).await?;
    let peer = revoke::find(&owner, &node)?;
    if revoke::put_out(&owner, &peer, &body.name).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::field("name", owner.t().revoke_name_wrong()))
    }
}
