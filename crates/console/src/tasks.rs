//! Papers to destroy: contracts in a safe whose line has left the register. Nothing tells whose they were.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use register::card::{Entry, Held};
use register::document::Collection;
use register::edit::{Change, Target};
use register::id::{EntryId, SETTINGS};
use register::settings::PaperTask;
use register::value::Content;

use crate::clock::{show_date, today};
use crate::form::hidden;
use crate::house::House;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Papers listed that were destroyed already.
const DONE_SHOWN: usize = 50;

/// How many papers wait.
pub(crate) fn open(house: &House) -> usize {
    all(house).iter().filter(|entry| is_open(entry)).count()
}

/// Every paper, also those that were destroyed.
pub(crate) fn all(house: &House) -> Vec<Entry<PaperTask>> {
    let directory = house.desk.directory();
    directory
        .settings()
        .map(|settings| settings.papers.clone())
        .unwrap_or_default()
}

/// Of two who ticked it off apart, both did.
pub(crate) fn done(entry: &Entry<PaperTask>) -> Option<&Held<PaperTask>> {
    let mut held = entry.field.all().iter();
    held.find(|held| held.value.done.is_some())
}

/// Whether it waits to be destroyed.
pub(crate) fn is_open(entry: &Entry<PaperTask>) -> bool {
    done(entry).is_none() && entry.field.newest().is_some()
}

/// The list.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let papers = all(who.house());
    let mut waiting: Vec<_> = papers.iter().filter(|entry| is_open(entry)).collect();
    waiting.sort_by_key(|entry| (entry.field.newest().map(|task| task.opened), entry.id));
    let mut destroyed: Vec<_> = papers.iter().filter_map(done).collect();
    destroyed.sort_by_key(|held| core::cmp::Reverse((held.value.done, held.id)));
    let main = html! {
        div #live data-region {
            h1 { (t.papers()) }
            p .lead { (t.papers_lead()) }
            section .panel {
                @if waiting.is_empty() {
                    p .strip.ok { (Icon::Good.show()) span { (t.no_papers()) } }
                } @else {
                    ol .entries { @for entry in waiting { (waits(&who, entry)) } }
                }
            }
            @if !destroyed.is_empty() {
                section .panel {
                    header { h2 { (t.papers_done()) } }
                    ol .entries { @for held in destroyed.iter().take(DONE_SHOWN) { (was(&who, held)) } }
                }
            }
        }
    };
    Ok(Page {
        title: t.papers(),
        room: Room::Start,
        record: None,
        main,
    }
    .show(&who))
}

fn place(t: Language, task: &PaperTask) -> String {
    t.paper(&task.safe, &task.folder)
}

fn waits(who: &Visitor, entry: &Entry<PaperTask>) -> Markup {
    let t = who.t();
    html! {
        @if let Some(task) = entry.field.newest() {
            li .row {
                div {
                    p { strong { (place(t, task)) } }
                    p .muted { (t.paper_opened()) " " (show_date(task.opened)) }
                }
                form method="post" action={ "/tasks/" (entry.id) "/done" } {
                    (hidden("csrf", who.csrf()))
                    button { (Icon::Good.show()) (t.paper_done()) }
                }
            }
        }
    }
}

fn was(who: &Visitor, held: &Held<PaperTask>) -> Markup {
    let t = who.t();
    let by = held
        .stamp
        .map(|stamp| who.house().user_name(stamp.author, t));
    let when = held.value.done.map(show_date).unwrap_or_default();
    html! {
        li {
            p { (place(t, &held.value)) }
            p .muted { (t.paper_destroyed(&when, by.as_deref().unwrap_or(t.unknown_user()))) }
        }
    }
}

/// Ticks a paper off: who and when is with the change.
pub(crate) async fn tick_off(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    tick(&who, &id).await?;
    Ok(redirect("/tasks"))
}

/// Says of a paper that it was destroyed, unless somebody else was quicker.
pub(crate) async fn tick(who: &Visitor, id: &str) -> Result<(), Problem> {
    let entry: EntryId = id.parse().map_err(|_| Problem::NotFound)?;
    let papers = all(who.house());
    let found = papers.iter().find(|paper| paper.id == entry);
    let found = found.ok_or(Problem::NotFound)?;
    let Some(task) = found.field.newest().filter(|_| is_open(found)) else {
        return Ok(());
    };
    let ticked = PaperTask {
        done: Some(today(who.house().clock)),
        ..task.clone()
    };
    let change = Change::SetEntry(Collection::Task, entry, Content::PaperTask(ticked));
    who.edit(Target::Latest(SETTINGS), vec![change]).await?;
    Ok(())
}
