//! The conversation with a peer: hello, ledger, then records both ways, each acknowledged when durable.
//!
//! Each side is answerable for its own log only: it finds out what the other lacks of it, gives it that,
//! and tells it up to where it now holds everything. Both directions run at once and need no turns.

use jiff::Timestamp;

use crate::document::{Heads, SCHEMA};
use crate::id::{NodeId, RecordId};
use crate::wire::{About, Hello, Message, OLDEST, Offered, PROTOCOL, WITH_ROSTER, Wanted};

use super::effect::{Effect, Fault};
use super::session::{Phase, Session};
use super::{Cx, Notice, Replica, store};

impl Replica {
    pub(super) fn greet(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if !self.peers.contains_key(&peer) {
            return;
        }
        self.sessions.insert(peer, Session::new(PROTOCOL));
        self.say_hello(peer, cx);
        cx.notify(Notice::Standing);
    }

    pub(super) fn say_hello(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let ledger = self.ledger.digest();
        let mut protocol = PROTOCOL;
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.told_ledger = ledger;
            protocol = session.speaks;
        }
        let hello = Hello {
            protocol,
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
        if let Some(session) = self.sessions.remove(&peer) {
            self.remember_logs(peer, session.line);
            self.save_peer(peer, cx);
            cx.notify(Notice::Standing);
        }
    }

    pub(super) fn save_peer(&self, peer: NodeId, cx: &mut Cx<'_>) {
        if let Some(file) = self.peers.get(&peer) {
            cx.persist(vec![file.write()]);
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
            (_, Phase::OtherRegister | Phase::OtherVersion | Phase::Twin) => {}
            (Message::Twin, _) => self.is_twin(peer, cx),
            (Message::About(about), _) => self.introduced(peer, about, cx),
            (Message::Roster(statements, digest), Phase::Ledger | Phase::Records) => {
                self.take_roster(peer, statements, digest, cx)?;
            }
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
            (Message::Logs(digest, asks), Phase::Ledger | Phase::Records) => {
                self.logs_said(peer, digest, asks, cx);
            }
            (Message::LogHeads(heads, last), Phase::Ledger | Phase::Records) => {
                self.logs_listed(peer, heads, last, cx);
            }
            (Message::LogEntries(entries), Phase::Records) => {
                self.take_entries(peer, entries, cx)?;
            }
            (Message::LogHeld(log, upto), Phase::Records) => self.logs_held(peer, log, upto, cx),
            // Out of turn: a frame that was held up, or sent twice. What it asked for is asked again.
            _ => {}
        }
        Ok(())
    }

