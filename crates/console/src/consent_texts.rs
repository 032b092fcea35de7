//! The text that clients consent to before health information is recorded: every version, and the owner's form for a new one.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::consent::{ConsentText, FIRST_VERSION};
use register::contact::{required, text as plain};
use register::document::{Collection, RecordKind};
use register::edit::{Change, Target};
use register::value::Content;

use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::house::House;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The versions that the owner wrote, newest first.
pub(crate) fn written(house: &House) -> Vec<ConsentText> {
    let directory = house.desk.directory();
    let texts = directory.settings().into_iter();
    texts
        .flat_map(|settings| &settings.consent_texts)
        .flat_map(|entry| entry.field.all())
        .map(|held| held.value.clone())
        .collect()
}

/// The version in use.
pub(crate) fn current(house: &House) -> u32 {
    let newest = written(house).iter().map(|one| one.version).max();
    newest.unwrap_or(FIRST_VERSION)
}

/// Whether there is such a version here.
pub(crate) fn is_known(house: &House, version: u32) -> bool {
    version == FIRST_VERSION || written(house).iter().any(|one| one.version == version)
}

/// A version's text in the reader's language, or in Finnish where it was written in that alone.
pub(crate) fn text(who: &Visitor, version: u32) -> String {
    let t = who.t();
    let all = written(who.house());
    let found: Vec<String> = all
        .iter()
        .filter(|one| one.version == version)
        .map(|one| in_language(t, one))
        .collect();
    match (found.is_empty(), version) {
        (true, FIRST_VERSION) => t.consent_default().to_owned(),
        (true, _) => t.not_known_yet().to_owned(),
        (false, _) => found.join("\n\n"),
    }
}

fn in_language(t: Language, one: &ConsentText) -> String {
    let said = match t {
        Language::Finnish => &one.fi,
        Language::Swedish => &one.sv,
        Language::English => &one.en,
    };
    if said.is_empty() {
        one.fi.clone()
    } else {
        said.clone()
    }
}

/// Every version.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, &Form::default(), &Faults::default()))
}

/// A new version.
pub(crate) async fn submit(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(new) = read_new(&who, &form, &mut faults) else {
        let mut response = show(&who, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    add(&who, new).await?;
    Ok(redirect("/consent"))
}

/// The next version, as a form tells of it.
pub(crate) fn read_new(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<ConsentText> {
    let t = who.t();
    let fi = faults.take("fi", required(form.get("fi")), t);
    let sv = faults.take("sv", plain(form.get("sv")), t);
    let en = faults.take("en", plain(form.get("en")), t);
    Some(ConsentText {
        version: current(who.house()).saturating_add(1),
        since: today(who.house().clock),
        fi: fi?,
        sv: sv?,
        en: en?,
    })
}

/// Puts a version in use.
pub(crate) async fn add(who: &Visitor, new: ConsentText) -> Result<(), Problem> {
    // Whatever else happened to the settings meanwhile, a new version stands beside it.
    let change = Change::Add(Collection::ConsentText, Content::ConsentText(new));
    who.edit(Target::New(RecordKind::Settings), vec![change])
        .await?;
    Ok(())
}

fn show(who: &Visitor, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let all = written(who.house());
    let newest = current(who.house());
    let own_first = all.iter().any(|one| one.version == FIRST_VERSION);
    let main = html! {
        h1 { (t.consent_texts()) }
        p .lead { (t.consent_texts_lead()) }
        (faults.summary(t))
        @for one in &all { (version(t, one, newest)) }
        @if !own_first {
            section .panel #(format!("v{FIRST_VERSION}")) {
                header { h2 { (t.consent_version_title(FIRST_VERSION)) }
                    @if newest == FIRST_VERSION { span .tag { (t.consent_in_use()) } } }
                p .text { (t.consent_default()) }
            }
        }
        @if who.may(Action::EditSettings) {
            section .panel {
                header { h2 { (t.consent_new_version()) } }
                p .hint { (t.consent_new_lead()) }
                form .sheet method="post" action="/consent" novalidate data-guard {
                    (hidden("csrf", who.csrf()))
                    (Field::new("fi", t.consent_in_finnish(), Input::Area).required().show(form, faults))
                    (Field::new("sv", t.consent_in_swedish(), Input::Area).show(form, faults))
                    (Field::new("en", t.consent_in_english(), Input::Area).show(form, faults))
                    p .actions { button .primary { (t.consent_save()) } }
                }
            }
        }
    };
    Page {
        title: t.consent_texts(),
        room: Room::Start,
        record: None,
        main,
    }
    .show(who)
}

fn version(t: Language, one: &ConsentText, newest: u32) -> Markup {
    let said = [("fi", &one.fi), ("sv", &one.sv), ("en", &one.en)];
    html! {
        section .panel #(format!("v{}", one.version)) {
            header { h2 { (t.consent_version_title(one.version)) " · " (show_date(one.since)) }
                @if one.version == newest { span .tag { (t.consent_in_use()) } } }
            @for (language, text) in said { @if !text.is_empty() { p .text lang=(language) { (text) } } }
        }
    }
}
