//! Values that two premises put into one field while apart, and entries removed at one and edited at the other.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Card, Entry, Field, Held};
use register::document::{Collection, FieldKey, Slot, Stamp};
use register::edit::{Change, Target};
use register::id::EntryId;
use register::value::Content;
use serde::Deserialize;

use crate::card::content::lines;
use crate::card::{Kind, Opened, consider, fill, hidden_state, inputs, open, read, seen};
use crate::form::{Faults, Form, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

/// One field or entry that waits for a person to choose.
pub(crate) struct Case {
    pub(crate) slot: Slot,
    pub(crate) kind: Kind,
    /// What stands there, newest first.
    pub(crate) values: Vec<Held<Content>>,
    /// Removed at one premises and edited at another.
    pub(crate) disputed: bool,
}

impl Case {
    /// The case's name in forms and links.
    pub(crate) fn key(&self) -> String {
        match self.slot {
            Slot::Field(field) => field.key().to_owned(),
            Slot::Entry(collection, entry) => format!("{}.{entry}", collection.key()),
        }
    }
}

/// Everything on the card that this visitor may choose.
pub(crate) fn cases(card: &Card, who: &Visitor) -> Vec<Case> {
    let mut cases = Vec::new();
    field(
        &mut cases,
        FieldKey::Name,
        Kind::Name,
        &card.name,
        Content::Name,
    );
    field(
        &mut cases,
        FieldKey::BirthYear,
        Kind::BirthYear,
        &card.birth_year,
        Content::BirthYear,
    );
    reached(&mut cases, card);
    field(
        &mut cases,
        FieldKey::Address,
        Kind::Address,
        &card.address,
        Content::Address,
    );
    field(
        &mut cases,
        FieldKey::Marketing,
        Kind::Marketing,
        &card.marketing,
        Content::Marketing,
    );
    entries(
        &mut cases,
        Collection::Note,
        Kind::Note,
        &card.notes,
        Content::Note,
    );
    whether_and_who(&mut cases, card);
    if who.may(Action::DecideRequests) {
        requests(&mut cases, card);
    }
    // Who may not read an entry whole must not write it back either.
    if who.may(Action::RecordCare) {
        entries(
            &mut cases,
            Collection::Health,
            Kind::Health,
            &card.health,
            Content::Health,
        );
        entries(
            &mut cases,
            Collection::Treatment,
            Kind::Treatment,
            &card.treatments,
            Content::Treatment,
        );
        health(&mut cases, card);
    }
    cases
}

/// What may be collected, and who may be under age.
fn whether_and_who(cases: &mut Vec<Case>, card: &Card) {
    field(
        cases,
        FieldKey::ContactOnly,
        Kind::ContactOnly,
        &card.contact_only,
        Content::ContactOnly,
    );
    field(
        cases,
        FieldKey::AdultCheck,
        Kind::AdultCheck,
        &card.adult_check,
        Content::AdultCheck,
    );
    field(
        cases,
        FieldKey::Guardian,
        Kind::GuardianConsent,
        &card.guardian,
        Content::GuardianConsent,
    );
}

/// What belongs to health beside its entries.
fn health(cases: &mut Vec<Case>, card: &Card) {
    field(
        cases,
        FieldKey::HealthConsent,
        Kind::HealthConsent,
        &card.health_consent,
        Content::HealthConsent,
    );
    entries(
        cases,
        Collection::PatchTest,
        Kind::PatchTest,
        &card.patch_tests,
        Content::PatchTest,
    );
    entries(
        cases,
        Collection::Adverse,
        Kind::AdverseEvent,
        &card.adverse,
        Content::AdverseEvent,
    );
    entries(
        cases,
        Collection::Refusal,
        Kind::TreatmentRefusal,
        &card.refusals,
        Content::TreatmentRefusal,
    );
}

/// Whether a third value can be typed. A request goes on by its steps, and the others by their own pages.
const fn is_typed(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Request
            | Kind::HealthConsent
            | Kind::ContactOnly
            | Kind::AdultCheck
            | Kind::GuardianConsent
    )
}

