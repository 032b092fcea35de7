//! The package for the client: everything held on them, readable and printable, and as JSON and CSV (clause 10;
//! GDPR Articles 15 and 20), on every card that is linked as the same person's. Names of employees stay out unless the owner adds them with a reason.

mod consulted;
mod file;
mod history;
mod part;
mod safety;
#[cfg(test)]
mod tests;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use register::audit::{Act, AuditEvent, Purpose};
use register::card::Card;
use register::changes::Revision;
use register::contact::required;
use register::id::RecordId;
use register::replica::Command;
use register::value::Content;

use crate::card::{Opened, changes, open_for};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, hidden, tick};
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

use file::Head;
pub(crate) use file::defused;
pub(super) use part::facts_of;
use part::{Fact, Item, Names, Part, parts};

/// In which form a package leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A page to read and print.
    Page,
    /// A JSON file.
    Json,
    /// A CSV file.
    Csv,
}

impl Shape {
    pub(super) const ALL: [Self; 3] = [Self::Page, Self::Json, Self::Csv];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Page => "/clients/{id}/package",
            Self::Json => "/clients/{id}/package.json",
            Self::Csv => "/clients/{id}/package.csv",
        }
    }
}

/// The package without names of employees.
pub(super) async fn get(
    shape: Shape,
    who: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    make(shape, &who, &id, &Form::default(), Faults::default()).await
}

/// The package with names of employees, if a reason is given.
pub(super) async fn post(
    shape: Shape,
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    if form.get("names") == "yes" {
        faults.take("reason", required(form.get("reason")), who.t());
    }
    if shape != Shape::Page && !faults.is_empty() {
        return Err(Problem::Unreadable);
    }
    make(shape, &who, &id, &form, faults).await
}

/// One content under the names that the package gives to its parts, without names of employees.
pub(crate) fn as_object(
    t: Language,
    content: &Content,
) -> serde_json::Map<String, serde_json::Value> {
    let facts = facts_of(t, content, None).into_iter();
    facts
        .map(|fact| (fact.key.to_owned(), fact.value))
        .collect()
}

/// The package as JSON; with the names of employees when a reason is given.
pub(crate) async fn as_json(
    who: &Visitor,
    id: &str,
    reason: Option<&str>,
) -> Result<Response, Problem> {
    let form = match reason {
        Some(reason) => Form::default().with("names", "yes").with("reason", reason),
        None => Form::default(),
    };
    make(Shape::Json, who, id, &form, Faults::default()).await
}

async fn make(
    shape: Shape,
    who: &Visitor,
    id: &str,
    form: &Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let opened = open_for(who, id, Purpose::Request).await?;
    let (title, path) = (opened.title(who), opened.path());
    let named = form.get("names") == "yes" && faults.is_empty();
    let reason = if named { form.get("reason") } else { "" };
    let gathered = gather(who, opened, reason).await?;
    let t = who.t();
    let call = |user: RecordId| who.house().user_name(user, t);
    let names: Names<'_> = if named { Some(&call) } else { None };
    let all: Vec<Told> = gathered.iter().map(|one| one.tell(t, names)).collect();
    let head = head(who);
    match shape {
        Shape::Page => {
            let main = html! {
                (document(t, &head, &all))
                (more(who, &path, form, named, &faults))
            };
            let crumb = html! { p .crumb { a href=(path) { (title) } } };
            Ok(show(who, html! { (crumb) (main) }, faults.is_empty()))
        }
        Shape::Json => Ok(download(
            file::json(&head, &all).into_bytes(),
            "application/json",
            "attachment; filename=\"package.json\"",
        )),
        Shape::Csv => {
            let bytes = file::csv(&head, &all).map_err(|_| Problem::Internal)?;
            let kind = "text/csv; charset=utf-8";
            Ok(download(
                bytes,
                kind,
                "attachment; filename=\"package.csv\"",
            ))
        }
    }
}

/// A card, and what else is held about it.
struct Gathered {
    card: Card,
    history: Vec<Revision>,
    looks: Vec<consulted::Look>,
    /// Why there may be more looks.
    more: Option<&'static str>,
}

/// One of the person's cards as it is told.
struct Told {
    record: RecordId,
    parts: Vec<Part>,
}

impl Gathered {
    fn tell(&self, t: Language, names: Names<'_>) -> Told {
        let mut parts = parts(t, &self.card, &self.history, names);
        parts.push(consulted::part(t, &self.looks, self.more, names));
        Told {
            record: self.card.id,
            parts,
        }
    }
}

