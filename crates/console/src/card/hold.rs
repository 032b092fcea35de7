//! What keeps a card as it is: a legal claim (GDPR Article 17(3)(e)) and a restriction (Article 18).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Span;
use jiff::civil::Date;
use maud::{Markup, html};
use register::access::Action;
use register::card::Card;
use register::contact::required;
use register::document::FieldKey;
use register::edit::{Change, Target};
use register::id::RecordId;
use register::retention::{CLAIM_DAYS, LegalClaim, Restriction, day};
use register::value::Content;

use crate::card::{Opened, open};
use crate::clock::{read_date, show_date, today};
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

/// A card, also one that is hidden because its time is over: a claim may have to save it.
pub(crate) struct Kept {
    record: RecordId,
    title: String,
    /// `None` when it is hidden.
    card: Option<Card>,
}

impl Kept {
    /// The card with this id. Opening it is logged.
    pub(crate) async fn find(who: &Visitor, id: &str) -> Result<Self, Problem> {
        match open(who, id).await {
            Ok(opened) => Ok(Self {
                record: opened.card.id,
                title: opened.title(who),
                card: Some(opened.card),
            }),
            Err(Problem::Overdue) => {
                let record: RecordId = id.parse().map_err(|_| Problem::NotFound)?;
                let directory = who.house().desk.directory();
                let summary = directory.hidden_client(record).ok_or(Problem::NotFound)?;
                let name = summary.name.as_ref().map(|name| name.listed());
                Ok(Self {
                    record,
                    title: name.unwrap_or_else(|| who.t().not_known_yet().to_owned()),
                    card: None,
                })
            }
            Err(problem) => Err(problem),
        }
    }

    /// Where it is seen: the card, or the list of what is due while it is hidden.
    fn home(&self) -> String {
        if self.card.is_some() {
            format!("/clients/{}", self.record)
        } else {
            "/retention".to_owned()
        }
    }

    /// The claim in force, the longest of a conflict's.
    fn claim(&self, now: Date) -> Option<&LegalClaim> {
        let claims = self.card.as_ref()?.legal_claim.all().iter();
        claims
            .map(|held| &held.value)
            .filter(|claim| claim.until >= now)
            .max_by_key(|claim| claim.until)
    }
}

/// The strips of a card's band while they stand.
pub(super) fn strips(who: &Visitor, opened: &Opened) -> Markup {
    let t = who.t();
    let card = &opened.card;
    let now = day((who.house().clock)());
    let since = card.restriction.all().iter().filter(|held| held.value.on);
    let since = since.map(|held| held.value.since).min();
    let until = card.claimed_until().filter(|until| *until >= now);
    let reason = card.legal_claim.newest().map(|claim| claim.reason.as_str());
    html! {
        @if let Some(since) = since {
            div .strip.warn { (Icon::Lock.show()) strong { (t.restriction_strip(&show_date(since))) }
                @if who.may(Action::Retain) { a href={ (opened.path()) "/restriction" } { (t.look()) } } }
        }
        @if let Some(until) = until {
            div .strip.info { (Icon::Lock.show()) strong { (t.claim_strip(&show_date(until))) }
                @if who.may(Action::Retain) { span { (reason.unwrap_or_default()) }
                    a href={ (opened.path()) "/claim" } { (t.look()) } } }
        }
    }
}

/// The form of a legal claim.
pub(super) async fn claim_page(who: Visitor, Path(id): Path<String>) -> Result<Response, Problem> {
    let kept = Kept::find(&who, &id).await?;
    let mut form = Form::default();
    if let Some(claim) = kept.claim(day((who.house().clock)())) {
        form.put("reason", claim.reason.as_str());
        form.put("until", show_date(claim.until));
    }
    Ok(show_claim(&who, &kept, &form, &Faults::default()))
}

/// Sets, renews or lifts a legal claim.
pub(super) async fn claim(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let kept = Kept::find(&who, &id).await?;
    if form.get("lift") == "yes" {
        lift_claim(&who, &kept).await?;
        return Ok(redirect(&kept.home()));
    }
    let mut faults = Faults::default();
    let Some(claim) = read_claim(&who, &form, &mut faults) else {
        let mut response = show_claim(&who, &kept, &form, &faults);
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(response);
    };
    set_claim(&who, &kept, claim).await?;
    Ok(redirect(&kept.home()))
}

/// Sets a legal claim, or another in its place.
pub(crate) async fn set_claim(
    who: &Visitor,
    kept: &Kept,
    claim: LegalClaim,
) -> Result<(), Problem> {
    let content = Content::LegalClaim(claim);
    put(who, kept, FieldKey::LegalClaim, content).await
}

