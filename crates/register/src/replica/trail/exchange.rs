//! Replicating the logs: who holds what, then entries in bounded frames, one under way at a time.
//!
//! Records go first. An entry that speaks of another log (a life's link to the one before, a counter-signature) goes
//! after what it speaks of, so that what a log says is missing is missing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::query::Contradiction;
use crate::audit::{Act, Entry, Tail};
use crate::id::{LogId, NodeId, digest};
use crate::wire::{ENTRIES_LIMIT, LIST_LIMIT, LogEntries, LogHead, Message};

use super::super::effect::Fault;
use super::super::exchange::{passed, send};
use super::super::session::{Phase, Session};
use super::super::shelf::Write;
use super::super::{Cx, Notice, Replica};
use super::{CONTRADICTIONS, Log};

/// One frame has about so many bytes.
const FRAME: usize = 64 * 1024;
/// At most so many entries go at once when a log goes on behind them.
const LEAP: u64 = 1_000;
/// What got no answer for so long is asked again, seconds.
const RESEND: i64 = 15;

/// What is known of a connected peer's logs.
#[derive(Debug, Default)]
pub(in super::super) struct Line {
    /// What the peer holds; `None` until it has said.
    theirs: Option<BTreeMap<LogId, u64>>,
    /// What it has listed so far.
    listing: BTreeMap<LogId, u64>,
    /// The peer has this node's list.
    listed: bool,
    /// Entries on their way: log, up to where, since when.
    flight: Option<(LogId, u64, Timestamp)>,
    /// Since when an answer is waited for.
    asked: Option<Timestamp>,
    /// Logs of which the last entry that went here was asked back.
    asked_back: BTreeSet<LogId>,
}

impl Line {
    /// Whether the peer holds entries of a log that follow `last` and are still to come.
    pub(super) fn goes_on(&self, log: LogId, last: u64) -> bool {
        let theirs = self.theirs.as_ref().and_then(|theirs| theirs.get(&log));
        theirs.is_some_and(|upto| *upto > last && *upto != u64::MAX)
    }
}

#[derive(Serialize, Deserialize)]
struct Stored(u8, LogId, NodeId, u64, NodeId, i64);

pub(super) fn read_contradiction(bytes: &[u8]) -> Option<Contradiction> {
    let Stored(version, log, node, sequence, peer, at) = rmp_serde::from_slice(bytes).ok()?;
    let at = Timestamp::from_second(at).ok()?;
    (version == 1).then_some(Contradiction {
        log,
        node,
        sequence,
        peer,
        at,
    })
}

impl Replica {
    /// Logs that are told of and passed on: all but the earliest, which stays, and those that are over.
    fn told(&self) -> impl Iterator<Item = (LogId, &Log)> {
        let all = self.trail.logs.iter().map(|(log, held)| (*log, held));
        all.filter(|(log, held)| *log != LogId::EARLIEST && held.len() > 0 && !self.is_over(*log))
    }

    fn trail_digest(&self) -> [u8; 32] {
        let mut bytes = Vec::new();
        for (log, held) in self.told() {
            bytes.extend_from_slice(log.as_bytes());
            bytes.extend_from_slice(&held.tail.sequence.to_be_bytes());
            bytes.extend_from_slice(&held.tail.hash);
        }
        digest(&[b"kortisto audit logs", &bytes])
    }

    /// Says what this node holds, in 32 bytes.
    pub(in super::super) fn say_logs(&mut self, peer: NodeId, asks: bool, cx: &mut Cx<'_>) {
        let digest = self.trail_digest();
        if let Some(session) = self.sessions.get_mut(&peer) {
            let line = &mut session.line;
            if asks {
                *line = Line::default();
            }
            line.asked = Some(cx.now);
        }
        send(peer, Message::Logs(digest, asks), cx);
    }

