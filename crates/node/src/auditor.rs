//! Verifies the audit logs by itself: soon after the start, once a day, and when the owner asks in the console.

use std::sync::Arc;
use std::time::Duration;

use console::desk::AuditCheck;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use crate::clock;
use crate::errand::verify_audit;
use crate::turn::Office;

/// The first time, when the node has come to rest.
const FIRST: Duration = Duration::from_secs(120);
/// How often.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Verifies until the node stops. Tells what came of it to `told`, and goes at once when `asked`.
pub(crate) async fn watch(
    office: Office,
    told: watch::Sender<Option<AuditCheck>>,
    asked: Arc<Notify>,
) {
    let mut pause = FIRST;
    loop {
        tokio::select! {
            () = sleep(pause) => {}
            () = asked.notified() => {}
        }
        pause = EVERY;
        let verdict = match verify_audit(&office).await {
            Ok(verdict) => verdict,
            Err(failure) => {
                tracing::warn!(why = %failure, "the audit logs could not be verified");
                continue;
            }
        };
        let findings = verdict.findings.len() + verdict.omitted;
        if findings > 0 {
            tracing::error!(
                findings,
                "the audit logs are not sound; `audit verify` says where"
            );
        } else {
            tracing::info!(entries = verdict.entries, "the audit logs are sound");
        }
        told.send_replace(Some(AuditCheck {
            at: clock::now(),
            entries: verdict.entries,
            findings,
        }));
    }
}
