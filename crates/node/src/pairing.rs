//! Pairing by invitation at this node: [`link::pair`] on the line, the register on both sides of it, and the console
//! and the command line in front.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use console::pairing::{Other, Pair, Pairing as Shown, PairingFault};
use jiff::Timestamp;
use link::pair::{
    Admitting, Host, Introducing, Introduction, Invitation, InvitationFault, NotNow, PairFault,
    Pairing, Side, Stage, Unadmitted,
};
use register::document::SCHEMA;
use register::replica::{Answer, Command, PROTOCOLS, Peer, Refusal};
use register::roster::Signed;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::errand::read_address;
use crate::exit::{Exit, Failure, Outcome};
use crate::line::Wire;
use crate::turn::Office;

/// Addresses that lead nowhere (RFC 5737, RFC 3849): by which of its own addresses this machine would go there tells
/// how others on its network reach it. Nothing is sent.
const ELSEWHERE: [&str; 2] = ["192.0.2.1:9", "[2001:db8::1]:9"];

/// What this premises tells of itself, and where it writes peers down.
struct Premises {
    office: Office,
    name: String,
    wire: Wire,
}

/// Pairs this node with others. Clones share it.
#[derive(Clone)]
pub struct Matchmaker {
    pairing: Pairing,
    premises: Arc<Premises>,
    changed: watch::Receiver<u64>,
}

impl core::fmt::Debug for Matchmaker {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Matchmaker")
    }
}

impl Matchmaker {
    /// A matchmaker for the premises of this name, on its line. Needs a tokio runtime.
    #[must_use]
    pub fn new(wire: &Wire, office: Office, name: &str) -> Self {
        let pairing = wire.pairing();
        let (change, changed) = watch::channel(0);
        let mut stage = pairing.stage();
        tokio::spawn(async move {
            while stage.changed().await.is_ok() && !change.is_closed() {
                change.send_modify(|times: &mut u64| *times = times.wrapping_add(1));
            }
        });
        Self {
            pairing,
            premises: Arc::new(Premises {
                office,
                name: name.to_owned(),
                wire: wire.clone(),
            }),
            changed,
        }
    }

    fn host(&self) -> Arc<dyn Host> {
        Arc::<Premises>::clone(&self.premises)
    }

    /// Makes an invitation; addresses that were given come before those that are found.
    ///
    /// # Errors
    /// When an address is none, or no invitation can be made.
    pub fn make(&self, given: &[String]) -> Outcome<Invitation> {
        let mut addresses = Vec::new();
        for text in given {
            addresses.push(complete(text, self.premises.wire.address().port())?);
        }
        for own in self.premises.addresses() {
            if !addresses.contains(&own) {
                addresses.push(own);
            }
        }
        self.pairing
            .invite(self.host(), &addresses)
            .map_err(|why| Failure::new(Exit::Refused, why))
    }

    /// Enters an invitation.
    ///
    /// # Errors
    /// When the text is none, or another pairing is under way.
    pub fn enter(&self, text: &str) -> Outcome<()> {
        let invitation: Invitation = text
            .parse()
            .map_err(|fault: InvitationFault| Failure::new(Exit::Refused, fault))?;
        self.pairing
            .accept(self.host(), invitation)
            .map_err(|why| Failure::new(Exit::Refused, why))
    }

    /// How it stands, for the command line.
    #[must_use]
    pub fn standing(&self) -> PairStanding {
        let stage = self.pairing.stage().borrow().clone();
        let mut standing = PairStanding::default();
        standing.stage = match stage {
            Stage::Idle => PairStage::Idle,
            Stage::Invited(invitation) => {
                standing.invitation = Some(invitation.text());
                PairStage::Invited
            }
            Stage::Meeting => PairStage::Meeting,
            Stage::Comparing(comparing) => {
                standing.phrase = Some(comparing.phrase.to_string());
                standing.premises = Some(comparing.other.premises);
                standing.clients = Some(comparing.other.clients);
                (standing.here, standing.there) = (comparing.here, comparing.there);
                PairStage::Comparing
            }
            Stage::Paired(other) => {
                standing.premises = Some(other.premises);
                standing.clients = Some(other.clients);
                PairStage::Paired
            }
            Stage::Failed(fault) => {
                standing.fault = Some(fault.to_string());
                PairStage::Failed
            }
        };
        standing
    }
}

