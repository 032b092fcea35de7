//! A new user's first visit: one-time code, password, undertaking of confidentiality.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use register::audit::Act;
use register::document::FieldKey;
use register::edit::{Change, Edit, Target};
use register::people::{PasswordHash, Undertaking, User};
use register::replica::Command;
use register::value::Content;
use zeroize::Zeroizing;

use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, hidden, tick};
use crate::house::House;
use crate::lockout::Key;
use crate::page::Page;
use crate::problem::Problem;
use crate::secret::{PASSWORD_MAX, PASSWORD_MIN, is_setup_code, spent_code};
use crate::session::login::{find, log, minutes};
use crate::session::second;
use crate::text::Language;
use crate::visitor::{Guest, GuestPosted};

/// The page for a first visit.
pub(crate) async fn page(guest: Guest) -> Response {
    show(&guest, &Form::default(), &Faults::default())
}

/// Takes code, password and undertaking, and logs the user in.
pub(crate) async fn submit(
    State(house): State<Arc<House>>,
    GuestPosted { guest, form }: GuestPosted,
) -> Result<Response, Problem> {
    let t = guest.look.t;
    let mut faults = Faults::default();
    check_password(&house, form.get("name"), &form, &mut faults, t).await;
    if form.get("undertaking") != "yes" {
        faults.add("undertaking", t.undertaking_needed());
    }
    if !faults.is_empty() {
        return Ok(refused(
            &guest,
            &form,
            &faults,
            StatusCode::UNPROCESSABLE_ENTITY,
        ));
    }
    let now = (house.clock)();
    let name = form.get("name");
    let keys = [Key::account(name), Key::device(&guest.device.fingerprint())];
    if let Err(wait) = house.lockout.attempt(&keys, now) {
        faults.add("code", t.login_wait(minutes(wait)));
        return Ok(refused(
            &guest,
            &form,
            &faults,
            StatusCode::TOO_MANY_REQUESTS,
        ));
    }
    let user = find(&house, name).filter(|user| {
        let code = user.setup.clone().unwrap_or_else(spent_code);
        is_setup_code(form.get("code"), &code, now)
    });
    let Some(user) = user else {
        log(&house, None, Act::Refused).await?;
        faults.add("code", t.code_wrong());
        return Ok(refused(
            &guest,
            &form,
            &faults,
            StatusCode::UNPROCESSABLE_ENTITY,
        ));
    };
    let password = Zeroizing::new(form.get("password").to_owned());
    let hash = house.hashing.hash(password).await?;
    keep(&house, &user, hash).await?;
    log(&house, Some(user.id), Act::SetPassword).await?;
    house.lockout.forgive(&keys);
    house.sessions.close_all_of(user.id, None);
    // Whoever got the one-time code has not got the phone by that.
    second::admit(&house, &guest, &user, "/").await
}

/// Writes password and undertaking, and spends the code, in one edit.
async fn keep(house: &House, user: &User, hash: PasswordHash) -> Result<(), Problem> {
    let date = today(house.clock);
    let edit = Edit {
        target: Target::Seen(user.id, user.heads.clone()),
        author: user.id,
        changes: vec![
            Change::SetField(FieldKey::Password, Content::Password(hash)),
            Change::SetField(
                FieldKey::Undertaking,
                Content::Undertaking(Undertaking { date }),
            ),
            Change::SetField(FieldKey::SetupCode, Content::SetupCode(spent_code())),
        ],
    };
    house.desk.ask(Command::Edit(edit)).await?;
    Ok(())
}

/// Notes what is wrong with a new password of the user called `name` and with its repetition.
pub(crate) async fn check_password(
    house: &House,
    name: &str,
    form: &Form,
    faults: &mut Faults,
    t: Language,
) {
    let length = form.get("password").chars().count();
    if length < PASSWORD_MIN {
        faults.add("password", t.password_short(PASSWORD_MIN));
    } else if length > PASSWORD_MAX {
        faults.add("password", t.password_long(PASSWORD_MAX));
    } else if form.get("password") != form.get("again") {
        faults.add("again", t.password_differs());
    } else {
        let mut known = house.all_premises();
        known.push(name.to_owned());
        let password = Zeroizing::new(form.get("password").to_owned());
        if house.hashing.is_guessable(password, known).await {
            faults.add("password", t.password_guessable());
        }
    }
}

fn refused(guest: &Guest, form: &Form, faults: &Faults, status: StatusCode) -> Response {
    let mut response = show(guest, form, faults);
    *response.status_mut() = status;
    response
}

fn show(guest: &Guest, form: &Form, faults: &Faults) -> Response {
    let t = guest.look.t;
    let date = show_date(today(guest.look.house.clock));
    let main = html! {
        div .door {
            h1 { (t.setup()) }
            p .lead { (t.setup_lead()) }
            (faults.summary(t))
            form method="post" action="/setup" novalidate {
                (hidden("csrf", &guest.csrf()))
                (Field::new("name", t.user_name(), Input::Text).complete("username").required().show(form, faults))
                (Field::new("code", t.one_time_code(), Input::Text).hint(t.code_hint()).complete("one-time-code").required().show(form, faults))
                (Field::new("password", t.new_password(), Input::NewPassword).hint(t.password_hint())
                    .complete("new-password").required().show(form, faults))
                (Field::new("again", t.password_again(), Input::NewPassword).complete("new-password").required().show(form, faults))
                (tick("undertaking", &t.undertaking(&date), form, faults))
                button .primary { (t.set_up()) }
            }
            p .aside { a href="/login" { (t.log_in()) } }
        }
    };
    let mut response = Page::bare(&guest.look, t.setup(), main);
    guest.remember(response.headers_mut());
    response
}
