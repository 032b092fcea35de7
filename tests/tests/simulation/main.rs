//! Many lives of several premises, each from one number: whatever befalls them, they agree and forget.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod properties;

use kortisto_tests::simulation::campaign::{campaign, replay, run, seeds};
use mimalloc::MiMalloc;

/// The binary's own allocator: a sixth of a run is allocation.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Seeds of every run of the tests.
const USUAL: core::ops::Range<u64> = 0..500;

#[test]
fn seeds_of_a_mixed_life_end_equal() {
    let seeds = seeds(USUAL).unwrap();
    let outcome = campaign(seeds.clone());
    println!("{} seeds, {} inputs", outcome.seeds, outcome.inputs);
    let failed: Vec<String> = outcome
        .failures
        .iter()
        .map(|(seed, what)| replay(*seed, what))
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {} seeds failed:\n{}",
        failed.len(),
        outcome.seeds,
        failed.join("\n")
    );
    assert_eq!(outcome.seeds, seeds.end - seeds.start);
}

/// Lives that ended badly once, each for a reason of its own.
#[test]
fn seeds_that_were_found_by_campaigns_end_equal() {
    for (seed, what) in [
        (
            5_548,
            "the ledger took the last visit off a card before the next one came, and the card went",
        ),
        (
            38_306,
            "a peer's clock ran ahead, and a card went before the peer was heard",
        ),
        (
            64_645,
            "what a clock that ran ahead had written came late, through another",
        ),
        (
            44_398,
            "an entry that proves the front of a log went again before the rest came",
        ),
    ] {
        assert!(run(seed).is_ok(), "{}", replay(seed, what));
    }
}

#[test]
fn the_same_seed_leaves_the_same_trace() {
    let mut traces = std::collections::BTreeSet::new();
    for seed in 0..6 {
        let one = run(seed).unwrap();
        assert_eq!(one, run(seed).unwrap(), "seed {seed}");
        traces.insert(one.trace);
    }
    assert_eq!(traces.len(), 6);
}
