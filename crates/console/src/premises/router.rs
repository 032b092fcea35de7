//! The router in front of this premises, in plain words: what it does for the line, and what can be done about it.

use maud::{Markup, html};
use register::access::Action;

use crate::line::{Forwarding, Outside, Router};
use crate::visitor::Visitor;

/// What is known of it.
pub(super) fn show(who: &Visitor, router: &Router) -> Markup {
    let t = who.t();
    let by_hand = match router.forwarding {
        Forwarding::Not(_)
        | Forwarding::On {
            at: Outside::Private(_),
            ..
        } => Some(t.router_by_hand(router.listens)),
        Forwarding::Off | Forwarding::Asking | Forwarding::On { .. } => None,
    };
    html! {
        details open[who.may(Action::Govern)] {
            summary { (t.router_here()) }
            p { (t.forwarding(router.forwarding)) @if let Some(words) = &by_hand { " " (words) } }
            p { (t.ports(router.ports)) }
            @if let Some(seen) = router.seen { p { (t.seen_at(&seen.to_string())) } }
        }
    }
}
