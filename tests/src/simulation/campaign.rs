//! Many seeds, over as many threads as there are, and what failed among them.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Lived, live};

/// Names the seeds to run, `from..to`, instead of the usual ones.
pub const SEEDS: &str = "KORTISTO_SEEDS";
/// When set to 1, a campaign of [`LONG_SEEDS`] runs.
pub const LONG: &str = "KORTISTO_LONG";
/// Seeds of the long campaign.
pub const LONG_SEEDS: Range<u64> = 0..100_000;
/// How many threads a campaign takes; by default as many as there are.
const THREADS: &str = "KORTISTO_THREADS";

/// What came of many runs.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many seeds ran.
    pub seeds: u64,
    /// How many inputs replicas took.
    pub inputs: u64,
    /// Each failed seed with what was wrong.
    pub failures: Vec<(u64, String)>,
}

/// The seeds that were asked for, else `usual`.
///
/// # Errors
/// Words about what was asked for and can't be read.
pub fn seeds(usual: Range<u64>) -> Result<Range<u64>, String> {
    if let Ok(text) = std::env::var(SEEDS) {
        let read = |(from, to): (&str, &str)| Some(from.parse().ok()?..to.parse().ok()?);
        let range = text.split_once("..").and_then(read);
        return range.ok_or_else(|| format!("{SEEDS} is not of the form from..to: {text}"));
    }
    if std::env::var(LONG).is_ok_and(|one| one == "1") {
        return Ok(LONG_SEEDS);
    }
    Ok(usual)
}

/// One seed; a panic is a failure like any other.
///
/// # Errors
/// What was wrong.
pub fn run(seed: u64) -> Result<Lived, String> {
    catch_unwind(AssertUnwindSafe(|| live(seed))).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Err(format!("panicked: {}", words.unwrap_or_default()))
    })
}

/// Runs every seed and collects what fails, telling of each at once.
#[must_use]
pub fn campaign(seeds: Range<u64>) -> Outcome {
    let asked = std::env::var(THREADS)
        .ok()
        .and_then(|text| text.parse().ok());
    let threads = asked
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
    let next = AtomicU64::new(seeds.start);
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    note(seed, run(seed), &outcome);
                }
            });
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_default();
    outcome.failures.sort();
    outcome
}

fn note(seed: u64, lived: Result<Lived, String>, outcome: &Mutex<Outcome>) {
    let Ok(mut outcome) = outcome.lock() else {
        return;
    };
    outcome.seeds += 1;
    match lived {
        Ok(lived) => outcome.inputs += lived.inputs,
        Err(what) => {
            eprintln!("{}", replay(seed, &what));
            outcome.failures.push((seed, what));
        }
    }
}

/// What to say of a failed seed: what was wrong, and how to see it again.
#[must_use]
pub fn replay(seed: u64, what: &str) -> String {
    format!(
        "seed {seed}: {what}\n  replay: {SEEDS}={seed}..{} cargo nextest run -p kortisto-tests --test simulation seeds",
        seed + 1
    )
}
