//! Entries of a card: added beside whatever else happened to it, changed and removed as they were seen.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use register::access::Action::{self, EditContact, RecordCare, RedactContact};
use register::card::{Card, Entry};
use register::document::Collection;
use register::edit::{Change, Target};
use register::id::{EntryId, RecordId, ValueId};
use register::ledger::Reason;
use register::replica::{Answer, Command};
use register::value::Content;
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::routes;

use crate::card::package::as_object;
use crate::card::{
    Kind, Opened, Section, Unsettled, assemble, forget, open, read, reassemble, reveal,
};
use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::problem::Problem;

use super::bodies::{
    AdverseEventBody, EmailBody, HealthBody, NoteBody, PatchTestBody, PhoneBody, RefusalBody,
    TreatmentBody,
};
use super::body::{AsForm, Asked, Redaction, Sent, Version, version};
use super::caller::Caller;
use super::clients::{Saved, saved};
use super::refusal::{Confirmation, Refusal};

/// The code that says that grave warnings were seen.
pub(super) const SEEN: &str = "warnings_seen";

/// Where an entry stands.
#[derive(Clone, Copy)]
enum Place {
    Phone,
    Email,
    Part(Section),
}

impl Place {
    const fn collection(self) -> Collection {
        match self {
            Self::Phone => Collection::Phone,
            Self::Email => Collection::Email,
            Self::Part(section) => section.collection(),
        }
    }

    /// What removing the old value from history too takes.
    const fn redaction(self) -> Action {
        match self {
            Self::Phone | Self::Email => RedactContact,
            Self::Part(section) => section.redaction(),
        }
    }

    const fn tells_health(self) -> bool {
        match self {
            Self::Phone | Self::Email => false,
            Self::Part(section) => section.is_health(),
        }
    }

    /// What a body comes to as a new entry: its own change last.
    fn added(self, who: &Caller, opened: &Opened, form: &Form) -> Result<Vec<Change>, Refusal> {
        let kind = match self {
            Self::Phone => Kind::Phone,
            Self::Email => Kind::Email,
            Self::Part(section) => {
                let consents = matches!(section, Section::Health | Section::PatchTest);
                let given = form.has("consent_method");
                if consents && !given && !opened.card.health_consented() {
                    return Err(Problem::NoConsent.into());
                }
                return assemble(who, opened, section, form).map_err(|why| unsettled(why, form));
            }
        };
        let content = plain(who, kind, form)?;
        Ok(vec![Change::Add(self.collection(), content)])
    }

    fn changed(
        self,
        who: &Caller,
        opened: &Opened,
        entry: EntryId,
        form: &Form,
    ) -> Result<Change, Refusal> {
        let kind = match self {
            Self::Phone => Kind::Phone,
            Self::Email => Kind::Email,
            Self::Part(section) => {
                let (change, _) = reassemble(who, opened, section, entry, form)
                    .map_err(|why| unsettled(why, form))?;
                return Ok(change);
            }
        };
        let content = plain(who, kind, form)?;
        Ok(Change::SetEntry(self.collection(), entry, content))
    }
}

fn plain(who: &Caller, kind: Kind, form: &Form) -> Result<Content, Refusal> {
    let mut faults = Faults::default();
    let content = read(who, kind, form, None, &mut faults);
    content.ok_or_else(|| Refusal::faults(&faults))
}

/// Fields that can't be taken come first; then what has to be looked at.
fn unsettled(why: Unsettled, form: &Form) -> Refusal {
    let confirmed: Vec<&str> = form.get("notices").split(',').collect();
    let mut confirm: Vec<Confirmation> = why
        .notices
        .iter()
        .filter(|notice| !confirmed.contains(&notice.code))
        .map(|notice| Confirmation {
            code: notice.code.to_owned(),
            text: notice.text.clone(),
        })
        .collect();
    if let Some(text) = why.faults.of(SEEN) {
        confirm.push(Confirmation {
            code: SEEN.to_owned(),
            text: text.to_owned(),
        });
    }
    let of_looking = |field: &str| field == SEEN || field.starts_with("confirm_");
    let wrong = why.faults.all().any(|(field, _)| !of_looking(field));
    if wrong || confirm.is_empty() {
        return Refusal::faults(&why.faults);
    }
    Refusal::unconfirmed(confirm)
}

/// An entry's id, its contents newest first, and the ids of these.
struct Standing {
    entry: EntryId,
    contents: Vec<Content>,
    values: Vec<ValueId>,
}

