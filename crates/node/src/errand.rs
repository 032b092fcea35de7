//! What the command line wants of a node, in one form for a running node and for a stopped one.
//!
//! A running node takes [`Errand`]s through its control socket ([`crate::control`]); a stopped one
//! is opened, runs one errand on a local event loop without line and console, and is closed again.
//! Either way a [`Clerk`] carries it out. Shapes here are the control socket's wire format.

mod audit;
mod catalogue;
mod clerk;
mod erasure;
mod pair;
mod parcel;
mod retention;
mod scene;
mod way;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::pairing::PairStanding;
use crate::standing::Reason;

pub use audit::{AuditFinding, AuditVerified, verify as verify_audit};
pub use catalogue::Offer;
pub(crate) use clerk::astray;
pub(crate) use clerk::read_address;
pub use clerk::{Clerk, Switch};
pub use erasure::{Certificate, Confirmed, Left, Premises};
pub use parcel::{Parcel, ParcelError};
pub use retention::{DueItem, DueList, HeldItem, Ran};
pub use way::Way;

/// The most clients in one [`Errand::Import`].
pub const IMPORT_BATCH: usize = 64;
/// Answers that wait for their reader at most.
pub const REPLIES_WAITING: usize = 4;

/// What the command line wants.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errand {
    /// How things stand: [`Reply::Standing`].
    Status,
    /// Read and verify everything: [`Reply::Checked`].
    Check,
    /// Make a user: [`Reply::User`].
    AddUser {
        /// What they log in with.
        name: String,
        /// A [`register::people::Role::code`].
        role: String,
        /// An argon2id hash in PHC form, for invented users; else a one-time code is made.
        password: Option<String>,
        /// The day of their undertaking, for invented users.
        undertaking: Option<Date>,
    },
    /// Pair with a peer, or change its address: [`Reply::Done`].
    AddPeer {
        /// Its peer id, as `kortisto id` prints it there.
        peer_id: String,
        /// Where to dial it, `host:port`.
        address: String,
    },
    /// Put a node out for good, at every premises: [`Reply::Done`].
    Revoke {
        /// Its peer id or node id.
        peer_id: String,
    },
    /// Announce the key that this node will go over to: [`Reply::Done`].
    AnnounceKey {
        /// Its peer id.
        peer_id: String,
    },
    /// Part from a peer, at this node only: [`Reply::Done`].
    RemovePeer {
        /// Its peer id, or its node id.
        peer_id: String,
    },
    /// Make an invitation: [`Reply::Pairing`].
    PairInvite {
        /// Where others reach this premises, if the machine can't know, `host` or `host:port` each.
        addresses: Vec<String>,
    },
    /// Enter an invitation: [`Reply::Pairing`].
    PairAccept {
        /// Its text.
        invitation: String,
    },
    /// Say that both screens show this phrase: [`Reply::Pairing`].
    PairConfirm {
        /// The phrase.
        phrase: String,
    },
    /// End what is under way: [`Reply::Done`].
    PairCancel,
    /// How pairing stands: [`Reply::Pairing`].
    PairStanding,
    /// Take clients from another program: [`Reply::Imported`].
    Import {
        /// At most [`IMPORT_BATCH`].
        clients: Vec<Parcel>,
    },
    /// Put treatments into the catalogue, for the invented register: [`Reply::Done`].
    SetCatalogue {
        /// At most 200; one of a known name takes its place.
        items: Vec<Offer>,
    },
    /// Everything, as JSONL: [`Reply::Lines`] any number of times, then [`Reply::Exported`].
    Export {
        /// Why; logged.
        reason: String,
    },
    /// Make a backup: [`Reply::BackedUp`].
    Backup {
        /// A file, or a directory that is there; absolute, and seen by the node.
        to: PathBuf,
        /// What it is closed with: this passphrase,
        passphrase: Option<String>,
        /// or this public key.
        recipient: Option<String>,
    },
    /// Erase a card: [`Reply::Certificate`].
    Erase {
        /// The card's random id.
        client: String,
        /// A [`register::ledger::Reason::word`].
        reason: String,
        /// How long to wait for connected premises to confirm, seconds.
        wait: u16,
    },
    /// The certificate of one erasure: [`Reply::Certificate`].
    Erasure {
        /// The erased card's random id.
        record: String,
    },
    /// Every erasure, newest first: [`Reply::Certificates`].
    Erasures,
    /// Try to find or open something of what was erased: [`Reply::Left`].
    VerifyErasures,
    /// What would go on a day: [`Reply::Due`].
    Due {
        /// The day; today when `None`.
        at: Option<Date>,
    },
    /// Delete what is past its time now: [`Reply::Ran`].
    RunRetention {
        /// Also when it is more than may go unasked.
        allowed: bool,
    },
    /// Say that the node's clock is right: [`Reply::Done`].
    ConfirmClock,
    /// Let a node in quarantine serve: [`Reply::Done`].
    Release,
    /// Verify the audit logs: [`Reply::AuditVerified`].
    VerifyAudit,
    /// Wrap every key anew, and destroy the old epoch key: [`Reply::Done`].
    RotateKeys,
    /// Write everything into fresh files, and remove the old: [`Reply::Done`].
    Compact,
    /// Say who the invented clinic is, for the demo: [`Reply::Done`].
    Invent {
        /// Also what both premises have in common; else this premises' address and phone only.
        controller: bool,
    },
    /// Record what happened lately in the invented clinic, for the demo: [`Reply::Done`].
    Enliven,
    /// Cut or heal the line to the other premises, for the demo: [`Reply::Done`].
    Line {
        /// Whether it is to be cut.
        cut: bool,
    },
    /// Find out what stands between the premises: [`Reply::LinesChecked`].
    CheckLines,
}

