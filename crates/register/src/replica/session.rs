//! One connection to a peer: what it still has to be given, and what is under way.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use negentropy::{Negentropy, NegentropyStorageVector};

use crate::document::{Heads, SCHEMA};
use crate::id::{Incarnation, RecordId};
use crate::wire::{Hello, OLDEST};

use super::answer::Older;

/// The least and the most bytes of records on their way to a peer and not yet acknowledged.
const WINDOW: core::ops::RangeInclusive<usize> = 16 * 1024..=4 * 1024 * 1024;
/// So many are on their way before anything is known of a line.
const WINDOW_AT_FIRST: usize = 32 * 1024;
/// While records are acknowledged less than so much later than the quickest on the line, milliseconds, the line has room
/// and the window grows; later than [`QUEUE`], they wait for one another in the line, where a live edit would wait as
/// well, and it shrinks.
const ROOM: i64 = 20;
const QUEUE: i64 = 45;
/// Among so many records that wait, one that is edited is found and goes first: an import of many edits many.
const OVERTAKEN: usize = 2_048;
/// The most records offered and not yet answered.
pub(super) const OFFERS: usize = 512;

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waiting for the peer's hello.
    Greeting,
    /// Hellos are exchanged; waiting for the peer's ledger.
    Ledger,
    /// Records are exchanged.
    Records,
    /// The peer belongs to another register.
    OtherRegister,
    /// The peer's program is of another version.
    OtherVersion,
    /// One of the two is a copy of a node that is at work elsewhere.
    Twin,
}

/// One record that the peer is not known to hold as it is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    /// Where its latest change stands in the log.
    pub(super) sequence: u64,
    /// What the peer is known to hold of it; `None` when not known, empty for nothing.
    pub(super) known: Option<Heads>,
    /// The peer asked for all values.
    pub(super) all_values: bool,
    /// On its way, or in one of the queues.
    pub(super) flying: bool,
}

/// One record on its way.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    pub(super) record: RecordId,
    /// What the peer will hold when it acknowledges.
    pub(super) heads: Heads,
    /// Size of the frame; 0 for an offer.
    pub(super) bytes: usize,
    pub(super) sent: Timestamp,
}

/// A self-check that this node began.
pub(super) struct Check {
    pub(super) engine: Negentropy<'static, NegentropyStorageVector>,
    /// Which record each item stands for.
    pub(super) records: BTreeMap<[u8; 32], RecordId>,
    /// Everything was thought to be acknowledged: a difference is an alarm.
    pub(super) settled: bool,
}

/// One connection to a peer.
pub(super) struct Session {
    pub(super) phase: Phase,
    /// The protocol that is spoken.
    pub(super) speaks: u16,
    /// The peer's life and the latest of its log that it told of.
    pub(super) theirs: Option<(Incarnation, u64)>,
    /// Everything that the peer's log held at its hello has arrived.
    pub(super) they_are_done: bool,
    /// When the peer last said so. A silent line proves nothing later than that.
    pub(super) done_at: Option<Timestamp>,
    pub(super) pending: BTreeMap<RecordId, Pending>,
    /// To be offered, oldest change first.
    pub(super) fresh: BTreeMap<u64, RecordId>,
    /// To be pushed, in order.
    pub(super) ready: VecDeque<RecordId>,
    pub(super) flights: BTreeMap<u64, Flight>,
    pub(super) check: Option<Check>,
    /// What the peer's own self-check is answered from.
    pub(super) answering: Option<NegentropyStorageVector>,
    /// `pending` holds all that the peer lacks.
    pub(super) complete: bool,
    /// The last number that the peer was told it holds everything up to.
    pub(super) marked: u64,
    /// The peer has said what it holds of the statements on who belongs to the register.
    pub(super) told_roster: bool,
    /// When that was last compared.
    pub(super) roster_at: Option<Timestamp>,
    /// The digest of this node's ledger that the peer was last told.
    pub(super) told_ledger: [u8; 32],
    /// The peer's hello.
    pub(super) hello: Option<Hello>,
    /// Everything of this node's log was acknowledged once in this connection.
    pub(super) settled: bool,
    /// When everything was last compared.
    pub(super) checked: Option<Timestamp>,
    /// When the peer was last told `marked`.
    pub(super) marked_at: Option<Timestamp>,
    /// Since when the peer's hello or ledger is waited for.
    pub(super) waiting_since: Option<Timestamp>,
    /// What the peer holds of the audit logs.
    pub(super) line: super::trail::Line,
    flying_bytes: usize,
    window: usize,
    /// The quickest acknowledgement on this line, milliseconds.
    quickest: Option<i64>,
    /// When the window shrank last: what was sent before tells nothing of how it is now.
    shrank: Option<Timestamp>,
}

