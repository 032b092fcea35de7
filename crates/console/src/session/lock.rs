//! Locking a session and opening it again.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use register::audit::Act;

use crate::cookie;
use crate::form::{Faults, Field, Form, Input, hidden, whose};
use crate::house::House;
use crate::icon::Icon;
use crate::page::Page;
use crate::problem::{Problem, redirect};
use crate::session::login::{Next, Outcome, authenticate, log, minutes};
use crate::session::safe_next;
use crate::visitor::{Guest, GuestPosted};

/// The page of a locked session.
pub(crate) async fn page(guest: Guest, Query(next): Query<Next>) -> Response {
    let form = Form::default().with("next", safe_next(&next.next));
    match guest.session {
        None => redirect("/login"),
        Some((_, known)) if !known.locked => redirect(safe_next(&next.next)),
        Some(_) => show(&guest, &form, &Faults::default()),
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
    let fresh = house.sessions.rotate(&token, true, (house.clock)())?;
    let next = safe_next(form.get("next"));
    let mut response = redirect(&format!(
        "/lock?next={}",
        form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
    ));
    if let Some(fresh) = fresh {
        cookie::secret(
            response.headers_mut(),
            &house.cookies.session,
            &fresh.text(),
        );
    }
    Ok(response)
}

/// Opens the session again, with the password of the same user.
pub(crate) async fn open(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let t = guest.look.t;
    let (Some((token, _)), Some(user)) = (guest.session, guest.user.clone()) else {
        return Ok(redirect("/login"));
    };
    let name = user.profile.name.clone();
    let mut faults = Faults::default();
    let status = match authenticate(&house, &guest.device, Some(user), &name, &form).await? {
        Outcome::Right(user) => {
            log(&house, Some(user.id), Act::Unlocked).await?;
            let Some(fresh) = house.sessions.rotate(&token, false, (house.clock)())? else {
                return Ok(redirect("/login"));
            };
            let mut response = redirect(safe_next(form.get("next")));
            cookie::secret(
                response.headers_mut(),
                &house.cookies.session,
                &fresh.text(),
            );
            return Ok(response);
        }
        Outcome::Wrong => {
            faults.add("password", t.password_wrong());
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Outcome::Wait(wait) => {
            faults.add("password", t.login_wait(minutes(wait)));
            StatusCode::TOO_MANY_REQUESTS
        }
    };
    let mut response = show(&guest, &form, &faults);
    *response.status_mut() = status;
    Ok(response)
}

fn show(guest: &Guest, form: &Form, faults: &Faults) -> Response {
    let t = guest.look.t;
    let name = guest.user.as_ref().map_or("", |user| &user.profile.name);
    let csrf = guest
        .session
        .map_or_else(|| guest.csrf(), |(_, known)| known.csrf.text());
    let main = html! {
        div .door {
            h1 { (Icon::Lock.show()) (t.locked()) }
            p .lead { (t.locked_by(name)) }
            (faults.summary(t))
            form method="post" action="/lock" novalidate {
                (hidden("csrf", &csrf)) (hidden("next", form.get("next"))) (whose(name))
                (Field::new("password", t.password(), Input::Password).complete("current-password").required().show(form, faults))
                button .primary { (t.unlock()) }
            }
            form method="post" action="/logout" .aside {
                (hidden("csrf", &csrf))
                button .quiet { (t.other_user()) }
            }
        }
    };
    let mut response = Page::bare(&guest.look, t.locked(), main);
    guest.remember(response.headers_mut());
    response
}
