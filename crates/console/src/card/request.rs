//! Requests under the law (clauses 10 and 11): taken down by anyone, checked by anyone, decided by the owner.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action;
use register::card::{Entry, Field as Slotted};
use register::contact::text;
use register::document::{Collection, Slot};
use register::edit::{Change, Target};
use register::id::EntryId;
use register::request::{
    Channel, CheckMethod, Closing, DocumentType, Extension, IdentityCheck, Outcome, Request,
    RequestKind,
};
use register::value::Content;

use crate::card::{Opened, after_save, consider, hidden_state, open, seen};
use crate::clock::{EARLIEST, read_date, show_date, today};
use crate::form::{Faults, Field, Form, Input, choices};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::requests::deadline;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// A step of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The identity check.
    Check,
    /// More time.
    Extend,
    /// The end.
    Close,
}

impl Step {
    pub(super) const ALL: [Self; 3] = [Self::Check, Self::Extend, Self::Close];

    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Extend => "extend",
            Self::Close => "close",
        }
    }

    /// What it takes: whoever stands before the client makes the check.
    pub(super) const fn action(self) -> Action {
        match self {
            Self::Check => Action::RecordRequests,
            Self::Extend | Self::Close => Action::DecideRequests,
        }
    }
}

/// The section on the card.
pub(super) fn section(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let now = today(who.house().clock);
    let path = format!("{}/requests", opened.path());
    html! {
        section .panel #requests {
            header { h2 { (t.requests()) } div .acts { a href={ (path) "/new" } { (t.record_request()) } } }
            @if opened.card.requests.is_empty() { p .muted { (t.requests_none()) } } @else {
                ol .entries { @for entry in &opened.card.requests {
                    li {
                        @match entry.field.newest() {
                            None => p .muted { (t.not_known_yet()) },
                            Some(one) => {
                                p .head { a href={ (path) "/" (entry.id) } { (t.request_kind(one.kind)) } }
                                p .muted { (t.request_received()) " " (show_date(one.received)) }
                                @match &one.closing {
                                    Some(closing) => p { (t.outcome(closing.outcome)) " " (show_date(closing.date)) },
                                    None => p { (t.request_due()) " " (deadline(t, one.due(), now)) },
                                }
                            }
                        }
                        @if entry.is_conflict() { p .strip.warn { (Icon::Conflict.show()) span { (t.two_values()) } } }
                    }
                } }
            }
        }
    }
}

/// The form of a new request.
pub(super) async fn new_page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let form = Form::default().with("received", show_date(today(who.house().clock)));
    Ok(show_new(&who, &opened, &form, &Faults::default()))
}

/// Takes it down. A restricted card takes requests too.
pub(super) async fn add(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let mut faults = Faults::default();
    let Some(request) = read_new(&who, &form, &mut faults) else {
        let opened = considered.shown(&who).await?;
        return Ok(refused(show_new(&who, &opened, &form, &faults)));
    };
    let change = Change::Add(Collection::Request, Content::Request(request));
    who.edit(Target::Latest(basis.card.id), vec![change])
        .await?;
    Ok(redirect(&format!("{}#requests", basis.path())))
}

