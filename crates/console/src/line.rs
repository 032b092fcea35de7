//! What the node knows of its lines to other premises, and what a check of them came to.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
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
    /// The router in front of this node.
    pub router: Router,
    /// Every peer of which something is known.
    pub peers: BTreeMap<NodeId, PeerLine>,
}

impl Lines for LineStanding {
    fn standing(&self) -> LineStanding {
        self.clone()
    }
}

/// What is known of the router in front of this node.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Router {
    /// The UDP port at which this node listens.
    pub listens: u16,
    /// What the router does to the port of what goes out.
    pub ports: Ports,
    /// Whether it passes on to this node what others send.
    pub forwarding: Forwarding,
    /// Where other premises see this node.
    pub seen: Option<SocketAddr>,
}

/// What a router does to the port of what goes out, as other premises saw it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ports {
    /// No premises beyond the own network has said.
    #[default]
    Unknown,
    /// Nothing translates addresses.
    Open,
    /// The port stays, so two premises that both dial find each other.
    Kept,
    /// Each destination gets another port, so nobody finds the way in.
    Changing,
}

/// Whether a router forwards a port to this node because it was asked to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Forwarding {
    /// It is not asked.
    #[default]
    Off,
    /// It is being asked.
    Asking,
    /// It does.
    On {
        /// How it was asked.
        by: Protocol,
        /// Its port that leads here.
        port: u16,
        /// Where that is.
        at: Outside,
    },
    /// It doesn't.
    Not(NotForwarding),
}

/// How a router is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// The Port Control Protocol.
    Pcp,
    /// What came before it.
    NatPmp,
    /// What most routers in homes speak.
    Upnp,
}

impl Protocol {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcp => "PCP",
            Self::NatPmp => "NAT-PMP",
            Self::Upnp => "UPnP",
        }
    }
}

/// Which address a router has at its outer side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// One of the internet.
    Public(IpAddr),
    /// One that others don't find: another router stands behind it.
    Private(IpAddr),
    /// It doesn't say.
    Unknown,
}

/// Why a router forwards nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotForwarding {
    /// No router is known.
    NoRouter,
    /// It answers in no way.
    NoAnswer,
    /// What it answers can't be used.
    Unusable,
    /// It refuses.
    Refused,
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
    /// The router here stands behind another one, so that the port which it forwards is found by nobody.
    BehindRouter,
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
            Self::BehindRouter => "behind-router",
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
