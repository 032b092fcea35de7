//! Contact details only (clause 6): what a client who lets no more be collected has on the card, and nothing else.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Card, Entry};
use register::document::{Collection, FieldKey, Heads, Slot};
use register::edit::{CHANGES_LIMIT, Change, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::mode::ContactOnly;
use register::value::Content;

use crate::card::{Opened, after_save, consider, hidden_state, open, seen};
use crate::clock::{show_date, today};
use crate::form::{Faults, Form, hidden, tick};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The strip of a card's band while nothing but contact details may be kept.
pub(super) fn strip(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let on = opened.card.contact_only.all().iter();
    let since = on
        .filter(|held| held.value.on)
        .map(|held| held.value.since)
        .min();
    let exceeds = since.is_some() && opened.care_entries > 0;
    html! {
        @if let Some(since) = since {
            div .strip.(if exceeds { "danger" } else { "info" }) {
                @if exceeds { (Icon::Alert.show()) strong { (t.contact_only_exceeded()) } }
                @else { (Icon::Info.show()) strong { (t.contact_only_strip(&show_date(since))) } }
                a href={ (opened.path()) "/contact-only" } { (t.look()) }
            }
        }
    }
}

/// The page.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    Ok(show(&who, &opened, &Form::default(), &Faults::default()))
}

/// Turns the mode on, which removes what is there already once a person has agreed, or off.
pub(super) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    basis.editable()?;
    let (on, agreed) = (form.get("lift") != "yes", form.get("agree") == "yes");
    let Some((record, heads)) = set(&who, basis, on, agreed, heads).await? else {
        let opened = considered.shown(&who).await?;
        let mut faults = Faults::default();
        faults.add("agree", who.t().contact_only_tick());
        let mut response = show(&who, &opened, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    after_save(&who, record, &heads, &[Slot::Field(FieldKey::ContactOnly)]).await
}

/// Turns the mode on or off on the version that was seen. `None` when something would go that nobody agreed to remove.
pub(crate) async fn set(
    who: &Visitor,
    opened: &Opened,
    on: bool,
    agreed: bool,
    mut heads: Heads,
) -> Result<Option<(RecordId, Heads)>, Problem> {
    if on && opened.care_entries > 0 {
        who.demand(Action::RedactCare)?;
        if !agreed {
            return Ok(None);
        }
        // Whatever arrived since the page was made goes too.
        heads = opened.card.heads.clone();
        for part in voids(&opened.card).chunks(CHANGES_LIMIT) {
            let target = Target::Seen(opened.card.id, heads);
            (_, heads) = who.redact(target, part.to_vec(), Reason::Request).await?;
        }
    }
    let mode = ContactOnly {
        on,
        since: today(who.house().clock),
        by: Some(who.user.id),
    };
    let change = Change::SetField(FieldKey::ContactOnly, Content::ContactOnly(mode));
    let target = Target::Seen(opened.card.id, heads);
    Ok(Some(who.edit(target, vec![change]).await?))
}

/// The removal of everything that the mode doesn't allow.
fn voids(card: &Card) -> Vec<Change> {
    fn of<T>(all: &[Entry<T>], collection: Collection) -> impl Iterator<Item = Change> {
        let there = all.iter().filter(|entry| !entry.field.all().is_empty());
        there.map(move |entry| {
            let values = entry.field.all().iter().map(|held| held.id).collect();
            Change::Void(collection, entry.id, values)
        })
    }
    of(&card.health, Collection::Health)
        .chain(of(&card.patch_tests, Collection::PatchTest))
        .chain(of(&card.treatments, Collection::Treatment))
        .chain(of(&card.adverse, Collection::Adverse))
        .collect()
}

fn show(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let heads = seen(form).unwrap_or_else(|_| opened.card.heads.clone());
    let path = format!("{}/contact-only", opened.path());
    let (on, entries) = (opened.card.contact_only(), opened.care_entries);
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.contact_only()) }
        p .lead { (t.contact_only_lead()) }
        (faults.summary(t))
        @if entries > 0 && !who.may(Action::RedactCare) {
            p .strip.warn { (Icon::Alert.show()) span { (t.contact_only_by_care()) } }
        } @else if !on || entries > 0 {
            @if entries > 0 { p .strip.warn { (Icon::Alert.show()) strong { (t.contact_only_entries(entries)) } } }
            form .sheet method="post" action=(path) {
                (hidden_state(who, &heads))
                @if entries > 0 {
                    (tick("agree", t.contact_only_agree(), form, faults))
                    p .actions { a .button href=(opened.path()) { (t.cancel()) } button .danger { (t.contact_only_remove()) } }
                } @else {
                    p .actions { button .primary { (t.contact_only_set()) } a href=(opened.path()) { (t.cancel()) } }
                }
            }
        }
        @if on { (lifting(who, opened, &path)) }
    };
    Page {
        title: t.contact_only(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

fn lifting(who: &Visitor, opened: &Opened, path: &str) -> Markup {
    let t = who.t();
    html! {
        details .removal {
            summary { (t.contact_only_lift()) }
            p { (t.contact_only_lift_text()) }
            form method="post" action=(path) {
                (hidden_state(who, &opened.card.heads)) (hidden("lift", "yes"))
                button { (t.contact_only_lift()) }
            }
        }
    }
}

pub(super) fn lines(t: Language, mode: &ContactOnly) -> Vec<(&'static str, String)> {
    let word = if mode.on { t.yes() } else { t.no() };
    vec![
        (t.contact_only(), word.to_owned()),
        (t.date(), show_date(mode.since)),
    ]
}
