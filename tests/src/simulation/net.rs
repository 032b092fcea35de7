//! The lines between premises and what becomes of frames on them.
//!
//! A line is ordered and reliable while it is up, as QUIC is: it drops at any moment and loses what is
//! under way, each end hears of that in its own time, and one direction may be dead while both ends
//! believe in it. That is all a replica is entitled to. In *harsh* weather frames are lost, doubled and
//! overtake each other besides, which a replica has to survive, at the price of a closed line.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::chance::Chance;

/// A line with a dead direction is given up after so long, milliseconds.
const IDLE: i64 = 30_000;
/// The slowest that a frame may be, milliseconds.
const SLOWEST: u64 = 400;
/// The longest until an end hears that its line is gone, milliseconds.
const DEAF: u64 = 4_000;

/// What arrives at an end.
#[derive(Debug)]
pub(super) enum Arrival {
    /// The line to this one is up.
    Up,
    /// A frame.
    Frame(Vec<u8>),
    /// The line is gone.
    Down,
}

#[derive(Debug)]
enum Item {
    Up(u64),
    Frame(Vec<u8>),
    Down,
}

/// One direction between two premises.
#[derive(Debug, Default)]
struct Way {
    queue: VecDeque<(i64, Item)>,
    dead: bool,
}

#[derive(Debug)]
struct Connection {
    number: u64,
    dead_since: Option<i64>,
}

/// All lines. Premises are numbers; a pair is named with the lower one first.
#[derive(Debug)]
pub(super) struct Net {
    ways: BTreeMap<(usize, usize), Way>,
    up: BTreeMap<(usize, usize), Connection>,
    /// Which connection an end believes in, by end and peer.
    believed: BTreeMap<(usize, usize), u64>,
    numbers: u64,
    /// Pairs that can't reach each other for now.
    pub(super) apart: BTreeSet<(usize, usize)>,
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) harsh: bool,
}

impl Net {
    pub(super) fn new(pairs: Vec<(usize, usize)>, harsh: bool) -> Self {
        Self {
            ways: BTreeMap::new(),
            up: BTreeMap::new(),
            believed: BTreeMap::new(),
            numbers: 0,
            apart: BTreeSet::new(),
            pairs,
            harsh,
        }
    }

    pub(super) fn is_up(&self, pair: (usize, usize)) -> bool {
        self.up.contains_key(&pair)
    }

    /// The line comes up; both ends hear of it, and frames follow.
    pub(super) fn connect(&mut self, pair: (usize, usize), now: i64, chance: &mut Chance) {
        self.numbers += 1;
        let connection = Connection {
            number: self.numbers,
            dead_since: None,
        };
        self.up.insert(pair, connection);
        for way in [pair, (pair.1, pair.0)] {
            self.ways.entry(way).or_default().dead = false;
            self.push(way, now, SLOWEST, Item::Up(self.numbers), chance);
        }
    }

    /// The line drops; what was under way is lost.
    pub(super) fn cut(&mut self, pair: (usize, usize), now: i64, chance: &mut Chance) {
        if self.up.remove(&pair).is_none() {
            return;
        }
        for way in [pair, (pair.1, pair.0)] {
            let queue = &mut self.ways.entry(way).or_default().queue;
            queue.retain(|(_, item)| matches!(item, Item::Down));
            self.push(way, now, DEAF, Item::Down, chance);
        }
    }

    /// Frames of one direction go nowhere from now on, and nobody hears of it for a while.
    pub(super) fn deaden(&mut self, way: (usize, usize), now: i64) {
        let pair = (way.0.min(way.1), way.0.max(way.1));
        if let Some(connection) = self.up.get_mut(&pair) {
            connection.dead_since = Some(now);
            self.ways.entry(way).or_default().dead = true;
        }
    }

