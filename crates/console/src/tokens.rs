//! Tokens of the API: made by the owner, shown once, revoked at once here and elsewhere upon arrival.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;
use maud::{Markup, html};
use register::access::Action::{EndAccess, ManageUsers};
use register::access::{Action, Scope};
use register::audit::query::Query;
use register::contact::{TextFault, required};
use register::directory::fold;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::people::{ApiToken, Profile, Role, User};
use register::replica::{Answer, Command, Report};
use register::value::Content;

use crate::card::optional_date;
use crate::clock::{day, show_date, show_moment, start_of_day, today};
use crate::doors::Access::{May, Proved};
use crate::doors::Doors;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::secret::Token;
use crate::users::{arrival, is_taken, shut_out};
use crate::visitor::{Posted, Visitor};

/// What every token begins with, so that one that lies about is known for what it is.
pub(crate) const PREFIX: &str = "kortisto_";
/// The longest name of a token, in characters.
const NAME: usize = 80;
/// The most tokens that work at once: each is one more thing to keep secret.
const TOKENS: usize = 50;

/// Everything under `/admin/tokens`.
pub(crate) fn doors() -> Doors {
    Doors::default()
        .get("/admin/tokens", May(ManageUsers), page)
        .get("/admin/tokens/new", Proved(ManageUsers), new_page)
        .post("/admin/tokens/new", Proved(ManageUsers), make)
        .post("/admin/tokens/{id}/revoke", May(EndAccess), revoke)
}

/// The list.
async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    // The published one is of a moment ago, when a token may not have been revoked yet.
    let Answer::Report(report) = who.house().desk.ask(Command::Report).await? else {
        return Err(Problem::Internal);
    };
    let mut all: Vec<User> = who.house().desk.directory().tokens().cloned().collect();
    all.sort_by_cached_key(|one| (one.disabled, fold(&one.profile.name)));
    let mut rows = Vec::with_capacity(all.len());
    for one in &all {
        let used = last_used(&who, one.id).await?;
        rows.push(row(&who, &report, one, used.as_deref()));
    }
    let main = html! {
        h1 { (t.tokens()) }
        p .lead { (t.tokens_lead()) }
        p .aside { a .button href="/admin/tokens/new" { (t.token_new()) } a href="/api" { (t.api_title()) } }
        @if all.is_empty() { p .muted { (t.tokens_none()) } } @else {
            div .scroll tabindex="0" role="group" aria-label=(t.tokens()) { table {
                thead { tr { th { (t.token_name()) } th { (t.token_scopes()) } th { (t.state()) } th { (t.token_used()) }
                    th { span .hide { (t.actions()) } } } }
                tbody { @for row in &rows { (row) } }
            } }
        }
    };
    Ok(frame(&who, t.tokens(), main))
}

/// When the audit logs of all premises last tell of it. A look at something that tells of no client is not in them.
async fn last_used(who: &Visitor, token: RecordId) -> Result<Option<String>, Problem> {
    let query = Query {
        who: Some(token),
        limit: 1,
        ..Query::default()
    };
    let Answer::Log(found) = who.house().desk.ask(Command::Consulted(query)).await? else {
        return Err(Problem::Internal);
    };
    Ok(found.entries.first().map(|one| show_moment(one.entry.at)))
}

fn row(who: &Visitor, report: &Report, one: &User, used: Option<&str>) -> Markup {
    let t = who.t();
    let path = format!("/admin/tokens/{}", one.id);
    let token = one.token.as_ref();
    let scopes = token
        .map(|token| token.scopes.as_slice())
        .unwrap_or_default();
    let works = token.is_some_and(|token| token.works_at((who.house().clock)()));
    html! {
        tr {
            td { strong { (one.profile.name) }
                @if let Some(token) = token {
                    p .muted { (t.token_made()) " " (show_date(token.made)) " · " (who.house().user_name(token.by, t)) }
                }
                @if who.may(Action::ReadAudit) { p { a href={ "/admin/users/" (one.id) "/audit" } { (t.user_log_link()) } } } }
            td { ul .plain { @for scope in scopes { li { (t.scope(*scope)) } } } }
            td {
                @if one.disabled { (t.token_revoked()) (arrival(who, report, one)) }
                @else if !works { (t.token_expired()) }
                @else if let Some(end) = token.and_then(|token| token.expires) { (t.token_until(&last_day(end))) }
                @else { (t.in_use()) }
            }
            td { @match used { Some(used) => (used), None => span .muted { (t.token_unused()) } } }
            td { div .acts { @if !one.disabled {
                details { summary { (t.token_revoke()) }
                    p { (t.token_revoke_text()) }
                    form method="post" action={ (path) "/revoke" } {
                        (hidden("csrf", who.csrf()))
                        button .danger { (t.token_revoke()) }
                    }
                }
            } } }
        }
    }
}

/// The last day of a token that ends when the day after begins.
fn last_day(end: jiff::Timestamp) -> String {
    let before = end.saturating_sub(1.second()).unwrap_or(end);
    show_date(day(before))
}

/// The form for a new one.
async fn new_page(who: Visitor) -> Response {
    show_new(&who, &Form::default(), &Faults::default())
}

