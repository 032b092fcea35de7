//! The vault itself: groups in, durable; records out.

use std::path::Path;

use register::id::{LogId, RecordId};
use register::replica::{AuditSlot, Group, Holdings, Shelf, ShelfError};
use register::value::Value;

use crate::checkpoint::Point;
use crate::chores::{Chores, Upkeep};
use crate::disk::{Disk, FileDisk, Op};
use crate::draft::Draft;
use crate::entry::{Place, STANDING};
use crate::error::VaultError;
use crate::frame::encode;
use crate::holdings::audit_slots;
use crate::journal::Journal;
use crate::keys::{EpochKey, Keys};
use crate::ledger::LedgerFile;
use crate::master::MasterSource;
use crate::opening::{Opener, Opening};
use crate::pack::Packer;
use crate::parcel;
use crate::record::{Opened, Ring};
use crate::rotation::{Pending, establish};
use crate::store::Store;

/// Small frames go to the tree together, up to about so many bytes.
const BATCH_BYTES: usize = 32 * 1024;
/// Where the keys are, unless it is said otherwise.
pub(crate) const KEYS: &str = "keys";
/// When more bytes than this wait for the tree, a sync waits for it.
const BACKLOG_BYTES: usize = 16 * 1024 * 1024;

/// A node's sealed store. Owned by one thread.
#[derive(Debug)]
pub struct Vault<D: Disk> {
    pub(crate) store: Store<D>,
    pub(crate) ring: Ring,
    pub(crate) journal: Journal<D>,
    ledger: LedgerFile<D>,
    packer: Packer,
    pub(crate) chores: Chores<D>,
    /// The last staged frame, and what lives after it.
    pub(crate) tip: Point,
    /// The last frame that is durable.
    pub(crate) durable: Point,
    /// Encoded frames for the next sync.
    pub(crate) frames: Vec<u8>,
    pub(crate) staged: Vec<(Point, Vec<Op>)>,
    /// The last frame, not yet encoded, from the first group on that forgot a record.
    pub(crate) pending: Option<Pending>,
    failed: bool,
}

/// A vault in a directory.
pub type FileVault = Vault<FileDisk>;

impl Vault<FileDisk> {
    /// Makes a new store in `directory`, which exists, with its keys and a random master key in
    /// `keys/`.
    ///
    /// # Errors
    /// [`VaultError::Exists`] when a store, or a part of one, is there; failures of the disk.
    pub fn create(directory: &Path) -> Result<(), VaultError> {
        Self::create_with(directory, &directory.join(KEYS), &MasterSource::File)
    }

    /// Makes a new store in `directory`, which exists, with its keys in another directory, which is
    /// made, perhaps on another volume.
    ///
    /// # Errors
    /// As [`Vault::create`], and [`VaultError::Keys`] when the master secret can't be used.
    pub fn create_with(
        directory: &Path,
        keys: &Path,
        master: &MasterSource,
    ) -> Result<(), VaultError> {
        if FileDisk::is_there(directory, keys) {
            return Err(VaultError::Exists);
        }
        FileDisk::create(directory)?;
        std::fs::create_dir_all(keys)
            .map_err(|error| VaultError::io("make the directory of keys", &error))?;
        restrict(keys)?;
        let disk = FileDisk::open(directory, keys)?;
        establish(&disk, master, &EpochKey::random(1)?)?;
        let keys = master.keys(&disk)?;
        let (vault, ..) = Opener::new(disk, true)?.run(&keys)?;
        vault.close()
    }

    /// Opens the store in `directory`, repairs and replays what is needed, and holds an exclusive
    /// lock for as long as the vault lives.
    ///
    /// # Errors
    /// [`VaultError::NotANode`], [`VaultError::InUse`], [`VaultError::Keys`],
    /// [`VaultError::Damaged`] when something is lost that no other file holds; failures of the disk.
    pub fn open(directory: &Path) -> Result<(Self, Holdings, Opening), VaultError> {
        Self::open_with(directory, &directory.join(KEYS), &MasterSource::File)
    }

    /// Opens the store in `directory` whose keys are in another one, under a master secret from
    /// `master`.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_with(
        directory: &Path,
        keys: &Path,
        master: &MasterSource,
    ) -> Result<(Self, Holdings, Opening), VaultError> {
        let disk = FileDisk::open(directory, keys)?;
        let keys = master.keys(&disk)?;
        Opener::new(disk, false)?.run(&keys)
    }
}

