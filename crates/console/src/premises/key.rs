//! "Vaihda koneen avain": the node goes over to a new key, once every premises has heard of it.

use axum::response::Response;
use maud::{Markup, html};
use register::access::Action::JoinPremises;
use register::audit::{Act, AuditEvent};
use register::replica::{Command, KeyChange};

use crate::form::hidden;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

pub(super) const PATH: &str = "/premises/key";

/// What a change of the key is for, and how one stands that is under way.
pub(super) async fn page(who: Visitor) -> Response {
    let t = who.t();
    let change = under_way(&who);
    let main = html! {
        p .crumb { a href="/premises" { (t.premises()) } }
        h1 { (t.key_title()) }
        p .lead { (t.key_lead()) }
        section .panel {
            header { h2 { (t.key_happens()) } }
            p { (t.key_announced()) }
            p { (t.key_taken()) }
            p { (t.key_when_away()) }
            p { (t.key_backups()) }
        }
        @if let Some(change) = &change { (standing(&who, change)) }
        @else if who.house().desk.prepare_key.is_none() { p .muted { (t.key_impossible()) } }
        @else {
            form method="post" action=(PATH) {
                (hidden("csrf", who.csrf()))
                p .actions {
                    a .button href="/premises" { (t.cancel()) }
                    button .primary { (t.key_do()) }
                }
            }
        }
    };
    Page {
        title: t.key_title(),
        room: Room::Premises,
        record: None,
        main,
    }
    .show(&who)
}

/// Makes the next key and announces it.
pub(super) async fn submit(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    announce(&who).await?;
    Ok(redirect("/premises"))
}

/// Makes the next key and announces it. Where one is announced already, nothing is done, and `false` returned.
pub(crate) async fn announce(who: &Visitor) -> Result<bool, Problem> {
    if under_way(who).is_some() {
        return Ok(false);
    }
    let desk = &who.house().desk;
    let prepare = desk.prepare_key.clone().ok_or(Problem::NotFound)?;
    // It writes files.
    let prepared = tokio::task::spawn_blocking(move || prepare()).await;
    let key = prepared.ok().flatten().ok_or(Problem::Internal)?;
    let event = AuditEvent::of(who.user.id, Act::Peers);
    desk.ask(Command::Audit(event)).await?;
    desk.ask(Command::AnnounceKey(key)).await?;
    Ok(true)
}

fn under_way(who: &Visitor) -> Option<KeyChange> {
    who.house().desk.report.borrow().next_key.clone()
}

/// The key that this node goes over to, and whom that waits for.
pub(super) fn standing(who: &Visitor, change: &KeyChange) -> Markup {
    let t = who.t();
    let names: Vec<String> = change
        .waits_for
        .iter()
        .map(|node| who.house().premises_name(*node, t))
        .collect();
    let words = if names.is_empty() {
        t.key_ready().to_owned()
    } else {
        t.key_waits(&names.join(", "))
    };
    html! { p .strip.info { (Icon::Moving.show()) span .words { (words) } } }
}

/// The way to the page, for whom it is.
pub(super) fn link(who: &Visitor) -> Markup {
    let offered = who.may(JoinPremises) && who.house().desk.prepare_key.is_some();
    html! { @if offered { p { a href=(PATH) { (who.t().key_title()) } } } }
}
