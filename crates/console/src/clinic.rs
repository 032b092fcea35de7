//! The clinic's settings (clauses 1-3): controller, contact person, register name and premises, for the owner.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::breach::BREACH_YEARS;
use register::business_id;
use register::card::{Field as Slotted, Settings};
use register::contact::{Email, TextFault, text};
use register::document::{Collection, FieldKey, Heads};
use register::edit::{Change, Target};
use register::id::{EntryId, NodeId, SETTINGS};
use register::retention::{AUDIT_YEARS, FORMER_USER_YEARS, YEARS};
use register::settings::{Controller, Premises};
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::form::{Faults, Field, Form, Input};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// The longest text of one field, in characters.
const TEXT: usize = 200;

/// What was sent and is wrong, for one of the page's forms.
struct Wrong<'a> {
    /// The premises whose form it was; `None` for the controller's.
    of: Option<NodeId>,
    form: &'a Form,
    faults: &'a Faults,
}

/// The page.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, None))
}

/// Takes down controller, contact person and register name.
pub(crate) async fn controller(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(read) = read_controller(who.t(), &form, &mut faults) else {
        return Ok(refused(&who, None, &form, &faults));
    };
    let change = Change::SetField(FieldKey::Controller, Content::Controller(read));
    who.edit(Target::Seen(SETTINGS, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/admin/clinic"))
}

/// The controller, contact person and register name that a form tells of.
pub(crate) fn read_controller(t: Language, form: &Form, faults: &mut Faults) -> Option<Controller> {
    let name = take(faults, form, "name", t);
    let address = take(faults, form, "address", t);
    let contact = take(faults, form, "contact", t);
    let phone = take(faults, form, "phone", t);
    let register_name = take(faults, form, "register_name", t);
    let business_id = match form.get("business_id").trim() {
        "" => Some(String::new()),
        typed => business_id::parse(typed),
    };
    if business_id.is_none() {
        faults.add("business_id", t.business_id_wrong());
    }
    let email = match form.get("email").trim() {
        "" => Some(String::new()),
        typed => {
            let email: Result<Email, TextFault> = typed.parse();
            faults
                .take("email", email, t)
                .map(|email| email.as_str().to_owned())
        }
    };
    Some(Controller {
        name: name?,
        business_id: business_id?,
        address: address?,
        contact: contact?,
        phone: phone?,
        email: email?,
        register_name: register_name?,
    })
}

/// Takes down one premises' name, address and phone.
pub(crate) async fn premises(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let node = find(&who, &id)?;
    let mut faults = Faults::default();
    let Some(read) = read_premises(who.t(), &form, &mut faults) else {
        return Ok(refused(&who, Some(node), &form, &faults));
    };
    let change = set_premises(node, read);
    who.edit(Target::Seen(SETTINGS, seen(&form)?), vec![change])
        .await?;
    Ok(redirect("/admin/clinic"))
}

/// The premises with this node's id, of those that are known here.
pub(crate) fn find(who: &Visitor, id: &str) -> Result<NodeId, Problem> {
    let node: NodeId = id.parse().map_err(|_| Problem::NotFound)?;
    let known = known(who).iter().any(|(one, _)| *one == node);
    known.then_some(node).ok_or(Problem::NotFound)
}

/// The name, address and phone of a premises that a form tells of.
pub(crate) fn read_premises(t: Language, form: &Form, faults: &mut Faults) -> Option<Premises> {
    let name = take(faults, form, "place_name", t);
    if name.as_deref() == Some("") {
        faults.add("place_name", t.fault(TextFault::Empty));
    }
    let address = take(faults, form, "place_address", t);
    let phone = take(faults, form, "place_phone", t);
    let premises = Premises {
        name: name?,
        address: address?,
        phone: phone?,
    };
    faults.is_empty().then_some(premises)
}

/// What one premises is called, and where it is, as a change of the settings.
pub(crate) fn set_premises(node: NodeId, premises: Premises) -> Change {
    let entry = EntryId::from_bytes(*node.as_bytes());
    Change::SetEntry(Collection::Premises, entry, Content::Premises(premises))
}

/// A text of one line, bounded; empty is allowed.
fn take(faults: &mut Faults, form: &Form, name: &str, t: Language) -> Option<String> {
    let read = text(form.get(name)).and_then(|text| {
        let fits = text.chars().count() <= TEXT;
        fits.then_some(text).ok_or(TextFault::TooLong)
    });
    faults.take(name, read, t)
}

/// The settings as they stand.
pub(crate) fn settings(who: &Visitor) -> Option<Settings> {
    let directory = who.house().desk.directory();
    directory.settings().cloned()
}

/// Every premises that settings know of, and this one.
pub(crate) fn known(who: &Visitor) -> Vec<(NodeId, Slotted<Premises>)> {
    let mut all = settings(who)
        .map(|settings| settings.premises)
        .unwrap_or_default();
    let own = who.house().desk.node;
    if !all.iter().any(|(node, _)| *node == own) {
        all.push((own, Slotted::Absent));
    }
    all
}

fn refused(who: &Visitor, of: Option<NodeId>, form: &Form, faults: &Faults) -> Response {
    let mut response = show(who, Some(&Wrong { of, form, faults }));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn show(who: &Visitor, wrong: Option<&Wrong<'_>>) -> Response {
    let t = who.t();
    let settings = settings(who);
    let heads = settings
        .as_ref()
        .map_or_else(|| Heads::new(Vec::new()), |one| one.heads.clone());
    let about = settings
        .map(|settings| settings.controller)
        .unwrap_or_default();
    let of_form = |node: Option<NodeId>| wrong.filter(|wrong| wrong.of == node);
    let main = html! {
        h1 { (t.desk_clinic()) }
        p .lead { (t.clinic_lead()) }
        @if let Some(wrong) = wrong { (wrong.faults.summary(t)) }
        (controller_form(who, &heads, &about, of_form(None)))
        section .panel {
            header { h2 { (t.premises_printed()) } }
            @for (node, field) in known(who) { (premises_form(who, &heads, node, &field, of_form(Some(node)))) }
        }
        (periods(t))
    };
    Page {
        title: t.desk_clinic(),
        room: Room::Desk,
        record: Some(SETTINGS),
        main,
    }
    .show(who)
}

fn controller_form(
    who: &Visitor,
    heads: &Heads,
    field: &Slotted<Controller>,
    wrong: Option<&Wrong<'_>>,
) -> Markup {
    let t = who.t();
    let none = Faults::default();
    let filled;
    let (form, faults) = match wrong {
        Some(wrong) => (wrong.form, wrong.faults),
        None => {
            filled = fill(field.newest());
            (&filled, &none)
        }
    };
    let input = |name, label, kind| Field::new(name, label, kind);
    html! {
        section .panel {
            header { h2 { (t.controller()) } }
            (standing(t, field, |one| {
                let all = [&one.name, &one.business_id, &one.address, &one.contact, &one.phone, &one.email, &one.register_name];
                all.map(String::as_str).join(", ")
            }))
            form .sheet method="post" action="/admin/clinic" novalidate {
                (hidden_state(who, heads))
                (input("name", t.clinic_name(), Input::Text).show(form, faults))
                (input("business_id", t.business_id(), Input::Text).hint(t.business_id_hint()).show(form, faults))
                (input("address", t.postal_address(), Input::Text).show(form, faults))
                (input("register_name", t.register_name(), Input::Text).show(form, faults))
                (input("contact", t.contact_person(), Input::Text).show(form, faults))
                (input("phone", t.contact_phone(), Input::Phone).show(form, faults))
                (input("email", t.contact_email(), Input::Email).show(form, faults))
                button .primary { (t.save()) }
            }
        }
    }
}

fn fill(controller: Option<&Controller>) -> Form {
    let about = controller.cloned().unwrap_or_default();
    Form::default()
        .with("name", about.name)
        .with("business_id", about.business_id)
        .with("address", about.address)
        .with("register_name", about.register_name)
        .with("contact", about.contact)
        .with("phone", about.phone)
        .with("email", about.email)
}

fn premises_form(
    who: &Visitor,
    heads: &Heads,
    node: NodeId,
    field: &Slotted<Premises>,
    wrong: Option<&Wrong<'_>>,
) -> Markup {
    let t = who.t();
    let none = Faults::default();
    let filled;
    let (form, faults) = match wrong {
        Some(wrong) => (wrong.form, wrong.faults),
        None => {
            let one = field.newest();
            let text = |take: fn(&Premises) -> &String| one.map(take).cloned().unwrap_or_default();
            filled = Form::default()
                .with("place_name", text(|one| &one.name))
                .with("place_address", text(|one| &one.address))
                .with("place_phone", text(|one| &one.phone));
            (&filled, &none)
        }
    };
    // The same field stands once for each premises: its id must not.
    let own = wrong.is_some();
    let part = |name: &'static str, label: &'static str, kind| {
        let id = format!("{name}-{node}");
        html! {
            @if own { (Field::new(name, label, kind).show(form, faults)) } @else {
                div .field { label for=(id) { (label) }
                    input id=(id) name=(name) type="text" value=(form.get(name)) autocomplete="off" spellcheck="false"; }
            }
        }
    };
    html! {
        h3 { (who.house().premises_name(node, t)) @if node == who.house().desk.node { " " span .tag { (t.this_premises()) } } }
        (standing(t, field, |one| [&one.name, &one.address, &one.phone].map(String::as_str).join(", ")))
        form .sheet method="post" action={ "/admin/clinic/premises/" (node) } novalidate {
            (hidden_state(who, heads))
            (part("place_name", t.premises_name_label(), Input::Text))
            (part("place_address", t.premises_address(), Input::Text))
            (part("place_phone", t.premises_phone(), Input::Phone))
            button { (t.save()) }
        }
    }
}

/// What keeps a field from being one value that is known.
pub(crate) fn standing<T>(t: Language, field: &Slotted<T>, say: impl Fn(&T) -> String) -> Markup {
    html! {
        @match field {
            Slotted::Absent | Slotted::Value(_) | Slotted::Removed => {},
            Slotted::Awaited => p .strip.asking { (t.not_known_yet()) },
            Slotted::Unreadable => p .strip.warn { (Icon::Alert.show()) span { (t.unreadable_here()) } },
            Slotted::Conflict(all) => {
                div .strip.warn { (Icon::Conflict.show()) span .words { (t.two_versions()) } }
                @for held in all.iter().skip(1) { p { strong { (t.also_says()) ": " } (say(&held.value)) } }
            },
        }
    }
}

fn periods(t: Language) -> Markup {
    let rows = [
        (t.period_card(), YEARS),
        (t.period_requests(), YEARS),
        (t.period_breaches(), BREACH_YEARS),
        (t.period_audit(), AUDIT_YEARS),
        (t.period_users(), FORMER_USER_YEARS),
    ];
    html! {
        section .panel {
            header { h2 { (t.periods()) } }
            p .muted { (t.periods_lead()) }
            dl .facts { @for (word, years) in rows { div { dt { (word) } dd { (t.years(years)) } } } }
        }
    }
}
