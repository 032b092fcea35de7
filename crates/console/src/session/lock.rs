//! Locking a session, and opening it or somebody else's in the same browser again.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::audit::Act;
use register::people::User;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::cookie;
use crate::form::{Faults, Field, Form, Input, hidden, whose};
use crate::house::House;
use crate::icon::Icon;
use crate::lockout::Key;
use crate::page::Page;
use crate::problem::{Problem, redirect};
use crate::secret::Token;
use crate::session::login::{Outcome, authenticate, log, minutes};
use crate::session::{Proof, safe_next};
use crate::text::Language;
use crate::visitor::{Guest, GuestPosted};

/// Whose session is to be opened, and where to go then.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    user: String,
    #[serde(default)]
    next: String,
}

/// The page of a locked session, with a tile for everybody who has one in this browser.
pub(crate) async fn page(guest: Guest, Query(chosen): Query<Chosen>) -> Response {
    let next = safe_next(&chosen.next);
    let open = guest.session.is_some_and(|(_, known)| !known.locked);
    if open && chosen.user.is_empty() {
        return redirect(next);
    }
    let people = people(&guest);
    match choose(&guest, &people, &chosen.user) {
        Some(user) => {
            let form = Form::default().with("next", next);
            show(&guest, user, &people, &form, &Faults::default())
        }
        None => redirect("/login"),
    }
}

/// Locks the session at once.
pub(crate) async fn now(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let Some((token, known)) = guest.session else {
        return Ok(redirect("/login"));
    };
    log(&house, Some(known.user), Act::Locked).await?;
    let fresh = house.sessions.shut(&token, (house.clock)())?;
    let next = safe_next(form.get("next"));
    let mut response = redirect(&format!(
        "/lock?next={}",
        form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
    ));
    if let Some(fresh) = fresh {
        carry(&house, &mut response, &fresh);
    }
    Ok(response)
}

/// Opens a session again, with the password or the quick code of its user.
pub(crate) async fn open(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let people = people(&guest);
    let Some(user) = choose(&guest, &people, form.get("user")) else {
        return Ok(redirect("/login"));
    };
    let mut faults = Faults::default();
    let (proof, status) = if form.has("code") {
        let status = quick(&house, &guest, user, form.get("code"), &mut faults).await?;
        (Proof::Quick, status)
    } else {
        let status = password(&house, &guest, user, &form, &mut faults).await?;
        (Proof::Password, status)
    };
    if !faults.is_empty() {
        let mut response = show(&guest, user, &people, &form, &faults);
        *response.status_mut() = status;
        return Ok(response);
    }
    // What locked is told before it opens again.
    house.tell_locked().await;
    log(&house, Some(user.id), Act::Unlocked).await?;
    let now = (house.clock)();
    let fresh = house.sessions.unlock(user.id, &guest.device, proof, now)?;
    let Some(fresh) = fresh else {
        return Ok(redirect("/login"));
    };
    // Somebody else starts on the first page: what was open is not theirs.
    let own = guest
        .session
        .is_some_and(|(_, known)| known.user == user.id);
    let next = if own {
        safe_next(form.get("next"))
    } else {
        "/"
    };
    let mut response = redirect(next);
    carry(&house, &mut response, &fresh);
    Ok(response)
}

