//! UPnP IGD: the router is looked for (SSDP), says what it offers (a description in XML), and is asked (SOAP).
//!
//! All of it is outside data, in plain HTTP. Only the router of the default route is heard, wherever its answers point;
//! every answer is bounded in time ([`http::ANSWER_TIME`]) and size ([`http::ANSWER_LIMIT`]), and is read in one pass
//! that builds no tree.

mod description;
mod http;
mod search;
mod soap;
mod url;
mod xml;

use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::Duration;

use tokio::time::Instant;

use self::description::Service;
use self::soap::{CallFault, call};
use super::{Grant, LIFETIME, Way};
use crate::nat::{MappingFault, MappingProtocol};

/// How the mapping is called in the router's list. It names nobody.
const DESCRIPTION: &str = "kortisto";
/// How many ports of the router are tried, where others have taken them.
const PORTS: u16 = 5;
/// How far these are apart. The same ones each time: other premises know where they reached this one.
const PORT_STEP: u16 = 10_000;
/// After this long no further question is put to a router that answers slowly.
const PATIENCE: Duration = Duration::from_secs(10);

/// The router's list holds such a port for somebody else.
const CONFLICT: u16 = 718;
/// The router only knows mappings without an end.
const ONLY_PERMANENT: u16 = 725;
/// The port is taken by something that is no mapping.
const TAKEN: u16 = 729;

/// What a router has granted, and where to ask for more time.
#[derive(Debug)]
pub(super) struct Lease {
    service: Service,
    way: Way,
    port: NonZeroU16,
    external: u16,
    lifetime: Option<u32>,
}

impl Lease {
    /// Asks for a mapping of UDP `port`.
    pub(super) async fn ask(way: Way, port: NonZeroU16) -> Result<(Self, Grant), MappingFault> {
        let started = Instant::now();
        let mut offered = Vec::new();
        for service in search::find(way).await? {
            let address = external_address(&service).await;
            offered.push((address, service));
        }
        // A router may offer a service for each kind of line; the one that is online knows an address.
        offered.sort_by_key(|(address, _)| address.is_none());
        let mut fault = MappingFault::Unusable;
        for (address, service) in offered {
            let mut lease = Self {
                service,
                way,
                port,
                external: port.get(),
                lifetime: Some(LIFETIME),
            };
            match lease.settle(started).await {
                Ok(()) => {
                    let grant = lease.grant(address);
                    return Ok((lease, grant));
                }
                Err(refusal) => fault = fault.max(refusal),
            }
        }
        Err(fault)
    }

    /// Asks for as much time again.
    pub(super) async fn renew(&mut self) -> Result<Grant, MappingFault> {
        match self.add().await {
            // Some routers take the renewal for somebody else's wish.
            Err(CallFault::Code(CONFLICT)) => {
                self.delete().await?;
                self.add().await?;
            }
            other => other?,
        }
        Ok(self.grant(external_address(&self.service).await))
    }

    /// Takes the request back.
    pub(super) async fn withdraw(self) {
        // What isn't heard runs out by itself, where it has an end.
        let _ = self.delete().await;
    }

    /// Finds a port and a time that the router grants.
    async fn settle(&mut self, started: Instant) -> Result<(), MappingFault> {
        let mut ports = (0..PORTS).filter_map(|at| self.port.get().checked_add(at * PORT_STEP));
        let mut next = ports.next();
        while let Some(external) = next
            && started.elapsed() < PATIENCE
        {
            self.external = external;
            match self.add().await {
                Ok(()) => return Ok(()),
                Err(CallFault::Code(ONLY_PERMANENT)) if self.lifetime.is_some() => {
                    self.lifetime = None;
                }
                Err(CallFault::Code(CONFLICT | TAKEN)) => next = ports.next(),
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(MappingFault::Refused)
    }

    fn grant(&self, address: Option<IpAddr>) -> Grant {
        Grant {
            by: MappingProtocol::Upnp,
            port: self.external,
            address,
            lifetime: self.lifetime,
        }
    }

    async fn add(&self) -> Result<(), CallFault> {
        let arguments = [
            ("NewRemoteHost", String::new()),
            ("NewExternalPort", self.external.to_string()),
            ("NewProtocol", "UDP".to_owned()),
            ("NewInternalPort", self.port.to_string()),
            ("NewInternalClient", self.way.own.to_string()),
            ("NewEnabled", "1".to_owned()),
            ("NewPortMappingDescription", DESCRIPTION.to_owned()),
            ("NewLeaseDuration", self.lifetime.unwrap_or(0).to_string()),
        ];
        call(&self.service, "AddPortMapping", &arguments).await?;
        Ok(())
    }

    async fn delete(&self) -> Result<(), CallFault> {
        let arguments = [
            ("NewRemoteHost", String::new()),
            ("NewExternalPort", self.external.to_string()),
            ("NewProtocol", "UDP".to_owned()),
        ];
        call(&self.service, "DeletePortMapping", &arguments).await?;
        Ok(())
    }
}

/// The router's outer address; `None` when it has none or doesn't say.
async fn external_address(service: &Service) -> Option<IpAddr> {
    let answers = call(service, "GetExternalIPAddress", &[]).await.ok()?;
    let (_, address) = answers
        .into_iter()
        .find(|(name, _)| name == "NewExternalIPAddress")?;
    let address: IpAddr = address.parse().ok()?;
    Some(address).filter(|address| !address.is_unspecified())
}
