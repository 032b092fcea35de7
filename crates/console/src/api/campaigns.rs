//! Campaigns (clause 12): written, listed, handed out or sent, and stopped; and opting out. Who is on a list is told to
//! an owner in person only.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use register::access::Action::{EditContact, Export, RunCampaigns};
use register::contact::required;
use register::document::Heads;
use register::edit::Target;
use register::id::RecordId;
use register::marketing::{self, LIST_DAYS, NoticeRefusal, Plan, Progress, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::doors::Doors;
use crate::form::{Faults, Form};
use crate::marketing::campaign::{at_stage, call_off, found, known, list as make_list};
use crate::marketing::choice::{choose, standing};
use crate::marketing::draft::{draft, make, read, rewrite};
use crate::marketing::send::{BEFORE_SENDING, mailable, start, try_letter};
use crate::marketing::take::{Taken, hand_out, takable, take};
use crate::marketing::{reached_by, say_no};
use crate::problem::Problem;

use super::body::{AsForm, Sent, Version, tagged, version};
use super::caller::Caller;
use super::in_person::InPerson;
use super::refusal::Refusal;

pub(super) fn doors() -> Doors {
    Doors::default()
        .api(RunCampaigns, routes!(all))
        .api(RunCampaigns, routes!(add))
        .api(RunCampaigns, routes!(one))
        .api(RunCampaigns, routes!(change))
        .api(RunCampaigns, routes!(preview))
        .api(RunCampaigns, routes!(list))
        .api(RunCampaigns, routes!(handed_out))
        .api(RunCampaigns, routes!(take_out))
        .api(RunCampaigns, routes!(trial))
        .api(RunCampaigns, routes!(send))
        .api(RunCampaigns, routes!(stop))
        .api(EditContact, routes!(opt_out))
}

fn usual_days() -> u8 {
    LIST_DAYS
}

/// What a campaign says, and whom it is for.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CampaignBody {
    /// `treatment_day`, `new_treatment` or `event`; nothing else may be sent.
    #[schema(pattern = "^(treatment_day|new_treatment|event)$")]
    kind: String,
    /// `email`, `sms` or `letter`.
    #[schema(pattern = "^(email|sms|letter)$")]
    medium: String,
    /// One line, the subject of a mail.
    #[schema(min_length = 1, max_length = 120)]
    title: String,
    /// What it says in Finnish. How to say no is added.
    #[schema(min_length = 1, max_length = 4000)]
    text_fi: String,
    /// What it says in Swedish.
    #[serde(default)]
    text_sv: String,
    /// What it says in English.
    #[serde(default)]
    text_en: String,
    /// Only for those who were given this treatment.
    #[serde(default)]
    treatment: String,
    /// Only for those who were treated at the premises of this name.
    #[serde(default)]
    premises: String,
    /// Only for those who were treated on this day or later.
    #[serde(default)]
    #[schema(format = Date)]
    from: Option<String>,
    /// Only for those who were treated on this day or before.
    #[serde(default)]
    #[schema(format = Date)]
    to: Option<String>,
    /// Only for those who have not been here since this day.
    #[serde(default)]
    #[schema(format = Date)]
    away_since: Option<String>,
    /// How many days its list is kept once it is made.
    #[serde(default = "usual_days")]
    list_days: u8,
}

impl CampaignBody {
    fn of(plan: &Plan) -> Self {
        let day = |date: Option<Date>| date.map(|date| date.to_string());
        let [finnish, swedish, english] = plan.texts.clone();
        Self {
            kind: plan.kind.code().to_owned(),
            medium: plan.medium.code().to_owned(),
            title: plan.title.clone(),
            text_fi: finnish,
            text_sv: swedish,
            text_en: english,
            treatment: plan.audience.treatment.clone(),
            premises: plan.audience.premises.clone(),
            from: day(plan.audience.from),
            to: day(plan.audience.to),
            away_since: day(plan.audience.away_since),
            list_days: plan.list_days,
        }
    }

    fn plan(&self, who: &Caller) -> Result<Plan, Refusal> {
        let mut faults = Faults::default();
        read(who, &self.form(), &mut faults).ok_or_else(|| Refusal::faults(&faults))
    }
}

impl AsForm for CampaignBody {
    fn form(&self) -> Form {
        let day = |date: &Option<String>| date.clone().unwrap_or_default();
        Form::default()
            .with("kind", self.kind.as_str())
            .with("medium", self.medium.as_str())
            .with("title", self.title.as_str())
            .with("text_fi", self.text_fi.as_str())
            .with("text_sv", self.text_sv.as_str())
            .with("text_en", self.text_en.as_str())
            .with("treatment", self.treatment.as_str())
            .with("place", self.premises.as_str())
            .with("from", day(&self.from))
            .with("to", day(&self.to))
            .with("away_since", day(&self.away_since))
            .with("list_days", self.list_days.to_string())
    }
}

