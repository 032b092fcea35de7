//! What the link knows of the router, as the console shows it.

use console::line::{Forwarding, NotForwarding, Outside, Ports, Protocol, Router};
use link::{Link, Mapping, MappingFault, MappingProtocol, NatKind};

/// The router in front of the node.
pub(super) fn of(link: &Link) -> Router {
    let standing = link.router();
    Router {
        listens: link.local_addr().port(),
        ports: match standing.nat {
            NatKind::Unknown => Ports::Unknown,
            NatKind::Open => Ports::Open,
            NatKind::PortPreserving => Ports::Kept,
            NatKind::Changing => Ports::Changing,
        },
        forwarding: forwarding(standing.mapping),
        seen: standing.seen,
    }
}

fn forwarding(mapping: Mapping) -> Forwarding {
    match mapping {
        Mapping::Off => Forwarding::Off,
        Mapping::Asking => Forwarding::Asking,
        Mapping::Forwarded {
            by, port, address, ..
        } => Forwarding::On {
            by: match by {
                MappingProtocol::Pcp => Protocol::Pcp,
                MappingProtocol::NatPmp => Protocol::NatPmp,
                MappingProtocol::Upnp => Protocol::Upnp,
            },
            port,
            at: match address {
                Some(ip) if mapping.is_behind_another() => Outside::Private(ip),
                Some(ip) => Outside::Public(ip),
                None => Outside::Unknown,
            },
        },
        Mapping::Failed(fault) => Forwarding::Not(match fault {
            MappingFault::NoRouter => NotForwarding::NoRouter,
            MappingFault::NoAnswer => NotForwarding::NoAnswer,
            MappingFault::Unusable => NotForwarding::Unusable,
            MappingFault::Refused => NotForwarding::Refused,
        }),
    }
}
