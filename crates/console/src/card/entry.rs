//! Adding, changing and removing one entry of a section.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::html;
use register::card::{Card, Entry, Field};
use register::document::Slot;
use register::edit::{Change, Target};
use register::id::{EntryId, ValueId};
use register::ledger::Reason;
use register::value::Content;
use serde::Deserialize;

use crate::card::{
    Opened, Section, after_save, fill, forget, hidden_state, inputs, open, read, read_value_ids,
    seen, treatment,
};
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::form::{Faults, Form, hidden};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Which earlier entry a new one starts from: an entry's id, or "latest".
#[derive(Deserialize)]
pub(super) struct Copied {
    #[serde(default)]
    copy: String,
}

/// One entry of any section.
struct Found {
    id: EntryId,
    content: Content,
    values: Vec<ValueId>,
    /// It waits for a choice, so it can't be edited as one.
    open_choice: bool,
}

/// The form for a new entry.
pub(super) async fn new_page(
    section: Section,
    who: Visitor,
    Path(id): Path<String>,
    Query(copied): Query<Copied>,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let form = match section {
        Section::Treatment => {
            let all = &opened.card.treatments;
            let earlier = if copied.copy == "latest" {
                all.first()
            } else {
                all.iter().find(|one| one.id.to_string() == copied.copy)
            };
            earlier
                .and_then(|entry| entry.field.newest())
                .map_or_else(|| treatment::blank(&who), |one| treatment::like(&who, one))
        }
        Section::Health => Form::default().with("date", show_date(today(who.house().clock))),
        Section::Note => Form::default(),
    };
    Ok(show(
        &who,
        &opened,
        section,
        None,
        &form,
        &Faults::default(),
    ))
}

/// Adds it.
pub(super) async fn add(
    section: Section,
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let mut faults = Faults::default();
    let Some(content) = read(&who, section.kind(), &form, None, &mut faults) else {
        return Ok(refused(show(&who, &opened, section, None, &form, &faults)));
    };
    let change = Change::Add(section.collection(), content);
    // Whatever else happened to the card meanwhile, a new entry stands beside it.
    who.edit(Target::Latest(opened.card.id), vec![change])
        .await?;
    Ok(redirect(&home(&opened, section)))
}

/// The form for an entry that is there.
pub(super) async fn page(
    section: Section,
    who: Visitor,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let found = find(&opened.card, section, &entry).ok_or(Problem::NotFound)?;
    if found.open_choice {
        return Ok(redirect(&format!("{}/conflicts", opened.path())));
    }
    let form = fill(&found.content);
    Ok(show(
        &who,
        &opened,
        section,
        Some(&found),
        &form,
        &Faults::default(),
    ))
}

/// Saves it.
pub(super) async fn change(
    section: Section,
    Path((id, entry)): Path<(String, String)>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let opened = open(&who, &id).await?;
    let entry_id: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    // Gone meanwhile: the edit still stands, as a dispute for a person to settle.
    let found = find(&opened.card, section, &entry);
    let before = found.as_ref().map(|found| &found.content);
    let mut faults = Faults::default();
    let Some(content) = read(&who, section.kind(), &form, before, &mut faults) else {
        let page = show(&who, &opened, section, found.as_ref(), &form, &faults);
        return Ok(refused(page));
    };
    let redacts = forget::asked(&who, section.redaction(), &form)?;
    if !redacts
        && before == Some(&content)
        && found.as_ref().is_some_and(|found| !found.open_choice)
    {
        return Ok(redirect(&home(&opened, section)));
    }
    let change = Change::SetEntry(section.collection(), entry_id, content);
    let target = Target::Seen(opened.card.id, heads);
    let reason = redacts.then_some(Reason::Rectification);
    let (record, heads) = forget::save(&who, target, vec![change], reason).await?;
    let slot = Slot::Entry(section.collection(), entry_id);
    after_save(&who, record, &heads, &[slot]).await
}

