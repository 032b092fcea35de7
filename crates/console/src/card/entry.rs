//! Adding, changing and removing one entry of a section.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use register::card::{Card, Entry, Field};
use register::document::Slot;
use register::edit::{Change, Target};
use register::id::{EntryId, ValueId};
use register::ledger::Reason;
use register::value::Content;
use serde::Deserialize;

use crate::card::findings::{self, Notice};
use crate::card::{
    Opened, Section, adverse, after_save, consent, consider, fill, forget, hidden_state, inputs,
    open, patch, read, read_value_ids, refusal, seen, treatment, warn,
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
    /// "show" opens the health part at the top of the form, which is logged.
    #[serde(default)]
    health: String,
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
    if section.collection().is_care() {
        opened.takes_care()?;
    }
    let reveals = section == Section::Treatment && copied.health == "show";
    if reveals {
        super::reveal(&who, &opened.card).await?;
    }
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
        Section::PatchTest => patch::blank(&who),
        Section::Adverse => adverse::blank(&who, &opened.card),
        Section::Refusal => refusal::blank(&who),
    };
    let notices = match section {
        Section::Treatment => findings::of_catalogue(&who, &opened.card, form.get("name"), false),
        Section::Health
        | Section::Note
        | Section::PatchTest
        | Section::Adverse
        | Section::Refusal => Vec::new(),
    };
    let beside = Beside {
        section,
        reveals,
        found: None,
        notices,
    };
    Ok(show(&who, &opened, &beside, &form, &Faults::default()))
}

/// Adds it.
pub(super) async fn add(
    section: Section,
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let changes = match assemble(&who, basis, section, &form) {
        Ok(changes) => changes,
        Err(Unsettled { faults, notices }) => {
            let opened = considered.shown(&who).await?;
            let beside = Beside::of(section, None, notices);
            return Ok(refused(show(&who, &opened, &beside, &form, &faults)));
        }
    };
    // Whatever else happened to the card meanwhile, a new entry stands beside it; but what is set is what was seen.
    let target = if changes.len() == 1 {
        Target::Latest(basis.card.id)
    } else {
        Target::Seen(basis.card.id, seen(&form)?)
    };
    who.edit(target, changes).await?;
    Ok(redirect(&home(basis, section)))
}

/// Why an entry can't be saved yet.
pub(crate) struct Unsettled {
    /// What is wrong with the form.
    pub(crate) faults: Faults,
    /// What has to be looked at first.
    pub(crate) notices: Vec<Notice>,
}

/// What a new entry comes to: last its own change, before it those that are saved with it.
pub(crate) fn assemble(
    who: &Visitor,
    opened: &Opened,
    section: Section,
    form: &Form,
) -> Result<Vec<Change>, Unsettled> {
    let mut faults = Faults::default();
    let mut content = read(who, section.kind(), form, None, &mut faults);
    if let Some(Content::Treatment(treatment)) = &mut content {
        treatment.acknowledged = warn::acknowledged(who, opened, form);
    }
    let mut changes = with_it(who, opened, section, form, &mut faults);
    let notices = content
        .as_ref()
        .map(|content| notices(who, opened, content, None))
        .unwrap_or_default();
    let settled = findings::settled(who.t(), &notices, form, &mut faults);
    let Some(content) = content.filter(|_| settled && faults.is_empty()) else {
        return Err(Unsettled { faults, notices });
    };
    changes.push(Change::Add(section.collection(), content));
    Ok(changes)
}

/// What another content of an entry comes to, and whether it says the same as before.
pub(crate) fn reassemble(
    who: &Visitor,
    opened: &Opened,
    section: Section,
    entry: EntryId,
    form: &Form,
) -> Result<(Change, bool), Unsettled> {
    // Gone meanwhile: the edit still stands, as a dispute for a person to settle.
    let found = find(&opened.card, section, &entry.to_string());
    let before = found.as_ref().map(|found| &found.content);
    let mut faults = Faults::default();
    let content = read(who, section.kind(), form, before, &mut faults);
    let notices = content
        .as_ref()
        .map(|content| notices(who, opened, content, before))
        .unwrap_or_default();
    let settled = findings::settled(who.t(), &notices, form, &mut faults);
    let Some(content) = content.filter(|_| settled) else {
        return Err(Unsettled { faults, notices });
    };
    let same = before == Some(&content) && found.as_ref().is_some_and(|found| !found.open_choice);
    let change = Change::SetEntry(section.collection(), entry, content);
    Ok((change, same))
}

/// What is saved together with a new entry: consent with the first one of health; "no change" with a treatment.
fn with_it(
    who: &Visitor,
    opened: &Opened,
    section: Section,
    form: &Form,
    faults: &mut Faults,
) -> Vec<Change> {
    match section {
        Section::Treatment => warn::read(who, opened, form, faults),
        Section::Health | Section::PatchTest if !opened.card.health_consented() => {
            consent::read(who, form, faults).into_iter().collect()
        }
        Section::Health
        | Section::PatchTest
        | Section::Note
        | Section::Adverse
        | Section::Refusal => Vec::new(),
    }
}

