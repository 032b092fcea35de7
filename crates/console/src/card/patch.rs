//! Patch tests, for those who give treatments.

use maud::{Markup, html};
use register::contact::required;
use register::patch_test::{PatchResult, PatchTest, valid_until};
use register::value::Content;

use crate::card::entry::{optional_date, past_date};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, choices};
use crate::text::Language;
use crate::visitor::Visitor;

/// A form for a new test: today, waiting.
pub(super) fn blank(who: &Visitor) -> Form {
    Form::default()
        .with("date", show_date(today(who.house().clock)))
        .with("result", PatchResult::Waiting.code())
}

pub(super) fn fill(test: &PatchTest) -> Form {
    Form::default()
        .with("substance", test.substance.as_str())
        .with("date", show_date(test.date))
        .with("result", test.result.code())
        .with("read", test.read.map(show_date).unwrap_or_default())
        .with("expires", show_date(test.expires))
}

pub(super) fn inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    let results: Vec<_> = PatchResult::ALL
        .iter()
        .map(|one| (one.code(), t.patch_result_word(*one)))
        .collect();
    html! {
        (Field::new("substance", t.patch_substance(), Input::Text).required().show(form, faults))
        (Field::new("date", t.patch_made(), Input::Date).hint(t.date_hint()).required().show(form, faults))
        (choices("result", t.patch_result(), &results, form, faults))
        div .pair {
            (Field::new("read", t.patch_read(), Input::Date).hint(t.date_hint()).show(form, faults))
            (Field::new("expires", t.patch_expires(), Input::Date).hint(t.patch_expires_hint()).show(form, faults))
        }
    }
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<PatchTest> {
    let t = who.t();
    let substance = faults.take("substance", required(form.get("substance")), t);
    let date = past_date(who, form, "date", faults);
    let result = PatchResult::from_code(form.get("result"));
    if result.is_none() {
        faults.add("result", t.choose_one());
    }
    let read = optional_date(t, form, "read", faults);
    let expires = optional_date(t, form, "expires", faults);
    let (date, read, expires) = (date?, read?, expires?);
    // Who says what came of it without a day has just read it.
    let read = match result {
        Some(PatchResult::Waiting) | None => read,
        Some(PatchResult::Negative | PatchResult::Positive) => {
            Some(read.unwrap_or_else(|| today(who.house().clock)))
        }
    };
    let expires = expires.unwrap_or_else(|| valid_until(date));
    for (name, wrong) in [
        ("read", read.is_some_and(|read| read < date)),
        ("expires", expires < date),
    ] {
        if wrong {
            faults.add(name, t.patch_days_wrong());
        }
    }
    let by = match before {
        Some(Content::PatchTest(earlier)) => earlier.by,
        _ => Some(who.user.id),
    };
    let test = PatchTest {
        substance: substance?,
        date,
        result: result?,
        read,
        expires,
        by,
    };
    faults.is_empty().then_some(test)
}

pub(super) fn lines(t: Language, test: &PatchTest) -> Vec<(&'static str, String)> {
    vec![
        (t.patch_substance(), test.substance.clone()),
        (t.patch_made(), show_date(test.date)),
        (
            t.patch_result(),
            t.patch_result_word(test.result).to_owned(),
        ),
        (t.patch_read(), test.read.map(show_date).unwrap_or_default()),
        (t.patch_expires(), show_date(test.expires)),
    ]
}
