//! What this node held: the page to print when a computer is lost (GDPR Article 33(3)).

use axum::response::Response;
use maud::html;

use crate::clock::show_moment;
use crate::desk::KeyPlace;
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

/// The page.
pub(super) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let desk = &who.house().desk;
    let report = desk.report.borrow().clone();
    let backup = *desk.backup.borrow();
    let place = *desk.place.borrow();
    let users = desk.directory().users().count();
    let backed = match backup.map(|backup| backup.good) {
        None => t.held_no_backup().to_owned(),
        Some(None) => t.held_never_backed().to_owned(),
        Some(Some(at)) => show_moment(at),
    };
    let peers: Vec<String> = report
        .peers
        .iter()
        .map(|peer| who.house().premises_name(peer.peer, t))
        .collect();
    let peers = if peers.is_empty() {
        t.held_no_peers().to_owned()
    } else {
        peers.join(", ")
    };
    let facts = [
        (t.at_premises(), desk.premises.clone()),
        (t.held_clients(), report.clients.to_string()),
        (t.held_users(), users.to_string()),
        (t.held_kinds(), t.held_kinds_text().to_owned()),
        (t.held_sealed(), t.held_sealed_text().to_owned()),
        (t.held_keys(), keys(t, place.keys).to_owned()),
        (t.held_backup(), backed),
        (t.held_peers(), peers),
    ];
    let main = html! {
        p .crumb { a href="/breaches" { (t.desk_breaches()) } }
        h1 { (t.held()) }
        p .lead { (t.held_lead()) }
        (Letterhead::of(who.house()).show(t))
        section .panel { dl .facts { @for (word, text) in facts { div { dt { (word) } dd { (text) } } } } }
        p .muted { (t.printed_on(&show_moment((who.house().clock)()))) }
    };
    Ok(Page {
        title: t.held(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who))
}

const fn keys(t: Language, keys: Option<KeyPlace>) -> &'static str {
    match keys {
        None => t.keys_unknown(),
        Some(KeyPlace {
            apart: false,
            sealed: false,
        }) => t.keys_beside_file(),
        Some(KeyPlace {
            apart: false,
            sealed: true,
        }) => t.keys_beside_secret(),
        Some(KeyPlace {
            apart: true,
            sealed: false,
        }) => t.keys_apart_file(),
        Some(KeyPlace {
            apart: true,
            sealed: true,
        }) => t.keys_apart_secret(),
    }
}
