//! Consent to health information (GDPR Articles 7 and 9(2)(a)): taken with the first entry, or in one step of its own.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::Field as Slotted;
use register::consent::{ConsentMethod, HealthConsent};
use register::document::{FieldKey, Slot};
use register::edit::{Change, Target};
use register::value::Content;

use crate::card::{Opened, after_save, consider, hidden_state, open, seen};
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::consent_texts;
use crate::form::{Faults, Field, Form, Input, choices};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The form.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    opened.takes_care()?;
    if opened.card.health_consent.is_conflict() {
        return Ok(redirect(&format!("{}/conflicts", opened.path())));
    }
    Ok(show(&who, &opened, &Form::default(), &Faults::default()))
}

/// Records it.
pub(super) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let mut faults = Faults::default();
    let Some(change) = read(&who, &form, &mut faults) else {
        let opened = considered.shown(&who).await?;
        let mut response = show(&who, &opened, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let target = Target::Seen(considered.basis().card.id, heads);
    let (record, heads) = who.edit(target, vec![change]).await?;
    after_save(
        &who,
        record,
        &heads,
        &[Slot::Field(FieldKey::HealthConsent)],
    )
    .await
}

fn show(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let heads = seen(form).unwrap_or_else(|_| opened.card.heads.clone());
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.consent()) }
        (faults.summary(t))
        form .sheet method="post" action={ (opened.path()) "/health/consent" } novalidate data-guard {
            (hidden_state(who, &heads))
            (inputs(who, form, faults))
            p .actions { button .primary { (t.consent_record()) } a href=(opened.path()) { (t.cancel()) } }
        }
    };
    Page {
        title: t.consent(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

/// The text in use, and how the client consented to it.
pub(super) fn inputs(who: &Visitor, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let version = consent_texts::current(who.house());
    let methods: Vec<_> = ConsentMethod::ALL
        .iter()
        .map(|one| (one.code(), t.consent_given_how(*one)))
        .collect();
    let date = show_date(today(who.house().clock));
    let mut filled = form.clone();
    if !form.has("consent_date") {
        filled.put("consent_date", date);
    }
    html! {
        p .lead { (t.consent_lead()) }
        blockquote .text { (consent_texts::text(who, version)) }
        p .muted { (t.consent_version_title(version)) }
        (crate::form::hidden("consent_version", &version.to_string()))
        (choices("consent_method", t.consent_method(), &methods, form, faults))
        (Field::new("consent_date", t.consent_date(), Input::Date).hint(t.date_hint()).required().show(&filled, faults))
    }
}

/// The consent that the form tells of. It is to the version that the page showed.
pub(crate) fn read(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Change> {
    let t = who.t();
    let method = ConsentMethod::from_code(form.get("consent_method"));
    if method.is_none() {
        faults.add("consent_method", t.choose_one());
    }
    let date = read_date(form.get("consent_date")).filter(|date| *date >= EARLIEST);
    match date {
        None => faults.add("consent_date", t.date_wrong()),
        Some(date) if date > today(who.house().clock) => {
            faults.add("consent_date", t.date_in_future());
        }
        Some(_) => {}
    }
    let version = form.get("consent_version").parse().ok();
    let known = version.filter(|version| consent_texts::is_known(who.house(), *version));
    let consent = HealthConsent {
        version: known.unwrap_or_else(|| consent_texts::current(who.house())),
        date: date.filter(|date| *date <= today(who.house().clock))?,
        method: method?,
        taker: Some(who.user.id),
        withdrawn: None,
    };
    Some(Change::SetField(
        FieldKey::HealthConsent,
        Content::HealthConsent(consent),
    ))
}

/// How the consent stands, in the health part of the card.
pub(super) fn standing(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let path = format!("{}/health/consent", opened.path());
    let may = opened.may_change(who, Action::RecordCare) && !card.contact_only();
    let older = |consent: &HealthConsent| consent.version < consent_texts::current(who.house());
    html! {
        @match &card.health_consent {
            Slotted::Awaited => p .muted { (t.consent()) ": " (t.not_known_yet()) },
            Slotted::Unreadable => p .muted { (t.consent()) ": " (t.unreadable_here()) },
            Slotted::Absent | Slotted::Removed | Slotted::Value(_) | Slotted::Conflict(_) => "",
        }
        @for held in card.health_consent.all() {
            @let one = &held.value;
            p .muted {
                (t.consent_given(&show_date(one.date), one.version, t.consent_given_how(one.method)))
                " " a href={ "/consent#v" (one.version) } { (t.consent_read()) }
                @if let Some(taker) = one.taker { " " (who.house().user_name(taker, t)) }
                @if let Some(date) = one.withdrawn { " " (t.consent_withdrawn_on(&show_date(date))) }
            }
            @if one.withdrawn.is_none() && older(one) {
                p .strip.info { (Icon::Info.show()) span { (t.consent_older()) }
                    @if may { a href=(path) { (t.consent_renew()) } } }
            }
        }
        @if card.health_consent.is_conflict() {
            p .strip.warn { (Icon::Conflict.show()) span { (t.two_values()) }
                a href={ (opened.path()) "/conflicts" } { (t.choose()) } }
        } @else if card.lacks_consent() {
            p .strip.warn { (Icon::Alert.show()) strong { (t.consent_missing()) }
                @if may { a href=(path) { (t.consent_record()) } } }
        } @else if may && !card.health_consented() {
            p { a href=(path) { (t.consent_record()) } }
        }
    }
}

pub(super) fn lines(t: Language, one: &HealthConsent) -> Vec<(&'static str, String)> {
    vec![
        (t.consent_date(), show_date(one.date)),
        (t.consent_version(), one.version.to_string()),
        (
            t.consent_method(),
            t.consent_given_how(one.method).to_owned(),
        ),
        (
            t.consent_withdrawn(),
            one.withdrawn.map(show_date).unwrap_or_default(),
        ),
    ]
}
