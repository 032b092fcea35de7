//! Marketing (clause 12): what is going on, and the box in which an opt-out is recorded at once.

pub(crate) mod campaign;
pub(crate) mod choice;
pub(crate) mod courier;
pub(crate) mod draft;
pub(crate) mod send;
pub(crate) mod take;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use register::access::Action::{self, EditContact, Export, RunCampaigns};
use register::contact::{Email, Marketing, Phone};
use register::document::FieldKey;
use register::edit::{Change, Target};
use register::id::RecordId;
use register::marketing::{Campaign, Sent, WORDING};
use register::value::Content;

use crate::clock::{show_date, show_moment, today};
use crate::doors::Access::{May, Proved};
use crate::doors::Doors;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::Problem;
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Everything under `/marketing`.
pub(crate) fn doors() -> Doors {
    let run = May(RunCampaigns);
    Doors::default()
        .get("/marketing", May(EditContact), page)
        .post("/marketing/opt-out", May(EditContact), opt_out)
        .get("/marketing/new", run, draft::new_page)
        .post("/marketing/new", run, draft::add)
        .get("/marketing/{id}", May(EditContact), campaign::page)
        .get("/marketing/{id}/edit", run, draft::page)
        .post("/marketing/{id}/edit", run, draft::change)
        .post("/marketing/{id}/list", run, campaign::make_list)
        .post("/marketing/{id}/stop", run, campaign::stop)
        .get("/marketing/{id}/take", run, campaign::page)
        .post("/marketing/{id}/take.csv", Proved(Export), take::download)
        .get("/marketing/{id}/send", run, campaign::page)
        .post("/marketing/{id}/send", Proved(RunCampaigns), send::begin)
        .post("/marketing/{id}/trial", run, send::trial)
        .post("/marketing/{id}/handed-out", run, take::handed_out)
}

/// The room.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    Ok(show(&who, &Form::default(), &Faults::default(), &[]))
}

/// Records an opt-out on every card with the address or number.
async fn opt_out(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let cards = reached_by(&who, form.get("contact"), &mut faults);
    if !faults.is_empty() {
        let mut response = show(&who, &form, &faults, &[]);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    }
    say_no(&who, &cards).await?;
    Ok(show(&who, &Form::default(), &Faults::default(), &cards))
}

/// Every card with this e-mail address or phone number; a fault when there is none.
pub(crate) fn reached_by(who: &Visitor, contact: &str, faults: &mut Faults) -> Vec<RecordId> {
    let email: Option<Email> = contact.parse().ok();
    let phone: Option<Phone> = contact.parse().ok();
    let cards = {
        let directory = who.house().desk.directory();
        directory.reached_by(email.as_ref(), phone.as_ref())
    };
    if email.is_none() && phone.is_none() {
        faults.add("contact", who.t().opt_out_wrong());
    } else if cards.is_empty() {
        faults.add("contact", who.t().opt_out_nobody());
    }
    cards
}

/// Records on each of the cards that the client wants no marketing.
pub(crate) async fn say_no(who: &Visitor, cards: &[RecordId]) -> Result<(), Problem> {
    for card in cards {
        let marketing = Marketing {
            allowed: false,
            asked: Some(today(who.house().clock)),
            channel: who.t().opt_out_channel().to_owned(),
            wording: WORDING.to_owned(),
        };
        let change = Change::SetField(FieldKey::Marketing, Content::Marketing(marketing));
        // A no needs no page that was seen: it holds whatever stood there.
        who.edit(Target::Latest(*card), vec![change]).await?;
    }
    Ok(())
}

