//! The treatment catalogue, seen and changed.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::{EditCatalogue, SeeCatalogue};
use register::document::{Collection, Heads};
use register::edit::{Change, Target};
use register::id::{CATALOGUE, EntryId};
use register::settings::CatalogueItem;
use register::value::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::treatments::{self, read_free};

use super::body::{AsForm, Sent, Version, tagged, version, yes};
use super::caller::Caller;
use super::refusal::Refusal;
use super::shape::{Item, Slot, items};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(SeeCatalogue, routes!(catalogue))
        .api(EditCatalogue, routes!(add))
        .api(EditCatalogue, routes!(change))
}

/// A treatment that is offered.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Offer {
    /// No two have the same.
    #[schema(min_length = 1, max_length = 4000)]
    name: String,
    /// Under which title it stands.
    #[serde(default)]
    group: String,
    /// Health has to be asked about first.
    #[serde(default)]
    needs_health: bool,
    /// A separate contract has to be made first.
    #[serde(default)]
    needs_contract: bool,
    /// A patch test has to be made first.
    #[serde(default)]
    needs_patch_test: bool,
    /// The least age in years.
    #[serde(default)]
    least_age: Option<u8>,
    /// It is offered no more.
    #[serde(default)]
    retired: bool,
}

impl Offer {
    fn of(one: &CatalogueItem) -> Self {
        Self {
            name: one.name.clone(),
            group: one.group.clone(),
            needs_health: one.needs_health,
            needs_contract: one.needs_contract,
            needs_patch_test: one.needs_patch_test,
            least_age: one.least_age,
            retired: one.retired,
        }
    }
}

impl AsForm for Offer {
    fn form(&self) -> Form {
        let age = self.least_age.map(|age| age.to_string());
        Form::default()
            .with("name", self.name.as_str())
            .with("group", self.group.as_str())
            .with("needs_health", yes(self.needs_health))
            .with("needs_contract", yes(self.needs_contract))
            .with("needs_patch_test", yes(self.needs_patch_test))
            .with("least_age", age.unwrap_or_default())
            .with("state", if self.retired { "retired" } else { "active" })
    }
}

/// The treatment catalogue.
#[derive(Serialize, ToSchema)]
struct Catalogue {
    /// Its version, for `If-Match`.
    version: String,
    items: Vec<Item<Offer>>,
}

/// The treatment catalogue
#[utoipa::path(get, path = "/api/v1/catalogue", tag = "house",
    responses((status = 200, description = "The catalogue.", body = Catalogue,
        headers(("etag" = String, description = "Its version, for If-Match.")))))]
async fn catalogue(who: Caller) -> Response {
    let all = treatments::catalogue(who.house());
    let body = Catalogue {
        version: version(&all.heads),
        items: items(&all.items, Offer::of),
    };
    tagged(&all.heads, body)
}

/// What was saved in the catalogue.
#[derive(Serialize, ToSchema)]
struct OfferSaved {
    /// The item's id.
    entry: String,
    /// The catalogue's version now, for `If-Match`.
    version: String,
}

fn saved(entry: EntryId, heads: &Heads) -> OfferSaved {
    OfferSaved {
        entry: entry.to_string(),
        version: version(heads),
    }
}

/// Add a treatment to the catalogue
#[utoipa::path(post, path = "/api/v1/catalogue", tag = "house", request_body = Offer,
    responses((status = 201, description = "It was added.", body = OfferSaved)))]
async fn add(who: Caller, Sent(body): Sent<Offer>) -> Result<Response, Refusal> {
    let all = treatments::catalogue(who.house());
    let mut faults = Faults::default();
    let item = read_free(who.t(), (&all, None), &body.form(), &mut faults);
    let item = item.ok_or_else(|| Refusal::faults(&faults))?;
    let change = Change::Add(Collection::Item, Content::CatalogueItem(item.clone()));
    let (_, heads) = who.edit(Target::Latest(CATALOGUE), vec![change]).await?;
    let known = |id| all.items.iter().any(|one| one.id == id);
    let now = treatments::catalogue(who.house());
    let mut new = now.items.iter().filter(|one| !known(one.id));
    let added = new.find(|one| one.field.newest() == Some(&item));
    let added = added.ok_or(crate::problem::Problem::Internal)?;
    Ok((StatusCode::CREATED, Json(saved(added.id, &heads))).into_response())
}

/// Change a treatment of the catalogue
///
/// Also retires it, brings it back, and resolves a conflict there. Nothing is deleted from the catalogue.
#[utoipa::path(put, path = "/api/v1/catalogue/{entry}", tag = "house", request_body = Offer,
    params(("entry" = String, Path, description = "The item's id."),
        ("if-match" = String, Header, description = "The catalogue's version that was seen.")),
    responses((status = 200, description = "It was changed.", body = OfferSaved)))]
async fn change(
    who: Caller,
    Path(entry): Path<String>,
    seen: Version,
    Sent(body): Sent<Offer>,
) -> Result<Json<OfferSaved>, Refusal> {
    let all = treatments::catalogue(who.house());
    let found = treatments::find(&all, &entry)?;
    let now = Slot::of(&found.field, Offer::of);
    let target = seen.of_record(CATALOGUE, &all.heads, &now, &body)?;
    let mut faults = Faults::default();
    let item = read_free(who.t(), (&all, Some(found.id)), &body.form(), &mut faults);
    let item = item.ok_or_else(|| Refusal::faults(&faults))?;
    if !found.is_conflict() && found.field.newest() == Some(&item) {
        return Ok(Json(saved(found.id, &all.heads)));
    }
    let change = Change::SetEntry(Collection::Item, found.id, Content::CatalogueItem(item));
    let (_, heads) = who.edit(target, vec![change]).await?;
    Ok(Json(saved(found.id, &heads)))
}