async fn password(
    house: &House,
    guest: &Guest,
    user: &User,
    form: &Form,
    faults: &mut Faults,
) -> Result<StatusCode, Problem> {
    let t = guest.look.t;
    let name = &user.profile.name;
    let outcome = authenticate(house, &guest.device, Some(user.clone()), name, form).await?;
    Ok(match outcome {
        Outcome::Right(_) => StatusCode::OK,
        Outcome::Wrong => {
            faults.add("password", t.password_wrong());
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::Wait(wait) => {
            faults.add("password", t.login_wait(minutes(wait)));
            StatusCode::TOO_MANY_REQUESTS
        }
    })
}

/// A quick code opens only what this user opened in this browser today, and only for a few tries.
async fn quick(
    house: &House,
    guest: &Guest,
    user: &User,
    code: &str,
    faults: &mut Faults,
) -> Result<StatusCode, Problem> {
    let t = guest.look.t;
    let keys = [
        Key::quick(user.id),
        Key::device(&guest.device.fingerprint()),
    ];
    if let Err(wait) = house.lockout.attempt(&keys, (house.clock)()) {
        faults.add("password", t.login_wait(minutes(wait)));
        return Ok(StatusCode::TOO_MANY_REQUESTS);
    }
    let hash = user.quick.as_ref().and_then(|code| code.hash.clone());
    if hash.is_none() || !house.sessions.try_quick(user.id, &guest.device) {
        faults.add("password", t.quick_over());
        return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let code = Zeroizing::new(code.trim().to_owned());
    if house.hashing.verify(code, hash).await {
        house.lockout.forgive(&keys);
        return Ok(StatusCode::OK);
    }
    log(house, Some(user.id), Act::Refused).await?;
    if house.sessions.takes_quick(user.id, &guest.device) {
        faults.add("code", t.quick_wrong());
    } else {
        faults.add("password", t.quick_over());
    }
    Ok(StatusCode::UNPROCESSABLE_ENTITY)
}

pub(super) fn carry(house: &House, response: &mut Response, token: &Token) {
    let name = &house.cookies.session;
    cookie::secret(response.headers_mut(), name, &token.text());
}

/// Who has a session in this browser, whoever used it last first.
pub(super) fn people(guest: &Guest) -> Vec<User> {
    let house = &guest.look.house;
    let here = house.sessions.here(&guest.device, (house.clock)());
    let directory = house.desk.directory();
    here.into_iter()
        .filter_map(|id| directory.user(id))
        .filter(|user| !user.disabled)
        .cloned()
        .collect()
}

/// The one named, else whose session the browser carries, else whoever was there last.
fn choose<'a>(guest: &Guest, people: &'a [User], named: &str) -> Option<&'a User> {
    if !named.is_empty() {
        let named = named.parse().ok()?;
        return people.iter().find(|user| user.id == named);
    }
    let current = guest.session.map(|(_, known)| known.user);
    let own = people.iter().find(|user| Some(user.id) == current);
    own.or_else(|| people.first())
}

fn show(guest: &Guest, user: &User, people: &[User], form: &Form, faults: &Faults) -> Response {
    let t = guest.look.t;
    let name = &user.profile.name;
    let house = &guest.look.house;
    let quick = user.quick.is_some() && house.sessions.takes_quick(user.id, &guest.device);
    let csrf = guest
        .session
        .map_or_else(|| guest.csrf(), |(_, known)| known.csrf.text());
    let carried = html! {
        (hidden("csrf", &csrf)) (hidden("next", form.get("next"))) (hidden("user", &user.id.to_string()))
    };
    let with_password = html! {
        form method="post" action="/lock" novalidate {
            (carried) (whose(name))
            (Field::new("password", t.password(), Input::Password).complete("current-password").required().show(form, faults))
            button .primary[!quick] { (t.unlock()) }
        }
    };
    let main = html! {
        div .door {
            h1 { (Icon::Lock.show()) (t.locked()) }
            p .lead { (if quick { t.locked_by_quick(name) } else { t.locked_by(name) }) }
            (faults.summary(t))
            @if quick {
                form method="post" action="/lock" novalidate {
                    (carried)
                    (Field::new("code", t.quick_code(), Input::Pin).required().show(&Form::default(), faults))
                    button .primary { (t.unlock()) }
                }
                details .aside { summary { (t.quick_instead()) } (with_password) }
            } @else { (with_password) }
            (tiles(t, people, Some(user)))
            p .aside { a href="/login" { (t.other_user()) } }
        }
    };
    let mut response = Page::bare(&guest.look, t.locked(), main);
    guest.remember(response.headers_mut());
    response
}

/// The others who have a session in this browser.
pub(super) fn tiles(t: Language, people: &[User], chosen: Option<&User>) -> Markup {
    let others: Vec<&User> = people
        .iter()
        .filter(|user| chosen.is_none_or(|chosen| chosen.id != user.id))
        .collect();
    html! {
        @if !others.is_empty() {
            nav .tiles aria-labelledby="tiles" {
                h2 #tiles { (t.also_here()) }
                ul { @for user in others {
                    li { a .tile href={ "/lock?user=" (user.id) } {
                        strong { (user.profile.name) } span .muted { (t.role_name(user.profile.role)) }
                    } }
                } }
            }
        }
    }
}
