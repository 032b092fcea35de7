//! Several premises, the lines between them, true time, and the account of what people did.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use register::replica::{Answer, Command, Effect, Input, Notice, Refusal};
use register::retention::day;
use vault::memory::Crash;

use super::chance::Chance;
use super::deed::{self, Deed, Here, Legacy};
use super::desk::{self, Desk};
use super::mark::{self, Mark};
use super::model::Model;
use super::net::{Arrival, Net};
use super::premises::{Broken, Premises};
use super::profile::Profile;
use super::trace::Trace;

/// True time at the beginning: the 24th of November 2026, milliseconds.
const BEGINNING: i64 = 1_795_500_000_000;
/// The most commands in one turn of a premises.
const COMMANDS: u64 = 3;

/// Everything there is.
pub(super) struct World {
    pub(super) profile: Profile,
    pub(super) premises: Vec<Premises>,
    pub(super) net: Net,
    pub(super) model: Model,
    pub(super) chance: Chance,
    pub(super) trace: Trace,
    /// True time, milliseconds.
    pub(super) now: i64,
    desks: Vec<Desk>,
    legacy: Legacy,
    tickets: BTreeMap<u64, (usize, Deed)>,
    last_ticket: u64,
    /// Self-checks that found what should not have been missing.
    pub(super) alarms: u64,
}

/// The day at this true time.
pub(super) fn day_of(now: i64) -> Date {
    day(Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH))
}

impl World {
    /// Premises that have met, belong to one register, and are connected.
    pub(super) fn new(seed: u64, tells: bool) -> Result<Self, String> {
        let mut chance = Chance::new(seed);
        let profile = Profile::draw(&mut chance);
        let mut model = Model::default();
        let legacy = Legacy::new(&mut model, day_of(BEGINNING));
        let mut world = Self {
            premises: (0..profile.premises).map(Premises::new).collect(),
            net: Net::new(profile.pairs(), false),
            desks: (0..profile.premises).map(|_| Desk::default()).collect(),
            profile,
            model,
            chance,
            trace: Trace::new(tells),
            now: BEGINNING,
            legacy,
            tickets: BTreeMap::new(),
            last_ticket: 0,
            alarms: 0,
        };
        world.trace.event(&format!("{profile:?}"));
        for at in 0..profile.premises {
            world.start(at, false)?;
        }
        for (one, two) in profile.pairs() {
            for (at, peer) in [(one, two), (two, one)] {
                let peer = world.premises[peer].peer();
                world
                    .ask(at, Command::AddPeer(peer, Vec::new()))?
                    .map_err(words)?;
            }
            world.connect((one, two));
        }
        for _ in 0..60 {
            world.pass(1_000)?;
        }
        world.net.harsh = profile.harsh;
        Ok(world)
    }

    pub(super) fn connect(&mut self, pair: (usize, usize)) {
        let lives = |at: usize| self.premises[at].live.is_some();
        if !self.net.is_up(pair)
            && !self.net.apart.contains(&pair)
            && lives(pair.0)
            && lives(pair.1)
        {
            self.net.connect(pair, self.now, &mut self.chance);
        }
    }

    pub(super) fn start(&mut self, at: usize, restored: bool) -> Result<(), String> {
        let (now, premises) = (self.now, &mut self.premises[at]);
        let started = premises.start(restored, now, &mut self.chance, &mut self.trace);
        self.released(at, started)
    }

    /// The machine stops, and whatever wasn't synced goes as chance will have it.
    pub(super) fn stop(&mut self, at: usize) {
        let crash = match self.chance.below(4) {
            0 => Crash::KeepAll,
            1 => Crash::LoseAll,
            _ => Crash::Torn(self.chance.below(u64::MAX)),
        };
        self.trace.event(&format!("{at} stops, {crash:?}"));
        self.premises[at].live = None;
        self.premises[at].disk.crash(crash);
        self.net.stop(at, self.now, &mut self.chance);
        self.tickets.retain(|_, (asked, _)| *asked != at);
    }