/// Removes it, as the page showed it; for good, if the client asked.
pub(super) async fn remove(
    section: Section,
    Path((id, entry)): Path<(String, String)>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let values = read_value_ids(form.get("values"))?;
    let opened = open(&who, &id).await?;
    let entry: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let change = Change::Void(section.collection(), entry, values);
    let target = Target::Seen(opened.card.id, heads);
    let reason = forget::asked(&who, section.redaction(), &form)?.then_some(Reason::Request);
    let found = find(&opened.card, section, &entry.to_string());
    if let (Some(_), Some(Content::Treatment(treatment))) = (reason, found.map(|one| one.content)) {
        forget::open_paper_task(&who, &treatment).await?;
    }
    let (record, heads) = forget::save(&who, target, vec![change], reason).await?;
    let slot = Slot::Entry(section.collection(), entry);
    after_save(&who, record, &heads, &[slot]).await
}

fn find(card: &Card, section: Section, id: &str) -> Option<Found> {
    fn of<T: Clone>(entry: &Entry<T>, wrap: fn(T) -> Content) -> Option<Found> {
        Some(Found {
            id: entry.id,
            content: wrap(entry.field.newest()?.clone()),
            values: entry.field.all().iter().map(|held| held.id).collect(),
            open_choice: entry.disputed || matches!(entry.field, Field::Conflict(_)),
        })
    }
    let id: EntryId = id.parse().ok()?;
    match section {
        Section::Treatment => {
            let entry = card.treatments.iter().find(|one| one.id == id)?;
            of(entry, Content::Treatment)
        }
        Section::Health => {
            let entry = card.health.iter().find(|one| one.id == id)?;
            of(entry, Content::Health)
        }
        Section::Note => {
            let entry = card.notes.iter().find(|one| one.id == id)?;
            of(entry, Content::Note)
        }
    }
}

/// Where a saved entry is seen again.
fn home(opened: &Opened, section: Section) -> String {
    if section == Section::Health {
        format!("{}/health", opened.path())
    } else {
        opened.path()
    }
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(
    who: &Visitor,
    opened: &Opened,
    section: Section,
    found: Option<&Found>,
    form: &Form,
    faults: &Faults,
) -> Response {
    let t = who.t();
    let title = t.section_title(section, found.is_some());
    let heads = seen(form).unwrap_or_else(|_| opened.card.heads.clone());
    let action = format!(
        "{}/{}/{}",
        opened.path(),
        section.path(),
        found.map_or_else(|| "new".to_owned(), |found| found.id.to_string())
    );
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (title) }
        @if section != Section::Note { (super::band::alert_strip(t, opened.alert)) }
        (faults.summary(t))
        form .sheet method="post" action=(action) novalidate data-guard {
            (hidden_state(who, &heads))
            (inputs(who, section.kind(), form, faults))
            @if found.is_some() { (forget::tick_box(who, section.redaction(), t.redact(), form)) }
            p .actions {
                button .primary { (t.save()) }
                a href=(opened.path()) { (t.cancel()) }
            }
        }
        @if let Some(found) = found {
            details .removal {
                summary { (t.remove_entry()) }
                p { (t.remove_entry_text()) }
                form method="post" action={ (action) "/remove" } {
                    (hidden_state(who, &heads))
                    @let ids: Vec<String> = found.values.iter().map(ToString::to_string).collect();
                    (hidden("values", &ids.join(",")))
                    @if who.may(section.redaction()) { (forget::removal_box(t)) }
                    button .danger { (t.remove()) }
                }
            }
        }
    };
    Page {
        title,
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

/// A date that may be left out; the outer `None` is a fault.
pub(crate) fn optional_date(
    t: Language,
    form: &Form,
    name: &str,
    faults: &mut Faults,
) -> Option<Option<Date>> {
    let input = form.get(name);
    if input.trim().is_empty() {
        return Some(None);
    }
    let date = read_date(input).filter(|date| *date >= EARLIEST);
    if date.is_none() {
        faults.add(name, t.date_wrong());
    }
    date.map(Some)
}
