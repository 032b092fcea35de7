//! A guard against a wrong clock: one that wakes in 2099 must not delete a register (decision 1).
//!
//! The node keeps the highest time that it has seen and had reason to believe. Far past it, before it, or
//! far from a peer's clock, deletion pauses until a peer, the system's time service or the owner confirms.

use jiff::{SignedDuration, Timestamp};

use crate::id::NodeId;

/// A clock may step back so far, as time services make it.
const STEP_BACK: SignedDuration = SignedDuration::from_hours(1);
/// A node that was off may find its clock so far ahead of what it saw last.
const LEAP: SignedDuration = SignedDuration::from_hours(45 * 24);
/// Two premises' clocks may differ so much.
const DIFFERENCE: SignedDuration = SignedDuration::from_hours(24);

/// Why the clock is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockTrouble {
    /// It shows a time before one that was seen already.
    Behind {
        /// That time.
        seen: Timestamp,
    },
    /// It is more than 45 days past the last time that was seen.
    Ahead {
        /// That time.
        seen: Timestamp,
    },
    /// It is more than a day from a peer's.
    Differs {
        /// The peer.
        peer: NodeId,
        /// So many seconds is this node ahead of the peer; negative when behind.
        seconds: i64,
    },
}

/// What is believed about the time.
#[derive(Debug, Clone, Default)]
pub struct ClockGuard {
    /// The high-water mark.
    mark: Option<Timestamp>,
    differs: Option<(NodeId, i64)>,
    trouble: Option<ClockTrouble>,
}

impl ClockGuard {
    /// A guard with the high-water mark of an earlier life.
    #[must_use]
    pub fn new(mark: Option<Timestamp>) -> Self {
        Self {
            mark,
            ..Self::default()
        }
    }

    /// The highest time that was seen and believed.
    #[must_use]
    pub const fn mark(&self) -> Option<Timestamp> {
        self.mark
    }

    /// Why nothing may be deleted by the clock now.
    #[must_use]
    pub const fn trouble(&self) -> Option<ClockTrouble> {
        self.trouble
    }

    /// What a change made when the clock shows `now` is dated with. A clock that went back dates nothing before
    /// what was seen: a card made in 1970 would be past its time as soon as the clock is put right.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Timestamp {
        match self.mark {
            Some(mark) if now.duration_since(mark) < -STEP_BACK => mark,
            _ => now,
        }
    }

    /// The node's clock shows `now`. Returns whether the trouble changed.
    pub fn observe(&mut self, now: Timestamp) -> bool {
        let mark = *self.mark.get_or_insert(now);
        let passed = now.duration_since(mark);
        let trouble = if passed < -STEP_BACK {
            Some(ClockTrouble::Behind { seen: mark })
        } else if passed > LEAP {
            Some(ClockTrouble::Ahead { seen: mark })
        } else {
            self.mark = Some(mark.max(now));
            self.differs
                .map(|(peer, seconds)| ClockTrouble::Differs { peer, seconds })
        };
        core::mem::replace(&mut self.trouble, trouble) != trouble
    }

    /// A peer's clock shows `theirs` when this node's shows `now`: it confirms or doubts it.
    pub fn compare(&mut self, peer: NodeId, theirs: Timestamp, now: Timestamp) -> bool {
        let difference = now.duration_since(theirs);
        if difference.abs() <= DIFFERENCE {
            self.differs = self.differs.filter(|(other, _)| *other != peer);
            self.mark = Some(now);
        } else {
            self.differs = Some((peer, difference.as_secs()));
        }
        self.observe(now)
    }

    /// The time service or the owner says that the clock is right.
    pub fn confirm(&mut self, now: Timestamp) -> bool {
        self.differs = None;
        self.mark = Some(now);
        self.observe(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const PEER: NodeId = NodeId::from_bytes([7; 16]);

    #[test]
    fn a_clock_that_leaps_is_not_believed_until_somebody_confirms_it() {
        let seen = time("2026-11-24T10:00:00Z");
        for wrong in ["2099-01-01T00:00:00Z", "1970-01-01T00:00:10Z"] {
            let mut guard = ClockGuard::new(Some(seen));
            assert!(guard.observe(time(wrong)));
            assert!(guard.trouble().is_some());
            assert_eq!(guard.mark(), Some(seen), "a doubtful time moves nothing");
            assert!(guard.date(time(wrong)) >= seen, "and dates nothing before");
            guard.observe(seen + SignedDuration::from_hours(1));
            assert_eq!(guard.trouble(), None);
        }
        let mut guard = ClockGuard::new(Some(seen));
        let later = seen + SignedDuration::from_hours(60 * 24);
        guard.observe(later);
        assert_eq!(guard.trouble(), Some(ClockTrouble::Ahead { seen }));
        guard.compare(PEER, later, later);
        assert_eq!(guard.trouble(), None);
    }

    #[test]
    fn sixty_days_from_a_peer_both_doubt() {
        let now = time("2026-11-24T10:00:00Z");
        let mut guard = ClockGuard::default();
        assert!(!guard.observe(now));
        assert!(guard.compare(PEER, now - SignedDuration::from_hours(60 * 24), now));
        assert!(matches!(
            guard.trouble(),
            Some(ClockTrouble::Differs { .. })
        ));
        guard.compare(PEER, now, now);
        assert_eq!(guard.trouble(), None);
        guard.compare(PEER, now + SignedDuration::from_hours(60 * 24), now);
        guard.confirm(now);
        assert_eq!(guard.trouble(), None);
    }
}
