//! The sealed store of a node. See the crate's modules.

mod check;
mod checkpoint;
mod chores;
mod disk;
mod draft;
mod entry;
mod error;
mod frame;
mod holdings;
mod journal;
mod keys;
mod ledger;
mod manifest;
pub mod memory;
mod opening;
mod pack;
mod parcel;
mod record;
mod seal;
mod store;
mod vault;

pub use check::{CheckReport, Problem};
pub use chores::Upkeep;
pub use disk::{Bytes, Disk, FileDisk, Name, Op, Page, TreeState};
pub use error::{Damage, KeyFault, VaultError};
pub use keys::Keys;
pub use opening::{Opening, Repair, Why};
pub use vault::{FileVault, Vault};
