//! Asks the router to forward this node's port, for as long as the node runs (PCP, or NAT-PMP where that is older).
//!
//! A line doesn't need it where a router keeps ports; it helps where one doesn't, and where both only listen.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use crab_nat::{
    InternetProtocol, MappingFailure, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp, pcp,
};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::nat::{Mapping, MappingFault, MappingProtocol, own_ip};
use crate::{LinkSettings, Shared};

/// For how long the router is asked to forward, seconds: a node that dies leaves no longer trace.
const LIFETIME: u32 = 3_600;
/// After this long a router that doesn't forward is asked again: it may be another one by then.
const AGAIN: Duration = Duration::from_secs(600);
/// Shorter promises than twice this are not kept up with.
const RENEW_AT_MOST_EVERY: Duration = Duration::from_secs(30);
/// Four packets within three seconds.
const PATIENCE: TimeoutConfig = TimeoutConfig {
    initial_timeout: Duration::from_millis(250),
    max_retries: 3,
    max_retry_timeout: Some(Duration::from_secs(1)),
};

/// Keeps `port` forwarded until `stop` is told or dropped, then takes the request back.
pub(crate) async fn keep(
    port: u16,
    shared: Arc<Shared>,
    settings: LinkSettings,
    mut stop: oneshot::Receiver<()>,
) {
    shared.standings.set_mapping(Mapping::Asking);
    let mut held: Option<PortMapping> = None;
    loop {
        let asked = tokio::select! {
            asked = ask(port, held.take()) => asked,
            _ = &mut stop => return,
        };
        let pause = match asked {
            Ok((mapping, address)) => {
                shared.standings.set_mapping(Mapping::Forwarded {
                    by: MappingProtocol::Pcp,
                    port: mapping.external_port().get(),
                    address,
                    until: settings.now() + i64::from(mapping.lifetime()),
                });
                let half = Duration::from_secs(u64::from(mapping.lifetime())) / 2;
                held = Some(mapping);
                half.max(RENEW_AT_MOST_EVERY)
            }
            Err(fault) => {
                shared.standings.set_mapping(Mapping::Failed(fault));
                AGAIN
            }
        };
        if timeout(pause, &mut stop).await.is_ok() {
            break;
        }
    }
    if let Some(mapping) = held {
        // Where nobody hears it, the promise runs out by itself.
        let _ = mapping.try_drop().await;
    }
}

/// Asks for a mapping, or for more time for the one that is held. Also says which address it is at.
async fn ask(
    port: u16,
    held: Option<PortMapping>,
) -> Result<(PortMapping, Option<IpAddr>), MappingFault> {
    let router = router().ok_or(MappingFault::NoRouter)?;
    let own = own_ip(SocketAddr::new(router.into(), 9)).ok_or(MappingFault::NoRouter)?;
    let port = NonZeroU16::new(port).ok_or(MappingFault::NoRouter)?;
    let renewed = match held {
        Some(mut mapping) if mapping.gateway() == router.into() => {
            mapping.renew().await.is_ok().then_some(mapping)
        }
        _ => None,
    };
    let mapping = if let Some(mapping) = renewed {
        mapping
    } else {
        let options = PortMappingOptions {
            external_port: Some(port),
            lifetime_seconds: Some(LIFETIME),
            timeout_config: Some(PATIENCE),
        };
        PortMapping::new(router.into(), own, InternetProtocol::Udp, port, options)
            .await
            .map_err(|failure| fault(&failure))?
    };
    let address = match mapping.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => Some(external_ip.to_canonical()),
        PortMappingType::NatPmp => natpmp::external_address(router.into(), Some(PATIENCE))
            .await
            .ok()
            .map(Into::into),
    };
    Ok((mapping, address))
}

fn fault(failure: &MappingFailure) -> MappingFault {
    match failure {
        MappingFailure::NatPmp(natpmp::Failure::Socket(_) | natpmp::Failure::Timeout)
        | MappingFailure::Pcp(pcp::Failure::Socket(_) | pcp::Failure::Timeout) => {
            MappingFault::NoAnswer
        }
        MappingFailure::NatPmp(_) | MappingFailure::Pcp(_) => MappingFault::Refused,
    }
}

/// The machine's way out over IPv4. The table is that of the network in which this thread is.
fn router() -> Option<Ipv4Addr> {
    default_route(&std::fs::read_to_string("/proc/thread-self/net/route").ok()?)
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
