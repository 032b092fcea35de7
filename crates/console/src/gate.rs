//! What stands before every handler: which host, from which page, for how long; and after it: headers, help.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderName, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api;
use crate::house::House;
use crate::problem::Problem;
use crate::visitor::{FETCH, Frame, Guest, Look};

/// The longest a handler may take, its body's arrival included.
const HANDLER_TIME: Duration = Duration::from_secs(30);

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; \
    require-trusted-types-for 'script'; trusted-types kortisto";
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Runs before routing.
pub(crate) async fn pass(
    State(house): State<Arc<House>>,
    request: Request,
    next: Next,
) -> Response {
    let began = tokio::time::Instant::now();
    let fetched = request.headers().contains_key(FETCH);
    let look = Look::of(request.headers(), request.uri().path(), &house);
    let headers = request.headers().clone();
    let of_api = api::is_below(request.uri().path());
    let admitted = if of_api {
        admit_program(&request, &house.hosts)
    } else {
        admit(&request, &house.hosts)
    };
    let mut response = match admitted {
        Err(problem) => problem.into_response(),
        Ok(()) => match tokio::time::timeout(HANDLER_TIME, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Problem::Silent.into_response(),
        },
    };
    if of_api {
        response = api::finish(response);
    } else if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if !fetched {
            response = problem.page(&framed(look, &headers, &house));
        }
    } else if is_bare_refusal(&response) && !fetched {
        let problem = if response.status() == axum::http::StatusCode::NOT_FOUND {
            Problem::NotFound
        } else {
            Problem::Unreadable
        };
        let status = response.status();
        response = problem.page(&framed(look, &headers, &house));
        *response.status_mut() = status;
    }
    protect(response.headers_mut());
    if let Some(took) = &house.desk.took {
        took(began.elapsed());
    }
    response
}

/// Axum's own refusals (no such route, wrong method, too large) have no page of ours.
fn is_bare_refusal(response: &Response) -> bool {
    (response.status().is_client_error() || response.status().is_server_error())
        && response
            .headers()
            .get(CONTENT_TYPE)
            .is_none_or(|kind| !kind.as_bytes().starts_with(b"text/html"))
}

/// Shows who is logged in on pages of help too.
fn framed(mut look: Look, headers: &HeaderMap, house: &Arc<House>) -> Look {
    let found = Guest::of_headers(headers, look.path.as_str(), house).ok();
    if let Some(guest) = found
        && let (Some((_, known)), Some(user)) = (guest.session, guest.user)
        && !known.locked
    {
        look.user = Some(Frame::of(&user, &known));
    }
    look
}

/// The request is for this console, by one of its names.
fn own_host(request: &Request, hosts: &[String]) -> Result<(), Problem> {
    let host = one(request.headers(), &HOST).ok_or(Problem::Foreign)?;
    if !hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
        return Err(Problem::Foreign);
    }
    if request
        .uri()
        .authority()
        .is_some_and(|to| to.as_str() != host)
    {
        return Err(Problem::Foreign);
    }
    Ok(())
}

/// A program's request: it brings a token of its own and no cookie counts, so only pages of other sites are kept out.
fn admit_program(request: &Request, hosts: &[String]) -> Result<(), Problem> {
    own_host(request, hosts)?;
    let headers = request.headers();
    let site = one(headers, &FETCH_SITE);
    let navigates = one(headers, &FETCH_MODE) == Some("navigate");
    let elsewhere =
        headers.contains_key(ORIGIN) || !matches!(site, None | Some("same-origin" | "none"));
    if elsewhere && !navigates {
        return Err(Problem::Foreign);
    }
    Ok(())
}

/// A browser's request, which has to come from a page of ours.
fn admit(request: &Request, hosts: &[String]) -> Result<(), Problem> {
    own_host(request, hosts)?;
    let headers = request.headers();
    let host = one(headers, &HOST).ok_or(Problem::Foreign)?;
    let site = one(headers, &FETCH_SITE);
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if safe {
        let navigates = one(headers, &FETCH_MODE) == Some("navigate");
        let own = matches!(site, None | Some("same-origin" | "none"));
        return if own || navigates {
            Ok(())
        } else {
            Err(Problem::Foreign)
        };
    }
    let from_here = match one(headers, &ORIGIN) {
        Some(origin) => origin
            .strip_prefix("http://")
            .is_some_and(|from| from.eq_ignore_ascii_case(host)),
        None => site == Some("same-origin"),
    };
    let not_elsewhere = matches!(site, None | Some("same-origin"));
    if from_here && not_elsewhere {
        Ok(())
    } else {
        Err(Problem::Foreign)
    }
}

/// The header's value, if it is there exactly once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let first = all.next()?.to_str().ok()?;
    all.next().is_none().then_some(first)
}

fn protect(headers: &mut HeaderMap) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // "no-referrer" would make browsers send "Origin: null" with forms.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(OPENER, HeaderValue::from_static("same-origin"));
    headers.insert(RESOURCE, HeaderValue::from_static("same-origin"));
    headers.insert(
        PERMISSIONS,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
