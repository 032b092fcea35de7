//! Clients: found, listed, opened, made, and their single fields changed.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::{EditContact, Export, ReadCards, RedactContact};
use register::audit::{Act, AuditEvent};
use register::contact::TextFault;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::minor::Minority;
use register::replica::Command;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::card::{Kind, Opened, forget, open, read};
use crate::clients::{alike, new_changes};
use crate::clock::today;
use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::problem::Problem;

use super::body::{AsForm, Asked, Redaction, Sent, Version, tagged, version, yes};
use super::caller::Caller;
use super::refusal::{Confirmation, Refusal};
use super::shape::{AddressShape, CardShape, ClientLine, NameShape, PermissionShape, Slot};

/// The most clients in one answer.
const PAGE: usize = 100;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(Export, routes!(list))
        .api(ReadCards, routes!(search))
        .api(EditContact, routes!(make))
        .api(ReadCards, routes!(card))
        .api(EditContact, routes!(change))
        .api(EditContact, routes!(marketing))
}

/// From where to go on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The id of the last client of the page before.
    #[param(pattern = "^[0-9a-f]{32}$")]
    after: Option<String>,
    /// At most so many, by default 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u8>,
}

/// Clients in order of their ids.
#[derive(Serialize, ToSchema)]
struct ClientPage {
    clients: Vec<ClientLine>,
    /// What to put into `after` for the next page; null on the last.
    next: Option<String>,
}

/// List clients
///
/// Every client who is shown, in order of the ids. Each page is logged as an export of so many clients.
#[utoipa::path(get, path = "/api/v1/clients", tag = "clients", params(Page),
    responses((status = 200, description = "A page of clients.", body = ClientPage)))]
async fn list(who: Caller, Asked(page): Asked<Page>) -> Result<Json<ClientPage>, Refusal> {
    let bad = |what: &str| Refusal::unreadable(StatusCode::BAD_REQUEST, what);
    let after: Option<RecordId> = page
        .after
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| bad("The parameter after is the id of a client."))?;
    let limit = usize::from(page.limit.unwrap_or(100));
    if !(1..=PAGE).contains(&limit) {
        return Err(bad("The parameter limit is between 1 and 100."));
    }
    let mut lines: Vec<(RecordId, ClientLine)> = {
        let directory = who.house().desk.directory();
        let all = directory.clients();
        let rest = all.filter(|(id, _)| after.is_none_or(|after| *id > after));
        rest.take(limit + 1)
            .map(|(id, one)| (id, ClientLine::of(id, one, directory.alert(id))))
            .collect()
    };
    let more = lines.len() > limit;
    lines.truncate(limit);
    told(&who, lines.len()).await?;
    let next = lines.last().filter(|_| more).map(|(id, _)| id.to_string());
    let clients = lines.into_iter().map(|(_, line)| line).collect();
    Ok(Json(ClientPage { clients, next }))
}

/// Logs, durably, before anything leaves, that so many clients are told at once.
async fn told(who: &Caller, count: usize) -> Result<(), Problem> {
    let rows = AuditEvent::of(who.user.id, Act::Exported(count as u64));
    who.house().desk.ask(Command::Audit(rows)).await?;
    Ok(())
}

/// What is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// Any part of the name in any order, of the e-mail address, or of the phone number in any notation.
    #[schema(min_length = 1, max_length = 100)]
    query: String,
}

/// The clients found.
#[derive(Serialize, ToSchema)]
struct Found {
    clients: Vec<ClientLine>,
    /// There are more; a longer query finds fewer.
    more: bool,
}

/// Find clients
///
/// At most 100, by name. The query is somebody's name, so it travels in the body and stands in no log; that so many
/// clients were told is logged.
#[utoipa::path(post, path = "/api/v1/clients/search", tag = "clients", request_body = Search,
    responses((status = 200, description = "The clients found.", body = Found)))]
