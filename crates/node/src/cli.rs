//! The command line: names, flags and help.

mod pair;
mod removal;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use register::people::Role;

use crate::config;
use crate::exit::Exit;
use crate::import::MapRule;

pub use pair::{Pair, PairAccept, PairInvite};
pub use removal::{
    Clock, Erase, Erasure, ErasureShow, ErasureVerify, Key, Quarantine, ReasonWord, Retention,
};

/// What the first user's name begins with when nothing else is said: Finnish for the main user.
pub(crate) const OWNER: &str = "Pääkäyttäjä";

/// Kortisto keeps the client register of a clinic at two premises or more.
///
/// Each premises runs one node: a directory with its settings, keys and sealed register. Results go
/// to stdout, logs and progress to stderr. Commands work on a running node through its control
/// socket, and on a stopped one directly.
#[derive(Debug, Parser)]
#[command(name = "kortisto", version, after_long_help = Exit::table())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a new node: its settings, keys and certificate, and a one-time code for the owner.
    Init(Init),
    /// Run the node until SIGINT or SIGTERM.
    Run(Run),
    /// Print the node's peer id, with which other premises pair.
    Id(Place),
    /// Say how things stand.
    Status(Status),
    /// Open every record and verify seals, heads and manifest; say what is wrong.
    Check(Status),
    /// Take clients from another program's CSV or XLSX files.
    Import(Import),
    /// Users of the console.
    #[command(subcommand)]
    User(User),
    /// Write every client to stdout or a file. Logged.
    Export(Export),
    /// Copy everything into one encrypted file, verified by reading it back; the ledger goes beside it. Logged.
    Backup(Backup),
    /// Make a node of a backup. It shows nobody until it has met another premises or a recent ledger file.
    Restore(Restore),
    /// Pair with another premises by an invitation. Both nodes have to run.
    #[command(subcommand)]
    Pair(Pair),
    /// Other premises, by hand.
    #[command(subcommand)]
    Peer(Peer),
    /// The node's own key and certificate.
    #[command(subcommand)]
    Identity(Identity),
    /// The line to the other premises.
    #[command(subcommand)]
    Line(Line),
    /// Erase a client here and at every premises, and print the certificate.
    Erase(Erase),
    /// What was erased, and the proof of it.
    #[command(subcommand)]
    Erasure(Erasure),
    /// The audit logs of every premises: who did what, when, where and why.
    #[command(subcommand)]
    Audit(Audit),
    /// What is past its time: show it, or delete it now.
    Retention(Retention),
    /// The node's clock.
    #[command(subcommand)]
    Clock(Clock),
    /// A node that shows nobody until it has reached another premises.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// The keys that everything is sealed with.
    #[command(subcommand)]
    Key(Key),
    /// Write the register into fresh files, so that nothing stays of what was removed.
    Compact(Place),
    /// Run two premises with invented clients on this machine, to look around.
    Demo(Demo),
}

/// Which node.
#[derive(Debug, Args)]
pub struct Place {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Follow every log, and verify the counter-signatures of the other premises. Says what was deleted, edited,
    /// reordered or set back.
    Verify(Status),
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The new node's directory. Must hold no node yet.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The name of this premises, as staff call it.
    #[arg(long, value_name = "NAME", value_parser = premises)]
    pub premises: String,
    /// Where the console listens: a loopback address.
    #[arg(long, value_name = "ADDR", default_value = config::CONSOLE, value_parser = console)]
    pub console: SocketAddr,
    /// Where other premises reach this one (UDP).
    #[arg(long, value_name = "ADDR", default_value = config::LINK)]
    pub link: SocketAddr,
    /// The name of the first user, who may do everything. Users are known at every premises that is paired later, so
    /// each premises' first one needs a name of their own; by default it holds the premises' name.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Stop when stdin ends: the demo's nodes go with the process that started them.
    #[arg(long, hide = true)]
    pub leashed: bool,
}

