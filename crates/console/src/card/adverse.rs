//! Adverse events (Tukes guidance), for those who give treatments.

use maud::{Markup, html};
use register::adverse::AdverseEvent;
use register::card::Card;
use register::contact::{required, text};
use register::id::EntryId;
use register::value::Content;

use crate::card::entry::{optional_date, past_date};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, picker};
use crate::text::Language;
use crate::visitor::Visitor;

/// How many treatments the form offers, newest first.
const TREATMENTS: usize = 30;

/// A form for a new event: today, after the latest treatment and with its product.
pub(super) fn blank(who: &Visitor, card: &Card) -> Form {
    let form = Form::default().with("date", show_date(today(who.house().clock)));
    let latest = card.treatments.first();
    match latest.and_then(|entry| Some((entry.id, entry.field.newest()?))) {
        None => form,
        Some((id, treatment)) => form
            .with("treatment", id.to_string())
            .with("product", treatment.products.as_str())
            .with("batch", treatment.batch.as_str()),
    }
}

pub(super) fn fill(event: &AdverseEvent) -> Form {
    let day = |date: Option<_>| date.map(show_date).unwrap_or_default();
    Form::default()
        .with("date", show_date(event.date))
        .with(
            "treatment",
            event.treatment.map(|id| id.to_string()).unwrap_or_default(),
        )
        .with("product", event.product.as_str())
        .with("batch", event.batch.as_str())
        .with("what", event.what.as_str())
        .with("measures", event.measures.as_str())
        .with("told_tukes", day(event.told_tukes))
        .with("told_maker", day(event.told_maker))
}

/// The treatments of the card, as the form offers them.
pub(super) fn treatment_input(t: Language, card: &Card, form: &Form, faults: &Faults) -> Markup {
    let shown = card.treatments.iter().take(TREATMENTS);
    let mut options: Vec<(String, String)> = shown
        .filter_map(|entry| {
            let one = entry.field.newest()?;
            Some((
                entry.id.to_string(),
                format!("{} {}", show_date(one.date), one.name),
            ))
        })
        .collect();
    options.push((String::new(), t.adverse_no_treatment().to_owned()));
    picker("treatment", t.adverse_treatment(), &options, form, faults)
}

pub(super) fn inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    html! {
        (Field::new("date", t.date(), Input::Date).hint(t.date_hint()).required().show(form, faults))
        div .pair {
            (Field::new("product", t.adverse_product(), Input::Text).show(form, faults))
            (Field::new("batch", t.batch(), Input::Text).show(form, faults))
        }
        (Field::new("what", t.adverse_what(), Input::Area).required().show(form, faults))
        (Field::new("measures", t.adverse_measures(), Input::Area).show(form, faults))
        div .pair {
            (Field::new("told_tukes", t.adverse_tukes(), Input::Date).hint(t.date_hint()).show(form, faults))
            (Field::new("told_maker", t.adverse_maker(), Input::Date).hint(t.date_hint()).show(form, faults))
        }
    }
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<AdverseEvent> {
    let t = who.t();
    let date = past_date(who, form, "date", faults);
    let what = faults.take("what", required(form.get("what")), t);
    let mut part = |field: &str| faults.take(field, text(form.get(field)), t);
    let (product, batch, measures) = (part("product"), part("batch"), part("measures"));
    let told_tukes = optional_date(t, form, "told_tukes", faults);
    let told_maker = optional_date(t, form, "told_maker", faults);
    let earlier = match before {
        Some(Content::AdverseEvent(earlier)) => Some(earlier),
        _ => None,
    };
    // Where two versions are judged the treatment is not asked about.
    let treatment: Option<EntryId> = if form.has("treatment") {
        form.get("treatment").parse().ok()
    } else {
        earlier.and_then(|earlier| earlier.treatment)
    };
    let event = AdverseEvent {
        date: date?,
        treatment,
        product: product?,
        batch: batch?,
        what: what?,
        measures: measures?,
        told_tukes: told_tukes?,
        told_maker: told_maker?,
        by: earlier.map_or(Some(who.user.id), |earlier| earlier.by),
    };
    faults.is_empty().then_some(event)
}

pub(super) fn lines(t: Language, event: &AdverseEvent) -> Vec<(&'static str, String)> {
    let day = |date: Option<_>| date.map(show_date).unwrap_or_default();
    vec![
        (t.date(), show_date(event.date)),
        (t.adverse_product(), event.product.clone()),
        (t.batch(), event.batch.clone()),
        (t.adverse_what(), event.what.clone()),
        (t.adverse_measures(), event.measures.clone()),
        (t.adverse_tukes(), day(event.told_tukes)),
        (t.adverse_maker(), day(event.told_maker)),
    ]
}
