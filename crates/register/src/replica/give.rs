//! Giving a peer what it lacks: offers, pushes, marks, and what is said again.

use crate::document::Heads;
use crate::id::{NodeId, RecordId};
use crate::value::Value;
use crate::wire::{Message, Offered, Push};

use super::effect::Effect;
use super::exchange::{passed, send, want};
use super::session::{Flight, Phase, Session};
use super::sheet::Sheet;
use super::{Cx, Replica};

/// The peer is told how far it has come after so many acknowledged changes, at the least.
const MARK_EVERY: u64 = 512;
/// What got no answer for so long is sent again, seconds.
const RESEND: i64 = 15;
/// The peer is reminded of the last mark so often, seconds.
pub(super) const REMIND: i64 = 60;

impl Replica {
    /// Sends every connected peer what it may be sent now.
    pub(super) fn pump_all(&mut self, cx: &mut Cx<'_>) {
        let open: Vec<NodeId> = self
            .sessions
            .iter()
            .filter(|(_, one)| one.phase == Phase::Records)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in open {
            self.pump(peer, false, cx);
        }
    }

    pub(super) fn tick(&mut self, cx: &mut Cx<'_>) {
        self.greet_again(cx);
        let open: Vec<NodeId> = self
            .sessions
            .iter()
            .filter(|(_, one)| one.phase == Phase::Records)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in open {
            self.resend(peer, cx);
            self.pump(peer, true, cx);
            self.date_agreement(peer);
            self.check_nightly(peer, cx);
        }
    }

    /// Hellos and ledgers that got no answer are said again.
    fn greet_again(&mut self, cx: &mut Cx<'_>) {
        let mut stuck = Vec::new();
        for (peer, session) in &mut self.sessions {
            let since = *session.waiting_since.get_or_insert(cx.now);
            let waits = matches!(session.phase, Phase::Greeting | Phase::Ledger);
            if waits && passed(Some(since), cx.now, RESEND) {
                stuck.push((*peer, session.speaks));
            }
        }
        for (peer, speaks) in stuck {
            self.sessions.insert(peer, Session::new(speaks));
            self.say_hello(peer, cx);
        }
    }

    /// What got no answer for long is sent again, in case it was lost on the way.
    fn resend(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        for flight in session.overdue(cx.now, RESEND) {
            if let Some(entry) = self.inventory.get(flight.record) {
                session.offer_later(flight.record, entry.sequence);
            }
        }
        let stuck = session.check.is_some() && passed(session.checked, cx.now, RESEND);
        if session.acknowledged(session.marked) == Some(session.marked)
            && session.pending.is_empty()
            && passed(session.marked_at, cx.now, REMIND)
        {
            let (marked, latest) = (session.marked, self.inventory.latest());
            session.marked_at = Some(cx.now);
            send(peer, Message::Mark(marked, latest), cx);
        }
        if stuck {
            self.begin_check(peer, cx);
        }
        self.compare_roster_again(peer, cx);
    }

    fn pump(&mut self, peer: NodeId, ticking: bool, cx: &mut Cx<'_>) {
        while let Some(record) = self.sessions.get_mut(&peer).and_then(Session::next_push) {
            self.push(peer, record, cx);
        }
        let offers = self
            .sessions
            .get_mut(&peer)
            .map(Session::next_offers)
            .unwrap_or_default();
        let mut items = Vec::with_capacity(offers.len());
        for (token, record) in offers {
            let (Some(entry), Some(session)) =
                (self.inventory.get(record), self.sessions.get_mut(&peer))
            else {
                continue;
            };
            let flight = Flight {
                record,
                heads: entry.heads.clone(),
                bytes: 0,
                sent: cx.now,
            };
            session.take_off(token, flight);
            items.push(Offered {
                token,
                record,
                state: entry.state,
            });
        }
        if !items.is_empty() {
            send(peer, Message::Offer(items), cx);
        }
        self.mark(peer, ticking, cx);
    }

