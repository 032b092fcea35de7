//! Changing a record: what is written, what is published, and who has to be told.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::directory::Update;
use crate::document::{DocumentError, Heads, RecordKind};
use crate::edit::EditError;
use crate::id::{Incarnation, NodeId, RecordId, RegisterId, RegisterSecret, ValueId};
use crate::marketing::Tally;
use crate::retention::{Due, user_due};

use super::inventory::{self, Entry};
use super::sheet::Sheet;
use super::shelf::Write;
use super::{Cx, FACT_LIVES, FACT_REGISTER, Notice, Replica};

/// After so many increments a record is written whole again.
const INCREMENTS: u16 = 8;

/// How a record's new state is to be stored.
pub(super) enum Written {
    /// These bytes are the whole document; all values are written anew.
    Whole(Vec<u8>),
    /// These changes came to the document, and these values to the others.
    More(Vec<u8>, Vec<ValueId>),
}

impl Replica {
    /// Takes a record out of the cache or the store. Put it back with [`Replica::store`] or [`Replica::put_back`].
    pub(super) fn open_sheet(
        &mut self,
        record: RecordId,
        cx: &Cx<'_>,
    ) -> Result<Option<Sheet>, DocumentError> {
        match self.sheets.pop(&record) {
            Some(sheet) => Ok(Some(sheet)),
            None => Sheet::read(record, cx.shelf),
        }
    }

    pub(super) fn put_back(&mut self, record: RecordId, sheet: Sheet) {
        self.sheets.put(record, sheet);
    }

    /// Stores a changed record, publishes it, and lets every connected peer but the one it came from have it.
    pub(super) fn store(
        &mut self,
        record: RecordId,
        sheet: Sheet,
        written: Written,
        held_by: Option<(NodeId, Incarnation)>,
        mut writes: Vec<Write>,
        cx: &mut Cx<'_>,
    ) {
        let old = self.inventory.get(record);
        let before = old.map(|entry| entry.heads.clone()).unwrap_or_default();
        let increments = old.map_or(INCREMENTS, |entry| entry.increments);
        let increments = match written {
            Written::More(changes, values) if increments < INCREMENTS => {
                let more = values
                    .iter()
                    .filter_map(|id| sheet.values.get(id).cloned())
                    .collect();
                writes.push(Write::Changes(record, changes));
                writes.push(Write::MoreValues(record, more));
                increments + 1
            }
            whole => {
                let bytes = match whole {
                    Written::Whole(bytes) => bytes,
                    Written::More(..) => sheet.document.save(),
                };
                writes.push(Write::Document(record, bytes));
                writes.push(Write::Values(
                    record,
                    sheet.values.values().cloned().collect(),
                ));
                0
            }
        };
        let mut entry = Entry {
            due: self.user_due(record, &sheet),
            kind: sheet.document.kind(),
            heads: sheet.document.heads(),
            state: sheet.state(record, &self.ledger),
            sequence: self.inventory.latest() + 1,
            changed: cx.now,
            held_by,
            increments,
            dead: self.ledger.dead_count(record),
            judged: Vec::new(),
            tally: Tally::default(),
        };
        let summary = self.publish(record, &sheet, cx);
        entry.take(summary.as_ref());
        writes.push(Write::Index(
            record,
            inventory::encode(&entry, summary.as_ref()),
        ));
        cx.persist(writes);
        cx.notify(Notice::Changed(record));
        self.note_list(record, &sheet);
        self.tell_sessions(record, before, entry.sequence, held_by);
        // The person's other cards show what counts of them all, also when this one is no longer among them.
        let mut linked = self.inventory.linked(record);
        self.inventory.insert(record, entry);
        linked.extend(self.inventory.linked(record));
        linked.sort_unstable();
        linked.dedup();
        for other in linked {
            cx.notify(Notice::Changed(other));
        }
        self.sheets.put(record, sheet);
    }