impl core::fmt::Debug for Errand {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Status => "Status",
            Self::Check => "Check",
            Self::AddUser { .. } => "AddUser(redacted)",
            Self::AddPeer { .. } => "AddPeer",
            Self::RemovePeer { .. } => "RemovePeer",
            Self::Revoke { .. } => "Revoke",
            Self::AnnounceKey { .. } => "AnnounceKey",
            Self::PairInvite { .. } => "PairInvite",
            Self::PairAccept { .. } => "PairAccept(redacted)",
            Self::PairConfirm { .. } => "PairConfirm(redacted)",
            Self::PairCancel => "PairCancel",
            Self::PairStanding => "PairStanding",
            Self::Import { .. } => "Import(redacted)",
            Self::SetCatalogue { .. } => "SetCatalogue",
            Self::Export { .. } => "Export(redacted)",
            Self::Backup { .. } => "Backup(redacted)",
            Self::Erase { .. } => "Erase",
            Self::Erasure { .. } => "Erasure",
            Self::Erasures => "Erasures",
            Self::VerifyErasures => "VerifyErasures",
            Self::Due { .. } => "Due",
            Self::RunRetention { .. } => "RunRetention",
            Self::ConfirmClock => "ConfirmClock",
            Self::Release => "Release",
            Self::VerifyAudit => "VerifyAudit",
            Self::RotateKeys => "RotateKeys",
            Self::Compact => "Compact",
            Self::Invent { .. } => "Invent",
            Self::Enliven => "Enliven",
            Self::Line { .. } => "Line",
            Self::CheckLines => "CheckLines",
        })
    }
}

/// What comes of an errand. All but [`Reply::Lines`] are the last of theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// Done, and durable.
    Done,
    /// How things stand.
    Standing(Box<Standing>),
    /// What a check found.
    Checked(Checked),
    /// A user was made.
    User {
        /// The record.
        id: String,
        /// The one-time set-up code, shown this once; `None` when a password was given.
        code: Option<String>,
    },
    /// How pairing stands.
    Pairing(Box<PairStanding>),
    /// What came of imported clients.
    Imported(Imported),
    /// Whole lines of an export.
    Lines(String),
    /// The export is complete: how many clients.
    Exported {
        /// Lines, and so clients.
        clients: u64,
    },
    /// A backup was made and read back.
    BackedUp(BackedUp),
    /// What is kept of an erasure.
    Certificate(Box<Certificate>),
    /// What is kept of every erasure.
    Certificates(Vec<Certificate>),
    /// What is left of what was erased.
    Left(Left),
    /// What goes by a day.
    Due(Box<DueList>),
    /// What a run of retention came to.
    Ran(Ran),
    /// What a verification of the audit logs came to.
    AuditVerified(Box<AuditVerified>),
    /// What stands between the premises.
    LinesChecked(LinesChecked),
    /// Not done.
    Failed {
        /// The exit code ([`crate::exit::Exit`]).
        exit: u8,
        /// Why, in a sentence.
        sentence: String,
    },
}

