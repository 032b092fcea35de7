//! A new client. Somebody who may be the same person is shown while typing and before saving, never merged.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::card::Alert;
use register::contact::{BirthYear, Name};
use register::directory::{Hit, Summary};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Target};

use crate::card::{Kind, inputs, read};
use crate::clients::list;
use crate::clock::read_birth_year;
use crate::form::{Faults, Form, hidden, tick};
use crate::icon::Icon;
use crate::page::{Page, Room, part};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Likely duplicates shown.
const SHOWN: usize = 5;

/// The form.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, &Form::default(), &Faults::default(), &[]))
}

/// Saves the client, unless they may be here already and nobody said that they aren't.
pub(crate) async fn submit(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let changes = changes(&who, &form, &mut faults);
    let alike = alike(&who, &form);
    let unsure = !alike.is_empty() && form.get("sure") != "yes";
    if faults.is_empty() && unsure {
        faults.add("sure", who.t().maybe_here());
    }
    if !faults.is_empty() {
        let mut response = show(&who, &form, &faults, &alike);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let (record, _) = who.edit(Target::New(RecordKind::Client), changes).await?;
    Ok(redirect(&format!("/clients/{record}")))
}

/// Likely duplicates of what has been typed so far, as a part of the page.
pub(crate) async fn similar(Posted { who, form }: Posted) -> Result<Response, Problem> {
    Ok(part(hints(who.t(), &alike(&who, &form))))
}

/// What the form of a new client comes to.
pub(crate) fn changes(who: &Visitor, form: &Form, faults: &mut Faults) -> Vec<Change> {
    let mut changes = Vec::new();
    let filled = |names: &[&str]| names.iter().any(|name| !form.get(name).trim().is_empty());
    let mut field = |key: FieldKey, kind: Kind, names: &[&str], needed: bool| {
        if (needed || filled(names))
            && let Some(content) = read(who, kind, form, None, faults)
        {
            changes.push(Change::SetField(key, content));
        }
    };
    field(FieldKey::Name, Kind::Name, &["last", "first"], true);
    field(FieldKey::BirthYear, Kind::BirthYear, &["year"], false);
    field(
        FieldKey::Address,
        Kind::Address,
        &["street", "postcode", "town"],
        false,
    );
    let mut entry = |collection: Collection, kind: Kind, name: &str| {
        if filled(&[name])
            && let Some(content) = read(who, kind, form, None, faults)
        {
            changes.push(Change::Add(collection, content));
        }
    };
    entry(Collection::Phone, Kind::Phone, "phone");
    entry(Collection::Email, Kind::Email, "email");
    changes
}

/// Clients who may be the same person. What can't be read yet is left out of the comparison.
pub(crate) fn alike(who: &Visitor, form: &Form) -> Vec<Hit> {
    let year = read_birth_year(form.get("year"));
    let typed = Summary {
        name: Name::new(form.get("last"), form.get("first")).ok(),
        birth_year: year.and_then(|year| BirthYear::new(year).ok()),
        phones: form.get("phone").parse().into_iter().collect(),
        emails: form.get("email").parse().into_iter().collect(),
        alert: Alert::NotAsked,
        patch_expires: None,
        made: None,
        last_visit: None,
        conflicts: 0,
        requests: Vec::new(),
        judged: Vec::new(),
        marketing: None,
        restricted: false,
        tally: register::marketing::Tally::default(),
        traces: register::trace::Traces::default(),
        adult: false,
        adverse: Vec::new(),
        months: register::directory::Months::default(),
        due: register::retention::Due::default(),
    };
    who.house()
        .desk
        .directory()
        .likely_duplicates(&typed, SHOWN)
}

fn hints(t: Language, alike: &[Hit]) -> Markup {
    html! {
        @if !alike.is_empty() {
            div .strip.warn { (Icon::Alert.show()) strong { (t.maybe_same(alike.len())) } }
            (list(t, alike))
        }
    }
}

fn show(who: &Visitor, form: &Form, faults: &Faults, alike: &[Hit]) -> Response {
    let t = who.t();
    let main = html! {
        h1 { (t.new_client()) }
        (faults.summary(t))
        form .sheet method="post" action="/clients/new" novalidate data-guard data-similar="/clients/new/similar" {
            (hidden("csrf", who.csrf()))
            (inputs(who, Kind::Name, form, faults))
            (inputs(who, Kind::BirthYear, form, faults))
            div .pair {
                (inputs(who, Kind::Phone, form, faults))
                (inputs(who, Kind::Email, form, faults))
            }
            div #similar aria-live="polite" { (hints(t, alike)) }
            (inputs(who, Kind::Address, form, faults))
            @if !alike.is_empty() { (tick("sure", t.other_person(), form, faults)) }
            p .actions { button .primary { (t.save_client()) } a href="/" { (t.cancel()) } }
        }
    };
    Page {
        title: t.new_client(),
        room: Room::Clients,
        record: None,
        main,
    }
    .show(who)
}
