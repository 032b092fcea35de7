//! Every card that waits for a person to choose.

use axum::response::Response;
use maud::html;
use register::directory::Hit;

use crate::clients;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Cards shown.
pub(crate) const SHOWN: usize = 200;

/// The list.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let directory = who.house().desk.directory();
    let mut waiting: Vec<Hit> = directory
        .conflicts()
        .take(SHOWN)
        .filter_map(|(id, _)| directory.hit(id))
        .collect();
    drop(directory);
    waiting.sort_by(|a, b| a.summary.name.cmp(&b.summary.name));
    let main = html! {
        div #live data-region {
            h1 { (t.conflicts()) }
            p .lead { (t.conflicts_lead()) }
            @if waiting.is_empty() {
                p .strip.ok { (crate::icon::Icon::Good.show()) span { (t.no_conflicts()) } }
            } @else {
                p { (t.cards_wait(waiting.len())) }
                (clients::list_made(&who, &waiting))
            }
        }
    };
    Ok(Page {
        title: t.conflicts(),
        room: Room::Conflicts,
        record: None,
        main,
    }
    .show(&who))
}
