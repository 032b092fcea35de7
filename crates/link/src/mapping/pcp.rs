//! PCP (RFC 6887), or NAT-PMP (RFC 6886) where the router says that it is older.

use std::net::IpAddr;
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::{
    InternetProtocol, MappingFailure, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp, pcp,
};

use super::{Grant, LIFETIME, Way};
use crate::nat::{MappingFault, MappingProtocol};

/// Four packets within three seconds.
const PATIENCE: TimeoutConfig = TimeoutConfig {
    initial_timeout: Duration::from_millis(250),
    max_retries: 3,
    max_retry_timeout: Some(Duration::from_secs(1)),
};

/// What a router has granted, and what it takes to ask for more time.
#[derive(Debug)]
pub(super) struct Lease(PortMapping);

impl Lease {
    /// Asks for a mapping of UDP `port`.
    pub(super) async fn ask(way: Way, port: NonZeroU16) -> Result<(Self, Grant), MappingFault> {
        let options = PortMappingOptions {
            external_port: Some(port),
            lifetime_seconds: Some(LIFETIME),
            timeout_config: Some(PATIENCE),
        };
        let (router, own) = (way.router.into(), way.own.into());
        let mapping = PortMapping::new(router, own, InternetProtocol::Udp, port, options)
            .await
            .map_err(|failure| fault(&failure))?;
        let grant = grant(&mapping).await;
        Ok((Self(mapping), grant))
    }

    /// Asks for as much time again.
    pub(super) async fn renew(&mut self) -> Result<Grant, MappingFault> {
        self.0.renew().await.map_err(|failure| fault(&failure))?;
        Ok(grant(&self.0).await)
    }

    /// Takes the request back.
    pub(super) async fn withdraw(self) {
        // Where nobody hears it, the promise runs out by itself.
        let _ = self.0.try_drop().await;
    }
}

async fn grant(mapping: &PortMapping) -> Grant {
    let router: IpAddr = mapping.gateway().into();
    let (by, address) = match mapping.mapping_type() {
        PortMappingType::Pcp { external_ip, .. } => {
            (MappingProtocol::Pcp, Some(external_ip.to_canonical()))
        }
        PortMappingType::NatPmp => {
            let address = natpmp::external_address(router.into(), Some(PATIENCE)).await;
            (MappingProtocol::NatPmp, address.ok().map(Into::into))
        }
    };
    Grant {
        by,
        port: mapping.external_port().get(),
        address,
        lifetime: Some(mapping.lifetime()),
    }
}

fn fault(failure: &MappingFailure) -> MappingFault {
    match failure {
        MappingFailure::NatPmp(natpmp::Failure::Socket(_) | natpmp::Failure::Timeout)
        | MappingFailure::Pcp(pcp::Failure::Socket(_) | pcp::Failure::Timeout) => {
            MappingFault::NoAnswer
        }
        MappingFailure::NatPmp(natpmp::Failure::InvalidResponse(_))
        | MappingFailure::Pcp(pcp::Failure::InvalidResponse(_) | pcp::Failure::Nonce) => {
            MappingFault::Unusable
        }
        MappingFailure::NatPmp(_) | MappingFailure::Pcp(_) => MappingFault::Refused,
    }
}
