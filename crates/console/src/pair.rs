//! "Liitä toimipiste": an invitation is made here or entered here, two people compare a phrase, the register arrives.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use register::access::Action::JoinPremises;
use register::audit::{Act, AuditEvent};
use register::id::NodeId;
use register::replica::{Command, PeerReport, PeerState, Report};

use crate::clock::show_moment;
use crate::doors::Access::{May, Proved};
use crate::doors::Doors;
use crate::form::{Faults, Field, Form, Input, hidden};
use crate::icon::Icon;
use crate::page::{Page, Room};
use crate::pairing::{Other, Pair, Pairing, PairingFault};
use crate::problem::{Problem, redirect};
use crate::visitor::{Posted, Visitor};

const PATH: &str = "/pair";

pub(crate) fn doors() -> Doors {
    Doors::default()
        .get(PATH, May(JoinPremises), page)
        .get("/pair/invite", May(JoinPremises), page)
        .post("/pair/invite", Proved(JoinPremises), invite)
        .get("/pair/accept", May(JoinPremises), page)
        .post("/pair/accept", Proved(JoinPremises), accept)
        .get("/pair/confirm", May(JoinPremises), page)
        .post("/pair/confirm", Proved(JoinPremises), confirm)
        .post("/pair/cancel", May(JoinPremises), cancel)
}

/// The page.
pub(crate) async fn page(who: Visitor) -> Result<Response, Problem> {
    show(&who, &Form::default(), &Faults::default())
}

async fn invite(Posted { who, form }: Posted) -> Result<Response, Problem> {
    log(&who).await?;
    match pair(&who)?.invite(form.get("address")) {
        Ok(()) => Ok(redirect(PATH)),
        Err(fault) => refuse(&who, &form, "address", fault),
    }
}

async fn accept(Posted { who, form }: Posted) -> Result<Response, Problem> {
    log(&who).await?;
    match pair(&who)?.accept(form.get("invitation")) {
        Ok(()) => Ok(redirect(PATH)),
        Err(fault) => refuse(&who, &form, "invitation", fault),
    }
}

async fn confirm(Posted { who, form }: Posted) -> Result<Response, Problem> {
    let pair = pair(&who)?;
    log(&who).await?;
    // A phrase that is compared no longer: the page says what came of it.
    let _ = pair.confirm(form.get("phrase"));
    Ok(redirect(PATH))
}

async fn cancel(Posted { who, .. }: Posted) -> Result<Response, Problem> {
    pair(&who)?.cancel();
    Ok(redirect(PATH))
}

/// What pairs this premises.
pub(crate) fn pair(who: &Visitor) -> Result<Arc<dyn Pair>, Problem> {
    who.house().desk.pair.clone().ok_or(Problem::NotFound)
}

pub(crate) async fn log(who: &Visitor) -> Result<(), Problem> {
    let event = AuditEvent::of(who.user.id, Act::Peers);
    who.house().desk.ask(Command::Audit(event)).await?;
    Ok(())
}

