//! "Toimipisteet": whether the premises agree, in plain words.

pub(crate) mod check;
pub(crate) mod key;
mod peer;
pub(crate) mod revoke;
mod router;

use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use register::access::Action::{JoinPremises, SeePremises};
use register::replica::{PeerReport, PeerState, Report};

use crate::alarm;
use crate::clock::{day, show_date, show_recent};
use crate::doors::Access::{May, Proved};
use crate::doors::Doors;
use crate::form::hidden;
use crate::icon::Icon;
use crate::line::LineStanding;
use crate::page::{Page, Room, part as respond};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Look, Visitor};

pub(crate) fn doors() -> Doors {
    Doors::default()
        .get("/premises", May(SeePremises), page)
        .get("/premises/line", May(SeePremises), part)
        .post("/premises/check", May(SeePremises), check::submit)
        .get(key::PATH, Proved(JoinPremises), key::page)
        .post(key::PATH, Proved(JoinPremises), key::submit)
        .get("/premises/{id}/revoke", Proved(JoinPremises), revoke::page)
        .post(
            "/premises/{id}/revoke",
            Proved(JoinPremises),
            revoke::submit,
        )
}

/// Apart for longer than this, the others are to look after the line.
const NOTICE: SignedDuration = SignedDuration::from_hours(24);
/// Apart for longer than this, the register closes soon.
const ALARM: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A copy of a computer that was seen within this time is still looked for.
const TWIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The page.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let report = who.house().desk.report.borrow().clone();
    let lines = who.house().desk.lines.standing();
    let main = html! {
        h1 { (t.premises()) }
        p .lead { (t.premises_lead()) }
        div #standing data-region {
            (own(&who, &report, &lines))
            @if report.peers.is_empty() { p .muted { (t.no_peers()) } }
            @for peer in &report.peers { (peer::panel(&who, &report, peer, lines.peers.get(&peer.peer))) }
            (revoke::out(&who, &report))
        }
        @if who.may(JoinPremises) && who.house().desk.pair.is_some() {
            p { a .button href="/pair" { (t.pair_do()) } }
        }
        section .panel {
            header { h2 { (t.check_line()) } }
            (check::result(&who))
            form method="post" action="/premises/check" {
                (hidden("csrf", who.csrf()))
                button { (t.check_line()) }
                p .hint { (t.check_line_hint()) }
            }
        }
    };
    Ok(Page {
        title: t.premises(),
        room: Room::Premises,
        record: None,
        main,
    }
    .show(&who))
}

/// The line's state for every page's header.
pub(crate) async fn part(who: Visitor) -> Response {
    respond(line(&who.look))
}

fn own(who: &Visitor, report: &Report, lines: &LineStanding) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    let desk = &who.house().desk;
    let conflicts = desk.directory().conflicts().count();
    html! {
        section .panel {
            header { h2 { (desk.premises) " " span .tag { (t.this_premises()) } } }
            @if report.revoked { (alarm::revoked(t)) }
            @if lines.cut { p .strip.warn { (Icon::Apart.show()) strong { (t.line_cut()) } } }
            p { (t.holds(report.clients)) }
            @if conflicts > 0 { p { a href="/conflicts" { (t.cards_wait(conflicts)) } } }
            @if let Some(change) = &report.next_key { (key::standing(who, change)) }
            dl .facts.counts {
                div { dt { (t.records_held()) } dd { (report.records) } }
                div { dt { (t.program_here()) } dd { (desk.program) } }
                (certificate(t, lines.certificate.map(|valid| valid.from), lines.certificate.map(|valid| valid.until), now))
            }
            (key::link(who))
            (router::show(who, &lines.router))
        }
    }
}

