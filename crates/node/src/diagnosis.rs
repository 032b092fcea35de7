//! What stands between this premises and the others: the facts are gathered here, and [`diagnose`] makes of them what
//! a person can act on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use console::line::{
    Cause, Finding, Forwarding, LineCheck, LineStanding, Lines as _, Outside, Ports, Router,
    Validity,
};
use jiff::Timestamp;
use register::id::NodeId;
use register::replica::{Answer, Command, Older, PeerReport, PeerState, Report};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::clock;
use crate::errand::astray;
use crate::exit::Outcome;
use crate::line::{Met, Wire};
use crate::turn::Office;

/// How long a name may take to be looked up.
const LOOKUP_TIME: Duration = Duration::from_secs(3);
/// Where the kernel tells of network interfaces.
const INTERFACES: &str = "/sys/class/net";

/// All that a diagnosis rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When.
    pub now: Timestamp,
    /// Whether an interface other than loopback carries packets.
    pub network: bool,
    /// Whether the lines are cut on purpose.
    pub cut: bool,
    /// Whether another premises has put this node out of use.
    pub revoked: bool,
    /// When the node's own certificate is valid; `None` when not known.
    pub certificate: Option<Validity>,
    /// The router here.
    pub router: Router,
    /// Every peer.
    pub peers: Vec<PeerFacts>,
}

/// What is known of one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFacts {
    /// Who.
    pub peer: NodeId,
    /// The state of the line.
    pub state: PeerState,
    /// Which program is older, where that keeps the two apart.
    pub older: Option<Older>,
    /// Whether it was ever heard.
    pub reached: bool,
    /// Where it is dialled.
    pub addresses: Vec<AddressFacts>,
}

/// What is known of one address of a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressFacts {
    /// `host:port`.
    pub address: String,
    /// What its name stands for; empty when it is known to nobody.
    pub found: Vec<SocketAddr>,
    /// What was met there instead of the peer.
    pub met: Option<Met>,
}

/// What the facts come to, what concerns this node itself first.
#[must_use]
pub fn diagnose(facts: &Facts) -> Vec<Finding> {
    let own = |cause| Finding { peer: None, cause };
    if facts.peers.is_empty() {
        return vec![own(Cause::NoPeers)];
    }
    let mut findings: Vec<Finding> = own_causes(facts).into_iter().map(own).collect();
    let explained = !findings.is_empty();
    for peer in &facts.peers {
        let causes = match peer.state {
            PeerState::Greeting | PeerState::Exchanging | PeerState::Agreed => {
                vec![Cause::Connected]
            }
            PeerState::OtherRegister => vec![Cause::OtherRegister],
            PeerState::OtherVersion => vec![Cause::OtherVersion(peer.older)],
            PeerState::Twin => vec![Cause::Twin],
            // What is wrong here explains that nobody is reached.
            PeerState::Apart if explained => Vec::new(),
            PeerState::Apart => apart(facts, peer),
        };
        findings.extend(causes.into_iter().map(|cause| Finding {
            peer: Some(peer.peer),
            cause,
        }));
    }
    findings
}

/// What is wrong at this node, so that no premises can be reached.
fn own_causes(facts: &Facts) -> Vec<Cause> {
    let mut causes = Vec::new();
    if facts.revoked {
        causes.push(Cause::Revoked);
    }
    if let Some(certificate) = facts.certificate {
        if facts.now > certificate.until {
            causes.push(Cause::CertificateOver);
        } else if facts.now < certificate.from {
            causes.push(Cause::CertificateEarly);
        }
    }
    if facts.cut {
        causes.push(Cause::Cut);
    }
    let local = |address: &AddressFacts| address.found.iter().any(|at| at.ip().is_loopback());
    let all_local = facts
        .peers
        .iter()
        .all(|peer| peer.addresses.iter().any(local));
    if !facts.network && !all_local {
        causes.push(Cause::NoNetwork);
    }
    causes
}

