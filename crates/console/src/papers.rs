//! The clinic's papers, for the owner: print-ready from settings, each in three languages.

pub(crate) mod notice;
pub(crate) mod record;
pub(crate) mod undertaking;

use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use serde::Deserialize;

use crate::doors::Access::May;
use crate::doors::Doors;
use crate::form::Faults;
use crate::icon::Icon;
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

/// A clause of a paper: its title, and its paragraphs.
pub(crate) struct Clause {
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
}

impl Clause {
    fn new(title: &str, paragraphs: Vec<String>) -> Self {
        Self {
            title: title.to_owned(),
            paragraphs,
        }
    }

    fn of((title, body): crate::text::paper::Clause) -> Self {
        Self::new(title, body.lines().map(str::to_owned).collect())
    }

    fn show(&self) -> Markup {
        html! {
            section .clause {
                h2 { (self.title) }
                @for paragraph in &self.paragraphs { p { (paragraph) } }
            }
        }
    }
}

/// In which language a paper is printed; the page's own unless said.
#[derive(Deserialize)]
pub(super) struct Printed {
    #[serde(default, rename = "in")]
    language: String,
}

impl Printed {
    fn language(&self, who: &Visitor) -> Language {
        Language::from_code(&self.language).unwrap_or(who.t())
    }
}

/// The doors of the papers.
pub(crate) fn doors() -> Doors {
    let (owner, writes) = (May(Action::Govern), May(Action::KeepPapers));
    Doors::default()
        .get("/admin/papers", owner, page)
        .get("/admin/papers/notice", owner, notice::page)
        .post("/admin/papers/notice", writes, notice::put_in_use)
        .get("/admin/papers/notice/{id}", owner, notice::version)
        .get("/admin/papers/changes", owner, notice::compared)
        .get("/admin/papers/record", owner, record::page)
        .get("/admin/papers/undertaking", owner, undertaking::blank)
        .get("/admin/users/{id}/undertaking", owner, undertaking::of_user)
        .post("/admin/users/{id}/agreement", writes, undertaking::agree)
}

/// What there is.
async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(overview_of(&who, &Faults::default()))
}

fn overview_of(who: &Visitor, faults: &Faults) -> Response {
    let t = who.t();
    let papers = [
        ("notice", t.privacy_notice(), t.privacy_notice_for()),
        ("record", t.processing_record(), t.processing_record_for()),
        (
            "undertaking",
            t.undertaking_form(),
            t.undertaking_form_for(),
        ),
    ];
    let main = html! {
        h1 { (t.desk_papers()) }
        (faults.summary(t))
        p .lead { (t.papers_desk_lead()) }
        @if Letterhead::of(who.house()).lacks_something() {
            p .strip.warn { (Icon::Alert.show()) span .words { (t.clinic_missing()) } a href="/admin/clinic" { (t.desk_clinic()) } }
        }
        @for (path, title, what) in papers {
            section .panel {
                header { h2 { (title) } }
                p .muted { (what) }
                p { @for language in Language::ALL {
                    a .button href={ "/admin/papers/" (path) "?in=" (language.code()) } lang=(language.code())
                        aria-label={ (title) ": " (language.own_name()) } { (language.own_name()) } " "
                } }
            }
        }
        (notice::state(who))
        (undertaking::agreements(who))
    };
    Page {
        title: t.desk_papers(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(who)
}

/// A paper on its page: what is printed in its own language, and around it what is not.
fn sheet(who: &Visitor, path: &str, language: Language, paper: Markup, more: Markup) -> Markup {
    let t = who.t();
    html! {
        p .crumb { a href="/admin/papers" { (t.desk_papers()) } }
        nav .languages.unprinted aria-label=(t.print_language()) {
            @for one in Language::ALL {
                a href={ (path) "?in=" (one.code()) } lang=(one.code()) aria-current=[(one == language).then_some("true")] { (one.own_name()) }
            }
        }
        p .hint.unprinted { (t.paper_print_hint()) }
        article .paper lang=(language.code()) { (paper) }
        (more)
    }
}
