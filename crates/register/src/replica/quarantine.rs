//! A node that may hold people who were erased elsewhere shows nobody until it has exchanged ledgers.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::audit::{Act, AuditEvent};
use crate::directory::Update;
use crate::id::RecordId;

use super::answer::Answer;
use super::shelf::Write;
use super::{Cx, Notice, Replica};

/// A node that has heard no other premises for so long shows nothing.
const ALONE: SignedDuration = SignedDuration::from_hours(35 * 24);

pub(super) const FACT: &str = "quarantine";
pub(super) const FACT_RELEASED: &str = "released";

/// Why a node shows nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quarantine {
    /// It was restored from a backup, which may hold people erased since.
    Restored,
    /// It has heard no other premises for more than 35 days.
    Alone,
}

impl Quarantine {
    /// What a restored store has to be given before it is opened.
    #[must_use]
    pub fn of_restored() -> Write {
        write(Some(Self::Restored))
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        rmp_serde::from_slice(bytes).ok()
    }
}

fn write(quarantine: Option<Quarantine>) -> Write {
    // A unit variant always has a MessagePack form.
    let bytes = quarantine.map(|why| rmp_serde::to_vec(&why).unwrap_or_default());
    Write::Fact(FACT.into(), bytes)
}

impl Replica {
    /// A node that was alone for too long closes itself.
    pub(super) fn notice_solitude(&mut self, cx: &mut Cx<'_>) {
        if self.quarantine.is_some() || self.released.is_some_and(|at| at > before(cx.now)) {
            return;
        }
        let last = self.peers.values().filter_map(|file| file.heard).max();
        if last.is_some_and(|last| last < before(cx.now)) && self.sessions.is_empty() {
            self.quarantine = Some(Quarantine::Alone);
            cx.persist(vec![write(self.quarantine)]);
            cx.notify(Notice::Directory(Update::Closed(true)));
            cx.notify(Notice::Standing);
        }
    }

    /// Ledgers were exchanged with a peer of this register: whoever was erased is gone.
    pub(super) fn leave_quarantine(&mut self, cx: &mut Cx<'_>) {
        if self.quarantine.take().is_some() {
            // A restored node may have recorded notices that only a peer remembers.
            self.behind = !self.peers.is_empty();
            cx.persist(vec![
                write(None),
                super::marketing::write_behind(self.behind),
            ]);
            cx.notify(Notice::Directory(Update::Closed(false)));
            cx.notify(Notice::Standing);
        }
    }

    /// The owner lets the node serve all the same.
    pub(super) fn release(&mut self, author: RecordId, cx: &mut Cx<'_>) -> Answer {
        let event = AuditEvent::of(author, Act::Released);
        let audit = self.audit_write(event, cx);
        let at = cx.now.as_second().to_be_bytes().to_vec();
        cx.persist(vec![audit, Write::Fact(FACT_RELEASED.into(), Some(at))]);
        self.released = Some(cx.now);
        self.leave_quarantine(cx);
        Answer::Done
    }
}

/// When the owner last let the node serve.
pub(super) fn read_released(bytes: &[u8]) -> Option<Timestamp> {
    let seconds = i64::from_be_bytes(bytes.try_into().ok()?);
    Timestamp::from_second(seconds).ok()
}

/// What a node last heard before this is too long ago to show anybody.
pub(super) fn before(now: Timestamp) -> Timestamp {
    now.checked_sub(ALONE).unwrap_or(Timestamp::MIN)
}
