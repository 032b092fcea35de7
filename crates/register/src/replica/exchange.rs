//! The conversation with a peer: hello, ledger, then records both ways, each acknowledged when durable.
//!
//! Each side is answerable for its own log only: it finds out what the other lacks of it, gives it that,
//! and tells it up to where it now holds everything. Both directions run at once and need no turns.

use jiff::Timestamp;

use crate::document::{Document, DocumentError, Heads, SCHEMA};
use crate::id::{CATALOGUE, NodeId, RecordId, SETTINGS, ValueId};
use crate::value::Value;
use crate::wire::{Hello, Message, Offered, PROTOCOL, Push, Wanted};

use super::effect::{Effect, Fault};
use super::session::{Flight, Phase, Session};
use super::sheet::Sheet;
use super::shelf::Write;
use super::store::Written;
use super::{Cx, Notice, Replica, peers, store};

/// The peer is told how far it has come after so many acknowledged changes, at the least.
const MARK_EVERY: u64 = 512;
/// What got no answer for so long is sent again, seconds.
const RESEND: i64 = 15;
/// The peer is reminded of the last mark so often, seconds.
const REMIND: i64 = 60;

impl Replica {
    pub(super) fn greet(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if !self.peers.contains_key(&peer) {
            return;
        }
        self.sessions.insert(peer, Session::new());
        self.say_hello(peer, cx);
        cx.notify(Notice::Standing);
    }