/// A campaign in the list.
#[derive(Serialize, ToSchema)]
struct CampaignLine {
    id: String,
    /// Its title; null while it has not arrived.
    title: Option<String>,
    /// The premises whose matter it is; only there it can go on.
    premises: Option<String>,
    /// `draft`, `listed`, `sending`, `done`, `stopped` or `expired`.
    stage: Option<&'static str>,
    /// Since when.
    #[schema(format = DateTime)]
    since: Option<String>,
}

fn line(who: &Caller, one: &marketing::Campaign) -> CampaignLine {
    let plan = one.plan.newest();
    let stands = one.stands();
    let place = |plan: &Plan| who.house().premises_name(plan.node, who.t());
    CampaignLine {
        id: one.id.to_string(),
        title: plan.map(|plan| plan.title.clone()),
        premises: plan.map(place),
        stage: stands.map(|stands| stands.stage.code()),
        since: stands.map(|stands| stands.since.to_string()),
    }
}

/// The campaigns.
#[derive(Serialize, ToSchema)]
struct Campaigns {
    campaigns: Vec<CampaignLine>,
}

/// List campaigns
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaigns",
    responses((status = 200, description = "The campaigns.", body = Campaigns)))]
async fn all(who: Caller) -> Json<Campaigns> {
    let all: Vec<marketing::Campaign> = {
        let directory = who.house().desk.directory();
        directory.campaigns().into_iter().cloned().collect()
    };
    Json(Campaigns {
        campaigns: all.iter().map(|one| line(&who, one)).collect(),
    })
}

/// What was saved of a campaign.
#[derive(Serialize, ToSchema)]
struct CampaignSaved {
    id: String,
    /// The campaign's version now, for `If-Match`.
    version: String,
}

fn saved((record, heads): (RecordId, Heads)) -> Json<CampaignSaved> {
    Json(CampaignSaved {
        id: record.to_string(),
        version: version(&heads),
    })
}

/// Write a campaign
///
/// As a draft of this premises.
#[utoipa::path(post, path = "/api/v1/campaigns", tag = "campaigns", request_body = CampaignBody,
    responses((status = 201, description = "It was made.", body = CampaignSaved)))]
async fn add(who: Caller, Sent(body): Sent<CampaignBody>) -> Result<Response, Refusal> {
    let plan = body.plan(&who)?;
    let made = make(&who, plan).await?;
    Ok((StatusCode::CREATED, saved(made)).into_response())
}

/// A campaign.
#[derive(Serialize, ToSchema)]
struct Campaign {
    #[serde(flatten)]
    line: CampaignLine,
    /// Its version, for `If-Match`.
    version: String,
    /// What it says, and whom it is for; of a conflict the newest.
    plan: CampaignBody,
    /// When its list goes; null when it has none.
    #[schema(format = DateTime)]
    expires: Option<String>,
    /// How many of its list may get it now and have not.
    open: usize,
    /// Of these, how many wait for another premises to give a notice of its share.
    waiting: usize,
    /// How many dropped out of its list.
    dropped: usize,
    /// How many notices came to what: `handed_out`, `trying`, `sent`, `later`, `failed`.
    #[schema(value_type = Object)]
    outcomes: BTreeMap<&'static str, usize>,
}

/// A campaign, and how it stands
#[utoipa::path(get, path = "/api/v1/campaigns/{id}", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id.")),
    responses((status = 200, description = "The campaign.", body = Campaign,
        headers(("etag" = String, description = "Its version, for If-Match.")))))]
async fn one(who: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let campaign = found(&who, &id)?;
    let plan = known(&campaign)?;
    let stands = standing(who.house(), &campaign, &plan);
    let outcomes = stands.outcomes.iter();
    let body = Campaign {
        line: line(&who, &campaign),
        version: version(&campaign.heads),
        plan: CampaignBody::of(&plan),
        expires: campaign.expires().map(|at| at.to_string()),
        open: stands.open.len(),
        waiting: stands.waiting,
        dropped: stands.dropped,
        outcomes: outcomes.map(|(one, count)| (one.code(), *count)).collect(),
    };
    Ok(tagged(&campaign.heads, body))
}

/// A campaign that stands where the request takes it for granted.
fn standing_at(problem: Problem) -> Refusal {
    match problem {
        Problem::Stale => Refusal::conflict(
            "other_stage",
            "The campaign is at another stage, or the matter of another premises.",
        ),
        other => other.into(),
    }
}

