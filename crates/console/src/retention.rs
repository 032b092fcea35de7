//! Deletion by the clock, for the owner: what is due, why nothing goes, a dry run, and a run.

use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use register::replica::{Answer, Command, DueCard, Hold, Refusal, Report};
use register::retention::{NOTICE_DAYS, day};
use serde::Deserialize;

use crate::alarm;
use crate::clock::{EARLIEST, read_date, show_date};
use crate::desk::DeskError;
use crate::form::{Faults, Field, Form, Input, hidden, tick};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Cards listed.
pub(crate) const SHOWN: usize = 500;

/// Up to which day the dry run looks.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    at: String,
}

/// The page; with a date, a dry run up to that day.
pub(crate) async fn page(who: Visitor, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let form = Form::default().with("at", asked.at);
    show(&who, &form, Faults::default()).await
}

/// Deletes now what is past its time.
pub(crate) async fn run(Posted { who, form }: Posted) -> Result<Response, Problem> {
    if form.get("sure") != "yes" {
        let mut faults = Faults::default();
        faults.add("sure", who.t().run_sure_wrong());
        return show(&who, &Form::default(), faults).await;
    }
    // The page says why nothing goes.
    run_now(&who, form.get("allowed") == "yes").await?;
    Ok(redirect("/retention"))
}

/// Deletes now what is past its time, also a larger number where that is `allowed`; or why nothing goes.
pub(crate) async fn run_now(who: &Visitor, allowed: bool) -> Result<Option<Hold>, Problem> {
    let command = Command::RunRetention {
        author: who.user.id,
        allowed,
    };
    match who.house().desk.ask(command).await {
        Ok(_) => Ok(None),
        Err(DeskError::Refused(Refusal::Held(hold))) => Ok(Some(hold)),
        Err(error) => Err(error.into()),
    }
}

async fn show(who: &Visitor, form: &Form, mut faults: Faults) -> Result<Response, Problem> {
    let t = who.t();
    let input = form.get("at").trim();
    let until = read_date(input).filter(|date| *date >= EARLIEST);
    if until.is_none() && !input.is_empty() {
        faults.add("at", t.date_wrong());
    }
    let due = due(who, until).await?;
    let report = who.house().desk.report.borrow().clone();
    let today = day((who.house().clock)());
    let ahead = today.saturating_add(jiff::Span::new().days(NOTICE_DAYS));
    let main = html! {
        h1 { (t.retention()) }
        p .lead { (t.retention_lead()) }
        (faults.summary(t))
        div #standing data-region {
            (state(who, &report))
            section .panel {
                header { h2 { (t.due_list()) } }
                (list(who, &due, until.unwrap_or(ahead), today))
            }
        }
        (run_form(who, &report, &faults))
        section .panel {
            form method="get" action="/retention" .inline {
                (Field::new("at", t.due_until(), Input::Date).show(form, &faults))
                button { (t.due_show()) }
            }
            p .hint { (t.due_until_hint()) }
        }
        (clock(who, &report))
        p .aside {
            a .button href="/erasures" { (t.erasures()) }
            a .button href="/tasks" { (t.papers()) }
        }
    };
    Ok(Page {
        title: t.retention(),
        room: Room::Desk,
        record: None,
        main,
    }
    .show(who))
}

/// What goes by the clock until a day; without one, within the time of notice.
pub(crate) async fn due(who: &Visitor, until: Option<Date>) -> Result<Vec<DueCard>, Problem> {
    match who.house().desk.ask(Command::Due(until)).await? {
        Answer::Due(due) => Ok(due),
        _ => Err(Problem::Internal),
    }
}

fn state(who: &Visitor, report: &Report) -> Markup {
    let t = who.t();
    html! {
        @match report.retention.hold {
            Some(hold) => div .strip.warn { (Icon::Alert.show())
                span .words { strong { (t.why_held()) ": " } (t.hold(hold)) } },
            None if report.retention.running => p .strip.info { (Icon::Moving.show()) span { (t.running()) } },
            None => p .strip.ok { (Icon::Good.show()) span { (t.not_held()) } },
        }
    }
}

