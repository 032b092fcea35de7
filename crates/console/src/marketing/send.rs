//! A campaign that goes through the clinic's own mail relay: begun here, carried out by the courier.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::audit::{Act, AuditEvent};
use register::contact::Email;
use register::document::Heads;
use register::edit::Target;
use register::id::RecordId;
use register::marketing::{Campaign, Medium, Plan, Progress, Stage};
use register::replica::Command;

use crate::card::{hidden_state, seen};
use crate::clock::show_moment;
use crate::form::{Faults, Field, Form, Input};
use crate::icon::Icon;
use crate::post::{Letter, PostError};
use crate::problem::{Problem, redirect};
use crate::text::opt_out_text;
use crate::visitor::{Posted, Visitor};

use super::campaign::{at_stage, go_on, show};
use super::choice::{Standing, opt_out_contact, standing};

/// What of it the campaign's page shows to whoever may send.
pub(super) fn part(
    who: &Visitor,
    campaign: &Campaign,
    plan: &Plan,
    stands: &Standing,
    form: &Form,
    faults: &Faults,
) -> Markup {
    let t = who.t();
    let stage = campaign.stands().map(|stands| stands.stage);
    let before = matches!(stage, Some(Stage::Draft | Stage::Listed));
    if plan.medium != Medium::Email || !before {
        return html! {};
    }
    if who.house().desk.post.is_none() {
        if stage == Some(Stage::Draft) {
            return html! {};
        }
        return html! { p .strip.info { (Icon::Info.show()) span .words { (t.mail_none()) } } };
    }
    let field = Field::new("to", t.mail_trial_to(), Input::Email).hint(t.mail_trial_hint());
    html! {
        section .panel {
            header { h2 { (t.mail_send_title()) } }
            @if stage == Some(Stage::Listed) {
                p .hint { (t.mail_send_hint()) }
                form method="post" action={ "/marketing/" (campaign.id) "/send" } {
                    (hidden_state(who, &campaign.heads))
                    p .actions { button .primary disabled[stands.open.is_empty()] { (t.mail_send(stands.open.len())) } }
                }
            }
            form method="post" action={ "/marketing/" (campaign.id) "/trial" } novalidate {
                (hidden_state(who, &campaign.heads))
                (field.required().show(form, faults))
                p .actions { button { (t.mail_trial()) } }
            }
        }
    }
}

/// Says that the relay is out of reach while something waits for it.
pub(super) fn trouble(who: &Visitor, campaign: &Campaign) -> Markup {
    let t = who.t();
    let sending = campaign
        .stands()
        .is_some_and(|stands| stands.stage == Stage::Sending);
    let since = who.house().round.trouble().filter(|_| sending);
    html! {
        @if let Some(since) = since {
            p .strip.warn { (Icon::Alert.show()) span .words { (t.mail_trouble(&show_moment(since))) } }
        }
    }
}

/// Begins to send.
pub(super) async fn begin(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let heads = seen(&form)?;
    let (campaign, plan, stands) = at_stage(&who, &id, &[Stage::Listed])?;
    if !mailable(&who, &plan) {
        return Err(Problem::Stale);
    }
    let target = Target::Seen(campaign.id, heads);
    let (record, _) = start(&who, (&campaign, &plan, stands), target).await?;
    Ok(redirect(&format!("/marketing/{record}")))
}

/// Whether this node has a relay, and the campaign is one of mails that go from here.
pub(crate) fn mailable(who: &Visitor, plan: &Plan) -> bool {
    let house = who.house();
    house.desk.post.is_some() && plan.mailed_by(house.desk.node)
}

/// Begins to send a campaign that is mailable; how many letters wait is logged first.
pub(crate) async fn start(
    who: &Visitor,
    (campaign, plan, stands): (&Campaign, &Plan, Progress),
    target: Target,
) -> Result<(RecordId, Heads), Problem> {
    let house = who.house();
    let open = standing(house, campaign, plan).open.len();
    let event = AuditEvent {
        who: who.user.id,
        act: Act::Mailed(u64::try_from(open).unwrap_or(u64::MAX)),
        record: Some(campaign.id),
        reason: String::new(),
    };
    house.desk.ask(Command::Audit(event)).await?;
    let edited = go_on(who, target, stands, Stage::Sending).await?;
    house.round.wake.notify_one();
    Ok(edited)
}

/// Stages at which the letter may still be tried.
pub(crate) const BEFORE_SENDING: &[Stage] = &[Stage::Draft, Stage::Listed];

/// Sends the letter to one address that is no client's: it counts as nobody's notice.
pub(super) async fn trial(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let t = who.t();
    seen(&form)?;
    let (campaign, plan, _) = at_stage(&who, &id, BEFORE_SENDING)?;
    let mut faults = Faults::default();
    let said = match try_letter(&who, &plan, form.get("to")).await? {
        Ok(()) => Some(t.mail_trial_sent()),
        Err(why) => {
            faults.add("to", why);
            None
        }
    };
    let mut response = show(&who, &campaign, &form, &faults, said).await?;
    if said.is_none() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn is_clients(who: &Visitor, to: &Email) -> bool {
    let directory = who.house().desk.directory();
    !directory.reached_by(Some(to), None).is_empty()
}

/// Sends the letter to an address, and says in words why that did not come about.
pub(crate) async fn try_letter(
    who: &Visitor,
    plan: &Plan,
    to: &str,
) -> Result<Result<(), &'static str>, Problem> {
    let t = who.t();
    let to = match to.parse::<Email>() {
        Err(_) => return Ok(Err(t.mail_trial_wrong())),
        Ok(to) if is_clients(who, &to) => return Ok(Err(t.mail_trial_client())),
        Ok(to) => to,
    };
    let post = who.house().desk.post.clone().ok_or(Problem::Stale)?;
    let letter = Letter {
        to,
        subject: plan.title.clone(),
        text: plan.message(&opt_out_text(&opt_out_contact(who.house()))),
    };
    Ok(post.send(letter).await.map_err(|why| match why {
        PostError::Unreachable | PostError::Broken => t.mail_trial_unreachable(),
        PostError::Later => t.mail_trial_later(),
        PostError::Refused => t.mail_trial_refused(),
    }))
}
