//! The undertaking of confidentiality to be signed (GDPR Articles 29 and 32(4)), and the agreement with each user
//! (Articles 28 and 29).

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::directory::fold;
use register::document::FieldKey;
use register::edit::{Change, Target};
use register::people::{Agreement, User};
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::form::Faults;
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::users::find;
use crate::visitor::{Posted, Visitor};

use super::{Printed, sheet};

/// The form without a name on it.
pub(crate) async fn blank(
    who: Visitor,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let path = "/admin/papers/undertaking";
    Ok(show(&who, path, printed.language(&who), None))
}

/// The form of one user.
pub(crate) async fn of_user(
    who: Visitor,
    Path(id): Path<String>,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let user = find(&who, &id)?;
    let path = format!("/admin/users/{}/undertaking", user.id);
    Ok(show(&who, &path, printed.language(&who), Some(&user)))
}

/// What is signed, after the title.
pub(crate) fn paragraphs(t: Language, head: &Letterhead) -> Vec<String> {
    let text = t.undertaking_paragraphs().iter();
    let text = text.map(|paragraph| (*paragraph).to_owned());
    head.controller_lines(t).into_iter().chain(text).collect()
}

fn show(who: &Visitor, path: &str, language: Language, user: Option<&User>) -> Response {
    let head = Letterhead::of(who.house());
    let name = user.map_or("", |user| &user.profile.name);
    let role = user.map_or("", |user| language.role_name(user.profile.role));
    let blanks = [
        (language.undertaking_name(), name),
        (language.undertaking_role(), role),
        (language.undertaking_date(), ""),
        (language.undertaking_sign(), ""),
        (language.undertaking_received(), ""),
    ];
    let paper = html! {
        h1 { (language.undertaking_form()) }
        @for paragraph in paragraphs(language, &head) { p { (paragraph) } }
        dl .signed { @for (word, text) in blanks { div { dt { (word) } dd { (text) } } } }
    };
    Page {
        title: who.t().undertaking_form(),
        room: Room::Desk,
        record: None,
        main: sheet(who, path, language, paper, html! {}),
    }
    .show(who)
}

/// Notes the day of the agreement with a user.
pub(crate) async fn agree(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let user = find(&who, &id)?;
    let Some(change) = agreed(&who, form.get("date")) else {
        let mut faults = Faults::default();
        faults.add(&format!("date-{}", user.id), who.t().agreement_wrong());
        let mut response = super::overview_of(&who, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    who.edit(Target::Seen(user.id, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/admin/papers#agreements"))
}

/// The change that notes the day of an agreement; `None` for what is no day that has come.
pub(crate) fn agreed(who: &Visitor, date: &str) -> Option<Change> {
    let now = today(who.house().clock);
    let date = read_date(date).filter(|date| (EARLIEST..=now).contains(date))?;
    let agreement = Content::Agreement(Agreement { date });
    Some(Change::SetField(FieldKey::Agreement, agreement))
}

/// The agreement and the form of each user who has access.
pub(super) fn agreements(who: &Visitor) -> Markup {
    let t = who.t();
    let mut users: Vec<User> = {
        let directory = who.house().desk.directory();
        directory
            .users()
            .filter(|user| !user.disabled)
            .cloned()
            .collect()
    };
    users.sort_by_cached_key(|user| fold(&user.profile.name));
    html! {
        section .panel #agreements {
            header { h2 { (t.agreement()) } }
            p .muted { (t.agreement_lead()) }
            div .scroll tabindex="0" role="group" aria-label=(t.agreement()) { table {
                thead { tr { th { (t.user_name()) } th { (t.role()) } th { (t.agreement_made()) } th { (t.undertaking_title()) } } }
                tbody { @for user in &users { (row(who, user)) } }
            } }
        }
    }
}

fn row(who: &Visitor, user: &User) -> Markup {
    let t = who.t();
    let path = format!("/admin/users/{}", user.id);
    let made = user.agreement.as_ref().map(|one| show_date(one.date));
    let id = format!("f-date-{}", user.id);
    html! {
        tr {
            td { strong { (user.profile.name) } }
            td { (t.role_name(user.profile.role)) }
            td {
                p { (made.as_deref().unwrap_or(t.agreement_none())) }
                form .inline method="post" action={ (path) "/agreement" } {
                    (hidden_state(who, &user.heads))
                    label .hide for=(id) { (t.agreement_made()) ": " (user.profile.name) }
                    input .short id=(id) name="date" type="text" value=(show_date(today(who.house().clock))) autocomplete="off";
                    button .quiet { (t.agreement_save()) }
                }
            }
            td {
                p { @if let Some(undertaking) = &user.undertaking { (show_date(undertaking.date)) } @else { "–" } }
                a href={ (path) "/undertaking" } { (t.undertaking_print()) }
            }
        }
    }
}