    /// When what is kept of a user has to go; never of every other record.
    pub(super) fn user_due(&self, record: RecordId, sheet: &Sheet) -> Due {
        let dead = self.ledger.dead(record);
        let user = match sheet.document.kind() {
            RecordKind::Staff => sheet.reading(record, &dead).user(),
            RecordKind::Client
            | RecordKind::Settings
            | RecordKind::Catalogue
            | RecordKind::Campaign => None,
        };
        Due {
            card: user.as_ref().and_then(user_due),
            entry: None,
        }
    }

    fn tell_sessions(
        &mut self,
        record: RecordId,
        before: Heads,
        sequence: u64,
        held_by: Option<(NodeId, Incarnation)>,
    ) {
        for (peer, session) in &mut self.sessions {
            if session.phase != super::session::Phase::Records {
                continue;
            }
            if session.theirs.map(|(life, _)| (*peer, life)) == held_by && held_by.is_some() {
                session.holds(record);
            } else {
                session.changed(record, before.clone(), sequence);
            }
        }
    }

    /// Tells the directory what it needs of a record; returns what it keeps of a client.
    pub(super) fn publish(
        &self,
        record: RecordId,
        sheet: &Sheet,
        cx: &mut Cx<'_>,
    ) -> Option<crate::directory::Summary> {
        let dead = self.ledger.dead(record);
        let reading = sheet.reading(record, &dead);
        let mut summary = None;
        let update = match sheet.document.kind() {
            RecordKind::Client => {
                let made = reading.summary();
                summary = Some(made.clone());
                Some(Update::Client(record, Box::new(made)))
            }
            RecordKind::Staff => reading.user().map(|user| Update::User(Box::new(user))),
            RecordKind::Settings => Some(Update::Settings(Box::new(reading.settings()))),
            RecordKind::Catalogue => Some(Update::Catalogue(Box::new(reading.catalogue()))),
            RecordKind::Campaign => Some(Update::Campaign(Box::new(reading.campaign()))),
        };
        if let Some(update) = update {
            cx.notify(Notice::Directory(update));
        }
        summary
    }
}

/// What an unreadable document means to the author of an edit.
pub(super) const fn edit_error(error: DocumentError) -> EditError {
    match error {
        DocumentError::UnknownHeads => EditError::UnknownVersion,
        DocumentError::Damaged
        | DocumentError::TooLarge
        | DocumentError::Missing
        | DocumentError::Newer => EditError::Unreadable,
    }
}

#[derive(Serialize, Deserialize)]
struct StoredRegister(u8, ByteArray<16>, ByteArray<32>);

pub(super) fn write_register(register: RegisterId, secret: &RegisterSecret) -> Write {
    let stored = StoredRegister(
        1,
        ByteArray::new(*register.as_bytes()),
        ByteArray::new(*secret.as_bytes()),
    );
    // Byte arrays always have a MessagePack form.
    Write::Fact(
        FACT_REGISTER.into(),
        Some(rmp_serde::to_vec(&stored).unwrap_or_default()),
    )
}

pub(super) fn read_register(bytes: &[u8]) -> Option<(RegisterId, RegisterSecret)> {
    let StoredRegister(version, register, secret) = rmp_serde::from_slice(bytes).ok()?;
    (version == 1).then(|| {
        (
            RegisterId::from_bytes(*register),
            RegisterSecret::from_bytes(*secret),
        )
    })
}

pub(super) fn write_lives(lives: &[(Incarnation, u64)]) -> Write {
    let stored: Vec<(ByteArray<16>, u64)> = lives
        .iter()
        .map(|(life, last)| (ByteArray::new(*life.as_bytes()), *last))
        .collect();
    // Byte arrays and numbers always have a MessagePack form.
    Write::Fact(
        FACT_LIVES.into(),
        Some(rmp_serde::to_vec(&stored).unwrap_or_default()),
    )
}

pub(super) fn read_lives(bytes: &[u8]) -> Option<Vec<(Incarnation, u64)>> {
    let stored: Vec<(ByteArray<16>, u64)> = rmp_serde::from_slice(bytes).ok()?;
    Some(
        stored
            .into_iter()
            .map(|(life, last)| (Incarnation::from_bytes(*life), last))
            .collect(),
    )
}
