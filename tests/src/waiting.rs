//! Waiting for something that another process does.

use std::time::{Duration, Instant};

use anyhow::bail;

/// How often to look.
const STEP: Duration = Duration::from_millis(25);

/// Looks until there is something, or fails with the last reason why there was not.
///
/// # Errors
/// When nothing came within `limit`.
pub async fn until<T>(
    what: &str,
    limit: Duration,
    mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    loop {
        let reason = match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => "not yet".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        if start.elapsed() > limit {
            bail!("{what}: not within {limit:?}; last: {reason}");
        }
        tokio::time::sleep(STEP).await;
    }
}
