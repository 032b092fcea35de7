//! Logging in and out.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::SignedDuration;
use maud::html;
use register::audit::{Act, AuditEvent};
use register::directory::fold;
use register::id::{OPERATOR, RecordId};
use register::people::User;
use register::replica::Command;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::cookie;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::house::House;
use crate::lockout::Key;
use crate::page::Page;
use crate::problem::{Problem, redirect};
use crate::secret::{PASSWORD_MAX, Token};
use crate::session::lock::{people, tiles};
use crate::session::{safe_next, second};
use crate::visitor::{Guest, GuestPosted, Visitor};

/// Where to go after log-in.
#[derive(Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(crate) next: String,
}

/// The log-in page.
pub(crate) async fn page(guest: Guest, Query(next): Query<Next>) -> Response {
    if guest.session.is_some_and(|(_, known)| !known.locked) {
        return redirect(safe_next(&next.next));
    }
    let form = Form::default().with("next", safe_next(&next.next));
    show(&guest, &form, &Faults::default())
}

/// Takes name and password.
pub(crate) async fn submit(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let t = guest.look.t;
    let name = form.get("name");
    let mut faults = Faults::default();
    match authenticate(&house, &guest.device, find(&house, name), name, &form).await? {
        Outcome::Right(user) => second::admit(&house, &guest, &user, form.get("next")).await,
        Outcome::Wrong => {
            faults.add("name", t.login_wrong());
            let mut response = show(&guest, &form, &faults);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Outcome::Wait(wait) => {
            faults.add("name", t.login_wait(minutes(wait)));
            let mut response = show(&guest, &form, &faults);
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            Ok(response)
        }
    }
}

/// Opens a session and leads on.
pub(super) async fn enter(
    house: &House,
    guest: &Guest,
    user: RecordId,
    to: &str,
) -> Result<Response, Problem> {
    log(house, Some(user), Act::LoggedIn).await?;
    let token = house.sessions.open(user, &guest.device, (house.clock)())?;
    let mut response = redirect(to);
    cookie::secret(
        response.headers_mut(),
        &house.cookies.session,
        &token.text(),
    );
    Ok(response)
}

/// Ends the session; the next person starts with nothing of it.
pub(crate) async fn leave(
    State(house): State<Arc<House>>,
    GuestPosted { guest, .. }: GuestPosted,
) -> Result<Response, Problem> {
    if let Some((token, known)) = guest.session {
        house.sessions.close(&token);
        log(&house, Some(known.user), Act::LoggedOut).await?;
    }
    let mut response = redirect("/login");
    cookie::remove(response.headers_mut(), &house.cookies.session);
    Ok(response)
}

/// What came of an attempt.
pub(crate) enum Outcome {
    Right(Box<User>),
    Wrong,
    Wait(SignedDuration),
}

/// Checks the form's password: the same work and the same words whether the user exists or not.
pub(crate) async fn authenticate(
    house: &House,
    device: &Token,
    user: Option<User>,
    name: &str,
    form: &Form,
) -> Result<Outcome, Problem> {
    let keys = [Key::account(name), Key::device(&device.fingerprint())];
    if let Err(wait) = house.lockout.attempt(&keys, (house.clock)()) {
        return Ok(Outcome::Wait(wait));
    }
    let password: String = form
        .get("password")
        .chars()
        .take(PASSWORD_MAX + 1)
        .collect();
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let right = house.hashing.verify(Zeroizing::new(password), hash).await;
    let user = user.filter(|_| right);
    if user.is_none() {
        log(house, None, Act::Refused).await?;
    }
    Ok(match user {
        Some(user) => {
            house.lockout.forgive(&keys);
            Outcome::Right(Box::new(user))
        }
        None => Outcome::Wrong,
    })
}

/// Checks that somebody who is logged in gives their own password once more, in this field of the form; else says there
/// what is wrong. A wrong one is logged, and slows down the next.
pub(crate) async fn own_password(
    who: &Visitor,
    form: &Form,
    field: &str,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let (t, house) = (who.t(), who.house());
    let keys = [Key::account(&who.user.profile.name)];
    if let Err(wait) = house.lockout.attempt(&keys, (house.clock)()) {
        faults.add(field, t.login_wait(minutes(wait)));
        return Ok(());
    }
    let given: String = form.get(field).chars().take(PASSWORD_MAX + 1).collect();
    let hash = who.user.password.clone();
    if house.hashing.verify(Zeroizing::new(given), hash).await {
        house.lockout.forgive(&keys);
        return Ok(());
    }
    faults.add(field, t.password_wrong());
    log(house, Some(who.user.id), Act::Refused).await
}

pub(crate) async fn log(house: &House, who: Option<RecordId>, act: Act) -> Result<(), Problem> {
    let event = AuditEvent {
        who: who.unwrap_or(OPERATOR),
        act,
        record: who,
        reason: String::new(),
    };
    house.desk.ask(Command::Audit(event)).await?;
    Ok(())
}

/// The user called so, unless access has ended.
pub(crate) fn find(house: &House, name: &str) -> Option<User> {
    let wanted = fold(name.trim());
    let directory = house.desk.directory();
    directory
        .users()
        .find(|user| !user.disabled && fold(user.profile.name.trim()) == wanted)
        .cloned()
}

/// Whole minutes, rounded up.
pub(crate) fn minutes(wait: SignedDuration) -> usize {
    usize::try_from((wait.as_secs() + 59) / 60)
        .unwrap_or(1)
        .max(1)
}

fn show(guest: &Guest, form: &Form, faults: &Faults) -> Response {
    let t = guest.look.t;
    let main = html! {
        div .door {
            h1 { (t.log_in()) }
            (faults.summary(t))
            form method="post" action="/login" novalidate {
                (hidden("csrf", &guest.csrf())) (hidden("next", form.get("next")))
                (Field::new("name", t.user_name(), Input::Text).complete("username").required().show(form, faults))
                (Field::new("password", t.password(), Input::Password).complete("current-password").required().show(form, faults))
                button .primary { (t.log_in()) }
            }
            (tiles(t, &people(guest), None))
            p .aside { a href="/setup" { (t.have_code()) } }
        }
    };
    let mut response = Page::bare(&guest.look, t.log_in(), main);
    guest.remember(response.headers_mut());
    response
}
