//! What waits for a person to choose: values that premises put into one field apart, and cards that may be of one person.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use register::access::Action::EditContact;
use register::directory;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::card::conflict::{Case, cases, chosen, shows_health};
use crate::card::package::as_object;
use crate::card::{Opened, open, reveal};
use crate::doors::Doors;
use crate::duplicates::{SHOWN, settle};
use crate::form::{Faults, Form};
use crate::problem::Problem;

use super::body::{Sent, Version, version};
use super::caller::Caller;
use super::clients::{Saved, saved, shown};
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(EditContact, routes!(conflicts))
        .api(EditContact, routes!(choose))
        .api(EditContact, routes!(duplicates))
        .api(EditContact, routes!(judge))
}

/// One of the values that stand in one place.
#[derive(Serialize, ToSchema)]
struct ConflictValue {
    /// Its id, for `choice`.
    id: String,
    /// What it says, under the names of the client's package.
    #[schema(value_type = Object)]
    value: Map<String, Value>,
}

/// A field or an entry that waits for a person to choose.
#[derive(Serialize, ToSchema)]
struct Conflict {
    /// Its name, for `case`: the field, or the part of the card and the entry's id.
    case: String,
    /// It was removed at one premises and edited at another; `remove` is a choice too.
    disputed: bool,
    /// What stands there, newest first.
    values: Vec<ConflictValue>,
}

impl Conflict {
    fn of(who: &Caller, case: &Case) -> Self {
        let values = case.values.iter().map(|held| ConflictValue {
            id: held.id.to_string(),
            value: as_object(who.t(), &held.value),
        });
        Self {
            case: case.key(),
            disputed: case.disputed,
            values: values.collect(),
        }
    }
}

/// Everything on a card that waits for a choice, as far as the token may choose.
#[derive(Serialize, ToSchema)]
struct Conflicts {
    /// The card's version, for `If-Match`.
    version: String,
    conflicts: Vec<Conflict>,
}

/// The cases of a card; that health is shown with them is logged first.
async fn open_cases(who: &Caller, id: &str) -> Result<(Opened, Vec<Case>), Problem> {
    let opened = open(who, id).await?;
    let all = cases(&opened.card, who);
    if all.iter().any(|case| shows_health(case.kind)) {
        reveal(who, &opened.card).await?;
    }
    Ok((opened, all))
}

/// What waits on a card for a person to choose
///
/// Health, treatments and requests only with the scopes that write there.
#[utoipa::path(get, path = "/api/v1/clients/{id}/conflicts", tag = "clients",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "The conflicts.", body = Conflicts)))]
async fn conflicts(who: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let (opened, all) = open_cases(&who, &id).await?;
    let body = Conflicts {
        version: version(&opened.card.heads),
        conflicts: all.iter().map(|case| Conflict::of(&who, case)).collect(),
    };
    Ok(shown(&opened, body))
}

/// A choice.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChoiceBody {
    /// Which of the conflicts.
    case: String,
    /// The id of the value that holds; `remove` of a disputed entry that goes.
    choice: String,
}

/// Choose the value that holds
///
/// A value of one's own is written where the field or the entry is changed, on the version that has the conflict.
#[utoipa::path(post, path = "/api/v1/clients/{id}/conflicts", tag = "clients", request_body = ChoiceBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was chosen.", body = Saved)))]
async fn choose(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<ChoiceBody>,
) -> Result<Json<Saved>, Refusal> {
    let (opened, all) = open_cases(&who, &id).await?;
    let now: Vec<Conflict> = all.iter().map(|case| Conflict::of(&who, case)).collect();
    let target = seen.of(&opened.card, &now, &body)?;
    let gone = || Refusal::conflict("not_open", "There is no such conflict or value.");
    let case = all.iter().find(|case| case.key() == body.case);
    let case = case.ok_or_else(gone)?;
    if matches!(body.choice.as_str(), "" | "other") {
        return Err(Refusal::field("choice", who.t().choose_one()));
    }
    let form = Form::default().with("choice", body.choice);
    let change = chosen(&who, case, &form, &mut Faults::default()).ok_or_else(gone)?;
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}

/// Two cards, by their ids.
#[derive(Serialize, ToSchema)]
struct Pair {
    one: String,
    other: String,
}

impl Pair {
    fn all(pairs: &[directory::Pair]) -> Vec<Self> {
        let pair = |pair: &directory::Pair| Self {
            one: pair.one.id.to_string(),
            other: pair.other.id.to_string(),
        };
        pairs.iter().map(pair).collect()
    }
}

/// Cards that may be of one person, and what was said of them; at most 200 pairs of each kind.
#[derive(Serialize, ToSchema)]
struct Duplicates {
    /// The same phone number, e-mail address, or name and birth year, and nothing said yet.
    likely: Vec<Pair>,
    /// Two premises said different things.
    disputed: Vec<Pair>,
    /// Of one person.
    same: Vec<Pair>,
    /// Of different people.
    different: Vec<Pair>,
}

/// Cards that may be of one person
#[utoipa::path(get, path = "/api/v1/duplicates", tag = "clients",
    responses((status = 200, description = "The pairs.", body = Duplicates)))]
async fn duplicates(who: Caller) -> Json<Duplicates> {
    let directory = who.house().desk.directory();
    let judged = directory.judgements(SHOWN);
    Json(Duplicates {
        likely: Pair::all(&directory.likely_pairs(SHOWN)),
        disputed: Pair::all(&judged.disputed),
        same: Pair::all(&judged.same),
        different: Pair::all(&judged.different),
    })
}

/// What is said of two cards.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerdictBody {
    /// A card's id.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    one: String,
    /// Another card's id.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    other: String,
    /// `same`: of one person, so they are linked. `different`: they are not, which also takes a link apart.
    #[schema(pattern = "^(same|different)$")]
    verdict: String,
}

/// Say whether two cards are of one person
///
/// Linked cards stay two cards: alerts show on both, the strictest answer about marketing holds, erasing takes both.
#[utoipa::path(post, path = "/api/v1/duplicates", tag = "clients", request_body = VerdictBody,
    responses((status = 204, description = "It was said.")))]
async fn judge(who: Caller, Sent(body): Sent<VerdictBody>) -> Result<StatusCode, Refusal> {
    settle(&who, [&body.one, &body.other], &body.verdict).await?;
    Ok(StatusCode::NO_CONTENT)
}
