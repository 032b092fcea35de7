//! Whatever in memory can hold something of a client, by name: after an erasure none of it may.
//!
//! Left out is what holds ids alone and says nothing of anybody: the ledger and the audit logs, which keep the ids
//! of who was erased, what another card says to be the same person, acknowledgements that are under way, and the
//! notices of changes to open pages.

use std::collections::BTreeSet;

use crate::id::RecordId;

macro_rules! holders {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// Something in memory that can hold something of a client.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Holder { $($(#[$doc])* $name,)+ }

        impl Holder {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What it is, in words for whoever runs the node.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

holders! {
    /// The replica's open records: document and values.
    Open = "the open records",
    /// What the replica knows of every record without opening it: due days, notices, links.
    Inventory = "the inventory",
    /// What waits to be given to a peer.
    Waiting = "what waits for a peer",
    /// The lists of campaigns, in the replica's open records or the directory.
    Lists = "the lists of campaigns",
    /// The directory's projection of every card.
    Projection = "the directory",
    /// The text that search looks through.
    Search = "the search index",
    /// Phones, addresses and names that cards have in common.
    Alike = "the likely duplicates",
    /// Which cards are linked.
    Links = "the linked cards",
    /// Treatments, batches and contracts, to be traced.
    Traces = "the batches and contracts",
}

/// What was found of some records.
pub(crate) struct Found {
    among: BTreeSet<RecordId>,
    found: BTreeSet<(RecordId, Holder)>,
}

impl Found {
    pub(crate) fn among(records: &[RecordId]) -> Self {
        Self {
            among: records.iter().copied().collect(),
            found: BTreeSet::new(),
        }
    }

    /// Looks through everything that a holder holds.
    pub(crate) fn add(mut self, holder: Holder, held: impl Iterator<Item = RecordId>) -> Self {
        let held = held.filter(|record| self.among.contains(record));
        self.found.extend(held.map(|record| (record, holder)));
        self
    }

    pub(crate) fn into_found(self) -> BTreeSet<(RecordId, Holder)> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_words_of_its_own() {
        let words: std::collections::BTreeSet<&str> =
            Holder::ALL.iter().map(|one| one.word()).collect();
        assert_eq!(words.len(), Holder::ALL.len());
    }
}