pub(crate) fn read_new(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Request> {
    let t = who.t();
    let kind = RequestKind::from_code(form.get("kind"));
    let channel = Channel::from_code(form.get("channel"));
    if kind.is_none() {
        faults.add("kind", t.choose_one());
    }
    if channel.is_none() {
        faults.add("channel", t.choose_one());
    }
    let received = read_date(form.get("received")).filter(|date| *date >= EARLIEST);
    match received {
        None => faults.add("received", t.date_wrong()),
        Some(date) if date > today(who.house().clock) => {
            faults.add("received", t.request_received_wrong());
        }
        Some(_) => {}
    }
    faults.is_empty().then_some(Request {
        kind: kind?,
        channel: channel?,
        received: received?,
        check: None,
        extension: None,
        closing: None,
    })
}

fn show_new(who: &Visitor, opened: &Opened, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let kinds = RequestKind::ALL
        .iter()
        .map(|one| (one.code(), t.request_kind(*one)));
    let channels = Channel::ALL.iter().map(|one| (one.code(), t.channel(*one)));
    let (kinds, channels): (Vec<_>, Vec<_>) = (kinds.collect(), channels.collect());
    let body = html! {
        (faults.summary(t))
        form .sheet method="post" action={ (opened.path()) "/requests/new" } novalidate data-guard {
            (hidden_state(who, &opened.card.heads))
            (choices("kind", t.request_about(), &kinds, form, faults))
            (choices("channel", t.request_channel(), &channels, form, faults))
            (Field::new("received", t.request_received(), Input::Date).hint(t.date_hint()).required().show(form, faults))
            p .actions { button .primary { (t.record_request()) } a href=(opened.path()) { (t.cancel()) } }
        }
    };
    frame(who, opened, t.record_request(), body)
}

/// One request and its next steps.
pub(super) async fn page(
    who: Visitor,
    Path((id, entry)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = open(&who, &id).await?;
    let found = find(&opened, &entry)?;
    let form = Form::default();
    Ok(show(&who, &opened, found, &form, &Faults::default()))
}

/// Takes one step of a request.
pub(super) async fn step(
    step: Step,
    Path((id, entry)): Path<(String, String)>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let considered = consider(&who, &id).await?;
    let basis = considered.basis();
    let found = find(basis, &entry)?;
    let home = format!("{}/requests/{}", basis.path(), found.id);
    // Somebody else closed it meanwhile, or put another value beside it: the page says so.
    let Some(before) = steppable(found) else {
        return Ok(redirect(&home));
    };
    let mut faults = Faults::default();
    let Some(next) = read_step(&who, step, &form, before, &mut faults) else {
        let opened = considered.shown(&who).await?;
        let found = find(&opened, &entry)?;
        return Ok(refused(show(&who, &opened, found, &form, &faults)));
    };
    let change = Change::SetEntry(Collection::Request, found.id, Content::Request(next));
    let target = Target::Seen(basis.card.id, heads);
    let (record, heads) = who.edit(target, vec![change]).await?;
    if heads.as_slice().len() < 2 {
        return Ok(redirect(&home));
    }
    let slot = Slot::Entry(Collection::Request, found.id);
    after_save(&who, record, &heads, &[slot]).await
}

/// The request after the step that the form tells of.
pub(crate) fn read_step(
    who: &Visitor,
    step: Step,
    form: &Form,
    before: &Request,
    faults: &mut Faults,
) -> Option<Request> {
    let next = match step {
        Step::Check => read_check(who, form, before, faults),
        Step::Extend => read_extension(who, form, before, faults),
        Step::Close => read_closing(who, form, before, faults),
    };
    next.filter(|_| faults.is_empty())
}

pub(crate) fn find<'a>(opened: &'a Opened, entry: &str) -> Result<&'a Entry<Request>, Problem> {
    let entry: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let mut all = opened.card.requests.iter();
    all.find(|one| one.id == entry).ok_or(Problem::NotFound)
}

/// The request, while it is open and nobody has to choose.
pub(crate) fn steppable(entry: &Entry<Request>) -> Option<&Request> {
    match &entry.field {
        Slotted::Value(held) if held.value.is_open() && !entry.disputed => Some(&held.value),
        _ => None,
    }
}

fn read_check(
    who: &Visitor,
    form: &Form,
    before: &Request,
    faults: &mut Faults,
) -> Option<Request> {
    let t = who.t();
    let method = match form.get("method") {
        "document" => {
            let document = DocumentType::from_code(form.get("document"));
            if document.is_none() {
                faults.add("document", t.identity_document_wrong());
            }
            document.map(CheckMethod::Document)
        }
        "known_client" => Some(CheckMethod::KnownClient),
        "code_sent" => Some(CheckMethod::CodeSent),
        _ => {
            faults.add("method", t.choose_one());
            None
        }
    };
    let check = IdentityCheck {
        method: method?,
        checker: who.user.id,
        date: today(who.house().clock),
    };
    Some(Request {
        check: Some(check),
        ..before.clone()
    })
}

