//! The record of processing activities (GDPR Article 30).

use axum::extract::Query;
use axum::response::Response;
use maud::html;

use crate::clock::{show_date, today};
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::visitor::Visitor;

use super::{Clause, Printed, sheet};

/// The record.
pub(crate) async fn page(
    who: Visitor,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let language = printed.language(&who);
    let head = Letterhead::of(who.house());
    let mut controller = head.controller_lines(language);
    controller.extend([head.contact_line(), head.controller.register_name]);
    controller.retain(|line| !line.is_empty());
    let paper = html! {
        h1 { (language.processing_record()) }
        (Clause::new(language.record_controller(), controller).show())
        @for clause in language.record_clauses() { (Clause::of(*clause).show()) }
        p .muted { (language.printed_on(&show_date(today(who.house().clock)))) }
    };
    Ok(Page {
        title: who.t().processing_record(),
        room: Room::Desk,
        record: None,
        main: sheet(&who, "/admin/papers/record", language, paper, html! {}),
    }
    .show(&who))
}
