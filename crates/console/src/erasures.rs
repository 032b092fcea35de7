//! Certificates of erasure: what was decided, and which premises have carried it out. No personal data.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use register::edit::EditError;
use register::id::RecordId;
use register::ledger::Reason;
use register::replica::{Answer, Command, Erasure, Refusal};

use crate::clock::show_moment;
use crate::desk::DeskError;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Certificates listed.
pub(crate) const SHOWN: usize = 500;
/// Letters of a reference that are read together.
const GROUP: usize = 4;

/// Every certificate, newest first.
pub(crate) async fn list(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let Answer::Erasures(all) = who.house().desk.ask(Command::Erasures).await? else {
        return Err(Problem::Internal);
    };
    let main = html! {
        div #standing data-region {
            p .crumb { a href="/retention" { (t.retention()) } }
            h1 { (t.erasures()) }
            @if all.is_empty() { p .muted { (t.no_erasures()) } } @else {
                @if all.len() > SHOWN { p { (t.shown_of(SHOWN, all.len())) } }
                div .scroll tabindex="0" role="group" aria-label=(t.erasures()) { table {
                    thead { tr { th { (t.reference()) } th { (t.decided_at()) } th { (t.erase_reason()) } th { (t.state()) } } }
                    tbody { @for erasure in all.iter().take(SHOWN) { (row(&who, erasure)) } }
                } }
            }
        }
    };
    Ok(Page {
        title: t.erasures(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who))
}

fn row(who: &Visitor, erasure: &Erasure) -> Markup {
    let t = who.t();
    let all = erasure.confirmed.len() + erasure.awaited.len();
    let (icon, tone) = if erasure.awaited.is_empty() {
        (Icon::Good, "ok")
    } else {
        (Icon::Moving, "info")
    };
    html! {
        tr {
            td { a .reference href={ "/erasures/" (erasure.record) } { (grouped(erasure.record)) } }
            td { (show_moment(erasure.at)) }
            td { (t.reason(erasure.reason)) }
            td { span .mark .(tone) { (icon.show()) (t.confirmed_of(erasure.confirmed.len(), all)) } }
        }
    }
}

/// One certificate. It follows the confirmations as they arrive.
pub(crate) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let record: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    let erasure = find(&who, record).await?.ok_or(Problem::NotFound)?;
    let t = who.t();
    let main = html! {
        div #standing data-region {
            p .crumb { a href="/erasures" { (t.erasures()) } }
            h1 { (t.certificate()) }
            p .lead { @match erasure.reason {
                Reason::FormerUser => (t.certificate_lead_user()),
                Reason::Request | Reason::Ended | Reason::Retention | Reason::Rectification | Reason::Consent => (t.certificate_lead()),
            } }
            (body(&who, &erasure))
        }
        p .actions {
            button type="button" data-print hidden { (t.print()) }
            a href="/" { (t.to_start()) }
        }
    };
    Ok(Page {
        title: t.certificate(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who))
}

fn body(who: &Visitor, erasure: &Erasure) -> Markup {
    let t = who.t();
    let house = who.house();
    html! {
        @if erasure.awaited.is_empty() {
            p .strip.ok { (Icon::Good.show()) strong { (t.all_confirmed()) } }
        } @else {
            p .strip.info { (Icon::Moving.show()) span { (t.some_awaited()) } }
        }
        section .panel {
            dl .facts {
                div { dt { (t.reference()) } dd .reference { (grouped(erasure.record)) } }
                div { dt { (t.decided_at()) } dd { (show_moment(erasure.at)) } }
                div { dt { (t.decided_where()) } dd { (house.premises_name(erasure.node, t)) } }
                div { dt { (t.erase_reason()) } dd { (t.reason(erasure.reason)) } }
            }
        }
        section .panel {
            header { h2 { (t.premises()) } }
            dl .facts {
                @for one in &erasure.confirmed {
                    div { dt { (house.premises_name(one.node, t)) }
                        dd { span .mark.ok { (Icon::Good.show()) (t.erased_at()) } " " (show_moment(one.at)) } }
                }
                @for node in &erasure.awaited {
                    div { dt { (house.premises_name(*node, t)) }
                        dd { span .mark.info { (Icon::Moving.show()) (t.awaited()) } } }
                }
            }
        }
    }
}

/// What is known of an erasure; `None` when the record was not erased.
pub(crate) async fn find(who: &Visitor, record: RecordId) -> Result<Option<Erasure>, Problem> {
    match who.house().desk.ask(Command::Erasure(record)).await {
        Ok(Answer::Erasure(erasure)) => Ok(Some(*erasure)),
        Ok(_) => Err(Problem::Internal),
        Err(DeskError::Refused(Refusal::Edit(EditError::NoRecord))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A reference as people read it to each other: in groups of four.
pub(crate) fn grouped(record: RecordId) -> String {
    let text = record.to_string();
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters
        .chunks(GROUP)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_in_groups() {
        let record = RecordId::from_bytes([0xab; 16]);
        assert_eq!(grouped(record), "abab abab abab abab abab abab abab abab");
    }
}
