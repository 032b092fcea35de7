//! Sections of the card beside treatments and health: patch tests, adverse events, treatments refused.

use maud::{Markup, html};
use register::access::Action;
use register::adverse::AdverseEvent;
use register::card::{Card, Entry, Field};
use register::id::EntryId;
use register::patch_test::PatchResult;

use crate::card::view::{choice_link, section};
use crate::card::{Opened, refusal};
use crate::clock::{show_date, today};
use crate::text::Language;
use crate::visitor::Visitor;

/// The patch tests in words, within the open health part.
pub(super) fn patch_tests(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let day = today(who.house().clock);
    html! {
        h3 { (t.patch_tests()) }
        ol .entries { @for entry in &opened.card.patch_tests {
            li id={ "t-" (entry.id) } {
                @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
                @for held in entry.field.all() {
                    @let one = &held.value;
                    p .head { time { (show_date(one.date)) } strong { (one.substance) } }
                    p { (t.patch_result_word(one.result)) "."
                        @if one.result == PatchResult::Negative { " " (t.patch_state(one.state(day))) "." } }
                    p .muted {
                        @if let Some(read) = one.read { (t.patch_read()) " " (show_date(read)) " · " }
                        (t.patch_expires()) " " (show_date(one.expires))
                        @if let Some(by) = one.by { " · " (who.house().user_name(by, t)) }
                    }
                }
                (choice_link(t, opened, entry))
                (edit_link(who, opened, "patch-tests", entry))
            }
        } }
    }
}

fn edit_link<T>(who: &Visitor, opened: &Opened, path: &str, entry: &Entry<T>) -> Markup {
    let one = matches!(entry.field, Field::Value(_)) && !entry.disputed;
    html! {
        @if one && opened.may_change(who, Action::RecordCare) {
            p .acts { a href={ (opened.path()) "/" (path) "/" (entry.id) } { (who.t().edit()) } }
        }
    }
}

/// Adverse events; what happened is covered like the health part.
pub(super) fn adverse(who: &Visitor, opened: &Opened, revealed: bool) -> Markup {
    let t = who.t();
    let all = &opened.card.adverse;
    let records = opened.may_change(who, Action::RecordCare) && !opened.card.contact_only();
    let action = html! { @if records { a href={ (opened.path()) "/adverse-events/new" } { (t.adverse_add()) } } };
    let body = html! {
        @if all.is_empty() { p .muted { (t.adverse_none()) } } @else {
            ol .entries { @for entry in all { (adverse_entry(who, opened, entry, revealed)) } }
            @if !revealed { p { a href={ (opened.path()) "/health#adverse" } data-reveal { (t.show_health()) } } }
        }
    };
    section("adverse", t.adverse_events(), action, body)
}

fn adverse_entry(
    who: &Visitor,
    opened: &Opened,
    entry: &Entry<AdverseEvent>,
    revealed: bool,
) -> Markup {
    let t = who.t();
    let told = |date: Option<_>| date.map_or_else(|| t.adverse_untold().to_owned(), show_date);
    html! {
        li {
            @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
            @for held in entry.field.all() {
                @let one = &held.value;
                p .head { time { (show_date(one.date)) } strong { (one.product) } @if !one.batch.is_empty() { span { (t.batch()) " " (one.batch) } } }
                @if let Some(treatment) = one.treatment.and_then(|id| treatment(&opened.card, id)) { p { (treatment) } }
                @if revealed {
                    p .text { (one.what) }
                    @if !one.measures.is_empty() { p .text { (t.adverse_measures()) ": " (one.measures) } }
                }
                p .muted { (t.adverse_tukes()) ": " (told(one.told_tukes)) " · " (t.adverse_maker()) ": " (told(one.told_maker)) }
            }
            (choice_link(t, opened, entry))
            (edit_link(who, opened, "adverse-events", entry))
        }
    }
}

/// The treatment that an adverse event followed, in words.
pub(super) fn treatment(card: &Card, id: EntryId) -> Option<String> {
    let entry = card.treatments.iter().find(|entry| entry.id == id)?;
    let one = entry.field.newest()?;
    Some(format!("{} {}", show_date(one.date), one.name))
}

/// Treatments refused for safety: nothing of health, so that every role sees them.
pub(super) fn refusals(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let all = &opened.card.refusals;
    let records = opened.may_change(who, Action::RecordCare);
    let action =
        html! { @if records { a href={ (opened.path()) "/refusals/new" } { (t.refusal_add()) } } };
    let body = html! {
        @if all.is_empty() { p .muted { (t.refusal_none()) } } @else {
            ol .entries { @for entry in all { li {
                (refused(who, t, entry))
                (choice_link(t, opened, entry))
                (edit_link(who, opened, "refusals", entry))
            } } }
        }
    };
    section("refusals", t.refusals(), action, body)
}

fn refused(who: &Visitor, t: Language, entry: &Entry<register::mode::TreatmentRefusal>) -> Markup {
    html! {
        @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
        @for held in entry.field.all() {
            p .head { time { (show_date(held.value.date)) } strong { (refusal::named(t, &held.value)) } }
            @if let Some(by) = held.value.by { p .muted { (who.house().user_name(by, t)) } }
        }
    }
}
