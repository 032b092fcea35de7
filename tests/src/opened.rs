//! Everything that opens in a stopped node's store with the keys of now: what whoever takes the computer would read.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use register::audit::Entry;
use register::document::{Document, Slot};
use register::id::RecordId;
use register::replica::Shelf;
use vault::FileVault;

/// Entries of an audit log that are read at once.
const PAGE: usize = 500;

/// What opened, each with the record that it belongs to.
#[derive(Debug, Default)]
pub struct Opened {
    /// Where something stands, by record.
    pub slots: BTreeSet<(RecordId, Slot)>,
    /// Every decrypted piece: where it lies, and its bytes.
    pieces: Vec<(String, Option<RecordId>, Vec<u8>)>,
}

impl Opened {
    /// Opens the store of a node that doesn't run, whose keys are in its own directory.
    ///
    /// # Errors
    /// When the store or anything in it doesn't open.
    pub fn of(directory: &Path) -> anyhow::Result<Self> {
        let (vault, holdings, _) = FileVault::open(directory)?;
        let mut opened = Self::default();
        for (name, bytes) in holdings.facts {
            opened.take(format!("the fact {name}"), None, bytes);
        }
        for (record, index) in holdings.indexes {
            opened.take("the index".to_owned(), Some(record), index);
            let document = vault.document(record)?;
            let document = document.with_context(|| format!("no document of {record}"))?;
            let read = Document::reload(&document)?;
            let slots = read.leaves().into_keys();
            opened.slots.extend(slots.map(|slot| (record, slot)));
            opened.take("the document".to_owned(), Some(record), document);
            for value in vault.values(record)? {
                opened.take("the values".to_owned(), Some(record), value.content);
            }
        }
        for (log, _) in holdings.logs {
            let mut next = 0;
            loop {
                let page = vault.audit(log, next, PAGE)?;
                let Some((last, _)) = page.last() else { break };
                next = last + 1;
                for (sequence, bytes) in page {
                    let bytes = bytes.ok_or_else(|| anyhow!("an entry doesn't open"))?;
                    let about = Entry::read(log, &bytes).and_then(|entry| entry.record);
                    if let Some(reason) = vault.reason(about, log, sequence)? {
                        opened.take("a reason".to_owned(), about, reason);
                    }
                    opened.take("the audit log".to_owned(), about, bytes);
                }
            }
        }
        vault.close()?;
        Ok(opened)
    }

    fn take(&mut self, place: String, record: Option<RecordId>, bytes: Vec<u8>) {
        self.pieces.push((place, record, bytes));
    }

    /// Where some bytes stand, each place once.
    #[must_use]
    pub fn places(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let all = self.pieces.iter();
        all.filter(|(_, _, piece)| memchr::memmem::find(piece, bytes).is_some())
            .map(|(place, ..)| place.as_str())
            .collect()
    }

    /// Whether some bytes stand in what belongs to a record.
    #[must_use]
    pub fn is_in(&self, record: RecordId, bytes: &[u8]) -> bool {
        let mut all = self.pieces.iter();
        all.any(|(_, of, piece)| {
            *of == Some(record) && memchr::memmem::find(piece, bytes).is_some()
        })
    }
}
