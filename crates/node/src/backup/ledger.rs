//! The copy of the ledger beside a backup: in clear, since it holds no personal data and must be readable
//! where every key is lost.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use data_encoding::HEXLOWER;
use register::ledger::Line;
use sha2::{Digest as _, Sha256};
use vault::backup::{ledger_entries, ledger_file};

use super::label::{Kind, Label};
use super::place::sync_directory;
use super::{Fault, Trouble};

/// The longest ledger that is read, in bytes.
const FILE_LIMIT: u64 = 1024 * 1024 * 1024;

/// A ledger from a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCopy {
    /// Whose it is and of when; `None` for a `ledger` from a node's directory, which doesn't say.
    pub label: Option<Label>,
    /// Its entries.
    pub entries: BTreeSet<Vec<u8>>,
    /// Whether part of it can't be read.
    pub damaged: bool,
}

impl LedgerCopy {
    /// Reads a copy, or a `ledger` from a node's directory.
    ///
    /// # Errors
    /// [`Trouble`] when it can't be read, is none, or was changed.
    pub fn read(path: &Path) -> Result<Self, Trouble> {
        let doing = format!("read the ledger file {}", path.display());
        let failed = |error: &std::io::Error| Trouble::io(&doing, error);
        let length = fs::metadata(path).map_err(|error| failed(&error))?.len();
        if length > FILE_LIMIT {
            return Err(Trouble::new(Fault::Other, format!("{doing}: too large")));
        }
        let bytes = fs::read(path).map_err(|error| failed(&error))?;
        Self::parse(&bytes)
            .map_err(|problem| Trouble::new(Fault::Other, format!("could not {doing}: {problem}")))
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let label = Label::read(Kind::Ledger, bytes);
        let start = label.as_ref().map_or(0, |(_, start)| *start);
        let rest = bytes.get(start..).unwrap_or_default();
        let label = label.map(|(label, _)| label);
        if let Some(label) = &label
            && label.digest.as_deref() != Some(digest(rest).as_str())
        {
            return Err("it is cut short or was changed");
        }
        let (entries, damaged) = ledger_entries(rest);
        if entries.is_empty() && !rest.is_empty() {
            return Err("it is no ledger");
        }
        if entries.iter().any(|entry| Line::decode(entry).is_err()) {
            return Err("it was written by a newer version of Kortisto");
        }
        Ok(Self {
            label,
            entries,
            damaged,
        })
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let lines = self.entries.iter();
        lines.filter_map(|entry| Line::decode(entry).ok()).collect()
    }
}

/// The bytes of a copy.
fn bytes(label: &Label, entries: &BTreeSet<Vec<u8>>) -> Vec<u8> {
    let file = ledger_file(entries);
    let label = Label {
        kind: Kind::Ledger,
        digest: Some(digest(&file)),
        ..label.clone()
    };
    let mut bytes = label.line().into_bytes();
    bytes.extend_from_slice(&file);
    bytes
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Puts a copy at `path`, durably. What a copy of the same register there knows besides is kept: a ledger only grows.
///
/// # Errors
/// [`Trouble`]; the copy that was there then stays.
pub fn refresh(path: &Path, label: &Label, entries: &BTreeSet<Vec<u8>>) -> Result<(), Trouble> {
    let mut entries = entries.clone();
    if path.exists() {
        match LedgerCopy::read(path) {
            Ok(old) => match old.label {
                Some(whose) if whose.register == label.register => entries.extend(old.entries),
                _ => return Err(foreign(path)),
            },
            Err(error) => {
                tracing::warn!(%error, "the copy of the ledger beside the backups is written anew");
            }
        }
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(&bytes(label, &entries))?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        path.parent().map_or(Ok(()), sync_directory)
    };
    write().map_err(|error| {
        // Nothing is lost with it.
        let _ = fs::remove_file(&part);
        Trouble::io(&format!("write {}", path.display()), &error)
    })
}

fn foreign(path: &Path) -> Trouble {
    Trouble::new(
        Fault::Other,
        format!(
            "{} is there and is no copy of this register's ledger: choose another place for the backups",
            path.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use register::id::{NodeId, RecordId};
    use register::ledger::{LedgerEntry, Reason, Removed};

    fn entry(number: u8) -> Vec<u8> {
        LedgerEntry {
            removed: Removed::Record(RecordId::from_bytes([number; 16])),
            at: jiff::Timestamp::UNIX_EPOCH,
            node: NodeId::from_bytes([1; 16]),
            reason: Reason::Request,
        }
        .encode()
    }

    fn label(register: &str) -> Label {
        Label {
            kind: Kind::Backup,
            register: register.to_owned(),
            node: "n1".to_owned(),
            created: "2026-01-10T12:00:00Z".parse().unwrap(),
            digest: None,
        }
    }

    #[test]
    fn a_copy_only_grows_and_says_whose_it_is() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.ledger");
        refresh(&path, &label("r1"), &[entry(1), entry(2)].into()).unwrap();
        refresh(&path, &label("r1"), &[entry(2), entry(3)].into()).unwrap();
        let copy = LedgerCopy::read(&path).unwrap();
        assert_eq!(copy.entries.len(), 3);
        assert_eq!(copy.lines().len(), 3);
        assert_eq!(copy.label.unwrap().created, label("r1").created);
        assert!(refresh(&path, &label("r2"), &[entry(4)].into()).is_err());
        let files = fs::read_dir(home.path()).unwrap().count();
        assert_eq!(files, 1);
    }

    #[test]
    fn a_copy_that_was_cut_or_changed_is_refused_and_a_nodes_own_ledger_is_read() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x.ledger");
        refresh(&path, &label("r1"), &[entry(1), entry(2)].into()).unwrap();
        let whole = fs::read(&path).unwrap();
        for bad in [
            &whole[..whole.len() - 5],
            b"anything at all",
            b"kortisto-ledger 1 \n",
        ] {
            fs::write(&path, bad).unwrap();
            assert!(LedgerCopy::read(&path).is_err());
        }
        let own = ledger_file(&[entry(1), entry(2)].into());
        fs::write(&path, &own[..own.len() - 5]).unwrap();
        let copy = LedgerCopy::read(&path).unwrap();
        assert_eq!(
            (copy.label, copy.entries.len(), copy.damaged),
            (None, 1, true)
        );
    }
}
