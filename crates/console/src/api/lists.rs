//! What is looked for over all cards, and what became of one: cards that wait for a choice, contracts on paper, adverse
//! events, and the changes of a card.

use axum::Json;
use axum::extract::Path;
use axum::response::Response;
use jiff::Span;
use jiff::civil::Date;
use register::access::Action::{EditContact, ReadCare};
use register::changes::{Act, Revision, Told};
use register::directory::{Filed, Keeping, PaperQuery};
use register::document::Slot;
use register::retention::NOTICE_DAYS;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::adverse_events;
use crate::card::changes::{of_card, of_health};
use crate::card::open;
use crate::card::package::as_object;
use crate::clock::today;
use crate::conflicts;
use crate::contracts::{QUERY, SHOWN};
use crate::doors::Doors;

use super::body::{Asked, Sent};
use super::caller::Caller;
use super::clients::shown;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(EditContact, routes!(waiting))
        .api(ReadCare, routes!(contracts))
        .api(ReadCare, routes!(adverse))
        .api(ReadCare, routes!(changes))
}

fn day(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

/// A card that waits.
#[derive(Serialize, ToSchema)]
struct WaitingCard {
    /// Its id.
    client: String,
    /// In how many places.
    places: usize,
}

/// Cards that wait for a person to choose, at most 200.
#[derive(Serialize, ToSchema)]
struct WaitingCards {
    cards: Vec<WaitingCard>,
}

/// Cards that wait for a person to choose
///
/// Two premises wrote different things in one place while they were apart.
#[utoipa::path(get, path = "/api/v1/conflicts", tag = "clients",
    responses((status = 200, description = "The cards.", body = WaitingCards)))]
async fn waiting(who: Caller) -> Json<WaitingCards> {
    let directory = who.house().desk.directory();
    let all = directory.conflicts().take(conflicts::SHOWN);
    let cards = all.map(|(id, summary)| WaitingCard {
        client: id.to_string(),
        places: summary.conflicts,
    });
    Json(WaitingCards {
        cards: cards.collect(),
    })
}

/// Which contracts.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractsBody {
    /// In this safe only.
    #[serde(default)]
    safe: String,
    /// With this in the name of the folder, at most 100 characters.
    #[serde(default)]
    #[schema(max_length = 100)]
    folder: String,
    /// `kept`, `due` or `destroyed`.
    #[serde(default = "kept")]
    #[schema(pattern = "^(kept|due|destroyed)$")]
    state: String,
}

fn kept() -> String {
    "kept".to_owned()
}

/// A contract on paper.
#[derive(Serialize, ToSchema)]
struct ContractLine {
    /// The card's id.
    client: String,
    /// The treatment's entry on it.
    entry: String,
    /// What was agreed on.
    kind: String,
    safe: String,
    folder: String,
    /// The treatment's day.
    #[schema(format = Date)]
    treated: String,
    /// The contract's day.
    #[schema(format = Date)]
    date: Option<String>,
    /// The day it has to be destroyed; null while a restriction keeps it.
    #[schema(format = Date)]
    goes: Option<String>,
    /// The day it was destroyed.
    #[schema(format = Date)]
    destroyed: Option<String>,
}

impl From<Filed> for ContractLine {
    fn from(Filed { client, paper }: Filed) -> Self {
        let contract = paper.contract;
        Self {
            client: client.to_string(),
            entry: paper.entry.to_string(),
            kind: contract.kind,
            safe: contract.safe,
            folder: contract.folder,
            treated: paper.date.to_string(),
            date: day(contract.date),
            goes: day(paper.goes),
            destroyed: day(contract.destroyed),
        }
    }
}

/// The contracts that were found.
#[derive(Serialize, ToSchema)]
struct Contracts {
    /// How many there are.
    total: usize,
    /// The first 500, by safe and folder.
    contracts: Vec<ContractLine>,
}

/// Find contracts on paper (clause 6)
///
/// A folder's name may be a person's, so what is looked for travels in the body.
#[utoipa::path(post, path = "/api/v1/contracts/search", tag = "care", request_body = ContractsBody,
    responses((status = 200, description = "The contracts.", body = Contracts)))]
async fn contracts(
    who: Caller,
    Sent(body): Sent<ContractsBody>,
) -> Result<Json<Contracts>, Refusal> {
    let keeping = Keeping::from_code(&body.state)
        .ok_or_else(|| Refusal::field("state", who.t().choose_one()))?;
    let folder: String = body.folder.chars().take(QUERY).collect();
    let query = PaperQuery {
        safe: &body.safe,
        folder: &folder,
        keeping,
        soon: today(who.house().clock).saturating_add(Span::new().days(NOTICE_DAYS)),
    };
    let found = who.house().desk.directory().papers(query, SHOWN);
    Ok(Json(Contracts {
        total: found.total,
        contracts: found.lines.into_iter().map(ContractLine::from).collect(),
    }))
}

/// An adverse event. What happened stands on the card.
#[derive(Serialize, ToSchema)]
struct AdverseLine {
    /// The card's id.
    client: String,
    /// The entry on it.
    entry: String,
    /// The day it was noticed.
    #[schema(format = Date)]
    date: String,
    product: String,
    batch: String,
    /// When Tukes was told.
    #[schema(format = Date)]
    told_tukes: Option<String>,
    /// When the manufacturer was told.
    #[schema(format = Date)]
    told_manufacturer: Option<String>,
}