    fn say_hello(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let ledger = self.ledger.digest();
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.told_ledger = ledger;
        }
        let hello = Hello {
            protocol: PROTOCOL,
            schema: SCHEMA,
            register: self.register,
            pristine: self.inventory.clients() == 0,
            incarnation: self.incarnation,
            clock: cx.now,
            latest: self.inventory.latest(),
            held: self.peers.get(&peer).and_then(|file| file.held),
            ledger,
        };
        send(peer, Message::Hello(hello), cx);
    }

    pub(super) fn part(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if self.sessions.remove(&peer).is_some() {
            self.save_peer(peer, cx);
            cx.notify(Notice::Standing);
        }
    }

    fn save_peer(&self, peer: NodeId, cx: &mut Cx<'_>) {
        if let Some(file) = self.peers.get(&peer) {
            cx.persist(vec![Write::Fact(peers::fact(peer), Some(file.encode()))]);
        }
    }

    pub(super) fn frame(
        &mut self,
        peer: NodeId,
        frame: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let Some(phase) = self.sessions.get(&peer).map(|session| session.phase) else {
            return Ok(());
        };
        if let Some(file) = self.peers.get_mut(&peer) {
            file.heard = Some(cx.now);
        }
        let message = Message::decode(frame).map_err(|_| Fault::Frame)?;
        match (message, phase) {
            (Message::Hello(hello), _) => self.hello(peer, hello, cx),
            (Message::Join(register, secret), Phase::Greeting) => {
                self.join(peer, register, secret, cx)
            }
            (_, Phase::OtherRegister | Phase::OtherVersion) => {}
            (Message::Ledger(entries, last), Phase::Ledger | Phase::Records) => {
                self.take_ledger(peer, &entries, cx)?;
                if last && phase == Phase::Ledger {
                    self.begin_records(peer, cx);
                }
            }
            (Message::Offer(items), Phase::Records) => self.offered(peer, items, cx),
            (Message::Want(items), Phase::Records) => self.wanted(peer, items, cx),
            (Message::Push(push), Phase::Records) => self.receive(peer, push, cx)?,
            (Message::Ack(tokens), Phase::Records) => self.acknowledged(peer, &tokens, cx),
            (Message::Mark(upto, latest), Phase::Records) => self.marked(peer, upto, latest, cx),
            (Message::Probe(bytes), Phase::Records) => self.answer_probe(peer, &bytes, cx)?,
            (Message::ProbeReply(bytes), Phase::Records) => self.follow_probe(peer, &bytes, cx)?,
            // Out of turn: a frame that was held up, or sent twice. What it asked for is asked again.
            _ => {}
        }
        Ok(())
    }

    fn hello(&mut self, peer: NodeId, hello: Hello, cx: &mut Cx<'_>) {
        cx.notify(Notice::Standing);
        let pristine = self.inventory.clients() == 0;
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        let told_ledger = session.told_ledger;
        *session = Session::new();
        session.told_ledger = told_ledger;
        session.hello = Some(hello.clone());
        if hello.protocol != PROTOCOL || hello.schema != SCHEMA {
            session.phase = Phase::OtherVersion;
            return;
        }
        if hello.register != self.register {
            // Who holds no client yet joins the other's register; of two such nodes the one with the larger id.
            let invites = match (pristine, hello.pristine) {
                (false, false) => {
                    session.phase = Phase::OtherRegister;
                    return;
                }
                (false, true) => true,
                (true, false) => false,
                (true, true) => self.register < hello.register,
            };
            if invites {
                send(peer, Message::Join(self.register, self.secret.clone()), cx);
            }
            return;
        }
        session.theirs = Some((hello.incarnation, hello.latest));
        let held = self.peers.get(&peer).and_then(|file| file.held);
        session.they_are_done = held.is_some_and(|(_, sequence)| sequence == hello.latest);
        // A number that this node never gave in that life proves that its store went back in time.
        let known = hello.held.filter(|(life, sequence)| {
            self.lives
                .iter()
                .any(|(known, last)| known == life && sequence <= last)
                && *sequence <= self.inventory.latest()
        });
        session.complete = known.is_some();
        session.marked = known.map_or(0, |(_, sequence)| sequence);
        let marked = session.marked;
        if let Some(file) = self.peers.get_mut(&peer) {
            file.acknowledged = marked;
        }
        if hello.ledger == told_ledger {
            self.begin_records(peer, cx);
        } else {
            session.phase = Phase::Ledger;
            self.send_ledger(peer, cx);
        }
    }

    fn join(
        &mut self,
        peer: NodeId,
        register: crate::id::RegisterId,
        secret: crate::id::RegisterSecret,
        cx: &mut Cx<'_>,
    ) {
        let Some(hello) = self
            .sessions
            .get(&peer)
            .and_then(|session| session.hello.clone())
        else {
            return;
        };
        // Only a node without clients joins, and only what the hello named.
        if self.inventory.clients() > 0 || hello.register != register {
            return;
        }
        cx.persist(vec![store::write_register(register, &secret)]);
        self.register = register;
        self.secret = secret;
        self.say_hello(peer, cx);
        self.hello(peer, hello, cx);
    }

    fn begin_records(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let current = self.ledger.digest();
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        session.phase = Phase::Records;
        let told = session.told_ledger;
        if session.complete {
            for (record, entry) in self.inventory.unknown_to(peer, session.marked) {
                session.offer_later(record, entry.sequence);
            }
        }
        let complete = session.complete;
        if told != current {
            self.send_ledger(peer, cx);
        }
        if !complete {
            self.begin_check(peer, cx);
        }
        self.note_agreement(peer, cx);
    }

    fn offered(&mut self, peer: NodeId, items: Vec<Offered>, cx: &mut Cx<'_>) {
        let mut held = Vec::new();
        let mut wanted = Vec::new();
        for item in items {
            if let Some(entry) = self.ledger.erased(item.record) {
                send(peer, Message::Ledger(vec![entry.encode()], false), cx);
                held.push(item.token);
                continue;
            }
            match self.inventory.get(item.record) {
                Some(entry) if entry.state == item.state => {
                    held.push(item.token);
                    if let Some(session) = self.sessions.get_mut(&peer) {
                        session.holds(item.record);
                    }
                }
                entry => wanted.push(Wanted {
                    record: item.record,
                    heads: entry.map(|entry| entry.heads.clone()).unwrap_or_default(),
                    values: false,
                }),
            }
        }
        if !held.is_empty() {
            send(peer, Message::Ack(held), cx);
        }
        if !wanted.is_empty() {
            send(peer, Message::Want(wanted), cx);
        }
    }

    fn wanted(&mut self, peer: NodeId, items: Vec<Wanted>, cx: &mut Cx<'_>) {
        for item in items {
            if let Some(entry) = self.ledger.erased(item.record) {
                send(peer, Message::Ledger(vec![entry.encode()], false), cx);
            }
            let Some(session) = self.sessions.get_mut(&peer) else {
                return;
            };
            match self.inventory.get(item.record) {
                Some(entry) => session.wanted(item.record, entry.sequence, item.heads, item.values),
                None => session.holds(item.record),
            }
        }
    }

    fn acknowledged(&mut self, peer: NodeId, tokens: &[u64], cx: &mut Cx<'_>) {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        for token in tokens {
            let Some(flight) = session.land(*token, cx.now) else {
                continue;
            };
            let current = self.inventory.get(flight.record);
            if current.is_none_or(|entry| entry.heads == flight.heads) {
                session.holds(flight.record);
            } else if let Some(pending) = session.pending.get_mut(&flight.record) {
                pending.known = Some(flight.heads);
                pending.all_values = false;
                pending.flying = false;
                session.ready.push_front(flight.record);
            }
        }
        cx.notify(Notice::Standing);
    }

    fn marked(&mut self, peer: NodeId, upto: u64, latest: u64, cx: &mut Cx<'_>) {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        session.they_are_done = upto >= latest;
        session.answering = None;
        let life = session.theirs.map(|(life, _)| life);
        if let (Some(file), Some(life)) = (self.peers.get_mut(&peer), life) {
            file.held = Some((life, upto));
        }
        self.save_peer(peer, cx);
        self.note_agreement(peer, cx);
    }

    fn note_agreement(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if self.sessions.get(&peer).is_some_and(Session::agreed)
            && let Some(file) = self.peers.get_mut(&peer)
        {
            file.agreed = Some(cx.now);
        }
        cx.notify(Notice::Standing);
    }

    /// Takes a record from a peer. It is acknowledged in the same batch of effects that stores it.
    fn receive(&mut self, peer: NodeId, push: Push, cx: &mut Cx<'_>) -> Result<(), Fault> {
        let record = push.record;
        if let Some(entry) = self.ledger.erased(record) {
            send(peer, Message::Ledger(vec![entry.encode()], false), cx);
            send(peer, Message::Ack(vec![push.token]), cx);
            return Ok(());
        }
        // A record that can't be read here is asked for anew, whole.
        let existing = self.open_sheet(record, cx).unwrap_or(None);
        let before = existing
            .as_ref()
            .map(|sheet| sheet.document.heads())
            .unwrap_or_default();
        let merged = match existing {
            Some(sheet) if push.changes.is_empty() => {
                if sheet.document.knows(&push.heads) {
                    Ok(sheet)
                } else {
                    Err(DocumentError::Missing)
                }
            }
            Some(mut sheet) => sheet
                .document
                .merge(&push.changes, &push.heads)
                .map(|()| sheet),
            None => take_whole(record, &push),
        };
        let mut sheet = match merged {
            Ok(sheet) => sheet,
            Err(DocumentError::Missing | DocumentError::UnknownHeads) => {
                want(peer, record, before, false, cx);
                return Ok(());
            }
            Err(DocumentError::Newer) => {
                if let Some(session) = self.sessions.get_mut(&peer) {
                    session.phase = Phase::OtherVersion;
                }
                return Ok(());
            }
            Err(DocumentError::Damaged) => return Err(Fault::Record),
            Err(DocumentError::TooLarge) => return Err(Fault::TooLarge),
        };
        let dead = self.ledger.dead(record);
        let mut news: Vec<ValueId> = Vec::new();
        for (nonce, content) in push.values {
            let value = Value::from_parts(record, nonce, content);
            if !dead.contains(&value.id) && !sheet.values.contains_key(&value.id) {
                news.push(value.id);
                sheet.values.insert(value.id, value);
            }
        }
        if !push.complete && sheet.lacks_values(record, &self.ledger) {
            // Changes and their values go together or not at all.
            want(peer, record, before, true, cx);
            return Ok(());
        }
        let heads = sheet.document.heads();
        let held_by = (heads == push.heads).then_some(peer);
        if heads == before && news.is_empty() {
            self.put_back(record, sheet);
            if let (Some(_), Some(session)) = (held_by, self.sessions.get_mut(&peer)) {
                session.holds(record);
            }
        } else {
            let written = if before.is_empty() {
                Written::Whole(push.changes)
            } else {
                Written::More(push.changes, news)
            };
            self.store(record, sheet, written, held_by, Vec::new(), cx);
        }
        send(peer, Message::Ack(vec![push.token]), cx);
        Ok(())
    }

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
            if self.sessions.get(&peer).is_some_and(Session::agreed)
                && let Some(file) = self.peers.get_mut(&peer)
            {
                file.agreed = Some(cx.now);
            }
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
                stuck.push(*peer);
            }
        }
        for peer in stuck {
            self.sessions.insert(peer, Session::new());
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
    fn lose(&mut self, record: RecordId, cx: &mut Cx<'_>) {
        self.inventory.remove(record);
        self.sheets.pop(&record);
        for (peer, session) in &mut self.sessions {
            session.holds(record);
            if session.phase == Phase::Records {
                want(*peer, record, Heads::default(), false, cx);
            }
        }
    }
}

