//! A check of everything: every seal opened, every entry counted, every file read back.

use std::collections::BTreeMap;

use register::audit::Tail;
use register::id::{LogId, RecordId};

use crate::checkpoint::{self, Verify};
use crate::chores::count;
use crate::disk::{Disk, Name};
use crate::entry::{Place, Tree, ledger_key, record_of};
use crate::error::VaultError;
use crate::holdings::{each_parcel, open};
use crate::ledger::LedgerFile;
use crate::pack::unpack;
use crate::record::Opened;
use crate::seal::SecretKey;
use crate::vault::Vault;

/// So many problems are listed; more are counted.
const PROBLEM_LIMIT: usize = 1000;

/// What a check found. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// How many records were opened.
    pub records: u64,
    /// How many values were unpacked.
    pub values: u64,
    /// How many entries of the audit log follow one another without a break.
    pub audit: u64,
    /// How many ledger entries the ledger file has.
    pub ledger: u64,
    /// What is wrong, at most a thousand.
    pub problems: Vec<Problem>,
    /// How many more there are.
    pub omitted: u64,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The record it concerns.
    pub record: Option<RecordId>,
    /// What is wrong, in words.
    pub what: String,
}

impl core::fmt::Display for Problem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.record {
            Some(record) => write!(f, "record {record}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl CheckReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, record: Option<RecordId>, what: impl Into<String>) {
        if self.problems.len() < PROBLEM_LIMIT {
            let what = what.into();
            self.problems.push(Problem { record, what });
        } else {
            self.omitted += 1;
        }
    }

    fn failure(&mut self, doing: &str, error: &VaultError) {
        self.problem(None, format!("{doing}: {error}"));
    }
}

impl<D: Disk> Vault<D> {
    /// Opens every record and entry, counts them, and reads back ledger, journal and checkpoint.
    /// Takes about a second for each 100 MB. Changes nothing.
    #[must_use]
    pub fn check(&self) -> CheckReport {
        let mut report = CheckReport::default();
        let parts: [(&str, CheckPart<D>); 6] = [
            ("counting the entries", Self::check_manifest),
            ("opening the records", Self::check_records),
            ("opening the facts", Self::check_facts),
            ("following the audit log", Self::check_audit),
            ("reading the ledger", Self::check_ledger),
            ("reading journal and checkpoint", Self::check_files),
        ];
        for (doing, part) in parts {
            if let Err(error) = part(self, &mut report) {
                report.failure(doing, &error);
            }
        }
        report
    }

    fn check_manifest(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        let counted = count(&self.store)?;
        if counted != self.tip.manifest {
            let text = format!(
                "the working store holds {} entries and should hold {}, or some differ from what was written",
                counted.count(),
                self.tip.manifest.count()
            );
            report.problem(None, text);
        }
        Ok(())
    }

    fn check_records(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        let mut keys: BTreeMap<RecordId, Option<SecretKey>> = BTreeMap::new();
        self.store.each(&[Tree::Key.letter()], |key, _| {
            if let Some(record) = record_of(&key) {
                let opened = self.ring.record(&self.store, record).ok().flatten();
                if opened.is_none() {
                    report.problem(Some(record), "its key doesn't open");
                }
                keys.insert(record, opened);
            }
            Ok(())
        })?;
        report.records = keys.len() as u64;
        let mut found: BTreeMap<RecordId, [u16; 2]> = BTreeMap::new();
        let trees = [
            Tree::Document,
            Tree::Values,
            Tree::Index,
            Tree::Header,
            Tree::Reason,
        ];
        for tree in trees {
            each_parcel(&self.store, &[tree.letter()], |place, chunks| {
                let Some(record) = record_of(place.prefix()) else {
                    report.problem(None, "an entry is out of place");
                    return Ok(());
                };
                let Some(key) = keys.get(&record) else {
                    report.problem(Some(record), "something is left of it, but no key");
                    return Ok(());
                };
                let opened = key.as_ref().map(|key| open(key, &place, chunks));
                let what = name(tree);
                match opened {
                    None => {}
                    Some(Err(_)) => report.problem(Some(record), format!("{what} doesn't open")),
                    Some(Ok(plain)) => {
                        let [documents, values] = found.entry(record).or_default();
                        match tree {
                            Tree::Document => *documents += 1,
                            Tree::Values => {
                                *values += 1;
                                let mut unpacked = Vec::new();
                                if unpack(record, &plain, &mut unpacked).is_err() {
                                    report.problem(Some(record), format!("{what} can't be read"));
                                }
                                report.values += unpacked.len() as u64;
                            }
                            _ => {}
                        }
                    }
                }
                Ok(())
            })?;
        }
        for (record, key) in keys {
            let Some(key) = key else { continue };
            let store = &self.store;
            let opened = Opened { store, record, key };
            let [document, values] = found.remove(&record).unwrap_or_default();
            match opened.header() {
                Ok(header) if (header.document, header.values) == (document, values) => {}
                Ok(_) => report.problem(Some(record), "parts of it are missing or left over"),
                Err(_) => report.problem(Some(record), "its list of parts doesn't open"),
            }
        }
        Ok(())
    }

