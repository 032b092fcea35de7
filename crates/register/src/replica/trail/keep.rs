//! Entries are kept for two years; the index of all of them is read in slices after the start.

use jiff::Timestamp;

use crate::audit::verify::{cutoff, years_before};
use crate::audit::{Entry, Why};
use crate::id::LogId;

use super::super::shelf::Write;
use super::super::{Cx, Replica};
use super::fact;

/// So many entries are read into the index, or looked at for retention, in one tick.
const SLICE: usize = 1_000;
/// So many logs may have their front looked at in one tick.
const LOGS: usize = 8;
/// A front from which nothing can go is looked at again after so many seconds.
const LOOK: i64 = 24 * 60 * 60;
/// That a log existed, and where it ended, is remembered for so many years after its last entry, so that nobody offers it
/// again.
const REMEMBERED_YEARS: i32 = 3;

impl Replica {
    /// Whether everything that a log holds is past its time, and this life does not write in it. By a clock that is
    /// not trusted nothing is.
    ///
    /// No life after it has to say that it is finished: none may ever come, as at a premises that was given up. A node
    /// that runs has something to write every day, so what is silent for two years has ended. Where the chain ended
    /// stays with the log's own fact; should the log go on nevertheless, its last entry is asked back.
    pub(super) fn is_over(&self, log: LogId) -> bool {
        let Some(held) = self.trail.logs.get(&log) else {
            return false;
        };
        // One entry that a wrong clock dated years ahead holds up all that follow it, and they are told of until then.
        let latest = self.trail.latest.get(&log).copied();
        let latest = latest.map_or(held.at, |latest| latest.max(held.at));
        self.is_past(latest)
            && self.trail.own != Some(log)
            && !self.trail.unread.iter().any(|(unread, ..)| *unread == log)
    }

    pub(super) fn is_past(&self, at: i64) -> bool {
        self.clock.trouble().is_none() && at < self.trail.cutoff
    }

    pub(super) fn set_cutoff(&mut self, now: Timestamp) {
        self.trail.cutoff = cutoff(now).as_second();
        self.trail.long_past = years_before(now, REMEMBERED_YEARS).as_second();
    }

    /// A slice of what the index lacks.
    pub(in super::super) fn read_on(&mut self, cx: &Cx<'_>) {
        let mut left = SLICE;
        while left > 0
            && let Some((log, next, last)) = self.trail.unread.pop_front()
        {
            let limit = left.min(usize::try_from(last + 1 - next.min(last + 1)).unwrap_or(left));
            let slots = cx.shelf.audit(log, next, limit).unwrap_or_default();
            let mut reached = next;
            for (sequence, bytes) in slots {
                if sequence > last {
                    break;
                }
                reached = sequence + 1;
                left = left.saturating_sub(1);
                let kept = self
                    .trail
                    .logs
                    .get(&log)
                    .is_some_and(|held| sequence > held.base.sequence);
                let entry = bytes.and_then(|bytes| Entry::read(log, &bytes));
                if let Some(entry) = entry.filter(|_| kept) {
                    self.trail.put(log, &entry);
                }
            }
            // Nothing there: it is missing, which a verification finds.
            if reached > next && reached <= last {
                self.trail.unread.push_front((log, reached, last));
            }
        }
    }

    /// Lets entries go whose time is over, a slice in one tick.
    ///
    /// Of a log that goes on the newest such entry stays, at the front: its own time, which nobody can change, then
    /// proves that what went before it was older.
    pub(in super::super) fn keep_trail(&mut self, cx: &mut Cx<'_>) {
        self.set_cutoff(cx.now);
        if self.clock.trouble().is_some() {
            return;
        }
        let now = cx.now.as_second();
        let due = self.trail.logs.iter().filter(|(_, log)| {
            // A look that lies far ahead was set by a clock that has been put right.
            log.look.is_none_or(|at| at <= now || at > now + 2 * LOOK)
        });
        let due: Vec<LogId> = due.map(|(log, _)| *log).take(LOGS).collect();
        for log in due {
            if self.keep_log(log, cx) {
                return;
            }
        }
    }

    /// Looks at the front of one log; whether something went.
    fn keep_log(&mut self, log: LogId, cx: &mut Cx<'_>) -> bool {
        let Some(held) = self.trail.logs.get(&log).copied() else {
            return false;
        };
        let over = self.is_over(log) && !self.goes_on(log, held.tail.sequence);
        if held.len() == 0 {
            self.forget_log(log, held.at, cx);
            return false;
        }
        let first = held.base.sequence + 1;
        let front = cx.shelf.audit(log, first, 1).unwrap_or_default();
        let front = front
            .into_iter()
            .find_map(|(_, bytes)| Entry::read(log, &bytes?));
        if !front.is_some_and(|entry| self.is_past(entry.at.as_second())) {
            if let Some(held) = self.trail.logs.get_mut(&log) {
                held.look = Some(cx.now.as_second() + LOOK);
            }
            return false;
        }
        let slots = cx.shelf.audit(log, first, SLICE).unwrap_or_default();
        let now = cx.now.as_second();
        let mut base = held.base;
        let mut at = held.at;
        let mut writes = Vec::new();
        let mut entries = slots.into_iter().filter_map(|(sequence, bytes)| {
            let entry = bytes.as_deref().and_then(|bytes| Entry::read(log, bytes));
            Some((sequence, bytes?, entry?))
        });
        let mut current = entries.next();
        while let Some((sequence, bytes, entry)) = current.take() {
            let following = entries.next();
            let follower = following
                .as_ref()
                .is_some_and(|(_, _, entry)| self.is_past(entry.at.as_second()));
            let last = over && sequence == held.tail.sequence;
            let sound = sequence == base.sequence + 1;
            let past = self.is_past(entry.at.as_second());
            if !(past && sound && (follower || last)) {
                break;
            }
            base.sequence = sequence;
            base.hash = crate::id::digest(&[&bytes]);
            at = entry.at.as_second();
            writes.push(Write::Audit(log, sequence, None));
            if matches!(entry.why, Why::Apart(_)) {
                writes.push(Write::Reason(entry.record, log, sequence, None));
            }
            current = following;
        }
        let gone = !writes.is_empty();
        if let Some(held) = self.trail.logs.get_mut(&log) {
            held.base = base;
            held.look = (!gone).then(|| now + LOOK);
            writes.push(held.write(log, at));
        }
        if gone {
            self.trail.index.drop_front(log, base.sequence);
            cx.persist(writes);
        }
        gone
    }

    /// Whether somebody in reach is about to give what follows: the last entry here proves that what went before it was
    /// over, and stays until then.
    fn goes_on(&self, log: LogId, last: u64) -> bool {
        let mut sessions = self.sessions.values();
        sessions.any(|session| session.line.goes_on(log, last))
    }

    /// A log of which nothing is left is remembered for a while.
    fn forget_log(&mut self, log: LogId, at: i64, cx: &mut Cx<'_>) {
        let long = at < self.trail.long_past;
        if long && self.trail.own != Some(log) && self.trail.previous != Some(log) {
            self.trail.logs.remove(&log);
            self.trail.latest.remove(&log);
            cx.persist(vec![Write::Fact(fact(log), None)]);
        } else if let Some(held) = self.trail.logs.get_mut(&log) {
            held.look = Some(cx.now.as_second() + LOOK);
        }
    }
}