fn read_extension(
    who: &Visitor,
    form: &Form,
    before: &Request,
    faults: &mut Faults,
) -> Option<Request> {
    let t = who.t();
    let reason = read_reason(t, "extend_reason", form, true, faults);
    let plain = Request {
        extension: None,
        ..before.clone()
    };
    let last = before.latest_due();
    let until = read_date(form.get("until")).filter(|until| *until > plain.due() && *until <= last);
    if until.is_none() {
        let words = t.extension_until_wrong(&show_date(plain.due()), &show_date(last));
        faults.add("until", words);
    }
    Some(Request {
        extension: Some(Extension {
            until: until?,
            reason: reason?,
        }),
        ..plain
    })
}

fn read_closing(
    who: &Visitor,
    form: &Form,
    before: &Request,
    faults: &mut Faults,
) -> Option<Request> {
    let t = who.t();
    let outcome = Outcome::from_code(form.get("outcome"));
    if outcome.is_none() {
        faults.add("outcome", t.choose_one());
    }
    let refusal = outcome == Some(Outcome::Refused);
    let reason = read_reason(t, "close_reason", form, refusal, faults);
    Some(Request {
        closing: Some(Closing {
            outcome: outcome?,
            date: today(who.house().clock),
            reason: reason?,
        }),
        ..before.clone()
    })
}

fn read_reason(
    t: Language,
    name: &str,
    form: &Form,
    needed: bool,
    faults: &mut Faults,
) -> Option<String> {
    let reason = faults.take(name, text(form.get(name)), t)?;
    if needed && reason.is_empty() {
        faults.add(name, t.request_reason_missing());
        return None;
    }
    Some(reason)
}

fn show(
    who: &Visitor,
    opened: &Opened,
    entry: &Entry<Request>,
    form: &Form,
    faults: &Faults,
) -> Response {
    let t = who.t();
    let Some(newest) = entry.field.newest() else {
        let body = html! { p .muted { (t.not_known_yet()) } };
        return frame(who, opened, t.request(), body);
    };
    let decides = who.may(Action::DecideRequests);
    let body = html! {
        @if entry.is_conflict() {
            p .strip.warn { (Icon::Conflict.show()) span { (t.two_values()) }
                @if decides { a href={ (opened.path()) "/conflicts" } { (t.choose()) } } }
        }
        (faults.summary(t))
        @for held in entry.field.all() { (facts(who, &held.value)) }
        (ways(who, opened, newest.kind))
        @if let Some(open) = steppable(entry) {
            @let path = format!("{}/requests/{}", opened.path(), entry.id);
            (check_form(who, opened, &path, form, faults))
            @if decides {
                (extension_form(who, opened, &path, open, form, faults))
                (closing_form(who, opened, &path, form, faults))
            } @else { p .muted { (t.request_owner_decides()) } }
        }
    };
    frame(who, opened, t.request_kind(newest.kind), body)
}

fn facts(who: &Visitor, request: &Request) -> Markup {
    let t = who.t();
    let now = today(who.house().clock);
    html! {
        section .panel { dl .facts {
            @for (word, text) in lines(t, request) {
                @if !text.is_empty() { div { dt { (word) } dd { (text) } } }
            }
            @if let Some(check) = &request.check {
                div { dt { (t.identity_checker()) } dd { (who.house().user_name(check.checker, t)) } }
            } @else { div { dt { (t.identity_check()) } dd { (t.identity_missing()) } } }
            @if request.is_open() { div { dt { (t.state()) } dd { (t.request_state_open()) " · " (deadline(t, request.due(), now)) } } }
        } }
    }
}

/// Where the thing that is asked for is done.
fn ways(who: &Visitor, opened: &Opened, kind: RequestKind) -> Markup {
    let t = who.t();
    let (end, word, action) = match kind {
        RequestKind::Rectification => ("/contact", t.request_way_contact(), Action::EditContact),
        RequestKind::Erasure => ("/erase", t.erase_client(), Action::Erase),
        RequestKind::Restriction => ("/restriction", t.restriction(), Action::Retain),
        RequestKind::Objection => ("/marketing", t.marketing(), Action::EditContact),
        RequestKind::Inspection | RequestKind::Portability => {
            ("/package", t.package(), Action::DecideRequests)
        }
    };
    html! { @if who.may(action) { p .acts { a .button href={ (opened.path()) (end) } { (word) } } } }
}

