//! The undertaking of confidentiality of a user who has a password but hasn't given it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use register::document::FieldKey;
use register::edit::{Change, Edit, Target};
use register::people::Undertaking;
use register::replica::Command;
use register::value::Content;

use crate::clock::{show_date, today};
use crate::form::{Faults, Form, hidden, tick};
use crate::house::House;
use crate::page::Page;
use crate::problem::{Problem, redirect};
use crate::visitor::{Guest, GuestPosted};

/// Asks for it.
pub(crate) async fn page(guest: Guest) -> Response {
    match (&guest.session, &guest.user) {
        (Some((_, known)), Some(user)) if !known.locked && user.undertaking.is_none() => {
            show(&guest, &Faults::default())
        }
        _ => redirect("/"),
    }
}

/// Takes it down.
pub(crate) async fn submit(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let user = match (&guest.session, &guest.user) {
        (Some((_, known)), Some(user)) if !known.locked => user,
        _ => return Ok(redirect("/login")),
    };
    if form.get("undertaking") != "yes" {
        let mut faults = Faults::default();
        faults.add("undertaking", guest.look.t.undertaking_needed());
        let mut response = show(&guest, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let date = today(house.clock);
    let edit = Edit {
        target: Target::Seen(user.id, user.heads.clone()),
        author: user.id,
        changes: vec![Change::SetField(
            FieldKey::Undertaking,
            Content::Undertaking(Undertaking { date }),
        )],
    };
    house.desk.ask(Command::Edit(edit)).await?;
    Ok(redirect("/"))
}

fn show(guest: &Guest, faults: &Faults) -> Response {
    let t = guest.look.t;
    let csrf = guest
        .session
        .map_or_else(|| guest.csrf(), |(_, known)| known.csrf.text());
    let date = show_date(today(guest.look.house.clock));
    let main = html! {
        div .door {
            h1 { (t.undertaking_title()) }
            (faults.summary(t))
            form method="post" action="/undertaking" novalidate {
                (hidden("csrf", &csrf))
                (tick("undertaking", &t.undertaking(&date), &Form::default(), faults))
                button .primary { (t.go_on()) }
            }
            form method="post" action="/logout" .aside {
                (hidden("csrf", &csrf))
                button .quiet { (t.other_user()) }
            }
        }
    };
    Page::bare(&guest.look, t.undertaking_title(), main)
}
