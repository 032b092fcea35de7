//! A backup's part of the store: the newest checkpoint as it is, the key that opens it, the ledger.
//!
//! An [`Image`] is asked for with [`Vault::ask_image`] and comes when a checkpoint as of then has
//! been made, in the ordinary way: on its own thread. It holds files open and copies no bytes, so
//! whatever happens to the store afterwards, it can be written out on any thread. The epoch key in
//! it is the one at the frame to which the checkpoint was completed; later ones don't open it.
//!
//! The written form holds that key bare. It is for an encrypted envelope only, which is the
//! caller's: the vault knows no passphrase.

mod read;

use core::fmt;
use std::collections::BTreeSet;
use std::io::{self, Read, Write};

pub use read::{Copied, restore, verify};

use crate::checkpoint::Point;
use crate::disk::{Disk, Held, Name};
use crate::error::VaultError;
use crate::keys::EpochKey;
use crate::ledger;
use crate::vault::Vault;

/// What an image begins with.
const MAGIC: &[u8; 8] = b"KjImag01";
/// The checkpoint is copied in pieces of so many bytes.
const PIECE: usize = 64 * 1024;

/// Everything of a store as of one frame, on its way into a backup.
pub struct Image {
    point: Point,
    root: EpochKey,
    checkpoint: Held,
    ledger: Held,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image(frame {})", self.point.frame)
    }
}

impl Image {
    /// The frame it is as of.
    #[must_use]
    pub const fn frame(&self) -> u64 {
        self.point.frame
    }

    /// How many entries it holds.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.point.manifest.count()
    }

    /// Every entry of the ledger when the checkpoint was made.
    ///
    /// # Errors
    /// Failures of the disk.
    pub fn ledger(&mut self) -> Result<BTreeSet<Vec<u8>>, VaultError> {
        let mut bytes = Vec::new();
        let length = self.ledger.length();
        (&mut self.ledger)
            .take(length)
            .read_to_end(&mut bytes)
            .map_err(|error| VaultError::io("read the ledger", &error))?;
        Ok(ledger::contents(&bytes).entries)
    }

    /// Writes it: the key, then `ledger`, then the checkpoint byte for byte. Takes about a second
    /// for each 500 MB, apart from what `out` does with it.
    ///
    /// # Errors
    /// Whatever `out` says; [`io::ErrorKind::UnexpectedEof`] when the checkpoint is shorter than it was.
    pub fn write(mut self, ledger: &BTreeSet<Vec<u8>>, out: &mut impl Write) -> io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&self.root.number.to_be_bytes())?;
        out.write_all(self.root.as_bytes())?;
        let ledger = ledger_file(ledger);
        out.write_all(&(ledger.len() as u64).to_be_bytes())?;
        out.write_all(&ledger)?;
        let mut left = self.checkpoint.length();
        out.write_all(&left.to_be_bytes())?;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let part = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let part = piece.get_mut(..part).unwrap_or_default();
            self.checkpoint.read_exact(part)?;
            out.write_all(part)?;
            left -= part.len() as u64;
        }
        Ok(())
    }
}

/// The bytes of a ledger file with these entries.
#[must_use]
pub fn ledger_file(entries: &BTreeSet<Vec<u8>>) -> Vec<u8> {
    ledger::encode_all(entries)
}

/// The entries in the bytes of a ledger file, and whether something in it can't be read.
#[must_use]
pub fn ledger_entries(bytes: &[u8]) -> (BTreeSet<Vec<u8>>, bool) {
    let contents = ledger::contents(bytes);
    let damaged = contents.damaged || contents.torn > 0;
    (contents.entries, damaged)
}

/// An image that somebody waits for.
#[derive(Debug, Default)]
pub(crate) struct Wish {
    /// It has to be as of this frame, or a later one.
    asked: Option<u64>,
    /// The frame to which the checkpoint under way was completed, and the epoch key then.
    completed: Option<(u64, EpochKey)>,
    made: Option<Result<Image, VaultError>>,
}

impl Wish {
    pub(crate) const fn is_open(&self) -> bool {
        self.asked.is_some()
    }

    /// A checkpoint will be as of `frame`, when `root` is the epoch key.
    pub(crate) fn completed(&mut self, frame: u64, root: EpochKey) {
        self.completed = self.asked.is_some().then_some((frame, root));
    }

    /// No checkpoint could be made.
    pub(crate) fn failed(&mut self, error: &VaultError) {
        self.completed = None;
        if self.asked.take().is_some() {
            self.made = Some(Err(error.clone()));
        }
    }

    /// The checkpoint as of `point` is there.
    pub(crate) fn adopted<D: Disk>(&mut self, disk: &D, point: Point) {
        let root = self.completed.take().filter(|(at, _)| *at == point.frame);
        // One that was completed before it was asked for comes again.
        if let (Some(asked), Some((_, root))) = (self.asked, root)
            && asked <= point.frame
        {
            self.asked = None;
            self.made = Some(hold(disk, point, root));
        }
    }
}

fn hold<D: Disk>(disk: &D, point: Point, root: EpochKey) -> Result<Image, VaultError> {
    Ok(Image {
        point,
        root,
        checkpoint: disk.hold(Name::Checkpoint(point.frame))?,
        ledger: disk.hold(Name::Ledger)?,
    })
}

impl<D: Disk> Vault<D> {
    /// The last frame that is durable.
    #[must_use]
    pub const fn frame(&self) -> u64 {
        self.durable.frame
    }

    /// Asks for an image of everything that is durable by now. [`Vault::upkeep`] makes it, and
    /// [`Vault::take_image`] gives it out.
    pub fn ask_image(&mut self) {
        let frame = self.durable.frame;
        let wish = &mut self.chores.wish;
        wish.made = None;
        wish.asked = Some(frame);
    }

    /// The image that was asked for, once; `None` while it is being made.
    ///
    /// # Errors
    /// Why none could be made.
    pub fn take_image(&mut self) -> Option<Result<Image, VaultError>> {
        self.chores.wish.made.take()
    }
}
