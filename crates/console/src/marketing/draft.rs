//! Writing a campaign.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::contact::{required, text};
use register::document::{FieldKey, Heads, RecordKind};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::marketing::{
    Audience, Campaign, CampaignKind, LIST_DAYS, LIST_DAYS_MAX, Medium, Plan, Progress, Stage,
};
use register::value::Content;

use crate::card::{hidden_state, optional_date, seen};
use crate::clock::show_date;
use crate::form::{Faults, Field, Form, Input, choices, hidden};
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

use super::campaign::{found, known};

/// The longest title, in characters: it is the subject of a mail.
const TITLE: usize = 120;

/// The form of a new one.
pub(super) async fn new_page(who: Visitor) -> Result<Response, Problem> {
    let form = Form::default()
        .with("medium", Medium::Email.code())
        .with("list_days", LIST_DAYS.to_string());
    Ok(show(&who, None, &form, &Faults::default()))
}

/// Makes it.
pub(super) async fn add(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let Some(plan) = read(&who, &form, &mut faults) else {
        return Ok(refused(show(&who, None, &form, &faults)));
    };
    let (record, _) = make(&who, plan).await?;
    Ok(redirect(&format!("/marketing/{record}")))
}

/// Makes a draft.
pub(crate) async fn make(who: &Visitor, plan: Plan) -> Result<(RecordId, Heads), Problem> {
    let progress = Progress {
        stage: Stage::Draft,
        since: (who.house().clock)(),
        listed: 0,
        expires: None,
    };
    let changes = vec![
        Change::SetField(FieldKey::Plan, Content::Plan(plan)),
        Change::SetField(FieldKey::Progress, Content::Progress(progress)),
    ];
    who.edit(Target::New(RecordKind::Campaign), changes).await
}

/// The form of a draft.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let campaign = draft(&who, &id)?;
    let form = fill(&known(&campaign)?);
    Ok(show(&who, Some(&campaign), &form, &Faults::default()))
}

/// Saves it.
pub(super) async fn change(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let campaign = draft(&who, &id)?;
    let heads = seen(&form)?;
    let mut faults = Faults::default();
    let Some(plan) = read(&who, &form, &mut faults) else {
        return Ok(refused(show(&who, Some(&campaign), &form, &faults)));
    };
    let target = Target::Seen(campaign.id, heads);
    let (record, _) = rewrite(&who, &campaign, plan, target).await?;
    Ok(redirect(&format!("/marketing/{record}")))
}

/// Writes a draft anew.
pub(crate) async fn rewrite(
    who: &Visitor,
    campaign: &Campaign,
    plan: Plan,
    target: Target,
) -> Result<(RecordId, Heads), Problem> {
    // It stays the matter of the premises where it was made.
    let plan = Plan {
        node: known(campaign)?.node,
        ..plan
    };
    let change = Change::SetField(FieldKey::Plan, Content::Plan(plan));
    who.edit(target, vec![change]).await
}

/// A campaign whose list has not been made.
pub(crate) fn draft(who: &Visitor, id: &str) -> Result<Campaign, Problem> {
    let campaign = found(who, id)?;
    match campaign.stands().map(|stands| stands.stage) {
        Some(Stage::Draft) => Ok(campaign),
        _ => Err(Problem::Stale),
    }
}

