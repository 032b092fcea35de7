//! Removing what stands or stood on a card from history too, everywhere, without erasing the card.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use register::access::Action;
use register::card::Entry;
use register::consent::HealthConsent;
use register::document::{Collection, FieldKey, Heads};
use register::edit::{CHANGES_LIMIT, Change, Target};
use register::health::HealthEntry;
use register::id::RecordId;
use register::ledger::Reason;
use register::replica::Command;
use register::treatment::Treatment;
use register::value::Content;

use crate::card::{Opened, band, consider, open, single};
use crate::clock::{show_date, today};
use crate::form::{Faults, Form, hidden, tick};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The name of the tick box.
const REDACT: &str = "redact";

/// The tick box that removes the old value from history too, for those who may.
pub(super) fn tick_box(who: &Visitor, action: Action, label: &str, form: &Form) -> Markup {
    html! { @if who.may(action) { (tick(REDACT, label, form, &Faults::default())) } }
}

/// The tick box of a removal. Its id differs from that of the form above it.
pub(super) fn removal_box(t: Language) -> Markup {
    html! {
        div .field { label .tick {
            input type="checkbox" name=(REDACT) value="yes";
            span { (t.redact_entry()) }
        } }
    }
}

/// Whether the form asks to remove the old value from history too.
pub(crate) fn asked(who: &Visitor, action: Action, form: &Form) -> Result<bool, Problem> {
    let asked = form.get(REDACT) == "yes";
    if asked {
        who.demand(action)?;
    }
    Ok(asked)
}

/// Saves, and removes what stood before from history too when `reason` says why.
pub(crate) async fn save(
    who: &Visitor,
    target: Target,
    changes: Vec<Change>,
    reason: Option<Reason>,
) -> Result<(RecordId, Heads), Problem> {
    match reason {
        Some(reason) => who.redact(target, changes, reason).await,
        None => who.edit(target, changes).await,
    }
}

/// What a client who withdraws consent takes along. Showing it is logged as opening the health part is.
pub(super) async fn withdrawal(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    super::reveal(&who, &opened.card).await?;
    let t = who.t();
    let all = &opened.card.health;
    let patches = &opened.card.patch_tests;
    let nothing = all.is_empty() && patches.is_empty() && !opened.card.health_consented();
    let body = html! {
        p .lead { (t.withdraw_lead()) }
        section .panel {
            header { h2 { (t.entries_go(all.len() + patches.len())) } }
            ol .entries {
                @for entry in all { (going(&who, entry)) }
                @for held in patches.iter().flat_map(|entry| entry.field.all()) {
                    li { p .head { strong { (t.patch_test()) } } p .text { (held.value.substance) } }
                }
            }
            @if opened.card.health_consented() { p { (t.withdraw_consent_too()) } }
        }
        form method="post" action={ (opened.path()) "/health/withdraw" } {
            (hidden("csrf", who.csrf()))
            p .actions {
                a .button href=(opened.path()) { (t.cancel()) }
                button .danger disabled[nothing] { (t.withdraw_do()) }
            }
        }
    };
    Ok(show(&who, &opened, t.withdraw(), body))
}

fn going(who: &Visitor, entry: &Entry<HealthEntry>) -> Markup {
    let t = who.t();
    html! {
        li {
            @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
            @for held in entry.field.all() {
                @let one = &held.value;
                p .head { (band::alert_mark(t, register::card::Alert::Listed(one.level))) strong { (t.health_kind(one.kind)) } }
                p .text { (one.text) }
                @if let Some(date) = one.date { p .muted { (t.taken_down_on(&show_date(date))) } }
            }
        }
    }
}

/// Removes every health entry, for good (GDPR Article 7(3)).
pub(super) async fn withdraw(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    basis.editable()?;
    take_back(&who, basis).await?;
    Ok(redirect(&basis.path()))
}

/// Removes every health entry of a card, with what else tells of health, and ends the consent today.
pub(crate) async fn take_back(who: &Visitor, opened: &Opened) -> Result<Heads, Problem> {
    let mut changes = withdrawn(opened, today(who.house().clock));
    changes.extend(voids(&opened.card.health, Collection::Health));
    changes.extend(voids(&opened.card.patch_tests, Collection::PatchTest));
    changes.extend(unwarned(&opened.card.treatments));
    // Whatever arrived since the page was made goes too: the consent is gone for all of it.
    let mut heads = opened.card.heads.clone();
    for part in changes.chunks(CHANGES_LIMIT) {
        let target = Target::Seen(opened.card.id, heads);
        (_, heads) = who.redact(target, part.to_vec(), Reason::Consent).await?;
    }
    Ok(heads)
}

/// The consent as it is kept from then on: given, and withdrawn.
fn withdrawn(opened: &Opened, day: Date) -> Vec<Change> {
    let consent = opened.card.health_consent.newest();
    let ended = consent.map(|given| HealthConsent {
        withdrawn: Some(given.withdrawn.unwrap_or(day)),
        ..given.clone()
    });
    let change = |ended| Change::SetField(FieldKey::HealthConsent, Content::HealthConsent(ended));
    ended.map(change).into_iter().collect()
}

/// Treatments without what was warned of before them, which tells of health too.
fn unwarned(all: &[Entry<Treatment>]) -> impl Iterator<Item = Change> {
    all.iter().filter_map(|entry| {
        let one = &single(&entry.field)?.value;
        one.acknowledged.as_ref()?;
        let bare = Treatment {
            acknowledged: None,
            ..one.clone()
        };
        let content = Content::Treatment(bare);
        Some(Change::SetEntry(Collection::Treatment, entry.id, content))
    })
}

fn voids<T>(all: &[Entry<T>], collection: Collection) -> impl Iterator<Item = Change> {
    let there = all.iter().filter(|entry| !entry.field.all().is_empty());
    there.map(move |entry| {
        let values = entry.field.all().iter().map(|held| held.id).collect();
        Change::Void(collection, entry.id, values)
    })
}

/// What clearing a card's history does.
pub(super) async fn clearing(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let t = who.t();
    let body = html! {
        p .lead { (t.clear_history_lead()) }
        form method="post" action={ (opened.path()) "/history/clear" } {
            (hidden("csrf", who.csrf()))
            p .actions {
                a .button href=(opened.path()) { (t.cancel()) }
                button .danger { (t.clear_history_do()) }
            }
        }
    };
    Ok(show(&who, &opened, t.clear_history(), body))
}

/// Removes every value that stands nowhere on the card any more.
pub(super) async fn clear(
    Path(id): Path<String>,
    Posted { who, .. }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    basis.editable()?;
    clear_history(&who, basis).await?;
    Ok(redirect(&basis.path()))
}

/// The same of a card that is open.
pub(crate) async fn clear_history(who: &Visitor, opened: &Opened) -> Result<(), Problem> {
    let command = Command::ClearHistory {
        record: opened.card.id,
        author: who.user.id,
    };
    who.house().desk.ask(command).await?;
    Ok(())
}

fn show(who: &Visitor, opened: &Opened, title: &str, body: Markup) -> Response {
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (title) }
        (body)
    };
    Page {
        title,
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}