/// Makes one, and shows it, once.
async fn make(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(new) = read_new(&who, &form, &mut faults) else {
        let mut response = show_new(&who, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let name = new.name.clone();
    let (_, secret) = create(&who, new).await?;
    Ok(show_once(&who, &name, &secret))
}

/// What a token is to be.
pub(crate) struct NewToken {
    name: String,
    scopes: Vec<Scope>,
    /// The last day on which it works.
    last: Option<Date>,
}

/// A token to be made, as a form, or a program, describes it.
pub(crate) fn read_new(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<NewToken> {
    let t = who.t();
    let name = faults.take("name", bounded(form.get("name")), t);
    if name.as_deref().is_some_and(|name| is_taken(who, name)) {
        faults.add("name", t.name_taken());
    }
    let scopes: Vec<Scope> = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| form.get(&field(*scope)) == "yes")
        .collect();
    if scopes.is_empty() {
        faults.add("scopes", t.token_scopes_needed());
    }
    let last = optional_date(t, form, "expires", faults).flatten();
    if last.is_some_and(|last| last < today(who.house().clock)) {
        faults.add("expires", t.token_expires_wrong());
    }
    if working(who) >= TOKENS {
        faults.add("name", t.problem_busy().1);
    }
    let name = name.filter(|_| faults.is_empty())?;
    Some(NewToken { name, scopes, last })
}

/// Makes a token. Its secret is kept nowhere.
pub(crate) async fn create(who: &Visitor, new: NewToken) -> Result<(RecordId, String), Problem> {
    let secret = Token::new()?;
    let token = ApiToken {
        hash: secret.fingerprint(),
        scopes: new.scopes,
        expires: new
            .last
            .map(|last| start_of_day(last.saturating_add(1.day()))),
        made: today(who.house().clock),
        by: who.user.id,
    };
    // A version that knows no tokens takes it for somebody at reception without a password, who can't log in.
    let profile = Profile {
        name: new.name,
        role: Role::Reception,
    };
    let changes = vec![
        Change::SetField(FieldKey::Profile, Content::Profile(profile)),
        Change::SetField(FieldKey::ApiToken, Content::ApiToken(token)),
    ];
    let (id, _) = who.edit(Target::New(RecordKind::Staff), changes).await?;
    Ok((id, format!("{PREFIX}{}", secret.text())))
}

/// Ends it, here at once, elsewhere when the premises hear of it.
async fn revoke(Path(id): Path<String>, Posted { who, .. }: Posted) -> Result<Response, Problem> {
    shut_out(&who, &find(&who, &id)?).await?;
    Ok(redirect("/admin/tokens"))
}

pub(crate) fn find(who: &Visitor, id: &str) -> Result<User, Problem> {
    let id: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
    let directory = who.house().desk.directory();
    let mut all = directory.tokens();
    all.find(|one| one.id == id)
        .cloned()
        .ok_or(Problem::NotFound)
}

fn working(who: &Visitor) -> usize {
    let directory = who.house().desk.directory();
    directory.tokens().filter(|one| !one.disabled).count()
}

fn bounded(name: &str) -> Result<String, TextFault> {
    let name = required(name)?;
    if name.chars().count() > NAME {
        return Err(TextFault::TooLong);
    }
    Ok(name)
}

/// A scope's tick box.
pub(crate) fn field(scope: Scope) -> String {
    format!("scope_{}", scope.code().replace(':', "_"))
}

fn show_new(who: &Visitor, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let fault = faults.of("scopes");
    let main = html! {
        p .crumb { a href="/admin/tokens" { (t.tokens()) } }
        h1 { (t.token_new()) }
        (faults.summary(t))
        form .sheet method="post" action="/admin/tokens/new" novalidate {
            (hidden("csrf", who.csrf()))
            (Field::new("name", t.token_name(), Input::Text).hint(t.token_name_hint()).required().show(form, faults))
            fieldset .field.choices .fault[fault.is_some()] id="f-scopes" tabindex="-1" {
                legend { (t.token_scopes()) }
                @if let Some(fault) = fault { p .wrong { (fault) } }
                div .options {
                    @for scope in Scope::ALL {
                        @let name = field(*scope);
                        label .tick {
                            input type="checkbox" name=(name) value="yes" checked[form.get(&name) == "yes"];
                            span { (t.scope(*scope)) " " code .muted { (scope.code()) } }
                        }
                    }
                }
            }
            (Field::new("expires", t.token_expires(), Input::Date).hint(t.token_expires_hint()).show(form, faults))
            p .actions { button .primary { (t.token_make()) } a href="/admin/tokens" { (t.cancel()) } }
        }
    };
    frame(who, t.token_new(), main)
}

fn show_once(who: &Visitor, name: &str, secret: &str) -> Response {
    let t = who.t();
    let main = html! {
        h1 { (t.token_for(name)) }
        p .lead { (t.token_once()) }
        p .code { (secret) }
        p { (t.token_use()) }
        p { a .button href="/admin/tokens" { (t.tokens()) } }
    };
    frame(who, t.token(), main)
}

fn frame(who: &Visitor, title: &str, main: Markup) -> Response {
    Page {
        title,
        room: Room::Desk,
        record: None,
        main,
    }
    .show(who)
}
