//! The owner's overview: what needs action, how things stand, and clients and visits over five years.
//!
//! Everything comes from the published directory and report: no card is opened.

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use register::directory::{Activity, Month};

use crate::breaches;
use crate::chart::{Chart, show_month};
use crate::clock::{show_recent, today};
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::tasks;
use crate::text::Language;
use crate::visitor::Visitor;

/// Months shown: the five years that anything is kept.
const MONTHS: u16 = 60;
/// Pairs to judge are counted up to here.
const PAIRS: usize = 100;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;
/// Bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;

/// One figure, and where to go about it.
struct Figure {
    word: String,
    says: String,
    href: &'static str,
    /// Whether somebody has to do something.
    needs: bool,
}

impl Figure {
    fn count(word: &str, count: usize, href: &'static str, needs: bool) -> Self {
        Self {
            word: word.to_owned(),
            says: count.to_string(),
            href,
            needs: needs && count > 0,
        }
    }
}

/// The owner's pages, on top of each.
pub(crate) fn desk(t: Language, here: &str) -> Markup {
    let pages = [
        ("/admin/overview", t.desk_overview()),
        ("/admin/clinic", t.desk_clinic()),
        ("/admin/papers", t.desk_papers()),
        ("/breaches", t.desk_breaches()),
        ("/admin/users", t.users()),
        ("/admin/tokens", t.tokens()),
        ("/retention", t.retention_room()),
        ("/erasures", t.erasures()),
        ("/audit", t.audit_room()),
    ];
    let current = |page: &str| {
        let below = here.strip_prefix(page);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    html! {
        nav .desk.unprinted aria-label=(t.desk()) {
            @for (path, word) in pages { a href=(path) aria-current=[current(path).then_some("page")] { (word) } }
        }
    }
}

/// The page.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let figures = figures(&who);
    let last = Month::of(today(who.house().clock));
    let activity = who.house().desk.directory().activity(last, MONTHS);
    let main = html! {
        h1 { (t.desk_overview()) }
        p .lead { (t.overview_lead()) }
        section .panel {
            header { h2 { (t.overview_needs()) } }
            @if !figures.iter().any(|one| one.needs) { p .muted { (t.overview_calm()) } }
            ul { @for one in figures.iter().filter(|one| one.needs) {
                li { a href=(one.href) { (one.word) } ": " strong { (one.says) } }
            } }
        }
        section .panel {
            header { h2 { (t.overview_now()) } }
            div .scroll tabindex="0" role="group" aria-label=(t.overview_now()) { table {
                thead { tr { th scope="col" { (t.figure()) } th scope="col" { (t.number()) } } }
                tbody { @for one in &figures { tr { th scope="row" { a href=(one.href) { (one.word) } } td { (one.says) } } } }
            } }
        }
        (over_time(t, &activity))
    };
    Ok(Page {
        title: t.desk_overview(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who))
}

fn figures(who: &Visitor) -> Vec<Figure> {
    let t = who.t();
    let now = today(who.house().clock);
    let breaches = breaches::open(who);
    let papers = tasks::open(who.house());
    let desk = &who.house().desk;
    let report = desk.report.borrow().clone();
    let (clients, due, pairs) = {
        let directory = desk.directory();
        let due: Vec<_> = directory
            .clients()
            .flat_map(|(_, summary)| summary.requests.iter().map(|request| request.due))
            .collect();
        (
            directory.client_count(),
            due,
            directory.likely_pairs(PAIRS).len(),
        )
    };
    let conflicts = desk.directory().conflicts().count();
    let late = due.iter().filter(|due| **due < now).count();
    let mut pairs_figure = Figure::count(t.figure_duplicates(), pairs, "/duplicates", true);
    if pairs == PAIRS {
        pairs_figure.says = format!("{} {pairs}", t.at_least());
    }
    let mut all = vec![
        Figure::count(t.figure_clients(), clients, "/clients", false),
        Figure::count(t.figure_requests(), due.len(), "/requests", true),
        Figure::count(t.figure_requests_late(), late, "/requests", true),
        Figure::count(
            t.figure_due(),
            report.retention.cards_soon,
            "/retention",
            false,
        ),
        Figure::count(t.figure_conflicts(), conflicts, "/conflicts", true),
        pairs_figure,
        Figure::count(t.figure_papers(), papers, "/tasks", true),
        Figure::count(t.figure_breaches(), breaches, "/breaches", true),
    ];
    all.extend(unsynced(who));
    all.extend(kept(who));
    all
}

/// What waits for each premises, and since when.
fn unsynced(who: &Visitor) -> Vec<Figure> {
    let t = who.t();
    let now = (who.house().clock)();
    let peers = who.house().desk.report.borrow().peers.clone();
    let figure = |peer: &register::replica::PeerReport| {
        let name = who.house().premises_name(peer.peer, t);
        let says = match peer.waiting_since {
            Some(since) if peer.waiting > 0 => {
                t.waits_since(peer.waiting, &show_recent(since, now))
            }
            _ => peer.waiting.to_string(),
        };
        Figure {
            word: t.figure_waiting(&name),
            says,
            href: "/premises",
            needs: false,
        }
    };
    peers.iter().map(figure).collect()
}

/// The last backup, and what is on disk.
fn kept(who: &Visitor) -> Vec<Figure> {
    let t = who.t();
    let now = (who.house().clock)();
    let backup = *who.house().desk.backup.borrow();
    let place = *who.house().desk.place.borrow();
    let says = match backup.map(|backup| backup.good) {
        None => t.held_no_backup().to_owned(),
        Some(None) => t.held_never_backed().to_owned(),
        Some(Some(at)) => age(t, at, now),
    };
    let megabytes = |bytes: Option<u64>| match bytes {
        Some(bytes) => format!("{} MB", bytes.div_ceil(MEGABYTE)),
        None => t.not_known().to_owned(),
    };
    let figure = |word: &str, says: String, needs| Figure {
        word: word.to_owned(),
        says,
        href: "/breaches/held",
        needs,
    };
    let never = backup.is_some_and(|backup| backup.good.is_none());
    vec![
        figure(t.figure_backup(), says, never),
        figure(t.figure_storage(), megabytes(place.used), false),
        figure(t.figure_free(), megabytes(place.free), false),
    ]
}

fn age(t: Language, at: Timestamp, now: Timestamp) -> String {
    let days = (now.as_second() - at.as_second()).max(0) / DAY;
    format!("{} ({})", show_recent(at, now), t.figure_days(days))
}

fn over_time(t: Language, activity: &[Activity]) -> Markup {
    let chart = |id, title, take: fn(&Activity) -> usize| Chart {
        id,
        title,
        bars: activity.iter().map(|one| (one.month, take(one))).collect(),
    };
    let charts = [
        chart("visits", t.chart_visits(), |one| one.visits),
        chart("visitors", t.chart_clients(), |one| one.clients),
        chart("made", t.chart_made(), |one| one.made),
    ];
    html! {
        section .panel {
            header { h2 { (t.over_time()) } }
            @for chart in &charts { (chart.show(t)) }
            details open {
                summary { (t.same_as_table()) }
                div .scroll tabindex="0" role="group" aria-label=(t.same_as_table()) { table .numbers {
                    thead { tr { th scope="col" { (t.month_word()) } th scope="col" { (t.visits_word()) } th scope="col" { (t.visitors_word()) } th scope="col" { (t.made_word()) } } }
                    tbody { @for one in activity.iter().rev() {
                        tr { th scope="row" { (show_month(one.month)) } td { (one.visits) } td { (one.clients) } td { (one.made) } }
                    } }
                } }
            }
        }
    }
}
