//! "Poista käytöstä": a computer that was lost, stolen or retired is put out for good, at every premises.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::directory::fold;
use register::id::NodeId;
use register::replica::{Command, PeerReport, Refusal, Report};

use crate::clock::show_recent;
use crate::desk::DeskError;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

/// The page: what will happen.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let peer = find(&who, &id)?;
    Ok(show(&who, &peer, &Form::default(), &Faults::default()))
}

/// Puts the computer out.
pub(super) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let peer = find(&who, &id)?;
    if put_out(&who, &peer, form.get("name")).await? {
        return Ok(redirect("/premises#out"));
    }
    let mut faults = Faults::default();
    faults.add("name", who.t().revoke_name_wrong());
    let mut response = show(&who, &peer, &form, &faults);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// Puts a premises' computer out for good, unless it is another's name that was typed.
pub(crate) async fn put_out(
    who: &Visitor,
    peer: &PeerReport,
    typed: &str,
) -> Result<bool, Problem> {
    let name = who.house().premises_name(peer.peer, who.t());
    if plain(typed) != plain(&name) {
        return Ok(false);
    }
    let command = Command::Revoke {
        node: peer.peer,
        author: who.user.id,
    };
    match who.house().desk.ask(command).await {
        Ok(_) => Ok(true),
        Err(DeskError::Refused(Refusal::NoPeer)) => Err(Problem::NotFound),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn find(who: &Visitor, id: &str) -> Result<PeerReport, Problem> {
    let node: NodeId = id.parse().map_err(|_| Problem::NotFound)?;
    let report = who.house().desk.report.borrow();
    let mut peers = report.peers.iter();
    peers
        .find(|peer| peer.peer == node)
        .cloned()
        .ok_or(Problem::NotFound)
}

/// Without what a person may type otherwise: case, accents, spaces.
fn plain(name: &str) -> String {
    fold(name).split_whitespace().collect()
}

fn show(who: &Visitor, peer: &PeerReport, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let now = (who.house().clock)();
    let name = who.house().premises_name(peer.peer, t);
    let main = html! {
        p .crumb { a href="/premises" { (t.premises()) } }
        h1 { (t.revoke_title(&name)) }
        (faults.summary(t))
        p .lead { (t.revoke_lead()) }
        section .panel {
            header { h2 { (t.revoke_happens()) } }
            p { (t.revoke_everywhere()) }
            p { (t.revoke_disk()) }
            p { (t.revoke_staff()) }
            p { (t.revoke_new()) }
            @if peer.waiting > 0 { p .strip.info { (Icon::Info.show()) span .words { (t.revoke_waiting(peer.waiting)) } } }
            p .strip.warn { (Icon::Alert.show()) span .words {
                @match peer.agreed {
                    Some(agreed) => (t.revoke_lost(&show_recent(agreed, now))),
                    None => (t.revoke_lost_all()),
                }
            } }
        }
        form .sheet method="post" action={ "/premises/" (peer.peer) "/revoke" } novalidate {
            (hidden("csrf", who.csrf()))
            (Field::new("name", t.revoke_name(), Input::Text).hint(&name).required().show(form, faults))
            p .actions {
                a .button href="/premises" { (t.cancel()) }
                button .danger { (t.revoke()) }
            }
        }
    };
    Page {
        title: t.revoke(),
        room: Room::Premises,
        record: None,
        main,
    }
    .show(who)
}

/// Computers that are out, and where that is known by now.
pub(super) fn out(who: &Visitor, report: &Report) -> Markup {
    let t = who.t();
    let others: Vec<NodeId> = report
        .out
        .iter()
        .copied()
        .filter(|node| *node != report.node)
        .collect();
    if others.is_empty() || !who.may(Action::JoinPremises) {
        return html! {};
    }
    let named = |knows: bool| {
        let peers = report.peers.iter();
        let peers = peers.filter(|peer| peer.knows_members == knows);
        let names = peers.map(|peer| who.house().premises_name(peer.peer, t));
        names.collect::<Vec<String>>().join(", ")
    };
    let (known, unknown) = (named(true), named(false));
    html! {
        section .panel #out {
            header { h2 { (t.out_of_use()) } }
            ul { @for node in &others { li { (who.house().premises_name(*node, t)) " · " span .muted { (node) } } } }
            p { (t.out_for_good()) }
            p { (t.out_known_here()) @if !known.is_empty() { " " (t.out_known_at(&known)) } }
            @if !unknown.is_empty() { p .strip.info { (Icon::Moving.show()) span .words { (t.out_unknown_at(&unknown)) } } }
        }
    }
}