/// Why a peer is not connected, when nothing is wrong here.
fn apart(facts: &Facts, peer: &PeerFacts) -> Vec<Cause> {
    let mut causes = Vec::new();
    let mut silent = Vec::new();
    for address in &peer.addresses {
        let at = address.address.clone();
        match address.met {
            Some(Met::OtherKey) => causes.push(Cause::OtherKey(at)),
            Some(Met::Expired) => causes.push(Cause::PeerCertificate(at)),
            Some(Met::NotAccepted) => causes.push(Cause::NotAccepted(at)),
            Some(Met::OtherProtocol) => causes.push(Cause::OtherVersion(None)),
            None if address.found.is_empty() => causes.push(Cause::NameUnknown(host(&at))),
            None => silent.push(at),
        }
    }
    if peer.addresses.is_empty() {
        causes.push(Cause::NoAddress);
    }
    if !silent.is_empty() {
        causes.push(Cause::NoAnswer(silent));
        causes.extend(closed(&facts.router));
    }
    if !peer.reached {
        causes.push(Cause::NeverReached);
    }
    causes
}

/// Why the other premises doesn't find the way in here either, as far as the router is to blame.
fn closed(router: &Router) -> Option<Cause> {
    match (router.forwarding, router.ports) {
        (
            Forwarding::On {
                at: Outside::Public(_),
                ..
            },
            _,
        )
        | (_, Ports::Open | Ports::Kept) => None,
        (
            Forwarding::On {
                at: Outside::Private(_),
                ..
            },
            Ports::Changing | Ports::Unknown,
        ) => Some(Cause::BehindRouter),
        (_, Ports::Changing) => Some(Cause::ChangingPorts),
        (_, Ports::Unknown) => None,
    }
}

/// The name in `host:port`.
fn host(address: &str) -> String {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.to_owned()
}

/// Gathers the facts at a running node. Clones work for the same.
#[derive(Debug, Clone)]
pub struct Surveyor {
    office: Office,
    wire: Wire,
}

impl Surveyor {
    /// One who asks `office` and looks at `wire`.
    #[must_use]
    pub const fn new(office: Office, wire: Wire) -> Self {
        Self { office, wire }
    }

    /// How the lines stand.
    #[must_use]
    pub fn standing(&self) -> LineStanding {
        self.wire.standing()
    }

    /// Gathers the facts and says what they come to, and when.
    ///
    /// # Errors
    /// When the node is stopping.
    pub async fn survey(&self) -> Outcome<(Timestamp, Vec<Finding>)> {
        let report = match self.office.ask(Command::Report).await?? {
            Answer::Report(report) => *report,
            _ => return Err(astray()),
        };
        let found = look_up(&report).await;
        let facts = self.facts(report, &found);
        Ok((facts.now, diagnose(&facts)))
    }

    fn facts(&self, report: Report, found: &BTreeMap<String, Vec<SocketAddr>>) -> Facts {
        let standing = self.standing();
        let peer_facts = |peer: &PeerReport| PeerFacts {
            peer: peer.peer,
            state: peer.state,
            older: peer.older,
            reached: peer.heard.is_some() || peer.agreed.is_some(),
            addresses: peer
                .addresses
                .iter()
                .map(|address| {
                    let found = found.get(address).cloned().unwrap_or_default();
                    AddressFacts {
                        met: self.wire.met_at(peer.peer, address, &found),
                        address: address.clone(),
                        found,
                    }
                })
                .collect(),
        };
        Facts {
            now: clock::now(),
            network: has_network(Path::new(INTERFACES)),
            cut: standing.cut,
            revoked: report.revoked,
            certificate: standing.certificate,
            router: standing.router,
            peers: report.peers.iter().map(peer_facts).collect(),
        }
    }
}

