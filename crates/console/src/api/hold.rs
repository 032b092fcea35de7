//! What keeps a card from deletion or use, and what is due to be deleted.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::civil::Date;
use register::access::Action::Retain;
use register::replica::{DueCard, Hold};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::alarm::confirm;
use crate::card::hold::{Kept, lift_claim, read_claim, restrict, set_claim};
use crate::clock::EARLIEST;
use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::quarantine::open;
use crate::retention::{SHOWN, due, run_now};

use super::body::{Asked, Sent};
use super::caller::Caller;
use super::give::OwnerBody;
use super::in_person::InPerson;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(Retain, routes!(claim))
        .api(Retain, routes!(lift))
        .api(Retain, routes!(restriction))
        .api(Retain, routes!(retention))
        .api(Retain, routes!(run))
        .api(Retain, routes!(clock))
        .api(Retain, routes!(release))
}

/// A legal claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClaimBody {
    /// Why the card is kept.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
    /// Its last day: today or later, within a year.
    #[schema(format = Date)]
    until: String,
}

/// Keep a card by a legal claim
///
/// From deletion and erasure (GDPR Article 17(3)(e)); also a card that is hidden because its time is over. Whatever
/// claim stood before ends.
#[utoipa::path(put, path = "/api/v1/clients/{id}/legal-claim", tag = "requests under the law", request_body = ClaimBody,
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 204, description = "It is kept.")))]
async fn claim(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<ClaimBody>,
) -> Result<StatusCode, Refusal> {
    let kept = Kept::find(&who, &id).await?;
    let form = Form::default()
        .with("reason", body.reason)
        .with("until", body.until);
    let mut faults = Faults::default();
    let claim = read_claim(&who, &form, &mut faults);
    let claim = claim.ok_or_else(|| Refusal::faults(&faults))?;
    set_claim(&who, &kept, claim).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lift a legal claim
///
/// Where none is in force it changes nothing.
#[utoipa::path(delete, path = "/api/v1/clients/{id}/legal-claim", tag = "requests under the law",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 204, description = "No claim is in force.")))]
async fn lift(who: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let kept = Kept::find(&who, &id).await?;
    lift_claim(&who, &kept).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A restriction.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RestrictionBody {
    /// Whether the use of the card is restricted.
    on: bool,
}

/// Restrict the use of a card, or lift that
///
/// While it stands the card can't be changed, sent anything, or deleted (GDPR Article 18).
#[utoipa::path(put, path = "/api/v1/clients/{id}/restriction", tag = "requests under the law",
    request_body = RestrictionBody, params(("id" = String, Path, description = "The card's id.")),
    responses((status = 204, description = "It stands so.")))]
async fn restriction(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<RestrictionBody>,
) -> Result<StatusCode, Refusal> {
    let kept = Kept::find(&who, &id).await?;
    restrict(&who, &kept, body.on).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Up to which day.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Until {
    /// A dry run up to this day; within 30 days when left out.
    #[param(format = Date)]
    until: Option<String>,
}

/// What goes.
#[derive(Serialize, ToSchema)]
struct Going {
    /// The id of the card, or of the former user's record.
    id: String,
    /// Whether it is a former user's record, which goes whole.
    user: bool,
    /// The day the whole card goes.
    #[schema(format = Date)]
    card: Option<String>,
    /// The day the first of its entries goes.
    #[schema(format = Date)]
    entry: Option<String>,
}

impl Going {
    fn of(one: &DueCard) -> Self {
        let day = |date: Option<Date>| date.map(|date| date.to_string());
        Self {
            id: one.record.to_string(),
            user: one.user,
            card: day(one.due.card),
            entry: day(one.due.entry),
        }
    }
}

/// How deletion by the clock stands. Nothing there tells who anybody is.
#[derive(Serialize, ToSchema)]
struct Retention {
    /// Why nothing is deleted: `clock`, `too_many`, `premises_unheard` or `quarantine`; null when nothing holds it up.
    hold: Option<&'static str>,
    /// A run is going on.
    running: bool,
    /// Cards past their time.
    cards: usize,
    /// Cards with an entry past its time.
    entries: usize,
    /// Former users past their time.
    users: usize,
    /// How much goes up to the day asked about.
    total: usize,
    /// The first 500 of these.
    due: Vec<Going>,
}

const fn word(hold: Hold) -> &'static str {
    match hold {
        Hold::Clock(_) => "clock",
        Hold::TooMany(_) => "too_many",
        Hold::Peers => "premises_unheard",
        Hold::Quarantine => "quarantine",
    }
}

/// What is due to be deleted, and how that stands
///
/// A dry run: nothing is deleted.
#[utoipa::path(get, path = "/api/v1/retention", tag = "erasure", params(Until),
    responses((status = 200, description = "What is due.", body = Retention)))]
async fn retention(who: Caller, Asked(asked): Asked<Until>) -> Result<Json<Retention>, Refusal> {
    let until: Option<Date> = asked
        .until
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| {
            let detail = "The parameter until is a day, as 2027-01-31.";
            Refusal::unreadable(StatusCode::BAD_REQUEST, detail)
        })?;
    let due = due(&who, until.map(|day| day.max(EARLIEST))).await?;
    let standing = who.house().desk.report.borrow().retention.clone();
    Ok(Json(Retention {
        hold: standing.hold.map(word),
        running: standing.running,
        cards: standing.cards,
        entries: standing.entries,
        users: standing.users,
        total: due.len(),
        due: due.iter().take(SHOWN).map(Going::of).collect(),
    }))
}

/// A run by hand.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RunBody {
    owner: InPerson,
    /// Also when it is more than may go unasked (`too_many`).
    #[serde(default)]
    allow_many: bool,
}

/// Delete now what is past its time
///
/// Deletion goes by itself; this doesn't wait for the next time, or lets go what was held up as too much at once. It
/// destroys many clients for good, so it takes an owner in person.
#[utoipa::path(post, path = "/api/v1/retention/run", tag = "erasure", request_body = RunBody,
    responses((status = 204, description = "It goes.")))]
async fn run(who: Caller, Sent(body): Sent<RunBody>) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[Retain]).await?;
    match run_now(&owner, body.allow_many).await? {
        None => Ok(StatusCode::NO_CONTENT),
        Some(hold) => {
            let detail = format!("Nothing goes for now, because of: {}.", word(hold));
            Err(Refusal::conflict("held", &detail))
        }
    }
}

/// Say that this node's clock is right
///
/// For when it is in doubt, which holds deletion up. Takes an owner in person, who looked at it.
#[utoipa::path(post, path = "/api/v1/clock/confirm", tag = "erasure", request_body = OwnerBody,
    responses((status = 204, description = "It is trusted.")))]
async fn clock(who: Caller, Sent(body): Sent<OwnerBody>) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[Retain]).await?;
    confirm(&owner).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open a closed register
///
/// A node that was alone for too long, or was restored, shows nobody until it has heard another premises, since who
/// was erased meanwhile is not known here. Takes an owner in person, who answers for opening it all the same.
#[utoipa::path(post, path = "/api/v1/quarantine/release", tag = "erasure", request_body = OwnerBody,
    responses((status = 204, description = "It is open.")))]
async fn release(who: Caller, Sent(body): Sent<OwnerBody>) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[Retain]).await?;
    open(&owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
