//! Reading the logs: pages for people, slices for a verification.

use crate::audit::query::{PAGE_LIMIT, Page, Query, Reason, SEEN_LIMIT, Seen, Shown, Standing};
use crate::audit::verify::Head;
use crate::audit::{Act, AuditEvent, Entry, Why};
use crate::id::{LogId, RecordId};

use super::super::answer::{Answer, Refusal};
use super::super::shelf::AuditSlot;
use super::super::{Cx, Replica};

/// The most entries in one slice.
pub(in super::super) const SLICE_LIMIT: usize = 1_000;

impl Replica {
    /// A page of the log. Reading it is logged too.
    pub(in super::super) fn read_log(
        &mut self,
        viewer: RecordId,
        query: &Query,
        cx: &mut Cx<'_>,
    ) -> Answer {
        let page = self.log_page(query, cx);
        self.log_reading(viewer, query, cx);
        Answer::Log(Box::new(page))
    }

    /// A page of the log.
    pub(in super::super) fn log_page(&mut self, query: &Query, cx: &Cx<'_>) -> Page {
        let mut query = query.clone();
        query.limit = query.limit.min(PAGE_LIMIT);
        let logs = &self.trail.logs;
        let node_of = |log: LogId| logs.get(&log).map(|held| held.node);
        let (places, next) = self.trail.index.find(&query, node_of);
        let entries = places
            .into_iter()
            .filter_map(|(log, sequence)| self.shown(log, sequence, cx))
            .collect();
        Page {
            entries,
            next,
            unread: self.unread(),
        }
    }

    /// The cards that somebody looked at; logged as a reading of what they did.
    pub(in super::super) fn cards_seen(
        &mut self,
        viewer: RecordId,
        query: &Query,
        cx: &mut Cx<'_>,
    ) -> Answer {
        let mut seen: Vec<Seen> = self.trail.index.seen_by(query);
        seen.truncate(SEEN_LIMIT);
        self.log_reading(viewer, query, cx);
        Answer::Seen(seen, self.unread())
    }

    fn log_reading(&mut self, viewer: RecordId, query: &Query, cx: &mut Cx<'_>) {
        let mut event = AuditEvent::of(viewer, Act::LogRead);
        event.record = query.record.or(query.who);
        let write = self.audit_write(event, cx);
        cx.persist(vec![write]);
    }

    fn unread(&self) -> u64 {
        let left = self.trail.unread.iter();
        left.map(|(_, next, last)| (last + 1).saturating_sub(*next))
            .sum()
    }

    fn shown(&self, log: LogId, sequence: u64, cx: &Cx<'_>) -> Option<Shown> {
        let node = self.trail.node_of(log)?;
        let slots = cx.shelf.audit(log, sequence, 1).ok()?;
        let (number, bytes) = slots.into_iter().next()?;
        let entry = Entry::read(log, &bytes?).filter(|_| number == sequence)?;
        let reason = match &entry.why {
            Why::Unsaid => Reason::Unsaid,
            Why::Text(text) => Reason::Text(text.clone()),
            Why::Apart(_) => {
                let kept = cx.shelf.reason(entry.record, log, sequence).ok().flatten();
                let text = kept.and_then(|kept| entry.reason(&kept).map(str::to_owned));
                let erased = |record: RecordId| self.ledger.erased(record).is_some();
                match text {
                    Some(text) => Reason::Text(text),
                    None if entry.record.is_some_and(erased) => Reason::Erased,
                    None => Reason::Missing,
                }
            }
        };
        Some(Shown {
            node,
            entry,
            reason,
        })
    }

    /// Every log as it is held, for a verification.
    pub(in super::super) fn log_heads(&self) -> Answer {
        let heads = self.trail.logs.iter().map(|(log, held)| Head {
            log: *log,
            node: held.node,
            base: held.base,
            tail: held.tail,
        });
        // Of one that went whole, its time over, nothing is left to verify.
        let heads =
            heads.filter(|head| head.tail.sequence > head.base.sequence || head.base.sequence == 0);
        let contradictions = self.trail.contradictions.values().copied().collect();
        Answer::LogHeads(heads.collect(), contradictions)
    }

    /// A slice of a log, for a verification.
    pub(in super::super) fn log_slice(
        &self,
        log: LogId,
        from: u64,
        limit: usize,
        cx: &Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let slots: Vec<AuditSlot> = cx
            .shelf
            .audit(log, from, limit.min(SLICE_LIMIT))
            .map_err(|_| Refusal::Storage)?;
        Ok(Answer::LogSlice(slots))
    }

    /// How the logs stand.
    pub(in super::super) fn log_standing(&self) -> Standing {
        let unsent = self.peers.keys().filter_map(|peer| self.unsent_to(*peer));
        Standing {
            entries: self.trail.logs.values().map(super::Log::len).sum(),
            unsent: unsent.max().unwrap_or_default(),
            contradictions: self.trail.contradictions.values().copied().collect(),
        }
    }
}
