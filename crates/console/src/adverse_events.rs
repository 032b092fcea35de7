//! The list of adverse events (Tukes guidance), apart from marketing: for those who give treatments, and as a file for the owner.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use register::access::Action;
use register::adverse::{AdverseEvent, AdverseMark};
use register::audit::{Act, AuditEvent, Purpose};
use register::card::Card;
use register::contact::required;
use register::id::RecordId;
use register::replica::{Answer, Command};

use crate::card::defused;
use crate::clock::show_date;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::house::House;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// One that a list shows, and whose it is.
pub(crate) struct Listed {
    pub(crate) client: RecordId,
    name: Option<String>,
    pub(crate) mark: AdverseMark,
}

/// Every one, newest first.
pub(crate) fn all(house: &House) -> Vec<Listed> {
    let directory = house.desk.directory();
    let mut all: Vec<Listed> = directory
        .clients()
        .flat_map(|(client, summary)| {
            summary.adverse.iter().map(move |mark| Listed {
                client,
                name: summary.name.as_ref().map(|name| name.listed()),
                mark: mark.clone(),
            })
        })
        .collect();
    all.sort_by_key(|one| core::cmp::Reverse((one.mark.date, one.client, one.mark.entry)));
    all
}

/// The list. What happened stands on the cards alone.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, &Form::default(), &Faults::default()))
}

fn show(who: &Visitor, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let all = all(who.house());
    let main = html! {
        h1 { (t.adverse_events()) }
        p .lead { (t.adverse_lead()) }
        (faults.summary(t))
        section .panel {
            @if all.is_empty() { p .strip.ok { (Icon::Good.show()) span { (t.adverse_none()) } } } @else {
                div .scroll tabindex="0" role="group" aria-label=(t.adverse_events()) { table {
                    thead { tr { th { (t.date()) } th { (t.name()) } th { (t.adverse_product()) } th { (t.batch()) }
                        th { (t.adverse_tukes()) } th { (t.adverse_maker()) } } }
                    tbody { @for one in &all { (row(t, one)) } }
                } }
            }
        }
        @if who.may(Action::Export) && !all.is_empty() {
            section .panel {
                header { h2 { (t.adverse_export()) } }
                p .hint { (t.adverse_export_lead()) }
                form .sheet method="post" action="/adverse-events.csv" novalidate {
                    (hidden("csrf", who.csrf()))
                    (Field::new("reason", t.adverse_export_why(), Input::Text).required().show(form, faults))
                    p .actions { button { (t.adverse_export()) } }
                }
            }
        }
    };
    Page {
        title: t.adverse_events(),
        room: Room::Start,
        record: None,
        main,
    }
    .show(who)
}

fn row(t: Language, one: &Listed) -> Markup {
    let mark = &one.mark;
    let told = |date: Option<_>| date.map_or_else(|| t.adverse_untold().to_owned(), show_date);
    html! {
        tr {
            td { (show_date(mark.date)) }
            td { a href={ "/clients/" (one.client) "#adverse" } { (one.name.as_deref().unwrap_or(t.not_known_yet())) } }
            td { (mark.product) }
            td { (mark.batch) }
            td { (told(mark.told_tukes)) }
            td { (told(mark.told_maker)) }
        }
    }
}

/// Everything that the cards say of adverse events, without names: for Tukes or the manufacturer.
pub(crate) async fn export(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(reason) = faults.take("reason", required(form.get("reason")), who.t()) else {
        let mut response = show(&who, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let mut clients: Vec<RecordId> = all(who.house()).iter().map(|one| one.client).collect();
    clients.sort_unstable();
    clients.dedup();
    let mut rows = Vec::new();
    for record in &clients {
        let command = Command::Open {
            record: *record,
            viewer: who.user.id,
            purpose: Purpose::Upkeep,
        };
        if let Answer::Card(card) = who.house().desk.ask(command).await? {
            rows.extend(told(&card));
        }
    }
    let event = AuditEvent {
        who: who.user.id,
        act: Act::Exported(u64::try_from(rows.len()).unwrap_or(u64::MAX)),
        record: None,
        reason,
    };
    who.house().desk.ask(Command::Audit(event)).await?;
    let bytes = csv(&rows).map_err(|_| Problem::Internal)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    let name = HeaderValue::from_static("attachment; filename=\"adverse-events.csv\"");
    headers.insert(CONTENT_DISPOSITION, name);
    Ok(response)
}

/// The columns, which are those of [`told`].
const COLUMNS: [&str; 9] = [
    "client",
    "date",
    "treatment",
    "product",
    "batch",
    "what_happened",
    "measures",
    "told_tukes",
    "told_manufacturer",
];

fn told(card: &Card) -> Vec<[String; 9]> {
    let events = card.adverse.iter().flat_map(|entry| entry.field.all());
    events.map(|held| line(card, &held.value)).collect()
}

fn line(card: &Card, event: &AdverseEvent) -> [String; 9] {
    let treatment = card
        .treatments
        .iter()
        .find(|entry| Some(entry.id) == event.treatment);
    let named = treatment.and_then(|entry| entry.field.newest());
    let day = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
    [
        card.id.to_string(),
        event.date.to_string(),
        named.map(|one| one.name.clone()).unwrap_or_default(),
        event.product.clone(),
        event.batch.clone(),
        event.what.clone(),
        event.measures.clone(),
        day(event.told_tukes).unwrap_or_default(),
        day(event.told_maker).unwrap_or_default(),
    ]
}

fn csv(rows: &[[String; 9]]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(COLUMNS)?;
    for row in rows {
        writer.write_record(row.iter().map(|text| defused(text)))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}