impl core::fmt::Debug for Reply {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Done => "Done",
            Self::Standing(_) => "Standing",
            Self::Checked(_) => "Checked",
            Self::User { .. } => "User(redacted)",
            Self::Pairing(_) => "Pairing(redacted)",
            Self::Imported(_) => "Imported",
            Self::Lines(_) => "Lines(redacted)",
            Self::Exported { .. } => "Exported",
            Self::BackedUp(_) => "BackedUp",
            Self::Certificate(_) => "Certificate",
            Self::Certificates(_) => "Certificates",
            Self::Left(_) => "Left",
            Self::Due(_) => "Due",
            Self::Ran(_) => "Ran",
            Self::AuditVerified(_) => "AuditVerified",
            Self::LinesChecked(_) => "LinesChecked",
            Self::Failed { .. } => "Failed",
        })
    }
}

impl Reply {
    /// Whether nothing comes after it.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        !matches!(self, Self::Lines(_))
    }
}

/// How things stand at a node; `status --json` prints it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The program's version.
    pub version: String,
    /// Whether the node runs.
    pub running: bool,
    /// The premises' name.
    pub premises: String,
    /// The node's id: the first half of its key's SHA-256.
    pub node: String,
    /// What other premises pair with.
    pub peer_id: String,
    /// The register's id, the same at every premises.
    pub register: String,
    /// Where the console is.
    pub console: String,
    /// Where the link listens.
    pub link: String,
    /// Clients.
    pub clients: usize,
    /// Records of any kind.
    pub records: usize,
    /// Entries of the ledger.
    pub ledger: usize,
    /// Users whose access has not ended.
    pub users: usize,
    /// Fields in which two premises disagree, over all clients.
    pub conflicts: usize,
    /// Changes at this node so far.
    pub sequence: u64,
    /// Erasures that some premises has not confirmed.
    pub unconfirmed: usize,
    /// Edits made here that met an erasure, and whose authors have not read of it yet.
    pub met: usize,
    /// Why the node shows nobody; `None` when it serves.
    pub quarantine: Option<Reason>,
    /// Why the node's clock is not trusted; `None` when it is.
    pub clock: Option<Reason>,
    /// How deletion by the clock stands.
    pub retention: RetentionStanding,
    /// Whether the line was cut on purpose.
    pub cut: bool,
    /// Whether another premises has put this node out of use for good.
    #[serde(default)]
    pub revoked: bool,
    /// Nodes that are out of use for good.
    #[serde(default)]
    pub out: Vec<String>,
    /// Until when the node's certificate is valid; `None` when the node doesn't run.
    #[serde(default)]
    pub certificate_until: Option<Timestamp>,
    /// Peers, by node id, that have to hear of this node's next key before it is used; `None` when there is none.
    #[serde(default)]
    pub next_key_waits_for: Option<Vec<String>>,
    /// The router in front of the node; `None` when the node doesn't run.
    #[serde(default)]
    pub router: Option<RouterStanding>,
    /// Every peer, by node id.
    pub peers: Vec<PeerStanding>,
    /// How the backups stand.
    #[serde(default)]
    pub backup: crate::backup::State,
}

/// What is known of the router in front of the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouterStanding {
    /// What it does to the port of what goes out, as other premises saw it: `unknown`, `open` (nothing translates),
    /// `kept` or `changing`.
    pub ports: String,
    /// Where other premises see the node.
    pub seen: Option<SocketAddr>,
    /// Whether it forwards a port because it was asked to: `off`, `asking`, `forwarded`, `behind-router` (it does, and
    /// stands behind another router), `no-router`, `no-answer`, `unusable` or `refused`.
    pub forwarding: String,
    /// How it was asked: `PCP`, `NAT-PMP` or `UPnP`.
    pub by: Option<String>,
    /// Its port that leads to the node.
    pub port: Option<u16>,
    /// Its outer address, where it says.
    pub address: Option<IpAddr>,
}