/// What the names in every peer's addresses stand for, looked up side by side.
async fn look_up(report: &Report) -> BTreeMap<String, Vec<SocketAddr>> {
    let mut looking = JoinSet::new();
    for address in report.peers.iter().flat_map(|peer| peer.addresses.clone()) {
        looking.spawn(async move {
            let found = timeout(LOOKUP_TIME, tokio::net::lookup_host(address.clone())).await;
            let found = match found {
                Ok(Ok(found)) => found.collect(),
                // Unknown, or nobody to ask.
                Ok(Err(_)) | Err(_) => Vec::new(),
            };
            (address, found)
        });
    }
    looking.join_all().await.into_iter().collect()
}

/// Whether an interface other than loopback carries packets; `true` where the system does not tell.
fn has_network(interfaces: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(interfaces) else {
        return true;
    };
    entries.flatten().any(|entry| {
        let state = std::fs::read_to_string(entry.path().join("operstate"));
        let state = state.unwrap_or_default();
        // Tunnels don't know whether they carry anything.
        entry.file_name() != "lo" && ["up", "unknown"].contains(&state.trim())
    })
}

/// Checks the lines each time that somebody asks, until the node stops.
pub(crate) async fn watch(surveyor: Surveyor, told: watch::Sender<LineCheck>, asked: Arc<Notify>) {
    loop {
        asked.notified().await;
        let before = told.send_replace(LineCheck::Running);
        let check = match surveyor.survey().await {
            Ok((at, findings)) => LineCheck::Done(at, findings),
            Err(failure) => {
                tracing::warn!(why = %failure, "the lines could not be checked");
                before
            }
        };
        told.send_replace(check);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: NodeId = NodeId::from_bytes([2; 16]);

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn at(text: &str) -> AddressFacts {
        AddressFacts {
            address: text.to_owned(),
            found: vec!["192.0.2.7:7440".parse().unwrap()],
            met: None,
        }
    }

    /// A peer that was reached before and is not now, and nothing wrong here.
    fn facts() -> Facts {
        Facts {
            now: day(100),
            network: true,
            cut: false,
            revoked: false,
            certificate: Some(Validity {
                from: day(1),
                until: day(1000),
            }),
            router: Router::default(),
            peers: vec![PeerFacts {
                peer: PEER,
                state: PeerState::Apart,
                older: None,
                reached: true,
                addresses: vec![at("a.example:7440"), at("b.example:7440")],
            }],
        }
    }

    fn check(change: impl FnOnce(&mut Facts), expected: &[(Option<NodeId>, Cause)]) {
        let mut facts = facts();
        change(&mut facts);
        let found: Vec<_> = diagnose(&facts)
            .into_iter()
            .map(|finding| (finding.peer, finding.cause))
            .collect();
        assert_eq!(found, expected, "{facts:?}");
    }

    fn silent() -> Cause {
        Cause::NoAnswer(vec![
            "a.example:7440".to_owned(),
            "b.example:7440".to_owned(),
        ])
    }

    #[test]
    fn what_is_wrong_here_explains_that_nobody_is_reached() {
        check(|facts| facts.peers.clear(), &[(None, Cause::NoPeers)]);
        check(|facts| facts.network = false, &[(None, Cause::NoNetwork)]);
        check(|facts| facts.cut = true, &[(None, Cause::Cut)]);
        check(|facts| facts.revoked = true, &[(None, Cause::Revoked)]);
        check(
            |facts| facts.now = day(1001),
            &[(None, Cause::CertificateOver)],
        );
        check(
            |facts| facts.now = day(0),
            &[(None, Cause::CertificateEarly)],
        );
        check(
            |facts| {
                facts.network = false;
                for address in &mut facts.peers[0].addresses {
                    address.found = vec!["127.0.0.1:7440".parse().unwrap()];
                }
            },
            &[(Some(PEER), silent())],
        );
    }

    #[test]
    fn a_peer_that_is_connected_has_its_own_reasons() {
        for (state, cause) in [
            (PeerState::Agreed, Cause::Connected),
            (PeerState::Exchanging, Cause::Connected),
            (PeerState::Greeting, Cause::Connected),
            (PeerState::OtherRegister, Cause::OtherRegister),
            (
                PeerState::OtherVersion,
                Cause::OtherVersion(Some(Older::There)),
            ),
            (PeerState::Twin, Cause::Twin),
        ] {
            check(
                |facts| {
                    facts.peers[0].state = state;
                    facts.peers[0].older = Some(Older::There);
                },
                &[(Some(PEER), cause)],
            );
        }
    }

    #[test]
    fn a_peer_that_is_not_reached_is_explained_by_its_addresses() {
        check(|_| {}, &[(Some(PEER), silent())]);
        check(
            |facts| facts.peers[0].addresses.clear(),
            &[(Some(PEER), Cause::NoAddress)],
        );
        check(
            |facts| facts.peers[0].reached = false,
            &[(Some(PEER), silent()), (Some(PEER), Cause::NeverReached)],
        );
        let first = |facts: &mut Facts, change: fn(&mut AddressFacts)| {
            facts.peers[0].addresses.truncate(1);
            change(&mut facts.peers[0].addresses[0]);
        };
        check(
            |facts| first(facts, |address| address.found.clear()),
            &[(Some(PEER), Cause::NameUnknown("a.example".to_owned()))],
        );
        check(
            |facts| first(facts, |address| address.met = Some(Met::OtherKey)),
            &[(Some(PEER), Cause::OtherKey("a.example:7440".to_owned()))],
        );
        check(
            |facts| first(facts, |address| address.met = Some(Met::NotAccepted)),
            &[(Some(PEER), Cause::NotAccepted("a.example:7440".to_owned()))],
        );
        check(
            |facts| first(facts, |address| address.met = Some(Met::OtherProtocol)),
            &[(Some(PEER), Cause::OtherVersion(None))],
        );
        check(
            |facts| first(facts, |address| address.met = Some(Met::Expired)),
            &[(
                Some(PEER),
                Cause::PeerCertificate("a.example:7440".to_owned()),
            )],
        );
    }

    #[test]
    fn a_router_that_nobody_gets_through_explains_more() {
        let closed = |ports: Ports, at: Option<Outside>, expected: Option<Cause>| {
            let router = Router {
                ports,
                forwarding: at.map_or(Forwarding::Off, |at| Forwarding::On {
                    by: console::line::Protocol::Upnp,
                    port: 7440,
                    at,
                }),
                ..Router::default()
            };
            let mut causes = vec![(Some(PEER), silent())];
            causes.extend(expected.map(|cause| (Some(PEER), cause)));
            check(|facts| facts.router = router, &causes);
        };
        let public = Some(Outside::Public([203, 0, 113, 1].into()));
        let private = Some(Outside::Private([100, 64, 0, 7].into()));
        closed(Ports::Changing, None, Some(Cause::ChangingPorts));
        let unknown = Some(Outside::Unknown);
        closed(Ports::Changing, unknown, Some(Cause::ChangingPorts));
        closed(Ports::Changing, public, None);
        closed(Ports::Changing, private, Some(Cause::BehindRouter));
        closed(Ports::Unknown, private, Some(Cause::BehindRouter));
        closed(Ports::Kept, private, None);
        closed(Ports::Unknown, None, None);
    }

    #[test]
    fn loopback_alone_is_no_network() {
        let dir = tempfile::tempdir().unwrap();
        let interface = |name: &str, state: &str| {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
            std::fs::write(dir.path().join(name).join("operstate"), state).unwrap();
        };
        interface("lo", "unknown\n");
        assert!(!has_network(dir.path()));
        interface("eth0", "down\n");
        assert!(!has_network(dir.path()));
        interface("eth0", "up\n");
        assert!(has_network(dir.path()));
    }
}