    pub(in super::super) fn logs_said(
        &mut self,
        peer: NodeId,
        theirs: [u8; 32],
        asks: bool,
        cx: &mut Cx<'_>,
    ) {
        let digest = self.trail_digest();
        if theirs == digest {
            let held = self.told().map(|(log, held)| (log, held.tail.sequence));
            let held = held.collect();
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.line.theirs = Some(held);
            }
            if asks {
                send(peer, Message::Logs(digest, false), cx);
            }
        } else {
            self.list_logs(peer, cx);
        }
    }

    fn list_logs(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.line.listed = true;
        }
        let all: Vec<LogHead> = self
            .told()
            .map(|(log, held)| LogHead {
                log,
                tail: held.tail,
            })
            .collect();
        let mut parts = all.chunks(LIST_LIMIT).peekable();
        if parts.peek().is_none() {
            send(peer, Message::LogHeads(Vec::new(), true), cx);
        }
        while let Some(part) = parts.next() {
            let last = parts.peek().is_none();
            send(peer, Message::LogHeads(part.to_vec(), last), cx);
        }
    }

    pub(in super::super) fn logs_listed(
        &mut self,
        peer: NodeId,
        heads: Vec<LogHead>,
        last: bool,
        cx: &mut Cx<'_>,
    ) {
        for head in &heads {
            let held = self.hash_at(head.log, head.tail.sequence, cx);
            if held.is_some_and(|hash| hash != head.tail.hash) {
                self.contradicted(head.log, head.tail.sequence, peer, cx);
            }
        }
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        let listing = heads.into_iter().map(|head| (head.log, head.tail.sequence));
        session.line.listing.extend(listing);
        if last {
            session.line.theirs = Some(core::mem::take(&mut session.line.listing));
            if !session.line.listed {
                self.list_logs(peer, cx);
            }
            self.pump_logs(peer, cx);
        }
    }

    /// The hash of an entry that is held; `None` when it is not, or does not open.
    fn hash_at(&self, log: LogId, sequence: u64, cx: &Cx<'_>) -> Option<[u8; 32]> {
        let held = self.trail.logs.get(&log)?;
        if sequence == held.tail.sequence {
            // One that doesn't open proves nothing.
            return Some(held.tail.hash).filter(|hash| *hash != [0; 32]);
        }
        if sequence <= held.base.sequence || sequence > held.tail.sequence {
            return None;
        }
        let slots = cx.shelf.audit(log, sequence, 1).ok()?;
        slots
            .into_iter()
            .find(|(number, _)| *number == sequence)
            .and_then(|(_, bytes)| Some(digest(&[&bytes?])))
    }

    fn contradicted(&mut self, log: LogId, sequence: u64, peer: NodeId, cx: &mut Cx<'_>) {
        let Some(node) = self.trail.node_of(log) else {
            return;
        };
        let known = self.trail.contradictions.get(&log);
        if known.is_some_and(|one| one.sequence <= sequence) {
            return;
        }
        let one = Contradiction {
            log,
            node,
            sequence,
            peer,
            at: cx.now,
        };
        let stored = Stored(1, log, node, sequence, peer, cx.now.as_second());
        // Plain fields always have a MessagePack form.
        let bytes = rmp_serde::to_vec(&stored).unwrap_or_default();
        cx.persist(vec![Write::Fact(
            format!("{CONTRADICTIONS}{log}"),
            Some(bytes),
        )]);
        self.trail.contradictions.insert(log, one);
        cx.notify(Notice::LogsDiffer(peer));
        cx.notify(Notice::Standing);
    }

    /// New entries flow on, and what got no answer is asked again.
    pub(in super::super) fn tick_logs(&mut self, cx: &mut Cx<'_>) {
        let open: Vec<NodeId> = self
            .sessions
            .iter()
            .filter(|(_, one)| one.phase == Phase::Records)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in open {
            let stuck = self.sessions.get(&peer).is_some_and(|session| {
                let line = &session.line;
                let flight = line.flight.map(|(_, _, since)| since);
                let waits = flight.or(line.asked.filter(|_| line.theirs.is_none()));
                waits.is_some_and(|since| passed(Some(since), cx.now, RESEND))
            });
            if stuck {
                self.say_logs(peer, true, cx);
            } else {
                self.pump_logs(peer, cx);
            }
        }
    }

    /// Sends a connected peer the next entries that it lacks, if nothing else is to be sent.
    pub(super) fn pump_logs(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let calm = |session: &Session| session.is_calm() && session.line.flight.is_none();
        let Some(theirs) = self
            .sessions
            .get(&peer)
            .filter(|session| calm(session))
            .and_then(|session| session.line.theirs.as_ref())
        else {
            return;
        };
        let held = |log: LogId| theirs.get(&log).copied().unwrap_or_default();
        let mut behind: Vec<(i64, LogId)> = self
            .told()
            .filter(|(log, one)| one.tail.sequence > held(*log))
            .map(|(log, one)| (one.at, log))
            .collect();
        // Lives in the order in which they ended: links lead back.
        behind.sort_unstable();
        for (_, log) in behind {
            let Some((entries, upto)) = self.next_entries(log, theirs, cx) else {
                continue;
            };
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.line.flight = Some((log, upto, cx.now));
            }
            send(peer, Message::LogEntries(entries), cx);
            return;
        }
    }

    /// Entries of a log that follow what the peer holds, up to one that speaks of something the peer lacks.
    fn next_entries(
        &self,
        log: LogId,
        theirs: &BTreeMap<LogId, u64>,
        cx: &Cx<'_>,
    ) -> Option<(LogEntries, u64)> {
        let held = self.trail.logs.get(&log)?;
        let known = theirs.get(&log).copied().unwrap_or_default();
        let from = known.max(held.base.sequence);
        let hash = if from == held.base.sequence {
            held.base.hash
        } else {
            self.hash_at(log, from, cx)?
        };
        let lacks = |entry: &Entry| {
            entry.claim().is_some_and(|claim| {
                let there = theirs.get(&claim.log).copied().unwrap_or_default();
                let here = self.trail.logs.get(&claim.log);
                claim.log != LogId::EARLIEST
                    && !self.is_over(claim.log)
                    && here.is_some_and(|here| {
                        // What went here because its time was over can't be given, and need not be.
                        claim.sequence > here.base.sequence
                            && there < claim.sequence.min(here.tail.sequence)
                    })
            })
        };
        let mut entries = Vec::new();
        let mut bytes = 0;
        let slots = cx.shelf.audit(log, from + 1, ENTRIES_LIMIT).ok()?;
        for (expected, (sequence, entry)) in (from + 1..).zip(slots) {
            // One that is missing or doesn't open ends what can be given.
            let (true, Some(entry)) = (sequence == expected, entry) else {
                break;
            };
            let Some(read) = Entry::read(log, &entry) else {
                break;
            };
            if lacks(&read) || bytes > FRAME {
                break;
            }
            let erased = read
                .record
                .is_some_and(|record| self.ledger.erased(record).is_some());
            let reason = (!erased)
                .then(|| cx.shelf.reason(read.record, log, sequence).ok().flatten())
                .flatten()
                .filter(|kept| read.reason(kept).is_some());
            bytes += entry.len() + reason.as_ref().map_or(0, Vec::len);
            entries.push((entry, reason.unwrap_or_default()));
        }
        let upto = from + entries.len() as u64;
        let after = Tail {
            sequence: from,
            hash,
        };
        (!entries.is_empty()).then_some((
            LogEntries {
                log,
                node: held.node,
                after,
                entries,
            },
            upto,
        ))
    }

    /// The peer holds so much of a log.
    pub(in super::super) fn logs_held(
        &mut self,
        peer: NodeId,
        log: LogId,
        upto: u64,
        cx: &mut Cx<'_>,
    ) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            let line = &mut session.line;
            line.flight = line.flight.filter(|(flying, ..)| *flying != log);
            if let Some(theirs) = &mut line.theirs {
                theirs.insert(log, upto);
            }
        }
        self.pump_logs(peer, cx);
        cx.notify(Notice::Standing);
    }

    /// Takes entries from a peer. Acknowledged in the same batch of effects that stores them.
    pub(in super::super) fn take_entries(
        &mut self,
        peer: NodeId,
        frame: LogEntries,
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let log = frame.log;
        let answer = match self.room_for(&frame) {
            None => u64::MAX,
            Some(held) if self.lacks_proof(&held, &frame) => self.ask_back(peer, log, &held),
            Some(mut held) => {
                let end = self.join_entries(peer, &frame, &mut held, cx)?;
                end.unwrap_or(u64::MAX)
            }
        };
        let through = frame.after.sequence + frame.entries.len() as u64;
        if let Some(theirs) = self
            .sessions
            .get_mut(&peer)
            .and_then(|session| session.line.theirs.as_mut())
            && answer != u64::MAX
        {
            let known = theirs.entry(log).or_default();
            *known = through.max(*known);
        }
        send(peer, Message::LogHeld(log, answer), cx);
        Ok(())
    }

    /// The log as it is held, or as it begins; `None` when nothing of it is taken.
    fn room_for(&self, frame: &LogEntries) -> Option<Log> {
        let log = frame.log;
        if log == LogId::EARLIEST {
            return None;
        }
        if let Some(held) = self.trail.logs.get(&log) {
            return (held.node == frame.node).then_some(*held);
        }
        let (first, _) = frame.entries.first()?;
        let first = Entry::read(log, first)?;
        let start = Tail::start(log, frame.node);
        let base = if frame.after.sequence == 0 {
            let of_it = matches!(&first.act, Act::Began(begun) if begun.node == frame.node);
            of_it.then_some(start)?
        } else {
            // Only what was kept long enough may be missing at the front.
            self.is_past(first.at.as_second()).then_some(frame.after)?
        };
        Some(Log {
            node: frame.node,
            base,
            tail: base,
            at: first.at.as_second(),
            look: None,
        })
    }

    /// The peer has let go what would follow here. If that was over its time, so is all that is held here: it goes as
    /// well, and the log goes on behind it. `None` when its time was not over, or it is too much for now.
    fn leap(
        &self,
        log: LogId,
        held: &mut Log,
        frame: &LogEntries,
        cx: &Cx<'_>,
    ) -> Option<Vec<Write>> {
        let (first, _) = frame.entries.first()?;
        let first = Entry::read(log, first)?;
        if !self.is_past(first.at.as_second()) || held.len() > LEAP {
            return None;
        }
        let limit = usize::try_from(held.len()).ok()?;
        let slots = cx.shelf.audit(log, held.base.sequence + 1, limit).ok()?;
        let mut writes = Vec::new();
        for (sequence, bytes) in slots {
            let entry = bytes.and_then(|bytes| Entry::read(log, &bytes));
            writes.push(Write::Audit(log, sequence, None));
            if let Some(entry) = entry {
                writes.push(Write::Reason(entry.record, log, sequence, None));
            }
        }
        held.base = frame.after;
        held.tail = frame.after;
        Some(writes)
    }

    /// Whether a log that went whole would go on with an entry whose time is not over: nothing would show that what
    /// went before it was.
    fn lacks_proof(&self, held: &Log, frame: &LogEntries) -> bool {
        let first = frame.entries.first();
        let first = first.and_then(|(bytes, _)| Entry::read(frame.log, bytes));
        held.base.sequence > 0
            && held.len() == 0
            && frame.after.sequence == held.base.sequence
            && self.trail.is_foreign(frame.log)
            && first.is_some_and(|first| !self.is_past(first.at.as_second()))
    }

    /// What to answer so that the peer gives the entry before too, once; then nothing more on this line.
    fn ask_back(&mut self, peer: NodeId, log: LogId, held: &Log) -> u64 {
        let session = self.sessions.get_mut(&peer);
        if session.is_some_and(|session| session.line.asked_back.insert(log)) {
            held.base.sequence.saturating_sub(1)
        } else {
            u64::MAX
        }
    }

    /// A log that went whole here, because a store that went back or was cut off knew no more of it, goes on
    /// elsewhere. The peer gives again what it keeps as proof that the rest was over. Whether it was taken back.
    fn take_back(&self, held: &mut Log, frame: &LogEntries) -> bool {
        let again = held.base.sequence.saturating_sub(frame.after.sequence);
        let again = usize::try_from(again).unwrap_or(usize::MAX);
        if held.len() > 0 || again == 0 || frame.entries.len() <= again {
            return false;
        }
        let mut tail = frame.after;
        let mut known = frame.entries.iter().take(again);
        if known.any(|(bytes, _)| tail.follow(frame.log, bytes).is_err()) || tail != held.base {
            return false;
        }
        held.base = frame.after;
        held.tail = frame.after;
        true
    }

    /// Up to where the log is held then; `None` when the peer's version is another.
    fn join_entries(
        &mut self,
        peer: NodeId,
        frame: &LogEntries,
        held: &mut Log,
        cx: &mut Cx<'_>,
    ) -> Result<Option<u64>, Fault> {
        let log = frame.log;
        let mut fresh = !self.trail.logs.contains_key(&log);
        let mut writes = Vec::new();
        if frame.after.sequence > held.tail.sequence {
            let Some(gone) = self.leap(log, held, frame, cx) else {
                return Ok(None);
            };
            writes = gone;
            fresh = true;
            self.trail.latest.remove(&log);
        }
        fresh |= self.trail.is_foreign(log) && self.take_back(held, frame);
        let mut differs = None;
        for (sequence, (bytes, reason)) in (frame.after.sequence + 1..).zip(&frame.entries) {
            if sequence <= held.tail.sequence {
                let here = self.hash_at(log, sequence, cx);
                if here.is_some_and(|hash| hash != digest(&[bytes])) {
                    differs = Some(sequence);
                    break;
                }
                continue;
            }
            if Entry::read(log, bytes).is_none() {
                return Err(Fault::Frame);
            }
            // Nobody else writes in this life's log.
            if !self.trail.is_foreign(log) {
                differs = Some(sequence);
                break;
            }
            let Ok(entry) = held.tail.follow(log, bytes) else {
                differs = Some(sequence);
                break;
            };
            held.at = entry.at.as_second();
            writes.push(Write::Audit(log, sequence, Some(bytes.clone())));
            writes.extend(self.reason_write(log, &entry, reason));
            self.trail.put(log, &entry);
            self.trail.witness.came(log, &entry, cx.now);
        }
        if !writes.is_empty() {
            if fresh {
                self.trail.index.drop_front(log, held.base.sequence);
                writes.push(held.write(log, held.at));
            }
            self.trail.logs.insert(log, *held);
            writes.push(self.trail.note_came(held.node, cx.now));
            cx.persist(writes);
            cx.notify(Notice::Standing);
        }
        if let Some(sequence) = differs {
            self.contradicted(log, sequence, peer, cx);
            return Ok(None);
        }
        Ok(Some(held.tail.sequence))
    }

    /// Stores the reason of an entry that came, unless it is about somebody who is erased here.
    fn reason_write(&self, log: LogId, entry: &Entry, reason: &[u8]) -> Option<Write> {
        let erased = entry
            .record
            .is_some_and(|record| self.ledger.erased(record).is_some());
        let kept = !erased && entry.reason(reason).is_some();
        kept.then(|| Write::Reason(entry.record, log, entry.sequence, Some(reason.to_vec())))
    }

    /// What a peer that is out of reach from now on holds.
    pub(in super::super) fn remember_logs(&mut self, peer: NodeId, line: Line) {
        if let Some(theirs) = line.theirs {
            self.trail.parted.insert(peer, theirs);
        }
    }

    /// How many entries a peer is not known to hold. `None` when nothing is known of it since the start.
    pub(super) fn unsent_to(&self, peer: NodeId) -> Option<u64> {
        let nothing = BTreeMap::new();
        let session = self.sessions.get(&peer);
        let theirs = match session.filter(|one| one.phase == Phase::Records) {
            Some(session) => session.line.theirs.as_ref().unwrap_or(&nothing),
            None => self.trail.parted.get(&peer)?,
        };
        let lacks = self.told().map(|(log, held)| {
            let known = theirs.get(&log).copied().unwrap_or_default();
            let known = known.max(held.base.sequence);
            held.tail.sequence.saturating_sub(known)
        });
        Some(lacks.sum())
    }
}