fn refused(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

fn fill(plan: &Plan) -> Form {
    let [finnish, swedish, english] = &plan.texts;
    let date = |date: Option<jiff::civil::Date>| date.map(show_date).unwrap_or_default();
    Form::default()
        .with("kind", plan.kind.code())
        .with("medium", plan.medium.code())
        .with("title", plan.title.as_str())
        .with("text_fi", finnish.as_str())
        .with("text_sv", swedish.as_str())
        .with("text_en", english.as_str())
        .with("treatment", plan.audience.treatment.as_str())
        .with("place", plan.audience.premises.as_str())
        .with("from", date(plan.audience.from))
        .with("to", date(plan.audience.to))
        .with("away_since", date(plan.audience.away_since))
        .with("list_days", plan.list_days.to_string())
}

/// What a form tells of a campaign.
pub(crate) fn read(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<Plan> {
    let t = who.t();
    let kind = CampaignKind::from_code(form.get("kind"));
    if kind.is_none() {
        faults.add("kind", t.choose_one());
    }
    let medium = Medium::from_code(form.get("medium"));
    if medium.is_none() {
        faults.add("medium", t.choose_one());
    }
    let title = faults.take("title", required(form.get("title")), t);
    let long = |title: &String| title.contains('\n') || title.chars().count() > TITLE;
    if title.as_ref().is_some_and(long) {
        faults.add("title", t.campaign_title_long());
    }
    let finnish = faults.take("text_fi", required(form.get("text_fi")), t);
    let swedish = faults.take("text_sv", text(form.get("text_sv")), t);
    let english = faults.take("text_en", text(form.get("text_en")), t);
    let treatment = faults.take("treatment", text(form.get("treatment")), t);
    let premises = faults.take("place", text(form.get("place")), t);
    let from = optional_date(t, form, "from", faults);
    let to = optional_date(t, form, "to", faults);
    let away_since = optional_date(t, form, "away_since", faults);
    let days = form.get("list_days").trim().parse::<u8>().ok();
    let list_days = days.filter(|days| (1..=LIST_DAYS_MAX).contains(days));
    if list_days.is_none() {
        faults.add("list_days", t.list_days_wrong());
    }
    let plan = Plan {
        kind: kind?,
        title: title?,
        texts: [finnish?, swedish?, english?],
        audience: Audience {
            treatment: treatment?,
            premises: premises?,
            from: from?,
            to: to?,
            away_since: away_since?,
        },
        medium: medium?,
        node: who.house().desk.node,
        list_days: list_days?,
    };
    faults.is_empty().then_some(plan)
}

fn show(who: &Visitor, campaign: Option<&Campaign>, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let back = campaign.map_or("/marketing".to_owned(), |one| {
        format!("/marketing/{}", one.id)
    });
    let action = campaign.map_or("/marketing/new".to_owned(), |one| {
        format!("/marketing/{}/edit", one.id)
    });
    let main = html! {
        p .crumb { a href="/marketing" { (t.marketing_room()) } }
        h1 { @if campaign.is_some() { (t.campaign()) } @else { (t.campaign_new()) } }
        (faults.summary(t))
        form .sheet method="post" action=(action) novalidate data-guard {
            @match campaign {
                Some(one) => (hidden_state(who, &seen(form).unwrap_or_else(|_| one.heads.clone()))),
                None => (hidden("csrf", who.csrf())),
            }
            (inputs(who, form, faults))
            p .actions { button .primary { (t.campaign_save()) } a href=(back) { (t.cancel()) } }
        }
    };
    Page {
        title: t.campaign(),
        room: Room::Marketing,
        record: campaign.map(|one| one.id),
        main,
    }
    .show(who)
}

fn inputs(who: &Visitor, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    let kinds: Vec<(&str, &str)> = CampaignKind::ALL
        .iter()
        .map(|kind| (kind.code(), t.campaign_kind_name(*kind)))
        .collect();
    let media: Vec<(&str, &str)> = Medium::ALL
        .iter()
        .map(|medium| (medium.code(), t.medium_name(*medium)))
        .collect();
    let places = who.house().all_premises();
    let mut options = vec![("", t.audience_anywhere())];
    options.extend(places.iter().map(|name| (name.as_str(), name.as_str())));
    html! {
        (choices("kind", t.campaign_kind(), &kinds, form, faults))
        (choices("medium", t.campaign_medium(), &media, form, faults))
        (Field::new("title", t.campaign_title(), Input::Text).hint(t.campaign_title_hint()).required().show(form, faults))
        (Field::new("text_fi", t.campaign_text_fi(), Input::Area).required().show(form, faults))
        (Field::new("text_sv", t.campaign_text_sv(), Input::Area).show(form, faults))
        (Field::new("text_en", t.campaign_text_en(), Input::Area).show(form, faults))
        h2 { (t.audience()) }
        p .hint { (t.audience_hint()) }
        (Field::new("treatment", t.audience_treatment(), Input::Text).list("catalogue").show(form, faults))
        datalist id="catalogue" { @for name in crate::card::catalogue(who) { option value=(name) {} } }
        (choices("place", t.audience_premises(), &options, form, faults))
        (Field::new("from", t.audience_from(), Input::Date).hint(t.date_hint()).show(form, faults))
        (Field::new("to", t.audience_to(), Input::Date).show(form, faults))
        (Field::new("away_since", t.audience_away(), Input::Date).show(form, faults))
        (Field::new("list_days", t.list_days(), Input::Year).show(form, faults))
    }
}
