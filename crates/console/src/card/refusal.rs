//! Treatments that were not given for safety's sake (clause 6). The form has no field in which a reason could be typed.

use maud::{Markup, html};
use register::mode::TreatmentRefusal;
use register::value::Content;

use crate::card::entry::past_date;
use crate::card::treatment::catalogue;
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, picker};
use crate::text::Language;
use crate::visitor::Visitor;

pub(super) fn blank(who: &Visitor) -> Form {
    Form::default().with("date", show_date(today(who.house().clock)))
}

pub(super) fn fill(refusal: &TreatmentRefusal) -> Form {
    Form::default()
        .with("date", show_date(refusal.date))
        .with("treatment", refusal.treatment.as_str())
}

pub(super) fn inputs(who: &Visitor, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let mut options: Vec<(String, String)> = vec![(String::new(), t.refusal_other().to_owned())];
    let mut names = catalogue(who);
    // One that has left the catalogue stays on the entry that names it.
    let said = form.get("treatment");
    if !said.is_empty() && !names.iter().any(|name| name == said) {
        names.push(said.to_owned());
    }
    options.extend(names.into_iter().map(|name| (name.clone(), name)));
    html! {
        p .hint { (t.refusal_lead()) }
        (Field::new("date", t.date(), Input::Date).hint(t.date_hint()).required().show(form, faults))
        (picker("treatment", t.treatment(), &options, form, faults))
    }
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<TreatmentRefusal> {
    let date = past_date(who, form, "date", faults);
    let earlier = match before {
        Some(Content::TreatmentRefusal(earlier)) => Some(earlier),
        _ => None,
    };
    let said = form.get("treatment");
    let offered = said.is_empty()
        || earlier.is_some_and(|earlier| earlier.treatment == said)
        || catalogue(who).iter().any(|name| name == said);
    if !offered {
        faults.add("treatment", who.t().choose_one());
    }
    let refusal = TreatmentRefusal {
        date: date?,
        treatment: said.to_owned(),
        by: earlier.map_or(Some(who.user.id), |earlier| earlier.by),
    };
    faults.is_empty().then_some(refusal)
}

pub(super) fn lines(t: Language, refusal: &TreatmentRefusal) -> Vec<(&'static str, String)> {
    vec![
        (t.date(), show_date(refusal.date)),
        (t.treatment(), named(t, refusal)),
    ]
}

/// Which treatment, in words.
pub(super) fn named(t: Language, refusal: &TreatmentRefusal) -> String {
    if refusal.treatment.is_empty() {
        t.refusal_other().to_owned()
    } else {
        refusal.treatment.clone()
    }
}
