//! What the router in front of this node does to its port, judged by what peers saw.

use std::net::{IpAddr, SocketAddr};

/// What a router does to the port of this node's packets. Only peers beyond the own network can tell, and only those
/// that have been connected once since this node started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum NatKind {
    /// No peer beyond the own network has said what it sees.
    #[default]
    Unknown,
    /// Packets arrive from this node's own address and port: nothing translates between.
    Open,
    /// The address is translated and the port stays, so two nodes that both dial find each other.
    PortPreserving,
    /// The port is another one, as far as can be seen for every destination: nobody can dial this node, unless a port
    /// is forwarded at one of the two premises.
    Changing,
}

/// Whether the router forwards this node's port because the node asked it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mapping {
    /// Not asked for.
    #[default]
    Off,
    /// The router is being asked for the first time.
    Asking,
    /// The router forwards `external` to this node until `until`, seconds since 1970; it is renewed before.
    Forwarded {
        /// In which way it was asked.
        by: MappingProtocol,
        /// The port at the router's outer side.
        port: u16,
        /// The router's outer address, where it says. A private one means that another router follows.
        address: Option<IpAddr>,
        /// Until when.
        until: i64,
    },
    /// The router was asked and doesn't. It is asked again later.
    Failed(MappingFault),
}

/// How a router is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappingProtocol {
    /// PCP (RFC 6887) or NAT-PMP (RFC 6886).
    Pcp,
    /// UPnP IGD.
    Upnp,
}

/// Why no router forwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MappingFault {
    /// No router is known: the machine has no default route over IPv4.
    #[error("there is no router")]
    NoRouter,
    /// The router answers in neither way.
    #[error("the router takes no requests")]
    NoAnswer,
    /// The router understood and refused.
    #[error("the router refuses")]
    Refused,
}

/// What a peer saw on one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Observation {
    /// This node's address as the peer sees it.
    pub(crate) observed: SocketAddr,
    /// This node's address as its own system sees it, where that says.
    pub(crate) own: Option<IpAddr>,
    /// Where the peer is.
    pub(crate) peer: IpAddr,
    /// Whether this node dialled.
    pub(crate) dialled_here: bool,
}

/// What observations of a node that listens on `port` say together: the worst one counts.
pub(crate) fn kind<'a>(port: u16, observations: impl Iterator<Item = &'a Observation>) -> NatKind {
    observations
        .map(|one| {
            if is_near(one.peer) {
                NatKind::Unknown
            } else if one.observed.port() != port {
                // Where the peer dialled, it sees the port that it dialled: one that is forwarded to ours.
                if one.dialled_here {
                    NatKind::Changing
                } else {
                    NatKind::Unknown
                }
            } else if one.own == Some(one.observed.ip()) {
                NatKind::Open
            } else {
                NatKind::PortPreserving
            }
        })
        .max()
        .unwrap_or_default()
}

/// Whether an address is in the own network, with no router's translation on the way.
pub(crate) const fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    /// A node at 192.168.1.5:7440; each observation is what a peer saw, where the peer is, and who dialled.
    fn check(seen: &[(&str, &str, bool)], expected: NatKind) {
        let observations: Vec<Observation> = seen
            .iter()
            .map(|(observed, peer, dialled_here)| Observation {
                observed: observed.parse().unwrap(),
                own: Some("192.168.1.5".parse().unwrap()),
                peer: peer.parse().unwrap(),
                dialled_here: *dialled_here,
            })
            .collect();
        assert_eq!(kind(7440, observations.iter()), expected, "{seen:?}");
    }

    #[test]
    fn what_peers_see_tells_what_the_router_does() {
        check(&[], NatKind::Unknown);
        check(
            &[("192.168.1.5:7440", "192.168.1.9", true)],
            NatKind::Unknown,
        );
        check(&[("192.168.1.5:7440", "198.51.100.7", true)], NatKind::Open);
        check(
            &[("203.0.113.1:7440", "198.51.100.7", true)],
            NatKind::PortPreserving,
        );
        check(
            &[("203.0.113.1:7440", "198.51.100.7", false)],
            NatKind::PortPreserving,
        );
        check(
            &[("203.0.113.1:3201", "198.51.100.7", true)],
            NatKind::Changing,
        );
        // Forwarded from another port, and dialled there.
        check(
            &[("203.0.113.1:3201", "198.51.100.7", false)],
            NatKind::Unknown,
        );
        check(
            &[
                ("203.0.113.1:7440", "198.51.100.7", true),
                ("203.0.113.1:3202", "198.51.100.9", true),
            ],
            NatKind::Changing,
        );
    }
}