fn show(who: &Visitor, form: &Form, faults: &Faults, opted: &[RecordId]) -> Response {
    let t = who.t();
    let house = who.house();
    let (campaigns, names) = {
        let directory = house.desk.directory();
        let campaigns: Vec<Campaign> = directory.campaigns().into_iter().cloned().collect();
        let name = |id: &RecordId| {
            let name = directory.client(*id)?.name.as_ref()?.listed();
            Some((*id, name))
        };
        let names: Vec<(RecordId, String)> = opted.iter().filter_map(name).collect();
        (campaigns, names)
    };
    let runs = who.may(Action::RunCampaigns);
    let main = html! {
        h1 { (t.marketing_room()) }
        p .lead { (t.marketing_lead()) }
        @if !opted.is_empty() {
            p .strip.ok role="status" { (Icon::Good.show()) span .words { (t.opted_out(opted.len()))
                @for (id, name) in &names { " " a href={ "/clients/" (id) } { (name) } }
            } }
        }
        (faults.summary(t))
        section .panel {
            header { h2 { (t.opt_out()) } }
            form method="post" action="/marketing/opt-out" novalidate {
                (hidden("csrf", who.csrf()))
                (Field::new("contact", t.opt_out_contact(), Input::Text).hint(t.opt_out_hint()).required().show(form, faults))
                p .actions { button .primary { (t.opt_out()) } }
            }
        }
        section .panel #live data-region {
            header { h2 { (t.campaigns()) } div .acts {
                @if runs { a .button href="/marketing/new" { (t.campaign_new()) } }
            } }
            @if campaigns.is_empty() { p .muted { (t.campaigns_none()) } } @else {
                div .scroll tabindex="0" role="group" aria-label=(t.campaigns()) { table {
                    thead { tr { th { (t.campaign_title()) } th { (t.campaign_kind()) } th { (t.premises()) } th { (t.state()) } } }
                    tbody { @for one in &campaigns { (row(who, one)) } }
                } }
            }
        }
    };
    Page {
        title: t.marketing_room(),
        room: Room::Marketing,
        record: None,
        main,
    }
    .show(who)
}

fn row(who: &Visitor, one: &Campaign) -> Markup {
    let t = who.t();
    let plan = one.plan.newest();
    html! {
        tr {
            td { a href={ "/marketing/" (one.id) } { (plan.map_or(t.not_known_yet(), |plan| &plan.title)) } }
            td { @if let Some(plan) = plan { (t.campaign_kind_name(plan.kind)) } }
            td { @if let Some(plan) = plan { (who.house().premises_name(plan.node, t)) } }
            td { @match one.stands() {
                Some(stands) => { (t.stage_name(stands.stage)) " " (show_date(crate::clock::day(stands.since))) },
                None => span .muted { (t.not_known_yet()) },
            } }
        }
    }
}

/// The notices of the last 12 months on a card, and how many are left.
pub(crate) fn on_card(who: &Visitor, card: RecordId) -> Markup {
    let t = who.t();
    let house = who.house();
    let now = (house.clock)();
    let founder = house.desk.report.borrow().founder;
    let (left, notices, titles) = {
        let directory = house.desk.directory();
        let shares = directory.house_shares();
        let notices = directory.notices(card, now);
        let title = |one: &Sent| {
            let plan = directory.campaign(one.campaign)?.plan.newest()?;
            Some(plan.title.clone())
        };
        let titles: Vec<Option<String>> = notices.iter().map(title).collect();
        let left = directory.notices_left(card, house.desk.node, founder, &shares, now);
        (left, notices, titles)
    };
    html! {
        p .muted { (t.notices_left(left.sent, left.here)) }
        @if notices.is_empty() { p .muted { (t.notices_none()) } } @else {
            details { summary { (t.notices()) }
                ul { @for (one, title) in notices.iter().zip(&titles) { (notice(t, one, title.as_deref())) } }
            }
        }
    }
}

fn notice(t: Language, one: &Sent, title: Option<&str>) -> Markup {
    html! {
        li { (show_moment(one.at)) " "
            a href={ "/marketing/" (one.campaign) } { (title.unwrap_or(t.campaign())) }
            " · " (t.outcome_name(one.outcome)) }
    }
}
