//! The breach register (GDPR Article 33), for the owner: a countdown while nothing is decided, and helpers to find out.

mod form;
mod held;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use register::access::Action;
use register::breach::{Breach, Telling};
use register::card::{Entry, Settings};
use register::document::{Collection, Heads};
use register::edit::{Change, Target};
use register::id::{EntryId, SETTINGS};
use register::retention::{breach_due, day};
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::clinic::standing;
use crate::clock::{show_date, show_moment};
use crate::doors::Access::May;
use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

pub(crate) use form::read;

/// Seconds of an hour.
const HOUR: i64 = 60 * 60;

/// The doors of the register.
pub(crate) fn doors() -> Doors {
    let (owner, writes) = (May(Action::Govern), May(Action::KeepPapers));
    Doors::default()
        .get("/breaches", owner, page)
        .get("/breaches/new", owner, new_page)
        .post("/breaches/new", writes, add)
        .get("/breaches/held", owner, held::page)
        .get("/breaches/{id}", owner, one_page)
        .post("/breaches/{id}", writes, change)
}

pub(crate) fn settings(who: &Visitor) -> Option<Settings> {
    let directory = who.house().desk.directory();
    directory.settings().cloned()
}

/// Every entry that is not past its time, the newest first.
pub(crate) fn all(who: &Visitor) -> Vec<Entry<Breach>> {
    let today = day((who.house().clock)());
    let mut all = settings(who)
        .map(|settings| settings.breaches)
        .unwrap_or_default();
    all.retain(|entry| breach_due(entry).is_none_or(|due| due > today));
    all.sort_by_key(|entry| {
        let noticed = entry.field.newest().map(|one| one.noticed);
        core::cmp::Reverse((noticed, entry.id))
    });
    all
}

/// One that has not arrived or is closed in one version only counts as open.
fn is_open(entry: &Entry<Breach>) -> bool {
    let versions = entry.field.all();
    versions.is_empty() || versions.iter().any(|held| held.value.closed.is_none())
}

/// How many are open.
pub(crate) fn open(who: &Visitor) -> usize {
    all(who).iter().filter(|entry| is_open(entry)).count()
}

/// What the owner's first page says while the 72 hours of any run.
pub(crate) fn first_page(who: &Visitor) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    let entries = if who.may(Action::Govern) {
        all(who)
    } else {
        Vec::new()
    };
    let held = entries.iter().flat_map(|entry| entry.field.all());
    let running: Vec<Timestamp> = held
        .filter(|held| held.value.runs())
        .map(|held| held.value.deadline())
        .collect();
    html! {
        @if let Some(first) = running.iter().min() {
            div .strip.danger { (Icon::Alert.show()) strong { (t.breaches_run(running.len())) } span { (left(t, *first, now)) }
                a href="/breaches" { (t.look()) } }
        }
    }
}

/// How much of the 72 hours is left.
fn left(t: Language, deadline: Timestamp, now: Timestamp) -> String {
    let until = t.tell_by(&show_moment(deadline));
    let seconds = deadline.as_second() - now.as_second();
    if seconds < 0 {
        format!("{}. {until}", t.breach_late())
    } else {
        format!("{}. {until}", t.hours_left(seconds / HOUR))
    }
}

fn countdown(t: Language, one: &Breach, now: Timestamp) -> Markup {
    html! {
        @if one.runs() {
            p .strip.danger { (Icon::Alert.show()) strong { (left(t, one.deadline(), now)) } }
        }
    }
}

/// The register.
async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let (open, closed): (Vec<_>, Vec<_>) = all(&who).into_iter().partition(is_open);
    let main = html! {
        h1 { (t.desk_breaches()) }
        p .lead { (t.breaches_lead()) }
        p .aside { a .button.primary href="/breaches/new" { (t.breach_new()) } " " a .button href="/breaches/held" { (t.held()) } }
        section .panel {
            header { h2 { (t.breaches_open()) } }
            @if open.is_empty() { p .strip.ok { (Icon::Good.show()) span { (t.breaches_none_open()) } } }
            ol .entries { @for entry in &open { (row(&who, entry)) } }
        }
        section .panel {
            header { h2 { (t.breaches_closed()) } }
            p .muted { (t.breaches_kept()) }
            @if !closed.is_empty() { ol .entries { @for entry in &closed { (row(&who, entry)) } } }
        }
    };
    Ok(Page {
        title: t.desk_breaches(),
        room: Room::Desk,
        record: Some(SETTINGS),
        main,
    }
    .show(&who))
}

