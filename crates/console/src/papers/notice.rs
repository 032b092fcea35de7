//! The privacy notice (GDPR Article 13): as it is true now, the versions that were put in use, and what it says
//! differently from the notice before Kortisto (decision 9).

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::card::{Entry, Settings};
use register::document::{Collection, Heads};
use register::edit::{Change, Target};
use register::id::{EntryId, SETTINGS};
use register::settings::PrivacyNotice;
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::clinic::standing;
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::form::{Faults, Field, Form, Input};
use crate::icon::Icon;
use crate::letterhead::Letterhead;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

use super::{Clause, Printed, sheet};

const PATH: &str = "/admin/papers/notice";

/// The notice as it is true now.
pub(crate) fn clauses(t: Language, head: &Letterhead) -> Vec<Clause> {
    let register = vec![head.controller.register_name.clone()];
    let own = [
        Clause::new(t.notice_controller(), head.controller_lines(t)),
        Clause::new(t.notice_contact(), vec![head.contact_line()]),
        Clause::new(t.notice_register(), register),
    ];
    let rest = t.notice_clauses().iter().copied().map(Clause::of);
    own.into_iter().chain(rest).collect()
}

/// The form in which a version is kept.
fn plain(clauses: &[Clause]) -> String {
    let clauses = clauses.iter().map(|clause| {
        let lines = core::iter::once(&clause.title).chain(&clause.paragraphs);
        let lines: Vec<&str> = lines
            .map(String::as_str)
            .filter(|line| !line.is_empty())
            .collect();
        lines.join("\n")
    });
    clauses.collect::<Vec<_>>().join("\n\n")
}

/// Reads [`plain`].
pub(crate) fn parted(text: &str) -> Vec<Clause> {
    let clauses = text.split("\n\n").map(|clause| {
        let mut lines = clause.lines();
        let title = lines.next().unwrap_or_default();
        Clause::new(title, lines.map(str::to_owned).collect())
    });
    clauses.collect()
}

fn current(head: &Letterhead) -> [String; 3] {
    Language::ALL.map(|language| plain(&clauses(language, head)))
}

pub(crate) fn settings(who: &Visitor) -> Option<Settings> {
    let directory = who.house().desk.directory();
    directory.settings().cloned()
}

/// Versions put in use, the newest first; what has not arrived stands at the end.
pub(crate) fn versions(who: &Visitor) -> Vec<Entry<PrivacyNotice>> {
    let mut all = settings(who)
        .map(|settings| settings.privacy_notices)
        .unwrap_or_default();
    all.sort_by_key(|entry| {
        core::cmp::Reverse((entry.field.newest().map(|one| one.from), entry.id))
    });
    all
}

/// Whether the text of now is the one in use.
pub(crate) fn is_in_use(who: &Visitor) -> Option<bool> {
    let all = versions(who);
    let newest = all.first()?.field.newest()?;
    Some(newest.texts == current(&Letterhead::of(who.house())))
}

/// The section about versions on the page of papers.
pub(super) fn state(who: &Visitor) -> Markup {
    let t = who.t();
    let all = versions(who);
    html! {
        section .panel {
            header { h2 { (t.notice_in_use()) } }
            (in_use(t, is_in_use(who)))
            @if !all.is_empty() {
                ul { @for entry in &all { li {
                    @match entry.field.newest() {
                        Some(one) => a href={ (PATH) "/" (entry.id) } { (t.notice_version(&show_date(one.from))) },
                        None => span .muted { (t.not_known_yet()) },
                    }
                } } }
            }
            p { a .button href="/admin/papers/changes" { (t.notice_compared()) } }
        }
    }
}

fn in_use(t: Language, same: Option<bool>) -> Markup {
    html! {
        @match same {
            None => p .strip.info { (Icon::Info.show()) span .words { (t.notice_none_in_use()) } },
            Some(true) => p .strip.ok { (Icon::Good.show()) span .words { (t.notice_is_current()) } },
            Some(false) => p .strip.warn { (Icon::Alert.show()) span .words { (t.notice_differs()) } },
        }
    }
}

/// The notice.
pub(crate) async fn page(
    who: Visitor,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let form = Form::default().with("from", show_date(today(who.house().clock)));
    Ok(show(
        &who,
        printed.language(&who),
        &form,
        &Faults::default(),
    ))
}

