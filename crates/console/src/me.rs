//! A user's own choices: language, look, password.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use register::audit::Act;
use register::document::FieldKey;
use register::edit::{Change, Target};
use register::value::Content;
use zeroize::Zeroizing;

use crate::cookie;
use crate::form::{Faults, Field, Form, Input, choices, hidden, whose};
use crate::house::House;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::quick;
use crate::session::login::{Next, log, own_password};
use crate::session::safe_next;
use crate::session::setup::check_password;
use crate::text::Language;
use crate::visitor::{Posted, Theme, Visitor};

/// The page.
pub(crate) async fn page(who: Visitor) -> Response {
    show(&who, &Faults::default())
}

/// Keeps language and look in this browser.
pub(crate) async fn submit(Posted { form, .. }: Posted) -> Response {
    let mut response = redirect("/me");
    if let Some(language) = Language::from_code(form.get("language")) {
        cookie::lasting(response.headers_mut(), cookie::LANGUAGE, language.code());
    }
    if let Some(theme) = Theme::from_code(form.get("theme")) {
        cookie::lasting(response.headers_mut(), cookie::THEME, theme.code());
    }
    response
}

/// Chooses a language, before log-in too.
pub(crate) async fn language(
    State(_): State<Arc<House>>,
    Path(code): Path<String>,
    Query(next): Query<Next>,
) -> Result<Response, Problem> {
    let language = Language::from_code(&code).ok_or(Problem::NotFound)?;
    let mut response = redirect(safe_next(&next.next));
    cookie::lasting(response.headers_mut(), cookie::LANGUAGE, language.code());
    Ok(response)
}

/// Changes the password; every other session of this user ends.
pub(crate) async fn password(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let t = who.t();
    let house = who.house();
    let mut faults = Faults::default();
    check_password(house, &who.user.profile.name, &form, &mut faults, t).await;
    if faults.is_empty() {
        own_password(&who, &form, "old", &mut faults).await?;
    }
    if !faults.is_empty() {
        let mut response = show(&who, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let new = Zeroizing::new(form.get("password").to_owned());
    let hash = house.hashing.hash(new).await?;
    let change = Change::SetField(FieldKey::Password, Content::Password(hash));
    let target = Target::Seen(who.user.id, who.user.heads.clone());
    who.edit(target, vec![change]).await?;
    log(house, Some(who.user.id), Act::SetPassword).await?;
    house.sessions.close_all_of(who.user.id, Some(&who.token));
    Ok(redirect("/me"))
}

pub(crate) fn show(who: &Visitor, faults: &Faults) -> Response {
    let t = who.t();
    let languages = Language::ALL.map(|language| (language.code(), language.own_name()));
    let themes = Theme::ALL.map(|theme| (theme.code(), t.theme(theme)));
    let form = Form::default()
        .with("language", t.code())
        .with("theme", who.look.theme.code());
    let none = Faults::default();
    let main = html! {
        h1 { (who.user.profile.name) }
        p .muted { (t.role_name(who.user.profile.role)) }
        section .panel {
            header { h2 { (t.look_and_language()) } }
            form method="post" action="/me" {
                (hidden("csrf", who.csrf()))
                (choices("language", t.language(), &languages, &form, &none))
                (choices("theme", t.look_label(), &themes, &form, &none))
                button .primary { (t.save()) }
            }
        }
        section .panel {
            header { h2 { (t.change_password()) } }
            (faults.summary(t))
            form method="post" action="/me/password" novalidate {
                (hidden("csrf", who.csrf())) (whose(&who.user.profile.name))
                (Field::new("old", t.old_password(), Input::Password).complete("current-password").required().show(&form, faults))
                (Field::new("password", t.new_password(), Input::NewPassword).hint(t.password_hint()).complete("new-password").required().show(&form, faults))
                (Field::new("again", t.password_again(), Input::NewPassword).complete("new-password").required().show(&form, faults))
                button { (t.change_password()) }
            }
        }
        section .panel {
            header { h2 { (t.second_factor()) } }
            p { (if who.user.factor.is_some() { t.factor_is_on() } else { t.factor_is_off() }) }
            p { a .button href="/me/second-factor" { (t.factor_look()) } }
        }
        (quick::panel(who, faults))
        form method="post" action="/logout" {
            (hidden("csrf", who.csrf()))
            button { (t.log_out()) }
        }
    };
    Page {
        title: &who.user.profile.name,
        room: Room::Own,
        record: None,
        main,
    }
    .show(who)
}
