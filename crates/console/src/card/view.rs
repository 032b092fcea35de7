//! The card itself.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Entry, Field};
use register::contact::Note;
use register::health::HealthEntry;
use register::treatment::Treatment;

use crate::card::{
    Opened, band, conflict, consent, hidden_state, open, request, safety, value_ids, warn,
};
use crate::clock::{show_date, show_moment};
use crate::form::hidden;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::Visitor;

/// Treatments shown before the older ones are folded away.
const TREATMENTS_SHOWN: usize = 10;

/// The card, its health part covered.
pub(crate) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    who.house().opened(who.user.id, opened.card.id);
    Ok(show(&who, &opened, false))
}

/// The card with its health part open, which is logged by itself.
pub(crate) async fn revealed(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    super::reveal(&who, &opened.card).await?;
    who.house().opened(who.user.id, opened.card.id);
    Ok(show(&who, &opened, true))
}

fn show(who: &Visitor, opened: &Opened, revealed: bool) -> Response {
    let card = &opened.card;
    let main = html! {
        div #live data-region {
            (band::show(who, opened, revealed))
            div .columns {
                div .wide {
                    (treatments(who, opened))
                    @if who.may(Action::ReadCare) { (safety::adverse(who, opened, revealed)) }
                    (safety::refusals(who, opened))
                    (notes(who, opened))
                }
                div .narrow {
                    (contact(who, opened))
                    @if who.may(Action::ReadCare) { (health(who, opened, revealed)) }
                    (marketing(who, opened))
                    (request::section(who, opened))
                    @if who.may(Action::Retain) { (privacy(who, opened)) }
                }
            }
            (foot(who, opened))
        }
    };
    Page {
        title: &opened.title(who),
        room: Room::Clients,
        record: Some(card.id),
        main,
    }
    .show(who)
}

/// A section's frame: heading, way to its form, contents.
pub(super) fn section(id: &str, title: &str, action: Markup, body: Markup) -> Markup {
    html! {
        section .panel id=(id) {
            header { h2 { (title) } div .acts { (action) } }
            (body)
        }
    }
}

/// The value in words, or why there is none.
fn field_text<T>(t: Language, field: &Field<T>, text: impl Fn(&T) -> String) -> Markup {
    match field {
        Field::Absent | Field::Removed => html! { span .muted { (t.not_given()) } },
        Field::Awaited => html! { span .muted { (t.not_known_yet()) } },
        Field::Unreadable => html! { span .muted { (t.unreadable_here()) } },
        Field::Value(held) => html! { (text(&held.value)) },
        Field::Conflict(all) => html! {
            span .two { @for held in all { span { (text(&held.value)) } } }
        },
    }
}

pub(super) fn choice_link<T>(t: Language, opened: &Opened, entry: &Entry<T>) -> Markup {
    html! {
        @if conflict::waits(entry).is_some() {
            p .strip.warn { (Icon::Conflict.show())
                span { @if entry.disputed { (t.disputed_short()) } @else { (t.two_values()) } }
                a href={ (opened.path()) "/conflicts" } { (t.choose()) }
            }
        }
    }
}

fn treatments(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let all = &opened.card.treatments;
    let records = opened.may_change(who, Action::RecordCare) && !opened.card.contact_only();
    let action = html! {
        @if records && !all.is_empty() {
            a href={ (opened.path()) "/treatments/new?copy=latest" } { (t.copy_previous()) }
        }
        @if records { a href={ (opened.path()) "/treatments/new" } { (t.add()) } }
    };
    let shown = all.iter().take(TREATMENTS_SHOWN);
    let older = all.iter().skip(TREATMENTS_SHOWN);
    let body = html! {
        @if all.is_empty() {
            p .muted { (t.no_treatments()) }
        } @else {
            ol .entries { @for entry in shown { (treatment(who, opened, entry)) } }
            @if all.len() > TREATMENTS_SHOWN {
                details { summary { (t.older_treatments(all.len() - TREATMENTS_SHOWN)) }
                    ol .entries { @for entry in older { (treatment(who, opened, entry)) } }
                }
            }
        }
    };
    section("treatments", t.treatments(), action, body)
}