impl<D: Disk> Vault<D> {
    /// Opens the store on `disk`, or makes one if the disk is blank. Key files on the disk hold
    /// the epoch key; as long as there are none it is the one that `keys` begins with.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_on(disk: D, keys: Keys) -> Result<(Self, Holdings, Opening), VaultError> {
        Opener::new(disk, true)?.run(&keys)
    }

    /// Takes a group: all of it or nothing. Reads see it at once; it is durable after the next
    /// [`Vault::sync`].
    ///
    /// # Errors
    /// [`VaultError::TooLarge`], [`VaultError::Stopped`] after an earlier failure, damage and
    /// failures of the disk. After any error the vault has to be opened again.
    pub fn stage(&mut self, group: &Group) -> Result<(), VaultError> {
        self.guarded(|vault| vault.stage_group(group))
    }

    /// Makes every staged group durable: the ledger first, then one append to the journal with one
    /// fsync. Then hands them to the tree. When a record was forgotten, its key and every key above
    /// it are destroyed on return.
    ///
    /// # Errors
    /// As [`Vault::stage`]. Staged groups may or may not be there when the vault is opened again,
    /// each whole or not at all, and none without those before it.
    pub fn sync(&mut self) -> Result<(), VaultError> {
        self.guarded(Self::sync_staged)
    }

    /// Does a little of what is due besides: counting entries, a checkpoint. `now` is the node's
    /// clock in seconds. To be called often; each call takes a few milliseconds.
    ///
    /// # Errors
    /// [`crate::Damage::Tree`] when the working store was found to have lost something: open the vault
    /// again, which rebuilds it. Failures of the disk while making a checkpoint are no error but
    /// reported in [`Upkeep`] and tried again later.
    pub fn upkeep(&mut self, now: u64) -> Result<Upkeep, VaultError> {
        self.guarded(|vault| vault.do_chores(now))
    }

    /// Makes a checkpoint of everything staged so far and cuts the journal, here and now.
    ///
    /// # Errors
    /// As [`Vault::sync`].
    pub fn checkpoint_now(&mut self) -> Result<(), VaultError> {
        self.guarded(|vault| {
            vault.sync_staged()?;
            vault.checkpoint()
        })
    }

    /// Syncs what is staged, brings the tree up to date and closes it.
    ///
    /// # Errors
    /// As [`Vault::sync`]; the vault is closed all the same.
    pub fn close(mut self) -> Result<(), VaultError> {
        let synced = self.sync();
        self.chores.stop();
        synced.and(self.store.disk.tree_close())
    }

    pub(crate) fn assemble(parts: Parts<D>) -> Result<Self, VaultError> {
        Ok(Self {
            ring: parts.ring,
            journal: parts.journal,
            ledger: parts.ledger,
            packer: Packer::new()?,
            chores: Chores::new(&parts.store.disk)?,
            store: parts.store,
            tip: parts.tip,
            durable: parts.tip,
            frames: Vec::new(),
            staged: Vec::new(),
            pending: None,
            failed: false,
        })
    }

    pub(crate) fn guarded<T>(
        &mut self,
        call: impl FnOnce(&mut Self) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        if self.failed {
            return Err(VaultError::Stopped);
        }
        let result = call(self);
        self.failed = result.is_err();
        result
    }

    fn stage_group(&mut self, group: &Group) -> Result<(), VaultError> {
        let mut draft = Draft::new(&self.store, &self.ring, &mut self.packer);
        for write in &group.writes {
            draft.write(write)?;
        }
        let ledger = core::mem::take(&mut draft.ledger);
        let forgotten = core::mem::take(&mut draft.forgotten);
        let buckets = core::mem::take(&mut draft.buckets);
        let mut manifest = self.tip.manifest;
        let counts = &mut self.chores.counts;
        let ops = draft.finish(&mut manifest, |key, old, new| counts.changed(key, old, new))?;
        if ops.is_empty() {
            return Ok(());
        }
        self.ring.buckets.extend(buckets);
        let joins = self.pending.is_some();
        let frame = self.tip.frame + u64::from(!joins);
        let point = Point { frame, manifest };
        for entry in &ledger {
            self.ledger.stage(entry)?;
        }
        self.store.absorb(frame, &ops);
        self.tip = point;
        if !forgotten.is_empty() {
            self.chores.forgot(frame);
        }
        if joins || !forgotten.is_empty() {
            let pending = self.pending.get_or_insert_default();
            return pending.take(ops, forgotten);
        }
        let first = self.durable.frame + 1;
        if !encode(frame, first, &manifest, &ops, &mut self.frames) {
            return Err(VaultError::TooLarge);
        }
        self.staged.push((point, ops));
        Ok(())
    }

    pub(crate) fn sync_staged(&mut self) -> Result<(), VaultError> {
        if self.staged.is_empty() && self.pending.is_none() {
            return Ok(());
        }
        self.ledger.sync()?;
        let turnover = match self.pending.take() {
            Some(pending) => Some(self.turn_over(pending)?),
            None => None,
        };
        self.journal.append(self.durable.frame + 1, &self.frames)?;
        self.frames.clear();
        self.durable = self.tip;
        if let Some(turnover) = turnover {
            self.adopt_keys(turnover)?;
        }
        let mut batch = Vec::new();
        let mut weight = 0;
        let mut staged = core::mem::take(&mut self.staged).into_iter().peekable();
        while let Some((point, ops)) = staged.next() {
            weight += ops.iter().map(Op::weight).sum::<usize>();
            batch.extend(ops);
            if weight >= BATCH_BYTES || staged.peek().is_none() {
                weight = 0;
                batch.push(standing(&point));
                self.store
                    .disk
                    .tree_apply(point.frame, core::mem::take(&mut batch))?;
            }
        }
        self.store.settle()?;
        if self.store.weight() > BACKLOG_BYTES {
            self.store.disk.tree_settle()?;
            self.store.settle()?;
        }
        Ok(())
    }
}