fn check_form(who: &Visitor, opened: &Opened, path: &str, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let documents = DocumentType::ALL
        .iter()
        .map(|one| (one.code(), t.document_type(*one)));
    let documents: Vec<_> = documents.collect();
    let methods = [
        (
            "document",
            t.check_method(CheckMethod::Document(DocumentType::Other)),
        ),
        ("known_client", t.check_method(CheckMethod::KnownClient)),
        ("code_sent", t.check_method(CheckMethod::CodeSent)),
    ];
    html! {
        section .panel {
            header { h2 { (t.identity_check()) } }
            p .hint { (t.identity_check_hint()) }
            form .sheet method="post" action={ (path) "/check" } novalidate {
                (hidden_state(who, &opened.card.heads))
                (choices("method", t.identity_method(), &methods, form, faults))
                (choices("document", t.identity_document(), &documents, form, faults))
                p .actions { button { (t.identity_save()) } }
            }
        }
    }
}

fn extension_form(
    who: &Visitor,
    opened: &Opened,
    path: &str,
    request: &Request,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    let hint = t.extension_until_hint(&show_date(request.latest_due()));
    html! {
        section .panel {
            header { h2 { (t.extension()) } }
            p .hint { (t.extension_lead()) }
            form .sheet method="post" action={ (path) "/extend" } novalidate {
                (hidden_state(who, &opened.card.heads))
                (Field::new("until", t.extension_until(), Input::Date).hint(&hint).required().show(form, faults))
                (Field::new("extend_reason", t.request_reason(), Input::Area).required().show(form, faults))
                p .actions { button { (t.extension_save()) } }
            }
        }
    }
}

fn closing_form(
    who: &Visitor,
    opened: &Opened,
    path: &str,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    let outcomes = Outcome::ALL.iter().map(|one| (one.code(), t.outcome(*one)));
    let outcomes: Vec<_> = outcomes.collect();
    html! {
        section .panel {
            header { h2 { (t.request_close()) } }
            form .sheet method="post" action={ (path) "/close" } novalidate {
                (hidden_state(who, &opened.card.heads))
                (choices("outcome", t.request_outcome(), &outcomes, form, faults))
                (Field::new("close_reason", t.request_reason(), Input::Area).hint(t.request_close_hint()).show(form, faults))
                p .actions { button .primary { (t.request_close()) } }
            }
        }
    }
}

/// What a request says, without who checked the identity.
pub(super) fn lines(t: Language, request: &Request) -> Vec<(&'static str, String)> {
    let check = request.check.as_ref().map(|check| match check.method {
        CheckMethod::Document(document) => {
            format!("{} {}", t.document_type(document), show_date(check.date))
        }
        method => format!("{} {}", t.check_method(method), show_date(check.date)),
    });
    let extension = request.extension.as_ref();
    let closing = request.closing.as_ref();
    let ended = closing.map(|one| format!("{} {}", t.outcome(one.outcome), show_date(one.date)));
    vec![
        (t.request_about(), t.request_kind(request.kind).to_owned()),
        (t.request_channel(), t.channel(request.channel).to_owned()),
        (t.request_received(), show_date(request.received)),
        (t.request_due(), show_date(request.due())),
        (t.identity_check(), check.unwrap_or_default()),
        (
            t.extension(),
            extension.map(|one| one.reason.clone()).unwrap_or_default(),
        ),
        (t.request_outcome(), ended.unwrap_or_default()),
        (
            t.request_reason(),
            closing.map(|one| one.reason.clone()).unwrap_or_default(),
        ),
    ]
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn frame(who: &Visitor, opened: &Opened, title: &str, body: Markup) -> Response {
    let main = html! {
        p .crumb { a href=(opened.path()) { (opened.title(who)) } }
        h1 { (title) }
        (body)
    };
    Page {
        title,
        room: Room::Clients,
        record: Some(opened.card.id),
        main,
    }
    .show(who)
}
