//! The ledger file: what must stay forgotten, kept apart from everything that could be restored.
//!
//! Append-only; each entry is `magic, length, sequence number, CRC-32, bytes`. Entries hold no
//! personal data, so the file is not sealed: it can be read where the keys are gone.

use std::collections::BTreeSet;

use crate::disk::{Disk, Name};
use crate::error::VaultError;
use crate::frame::{Input, crc};

/// The longest entry in bytes.
pub(crate) const ENTRY_LIMIT: usize = 4096;
/// The longest ledger that is read, in bytes: many times what a register gathers in a century.
const FILE_LIMIT: usize = 1024 * 1024 * 1024;
const MAGIC: &[u8; 4] = b"KjL1";
const HEAD: usize = 4 + 4 + 8 + 4;

/// The ledger file of an open vault.
#[derive(Debug)]
pub(crate) struct LedgerFile<D> {
    disk: D,
    sequence: u64,
    staged: Vec<u8>,
}

/// What a ledger file holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) entries: BTreeSet<Vec<u8>>,
    sequence: u64,
    /// The end of the last sound entry.
    end: usize,
    /// How many bytes after it can't be read.
    pub(crate) torn: usize,
    /// Whether something before the end can't be read, or entries are missing.
    pub(crate) damaged: bool,
}

impl<D: Disk> LedgerFile<D> {
    /// Reads the file without changing it.
    pub(crate) fn read(disk: &D) -> Result<Contents, VaultError> {
        Ok(contents(&disk.read(Name::Ledger, 0, FILE_LIMIT)?))
    }

    /// Opens the file, after `contents` were read from it: a torn tail is cut. When it is damaged
    /// or lacks some of `known`, it is written anew from both.
    pub(crate) fn open(
        disk: D,
        contents: &Contents,
        known: &BTreeSet<Vec<u8>>,
    ) -> Result<(Self, bool), VaultError> {
        let mut file = Self {
            disk,
            sequence: contents.sequence,
            staged: Vec::new(),
        };
        let rewrite = contents.damaged || !known.is_subset(&contents.entries);
        if rewrite {
            file.rewrite(contents, known)?;
        } else if contents.torn > 0 {
            file.disk.truncate(Name::Ledger, contents.end as u64)?;
        } else if contents.sequence > 0 {
            // The last entry may have been written and never synced.
            file.disk.sync(Name::Ledger)?;
        }
        Ok((file, rewrite))
    }

    /// Adds an entry with the next [`LedgerFile::sync`].
    pub(crate) fn stage(&mut self, entry: &[u8]) -> Result<(), VaultError> {
        if entry.len() > ENTRY_LIMIT {
            return Err(VaultError::TooLarge);
        }
        self.sequence += 1;
        encode(self.sequence, entry, &mut self.staged);
        Ok(())
    }

    /// Makes staged entries durable.
    pub(crate) fn sync(&mut self) -> Result<(), VaultError> {
        if self.staged.is_empty() {
            return Ok(());
        }
        self.disk.append(Name::Ledger, &self.staged)?;
        self.disk.sync(Name::Ledger)?;
        self.staged.clear();
        Ok(())
    }

    fn rewrite(
        &mut self,
        contents: &Contents,
        known: &BTreeSet<Vec<u8>>,
    ) -> Result<(), VaultError> {
        let entries = contents.entries.union(known).cloned().collect();
        let bytes = encode_all(&entries);
        self.sequence = entries.len() as u64;
        self.disk.remove(Name::LedgerDraft)?;
        self.disk.append(Name::LedgerDraft, &bytes)?;
        self.disk.sync(Name::LedgerDraft)?;
        self.disk.rename(Name::LedgerDraft, Name::Ledger)
    }
}

/// A whole file.
pub(crate) fn encode_all(entries: &BTreeSet<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (sequence, entry) in (1..).zip(entries) {
        encode(sequence, entry, &mut bytes);
    }
    bytes
}

fn encode(sequence: u64, entry: &[u8], out: &mut Vec<u8>) {
    let mut body = sequence.to_be_bytes().to_vec();
    body.extend_from_slice(entry);
    // Entries are at most ENTRY_LIMIT bytes long.
    let length = u32::try_from(entry.len()).unwrap_or_default();
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&crc(&body).to_be_bytes());
    out.extend_from_slice(&body);
}

fn parse(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut input = Input(bytes);
    if input.array::<4>()? != MAGIC {
        return None;
    }
    let length = input.u32()? as usize;
    let checksum = input.u32()?;
    let body = input.take(8 + length)?;
    if length > ENTRY_LIMIT || crc(body) != checksum {
        return None;
    }
    let (sequence, entry) = body.split_first_chunk()?;
    Some((u64::from_be_bytes(*sequence), entry))
}

/// What a file holds.
pub(crate) fn contents(bytes: &[u8]) -> Contents {
    let mut contents = Contents::default();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((sequence, entry)) = parse(rest) else {
            at += 1;
            continue;
        };
        contents.damaged |= at != contents.end || sequence != contents.sequence + 1;
        contents.entries.insert(entry.to_vec());
        contents.sequence = sequence;
        at += HEAD + entry.len();
        contents.end = at;
    }
    contents.torn = bytes.len() - contents.end;
    contents
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryDisk;

    fn open(disk: &MemoryDisk, known: &[&[u8]]) -> (LedgerFile<MemoryDisk>, Vec<Vec<u8>>, bool) {
        let contents = LedgerFile::read(disk).unwrap();
        let known = known.iter().map(|entry| entry.to_vec()).collect();
        let (file, rewritten) = LedgerFile::open(disk.clone(), &contents, &known).unwrap();
        let entries = LedgerFile::read(disk).unwrap().entries;
        (file, entries.into_iter().collect(), rewritten)
    }

    fn written() -> MemoryDisk {
        let disk = MemoryDisk::new();
        let (mut file, ..) = open(&disk, &[]);
        for entry in [b"one", b"two", b"six"] {
            file.stage(entry).unwrap();
            file.sync().unwrap();
        }
        disk
    }

    #[test]
    fn entries_survive_and_a_torn_tail_is_cut() {
        let disk = written();
        disk.append(Name::Ledger, b"KjL1\0\0\0").unwrap();
        let (mut file, entries, rewritten) = open(&disk, &[b"one"]);
        assert_eq!(entries, [b"one", b"six", b"two"]);
        assert!(!rewritten);
        file.stage(b"ten").unwrap();
        file.sync().unwrap();
        assert_eq!(open(&disk, &[]).1.len(), 4);
        assert!(!LedgerFile::read(&disk).unwrap().damaged);
    }

    #[test]
    fn a_damaged_or_lost_ledger_is_made_whole_from_what_the_store_knows() {
        let disk = written();
        disk.flip(Name::Ledger, 30, 1);
        let (mut file, entries, rewritten) = open(&disk, &[b"one", b"two"]);
        assert_eq!(entries, [b"one", b"six", b"two"]);
        assert!(rewritten);
        file.stage(b"ten").unwrap();
        file.sync().unwrap();
        assert_eq!(open(&disk, &[]).1.len(), 4);
        disk.remove(Name::Ledger).unwrap();
        assert_eq!(open(&disk, &[b"one"]).1, [b"one"]);
    }

    #[test]
    fn an_entry_over_the_limit_is_refused() {
        let disk = written();
        let (mut file, ..) = open(&disk, &[]);
        assert_eq!(file.stage(&[0; 5000]), Err(VaultError::TooLarge));
    }
}
