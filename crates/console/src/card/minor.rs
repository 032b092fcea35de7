//! Clients who may be under age (decision 6): whether they are 18, and a guardian's consent.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::contact::required;
use register::document::{FieldKey, Slot};
use register::edit::{Change, Target};
use register::minor::{AdultCheck, GuardianConsent, GuardianMethod, Minority};
use register::value::Content;

use crate::card::{Opened, after_save, consider, hidden_state, open, seen, single};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, choices};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The strip of a card's band while the client may be under age.
pub(super) fn strip(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let minority = card.minority(today(who.house().clock));
    let guardian = card.guardian.newest();
    html! {
        @if minority != Minority::No {
            div .strip.(if guardian.is_some() { "info" } else { "warn" }) {
                (Icon::Info.show())
                strong { @if minority == Minority::Yes { (t.minor_is()) } @else { (t.maybe_minor()) } }
                @match guardian {
                    Some(one) => span { (t.guardian_given(&one.name, t.guardian_how(one.method), &show_date(one.date))) },
                    None => span { (t.guardian_missing()) },
                }
                @if opened.may_change(who, Action::EditContact) { a href={ (opened.path()) "/minor" } { (t.minor_check()) } }
            }
        }
    }
}

/// The two forms.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let mut form = Form::default();
    if let Some(held) = single(&opened.card.adult_check) {
        form.put("adult", yes_no(held.value.adult));
    }
    if let Some(held) = single(&opened.card.guardian) {
        form.put("guardian", held.value.name.as_str());
        form.put("method", held.value.method.code());
    }
    Ok(show(&who, &opened, &form, &Faults::default()))
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// Records whether the client is 18.
pub(super) async fn check(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let adult = match form.get("adult") {
        "yes" => true,
        "no" => false,
        _ => {
            let mut faults = Faults::default();
            faults.add("adult", who.t().choose_one());
            let opened = considered.shown(&who).await?;
            return Ok(refused(show(&who, &opened, &form, &faults)));
        }
    };
    let target = Target::Seen(considered.basis().card.id, heads);
    let change = adult_check(&who, adult);
    let (record, heads) = who.edit(target, vec![change]).await?;
    after_save(&who, record, &heads, &[Slot::Field(FieldKey::AdultCheck)]).await
}

/// That somebody found out today whether the client is 18.
pub(crate) fn adult_check(who: &Visitor, adult: bool) -> Change {
    let check = AdultCheck {
        adult,
        date: today(who.house().clock),
        by: Some(who.user.id),
    };
    Change::SetField(FieldKey::AdultCheck, Content::AdultCheck(check))
}

/// The consent of a guardian, given today, that a form tells of.
pub(crate) fn read_guardian(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Change> {
    let t = who.t();
    let name = faults.take("guardian", required(form.get("guardian")), t);
    let method = GuardianMethod::from_code(form.get("method"));
    if method.is_none() {
        faults.add("method", t.choose_one());
    }
    let consent = GuardianConsent {
        name: name?,
        method: method?,
        date: today(who.house().clock),
        by: Some(who.user.id),
    };
    let content = Content::GuardianConsent(consent);
    Some(Change::SetField(FieldKey::Guardian, content))
}

/// Records a guardian's consent.
pub(super) async fn guardian(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let mut faults = Faults::default();
    let Some(change) = read_guardian(&who, &form, &mut faults) else {
        let opened = considered.shown(&who).await?;
        return Ok(refused(show(&who, &opened, &form, &faults)));
    };
    let target = Target::Seen(considered.basis().card.id, heads);
    let (record, heads) = who.edit(target, vec![change]).await?;
    after_save(&who, record, &heads, &[Slot::Field(FieldKey::Guardian)]).await
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let heads = seen(form).unwrap_or_else(|_| opened.card.heads.clone());
    let path = format!("{}/minor", opened.path());
    let methods: Vec<_> = GuardianMethod::ALL
        .iter()
        .map(|one| (one.code(), t.guardian_how(*one)))
        .collect();
    let answers = [("yes", t.minor_yes()), ("no", t.minor_no())];
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.minor()) }
        p .lead { (t.minor_lead()) }
        (faults.summary(t))
        form .sheet method="post" action=(path) novalidate {
            (hidden_state(who, &heads))
            (choices("adult", t.minor_question(), &answers, form, faults))
            p .actions { button .primary { (t.minor_save()) } a href=(opened.path()) { (t.cancel()) } }
        }
        section .panel {
            header { h2 { (t.guardian()) } }
            form .sheet method="post" action={ (path) "/guardian" } novalidate data-guard {
                (hidden_state(who, &heads))
                (Field::new("guardian", t.guardian_name(), Input::Text).required().show(form, faults))
                (choices("method", t.guardian_method(), &methods, form, faults))
                p .actions { button { (t.guardian_save()) } }
            }
        }
    };
    Page {
        title: t.minor(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

pub(super) fn check_lines(t: Language, check: &AdultCheck) -> Vec<(&'static str, String)> {
    let word = if check.adult {
        t.minor_yes()
    } else {
        t.minor_no()
    };
    vec![
        (t.minor_question(), word.to_owned()),
        (t.date(), show_date(check.date)),
    ]
}

pub(super) fn guardian_lines(t: Language, one: &GuardianConsent) -> Vec<(&'static str, String)> {
    vec![
        (t.guardian_name(), one.name.clone()),
        (t.guardian_method(), t.guardian_how(one.method).to_owned()),
        (t.date(), show_date(one.date)),
    ]
}
