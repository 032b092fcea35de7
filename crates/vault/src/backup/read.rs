//! Reading an image back: to see that it is whole, and to make a store of it.

use core::fmt;
use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::{MAGIC, PIECE, ledger_entries};
use crate::checkpoint::{Flat, Point, Verify};
use crate::disk::{Disk as _, FileDisk, Name};
use crate::entry::HOUSE_KEY;
use crate::error::{Damage, KeyFault, VaultError};
use crate::keys::EpochKey;
use crate::master::MasterSource;
use crate::rotation::establish;
use crate::seal::SecretKey;
use crate::vault::{KEYS, restrict};

/// The longest ledger in an image, in bytes.
const LEDGER_LIMIT: u64 = 1024 * 1024 * 1024;
/// After so many bytes a checkpoint that is being restored is synced.
const SYNC_BYTES: u64 = 16 * 1024 * 1024;

/// What an image was found to hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Copied {
    /// The frame it is as of.
    pub frame: u64,
    /// How many entries it holds.
    pub entries: u64,
    /// The ledger.
    pub ledger: BTreeSet<Vec<u8>>,
}

impl fmt::Debug for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Copied(frame {})", self.frame)
    }
}

/// What stands before the checkpoint.
struct Front {
    root: EpochKey,
    ledger: BTreeSet<Vec<u8>>,
    /// Length of the checkpoint in bytes.
    checkpoint: u64,
}

/// Reads an image to its end, which is the end of `input`, and compares it with its own count and
/// set hash; the key in it has to open it.
///
/// # Errors
/// [`VaultError::Damaged`] and [`VaultError::Keys`] when it isn't whole; [`VaultError::Io`] for
/// what `input` says.
pub fn verify(input: &mut (impl Read + Seek)) -> Result<Copied, VaultError> {
    let front = front(input)?;
    let base = input.stream_position().map_err(|error| unread(&error))?;
    let mut part = Part {
        input,
        base,
        length: front.checkpoint,
        at: Some(0),
    };
    let mut check = Verify::of(&mut part);
    let point = loop {
        if let Some(point) = check.step()? {
            break point;
        }
    };
    let fits = check
        .house()
        .is_some_and(|house| front.root.unwrap(HOUSE_KEY, house).is_some());
    if !fits {
        return Err(KeyFault::Foreign.into());
    }
    input
        .seek(SeekFrom::Start(base + front.checkpoint))
        .map_err(|error| unread(&error))?;
    end(input)?;
    Ok(copied(point, front.ledger))
}

/// Makes a store in `directory`, which exists and holds none, of an image that ends where `input`
/// does. The keys are under a new master key; the ledger is left empty and returned, so that what
/// it says is carried out and not only remembered.
///
/// # Errors
/// As [`verify`]; [`VaultError::Exists`]; failures of the disk. Parts of a store are left behind.
pub fn restore(directory: &Path, input: &mut impl Read) -> Result<Copied, VaultError> {
    let keys = directory.join(KEYS);
    if FileDisk::is_there(directory, &keys) {
        return Err(VaultError::Exists);
    }
    FileDisk::create(directory)?;
    let front = front(input)?;
    std::fs::create_dir_all(&keys)
        .map_err(|error| VaultError::io("make the directory of keys", &error))?;
    restrict(&keys)?;
    let disk = FileDisk::open(directory, &keys)?;
    establish(&disk, &MasterSource::File, &front.root)?;
    let name = Name::CheckpointDraft;
    let mut left = front.checkpoint;
    let mut unsynced = 0;
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let part = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let part = piece.get_mut(..part).unwrap_or_default();
        input.read_exact(part).map_err(|error| unread(&error))?;
        disk.append(name, part)?;
        left -= part.len() as u64;
        unsynced += part.len() as u64;
        if unsynced >= SYNC_BYTES {
            unsynced = 0;
            disk.sync(name)?;
        }
    }
    end(input)?;
    disk.sync(name)?;
    let point = Verify::new(disk.clone(), name).run()?;
    disk.rename(name, Name::Checkpoint(point.frame))?;
    Ok(copied(point, front.ledger))
}

const fn copied(point: Point, ledger: BTreeSet<Vec<u8>>) -> Copied {
    Copied {
        frame: point.frame,
        entries: point.manifest.count(),
        ledger,
    }
}

fn front(input: &mut impl Read) -> Result<Front, VaultError> {
    let mut magic = [0; MAGIC.len()];
    fill(input, &mut magic)?;
    if magic != *MAGIC {
        return Err(Damage::Checkpoint.into());
    }
    let number = number(input)?;
    let mut key = zeroize::Zeroizing::new([0; 32]);
    fill(input, key.as_mut_slice())?;
    let root = EpochKey::of_backup(number, SecretKey::from_bytes(*key));
    let length = self::number(input)?;
    if length > LEDGER_LIMIT {
        return Err(Damage::Checkpoint.into());
    }
    let mut bytes = Vec::new();
    input
        .take(length)
        .read_to_end(&mut bytes)
        .map_err(|error| unread(&error))?;
    let (ledger, damaged) = ledger_entries(&bytes);
    if damaged || bytes.len() as u64 != length {
        return Err(Damage::Checkpoint.into());
    }
    Ok(Front {
        root,
        ledger,
        checkpoint: self::number(input)?,
    })
}

fn number(input: &mut impl Read) -> Result<u64, VaultError> {
    let mut bytes = [0; 8];
    fill(input, &mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}

fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), VaultError> {
    input.read_exact(bytes).map_err(|error| unread(&error))
}

/// Nothing may follow.
fn end(input: &mut impl Read) -> Result<(), VaultError> {
    let mut byte = [0];
    match input.read(&mut byte) {
        Ok(0) => Ok(()),
        Ok(_) => Err(Damage::Checkpoint.into()),
        Err(error) => Err(unread(&error)),
    }
}

fn unread(error: &std::io::Error) -> VaultError {
    VaultError::io("read the backup", error)
}

/// The checkpoint within an image.
struct Part<'a, R> {
    input: &'a mut R,
    /// Where it begins.
    base: u64,
    length: u64,
    /// Where `input` stands in it, if that is known: seeking costs more than reading on.
    at: Option<u64>,
}

impl<R: Read + Seek> Flat for &mut Part<'_, R> {
    fn length(&mut self) -> Result<u64, VaultError> {
        Ok(self.length)
    }

    fn read(&mut self, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError> {
        let left = self.length.saturating_sub(offset);
        if self.at.take() != Some(offset) {
            self.input
                .seek(SeekFrom::Start(self.base + offset))
                .map_err(|error| unread(&error))?;
        }
        let mut bytes = Vec::new();
        self.input
            .by_ref()
            .take(left.min(limit as u64))
            .read_to_end(&mut bytes)
            .map_err(|error| unread(&error))?;
        self.at = Some(offset + bytes.len() as u64);
        Ok(bytes)
    }
}