/// How long a certificate is valid, and since when where that is known.
fn certificate(
    t: Language,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Markup {
    let date = |at: Timestamp| show_date(day(at));
    html! {
        @if let Some(from) = from { div { dt { (t.certificate_made()) } dd { (date(from)) } } }
        div { dt { (t.certificate_valid()) }
            dd { @match until {
                Some(until) => (t.certificate_until(&date(until), days(now, until))),
                None => (t.not_known()),
            } } }
    }
}

/// Whole days from `now` until `at`; less than 0 when it is past.
pub(crate) fn days(now: Timestamp, at: Timestamp) -> i64 {
    at.duration_since(now).as_secs().div_euclid(24 * 60 * 60)
}

/// Since when nothing was heard of a peer that is out of reach.
fn apart_since(peer: &PeerReport) -> Option<Timestamp> {
    peer.heard.max(peer.agreed)
}

/// Whether a peer is known through another only, to which there is a line: what is made here reaches it that way.
fn through_others(report: &Report, peer: &PeerReport) -> bool {
    let met = |one: &PeerReport| one.state != PeerState::Apart || apart_since(one).is_some();
    !met(peer) && report.peers.iter().any(met)
}

/// How grave the state of a peer is. A cut of minutes is nothing to worry about: it heals by itself.
fn state(t: Language, peer: &PeerReport, now: Timestamp) -> (Icon, &'static str, &'static str) {
    match peer.state {
        PeerState::Agreed if peer.waiting == 0 => (Icon::Good, "ok", t.state_agreed()),
        PeerState::Agreed | PeerState::Exchanging => (Icon::Moving, "info", t.state_exchanging()),
        PeerState::Greeting => (Icon::Moving, "info", t.state_greeting()),
        PeerState::Apart => match apart_since(peer).map(|since| now.duration_since(since)) {
            Some(apart) if apart > ALARM => (Icon::Alert, "danger", t.state_apart_month()),
            Some(apart) if apart > NOTICE => (Icon::Apart, "warn", t.state_apart_day()),
            Some(_) => (Icon::Apart, "info", t.state_apart()),
            None => (Icon::Apart, "info", t.state_never()),
        },
        PeerState::OtherRegister => (Icon::Alert, "warn", t.state_other_register()),
        PeerState::OtherVersion => (Icon::Alert, "warn", t.state_other_version()),
        PeerState::Twin => (Icon::Alert, "danger", t.state_twin()),
    }
}

/// Premises that have been out of reach for so long that somebody has to look after the line.
pub(crate) fn long_apart(look: &Look, report: &Report, now: Timestamp) -> Markup {
    let t = look.t;
    let silent = report.peers.iter().filter_map(|peer| {
        let (icon, tone, word) = state(t, peer, now);
        let long = peer.state == PeerState::Apart && tone != "info";
        long.then(|| (icon, tone, word, look.house.premises_name(peer.peer, t)))
    });
    html! {
        @for (icon, tone, word, name) in silent {
            p .strip .(tone) { (icon.show()) strong { (name) ": " (word) } a href="/premises" { (t.look()) } }
        }
    }
}

/// When a copy of a premises' computer was seen, while that is worth an alarm.
pub(crate) fn recent_twin(peer: &PeerReport, now: Timestamp) -> Option<Timestamp> {
    peer.twin.filter(|at| now.duration_since(*at) < TWIN)
}

/// One calm pill for all premises: the worst state of any.
pub(crate) fn line(look: &Look) -> Markup {
    let t = look.t;
    let report = look.house.desk.report.borrow().clone();
    let now = (look.house.clock)();
    let met = report.peers.iter();
    let met = met.filter(|peer| !through_others(&report, peer));
    let worst = met.max_by_key(|peer| match peer.state {
        PeerState::Agreed if peer.waiting == 0 => 0,
        PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting => 1,
        PeerState::Apart => 2,
        PeerState::OtherRegister | PeerState::OtherVersion | PeerState::Twin => 3,
    });
    let (icon, tone, word) = match worst {
        None => (Icon::Info, "info", t.alone().to_owned()),
        Some(peer) => {
            let name = look.house.premises_name(peer.peer, t);
            let (icon, tone, _) = state(t, peer, now);
            (icon, tone, t.line(peer.state, peer.waiting, &name))
        }
    };
    html! { a .pill .(tone) href="/premises" { (icon.show()) (word) } }
}

/// The line to each premises, and when it was last heard: for a register that is closed until one is reached.
pub(crate) fn lines(look: &Look) -> Markup {
    let t = look.t;
    let now = (look.house.clock)();
    let report = look.house.desk.report.borrow().clone();
    html! {
        @if report.peers.is_empty() { p .muted { (t.no_peers()) } }
        @for peer in &report.peers {
            @let (icon, tone, _) = state(t, peer, now);
            @let name = look.house.premises_name(peer.peer, t);
            p .strip .(tone) { (icon.show()) strong { (t.line(peer.state, peer.waiting, &name)) }
                @if let Some(heard) = peer.heard { span { (t.last_heard(&show_recent(heard, now))) } } }
        }
    }
}

/// The state of each premises in a few words.
pub(crate) fn summary(look: &Look) -> Markup {
    let t = look.t;
    let now = (look.house.clock)();
    let report = look.house.desk.report.borrow().clone();
    html! {
        @if report.peers.is_empty() { p .muted { (t.no_peers()) } }
        @for peer in &report.peers {
            @let (icon, tone, word) = state(t, peer, now);
            p .strip .(tone) { (icon.show()) strong { (look.house.premises_name(peer.peer, t)) } span { (word) }
                @if through_others(&report, peer) { span { (t.through_others()) } }
                @else if peer.waiting > 0 { span { (t.waiting(peer.waiting)) } } }
        }
    }
}
