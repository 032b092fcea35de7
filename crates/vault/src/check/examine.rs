//! What a check makes of the parts it was given: on any thread.

use std::collections::{BTreeMap, BTreeSet};

use register::audit::Tail;
use register::id::{LogId, RecordId};

use super::CheckReport;
use super::part::{Examination, Parcels, Part};
use crate::checkpoint::{self, Verify};
use crate::disk::{Bytes, Disk, Name};
use crate::entry::{Tree, ledger_key, record_of};
use crate::holdings::open;
use crate::journal::Reader;
use crate::ledger::LedgerFile;
use crate::manifest::Manifest;
use crate::pack::unpack;
use crate::record::Header;
use crate::seal::SecretKey;

/// A file that changes while it is read is read again, at most so often.
const ATTEMPTS: usize = 5;

/// What was examined by now.
#[derive(Debug, Default)]
pub struct Examined {
    report: CheckReport,
    /// Where each log is followed to; `None` behind a break.
    tails: BTreeMap<LogId, Option<Tail>>,
    /// Entries of the ledger that the store has.
    ledger: BTreeSet<Bytes>,
}

impl<D: Disk> Examination<D> {
    /// Examines this part.
    pub fn run(self, examined: &mut Examined) {
        match self.0 {
            Part::Counting => {}
            Part::Counted(counted, expected) => examined.count(&counted, &expected),
            Part::Records(parcels, keys) => examined.records(parcels, keys),
            Part::Facts(parcels, key) => examined.facts(parcels, &key),
            Part::Log {
                parcels,
                key,
                is_cut,
            } => examined.log(parcels, &key, is_cut),
            Part::Reasons(parcels, key) => examined.reasons(parcels, &key),
            Part::Ledger(entries) => examined.ledger(entries),
            Part::Files {
                disk,
                journal,
                first,
                durable,
            } => {
                examined.ledger_file(&disk);
                examined.checkpoint(&disk);
                examined.journal(&disk, &journal, first, durable);
            }
            Part::Failed(doing, error) => examined.report.failure(doing, &error),
        }
    }
}

impl Examined {
    /// What the check found.
    #[must_use]
    pub fn into_report(self) -> CheckReport {
        self.report
    }

    fn count(&mut self, counted: &Manifest, expected: &Manifest) {
        if counted != expected {
            let text = format!(
                "the working store holds {} entries and should hold {}, or some differ from what was written",
                counted.count(),
                expected.count()
            );
            self.report.problem(None, text);
        }
    }

    fn records(
        &mut self,
        parcels: Vec<(Tree, Parcels)>,
        keys: BTreeMap<RecordId, Option<SecretKey>>,
    ) {
        let report = &mut self.report;
        report.records += keys.len() as u64;
        for (record, _) in keys.iter().filter(|(_, key)| key.is_none()) {
            report.problem(Some(*record), "its key doesn't open");
        }
        let mut found: BTreeMap<RecordId, Found> = BTreeMap::new();
        for (tree, parcels) in parcels {
            for (place, chunks) in parcels {
                let Some(record) = record_of(place.prefix()) else {
                    report.problem(None, "an entry is out of place");
                    continue;
                };
                let Some(key) = keys.get(&record) else {
                    report.problem(Some(record), "something is left of it, but no key");
                    continue;
                };
                let Some(key) = key else { continue };
                match open(key, &place, chunks) {
                    Ok(plain) => {
                        let found = found.entry(record).or_default();
                        found.take(tree, record, &plain, report);
                    }
                    Err(_) => {
                        report.problem(Some(record), format!("{} doesn't open", name(tree)));
                    }
                }
            }
        }
        for (record, _) in keys.iter().filter(|(_, key)| key.is_some()) {
            let found = found.remove(record).unwrap_or_default();
            if found.header != found.parts {
                report.problem(Some(*record), "parts of it are missing or left over");
            }
        }
    }

    fn facts(&mut self, parcels: Parcels, key: &SecretKey) {
        for (place, chunks) in parcels {
            if open(key, &place, chunks).is_err() {
                let fact = place.fact_name().unwrap_or("without a name");
                let text = format!("the fact {fact} doesn't open");
                self.report.problem(None, text);
            }
        }
    }

    fn log(&mut self, parcels: Parcels, key: &SecretKey, is_cut: bool) {
        for (at, (place, chunks)) in parcels.into_iter().enumerate() {
            let Some((log, sequence)) = place.audit_entry() else {
                let text = "an audit entry is out of place";
                self.report.problem(None, text);
                continue;
            };
            let opened = open(key, &place, chunks).ok();
            // The first entry that is held may have others before it, whose time was over.
            let known = self.tails.get(&log).copied();
            let known = known.filter(|tail| !(is_cut && at == 0 && tail.is_some()));
            let tail = opened.and_then(|bytes| match known {
                None => Tail::after(log, &bytes).ok().map(|(tail, _)| tail),
                Some(Some(mut tail)) => tail.follow(log, &bytes).ok().map(|_| tail),
                Some(None) => None,
            });
            self.report.audit += u64::from(tail.is_some());
            if tail.is_none() && known != Some(None) {
                let text = format!("the audit log {log} is broken at entry {sequence}");
                self.report.problem(None, text);
            }
            self.tails.insert(log, tail);
        }
    }

