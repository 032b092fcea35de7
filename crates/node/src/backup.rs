//! Backups: everything of a node in one encrypted file, made while it works, read back, kept 35 days.
//!
//! | part | what |
//! |---|---|
//! | [`seal`] | who can open a backup: a passphrase or the owner's key (age) |
//! | [`label`] | the one line in clear: that it is one, of which register, made when |
//! | [`envelope`] | the file: label, then the encrypted header, settings, identity and image |
//! | [`place`] | where it goes: names, unfinished files, old ones, the copy of the ledger |
//! | [`keeper`] | makes them at a node, by schedule or on request, and remembers how that went |
//!
//! # Invariants
//!
//! 1. A file under its own name was read back to its end, decrypted, and its entries counted and
//!    compared with the set hash. Until then it is called `.part`.
//! 2. `keys/` is never in it. What opens the copied entries is the epoch key, inside the encryption.
//! 3. The ledger goes beside it in clear, since it must be readable where every key is lost.
//! 4. A node in quarantine makes none: it may hold people who were erased elsewhere.
//! 5. Old ones go only by a clock that is trusted, and only files that say what they are.

pub mod envelope;
pub mod keeper;
pub mod label;
pub mod ledger;
pub mod place;
pub mod seal;

use std::io;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use vault::VaultError;

use crate::exit::{Exit, Failure};

/// A backup is kept for so many days at most, and refused when it is older (clause 9).
pub const KEEP_DAYS: u16 = 35;

/// So many days.
#[must_use]
pub fn days(count: u16) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

/// How the backups of a node stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// The last one that was read back whole.
    pub good: Option<Good>,
    /// The last attempt, if it came later and failed.
    pub failed: Option<Failed>,
}

/// A backup that was read back whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Good {
    /// What it is as of.
    pub at: Timestamp,
    /// The file.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// How many clients it holds.
    pub clients: u64,
}

/// A backup that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub fault: Fault,
    /// The same in a sentence.
    pub sentence: String,
}

/// Why a backup could not be made, as far as a person can help it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The directory or stick isn't there.
    Missing,
    /// It is full.
    Full,
    /// The node may not write there.
    Denied,
    /// What was written didn't read back whole.
    Unverified,
    /// Something else.
    Other,
}

/// A backup that could not be made, in a sentence for the person at the machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Trouble {
    /// Why.
    pub fault: Fault,
    /// The same in a sentence.
    pub sentence: String,
}

impl Trouble {
    /// A trouble with its sentence.
    pub(crate) fn new(fault: Fault, sentence: impl Into<String>) -> Self {
        Self {
            fault,
            sentence: sentence.into(),
        }
    }

    /// What the operating system said when something was attempted.
    pub(crate) fn io(doing: &str, error: &io::Error) -> Self {
        let (fault, hint) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Fault::Full, "no room is left there".to_owned())
            }
            io::ErrorKind::NotFound => (
                Fault::Missing,
                "it is not there; is the stick in its place and mounted?".to_owned(),
            ),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                (Fault::Denied, "the node may not write there".to_owned())
            }
            kind => (Fault::Other, kind.to_string()),
        };
        Self::new(fault, format!("could not {doing}: {hint}"))
    }
}

impl From<VaultError> for Trouble {
    fn from(error: VaultError) -> Self {
        let fault = match error {
            VaultError::Full => Fault::Full,
            _ => Fault::Other,
        };
        Self::new(fault, error.to_string())
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let exit = match trouble.fault {
            Fault::Full | Fault::Denied | Fault::Unverified => Exit::Storage,
            Fault::Missing | Fault::Other => Exit::Failed,
        };
        Self::new(exit, trouble)
    }
}

/// Why a backup of that time is not restored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Inadmissible {
    /// It is too old.
    #[error(
        "the backup was made at {0}, more than {KEEP_DAYS} days ago: it holds people who should be forgotten by now, \
         so it is not restored; remove it"
    )]
    TooOld(Timestamp),
    /// The clock is before it.
    #[error(
        "the backup was made at {0}, which is in the future by this machine's clock: set the clock right, then restore"
    )]
    Early(Timestamp),
}

/// Whether a backup of that time may be restored.
///
/// # Errors
/// [`Inadmissible`].
pub fn admissible(created: Timestamp, now: Timestamp) -> Result<(), Inadmissible> {
    if now < created {
        Err(Inadmissible::Early(created))
    } else if now.duration_since(created) > days(KEEP_DAYS) {
        Err(Inadmissible::TooOld(created))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_restored_for_35_days_and_not_before_it_was_made() {
        let made: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
        let check = |now: &str| admissible(made, now.parse().unwrap());
        assert_eq!(check("2026-01-10T12:00:00Z"), Ok(()));
        assert_eq!(check("2026-02-14T12:00:00Z"), Ok(()));
        assert_eq!(
            check("2026-02-14T12:00:01Z"),
            Err(Inadmissible::TooOld(made))
        );
        assert_eq!(
            check("2026-02-15T12:00:00Z"),
            Err(Inadmissible::TooOld(made))
        );
        assert_eq!(
            check("2026-01-10T11:59:59Z"),
            Err(Inadmissible::Early(made))
        );
    }

    #[test]
    fn what_a_person_can_help_is_told_apart() {
        let fault = |kind: io::ErrorKind| Trouble::io("write", &kind.into()).fault;
        assert_eq!(fault(io::ErrorKind::StorageFull), Fault::Full);
        assert_eq!(fault(io::ErrorKind::NotFound), Fault::Missing);
        assert_eq!(fault(io::ErrorKind::ReadOnlyFilesystem), Fault::Denied);
        assert_eq!(fault(io::ErrorKind::BrokenPipe), Fault::Other);
    }
}
