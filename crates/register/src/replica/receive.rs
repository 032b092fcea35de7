//! Taking a record from a peer.

use std::collections::BTreeMap;

use crate::document::{Document, DocumentError, RecordKind};
use crate::id::{CATALOGUE, NodeId, RecordId, SETTINGS, ValueId};
use crate::value::Value;
use crate::wire::{Message, Push};

use super::effect::Fault;
use super::exchange::{send, want};
use super::session::Phase;
use super::sheet::Sheet;
use super::store::Written;
use super::{Cx, Replica};

impl Replica {
    /// Takes a record from a peer. It is acknowledged in the same batch of effects that stores it.
    pub(super) fn receive(
        &mut self,
        peer: NodeId,
        push: Push,
        cx: &mut Cx<'_>,
    ) -> Result<(), Fault> {
        let record = push.record;
        if let Some(entry) = self.ledger.erased(record) {
            send(peer, Message::Ledger(vec![entry.encode()], false), cx);
            send(peer, Message::Ack(vec![push.token]), cx);
            return Ok(());
        }
        // A record that can't be read here is asked for anew, whole.
        let existing = self.open_sheet(record, cx).unwrap_or(None);
        let before = existing
            .as_ref()
            .map(|sheet| sheet.document.heads())
            .unwrap_or_default();
        let mut sheet = match merged(existing, &push) {
            Ok(sheet) => sheet,
            Err(DocumentError::Missing | DocumentError::UnknownHeads) => {
                want(peer, record, before, false, cx);
                return Ok(());
            }
            Err(DocumentError::Newer) => {
                if let Some(session) = self.sessions.get_mut(&peer) {
                    session.phase = Phase::OtherVersion;
                }
                return Ok(());
            }
            Err(DocumentError::Damaged) => return Err(Fault::Record),
            Err(DocumentError::TooLarge) => return Err(Fault::TooLarge),
        };
        let news = self.take_values(&mut sheet, record, push.values);
        if !push.complete && sheet.lacks_values(record, &self.ledger) {
            // Changes and their values go together or not at all.
            want(peer, record, before, true, cx);
            return Ok(());
        }
        let heads = sheet.document.heads();
        let life = self.sessions.get(&peer).and_then(|session| session.theirs);
        let held_by = life
            .filter(|_| heads == push.heads)
            .map(|(life, _)| (peer, life));
        if heads == before && news.is_empty() {
            self.put_back(record, sheet);
            if let (Some(_), Some(session)) = (held_by, self.sessions.get_mut(&peer)) {
                session.holds(record);
            }
        } else {
            let written = if before.is_empty() {
                Written::Whole(push.changes)
            } else if Document::is_whole(&push.changes) {
                Written::Whole(sheet.document.save())
            } else {
                Written::More(push.changes, news)
            };
            self.store(record, sheet, written, held_by, Vec::new(), cx);
        }
        send(peer, Message::Ack(vec![push.token]), cx);
        Ok(())
    }

    /// Adds the values that are neither held nor dead to a sheet; returns which.
    fn take_values(
        &self,
        sheet: &mut Sheet,
        record: RecordId,
        values: Vec<([u8; 32], Vec<u8>)>,
    ) -> Vec<ValueId> {
        let dead = self.ledger.dead(record);
        let mut news = Vec::new();
        for (nonce, content) in values {
            let value = Value::from_parts(record, nonce, content);
            if !dead.contains(&value.id) && !sheet.values.contains_key(&value.id) {
                news.push(value.id);
                sheet.values.insert(value.id, value);
            }
        }
        news
    }
}

/// What is here, with what came.
fn merged(existing: Option<Sheet>, push: &Push) -> Result<Sheet, DocumentError> {
    match existing {
        Some(sheet) if push.changes.is_empty() => {
            if sheet.document.knows(&push.heads) {
                Ok(sheet)
            } else {
                Err(DocumentError::Missing)
            }
        }
        Some(mut sheet) => sheet
            .document
            .merge(&push.changes, &push.heads)
            .map(|()| sheet),
        None => take_whole(push.record, push),
    }
}

fn take_whole(record: RecordId, push: &Push) -> Result<Sheet, DocumentError> {
    // Changes that build on a document which isn't here.
    if push.changes.is_empty() || !Document::is_whole(&push.changes) {
        return Err(DocumentError::Missing);
    }
    let document = Document::load(&push.changes)?;
    let kind = document.kind();
    let fixed = match kind {
        RecordKind::Settings => record == SETTINGS,
        RecordKind::Catalogue => record == CATALOGUE,
        RecordKind::Client | RecordKind::Staff | RecordKind::Campaign => {
            record != SETTINGS && record != CATALOGUE
        }
    };
    if !fixed || !document.knows(&push.heads) {
        return Err(DocumentError::Damaged);
    }
    Ok(Sheet {
        document,
        values: BTreeMap::new(),
    })
}
