//! "Toimipisteet": whether the premises agree, in plain words.

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use register::access::Action;
use register::replica::{Command, PeerReport, PeerState, Report};

use crate::clock::show_recent;
use crate::form::hidden;
use crate::icon::Icon;
use crate::page::{Page, Room, part as respond};
use crate::problem::{Problem, redirect};
use crate::visitor::{Look, Posted, Visitor};

/// The page.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let report = who.house().desk.report.borrow().clone();
    let main = html! {
        h1 { (t.premises()) }
        p .lead { (t.premises_lead()) }
        div #standing data-region {
            (own(&who, &report))
            @if report.peers.is_empty() { p .muted { (t.no_peers()) } }
            @for peer in &report.peers { (other(&who, peer)) }
        }
        @if who.may(Action::Govern) && who.house().desk.pair.is_some() {
            p { a .button href="/pair" { (t.pair_do()) } }
        }
        form method="post" action="/premises/check" {
            (hidden("csrf", who.csrf()))
            button { (t.check_line()) }
            p .hint { (t.check_line_hint()) }
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

/// Compares everything with every premises in reach.
pub(crate) async fn check(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    who.house().desk.ask(Command::CheckPeers).await?;
    Ok(redirect("/premises"))
}

fn own(who: &Visitor, report: &Report) -> Markup {
    let t = who.t();
    let conflicts = who.house().desk.directory().conflicts().count();
    html! {
        section .panel {
            header { h2 { (who.house().desk.premises) " " span .tag { (t.this_premises()) } } }
            p { (t.holds(report.clients)) }
            @if conflicts > 0 { p { a href="/conflicts" { (t.cards_wait(conflicts)) } } }
        }
    }
}

fn other(who: &Visitor, peer: &PeerReport) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    let (icon, tone, word) = state(who.t(), peer);
    html! {
        section .panel {
            header { h2 { (who.house().premises_name(peer.peer, t)) } }
            p .strip .(tone) { (icon.show()) strong { (word) } }
            p { (explain(who, peer, now)) }
            @if peer.waiting > 0 {
                p { (t.waiting(peer.waiting)) @if let Some(since) = peer.waiting_since { " " (t.waiting_since(&show_recent(since, now))) } }
            } @else {
                p .muted { (t.nothing_waits()) }
            }
            @if let Some(heard) = peer.heard { p .muted { (t.last_heard(&show_recent(heard, now))) } }
        }
    }
}

const fn state(t: crate::text::Language, peer: &PeerReport) -> (Icon, &'static str, &'static str) {
    match peer.state {
        PeerState::Agreed if peer.waiting == 0 => (Icon::Good, "ok", t.state_agreed()),
        PeerState::Agreed | PeerState::Exchanging => (Icon::Moving, "info", t.state_exchanging()),
        PeerState::Greeting => (Icon::Moving, "info", t.state_greeting()),
        PeerState::Apart => (Icon::Apart, "info", t.state_apart()),
        PeerState::OtherRegister => (Icon::Alert, "warn", t.state_other_register()),
        PeerState::OtherVersion => (Icon::Alert, "warn", t.state_other_version()),
        PeerState::Twin => (Icon::Alert, "warn", t.state_twin()),
    }
}

fn explain(who: &Visitor, peer: &PeerReport, now: Timestamp) -> String {
    let t = who.t();
    let since = peer.agreed.map(|at| show_recent(at, now));
    match peer.state {
        PeerState::Agreed if peer.waiting == 0 => t.agreed_at(since.as_deref()),
        PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting => {
            t.exchanging_since(since.as_deref())
        }
        PeerState::Apart => t.apart_since(since.as_deref()),
        PeerState::OtherRegister => t.other_register_help().to_owned(),
        PeerState::OtherVersion => t.other_version_help().to_owned(),
        PeerState::Twin => t.twin_help().to_owned(),
    }
}

/// One calm pill for all premises: the worst state of any.
pub(crate) fn line(look: &Look) -> Markup {
    let t = look.t;
    let report = look.house.desk.report.borrow();
    let worst = report.peers.iter().max_by_key(|peer| match peer.state {
        PeerState::Agreed if peer.waiting == 0 => 0,
        PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting => 1,
        PeerState::Apart => 2,
        PeerState::OtherRegister | PeerState::OtherVersion | PeerState::Twin => 3,
    });
    let (icon, tone, word) = match worst {
        None => (Icon::Info, "info", t.alone().to_owned()),
        Some(peer) => {
            let name = look.house.premises_name(peer.peer, t);
            let (icon, tone, _) = state(t, peer);
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
            @let (icon, tone, _) = state(t, peer);
            @let name = look.house.premises_name(peer.peer, t);
            p .strip .(tone) { (icon.show()) strong { (t.line(peer.state, peer.waiting, &name)) }
                @if let Some(heard) = peer.heard { span { (t.last_heard(&show_recent(heard, now))) } } }
        }
    }
}

/// The state of each premises in a few words.
pub(crate) fn summary(look: &Look) -> Markup {
    let t = look.t;
    let report = look.house.desk.report.borrow().clone();
    html! {
        @if report.peers.is_empty() { p .muted { (t.no_peers()) } }
        @for peer in &report.peers {
            @let (icon, tone, word) = state(t, peer);
            p .strip .(tone) { (icon.show()) strong { (look.house.premises_name(peer.peer, t)) } span { (word) }
                @if peer.waiting > 0 { span { (t.waiting(peer.waiting)) } } }
        }
    }
}
