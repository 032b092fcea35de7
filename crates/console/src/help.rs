//! Keys and first steps.

use axum::response::Response;
use maud::html;

use crate::page::{Page, Room};
use crate::visitor::Visitor;

/// The page.
pub(crate) async fn page(who: Visitor) -> Response {
    let t = who.t();
    let keys: [(&str, &str); 10] = [
        ("Ctrl+K", t.find_client()),
        ("↑ ↓ Enter", t.key_choose()),
        ("Esc", t.key_close()),
        ("Alt+1 … Alt+7", t.key_rooms()),
        ("Alt+N", t.new_client()),
        ("Alt+H", t.record_treatment()),
        ("Ctrl+S", t.save()),
        ("Alt+L", t.lock()),
        ("F1", t.help()),
        ("Tab", t.key_tab()),
    ];
    let main = html! {
        h1 { (t.help()) }
        section .panel {
            header { h2 { (t.keys()) } }
            dl .keys { @for (key, text) in keys { div { dt { kbd { (key) } } dd { (text) } } } }
        }
        section .panel {
            header { h2 { (t.help_conflicts_title()) } }
            p { (t.conflicts_lead()) }
            p { (t.help_conflicts()) }
        }
        section .panel {
            header { h2 { (t.help_line_title()) } }
            p { (t.premises_lead()) }
        }
        section .panel {
            header { h2 { (t.help_never_title()) } }
            p { (t.help_never()) }
        }
    };
    Page {
        title: t.help(),
        room: Room::Own,
        record: None,
        main,
    }
    .show(&who)
}
