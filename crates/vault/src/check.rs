//! A check of everything: every seal opened, every entry counted, every file read back.
//!
//! It is cut into parts, so that nobody else waits for it: the vault only reads what belongs together and has
//! sealed bytes given out with their keys; opening them, and reading files, is for any thread.

mod examine;
mod part;

use register::id::RecordId;

pub use examine::Examined;
pub use part::{Examination, Mark};

use crate::disk::Disk;
use crate::error::VaultError;
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
    /// Takes about a second for each 100 MB. Changes nothing. Sync first: what is staged is not in every file.
    ///
    /// Where others wait meanwhile: [`Vault::check_some`] gives out the same in parts.
    #[must_use]
    pub fn check(&mut self) -> CheckReport {
        let mut mark = Mark::default();
        let mut examined = Examined::default();
        while let Some(examination) = self.check_some(&mut mark) {
            examination.run(&mut examined);
        }
        examined.into_report()
    }
}