fn refuse(
    who: &Visitor,
    form: &Form,
    field: &str,
    fault: PairingFault,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    faults.add(field, who.t().pair_fault(fault));
    let mut response = show(who, form, &faults)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

fn show(who: &Visitor, form: &Form, faults: &Faults) -> Result<Response, Problem> {
    let t = who.t();
    let stage = pair(who)?.stage();
    let begins = matches!(stage, Pairing::Idle | Pairing::Paired(_));
    let main = html! {
        h1 { (t.pair_title()) }
        p .lead { (t.pair_lead()) }
        (faults.summary(t))
        div #standing data-region { (under_way(who, &stage)) }
        // Not in the region, which a live update replaces: somebody may be typing.
        @if begins { (begin(who, form, faults)) }
    };
    Ok(Page {
        title: t.pair_title(),
        room: Room::Premises,
        record: None,
        main,
    }
    .show(who))
}

/// Both ways to begin, once the password was given.
fn begin(who: &Visitor, form: &Form, faults: &Faults) -> Markup {
    let t = who.t();
    if !who.proved {
        return html! {
            section .panel {
                header { h2 { (t.pair_begin()) } }
                p { (t.pair_prove()) }
                p { a .button .primary href={ "/confirm?next=" (PATH) } { (t.pair_prove_do()) } }
            }
        };
    }
    html! {
        section .panel {
            header { h2 { (t.pair_invite()) } }
            p { (t.pair_invite_text()) }
            form method="post" action="/pair/invite" novalidate {
                (hidden("csrf", who.csrf()))
                (Field::new("address", t.pair_address(), Input::Text).hint(t.pair_address_hint()).show(form, faults))
                button .primary { (t.pair_invite_do()) }
            }
        }
        section .panel {
            header { h2 { (t.pair_accept()) } }
            p { (t.pair_accept_text()) }
            form method="post" action="/pair/accept" novalidate {
                (hidden("csrf", who.csrf()))
                (Field::new("invitation", t.pair_invitation(), Input::Area).hint(t.pair_invitation_hint())
                    .required().show(form, faults))
                button .primary { (t.pair_accept_do()) }
            }
        }
    }
}

fn under_way(who: &Visitor, stage: &Pairing) -> Markup {
    let t = who.t();
    match stage {
        Pairing::Idle => arrivals(who),
        Pairing::Invited { text, until } => html! {
            section .panel {
                header { h2 { (t.pair_invited()) } }
                p { (t.pair_hand_over()) }
                @if let Some(picture) = picture(text) { div .qr { (picture) } }
                p .invitation { (text) }
                p .muted { (t.pair_until(&show_moment(*until))) }
                p .strip.info { (Icon::Moving.show()) span { (t.pair_waiting()) } }
                (end(who, t.pair_withdraw()))
            }
        },
        Pairing::Meeting => html! {
            section .panel {
                p .strip.info { (Icon::Moving.show()) span { (t.pair_meeting()) } }
                (end(who, t.cancel()))
            }
        },
        Pairing::Comparing {
            phrase,
            other,
            here,
            there,
        } => compare(who, phrase, other, *here, *there),
        Pairing::Paired(other) => arrival(who, other),
        Pairing::Failed(fault) => html! {
            section .panel role="alert" {
                header { h2 { (t.pair_failed()) } }
                p .strip.warn { (Icon::Alert.show()) span { (t.pair_fault(*fault)) } }
                (end(who, t.pair_again()))
            }
        },
    }
}

fn end(who: &Visitor, word: &str) -> Markup {
    html! {
        form method="post" action="/pair/cancel" { (hidden("csrf", who.csrf())) button { (word) } }
    }
}

fn compare(who: &Visitor, phrase: &str, other: &Other, here: bool, there: bool) -> Markup {
    let t = who.t();
    html! {
        section .panel {
            header { h2 { (t.pair_compare()) } }
            p { (t.pair_other(&other.premises, other.clients)) }
            p { (t.pair_compare_text(&other.premises)) }
            p .code { (phrase) }
            @if there && !here { p .strip.ok { (Icon::Good.show()) span { (t.pair_there(&other.premises)) } } }
            @if here {
                p .strip.info { (Icon::Moving.show()) span { (t.pair_here(&other.premises)) } }
                (end(who, t.cancel()))
            } @else if !who.proved {
                p { (t.pair_prove()) }
                p { a .button .primary href={ "/confirm?next=" (PATH) } { (t.pair_prove_do()) } }
                (end(who, t.pair_differs()))
            } @else {
                div .actions {
                    form method="post" action="/pair/confirm" {
                        (hidden("csrf", who.csrf())) (hidden("phrase", phrase))
                        button .primary { (t.pair_same()) }
                    }
                    form method="post" action="/pair/cancel" {
                        (hidden("csrf", who.csrf()))
                        button .danger { (t.pair_differs()) }
                    }
                }
            }
        }
    }
}

/// The register on its way from a premises that was paired: what is here against what that holds.
struct Arrival<'a> {
    node: NodeId,
    premises: &'a str,
    here: u64,
    all: u64,
}

/// The register on its way: cards here against those that the other held when it introduced itself.
fn arrival(who: &Visitor, other: &Other) -> Markup {
    let report = who.house().desk.report.borrow().clone();
    let arrival = Arrival {
        node: other.node,
        premises: &other.premises,
        here: report.clients as u64,
        all: other.clients,
    };
    arrival.show(who, &report)
}

/// Registers that were on their way when this node was started anew, which forgets what it was told at the pairing:
/// records here against those that the other says to hold.
fn arrivals(who: &Visitor) -> Markup {
    let report = who.house().desk.report.borrow().clone();
    // Of a line on which nothing can come the page of the premises says why.
    let on_their_way = report.peers.iter().filter(|peer| {
        let stuck = matches!(
            peer.state,
            PeerState::OtherRegister | PeerState::OtherVersion | PeerState::Twin
        );
        peer.agreed.is_none() && !stuck
    });
    html! {
        @for peer in on_their_way {
            @let name = who.house().premises_name(peer.peer, who.t());
            @let arrival = Arrival {
                node: peer.peer,
                premises: &name,
                here: report.records as u64,
                all: peer.records.unwrap_or_default(),
            };
            (arrival.show(who, &report))
        }
    }
}

impl Arrival<'_> {
    fn show(&self, who: &Visitor, report: &Report) -> Markup {
        let t = who.t();
        let peer = report.peers.iter().find(|peer| peer.peer == self.node);
        let state = peer.map(|peer| peer.state);
        let ready = |peer: &PeerReport| peer.state == PeerState::Agreed && peer.waiting == 0;
        let arriving = || t.pair_arriving(self.here, self.all);
        html! {
            section .panel {
                header { h2 { (t.pair_paired(self.premises)) } }
                @if peer.is_some_and(ready) {
                    p .strip.ok { (Icon::Good.show()) strong { (t.pair_ready()) } }
                } @else if self.here < self.all {
                    p .strip.info { (Icon::Moving.show()) strong { (arriving()) } }
                    progress .arrival max=(self.all) value=(self.here) aria-label=(arriving()) {}
                } @else if matches!(state, None | Some(PeerState::Apart)) {
                    p .strip.info { (Icon::Moving.show()) span { (t.pair_connecting()) } }
                } @else {
                    p .strip.info { (Icon::Moving.show()) span { (t.pair_comparing_all()) } }
                    @if let Some(peer) = peer && peer.waiting > 0 { p { (t.waiting(peer.waiting)) } }
                }
                p { (t.pair_may_leave()) }
                p { a .button href="/premises" { (t.premises()) } }
            }
        }
    }
}

/// The invitation for a camera. Black on white in every theme.
fn picture(text: &str) -> Option<Markup> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(220, 220)
        .build();
    // What stands before the element is for files, not for pages.
    let element = drawn.find("<svg").and_then(|at| drawn.get(at..))?;
    Some(PreEscaped(element.to_owned()))
}
