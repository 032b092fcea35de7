//! The audit logs at a node: its own of this life, which it writes, and all others, which it holds.

mod exchange;
mod keep;
mod read;
mod witness;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::audit::chain::SALT;
use crate::audit::index::Index;
use crate::audit::query::Contradiction;
use crate::audit::{Act, AuditEvent, Begun, Entry, Group, Tail};
use crate::id::{LogId, NodeId, RecordId};

use super::quarantine::Quarantine;
use super::shelf::{Holdings, Write};
use super::{Cx, OpenError, Replica};

pub(super) use exchange::Line;

/// What the names of facts about logs begin with.
const PREFIX: &str = "log/";
/// The node's newest log.
const FACT_OWN: &str = "own-log";
/// What the names of facts about when nodes' entries came begin with.
const CAME: &str = "log-came/";
/// What the names of contradictions begin with.
const CONTRADICTIONS: &str = "log-contradiction/";
/// The same refusal is logged once in so many seconds.
const HUSH: i64 = 60;
/// So many different refusals are remembered.
const HUSHED: usize = 1_024;

/// One log as it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Log {
    node: NodeId,
    /// What went from the front ends here.
    base: Tail,
    tail: Tail,
    /// When the last entry was written, seconds; of an empty log, when the last that went was.
    at: i64,
    /// When its front is to be looked at for retention, seconds; `None` for as soon as can be.
    look: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct Stored(u8, NodeId, u64, ByteArray<32>, i64);

impl Log {
    fn write(&self, log: LogId, at: i64) -> Write {
        let stored = Stored(
            1,
            self.node,
            self.base.sequence,
            ByteArray::new(self.base.hash),
            at,
        );
        // Plain fields always have a MessagePack form.
        let bytes = rmp_serde::to_vec(&stored).unwrap_or_default();
        Write::Fact(fact(log), Some(bytes))
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let Stored(version, node, sequence, hash, at) = rmp_serde::from_slice(bytes).ok()?;
        let base = Tail {
            sequence,
            hash: *hash,
        };
        (version == 1).then_some(Self {
            node,
            base,
            tail: base,
            at,
            look: None,
        })
    }

    /// How many entries are held.
    const fn len(&self) -> u64 {
        self.tail.sequence.saturating_sub(self.base.sequence)
    }
}

fn fact(log: LogId) -> String {
    format!("{PREFIX}{log}")
}

/// So far ahead may the clock of a node be whose entries are believed, seconds.
const AHEAD: i64 = 24 * 60 * 60;

/// The last that was heard of a node by its entries, seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// When it wrote that, by its own clock.
    at: i64,
    /// When that came here, by this node's clock; `None` when not known.
    came: Option<i64>,
}

