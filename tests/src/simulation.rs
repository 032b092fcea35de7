//! Whole lives of several premises in one process, each from one number.
//!
//! Replicas on real vaults on disks in memory, driven turn by turn as the node's event loop drives them:
//! a batch of inputs, one sync, and only then what may be seen. Chance gives people deeds to do and
//! premises fates to suffer: power cuts between any two steps of a disk, lines that drop, are dead in one direction or
//! lose and double frames, disks copied back, backups restored, clocks of 2099, years of absence. Then everything is put
//! right, everybody talks until they are quiet, and they are judged by a naive account of what was done.
//!
//! # What a replica is entitled to
//!
//! Frames of one line arrive in order and unchanged, or the line is gone; that is what `link` gives. Nothing says when
//! either end hears of it. In harsh weather not even the order holds: then a replica may close the line, but neither
//! lose nor make up anything. It is never entitled to a disk that remembers what was not synced, nor to a clock.
//!
//! # Reading order
//!
//! `profile` says what kind of run a seed is, `world` holds everything, `fate` is what happens to premises, `desk` what
//! people do, `model` the account, `judge` the end. `premises` drives one replica, `net` carries frames,
//! `mark` plants words that are searched for afterwards, [`campaign`] runs many seeds.
//!
//! A replay tells its tale when `KORTISTO_TALE` is 1.

#![expect(
    clippy::indexing_slicing,
    reason = "premises are numbered, and a wrong number is a fault of the simulation"
)]

pub mod campaign;
mod chance;
mod desk;
mod fate;
mod judge;
mod mark;
mod model;
mod net;
mod premises;
mod profile;
mod trace;
mod world;

use world::World;

/// The longest that premises may take to agree once everything is right, seconds.
const PATIENCE: u64 = 400;

/// A run that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lived {
    /// How many inputs replicas took.
    pub inputs: u64,
    /// Digest of every input and effect.
    pub trace: [u8; 32],
}

/// One whole run.
///
/// # Errors
/// What was wrong, with what kind of run it was.
pub fn live(seed: u64) -> Result<Lived, String> {
    let tells = std::env::var("KORTISTO_TALE").is_ok_and(|one| one == "1");
    let mut world = World::new(seed, tells)?;
    let profile = world.profile;
    suffer(&mut world).map_err(|what| format!("{what}\n  {profile:?}"))?;
    let (inputs, trace) = world.trace.finish();
    Ok(Lived { inputs, trace })
}

fn suffer(world: &mut World) -> Result<(), String> {
    let mut images = Vec::new();
    for round in 0..world.profile.rounds {
        if world.profile.away && round == world.profile.rounds / 2 {
            world.away()?;
        }
        world.round(&mut images)?;
    }
    world.heal()?;
    settle(world)?;
    // A day on, everything is compared once more: nothing may be found that was thought to be there.
    let alarms = world.alarms;
    world.years(2)?;
    settle(world)?;
    if world.alarms > alarms {
        return Err(
            "the nightly check found what had been acknowledged and was not there".to_owned(),
        );
    }
    world.judge()
}

fn settle(world: &mut World) -> Result<(), String> {
    if world.settle(PATIENCE)? {
        Ok(())
    } else {
        Err(format!("they don't agree: {}", world.standing()))
    }
}