fn standing(card: &Card, place: Place) -> Vec<Standing> {
    fn all<T: Clone>(entries: &[Entry<T>], wrap: fn(T) -> Content) -> Vec<Standing> {
        let one = |entry: &Entry<T>| {
            let held = entry.field.all().iter();
            Standing {
                entry: entry.id,
                contents: held.clone().map(|one| wrap(one.value.clone())).collect(),
                values: held.map(|one| one.id).collect(),
            }
        };
        entries.iter().map(one).collect()
    }
    match place {
        Place::Phone => all(&card.phones, Content::Phone),
        Place::Email => all(&card.emails, Content::Email),
        Place::Part(Section::Note) => all(&card.notes, Content::Note),
        Place::Part(Section::Treatment) => all(&card.treatments, Content::Treatment),
        Place::Part(Section::Health) => all(&card.health, Content::Health),
        Place::Part(Section::PatchTest) => all(&card.patch_tests, Content::PatchTest),
        Place::Part(Section::Adverse) => all(&card.adverse, Content::AdverseEvent),
        Place::Part(Section::Refusal) => all(&card.refusals, Content::TreatmentRefusal),
    }
}

fn find(card: &Card, place: Place, entry: &str) -> Result<Standing, Refusal> {
    let entry: EntryId = entry.parse().map_err(|_| Problem::NotFound)?;
    let found = standing(card, place)
        .into_iter()
        .find(|one| one.entry == entry);
    Ok(found.ok_or(Problem::NotFound)?)
}

async fn add(who: Caller, id: &str, place: Place, form: Form) -> Result<Response, Refusal> {
    let opened = open(&who, id).await?;
    opened.editable()?;
    let changes = place.added(&who, &opened, &form)?;
    // Whatever else happened to the card meanwhile, a new entry stands beside it; but what is set is what was seen.
    let target = if changes.len() == 1 {
        Target::Latest(opened.card.id)
    } else {
        Target::Seen(opened.card.id, opened.card.heads.clone())
    };
    let before: Vec<EntryId> = ids(&opened.card, place);
    let (record, heads) = who.edit(target, changes).await?;
    let body = Saved {
        id: record.to_string(),
        version: version(&heads),
        entry: newcomer(&who, record, place, &before).await?,
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

fn ids(card: &Card, place: Place) -> Vec<EntryId> {
    let all = standing(card, place).into_iter();
    all.map(|one| one.entry).collect()
}

/// The id of the entry that was not there before.
async fn newcomer(
    who: &Caller,
    record: RecordId,
    place: Place,
    before: &[EntryId],
) -> Result<Option<String>, Problem> {
    let look = Command::Look(vec![record]);
    let Answer::Cards(cards) = who.house().desk.ask(look).await? else {
        return Err(Problem::Internal);
    };
    let now = cards.first().map(|card| ids(card, place));
    let mut new = now.into_iter().flatten();
    Ok(new
        .find(|one| !before.contains(one))
        .map(|one| one.to_string()))
}

/// The entry as it was seen, which it still has to be.
async fn seen<S: Serialize>(
    who: &Caller,
    (id, entry): &(String, String),
    place: Place,
    version: &Version,
    sent: &S,
) -> Result<(Opened, Standing, Target), Refusal> {
    let opened = open(who, id).await?;
    opened.editable()?;
    let found = find(&opened.card, place, entry)?;
    if place.tells_health() {
        reveal(who, &opened.card).await?;
    }
    let now: Vec<Value> = found
        .contents
        .iter()
        .map(|content| Value::Object(as_object(who.t(), content)))
        .collect();
    let target = version.of(&opened.card, &now, sent)?;
    Ok((opened, found, target))
}

async fn change<B: AsForm + Serialize>(
    who: Caller,
    at: (String, String),
    place: Place,
    (version, old): (Version, Redaction),
    body: B,
) -> Result<Json<Saved>, Refusal> {
    let (opened, found, target) = seen(&who, &at, place, &version, &body).await?;
    let change = place.changed(&who, &opened, found.entry, &body.form())?;
    let reason = old.reason(&who, place.redaction(), Reason::Rectification)?;
    let edited = forget::save(&who, target, vec![change], reason).await?;
    Ok(Json(saved(edited)))
}

async fn remove(
    who: Caller,
    at: (String, String),
    place: Place,
    (version, old): (Version, Redaction),
) -> Result<Json<Saved>, Refusal> {
    let (_, found, target) = seen(&who, &at, place, &version, &Value::Null).await?;
    if found.values.is_empty() {
        let detail = "The entry has not arrived here yet, or can't be read here.";
        return Err(Refusal::conflict("not_here", detail));
    }
    let change = Change::Void(place.collection(), found.entry, found.values);
    let reason = old.reason(&who, place.redaction(), Reason::Request)?;
    let edited = forget::save(&who, target, vec![change], reason).await?;
    Ok(Json(saved(edited)))
}

macro_rules! entries {
    ($room:ident: $place:expr, $body:ident, $tag:tt, $all:tt, $one:tt, $add:tt, $change:tt, $remove:tt) => {
        mod $room {
            use super::*;

            #[doc = $add]
            #[utoipa::path(post, path = $all, tag = $tag, request_body = $body,
                params(("id" = String, Path, description = "The card's id.")),
                responses((status = 201, description = "It was added.", body = Saved)))]
            pub(super) async fn post(
                who: Caller,
                Path(id): Path<String>,
                Sent(body): Sent<$body>,
            ) -> Result<Response, Refusal> {
                add(who, &id, $place, body.form()).await
            }

            #[doc = $change]
            #[utoipa::path(put, path = $one, tag = $tag, request_body = $body,
                params(("id" = String, Path, description = "The card's id."),
                    ("entry" = String, Path, description = "The entry's id."), Redaction,
                    ("if-match" = String, Header, description = "The version that was seen.")),
                responses((status = 200, description = "It was changed.", body = Saved)))]
            pub(super) async fn put(
                who: Caller,
                Path(at): Path<(String, String)>,
                Asked(old): Asked<Redaction>,
                seen: Version,
                Sent(body): Sent<$body>,
            ) -> Result<Json<Saved>, Refusal> {
                change(who, at, $place, (seen, old), body).await
            }

            #[doc = $remove]
            #[utoipa::path(delete, path = $one, tag = $tag,
                params(("id" = String, Path, description = "The card's id."),
                    ("entry" = String, Path, description = "The entry's id."), Redaction,
                    ("if-match" = String, Header, description = "The version that was seen.")),
                responses((status = 200, description = "It was removed. History has it still, unless it was to go from there too.", body = Saved)))]
            pub(super) async fn delete(
                who: Caller,
                Path(at): Path<(String, String)>,
                Asked(old): Asked<Redaction>,
                seen: Version,
            ) -> Result<Json<Saved>, Refusal> {
                remove(who, at, $place, (seen, old)).await
            }
        }
    };
}