impl Word {
    /// Up to when the node is heard, at `now`. An entry of after it came was written by a clock that ran ahead, and may
    /// have been on its way through others for long: it tells nothing, so the node counts as never heard.
    pub(super) fn heard(self, now: Timestamp) -> Timestamp {
        let came = self.came.unwrap_or(now.as_second());
        let believed = self.at <= came.saturating_add(AHEAD);
        let at = if believed { came.min(self.at) } else { 0 };
        Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The same, where it is known when the entry came.
    pub(super) fn surely_heard(self, now: Timestamp) -> Option<Timestamp> {
        self.came.map(|_| self.heard(now))
    }

    /// Since when nothing has come, as far as is known.
    pub(super) fn silent_since(self) -> Option<Timestamp> {
        Timestamp::from_second(self.came.unwrap_or(self.at)).ok()
    }
}

/// All logs at a node.
#[derive(Debug, Default)]
pub(super) struct Trail {
    logs: BTreeMap<LogId, Log>,
    /// This life's log, once it has begun.
    own: Option<LogId>,
    /// The newest log of this node that the store knew when it was opened.
    previous: Option<LogId>,
    index: Index,
    /// Logs that a later life of their node goes on from: nothing more is written in them.
    finished: BTreeSet<LogId>,
    /// The latest time that any entry of a log tells, seconds. By a clock that was put back it is not the last one's.
    latest: BTreeMap<LogId, i64>,
    /// What the index lacks: log, the next entry, the last.
    unread: VecDeque<(LogId, u64, u64)>,
    contradictions: BTreeMap<LogId, Contradiction>,
    /// When entries of each node came here last, seconds by this node's clock.
    came: BTreeMap<NodeId, i64>,
    /// Refusals logged lately, and when.
    hushed: BTreeMap<(RecordId, String), Timestamp>,
    witness: witness::Duty,
    /// What peers that are out of reach were last known to hold.
    parted: BTreeMap<NodeId, BTreeMap<LogId, u64>>,
    /// What was written before has been kept long enough, seconds; as of the last tick.
    cutoff: i64,
    /// What was written before has been over for a year, seconds; as of the last tick.
    long_past: i64,
}

impl Trail {
    /// Reads what the store holds.
    pub(super) fn open(node: NodeId, holdings: &Holdings) -> Result<Self, OpenError> {
        let mut trail = Self::default();
        for (name, bytes) in &holdings.facts {
            if let Some(id) = name.strip_prefix(PREFIX) {
                let log = id.parse().map_err(|_| OpenError::Audit)?;
                let read = Log::read(bytes).ok_or(OpenError::Audit)?;
                trail.logs.insert(log, read);
            } else if name.starts_with(CONTRADICTIONS)
                && let Some(one) = exchange::read_contradiction(bytes)
            {
                trail.contradictions.insert(one.log, one);
            } else if let Some(node) = name.strip_prefix(CAME) {
                let at = bytes.as_slice().try_into().map(i64::from_be_bytes);
                trail.came.extend(node.parse().ok().zip(at.ok()));
            } else if name == FACT_OWN {
                trail.previous = LogId::from_slice(bytes);
            }
        }
        for (id, (sequence, bytes)) in &holdings.logs {
            let start = Tail::start(*id, node);
            let log = trail.logs.entry(*id).or_insert(Log {
                node,
                base: start,
                tail: start,
                at: 0,
                look: None,
            });
            if *id == LogId::EARLIEST && trail.previous.is_none() {
                trail.previous = Some(*id);
            }
            let last = bytes
                .as_deref()
                .and_then(|bytes| Tail::after(*id, bytes).ok());
            match last {
                Some((tail, entry)) if tail.sequence == *sequence => {
                    log.tail = tail;
                    log.at = entry.at.as_second();
                }
                // A verification names it; nothing is appended to a log of an earlier life.
                _ => {
                    log.tail = Tail {
                        sequence: *sequence,
                        hash: [0; 32],
                    };
                    // Nobody knows how old it is.
                    log.at = i64::MAX;
                }
            }
            let first = log.base.sequence + 1;
            trail.unread.push_back((*id, first, log.tail.sequence));
        }
        let logs = &trail.logs;
        let at = |log: &LogId| logs.get(log).map(|one| one.at);
        // The newest first: that is what people ask for.
        trail
            .unread
            .make_contiguous()
            .sort_by_key(|(log, ..)| core::cmp::Reverse(at(log)));
        Ok(trail)
    }

    /// Notes that entries of a node came at `now`.
    fn note_came(&mut self, node: NodeId, now: Timestamp) -> Write {
        let at = now.as_second();
        self.came.insert(node, at);
        Write::Fact(format!("{CAME}{node}"), Some(at.to_be_bytes().to_vec()))
    }

    /// Forgets what was noted by a clock that ran ahead and has been put right by `now`.
    pub(super) fn doubt_came(&mut self, now: Timestamp) {
        self.came.retain(|_, at| *at <= now.as_second());
    }

    /// What each node has shown by its entries: until when everything that it wrote is here.
    pub(super) fn last_words(&self) -> BTreeMap<NodeId, Word> {
        let words = self.latest_entries().into_iter();
        words
            .map(|(node, at)| {
                let came = self.came.get(&node).copied();
                (node, Word { at, came })
            })
            .collect()
    }

    /// When each node wrote last of what came here, seconds by its own clock. A log that was gone on from says nothing: a
    /// clock that ran ahead in an earlier life vouches for nobody.
    fn latest_entries(&self) -> BTreeMap<NodeId, i64> {
        let mut words = BTreeMap::new();
        for (log, held) in &self.logs {
            if *log == LogId::EARLIEST || self.finished.contains(log) || held.at == i64::MAX {
                continue;
            }
            let word = words.entry(held.node).or_insert(held.at);
            *word = held.at.max(*word);
        }
        words
    }

