//! Has the router forward this node's port, for as long as the node runs: asked by PCP, by NAT-PMP where that is older,
//! and by UPnP IGD, which is all that most routers in homes speak.
//!
//! A line doesn't need it where a router keeps ports; it helps where one doesn't, and where both only listen.

mod pcp;
mod upnp;
mod way;

use std::net::IpAddr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::nat::{Mapping, MappingFault, MappingProtocol};
use crate::{LinkSettings, Shared};
use way::Way;

/// For how long the router is asked to forward, seconds: a node that dies leaves no longer trace.
const LIFETIME: u32 = 3_600;
/// After this long a router that doesn't forward is asked again: it may have been set up otherwise.
const AGAIN: Duration = Duration::from_secs(600);
/// Shorter promises than twice this are not kept up with.
const RENEW_AT_MOST_EVERY: Duration = Duration::from_secs(30);
/// However long a router promises, it forgets everything when it is restarted.
const RENEW_AT_LEAST_EVERY: Duration = Duration::from_secs(LIFETIME as u64 / 2);
/// How often it is looked whether the router is another one.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long what is being asked may still be answered when the node stops.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// What a router has promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Grant {
    by: MappingProtocol,
    /// The port at the router's outer side.
    port: u16,
    /// The router's outer address, where it says.
    address: Option<IpAddr>,
    /// Seconds; `None` when there is no end.
    lifetime: Option<u32>,
}

impl Grant {
    fn shown(&self, now: i64) -> Mapping {
        Mapping::Forwarded {
            by: self.by,
            port: self.port,
            // A router that is not online says so.
            address: self.address.filter(|address| !address.is_unspecified()),
            until: self.lifetime.map(|seconds| now + i64::from(seconds)),
        }
    }

    /// After how long it is asked for again.
    fn renewed_after(&self) -> Duration {
        let half = self
            .lifetime
            .map(|seconds| Duration::from_secs(u64::from(seconds)) / 2);
        let half = half.unwrap_or(RENEW_AT_LEAST_EVERY);
        half.clamp(RENEW_AT_MOST_EVERY, RENEW_AT_LEAST_EVERY)
    }
}

/// What is held at a router.
struct Held {
    way: Way,
    lease: Lease,
}

enum Lease {
    Pcp(pcp::Lease),
    Upnp(upnp::Lease),
}

impl Lease {
    async fn renew(&mut self) -> Result<Grant, MappingFault> {
        match self {
            Self::Pcp(lease) => lease.renew().await,
            Self::Upnp(lease) => lease.renew().await,
        }
    }

    async fn withdraw(self) {
        match self {
            Self::Pcp(lease) => lease.withdraw().await,
            Self::Upnp(lease) => lease.withdraw().await,
        }
    }
}

/// Keeps `port` forwarded until `stop` is told or dropped, then takes the request back.
pub(crate) async fn keep(
    port: u16,
    shared: Arc<Shared>,
    settings: LinkSettings,
    mut stop: oneshot::Receiver<()>,
) {
    shared.standings.set_mapping(Mapping::Asking);
    let mut held = None;
    loop {
        let way = Way::out();
        let asking = ask(port, way, &mut held);
        tokio::pin!(asking);
        let asked = tokio::select! {
            asked = &mut asking => asked,
            _ = &mut stop => {
                // What is granted to a node that no longer waits for it would stay.
                let _ = timeout(LAST_ANSWER, asking).await;
                break;
            }
        };
        let pause = match asked {
            Ok(grant) => {
                tracing::debug!(?grant, "the router forwards the port");
                shared.standings.set_mapping(grant.shown(settings.now()));
                grant.renewed_after()
            }
            Err(fault) => {
                tracing::debug!(%fault, "the router does not forward the port");
                shared.standings.set_mapping(Mapping::Failed(fault));
                AGAIN
            }
        };
        tokio::select! {
            _ = &mut stop => break,
            () = sleep(pause) => {}
            () = another(way) => {}
        }
    }
    if let Some(Held { lease, .. }) = held {
        lease.withdraw().await;
    }
}

/// Completes when the way out is no longer this one.
async fn another(way: Option<Way>) {
    loop {
        sleep(LOOK_EVERY).await;
        if Way::out() != way {
            return;
        }
    }
}

/// Asks for a mapping, or for more time for the one that is held. What is not renewed stays held until another takes
/// its place: it may stand all the same, and is taken back in the end.
async fn ask(port: u16, way: Option<Way>, held: &mut Option<Held>) -> Result<Grant, MappingFault> {
    let way = way.ok_or(MappingFault::NoRouter)?;
    if let Some(held) = held.as_mut().filter(|held| held.way == way)
        && let Ok(grant) = held.lease.renew().await
    {
        return Ok(grant);
    }
    if let Some(old) = held.take_if(|held| held.way != way)
        && old.way.router == way.router
    {
        // It leads to where this machine no longer is, and may keep its port from being asked for.
        old.lease.withdraw().await;
    }
    let port = NonZeroU16::new(port).ok_or(MappingFault::NoRouter)?;
    let (lease, grant) = match pcp::Lease::ask(way, port).await {
        Ok((lease, grant)) => (Lease::Pcp(lease), grant),
        Err(first) => match upnp::Lease::ask(way, port).await {
            Ok((lease, grant)) => (Lease::Upnp(lease), grant),
            Err(second) => return Err(first.max(second)),
        },
    };
    *held = Some(Held { way, lease });
    Ok(grant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_asked_again_in_time_whatever_the_router_promises() {
        let check = |lifetime: Option<u32>, seconds: u64| {
            let grant = Grant {
                by: MappingProtocol::Upnp,
                port: 7440,
                address: None,
                lifetime,
            };
            let expected = Duration::from_secs(seconds);
            assert_eq!(grant.renewed_after(), expected, "{lifetime:?}");
        };
        check(Some(3_600), 1_800);
        check(Some(600), 300);
        check(Some(0), 30);
        check(Some(u32::MAX), 1_800);
        check(None, 1_800);
    }

    #[test]
    fn a_router_that_is_not_online_says_no_address() {
        let grant = Grant {
            by: MappingProtocol::NatPmp,
            port: 7440,
            address: Some(IpAddr::from([0, 0, 0, 0])),
            lifetime: Some(60),
        };
        let shown = Mapping::Forwarded {
            by: MappingProtocol::NatPmp,
            port: 7440,
            address: None,
            until: Some(160),
        };
        assert_eq!(grant.shown(100), shown);
    }
}