    fn check_facts(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        each_parcel(&self.store, &[Tree::Fact.letter()], |place, chunks| {
            if open(&self.ring.facts, &place, chunks).is_err() {
                let fact = place.fact_name().unwrap_or("without a name");
                report.problem(None, format!("the fact {fact} doesn't open"));
            }
            Ok(())
        })
    }

    fn check_audit(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        let mut tails: BTreeMap<LogId, Option<Tail>> = BTreeMap::new();
        for tree in [Tree::Audit, Tree::Log] {
            each_parcel(&self.store, &[tree.letter()], |place: Place, chunks| {
                let Some((log, sequence)) = place.audit_entry() else {
                    report.problem(None, "an audit entry is out of place");
                    return Ok(());
                };
                let opened = open(&self.ring.audit, &place, chunks).ok();
                // The first entry that is held may have others before it, whose time was over.
                let known = tails.get(&log).copied();
                let tail = opened.and_then(|bytes| match known {
                    None => Tail::after(log, &bytes).ok().map(|(tail, _)| tail),
                    Some(Some(mut tail)) => tail.follow(log, &bytes).ok().map(|_| tail),
                    Some(None) => None,
                });
                report.audit += u64::from(tail.is_some());
                if tail.is_none() && known != Some(None) {
                    let text = format!("the audit log {log} is broken at entry {sequence}");
                    report.problem(None, text);
                }
                tails.insert(log, tail);
                Ok(())
            })?;
        }
        each_parcel(&self.store, &[Tree::Why.letter()], |place, chunks| {
            if open(&self.ring.audit, &place, chunks).is_err() {
                report.problem(None, "the reason of an audit entry doesn't open");
            }
            Ok(())
        })
    }

    fn check_ledger(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        let file = LedgerFile::read(&self.store.disk)?;
        report.ledger = file.entries.len() as u64;
        if file.damaged || file.torn > 0 {
            report.problem(
                None,
                "the ledger file is damaged; the next start repairs it",
            );
        }
        self.store.each(&[Tree::Ledger.letter()], |key, entry| {
            if ledger_key(&entry) != key {
                report.problem(None, "a ledger entry is damaged");
            } else if !file.entries.contains(entry.as_ref()) {
                report.problem(
                    None,
                    "the ledger file lacks an entry; the next start repairs it",
                );
            }
            Ok(())
        })
    }

    fn check_files(&self, report: &mut CheckReport) -> Result<(), VaultError> {
        let disk = &self.store.disk;
        if let Some(frame) = checkpoint::names(disk)?.first() {
            let verify = Verify::new(disk.clone(), Name::Checkpoint(*frame));
            if let Err(error) = verify.run() {
                let text = "the checkpoint can't be read back; make a new one now";
                report.problem(None, format!("{text} ({error})"));
            }
        }
        if let Some(first) = self.journal.first() {
            let read =
                self.journal
                    .reader()
                    .replay(first - 1, self.durable.frame, |_, _, _| Ok(()));
            if let Err(error) = read {
                report.failure(
                    "the journal can't be read back; make a checkpoint now",
                    &error,
                );
            }
        }
        Ok(())
    }
}

type CheckPart<D> = fn(&Vault<D>, &mut CheckReport) -> Result<(), VaultError>;

const fn name(tree: Tree) -> &'static str {
    match tree {
        Tree::Document => "a part of its document",
        Tree::Values => "a part of its values",
        Tree::Index => "its index entry",
        Tree::Reason => "the reason of an audit entry about it",
        _ => "its list of parts",
    }
}
