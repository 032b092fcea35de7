//! Pairs of cards that may be of one person: a person says whether they are, and can say otherwise later.

use axum::response::Response;
use maud::{Markup, html};
use register::contact::{Email, Phone};
use register::directory::{Hit, Pair};
use register::id::RecordId;
use register::replica::{Answer, Command};
use register::same::Verdict;

use crate::card::alert_mark;
use crate::clock::show_date;
use crate::form::hidden;
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::problem::{Problem, redirect};
use crate::text::Language;
use crate::visitor::{Posted, Visitor};

/// Pairs shown of each kind.
pub(crate) const SHOWN: usize = 200;

/// How many pairs wait to be judged, as a sentence; `None` when there are none.
pub(crate) fn waiting(who: &Visitor) -> Option<String> {
    let directory = who.house().desk.directory();
    let count = directory.likely_pairs(SHOWN + 1).len();
    (count > 0).then(|| who.t().likely_pairs(count.min(SHOWN), count > SHOWN))
}

/// The pairs: to be judged first, then those that were.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    let t = who.t();
    let (mut open, judged) = {
        let directory = who.house().desk.directory();
        (
            directory.likely_pairs(SHOWN + 1),
            directory.judgements(SHOWN),
        )
    };
    let more = open.len() > SHOWN;
    open.truncate(SHOWN);
    let both = [
        (Verdict::Same, t.judge_same()),
        (Verdict::Different, t.judge_different()),
    ];
    let main = html! {
        div #live data-region {
            p .crumb { a href="/clients" { (t.clients()) } }
            h1 { (t.duplicates()) }
            p .lead { (t.duplicates_lead()) }
            @if !judged.disputed.is_empty() {
                h2 { (t.pairs_disputed()) }
                p { (t.pairs_disputed_lead()) }
                @for pair in &judged.disputed { (show(&who, pair, &both)) }
            }
            h2 { (t.pairs_open()) }
            @if open.is_empty() {
                p .strip.ok { (Icon::Good.show()) span { (t.no_duplicates()) } }
            } @else {
                p #count role="status" { (t.likely_pairs(open.len(), more)) }
                @for pair in &open { (show(&who, pair, &both)) }
            }
            @if !judged.same.is_empty() {
                h2 { (t.pairs_same()) }
                @for pair in &judged.same { (show(&who, pair, &[(Verdict::Different, t.unmerge())])) }
            }
            @if !judged.different.is_empty() {
                details { summary { (t.pairs_different()) }
                    @for pair in &judged.different { (show(&who, pair, &[(Verdict::Same, t.judge_same())])) }
                }
            }
        }
    };
    Ok(Page {
        title: t.duplicates(),
        room: Room::Clients,
        record: None,
        main,
    }
    .show(&who))
}

/// Puts a verdict on a pair.
pub(crate) async fn judge(Posted { who, form }: Posted) -> Result<Response, Problem> {
    settle(
        &who,
        [form.get("one"), form.get("other")],
        form.get("verdict"),
    )
    .await?;
    Ok(redirect("/duplicates"))
}

/// Says of two cards, by their ids, whether they are of one person: `same` or `different`.
pub(crate) async fn settle(who: &Visitor, pair: [&str; 2], said: &str) -> Result<(), Problem> {
    let card = |id: &str| -> Result<RecordId, Problem> {
        let id = id.parse().map_err(|_| Problem::Unreadable)?;
        let directory = who.house().desk.directory();
        directory.client(id).map(|_| id).ok_or(Problem::NotFound)
    };
    let [one, other] = pair;
    let pair = (card(one)?, card(other)?);
    let all = [Verdict::Same, Verdict::Different];
    let verdict = all
        .into_iter()
        .find(|one| word(*one) == said)
        .filter(|_| pair.0 != pair.1)
        .ok_or(Problem::Unreadable)?;
    let command = Command::Judge(pair, verdict, who.user.id);
    match who.house().desk.ask(command).await? {
        Answer::Edited { .. } => Ok(()),
        _ => Err(Problem::Internal),
    }
}

/// A verdict's name in forms.
const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "same",
        Verdict::Different => "different",
    }
}

/// Two cards side by side, and what can be said of them.
fn show(who: &Visitor, pair: &Pair, ways: &[(Verdict, &str)]) -> Markup {
    html! {
        section .panel {
            div .pair { (side(who, &pair.one)) (side(who, &pair.other)) }
            div .actions {
                @for (verdict, label) in ways {
                    form method="post" action="/duplicates" {
                        (hidden("csrf", who.csrf()))
                        (hidden("one", &pair.one.id.to_string()))
                        (hidden("other", &pair.other.id.to_string()))
                        (hidden("verdict", word(*verdict)))
                        button { (label) }
                    }
                }
            }
        }
    }
}

fn side(who: &Visitor, hit: &Hit) -> Markup {
    let t = who.t();
    let summary = &hit.summary;
    let made = summary.made.map(|stamp| who.house().origin(stamp, t));
    let phones: Vec<String> = summary.phones.iter().map(Phone::to_string).collect();
    let emails: Vec<&str> = summary.emails.iter().map(Email::as_str).collect();
    let facts = [
        (
            t.birth_year(),
            summary.birth_year.map(|year| year.get().to_string()),
        ),
        (t.phone(), Some(phones.join(", "))),
        (t.email(), Some(emails.join(", "))),
        (t.last_visit(), summary.last_visit.map(show_date)),
        (t.card_made(), made),
    ];
    html! {
        div {
            h3 { a href={ "/clients/" (hit.id) } { (name(t, hit)) } }
            dl .facts {
                @for (label, fact) in facts {
                    div { dt { (label) } dd {
                        @match fact.filter(|fact| !fact.is_empty()) {
                            Some(fact) => (fact),
                            None => span .muted { (t.not_given()) },
                        }
                    } }
                }
            }
            p { (alert_mark(t, summary.alert)) }
        }
    }
}

/// A client's name as links show it.
pub(crate) fn name(t: Language, hit: &Hit) -> String {
    let name = hit.summary.name.as_ref().map(|name| name.listed());
    name.unwrap_or_else(|| t.not_known_yet().to_owned())
}
