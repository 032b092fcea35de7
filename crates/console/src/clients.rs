//! Finding clients and making new ones.

mod new;

use axum::response::Response;
use maud::{Markup, html};
use register::access::Action::{EditContact, ReadCards};
use register::contact::Phone;
use register::directory::{Hit, Summary};

use crate::card::alert_mark;
use crate::clock::show_date;
use crate::doors::Access::May;
use crate::doors::Doors;
use crate::duplicates;
use crate::form::hidden;
use crate::icon::Icon;
use crate::page::{Page, Room, part};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Look, Posted, Visitor};

pub(crate) use new::{alike, changes as new_changes};

/// Clients shown while typing.
const WHILE_TYPING: usize = 12;
/// Clients shown on a page of results.
const ON_PAGE: usize = 100;
/// The longest query that is looked for, in characters.
const QUERY: usize = 100;

/// Everything under `/clients` but the cards.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .get("/clients", May(ReadCards), page)
        // A query is somebody's name, so it travels in a body, never in a URL.
        .post("/clients", May(ReadCards), found)
        .post("/clients/found", May(ReadCards), options)
        .get("/clients/new", May(EditContact), new::page)
        .post("/clients/new", May(EditContact), new::submit)
        .post("/clients/new/similar", May(EditContact), new::similar)
}

async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let recent = recent(&who);
    let pairs = duplicates::waiting(&who);
    let main = html! {
        h1 { (t.clients()) }
        (search_box(&who.look, who.csrf(), "", true))
        p .aside {
            a .button href="/clients/new" data-key="Alt+N" { (t.new_client()) }
            a href="/duplicates" { (t.duplicates()) @if let Some(pairs) = &pairs { " · " (pairs) } }
        }
        section .panel {
            header { h2 { (t.recent()) } }
            @if recent.is_empty() { p .muted { (t.no_recent()) } } @else { (list(t, &recent)) }
        }
    };
    Ok(Page {
        title: t.clients(),
        room: Room::Clients,
        record: None,
        main,
    }
    .show(&who))
}

/// The results as a page, for browsers without script and for Enter.
async fn found(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let t = who.t();
    let query = query(form.get("q"));
    let hits = who.house().desk.directory().search(&query, ON_PAGE);
    let main = html! {
        h1 { (t.clients()) }
        (search_box(&who.look, who.csrf(), &query, true))
        p #count role="status" { (t.found(hits.len(), hits.len() == ON_PAGE)) }
        @if !hits.is_empty() { (list(t, &hits)) }
        p .aside { a .button href="/clients/new" data-key="Alt+N" { (t.new_client()) } }
    };
    Ok(Page {
        title: t.clients(),
        room: Room::Clients,
        record: None,
        main,
    }
    .show(&who))
}

/// The results while typing.
async fn options(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let t = who.t();
    let query = query(form.get("q"));
    let hits = who.house().desk.directory().search(&query, WHILE_TYPING);
    Ok(part(html! {
        @for (at, hit) in hits.iter().enumerate() {
            li role="option" id={ "found-" (at) } aria-selected="false" data-href={ "/clients/" (hit.id) } {
                (line(t, &hit.summary))
            }
        }
        @if hits.is_empty() { li .muted role="presentation" { (t.found(0, false)) } }
    }))
}

/// The search field. With script its results open below it while typing.
pub(crate) fn search_box(look: &Look, csrf: &str, query: &str, large: bool) -> Markup {
    let t = look.t;
    html! {
        search .search .large[large] {
            form method="post" action="/clients" role="search" {
                (hidden("csrf", csrf))
                label .hide[!large] for="q" { (t.find_client()) }
                div .box {
                    input #q name="q" type="search" value=(query) autocomplete="off" spellcheck="false" maxlength=(QUERY)
                        placeholder=(t.find_hint()) autofocus[large] role="combobox" aria-expanded="false"
                        aria-controls="found" aria-autocomplete="list" data-search="/clients/found";
                    button { (t.find()) }
                    ul #found role="listbox" aria-label=(t.find_client()) hidden {}
                }
            }
        }
    }
}

/// Clients as a list of links.
pub(crate) fn list(t: Language, hits: &[Hit]) -> Markup {
    html! {
        ul .clients {
            @for hit in hits { li { a href={ "/clients/" (hit.id) } { (line(t, &hit.summary)) } } }
        }
    }
}

/// The same with who made each card, where and when.
pub(crate) fn list_made(who: &Visitor, hits: &[Hit]) -> Markup {
    let t = who.t();
    html! {
        ul .clients {
            @for hit in hits { li {
                a href={ "/clients/" (hit.id) } { (line(t, &hit.summary)) }
                @if let Some(made) = hit.summary.made { p .muted { (t.card_made()) ": " (who.house().origin(made, t)) } }
            } }
        }
    }
}

/// One client on one line.
fn line(t: Language, summary: &Summary) -> Markup {
    let name = summary.name.as_ref().map(|name| name.listed());
    html! {
        span .name { @match name { Some(name) => (name), None => (t.not_known_yet()) } }
        span .year { @if let Some(year) = summary.birth_year { (year.get()) } }
        span .phone { @if let Some(phone) = summary.phones.first().map(Phone::to_string) { (phone) } }
        span .visit { @if let Some(date) = summary.last_visit { (t.last_visit()) " " (show_date(date)) } }
        (alert_mark(t, summary.alert))
        @if summary.conflicts > 0 { span .mark.warn { (Icon::Conflict.show()) (t.to_choose()) } }
    }
}

/// The cards that this visitor opened last.
pub(crate) fn recent(who: &Visitor) -> Vec<Hit> {
    let recent = who.house().recent(who.user.id);
    let directory = who.house().desk.directory();
    recent
        .into_iter()
        .filter_map(|id| directory.hit(id))
        .collect()
}

fn query(input: &str) -> String {
    input.chars().take(QUERY).collect()
}
