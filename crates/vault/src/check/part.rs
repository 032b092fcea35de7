//! What a check takes from the vault: a little at a time, each part as of one moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use register::id::RecordId;

use crate::count::{Scan, hold};
use crate::disk::{Bytes, Disk};
use crate::entry::{Place, Tree, after, record_of};
use crate::error::VaultError;
use crate::holdings::Chunks;
use crate::journal::Reader;
use crate::manifest::Manifest;
use crate::seal::SecretKey;
use crate::vault::Vault;

/// About so many bytes of wrapped keys, and so the records they belong to, are one part: some 40 of them.
const KEY_BYTES: usize = 4 * 1024;
/// About so many bytes of anything else are one part.
const PART_BYTES: usize = 128 * 1024;

/// The trees that hold what belongs to records, in the order of their examination.
const OF_RECORDS: [Tree; 5] = [
    Tree::Document,
    Tree::Values,
    Tree::Index,
    Tree::Header,
    Tree::Reason,
];

/// How far a check is. The default is its beginning.
#[derive(Debug, Default)]
pub struct Mark(Stage);

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Begin,
    Count(Arc<Mutex<Scan>>),
    /// From these bytes on, which follow a tree's letter.
    Records(Vec<u8>),
    Facts(Vec<u8>),
    Logs(Tree, From),
    Reasons(Vec<u8>),
    Ledger(Vec<u8>),
    Files,
    End,
}

/// From where on a log is read.
#[derive(Debug)]
struct From {
    start: Vec<u8>,
    /// The last entry before that.
    last: Option<Vec<u8>>,
}

impl From {
    fn beginning(tree: Tree) -> Self {
        Self {
            start: vec![tree.letter()],
            last: None,
        }
    }
}

/// Sealed parcels with their places.
pub(super) type Parcels = Vec<(Place, Chunks)>;

/// A part of a check, to be run on any thread, in the order in which they were given out.
#[derive(Debug)]
pub struct Examination<D>(pub(super) Part<D>);

#[derive(Debug)]
pub(super) enum Part<D> {
    /// Not all is counted yet.
    Counting,
    /// What was counted and what should have been.
    Counted(Manifest, Manifest),
    /// All that some records have, and their keys, as far as these open.
    Records(Vec<(Tree, Parcels)>, BTreeMap<RecordId, Option<SecretKey>>),
    Facts(Parcels, SecretKey),
    Log {
        parcels: Parcels,
        key: SecretKey,
        /// The entries before these have been dropped meanwhile: their time was over.
        is_cut: bool,
    },
    Reasons(Parcels, SecretKey),
    Ledger(Vec<(Vec<u8>, Bytes)>),
    Files {
        disk: D,
        journal: Reader<D>,
        /// The first frame that it had.
        first: Option<u64>,
        durable: u64,
    },
    /// Something could not be read; what it was.
    Failed(&'static str, VaultError),
}

/// A part, and where to go on.
type Given<D> = Result<(Part<D>, Stage), VaultError>;

impl<D: Disk> Vault<D> {
    /// The next part of a check, `None` when all were given out. Takes some milliseconds. To be called when
    /// everything is synced; what changes between two calls is seen before or after, and is no problem.
    pub fn check_some(&mut self, mark: &mut Mark) -> Option<Examination<D>> {
        let (doing, otherwise, given) = match core::mem::take(&mut mark.0) {
            Stage::Begin => {
                let scan = self.chores.counts.begin();
                (
                    "counting the entries",
                    Stage::Records(Vec::new()),
                    self.count_for(scan),
                )
            }
            Stage::Count(scan) => (
                "counting the entries",
                Stage::Records(Vec::new()),
                self.count_for(scan),
            ),
            Stage::Records(from) => {
                let facts = vec![Tree::Fact.letter()];
                (
                    "opening the records",
                    Stage::Facts(facts),
                    self.records_from(&from),
                )
            }
            Stage::Facts(from) => {
                let logs = Stage::Logs(Tree::Audit, From::beginning(Tree::Audit));
                ("opening the facts", logs, self.facts_from(&from))
            }
            Stage::Logs(tree, from) => (
                "following the audit log",
                after_log(tree),
                self.log_from(tree, from),
            ),
            Stage::Reasons(from) => {
                let ledger = Stage::Ledger(vec![Tree::Ledger.letter()]);
                (
                    "opening the reasons of audit entries",
                    ledger,
                    self.reasons_from(&from),
                )
            }
            Stage::Ledger(from) => ("reading the ledger", Stage::Files, self.ledger_from(&from)),
            Stage::Files => ("reading the files", Stage::End, Ok(self.files())),
            Stage::End => {
                mark.0 = Stage::End;
                return None;
            }
        };
        let (part, next) = given.unwrap_or_else(|error| (Part::Failed(doing, error), otherwise));
        mark.0 = next;
        Some(Examination(part))
    }

    fn count_for(&self, scan: Arc<Mutex<Scan>>) -> Given<D> {
        let counted = hold(&scan).step(&self.store)?;
        Ok(match counted {
            Some(counted) => (
                Part::Counted(counted, self.tip.manifest),
                Stage::Records(Vec::new()),
            ),
            None => (Part::Counting, Stage::Count(scan)),
        })
    }