fn treatment(who: &Visitor, opened: &Opened, entry: &Entry<Treatment>) -> Markup {
    let t = who.t();
    let path = format!("{}/treatments", opened.path());
    html! {
        li {
            @match entry.field.newest() {
                None => p .muted { (t.not_known_yet()) },
                Some(one) => {
                    p .head { time { (show_date(one.date)) } strong { (one.name) }
                        @if one.contract_made == Some(true) { span .tag { (t.separate_contract()) } } }
                    @let by = who.house().given_by(&one.by, one.by_id, t);
                    p .muted { (by) @if !by.is_empty() && !one.premises.is_empty() { " · " } (one.premises) }
                    @if !one.products.is_empty() || !one.batch.is_empty() {
                        p { (one.products) @if !one.products.is_empty() && !one.batch.is_empty() { " · " }
                            @if !one.batch.is_empty() { (t.batch()) " " (one.batch) } }
                    }
                    @if !one.remarks.is_empty() { p .text { (one.remarks) } }
                    @if let Some(seen) = &one.acknowledged { (warn::seen_line(who, seen)) }
                    @if let Some(contract) = &one.contract {
                        p .muted { (t.contract_lies(&contract.safe, &contract.folder)) }
                    }
                }
            }
            (choice_link(t, opened, entry))
            @if opened.may_change(who, Action::RecordCare) && matches!(entry.field, Field::Value(_)) {
                p .acts {
                    a href={ (path) "/" (entry.id) } { (t.edit()) }
                    a href={ (path) "/new?copy=" (entry.id) } { (t.copy_as_new()) }
                }
            }
        }
    }
}

fn notes(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let path = format!("{}/notes", opened.path());
    let changes = opened.may_change(who, Action::EditContact);
    let action = html! { @if changes { a href={ (path) "/new" } { (t.add()) } } };
    let one = |entry: &Entry<Note>| {
        html! {
            li {
                (field_note(t, entry))
                (choice_link(t, opened, entry))
                @if changes && matches!(entry.field, Field::Value(_)) && !entry.disputed {
                    p .acts { a href={ (path) "/" (entry.id) } { (t.edit()) } }
                }
            }
        }
    };
    let body = html! {
        @if opened.card.notes.is_empty() { p .muted { (t.no_notes()) } }
        @else { ol .entries { @for entry in &opened.card.notes { (one(entry)) } } }
    };
    section("notes", t.notes(), action, body)
}

fn field_note(t: Language, entry: &Entry<Note>) -> Markup {
    html! {
        @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
        @for held in entry.field.all() {
            p .text { (held.value.text) }
            @if let Some(date) = held.value.date { p .muted { (show_date(date)) } }
        }
    }
}

fn contact(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let changes = opened.may_change(who, Action::EditContact);
    let action = html! { @if changes {
        a href={ (opened.path()) "/contact" } { (t.edit()) }
        @if !card.contact_only() { a href={ (opened.path()) "/contact-only" } { (t.contact_only()) } }
    } };
    let body = html! {
        dl .facts {
            div { dt { (t.phone()) } dd {
                @if card.phones.is_empty() { span .muted { (t.not_given()) } }
                @for entry in &card.phones { p { (field_text(t, &entry.field, ToString::to_string)) } }
            } }
            div { dt { (t.email()) } dd {
                @if card.emails.is_empty() { span .muted { (t.not_given()) } }
                @for entry in &card.emails { p { (field_text(t, &entry.field, |email| email.as_str().to_owned())) } }
            } }
            div { dt { (t.address()) } dd { (field_text(t, &card.address, |address| {
                format!("{}, {} {}", address.street, address.postcode, address.town).trim_matches([',', ' ']).to_owned()
            })) } }
            div { dt { (t.birth_year()) } dd { (field_text(t, &card.birth_year, |year| year.get().to_string())) } }
            @if card.name.is_conflict() {
                div { dt { (t.name()) } dd { (field_text(t, &card.name, |name| name.listed())) } }
            }
        }
    };
    section("contact", t.contact_details(), action, body)
}

fn health(who: &Visitor, opened: &Opened, revealed: bool) -> Markup {
    let t = who.t();
    let path = format!("{}/health", opened.path());
    let all = &opened.card.health;
    let patches = &opened.card.patch_tests;
    let records = opened.may_change(who, Action::RecordCare) && !opened.card.contact_only();
    let action = html! { @if records {
        a href={ (path) "/new" } { (t.add()) } a href={ (opened.path()) "/patch-tests/new" } { (t.patch_add()) }
    } };
    let asked = opened.card.health_asked.newest().map(|asked| asked.date);
    let body = html! {
        @if all.is_empty() && patches.is_empty() {
            p { (band::alert_word(t, opened.own_alert)) }
        } @else if revealed {
            ol .entries { @for entry in all { (health_entry(who, opened, entry)) } }
            @if !patches.is_empty() { (safety::patch_tests(who, opened)) }
        } @else {
            p { (t.health_covered(all.len() + patches.len())) }
            p { a .button href={ (path) "#health" } data-reveal { (t.show_health()) } }
        }
        @if let Some(date) = asked { p .muted { (t.health_asked_on(&show_date(date))) } }
        (consent::standing(who, opened))
        @if (!all.is_empty() || !patches.is_empty() || opened.card.health_consented()) && opened.may_change(who, Action::RedactCare) {
            p { a href={ (path) "/withdraw" } { (t.withdraw()) } }
        }
        @if !all.is_empty() && records {
            form method="post" action={ (path) "/unchanged" } {
                (hidden_state(who, &opened.card.heads)) (hidden("values", &warn::values(all)))
                button { (t.unchanged()) }
            }
        }
        @if all.is_empty() && records {
            form method="post" action={ (path) "/asked" } {
                (hidden_state(who, &opened.card.heads))
                button { (t.asked_none_known()) }
            }
        }
    };
    section("health", t.health(), action, body)
}

