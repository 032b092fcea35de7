//! Contracts on paper (clause 6): in which safe and folder each lies, which are soon to be destroyed, which were.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};
use register::directory::{Filed, Keeping, PaperQuery, Papers};
use register::id::RecordId;
use register::retention::NOTICE_DAYS;
use register::trace::Paper;

use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, choices, hidden};
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::tasks;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Contracts on one page.
pub(crate) const SHOWN: usize = 500;
/// The longest search, characters.
pub(crate) const QUERY: usize = 100;

/// Everything that lies in the safes.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, &Form::default().with("state", "kept")))
}

/// What was asked for. A folder's name may be a person's, so the search travels in a body, never in a URL.
pub(crate) async fn find(Posted { who, form }: Posted) -> Result<Response, Problem> {
    Ok(show(&who, &form))
}

/// One line of the list.
struct Line {
    name: Option<String>,
    client: RecordId,
    paper: Paper,
}

/// What was asked for, the first [`SHOWN`] lines of it, under their safes.
struct Found {
    groups: BTreeMap<String, Vec<Line>>,
    total: usize,
    safes: BTreeSet<String>,
}

fn search(who: &Visitor, form: &Form, soon: Date) -> Found {
    let folder: String = form.get("folder").chars().take(QUERY).collect();
    let query = PaperQuery {
        safe: form.get("safe"),
        folder: &folder,
        keeping: Keeping::from_code(form.get("state")).unwrap_or(Keeping::Kept),
        soon,
    };
    let directory = who.house().desk.directory();
    let Papers {
        lines,
        total,
        safes,
    } = directory.papers(query, SHOWN);
    let mut groups: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for Filed { client, paper } in lines {
        let summary = directory.client(client);
        let line = Line {
            name: summary.and_then(|one| one.name.as_ref().map(|name| name.listed())),
            client,
            paper,
        };
        let safe = line.paper.contract.safe.clone();
        groups.entry(safe).or_default().push(line);
    }
    Found {
        groups,
        total,
        safes,
    }
}

fn show(who: &Visitor, form: &Form) -> Response {
    let t = who.t();
    let now = today(who.house().clock);
    let soon = now.saturating_add(Span::new().days(NOTICE_DAYS));
    let Found {
        groups,
        total,
        safes,
    } = search(who, form, soon);
    let open = tasks::open(who.house());
    let main = html! {
        p .crumb { a href="/treatments" { (t.catalogue()) } }
        h1 { (t.contracts()) }
        p .lead.unprinted { (t.contracts_lead()) }
        p .aside.unprinted { a .button href="/tasks" { (t.contracts_tasks()) @if open > 0 { " " span .count { (open) } } } }
        (filters(who, form, &safes))
        p role="status" { (t.contracts_count(total)) @if total > SHOWN { " " (t.first_shown(SHOWN)) } }
        @if total == 0 { section .panel { p .muted { (t.contracts_none()) } } }
        @for (safe, lines) in &groups { (safe_shown(t, safe, lines, soon)) }
    };
    Page {
        title: t.contracts(),
        room: Room::Treatments,
        record: None,
        main,
    }
    .show(who)
}

fn filters(who: &Visitor, form: &Form, safes: &BTreeSet<String>) -> Markup {
    let t = who.t();
    let states = [
        ("kept", t.contracts_kept()),
        ("due", t.contracts_due()),
        ("destroyed", t.contracts_destroyed()),
    ];
    let none = Faults::default();
    html! {
        form .sheet.unprinted method="post" action="/contracts" role="search" novalidate {
            (hidden("csrf", who.csrf()))
            div .pair {
                div .field {
                    label for="f-safe" { (t.safe()) }
                    select #f-safe name="safe" {
                        option value="" { (t.contracts_all_safes()) }
                        @for safe in safes.iter().filter(|safe| !safe.is_empty()) {
                            option value=(safe) selected[form.get("safe") == safe] { (safe) }
                        }
                    }
                }
                (Field::new("folder", t.contracts_find(), Input::Text).show(form, &none))
            }
            (choices("state", t.contracts_state(), &states, form, &none))
            p .actions { button .primary { (t.find()) } }
        }
    }
}

fn safe_shown(t: Language, safe: &str, lines: &[Line], soon: Date) -> Markup {
    let title = if safe.is_empty() {
        t.contracts_no_safe().to_owned()
    } else {
        t.safe_named(safe)
    };
    html! {
        section .panel {
            header { h2 { (title) } }
            div .scroll tabindex="0" role="group" aria-label=(title) { table {
                thead { tr { th { (t.folder()) } th { (t.name()) } th { (t.treatment()) } th { (t.contract_kind()) }
                    th { (t.contract_date()) } th { (t.contracts_goes()) } th { (t.destroyed_on()) } } }
                tbody { @for line in lines { (row(t, line, soon)) } }
            } }
        }
    }
}

fn row(t: Language, line: &Line, soon: Date) -> Markup {
    let (client, paper) = (line.client, &line.paper);
    let contract = &paper.contract;
    let day = |date: Option<Date>| date.map(show_date).unwrap_or_default();
    let due = Keeping::of(paper.goes, contract.destroyed, soon) == Keeping::Due;
    html! {
        tr {
            td { @if contract.folder.is_empty() { span .muted { (t.contracts_no_folder()) } } @else { strong { (contract.folder) } } }
            td { a href={ "/clients/" (client) } { (line.name.as_deref().unwrap_or(t.not_known_yet())) } }
            td { a href={ "/clients/" (client) "/treatments/" (paper.entry) } { (show_date(paper.date)) " " (paper.treatment) } }
            td { (contract.kind) }
            td { (day(contract.date)) }
            td { @if due { span .mark.warn { (crate::icon::Icon::Alert.show()) (day(paper.goes)) } } @else { (day(paper.goes)) } }
            td { (day(contract.destroyed)) }
        }
    }
}
