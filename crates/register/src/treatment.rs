//! Treatments given and the separate contracts about them (clauses 5 and 6).

use jiff::civil::Date;

use crate::id::RecordId;

/// A contract on paper: where it lies. The contract itself is not in the register.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Contract {
    /// What kind of contract, in words; may be empty.
    pub kind: String,
    /// The day it was signed, where known.
    pub date: Option<Date>,
    /// In which premises' safe.
    pub safe: String,
    /// Folder reference in the safe.
    pub folder: String,
    /// The day the paper was destroyed.
    pub destroyed: Option<Date>,
}

/// One treatment given. Its five years run from `date`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Treatment {
    /// The day.
    pub date: Date,
    /// What was done.
    pub name: String,
    /// Who did it, as written; for entries made here also `by_id`.
    pub by: String,
    /// The staff record of who did it.
    pub by_id: Option<RecordId>,
    /// At which premises.
    pub premises: String,
    /// Products used.
    pub products: String,
    /// Batch number of the product.
    pub batch: String,
    /// Remarks; not for health.
    pub remarks: String,
    /// Whether a separate contract was made: `None` when not known.
    pub contract_made: Option<bool>,
    /// Where that contract lies, where known.
    pub contract: Option<Contract>,
}

crate::redacted!(Contract, Treatment);
