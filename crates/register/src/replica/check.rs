//! The self-check by negentropy: what keeps two logs that drained honest.

use std::collections::BTreeMap;

use negentropy::{Id, Negentropy, NegentropyStorageVector};

use crate::id::{NodeId, RecordId};
use crate::wire::{LIST_LIMIT, Message};

use super::effect::Fault;
use super::exchange::{passed, send};
use super::session::{Check, Phase};
use super::{Cx, Notice, Replica};

/// How often everything is compared with a connected peer, seconds.
const EVERY: i64 = 24 * 60 * 60;
/// No bound on a frame beyond the link's.
const NO_LIMIT: u64 = 0;

impl Replica {
    pub(super) fn check_all(&mut self, cx: &mut Cx<'_>) {
        let open: Vec<NodeId> = self
            .sessions
            .iter()
            .filter(|(_, one)| one.phase == Phase::Records)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in open {
            self.begin_check(peer, cx);
        }
    }

    pub(super) fn check_nightly(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let due = self.sessions.get_mut(&peer).is_some_and(|session| {
            // A connection counts from its beginning, when the logs were compared.
            let checked = *session.checked.get_or_insert(cx.now);
            session.agreed() && passed(Some(checked), cx.now, EVERY)
        });
        if due {
            self.begin_check(peer, cx);
        }
    }

    /// Begins to find out what of this node's records the peer lacks.
    pub(super) fn begin_check(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let (storage, records) = self.items();
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        session.checked = Some(cx.now);
        let settled = session.complete && session.pending.is_empty();
        // Neither fails on a sealed storage and a fresh engine.
        let Ok(mut engine) = Negentropy::owned(storage, NO_LIMIT) else {
            return;
        };
        let Ok(first) = engine.initiate() else {
            return;
        };
        session.check = Some(Check {
            engine,
            records,
            settled,
        });
        send(peer, Message::Probe(first), cx);
    }

    fn items(&self) -> (NegentropyStorageVector, BTreeMap<[u8; 32], RecordId>) {
        let mut storage = NegentropyStorageVector::with_capacity(self.inventory.len());
        let mut records = BTreeMap::new();
        for (record, entry) in self.inventory.iter() {
            let [a, b, c, d, ..] = *record.as_bytes();
            let moment = u64::from(u32::from_be_bytes([a, b, c, d]));
            // A vector that is not sealed yet takes any item.
            let _ = storage.insert(moment, Id::from_byte_array(entry.state));
            records.insert(entry.state, record);
        }
        let _ = storage.seal();
        (storage, records)
    }

    pub(super) fn answer_probe(
        &mut self,
        peer: NodeId,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let waiting = self
            .sessions
            .get(&peer)
            .is_some_and(|session| session.answering.is_some());
        let items = if waiting { None } else { Some(self.items().0) };
        let Some(session) = self.sessions.get_mut(&peer) else {
            return Ok(());
        };
        if let Some(items) = items {
            session.answering = Some(items);
        }
        let Some(storage) = &session.answering else {
            return Ok(());
        };
        let mut engine = Negentropy::borrowed(storage, NO_LIMIT).map_err(|_| Fault::Frame)?;
        let reply = engine.reconcile(bytes).map_err(|_| Fault::Frame)?;
        send(peer, Message::ProbeReply(reply), cx);
        Ok(())
    }

    pub(super) fn follow_probe(
        &mut self,
        peer: NodeId,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return Ok(());
        };
        let Some(check) = &mut session.check else {
            return Ok(());
        };
        let (mut have, mut need) = (Vec::new(), Vec::new());
        let next = check
            .engine
            .reconcile_with_ids(bytes, &mut have, &mut need)
            .map_err(|_| Fault::Frame)?;
        let lacking: Vec<RecordId> = have
            .iter()
            .filter_map(|id| check.records.get(&**id).copied())
            .collect();
        let alarm = check.settled && !lacking.is_empty();
        for record in &lacking {
            // What changed meanwhile is on its way already.
            if let Some(entry) = self.inventory.get(*record) {
                session.offer_later(*record, entry.sequence);
            }
        }
        match next {
            Some(question) => send(peer, Message::Probe(question), cx),
            None => {
                session.check = None;
                session.complete = true;
                if let Some(file) = self.peers.get_mut(&peer) {
                    file.checked = Some(cx.now);
                }
                self.save_peer(peer, cx);
            }
        }
        if alarm {
            cx.notify(Notice::Repaired(peer, lacking.len()));
        }
        Ok(())
    }

    pub(super) fn send_ledger(&mut self, peer: NodeId, cx: &mut Cx<'_>) {
        let entries: Vec<Vec<u8>> = self.ledger.lines().map(|line| line.encode()).collect();
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.told_ledger = self.ledger.digest();
        }
        let mut parts = entries.chunks(LIST_LIMIT).peekable();
        if parts.peek().is_none() {
            send(peer, Message::Ledger(Vec::new(), true), cx);
        }
        while let Some(part) = parts.next() {
            send(
                peer,
                Message::Ledger(part.to_vec(), parts.peek().is_none()),
                cx,
            );
        }
    }
}
