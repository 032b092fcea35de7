//! When a node keeps silent towards a peer that it can't reach.
//!
//! A router that takes unsolicited packets itself remembers where they came from, and then gives its own node's
//! packets to that place another port than the one the peer expects. While both sides dial, that memory never fades.
//! So both fall silent together for longer than a router's UDP memory, by the clock on the wall, and then begin one
//! after the other, in turns, or at once.

use std::time::Duration;

use register::id::NodeId;

/// The times of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turns {
    /// A peer that was never connected since this node started is dialled without silence for so long.
    pub after_never: Duration,
    /// A peer that has been connected is dialled without silence for so long after it was lost.
    pub after_lost: Duration,
    /// A silence begins this often, by the clock.
    pub every: Duration,
    /// How long one is: longer than routers remember a packet without an answer, usually 30 s.
    pub silence: Duration,
    /// Whose turn it is to begin later keeps silent for so much longer: more than packets take, and clocks differ.
    pub later: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            after_never: Duration::from_secs(90),
            after_lost: Duration::from_secs(600),
            every: Duration::from_secs(240),
            silence: Duration::from_secs(38),
            later: Duration::from_secs(2),
        }
    }
}

impl Turns {
    /// How long `own` still keeps silent towards `peer` at `now`, the time since 1970; `None` when it may dial.
    pub(crate) fn silent(&self, own: NodeId, peer: NodeId, now: Duration) -> Option<Duration> {
        let every = self.every.as_millis().max(1);
        let (turn, into) = (now.as_millis() / every, now.as_millis() % every);
        let smaller_later = match turn % 3 {
            0 => Some(true),
            1 => Some(false),
            // At once: where both routers take packets themselves, only packets that cross each other help.
            _ => None,
        };
        let silence = if smaller_later == Some(own < peer) {
            self.silence + self.later
        } else {
            self.silence
        };
        let rest = silence.as_millis().checked_sub(into)?;
        let rest = Duration::from_millis(u64::try_from(rest).unwrap_or(u64::MAX));
        (!rest.is_zero()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: NodeId = NodeId::from_bytes([1; NodeId::BYTES]);
    const LARGE: NodeId = NodeId::from_bytes([2; NodeId::BYTES]);

    #[test]
    fn both_are_silent_together_and_begin_in_turns() {
        let turns = Turns::default();
        let mut first = [0; 3];
        for turn in 0..30_u32 {
            let start = turns.every * turn;
            let begins = |own, peer| {
                let rest = turns.silent(own, peer, start);
                rest.unwrap_or_default()
            };
            let (small, large) = (begins(SMALL, LARGE), begins(LARGE, SMALL));
            assert!(small.min(large) > Duration::from_secs(30), "routers forget");
            let who = match small.cmp(&large) {
                core::cmp::Ordering::Less => 0,
                core::cmp::Ordering::Greater => 1,
                core::cmp::Ordering::Equal => 2,
            };
            first[who] += 1;
            let (after, before) = (start + small, start + small - Duration::from_millis(1));
            assert_eq!(turns.silent(SMALL, LARGE, after), None);
            assert!(turns.silent(SMALL, LARGE, before).is_some());
            let end = start + turns.every - Duration::from_millis(1);
            assert_eq!(turns.silent(LARGE, SMALL, end), None);
        }
        assert_eq!(
            first,
            [10, 10, 10],
            "the smaller id, the larger, both at once"
        );
    }
}
