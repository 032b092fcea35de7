//! Marketing permission (clause 12).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::card::Field as Slotted;
use register::contact::{Marketing, text};
use register::document::{FieldKey, Slot};
use register::edit::{Change, Target};
use register::marketing::WORDING;
use register::minor::Minority;
use register::value::Content;

use crate::card::{Opened, after_save, consider, hidden_state, open, seen, single};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, choices};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The form.
pub(crate) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    if opened.card.marketing.is_conflict() {
        return Ok(redirect(&format!("{}/conflicts", opened.path())));
    }
    let mut form = single(&opened.card.marketing)
        .map(|held| fill(&held.value))
        .unwrap_or_default();
    // Asking anew is what this form is opened for.
    form.put("asked", show_date(today(who.house().clock)));
    Ok(show(&who, &opened, &form, &Faults::default()))
}

/// Saves it.
pub(crate) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let card = &considered.basis().card;
    let mut faults = Faults::default();
    let read = read(who.t(), &form, &mut faults);
    let minor = card.minority(today(who.house().clock)) != Minority::No;
    if minor && read.as_ref().is_some_and(|said| said.allowed) {
        faults.add("allowed", who.t().minor_marketing());
    }
    let Some(marketing) = read.filter(|_| faults.is_empty()) else {
        let opened = considered.shown(&who).await?;
        let mut response = show(&who, &opened, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let change = Change::SetField(FieldKey::Marketing, Content::Marketing(marketing));
    let (record, heads) = who.edit(Target::Seen(card.id, heads), vec![change]).await?;
    after_save(&who, record, &heads, &[Slot::Field(FieldKey::Marketing)]).await
}

fn show(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let heads = seen(form).unwrap_or_else(|_| opened.card.heads.clone());
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.marketing()) }
        @if matches!(opened.card.marketing, Slotted::Awaited) { p .strip { (t.not_known_yet()) } }
        (faults.summary(t))
        form .sheet method="post" action={ (opened.path()) "/marketing" } novalidate data-guard {
            (hidden_state(who, &heads))
            (inputs(t, form, faults))
            p .actions { button .primary { (t.save()) } a href=(opened.path()) { (t.cancel()) } }
        }
    };
    Page {
        title: t.marketing(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

pub(super) fn fill(marketing: &Marketing) -> Form {
    Form::default()
        .with("allowed", if marketing.allowed { "yes" } else { "no" })
        .with("asked", marketing.asked.map(show_date).unwrap_or_default())
        .with("channel", marketing.channel.as_str())
}

pub(super) fn inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    html! {
        (choices("allowed", t.marketing_question(), &[("yes", t.marketing_yes()), ("no", t.marketing_no())], form, faults))
        p .hint { (t.marketing_wording()) }
        (Field::new("asked", t.asked_on(), Input::Date).hint(t.date_hint()).show(form, faults))
        (Field::new("channel", t.asked_how(), Input::Text).hint(t.asked_how_hint()).show(form, faults))
    }
}

pub(super) fn read(t: Language, form: &Form, faults: &mut Faults) -> Option<Marketing> {
    let allowed = match form.get("allowed") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            faults.add("allowed", t.choose_one());
            None
        }
    };
    let asked = super::entry::optional_date(t, form, "asked", faults);
    let channel = faults.take("channel", text(form.get("channel")), t);
    Some(Marketing {
        allowed: allowed?,
        asked: asked?,
        channel: channel?,
        wording: WORDING.to_owned(),
    })
}

pub(super) fn lines(t: Language, marketing: &Marketing) -> Vec<(&'static str, String)> {
    let permission = if marketing.allowed {
        t.marketing_yes()
    } else {
        t.marketing_no()
    };
    vec![
        (t.marketing(), permission.to_owned()),
        (
            t.asked_on(),
            marketing.asked.map(show_date).unwrap_or_default(),
        ),
        (t.asked_how(), marketing.channel.clone()),
        (t.asked_wording(), marketing.wording.clone()),
    ]
}