/// How far pairing has come, as the control socket and `pair --json` tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PairStage {
    /// Nothing is under way.
    #[default]
    Idle,
    /// An invitation waits for somebody.
    Invited,
    /// The two introduce themselves.
    Meeting,
    /// Two people compare the phrase.
    Comparing,
    /// Done.
    Paired,
    /// It came to nothing.
    Failed,
}

/// How pairing stands at this node.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PairStanding {
    /// How far it has come.
    pub stage: PairStage,
    /// The invitation that waits. Lets in whoever holds it.
    pub invitation: Option<String>,
    /// What is compared.
    pub phrase: Option<String>,
    /// The other premises' name.
    pub premises: Option<String>,
    /// How many clients it held when it introduced itself.
    pub clients: Option<u64>,
    /// It was confirmed here.
    pub here: bool,
    /// It was confirmed there.
    pub there: bool,
    /// Why it came to nothing, in a sentence.
    pub fault: Option<String>,
}

impl core::fmt::Debug for PairStanding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "PairStanding({:?}, redacted)", self.stage)
    }
}

impl Premises {
    /// Where others reach this premises, as far as is known, `host:port` each: its own network first, where nothing can
    /// be in the way.
    fn addresses(&self) -> Vec<String> {
        let mut addresses = own_addresses(self.wire.address());
        addresses.extend(self.wire.outside().map(|address| address.to_string()));
        addresses
    }
}

/// An address with the line's port, if none was given.
fn complete(text: &str, port: u16) -> Outcome<String> {
    let text = text.trim();
    let with_port = format!("{text}:{port}");
    read_address(text).or_else(|failure| read_address(&with_port).map_err(|_| failure))
}

/// Where a line that listens there is reached, as far as this machine knows, `host:port` each.
fn own_addresses(listens: SocketAddr) -> Vec<String> {
    if !listens.ip().is_unspecified() {
        return vec![listens.to_string()];
    }
    let reached = |ip: &IpAddr| ip.is_ipv4() || listens.is_ipv6();
    let own = ELSEWHERE.into_iter().filter_map(outward).filter(reached);
    own.map(|ip| SocketAddr::new(ip, listens.port()).to_string())
        .collect()
}

/// The address from which this machine would go to `elsewhere`; `None` when it has no way there.
fn outward(elsewhere: &str) -> Option<IpAddr> {
    let elsewhere: SocketAddr = elsewhere.parse().ok()?;
    let any: IpAddr = if elsewhere.is_ipv4() {
        [0; 4].into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(elsewhere).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified() && !own.is_loopback()).then_some(own)
}

impl Host for Premises {
    fn introduce(&self) -> Introducing<'_> {
        Box::pin(async move {
            // The published report is of a moment ago, when clients that are here now may not have been.
            let report = match self.office.ask(Command::Report).await {
                Ok(Ok(Answer::Report(report))) => *report,
                _ => self.office.report().borrow().clone(),
            };
            Introduction {
                node: report.node,
                premises: self.name.clone(),
                register: report.register,
                clients: report.clients as u64,
                protocols: PROTOCOLS,
                schema: SCHEMA,
                addresses: self.addresses(),
                announced: report.own_keys,
            }
        })
    }

    fn admit(&self, peer: Peer, announced: Vec<Signed>) -> Admitting<'_> {
        Box::pin(async move {
            match self.office.ask(Command::AddPeer(peer, announced)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(Refusal::Revoked)) => Err(Unadmitted::Revoked),
                Ok(Err(Refusal::OtherKey)) => Err(Unadmitted::OtherKey),
                Ok(Err(Refusal::Oneself)) => Err(Unadmitted::Oneself),
                Ok(Err(refusal)) => {
                    tracing::error!(%refusal, "a premises that was paired could not be written down");
                    Err(Unadmitted::Failed)
                }
                Err(_stopping) => Err(Unadmitted::Failed),
            }
        })
    }
}