    /// Some records, and whatever lies between them: something may be left of a record whose key is gone.
    fn records_from(&self, from: &[u8]) -> Given<D> {
        let of = |tree: Tree, rest: &[u8]| [&[tree.letter()], rest].concat();
        let end = after(&[Tree::Key.letter()]);
        let stretch = self.store.stretch(&of(Tree::Key, from), &end, KEY_BYTES)?;
        let mut keys = BTreeMap::new();
        for (place, wrapped) in &stretch.entries {
            if let Some(record) = record_of(place) {
                keys.insert(record, self.ring.data_key(place, wrapped));
            }
        }
        // The first bytes that belong to no record of this part. After the last of them nothing is left.
        let until = stretch.next.as_deref().map(|next| match record_of(next) {
            Some(record) => after(record.as_bytes()),
            None => next.get(1..).unwrap_or_default().to_vec(),
        });
        let mut parcels = Vec::with_capacity(OF_RECORDS.len());
        for tree in OF_RECORDS {
            let until = match &until {
                Some(until) => of(tree, until),
                None => after(&[tree.letter()]),
            };
            let (some, _) = self.parcels(of(tree, from), &until, usize::MAX)?;
            parcels.push((tree, some));
        }
        let next = match until {
            Some(until) => Stage::Records(until),
            None => Stage::Facts(vec![Tree::Fact.letter()]),
        };
        Ok((Part::Records(parcels, keys), next))
    }

    fn facts_from(&self, from: &[u8]) -> Given<D> {
        let until = after(&[Tree::Fact.letter()]);
        let (facts, next) = self.parcels(from.to_vec(), &until, PART_BYTES)?;
        let logs = || Stage::Logs(Tree::Audit, From::beginning(Tree::Audit));
        let next = next.map_or_else(logs, Stage::Facts);
        Ok((Part::Facts(facts, self.ring.facts.clone()), next))
    }

    fn log_from(&self, tree: Tree, from: From) -> Given<D> {
        let is_cut = match from.last {
            Some(last) => self.store.get(&last)?.is_none(),
            None => false,
        };
        let until = after(&[tree.letter()]);
        let (parcels, next) = self.parcels(from.start, &until, PART_BYTES)?;
        let last = parcels.last().and_then(|(_, chunks)| chunks.first());
        let last = last.map(|(key, _)| key.clone());
        let next = match next {
            Some(start) => Stage::Logs(tree, From { start, last }),
            None => after_log(tree),
        };
        let key = self.ring.audit.clone();
        let part = Part::Log {
            parcels,
            key,
            is_cut,
        };
        Ok((part, next))
    }

    fn reasons_from(&self, from: &[u8]) -> Given<D> {
        let until = after(&[Tree::Why.letter()]);
        let (reasons, next) = self.parcels(from.to_vec(), &until, PART_BYTES)?;
        let ledger = || Stage::Ledger(vec![Tree::Ledger.letter()]);
        let next = next.map_or_else(ledger, Stage::Reasons);
        Ok((Part::Reasons(reasons, self.ring.audit.clone()), next))
    }

    fn ledger_from(&self, from: &[u8]) -> Given<D> {
        let until = after(&[Tree::Ledger.letter()]);
        let stretch = self.store.stretch(from, &until, PART_BYTES)?;
        let next = stretch.next.map_or(Stage::Files, Stage::Ledger);
        Ok((Part::Ledger(stretch.entries), next))
    }

    fn files(&self) -> (Part<D>, Stage) {
        let part = Part::Files {
            disk: self.store.disk.clone(),
            journal: self.journal.reader(),
            first: self.journal.first(),
            durable: self.durable.frame,
        };
        (part, Stage::End)
    }

    /// Whole parcels of about `limit` bytes, at least one, and where the next begins.
    fn parcels(
        &self,
        from: Vec<u8>,
        until: &[u8],
        limit: usize,
    ) -> Result<(Parcels, Option<Vec<u8>>), VaultError> {
        let mut parcels: Parcels = Vec::new();
        let mut bytes = 0;
        let mut next = Some(from);
        while let Some(start) = next {
            let stretch = self.store.stretch(&start, until, limit.min(PART_BYTES))?;
            for (key, value) in stretch.entries {
                let Some((place, _)) = Place::split(&key) else {
                    continue;
                };
                bytes += value.len();
                match parcels.last_mut() {
                    Some((at, chunks)) if *at == place => chunks.push((key, value)),
                    _ => parcels.push((place, vec![(key, value)])),
                }
            }
            next = stretch.next;
            // The last of them may go on behind the stretch.
            if next.is_some()
                && bytes >= limit
                && parcels.len() > 1
                && let Some((_, chunks)) = parcels.pop()
            {
                let first = chunks.into_iter().next();
                return Ok((parcels, first.map(|(key, _)| key)));
            }
        }
        Ok((parcels, None))
    }
}

/// The log of before there was one for each life comes first.
fn after_log(tree: Tree) -> Stage {
    if tree == Tree::Audit {
        Stage::Logs(Tree::Log, From::beginning(Tree::Log))
    } else {
        Stage::Reasons(vec![Tree::Why.letter()])
    }
}
