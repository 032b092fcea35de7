//! The rule of the 12 units alone, for any steps of up to four nodes: no register and no lines.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Strategy, any, prop_assert, prop_oneof, proptest};
use register::id::{EntryId, NodeId, RecordId};
use register::marketing::{CAP, Outcome, Sent, Share, Tally, WINDOW_DAYS, counted, free};

use super::DAY;

const NODES: usize = 4;

/// What happens in a register of several nodes.
#[derive(Debug, Clone)]
enum Step {
    /// A node wants to send so many notices.
    Send(usize, u8),
    /// A node gives another units, of this client or of every one.
    Give(usize, usize, u8, bool),
    /// Two nodes exchange what they know.
    Meet(usize, usize),
    /// A node's clock jumps by so many days.
    Jump(usize, i16),
    /// Days pass everywhere.
    Pass(u16),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let node = 0..NODES;
    let step = prop_oneof![
        4 => (node.clone(), 1..8u8).prop_map(|(node, count)| Step::Send(node, count)),
        3 => (node.clone(), node.clone(), 1..8u8, any::<bool>())
            .prop_map(|(from, to, units, house)| Step::Give(from, to, units, house)),
        4 => (node.clone(), node.clone()).prop_map(|(one, other)| Step::Meet(one, other)),
        1 => (node, -800..800i16).prop_map(|(node, days)| Step::Jump(node, days)),
        2 => (1..400u16).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..80)
}

/// What a node knows of one client.
#[derive(Clone, Default)]
struct View {
    sent: Vec<Sent>,
    card: BTreeMap<(NodeId, NodeId), Share>,
    house: BTreeMap<(NodeId, NodeId), Share>,
}

impl View {
    fn tally(&self) -> Tally {
        Tally {
            sent: self.sent.clone(),
            shares: self.card.values().copied().collect(),
            ..Tally::default()
        }
    }

    fn free(&self, at: usize, now: Timestamp) -> u32 {
        let house: Vec<Share> = self.house.values().copied().collect();
        free(node(at), now, at == 0, &house, &[&self.tally()])
    }

    fn take(&mut self, other: &Self) {
        for one in &other.sent {
            if self.sent.iter().all(|known| known.entry != one.entry) {
                self.sent.push(*one);
            }
        }
        for (mine, theirs) in [
            (&mut self.card, &other.card),
            (&mut self.house, &other.house),
        ] {
            for (pair, share) in theirs {
                let known = mine.entry(*pair).or_insert(*share);
                if (known.units, known.at) < (share.units, share.at) {
                    *known = *share;
                }
            }
        }
    }
}

fn node(number: usize) -> NodeId {
    NodeId::from_bytes([u8::try_from(number).unwrap() + 1; 16])
}

#[derive(Default)]
struct Clinic {
    views: Vec<View>,
    skew: Vec<i64>,
    now: i64,
    count: u64,
}

impl Clinic {
    fn clock(&self, at: usize) -> Timestamp {
        Timestamp::from_second(self.now + self.skew[at]).unwrap()
    }

    fn send(&mut self, at: usize) -> bool {
        let now = self.clock(at);
        let view = &mut self.views[at];
        if counted(now, &[&view.tally()]) >= CAP || view.free(at, now) == 0 {
            return false;
        }
        self.count += 1;
        let mut entry = [0; 16];
        entry[..8].copy_from_slice(&self.count.to_be_bytes());
        view.sent.push(Sent {
            entry: EntryId::from_bytes(entry),
            at: now,
            node: node(at),
            campaign: RecordId::from_bytes(entry),
            outcome: Outcome::HandedOut,
        });
        true
    }

    fn give(&mut self, from: usize, to: usize, units: u32, house: bool) -> u32 {
        let now = self.clock(from);
        let view = &mut self.views[from];
        let units = units.min(view.free(from, now));
        if units > 0 && from != to {
            let (from, to) = (node(from), node(to));
            let moves = if house {
                &mut view.house
            } else {
                &mut view.card
            };
            let share = moves.entry((from, to)).or_insert(Share {
                from,
                to,
                units: 0,
                at: now,
            });
            share.units += units;
            share.at = now;
        }
        units
    }

    fn meet(&mut self, one: usize, other: usize) {
        let theirs = self.views[other].clone();
        self.views[one].take(&theirs);
        let mine = self.views[one].clone();
        self.views[other].take(&mine);
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Send(at, count) => (0..count).for_each(|_| {
                self.send(at);
            }),
            Step::Give(from, to, units, house) => {
                self.give(from, to, units.into(), house);
            }
            Step::Meet(one, other) => self.meet(one, other),
            Step::Jump(at, days) => self.skew[at] += i64::from(days) * DAY,
            Step::Pass(days) => self.now += i64::from(days) * DAY,
        }
    }

    /// The most notices in any window of the merged register.
    fn most(&self) -> usize {
        let mut whole = View::default();
        self.views.iter().for_each(|view| whole.take(view));
        let window = SignedDuration::from_hours(24 * WINDOW_DAYS);
        let ends = whole.sent.iter().map(|one| one.at);
        let within = |end: Timestamp| {
            let inside = |one: &&Sent| one.at <= end && end.duration_since(one.at) < window;
            whole.sent.iter().filter(inside).count()
        };
        ends.map(within).max().unwrap_or(0)
    }

    fn new() -> Self {
        Self {
            views: vec![View::default(); NODES],
            skew: vec![0; NODES],
            now: 1_800_000_000,
            count: 0,
        }
    }
}

proptest! {
    #[test]
    fn no_window_of_the_merged_register_ever_holds_a_13th(steps in steps()) {
        let mut clinic = Clinic::new();
        for step in &steps {
            clinic.step(step);
            prop_assert!(clinic.most() <= 12, "{step:?}");
        }
    }

    #[test]
    fn in_contact_and_with_right_clocks_nothing_is_refused_before_the_13th(steps in steps()) {
        let mut clinic = Clinic::new();
        for step in steps.iter().filter(|step| !matches!(step, Step::Jump(..))) {
            clinic.step(step);
        }
        // Everybody hears of everything, and who has units gives them to whoever asks.
        for asking in 0..NODES {
            (0..NODES).for_each(|other| clinic.meet(0, other));
            (0..NODES).for_each(|other| clinic.meet(0, other));
            for giver in (0..NODES).filter(|giver| *giver != asking) {
                clinic.give(giver, asking, CAP, false);
                clinic.meet(giver, asking);
            }
            let known = counted(clinic.clock(asking), &[&clinic.views[asking].tally()]);
            prop_assert!(known == CAP || clinic.send(asking), "{known} were sent");
        }
    }
}
