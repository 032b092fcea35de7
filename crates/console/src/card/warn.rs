//! What must not be missed while a treatment is recorded, at the top of its form.

use maud::{Markup, html};
use register::access::Action;
use register::card::{Alert, Entry};
use register::document::{Collection, FieldKey};
use register::edit::Change;
use register::health::{HealthAsked, HealthEntry};
use register::value::Content;
use register::warning::{Acknowledged, Warning, warnings};

use crate::card::{Opened, alert_mark, read_value_ids, single};
use crate::clock::{show_date, today};
use crate::form::{Faults, Form, hidden, tick};
use crate::icon::Icon;
use crate::visitor::Visitor;

/// The tick "I have seen it".
const SEEN: &str = "warnings_seen";
/// The tick "no change in health information".
const UNCHANGED: &str = "health_unchanged";
/// The health entries that the page knew of.
const VALUES: &str = "health_values";

fn all(who: &Visitor, opened: &Opened) -> Vec<Warning> {
    warnings(&opened.card, opened.alert, today(who.house().clock))
}

/// The warnings, the tick that they were seen, and the tick that health is unchanged. With `revealed` the
/// health entries in words, which was logged.
pub(super) fn inputs(
    who: &Visitor,
    opened: &Opened,
    revealed: bool,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    let all = all(who, opened);
    let stops = all.iter().any(|one| one.stops());
    html! {
        @if !all.is_empty() {
            section .warnings {
                h2 { (t.warnings()) }
                @for one in &all {
                    p .strip.(if one.stops() { "danger" } else { "warn" }) { (Icon::Alert.show()) strong { (t.warning(*one)) } }
                }
                @for hit in &opened.linked {
                    @if matches!(hit.summary.alert, Alert::Listed(_)) && opened.alert != opened.own_alert {
                        p { (t.linked_alert()) " " a href={ "/clients/" (hit.id) } { (crate::duplicates::name(t, hit)) } }
                    }
                }
                @if revealed {
                    ul .entries { @for entry in &opened.card.health { @for held in entry.field.all() {
                        li { (alert_mark(t, Alert::Listed(held.value.level))) " " strong { (t.health_kind(held.value.kind)) } " " (held.value.text) }
                    } } @for entry in &opened.card.patch_tests { @for held in entry.field.all() {
                        li { (t.patch_test()) " " strong { (held.value.substance) } " " (t.patch_result_word(held.value.result)) }
                    } } }
                } @else if who.may(Action::ReadCare) && opened.card.health.len() + opened.card.patch_tests.len() > 0 {
                    p { a href={ (opened.path()) "/treatments/new?health=show" } data-reveal { (t.show_health()) } }
                }
                @if stops { (tick(SEEN, t.warning_seen(), form, faults)) }
            }
        }
        (hidden(VALUES, &values(&opened.card.health)))
        (tick(UNCHANGED, t.unchanged_tick(), form, faults))
    }
}

/// Refuses a treatment whose grave warnings nobody says to have seen, and tells what else is saved with it.
pub(super) fn read(
    who: &Visitor,
    opened: &Opened,
    form: &Form,
    faults: &mut Faults,
) -> Vec<Change> {
    let t = who.t();
    let stops = all(who, opened).iter().any(|one| one.stops());
    if stops && form.get(SEEN) != "yes" {
        faults.add(SEEN, t.warning_unseen());
    }
    if form.get(UNCHANGED) != "yes" {
        return Vec::new();
    }
    let unchanged = unchanged(who, opened, form.get(VALUES));
    if unchanged.is_none() {
        faults.add(UNCHANGED, t.unchanged_look());
    }
    unchanged.unwrap_or_default()
}

/// What stood against a treatment and was ticked as seen, as it is kept with the treatment.
pub(super) fn acknowledged(who: &Visitor, opened: &Opened, form: &Form) -> Option<Acknowledged> {
    let mut warnings = all(who, opened);
    warnings.retain(|one| one.stops());
    (form.get(SEEN) == "yes" && !warnings.is_empty()).then(|| Acknowledged {
        warnings,
        by: who.user.id,
        date: today(who.house().clock),
    })
}

/// What was seen before a treatment, in a line; nothing when nothing stood against it.
pub(super) fn seen_line(who: &Visitor, seen: &Acknowledged) -> Markup {
    let t = who.t();
    let words: Vec<&str> = seen.warnings.iter().map(|one| t.warning(*one)).collect();
    html! {
        p .muted { (Icon::Alert.show()) " " (t.warnings_were_seen()) ": " (words.join("; "))
            " · " (who.house().user_name(seen.by, t)) " " (show_date(seen.date)) }
    }
}

/// The ids of every value of the health entries, as a form carries them.
pub(crate) fn values(all: &[Entry<HealthEntry>]) -> String {
    let ids = all.iter().flat_map(|entry| entry.field.all());
    let ids: Vec<String> = ids.map(|held| held.id.to_string()).collect();
    ids.join(",")
}

/// "No change": every entry is confirmed today, and health was asked about. `None` when the page did not know of an
/// entry as it stands, or one waits for a choice.
pub(crate) fn unchanged(who: &Visitor, opened: &Opened, known: &str) -> Option<Vec<Change>> {
    let day = today(who.house().clock);
    let known = if known.is_empty() {
        Vec::new()
    } else {
        read_value_ids(known).ok()?
    };
    let confirmed = opened.card.health.iter().map(|entry| {
        let held = single(&entry.field).filter(|_| !entry.disputed)?;
        let entry_now = HealthEntry {
            confirmed: Some(day),
            ..held.value.clone()
        };
        known.contains(&held.id).then_some(Change::SetEntry(
            Collection::Health,
            entry.id,
            Content::Health(entry_now),
        ))
    });
    let mut changes: Vec<Change> = confirmed.collect::<Option<_>>()?;
    let asked = Content::HealthAsked(HealthAsked { date: day });
    changes.push(Change::SetField(FieldKey::HealthAsked, asked));
    Some(changes)
}
