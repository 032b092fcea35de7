//! The change history of a card in words, from its document's own history.
//!
//! It is looked at under the conditions of the card itself and logged like that; what health entries said stays
//! covered until it is asked for, which is logged by itself.

use axum::extract::{Path, Query};
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::audit::Purpose;
use register::changes::{Act, Revision, Told, trim};
use register::document::{Collection, FieldKey, Slot};
use register::id::RecordId;
use register::replica::{Answer, Command};
use register::value::Content;
use serde::Deserialize;

use crate::card::package::facts_of;
use crate::card::{Opened, open, reveal};
use crate::clock::show_moment;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

/// Changes on a page.
const SHOWN: usize = 100;

/// Which part of the history.
#[derive(Deserialize)]
pub(super) struct Wanted {
    /// How many of the newest are passed over.
    #[serde(default)]
    after: usize,
    /// `yes` to show what health entries said.
    #[serde(default)]
    health: String,
}

/// Every change of a card as this visitor may see it, newest first.
pub(super) async fn read(
    who: &Visitor,
    record: RecordId,
    purpose: Purpose,
) -> Result<Vec<Revision>, Problem> {
    let command = Command::Changes {
        record,
        viewer: who.user.id,
        purpose,
    };
    let Answer::Revisions(all) = who.house().desk.ask(command).await? else {
        return Err(Problem::Internal);
    };
    Ok(trim(all, |action| who.may(action)))
}

/// The page.
pub(super) async fn page(
    who: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let (all, revealed) = of_card(&who, &opened, wanted.health == "yes").await?;
    Ok(show(&who, &opened, &all, wanted.after, revealed))
}

/// Every change of a card that was opened, and whether what health entries said may be shown: when it was asked for
/// and the visitor may read it, which is logged first.
pub(crate) async fn of_card(
    who: &Visitor,
    opened: &Opened,
    with_health: bool,
) -> Result<(Vec<Revision>, bool), Problem> {
    let all = read(who, opened.card.id, Purpose::Care).await?;
    let revealed = with_health && who.may(Action::ReadCare);
    if revealed && all.iter().any(of_health) {
        reveal(who, &opened.card).await?;
    }
    Ok((all, revealed))
}

/// Whether it is about a health entry.
pub(crate) fn of_health(one: &Revision) -> bool {
    matches!(one.slot, Slot::Entry(Collection::Health, _))
}