/// The campaign at one of these stages, at the version that the caller saw.
fn seen_at(
    who: &Caller,
    id: &str,
    seen: &Version,
    stage: Stage,
) -> Result<(marketing::Campaign, Plan, Progress, Target), Refusal> {
    let (campaign, plan, stands) = at_stage(who, id, &[stage]).map_err(standing_at)?;
    let now = CampaignBody::of(&plan);
    let sent = serde_json::Value::Null;
    let target = seen.of_record(campaign.id, &campaign.heads, &now, &sent)?;
    Ok((campaign, plan, stands, target))
}

/// Write a draft anew
///
/// Also resolves a conflict there.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}", tag = "campaigns", request_body = CampaignBody,
    params(("id" = String, Path, description = "The campaign's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was changed.", body = CampaignSaved)))]
async fn change(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
    Sent(body): Sent<CampaignBody>,
) -> Result<Json<CampaignSaved>, Refusal> {
    let campaign = draft(&who, &id).map_err(standing_at)?;
    let now = CampaignBody::of(&known(&campaign)?);
    let target = seen.of_record(campaign.id, &campaign.heads, &now, &body)?;
    let plan = body.plan(&who)?;
    Ok(saved(rewrite(&who, &campaign, plan, target).await?))
}

/// Whom a draft would reach.
#[derive(Serialize, ToSchema)]
struct Preview {
    /// How many clients; one card of each person.
    reached: usize,
    /// How many are left out, by reason: `no_permission`, `maybe_minor`, `restricted`, `no_address`, `cap` and so on.
    #[schema(value_type = Object)]
    left_out: BTreeMap<&'static str, usize>,
}

const fn word(why: NoticeRefusal) -> &'static str {
    match why {
        NoticeRefusal::Gone => "gone",
        NoticeRefusal::NoPermission => "no_permission",
        NoticeRefusal::Minor => "maybe_minor",
        NoticeRefusal::Restricted => "restricted",
        NoticeRefusal::Awaited => "awaited",
        NoticeRefusal::Twice => "twice",
        NoticeRefusal::Cap => "cap",
        NoticeRefusal::Units => "units_elsewhere",
        NoticeRefusal::Clock => "clock",
        NoticeRefusal::Behind => "behind",
        NoticeRefusal::NoAddress => "no_address",
    }
}

/// Whom a draft would reach if its list were made now
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/preview", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id.")),
    responses((status = 200, description = "How many.", body = Preview)))]
async fn preview(who: Caller, Path(id): Path<String>) -> Result<Json<Preview>, Refusal> {
    let campaign = found(&who, &id)?;
    let plan = known(&campaign)?;
    let choice = choose(who.house(), campaign.id, &plan).await?;
    let left_out = choice.left_out.iter();
    Ok(Json(Preview {
        reached: choice.reached.len(),
        left_out: left_out.map(|(why, count)| (word(*why), *count)).collect(),
    }))
}

/// Make the list of a draft
///
/// Once, of whom it reaches at this moment. Who says no later drops out of it.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/list", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was made.", body = CampaignSaved)))]
async fn list(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
) -> Result<Json<CampaignSaved>, Refusal> {
    let (campaign, plan, _, target) = seen_at(&who, &id, &seen, Stage::Draft)?;
    Ok(saved(make_list(&who, &campaign, &plan, target).await?))
}

/// What came of handing a list out.
#[derive(Serialize, ToSchema)]
struct HandedOut {
    /// Clients for whom a notice was counted.
    counted: usize,
    /// Clients who wait for another premises to give a notice of its share; the list stays open for them.
    waiting: usize,
}

/// Count a list as handed out
///
/// One notice for each client who is still on it, who can be taken out from then on.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/handed-out", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It was counted.", body = HandedOut)))]
async fn handed_out(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
) -> Result<Json<HandedOut>, Refusal> {
    let (campaign, plan, stands, target) = seen_at(&who, &id, &seen, Stage::Listed)?;
    let handed = hand_out(&who, (&campaign, &plan, stands), target).await?;
    Ok(Json(HandedOut {
        counted: handed.counted,
        waiting: handed.waiting,
    }))
}

/// Why a list is taken out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TakeBody {
    owner: InPerson,
    /// For the audit log.
    #[schema(min_length = 1, max_length = 4000)]
    why: String,
}

/// Somebody on the list.
#[derive(Serialize, ToSchema)]
struct OnCampaignList {
    /// The card's id.
    client: String,
    name: String,
    /// The e-mail address, phone number or postal address, as the campaign's medium has it.
    reached: String,
}

