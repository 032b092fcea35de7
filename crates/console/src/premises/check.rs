//! "Tarkista yhteys": what stands between the premises, found out beside the page.

use axum::response::Response;
use maud::{Markup, html};
use register::replica::Command;

use crate::clock::show_recent;
use crate::icon::Icon;
use crate::line::{Cause, Finding, LineCheck};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

/// Has the lines checked, and everything compared with every premises in reach.
pub(super) async fn submit(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    start(&who).await?;
    Ok(redirect("/premises#check"))
}

/// Lets it begin.
pub(crate) async fn start(who: &Visitor) -> Result<(), Problem> {
    who.house().desk.check_lines.notify_one();
    who.house().desk.ask(Command::CheckPeers).await?;
    Ok(())
}

/// What was found, and what to do.
pub(crate) fn words(who: &Visitor, finding: &Finding) -> (String, String) {
    let t = who.t();
    let name = match finding.peer {
        Some(peer) => who.house().premises_name(peer, t),
        None => who.house().desk.premises.clone(),
    };
    t.cause(&finding.cause, &name)
}

/// What the last check found.
pub(super) fn result(who: &Visitor) -> Markup {
    let t = who.t();
    let now = (who.house().clock)();
    let check = who.house().desk.line_check.borrow().clone();
    html! {
        div #check data-region {
            @match &check {
                LineCheck::Never => {}
                LineCheck::Running => p .strip.info role="status" { (Icon::Moving.show()) span { (t.check_running()) } },
                LineCheck::Done(at, findings) => {
                    p .muted { (t.check_result()) " " (show_recent(*at, now)) }
                    @for finding in findings { (show(who, finding)) }
                }
            }
        }
    }
}

fn show(who: &Visitor, finding: &Finding) -> Markup {
    let (what, then) = words(who, finding);
    let (icon, tone) = match finding.cause {
        Cause::Connected => (Icon::Good, "ok"),
        Cause::Revoked | Cause::Twin | Cause::OtherKey(_) => (Icon::Alert, "danger"),
        Cause::NoPeers | Cause::Cut => (Icon::Info, "info"),
        _ => (Icon::Apart, "warn"),
    };
    html! { p .strip .(tone) { (icon.show()) span .words { strong { (what) } " " (then) } } }
}