/// The card, and every card that is linked to it: the client has a right to all that is held on them, whichever card
/// was asked for (GDPR Article 15).
async fn gather(who: &Visitor, opened: Opened, reason: &str) -> Result<Vec<Gathered>, Problem> {
    let linked: Vec<RecordId> = opened.linked.iter().map(|hit| hit.id).collect();
    let mut all = vec![collect(who, opened, reason).await?];
    for record in linked {
        match open_for(who, &record.to_string(), Purpose::Request).await {
            Ok(other) => all.push(collect(who, other, reason).await?),
            // It went in between.
            Err(Problem::Erased(_) | Problem::Overdue) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(all)
}

async fn collect(who: &Visitor, opened: Opened, reason: &str) -> Result<Gathered, Problem> {
    let record = opened.card.id;
    // Logged, durably, before anything of it leaves.
    let event = AuditEvent {
        who: who.user.id,
        act: Act::PackageMade,
        record: Some(record),
        reason: reason.to_owned(),
    };
    who.house().desk.ask(Command::Audit(event)).await?;
    let history = changes::read(who, record, Purpose::Request).await?;
    let (looks, more) = consulted::looks(who, record).await?;
    Ok(Gathered {
        card: opened.card,
        history,
        looks,
        more,
    })
}

fn download(bytes: Vec<u8>, kind: &'static str, disposition: &'static str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    response
}

/// Whose register it is (clauses 1-3).
fn head(who: &Visitor) -> Head {
    Head {
        made: today(who.house().clock),
        letterhead: Letterhead::of(who.house()),
    }
}

fn show(who: &Visitor, main: Markup, fine: bool) -> Response {
    let t = who.t();
    let mut response = Page {
        title: t.package(),
        room: Room::Clients,
        record: None,
        main,
    }
    .show(who);
    if !fine {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    response
}

/// What is printed.
fn document(t: Language, head: &Head, cards: &[Told]) -> Markup {
    html! {
        h1 { (t.package()) }
        p .lead { (t.package_lead(&show_date(head.made))) }
        (head.letterhead.show(t))
        @if cards.len() > 1 { p { (t.package_cards(cards.len())) } }
        @for (number, card) in (1..).zip(cards) {
            @if number > 1 { h2 .apart { (t.package_other_card(number)) } p .muted .reference { (card.record) } }
            @for part in &card.parts { (part_shown(t, part)) }
        }
    }
}

fn part_shown(t: Language, part: &Part) -> Markup {
    html! {
        section .panel {
            header { h2 { (part.title) } }
            @if part.items.is_empty() { p .muted { (t.package_nothing()) } }
            @for item in &part.items { (item_shown(t, item)) }
        }
    }
}

fn item_shown(t: Language, item: &Item) -> Markup {
    html! {
        @if item.disputed { p .muted { (t.disputed_short()) } }
        @if item.versions.len() > 1 { p .muted { (t.two_values()) } }
        @if let Some(why) = item.missing { p .muted { (why) } }
        @for facts in &item.versions { (facts_shown(facts)) }
    }
}

fn facts_shown(facts: &[Fact]) -> Markup {
    html! {
        dl .facts {
            @for fact in facts {
                @if !fact.text.is_empty() { div { dt { (fact.word) } dd .text { (fact.text) } } }
            }
        }
    }
}

/// What is on the page and not on paper: the files, and names with a reason.
fn more(who: &Visitor, card: &str, form: &Form, named: bool, faults: &Faults) -> Markup {
    let t = who.t();
    let path = format!("{card}/package");
    let files = [("json", t.package_json()), ("csv", t.package_csv())];
    html! {
        section .panel.unprinted {
            header { h2 { (t.package_files()) } }
            p .hint { (t.package_print()) }
            @if named {
                @for (end, word) in files {
                    form method="post" action={ (path) "." (end) } {
                        (hidden("csrf", who.csrf())) (hidden("names", "yes")) (hidden("reason", form.get("reason")))
                        button { (word) }
                    }
                }
            } @else {
                p { @for (end, word) in files { a .button href={ (path) "." (end) } { (word) } " " } }
            }
            (faults.summary(t))
            form .sheet method="post" action=(path) novalidate {
                (hidden("csrf", who.csrf()))
                (tick("names", t.package_names(), form, faults))
                (Field::new("reason", t.package_names_reason(), Input::Text).show(form, faults))
                button { (t.package_again()) }
            }
        }
    }
}
