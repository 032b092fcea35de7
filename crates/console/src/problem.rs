//! What can stand between a person and a page, and the pages that help from there.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::{HeaderValue, Response as HttpResponse};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use register::edit::EditError;
use register::id::RecordId;
use register::replica::Refusal;

use crate::desk::DeskError;
use crate::page::Page;
use crate::secret::SecretError;
use crate::text::Language;
use crate::visitor::Look;
use crate::{erasures, quarantine};

/// Why a page can't be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nobody is logged in; where to go afterwards.
    LogIn(String),
    /// The session is locked; where to go afterwards.
    Locked(String),
    /// The password is wanted once more; where to go afterwards.
    Prove(String),
    /// The user hasn't given the undertaking of confidentiality.
    Undertaking,
    /// The request isn't for this console, or comes from another site.
    Foreign,
    /// The form's token is not this session's.
    Forged,
    /// The user's role doesn't allow it.
    Forbidden,
    /// No such page, client or entry.
    NotFound,
    /// The card was erased; which, where the page knows.
    Erased(Option<RecordId>),
    /// The card's time is over: it is hidden and waits to be deleted.
    Overdue,
    /// The use of the card is restricted, so it can't be changed.
    Restricted,
    /// Nothing but contact details may be kept of the client.
    ContactOnly,
    /// There is no consent to health information on record.
    NoConsent,
    /// The client may be under age, so there is no marketing.
    Minor,
    /// A legal claim keeps the card from being erased.
    Claimed,
    /// The node is in quarantine and shows nobody.
    Quarantined,
    /// The page was made from a version that the register doesn't know.
    Stale,
    /// The form can't be read.
    Unreadable,
    /// Too many pages listen, or too much at once.
    Busy,
    /// The register doesn't answer.
    Silent,
    /// Something is wrong here.
    Internal,
}

impl Problem {
    /// The status that goes with it.
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::LogIn(_) | Self::Locked(_) | Self::Prove(_) => StatusCode::UNAUTHORIZED,
            Self::Undertaking | Self::Forged | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Foreign => StatusCode::MISDIRECTED_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Erased(_) | Self::Overdue => StatusCode::GONE,
            Self::Stale | Self::Claimed | Self::ContactOnly | Self::NoConsent | Self::Minor => {
                StatusCode::CONFLICT
            }
            Self::Restricted => StatusCode::LOCKED,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Silent | Self::Quarantined => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Where the person goes instead, for problems with a way on.
    pub(crate) fn way_on(&self) -> Option<String> {
        match self {
            Self::LogIn(next) if next == "/" => Some("/login".to_owned()),
            Self::LogIn(next) => Some(format!("/login?next={}", encode(next))),
            Self::Locked(next) => Some(format!("/lock?next={}", encode(next))),
            Self::Prove(next) => Some(format!("/confirm?next={}", encode(next))),
            Self::Undertaking => Some("/undertaking".to_owned()),
            _ => None,
        }
    }

    /// The page that explains it, or the way to the page that helps.
    pub(crate) fn page(&self, look: &Look) -> Response {
        if let Some(way_on) = self.way_on() {
            return redirect(&way_on);
        }
        let t = look.t;
        if *self == Self::Quarantined {
            return self.answer(look, t.closed_title(), quarantine::main(look));
        }
        let (title, text) = self.words(t);
        let main = html! {
            h1 { (title) }
            p .lead { (text) }
            @if let Some(record) = self.certificate(look) {
                p { (t.reference()) " " a .reference href={ "/erasures/" (record) } { (erasures::grouped(record)) } }
            }
            p { a .button href="/" { (t.to_start()) } }
        };
        self.answer(look, title, main)
    }

    /// A title, and a sentence or two that say what to do.
    pub(crate) const fn words(&self, t: Language) -> (&'static str, &'static str) {
        match self {
            Self::Quarantined => t.problem_closed(),
            Self::Forged => t.problem_forged(),
            Self::Forbidden => t.problem_forbidden(),
            Self::NotFound => t.problem_not_found(),
            Self::Erased(_) => t.problem_erased(),
            Self::Overdue => t.problem_overdue(),
            Self::Restricted => t.problem_restricted(),
            Self::Claimed => t.problem_claimed(),
            Self::ContactOnly => t.problem_contact_only(),
            Self::NoConsent => t.problem_no_consent(),
            Self::Minor => t.problem_minor(),
            Self::Stale => t.problem_stale(),
            Self::Unreadable => t.problem_unreadable(),
            Self::Busy => t.problem_busy(),
            Self::Silent => t.problem_silent(),
            Self::Foreign => t.problem_foreign(),
            Self::Internal
            | Self::LogIn(_)
            | Self::Locked(_)
            | Self::Prove(_)
            | Self::Undertaking => t.problem_internal(),
        }
    }

    /// The erased card whose certificate this person may see.
    fn certificate(&self, look: &Look) -> Option<RecordId> {
        match self {
            Self::Erased(record) if look.is_owner() => *record,
            _ => None,
        }
    }

    fn answer(&self, look: &Look, title: &str, main: Markup) -> Response {
        let mut response = Page::bare(look, title, main);
        *response.status_mut() = self.status();
        response
    }
}

/// Sends the browser on with a GET.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}

fn encode(path: &str) -> String {
    form_urlencoded::byte_serialize(path.as_bytes()).collect()
}

impl IntoResponse for Problem {
    /// A bare status; [`crate::gate`] puts the page around it, in the person's language.
    fn into_response(self) -> Response {
        let mut response = HttpResponse::new(axum::body::Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Silent => Self::Silent,
            DeskError::Refused(Refusal::Edit(EditError::NoRecord)) => Self::NotFound,
            DeskError::Refused(Refusal::Edit(EditError::Erased)) => Self::Erased(None),
            DeskError::Refused(
                Refusal::Edit(EditError::Restricted)
                | Refusal::Linked {
                    why: EditError::Restricted,
                    ..
                },
            ) => Self::Restricted,
            DeskError::Refused(
                Refusal::Edit(EditError::LegalClaim)
                | Refusal::Linked {
                    why: EditError::LegalClaim,
                    ..
                },
            ) => Self::Claimed,
            DeskError::Refused(Refusal::Edit(EditError::ContactOnly)) => Self::ContactOnly,
            DeskError::Refused(Refusal::Edit(EditError::NoConsent)) => Self::NoConsent,
            DeskError::Refused(Refusal::Edit(EditError::Minor)) => Self::Minor,
            DeskError::Refused(Refusal::Overdue) => Self::Overdue,
            DeskError::Refused(Refusal::Quarantined) => Self::Quarantined,
            DeskError::Refused(Refusal::Edit(EditError::UnknownVersion)) => Self::Stale,
            DeskError::Refused(refusal) => {
                tracing::error!(%refusal, "the register refused a page's command");
                Self::Internal
            }
        }
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        tracing::error!(%error, "a secret could not be made");
        Self::Internal
    }
}
