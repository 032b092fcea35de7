//! How the program ends: one number for each thing that a script may want to tell apart.

use core::fmt;

use register::replica::Refusal;
use vault::VaultError;

/// Why the program ended, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something went wrong that has no number of its own.
    Failed = 1,
    /// The command line can't be read.
    Usage = 2,
    /// `kortisto.toml` can't be used.
    Config = 3,
    /// Another process, or another program's port, is in the way.
    InUse = 4,
    /// The directory holds no node, or one already where there must be none.
    NotANode = 5,
    /// The disk or the vault failed: full, read-only, keys missing.
    Storage = 6,
    /// `kortisto check`, `erasure verify` or `audit verify` found something.
    Damage = 7,
    /// The register refused.
    Refused = 8,
}

impl Exit {
    /// Every code.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::Config,
        Self::InUse,
        Self::NotANode,
        Self::Storage,
        Self::Damage,
        Self::Refused,
    ];

    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The one with this [`Exit::code`].
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exit| exit.code() == code)
    }

    /// What it means, for `--help`.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed; the message says why",
            Self::Usage => "the command line can't be read",
            Self::Config => {
                "kortisto.toml can't be used; the message names line, key and what is allowed"
            }
            Self::InUse => "another kortisto uses the directory, or another program the address",
            Self::NotANode => "the directory holds no node (for init: it holds one already)",
            Self::Storage => "the disk or the vault failed: full, read-only, damaged, keys missing",
            Self::Damage => "check found damage, or a verification something that should not be",
            Self::Refused => "the register refused, and nothing was changed",
        }
    }

    /// The table of all codes, for `--help`.
    #[must_use]
    pub fn table() -> String {
        let mut table = String::from("Exit codes:\n");
        for exit in Self::ALL {
            table.push_str(&format!("  {}  {}\n", exit.code(), exit.meaning()));
        }
        table
    }
}

/// Why a command could not be carried out, in a sentence for the person at the machine.
pub struct Failure {
    exit: Exit,
    cause: anyhow::Error,
}

/// What most of this crate's functions return.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure that ends the program with `exit`.
    pub fn new(exit: Exit, cause: impl Into<anyhow::Error>) -> Self {
        Self {
            exit,
            cause: cause.into(),
        }
    }

    /// A failure that is told in one sentence.
    pub fn said(exit: Exit, sentence: impl fmt::Display) -> Self {
        Self {
            exit,
            cause: anyhow::Error::msg(sentence.to_string()),
        }
    }

    /// The same, with what was attempted before it.
    #[must_use]
    pub fn context(self, doing: impl fmt::Display) -> Self {
        Self {
            exit: self.exit,
            cause: self.cause.context(doing.to_string()),
        }
    }

    /// How the program ends.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.cause)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:#}", self.exit, self.cause)
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let exit = match &error {
            VaultError::InUse => Exit::InUse,
            VaultError::NotANode | VaultError::Exists => Exit::NotANode,
            _ => Exit::Storage,
        };
        let read_only = error == VaultError::ReadOnly;
        let failure = Self::new(exit, error);
        if read_only {
            failure.context("the directory is read-only")
        } else {
            failure
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal {
            Refusal::Storage => Exit::Storage,
            _ => Exit::Refused,
        };
        Self::new(exit, refusal)
    }
}

/// Names what failed when a file or a socket did.
pub trait Attempt<T> {
    /// Turns an error of the operating system into a [`Failure`] that says what was attempted.
    ///
    /// # Errors
    /// When `self` is one. A full or read-only disk ends with [`Exit::Storage`], an address in use with
    /// [`Exit::InUse`], anything else with [`Exit::Failed`].
    fn attempt(self, doing: impl fmt::Display) -> Outcome<T>;
}

impl<T> Attempt<T> for std::io::Result<T> {
    fn attempt(self, doing: impl fmt::Display) -> Outcome<T> {
        use std::io::ErrorKind;
        self.map_err(|error| {
            let exit = match error.kind() {
                ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::ReadOnlyFilesystem => Exit::Storage,
                ErrorKind::AddrInUse => Exit::InUse,
                _ => Exit::Failed,
            };
            Failure::new(exit, error).context(format!("could not {doing}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_fixed() {
        let codes: Vec<u8> = Exit::ALL.into_iter().map(Exit::code).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        for exit in Exit::ALL {
            assert_eq!(Exit::from_code(exit.code()), Some(exit));
            assert!(Exit::table().contains(exit.meaning()));
        }
        assert_eq!(Exit::from_code(9), None);
    }

    #[test]
    fn failures_of_the_vault_have_their_numbers() {
        let code = |error: VaultError| Failure::from(error).exit();
        assert_eq!(code(VaultError::InUse), Exit::InUse);
        assert_eq!(code(VaultError::NotANode), Exit::NotANode);
        assert_eq!(code(VaultError::Exists), Exit::NotANode);
        assert_eq!(code(VaultError::Full), Exit::Storage);
        assert_eq!(code(VaultError::ReadOnly), Exit::Storage);
    }

    #[test]
    fn a_failure_says_what_was_attempted() {
        let failure = std::io::Result::<()>::Err(std::io::ErrorKind::AddrInUse.into())
            .attempt("listen on 127.0.0.1:7441")
            .err()
            .unwrap();
        assert_eq!(failure.exit(), Exit::InUse);
        assert_eq!(
            failure.to_string(),
            "could not listen on 127.0.0.1:7441: address in use"
        );
    }
}
