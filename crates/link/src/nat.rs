//! What the router in front of this node does to its port, judged by what peers saw.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

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
    /// The router forwards a port of its own to this node. It is asked again before that ends.
    Forwarded {
        /// In which way it was asked.
        by: MappingProtocol,
        /// The port at the router's outer side.
        port: u16,
        /// The router's outer address, where it says.
        address: Option<IpAddr>,
        /// Until when, seconds since 1970; `None` where the router knows no end.
        until: Option<i64>,
    },
    /// The router was asked and doesn't. It is asked again later.
    Failed(MappingFault),
}

impl Mapping {
    /// Where the port is reached from the internet, as far as the router knows.
    #[must_use]
    pub fn outside(&self) -> Option<SocketAddr> {
        match self {
            Self::Forwarded {
                port,
                address: Some(ip),
                ..
            } if is_public(*ip) => Some(SocketAddr::new(*ip, *port)),
            Self::Forwarded { .. } | Self::Off | Self::Asking | Self::Failed(_) => None,
        }
    }

    /// Whether the router forwards and has no address of the internet itself: another router stands behind it, at the
    /// provider or in the house, and lets nobody in.
    #[must_use]
    pub const fn is_behind_another(&self) -> bool {
        matches!(self, Self::Forwarded { address: Some(ip), .. } if !is_public(*ip))
    }
}

/// How a router is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MappingProtocol {
    /// PCP (RFC 6887).
    Pcp,
    /// NAT-PMP (RFC 6886).
    NatPmp,
    /// UPnP IGD.
    Upnp,
}

/// Why no router forwards. Of several ways to ask, the most telling answer, which is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum MappingFault {
    /// No router is known: the machine has no default route over IPv4.
    #[error("there is no router")]
    NoRouter,
    /// The router answers in no way.
    #[error("the router takes no requests")]
    NoAnswer,
    /// What the router answers can't be used: no IGD, no XML, too long.
    #[error("the router's answers can't be used")]
    Unusable,
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

/// The address from which this machine's packets to `there` go. Nothing is sent.
pub(crate) fn own_ip(there: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = match there {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(there).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Whether an address is in the own network, with no router's translation on the way.
pub(crate) const fn is_near(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Whether an address is one of the internet, where others find it. Those set apart for documentation count as such:
/// no router has one, and tests do.
pub(crate) const fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let special = match (a, b, c) {
                (0 | 240..=255, _, _)
                // Routers of providers that share addresses among customers.
                | (100, 64..=127, _)
                | (192, 0, 0)
                | (198, 18 | 19, _) => true,
                _ => false,
            };
            !special && !is_near(IpAddr::V4(ip)) && !ip.is_multicast()
        }
        IpAddr::V6(ip) => !is_near(IpAddr::V6(ip)) && !ip.is_multicast() && !ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_router_with_an_address_that_others_cannot_reach_stands_behind_another() {
        let forwarded = |address: Option<&str>| Mapping::Forwarded {
            by: MappingProtocol::Upnp,
            port: 17_440,
            address: address.map(|ip| ip.parse().unwrap()),
            until: None,
        };
        let shown = |mapping: Mapping| mapping.outside().map(|at| at.to_string());
        for public in [
            "203.0.113.1",
            "8.0.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "198.20.0.1",
        ] {
            let mapping = forwarded(Some(public));
            assert_eq!(shown(mapping), Some(format!("{public}:17440")));
            assert!(!mapping.is_behind_another());
        }
        for private in [
            "192.168.1.1",
            "10.0.0.1",
            "172.16.0.1",
            "100.64.0.1",
            "100.127.255.1",
            "169.254.1.1",
            "127.0.0.1",
            "192.0.0.2",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "0.0.0.0",
            "fd00::1",
            "fe80::1",
            "::",
        ] {
            let mapping = forwarded(Some(private));
            assert_eq!(shown(mapping), None, "{private}");
            assert!(mapping.is_behind_another(), "{private}");
        }
        for mapping in [forwarded(None), Mapping::Off, Mapping::Asking] {
            assert_eq!(shown(mapping), None);
            assert!(!mapping.is_behind_another());
        }
    }

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