    fn node_of(&self, log: LogId) -> Option<NodeId> {
        self.logs.get(&log).map(|one| one.node)
    }

    /// Takes an entry into the index.
    fn put(&mut self, log: LogId, entry: &Entry) {
        if let Act::Began(begun) = &entry.act {
            self.finished.extend(begun.previous.map(|point| point.log));
        }
        let at = entry.at.as_second();
        let latest = self.latest.entry(log).or_insert(at);
        *latest = at.max(*latest);
        self.index.put(log, entry);
    }

    /// Whether the log is another's, or of an earlier life of this node.
    fn is_foreign(&self, log: LogId) -> bool {
        self.own != Some(log)
    }
}

impl Replica {
    /// The next entry of this life's log. What belongs to it is persisted before.
    pub(super) fn audit_write(&mut self, event: AuditEvent, cx: &mut Cx<'_>) -> Write {
        let log = self.own_log(cx);
        self.append(log, event, cx)
    }

    /// Logs an event; of the same refusal within a minute only the first.
    pub(super) fn log_event(&mut self, event: AuditEvent, cx: &mut Cx<'_>) {
        if event.act.group() == Group::Refusals {
            let key = (event.who, format!("{:?}", event.act));
            let known = self.trail.hushed.get(&key);
            if known.is_some_and(|at| (0..HUSH).contains(&(cx.now.as_second() - at.as_second()))) {
                return;
            }
            if self.trail.hushed.len() >= HUSHED {
                self.trail.hushed.clear();
            }
            self.trail.hushed.insert(key, cx.now);
        }
        let write = self.audit_write(event, cx);
        cx.persist(vec![write]);
    }

    /// A restored store says so in its log before anything else.
    pub(super) fn log_restore(&mut self, cx: &mut Cx<'_>) {
        self.set_cutoff(cx.now);
        if self.quarantine == Some(Quarantine::Restored) {
            let event = AuditEvent::of(crate::id::ITSELF, Act::Restored);
            let write = self.audit_write(event, cx);
            cx.persist(vec![write]);
        }
    }

    /// This life's log, which begins with the first event, so that a life in which nothing happens leaves none.
    fn own_log(&mut self, cx: &mut Cx<'_>) -> LogId {
        if let Some(log) = self.trail.own {
            return log;
        }
        let log = LogId::of(self.incarnation);
        let previous = self.trail.previous.and_then(|id| {
            let last = self.trail.logs.get(&id)?;
            Some(last.tail.point(id, last.at))
        });
        let start = Tail::start(log, self.node);
        let begun = Begun {
            node: self.node,
            previous,
            restored: self.quarantine == Some(Quarantine::Restored),
        };
        let fresh = Log {
            node: self.node,
            base: start,
            tail: start,
            at: cx.now.as_second(),
            look: None,
        };
        self.trail.logs.insert(log, fresh);
        self.trail.own = Some(log);
        let first = self.append(
            log,
            AuditEvent::of(crate::id::ITSELF, Act::Began(begun)),
            cx,
        );
        cx.persist(vec![
            fresh.write(log, fresh.at),
            Write::Fact(FACT_OWN.into(), Some(log.as_bytes().to_vec())),
            first,
        ]);
        log
    }

    fn append(&mut self, log: LogId, mut event: AuditEvent, cx: &mut Cx<'_>) -> Write {
        let at = self.clock.date(cx.now);
        let mut salt = [0; SALT];
        cx.rng.fill_bytes(&mut salt);
        // Nothing more is kept about somebody who is erased.
        if event
            .record
            .is_some_and(|record| self.ledger.erased(record).is_some())
        {
            event.reason.clear();
        }
        let record = event.record;
        let mut tail = self
            .trail
            .logs
            .get(&log)
            .map_or_else(|| Tail::start(log, self.node), |held| held.tail);
        let appended = tail.append(event, at, salt);
        if let Some(held) = self.trail.logs.get_mut(&log) {
            held.tail = tail;
            held.at = at.as_second();
        }
        if let Some(entry) = Entry::read(log, &appended.entry) {
            self.trail.put(log, &entry);
        }
        if let Some(reason) = appended.reason {
            let write = Write::Reason(record, log, tail.sequence, Some(reason));
            cx.persist(vec![write]);
        }
        Write::Audit(log, tail.sequence, Some(appended.entry))
    }
}
