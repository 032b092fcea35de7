//! The power goes between any two steps of the disk: what was synced is there, and nothing half.

use proptest::prelude::*;
use vault::memory::{Crash, MemoryDisk};
use vault::{Keys, Vault};

use crate::model::{Model, Rng};

/// A run of a vault over several lives, and every state that it may be found in.
struct Run {
    disk: MemoryDisk,
    rng: Rng,
    audit: u64,
    now: u64,
    /// What is surely there.
    synced: Model,
    /// What may be there: after each group since.
    staged: Vec<Model>,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            disk: MemoryDisk::new(),
            rng: Rng(seed),
            audit: 0,
            now: 0,
            synced: Model::default(),
            staged: Vec::new(),
        }
    }

    /// Works until the power goes or so many turns are done. Returns whether the power went.
    fn live(&mut self, turns: u64) -> bool {
        self.work(turns).is_none()
    }

    fn work(&mut self, turns: u64) -> Option<()> {
        let keys = Keys::from_secret([7; 32]);
        let (mut vault, holdings, _) = match Vault::open_on(self.disk.clone(), keys) {
            Ok(opened) => opened,
            Err(error) => {
                assert!(self.disk.is_dead(), "not the power: {error}");
                return None;
            }
        };
        self.compare(&Model::of(&vault, &holdings));
        for _ in 0..turns {
            for _ in 0..=self.rng.below(3) {
                let group = self.rng.group(&mut self.audit);
                vault.stage(&group).ok()?;
                let mut model = self.staged.last().unwrap_or(&self.synced).clone();
                model.apply(&group);
                self.staged.push(model);
            }
            vault.sync().ok()?;
            self.acknowledged();
            self.now += 20;
            for _ in 0..self.rng.below(4) {
                let done = vault.upkeep(self.now).ok()?;
                if done.trouble.is_some() {
                    assert!(self.disk.is_dead(), "{done:?}");
                }
            }
            if self.rng.below(12) == 0 {
                vault.checkpoint_now().ok()?;
            }
        }
        vault.close().ok()
    }

    fn acknowledged(&mut self) {
        if let Some(last) = self.staged.pop() {
            self.synced = last;
        }
        self.staged.clear();
    }

    /// What was found must be what was synced, or that and some of the groups after it.
    fn compare(&mut self, found: &Model) {
        let fits = |state: &Model| {
            let mut state = state.clone().seen();
            // The ledger file may be ahead of the rest, and only it.
            let ledger = state.ledger.is_subset(&found.ledger);
            state.ledger.clone_from(&found.ledger);
            ledger && state == *found
        };
        let all = self.staged.last().unwrap_or(&self.synced).ledger.clone();
        assert!(found.ledger.is_subset(&all));
        let states = core::iter::once(&self.synced).chain(&self.staged);
        let state = states.clone().position(fits);
        assert!(state.is_some(), "none of {} states", states.count());
        self.synced = found.clone();
        self.staged.clear();
    }
}

fn check(seed: u64, power: u64, crash: Crash) -> bool {
    let mut run = Run::new(seed);
    run.disk.cut_power_after(power);
    let died = run.live(6);
    run.disk.crash(crash);
    run.live(2);
    died
}

#[test]
fn the_power_goes_at_any_step() {
    for seed in 0..4 {
        for crash in [Crash::KeepAll, Crash::LoseAll, Crash::Torn(seed)] {
            let mut power = 0;
            while check(seed, power, crash.with(power)) {
                power += 1;
            }
            assert!(power > 20, "only {power} steps");
        }
    }
}

/// Another choice for each point, so that more ways of tearing are seen.
trait With {
    fn with(self, power: u64) -> Self;
}

impl With for Crash {
    fn with(self, power: u64) -> Self {
        match self {
            Self::Torn(seed) => Self::Torn(seed.wrapping_mul(1000).wrapping_add(power)),
            other => other,
        }
    }
}

/// Many lives, each of which ends by a power cut, of one store.
fn lives(seed: u64) {
    let mut run = Run::new(seed);
    let mut choice = Rng(seed ^ 0x5eed);
    for _ in 0..8 {
        run.disk.cut_power_after(choice.below(120));
        run.live(10);
        run.disk.crash(Crash::Torn(choice.next()));
    }
    assert!(!run.live(3), "nothing cut the power");
    run.live(0);
}

#[test]
fn stores_live_through_many_power_cuts() {
    let long = std::env::var_os("KORTISTO_LONG").is_some();
    for seed in 0..if long { 20_000 } else { 40 } {
        if std::panic::catch_unwind(|| lives(seed)).is_err() {
            panic!("seed {seed}");
        }
    }
}

#[test]
fn the_same_seed_takes_the_same_steps() {
    let steps = |seed| {
        let mut run = Run::new(seed);
        run.disk.cut_power_after(150);
        run.live(30);
        run.disk.crash(Crash::Torn(9));
        run.live(5);
        run.disk.steps()
    };
    assert_eq!(steps(1), steps(1));
    assert_ne!(steps(1), steps(2));
}

#[test]
fn a_directory_copied_back_opens_as_it_was() {
    let mut run = Run::new(77);
    assert!(!run.live(5));
    let image = run.disk.image();
    let then = run.synced.clone();
    assert!(!run.live(5));
    let mut back = Run::new(78);
    back.disk = image;
    back.synced = then;
    assert!(!back.live(3));
    assert!(!run.live(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_vault_holds_what_a_map_would(seed: u64, lives in prop::collection::vec(0..8u64, 1..5)) {
        let mut run = Run::new(seed);
        for turns in lives {
            prop_assert!(!run.live(turns));
        }
        run.live(0);
    }

    #[test]
    fn power_cuts_anywhere(seed: u64) {
        lives(seed);
    }
}