fn list(who: &Visitor, due: &[DueCard], until: Date, today: Date) -> Markup {
    let t = who.t();
    let users = due.iter().filter(|one| one.user).count();
    let cards = due.iter().filter(|one| one.due.card_by(until)).count() - users;
    let entries = due.len() - cards - users;
    html! {
        @if due.is_empty() { p .muted { (t.due_none()) } } @else {
            p { (t.would_go(cards, entries, &show_date(until))) }
            @if users > 0 { p { (t.users_would_go(users)) } }
            @if due.len() > SHOWN { p { (t.shown_of(SHOWN, due.len())) } }
            div .scroll tabindex="0" role="group" aria-label=(t.due_list()) { table {
                thead { tr { th { (t.name()) } th { (t.due_card()) } th { (t.due_entry()) } th { span .hide { (t.actions()) } } } }
                tbody { @for one in due.iter().take(SHOWN) { (row(who, one, today)) } }
            } }
        }
    }
}

fn row(who: &Visitor, one: &DueCard, today: Date) -> Markup {
    if one.user {
        return user_row(who, one, today);
    }
    let t = who.t();
    let directory = who.house().desk.directory();
    let name = directory
        .hidden_client(one.record)
        .and_then(|summary| summary.name.as_ref())
        .map(|name| name.listed());
    let shown = directory.client(one.record).is_some();
    drop(directory);
    let name = name.unwrap_or_else(|| t.not_known_yet().to_owned());
    html! {
        tr {
            td {
                @if shown { a href={ "/clients/" (one.record) } { (name) } }
                @else { (name) " " span .muted { (t.hidden_card()) } }
            }
            td { (cell(t, one.due.card, today)) }
            td { (cell(t, one.due.entry, today)) }
            td { a href={ "/clients/" (one.record) "/claim" } { (t.claim()) } }
        }
    }
}

/// A former user, of whom nothing but the random id stays.
fn user_row(who: &Visitor, one: &DueCard, today: Date) -> Markup {
    let t = who.t();
    html! {
        tr {
            td { (who.house().user_name(one.record, t)) " " span .muted { (t.due_user()) } }
            td { (cell(t, one.due.card, today)) }
            td { "–" }
            td { a href="/admin/users" { (t.users()) } }
        }
    }
}

fn cell(t: Language, due: Option<Date>, today: Date) -> Markup {
    html! {
        @match due {
            Some(date) if date <= today => span .mark.warn { (Icon::Alert.show()) (t.due_over()) " " (show_date(date)) },
            Some(date) => (show_date(date)),
            None => "–",
        }
    }
}

/// A run by hand, where one is possible.
fn run_form(who: &Visitor, report: &Report, faults: &Faults) -> Markup {
    let t = who.t();
    let standing = &report.retention;
    let (verb, allowed) = match standing.hold {
        Some(Hold::TooMany(count)) => (t.run_larger(count), true),
        None if standing.cards + standing.entries + standing.users > 0 => {
            (t.run_now().to_owned(), false)
        }
        _ => return Markup::default(),
    };
    html! {
        section .panel {
            header { h2 { (t.run_now()) } }
            p { (t.run_now_text()) }
            form method="post" action="/retention/run" {
                (hidden("csrf", who.csrf()))
                @if allowed { (hidden("allowed", "yes")) }
                (tick("sure", t.run_sure(), &Form::default(), faults))
                button .danger { (verb) }
            }
        }
    }
}

fn clock(who: &Visitor, report: &Report) -> Markup {
    let t = who.t();
    html! {
        @if let Some(Hold::Clock(trouble)) = report.retention.hold {
            section .panel #clock {
                header { h2 { (t.clock_title()) } }
                p { (alarm::clock_words(&who.look, trouble)) }
                p { (t.clock_confirm_text()) }
                form method="post" action="/clock/confirm" {
                    (hidden("csrf", who.csrf()))
                    button { (t.clock_confirm()) }
                }
            }
        }
    }
}
