//! The page of a closed register: in quarantine a node shows nobody until ledgers were exchanged.

use axum::response::Response;
use maud::{Markup, html};
use register::replica::Command;

use crate::form::{Faults, Form, hidden, tick};
use crate::icon::Icon;
use crate::premises;
use crate::problem::{Problem, redirect};
use crate::visitor::{Look, Posted, Visitor};

/// The page's contents.
pub(crate) fn main(look: &Look) -> Markup {
    let t = look.t;
    let why = look.house.desk.report.borrow().quarantine;
    html! {
        h1 { (Icon::Lock.show()) " " (t.closed_title()) }
        p .lead { (t.closed_why(why)) }
        p .lead { (t.closed_opens()) }
        div #standing data-region { (premises::lines(look)) }
        p { a .button href="/premises" { (t.closed_look()) } }
        @if look.is_owner() {
            details .removal {
                summary { (t.release_title()) }
                p .lead { (t.release_text()) }
                form method="post" action="/quarantine/release" {
                    (hidden("csrf", look.csrf()))
                    (tick("sure", t.release_sure(), &Form::default(), &Faults::default()))
                    button .danger { (t.release()) }
                }
            }
        }
    }
}

/// The owner lets the node serve all the same; that is logged.
pub(crate) async fn release(Posted { who, form }: Posted) -> Result<Response, Problem> {
    if form.get("sure") != "yes" {
        return Err(Problem::Quarantined);
    }
    open(&who).await?;
    Ok(redirect("/"))
}

/// Opens the register by the word of who answers for it.
pub(crate) async fn open(who: &Visitor) -> Result<(), Problem> {
    let command = Command::Release(who.user.id);
    who.house().desk.ask(command).await?;
    Ok(())
}