impl core::fmt::Debug for Session {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "Session({:?}, {} pending)",
            self.phase,
            self.pending.len()
        )
    }
}

impl Session {
    /// A connection on which nothing was said yet in this protocol.
    pub(super) fn new(speaks: u16) -> Self {
        Self {
            phase: Phase::Greeting,
            speaks,
            theirs: None,
            they_are_done: false,
            done_at: None,
            pending: BTreeMap::new(),
            fresh: BTreeMap::new(),
            ready: VecDeque::new(),
            flights: BTreeMap::new(),
            check: None,
            answering: None,
            complete: false,
            marked: 0,
            told_roster: false,
            roster_at: None,
            told_ledger: [0; 32],
            hello: None,
            settled: false,
            checked: None,
            marked_at: None,
            waiting_since: None,
            line: super::trail::Line::default(),
            flying_bytes: 0,
            window: WINDOW_AT_FIRST,
            quickest: None,
            shrank: None,
        }
    }

    /// The peer may lack this record as it is since `sequence`; what it holds of it is not known.
    pub(super) fn offer_later(&mut self, record: RecordId, sequence: u64) {
        if let Some(old) = self.pending.get(&record) {
            self.fresh.remove(&old.sequence);
        }
        self.pending.insert(
            record,
            Pending {
                sequence,
                known: None,
                all_values: false,
                flying: false,
            },
        );
        self.fresh.insert(sequence, record);
    }

    /// The record changed here. The peer held `before` of it, unless it is pending already.
    pub(super) fn changed(&mut self, record: RecordId, before: Heads, sequence: u64) {
        match self.pending.get_mut(&record) {
            Some(pending) => {
                if self.fresh.remove(&pending.sequence).is_some() {
                    self.fresh.insert(sequence, record);
                }
                pending.sequence = sequence;
                // It waits its turn among what came before; whoever edits now waits for it to be seen.
                let place = self
                    .ready
                    .iter()
                    .take(OVERTAKEN)
                    .position(|one| *one == record);
                if let Some(place) = place {
                    self.ready.remove(place);
                    self.ready.push_front(record);
                }
            }
            // While the self-check runs, what is not pending may still be unknown to the peer.
            None if !self.complete => self.offer_later(record, sequence),
            None => {
                let pending = Pending {
                    sequence,
                    known: Some(before),
                    all_values: false,
                    flying: false,
                };
                self.pending.insert(record, pending);
                // A fresh edit goes before whatever else waits.
                self.ready.push_front(record);
            }
        }
    }

    /// The peer said what it holds of a record.
    pub(super) fn wanted(
        &mut self,
        record: RecordId,
        sequence: u64,
        known: Heads,
        all_values: bool,
    ) {
        if let Some(old) = self.pending.remove(&record) {
            self.fresh.remove(&old.sequence);
        }
        self.land_all(record);
        self.pending.insert(
            record,
            Pending {
                sequence,
                known: Some(known),
                all_values,
                flying: false,
            },
        );
        if !self.ready.contains(&record) {
            self.ready.push_back(record);
        }
    }

    /// The peer holds the record as it is here.
    pub(super) fn holds(&mut self, record: RecordId) {
        if let Some(old) = self.pending.remove(&record) {
            self.fresh.remove(&old.sequence);
        }
    }

    pub(super) fn take_off(&mut self, token: u64, flight: Flight) {
        self.flying_bytes += flight.bytes;
        if let Some(pending) = self.pending.get_mut(&flight.record) {
            pending.flying = true;
        }
        if let Some(old) = self.flights.insert(token, flight) {
            self.flying_bytes = self.flying_bytes.saturating_sub(old.bytes);
        }
    }