fn row(who: &Visitor, entry: &Entry<Breach>) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    html! {
        li {
            @match entry.field.newest() {
                None => p { a href={ "/breaches/" (entry.id) } { (t.breach()) } " " span .muted { (t.not_known_yet()) } },
                Some(one) => {
                    p .head { a href={ "/breaches/" (entry.id) } { (t.breach_noticed()) " " (show_moment(one.noticed)) } }
                    p .text { (one.what) }
                    (countdown(t, one, now))
                    p .muted { (t.breach_authority()) ": " (telling(t, &one.authority)) }
                    @if let Some(closed) = one.closed {
                        p .muted { (t.breach_closed()) " " (show_date(closed)) ". "
                            @if let Some(due) = one.due() { (t.breach_goes(&show_date(due))) } }
                    }
                }
            }
            @if entry.is_conflict() { p .strip.warn { (Icon::Conflict.show()) span .words { (t.two_versions()) } } }
        }
    }
}

fn telling(t: Language, telling: &Telling) -> String {
    match telling {
        Telling::Open => t.telling_open().to_owned(),
        Telling::Told(date) => t.told_on(&show_date(*date)),
        Telling::NotNeeded(why) => t.not_told(why),
    }
}

/// The form of a new one.
async fn new_page(who: Visitor) -> Result<Response, Problem> {
    let now = (who.house().clock)();
    Ok(show(&who, None, &form::fresh(now), &Faults::default()))
}

/// Takes it down.
async fn add(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(breach) = form::read(&who, &form, None, &mut faults) else {
        return Ok(refused(show(&who, None, &form, &faults)));
    };
    let change = Change::Add(Collection::Breach, Content::Breach(breach));
    who.edit(Target::Seen(SETTINGS, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/breaches"))
}

pub(crate) fn find(who: &Visitor, id: &str) -> Result<Entry<Breach>, Problem> {
    let entry: EntryId = id.parse().map_err(|_| Problem::NotFound)?;
    let mut all = all(who).into_iter();
    all.find(|one| one.id == entry).ok_or(Problem::NotFound)
}

/// One, to be read and written on.
async fn one_page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let entry = find(&who, &id)?;
    let filled = entry.field.newest().map(form::fill).unwrap_or_default();
    Ok(show(&who, Some(&entry), &filled, &Faults::default()))
}

/// Takes down what is new about it.
async fn change(Path(id): Path<String>, Posted { who, form }: Posted) -> Result<Response, Problem> {
    let entry = find(&who, &id)?;
    let before = entry.field.newest().ok_or(Problem::NotFound)?;
    let mut faults = Faults::default();
    let Some(breach) = form::read(&who, &form, Some(before), &mut faults) else {
        return Ok(refused(show(&who, Some(&entry), &form, &faults)));
    };
    let change = Change::SetEntry(Collection::Breach, entry.id, Content::Breach(breach));
    who.edit(Target::Seen(SETTINGS, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/breaches"))
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(who: &Visitor, entry: Option<&Entry<Breach>>, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let now = (who.house().clock)();
    let heads = settings(who).map_or_else(|| Heads::new(Vec::new()), |one| one.heads);
    let path = entry.map_or_else(
        || "/breaches/new".to_owned(),
        |entry| format!("/breaches/{}", entry.id),
    );
    let title = entry.map_or(t.breach_new(), |_| t.breach());
    let readable = entry.is_none_or(|entry| entry.field.newest().is_some());
    let main = html! {
        p .crumb { a href="/breaches" { (t.desk_breaches()) } }
        h1 { (title) }
        (faults.summary(t))
        @if let Some(entry) = entry {
            (standing(t, &entry.field, |one| [&one.what, &one.categories, &one.consequences, &one.measures].map(String::as_str).join(" · ")))
            @if let Some(one) = entry.field.newest() { (countdown(t, one, now)) }
        }
        @if readable {
            form .sheet method="post" action=(path) novalidate {
                (hidden_state(who, &heads))
                (form::fields(t, form, faults, entry.is_some()))
                button .primary { (t.save()) }
            }
        }
        section .panel.unprinted {
            header { h2 { (t.breach_helpers()) } }
            p { a href="/breaches/held" { (t.held()) } }
            p { (t.breach_seen_by()) }
            @let directory = who.house().desk.directory();
            ul { @for user in directory.users().chain(directory.tokens()) {
                li { a href={ "/admin/users/" (user.id) "/audit" } { (user.profile.name) } }
            } }
        }
    };
    Page {
        title,
        room: Room::Desk,
        record: None,
        main,
    }
    .show(who)
}
