//! The frame of every page: head, header with search and the line's state, main, footer.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use register::id::RecordId;

use crate::form::hidden;
use crate::icon::Icon;
use crate::visitor::{Frame, Look, Theme, Visitor};
use crate::{alarm, overview, premises};

/// Which part of the console a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    Start,
    Clients,
    Conflicts,
    Marketing,
    Treatments,
    Premises,
    /// The owner's pages, which have a navigation of their own.
    Desk,
    Own,
}

/// A page to be framed.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) room: Room,
    /// The record that the page shows: when it changes, the page hears of it.
    pub(crate) record: Option<RecordId>,
    pub(crate) main: Markup,
}

impl Page<'_> {
    /// The page for somebody who is logged in.
    pub(crate) fn show(self, who: &Visitor) -> Response {
        frame(
            &who.look,
            Some(self.room),
            self.title,
            self.record,
            &self.main,
        )
    }

    /// A page that needs no log-in.
    pub(crate) fn bare(look: &Look, title: &str, main: Markup) -> Response {
        frame(look, None, title, None, &main)
    }
}

/// A part of a page, for our script.
pub(crate) fn part(markup: Markup) -> Response {
    respond(markup.into_string())
}

fn respond(body: String) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    response
}

fn frame(
    look: &Look,
    room: Option<Room>,
    title: &str,
    record: Option<RecordId>,
    main: &Markup,
) -> Response {
    let t = look.t;
    let assets = &look.house.assets;
    let closed = look.house.desk.directory().is_closed();
    let theme = (look.theme != Theme::Auto).then(|| look.theme.code());
    let markup = html! {
        (DOCTYPE)
        html lang=(t.code()) data-theme=[theme] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Kortisto" }
                link rel="icon" type="image/svg+xml" href=(assets.path("icon.svg"));
                link rel="stylesheet" href=(assets.path("console.css"));
                script type="module" src=(assets.path("console.js")) {}
            }
            body data-record=[record] data-closed[look.user.is_some() && closed] data-live=[look.user.as_ref().map(|_| "/events")]
                data-changed=(t.changed_meanwhile()) data-unsaved=(t.unsaved()) {
                a .skip href="#main" { (t.skip_to_main()) }
                @match &look.user {
                    Some(user) => (header(look, user, room)),
                    None => header .top { div .bar { (brand(look)) div .grow {} (languages(look)) } },
                }
                div .banner #lost role="status" hidden { (Icon::Apart.show()) span { (t.node_lost()) } }
                div .notice #changed role="status" hidden {
                    (Icon::Info.show()) span { (t.changed_meanwhile()) }
                    a .button href=(look.path) { (t.load_again()) }
                }
                @if look.user.is_some() { div #alarms data-part="/alarms" { (alarm::banners(look)) } }
                main #main tabindex="-1" {
                    @if room == Some(Room::Desk) { (overview::desk(t, &look.path)) }
                    (main)
                }
                footer .foot {
                    span { "Kortisto · " (look.house.desk.premises) }
                    @if look.user.is_some() { a href="/help" data-key="F1" { (t.help()) } }
                }
            }
        }
    };
    respond(markup.into_string())
}

fn brand(look: &Look) -> Markup {
    html! { a .brand href="/" { span .mark aria-hidden="true" {} "Kortisto" span .place { (look.house.desk.premises) } } }
}

fn header(look: &Look, user: &Frame, room: Option<Room>) -> Markup {
    let t = look.t;
    let conflicts = look.house.desk.directory().conflicts().count();
    let link = |to: &str, at: Room, label: &str, key: &str, count: usize| {
        html! {
            a href=(to) aria-current=[(room == Some(at)).then_some("page")] data-key=(key) {
                (label) @if count > 0 { " " span .count { (count) } }
            }
        }
    };
    html! {
        header .top {
            div .bar {
                (brand(look))
                nav aria-label=(t.navigation()) {
                    (link("/", Room::Start, t.start(), "Alt+1", 0))
                    (link("/clients", Room::Clients, t.clients(), "Alt+2", 0))
                    (link("/conflicts", Room::Conflicts, t.conflicts(), "Alt+3", conflicts))
                    (link("/premises", Room::Premises, t.premises(), "Alt+4", 0))
                    (link("/treatments", Room::Treatments, t.catalogue_room(), "Alt+5", 0))
                    (link("/marketing", Room::Marketing, t.marketing_room(), "Alt+6", 0))
                    @if user.owner {
                        (link("/admin/overview", Room::Desk, t.desk_short(), "Alt+7", 0))
                    }
                }
                div .side {
                    div #line data-part="/premises/line" { (premises::line(look)) }
                    a .me href="/me" aria-current=[(room == Some(Room::Own)).then_some("page")] { (user.name) }
                    form method="post" action="/lock/now" {
                        (hidden("csrf", &user.csrf)) (hidden("next", &look.path))
                        button .quiet data-key="Alt+L" { (Icon::Lock.show()) (t.lock()) }
                    }
                }
            }
        }
    }
}

/// The languages by their own names; the same page comes back in the chosen one.
pub(crate) fn languages(look: &Look) -> Markup {
    html! {
        nav .languages aria-label=(look.t.language()) {
            @for language in crate::text::Language::ALL {
                a href={ "/language/" (language.code()) "?next=" (look.path) } lang=(language.code())
                    aria-current=[(language == look.t).then_some("true")] { (language.own_name()) }
            }
        }
    }
}
