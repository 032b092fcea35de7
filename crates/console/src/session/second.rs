//! The second step of logging in, for users who have a second factor.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::SignedDuration;
use maud::html;
use register::people::{SecondFactor, User};

use crate::cookie;
use crate::factor::{Checked, check};
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::house::House;
use crate::page::Page;
use crate::problem::{Problem, redirect};
use crate::secret::Token;
use crate::session::login::{Next, enter, minutes};
use crate::session::safe_next;
use crate::visitor::{Guest, GuestPosted};

/// Lets in who gave the right password, or asks for the second factor first.
pub(super) async fn admit(
    house: &House,
    guest: &Guest,
    user: &User,
    next: &str,
) -> Result<Response, Problem> {
    let next = safe_next(next);
    if user.factor.is_none() {
        return enter(house, guest, user.id, next).await;
    }
    let token = house.sessions.begin(user.id, (house.clock)())?;
    let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mut response = redirect(&format!("/login/code?next={query}"));
    cookie::secret(
        response.headers_mut(),
        &house.cookies.session,
        &token.text(),
    );
    Ok(response)
}

/// Asks for the code.
pub(crate) async fn page(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    guest: Guest,
    Query(next): Query<Next>,
) -> Response {
    if begun(&house, &headers).is_none() {
        return redirect("/login");
    }
    let form = Form::default().with("next", safe_next(&next.next));
    show(&guest, &form, &Faults::default())
}

/// Takes the code.
pub(crate) async fn submit(
    State(house): State<Arc<House>>,
    headers: HeaderMap,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let Some((token, user, factor)) = begun(&house, &headers) else {
        return Ok(redirect("/login"));
    };
    let to = match check(&house, &user, &factor, form.get("code")).await? {
        Checked::Phone => safe_next(form.get("next")),
        Checked::Recovery => "/me/second-factor",
        Checked::Wait(wait) => return Ok(wait_for(&guest, &form, wait)),
        Checked::Wrong => {
            let mut faults = Faults::default();
            faults.add("code", guest.look.t.factor_wrong());
            let mut response = show(&guest, &form, &faults);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
    };
    house.sessions.close(&token);
    enter(&house, &guest, user.id, to).await
}

/// Who has given the password in this browser, while their second factor is on.
fn begun(house: &House, headers: &HeaderMap) -> Option<(Token, User, SecondFactor)> {
    let token = cookie::read(headers, &house.cookies.session).and_then(Token::read)?;
    let user = house.sessions.begun(&token, (house.clock)())?;
    let directory = house.desk.directory();
    let user = directory.user(user).filter(|user| !user.disabled)?.clone();
    let factor = user.factor.clone()?;
    Some((token, user, factor))
}

fn wait_for(guest: &Guest, form: &Form, wait: SignedDuration) -> Response {
    let mut faults = Faults::default();
    faults.add("code", guest.look.t.login_wait(minutes(wait)));
    let mut response = show(guest, form, &faults);
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response
}

fn show(guest: &Guest, form: &Form, faults: &Faults) -> Response {
    let t = guest.look.t;
    // A code is never shown again.
    let blank = Form::default();
    let main = html! {
        div .door {
            h1 { (t.second_factor()) }
            p .lead { (t.factor_ask()) }
            (faults.summary(t))
            form method="post" action="/login/code" novalidate {
                (hidden("csrf", &guest.csrf())) (hidden("next", form.get("next")))
                (Field::new("code", t.factor_code(), Input::Text).hint(t.factor_ask_hint())
                    .complete("one-time-code").required().show(&blank, faults))
                button .primary { (t.log_in()) }
            }
            p .aside { a href="/login" { (t.other_user()) } }
        }
    };
    let mut response = Page::bare(&guest.look, t.second_factor(), main);
    guest.remember(response.headers_mut());
    response
}
