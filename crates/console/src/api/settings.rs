//! The clinic's settings, and the text that clients consent to.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::{EditSettings, ReadCare};
use register::consent::ConsentText;
use register::document::{FieldKey, Heads};
use register::edit::Change;
use register::id::SETTINGS;
use register::settings::{Controller, Premises};
use register::value::Content;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::clinic::{find, known, read_controller, read_premises, set_premises, settings};
use crate::consent_texts;
use crate::doors::Doors;
use crate::form::{Faults, Form};

use super::body::{AsForm, Sent, Version, tagged, version};
use super::caller::Caller;
use super::refusal::Refusal;
use super::shape::{Slot, State};

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(EditSettings, routes!(show))
        .api(EditSettings, routes!(controller))
        .api(EditSettings, routes!(premises))
        .api(ReadCare, routes!(texts))
        .api(EditSettings, routes!(new_text))
}

/// Who keeps the register. At most 200 characters in each field; empty is allowed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Controller)]
struct ControllerShape {
    #[serde(default)]
    name: String,
    /// A Finnish business id, with the right check digit.
    #[serde(default)]
    business_id: String,
    #[serde(default)]
    address: String,
    /// What the register is called.
    #[serde(default)]
    register_name: String,
    /// The contact person.
    #[serde(default)]
    contact: String,
    /// Their phone number.
    #[serde(default)]
    phone: String,
    /// Their e-mail address.
    #[serde(default)]
    email: String,
}

impl ControllerShape {
    fn of(one: &Controller) -> Self {
        Self {
            name: one.name.clone(),
            business_id: one.business_id.clone(),
            address: one.address.clone(),
            register_name: one.register_name.clone(),
            contact: one.contact.clone(),
            phone: one.phone.clone(),
            email: one.email.clone(),
        }
    }
}

impl AsForm for ControllerShape {
    fn form(&self) -> Form {
        Form::default()
            .with("name", self.name.as_str())
            .with("business_id", self.business_id.as_str())
            .with("address", self.address.as_str())
            .with("register_name", self.register_name.as_str())
            .with("contact", self.contact.as_str())
            .with("phone", self.phone.as_str())
            .with("email", self.email.as_str())
    }
}

/// What a premises is called, and where it is. At most 200 characters in each field.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Place)]
struct PlaceShape {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    phone: String,
}

impl PlaceShape {
    fn of(one: &Premises) -> Self {
        Self {
            name: one.name.clone(),
            address: one.address.clone(),
            phone: one.phone.clone(),
        }
    }
}

impl AsForm for PlaceShape {
    fn form(&self) -> Form {
        Form::default()
            .with("place_name", self.name.as_str())
            .with("place_address", self.address.as_str())
            .with("place_phone", self.phone.as_str())
    }
}

/// A premises in the settings.
#[derive(Serialize, ToSchema)]
struct PlaceItem {
    /// Its node's id.
    node: String,
    /// How it stands.
    state: State,
    /// What it says, newest first; more than one is a conflict.
    values: Vec<PlaceShape>,
}

/// The clinic's settings.
#[derive(Serialize, ToSchema)]
struct Clinic {
    /// Their version, for `If-Match`.
    version: String,
    controller: Slot<ControllerShape>,
    premises: Vec<PlaceItem>,
}

fn heads(who: &Caller) -> Heads {
    settings(who).map(|one| one.heads).unwrap_or_default()
}

/// The clinic's settings
#[utoipa::path(get, path = "/api/v1/settings", tag = "house",
    responses((status = 200, description = "The settings.", body = Clinic,
        headers(("etag" = String, description = "Their version, for If-Match.")))))]
async fn show(who: Caller) -> Response {
    let heads = heads(&who);
    let about = settings(&who).map(|one| one.controller).unwrap_or_default();
    let premises = known(&who).into_iter().map(|(node, field)| {
        let slot = Slot::of(&field, PlaceShape::of);
        PlaceItem {
            node: node.to_string(),
            state: slot.state,
            values: slot.values,
        }
    });
    let body = Clinic {
        version: version(&heads),
        controller: Slot::of(&about, ControllerShape::of),
        premises: premises.collect(),
    };
    tagged(&heads, body)
}

/// What was saved in the settings.
#[derive(Serialize, ToSchema)]
struct SettingsSaved {
    /// Their version now, for `If-Match`.
    version: String,
}

/// Change who keeps the register
///
/// Also resolves a conflict there.
#[utoipa::path(put, path = "/api/v1/settings/controller", tag = "house", request_body = ControllerShape,
    params(("if-match" = String, Header, description = "The settings' version that was seen.")),
    responses((status = 200, description = "It was changed.", body = SettingsSaved)))]