/// How deletion by the clock stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionStanding {
    /// Cards past their time.
    pub cards: usize,
    /// Cards with an entry past its time.
    pub entries: usize,
    /// Cards whose time is over within 30 days, those past it included.
    pub cards_soon: usize,
    /// The first due day of a card.
    pub oldest: Option<Date>,
    /// Why nothing is deleted now; `None` when it is.
    pub hold: Option<Reason>,
    /// Whether a run is going on.
    pub running: bool,
}

/// How things stand with one peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerStanding {
    /// Its node id.
    pub node: String,
    /// What it was paired by.
    pub peer_id: String,
    /// Its premises' name, once known.
    pub premises: Option<String>,
    /// Where it is dialled.
    pub address: String,
    /// `apart`, `greeting`, `exchanging`, `agreed`, `other-register` or `other-version`.
    pub state: String,
    /// When something was last heard of it.
    pub heard: Option<String>,
    /// When both last had everything of each other.
    pub agreed: Option<String>,
    /// Records changed here that it has not acknowledged.
    pub waiting: usize,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<String>,
    /// Whether changes made there are known to be on their way here.
    #[serde(default)]
    pub coming: bool,
    /// Since when it is connected; `None` while it is not.
    #[serde(default)]
    pub up_since: Option<Timestamp>,
    /// How long a word takes there and back, microseconds.
    #[serde(default)]
    pub round_trip_microseconds: Option<u64>,
    /// How far its clock was ahead of this node's, seconds.
    #[serde(default)]
    pub clock_ahead_seconds: Option<i64>,
    /// When everything was last compared.
    #[serde(default)]
    pub checked: Option<Timestamp>,
    /// The version of its program.
    #[serde(default)]
    pub program: Option<String>,
    /// How many records it holds, as it said last.
    #[serde(default)]
    pub records: Option<u64>,
    /// Until when its certificate is valid.
    #[serde(default)]
    pub certificate_until: Option<Timestamp>,
    /// When a copy of it was last refused.
    #[serde(default)]
    pub copy_seen: Option<Timestamp>,
    /// `here` or `there`: which program is older, where the two can't talk.
    #[serde(default)]
    pub older: Option<String>,
}

/// What a check of the lines found; `line check --json` prints it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesChecked {
    /// When.
    pub at: Timestamp,
    /// What it found; of this node first.
    pub findings: Vec<LineFinding>,
}

/// One finding of a check of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFinding {
    /// The peer's node id; `None` when it concerns this node itself.
    pub peer: Option<String>,
    /// The peer's premises' name, once known.
    pub premises: Option<String>,
    /// The word ([`console::line::Cause::word`]).
    pub code: String,
    /// The sentence, with what can be done about it.
    pub sentence: String,
}

/// A backup that was made; `backup --json` prints it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// The file.
    pub file: String,
    /// The copy of the ledger beside it.
    pub ledger: String,
    /// What it is as of.
    pub at: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// How many clients it holds.
    pub clients: u64,
    /// How many old ones were removed.
    pub removed: usize,
}

/// What `check` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Records opened.
    pub records: u64,
    /// Values unpacked.
    pub values: u64,
    /// Entries of the audit log that follow one another without a break.
    pub audit: u64,
    /// Entries of the ledger.
    pub ledger: u64,
    /// What is wrong, one sentence each; empty when all is well. Names records by id only.
    pub problems: Vec<String>,
    /// How many more there are.
    pub omitted: u64,
}

/// What came of imported clients, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Imported {
    /// New cards.
    pub added: u64,
    /// Cards that were here and got entries that they lacked.
    pub extended: u64,
    /// Entries added to cards that were here.
    pub entries: u64,
    /// Cards that were here with everything.
    pub unchanged: u64,
    /// Clients that were erased and stay so.
    pub erased: u64,
}

impl core::ops::AddAssign for Imported {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.extended += other.extended;
        self.entries += other.entries;
        self.unchanged += other.unchanged;
        self.erased += other.erased;
    }
}
