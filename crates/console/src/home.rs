//! The first page: a big search, the cards of before, the line to the other premises.

use axum::response::Response;
use maud::html;
use register::access::Action;

use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::visitor::Visitor;
use crate::{alarm, breaches, clients, premises, requests};

/// The page.
pub(crate) async fn page(who: Visitor) -> Response {
    let t = who.t();
    if who.house().desk.directory().is_closed() {
        return Problem::Quarantined.page(&who.look);
    }
    let recent = clients::recent(&who);
    let directory = who.house().desk.directory();
    let (count, choices) = (directory.client_count(), directory.conflicts().count());
    drop(directory);
    let desk = &who.house().desk;
    let pairs =
        who.may(Action::Govern) && desk.pair.is_some() && desk.report.borrow().peers.is_empty();
    let main = html! {
        div .start {
            h1 .hide { (t.start()) }
            (clients::search_box(&who.look, who.csrf(), "", true))
            p .aside { a .button href="/clients/new" data-key="Alt+N" { (t.new_client()) } a .button href="/requests" { (t.requests()) } @if who.may(register::access::Action::ReadCare) { a .button href="/adverse-events" { (t.adverse_events()) } a .button href="/consent" { (t.consent_texts()) } } span .muted { (t.client_count(count)) } }
            div #waiting data-region {
                (breaches::first_page(&who)) (requests::first_page(&who))
                @if choices > 0 {
                    p .strip.warn { (crate::icon::Icon::Conflict.show()) strong { (t.cards_wait(choices)) }
                        a href="/conflicts" { (t.look()) } }
                }
                (alarm::first_page(&who.look))
            }
            section .panel data-region #recent {
                header { h2 { (t.recent()) } }
                @if recent.is_empty() {
                    p .muted { @if count == 0 { (t.register_empty()) } @else { (t.no_recent()) } }
                } @else {
                    (clients::list(t, &recent))
                }
            }
            section .panel data-region #standing {
                header { h2 { (t.premises()) } div .acts { a href="/premises" { (t.look()) } } }
                (premises::summary(&who.look))
                @if pairs { p { a .button href="/pair" { (t.pair_do()) } } }
            }
        }
    };
    Page {
        title: t.start(),
        room: Room::Start,
        record: None,
        main,
    }
    .show(&who)
}
