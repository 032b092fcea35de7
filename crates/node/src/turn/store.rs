//! What the event loop needs of the vault.

use jiff::Timestamp;
use register::id::RecordId;
use register::replica::{Group, Shelf};
use vault::backup::Image;
use vault::{CheckReport, Disk, Vault, VaultError};

/// What came of trying to open what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remnants {
    /// Pieces that were tried.
    pub tried: u64,
    /// Those that opened.
    pub opened: u64,
    /// Those that don't open any more.
    pub unopenable: u64,
    /// Erased records of which a document or values opened.
    pub left: Vec<RecordId>,
}

/// A store that one event loop owns.
pub trait Store: core::fmt::Debug + Send + 'static {
    /// Where the replica reads, with everything that was staged.
    fn shelf(&self) -> &dyn Shelf;
    /// Takes writes. They are read back at once, and durable after [`Store::sync`].
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn stage(&mut self, group: &Group) -> Result<(), VaultError>;
    /// Makes everything staged durable.
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn sync(&mut self) -> Result<(), VaultError>;
    /// Does a little of what can wait; takes milliseconds. True when more waits.
    ///
    /// # Errors
    /// When the store was found to be damaged and has to be opened again.
    fn upkeep(&mut self, now: Timestamp) -> Result<bool, VaultError>;
    /// Reads and verifies everything. Takes about a second for each 100 MB.
    fn check(&self) -> CheckReport;
    /// Asks for an image of everything that is durable; upkeep makes it.
    fn ask_image(&mut self);
    /// The image that was asked for, once it is there.
    fn take_image(&mut self) -> Option<Result<Image, VaultError>>;
    /// Tries to open something of each erased record with the keys of now.
    fn remnants(&self, erased: &[RecordId]) -> Remnants {
        let shelf = self.shelf();
        let opens = |record: &RecordId| {
            let document = shelf.document(*record).is_ok_and(|found| found.is_some());
            document || shelf.values(*record).is_ok_and(|found| !found.is_empty())
        };
        let left: Vec<RecordId> = erased.iter().copied().filter(opens).collect();
        let (tried, opened) = (erased.len() as u64, left.len() as u64);
        Remnants {
            tried,
            opened,
            unopenable: tried - opened,
            left,
        }
    }
    /// Wraps every key anew under a fresh epoch key, and destroys the old one. False when the store has
    /// no keys to rotate.
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn rotate_keys(&mut self) -> Result<bool, VaultError> {
        Ok(false)
    }
    /// Writes everything into fresh files, without what was removed, and removes the old ones.
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn compact(&mut self) -> Result<(), VaultError>;
    /// Ends the store's work in good order.
    ///
    /// # Errors
    /// When the disk fails.
    fn close(self) -> Result<(), VaultError>;
}

impl<D: Disk + core::fmt::Debug> Store for Vault<D> {
    fn shelf(&self) -> &dyn Shelf {
        self
    }

    fn stage(&mut self, group: &Group) -> Result<(), VaultError> {
        Self::stage(self, group)
    }

    fn sync(&mut self) -> Result<(), VaultError> {
        Self::sync(self)
    }

    fn upkeep(&mut self, now: Timestamp) -> Result<bool, VaultError> {
        // A clock before 1970 is wrong; upkeep then waits for a right one.
        let now = u64::try_from(now.as_second()).unwrap_or_default();
        let done = Self::upkeep(self, now)?;
        if let Some(frame) = done.checkpoint {
            tracing::info!(frame, "a checkpoint was made");
        }
        if let Some(entries) = done.counted {
            tracing::debug!(
                entries,
                "every stored entry was counted and none is missing"
            );
        }
        if let Some(trouble) = done.trouble {
            tracing::error!(error = %trouble, "a checkpoint could not be made; it is tried again");
        }
        Ok(done.more)
    }

    fn check(&self) -> CheckReport {
        Self::check(self)
    }

    fn ask_image(&mut self) {
        Self::ask_image(self);
    }

    fn take_image(&mut self) -> Option<Result<Image, VaultError>> {
        Self::take_image(self)
    }

    fn compact(&mut self) -> Result<(), VaultError> {
        Self::checkpoint_now(self)
    }

    fn close(self) -> Result<(), VaultError> {
        Self::close(self)
    }
}
