//! Treatments given, and where a separate contract about one lies.

use maud::{Markup, html};
use register::contact::{required, text};
use register::id::EntryId;
use register::treatment::{Contract, Treatment};
use register::value::Content;

use crate::card::entry::optional_date;
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::form::{Faults, Field, Form, Input, choices, hidden};
use crate::text::Language;
use crate::visitor::Visitor;

/// The hidden field that says that the batch number was copied.
const COPIED: &str = "copied";

/// A form for a new treatment: today, here, by this person.
pub(super) fn blank(who: &Visitor) -> Form {
    Form::default()
        .with("date", show_date(today(who.house().clock)))
        .with("by", who.user.profile.name.as_str())
        .with("premises", who.house().desk.premises.as_str())
}

/// A form for a new treatment like an earlier one: what was done and with what, but not its remarks.
pub(super) fn like(who: &Visitor, earlier: &Treatment) -> Form {
    blank(who)
        .with("name", earlier.name.as_str())
        .with("products", earlier.products.as_str())
        .with("batch", earlier.batch.as_str())
        .with(COPIED, "yes")
}

pub(super) fn fill(who: &Visitor, treatment: &Treatment) -> Form {
    let mut form = Form::default()
        .with("date", show_date(treatment.date))
        .with("name", treatment.name.as_str())
        .with("by", given_by(who, treatment))
        .with("premises", treatment.premises.as_str())
        .with("products", treatment.products.as_str())
        .with("batch", treatment.batch.as_str())
        .with("remarks", treatment.remarks.as_str())
        .with("contract", contract_code(treatment.contract_made));
    if let Some(contract) = &treatment.contract {
        form.put("contract_kind", contract.kind.as_str());
        form.put(
            "contract_date",
            contract.date.map(show_date).unwrap_or_default(),
        );
        form.put("safe", contract.safe.as_str());
        form.put("folder", contract.folder.as_str());
        form.put(
            "destroyed",
            contract.destroyed.map(show_date).unwrap_or_default(),
        );
    }
    form
}

fn given_by(who: &Visitor, treatment: &Treatment) -> String {
    who.house()
        .given_by(&treatment.by, treatment.by_id, who.t())
}