fn health_entry(who: &Visitor, opened: &Opened, entry: &Entry<HealthEntry>) -> Markup {
    let t = who.t();
    let path = format!("{}/health/{}", opened.path(), entry.id);
    html! {
        li {
            @if entry.field.all().is_empty() { p .muted { (t.not_known_yet()) } }
            @for held in entry.field.all() {
                @let one = &held.value;
                p .head { (band::alert_mark(t, register::card::Alert::Listed(one.level))) strong { (t.health_kind(one.kind)) } }
                p .text { (one.text) }
                p .muted {
                    @if let Some(date) = one.date { (t.taken_down_on(&show_date(date))) " " }
                    @if let Some(date) = one.confirmed { (t.confirmed_on(&show_date(date))) " " }
                    @if let Some(author) = one.author { (who.house().user_name(author, t)) }
                }
            }
            (choice_link(t, opened, entry))
            @if opened.may_change(who, Action::RecordCare) && matches!(entry.field, Field::Value(_)) && !entry.disputed {
                div .acts {
                    a href=(path) { (t.edit()) }
                    form method="post" action={ (path) "/confirm" } {
                        (hidden_state(who, &opened.card.heads)) (hidden("values", &value_ids(&entry.field)))
                        button .quiet { (t.still_holds()) }
                    }
                }
            }
        }
    }
}

fn marketing(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let changes = opened.may_change(who, Action::EditContact);
    let action = html! { @if changes { a href={ (opened.path()) "/marketing" } { (t.edit()) } } };
    let word = if opened.permission == Some(true) {
        t.marketing_yes()
    } else {
        t.marketing_no()
    };
    let body = html! {
        p {
            @match &card.marketing {
                Field::Absent | Field::Removed if opened.permission.is_none() => (t.marketing_not_asked()),
                Field::Absent | Field::Removed => (word),
                Field::Awaited => span .muted { (t.not_known_yet()) },
                Field::Unreadable => span .muted { (t.unreadable_here()) },
                Field::Value(_) | Field::Conflict(_) => (word),
            }
        }
        @for held in card.marketing.all() {
            @if let Some(date) = held.value.asked {
                p .muted { (t.asked_on()) " " (show_date(date)) " " (held.value.channel)
                    @if let Some(stamp) = held.stamp { " · " (who.house().user_name(stamp.author, t)) }
                    @if !held.value.wording.is_empty() { " · " (t.asked_wording()) " " (held.value.wording) }
                }
            }
        }
        (crate::marketing::on_card(who, card.id))
        @if opened.permission != card.marketing_answer() {
            p .muted { (t.linked_marketing()) }
        }
        @if card.marketing.is_conflict() {
            p .strip.warn { (Icon::Conflict.show()) span { (t.two_values()) }
                a href={ (opened.path()) "/conflicts" } { (t.choose()) } }
        }
    };
    section("marketing", t.marketing(), action, body)
}

/// What the owner does about the card as a whole.
fn privacy(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let path = opened.path();
    let body = html! {
        ul .ways {
            li { a href={ (path) "/package" } { (t.package()) } }
            li { a href={ (path) "/claim" } { (t.claim()) } }
            li { a href={ (path) "/restriction" } { (t.restriction()) } }
            li { a href={ (path) "/history/clear" } { (t.clear_history()) } }
            li { a .danger href={ (path) "/erase" } { (t.erase_client()) } }
        }
    };
    section("privacy", t.privacy(), Markup::default(), body)
}

fn foot(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    html! {
        p .footline {
            @if let Some(created) = card.created { span { (t.created_at(&show_moment(created))) } }
            @if let Some(changed) = card.changed { span { (t.changed_at(&show_moment(changed))) } }
            @if card.restricted() { span { (t.kept_while_restricted()) } }
            @if let Some(due) = card.due().card { span { (t.kept_until(&show_date(due))) } }
            @if who.may(Action::ReadCare) { span .unprinted { a href={ (opened.path()) "/changes" } { (t.changes()) } } }
            @if who.may(Action::ReadAudit) { a href={ (opened.path()) "/history" } { (t.history()) } }
            @if let Some(origin) = card.origin.newest() { span { (t.imported_as(&origin.legacy_id)) } }
        }
    }
}
