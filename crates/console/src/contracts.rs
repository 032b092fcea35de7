//! Contracts on paper (clause 6): in which safe and folder each lies, which are soon to be destroyed, which were.

use core::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use axum::response::Response;
use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};
use register::directory::{Filed, fold};
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
const SHOWN: usize = 500;
/// The longest search, characters.
const QUERY: usize = 100;

/// Which contracts are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Kept,
    Due,
    Destroyed,
}

impl State {
    fn of(paper: &register::trace::Paper, soon: Date) -> Self {
        if paper.contract.destroyed.is_some() {
            Self::Destroyed
        } else if paper.goes.is_some_and(|goes| goes <= soon) {
            Self::Due
        } else {
            Self::Kept
        }
    }

    /// What is soon to be destroyed is still in the safe.
    fn shows(self, other: Self) -> bool {
        self == other || (self == Self::Kept && other == Self::Due)
    }

    fn read(form: &Form) -> Self {
        match form.get("state") {
            "due" => Self::Due,
            "destroyed" => Self::Destroyed,
            _ => Self::Kept,
        }
    }
}

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

/// A paper in the order of the list: by safe and folder, then by day.
struct Ranked<'a>(Filed<'a>);

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.0, &other.0);
        let (here, there) = (&one.paper.contract, &two.paper.contract);
        here.safe
            .cmp(&there.safe)
            .then_with(|| letters(&here.folder).cmp(letters(&there.folder)))
            .then_with(|| one.paper.date.cmp(&two.paper.date))
            .then_with(|| one.client.cmp(&two.client))
            .then_with(|| one.paper.entry.cmp(&two.paper.entry))
    }
}

/// A folder's letters, whatever their case.
fn letters(folder: &str) -> impl Iterator<Item = char> {
    folder.chars().flat_map(char::to_lowercase)
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked<'_> {}

/// What a search found: the first [`SHOWN`] lines, how many there are, and every safe.
struct Found {
    lines: Vec<Line>,
    count: usize,
    safes: BTreeSet<String>,
}

/// Goes through every paper, of which there may be a hundred thousand: nothing is copied but what is shown.
fn search(who: &Visitor, form: &Form, soon: Date) -> Found {
    let wanted = State::read(form);
    let folder: String = form.get("folder").chars().take(QUERY).collect();
    let folder = fold(folder.trim());
    let directory = who.house().desk.directory();
    let mut safes: BTreeSet<&str> = BTreeSet::new();
    let mut first: BinaryHeap<Ranked<'_>> = BinaryHeap::new();
    let mut count = 0;
    for filed in directory.papers() {
        let contract = &filed.paper.contract;
        safes.insert(&contract.safe);
        let here = form.get("safe").is_empty() || form.get("safe") == contract.safe;
        let named = folder.is_empty() || fold(&contract.folder).contains(&folder);
        if !(here && named && wanted.shows(State::of(filed.paper, soon))) {
            continue;
        }
        count += 1;
        let ranked = Ranked(filed);
        if first.len() < SHOWN {
            first.push(ranked);
        } else if let Some(mut last) = first.peek_mut()
            && ranked < *last
        {
            *last = ranked;
        }
    }
    let line = |Ranked(filed): Ranked<'_>| {
        let client = directory.client(filed.client);
        Line {
            name: client.and_then(|one| one.name.as_ref().map(|name| name.listed())),
            client: filed.client,
            paper: filed.paper.clone(),
        }
    };
    let lines = first.into_sorted_vec().into_iter().map(line).collect();
    let safes = safes.into_iter().map(str::to_owned).collect();
    Found {
        lines,
        count,
        safes,
    }
}

fn show(who: &Visitor, form: &Form) -> Response {
    let t = who.t();
    let now = today(who.house().clock);
    let soon = now.saturating_add(Span::new().days(NOTICE_DAYS));
    let Found {
        lines,
        count,
        safes,
    } = search(who, form, soon);
    let mut groups: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in lines {
        let safe = line.paper.contract.safe.clone();
        groups.entry(safe).or_default().push(line);
    }
    let open = tasks::open(who.house());
    let main = html! {
        p .crumb { a href="/treatments" { (t.catalogue()) } }
        h1 { (t.contracts()) }
        p .lead.unprinted { (t.contracts_lead()) }
        p .aside.unprinted { a .button href="/tasks" { (t.contracts_tasks()) @if open > 0 { " " span .count { (open) } } } }
        (filters(who, form, &safes))
        p role="status" { (t.contracts_count(count)) @if count > SHOWN { " " (t.first_shown(SHOWN)) } }
        @if count == 0 { section .panel { p .muted { (t.contracts_none()) } } }
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
    let due = State::of(paper, soon) == State::Due;
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
