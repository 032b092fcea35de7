//! Times and the clock. The defaults held up on consumer lines and loopback alike.

use core::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

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
    /// How long an invitation holds.
    pub invitation: Duration,
    /// Tells what time it is, for the validity of certificates and what stands in an invitation.
    pub clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            dial_timeout: Duration::from_secs(3),
            dial_pause: Duration::from_millis(200),
            dial_pause_most: Duration::from_secs(5),
            keep_alive: Duration::from_secs(3),
            idle: Duration::from_secs(10),
            invitation: Duration::from_secs(10 * 60),
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