    /// The node stops: its lines drop, and it hears nothing of what was on them.
    pub(super) fn stop(&mut self, node: usize, now: i64, chance: &mut Chance) {
        let pairs: Vec<_> = self.up.keys().copied().collect();
        for pair in pairs {
            if pair.0 == node || pair.1 == node {
                self.cut(pair, now, chance);
            }
        }
        for ((_, to), way) in &mut self.ways {
            if *to == node {
                way.queue.clear();
            }
        }
        self.believed.retain(|(end, _), _| *end != node);
    }

    /// Lines with a dead direction are given up in the end.
    pub(super) fn age(&mut self, now: i64, chance: &mut Chance) {
        let given_up: Vec<_> = self
            .up
            .iter()
            .filter(|(_, one)| one.dead_since.is_some_and(|since| now - since >= IDLE))
            .map(|(pair, _)| *pair)
            .collect();
        for pair in given_up {
            self.cut(pair, now, chance);
        }
    }

    /// A node sends a frame. It is gone unless the end and the line are of one mind.
    pub(super) fn send(
        &mut self,
        (from, to): (usize, usize),
        frame: Vec<u8>,
        now: i64,
        chance: &mut Chance,
    ) {
        let pair = (from.min(to), from.max(to));
        let number = self.up.get(&pair).map(|connection| connection.number);
        let way = self.ways.entry((from, to)).or_default();
        if number.is_none() || way.dead || self.believed.get(&(from, to)) != number.as_ref() {
            return;
        }
        if self.harsh && chance.one_in(25) {
            return;
        }
        if self.harsh && chance.one_in(25) {
            self.push((from, to), now, SLOWEST, Item::Frame(frame.clone()), chance);
        }
        self.push((from, to), now, SLOWEST, Item::Frame(frame), chance);
        if self.harsh && chance.one_in(15) {
            self.overtake((from, to), chance);
        }
    }

    /// Two frames that follow each other change places.
    fn overtake(&mut self, way: (usize, usize), chance: &mut Chance) {
        let Some(way) = self.ways.get_mut(&way) else {
            return;
        };
        let at = chance.index(way.queue.len());
        let (Some((_, Item::Frame(one))), Some((_, Item::Frame(two)))) =
            (way.queue.get(at), way.queue.get(at + 1))
        else {
            return;
        };
        let (one, two) = (one.clone(), two.clone());
        for (place, frame) in [(at, two), (at + 1, one)] {
            if let Some((_, item)) = way.queue.get_mut(place) {
                *item = Item::Frame(frame);
            }
        }
    }

    fn push(
        &mut self,
        way: (usize, usize),
        now: i64,
        slowest: u64,
        item: Item,
        chance: &mut Chance,
    ) {
        let delay = i64::try_from(chance.below(slowest)).unwrap_or_default();
        let queue = &mut self.ways.entry(way).or_default().queue;
        let last = queue.back().map_or(now, |(due, _)| *due);
        queue.push_back((last.max(now + delay), item));
    }

    /// What has arrived at a node by now, with where it comes from.
    pub(super) fn arrivals(&mut self, node: usize, now: i64) -> Vec<(usize, Arrival)> {
        let mut arrived = Vec::new();
        for ((from, to), way) in &mut self.ways {
            if *to != node {
                continue;
            }
            while way.queue.front().is_some_and(|(due, _)| *due <= now)
                && let Some((_, item)) = way.queue.pop_front()
            {
                let arrival = match item {
                    Item::Up(number) => {
                        self.believed.insert((node, *from), number);
                        Arrival::Up
                    }
                    Item::Frame(frame) => Arrival::Frame(frame),
                    Item::Down => {
                        self.believed.remove(&(node, *from));
                        Arrival::Down
                    }
                };
                arrived.push((*from, arrival));
            }
        }
        arrived
    }

    /// Nothing is under way.
    pub(super) fn is_quiet(&self) -> bool {
        self.ways.values().all(|way| way.queue.is_empty())
    }
}