const fn contract_code(made: Option<bool>) -> &'static str {
    match made {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

pub(super) fn inputs(who: &Visitor, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let has_contract = form.get("contract") == "yes";
    let batch = Field::new("batch", t.batch(), Input::Text);
    let copied = form.get(COPIED) == "yes" && !form.get("batch").is_empty();
    html! {
        @if copied { (hidden(COPIED, "yes")) }
        datalist id="catalogue" { @for name in catalogue(who) { option value=(name) {} } }
        datalist id="places" { @for name in who.house().all_premises() { option value=(name) {} } }
        div .pair {
            (Field::new("date", t.date(), Input::Date).hint(t.date_hint()).required().show(form, faults))
            (Field::new("name", t.treatment(), Input::Text).list("catalogue").required().show(form, faults))
        }
        div .pair {
            (Field::new("by", t.given_by(), Input::Text).show(form, faults))
            (Field::new("premises", t.at_premises(), Input::Text).list("places").show(form, faults))
        }
        div .pair {
            (Field::new("products", t.products(), Input::Text).show(form, faults))
            @if copied { (batch.hint(t.check_batch()).show(form, faults)) } @else { (batch.show(form, faults)) }
        }
        (Field::new("remarks", t.remarks(), Input::Area).hint(t.not_for_health()).show(form, faults))
        (choices("contract", t.contract_question(),
            &[("yes", t.yes()), ("no", t.no()), ("unknown", t.not_known())], form, faults))
        details .group open[has_contract] {
            summary { (t.contract_where()) }
            div .pair {
                (Field::new("contract_kind", t.contract_kind(), Input::Text).show(form, faults))
                (Field::new("contract_date", t.contract_date(), Input::Date).show(form, faults))
            }
            div .pair {
                (Field::new("safe", t.safe(), Input::Text).hint(t.safe_hint()).list("places").show(form, faults))
                (Field::new("folder", t.folder(), Input::Text).show(form, faults))
            }
            (Field::new("destroyed", t.destroyed_on(), Input::Date).show(form, faults))
        }
    }
}

pub(crate) fn catalogue(who: &Visitor) -> Vec<String> {
    let directory = who.house().desk.directory();
    let items = directory.catalogue().map(|all| all.items.as_slice());
    items
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| entry.field.newest())
        .filter(|item| !item.retired)
        .map(|item| item.name.clone())
        .collect()
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<Treatment> {
    let t = who.t();
    let date = read_date(form.get("date")).filter(|date| *date >= EARLIEST);
    match date {
        None => faults.add("date", t.date_wrong()),
        Some(date) if date > today(who.house().clock) => faults.add("date", t.date_in_future()),
        Some(_) => {}
    }
    let name = faults.take("name", required(form.get("name")), t);
    let mut part = |field: &str| faults.take(field, text(form.get(field)), t);
    let (by, premises) = (part("by"), part("premises"));
    let (products, batch, remarks) = (part("products"), part("batch"), part("remarks"));
    let contract_made = match form.get("contract") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let earlier = match before {
        Some(Content::Treatment(earlier)) => Some(earlier),
        _ => None,
    };
    let contract = read_contract(t, form, earlier, faults);
    let by = by?;
    let (by, by_id) = match earlier {
        Some(earlier) if given_by(who, earlier) == by => (earlier.by.clone(), earlier.by_id),
        // The name goes with the user one day (clause 9), so it is not written on the card.
        _ if by == who.user.profile.name => (String::new(), Some(who.user.id)),
        _ => (by, None),
    };
    let name = name?;
    let item = match earlier {
        Some(earlier) if earlier.name == name => earlier.item,
        _ => catalogue_item(who, &name),
    };
    Some(Treatment {
        date: date?,
        name,
        item,
        by,
        by_id,
        premises: premises?,
        products: products?,
        batch: batch?,
        remarks: remarks?,
        contract_made,
        contract: contract?,
        acknowledged: earlier.and_then(|earlier| earlier.acknowledged.clone()),
    })
    .filter(|_| faults.is_empty())
}

fn catalogue_item(who: &Visitor, name: &str) -> Option<EntryId> {
    let directory = who.house().desk.directory();
    directory.catalogue()?.named(name).map(|(id, _)| id)
}

/// The inner `None` is: no contract's whereabouts were given.
fn read_contract(
    t: Language,
    form: &Form,
    earlier: Option<&Treatment>,
    faults: &mut Faults,
) -> Option<Option<Contract>> {
    let mut part = |field: &str| faults.take(field, text(form.get(field)), t);
    let (kind, safe, folder) = (part("contract_kind"), part("safe"), part("folder"));
    let date = optional_date(t, form, "contract_date", faults);
    let destroyed = optional_date(t, form, "destroyed", faults);
    let contract = Contract {
        kind: kind?,
        date: date?,
        safe: safe?,
        folder: folder?,
        destroyed: destroyed?,
    };
    let something = !contract.kind.is_empty()
        || !contract.safe.is_empty()
        || !contract.folder.is_empty()
        || contract.date.is_some()
        || contract.destroyed.is_some();
    if something && form.get("contract") != "yes" {
        faults.add("contract", t.contract_contradiction());
    }
    // An imported entry may never have known the folder: it can be corrected without.
    let unknown =
        |one: &Treatment| one.contract_made == Some(true) && one.paper().folder.is_empty();
    if form.get("contract") == "yes" && contract.folder.is_empty() && !earlier.is_some_and(unknown)
    {
        faults.add("folder", t.folder_needed());
    }
    Some(something.then_some(contract))
}

pub(super) fn lines(who: &Visitor, treatment: &Treatment) -> Vec<(&'static str, String)> {
    let t = who.t();
    let contract_made = match treatment.contract_made {
        Some(true) => t.yes(),
        Some(false) => t.no(),
        None => t.not_known(),
    };
    let mut lines = vec![
        (t.date(), show_date(treatment.date)),
        (t.treatment(), treatment.name.clone()),
        (t.given_by(), given_by(who, treatment)),
        (t.at_premises(), treatment.premises.clone()),
        (t.products(), treatment.products.clone()),
        (t.batch(), treatment.batch.clone()),
        (t.remarks(), treatment.remarks.clone()),
        (t.separate_contract(), contract_made.to_owned()),
    ];
    let contract = treatment.contract.as_ref();
    let part = |take: fn(&Contract) -> String| contract.map(take).unwrap_or_default();
    lines.extend([
        (t.contract_kind(), part(|one| one.kind.clone())),
        (
            t.contract_date(),
            part(|one| one.date.map(show_date).unwrap_or_default()),
        ),
        (t.safe(), part(|one| one.safe.clone())),
        (t.folder(), part(|one| one.folder.clone())),
        (
            t.destroyed_on(),
            part(|one| one.destroyed.map(show_date).unwrap_or_default()),
        ),
    ]);
    lines
}