    /// Tells the peer up to where it holds everything of this node's log: at once when that is news that it
    /// waits for, else with the next tick, so that a single edit costs no second write at the peer.
    fn mark(&mut self, peer: NodeId, ticking: bool, cx: &mut Cx<'_>) {
        let latest = self.inventory.latest();
        let (Some(session), Some(file)) = (self.sessions.get_mut(&peer), self.peers.get_mut(&peer))
        else {
            return;
        };
        let Some(upto) = session.acknowledged(latest) else {
            return;
        };
        file.acknowledged = upto;
        let drained = session.pending.is_empty();
        let due = upto.saturating_sub(session.marked) >= MARK_EVERY
            || (drained && (ticking || !session.settled));
        if upto > session.marked && due {
            session.marked = upto;
            session.marked_at = Some(cx.now);
            send(peer, Message::Mark(upto, latest), cx);
            self.save_peer(peer, cx);
        }
        if drained
            && let Some(session) = self.sessions.get_mut(&peer)
            && !session.settled
        {
            session.settled = true;
            self.note_agreement(peer, cx);
        }
    }

    fn push(&mut self, peer: NodeId, record: RecordId, cx: &mut Cx<'_>) {
        let Some(pending) = self
            .sessions
            .get(&peer)
            .and_then(|one| one.pending.get(&record))
            .cloned()
        else {
            return;
        };
        if pending.flying
            && self
                .sessions
                .get(&peer)
                .is_some_and(|one| one.carries(record))
        {
            return;
        }
        let Some(entry) = self.inventory.get(record) else {
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.holds(record);
            }
            return;
        };
        let (heads, token) = (entry.heads.clone(), entry.sequence);
        let known = pending.known.unwrap_or_default();
        let Some((changes, values, complete)) =
            self.parcel(record, &known, &heads, pending.all_values, cx)
        else {
            // It can't be read here: it is dropped, and asked for from whoever has it.
            self.lose(record, cx);
            return;
        };
        let values = values
            .into_iter()
            .map(|value| (value.nonce, value.content))
            .collect();
        let frame = Message::Push(Push {
            token,
            record,
            heads: heads.clone(),
            changes,
            values,
            complete,
        })
        .encode();
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.take_off(
                token,
                Flight {
                    record,
                    heads,
                    bytes: frame.len(),
                    sent: cx.now,
                },
            );
        }
        cx.effects.push(Effect::Send(peer, frame));
    }

    /// What a peer that holds `known` of the record lacks: changes, values, and whether these are all there are.
    fn parcel(
        &mut self,
        record: RecordId,
        known: &Heads,
        heads: &Heads,
        all_values: bool,
        cx: &Cx<'_>,
    ) -> Option<(Vec<u8>, Vec<Value>, bool)> {
        let dead = self.ledger.dead(record);
        let live = |values: Vec<Value>| {
            values
                .into_iter()
                .filter(|value| !dead.contains(&value.id))
                .collect()
        };
        if known.is_empty() && !self.sheets.contains(&record) {
            let document = cx.shelf.document(record).ok()??;
            return Some((document, live(cx.shelf.values(record).ok()?), true));
        }
        let sheet = self.open_sheet(record, cx).ok()??;
        let all = |sheet: &Sheet| live(sheet.values.values().cloned().collect());
        let parcel = if known.is_empty() {
            (sheet.document.save(), all(&sheet), true)
        } else if known == heads {
            (Vec::new(), all(&sheet), true)
        } else {
            let (changes, ids) = sheet.document.changes_since(known);
            let values = if all_values {
                all(&sheet)
            } else {
                live(
                    ids.iter()
                        .filter_map(|id| sheet.values.get(id).cloned())
                        .collect(),
                )
            };
            (changes, values, all_values)
        };
        self.put_back(record, sheet);
        Some(parcel)
    }

    /// A record that can't be read here any more: whoever has it is asked for it.
    pub(super) fn lose(&mut self, record: RecordId, cx: &mut Cx<'_>) {
        self.inventory.remove(record);
        self.sheets.pop(&record);
        // Peers that aren't connected now compare everything when they are.
        let peers: Vec<NodeId> = self.peers.keys().copied().collect();
        for peer in peers {
            if let Some(file) = self.peers.get_mut(&peer) {
                file.held = None;
            }
            self.save_peer(peer, cx);
        }
        for (peer, session) in &mut self.sessions {
            session.holds(record);
            if session.phase == Phase::Records {
                want(*peer, record, Heads::default(), false, cx);
            }
        }
    }
}