async fn search(who: Caller, Sent(body): Sent<Search>) -> Result<Json<Found>, Refusal> {
    let query = body.query.trim();
    if query.is_empty() || query.chars().count() > PAGE {
        return Err(Refusal::field("query", who.t().fault(TextFault::Empty)));
    }
    let mut hits = who.house().desk.directory().search(query, PAGE + 1);
    let more = hits.len() > PAGE;
    hits.truncate(PAGE);
    if !hits.is_empty() {
        told(&who, hits.len()).await?;
    }
    let clients = hits
        .iter()
        .map(|hit| ClientLine::of(hit.id, &hit.summary, hit.summary.alert))
        .collect();
    Ok(Json(Found { clients, more }))
}

/// A new client.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClient {
    /// At most 4000 characters, as every text; at least one of both names.
    #[serde(default)]
    last_name: String,
    #[serde(default)]
    first_name: String,
    /// Never more of the date of birth than its year.
    #[serde(default)]
    birth_year: Option<u16>,
    /// In any notation; Finnish unless it begins with + or 00.
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    address: Option<AddressShape>,
    /// `other_person` after a refusal that named likely duplicates.
    #[serde(default)]
    confirm: Vec<String>,
}

impl AsForm for NewClient {
    fn form(&self) -> Form {
        let text = |one: &Option<String>| one.clone().unwrap_or_default();
        let year = self.birth_year.map(|year| year.to_string());
        let form = Form::default()
            .with("last", self.last_name.as_str())
            .with("first", self.first_name.as_str())
            .with("year", year.unwrap_or_default())
            .with("phone", text(&self.phone))
            .with("email", text(&self.email));
        match &self.address {
            Some(address) => with_address(form, address),
            None => form,
        }
    }
}

fn with_address(form: Form, address: &AddressShape) -> Form {
    form.with("street", address.street.as_str())
        .with("postcode", address.postcode.as_str())
        .with("town", address.town.as_str())
}

/// What was saved.
#[derive(Serialize, ToSchema)]
pub(super) struct Saved {
    /// The card's random id.
    pub(super) id: String,
    /// The card's version now, for `If-Match`.
    pub(super) version: String,
    /// The id of the entry that was added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<String>,
}

/// Make a client
///
/// Somebody who may be here already is refused with `confirm_first`, and made with `other_person` in `confirm`.
#[utoipa::path(post, path = "/api/v1/clients", tag = "clients", request_body = NewClient,
    responses((status = 201, description = "The client was made.", body = Saved)))]
async fn make(who: Caller, Sent(body): Sent<NewClient>) -> Result<Response, Refusal> {
    let form = body.form();
    let mut faults = Faults::default();
    let changes = new_changes(&who, &form, &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::faults(&faults));
    }
    let alike = alike(&who, &form);
    if !alike.is_empty() && !body.confirm.iter().any(|code| code == "other_person") {
        let code = "other_person".to_owned();
        let text = who.t().maybe_same(alike.len());
        return Err(Refusal::unconfirmed(vec![Confirmation { code, text }]));
    }
    let (record, heads) = who.edit(Target::New(RecordKind::Client), changes).await?;
    let saved = Saved {
        id: record.to_string(),
        version: version(&heads),
        entry: None,
    };
    Ok((StatusCode::CREATED, Json(saved)).into_response())
}

/// A card
///
/// Without anything of health, and trimmed to what the token may see. Opening it is logged before anything is shown.
#[utoipa::path(get, path = "/api/v1/clients/{id}", tag = "clients",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "The card.", body = CardShape,
        headers(("etag" = String, description = "The card's version, for If-Match.")))))]
async fn card(who: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let opened = open(&who, &id).await?;
    Ok(shown(&opened, CardShape::of(&who, &opened)))
}

/// An answer with the card's version.
pub(super) fn shown<T: Serialize>(opened: &Opened, body: T) -> Response {
    tagged(&opened.card.heads, body)
}

