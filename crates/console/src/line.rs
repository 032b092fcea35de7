//! What the node knows of its lines to other premises, and what a check of them came to.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use register::id::NodeId;
use register::replica::Older;

use crate::text::Language;

/// Tells how the lines stand at the moment.
pub trait Lines: Send + Sync {
    /// How they stand. Cheap: pages ask each time.
    fn standing(&self) -> LineStanding;
}

/// How the lines stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineStanding {
    /// When this node's own certificate is valid; `None` when not known.
    pub certificate: Option<Validity>,
    /// Whether they are cut on purpose.
    pub cut: bool,
    /// Whether the router here gives each destination another port.
    pub changing_ports: bool,
    /// Every peer of which something is known.
    pub peers: BTreeMap<NodeId, PeerLine>,
}

impl Lines for LineStanding {
    fn standing(&self) -> LineStanding {
        self.clone()
    }
}

/// From when until when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first second.
    pub from: Timestamp,
    /// The last second.
    pub until: Timestamp,
}

impl Validity {
    /// Whether it is valid at `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        (self.from..=self.until).contains(&now)
    }
}

/// The line to one peer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PeerLine {
    /// Since when it is connected; `None` while it is not.
    pub up: Option<Timestamp>,
    /// When a sign of life came last since the node started.
    pub heard: Option<Timestamp>,
    /// How long a word takes there and back.
    pub round_trip: Option<Duration>,
    /// Until when the peer's certificate is valid, once it was shown.
    pub certificate_until: Option<Timestamp>,
}

/// What a check found, and about which peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The peer; `None` when it concerns this node itself.
    pub peer: Option<NodeId>,
    /// What.
    pub cause: Cause,
}

/// What stands between two premises, as far as it can be told from one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Nothing does: they are connected.
    Connected,
    /// There is no other premises.
    NoPeers,
    /// The lines are cut on purpose.
    Cut,
    /// This computer is connected to no network.
    NoNetwork,
    /// Another premises has put this node out of use.
    Revoked,
    /// This node's certificate has run out.
    CertificateOver,
    /// This node's certificate is not valid yet, so the clock shows a time before it was made.
    CertificateEarly,
    /// It is not known where the peer is.
    NoAddress,
    /// The name in an address is known to nobody.
    NameUnknown(String),
    /// Nobody answers at these addresses.
    NoAnswer(Vec<String>),
    /// The router here gives each destination another port, so that nobody finds the way in.
    ChangingPorts,
    /// The peer was never reached.
    NeverReached,
    /// Somebody with another key answers at this address, or calls from there.
    OtherKey(String),
    /// The computer at this address does not take this one for a peer.
    NotAccepted(String),
    /// The certificate shown at this address is not valid by this node's clock.
    PeerCertificate(String),
    /// The peer belongs to another register.
    OtherRegister,
    /// The programs can't talk; which is older, if that is known.
    OtherVersion(Option<Older>),
    /// One of the two is a copy of a computer that is at work elsewhere.
    Twin,
}

impl Cause {
    /// A word for programs.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::NoPeers => "no-peers",
            Self::Cut => "cut",
            Self::NoNetwork => "no-network",
            Self::Revoked => "revoked",
            Self::CertificateOver => "certificate-over",
            Self::CertificateEarly => "certificate-early",
            Self::NoAddress => "no-address",
            Self::NameUnknown(_) => "name-unknown",
            Self::NoAnswer(_) => "no-answer",
            Self::ChangingPorts => "changing-ports",
            Self::NeverReached => "never-reached",
            Self::OtherKey(_) => "other-key",
            Self::NotAccepted(_) => "not-accepted",
            Self::PeerCertificate(_) => "peer-certificate",
            Self::OtherRegister => "other-register",
            Self::OtherVersion(_) => "other-version",
            Self::Twin => "twin",
        }
    }

    /// What it is and what can be done about it, in English, for the command line; `name` is the peer's premises.
    #[must_use]
    pub fn in_english(&self, name: &str) -> String {
        let (what, then) = Language::English.cause(self, name);
        if then.is_empty() {
            what
        } else {
            format!("{what} {then}")
        }
    }
}

/// How a check of the lines stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LineCheck {
    /// None was made since the node started.
    #[default]
    Never,
    /// One is under way.
    Running,
    /// When the last was made, and what it found.
    Done(Timestamp, Vec<Finding>),
}
