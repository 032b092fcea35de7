//! Treatments and health, read; consent; and batches.

use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use register::access::Action::{ReadCards, ReadCare, RecordCare};
use register::value::Content;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::batches::{Wanted, trace};
use crate::card::package::as_object;
use crate::card::{consent, open, reveal};
use crate::doors::Doors;
use crate::form::{Faults, Form};

use super::bodies::ConsentBody;
use super::body::{AsForm, Sent, Version, version};
use super::caller::Caller;
use super::clients::{Saved, saved, shown};
use super::refusal::Refusal;
use super::shape::{HealthShape, Item, Slot, TreatmentShape, items};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(ReadCards, routes!(treatments))
        .api(ReadCare, routes!(health))
        .api(RecordCare, routes!(consented))
        .api(ReadCare, routes!(batches))
}

/// The treatments of a card, newest first.
#[derive(Serialize, ToSchema)]
struct Treatments {
    /// The card's version, for `If-Match`.
    version: String,
    treatments: Vec<Item<TreatmentShape>>,
}

/// List the treatments of a client
#[utoipa::path(get, path = "/api/v1/clients/{id}/treatments", tag = "care",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "The treatments.", body = Treatments)))]
async fn treatments(who: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let opened = open(&who, &id).await?;
    let body = Treatments {
        version: version(&opened.card.heads),
        treatments: items(&opened.card.treatments, TreatmentShape::of),
    };
    Ok(shown(&opened, body))
}

/// The health part of a card. What has no shape of its own here has the names of the client's package.
#[derive(Serialize, ToSchema)]
struct Health {
    /// The card's version, for `If-Match`.
    version: String,
    /// Whether there is a consent to health information that was not withdrawn.
    consented: bool,
    /// The day health was last asked about.
    #[schema(format = Date)]
    asked: Option<String>,
    /// Consent to health information.
    #[schema(value_type = Slot<Object>)]
    consent: Slot<Map<String, Value>>,
    /// Entries, loudest first.
    entries: Vec<Item<HealthShape>>,
    /// Patch tests, newest first.
    #[schema(value_type = Vec<Item<Object>>)]
    patch_tests: Vec<Item<Map<String, Value>>>,
    /// Adverse events, newest first.
    #[schema(value_type = Vec<Item<Object>>)]
    adverse_events: Vec<Item<Map<String, Value>>>,
    /// Treatments that were not given for safety's sake, newest first.
    #[schema(value_type = Vec<Item<Object>>)]
    refusals: Vec<Item<Map<String, Value>>>,
}

/// The health part of a card
///
/// That it was opened is logged before anything is shown.
#[utoipa::path(get, path = "/api/v1/clients/{id}/health", tag = "care",
    params(("id" = String, Path, description = "The card's id.")),
    responses((status = 200, description = "The health part.", body = Health)))]
async fn health(who: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let opened = open(&who, &id).await?;
    reveal(&who, &opened.card).await?;
    let card = &opened.card;
    let told = |content: Content| as_object(who.t(), &content);
    let asked = card.health_asked.newest().map(|asked| asked.date);
    let body = Health {
        version: version(&card.heads),
        consented: card.health_consented(),
        asked: asked.map(|date| date.to_string()),
        consent: Slot::of(&card.health_consent, |one| {
            told(Content::HealthConsent(one.clone()))
        }),
        entries: items(&card.health, HealthShape::of),
        patch_tests: items(&card.patch_tests, |one| {
            told(Content::PatchTest(one.clone()))
        }),
        adverse_events: items(&card.adverse, |one| {
            told(Content::AdverseEvent(one.clone()))
        }),
        refusals: items(&card.refusals, |one| {
            told(Content::TreatmentRefusal(one.clone()))
        }),
    };
    Ok(shown(&opened, body))
}

/// Record consent to health information
///
/// To withdraw it removes the entries, and is done on the page.
#[utoipa::path(put, path = "/api/v1/clients/{id}/health-consent", tag = "care", request_body = ConsentBody,
    params(("id" = String, Path, description = "The card's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was recorded.", body = Saved)))]
async fn consented(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<ConsentBody>,
) -> Result<Json<Saved>, Refusal> {
    let opened = open(&who, &id).await?;
    opened.editable()?;
    opened.takes_care()?;
    let now = Slot::of(&opened.card.health_consent, |one| {
        as_object(who.t(), &Content::HealthConsent(one.clone()))
    });
    let target = seen.of(&opened.card, &now, &body)?;
    let mut faults = Faults::default();
    let change = consent::read(&who, &body.form(), &mut faults);
    let Some(change) = change.filter(|_| faults.is_empty()) else {
        return Err(Refusal::faults(&faults));
    };
    Ok(Json(saved(who.edit(target, vec![change]).await?)))
}

/// Which batch, or which product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchSearch {
    /// At most 100 characters count, as of the product.
    #[serde(default)]
    batch: String,
    #[serde(default)]
    product: String,
}

/// Somebody who received it.
#[derive(Serialize, ToSchema)]
struct Recipient {
    /// The client's id.
    client: String,
    #[schema(format = Date)]
    date: String,
    treatment: String,
    products: String,
    batch: String,
    premises: String,
    by: String,
}

/// Everyone who received a batch or product, newest first.
#[derive(Serialize, ToSchema)]
struct Recipients {
    /// How many entries there are.
    total: usize,
    /// Of how many clients.
    clients: usize,
    /// The first 1000 entries.
    entries: Vec<Recipient>,
}

/// Find who received a batch
///
/// Each search is logged, with what was looked for.
#[utoipa::path(post, path = "/api/v1/batches/search", tag = "care", request_body = BatchSearch,
    responses((status = 200, description = "Who received it.", body = Recipients)))]
async fn batches(who: Caller, Sent(body): Sent<BatchSearch>) -> Result<Json<Recipients>, Refusal> {
    let form = Form::default()
        .with("batch", body.batch)
        .with("product", body.product);
    let mut faults = Faults::default();
    let wanted = Wanted::read(&who, &form, &mut faults);
    let wanted = wanted.ok_or_else(|| Refusal::faults(&faults))?;
    let found = trace(&who, &wanted).await?;
    let entries = found.lines.into_iter().map(|one| Recipient {
        client: one.client.to_string(),
        date: one.given.date.to_string(),
        treatment: one.given.treatment,
        products: one.given.products,
        batch: one.given.batch,
        premises: one.given.premises,
        by: one.given.by,
    });
    Ok(Json(Recipients {
        total: found.total,
        clients: found.clients,
        entries: entries.collect(),
    }))
}
