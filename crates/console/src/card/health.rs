//! Health entries: what may bear on a treatment, for those who give treatments.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};
use register::contact::required;
use register::document::{Collection, FieldKey, Slot};
use register::edit::{Change, Target};
use register::health::{AlertLevel, HealthAsked, HealthEntry, HealthKind};
use register::id::EntryId;
use register::value::Content;

use crate::card::{after_save, consider, read_value_ids, seen, single, warn};
use crate::clock::{show_date, today};
use crate::form::{Faults, Field, Form, Input, choices};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

const KINDS: [(&str, HealthKind); 4] = [
    ("allergy", HealthKind::Allergy),
    ("skin", HealthKind::Skin),
    ("medication", HealthKind::Medication),
    ("other", HealthKind::Other),
];

const LEVELS: [(&str, AlertLevel); 3] = [
    ("contraindication", AlertLevel::Contraindication),
    ("caution", AlertLevel::Caution),
    ("info", AlertLevel::Info),
];

/// "Asked, none known", today.
pub(crate) async fn asked(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let asked = HealthAsked {
        date: today(who.house().clock),
    };
    let change = Change::SetField(FieldKey::HealthAsked, Content::HealthAsked(asked));
    let target = Target::Seen(basis.card.id, seen(&form)?);
    who.edit(target, vec![change]).await?;
    Ok(redirect(&basis.path()))
}

/// "No change", in one click: every entry is confirmed today, and health was asked about.
pub(crate) async fn unchanged(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let Some(changes) = warn::unchanged(&who, basis, form.get("values")) else {
        // Something changed since, or waits for a choice: it is seen before it is confirmed.
        return Ok(redirect(&format!("{}/health#health", basis.path())));
    };
    let slots: Vec<Slot> = changes.iter().filter_map(Change::slot).collect();
    let target = Target::Seen(basis.card.id, seen(&form)?);
    let (record, heads) = who.edit(target, changes).await?;
    after_save(&who, record, &heads, &slots).await
}

/// The client says that the entry still holds: its five years start anew.
pub(crate) async fn confirm(
    Path((id, entry)): Path<(String, String)>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let entry: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let found = basis.card.health.iter().find(|one| one.id == entry);
    let found = found.ok_or(Problem::NotFound)?;
    let Some(held) = single(&found.field).filter(|_| !found.disputed) else {
        return Ok(redirect(&format!("{}/conflicts", basis.path())));
    };
    // What the person confirmed is what they saw; if it has changed, they see it first.
    if !read_value_ids(form.get("values"))?.contains(&held.id) {
        return Ok(redirect(&format!("{}/health", basis.path())));
    }
    let confirmed = HealthEntry {
        confirmed: Some(today(who.house().clock)),
        ..held.value.clone()
    };
    let change = Change::SetEntry(Collection::Health, entry, Content::Health(confirmed));
    let target = Target::Seen(basis.card.id, seen(&form)?);
    let (record, heads) = who.edit(target, vec![change]).await?;
    let slot = Slot::Entry(Collection::Health, entry);
    after_save(&who, record, &heads, &[slot]).await
}

pub(super) fn fill(entry: &HealthEntry) -> Form {
    Form::default()
        .with("kind", code(&KINDS, entry.kind))
        .with("text", entry.text.as_str())
        .with("level", code(&LEVELS, entry.level))
        .with("date", entry.date.map(show_date).unwrap_or_default())
}

pub(super) fn inputs(t: Language, form: &Form, faults: &Faults) -> Markup {
    let kinds = KINDS.map(|(code, kind)| (code, t.health_kind(kind)));
    let levels = LEVELS.map(|(code, level)| (code, t.alert_level(level)));
    html! {
        (choices("kind", t.about_what(), &kinds, form, faults))
        (Field::new("text", t.in_words(), Input::Area).hint(t.health_hint()).required().show(form, faults))
        (choices("level", t.alert_level_label(), &levels, form, faults))
        (Field::new("date", t.taken_down(), Input::Date).hint(t.date_hint()).show(form, faults))
    }
}

pub(super) fn read(
    who: &Visitor,
    form: &Form,
    before: Option<&Content>,
    faults: &mut Faults,
) -> Option<HealthEntry> {
    let t = who.t();
    let kind = pick(&KINDS, form.get("kind"));
    if kind.is_none() {
        faults.add("kind", t.choose_one());
    }
    let text = faults.take("text", required(form.get("text")), t);
    let level = pick(&LEVELS, form.get("level"));
    if level.is_none() {
        faults.add("level", t.choose_one());
    }
    let date = super::entry::optional_date(t, form, "date", faults);
    let (author, confirmed) = match before {
        Some(Content::Health(entry)) => (entry.author, entry.confirmed),
        _ => (Some(who.user.id), None),
    };
    Some(HealthEntry {
        kind: kind?,
        text: text?,
        level: level?,
        date: date?,
        confirmed,
        author,
    })
}

pub(super) fn lines(t: Language, entry: &HealthEntry) -> Vec<(&'static str, String)> {
    vec![
        (t.about_what(), t.health_kind(entry.kind).to_owned()),
        (t.in_words(), entry.text.clone()),
        (t.alert_level_label(), t.alert_level(entry.level).to_owned()),
        (
            t.taken_down(),
            entry.date.map(show_date).unwrap_or_default(),
        ),
        (
            t.confirmed(),
            entry.confirmed.map(show_date).unwrap_or_default(),
        ),
    ]
}

fn pick<T: Copy>(options: &[(&str, T)], code: &str) -> Option<T> {
    options
        .iter()
        .find(|(name, _)| *name == code)
        .map(|(_, value)| *value)
}

fn code<T: Copy + PartialEq>(options: &[(&'static str, T)], value: T) -> &'static str {
    options
        .iter()
        .find(|(_, one)| *one == value)
        .map_or("", |(name, _)| name)
}
