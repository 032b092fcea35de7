//! The treatment catalogue: everybody sees it, the owner changes it. Nothing is deleted from it, since treatments
//! given name its items; what is offered no more is retired.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action::{EditCatalogue, Export, ReadCare};
use register::card::{Catalogue, Entry, Field as Stored};
use register::contact::{required, text};
use register::directory::fold;
use register::document::Collection;
use register::edit::{Change, Target};
use register::id::{CATALOGUE, EntryId};
use register::settings::{CatalogueItem, LEAST_AGE_LIMIT};
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::doors::Access::{May, Proved, Users};
use crate::doors::Doors;
use crate::form::{Faults, Field, Form, Input, choices, hidden, tick};
use crate::house::House;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};
use crate::{batches, contracts};

/// Everything under `/treatments` and `/contracts`.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .get("/treatments", Users, page)
        .get("/treatments/new", May(EditCatalogue), new_page)
        .post("/treatments/new", May(EditCatalogue), add)
        .get("/treatments/batches", May(ReadCare), batches::page)
        .post("/treatments/batches", May(ReadCare), batches::find)
        .post("/treatments/batches.csv", Proved(Export), batches::export)
        .get("/treatments/{entry}", May(EditCatalogue), item_page)
        .post("/treatments/{entry}", May(EditCatalogue), change)
        .get("/contracts", May(ReadCare), contracts::page)
        .post("/contracts", May(ReadCare), contracts::find)
}

/// The catalogue as it stands.
pub(crate) fn catalogue(house: &House) -> Catalogue {
    let directory = house.desk.directory();
    directory.catalogue().cloned().unwrap_or(Catalogue {
        heads: register::document::Heads::default(),
        items: Vec::new(),
    })
}

/// An item as it stands.
pub(crate) type Item = Entry<CatalogueItem>;

async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let all = catalogue(who.house());
    let retired = |entry: &&Item| entry.field.newest().is_some_and(|item| item.retired);
    let mut groups: BTreeMap<(bool, String), Vec<&Item>> = BTreeMap::new();
    for entry in all.items.iter().filter(|entry| !retired(entry)) {
        let group = entry.field.newest().map(|item| item.group.clone());
        let group = group.unwrap_or_default();
        // Those without a group come last.
        let named = !group.is_empty();
        groups.entry((!named, group)).or_default().push(entry);
    }
    let gone: Vec<&Item> = all.items.iter().filter(retired).collect();
    let main = html! {
        div #live data-region {
            h1 { (t.catalogue()) }
            p .lead { (t.catalogue_lead()) }
            p .aside {
                @if who.may(EditCatalogue) { a .button href="/treatments/new" { (t.item_new()) } }
                @if who.may(ReadCare) {
                    a .button href="/treatments/batches" { (t.batches()) }
                    a .button href="/contracts" { (t.contracts()) }
                }
            }
            @if all.items.is_empty() { section .panel { p .muted { (t.catalogue_empty()) } } }
            @for ((_, group), items) in &groups {
                @let title = if group.is_empty() && groups.len() > 1 { t.catalogue_ungrouped() }
                    else if group.is_empty() { t.item_active() } else { group.as_str() };
                (section(&who, title, items))
            }
            @if !gone.is_empty() { (section(&who, t.catalogue_retired(), &gone)) }
        }
    };
    Ok(frame(&who, t.catalogue(), main))
}

fn frame(who: &Visitor, title: &str, main: Markup) -> Response {
    Page {
        title,
        room: Room::Treatments,
        record: Some(CATALOGUE),
        main,
    }
    .show(who)
}

fn section(who: &Visitor, title: &str, items: &[&Item]) -> Markup {
    html! {
        section .panel {
            header { h2 { (title) } }
            ol .entries { @for entry in items { (shown(who, entry)) } }
        }
    }
}

