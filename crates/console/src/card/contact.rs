//! Contact details: name, year of birth, phones, e-mails, address.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Card, Entry, Field as Slotted};
use register::contact::{Address, BirthYear, Name, TextFault, text};
use register::document::{Collection, FieldKey, Slot};
use register::edit::{Change, Target};
use register::id::EntryId;
use register::ledger::Reason;
use register::value::Content;

use crate::card::{
    Opened, after_save, consider, forget, hidden_state, open, read_value_ids, seen, single,
    value_ids,
};
use crate::clock::read_birth_year;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Names of the rows for numbers and addresses to be added.
const NEW: [&str; 2] = ["new1", "new2"];

/// The form.
pub(crate) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let form = filled(&opened.card);
    Ok(show(&who, &opened, &form, &Faults::default()))
}

/// Saves what was changed on the page, and nothing else.
pub(crate) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let mut faults = Faults::default();
    let changes = changes(&who, &form, &mut faults)?;
    let considered = consider(&who, &id).await?;
    if !faults.is_empty() {
        let opened = considered.shown(&who).await?;
        let mut response = show(&who, &opened, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    let basis = considered.basis();
    if changes.is_empty() {
        return Ok(redirect(&basis.path()));
    }
    let redacts = forget::asked(&who, Action::RedactContact, &form)?;
    let slots: Vec<Slot> = changes.iter().filter_map(Change::slot).collect();
    let target = Target::Seen(basis.card.id, heads);
    let reason = redacts.then_some(Reason::Rectification);
    let (record, heads) = forget::save(&who, target, changes, reason).await?;
    after_save(&who, record, &heads, &slots).await
}

fn changes(who: &Visitor, form: &Form, faults: &mut Faults) -> Result<Vec<Change>, Problem> {
    let t = who.t();
    let mut changes = Vec::new();
    let touched = |names: &[&str]| {
        names.iter().any(|name| form.has(name)) && !names.iter().all(|name| form.unchanged(name))
    };
    if touched(&["last", "first"])
        && let Some(name) = read_name(t, form, faults)
    {
        changes.push(Change::SetField(FieldKey::Name, Content::Name(name)));
    }
    if touched(&["year"])
        && let Some(year) = read_year(t, form, faults)
    {
        changes.push(Change::SetField(
            FieldKey::BirthYear,
            Content::BirthYear(year),
        ));
    }
    if touched(&["street", "postcode", "town"])
        && let Some(address) = read_address(t, form, faults)
    {
        changes.push(Change::SetField(
            FieldKey::Address,
            Content::Address(address),
        ));
    }
    entry_changes(t, form, "phone.", Collection::Phone, faults, &mut changes)?;
    entry_changes(t, form, "email.", Collection::Email, faults, &mut changes)?;
    Ok(changes)
}

/// Rows of phones or e-mails: a new row filled in adds, a cleared one removes, a changed one changes.
fn entry_changes(
    t: Language,
    form: &Form,
    start: &str,
    collection: Collection,
    faults: &mut Faults,
    changes: &mut Vec<Change>,
) -> Result<(), Problem> {
    for (row, input) in form.starting(start) {
        let name = format!("{start}{row}");
        let input = input.trim();
        if NEW.contains(&row) {
            if !input.is_empty()
                && let Some(content) = read_row(t, collection, &name, input, faults)
            {
                changes.push(Change::Add(collection, content));
            }
            continue;
        }
        if form.unchanged(&name) {
            continue;
        }
        let entry: EntryId = row.parse().map_err(|_| Problem::Unreadable)?;
        if input.is_empty() {
            let ids = read_value_ids(form.get(&format!("ids.{name}")))?;
            changes.push(Change::Void(collection, entry, ids));
        } else if let Some(content) = read_row(t, collection, &name, input, faults) {
            changes.push(Change::SetEntry(collection, entry, content));
        }
    }
    Ok(())
}

fn read_row(
    t: Language,
    collection: Collection,
    name: &str,
    input: &str,
    faults: &mut Faults,
) -> Option<Content> {
    if collection == Collection::Phone {
        faults.take(name, input.parse(), t).map(Content::Phone)
    } else {
        faults.take(name, input.parse(), t).map(Content::Email)
    }
}

/// The form of a card as it stands. Fields in conflict are left out: they are chosen, not typed over.
fn filled(card: &Card) -> Form {
    let mut form = Form::default();
    if let Some(held) = single(&card.name) {
        form = fill_name(&held.value);
    }
    if let Some(held) = single(&card.birth_year) {
        form.put("year", held.value.get().to_string());
    }
    if let Some(held) = single(&card.address) {
        form.put("street", held.value.street.as_str());
        form.put("postcode", held.value.postcode.as_str());
        form.put("town", held.value.town.as_str());
    }
    for entry in &card.phones {
        if let Some(held) = single(&entry.field) {
            form.put(&format!("phone.{}", entry.id), held.value.to_string());
        }
    }
    for entry in &card.emails {
        if let Some(held) = single(&entry.field) {
            form.put(&format!("email.{}", entry.id), held.value.as_str());
        }
    }
    form
}

fn show(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let card = &opened.card;
    // What the page showed stays what it showed when the form comes back with faults.
    let heads = seen(form).unwrap_or_else(|_| card.heads.clone());
    let was = if form.has("heads") {
        form.clone()
    } else {
        let mut was = Form::default();
        for (name, value) in form.starting("") {
            was.put(&format!("was.{name}"), value);
        }
        was
    };
    let title = t.contact_details();
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (title) }
        (faults.summary(t))
        form .sheet method="post" action={ (opened.path()) "/contact" } novalidate data-guard {
            (hidden_state(who, &heads))
            @for (name, value) in was.starting("was.") { (hidden(&format!("was.{name}"), value)) }
            (guarded(t, &card.name, &opened.path(), name_inputs(t, form, faults)))
            (guarded(t, &card.birth_year, &opened.path(), year_input(t, form, faults)))
            fieldset .group {
                legend { (t.phones()) }
                (rows(t, &card.phones, "phone.", opened, |name| phone_input(t, name, form, faults)))
            }
            fieldset .group {
                legend { (t.emails()) }
                (rows(t, &card.emails, "email.", opened, |name| email_input(t, name, form, faults)))
            }
            fieldset .group {
                legend { (t.address()) }
                (guarded(t, &card.address, &opened.path(), address_inputs(t, form, faults)))
            }
            (forget::tick_box(who, Action::RedactContact, t.redact(), form))
            p .actions { button .primary { (t.save()) } a href=(opened.path()) { (t.cancel()) } }
        }
    };
    Page {
        title,
        room: Room::Clients,
        record: Some(card.id),
        main,
    }
    .show(who)
}

