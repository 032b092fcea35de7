//! The audit log for the owner: all of it, of one card, and of one user.

use axum::extract::{Path, Query as Asked};
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use register::audit::query::{Cursor, Page as Found, Query, Reason, Seen, Shown};
use register::audit::{Act, Group};
use register::id::RecordId;
use register::replica::{Answer, Command};
use serde::Deserialize;

use crate::clock::{EARLIEST, read_date, show_moment, start_of_day};
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Entries on one page.
const SHOWN: usize = 50;

/// What the address asks for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    from: String,
    until: String,
    who: String,
    group: String,
    place: String,
    before: String,
    checking: String,
}

impl Wanted {
    fn form(&self) -> Form {
        Form::default()
            .with("from", self.from.as_str())
            .with("until", self.until.as_str())
            .with("who", self.who.as_str())
            .with("group", self.group.as_str())
            .with("place", self.place.as_str())
    }

    /// The question, and what can't be read of it.
    fn query(&self, t: Language) -> (Query, Faults) {
        let mut faults = Faults::default();
        let mut day = |name: &str, text: &str| -> Option<Date> {
            let read = read_date(text).filter(|date| *date >= EARLIEST);
            if read.is_none() && !text.trim().is_empty() {
                faults.add(name, t.date_wrong());
            }
            read
        };
        let from = day("from", &self.from).map(start_of_day);
        let until = day("until", &self.until).map(|day| start_of_day(day.saturating_add(1.day())));
        let query = Query {
            from,
            until,
            who: self.who.parse().ok(),
            record: None,
            group: Group::from_word(&self.group),
            node: self.place.parse().ok(),
            before: Cursor::read(&self.before),
            limit: SHOWN,
        };
        (query, faults)
    }

    /// The same question, from where the page ended.
    fn older(&self, next: Cursor) -> String {
        let mut address = form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("from", &self.from),
            ("until", &self.until),
            ("who", &self.who),
            ("group", &self.group),
            ("place", &self.place),
        ];
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            address.append_pair(name, value);
        }
        address.append_pair("before", &next.to_string());
        address.finish()
    }
}

/// All of it, newest first.
pub(crate) async fn page(who: Visitor, Asked(wanted): Asked<Wanted>) -> Result<Response, Problem> {
    let t = who.t();
    let (query, faults) = wanted.query(t);
    let found = read(&who, query).await?;
    let main = html! {
        h1 { (t.audit()) }
        p .lead { (t.audit_lead()) }
        (faults.summary(t))
        (standing(&who, !wanted.checking.is_empty()))
        (filters(&who, "/audit", &wanted.form(), &faults, true))
        (list(&who, &found, true, "/audit", &wanted))
    };
    Ok(frame(&who, t.audit(), Room::Desk, main))
}

/// Has the logs verified.
pub(crate) async fn check(Posted { who, .. }: Posted) -> Response {
    who.house().desk.check_audit.notify_one();
    redirect("/audit?checking=yes")
}

/// Who saw and changed one card.
pub(crate) async fn history(
    who: Visitor,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let t = who.t();
    let record: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    let name = client_name(&who, record);
    let (mut query, faults) = wanted.query(t);
    query.record = Some(record);
    let found = read(&who, query).await?;
    // An id that nothing is known of names no card.
    if name.is_none() && found.entries.is_empty() && wanted.before.is_empty() {
        return Err(Problem::NotFound);
    }
    let path = format!("/clients/{record}/history");
    let main = html! {
        p .crumb {
            @match &name {
                Some(name) => a href={ "/clients/" (record) } { (name) },
                None => (t.audit_erased_client()),
            }
        }
        h1 { (t.history()) }
        p .lead { (t.history_lead()) }
        (faults.summary(t))
        (filters(&who, &path, &wanted.form(), &faults, true))
        (list(&who, &found, false, &path, &wanted))
    };
    Ok(frame(&who, t.history(), Room::Clients, main))
}

