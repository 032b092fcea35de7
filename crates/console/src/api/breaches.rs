//! The breach register (GDPR Article 33(5)). Nothing in it names a client.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use register::access::Action::{Govern, KeepPapers};
use register::breach::{Breach, Telling};
use register::document::{Collection, Heads, RecordKind};
use register::edit::{Change, Target};
use register::id::SETTINGS;
use register::value::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::breaches::{all, find, read, settings};
use crate::clock::{day, show_date, show_time};
use crate::doors::Doors;
use crate::form::{Faults, Form};

use super::body::{AsForm, Sent, Version, tagged, version, yes};
use super::caller::Caller;
use super::refusal::Refusal;
use super::shape::{Item, items};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(Govern, routes!(list))
        .api(KeepPapers, routes!(add))
        .api(KeepPapers, routes!(change))
}

fn open() -> String {
    "open".to_owned()
}

/// What was decided about telling somebody.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Telling)]
struct TellingShape {
    /// `open`, `told` or `not` for not needed.
    #[serde(default = "open")]
    #[schema(pattern = "^(open|told|not)$")]
    state: String,
    /// The day they were told.
    #[serde(default)]
    #[schema(format = Date)]
    date: Option<String>,
    /// Why they need not be told.
    #[serde(default)]
    reason: String,
}

impl Default for TellingShape {
    fn default() -> Self {
        Self::of(&Telling::Open)
    }
}

impl TellingShape {
    fn of(one: &Telling) -> Self {
        let (state, date, reason) = match one {
            Telling::Open => ("open", None, ""),
            Telling::Told(date) => ("told", Some(date.to_string()), ""),
            Telling::NotNeeded(why) => ("not", None, why.as_str()),
        };
        Self {
            state: state.to_owned(),
            date,
            reason: reason.to_owned(),
        }
    }

    fn put(&self, form: Form, name: &str) -> Form {
        form.with(name, self.state.as_str())
            .with(
                &format!("{name}_date"),
                self.date.clone().unwrap_or_default(),
            )
            .with(&format!("{name}_reason"), self.reason.as_str())
    }
}

/// A breach of personal data. Names no client.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Breach)]
struct BreachShape {
    /// When the clinic noticed, to the minute; not ahead. The 72 hours run from here.
    #[schema(format = DateTime)]
    noticed: String,
    /// What happened, and when.
    #[schema(min_length = 1, max_length = 4000)]
    what: String,
    /// Kinds of persons and of data.
    #[serde(default)]
    categories: String,
    /// About how many persons; null while nobody knows.
    #[serde(default)]
    #[schema(maximum = 10_000_000)]
    people: Option<u64>,
    /// Likely consequences.
    #[serde(default)]
    consequences: String,
    /// What was done about it.
    #[serde(default)]
    measures: String,
    /// The authority (Article 33).
    #[serde(default)]
    authority: TellingShape,
    /// Why the authority was told after the 72 hours; needed then.
    #[serde(default)]
    delay: String,
    /// The persons (Article 34).
    #[serde(default)]
    persons: TellingShape,
    /// Whether it is closed, which takes every other field. It goes five years later.
    #[serde(default)]
    closed: bool,
}

impl BreachShape {
    fn of(one: &Breach) -> Self {
        Self {
            noticed: one.noticed.to_string(),
            what: one.what.clone(),
            categories: one.categories.clone(),
            people: one.people,
            consequences: one.consequences.clone(),
            measures: one.measures.clone(),
            authority: TellingShape::of(&one.authority),
            delay: one.delay.clone(),
            persons: TellingShape::of(&one.persons),
            closed: one.closed.is_some(),
        }
    }

    fn breach(&self, who: &Caller, before: Option<&Breach>) -> Result<Breach, Refusal> {
        let mut faults = Faults::default();
        let read = read(who, &self.form(), before, &mut faults);
        read.ok_or_else(|| Refusal::faults(&faults))
    }
}

impl AsForm for BreachShape {
    fn form(&self) -> Form {
        // What is no moment stays empty, which the form refuses by the field's name.
        let noticed: Option<Timestamp> = self.noticed.parse().ok();
        let date = noticed.map(|at| show_date(day(at)));
        let people = self.people.map(|people| people.to_string());
        let form = Form::default()
            .with("noticed", date.unwrap_or_default())
            .with("noticed_time", noticed.map(show_time).unwrap_or_default())
            .with("what", self.what.as_str())
            .with("categories", self.categories.as_str())
            .with("people", people.unwrap_or_default())
            .with("consequences", self.consequences.as_str())
            .with("measures", self.measures.as_str())
            .with("delay", self.delay.as_str())
            .with("closed", yes(self.closed));
        let form = self.authority.put(form, "authority");
        self.persons.put(form, "persons")
    }
}

/// The breach register.
#[derive(Serialize, ToSchema)]
struct Breaches {
    /// Its version, for `If-Match`.
    version: String,
    /// The newest first.
    breaches: Vec<Item<BreachShape>>,
}

fn heads(who: &Caller) -> Heads {
    settings(who).map(|one| one.heads).unwrap_or_default()
}

/// The breach register
#[utoipa::path(get, path = "/api/v1/breaches", tag = "house",
    responses((status = 200, description = "The register.", body = Breaches,
        headers(("etag" = String, description = "Its version, for If-Match.")))))]
async fn list(who: Caller) -> Response {
    let heads = heads(&who);
    let body = Breaches {
        version: version(&heads),
        breaches: items(&all(&who), BreachShape::of),
    };
    tagged(&heads, body)
}

/// What was saved in the breach register.
#[derive(Serialize, ToSchema)]
struct BreachSaved {
    /// Its version now, for `If-Match`.
    version: String,
}

/// Take a breach down
#[utoipa::path(post, path = "/api/v1/breaches", tag = "house", request_body = BreachShape,
    responses((status = 201, description = "It was taken down.", body = BreachSaved)))]
async fn add(who: Caller, Sent(body): Sent<BreachShape>) -> Result<Response, Refusal> {
    let breach = body.breach(&who, None)?;
    let change = Change::Add(Collection::Breach, Content::Breach(breach));
    // Beside whatever else happened to the settings meanwhile.
    let target = Target::New(RecordKind::Settings);
    let (_, heads) = who.edit(target, vec![change]).await?;
    let version = version(&heads);
    Ok((StatusCode::CREATED, Json(BreachSaved { version })).into_response())
}

/// Take down what is new about a breach
///
/// Also resolves a conflict there.
#[utoipa::path(put, path = "/api/v1/breaches/{entry}", tag = "house", request_body = BreachShape,
    params(("entry" = String, Path, description = "The breach's id."),
        ("if-match" = String, Header, description = "The register's version that was seen.")),
    responses((status = 200, description = "It was changed.", body = BreachSaved)))]
async fn change(
    who: Caller,
    Path(entry): Path<String>,
    seen: Version,
    Sent(body): Sent<BreachShape>,
) -> Result<Json<BreachSaved>, Refusal> {
    let entry = find(&who, &entry)?;
    let current = items(core::slice::from_ref(&entry), BreachShape::of);
    let target = seen.of_record(SETTINGS, &heads(&who), &current, &body)?;
    let breach = body.breach(&who, entry.field.newest())?;
    let change = Change::SetEntry(Collection::Breach, entry.id, Content::Breach(breach));
    let (_, heads) = who.edit(target, vec![change]).await?;
    let version = version(&heads);
    Ok(Json(BreachSaved { version }))
}
