//! Erasing a client: what will go is shown first, and the name is typed to confirm.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::card::Card;
use register::directory::fold;
use register::ledger::Reason;
use register::replica::{Answer, Command};
use register::retention::day;

use crate::card::{Opened, open};
use crate::clock::show_date;
use crate::form::{Faults, Field, Form, Input, choices, hidden, tick};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

/// The page: what goes, or why it can't.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let linked = linked(&who, &opened).await?;
    let (form, faults) = (Form::default(), Faults::default());
    Ok(show(&who, &opened, &linked, &form, &faults))
}

/// Erases the client, and leads to the certificate.
pub(super) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let t = who.t();
    let mut faults = Faults::default();
    let reason = Reason::from_word(form.get("reason"))
        .filter(|reason| matches!(reason, Reason::Request | Reason::Ended));
    if reason.is_none() {
        faults.add("reason", t.choose_one());
    }
    if !has_name(&opened.card) {
        if form.get("sure") != "yes" {
            faults.add("sure", t.erase_no_name_wrong());
        }
    } else if !names(&opened.card).contains(&plain(form.get("name"))) {
        faults.add("name", t.erase_name_wrong());
    }
    let (Some(reason), true) = (reason, faults.is_empty()) else {
        let linked = linked(&who, &opened).await?;
        let mut response = show(&who, &opened, &linked, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let command = Command::Erase {
        record: opened.card.id,
        author: who.user.id,
        reason,
    };
    match who.house().desk.ask(command).await? {
        Answer::Erasures(_) => Ok(redirect(&format!("/erasures/{}", opened.card.id))),
        _ => Err(Problem::Internal),
    }
}

/// The person's other cards, which go with this one. Opening them is logged: what they hold is shown.
async fn linked(who: &Visitor, opened: &Opened) -> Result<Vec<Opened>, Problem> {
    let mut linked = Vec::with_capacity(opened.linked.len());
    for hit in &opened.linked {
        linked.push(open(who, &hit.id.to_string()).await?);
    }
    Ok(linked)
}

fn has_name(card: &Card) -> bool {
    card.name.newest().is_some()
}

/// The client's name in either order; each of those in conflict.
fn names(card: &Card) -> Vec<String> {
    let all = card.name.all().iter();
    all.flat_map(|held| {
        let (last, first) = (&held.value.last, &held.value.first);
        [
            plain(&format!("{last} {first}")),
            plain(&format!("{first} {last}")),
        ]
    })
    .collect()
}

/// Without what a person may type otherwise: case, accents, spaces.
fn plain(name: &str) -> String {
    fold(name).split_whitespace().collect()
}

fn show(
    who: &Visitor,
    opened: &Opened,
    linked: &[Opened],
    form: &Form,
    faults: &Faults,
) -> Response {
    let t = who.t();
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.erase_client()) }
        (faults.summary(t))
        @match obstacle(who, opened, None).or_else(|| linked_obstacle(who, linked)) {
            Some(obstacle) => (obstacle),
            None => {
                p .lead { (t.erase_lead()) }
                (impact(who, opened))
                @if !linked.is_empty() {
                    h2 { (t.erase_linked()) }
                    @for card in linked { (linked_impact(who, card)) }
                }
                (confirmation(who, opened, form, faults))
            }
        }
    };
    Page {
        title: t.erase_client(),
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

/// What keeps a linked card, and with it every card of the person.
fn linked_obstacle(who: &Visitor, linked: &[Opened]) -> Option<Markup> {
    let mut all = linked.iter();
    all.find_map(|card| obstacle(who, card, Some(&card.title(who))))
}

/// What keeps the card from being erased, and what to do. A linked card is named.
fn obstacle(who: &Visitor, opened: &Opened, named: Option<&str>) -> Option<Markup> {
    let t = who.t();
    let card = &opened.card;
    let today = day((who.house().clock)());
    let (words, to, way) = if card.restricted() {
        (
            t.erase_restricted().to_owned(),
            "restriction",
            t.restriction(),
        )
    } else if card.claimed(today) {
        let until = card.claimed_until().map(show_date).unwrap_or_default();
        (t.erase_claimed(&until), "claim", t.claim())
    } else {
        return None;
    };
    let words = match named {
        Some(name) => t.on_card(name, &words),
        None => words,
    };
    Some(html! {
        div .strip.warn { (Icon::Lock.show()) span .words { (words) } }
        p .actions { a .button href={ (opened.path()) "/" (to) } { (way) } a href=(opened.path()) { (t.cancel()) } }
    })
}

/// How many of what a card holds.
fn counts(who: &Visitor, opened: &Opened) -> [(&'static str, usize); 5] {
    let t = who.t();
    let card = &opened.card;
    let fields = [
        card.name.newest().is_some(),
        card.birth_year.newest().is_some(),
        card.address.newest().is_some(),
    ];
    let fields = fields.into_iter().filter(|known| *known).count();
    let contracts = card.treatments.iter().filter(|entry| {
        let treatment = entry.field.newest();
        treatment.is_some_and(|treatment| treatment.contract_made == Some(true))
    });
    let contracts = contracts.count();
    [
        (
            t.count_contact(),
            fields + card.phones.len() + card.emails.len(),
        ),
        (t.health(), card.health.len()),
        (t.treatments(), card.treatments.len()),
        (t.notes(), card.notes.len()),
        (t.count_contracts(), contracts),
    ]
}

fn list(counts: &[(&'static str, usize)]) -> Markup {
    html! {
        dl .facts.counts { @for (word, count) in counts { div { dt { (word) } dd { (count) } } } }
    }
}

/// What goes with a linked card.
fn linked_impact(who: &Visitor, opened: &Opened) -> Markup {
    html! {
        section .panel {
            header { h3 { a href=(opened.path()) { (opened.title(who)) } } }
            (list(&counts(who, opened)))
        }
    }
}

fn impact(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let counts = counts(who, opened);
    let papers = counts.last().is_some_and(|(_, contracts)| *contracts > 0);
    let house = who.house();
    let peers: Vec<String> = house
        .desk
        .report
        .borrow()
        .peers
        .iter()
        .map(|peer| house.premises_name(peer.peer, t))
        .collect();
    html! {
        section .panel {
            header { h2 { (t.erase_goes()) } }
            (list(&counts))
            @if papers { p { (t.erase_papers()) } }
            h3 { (t.erase_where()) }
            ul .plain { li { (house.desk.premises) } @for peer in peers { li { (peer) } } }
        }
    }
}

fn confirmation(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let reasons = [
        (Reason::Request.word(), t.erase_request()),
        (Reason::Ended.word(), t.erase_ended()),
    ];
    html! {
        form .sheet method="post" action={ (opened.path()) "/erase" } novalidate {
            (hidden("csrf", who.csrf()))
            (choices("reason", t.erase_why(), &reasons, form, faults))
            @if has_name(&opened.card) {
                (Field::new("name", t.erase_name(), Input::Text).hint(&opened.title(who)).required().show(form, faults))
            } @else {
                (tick("sure", t.erase_no_name(), form, faults))
            }
            p .actions {
                a .button href=(opened.path()) { (t.cancel()) }
                button .danger { (t.erase_client()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_may_differ_in_case_accents_and_spaces() {
        for typed in ["Äyräs  Anna Liisa", " äyräs anna liisa ", "ayras annaliisa"] {
            assert_eq!(plain(typed), plain("Äyräs Anna Liisa"), "{typed}");
        }
        assert_ne!(plain("Äyräs Anna"), plain("Äyräs Anna Liisa"));
    }
}