impl Pair for Matchmaker {
    fn stage(&self) -> Shown {
        let stage = self.pairing.stage().borrow().clone();
        match stage {
            Stage::Idle => Shown::Idle,
            Stage::Invited(invitation) => Shown::Invited {
                text: invitation.text(),
                until: Timestamp::try_from(invitation.expires()).unwrap_or(Timestamp::MAX),
            },
            Stage::Meeting => Shown::Meeting,
            Stage::Comparing(comparing) => Shown::Comparing {
                phrase: comparing.phrase.to_string(),
                here: comparing.here,
                there: comparing.there,
                other: other(comparing.other),
            },
            Stage::Paired(introduction) => Shown::Paired(other(*introduction)),
            Stage::Failed(fault) => Shown::Failed(came_to(fault)),
        }
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    fn invite(&self, address: &str) -> Result<(), PairingFault> {
        let mut addresses = Vec::new();
        if !address.trim().is_empty() {
            let given = complete(address, self.premises.wire.address().port());
            addresses.push(given.map_err(|_| PairingFault::Address)?);
        }
        addresses.extend(self.premises.addresses());
        self.pairing
            .invite(self.host(), &addresses)
            .map(drop)
            .map_err(not_now)
    }

    fn accept(&self, invitation: &str) -> Result<(), PairingFault> {
        let invitation = invitation.parse().map_err(|fault| match fault {
            InvitationFault::NotOne => PairingFault::NotOne,
            InvitationFault::Newer => PairingFault::Newer,
            InvitationFault::Character | InvitationFault::Check | InvitationFault::Content => {
                PairingFault::Mistyped
            }
        })?;
        self.pairing
            .accept(self.host(), invitation)
            .map_err(not_now)
    }

    fn confirm(&self, phrase: &str) -> bool {
        self.pairing.confirm(phrase)
    }

    fn cancel(&self) {
        self.pairing.cancel();
    }
}

fn other(introduction: Introduction) -> Other {
    Other {
        node: introduction.node,
        premises: introduction.premises,
        clients: introduction.clients,
    }
}

const fn not_now(why: NotNow) -> PairingFault {
    match why {
        NotNow::Busy => PairingFault::Busy,
        NotNow::Oneself => PairingFault::Oneself,
        NotNow::NoAddress => PairingFault::NoAddress,
        NotNow::Unable => PairingFault::Unable,
    }
}

const fn came_to(fault: PairFault) -> PairingFault {
    match fault {
        PairFault::Unreachable => PairingFault::Unreachable,
        PairFault::OtherNode => PairingFault::OtherNode,
        PairFault::Clock => PairingFault::Clock,
        PairFault::Late => PairingFault::Late,
        PairFault::Spent => PairingFault::Spent,
        PairFault::Guessed => PairingFault::Guessed,
        PairFault::Cancelled => PairingFault::Cancelled,
        PairFault::Lost => PairingFault::Lost,
        PairFault::Unfinished => PairingFault::Unfinished,
        PairFault::TwoRegisters => PairingFault::TwoRegisters,
        PairFault::Outdated(Side::Here) => PairingFault::OutdatedHere,
        PairFault::Outdated(Side::There) => PairingFault::OutdatedThere,
        PairFault::Revoked(Side::Here) => PairingFault::RevokedHere,
        PairFault::Revoked(Side::There) => PairingFault::RevokedThere,
        PairFault::OtherKey(_) => PairingFault::OtherKey,
        PairFault::Oneself => PairingFault::Copy,
        PairFault::NotStored => PairingFault::NotStored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_gets_the_lines() {
        let read = |text| complete(text, 7440).map_err(|failure| failure.exit());
        assert_eq!(
            read(" clinic.example.com "),
            Ok("clinic.example.com:7440".to_owned())
        );
        assert_eq!(read("192.0.2.7:9"), Ok("192.0.2.7:9".to_owned()));
        assert_eq!(read("[2001:db8::7]"), Ok("[2001:db8::7]:7440".to_owned()));
        for wrong in ["", "a b", "clinic:0", "2001:db8::7"] {
            assert_eq!(read(wrong), Err(Exit::Refused), "{wrong}");
        }
    }

    #[test]
    fn a_line_at_one_address_is_reached_there_and_one_at_all_never_at_none() {
        let addresses = |text: &str| own_addresses(text.parse().unwrap());
        assert_eq!(addresses("127.0.0.1:7440"), ["127.0.0.1:7440"]);
        for found in addresses("[::]:7440") {
            let address: SocketAddr = found.parse().unwrap();
            assert!(
                address.port() == 7440
                    && !address.ip().is_unspecified()
                    && !address.ip().is_loopback()
            );
        }
        assert!(
            addresses("0.0.0.0:7440")
                .iter()
                .all(|one| !one.starts_with('['))
        );
    }
}
