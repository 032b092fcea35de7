//! Tells the other premises where this node is reached, when its router forwards a port to it: consumer lines get new
//! addresses, and who learns of one over the line that stands can dial it when that line is gone.

use std::time::Duration;

use register::replica::Command;
use tokio::time::sleep;

use crate::line::Wire;
use crate::turn::Office;

/// How often it is asked what the router forwards.
const EVERY: Duration = Duration::from_secs(60);

/// Watches until the node stops. What was told stays told while a router says nothing: it may be restarting.
pub(crate) async fn watch(office: Office, wire: Wire) {
    let mut told = None;
    loop {
        let outside = wire.outside();
        if outside.is_some() && outside != told {
            let addresses = outside.iter().map(ToString::to_string).collect();
            match office.ask(Command::ReachedAt(addresses)).await {
                Ok(Ok(_)) => told = outside,
                Ok(Err(why)) => {
                    tracing::warn!(%why, "where this node is reached could not be told")
                }
                Err(_) => return,
            }
        }
        sleep(EVERY).await;
    }
}
