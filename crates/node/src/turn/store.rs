//! What the event loop needs of the vault.

use jiff::Timestamp;
use register::id::RecordId;
use register::replica::{Group, Shelf};
use vault::backup::Image;
use vault::{CheckReport, Disk, Upkeep, Vault, VaultError};

/// What came of trying to open what was erased.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remnants {
    /// Old wrapped keys found in any file, which were tried.
    pub tried: u64,
    /// Those that opened: must be none.
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
    /// Does a little of what can wait; takes milliseconds.
    ///
    /// # Errors
    /// When the store was found to be damaged and has to be opened again.
    fn upkeep(&mut self, now: Timestamp) -> Result<Upkeep, VaultError>;
    /// Reads and verifies everything. Takes about a second for each 100 MB.
    fn check(&self) -> CheckReport;
    /// Asks for an image of everything that is durable; upkeep makes it.
    fn ask_image(&mut self);
    /// The image that was asked for, once it is there.
    fn take_image(&mut self) -> Option<Result<Image, VaultError>>;
    /// Tries to open something of each erased record, and every old piece in any file, with the keys of
    /// now. Takes about a second for each GB. To be called when everything is synced.
    ///
    /// # Errors
    /// When a file can't be read.
    fn remnants(&self, erased: &[RecordId]) -> Result<Remnants, VaultError>;
    /// Wraps every key anew under a fresh epoch key, and destroys the old one.
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn rotate_keys(&mut self) -> Result<(), VaultError>;
    /// Asks for the working store to be written afresh, without what was removed; upkeep does it.
    fn compact(&mut self);
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

    fn upkeep(&mut self, now: Timestamp) -> Result<Upkeep, VaultError> {
        // A clock before 1970 is wrong; upkeep then waits for a right one.
        let now = u64::try_from(now.as_second()).unwrap_or_default();
        Self::upkeep(self, now)
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

    fn remnants(&self, erased: &[RecordId]) -> Result<Remnants, VaultError> {
        let opens = |record: &RecordId| {
            let document = self.document(*record).is_ok_and(|found| found.is_some());
            document || self.values(*record).is_ok_and(|found| !found.is_empty())
        };
        let old = Self::remnants(self)?;
        Ok(Remnants {
            tried: old.tried,
            opened: old.opened,
            unopenable: old.unopenable,
            left: erased.iter().copied().filter(opens).collect(),
        })
    }

    fn rotate_keys(&mut self) -> Result<(), VaultError> {
        Self::rotate_keys(self)
    }

    fn compact(&mut self) {
        Self::compact(self);
    }

    fn close(self) -> Result<(), VaultError> {
        Self::close(self)
    }
}