impl<D: Disk> Shelf for Vault<D> {
    fn document(&self, record: RecordId) -> Result<Option<Vec<u8>>, ShelfError> {
        self.look(record, |opened, header| opened.document(header))
            .map(Option::flatten)
            .map_err(|error| unreadable(record, &error))
    }

    fn values(&self, record: RecordId) -> Result<Vec<Value>, ShelfError> {
        self.look(record, |opened, header| opened.values(header))
            .map(Option::unwrap_or_default)
            .map_err(|error| unreadable(record, &error))
    }

    fn audit(&self, log: LogId, from: u64, limit: usize) -> Result<Vec<AuditSlot>, ShelfError> {
        audit_slots(&self.store, &self.ring, log, from, limit).map_err(|error| {
            tracing::error!(%log, %error, "an audit log can't be read");
            ShelfError
        })
    }

    fn reason(
        &self,
        record: Option<RecordId>,
        log: LogId,
        sequence: u64,
    ) -> Result<Option<Vec<u8>>, ShelfError> {
        let read = || {
            let place = Place::reason(record, log, sequence);
            if self.store.get(&place.chunk(0))?.is_none() {
                return Ok(None);
            }
            let key = match record {
                Some(record) => self.ring.record(&self.store, record)?,
                None => Some(self.ring.audit.clone()),
            };
            let open = |key| parcel::open(&key, &place, |name| self.store.get(name));
            key.map(open).transpose()
        };
        read().map_err(|error: VaultError| {
            tracing::error!(%log, sequence, %error, "the reason of an audit entry can't be read");
            ShelfError
        })
    }
}

impl<D: Disk> Vault<D> {
    fn look<T>(
        &self,
        record: RecordId,
        read: impl FnOnce(&Opened<'_, D>, crate::record::Header) -> Result<T, VaultError>,
    ) -> Result<Option<T>, VaultError> {
        let Some(opened) = Opened::new(&self.store, &self.ring, record)? else {
            return Ok(None);
        };
        let header = opened.header()?;
        read(&opened, header).map(Some)
    }
}

/// What a vault is put together from when it is opened.
pub(crate) struct Parts<D> {
    pub(crate) store: Store<D>,
    pub(crate) ring: Ring,
    pub(crate) journal: Journal<D>,
    pub(crate) ledger: LedgerFile<D>,
    pub(crate) tip: Point,
}

/// The entry that says at which frame the tree stands.
pub(crate) fn standing(point: &Point) -> Op {
    let mut value = point.frame.to_be_bytes().to_vec();
    value.extend_from_slice(&point.manifest.encode());
    Op::put(STANDING.to_vec(), &value)
}

fn unreadable(record: RecordId, error: &VaultError) -> ShelfError {
    tracing::error!(%record, %error, "a stored record can't be read");
    ShelfError
}

/// Only the owner may enter the directory.
pub(crate) fn restrict(directory: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o700))
        .map_err(|error| VaultError::io("restrict the directory of keys", &error))
}
