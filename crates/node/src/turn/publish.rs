//! Snapshots that others read without asking: the directory, the report, which records changed.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use console::desk::Asked;
use register::directory::Directory;
use register::id::RecordId;
use register::replica::{Effect, Notice, Peer, Report};
use tokio::sync::{broadcast, mpsc, watch};

use super::{Chore, Office};

/// The shortest time between two reports.
const REPORT_PAUSE: Duration = Duration::from_millis(200);
/// Changed records that a page may lag behind before it is told to load itself again.
const CHANGES_WAITING: usize = 1024;

#[derive(Debug)]
pub(super) struct Publisher {
    directory: Arc<RwLock<Directory>>,
    report: watch::Sender<Report>,
    changes: broadcast::Sender<RecordId>,
    /// Something changed that the last report doesn't say.
    stale: bool,
    next: Option<Instant>,
}

impl Publisher {
    pub(super) fn new(report: Report) -> Self {
        Self {
            directory: Arc::default(),
            report: watch::Sender::new(report),
            changes: broadcast::Sender::new(CHANGES_WAITING),
            stale: false,
            next: None,
        }
    }

    pub(super) fn office(
        &self,
        commands: mpsc::Sender<Asked>,
        chores: mpsc::Sender<Chore>,
    ) -> Office {
        Office {
            commands,
            chores,
            directory: Arc::clone(&self.directory),
            report: self.report.subscribe(),
            changes: self.changes.clone(),
        }
    }

    /// Takes the directory's updates out of `effects` and carries them out, under one lock.
    pub(super) fn update_directory(&self, effects: &mut Vec<Effect>) {
        let is_update = |effect: &Effect| matches!(effect, Effect::Notify(Notice::Directory(_)));
        if !effects.iter().any(is_update) {
            return;
        }
        let mut directory = self
            .directory
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        for effect in effects.extract_if(.., |effect| is_update(effect)) {
            if let Effect::Notify(Notice::Directory(update)) = effect {
                directory.apply(update);
            }
        }
    }

    /// Passes a notice on. Returns the list of peers when that is what changed.
    pub(super) fn notify(&mut self, notice: Notice) -> Option<Vec<Peer>> {
        match notice {
            // Taken out before.
            Notice::Directory(_) => {}
            // The loop's own.
            Notice::Forgotten(_) => {}
            Notice::Changed(record) => {
                self.stale = true;
                // No page may be open.
                let _ = self.changes.send(record);
            }
            Notice::Standing => self.stale = true,
            Notice::Peers(peers) => {
                self.stale = true;
                return Some(peers);
            }
            Notice::LogsDiffer(peer) => {
                self.stale = true;
                tracing::error!(%peer, "the audit logs of two premises contradict each other; `audit verify` says where");
            }
            Notice::Repaired(peer, records) => {
                self.stale = true;
                tracing::error!(
                    %peer,
                    records,
                    "a peer lacked records that were thought to be acknowledged; they are being sent again"
                );
            }
        }
        None
    }

    /// When the next report is due, if one is.
    pub(super) fn due(&self) -> Option<Instant> {
        self.next.filter(|_| self.stale)
    }

    /// Publishes a report if one is wanted and the last is old enough.
    pub(super) fn publish(&mut self, now: Instant, report: impl FnOnce() -> Report) {
        if self.stale && self.next.is_none_or(|next| now >= next) {
            self.stale = false;
            self.next = Some(now + REPORT_PAUSE);
            self.report.send_replace(report());
        }
    }
}
