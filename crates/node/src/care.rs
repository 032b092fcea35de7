//! The node's certificate and key: one is renewed long before it ends, the other gives way to the next as soon as
//! every premises has heard of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use console::desk::PrepareKey;
use link::identity::{ClaimedId, Day, Identity, IdentityError};
use register::replica::Command;
use tokio::time::sleep;

use crate::clock;
use crate::exit::{Exit, Failure, Outcome};
use crate::line::Wire;
use crate::seal::Seal;
use crate::turn::Office;

/// A certificate that ends within so many seconds is renewed: a year, half of its life.
const RENEW: i64 = 365 * 24 * 3600;
/// How often the dates are looked at.
const EVERY: Duration = Duration::from_secs(6 * 3600);
/// What failed is tried again after so long.
const AGAIN: Duration = Duration::from_secs(10);

/// What the care is for.
#[derive(Debug)]
pub(crate) struct Care {
    /// Where key and certificate are.
    pub(crate) directory: PathBuf,
    /// The register.
    pub(crate) office: Office,
    /// The line, which shows the certificate.
    pub(crate) wire: Wire,
    /// What signs with the key.
    pub(crate) seal: Arc<Seal>,
}

/// Makes the key that is to come after the present one, and tells which.
///
/// # Errors
/// When files can't be read or written.
pub(crate) fn prepare(directory: &std::path::Path) -> Outcome<ClaimedId> {
    Identity::prepare_next(directory, today()).map_err(failure)
}

/// [`prepare`] for the console, which tells a person no more than that it failed: the log says why.
pub(crate) fn for_desk(directory: PathBuf) -> PrepareKey {
    Arc::new(move || match prepare(&directory) {
        Ok(next) => Some(*next.key()),
        Err(failure) => {
            tracing::error!(why = %failure, "the node's next key could not be made");
            None
        }
    })
}

impl Care {
    /// Watches until the node stops.
    pub(crate) async fn watch(self) {
        let mut report = self.office.report();
        loop {
            self.renew();
            let ready = report.wait_for(|report| {
                let next = report.next_key.as_ref();
                next.is_some_and(|next| next.waits_for.is_empty())
            });
            tokio::select! {
                ready = ready => {
                    if ready.is_err() {
                        return;
                    }
                }
                () = sleep(EVERY) => continue,
            }
            let next = report.borrow().next_key.as_ref().map(|next| next.key);
            let Some(next) = next else { continue };
            if let Err(failure) = self.take_next(ClaimedId::from_key(next)).await {
                tracing::error!(why = %failure, "the node's next key could not be taken into use yet");
                sleep(AGAIN).await;
            }
        }
    }

    /// Renews a certificate that will end. What failed is tried again, long before it does.
    fn renew(&self) {
        let renewed = Identity::load(&self.directory).and_then(|identity| {
            let (_, last) = identity.validity()?;
            if last - clock::now().as_second() > RENEW {
                return Ok(None);
            }
            Identity::renew(&self.directory, today()).map(Some)
        });
        match renewed {
            Ok(Some(identity)) => {
                self.wire.set_identity(identity);
                tracing::info!("the node's certificate was renewed");
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(why = %error, "the node's certificate could not be renewed")
            }
        }
    }

    /// Everybody has heard of the next key: it is used from now on, and the present one is stated to be over.
    async fn take_next(&self, next: ClaimedId) -> Outcome<()> {
        let directory = self.directory.clone();
        let taken =
            tokio::task::spawn_blocking(move || Identity::take_next(&directory, next)).await;
        let taken = taken.map_err(|error| Failure::new(Exit::Failed, error))?;
        let identity = taken.map_err(failure)?;
        self.seal.change(&identity).map_err(failure)?;
        let key = identity.peer_id();
        self.wire.set_identity(identity);
        self.office.ask(Command::KeyInUse).await??;
        tracing::info!(%key, "the node uses its next key");
        Ok(())
    }
}

fn today() -> Day {
    let day = clock::today();
    (
        day.year().into(),
        day.month().unsigned_abs(),
        day.day().unsigned_abs(),
    )
}

fn failure(error: IdentityError) -> Failure {
    Failure::new(Exit::NotANode, error)
}