fn show(who: &Visitor, language: Language, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let head = Letterhead::of(who.house());
    let heads = settings(who).map_or_else(|| Heads::new(Vec::new()), |one| one.heads);
    let more = html! {
        section .panel.unprinted {
            header { h2 { (t.notice_mark()) } }
            (in_use(t, is_in_use(who)))
            (faults.summary(t))
            form .sheet method="post" action=(PATH) novalidate {
                (hidden_state(who, &heads))
                (Field::new("from", t.notice_from(), Input::Date).hint(t.date_hint()).required().show(form, faults))
                button .primary { (t.notice_mark()) }
            }
        }
    };
    let paper = html! {
        h1 { (language.privacy_notice()) }
        @for clause in clauses(language, &head) { (clause.show()) }
        p .muted { (language.printed_on(&show_date(today(who.house().clock)))) }
    };
    Page {
        title: t.privacy_notice(),
        room: Room::Desk,
        record: None,
        main: sheet(who, PATH, language, paper, more),
    }
    .show(who)
}

/// Keeps the text of now as the version in use from a day.
pub(crate) async fn put_in_use(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(change) = of_now(&who, &form, &mut faults) else {
        let mut response = show(&who, who.t(), &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    who.edit(Target::Seen(SETTINGS, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/admin/papers"))
}

/// The change that keeps the text of now; `None` with what is wrong with the day in `faults`.
pub(crate) fn of_now(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Change> {
    let t = who.t();
    let Some(from) = read_date(form.get("from")).filter(|date| *date >= EARLIEST) else {
        faults.add("from", t.date_wrong());
        return None;
    };
    let mut dated = versions(who).into_iter();
    if dated.any(|entry| entry.field.all().iter().any(|held| held.value.from == from)) {
        faults.add("from", t.notice_from_wrong());
        return None;
    }
    let texts = current(&Letterhead::of(who.house()));
    let notice = Content::PrivacyNotice(PrivacyNotice { from, texts });
    Some(Change::Add(Collection::PrivacyNotice, notice))
}

/// A version as it was put in use.
pub(crate) async fn version(
    who: Visitor,
    Path(id): Path<String>,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let t = who.t();
    let entry: EntryId = id.parse().map_err(|_| Problem::NotFound)?;
    let mut all = versions(&who).into_iter();
    let found = all.find(|one| one.id == entry).ok_or(Problem::NotFound)?;
    let language = printed.language(&who);
    let paper = html! {
        h1 { (language.privacy_notice()) }
        @match found.field.newest() {
            None => (standing(t, &found.field, |_: &PrivacyNotice| String::new())),
            Some(one) => {
                @let texts = Language::ALL.into_iter().zip(&one.texts);
                @for (_, text) in texts.filter(|(of, _)| *of == language) {
                    @for clause in parted(text) { (clause.show()) }
                }
                p .muted { (language.notice_version(&show_date(one.from))) }
            }
        }
    };
    let path = format!("{PATH}/{entry}");
    Ok(Page {
        title: t.privacy_notice(),
        room: Room::Desk,
        record: None,
        main: sheet(&who, &path, language, paper, html! {}),
    }
    .show(&who))
}

/// What the notice says differently from the one before Kortisto.
pub(crate) async fn compared(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let main = html! {
        p .crumb { a href="/admin/papers" { (t.desk_papers()) } }
        h1 { (t.notice_compared()) }
        p .lead { (t.notice_compared_lead()) }
        div .scroll tabindex="0" role="group" aria-label=(t.notice_compared()) { table .compared {
            thead { tr { th scope="col" { (t.clause_word()) } th scope="col" { (t.said_then()) } th scope="col" { (t.says_now()) } th scope="col" { (t.why_word()) } } }
            tbody { @for (clause, then, now, why) in t.notice_changes() {
                tr { th scope="row" { (clause) } td { (then) } td { (now) } td { (why) } }
            } }
        } }
        p { (t.notice_same()) }
    };
    Ok(Page {
        title: t.notice_compared(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(&who))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_it_was_kept() {
        for language in Language::ALL {
            let now = clauses(language, &Letterhead::default());
            assert_eq!(plain(&parted(&plain(&now))), plain(&now));
            assert_eq!(now.len(), 13);
        }
    }
}