/// `status` and `check`.
#[derive(Debug, Args)]
pub struct Status {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The file of clients: CSV in any usual dialect and encoding, or XLSX.
    #[arg(long, value_name = "FILE")]
    pub clients: PathBuf,
    /// The file of treatments.
    #[arg(long, value_name = "FILE")]
    pub treatments: Option<PathBuf>,
    /// What a column holds, where its header doesn't say; may be given more than once.
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub map: Vec<MapRule>,
    /// Show what would be taken, what not and why, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `user`.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Make a user and print the one-time code with which they set their password.
    Add(UserAdd),
}

/// `user add`.
#[derive(Debug, Args)]
pub struct UserAdd {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// What they log in with.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What they are, which decides what they may do.
    #[arg(long, value_name = "ROLE", value_parser = role())]
    pub role: String,
}

/// `export`.
#[derive(Debug, Args)]
pub struct Export {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// In which form: one JSON object a line, sorted by id.
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub format: Format,
    /// Why; goes to the log.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// Write to this new file, which only its owner may read, instead of to stdout.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `backup`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("seal").required(true))]
pub struct Backup {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The backup's file, or a directory that is there: then the name is dated, and backups of this register that are
    /// older than 35 days are removed from it.
    #[arg(long, value_name = "FILE|DIRECTORY")]
    pub to: PathBuf,
    /// The file with the passphrase that opens the backup. Keep a copy away from this machine.
    #[arg(long, value_name = "FILE", group = "seal")]
    pub passphrase_file: Option<PathBuf>,
    /// The public key of age (age1...) whose owner can open the backup.
    #[arg(long, value_name = "KEY", group = "seal")]
    pub recipient: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `restore`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("key").required(true))]
pub struct Restore {
    /// The new node's directory. Must hold no node yet.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The backup, at most 35 days old.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The file with the passphrase that the backup was made with.
    #[arg(long, value_name = "FILE", group = "key")]
    pub passphrase_file: Option<PathBuf>,
    /// The file with the private key of age (AGE-SECRET-KEY-1...) that the backup was made for.
    #[arg(long, value_name = "FILE", group = "key")]
    pub identity: Option<PathBuf>,
    /// The ledger that lies beside the backups, or another premises' file `ledger`: who was erased since stays erased.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
}

/// `identity`.
#[derive(Debug, Subcommand)]
pub enum Identity {
    /// Go over to a new key, as soon as every premises has heard of it. The node stays who it is, and no line drops.
    Rotate(Place),
}

/// `peer`.
#[derive(Debug, Subcommand)]
pub enum Peer {
    /// Pair with another premises, or change its address. To be done at both.
    Add(PeerAdd),
    /// Part from another premises, at this one only: it can be paired again.
    Remove(PeerRemove),
    /// Put a lost, stolen or retired computer out of use for good, at every premises. Can't be undone.
    Revoke(PeerRemove),
    /// List the other premises.
    List(Status),
}

/// `line`.
#[derive(Debug, Subcommand)]
pub enum Line {
    /// Find out what stands between the premises, and say what to do about it.
    Check(Status),
}

/// `peer add`.
#[derive(Debug, Args)]
pub struct PeerAdd {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The other node's peer id, as `kortisto id` prints it there.
    #[arg(long, value_name = "PEER_ID")]
    pub id: String,
    /// Where the other node listens.
    #[arg(long, value_name = "HOST:PORT")]
    pub addr: String,
}

/// `peer remove`.
#[derive(Debug, Args)]
pub struct PeerRemove {
    /// The node's directory.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// The other node's peer id or node id.
    #[arg(long, value_name = "PEER_ID")]
    pub id: String,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Start over with new invented clients.
    #[arg(long)]
    pub fresh: bool,
    /// Where the two nodes keep their data; in the system's directory for temporary files when left out.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The first of the ports: this for one link, one more for its console, ten more for the other node's.
    #[arg(long, value_name = "PORT", default_value_t = 7440, value_parser = clap::value_parser!(u16).range(1..=65_000))]
    pub port_base: u16,
}

fn premises(text: &str) -> Result<String, String> {
    config::premises(text).ok_or_else(|| "a premises has a name of 1 to 80 characters".to_owned())
}

