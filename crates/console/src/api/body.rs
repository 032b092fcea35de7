//! What comes with a request: JSON bodies, parameters, and the version that the caller saw.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Query, Request};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use register::access::Action;
use register::card::Card;
use register::document::Heads;
use register::edit::Target;
use register::id::RecordId;
use register::ledger::Reason;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::card::forget;
use crate::form::Form;
use crate::house::House;
use crate::visitor::Visitor;

use super::refusal::{Refusal, Stale};

/// A JSON body. What is in it may be anybody's name, so no refusal repeats it.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<House>> for Sent<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Refusal> {
        match Json::<T>::from_request(request, house).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refusal(&rejection)),
        }
    }
}

fn refusal(rejection: &JsonRejection) -> Refusal {
    let (status, detail) = match rejection {
        JsonRejection::JsonDataError(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "The body lacks a field, has one too many, or one of another type than described.",
        ),
        JsonRejection::MissingJsonContentType(_) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send a body of the type application/json.",
        ),
        JsonRejection::BytesRejection(bytes) if bytes.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            (StatusCode::PAYLOAD_TOO_LARGE, "A body has at most 64 KiB.")
        }
        _ => (StatusCode::BAD_REQUEST, "The body is not sound JSON."),
    };
    Refusal::unreadable(status, detail)
}

/// The parameters after the question mark.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<House>> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Refusal> {
        let read: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, house).await;
        let Ok(Query(asked)) = read else {
            let detail = "A parameter is not as described, or there is one too many.";
            return Err(Refusal::unreadable(StatusCode::BAD_REQUEST, detail));
        };
        Ok(Self(asked))
    }
}

/// The version of the card that the caller saw.
pub(super) struct Version(String);

impl FromRequestParts<Arc<House>> for Version {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<House>) -> Result<Self, Refusal> {
        let sent = if_match(&parts.headers).ok_or_else(Refusal::version_needed)?;
        Ok(Self(sent.trim().trim_matches('"').to_owned()))
    }
}

fn if_match(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(IF_MATCH).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

impl Version {
    /// The card as the caller saw it, which it still has to be; else both values are told.
    pub(super) fn of<C: Serialize, S: Serialize>(
        &self,
        card: &Card,
        current: &C,
        sent: &S,
    ) -> Result<Target, Refusal> {
        self.of_record(card.id, &card.heads, current, sent)
    }

    /// The same of another record than a card.
    pub(super) fn of_record<C: Serialize, S: Serialize>(
        &self,
        id: RecordId,
        heads: &Heads,
        current: &C,
        sent: &S,
    ) -> Result<Target, Refusal> {
        let version = version(heads);
        if self.0 == version {
            return Ok(Target::Seen(id, heads.clone()));
        }
        Err(Refusal::stale(Stale {
            version,
            current: serde_json::to_value(current).unwrap_or_default(),
            sent: serde_json::to_value(sent).unwrap_or_default(),
        }))
    }
}

/// A card's version in a word.
pub(super) fn version(heads: &Heads) -> String {
    let heads: Vec<String> = heads
        .as_slice()
        .iter()
        .map(|hash| data_encoding::HEXLOWER.encode(hash))
        .collect();
    heads.join(".")
}

/// An answer with the version of what it shows.
pub(super) fn tagged<T: Serialize>(heads: &Heads, body: T) -> Response {
    let mut response = Json(body).into_response();
    let tag = format!("\"{}\"", version(heads));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Whether what stood before goes from history as well.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Redaction {
    /// Remove what stood before from history as well, everywhere and for good. Needs the scope `clients:redact` too.
    #[serde(default)]
    redact: bool,
}

impl Redaction {
    /// Why it goes, if it is to go, which the caller has to be allowed.
    pub(super) fn reason(
        &self,
        who: &Visitor,
        action: Action,
        reason: Reason,
    ) -> Result<Option<Reason>, Refusal> {
        let form = Form::default().with("redact", yes(self.redact));
        let asked = forget::asked(who, action, &form)?;
        Ok(asked.then_some(reason))
    }
}

/// Bodies that are read as the console's forms are, by the same rules.
pub(super) trait AsForm {
    /// The form.
    fn form(&self) -> Form;
}

/// A yes-or-no field of a form.
pub(super) const fn yes(on: bool) -> &'static str {
    if on { "yes" } else { "no" }
}
