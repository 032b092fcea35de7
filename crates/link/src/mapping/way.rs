//! The way out of this machine: its router, and its own address there. The router of the default route is the only
//! one that is asked or believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::nat::own_ip;

/// Where packets to the internet go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// The router.
    pub(super) router: Ipv4Addr,
    /// This machine's address in the router's network.
    pub(super) own: Ipv4Addr,
}

impl Way {
    /// The machine's way out over IPv4. The table is that of the network in which this thread is.
    pub(super) fn out() -> Option<Self> {
        let router = default_route(&std::fs::read_to_string("/proc/thread-self/net/route").ok()?)?;
        match own_ip(SocketAddr::new(router.into(), 9))? {
            IpAddr::V4(own) => Some(Self { router, own }),
            IpAddr::V6(_) => None,
        }
    }
}

/// The router of the first default route in a table as the kernel shows it: interface, destination, router, and so on,
/// addresses in hexadecimal as they lie in memory.
fn default_route(table: &str) -> Option<Ipv4Addr> {
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let (destination, router) = (fields.next()?, fields.next()?);
        let router = u32::from_str_radix(router, 16).ok()?;
        (destination == "00000000" && router != 0).then(|| Ipv4Addr::from(router.to_ne_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn the_router_is_read_from_the_table_of_routes() {
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n";
        let near = "eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n";
        let out = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n";
        let router = default_route(&format!("{head}{near}{out}"));
        assert_eq!(router, Some(Ipv4Addr::new(192, 168, 1, 1)));
        assert_eq!(default_route(&format!("{head}{near}")), None);
        assert_eq!(default_route("nonsense\nmore of it"), None);
    }
}