fn console(text: &str) -> Result<SocketAddr, String> {
    config::console_address(text).ok_or_else(|| {
        "the console is reachable on this machine only: give a loopback address and a port, such as 127.0.0.1:7441"
            .to_owned()
    })
}

fn role() -> clap::builder::PossibleValuesParser {
    Role::ALL.map(Role::code).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Command, clap::Error> {
        let words = core::iter::once("kortisto").chain(line.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.command)
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_scripts_rely_on_is_understood() {
        for line in [
            "init --dir d --premises Poikuekatu",
            "init --dir d --premises P --console [::1]:7441 --link [::]:7440",
            "run --dir d",
            "id --dir d",
            "status --dir d",
            "status --dir d --json",
            "check --dir d",
            "import --dir d --clients a.csv",
            "import --dir d --clients a.csv --treatments b.csv --dry-run --json",
            "user add --dir d --name Maija --role contractor",
            "export --dir d --format jsonl",
            "export --dir d --format jsonl --reason siirto",
            "backup --dir d --to f --passphrase-file p",
            "backup --dir d --to f --recipient age1x --json",
            "restore --dir d --from f --passphrase-file p",
            "restore --dir d --from f --identity i --ledger l --json",
            "peer add --dir d --id ABCD --addr example.com:7440",
            "peer remove --dir d --id ABCD",
            "peer list --dir d",
            "pair invite --dir d",
            "pair invite --dir d --address clinic.example.com --address 192.0.2.7:7440 --yes",
            "pair accept --dir d --invitation KORTISTO-00000",
            "pair accept --dir d --invitation - --yes",
            "pair cancel --dir d",
            "line check --dir d",
            "line check --dir d --json",
            "erase --dir d --client 0123456789abcdef0123456789abcdef --reason request",
            "erase --dir d --client 0123456789abcdef0123456789abcdef --reason ended --wait 0 --json",
            "erase --dir d --client 0123456789abcdef0123456789abcdef --reason retention",
            "erasure list --dir d",
            "erasure list --dir d --json",
            "erasure show --dir d --id 0123456789abcdef0123456789abcdef --json",
            "erasure verify --dir d",
            "erasure verify --dir d --strings f --json",
            "retention --dir d --dry-run",
            "retention --dir d --dry-run --at 2032-11-25 --json",
            "retention --dir d --run",
            "retention --dir d --run --allow-many --json",
            "audit verify --dir d",
            "audit verify --dir d --json",
            "clock confirm --dir d",
            "quarantine release --dir d",
            "key rotate --dir d",
            "compact --dir d",
            "demo",
            "demo --fresh",
            "demo --dir d --port-base 17440",
        ] {
            assert!(parse(line).is_ok(), "{line}: {}", parse(line).unwrap_err());
        }
    }

    #[test]
    fn mistakes_are_usage_errors() {
        for line in [
            "",
            "dance",
            "init --dir d",
            "init --dir d --premises P --console 192.0.2.7:7441",
            "init --dir d --premises P --console 7441",
            "user add --dir d --name N --role king",
            "export --dir d --format csv",
            "import --dir d --clients a --map nothing",
            "status",
            "backup --dir d --to f",
            "backup --dir d --to f --passphrase-file p --recipient age1x",
            "restore --dir d --from f",
            "erase --dir d --client 0123456789abcdef0123456789abcdef",
            "erase --dir d --client 7 --reason request",
            "erase --dir d --client 0123456789abcdef0123456789abcdef --reason consent",
            "erase --dir d --client 0123456789abcdef0123456789abcdef --reason ended --wait 601",
            "erasure --dir d",
            "pair accept --dir d",
            "retention --dir d",
            "retention --dir d --dry-run --run",
            "retention --dir d --run --at 2032-11-25",
            "retention --dir d --dry-run --allow-many",
            "retention --dir d --dry-run --at tomorrow",
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.exit_code(), i32::from(Exit::Usage.code()), "{line}");
        }
    }

    #[test]
    fn the_long_help_documents_the_exit_codes() {
        let help = Cli::command().render_long_help().to_string();
        for exit in Exit::ALL {
            assert!(help.contains(exit.meaning()), "{help}");
        }
    }
}