/// What one user did, and which cards they looked at.
pub(crate) async fn of_user(
    who: Visitor,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, Problem> {
    let t = who.t();
    let user: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    if !is_user(&who, user) {
        return Err(Problem::NotFound);
    }
    let (mut query, faults) = wanted.query(t);
    query.who = Some(user);
    let command = Command::CardsSeen {
        viewer: who.user.id,
        query: query.clone(),
    };
    let Answer::Seen(seen, _) = who.house().desk.ask(command).await? else {
        return Err(Problem::Internal);
    };
    let found = read(&who, query).await?;
    let path = format!("/admin/users/{user}/audit");
    let main = html! {
        p .crumb { a href="/admin/users" { (t.users()) } }
        h1 { (t.user_log()) ": " (who.house().user_name(user, t)) }
        p .lead { (t.user_log_lead()) }
        (faults.summary(t))
        (filters(&who, &path, &wanted.form(), &faults, false))
        (cards(&who, &seen))
        (list(&who, &found, true, &path, &wanted))
    };
    Ok(frame(&who, t.user_log(), Room::Desk, main))
}

async fn read(who: &Visitor, query: Query) -> Result<Found, Problem> {
    let command = Command::ReadLog {
        viewer: who.user.id,
        query,
    };
    match who.house().desk.ask(command).await? {
        Answer::Log(page) => Ok(*page),
        _ => Err(Problem::Internal),
    }
}

fn frame(who: &Visitor, title: &str, room: Room, main: Markup) -> Response {
    Page {
        title,
        room,
        record: None,
        main,
    }
    .show(who)
}

/// Whether the logs are sound, and at the other premises.
fn standing(who: &Visitor, checking: bool) -> Markup {
    let t = who.t();
    let report = who.house().desk.report.borrow().logs.clone();
    let check = *who.house().desk.audit.borrow();
    html! {
        section .panel {
            @if !report.contradictions.is_empty() {
                p .strip.danger { (Icon::Alert.show()) span { (t.audit_contradiction()) } }
            }
            @match check {
                None => p .strip.info { (Icon::Info.show()) span { (t.audit_not_checked()) } },
                Some(check) if check.findings > 0 => p .strip.danger { (Icon::Alert.show())
                    span { (t.audit_unsound(&show_moment(check.at), check.findings)) } },
                Some(check) => p .strip.ok { (Icon::Good.show())
                    span { (t.audit_sound(&show_moment(check.at), check.entries)) } },
            }
            @if report.unsent > 0 {
                p .strip.info { (Icon::Moving.show()) span { (t.audit_unsent(report.unsent)) } }
            } @else {
                p .muted { (t.audit_all_there()) }
            }
            @if checking { p role="status" { (t.audit_checking()) } }
            form method="post" action="/audit/check" { (hidden("csrf", who.csrf())) button { (t.audit_check()) } }
        }
    }
}

fn filters(who: &Visitor, path: &str, form: &Form, faults: &Faults, of_anybody: bool) -> Markup {
    let t = who.t();
    let directory = who.house().desk.directory();
    let users = directory
        .users()
        .chain(directory.tokens())
        .map(|user| (user.id.to_string(), user.profile.name.clone()));
    let users: Vec<(String, String)> = users.collect();
    let premises = directory
        .settings()
        .into_iter()
        .flat_map(|one| &one.premises);
    let premises: Vec<(String, String)> = premises
        .filter_map(|(node, field)| Some((node.to_string(), field.newest()?.name.clone())))
        .collect();
    let groups: Vec<(String, String)> = Group::ALL
        .into_iter()
        .map(|group| (group.word().to_owned(), t.audit_group(group).to_owned()))
        .collect();
    html! {
        section .panel {
            form method="get" action=(path) .inline {
                (Field::new("from", t.audit_from(), Input::Date).show(form, faults))
                (Field::new("until", t.audit_until(), Input::Date).show(form, faults))
                @if of_anybody { (select("who", t.audit_who(), t.audit_anybody(), &users, form)) }
                (select("group", t.audit_what(), t.audit_anything(), &groups, form))
                (select("place", t.audit_where(), t.audit_anywhere(), &premises, form))
                button { (t.audit_filter()) }
            }
        }
    }
}

fn select(name: &str, label: &str, all: &str, of: &[(String, String)], form: &Form) -> Markup {
    html! {
        div .field {
            label for={ "f-" (name) } { (label) }
            select id={ "f-" (name) } name=(name) {
                option value="" { (all) }
                @for (value, word) in of {
                    option value=(value) selected[form.get(name) == value] { (word) }
                }
            }
        }
    }
}

fn list(who: &Visitor, found: &Found, whom: bool, path: &str, wanted: &Wanted) -> Markup {
    let t = who.t();
    html! {
        section .panel {
            @if found.unread > 0 {
                p .strip.info { (Icon::Moving.show()) span { (t.audit_unread(found.unread)) } }
            }
            @if found.entries.is_empty() { p .muted { (t.audit_none()) } } @else {
                div .scroll tabindex="0" role="group" aria-label=(t.audit()) { table {
                    thead { tr {
                        th { (t.audit_when()) } th { (t.audit_who()) } th { (t.audit_what()) }
                        @if whom { th { (t.audit_record()) } }
                        th { (t.audit_where()) } th { (t.audit_why()) }
                    } }
                    tbody { @for shown in &found.entries { (row(who, shown, whom)) } }
                } }
            }
            @if let Some(next) = found.next {
                p .aside { a .button href={ (path) "?" (wanted.older(next)) } { (t.audit_older()) } }
            }
        }
    }
}

fn row(who: &Visitor, shown: &Shown, whom: bool) -> Markup {
    let t = who.t();
    let entry = &shown.entry;
    let role = role_of(who, entry.who);
    html! {
        tr {
            td { (show_moment(entry.at)) }
            td { (who.house().user_name(entry.who, t)) @if let Some(role) = role { p .muted { (role) } } }
            td { (t.act(&entry.act)) }
            @if whom { td { (about(who, &entry.act, entry.record)) } }
            td { (who.house().premises_name(shown.node, t)) }
            td { (reason(t, &shown.reason)) }
        }
    }
}

/// What somebody is, in a word.
pub(crate) fn role_of(who: &Visitor, user: RecordId) -> Option<&'static str> {
    let t = who.t();
    let directory = who.house().desk.directory();
    let user = directory.user(user)?;
    Some(match &user.token {
        Some(_) => t.program(),
        None => t.role_name(user.profile.role),
    })
}

