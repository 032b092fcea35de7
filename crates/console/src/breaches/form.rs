//! The form of a breach.

use jiff::Timestamp;
use maud::{Markup, html};
use register::breach::{Breach, Telling};
use register::contact::{required, text};

use crate::clock::{EARLIEST, day, read_date, read_moment, show_date, show_time, today};
use crate::form::{Faults, Field, Form, Input, choices, tick};
use crate::text::Language;
use crate::visitor::Visitor;

/// The most people that a breach can concern.
const PEOPLE: u64 = 10_000_000;

const OPEN: &str = "open";
const TOLD: &str = "told";
const NOT: &str = "not";

/// A form with the present moment in it.
pub(super) fn fresh(now: Timestamp) -> Form {
    Form::default()
        .with("noticed", show_date(day(now)))
        .with("noticed_time", show_time(now))
        .with("authority", OPEN)
        .with("persons", OPEN)
}

/// A form with what was taken down so far.
pub(super) fn fill(one: &Breach) -> Form {
    let form = Form::default()
        .with("noticed", show_date(day(one.noticed)))
        .with("noticed_time", show_time(one.noticed))
        .with("what", one.what.as_str())
        .with("categories", one.categories.as_str())
        .with(
            "people",
            one.people
                .map(|people| people.to_string())
                .unwrap_or_default(),
        )
        .with("consequences", one.consequences.as_str())
        .with("measures", one.measures.as_str())
        .with("delay", one.delay.as_str())
        .with("closed", if one.closed.is_some() { "yes" } else { "" });
    let form = fill_telling(form, "authority", &one.authority);
    fill_telling(form, "persons", &one.persons)
}

fn fill_telling(form: Form, name: &str, telling: &Telling) -> Form {
    let (word, date, reason) = match telling {
        Telling::Open => (OPEN, String::new(), ""),
        Telling::Told(date) => (TOLD, show_date(*date), ""),
        Telling::NotNeeded(why) => (NOT, String::new(), why.as_str()),
    };
    form.with(name, word)
        .with(&format!("{name}_date"), date)
        .with(&format!("{name}_reason"), reason)
}

/// The fields; of one that is new, nothing about its end.
pub(super) fn fields(t: Language, form: &Form, faults: &Faults, begun: bool) -> Markup {
    let area = |name, label| Field::new(name, label, Input::Area);
    html! {
        (Field::new("noticed", t.breach_noticed_date(), Input::Date).hint(t.date_hint()).required().show(form, faults))
        (Field::new("noticed_time", t.breach_noticed_time(), Input::Date).hint(t.breach_time_hint()).required().show(form, faults))
        (area("what", t.breach_what()).hint(t.breach_what_hint()).required().show(form, faults))
        (area("categories", t.breach_categories()).show(form, faults))
        (Field::new("people", t.breach_people(), Input::Year).show(form, faults))
        (area("consequences", t.breach_consequences()).show(form, faults))
        (area("measures", t.breach_measures()).show(form, faults))
        (telling(t, ["authority", "authority_date", "authority_reason"], [t.breach_authority(), t.telling_date(), t.telling_reason()], form, faults))
        (Field::new("delay", t.breach_delay(), Input::Text).show(form, faults))
        (telling(t, ["persons", "persons_date", "persons_reason"], [t.breach_persons(), t.persons_date(), t.persons_reason()], form, faults))
        @if begun { (tick("closed", t.breach_close(), form, faults)) }
    }
}

fn telling(
    t: Language,
    [name, date, reason]: [&str; 3],
    [label, dated, why]: [&str; 3],
    form: &Form,
    faults: &Faults,
) -> Markup {
    let options = [
        (OPEN, t.telling_open()),
        (TOLD, t.telling_told()),
        (NOT, t.telling_not()),
    ];
    html! {
        (choices(name, label, &options, form, faults))
        (Field::new(date, dated, Input::Date).hint(t.date_hint()).show(form, faults))
        (Field::new(reason, why, Input::Text).show(form, faults))
    }
}

/// What was typed; `None` with what is wrong in `faults`.
pub(crate) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Breach>,
    faults: &mut Faults,
) -> Option<Breach> {
    let t = who.t();
    let noticed = noticed(who, form, faults);
    let what = faults.take("what", required(form.get("what")), t);
    let [categories, consequences, measures, delay] =
        ["categories", "consequences", "measures", "delay"]
            .map(|name| faults.take(name, text(form.get(name)), t));
    let people = match form.get("people").trim() {
        "" => None,
        typed => {
            let number = typed.parse().ok().filter(|people| *people <= PEOPLE);
            if number.is_none() {
                faults.add("people", t.breach_people_wrong());
            }
            number
        }
    };
    let authority = decided(
        who,
        form,
        ["authority", "authority_date", "authority_reason"],
        faults,
    );
    let persons = decided(
        who,
        form,
        ["persons", "persons_date", "persons_reason"],
        faults,
    );
    let mut read = Breach {
        what: what?,
        noticed: noticed?,
        categories: categories?,
        people,
        consequences: consequences?,
        measures: measures?,
        authority: authority?,
        delay: delay?,
        persons: persons?,
        closed: None,
    };
    if let Telling::Told(date) = read.authority
        && date > day(read.deadline())
        && read.delay.is_empty()
    {
        faults.add("delay", t.breach_delay_needed());
    }
    if form.get("closed") == "yes" {
        if !read.is_complete() {
            faults.add("closed", t.breach_incomplete());
        }
        // What was closed before keeps its day: the five years run from it.
        let earlier = before.and_then(|before| before.closed);
        read.closed = Some(earlier.unwrap_or_else(|| today(who.house().clock)));
    }
    faults.is_empty().then_some(read)
}

fn noticed(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Timestamp> {
    let t = who.t();
    let date = read_date(form.get("noticed")).filter(|date| *date >= EARLIEST);
    let Some(date) = date else {
        faults.add("noticed", t.date_wrong());
        return None;
    };
    let Some(at) = read_moment(date, form.get("noticed_time")) else {
        faults.add("noticed_time", t.breach_time_wrong());
        return None;
    };
    // The stored form counts from 1970.
    if at > (who.house().clock)() || at < Timestamp::UNIX_EPOCH {
        faults.add("noticed", t.breach_ahead());
        return None;
    }
    Some(at)
}

fn decided(
    who: &Visitor,
    form: &Form,
    [name, date, reason]: [&str; 3],
    faults: &mut Faults,
) -> Option<Telling> {
    let t = who.t();
    match form.get(name) {
        OPEN => Some(Telling::Open),
        TOLD => {
            let now = today(who.house().clock);
            let told = read_date(form.get(date)).filter(|date| (EARLIEST..=now).contains(date));
            if told.is_none() {
                faults.add(date, t.told_date_wrong());
            }
            told.map(Telling::Told)
        }
        NOT => match text(form.get(reason)) {
            Ok(why) if why.is_empty() => {
                faults.add(reason, t.telling_reason_needed());
                None
            }
            why => faults.take(reason, why, t).map(Telling::NotNeeded),
        },
        _ => {
            faults.add(name, t.choose_one());
            None
        }
    }
}