/// The same as the form shows it.
fn with_it_inputs(
    who: &Visitor,
    opened: &Opened,
    beside: &Beside<'_>,
    form: &Form,
    faults: &Faults,
) -> Markup {
    if beside.found.is_some() {
        return Markup::default();
    }
    match beside.section {
        Section::Treatment => warn::inputs(who, opened, beside.reveals, form, faults),
        Section::Health | Section::PatchTest if !opened.card.health_consented() => {
            html! { fieldset .group { legend { (who.t().consent()) } (consent::inputs(who, form, faults)) } }
        }
        Section::Health
        | Section::PatchTest
        | Section::Note
        | Section::Adverse
        | Section::Refusal => Markup::default(),
    }
}

/// Which form is shown.
struct Beside<'a> {
    section: Section,
    /// The health part is open at its top, which was logged.
    reveals: bool,
    /// The entry that is edited; `None` for a new one.
    found: Option<&'a Found>,
    /// What the catalogue has to say first.
    notices: Vec<Notice>,
}

impl<'a> Beside<'a> {
    const fn of(section: Section, found: Option<&'a Found>, notices: Vec<Notice>) -> Self {
        Self {
            section,
            reveals: false,
            found,
            notices,
        }
    }
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
    if section.is_health() {
        super::reveal(&who, &opened.card).await?;
    }
    let form = fill(&who, &found.content);
    let beside = Beside::of(section, Some(&found), Vec::new());
    Ok(show(&who, &opened, &beside, &form, &Faults::default()))
}

/// Saves it.
pub(super) async fn change(
    section: Section,
    Path((id, entry)): Path<(String, String)>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let entry_id: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let assembled = reassemble(&who, basis, section, entry_id, &form);
    let (change, same) = match assembled {
        Ok(assembled) => assembled,
        Err(Unsettled { faults, notices }) => {
            let opened = considered.shown(&who).await?;
            let found = find(&opened.card, section, &entry);
            let beside = Beside::of(section, found.as_ref(), notices);
            return Ok(refused(show(&who, &opened, &beside, &form, &faults)));
        }
    };
    let redacts = forget::asked(&who, section.redaction(), &form)?;
    if same && !redacts {
        return Ok(redirect(&home(basis, section)));
    }
    let target = Target::Seen(basis.card.id, heads);
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
    let considered = consider(&who, &id).await?;
    let entry: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let change = Change::Void(section.collection(), entry, values);
    let target = Target::Seen(considered.basis().card.id, heads);
    let reason = forget::asked(&who, section.redaction(), &form)?.then_some(Reason::Request);
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
        Section::PatchTest => {
            let entry = card.patch_tests.iter().find(|one| one.id == id)?;
            of(entry, Content::PatchTest)
        }
        Section::Adverse => {
            let entry = card.adverse.iter().find(|one| one.id == id)?;
            of(entry, Content::AdverseEvent)
        }
        Section::Refusal => {
            let entry = card.refusals.iter().find(|one| one.id == id)?;
            of(entry, Content::TreatmentRefusal)
        }
    }
}

/// What has to be looked at before the entry is saved.
fn notices(
    who: &Visitor,
    opened: &Opened,
    content: &Content,
    before: Option<&Content>,
) -> Vec<Notice> {
    let Content::Treatment(treatment) = content else {
        return Vec::new();
    };
    let before = match before {
        Some(Content::Treatment(before)) => Some(before),
        _ => None,
    };
    findings::before_saving(who, &opened.card, treatment, before)
}

/// Where a saved entry is seen again.
fn home(opened: &Opened, section: Section) -> String {
    if section.is_health() {
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
    beside: &Beside<'_>,
    form: &Form,
    faults: &Faults,
) -> Response {
    let t = who.t();
    let (section, found) = (beside.section, beside.found);
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
        // A new treatment shows every warning by itself.
        @if section.collection().is_care() && (section != Section::Treatment || found.is_some()) { (super::band::alert_strip(t, opened.alert)) }
        (faults.summary(t))
        @if section == Section::Treatment && found.is_none() && !form.has("name") && !opened.card.treatments.is_empty() {
            p { a .button href={ (opened.path()) "/treatments/new?copy=latest" } { (t.same_as_last()) } }
        }
        form .sheet method="post" action=(action) novalidate data-guard {
            (hidden_state(who, &heads))
            (with_it_inputs(who, opened, beside, form, faults))
            (findings::show(t, &beside.notices, form, faults))
            (inputs(who, section.kind(), form, faults))
            @if section == Section::Adverse { (adverse::treatment_input(t, &opened.card, form, faults)) }
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

/// A day that is given and not ahead.
pub(super) fn past_date(
    who: &Visitor,
    form: &Form,
    name: &str,
    faults: &mut Faults,
) -> Option<Date> {
    let t = who.t();
    let date = read_date(form.get(name)).filter(|date| *date >= EARLIEST);
    match date {
        None => faults.add(name, t.date_wrong()),
        Some(date) if date > today(who.house().clock) => faults.add(name, t.date_in_future()),
        Some(_) => return date,
    }
    None
}
