//! Refusals as `application/problem+json` (RFC 9457), each with a stable code.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use register::access::{Action, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::form::Faults;
use crate::problem::Problem;
use crate::text::Language;

/// The media type of refusals.
pub(super) const MEDIA: &str = "application/problem+json";

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Refusal(Box<Told>);

/// Why a request was refused (RFC 9457). Nothing of it was carried out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Told {
    /// Always `about:blank`: `code` says which it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status of the answer.
    status: u16,
    /// Which refusal it is; never changes.
    code: &'static str,
    /// What it is, for people.
    title: String,
    /// What to do about it, for people.
    detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What has to be looked at and confirmed first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    confirm: Vec<Confirmation>,
    /// Where the value that was sent meets another than its sender saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale: Option<Stale>,
    #[serde(skip)]
    retry_after: Option<i64>,
}

/// What is wrong with a field of the body.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// The field's name.
    field: String,
    /// What is wrong, for people.
    message: String,
}

/// Something to look at and to confirm before it is saved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Confirmation {
    /// What to put in the field `confirm`.
    pub(super) code: String,
    /// What it is about, for people.
    pub(super) text: String,
}

/// Both values of a write that was made on an older version.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stale {
    /// The version that the card has now, for `If-Match`.
    pub(super) version: String,
    /// What stands there now.
    pub(super) current: serde_json::Value,
    /// What was sent.
    pub(super) sent: serde_json::Value,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, title: &str, detail: &str) -> Self {
        Self(Box::new(Told {
            kind: "about:blank",
            status: status.as_u16(),
            code,
            title: title.to_owned(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            confirm: Vec::new(),
            stale: None,
            retry_after: None,
        }))
    }

    /// No token that works.
    pub(super) fn unauthorized() -> Self {
        let detail =
            "Send a token that works in the header Authorization, as \"Bearer kortisto_…\".";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "No token", detail)
    }

    /// The token does not allow it.
    pub(super) fn forbidden(action: Action) -> Self {
        let detail = format!("The token has none of the scopes {}.", scopes(action));
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "Not allowed by the token",
            &detail,
        )
    }

    /// It takes an owner in person, and whoever came is not proved to be one.
    pub(super) fn not_in_person() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "not_in_person",
            "It takes an owner in person",
            "Send in the field owner the name and password of an owner who has given the undertaking, and a code of the second \
            factor where it is on.",
        )
    }

    /// Too many wrong tokens.
    pub(super) fn too_many(seconds: i64) -> Self {
        Self::wait("tokens", seconds)
    }

    /// Too many wrong passwords, or codes of a second factor.
    pub(super) fn too_many_proofs(seconds: i64) -> Self {
        Self::wait("passwords or codes", seconds)
    }

    fn wait(what: &str, seconds: i64) -> Self {
        let detail = format!("Too many wrong {what}. Try again in {seconds} seconds.");
        let mut refusal = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_attempts",
            "Too many attempts",
            &detail,
        );
        refusal.0.retry_after = Some(seconds);
        refusal
    }

    /// A body, or a parameter, that can't be read.
    pub(super) fn unreadable(status: StatusCode, detail: &str) -> Self {
        let (code, title) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The body is too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("not_json", "The body is not JSON"),
            StatusCode::UNPROCESSABLE_ENTITY => ("wrong_shape", "The body has another shape"),
            _ => ("unreadable", "The request can't be read"),
        };
        Self::new(status, code, title, detail)
    }

    /// Fields that can't be taken.
    pub(super) fn faults(faults: &Faults) -> Self {
        let errors = faults.all().map(|(field, message)| FieldError {
            field: json_name(field).to_owned(),
            message: message.to_owned(),
        });
        let mut refusal = Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "Fields can't be taken",
            "Correct the fields named in errors.",
        );
        refusal.0.errors = errors.collect();
        refusal
    }

    /// One field that can't be taken.
    pub(super) fn field(name: &str, message: &str) -> Self {
        let mut faults = Faults::default();
        faults.add(name, message);
        Self::faults(&faults)
    }

    /// Something has to be confirmed first.
    pub(super) fn unconfirmed(confirm: Vec<Confirmation>) -> Self {
        let mut refusal = Self::new(
            StatusCode::CONFLICT,
            "confirm_first",
            "Something has to be confirmed first",
            "Look at what confirm names, and send the same again with its codes in the field confirm.",
        );
        refusal.0.confirm = confirm;
        refusal
    }

    /// The card was changed since.
    pub(super) fn stale(stale: Stale) -> Self {
        let mut refusal = Self::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "The card has changed",
            "The card was changed since the version in If-Match. Nothing was saved; compare both values and send again.",
        );
        refusal.0.stale = Some(stale);
        refusal
    }

    /// No version to compare with.
    pub(super) fn version_needed() -> Self {
        let detail = "Send the card's version, as its ETag has it, in the header If-Match.";
        Self::new(
            StatusCode::PRECONDITION_REQUIRED,
            "version_needed",
            "If-Match is needed",
            detail,
        )
    }

    /// It stands otherwise than the request takes for granted.
    pub(super) fn conflict(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, "It stands otherwise", detail)
    }

    fn bare(status: StatusCode) -> Self {
        let (code, title, detail) = match status {
            StatusCode::NOT_FOUND => (
                "not_found",
                "Nothing there",
                "There is no such operation; /api/v1/openapi.json lists them all.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method_not_allowed",
                "Method not allowed",
                "Nothing at this address takes that method; the header Allow lists those that are taken.",
            ),
            _ => (
                "unreadable",
                "The request can't be read",
                "The request can't be read.",
            ),
        };
        Self::new(status, code, title, detail)
    }
}

