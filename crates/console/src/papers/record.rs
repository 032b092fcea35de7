//! The record of processing activities (GDPR Article 30).

use axum::extract::Query;
use axum::response::Response;
use maud::html;

use crate::clock::{show_date, today};
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

use super::{Clause, Printed, sheet};

/// What it says.
pub(crate) fn clauses(t: Language, head: Letterhead) -> Vec<Clause> {
    let mut controller = head.controller_lines(t);
    controller.extend([head.contact_line(), head.controller.register_name]);
    controller.retain(|line| !line.is_empty());
    let own = Clause::new(t.record_controller(), controller);
    let rest = t.record_clauses().iter().copied().map(Clause::of);
    core::iter::once(own).chain(rest).collect()
}

/// The record.
pub(crate) async fn page(
    who: Visitor,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let language = printed.language(&who);
    let paper = html! {
        h1 { (language.processing_record()) }
        @for clause in clauses(language, Letterhead::of(who.house())) { (clause.show()) }
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