/// The inputs, unless the field waits for a choice or hasn't arrived.
fn guarded<T>(t: Language, field: &Slotted<T>, path: &str, inputs: Markup) -> Markup {
    match field {
        Slotted::Absent | Slotted::Removed | Slotted::Value(_) => inputs,
        Slotted::Conflict(_) => html! {
            p .strip.warn { span { (t.choose_first()) } " " a href={ (path) "/conflicts" } { (t.choose()) } }
        },
        Slotted::Awaited => html! { p .strip { (t.not_known_yet()) } },
        Slotted::Unreadable => html! { p .strip.warn { (t.unreadable_here()) } },
    }
}

fn rows<T>(
    t: Language,
    entries: &[Entry<T>],
    start: &str,
    opened: &Opened,
    input: impl Fn(&str) -> Markup,
) -> Markup {
    html! {
        @for entry in entries {
            @let name = format!("{start}{}", entry.id);
            @if entry.disputed {
                (guarded(t, &Slotted::<()>::Conflict(Vec::new()), &opened.path(), Markup::default()))
            } @else {
                (guarded(t, &entry.field, &opened.path(), html! {
                    (hidden(&format!("ids.{name}"), &value_ids(&entry.field)))
                    (input(&name))
                }))
            }
        }
        @for row in NEW { (input(&format!("{start}{row}"))) }
    }
}

pub(super) fn fill_name(name: &Name) -> Form {
    Form::default()
        .with("last", name.last.as_str())
        .with("first", name.first.as_str())
}

pub(super) fn fill_address(address: &Address) -> Form {
    Form::default()
        .with("street", address.street.as_str())
        .with("postcode", address.postcode.as_str())
        .with("town", address.town.as_str())
}

pub(crate) fn name_inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    html! {
        div .pair {
            (Field::new("last", t.last_name(), Input::Text).show(form, faults))
            (Field::new("first", t.first_name(), Input::Text).show(form, faults))
        }
    }
}

pub(crate) fn year_input(t: Language, form: &Form, faults: &Faults) -> Markup {
    Field::new("year", t.birth_year(), Input::Year)
        .hint(t.birth_year_hint())
        .show(form, faults)
}

pub(crate) fn phone_input(t: Language, name: &str, form: &Form, faults: &Faults) -> Markup {
    Field::new(name, t.phone(), Input::Phone).show(form, faults)
}

pub(crate) fn email_input(t: Language, name: &str, form: &Form, faults: &Faults) -> Markup {
    Field::new(name, t.email(), Input::Email).show(form, faults)
}

pub(crate) fn address_inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    html! {
        (Field::new("street", t.street(), Input::Text).show(form, faults))
        div .pair {
            (Field::new("postcode", t.postcode(), Input::Text).show(form, faults))
            (Field::new("town", t.town(), Input::Text).show(form, faults))
        }
    }
}

/// Notes a fault of a name's part at that part.
pub(crate) fn read_name(t: Language, form: &Form, faults: &mut Faults) -> Option<Name> {
    for part in ["last", "first"] {
        faults.take(part, text(form.get(part)), t)?;
    }
    faults.take("last", Name::new(form.get("last"), form.get("first")), t)
}

/// The year, also out of a full date of birth, of which nothing else is kept.
pub(crate) fn read_year(t: Language, form: &Form, faults: &mut Faults) -> Option<BirthYear> {
    let input = form.get("year");
    faults.take("year", text(input), t)?;
    let year = read_birth_year(input).ok_or(TextFault::Year);
    faults.take("year", year.and_then(BirthYear::new), t)
}

pub(crate) fn read_address(t: Language, form: &Form, faults: &mut Faults) -> Option<Address> {
    let mut part = |name: &str| faults.take(name, text(form.get(name)), t);
    let (street, postcode, town) = (part("street"), part("postcode"), part("town"));
    Some(Address {
        street: street?,
        postcode: postcode?,
        town: town?,
    })
}