fn take_whole(record: RecordId, push: &Push) -> Result<Sheet, DocumentError> {
    // Changes that build on a document which isn't here.
    if push.changes.is_empty() || !Document::is_whole(&push.changes) {
        return Err(DocumentError::Missing);
    }
    let document = Document::load(&push.changes)?;
    let kind = document.kind();
    let fixed = match kind {
        crate::document::RecordKind::Settings => record == SETTINGS,
        crate::document::RecordKind::Catalogue => record == CATALOGUE,
        crate::document::RecordKind::Client | crate::document::RecordKind::Staff => {
            record != SETTINGS && record != CATALOGUE
        }
    };
    if !fixed || !document.knows(&push.heads) {
        return Err(DocumentError::Damaged);
    }
    Ok(Sheet {
        document,
        values: std::collections::BTreeMap::new(),
    })
}

fn want(peer: NodeId, record: RecordId, heads: Heads, values: bool, cx: &mut Cx<'_>) {
    send(
        peer,
        Message::Want(vec![Wanted {
            record,
            heads,
            values,
        }]),
        cx,
    );
}

pub(super) fn send(peer: NodeId, message: Message, cx: &mut Cx<'_>) {
    cx.effects.push(Effect::Send(peer, message.encode()));
}

/// Whether so much time has passed since `then`.
pub(super) fn passed(then: Option<Timestamp>, now: Timestamp, seconds: i64) -> bool {
    then.is_none_or(|then| now.as_second() - then.as_second() >= seconds)
}