/// Ends the claim in force, if there is one, with yesterday.
pub(crate) async fn lift_claim(who: &Visitor, kept: &Kept) -> Result<(), Problem> {
    let now = day((who.house().clock)());
    let Some(claim) = kept.claim(now) else {
        return Ok(());
    };
    let ended = LegalClaim {
        until: now.saturating_sub(Span::new().days(1)),
        ..claim.clone()
    };
    set_claim(who, kept, ended).await
}

/// The claim that a form tells of.
pub(crate) fn read_claim(who: &Visitor, form: &Form, faults: &mut Faults) -> Option<LegalClaim> {
    let t = who.t();
    let now = day((who.house().clock)());
    let reason = faults.take("reason", required(form.get("reason")), t);
    let last = now.saturating_add(Span::new().days(CLAIM_DAYS));
    let until = read_date(form.get("until")).filter(|until| (now..=last).contains(until));
    if until.is_none() {
        faults.add("until", t.claim_until_wrong());
    }
    Some(LegalClaim {
        reason: reason?,
        until: until?,
    })
}

async fn put(who: &Visitor, kept: &Kept, key: FieldKey, content: Content) -> Result<(), Problem> {
    // Whatever else happened to the card meanwhile, what keeps it stands.
    let change = Change::SetField(key, content);
    who.edit(Target::Latest(kept.record), vec![change]).await?;
    Ok(())
}

fn show_claim(who: &Visitor, kept: &Kept, form: &Form, faults: &Faults) -> Response {
    let t = who.t();
    let action = format!("/clients/{}/claim", kept.record);
    let stands = kept.claim(day((who.house().clock)())).is_some();
    let body = html! {
        p .lead { (t.claim_lead()) }
        (faults.summary(t))
        form .sheet method="post" action=(action) novalidate data-guard {
            (hidden("csrf", who.csrf()))
            (Field::new("reason", t.claim_reason(), Input::Area).required().show(form, faults))
            (Field::new("until", t.claim_until(), Input::Date).hint(t.claim_until_hint()).required().show(form, faults))
            p .actions { button .primary { (t.claim_set()) } a href=(kept.home()) { (t.cancel()) } }
        }
        @if stands { (lifting(who, &action, t.claim_lift(), t.claim_lift_text())) }
    };
    show(who, kept, t.claim(), body)
}

/// Taking away what keeps a card.
fn lifting(who: &Visitor, action: &str, verb: &str, text: &str) -> Markup {
    html! {
        details .removal {
            summary { (verb) }
            p { (text) }
            form method="post" action=(action) {
                (hidden("csrf", who.csrf())) (hidden("lift", "yes"))
                button .danger { (verb) }
            }
        }
    }
}

/// The page of a restriction.
pub(super) async fn restriction_page(
    who: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let kept = Kept::find(&who, &id).await?;
    let t = who.t();
    let action = format!("/clients/{}/restriction", kept.record);
    let stands = kept.card.as_ref().is_some_and(Card::restricted);
    let body = html! {
        p .lead { (t.restriction_lead()) }
        @if stands { (lifting(&who, &action, t.restriction_lift(), t.restriction_lift_text())) } @else {
            form method="post" action=(action) {
                (hidden("csrf", who.csrf()))
                p .actions { button .primary { (t.restriction_set()) } a href=(kept.home()) { (t.cancel()) } }
            }
        }
    };
    Ok(show(&who, &kept, t.restriction(), body))
}

/// Restricts the use of a card, or lifts that.
pub(super) async fn restriction(
    Path(id): Path<String>,
    Posted { who, form }: Posted,
) -> Result<Response, Problem> {
    let kept = Kept::find(&who, &id).await?;
    restrict(&who, &kept, form.get("lift") != "yes").await?;
    Ok(redirect(&kept.home()))
}

/// Restricts the use of a card from today on, or lifts that.
pub(crate) async fn restrict(who: &Visitor, kept: &Kept, on: bool) -> Result<(), Problem> {
    let restriction = Restriction {
        on,
        since: today(who.house().clock),
    };
    let content = Content::Restriction(restriction);
    put(who, kept, FieldKey::Restriction, content).await
}

fn show(who: &Visitor, kept: &Kept, title: &str, body: Markup) -> Response {
    let main = html! {
        p .crumb { a href=(kept.home()) { (kept.title) } }
        h1 { (title) }
        (body)
    };
    Page {
        title,
        room: Room::Clients,
        record: Some(kept.record),
        main,
    }
    .show(who)
}
