//! The other cards of the same person, on the card.

use maud::{Markup, html};

use crate::card::{Opened, alert_mark};
use crate::duplicates;
use crate::icon::Icon;
use crate::visitor::Visitor;

/// The strips that lead to the other cards, and to a pair that two premises judged differently.
pub(super) fn strips(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    html! {
        @if !opened.linked.is_empty() {
            div .strip.info {
                (Icon::Info.show()) strong { (t.same_client()) }
                @for hit in &opened.linked {
                    a href={ "/clients/" (hit.id) } { (duplicates::name(t, hit)) }
                }
                @if opened.alert != opened.own_alert {
                    (alert_mark(t, opened.alert)) span { (t.linked_alert()) }
                }
                a href="/duplicates" { (t.merges()) }
            }
        }
        @if opened.card.judged().any(|one| one.disputed) {
            div .strip.warn {
                (Icon::Conflict.show()) strong { (t.pairs_disputed()) }
                a href="/duplicates" { (t.choose()) }
            }
        }
    }
}
