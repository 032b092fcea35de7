//! What the event loop needs of the vault.

use std::ops::RangeInclusive;

use jiff::Timestamp;
use register::id::RecordId;
use register::replica::{Group, Shelf};
use vault::backup::Image;
use vault::{Disk, Examined, Found, Mark, Trial, Upkeep, Vault, VaultError};

/// Reads every file of a store, on any thread.
pub type Sweep = Box<dyn FnOnce() -> Result<Found, VaultError> + Send>;
/// Examines a part of a store, on any thread.
pub type Examine = Box<dyn FnOnce(&mut Examined) + Send>;

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
    /// What examines the next part of everything on another thread; `None` when all was given out. Takes
    /// milliseconds. To be called when everything is synced.
    fn check_some(&mut self, mark: &mut Mark) -> Option<Examine>;
    /// Asks for an image of everything that is durable; upkeep makes it.
    fn ask_image(&mut self);
    /// The image that was asked for, once it is there.
    fn take_image(&mut self) -> Option<Result<Image, VaultError>>;
    /// What reads every file of the store and finds old keys in them, on another thread.
    fn sweep(&self) -> Sweep;
    /// Leaves out some of the keys found that are in use now; takes milliseconds. True when all are sifted.
    /// To be called when everything is synced.
    ///
    /// # Errors
    /// When the disk fails.
    fn sift(&self, found: &mut Found) -> Result<bool, VaultError>;
    /// What tries the keys that were sifted out with the keys of now, on another thread.
    fn trial(&self, found: Found) -> Trial;
    /// Whether anything at all is stored of a record.
    ///
    /// # Errors
    /// When the disk fails.
    fn holds(&self, record: RecordId) -> Result<bool, VaultError>;
    /// Wraps the keys of the records whose ids begin with these bytes anew, under a fresh epoch key, and
    /// destroys the old one.
    ///
    /// # Errors
    /// When the disk fails; the store then takes nothing more.
    fn rotate_buckets(&mut self, buckets: RangeInclusive<u8>) -> Result<(), VaultError>;
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

    fn check_some(&mut self, mark: &mut Mark) -> Option<Examine> {
        let part = Self::check_some(self, mark)?;
        Some(Box::new(move |examined| part.run(examined)))
    }

    fn ask_image(&mut self) {
        Self::ask_image(self);
    }

    fn take_image(&mut self) -> Option<Result<Image, VaultError>> {
        Self::take_image(self)
    }

    fn sweep(&self) -> Sweep {
        let sweep = Self::sweep(self);
        Box::new(move || sweep.run())
    }

    fn sift(&self, found: &mut Found) -> Result<bool, VaultError> {
        Self::sift(self, found)
    }

    fn trial(&self, found: Found) -> Trial {
        Self::trial(self, found)
    }

    fn holds(&self, record: RecordId) -> Result<bool, VaultError> {
        Self::holds(self, record)
    }

    fn rotate_buckets(&mut self, buckets: RangeInclusive<u8>) -> Result<(), VaultError> {
        Self::rotate_buckets(self, buckets)
    }

    fn compact(&mut self) {
        Self::compact(self);
    }

    fn close(self) -> Result<(), VaultError> {
        Self::close(self)
    }
}
