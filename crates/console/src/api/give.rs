//! Giving access: users and tokens are made, and people let in again, by an owner in person.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::ManageUsers;
use register::access::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::users::Invited;
use crate::{factor, tokens, users};

use super::body::Sent;
use super::caller::Caller;
use super::in_person::InPerson;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(ManageUsers, routes!(add))
        .api(ManageUsers, routes!(code))
        .api(ManageUsers, routes!(factor_off))
        .api(ManageUsers, routes!(add_token))
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserBody {
    owner: InPerson,
    /// What they are called, as nobody else here.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// `owner`, `staff`, `contractor` or `reception`.
    #[schema(pattern = "^(owner|staff|contractor|reception)$")]
    role: String,
}

/// What lets a user set a password of their own.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// The user's id.
    id: String,
    /// The one-time code. It is kept nowhere.
    code: String,
    /// Until when it works.
    #[schema(format = DateTime)]
    expires: String,
}

impl From<Invited> for Invitation {
    fn from(invited: Invited) -> Self {
        Self {
            id: invited.id.to_string(),
            code: invited.code,
            expires: invited.expires.to_string(),
        }
    }
}

/// Make a user
///
/// They set their password on the page, with the code, and give the undertaking there. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/users", tag = "access", request_body = UserBody,
    responses((status = 201, description = "The user was made.", body = Invitation)))]
async fn add(who: Caller, Sent(body): Sent<UserBody>) -> Result<Response, Refusal> {
    let owner = body.owner.prove(&who, &[ManageUsers]).await?;
    let form = Form::default()
        .with("name", body.name)
        .with("role", body.role);
    let mut faults = Faults::default();
    let profile = users::read_new(&owner, &form, &mut faults);
    let profile = profile.ok_or_else(|| Refusal::faults(&faults))?;
    let made = Invitation::from(users::invite(&owner, profile).await?);
    Ok((StatusCode::CREATED, Json(made)).into_response())
}

/// Nothing but the owner in person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnerBody {
    pub(super) owner: InPerson,
}

/// Give a user a new one-time code
///
/// For a forgotten password, which works until another is set. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/users/{id}/code", tag = "access", request_body = OwnerBody,
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 200, description = "The code.", body = Invitation)))]
async fn code(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<OwnerBody>,
) -> Result<Json<Invitation>, Refusal> {
    let owner = body.owner.prove(&who, &[ManageUsers]).await?;
    let user = users::find(&owner, &id)?;
    Ok(Json(users::invite_again(&owner, &user).await?.into()))
}

/// Switch off a user's second factor
///
/// For who lost their phone and the recovery code. Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/users/{id}/second-factor-off", tag = "access", request_body = OwnerBody,
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "It is off.")))]
async fn factor_off(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<OwnerBody>,
) -> Result<StatusCode, Refusal> {
    let owner = body.owner.prove(&who, &[ManageUsers]).await?;
    factor::take_off(&owner, &users::find(&owner, &id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    owner: InPerson,
    /// The program's name, as nobody else's here.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What it is to allow.
    #[schema(min_items = 1)]
    scopes: Vec<String>,
    /// The last day on which it works; without one it works until it is revoked.
    #[serde(default)]
    #[schema(format = Date)]
    expires: Option<String>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
struct TokenMade {
    id: String,
    /// The token itself. It is kept nowhere.
    token: String,
}

/// Make a token
///
/// Takes an owner in person.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "access", request_body = TokenBody,
    responses((status = 201, description = "It was made.", body = TokenMade)))]
async fn add_token(who: Caller, Sent(body): Sent<TokenBody>) -> Result<Response, Refusal> {
    let owner = body.owner.prove(&who, &[ManageUsers]).await?;
    let mut form = Form::default()
        .with("name", body.name)
        .with("expires", body.expires.unwrap_or_default());
    for scope in &body.scopes {
        let scope = Scope::from_code(scope)
            .ok_or_else(|| Refusal::field("scopes", owner.t().choose_one()))?;
        form = form.with(&tokens::field(scope), "yes");
    }
    let mut faults = Faults::default();
    let new = tokens::read_new(&owner, &form, &mut faults);
    let new = new.ok_or_else(|| Refusal::faults(&faults))?;
    let (id, token) = tokens::create(&owner, new).await?;
    let made = TokenMade {
        id: id.to_string(),
        token,
    };
    Ok((StatusCode::CREATED, Json(made)).into_response())
}