fn shown(who: &Visitor, entry: &Item) -> Markup {
    let t = who.t();
    let path = format!("/treatments/{}", entry.id);
    html! {
        li {
            @match &entry.field {
                Stored::Value(held) => {
                    p .head { strong { (held.value.name) }
                        @if who.may(EditCatalogue) {
                            a href=(path) aria-label={ (t.edit()) ": " (held.value.name) } { (t.edit()) }
                        } }
                    p .muted { (needs(t, &held.value)) }
                },
                Stored::Conflict(all) => @for held in all {
                    p .head { strong { (held.value.name) } }
                    p .muted { (needs(t, &held.value)) @if held.value.retired { " · " (t.catalogue_retired()) } }
                },
                Stored::Absent | Stored::Awaited | Stored::Removed => p .muted { (t.not_known_yet()) },
                Stored::Unreadable => p .muted { (t.unreadable_here()) },
            }
            @if entry.is_conflict() {
                p .strip.warn { (Icon::Conflict.show()) span { (t.two_values()) }
                    @if who.may(EditCatalogue) { a href=(path) { (t.choose()) } } }
            }
        }
    }
}

/// What an item needs, in a line.
fn needs(t: Language, item: &CatalogueItem) -> String {
    let flags = [
        (item.needs_health, t.needs_health()),
        (item.needs_contract, t.needs_contract()),
        (item.needs_patch_test, t.needs_patch_test()),
    ];
    let mut all: Vec<String> = flags
        .into_iter()
        .filter(|(needs, _)| *needs)
        .map(|(_, word)| word.to_owned())
        .collect();
    all.extend(item.least_age.map(|age| t.needs_age(age)));
    if all.is_empty() {
        return t.item_needs_nothing().to_owned();
    }
    all.join(" · ")
}

fn fill(item: &CatalogueItem) -> Form {
    let flag = |on: bool| if on { "yes" } else { "" };
    Form::default()
        .with("name", item.name.as_str())
        .with("group", item.group.as_str())
        .with("needs_health", flag(item.needs_health))
        .with("needs_contract", flag(item.needs_contract))
        .with("needs_patch_test", flag(item.needs_patch_test))
        .with(
            "least_age",
            item.least_age
                .map(|age| age.to_string())
                .unwrap_or_default(),
        )
        .with("state", if item.retired { "retired" } else { "active" })
}

fn read(t: Language, form: &Form, faults: &mut Faults) -> Option<CatalogueItem> {
    let name = faults.take("name", required(form.get("name")), t);
    let group = faults.take("group", text(form.get("group")), t);
    let typed = form.get("least_age").trim();
    let least_age = typed.parse().ok();
    let fits = |age: u8| (1..=LEAST_AGE_LIMIT).contains(&age);
    if !typed.is_empty() && !least_age.is_some_and(fits) {
        faults.add("least_age", t.least_age_wrong());
    }
    let on = |name: &str| form.get(name) == "yes";
    let item = CatalogueItem {
        name: name?,
        group: group?,
        needs_health: on("needs_health"),
        needs_contract: on("needs_contract"),
        needs_patch_test: on("needs_patch_test"),
        least_age,
        retired: form.get("state") == "retired",
    };
    faults.is_empty().then_some(item)
}

/// Two items of one name could not be told apart where a treatment is recorded.
fn check_name(all: &Catalogue, item: &CatalogueItem, own: Option<EntryId>) -> bool {
    let others = all.items.iter().filter(|entry| Some(entry.id) != own);
    let mut names = others.flat_map(|entry| entry.field.all());
    let name = fold(item.name.trim());
    names.all(|held| fold(held.value.name.trim()) != name)
}

/// The item that a form tells of, under a name that no other has.
pub(crate) fn read_free(
    t: Language,
    (all, own): (&Catalogue, Option<EntryId>),
    form: &Form,
    faults: &mut Faults,
) -> Option<CatalogueItem> {
    let item = read(t, form, faults)?;
    if !check_name(all, &item, own) {
        faults.add("name", t.item_doubled());
        return None;
    }
    Some(item)
}

async fn new_page(who: Visitor) -> Result<Response, Problem> {
    let form = Form::default().with("state", "active");
    Ok(item_form(&who, None, &form, &Faults::default()))
}

async fn add(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let all = catalogue(who.house());
    let mut faults = Faults::default();
    let Some(item) = read_free(who.t(), (&all, None), &form, &mut faults) else {
        return Ok(refused(item_form(&who, None, &form, &faults)));
    };
    let change = Change::Add(Collection::Item, Content::CatalogueItem(item));
    // A new item stands beside whatever else happened to the catalogue.
    who.edit(Target::Latest(CATALOGUE), vec![change]).await?;
    Ok(redirect("/treatments"))
}

