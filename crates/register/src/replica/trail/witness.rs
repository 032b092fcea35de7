//! Counter-signatures: what this node durably holds of the others' logs is signed now and then, and the signature
//! becomes an entry of its own log, which travels back to them.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::audit::{Act, AuditEvent, Checkpoint, Entry, Witness};
use crate::id::{ITSELF, LogId};

use super::super::effect::Effect;
use super::super::{Cx, Replica};

/// Signed at most so often, seconds.
const EVERY: i64 = 10 * 60;
/// Or as soon as so many entries came.
const ENTRIES: u64 = 500;
/// After entries came, and none had for long, it is waited so long for more, seconds.
const SOON: i64 = 5;
/// The most logs that one turn signs.
const LOGS: usize = 16;

/// What is to be signed, and when.
#[derive(Debug, Default)]
pub(super) struct Duty {
    /// Logs with entries that were not signed for.
    logs: BTreeSet<LogId>,
    entries: u64,
    /// Since when the oldest of them waits.
    since: Option<Timestamp>,
    last: Option<Timestamp>,
}

impl Duty {
    /// An entry of another's log came. Bookkeeping alone is nothing to sign for, or two premises would sign for each
    /// other's signatures for ever.
    pub(super) fn came(&mut self, log: LogId, entry: &Entry, now: Timestamp) {
        if matches!(entry.act, Act::Witnessed(_)) {
            return;
        }
        self.logs.insert(log);
        self.entries += 1;
        self.since.get_or_insert(now);
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let after = |then: Timestamp, seconds: i64| {
            // A clock that was put back makes nobody wait.
            !(0..seconds).contains(&(now.as_second() - then.as_second()))
        };
        let Some(since) = self.since else {
            return false;
        };
        self.entries >= ENTRIES
            || (after(since, SOON) && self.last.is_none_or(|last| after(last, EVERY)))
    }
}

impl Replica {
    /// Asks for signatures that are due. What they are for came with an earlier input, so the disk has it by the time
    /// that the effect is released.
    pub(in super::super) fn countersign(&mut self, cx: &mut Cx<'_>) {
        if !self.trail.witness.is_due(cx.now) {
            return;
        }
        let due: Vec<LogId> = self.trail.witness.logs.iter().copied().take(LOGS).collect();
        for log in due {
            self.trail.witness.logs.remove(&log);
            let Some(held) = self.trail.logs.get(&log) else {
                continue;
            };
            if self.trail.own == Some(log) || held.node == self.node || held.len() == 0 {
                continue;
            }
            let checkpoint = Checkpoint {
                point: held.tail.point(log, held.at),
                at: cx.now.as_second(),
            };
            cx.effects.push(Effect::Sign(checkpoint));
        }
        if self.trail.witness.logs.is_empty() {
            self.trail.witness.entries = 0;
            self.trail.witness.since = None;
            self.trail.witness.last = Some(cx.now);
        }
    }

    /// The node signed for what it holds.
    pub(in super::super) fn signed(&mut self, witness: Witness, cx: &mut Cx<'_>) {
        let event = AuditEvent::of(ITSELF, Act::Witnessed(Box::new(witness)));
        let write = self.audit_write(event, cx);
        cx.persist(vec![write]);
    }
}
