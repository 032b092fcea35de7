//! One other premises: the line to it, what waits, and what is known of its computer.

use jiff::Timestamp;
use maud::{Markup, html};
use register::access::Action;
use register::id::{CATALOGUE, RecordId, SETTINGS};
use register::replica::{Older, PeerReport, PeerState, Report};

use super::{apart_since, certificate, days, recent_twin, state, through_others};
use crate::alarm;
use crate::clock::{show_moment, show_recent};
use crate::line::PeerLine;
use crate::visitor::Visitor;

/// Seconds that two clocks may differ and still be called the same.
const CLOCK_SAME: i64 = 2;
/// A node that has heard nobody for so many days shows nobody.
const ALONE_DAYS: i64 = 35;

/// The panel.
pub(super) fn panel(
    who: &Visitor,
    report: &Report,
    peer: &PeerReport,
    line: Option<&PeerLine>,
) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    let (icon, tone, word) = state(t, peer, now);
    html! {
        section .panel {
            header { h2 { (who.house().premises_name(peer.peer, t)) }
                @if who.may(Action::Govern) {
                    div .acts { a href={ "/premises/" (peer.peer) "/revoke" } { (t.revoke()) } }
                } }
            p .strip .(tone) { (icon.show()) strong { (word) }
                @if let Some(since) = since(who, peer, line, now) { span { (since) } } }
            @if let Some(at) = recent_twin(peer, now) { (alarm::twin(&who.look, peer, at)) }
            @if through_others(report, peer) { p .muted { (t.through_others()) } }
            @else {
                p { (explain(who, peer, now)) }
                (waiting(who, peer, now))
            }
            (facts(who, peer, line, now))
        }
    }
}

/// Since when the line is up or down.
fn since(
    who: &Visitor,
    peer: &PeerReport,
    line: Option<&PeerLine>,
    now: Timestamp,
) -> Option<String> {
    let t = who.t();
    if peer.state == PeerState::Apart {
        let down = apart_since(peer).max(line.and_then(|line| line.heard))?;
        return Some(t.line_down_since(&show_recent(down, now)));
    }
    let up = line?.up?;
    Some(t.line_up_since(&show_recent(up, now)))
}

/// What it means, and what becomes of it.
fn explain(who: &Visitor, peer: &PeerReport, now: Timestamp) -> String {
    let t = who.t();
    let since = peer.agreed.map(|at| show_recent(at, now));
    match peer.state {
        PeerState::Agreed if peer.waiting == 0 => t.agreed_at(since.as_deref()),
        PeerState::Agreed | PeerState::Exchanging | PeerState::Greeting => {
            t.exchanging_since(since.as_deref())
        }
        PeerState::Apart => {
            let words = t.apart_since(since.as_deref());
            match apart_since(peer).map(|since| days(since, now)) {
                Some(apart) if apart >= 30 => {
                    format!("{words} {}", t.apart_closes((ALONE_DAYS - apart).max(0)))
                }
                Some(apart) if apart >= 1 => format!("{words} {}", t.apart_check()),
                _ => words,
            }
        }
        PeerState::OtherRegister => t.other_register_help().to_owned(),
        PeerState::OtherVersion => match peer.older {
            Some(Older::Here) => t.update_here().to_owned(),
            Some(Older::There) => t.update_there(&who.house().premises_name(peer.peer, t)),
            None => t.other_version_help().to_owned(),
        },
        PeerState::Twin => t.twin_help().to_owned(),
    }
}

/// What waits, in either direction.
fn waiting(who: &Visitor, peer: &PeerReport, now: Timestamp) -> Markup {
    let t = who.t();
    let apart = peer.state == PeerState::Apart;
    html! {
        h3 { (t.waits_to_go()) }
        @if peer.waiting > 0 {
            p { (t.waiting(peer.waiting)) @if let Some(since) = peer.waiting_since { " " (t.waiting_since(&show_recent(since, now))) } }
            (names(who, peer))
        } @else {
            p .muted { (t.nothing_waits()) }
        }
        h3 { (t.waits_to_come()) }
        @if peer.coming { p { (t.coming()) } }
        @else if apart { p .muted { (t.coming_unknown()) } }
        @else { p .muted { (t.nothing_comes()) } }
    }
}

/// What waits by name, with a way to the card, for whoever may see names.
fn names(who: &Visitor, peer: &PeerReport) -> Markup {
    let t = who.t();
    let directory = who.house().desk.directory();
    if !who.may(Action::ReadCards) || directory.is_closed() {
        return html! {};
    }
    let named = |record: RecordId| {
        let card = directory.client(record).map(|summary| {
            let name = summary.name.as_ref().map(|name| name.listed());
            (
                Some(record),
                name.unwrap_or_else(|| t.not_known_yet().to_owned()),
            )
        });
        let user = || {
            let user = directory.user(record)?;
            Some((None, t.record_user(&user.profile.name)))
        };
        let common = || match record {
            SETTINGS => Some((None, t.record_settings().to_owned())),
            CATALOGUE => Some((None, t.record_catalogue().to_owned())),
            _ => None,
        };
        card.or_else(user).or_else(common)
    };
    let known: Vec<(Option<RecordId>, String)> =
        peer.oldest.iter().copied().filter_map(named).collect();
    let more = peer.waiting.saturating_sub(known.len());
    html! {
        ul .plain {
            @for (card, name) in &known {
                li { @match card {
                    Some(card) => a href={ "/clients/" (card) } { (name) },
                    None => (name),
                } }
            }
            @if more > 0 { li .muted { (t.records_more(more)) } }
        }
    }
}

/// What is known of the computer there and of the line.
fn facts(who: &Visitor, peer: &PeerReport, line: Option<&PeerLine>, now: Timestamp) -> Markup {
    let t = who.t();
    let moment = |at: Option<Timestamp>| match at {
        Some(at) => show_recent(at, now),
        None => t.not_known().to_owned(),
    };
    let round_trip = line.and_then(|line| line.round_trip);
    let clock = match peer.clock_ahead {
        None => t.not_known().to_owned(),
        Some(ahead) if ahead.abs() <= CLOCK_SAME => t.clock_same().to_owned(),
        Some(ahead) => t.clock_ahead_there(ahead),
    };
    // What it said is of when the line was opened; where both hold the same, what is here is what is there.
    let records = match peer.state {
        PeerState::Agreed if peer.waiting == 0 => {
            let held = who.house().desk.report.borrow().records;
            u64::try_from(held).ok()
        }
        _ => peer.records,
    };
    html! {
        details open[who.may(Action::Govern)] {
            summary { (t.more_of_line()) }
            dl .facts.counts {
                div { dt { (t.heard_last()) } dd { (moment(peer.heard)) } }
                div { dt { (t.round_trip()) } dd { @match round_trip {
                    Some(time) => (t.milliseconds(time)),
                    None => (t.not_known()),
                } } }
                div { dt { (t.clock_there()) } dd { (clock) } }
                div { dt { (t.compared_last()) } dd { @match peer.checked {
                    Some(at) => (show_moment(at)),
                    None => (t.compared_never()),
                } } }
                div { dt { (t.records_there()) } dd { @match records {
                    Some(records) => (records),
                    None => (t.not_known()),
                } } }
                div { dt { (t.program_there()) } dd { (peer.program.as_deref().unwrap_or(t.not_known())) } }
                (certificate(t, None, line.and_then(|line| line.certificate_until), now))
            }
        }
    }
}
