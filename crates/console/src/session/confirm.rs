//! The password once more, before what takes data out or can't be undone.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use register::audit::Act;

use crate::factor::{Checked, check};
use crate::form::{Faults, Field, Form, Input, hidden, whose};
use crate::house::House;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::session::lock::carry;
use crate::session::login::{Next, Outcome, authenticate, log, minutes};
use crate::session::safe_next;
use crate::visitor::{Guest, Posted, Visitor};

/// Asks for the password, and for a code where the second factor is on.
pub(crate) async fn page(who: Visitor, Query(next): Query<Next>) -> Response {
    let form = Form::default().with("next", safe_next(&next.next));
    show(&who, &form, &Faults::default())
}

/// Takes them and leads back.
pub(crate) async fn submit(
    State(house): State<Arc<House>>,
    guest: Guest,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let t = who.t();
    let mut faults = Faults::default();
    let name = &who.user.profile.name;
    let user = Some(who.user.clone());
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    match authenticate(&house, &guest.device, user, name, &form).await? {
        Outcome::Right(_) => status = second(&house, &who, &form, &mut faults).await?,
        Outcome::Wrong => faults.add("password", t.password_wrong()),
        Outcome::Wait(wait) => {
            faults.add("password", t.login_wait(minutes(wait)));
            status = StatusCode::TOO_MANY_REQUESTS;
        }
    }
    if !faults.is_empty() {
        let mut response = show(&who, &form, &faults);
        *response.status_mut() = status;
        return Ok(response);
    }
    log(&house, Some(who.user.id), Act::LoggedIn).await?;
    let mut response = redirect(safe_next(form.get("next")));
    if let Some(fresh) = house.sessions.prove(&who.token, (house.clock)())? {
        carry(&house, &mut response, &fresh);
    }
    Ok(response)
}

async fn second(
    house: &House,
    who: &Visitor,
    form: &Form,
    faults: &mut Faults,
) -> Result<StatusCode, Problem> {
    let t = who.t();
    let Some(factor) = &who.user.factor else {
        return Ok(StatusCode::OK);
    };
    match check(house, &who.user, factor, form.get("code")).await? {
        Checked::Phone | Checked::Recovery => {}
        Checked::Wrong => faults.add("code", t.factor_wrong()),
        Checked::Wait(wait) => {
            faults.add("code", t.login_wait(minutes(wait)));
            return Ok(StatusCode::TOO_MANY_REQUESTS);
        }
    }
    Ok(StatusCode::UNPROCESSABLE_ENTITY)
}

fn show(who: &Visitor, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    // Neither is ever shown again.
    let blank = Form::default();
    let main = html! {
        div .door {
            h1 { (t.confirm_title()) }
            p .lead { (t.confirm_lead()) }
            (faults.summary(t))
            form method="post" action="/confirm" novalidate {
                (hidden("csrf", who.csrf())) (hidden("next", form.get("next"))) (whose(&who.user.profile.name))
                (Field::new("password", t.password(), Input::Password).complete("current-password").required().show(&blank, faults))
                @if who.user.factor.is_some() {
                    (Field::new("code", t.factor_code(), Input::Text).hint(t.factor_ask_hint())
                        .complete("one-time-code").required().show(&blank, faults))
                }
                div .actions { button .primary { (t.go_on()) } a .button href="/" { (t.cancel()) } }
            }
        }
    };
    Page {
        title: t.confirm_title(),
        room: Room::Own,
        record: None,
        main,
    }
    .show(who)
}
