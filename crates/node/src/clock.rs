//! The one place that reads the time, and the one source of the replica's randomness.
//!
//! In a build with debug assertions, and in no other, the clock can be moved: the environment's
//! `KORTISTO_CLOCK_OFFSET` is a number of seconds that is added to the time of day, so that a test can
//! wake a whole node in 2099. A released program has no such code, since whoever could move its clock
//! could have cards deleted or kept.

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;
use register::replica::{Moment, Notary};

use crate::exit::{Exit, Failure, Outcome};

/// The time of day.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one function that reads the time of day"
)]
pub fn now() -> Timestamp {
    moved(Timestamp::now())
}

/// Whether the clock was moved for a test.
#[must_use]
pub fn is_moved() -> bool {
    moved(Timestamp::UNIX_EPOCH) != Timestamp::UNIX_EPOCH
}

#[cfg(debug_assertions)]
fn moved(now: Timestamp) -> Timestamp {
    use std::sync::OnceLock;
    static OFFSET: OnceLock<i64> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "for tests of whole nodes; not in a released program"
    )]
    let offset = OFFSET.get_or_init(|| {
        let text = std::env::var("KORTISTO_CLOCK_OFFSET").ok();
        text.and_then(|text| text.parse().ok()).unwrap_or_default()
    });
    now.checked_add(jiff::SignedDuration::from_secs(*offset))
        .unwrap_or(now)
}

#[cfg(not(debug_assertions))]
const fn moved(now: Timestamp) -> Timestamp {
    now
}

/// A point on a clock that never jumps, for waiting and measuring.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one function that reads the steady clock"
)]
pub fn instant() -> Instant {
    Instant::now()
}

/// The day it is in Finland.
#[must_use]
pub fn today() -> Date {
    console::today(now)
}

/// Where a replica's ids and nonces come from, seeded once by the operating system, and what it signs with.
pub struct Chance {
    rng: ChaCha20Rng,
    notary: Arc<dyn Notary + Send + Sync>,
}

impl core::fmt::Debug for Chance {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Chance(redacted)")
    }
}

impl Chance {
    /// A new source, beside the node's own key.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn new(notary: Arc<dyn Notary + Send + Sync>) -> Outcome<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|_| {
            Failure::said(Exit::Failed, "the operating system gives no random numbers")
        })?;
        Ok(Self {
            rng: ChaCha20Rng::from_seed(seed),
            notary,
        })
    }

    /// The time, the randomness and the key of one call.
    pub fn moment(&mut self) -> Moment<'_> {
        Moment {
            now: now(),
            rng: &mut self.rng,
            notary: self.notary.as_ref(),
        }
    }
}
