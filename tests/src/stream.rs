//! The stream of an open page: which records changed.

use std::time::Duration;

use anyhow::Context;
use tokio::time::timeout;

/// How long a change may take to be heard.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open stream.
pub struct Stream {
    response: reqwest::Response,
    heard: String,
}

impl Stream {
    /// The stream that `response` carries.
    #[must_use]
    pub const fn new(response: reqwest::Response) -> Self {
        Self {
            response,
            heard: String::new(),
        }
    }

    /// Lets go what was heard by now and is heard until nothing has been for so long.
    ///
    /// # Errors
    /// When the stream ends.
    pub async fn quiet(&mut self, length: Duration) -> anyhow::Result<()> {
        while let Ok(chunk) = timeout(length, self.response.chunk()).await {
            chunk?.context("the stream ended")?;
        }
        self.heard.clear();
        Ok(())
    }

    /// Waits until the record has changed.
    ///
    /// # Errors
    /// When that isn't heard in time, or the stream ends.
    pub async fn changed(&mut self, record: &str) -> anyhow::Result<()> {
        timeout(PATIENCE, async {
            loop {
                while let Some((event, rest)) = self.heard.split_once("\n\n") {
                    let about = event.contains("event: changed") && event.contains(record);
                    self.heard = rest.to_owned();
                    if about {
                        return Ok(());
                    }
                }
                let bytes = self.response.chunk().await?.context("the stream ended")?;
                self.heard.push_str(&String::from_utf8_lossy(&bytes));
            }
        })
        .await
        .context("the change was not heard in time")?
    }
}