/// Whether a choice shows health in words, so that showing it is logged.
pub(crate) const fn shows_health(kind: Kind) -> bool {
    matches!(kind, Kind::Health | Kind::PatchTest | Kind::AdverseEvent)
}

/// Where the client is reached.
fn reached(cases: &mut Vec<Case>, card: &Card) {
    entries(
        cases,
        Collection::Phone,
        Kind::Phone,
        &card.phones,
        Content::Phone,
    );
    entries(
        cases,
        Collection::Email,
        Kind::Email,
        &card.emails,
        Content::Email,
    );
}

fn requests(cases: &mut Vec<Case>, card: &Card) {
    entries(
        cases,
        Collection::Request,
        Kind::Request,
        &card.requests,
        Content::Request,
    );
}

fn field<T: Clone>(
    cases: &mut Vec<Case>,
    key: FieldKey,
    kind: Kind,
    field: &Field<T>,
    wrap: fn(T) -> Content,
) {
    if field.is_conflict() {
        cases.push(Case {
            slot: Slot::Field(key),
            kind,
            values: wrapped(field, wrap),
            disputed: false,
        });
    }
}

fn entries<T: Clone>(
    cases: &mut Vec<Case>,
    collection: Collection,
    kind: Kind,
    all: &[Entry<T>],
    wrap: fn(T) -> Content,
) {
    for entry in all.iter().filter(|entry| entry.is_conflict()) {
        cases.push(Case {
            slot: Slot::Entry(collection, entry.id),
            kind,
            values: wrapped(&entry.field, wrap),
            disputed: entry.disputed,
        });
    }
}

fn wrapped<T: Clone>(field: &Field<T>, wrap: fn(T) -> Content) -> Vec<Held<Content>> {
    let all = field.all().iter();
    all.map(|held| Held {
        value: wrap(held.value.clone()),
        id: held.id,
        stamp: held.stamp,
    })
    .collect()
}

/// For which case a value of one's own is to be written.
#[derive(Deserialize)]
pub(crate) struct Writing {
    #[serde(default)]
    third: String,
}

/// Every choice that the card waits for.
pub(crate) async fn page(
    who: Visitor,
    Path(id): Path<String>,
    Query(writing): Query<Writing>,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let cases = cases(&opened.card, &who);
    if cases.is_empty() {
        return Ok(redirect(&opened.path()));
    }
    if cases.iter().any(|case| shows_health(case.kind)) {
        super::reveal(&who, &opened.card).await?;
    }
    let mut form = Form::default();
    if let Some(case) = cases.iter().find(|case| case.key() == writing.third) {
        form = case
            .values
            .first()
            .map(|held| fill(&who, &held.value))
            .unwrap_or_default()
            .with("case", case.key())
            .with("choice", "other");
    }
    Ok(show(&who, &opened, &cases, &form, &Faults::default()))
}

