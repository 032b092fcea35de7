//! The board of requests (clause 10): what waits for an answer, the soonest due first.

use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use register::access::Action;
use register::id::RecordId;
use register::request::{OpenRequest, RequestProof};

use crate::clock::{show_date, today};
use crate::erasures::grouped;
use crate::house::House;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

/// One that waits, and whose it is.
pub(crate) struct Waiting {
    pub(crate) client: RecordId,
    pub(crate) name: Option<String>,
    pub(crate) request: OpenRequest,
}

/// Every open request, the soonest due first.
pub(crate) fn open(house: &House) -> Vec<Waiting> {
    let directory = house.desk.directory();
    let mut all: Vec<Waiting> = directory
        .clients()
        .flat_map(|(client, summary)| {
            summary.requests.iter().map(move |request| Waiting {
                client,
                name: summary.name.as_ref().map(|name| name.listed()),
                request: *request,
            })
        })
        .collect();
    all.sort_by_key(|one| (one.request.due, one.client, one.request.entry));
    all
}

/// The board.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let now = today(who.house().clock);
    let all = open(who.house());
    let main = html! {
        div #live data-region {
            h1 { (t.requests()) }
            p .lead { (t.requests_lead()) }
            section .panel {
                header { h2 { (t.requests_open()) } }
                @if all.is_empty() { p .strip.ok { (Icon::Good.show()) span { (t.requests_none_open()) } } } @else {
                    div .scroll tabindex="0" role="group" aria-label=(t.requests_open()) { table {
                        thead { tr { th { (t.request_due()) } th { (t.request()) } th { (t.name()) } th { (t.request_received()) } } }
                        tbody { @for one in &all { (row(t, one, now)) } }
                    } }
                }
            }
            section .panel {
                header { h2 { (t.requests_closed()) } }
                p .muted { (t.requests_closed_where()) }
            }
            (outlived(&who))
        }
    };
    Ok(Page {
        title: t.requests(),
        room: Room::Start,
        record: None,
        main,
    }
    .show(&who))
}

/// Requests whose cards are erased: days and codes, and nothing of whose they were.
fn outlived(who: &Visitor) -> Markup {
    let t = who.t();
    let mut all: Vec<RequestProof> = {
        let directory = who.house().desk.directory();
        let settings = directory.settings().filter(|_| !directory.is_closed());
        let proofs = settings.into_iter().flat_map(|settings| &settings.proofs);
        let told = proofs.filter_map(RequestProof::told).cloned();
        told.collect()
    };
    all.retain(|one| one.goes() > today(who.house().clock));
    all.sort_by_key(|one| (core::cmp::Reverse(one.ended), one.card));
    html! {
        @if !all.is_empty() {
            section .panel {
                header { h2 { (t.requests_outlived()) } }
                p .muted { (t.requests_outlived_why()) }
                div .scroll tabindex="0" role="group" aria-label=(t.requests_outlived()) { table {
                    thead { tr { th { (t.request()) } th { (t.request_channel()) } th { (t.request_received()) } th { (t.request_due()) }
                        th { (t.request_outcome()) } th { (t.request_ended()) } th { (t.proof_kept_until()) } th { (t.reference()) } } }
                    tbody { @for one in &all { (proof_row(who, one)) } }
                } }
            }
        }
    }
}

fn proof_row(who: &Visitor, one: &RequestProof) -> Markup {
    let t = who.t();
    let reference = grouped(one.card);
    html! {
        tr {
            td { (t.request_kind(one.kind)) }
            td { (t.channel(one.channel)) }
            td { (show_date(one.received)) }
            td { (show_date(one.due)) }
            td { @match one.outcome { Some(outcome) => (t.outcome(outcome)), None => (t.proof_card_went()) } }
            td { (show_date(one.ended)) }
            td { (show_date(one.goes())) }
            td { @if who.may(Action::Erase) { a .reference href={ "/erasures/" (one.card) } { (reference) } } @else { span .reference { (reference) } } }
        }
    }
}

fn row(t: Language, one: &Waiting, now: Date) -> Markup {
    let request = &one.request;
    html! {
        tr {
            td { (deadline(t, request.due, now)) }
            td { a href={ "/clients/" (one.client) "/requests/" (request.entry) } { (t.request_kind(request.kind)) } }
            td { a href={ "/clients/" (one.client) } { (one.name.as_deref().unwrap_or(t.not_known_yet())) } }
            td { (show_date(request.received)) }
        }
    }
}

/// A deadline; once it has passed, with an icon and a word.
pub(crate) fn deadline(t: Language, due: Date, now: Date) -> Markup {
    html! {
        @if due < now { span .mark.danger { (Icon::Alert.show()) (t.request_late()) " " (show_date(due)) } }
        @else { (show_date(due)) }
    }
}

/// What the owner's first page says of requests.
pub(crate) fn first_page(who: &Visitor) -> Markup {
    let t = who.t();
    let all = open(who.house());
    let soonest = all.first().map(|one| one.request.due);
    html! {
        @if let Some(due) = soonest.filter(|_| who.may(Action::DecideRequests)) {
            @let late = due < today(who.house().clock);
            p .strip.(if late { "danger" } else { "info" }) {
                @if late { (Icon::Alert.show()) strong { (t.request_late()) ": " (t.requests_due(all.len(), &show_date(due))) } }
                @else { (Icon::Info.show()) strong { (t.requests_due(all.len(), &show_date(due))) } }
                a href="/requests" { (t.look()) }
            }
        }
    }
}