/// The adverse events, newest first.
#[derive(Serialize, ToSchema)]
struct AdverseEvents {
    adverse_events: Vec<AdverseLine>,
}

/// List adverse events
#[utoipa::path(get, path = "/api/v1/adverse-events", tag = "care",
    responses((status = 200, description = "The list.", body = AdverseEvents)))]
async fn adverse(who: Caller) -> Json<AdverseEvents> {
    let all = adverse_events::all(who.house()).into_iter();
    let lines = all.map(|one| AdverseLine {
        client: one.client.to_string(),
        entry: one.mark.entry.to_string(),
        date: one.mark.date.to_string(),
        product: one.mark.product,
        batch: one.mark.batch,
        told_tukes: day(one.mark.told_tukes),
        told_manufacturer: day(one.mark.told_maker),
    });
    Json(AdverseEvents {
        adverse_events: lines.collect(),
    })
}

/// Which part of the changes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Part {
    /// How many of the newest are passed over.
    #[serde(default)]
    #[param(minimum = 0)]
    after: u32,
    /// Show what health entries said, which is logged by itself.
    #[serde(default)]
    health: bool,
}

/// What a value said.
#[derive(Serialize, ToSchema)]
struct Said {
    /// `value`, or why there is none: `covered` (a health entry, unless it is asked for), `removed`, `overdue`, `awaited`
    /// or `unreadable`.
    state: &'static str,
    /// It, under the names of the client's package.
    #[schema(value_type = Option<Object>)]
    value: Option<Map<String, Value>>,
}

impl Said {
    fn of(who: &Caller, told: &Told, open: bool) -> Self {
        let without = |state| Self { state, value: None };
        match told {
            Told::Content(_) if !open => without("covered"),
            Told::Content(content) => Self {
                state: "value",
                value: Some(as_object(who.t(), content)),
            },
            Told::Removed => without("removed"),
            Told::Overdue => without("overdue"),
            Told::Awaited => without("awaited"),
            Told::Unreadable => without("unreadable"),
        }
    }
}

/// A change of one field or entry.
#[derive(Serialize, ToSchema)]
struct ChangeLine {
    /// When; null when that can't be read.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// The id of the user or token.
    by: Option<String>,
    /// The premises' name.
    premises: Option<String>,
    /// The field, or the part of the card.
    part: &'static str,
    /// The entry in that part.
    entry: Option<String>,
    /// `added`, `changed`, `settled`, `removed` or `kept`.
    act: &'static str,
    /// What stood there; several after a conflict.
    before: Vec<Said>,
    /// What stands there since.
    after: Option<Said>,
}

impl ChangeLine {
    fn of(who: &Caller, one: &Revision, revealed: bool) -> Self {
        let open = revealed || !of_health(one);
        let said = |told: &Told| Said::of(who, told, open);
        let (act, before, after) = match &one.act {
            Act::Added(to) => ("added", Vec::new(), Some(said(to))),
            Act::Changed { from, to } => ("changed", vec![said(from)], Some(said(to))),
            Act::Settled { from, to } => {
                let from = from.iter().map(said).collect();
                ("settled", from, Some(said(to)))
            }
            Act::Removed(gone) => ("removed", vec![said(gone)], None),
            Act::Kept => ("kept", Vec::new(), None),
        };
        let (part, entry) = match one.slot {
            Slot::Field(field) => (field.key(), None),
            Slot::Entry(collection, entry) => (collection.key(), Some(entry.to_string())),
        };
        let stamp = one.stamp.as_ref();
        Self {
            at: stamp.map(|stamp| stamp.at.to_string()),
            by: stamp.map(|stamp| stamp.author.to_string()),
            premises: stamp.map(|stamp| who.house().premises_name(stamp.node, who.t())),
            part,
            entry,
            act,
            before,
            after,
        }
    }
}

/// Changes of a card, newest first.
#[derive(Serialize, ToSchema)]
struct Changes {
    /// How many there are.
    total: usize,
    /// At most 100 of them.
    changes: Vec<ChangeLine>,
}

/// Changes in one answer.
const CHANGES: usize = 100;

/// What was changed on a card
///
/// From its own history. What was removed for good is gone here too.
#[utoipa::path(get, path = "/api/v1/clients/{id}/changes", tag = "clients",
    params(("id" = String, Path, description = "The card's id."), Part),
    responses((status = 200, description = "The changes.", body = Changes)))]
async fn changes(
    who: Caller,
    Path(id): Path<String>,
    Asked(part): Asked<Part>,
) -> Result<Response, Refusal> {
    let opened = open(&who, &id).await?;
    let (all, revealed) = of_card(&who, &opened, part.health).await?;
    let passed = usize::try_from(part.after).unwrap_or(usize::MAX);
    let some = all.iter().skip(passed).take(CHANGES);
    let body = Changes {
        total: all.len(),
        changes: some
            .map(|one| ChangeLine::of(&who, one, revealed))
            .collect(),
    };
    Ok(shown(&opened, body))
}