/// Takes one choice.
pub(crate) async fn submit(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let all = cases(&basis.card, &who);
    let back = format!("{}/conflicts", basis.path());
    // Somebody else chose meanwhile: what is left, if anything, is shown.
    let Some(case) = all.iter().find(|case| case.key() == form.get("case")) else {
        return Ok(redirect(&back));
    };
    let mut faults = Faults::default();
    let Some(change) = chosen(&who, case, &form, &mut faults) else {
        if faults.is_empty() {
            return Ok(redirect(&back));
        }
        let opened = considered.shown(&who).await?;
        let all = cases(&opened.card, &who);
        let mut response = show(&who, &opened, &all, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    who.edit(Target::Seen(basis.card.id, heads), vec![change])
        .await?;
    Ok(redirect(&back))
}

/// The change that the choice means; `None` with a fault, or when what was chosen is no longer there.
pub(crate) fn chosen(
    who: &Visitor,
    case: &Case,
    form: &Form,
    faults: &mut Faults,
) -> Option<Change> {
    let put = |content: Content| match case.slot {
        Slot::Field(field) => Change::SetField(field, content),
        Slot::Entry(collection, entry) => Change::SetEntry(collection, entry, content),
    };
    match form.get("choice") {
        "" => {
            faults.add(&choice_name(case), who.t().choose_one());
            None
        }
        "remove" => match case.slot {
            Slot::Entry(collection, entry) if case.disputed => {
                let values = case.values.iter().map(|held| held.id).collect();
                Some(Change::Void(collection, entry, values))
            }
            _ => None,
        },
        "other" => {
            let before = case.values.first().map(|held| &held.value);
            read(who, case.kind, form, before, faults).map(put)
        }
        id => {
            let held = case.values.iter().find(|held| held.id.to_string() == id);
            held.map(|held| put(held.value.clone()))
        }
    }
}

fn choice_name(case: &Case) -> String {
    format!("choice-{}", case.key())
}

fn show(who: &Visitor, opened: &Opened, cases: &[Case], form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (t.choose_title()) }
        p .lead { (t.choose_lead()) }
        (faults.summary(t))
        @for case in cases { (choice(who, opened, case, form, faults)) }
    };
    Page {
        title: t.choose_title(),
        room: Room::Conflicts,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}

fn choice(who: &Visitor, opened: &Opened, case: &Case, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let key = case.key();
    let mine = form.get("case") == key;
    let heads = if mine { seen(form).ok() } else { None };
    // One case at a time, so that no two fields of the page share an id.
    let writes = mine && form.get("choice") == "other";
    let none = Faults::default();
    let faults = if mine { faults } else { &none };
    html! {
        section .case #(format!("f-{}", choice_name(case))) tabindex="-1" {
            h2 { (Icon::Conflict.show()) (t.kind_name(case.kind)) }
            @if case.disputed { p { (t.disputed()) } }
            form method="post" action={ (opened.path()) "/conflicts" } novalidate data-guard {
                (hidden_state(who, heads.as_ref().unwrap_or(&opened.card.heads)))
                (hidden("case", &key))
                fieldset .versions {
                    legend .hide { (t.which_is_right()) }
                    @for held in &case.values { (version(who, case, held, mine && form.get("choice") == held.id.to_string())) }
                    @if case.disputed {
                        label .version {
                            span .pick { input type="radio" name="choice" value="remove"; (t.remove_for_good()) }
                        }
                    }
                }
                @if writes {
                    div .third {
                        label .tick { input type="radio" name="choice" value="other" checked; (t.use_third()) }
                        (inputs(who, case.kind, form, faults))
                    }
                }
                p .actions {
                    button .primary { (t.keep_chosen()) }
                    @if !writes && is_typed(case.kind) {
                        a href={ (opened.path()) "/conflicts?third=" (key) "#f-" (choice_name(case)) } { (t.write_third()) }
                    }
                }
            }
        }
    }
}

/// One of the values, with who put it there, where and when; what differs from the others stands out.
fn version(who: &Visitor, case: &Case, held: &Held<Content>, checked: bool) -> Markup {
    let t = who.t();
    let others: Vec<Vec<(&str, String)>> = case
        .values
        .iter()
        .filter(|other| other.id != held.id)
        .map(|other| lines(who, &other.value))
        .collect();
    let differs = |at: usize, text: &str| {
        others
            .iter()
            .any(|other| other.get(at).is_some_and(|(_, theirs)| theirs != text))
    };
    let pick = if case.disputed {
        t.keep_this()
    } else {
        t.this_is_right()
    };
    html! {
        label .version {
            span .pick { input type="radio" name="choice" value=(held.id) checked[checked]; (pick) }
            dl {
                @for (at, (word, text)) in lines(who, &held.value).iter().enumerate() {
                    @if !text.is_empty() || differs(at, text) {
                        div .differs[differs(at, text)] {
                            dt { (word) }
                            dd { @if text.is_empty() { span .muted { (t.empty()) } } @else { (text) } }
                        }
                    }
                }
            }
            span .stamp { (origin(who, held.stamp)) }
        }
    }
}

fn origin(who: &Visitor, stamp: Option<Stamp>) -> String {
    let t = who.t();
    match stamp {
        None => t.origin_unknown().to_owned(),
        Some(stamp) => who.house().origin(stamp, t),
    }
}

/// Entries of a section that wait for a choice, for the marks on the card.
pub(super) fn waits<T>(entry: &Entry<T>) -> Option<EntryId> {
    entry.is_conflict().then_some(entry.id)
}