    /// A token was acknowledged: what was sent under it.
    pub(super) fn land(&mut self, token: u64, now: Timestamp) -> Option<Flight> {
        let flight = self.flights.remove(&token)?;
        self.flying_bytes = self.flying_bytes.saturating_sub(flight.bytes);
        if flight.bytes > 0 {
            self.pace(&flight, now);
        }
        Some(flight)
    }

    /// Fits the window to the line, by how long an acknowledgement took (as LEDBAT does, RFC 6817).
    fn pace(&mut self, flight: &Flight, now: Timestamp) {
        let took = now.as_millisecond() - flight.sent.as_millisecond();
        let quickest = self.quickest.map_or(took, |quickest| quickest.min(took));
        self.quickest = Some(quickest);
        if took < quickest + ROOM {
            self.window = (self.window + flight.bytes).min(*WINDOW.end());
        } else if took > quickest + QUEUE && self.shrank.is_none_or(|at| flight.sent > at) {
            self.window = (self.window / 2).max(*WINDOW.start());
            self.shrank = Some(now);
        }
    }

    /// Whether the record is on its way to the peer.
    pub(super) fn carries(&self, record: RecordId) -> bool {
        self.flights.values().any(|flight| flight.record == record)
    }

    /// Takes out what has been on its way for more than so many seconds.
    pub(super) fn overdue(&mut self, now: Timestamp, seconds: i64) -> Vec<Flight> {
        let late: Vec<u64> = self
            .flights
            .iter()
            .filter(|(_, flight)| now.as_second() - flight.sent.as_second() >= seconds)
            .map(|(token, _)| *token)
            .collect();
        late.into_iter()
            .filter_map(|token| {
                let flight = self.flights.remove(&token)?;
                self.flying_bytes = self.flying_bytes.saturating_sub(flight.bytes);
                Some(flight)
            })
            .collect()
    }

    fn land_all(&mut self, record: RecordId) {
        let bytes: usize = self
            .flights
            .values()
            .filter(|flight| flight.record == record)
            .map(|flight| flight.bytes)
            .sum();
        self.flying_bytes = self.flying_bytes.saturating_sub(bytes);
        self.flights.retain(|_, flight| flight.record != record);
    }

    /// Which side runs the older program, where that keeps the two from talking.
    pub(super) fn older(&self) -> Option<Older> {
        let hello = self.hello.as_ref()?;
        let theirs = (hello.protocol, hello.schema);
        match self.phase {
            Phase::OtherVersion if theirs < (OLDEST, SCHEMA) || hello.schema < SCHEMA => {
                Some(Older::There)
            }
            Phase::OtherVersion => Some(Older::Here),
            _ => None,
        }
    }

    /// The next record to push, if the window is open.
    pub(super) fn next_push(&mut self) -> Option<RecordId> {
        if self.flying_bytes >= self.window {
            return None;
        }
        self.ready.pop_front()
    }

    /// The next records to offer.
    pub(super) fn next_offers(&mut self) -> Vec<(u64, RecordId)> {
        let offered = self
            .flights
            .values()
            .filter(|flight| flight.bytes == 0)
            .count();
        if self.fresh.is_empty() || offered > OFFERS / 2 {
            return Vec::new();
        }
        let mut next = Vec::new();
        while next.len() < OFFERS / 2
            && let Some((sequence, record)) = self.fresh.pop_first()
        {
            next.push((sequence, record));
        }
        next
    }

    /// The peer holds everything of this node's log up to here.
    pub(super) fn acknowledged(&self, latest: u64) -> Option<u64> {
        if !self.complete {
            return None;
        }
        let oldest = self.pending.values().map(|pending| pending.sequence).min();
        Some(oldest.map_or(latest, |oldest| oldest.saturating_sub(1)))
    }

    /// The peer is known to hold every record as it is here, so that an audit log which goes now tells of nothing that
    /// is still to come.
    pub(super) fn is_calm(&self) -> bool {
        self.phase == Phase::Records && self.complete && self.pending.is_empty()
    }

    /// Nothing waits and nothing is under way, in either direction.
    pub(super) fn agreed(&self) -> bool {
        self.phase == Phase::Records
            && self.complete
            && self.pending.is_empty()
            && self.they_are_done
    }
}
