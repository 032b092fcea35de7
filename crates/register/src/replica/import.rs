//! Clients of another program: the same file imported twice, or at both premises, makes no second card.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Act, AuditEvent};
use crate::directory::fold;
use crate::document::{Collection, Document, Put, RecordKind, Slot, Stamp};
use crate::edit::{Change, Edit, EditError, Target, fits_collection, fits_field};
use crate::health::HealthEntry;
use crate::id::{CATALOGUE, EntryId, OPERATOR, RecordId, ValueId};
use crate::settings::CatalogueItem;
use crate::value::{Content, Rest, Value};

use super::answer::ImportOutcome;
use super::input::ImportedClient;
use super::sheet::Sheet;
use super::store::{Written, edit_error};
use super::{Cx, Replica};

impl Replica {
    pub(super) fn import(
        &mut self,
        clients: Vec<ImportedClient>,
        cx: &mut Cx<'_>,
    ) -> Result<Vec<ImportOutcome>, EditError> {
        for client in &clients {
            let fit = client
                .fields
                .iter()
                .all(|(field, content)| fits_field(*field, content.kind()))
                && client
                    .entries
                    .iter()
                    .all(|(collection, content)| fits_collection(*collection, content.kind()));
            if !fit {
                return Err(EditError::Unsound);
            }
            let mut contents = client
                .fields
                .iter()
                .map(|(_, content)| content)
                .chain(client.entries.iter().map(|(_, content)| content));
            if contents.any(Content::holds_identity_code) {
                return Err(EditError::IdentityCode);
            }
        }
        self.import_catalogue(&clients, cx)?;
        let outcomes = clients
            .iter()
            .map(|client| self.import_client(client, cx))
            .collect::<Result<Vec<_>, EditError>>()?;
        let added = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, ImportOutcome::Added(_)))
            .count();
        let event = AuditEvent::of(OPERATOR, Act::Imported(added as u64));
        let audit = self.audit_write(event, cx);
        cx.persist(vec![audit]);
        Ok(outcomes)
    }

    fn import_client(
        &mut self,
        client: &ImportedClient,
        cx: &mut Cx<'_>,
    ) -> Result<ImportOutcome, EditError> {
        let names = [client.source.as_bytes(), client.legacy_id.as_bytes()];
        let derived = self.secret.derive("client", &names);
        let record = derived
            .get(..RecordId::BYTES)
            .and_then(RecordId::from_slice)
            .ok_or(EditError::Unsound)?;
        if self.ledger.erased(record).is_some() {
            return Ok(ImportOutcome::Erased);
        }
        let existing = self.open_sheet(record, cx).map_err(edit_error)?;
        let added = existing.is_none();
        let mut sheet = match existing {
            Some(sheet) => sheet,
            None => Sheet {
                document: Document::genesis(RecordKind::Client).map_err(edit_error)?,
                values: BTreeMap::new(),
            },
        };
        let taken: BTreeSet<Slot> = sheet.document.leaves().into_keys().collect();
        let dead = self.ledger.dead(record);
        // Whoever lets nothing but contact details be kept gets no more from a file either.
        let contact_only = sheet.reading(record, &dead).card().contact_only();
        let values = self.imported_values(record, client).into_iter();
        let values: Vec<(Slot, Value)> = values
            // A card that is here has been looked after by people: only entries it never had are added.
            .filter(|(slot, value)| {
                wanted(slot, added, contact_only)
                    && !taken.contains(slot)
                    && !dead.contains(&value.id)
            })
            .collect();
        if values.is_empty() && !added {
            self.put_back(record, sheet);
            return Ok(ImportOutcome::Unchanged(record));
        }
        let puts: Vec<Put> = values
            .iter()
            .map(|(slot, value)| Put::Set(*slot, value.id))
            .collect();
        let stamp = Stamp {
            author: OPERATOR,
            node: self.node,
            at: self.clock.date(cx.now),
        };
        let seen = sheet.document.heads();
        let changes = sheet
            .document
            .edit(&seen, self.incarnation, stamp, &puts)
            .map_err(edit_error)?;
        let ids: Vec<ValueId> = values.iter().map(|(_, value)| value.id).collect();
        sheet
            .values
            .extend(values.into_iter().map(|(_, value)| (value.id, value)));
        let written = if added {
            Written::Whole(sheet.document.save())
        } else {
            Written::More(changes, ids.clone())
        };
        self.store(record, sheet, written, None, Vec::new(), cx);
        Ok(if added {
            ImportOutcome::Added(record)
        } else {
            ImportOutcome::Extended(record, ids.len())
        })
    }

    /// Every value of an imported client where it belongs. Ids and nonces follow from the register's
    /// secret and the contents, so that both premises make the same ones.
    fn imported_values(&self, record: RecordId, client: &ImportedClient) -> Vec<(Slot, Value)> {
        let value = |place: &[u8], content: &Content| {
            let encoded = content.encode(&Rest::default());
            let nonce = self
                .secret
                .derive("nonce", &[record.as_bytes(), place, &encoded]);
            Value::from_parts(record, nonce, encoded)
        };
        let mut values: Vec<(Slot, Value)> = client
            .fields
            .iter()
            .map(|(field, content)| (Slot::Field(*field), value(field.key().as_bytes(), content)))
            .collect();
        // Two equal rows of a file are two entries.
        let mut seen: BTreeMap<(Collection, Vec<u8>), u64> = BTreeMap::new();
        for (collection, content) in &client.entries {
            let encoded = undated(content).encode(&Rest::default());
            let ordinal = seen.entry((*collection, encoded.clone())).or_default();
            *ordinal += 1;
            let parts: [&[u8]; 4] = [
                record.as_bytes(),
                collection.key().as_bytes(),
                &encoded,
                &ordinal.to_be_bytes(),
            ];
            let derived = self.secret.derive("entry", &parts);
            if let Some(entry) = derived.get(..EntryId::BYTES).and_then(EntryId::from_slice) {
                values.push((
                    Slot::Entry(*collection, entry),
                    value(entry.as_bytes(), content),
                ));
            }
        }
        values
    }

    /// Treatments that the catalogue doesn't know yet.
    fn import_catalogue(
        &mut self,
        clients: &[ImportedClient],
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let known: BTreeSet<EntryId> = match self.open_sheet(CATALOGUE, cx).map_err(edit_error)? {
            Some(sheet) => {
                let known = sheet
                    .document
                    .leaves()
                    .into_keys()
                    .filter_map(|slot| match slot {
                        Slot::Entry(_, entry) => Some(entry),
                        Slot::Field(_) => None,
                    });
                let known = known.collect();
                self.put_back(CATALOGUE, sheet);
                known
            }
            None => BTreeSet::new(),
        };
        let mut names: BTreeMap<EntryId, &str> = BTreeMap::new();
        for (_, content) in clients.iter().flat_map(|client| &client.entries) {
            if let Content::Treatment(treatment) = content {
                let derived = self
                    .secret
                    .derive("item", &[fold(&treatment.name).as_bytes()]);
                if let Some(entry) = derived.get(..EntryId::BYTES).and_then(EntryId::from_slice) {
                    names.entry(entry).or_insert(&treatment.name);
                }
            }
        }
        let changes: Vec<Change> = names
            .into_iter()
            .filter(|(entry, name)| !known.contains(entry) && !name.is_empty())
            .take(crate::edit::CHANGES_LIMIT)
            .map(|(entry, name)| {
                let item = CatalogueItem {
                    name: name.to_owned(),
                    group: String::new(),
                    needs_health: false,
                    needs_contract: false,
                    needs_patch_test: false,
                    least_age: None,
                    retired: false,
                };
                Change::SetEntry(Collection::Item, entry, Content::CatalogueItem(item))
            })
            .collect();
        if !changes.is_empty() {
            self.edit(
                &Edit {
                    target: Target::Latest(CATALOGUE),
                    author: OPERATOR,
                    changes,
                },
                cx,
            )?;
        }
        Ok(())
    }
}

/// Whether something of a file is taken: of a card that is here only entries, and none of care if nothing but
/// contact details may be kept.
const fn wanted(slot: &Slot, added: bool, contact_only: bool) -> bool {
    match slot {
        Slot::Entry(collection, _) => !(contact_only && collection.is_care()),
        Slot::Field(_) => added,
    }
}

/// What makes an imported entry the same one. A health entry is dated by the visits that came with it, and a
/// file of visits may come later.
fn undated(content: &Content) -> Cow<'_, Content> {
    match content {
        Content::Health(entry) => Cow::Owned(Content::Health(HealthEntry {
            date: None,
            ..entry.clone()
        })),
        other => Cow::Borrowed(other),
    }
}