impl From<Taken> for OnCampaignList {
    fn from(one: Taken) -> Self {
        Self {
            client: one.client.to_string(),
            name: one.name,
            reached: one.reached,
        }
    }
}

/// The list, without whoever said no since.
#[derive(Serialize, ToSchema)]
struct CampaignList {
    recipients: Vec<OnCampaignList>,
}

/// Take the list of a campaign out
///
/// Those for whom a notice was counted. It leaves the register with everybody's address, so it takes an owner in person.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/take", tag = "campaigns", request_body = TakeBody,
    params(("id" = String, Path, description = "The campaign's id.")),
    responses((status = 200, description = "The list.", body = CampaignList)))]
async fn take_out(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<TakeBody>,
) -> Result<Json<CampaignList>, Refusal> {
    let owner = body.owner.prove(&who, &[RunCampaigns, Export]).await?;
    let (campaign, plan) = takable(&owner, &id).map_err(standing_at)?;
    let mut faults = Faults::default();
    let why = faults.take("why", required(&body.why), owner.t());
    let why = why.ok_or_else(|| Refusal::faults(&faults))?;
    let taken = take(&owner, (&campaign, &plan), why).await;
    let recipients = taken
        .map_err(standing_at)?
        .into_iter()
        .map(OnCampaignList::from);
    Ok(Json(CampaignList {
        recipients: recipients.collect(),
    }))
}

/// Where a trial letter goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TrialBody {
    /// An address that is no client's.
    to: String,
}

/// Send the letter of a campaign to oneself
///
/// Before it is sent to clients, to look at it. It counts as nobody's notice.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/trial", tag = "campaigns", request_body = TrialBody,
    params(("id" = String, Path, description = "The campaign's id.")),
    responses((status = 204, description = "The relay has taken it.")))]
async fn trial(
    who: Caller,
    Path(id): Path<String>,
    Sent(body): Sent<TrialBody>,
) -> Result<StatusCode, Refusal> {
    let (_, plan, _) = at_stage(&who, &id, BEFORE_SENDING).map_err(standing_at)?;
    if !mailable(&who, &plan) {
        return Err(not_by_mail());
    }
    let tried = try_letter(&who, &plan, &body.to).await?;
    tried.map_err(|why| Refusal::field("to", why))?;
    Ok(StatusCode::NO_CONTENT)
}

fn not_by_mail() -> Refusal {
    let detail = "This node has no mail relay, or the campaign is not one of e-mail.";
    Refusal::conflict("not_by_mail", detail)
}

/// Send a campaign by e-mail
///
/// Through the clinic's own relay, one letter to each client who is still on the list when their turn comes.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/send", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id."),
        ("if-match" = String, Header, description = "The version that was seen.")),
    responses((status = 200, description = "It is being sent.", body = CampaignSaved)))]
async fn send(
    who: Caller,
    Path(id): Path<String>,
    seen: Version,
) -> Result<Json<CampaignSaved>, Refusal> {
    let (campaign, plan, stands, target) = seen_at(&who, &id, &seen, Stage::Listed)?;
    if !mailable(&who, &plan) {
        return Err(not_by_mail());
    }
    let edited = start(&who, (&campaign, &plan, stands), target).await?;
    Ok(saved(edited))
}

/// Stop a campaign for good
///
/// However far it has come meanwhile.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/stop", tag = "campaigns",
    params(("id" = String, Path, description = "The campaign's id.")),
    responses((status = 200, description = "It is stopped.", body = CampaignSaved)))]
async fn stop(who: Caller, Path(id): Path<String>) -> Result<Json<CampaignSaved>, Refusal> {
    let stopped = call_off(&who, &id).await.map_err(standing_at)?;
    Ok(saved(stopped))
}

/// Somebody who wants no marketing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OptOut {
    /// An e-mail address or a phone number.
    contact: String,
}

/// On how many cards it was recorded.
#[derive(Serialize, ToSchema)]
struct OptedOut {
    cards: usize,
}

/// Record that somebody wants no marketing
///
/// On every card with the address or number, at once.
#[utoipa::path(post, path = "/api/v1/marketing/opt-out", tag = "campaigns", request_body = OptOut,
    responses((status = 200, description = "It was recorded.", body = OptedOut)))]
async fn opt_out(who: Caller, Sent(body): Sent<OptOut>) -> Result<Json<OptedOut>, Refusal> {
    let mut faults = Faults::default();
    let cards = reached_by(&who, &body.contact, &mut faults);
    if !faults.is_empty() {
        return Err(Refusal::faults(&faults));
    }
    say_no(&who, &cards).await?;
    Ok(Json(OptedOut { cards: cards.len() }))
}
