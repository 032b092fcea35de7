//! Treatments given and the separate contracts about them (clauses 5 and 6).

use jiff::civil::Date;

use crate::id::{EntryId, RecordId};
use crate::warning::Acknowledged;

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
    /// The catalogue's item of that name, where there was one. The name counts: an item may be renamed later.
    pub item: Option<EntryId>,
    /// Who did it, as written. Empty where `by_id` says it: the name is that of the user, and goes with the user.
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
    /// Warnings that were seen before it was given; `None` where nothing stood against it.
    pub acknowledged: Option<Acknowledged>,
}

impl Treatment {
    /// Where the contract lies, as far as it is known: in the safe of the treatment's premises, unless another is named.
    #[must_use]
    pub fn paper(&self) -> Contract {
        let known = self.contract.clone();
        let mut contract = known.unwrap_or_else(|| Contract {
            kind: String::new(),
            date: None,
            safe: String::new(),
            folder: String::new(),
            destroyed: None,
        });
        if contract.safe.is_empty() {
            contract.safe.clone_from(&self.premises);
        }
        contract
    }
}

crate::redacted!(Contract, Treatment);