/// New values of single fields; those left out stay.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FieldsBody {
    #[serde(default)]
    name: Option<NameShape>,
    /// Never more of the date of birth than its year.
    #[serde(default)]
    birth_year: Option<u16>,
    #[serde(default)]
    address: Option<AddressShape>,
}

/// The same fields as they stand.
#[derive(Serialize)]
struct FieldsNow {
    name: Slot<NameShape>,
    birth_year: Slot<u16>,
    address: Slot<AddressShape>,
}

/// Change fields of a card
///
/// Also resolves a conflict there. Written on an older version it is refused, with both values.
#[utoipa::path(patch, path = "/api/v1/clients/{id}", tag = "clients", request_body = FieldsBody,
    params(("id" = String, Path, description = "The card's id."), Redaction,
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "The card was changed.", body = Saved)))]
async fn change(
    who: Caller,
    Path(id): Path<String>,
    Asked(old): Asked<Redaction>,
    seen: Version,
    Sent(body): Sent<FieldsBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    let card = &opened.card;
    let now = FieldsNow {
        name: Slot::of(&card.name, NameShape::of),
        birth_year: Slot::of(&card.birth_year, |year| year.get()),
        address: Slot::of(&card.address, AddressShape::of),
    };
    let target = seen.of(card, &now, &body)?;
    let mut faults = Faults::default();
    let mut changes = Vec::new();
    let mut set = |key: FieldKey, kind: Kind, form: Option<Form>| {
        if let Some(content) = form.and_then(|form| read(&who, kind, &form, None, &mut faults)) {
            changes.push(Change::SetField(key, content));
        }
    };
    let name = body.name.map(|name| {
        Form::default()
            .with("last", name.last_name)
            .with("first", name.first_name)
    });
    set(FieldKey::Name, Kind::Name, name);
    let year = body
        .birth_year
        .map(|year| Form::default().with("year", year.to_string()));
    set(FieldKey::BirthYear, Kind::BirthYear, year);
    let address = body.address.map(|one| with_address(Form::default(), &one));
    set(FieldKey::Address, Kind::Address, address);
    if !faults.is_empty() {
        return Err(Refusal::faults(&faults));
    }
    if changes.is_empty() {
        return Err(Refusal::field("name", who.t().choose_one()));
    }
    let reason = old.reason(&who, RedactContact, Reason::Rectification)?;
    let edited = forget::save(&who, target, changes, reason).await?;
    Ok(Json(saved(edited)))
}

/// What an edit came to.
pub(super) fn saved((record, heads): (RecordId, register::document::Heads)) -> Saved {
    Saved {
        id: record.to_string(),
        version: version(&heads),
        entry: None,
    }
}

/// What the client said about marketing.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PermissionBody {
    /// Whether notices may be sent. No on any card of the person holds for all of them.
    allowed: bool,
    /// The day the client was asked; today when left out.
    #[serde(default)]
    #[schema(format = Date)]
    asked: Option<String>,
    /// How the client was asked.
    #[serde(default)]
    channel: String,
}

/// Record a marketing permission
///
/// Or its end. Nobody who may be under age can give one.
#[utoipa::path(put, path = "/api/v1/clients/{id}/marketing", tag = "clients", request_body = PermissionBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn marketing(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<PermissionBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    let now = Slot::of(&opened.card.marketing, PermissionShape::of);
    let target = seen.of(&opened.card, &now, &body)?;
    let day = today(who.house().clock);
    let asked = body.asked.unwrap_or_else(|| day.to_string());
    let form = Form::default()
        .with("allowed", yes(body.allowed))
        .with("asked", asked)
        .with("channel", body.channel);
    let mut faults = Faults::default();
    let said = read(&who, Kind::Marketing, &form, None, &mut faults);
    let minor = opened.card.minority(day) != Minority::No;
    if minor && body.allowed {
        return Err(Problem::Minor.into());
    }
    let Some(said) = said.filter(|_| faults.is_empty()) else {
        return Err(Refusal::faults(&faults));
    };
    let change = Change::SetField(FieldKey::Marketing, said);
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}
