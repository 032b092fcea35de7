//! The command line of what removes for good and of what guards it.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use register::id::RecordId;
use register::ledger::Reason;

use super::{Place, Status};

/// `erase`.
#[derive(Debug, Args)]
pub struct Erase {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The card's random id, as the export and the console's address line show it.
    #[arg(long, value_name = "ID")]
    pub client: RecordId,
    /// Why; stands in the certificate.
    #[arg(long, value_name = "REASON", value_enum)]
    pub reason: ReasonWord,
    /// How long to wait for connected premises to confirm.
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub wait: u16,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// Why a card is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReasonWord {
    /// The client asked.
    Request,
    /// The client relationship has ended.
    Ended,
    /// The retention period is over.
    Retention,
}

impl From<ReasonWord> for Reason {
    fn from(word: ReasonWord) -> Self {
        match word {
            ReasonWord::Request => Self::Request,
            ReasonWord::Ended => Self::Ended,
            ReasonWord::Retention => Self::Retention,
        }
    }
}

/// `erasure`.
#[derive(Debug, Subcommand)]
pub enum Erasure {
    /// List every erasure, newest first.
    List(Status),
    /// Print the certificate of one.
    Show(ErasureShow),
    /// Look into every file of the node for what was erased. Reads everything, as `check` does.
    Verify(ErasureVerify),
}

/// `erasure show`.
#[derive(Debug, Args)]
pub struct ErasureShow {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The erased card's random id.
    #[arg(long, value_name = "ID")]
    pub id: RecordId,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `erasure verify`.
#[derive(Debug, Args)]
pub struct ErasureVerify {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Texts that must stand nowhere, one a line, of at least four bytes each. They are never printed,
    /// stored or sent anywhere.
    #[arg(long, value_name = "FILE")]
    pub strings: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `retention`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args(["dry_run", "run"])))]
pub struct Retention {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Show what would go and what is held back, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The day to look at; today when left out.
    #[arg(long, value_name = "DATE", conflicts_with = "run")]
    pub at: Option<Date>,
    /// Delete what is past its time, now.
    #[arg(long)]
    pub run: bool,
    /// Also when it is more than may go unasked: five cards, or two in a hundred.
    #[arg(long, conflicts_with = "dry_run")]
    pub allow_many: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `clock`.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// Say that the node's clock is right, after looking at it. Logged.
    Confirm(Place),
}

/// `quarantine`.
#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// Let the node serve all the same. Logged: it may show people who were erased elsewhere.
    Release(Place),
}

/// `key`.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Wrap every record's key anew under a fresh epoch key, and destroy the old one.
    Rotate(Place),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_ledger() {
        for word in ReasonWord::value_variants() {
            let shown = word.to_possible_value().unwrap();
            assert_eq!(Reason::from_word(shown.get_name()), Some((*word).into()));
        }
    }
}