/// The scopes that allow an action, in words.
pub(super) fn scopes(action: Action) -> String {
    let all = Scope::ALL.iter().filter(|scope| scope.allows(action));
    let all: Vec<&str> = all.map(|scope| scope.code()).collect();
    all.join(", ")
}

/// What the API calls a field of our forms.
fn json_name(field: &str) -> &str {
    match field {
        "place_name" | "guardian" => "name",
        "place_address" => "address",
        "place_phone" => "phone",
        "place" => "premises",
        "last" => "last_name",
        "first" => "first_name",
        "year" => "birth_year",
        "contract" => "contract_made",
        "folder" | "safe" | "destroyed" | "contract_kind" | "contract_date" => "contract",
        "sure" | "warnings_seen" => "confirm",
        "consent_date" => "date",
        "consent_method" => "method",
        "extend_reason" | "close_reason" => "reason",
        "noticed_time" => "noticed",
        "authority_date" | "authority_reason" => "authority",
        "persons_date" | "persons_reason" => "persons",
        other if other.starts_with("confirm_") => "confirm",
        other => other,
    }
}

const fn code(problem: &Problem) -> &'static str {
    match problem {
        Problem::LogIn(_)
        | Problem::Locked(_)
        | Problem::Prove(_)
        | Problem::Undertaking
        | Problem::Forged => "unauthorized",
        Problem::Foreign => "foreign",
        Problem::Forbidden => "forbidden",
        Problem::NotFound => "not_found",
        Problem::Erased(_) => "erased",
        Problem::Overdue => "overdue",
        Problem::Restricted => "restricted",
        Problem::ContactOnly => "contact_only",
        Problem::NoConsent => "no_consent",
        Problem::Minor => "maybe_minor",
        Problem::Claimed => "legal_claim",
        Problem::Quarantined => "quarantined",
        Problem::Stale => "unknown_version",
        Problem::Unreadable => "unreadable",
        Problem::Busy => "busy",
        Problem::Silent => "silent",
        Problem::Internal => "internal",
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let (title, detail) = problem.words(Language::English);
        Self::new(problem.status(), code(&problem), title, detail)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::BAD_REQUEST);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Gives what was refused before or beside a handler the shape of a refusal.
pub(crate) fn finish(mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        return Refusal::from(problem).into_response();
    }
    let status = response.status();
    let refused = status.is_client_error() || status.is_server_error();
    let ours = |kind: &HeaderValue| kind.as_bytes() == MEDIA.as_bytes();
    if !refused || response.headers().get(CONTENT_TYPE).is_some_and(ours) {
        return response;
    }
    let mut shaped = Refusal::bare(status).into_response();
    if let Some(allow) = response.headers_mut().remove(ALLOW) {
        shaped.headers_mut().insert(ALLOW, allow);
    }
    shaped
}