    /// Time passes everywhere: lines age, frames arrive, and every premises has a turn.
    pub(super) fn pass(&mut self, milliseconds: i64) -> Result<(), String> {
        self.now += milliseconds;
        self.net.age(self.now, &mut self.chance);
        for at in 0..self.premises.len() {
            let mut inputs = self.arrived(at);
            inputs.push(Input::Tick);
            self.turn(at, inputs)?;
        }
        Ok(())
    }

    pub(super) fn arrived(&mut self, at: usize) -> Vec<Input> {
        if self.premises[at].live.is_none() {
            return Vec::new();
        }
        let arrivals = self.net.arrivals(at, self.now);
        let input = |(from, arrival): (usize, Arrival)| {
            let peer = self.premises[from].node();
            match arrival {
                Arrival::Up => Input::PeerUp(peer),
                Arrival::Frame(frame) => Input::Frame(peer, frame),
                Arrival::Down => Input::PeerDown(peer),
            }
        };
        arrivals.into_iter().map(input).collect()
    }

    /// One turn of a premises.
    pub(super) fn turn(&mut self, at: usize, inputs: Vec<Input>) -> Result<(), String> {
        if self.premises[at].live.is_none() {
            return Ok(());
        }
        let (now, premises) = (self.now, &mut self.premises[at]);
        let released = premises.turn(inputs, now, &mut self.chance, &mut self.trace);
        self.released(at, released)?;
        if self.chance.one_in(3) {
            let kept = self.premises[at].upkeep(now);
            self.released(at, kept.map(|()| Vec::new()))?;
        }
        Ok(())
    }

    fn released(&mut self, at: usize, released: Result<Vec<Effect>, Broken>) -> Result<(), String> {
        let effects = match released {
            Ok(effects) => effects,
            Err(Broken::Power) => {
                self.stop(at);
                return Ok(());
            }
            Err(Broken::Wrong(what)) => return Err(what),
        };
        for effect in effects {
            match effect {
                Effect::Send(peer, frame) => {
                    let to = self.premises.iter().position(|one| one.node() == peer);
                    let to = to.ok_or("a frame to nobody")?;
                    self.net.send((at, to), frame, self.now, &mut self.chance);
                }
                Effect::Reply(ticket, answer) => self.answered(ticket, answer),
                Effect::Close(peer, fault) => {
                    let to = self.premises.iter().position(|one| one.node() == peer);
                    let to = to.ok_or("a line to nobody is closed")?;
                    if !self.net.harsh {
                        return Err(format!("{at} closes the line to {to}: {fault}"));
                    }
                    let pair = (at.min(to), at.max(to));
                    self.net.cut(pair, self.now, &mut self.chance);
                }
                Effect::Notify(Notice::Repaired(..)) => self.alarms += 1,
                Effect::Notify(_) | Effect::Persist(_) | Effect::Sign(_) => {}
            }
        }
        Ok(())
    }