fn reason(t: Language, reason: &Reason) -> Markup {
    html! {
        @match reason {
            Reason::Unsaid => {},
            Reason::Text(text) => span .text { (text) },
            Reason::Erased => span .muted { (t.audit_reason_erased()) },
            Reason::Missing => span .muted { (t.audit_reason_missing()) },
        }
    }
}

/// Whether it is a user, or was one.
fn is_user(who: &Visitor, id: RecordId) -> bool {
    let directory = who.house().desk.directory();
    directory.user(id).is_some() || directory.is_former(id)
}

/// Whom an entry is about: a card by name while there is one, by its random id after.
fn about(who: &Visitor, act: &Act, record: Option<RecordId>) -> Markup {
    let t = who.t();
    let Some(record) = record else {
        return Markup::default();
    };
    let user = is_user(who, record);
    let of_card = match act.group() {
        Group::Looks | Group::Changes | Group::Transfers | Group::Forgetting | Group::Log => true,
        Group::Doors | Group::Refusals | Group::Node => false,
    };
    html! {
        @if user {
            a href={ "/admin/users/" (record) "/audit" } { (who.house().user_name(record, t)) }
        } @else if let Some(name) = client_name(who, record) {
            a href={ "/clients/" (record) "/history" } { (name) }
        } @else if of_card && ![register::id::SETTINGS, register::id::CATALOGUE].contains(&record) {
            a href={ "/clients/" (record) "/history" } { (t.audit_erased_client()) }
            p .muted { (record) }
        }
    }
}

fn client_name(who: &Visitor, record: RecordId) -> Option<String> {
    let directory = who.house().desk.directory();
    let summary = directory.hidden_client(record)?;
    let name = summary.name.as_ref().map(|name| name.listed());
    Some(name.unwrap_or_else(|| who.t().not_known_yet().to_owned()))
}

fn cards(who: &Visitor, seen: &[Seen]) -> Markup {
    let t = who.t();
    html! {
        section .panel {
            header { h2 { (t.cards_seen()) " (" (seen.len()) ")" } }
            @if seen.is_empty() { p .muted { (t.cards_seen_none()) } } @else {
                div .scroll tabindex="0" role="group" aria-label=(t.cards_seen()) { table {
                    thead { tr { th { (t.name()) } th { (t.seen_times()) } th { (t.seen_first()) } th { (t.seen_last()) } } }
                    tbody { @for one in seen {
                        tr {
                            td { (about(who, &Act::Revealed, Some(one.record))) }
                            td { (one.times) }
                            td { (show_moment(one.first)) }
                            td { (show_moment(one.last)) }
                        }
                    } }
                } }
            }
        }
    }
}