async fn controller(
    who: Caller,
    seen: Version,
    Sent(body): Sent<ControllerShape>,
) -> Result<Json<SettingsSaved>, Refusal> {
    let about = settings(&who).map(|one| one.controller).unwrap_or_default();
    let now = Slot::of(&about, ControllerShape::of);
    let target = seen.of_record(SETTINGS, &heads(&who), &now, &body)?;
    let mut faults = Faults::default();
    let read = read_controller(who.t(), &body.form(), &mut faults);
    let read = read.ok_or_else(|| Refusal::faults(&faults))?;
    let change = Change::SetField(FieldKey::Controller, Content::Controller(read));
    let (_, heads) = who.edit(target, vec![change]).await?;
    let version = version(&heads);
    Ok(Json(SettingsSaved { version }))
}

/// Change what a premises is called, and where it is
///
/// Also resolves a conflict there.
#[utoipa::path(put, path = "/api/v1/settings/premises/{node}", tag = "house", request_body = PlaceShape,
    params(("node" = String, Path, description = "The id of the premises' node."),
        ("if-match" = String, Header, description = "The settings' version that was seen.")),
    responses((status = 200, description = "It was changed.", body = SettingsSaved)))]
async fn premises(
    who: Caller,
    Path(node): Path<String>,
    seen: Version,
    Sent(body): Sent<PlaceShape>,
) -> Result<Json<SettingsSaved>, Refusal> {
    let node = find(&who, &node)?;
    let fields = known(&who).into_iter();
    let now: Vec<Slot<PlaceShape>> = fields
        .filter(|(one, _)| *one == node)
        .map(|(_, field)| Slot::of(&field, PlaceShape::of))
        .collect();
    let target = seen.of_record(SETTINGS, &heads(&who), &now.first(), &body)?;
    let mut faults = Faults::default();
    let read = read_premises(who.t(), &body.form(), &mut faults);
    let read = read.ok_or_else(|| Refusal::faults(&faults))?;
    let (_, heads) = who.edit(target, vec![set_premises(node, read)]).await?;
    let version = version(&heads);
    Ok(Json(SettingsSaved { version }))
}

/// A version of the text that clients consent to before health information is recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = ConsentText)]
struct TextShape {
    version: u32,
    /// Since when it is in use.
    #[schema(format = Date)]
    since: String,
    fi: String,
    sv: String,
    en: String,
}

impl TextShape {
    fn of(one: ConsentText) -> Self {
        Self {
            version: one.version,
            since: one.since.to_string(),
            fi: one.fi,
            sv: one.sv,
            en: one.en,
        }
    }
}

/// The versions that the owner wrote, newest first.
#[derive(Serialize, ToSchema)]
struct Texts {
    /// The version in use; 1 is the one that the program came with, unless the owner wrote it.
    current: u32,
    texts: Vec<TextShape>,
}

/// The texts that clients consent to
#[utoipa::path(get, path = "/api/v1/consent-texts", tag = "care",
    responses((status = 200, description = "The texts.", body = Texts)))]
async fn texts(who: Caller) -> Json<Texts> {
    let written = consent_texts::written(who.house()).into_iter();
    Json(Texts {
        current: consent_texts::current(who.house()),
        texts: written.map(TextShape::of).collect(),
    })
}

/// A new text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextBody {
    #[schema(min_length = 1, max_length = 4000)]
    fi: String,
    /// Shown in Finnish where it is empty.
    #[serde(default)]
    sv: String,
    /// Shown in Finnish where it is empty.
    #[serde(default)]
    en: String,
}

/// The number of a text.
#[derive(Serialize, ToSchema)]
struct TextSaved {
    /// The version, in use from today on.
    version: u32,
}

/// Put a new text that clients consent to in use
///
/// Consents to older versions stay as they are.
#[utoipa::path(post, path = "/api/v1/consent-texts", tag = "care", request_body = TextBody,
    responses((status = 201, description = "It is in use.", body = TextSaved)))]
async fn new_text(who: Caller, Sent(body): Sent<TextBody>) -> Result<Response, Refusal> {
    let form = Form::default()
        .with("fi", body.fi)
        .with("sv", body.sv)
        .with("en", body.en);
    let mut faults = Faults::default();
    let new = consent_texts::read_new(&who, &form, &mut faults);
    let new = new.ok_or_else(|| Refusal::faults(&faults))?;
    let version = new.version;
    consent_texts::add(&who, new).await?;
    Ok((StatusCode::CREATED, Json(TextSaved { version })).into_response())
}
