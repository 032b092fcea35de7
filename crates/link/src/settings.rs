//! Times and the clock. The defaults held up on consumer lines and loopback alike.

use core::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::turns::Turns;

/// How a line behaves in time.
#[derive(Clone)]
pub struct LinkSettings {
    /// How long a dial may take until the acceptor has said hello.
    pub dial_timeout: Duration,
    /// The first pause between two dials of one peer.
    pub dial_pause: Duration,
    /// The longest pause between two dials of one peer.
    pub dial_pause_most: Duration,
    /// A sign of life is sent this often, which also keeps routers' mappings open.
    pub keep_alive: Duration,
    /// A line on which nothing is heard for so long is down.
    pub idle: Duration,
    /// A peer from which nothing has come for so long is dialled beside the line that it has. More than
    /// [`Self::keep_alive`] and a round trip.
    pub quiet: Duration,
    /// When dialling falls silent for the sake of routers.
    pub turns: Turns,
    /// Whether the router is asked to forward the port on which the node listens.
    pub port_mapping: bool,
    /// Tells what time it is, for the validity of certificates.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl LinkSettings {
    /// Seconds since 1970; 0 on a clock that is before.
    pub(crate) fn now(&self) -> i64 {
        let since = (self.clock)().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
    }
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            dial_timeout: Duration::from_secs(3),
            dial_pause: Duration::from_millis(200),
            // With the jitter of half of it, and a dial that has just been begun in vain, a line that returns is used
            // within five seconds.
            dial_pause_most: Duration::from_millis(1_300),
            // Two signs of life fit into `quiet`.
            keep_alive: Duration::from_millis(1_500),
            idle: Duration::from_secs(10),
            quiet: Duration::from_secs(3),
            turns: Turns::default(),
            port_mapping: false,
            clock: Arc::new(system_time),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place in this crate that reads the system's clock"
)]
fn system_time() -> SystemTime {
    SystemTime::now()
}

impl fmt::Debug for LinkSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkSettings")
            .field("dial_timeout", &self.dial_timeout)
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}