    fn hello(&mut self, peer: NodeId, hello: Hello, cx: &mut Cx<'_>) {
        cx.notify(Notice::Standing);
        if !self.agree_on_protocol(peer, &hello, cx) || !self.agree_on_register(peer, &hello, cx) {
            return;
        }
        if self.clock.compare(peer, hello.clock, cx.now) {
            cx.notify(Notice::Standing);
        }
        if !self.let_in(peer, &hello, cx) {
            return;
        }
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        session.theirs = Some((hello.incarnation, hello.latest));
        let held = self.peers.get(&peer).and_then(|file| file.held);
        session.they_are_done = held.is_some_and(|(_, sequence)| sequence == hello.latest);
        session.done_at = Some(cx.now);
        // A number that this node never gave in that life proves that its store went back in time.
        let known = hello.held.filter(|(life, sequence)| {
            self.lives
                .iter()
                .any(|(known, last)| known == life && sequence <= last)
                && *sequence <= self.inventory.latest()
        });
        session.complete = known.is_some();
        session.marked = known.map_or(0, |(_, sequence)| sequence);
        let (marked, told_ledger) = (session.marked, session.told_ledger);
        if let Some(file) = self.peers.get_mut(&peer) {
            file.acknowledged = marked;
        }
        if hello.ledger == told_ledger {
            self.begin_records(peer, cx);
        } else {
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.phase = Phase::Ledger;
            }
            self.send_ledger(peer, cx);
        }
    }

    /// Begins the session anew in the newest protocol that both speak; whether there is one.
    fn agree_on_protocol(&mut self, peer: NodeId, hello: &Hello, cx: &mut Cx<'_>) -> bool {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return false;
        };
        let (told_ledger, spoken) = (session.told_ledger, session.speaks);
        let speaks = hello.protocol.clamp(OLDEST, PROTOCOL);
        *session = Session::new(speaks);
        session.told_ledger = told_ledger;
        session.hello = Some(hello.clone());
        let foreign = hello.protocol < OLDEST || hello.schema != SCHEMA;
        // A newer program greets again in this one's protocol, if it still speaks it.
        if foreign || hello.protocol > PROTOCOL {
            session.phase = Phase::OtherVersion;
        }
        // An older one takes no other than its own.
        if !foreign && speaks != spoken {
            self.say_hello(peer, cx);
        }
        !foreign && hello.protocol <= PROTOCOL
    }

    /// Whether both belong to the same register. Who holds no client yet joins the other's; of two such nodes the one
    /// with the larger id.
    fn agree_on_register(&mut self, peer: NodeId, hello: &Hello, cx: &mut Cx<'_>) -> bool {
        if hello.register == self.register {
            return true;
        }
        let pristine = self.inventory.clients() == 0;
        let invites = match (pristine, hello.pristine) {
            (false, false) => {
                if let Some(session) = self.sessions.get_mut(&peer) {
                    session.phase = Phase::OtherRegister;
                }
                false
            }
            (false, true) => true,
            (true, false) => false,
            (true, true) => self.register < hello.register,
        };
        if invites {
            send(peer, Message::Join(self.register, self.secret.clone()), cx);
        }
        false
    }

    /// Whether the life in which the peer greets is let in. What is said behind the hello is said here.
    fn let_in(&mut self, peer: NodeId, hello: &Hello, cx: &mut Cx<'_>) -> bool {
        let Some(file) = self.peers.get_mut(&peer) else {
            return false;
        };
        let ahead = hello.clock.as_second() - cx.now.as_second();
        file.told.clock_ahead = Some(ahead);
        let (lives, twin) = (file.lives.clone(), file.twin());
        let welcome = file.came_in(hello.incarnation, cx.now);
        if file.lives != lives || file.twin() != twin {
            self.save_peer(peer, cx);
        }
        if !welcome && let Some(session) = self.sessions.get_mut(&peer) {
            session.phase = Phase::Twin;
        }
        if hello.protocol >= WITH_ROSTER {
            let answer = if welcome {
                Message::About(self.about())
            } else {
                Message::Twin
            };
            send(peer, answer, cx);
        }
        welcome
    }

    fn about(&self) -> About {
        About {
            roster: self.roster.digest(),
            records: self.inventory.len() as u64,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn introduced(&mut self, peer: NodeId, about: About, cx: &mut Cx<'_>) {
        if let Some(file) = self.peers.get_mut(&peer) {
            file.told.records = Some(about.records);
            file.told.program = Some(about.program);
        }
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.told_roster = true;
            session.roster_at = Some(cx.now);
        }
        self.compare_roster(peer, about.roster, cx);
        cx.notify(Notice::Standing);
    }

    fn is_twin(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.phase = Phase::Twin;
        }
        cx.notify(Notice::Standing);
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
        // Everybody else who is connected has been told of a register that this node no longer belongs to.
        let others = self.sessions.iter().filter(|(other, _)| **other != peer);
        let mut told: Vec<(NodeId, Option<Hello>)> = others
            .map(|(other, session)| (*other, session.hello.clone()))
            .collect();
        told.insert(0, (peer, Some(hello)));
        for (peer, hello) in told {
            self.say_hello(peer, cx);
            if let Some(hello) = hello {
                self.hello(peer, hello, cx);
            }
        }
    }

    fn begin_records(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let current = self.ledger.digest();
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        session.phase = Phase::Records;
        let told = session.told_ledger;
        self.leave_quarantine(cx);
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        if session.complete {
            let life = session.theirs.map(|(life, _)| life);
            for (record, entry) in self.inventory.unknown_to(peer, life, session.marked) {
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
        self.say_logs(peer, false, cx);
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
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.they_are_done = false;
            }
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
        session.done_at = Some(cx.now);
        session.answering = None;
        let life = session.theirs.map(|(life, _)| life);
        if let (Some(file), Some(life)) = (self.peers.get_mut(&peer), life) {
            file.held = Some((life, upto));
        }
        self.save_peer(peer, cx);
        self.note_agreement(peer, cx);
    }

    pub(super) fn note_agreement(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        self.date_agreement(peer);
        let agreed = self.sessions.get(&peer).is_some_and(Session::agreed);
        if self.behind && agreed {
            self.behind = false;
            cx.persist(vec![super::marketing::write_behind(false)]);
        }
        cx.notify(Notice::Standing);
    }

    /// Both have everything: as of when the peer last said that this node has all of its.
    pub(super) fn date_agreement(&mut self, peer: NodeId) {
        if let (Some(session), Some(file)) = (self.sessions.get(&peer), self.peers.get_mut(&peer))
            && session.agreed()
        {
            file.agreed = session.done_at;
        }
    }
}

pub(super) fn want(peer: NodeId, record: RecordId, heads: Heads, values: bool, cx: &mut Cx<'_>) {
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