entries!(phones: Place::Phone, PhoneBody, "contact details", "/api/v1/clients/{id}/phones",
    "/api/v1/clients/{id}/phones/{entry}", "Add a phone number", "Change a phone number", "Remove a phone number");
entries!(emails: Place::Email, EmailBody, "contact details", "/api/v1/clients/{id}/emails",
    "/api/v1/clients/{id}/emails/{entry}", "Add an e-mail address", "Change an e-mail address",
    "Remove an e-mail address");
entries!(notes: Place::Part(Section::Note), NoteBody, "contact details", "/api/v1/clients/{id}/notes",
    "/api/v1/clients/{id}/notes/{entry}", "Add a note", "Change a note", "Remove a note");
entries!(treatments: Place::Part(Section::Treatment), TreatmentBody, "care", "/api/v1/clients/{id}/treatments",
    "/api/v1/clients/{id}/treatments/{entry}", "Record a treatment", "Correct a treatment", "Void a treatment");
entries!(health: Place::Part(Section::Health), HealthBody, "care", "/api/v1/clients/{id}/health",
    "/api/v1/clients/{id}/health/{entry}", "Record a health entry", "Correct a health entry",
    "Remove a health entry");
entries!(patch_tests: Place::Part(Section::PatchTest), PatchTestBody, "care", "/api/v1/clients/{id}/patch-tests",
    "/api/v1/clients/{id}/patch-tests/{entry}", "Record a patch test", "Correct a patch test",
    "Remove a patch test");
entries!(adverse: Place::Part(Section::Adverse), AdverseEventBody, "care", "/api/v1/clients/{id}/adverse-events",
    "/api/v1/clients/{id}/adverse-events/{entry}", "Record an adverse event", "Correct an adverse event",
    "Remove an adverse event");
entries!(refusals: Place::Part(Section::Refusal), RefusalBody, "care", "/api/v1/clients/{id}/refusals",
    "/api/v1/clients/{id}/refusals/{entry}", "Record a treatment that was refused for safety",
    "Correct such a refusal", "Remove such a refusal");

macro_rules! rooms {
    ($doors:expr, $($room:ident: $action:expr),+) => {
        $doors$(
            .api($action, routes!($room::post))
            .api($action, routes!($room::put))
            .api($action, routes!($room::delete))
        )+
    };
}

pub(super) fn doors() -> Doors {
    rooms!(
        Doors::default(),
        phones: EditContact,
        emails: EditContact,
        notes: EditContact,
        treatments: RecordCare,
        health: RecordCare,
        patch_tests: RecordCare,
        adverse: RecordCare,
        refusals: RecordCare
    )
}
