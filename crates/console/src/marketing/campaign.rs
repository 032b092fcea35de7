//! One campaign: what it says, whom it reaches, and how it goes on.

use axum::extract::Path;
use axum::response::Response;
use jiff::SignedDuration;
use maud::{Markup, html};
use register::access::Action;
use register::document::{Collection, FieldKey, Heads};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::marketing::{Campaign, PART, Plan, Progress, Recipients, Stage};
use register::value::Content;

use crate::card::{hidden_state, seen};
use crate::clock::show_moment;
use crate::form::{Faults, Field, Form, Input};
use crate::house::House;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::opt_out_text;
use crate::visitor::{Posted, Visitor};

use super::choice::{Choice, Standing, choose, opt_out_contact, standing};
use super::send;

/// The campaign with this id.
pub(crate) fn found(who: &Visitor, id: &str) -> Result<Campaign, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    found_by(who.house(), id).ok_or(Problem::NotFound)
}

/// The campaign with this id, if there is one.
pub(super) fn found_by(house: &House, id: RecordId) -> Option<Campaign> {
    house.desk.directory().campaign(id).cloned()
}

/// What its owner wrote; of a conflict the newest.
pub(crate) fn known(campaign: &Campaign) -> Result<Plan, Problem> {
    campaign.plan.newest().cloned().ok_or(Problem::NotFound)
}

/// A campaign of this premises that stands at one of these stages, as the form's page saw it.
pub(crate) fn at_stage(
    who: &Visitor,
    id: &str,
    stages: &[Stage],
) -> Result<(Campaign, Plan, Progress), Problem> {
    let campaign = found(who, id)?;
    let plan = known(&campaign)?;
    let stands = campaign.stands().ok_or(Problem::Stale)?;
    if plan.node != who.house().desk.node || !stages.contains(&stands.stage) {
        return Err(Problem::Stale);
    }
    Ok((campaign, plan, stands))
}

/// The page.
pub(super) async fn page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let campaign = found(&who, &id)?;
    show(&who, &campaign, &Form::default(), &Faults::default(), None).await
}

/// The page, with what was wrong in a form on it, or what came of one.
pub(super) async fn show(
    who: &Visitor,
    campaign: &Campaign,
    form: &Form,
    faults: &Faults,
    said: Option<&str>,
) -> Result<Response, Problem> {
    let t = who.t();
    let plan = known(campaign)?;
    let stage = campaign
        .stands()
        .map_or(Stage::Draft, |stands| stands.stage);
    let own = plan.node == who.house().desk.node;
    let acts = who.may(Action::RunCampaigns) && own;
    let choice = if stage == Stage::Draft && acts {
        Some(choose(who.house(), campaign.id, &plan).await?)
    } else {
        None
    };
    let stands = standing(who.house(), campaign, &plan);
    let main = html! {
        p .crumb { a href="/marketing" { (t.marketing_room()) } }
        h1 { (plan.title) }
        p .lead { (t.campaign_kind_name(plan.kind)) " · " (t.medium_name(plan.medium)) " · "
            (who.house().premises_name(plan.node, t)) " · " strong { (t.stage_name(stage)) } }
        @if let Some(said) = said { p .strip.ok role="status" { (Icon::Good.show()) span .words { (said) } } }
        (faults.summary(t))
        @if !own { p .strip.info { (Icon::Info.show()) span .words { (t.campaign_elsewhere()) } } }
        @if let Some(choice) = &choice { (preview(who, campaign, choice)) }
        (send::trouble(who, campaign))
        @if stage != Stage::Draft { (progress(who, campaign, &stands)) }
        @if acts { (send::part(who, campaign, &plan, &stands, form, faults)) }
        @if acts { (actions(who, campaign, &stands, form, faults)) }
        section .panel {
            header { h2 { (t.campaign_message()) } div .acts {
                @if acts && stage == Stage::Draft { a href={ "/marketing/" (campaign.id) "/edit" } { (t.edit()) } }
            } }
            pre .message { (plan.message(&opt_out_text(&opt_out_contact(who.house())))) }
        }
    };
    Ok(Page {
        title: t.campaign(),
        room: Room::Marketing,
        record: Some(campaign.id),
        main,
    }
    .show(who))
}

fn preview(who: &Visitor, campaign: &Campaign, choice: &Choice) -> Markup {
    let t = who.t();
    html! {
        section .panel {
            header { h2 { (t.campaign_preview()) } }
            p { strong { (t.recipients_now(choice.reached.len())) } }
            @if !choice.left_out.is_empty() {
                h3 { (t.campaign_left_out()) }
                ul { @for (why, count) in &choice.left_out { li { (count) " · " (t.left_out(*why)) } } }
            }
            form method="post" action={ "/marketing/" (campaign.id) "/list" } {
                (hidden_state(who, &campaign.heads))
                p .actions { button .primary disabled[choice.reached.is_empty()] { (t.campaign_make_list()) } }
            }
        }
    }
}

