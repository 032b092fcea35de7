//! What holds for a client as a whole: contact details only, age, health as it was, and what goes from history.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use register::access::Action::{EditContact, Erase, RecordCare, RedactCare};
use register::card::Field;
use register::edit::Target;
use register::value::Content;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::card::package::as_object;
use crate::card::{forget, minor, mode, open, warn};
use crate::doors::Doors;
use crate::form::{Faults, Form};

use super::body::{Sent, Version, version};
use super::caller::Caller;
use super::clients::{Saved, saved};
use super::refusal::{Confirmation, Refusal};
use super::shape::Slot;

/// The code that agrees to the removal of what the mode does not allow.
const AGREE: &str = "remove_entries";

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(EditContact, routes!(contact_only))
        .api(EditContact, routes!(adult))
        .api(EditContact, routes!(guardian))
        .api(RecordCare, routes!(unchanged))
        .api(RedactCare, routes!(withdraw))
        .api(Erase, routes!(clear))
}

/// A field as it stands, under the names of the client's package.
fn now<T: Clone>(
    who: &Caller,
    field: &Field<T>,
    wrap: fn(T) -> Content,
) -> Slot<Map<String, Value>> {
    Slot::of(field, |one| as_object(who.t(), &wrap(one.clone())))
}

/// Whether nothing but contact details may be kept.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ModeBody {
    on: bool,
    /// `remove_entries` after a refusal that named what goes.
    #[serde(default)]
    confirm: Vec<String>,
}

/// Let nothing but contact details be kept of a client, or lift that
///
/// Where health information or treatments are there, they go from history as well: that is refused with
/// `confirm_first`, needs the scope `clients:redact` too, and is done with `remove_entries` in `confirm`.
#[utoipa::path(put, path = "/api/v1/clients/{id}/contact-only", tag = "clients", request_body = ModeBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It stands so.", body = Saved)))]
async fn contact_only(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<ModeBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let card = &opened.card;
    let stands = now(&who, &card.contact_only, Content::ContactOnly);
    seen.of(card, &stands, &body)?;
    let agreed = body.confirm.iter().any(|code| code == AGREE);
    let set = mode::set(&who, &opened, body.on, agreed, card.heads.clone()).await?;
    let edited = set.ok_or_else(|| {
        Refusal::unconfirmed(vec![Confirmation {
            code: AGREE.to_owned(),
            text: who.t().contact_only_entries(opened.care_entries),
        }])
    })?;
    Ok(Json(saved(edited)))
}

/// Whether the client is 18.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AdultBody {
    adult: bool,
}

/// Record that the age of a client was checked today
#[utoipa::path(put, path = "/api/v1/clients/{id}/adult-check", tag = "clients", request_body = AdultBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn adult(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<AdultBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    let stands = now(&who, &opened.card.adult_check, Content::AdultCheck);
    let target = seen.of(&opened.card, &stands, &body)?;
    let change = minor::adult_check(&who, body.adult);
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}

/// The consent of a guardian.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GuardianBody {
    /// The guardian's name.
    #[schema(min_length = 1, max_length = 4000)]
    name: String,
    /// How it was given: `in_person`, `paper`, `phone` or `message`.
    #[schema(pattern = "^(in_person|paper|phone|message)$")]
    method: String,
}

/// Record that a guardian consented today
#[utoipa::path(put, path = "/api/v1/clients/{id}/guardian", tag = "clients", request_body = GuardianBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn guardian(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<GuardianBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    let stands = now(&who, &opened.card.guardian, Content::GuardianConsent);
    let target = seen.of(&opened.card, &stands, &body)?;
    let form = Form::default()
        .with("guardian", body.name)
        .with("method", body.method);
    let mut faults = Faults::default();
    let change = minor::read_guardian(&who, &form, &mut faults);
    let change = change.ok_or_else(|| Refusal::faults(&faults))?;
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}

/// Record that health information is as it was
///
/// The client was asked today and every health entry of the version that was seen still holds; without any, the client
/// says that there is nothing to know.
#[utoipa::path(post, path = "/api/v1/clients/{id}/health/unchanged", tag = "care",
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn unchanged(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    let card = &opened.card;
    let target: Target = seen.of(card, &Value::Null, &Value::Null)?;
    let changes = warn::unchanged(&who, &opened, &warn::values(&card.health));
    let changes = changes.ok_or_else(|| {
        let detail = "A health entry has not arrived here yet, or waits for a person to choose.";
        Refusal::conflict("not_here", detail)
    })?;
    Ok(Json(saved(who.edit(target, changes).await?)))
}

/// Take a withdrawn consent to health information
///
/// Every health entry and patch test goes, from history as well, everywhere and for good (GDPR Article 7(3)), also what
/// arrived since the card was read; the consent stays as given and withdrawn.
#[utoipa::path(post, path = "/api/v1/clients/{id}/health-consent/withdraw", tag = "care",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "It is withdrawn.", body = Saved)))]
async fn withdraw(who: Caller, Path(id): Path<String>) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let heads = forget::take_back(&who, &opened).await?;
    Ok(Json(Saved {
        id: opened.card.id.to_string(),
        version: version(&heads),
        entry: None,
    }))
}

/// Clear the history of a card
///
/// Every value that stands nowhere on the card any more goes, everywhere and for good.
#[utoipa::path(post, path = "/api/v1/clients/{id}/history/clear", tag = "erasure",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 204, description = "It is cleared.")))]
async fn clear(who: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    forget::clear_history(&who, &opened).await?;
    Ok(StatusCode::NO_CONTENT)
}
