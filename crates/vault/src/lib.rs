//! The sealed store of a node.
//!
//! A [`Vault`] takes [`register::replica::Group`]s, makes them durable, and gives records back. The
//! directory of a store:
//!
//! | path | what | sealed |
//! |---|---|---|
//! | `keys/` | the epoch key, and perhaps the master key; it may lie on another volume | epoch under master |
//! | `ledger` | what must stay forgotten, append-only | no: it holds no personal data and must be readable without keys |
//! | `journal/*.frames` | every group since the last checkpoint | its entries are |
//! | `checkpoint/*.full` | everything as of one frame | its entries are |
//! | `db/` | sled, the working store, where reads come from; `db.next-*` until the next start after a compaction | its entries are |
//! | `lock` | held for as long as a vault is open | |
//!
//! # Invariants
//!
//! 1. *Durable first.* When [`Vault::sync`] returns, ledger entries are in the synced ledger file and
//!    groups in the synced journal, in this order. One sync is one append and one fsync, however
//!    many groups there are.
//! 2. *All or nothing, in order.* After any crash the store holds every synced group, then perhaps
//!    some that were not yet synced, each whole, none without those before it. Only the ledger file
//!    may be ahead.
//! 3. *The tree is never ahead of the journal, and never the only place* where a synced group lives,
//!    so sled may lose everything at any time: checkpoint and journal rebuild it. What is read
//!    back at opening is synced before anything is built on it.
//! 4. *Frames are physical*: absolute puts and deletes of bytes that are sealed already. Replaying
//!    opens nothing, needs no key, and may be done twice.
//! 5. *Nothing is missing unnoticed.* Each frame, the tree and each checkpoint carry the count and
//!    the set hash of all live entries. A torn tail, which nobody was told of, is cut; anything else
//!    that can't be read is repaired from another file or refused with nothing changed.
//! 6. *Nothing is sealed twice under one nonce, nothing opens in another place.* Each record has
//!    its own data key; every chunk is bound to its tree, owner, part and number. Facts and audit
//!    entries are under keys of their own. Every key but the epoch key lies wrapped in the store, and
//!    names what it is (`keys`).
//! 7. *What is forgotten opens nowhere.* When [`Vault::sync`] returns, the data key of a record that a
//!    staged group forgot, every key above it and the old epoch key are destroyed, and the survivors
//!    are under new ones, durably. After a crash a record is forgotten in this sense or wholly there,
//!    and there is one epoch key (`rotation`). The limit: an image that holds the key file of then
//!    too does open. [`Vault::remnants`] tries whatever is left in any file.
//! 8. *A damaged file is moved aside, never deleted*, until a verified checkpoint holds everything.
//! 9. *The vault is owned by one thread.* Copying a checkpoint, filling a fresh database and filling
//!    sled happen on others; a [`Disk`] that isn't [`Disk::THREADED`] does all of it in the caller's,
//!    step by step, so the simulation replays.
//!
//! Deliberately absent: any clock (upkeep is told the time), any knowledge of documents, values'
//! contents or peers, and any plaintext on a disk.
//!
//! # One edit, from here on
//!
//! [`Vault::stage`] turns the group's writes into sealed entries (`draft`, `parcel`, `pack`, `seal`),
//! works out the manifest (`manifest`), encodes a frame (`frame`) and shows the entries to reads
//! (`store`). [`Vault::sync`] appends to ledger and journal (`ledger`, `journal`), and hands the
//! entries to the settler thread (`disk`), which brings them into sled at its own pace. Opening
//! (`opening`, `holdings`) is the way back; `chores` counts and makes checkpoints; `compaction`
//! replaces sled's database by a fresh one; `check` opens all, and `probe` all that should not open.
//! [`backup`] holds a checkpoint with its key for a copy elsewhere, and makes a store of one.

pub mod backup;
mod check;
mod checkpoint;
mod chores;
mod compaction;
mod count;
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
mod master;
pub mod memory;
mod opening;
mod pack;
mod parcel;
mod probe;
mod record;
mod rotation;
mod seal;
mod store;
mod vault;

pub use check::{CheckReport, Examination, Examined, Mark, Problem};
pub use chores::Upkeep;
pub use disk::{Bytes, Disk, FileDisk, Held, Name, Op, Page, TreeState};
pub use error::{Damage, KeyFault, VaultError};
pub use keys::Keys;
pub use master::{CREDENTIAL, MasterSource};
pub use opening::{Opening, Repair, Why};
pub use probe::{Found, Remnants, Sweep, Trial};
pub use vault::{FileVault, Vault};