fn show(
    who: &Visitor,
    opened: &Opened,
    all: &[Revision],
    after: usize,
    revealed: bool,
) -> Response {
    let t = who.t();
    let after = after.min(all.len());
    let shown: Vec<&Revision> = all.iter().skip(after).take(SHOWN).collect();
    let path = format!("{}/changes", opened.path());
    let health = if revealed { "&health=yes" } else { "" };
    let covered = !revealed && all.iter().any(of_health);
    let last = after + shown.len();
    // What was saved at once stands together.
    let groups = shown.chunk_by(|one, other| one.stamp == other.stamp);
    let main = html! {
        div #live data-region {
            p .crumb { a href=(opened.path()) { (opened.title(who)) } }
            h1 { (t.changes()) }
            p .lead.unprinted { (t.changes_lead()) }
            @if covered { p .unprinted { a .button href={ (path) "?after=" (after) "&health=yes" } { (t.changes_health()) } } }
            section .panel {
                @if shown.is_empty() { p .muted { (t.changes_none()) } } @else {
                    p .muted { (t.changes_shown(after + 1, last, all.len())) }
                    ol .entries { @for group in groups { (saved(who, group, revealed)) } }
                }
            }
            p .aside.unprinted {
                @if after > 0 { a .button href={ (path) "?after=" (after.saturating_sub(SHOWN)) (health) } { (t.changes_newer()) } }
                @if last < all.len() { a .button href={ (path) "?after=" (last) (health) } { (t.changes_older()) } }
            }
        }
    };
    Page {
        title: t.changes(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

/// What was saved at once.
fn saved(who: &Visitor, group: &[&Revision], revealed: bool) -> Markup {
    let t = who.t();
    let stamp = group.first().and_then(|one| one.stamp);
    let origin = stamp.map(|stamp| {
        let author = who.house().user_name(stamp.author, t);
        let place = who.house().premises_name(stamp.node, t);
        (show_moment(stamp.at), format!("{author}, {place}"))
    });
    html! {
        li {
            @match origin {
                Some((when, by)) => p .head { time { (when) } span .muted { (by) } },
                None => p .muted { (t.origin_unknown()) },
            }
            ul .changes { @for one in group { (changed(who, one, revealed || !of_health(one))) } }
        }
    }
}

fn changed(who: &Visitor, one: &Revision, open: bool) -> Markup {
    let t = who.t();
    let names = |user: RecordId| who.house().user_name(user, t);
    let told = |told: &Told| match told {
        Told::Content(_) if !open => t.changes_health_covered().to_owned(),
        told => words(t, told, Some(&names)),
    };
    html! {
        li {
            p { strong { (subject(t, one.slot)) } " " (deed(t, &one.act)) }
            @match &one.act {
                Act::Added(to) | Act::Removed(to) => p .text { (told(to)) },
                Act::Changed { from, to } => { p .text.muted { (t.change_from()) ": " (told(from)) } p .text { (t.change_to()) ": " (told(to)) } },
                Act::Settled { from, to } => {
                    @for one in from { p .text.muted { (t.change_from()) ": " (told(one)) } }
                    p .text { (t.change_to()) ": " (told(to)) }
                },
                Act::Kept => {},
            }
        }
    }
}

/// What was changed, in a word.
pub(super) const fn subject(t: Language, slot: Slot) -> &'static str {
    match slot {
        Slot::Field(field) => match field {
            FieldKey::BirthYear => t.birth_year(),
            FieldKey::Address => t.address(),
            FieldKey::Origin => t.package_origin(),
            FieldKey::Marketing => t.marketing(),
            FieldKey::HealthAsked => t.package_health_asked(),
            FieldKey::LegalClaim => t.claim(),
            FieldKey::Restriction => t.restriction(),
            FieldKey::HealthConsent => t.consent(),
            FieldKey::ContactOnly => t.contact_only(),
            FieldKey::AdultCheck => t.minor(),
            FieldKey::Guardian => t.guardian(),
            FieldKey::Name
            | FieldKey::Profile
            | FieldKey::Password
            | FieldKey::SetupCode
            | FieldKey::SecondFactor
            | FieldKey::QuickCode
            | FieldKey::Agreement
            | FieldKey::ApiToken
            | FieldKey::Undertaking
            | FieldKey::Disabled
            | FieldKey::Controller
            | FieldKey::Plan
            | FieldKey::Progress => t.name(),
        },
        Slot::Entry(collection, _) => match collection {
            Collection::Phone => t.phone(),
            Collection::Email => t.email(),
            Collection::Health => t.health(),
            Collection::Treatment | Collection::Item => t.treatment(),
            Collection::Note => t.note(),
            Collection::Request => t.request(),
            Collection::Judgement => t.duplicates(),
            Collection::PatchTest => t.patch_test(),
            Collection::Adverse => t.adverse_event(),
            Collection::Refusal => t.refusal(),
            Collection::Notice => t.notices(),
            Collection::Share => t.notice_units(),
            Collection::Want => t.notice_wishes(),
            Collection::Field
            | Collection::Premises
            | Collection::Task
            | Collection::Breach
            | Collection::PrivacyNotice
            | Collection::RequestProof
            | Collection::Recipients
            | Collection::ConsentText => t.name(),
        },
    }
}

/// What was done to it, in words.
pub(super) const fn deed(t: Language, act: &Act) -> &'static str {
    match act {
        Act::Added(_) => t.change_added(),
        Act::Changed { .. } => t.change_changed(),
        Act::Settled { .. } => t.change_settled(),
        Act::Removed(_) => t.change_removed(),
        Act::Kept => t.change_kept(),
    }
}

/// What a value said, in a line. Names of employees are told only where `names` tells them.
pub(super) fn words(
    t: Language,
    told: &Told,
    names: Option<&dyn Fn(RecordId) -> String>,
) -> String {
    let content: &Content = match told {
        Told::Content(content) => content,
        Told::Removed => return t.told_removed().to_owned(),
        Told::Overdue => return t.told_overdue().to_owned(),
        Told::Awaited => return t.not_known_yet().to_owned(),
        Told::Unreadable => return t.unreadable_here().to_owned(),
    };
    let facts = facts_of(t, content, names);
    let alone = facts.len() == 1;
    let said = facts.into_iter().filter(|fact| !fact.text.is_empty());
    let said: Vec<String> = said
        .map(|fact| {
            if alone {
                fact.text
            } else {
                format!("{}: {}", fact.word, fact.text)
            }
        })
        .collect();
    if said.is_empty() {
        return t.not_given().to_owned();
    }
    said.join("; ")
}