    fn here<'a>(
        model: &'a mut Model,
        chance: &'a mut Chance,
        legacy: &'a Legacy,
        now: i64,
        years: bool,
    ) -> Here<'a> {
        Here {
            model,
            chance,
            legacy,
            now,
            dated: now,
            today: day_of(now),
            years,
        }
    }

    fn answered(&mut self, ticket: u64, answer: Result<Answer, Refusal>) {
        let Some((at, deed)) = self.tickets.remove(&ticket) else {
            return;
        };
        let years = self.profile.years;
        let mut here = Self::here(
            &mut self.model,
            &mut self.chance,
            &self.legacy,
            self.now,
            years,
        );
        deed::end(&deed, &answer, &mut here);
        if let (Deed::Look, Ok(Answer::Cards(cards))) = (deed, answer) {
            self.desks[at].keep(cards);
        }
    }

    /// A turn in which people are at work.
    pub(super) fn work(&mut self, at: usize) -> Result<(), String> {
        let mut inputs = self.arrived(at);
        for _ in 0..self.chance.below(COMMANDS + 1) {
            let years = self.profile.years;
            let dated = self.premises[at].dates(self.now);
            let mut here = Self::here(
                &mut self.model,
                &mut self.chance,
                &self.legacy,
                self.now,
                years,
            );
            here.dated = dated;
            let (command, deed) = self.desks[at].act(&mut here);
            if self.premises[at].live.is_none() {
                // Nobody can ask a machine that is off: nothing of this happened.
                take_back(&deed, here.model);
                continue;
            }
            deed::begin(&deed, &mut here);
            inputs.push(self.input(at, command, deed));
        }
        if self.chance.one_in(2) {
            inputs.push(Input::Tick);
        }
        self.turn(at, inputs)
    }

    fn input(&mut self, at: usize, command: Command, deed: Deed) -> Input {
        self.last_ticket += 1;
        let ticket = self.last_ticket;
        self.trace.event(&format!("{ticket} is {deed:?}"));
        self.tickets.insert(ticket, (at, deed));
        Input::Command { ticket, command }
    }

    /// Somebody at `at` looks at every card, and has them lie open.
    pub(super) fn look(&mut self, at: usize) -> Result<(), String> {
        let (command, deed) = desk::look();
        let input = self.input(at, command, deed);
        self.turn(at, vec![input])
    }

    /// Somebody clears the history of a card.
    pub(super) fn clear(&mut self, at: usize) -> Result<(), String> {
        self.look(at)?;
        let page = self.desks[at].pages.last().cloned().unwrap_or_default();
        let (Some(card), Some(live)) = (self.chance.pick(&page), &self.premises[at].live) else {
            return Ok(());
        };
        let stands: Vec<Mark> = mark::shown(card)
            .into_iter()
            .flat_map(|one| one.marks)
            .collect();
        let values = register::replica::Shelf::values(&live.vault, card.id).map_err(words)?;
        let held = values.iter().flat_map(|one| mark::marks_in(&one.content));
        let gone = held.filter(|mark| !stands.contains(mark));
        let deed = Deed::Clear(gone.collect());
        let clear = Command::ClearHistory {
            record: card.id,
            author: desk::STAFF,
        };
        let years = self.profile.years;
        let mut here = Self::here(
            &mut self.model,
            &mut self.chance,
            &self.legacy,
            self.now,
            years,
        );
        deed::begin(&deed, &mut here);
        let input = self.input(at, clear, deed);
        self.turn(at, vec![input])
    }

    /// Asks a premises something that the account doesn't keep.
    pub(super) fn ask(
        &mut self,
        at: usize,
        command: Command,
    ) -> Result<Result<Answer, Refusal>, String> {
        let (now, premises) = (self.now, &mut self.premises[at]);
        let input = Input::Command { ticket: 0, command };
        let mut released = premises
            .turn(vec![input], now, &mut self.chance, &mut self.trace)
            .map_err(|broken| format!("{broken:?}"))?;
        let at_reply = released
            .iter()
            .position(|effect| matches!(effect, Effect::Reply(..)));
        let answer = match at_reply.map(|place| released.remove(place)) {
            Some(Effect::Reply(_, answer)) => answer,
            _ => return Err(format!("premises {at} did not answer")),
        };
        self.released(at, Ok(released))?;
        Ok(answer)
    }
}

/// Takes back what was put into the account for a deed that never began.
fn take_back(deed: &Deed, model: &mut Model) {
    if let Deed::Write(marks) | Deed::Redact(marks, _) = deed {
        for mark in marks {
            model.made.remove(mark);
        }
    }
}

pub(super) fn words(error: impl core::fmt::Display) -> String {
    error.to_string()
}
