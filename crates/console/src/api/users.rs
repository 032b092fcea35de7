//! Who has access: users and tokens, and the end of it.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use register::access::Action::{EndAccess, Govern, KeepPapers};
use register::edit::Target;
use register::people::{Role, User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::papers::undertaking::agreed;
use crate::users::shut_out;
use crate::{tokens, users};

use super::body::Sent;
use super::caller::Caller;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(Govern, routes!(all))
        .api(EndAccess, routes!(end))
        .api(KeepPapers, routes!(agreement))
        .api(Govern, routes!(all_tokens))
        .api(EndAccess, routes!(revoke))
}

/// A user.
#[derive(Serialize, ToSchema)]
struct UserLine {
    id: String,
    name: String,
    /// `owner`, `staff`, `contractor` or `reception`.
    role: &'static str,
    /// Access has ended.
    ended: bool,
    /// The day of the undertaking of confidentiality.
    #[schema(format = Date)]
    undertaking: Option<String>,
    /// The day of the agreement with them (GDPR Articles 28 and 29).
    #[schema(format = Date)]
    agreement: Option<String>,
    /// A second factor is on.
    second_factor: bool,
}

impl UserLine {
    fn of(one: &User) -> Self {
        Self {
            id: one.id.to_string(),
            name: one.profile.name.clone(),
            role: one.profile.role.code(),
            ended: one.disabled,
            undertaking: one.undertaking.as_ref().map(|given| given.date.to_string()),
            agreement: one.agreement.as_ref().map(|made| made.date.to_string()),
            second_factor: one.factor.is_some(),
        }
    }
}

/// The users.
#[derive(Serialize, ToSchema)]
struct Users {
    users: Vec<UserLine>,
}

/// List the users
#[utoipa::path(get, path = "/api/v1/users", tag = "access",
    responses((status = 200, description = "The users.", body = Users)))]
async fn all(who: Caller) -> Json<Users> {
    let directory = who.house().desk.directory();
    Json(Users {
        users: directory.users().map(UserLine::of).collect(),
    })
}

/// End a user's access
///
/// Here at once, at the other premises when they hear of it. Of one whose access has ended it changes nothing.
#[utoipa::path(post, path = "/api/v1/users/{id}/end", tag = "access",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "It has ended.")))]
async fn end(who: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let user = users::find(&who, &id)?;
    let is_another =
        |one: &User| !one.disabled && one.profile.role == Role::Owner && one.id != user.id;
    if !who.house().desk.directory().users().any(is_another) {
        let detail = "This is the last owner: nobody could let anyone in again.";
        return Err(Refusal::conflict("last_owner", detail));
    }
    if !user.disabled {
        shut_out(&who, &user).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// An agreement with a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AgreementBody {
    /// The day it was made, not ahead.
    #[schema(format = Date)]
    date: String,
}

/// Note the agreement with a user
///
/// GDPR Article 28 for an entrepreneur, Article 29 for staff. A later note stands in the place of an earlier one.
#[utoipa::path(put, path = "/api/v1/users/{id}/agreement", tag = "papers", request_body = AgreementBody,
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "It is noted.")))]
async fn agreement(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<AgreementBody>,
) -> Result<StatusCode, Refusal> {
    let user = users::find(&who, &id)?;
    let change = agreed(&who, &body.date)
        .ok_or_else(|| Refusal::field("date", who.t().agreement_wrong()))?;
    who.edit(Target::Latest(user.id), vec![change]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token.
#[derive(Serialize, ToSchema)]
struct TokenLine {
    id: String,
    name: String,
    /// What it allows.
    scopes: Vec<&'static str>,
    /// It was revoked.
    revoked: bool,
    /// The day it was made.
    #[schema(format = Date)]
    made: Option<String>,
    /// The id of the owner who made it.
    by: Option<String>,
    /// When it ends by itself; null when it does not.
    #[schema(format = DateTime)]
    expires: Option<String>,
}

impl TokenLine {
    fn of(one: &User) -> Self {
        let token = one.token.as_ref();
        let scopes = token
            .map(|token| token.scopes.as_slice())
            .unwrap_or_default();
        Self {
            id: one.id.to_string(),
            name: one.profile.name.clone(),
            scopes: scopes.iter().map(|scope| scope.code()).collect(),
            revoked: one.disabled,
            made: token.map(|token| token.made.to_string()),
            by: token.map(|token| token.by.to_string()),
            expires: token
                .and_then(|token| token.expires)
                .map(|at: Timestamp| at.to_string()),
        }
    }
}

/// The tokens. Their secrets are not kept anywhere.
#[derive(Serialize, ToSchema)]
struct Tokens {
    tokens: Vec<TokenLine>,
}

/// List the tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "access",
    responses((status = 200, description = "The tokens.", body = Tokens)))]
async fn all_tokens(who: Caller) -> Json<Tokens> {
    let directory = who.house().desk.directory();
    Json(Tokens {
        tokens: directory.tokens().map(TokenLine::of).collect(),
    })
}

/// Revoke a token
///
/// For good; here at once, at the other premises when they hear of it. A program may end its own.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/revoke", tag = "access",
    params(("id" = String, Path, description = "The token's id.")),
    responses((status = 204, description = "It is revoked.")))]
async fn revoke(who: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let token = tokens::find(&who, &id)?;
    if !token.disabled {
        shut_out(&who, &token).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
