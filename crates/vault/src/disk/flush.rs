//! A flush of sled that ends.
//!
//! After a full disk sled 0.34.7 was seen to wait forever, in one of some fifty tries, for a write
//! that nobody does any more, and with it whoever waited for the flush: the node neither worked
//! nor stopped.

use std::future::Future as _;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::working::{guarded, sled_error};
use crate::error::{Damage, VaultError};

/// A flush of at most some megabytes that takes longer has failed, on whatever disk.
const LIMIT: Duration = Duration::from_secs(30);

/// Hands what `tree` was given to the operating system.
///
/// # Errors
/// What sled says, and damage after [`LIMIT`]: then the flush is left behind, with a handle that
/// keeps the database locked until the process ends.
#[expect(
    clippy::disallowed_methods,
    reason = "waiting for a disk is the shell's, and this is the shell"
)]
pub(super) fn flush(tree: &sled::Tree) -> Result<(), VaultError> {
    let limit = Instant::now() + LIMIT;
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut flushed = std::pin::pin!(tree.flush_async());
    loop {
        if let Poll::Ready(result) = guarded(|| Ok(flushed.as_mut().poll(&mut context)))? {
            return result.map(drop).map_err(|error| sled_error(&error));
        }
        let left = limit.saturating_duration_since(Instant::now());
        if left.is_zero() {
            tracing::error!("the working store did not finish writing");
            return Err(Damage::Tree.into());
        }
        std::thread::park_timeout(left);
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}
