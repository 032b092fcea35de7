//! `pair`: flags and help.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Place;

/// `pair`.
#[derive(Debug, Subcommand)]
pub enum Pair {
    /// Make an invitation, wait for the other premises, and compare the phrase.
    Invite(PairInvite),
    /// Enter an invitation that was made at the other premises, and compare the phrase.
    Accept(PairAccept),
    /// Withdraw an invitation, or end a pairing under way.
    Cancel(Place),
}

/// `pair invite`.
#[derive(Debug, Args)]
pub struct PairInvite {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Where the other premises reaches this one, if this machine can't know: a router's public name or address. May
    /// be given more than once.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub address: Vec<String>,
    /// Confirm without asking: for machines without anybody to ask, when the invitation was handed over safely.
    #[arg(long)]
    pub yes: bool,
}

/// `pair accept`.
#[derive(Debug, Args)]
pub struct PairAccept {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The invitation; `-` reads it from stdin, where no other user of this machine sees it.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub invitation: String,
    /// Confirm without asking: for machines without anybody to ask, when the invitation was handed over safely.
    #[arg(long)]
    pub yes: bool,
}
