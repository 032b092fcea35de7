//! A list for the owner to take elsewhere: counted when it is handed out, and only then it can be taken, which is logged.
//!
//! So nobody is on a list that leaves without a notice on record, and the 13th is refused before anything is sent.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use register::audit::{Act, AuditEvent};
use register::card::Card;
use register::contact::required;
use register::edit::Target;
use register::id::RecordId;
use register::marketing::{Campaign, Medium, Outcome, Plan, Progress, Stage};
use register::replica::{Answer, Command, NOTICES};

use crate::card::{defused, seen};
use crate::form::Faults;
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

use super::campaign::{at_stage, go_on, show};
use super::choice::standing;

/// The list as CSV: for whom the notice was recorded, without whoever said no since.
pub(super) async fn download(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    seen(&form)?;
    let (campaign, plan) = takable(&who, &id)?;
    let mut faults = Faults::default();
    let Some(why) = faults.take("why", required(form.get("why")), who.t()) else {
        let mut response = show(&who, &campaign, &form, &faults, None).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    let taken = take(&who, (&campaign, &plan), why).await?;
    let bytes = csv(plan.medium, &taken).map_err(|_| Problem::Internal)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"list.csv\""),
    );
    Ok(response)
}

/// A campaign of which notices may have been handed out.
pub(crate) fn takable(who: &Visitor, id: &str) -> Result<(Campaign, Plan), Problem> {
    let stages = [Stage::Listed, Stage::Done, Stage::Stopped];
    let (campaign, plan, _) = at_stage(who, id, &stages)?;
    Ok((campaign, plan))
}

/// Somebody on a list that is taken elsewhere.
pub(crate) struct Taken {
    pub(crate) client: RecordId,
    pub(crate) name: String,
    /// Where the campaign's medium reaches them.
    pub(crate) reached: String,
}

/// Takes the list out, which is logged first. [`Problem::Stale`] when there is nobody on it.
pub(crate) async fn take(
    who: &Visitor,
    (campaign, plan): (&Campaign, &Plan),
    why: String,
) -> Result<Vec<Taken>, Problem> {
    let handed = standing(who.house(), campaign, plan).handed;
    if handed.is_empty() {
        return Err(Problem::Stale);
    }
    let cards = cards(who, &handed).await?;
    let event = AuditEvent {
        who: who.user.id,
        act: Act::Exported(cards.len() as u64),
        record: Some(campaign.id),
        reason: why,
    };
    who.house().desk.ask(Command::Audit(event)).await?;
    Ok(cards.iter().map(|card| taken(plan.medium, card)).collect())
}

async fn cards(who: &Visitor, ids: &[RecordId]) -> Result<Vec<Card>, Problem> {
    let mut all = Vec::with_capacity(ids.len());
    for some in ids.chunks(NOTICES) {
        match who.house().desk.ask(Command::Look(some.to_vec())).await? {
            Answer::Cards(cards) => all.extend(cards),
            _ => return Err(Problem::Internal),
        }
    }
    Ok(all)
}

fn taken(medium: Medium, card: &Card) -> Taken {
    let name = card.name.newest().map(register::contact::Name::listed);
    let phone = card.phones.iter().find_map(|entry| entry.field.newest());
    let email = card.emails.iter().find_map(|entry| entry.field.newest());
    let reached = match medium {
        Medium::Email => email.map(|email| email.as_str().to_owned()),
        Medium::Sms => phone.map(|phone| phone.as_str().to_owned()),
        Medium::Letter => card
            .address
            .newest()
            .map(|one| format!("{}, {} {}", one.street, one.postcode, one.town)),
    };
    Taken {
        client: card.id,
        name: name.unwrap_or_default(),
        reached: reached.unwrap_or_default(),
    }
}

fn csv(medium: Medium, all: &[Taken]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(["name", medium.code()])?;
    for one in all {
        writer.write_record([&one.name, &one.reached].map(|text| defused(text)))?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// The owner hands the list out: one notice for each who is still on it.
pub(super) async fn handed_out(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let (campaign, plan, stands) = at_stage(&who, &id, &[Stage::Listed])?;
    let target = Target::Seen(campaign.id, heads);
    let handed = hand_out(&who, (&campaign, &plan, stands), target).await?;
    if handed.waiting > 0 {
        let said = who.t().campaign_was_handed(handed.counted);
        return show(&who, &campaign, &form, &Faults::default(), Some(&said)).await;
    }
    Ok(redirect(&format!("/marketing/{}", campaign.id)))
}

/// What came of handing a list out.
pub(crate) struct Handed {
    /// Clients for whom a notice was counted.
    pub(crate) counted: usize,
    /// Those who wait for a unit of another premises, which was asked for; the list stays open for them.
    pub(crate) waiting: usize,
}

/// Counts a notice for each client who is still on the list, and closes it unless somebody waits.
pub(crate) async fn hand_out(
    who: &Visitor,
    (campaign, plan, stands): (&Campaign, &Plan, Progress),
    target: Target,
) -> Result<Handed, Problem> {
    let open = standing(who.house(), campaign, plan).open;
    let mut waiting = 0;
    for some in open.chunks(NOTICES) {
        let command = Command::Notify {
            records: some.to_vec(),
            campaign: (campaign.id, plan.kind, plan.medium),
            outcome: Outcome::HandedOut,
            author: who.user.id,
        };
        match who.house().desk.ask(command).await? {
            Answer::Noticed(all) => waiting += all.iter().filter(|one| one.is_err()).count(),
            _ => return Err(Problem::Internal),
        }
    }
    if waiting == 0 {
        go_on(who, target, stands, Stage::Done).await?;
    }
    Ok(Handed {
        counted: open.len() - waiting,
        waiting,
    })
}