fn progress(who: &Visitor, campaign: &Campaign, stands: &Standing) -> Markup {
    let t = who.t();
    let others: Vec<String> = {
        let peers = who.house().desk.report.borrow().peers.clone();
        let names = peers
            .iter()
            .map(|peer| who.house().premises_name(peer.peer, t));
        names.collect()
    };
    html! {
        section .panel #live data-region {
            header { h2 { (t.campaign_list()) } }
            @match campaign.expires() {
                Some(at) => {
                    p { strong { (t.recipients_now(stands.open.len())) } }
                    @if stands.dropped > 0 { p .muted { (t.list_shrunk(stands.dropped)) } }
                    @if stands.waiting > 0 {
                        p .strip.info { (Icon::Moving.show()) span .words { (stands.waiting) " · " (t.campaign_waiting(&others.join(", "))) } }
                    }
                    p .muted { (t.list_expires(&show_moment(at))) }
                },
                None => p .muted { (t.campaign_list_gone()) },
            }
            @if !stands.outcomes.is_empty() {
                h3 { (t.campaign_results()) }
                ul { @for (outcome, count) in &stands.outcomes { li { (count) " · " (t.outcome_name(*outcome)) } } }
            }
        }
    }
}

fn actions(
    who: &Visitor,
    campaign: &Campaign,
    stands: &Standing,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    let button = |path: &str, label: &str, class: &str| {
        html! {
            form method="post" action={ "/marketing/" (campaign.id) "/" (path) } {
                (hidden_state(who, &campaign.heads))
                p .actions { button .(class) { (label) } }
            }
        }
    };
    let stage = campaign.stands().map(|one| one.stage);
    let open = stage == Some(Stage::Listed);
    let sending = stage == Some(Stage::Sending);
    html! {
        @if open || sending || !stands.handed.is_empty() {
            section .panel {
                @if open {
                    p .hint { (t.campaign_handed_hint()) }
                    (button("handed-out", t.campaign_handed(), ""))
                }
                @if !stands.handed.is_empty() {
                    form method="post" action={ "/marketing/" (campaign.id) "/take.csv" } novalidate {
                        (hidden_state(who, &campaign.heads))
                        (Field::new("why", t.campaign_why(), Input::Text).hint(t.campaign_take_hint()).required().show(form, faults))
                        p .actions { button { (t.campaign_take()) } }
                    }
                }
                @if open || sending { (button("stop", t.campaign_stop(), "danger")) }
            }
        }
    }
}

/// Makes the list, once.
pub(super) async fn make_list(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let (campaign, plan, _) = at_stage(&who, &id, &[Stage::Draft])?;
    let target = Target::Seen(campaign.id, heads);
    list(&who, &campaign, &plan, target).await?;
    Ok(redirect(&format!("/marketing/{}", campaign.id)))
}

/// Makes the list of a draft, of whom it reaches at this moment.
pub(crate) async fn list(
    who: &Visitor,
    campaign: &Campaign,
    plan: &Plan,
    target: Target,
) -> Result<(RecordId, Heads), Problem> {
    let choice = choose(who.house(), campaign.id, plan).await?;
    let now = (who.house().clock)();
    let life = SignedDuration::from_hours(24 * i64::from(plan.list_days));
    let progress = Progress {
        stage: Stage::Listed,
        since: now,
        listed: u32::try_from(choice.reached.len()).unwrap_or(u32::MAX),
        expires: Some(now.checked_add(life).map_err(|_| Problem::Internal)?),
    };
    let mut changes = vec![Change::SetField(
        FieldKey::Progress,
        Content::Progress(progress),
    )];
    changes.extend(choice.reached.chunks(PART).map(|part| {
        let part = Content::Recipients(Recipients(part.to_vec()));
        Change::Add(Collection::Recipients, part)
    }));
    who.edit(target, changes).await
}

/// Stops it for good.
pub(super) async fn stop(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    seen(&form)?;
    let (record, _) = call_off(&who, &id).await?;
    Ok(redirect(&format!("/marketing/{record}")))
}

/// Stops a campaign that has a list or is being sent.
pub(crate) async fn call_off(who: &Visitor, id: &str) -> Result<(RecordId, Heads), Problem> {
    let (campaign, _, stands) = at_stage(who, id, &[Stage::Listed, Stage::Sending])?;
    // A stop needs no page that was seen: it holds however far the campaign has come meanwhile.
    go_on(who, Target::Latest(campaign.id), stands, Stage::Stopped).await
}

/// Puts a campaign at a stage.
pub(super) async fn go_on(
    who: &Visitor,
    target: Target,
    stands: Progress,
    stage: Stage,
) -> Result<(RecordId, Heads), Problem> {
    let progress = Progress {
        stage,
        since: (who.house().clock)(),
        ..stands
    };
    let change = Change::SetField(FieldKey::Progress, Content::Progress(progress));
    who.edit(target, vec![change]).await
}