    fn reasons(&mut self, parcels: Parcels, key: &SecretKey) {
        for (place, chunks) in parcels {
            if open(key, &place, chunks).is_err() {
                let text = "the reason of an audit entry doesn't open";
                self.report.problem(None, text);
            }
        }
    }

    fn ledger(&mut self, entries: Vec<(Vec<u8>, Bytes)>) {
        for (key, entry) in entries {
            if ledger_key(&entry) == key {
                self.ledger.insert(entry);
            } else {
                self.report.problem(None, "a ledger entry is damaged");
            }
        }
    }

    /// Read after the store's entries, each of which was in the file before it was in the store.
    fn ledger_file<D: Disk>(&mut self, disk: &D) {
        // What is being appended now looks torn.
        let read = again(
            || LedgerFile::read(disk),
            |read| matches!(read, Ok(file) if file.torn == 0 && !file.damaged),
        );
        let file = match read {
            Ok(file) => file,
            Err(error) => return self.report.failure("reading the ledger", &error),
        };
        self.report.ledger = file.entries.len() as u64;
        if file.damaged || file.torn > 0 {
            let text = "the ledger file is damaged; the next start repairs it";
            self.report.problem(None, text);
        }
        let lacks = |entry: &&Bytes| !file.entries.contains(entry.as_ref());
        for _ in self.ledger.iter().filter(lacks) {
            let text = "the ledger file lacks an entry; the next start repairs it";
            self.report.problem(None, text);
        }
    }

    fn checkpoint<D: Disk>(&mut self, disk: &D) {
        // One that goes while it is read has made room for a newer one.
        let read = again(
            || {
                let newest = checkpoint::names(disk)?.first().copied();
                let verify = newest.map(|frame| Verify::new(disk.clone(), Name::Checkpoint(frame)));
                verify.map(Verify::run).transpose()
            },
            Result::is_ok,
        );
        if let Err(error) = read {
            let text = "the checkpoint can't be read back; make a new one now";
            self.report.problem(None, format!("{text} ({error})"));
        }
    }

    fn journal<D: Disk>(
        &mut self,
        disk: &D,
        journal: &Reader<D>,
        first: Option<u64>,
        durable: u64,
    ) {
        let Some(first) = first else { return };
        let mut first = first;
        let read = loop {
            let read = journal.replay(first - 1, durable, |_, _, _| Ok(()));
            // What a checkpoint has made needless may have gone meanwhile: the rest is still to be read.
            let held = match disk.list() {
                Ok(names) => names.into_iter().filter_map(segment).min(),
                Err(_) => break read,
            };
            match held {
                Some(held) if read.is_err() && held > first => first = held,
                Some(_) => break read,
                None => break Ok(()),
            }
        };
        if let Err(error) = read {
            let text = "the journal can't be read back; make a checkpoint now";
            self.report.failure(text, &error);
        }
    }
}

/// The parts that a record should have and those that were found, of document and values.
#[derive(Debug, Default)]
struct Found {
    header: [u16; 2],
    parts: [u16; 2],
}

impl Found {
    fn take(&mut self, tree: Tree, record: RecordId, plain: &[u8], report: &mut CheckReport) {
        let [documents, values] = &mut self.parts;
        match tree {
            Tree::Document => *documents += 1,
            Tree::Values => {
                *values += 1;
                let mut unpacked = Vec::new();
                if unpack(record, plain, &mut unpacked).is_err() {
                    report.problem(Some(record), format!("{} can't be read", name(tree)));
                }
                report.values += unpacked.len() as u64;
            }
            Tree::Header => match Header::decode(plain) {
                Ok(header) => self.header = [header.document, header.values],
                Err(_) => report.problem(Some(record), format!("{} can't be read", name(tree))),
            },
            Tree::Audit
            | Tree::Bucket
            | Tree::Fact
            | Tree::Index
            | Tree::Key
            | Tree::Ledger
            | Tree::Log
            | Tree::Reason
            | Tree::Why => {}
        }
    }
}

/// Does something until it is well, a few times.
fn again<T>(mut work: impl FnMut() -> T, is_well: impl Fn(&T) -> bool) -> T {
    for _ in 1..ATTEMPTS {
        let done = work();
        if is_well(&done) {
            return done;
        }
    }
    work()
}

const fn segment(name: Name) -> Option<u64> {
    if let Name::Segment(first) = name {
        Some(first)
    } else {
        None
    }
}

const fn name(tree: Tree) -> &'static str {
    match tree {
        Tree::Document => "a part of its document",
        Tree::Values => "a part of its values",
        Tree::Index => "its index entry",
        Tree::Reason => "the reason of an audit entry about it",
        Tree::Header
        | Tree::Audit
        | Tree::Bucket
        | Tree::Fact
        | Tree::Key
        | Tree::Ledger
        | Tree::Log
        | Tree::Why => "its list of parts",
    }
}