/// An item by its id.
pub(crate) fn find(all: &Catalogue, id: &str) -> Result<Item, Problem> {
    let id: EntryId = id.parse().map_err(|_| Problem::NotFound)?;
    let found = all.items.iter().find(|entry| entry.id == id);
    found.cloned().ok_or(Problem::NotFound)
}

async fn item_page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let entry = find(&catalogue(who.house()), &id)?;
    let form = entry.field.newest().map(fill).ok_or(Problem::NotFound)?;
    Ok(item_form(&who, Some(&entry), &form, &Faults::default()))
}

async fn change(Path(id): Path<String>, Posted { who, form }: Posted) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let all = catalogue(who.house());
    let entry = find(&all, &id)?;
    let mut faults = Faults::default();
    let own = Some(entry.id);
    let Some(item) = read_free(who.t(), (&all, own), &form, &mut faults) else {
        return Ok(refused(item_form(&who, Some(&entry), &form, &faults)));
    };
    if !entry.is_conflict() && entry.field.newest() == Some(&item) {
        return Ok(redirect("/treatments"));
    }
    let change = Change::SetEntry(Collection::Item, entry.id, Content::CatalogueItem(item));
    who.edit(Target::Seen(CATALOGUE, heads), vec![change])
        .await?;
    let met = find(&catalogue(who.house()), &id).is_ok_and(|entry| entry.is_conflict());
    Ok(redirect(&if met {
        format!("/treatments/{id}")
    } else {
        "/treatments".to_owned()
    }))
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn item_form(who: &Visitor, entry: Option<&Item>, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let all = catalogue(who.house());
    let heads = seen(form).unwrap_or_else(|_| all.heads.clone());
    let title = if entry.is_some() {
        t.item_edit()
    } else {
        t.item_new()
    };
    let action = entry.map_or_else(
        || "/treatments/new".to_owned(),
        |entry| format!("/treatments/{}", entry.id),
    );
    let mut groups: Vec<&str> = all
        .items
        .iter()
        .filter_map(|entry| entry.field.newest())
        .map(|item| item.group.as_str())
        .filter(|group| !group.is_empty())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    let states = [("active", t.item_active()), ("retired", t.item_retired())];
    let main = html! {
        p .crumb { a href="/treatments" { (t.catalogue()) } }
        h1 { (title) }
        (faults.summary(t))
        @if let Some(entry) = entry.filter(|entry| entry.is_conflict()) { (both(t, entry)) }
        datalist id="groups" { @for group in groups { option value=(group) {} } }
        form .sheet method="post" action=(action) novalidate data-guard {
            @if entry.is_some() { (hidden_state(who, &heads)) } @else { (hidden("csrf", who.csrf())) }
            (Field::new("name", t.treatment(), Input::Text).required().show(form, faults))
            (Field::new("group", t.item_group(), Input::Text).hint(t.item_group_hint()).list("groups").show(form, faults))
            fieldset .field {
                legend { (t.item_needs()) }
                (tick("needs_health", t.needs_health(), form, faults))
                (tick("needs_contract", t.needs_contract(), form, faults))
                (tick("needs_patch_test", t.needs_patch_test(), form, faults))
            }
            (Field::new("least_age", t.least_age(), Input::Year).hint(t.least_age_hint()).show(form, faults))
            (choices("state", t.item_state(), &states, form, faults))
            p .actions {
                button .primary data-key="Ctrl+S" { (t.save()) }
                a href="/treatments" { (t.cancel()) }
            }
        }
    };
    frame(who, title, main)
}

/// The values that two people saved apart; saving settles on one.
fn both(t: Language, entry: &Item) -> Markup {
    html! {
        section .panel {
            p .strip.warn { (Icon::Conflict.show()) span .words { (t.item_settle()) } }
            ol .entries { @for held in entry.field.all() {
                li {
                    p .head { strong { (held.value.name) } }
                    p .muted { (held.value.group) @if !held.value.group.is_empty() { " · " } (needs(t, &held.value)) }
                    @if held.value.retired { p .muted { (t.catalogue_retired()) } }
                }
            } }
        }
    }
}
