//! A plain model of a store, and groups of writes from a seed.

use std::collections::{BTreeMap, BTreeSet};

use register::id::{LogId, RecordId};
use register::replica::{Group, Holdings, Shelf, Write};
use register::value::Value;
use vault::{Disk, Vault};

/// What a store should hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) documents: BTreeMap<RecordId, Vec<u8>>,
    pub(crate) values: BTreeMap<RecordId, Vec<Value>>,
    pub(crate) indexes: BTreeMap<RecordId, Vec<u8>>,
    pub(crate) facts: BTreeMap<String, Vec<u8>>,
    pub(crate) ledger: BTreeSet<Vec<u8>>,
    pub(crate) audit: BTreeMap<(LogId, u64), Vec<u8>>,
    pub(crate) reasons: BTreeMap<(Option<RecordId>, LogId, u64), Vec<u8>>,
}

impl Model {
    pub(crate) fn apply(&mut self, group: &Group) {
        for write in &group.writes {
            match write {
                Write::Document(id, bytes) => {
                    self.documents.insert(*id, bytes.clone());
                }
                Write::Changes(id, bytes) => {
                    self.documents.entry(*id).or_default().extend(bytes);
                }
                Write::Values(id, values) => {
                    self.values.insert(*id, values.clone());
                }
                Write::MoreValues(id, values) => {
                    let held = self.values.entry(*id).or_default();
                    held.extend(values.iter().cloned());
                }
                Write::Index(id, bytes) => {
                    self.indexes.insert(*id, bytes.clone());
                }
                Write::Forget(id) | Write::Rekey(id) => {
                    self.documents.remove(id);
                    self.values.remove(id);
                    self.indexes.remove(id);
                    if matches!(write, Write::Forget(_)) {
                        self.reasons.retain(|(record, ..), _| *record != Some(*id));
                    }
                }
                Write::Fact(name, Some(bytes)) => {
                    self.facts.insert(name.clone(), bytes.clone());
                }
                Write::Fact(name, None) => {
                    self.facts.remove(name);
                }
                Write::Ledger(bytes) => {
                    self.ledger.insert(bytes.clone());
                }
                Write::Audit(log, sequence, Some(bytes)) => {
                    self.audit.insert((*log, *sequence), bytes.clone());
                }
                Write::Audit(log, sequence, None) => {
                    self.audit.remove(&(*log, *sequence));
                }
                Write::Reason(record, log, sequence, Some(bytes)) => {
                    let place = (*record, *log, *sequence);
                    self.reasons.insert(place, bytes.clone());
                }
                Write::Reason(record, log, sequence, None) => {
                    self.reasons.remove(&(*record, *log, *sequence));
                }
            }
        }
    }

    /// What a vault holds, by what it tells.
    pub(crate) fn of<D: Disk>(vault: &Vault<D>, holdings: &Holdings) -> Self {
        let mut model = Self {
            indexes: holdings.indexes.iter().cloned().collect(),
            facts: holdings.facts.clone(),
            ledger: holdings.ledger.iter().cloned().collect(),
            ..Self::default()
        };
        model.read(vault);
        for (log, (sequence, bytes)) in &holdings.logs {
            let last = model.audit.range(..=(*log, u64::MAX)).next_back();
            assert_eq!(last, Some((&(*log, *sequence), bytes.as_ref().unwrap())));
        }
        model
    }

    /// Documents and values of the records that the workload uses, as the vault has them.
    pub(crate) fn read<D: Disk>(&mut self, vault: &Vault<D>) {
        self.documents.clear();
        self.values.clear();
        for id in (0..RECORDS).map(record) {
            if let Some(bytes) = vault.document(id).unwrap() {
                self.documents.insert(id, bytes);
            }
            let values = vault.values(id).unwrap();
            if !values.is_empty() {
                self.values.insert(id, values);
            }
        }
        self.audit.clear();
        self.reasons.clear();
        for log in (0..LOGS).map(log) {
            for (sequence, bytes) in vault.audit(log, 0, usize::MAX).unwrap() {
                self.audit.insert((log, sequence), bytes.unwrap());
            }
            for about in (0..RECORDS).map(|id| Some(record(id))).chain([None]) {
                for sequence in 0..READ_ENTRIES {
                    if let Some(bytes) = vault.reason(about, log, sequence).unwrap() {
                        self.reasons.insert((about, log, sequence), bytes);
                    }
                }
            }
        }
    }

    /// A record with no values and one that never had any are the same to a reader.
    pub(crate) fn seen(mut self) -> Self {
        self.values.retain(|_, values| !values.is_empty());
        self
    }
}

/// How many audit logs a workload uses.
pub(crate) const LOGS: u8 = 3;
/// Reasons are those of so many entries of each.
const READ_ENTRIES: u64 = 8;

/// The first is the one that a node had before there was one for each life.
pub(crate) fn log(number: u8) -> LogId {
    LogId::from_bytes([number; 16])
}

/// How many records a workload uses.
pub(crate) const RECORDS: u8 = 6;

pub(crate) fn record(number: u8) -> RecordId {
    RecordId::from_bytes([number.wrapping_mul(37) ^ 0x5a; 16])
}

/// Numbers from a seed (`SplitMix64`).
#[derive(Debug, Clone)]
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn bytes(&mut self, longest: u64) -> Vec<u8> {
        (0..self.below(longest + 1))
            .map(|_| self.next() as u8)
            .collect()
    }

    pub(crate) fn values(&mut self, id: RecordId) -> Vec<Value> {
        (0..=self.below(4))
            .map(|_| {
                let nonce = core::array::from_fn(|_| self.next() as u8);
                let longest = if self.below(8) == 0 { 6000 } else { 90 };
                let content = self.bytes(longest);
                Value::from_parts(id, nonce, content)
            })
            .collect()
    }

    pub(crate) fn write(&mut self, audit: &mut u64) -> Write {
        let id = record(self.below(u64::from(RECORDS)) as u8);
        let long = if self.below(6) == 0 { 13_000 } else { 300 };
        match self.below(15) {
            0 => Write::Document(id, self.bytes(long)),
            1..=3 => Write::Changes(id, self.bytes(long)),
            4 => Write::Values(id, self.values(id)),
            5 | 6 => Write::MoreValues(id, self.values(id)),
            7 => Write::Index(id, self.bytes(long)),
            8 => Write::Forget(id),
            9 => Write::Fact(format!("fact/{}", self.below(4)), Some(self.bytes(long))),
            10 => Write::Fact(format!("fact/{}", self.below(4)), None),
            11 => Write::Ledger(self.bytes(60)),
            _ => {
                *audit += 1;
                let log = log(self.below(3) as u8);
                let about = (self.below(2) == 0).then_some(id);
                match self.below(8) {
                    0 => Write::Audit(log, 1 + self.below(*audit), None),
                    1 => Write::Reason(about, log, *audit % READ_ENTRIES, None),
                    2 | 3 => {
                        let bytes = self.bytes(long);
                        Write::Reason(about, log, *audit % READ_ENTRIES, Some(bytes))
                    }
                    _ => Write::Audit(log, *audit, Some(self.bytes(long))),
                }
            }
        }
    }

    pub(crate) fn group(&mut self, audit: &mut u64) -> Group {
        Group {
            writes: (0..=self.below(6)).map(|_| self.write(audit)).collect(),
        }
    }
}
