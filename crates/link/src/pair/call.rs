//! The guest's way to whoever invites: every address at once, and the first that answers with the right key.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Connection, ConnectionError, Endpoint, VarInt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::invitation::Invitation;
use super::meeting::Meeting;
use super::proof::{Bond, Role};
use super::{GREETING_TIME, Host, Inner, Order, PairFault, word};
use crate::line::{close, code};
use crate::{StrangerFault, tls};

/// Alerts of TLS (RFC 8446, section 6), as QUIC passes them on (RFC 9001, section 4.8).
const NO_PROTOCOL: u8 = 120;
const CERTIFICATE_EXPIRED: u8 = 45;

/// Reaches the inviter and shows the proof.
pub(super) async fn call(
    inner: &Arc<Inner>,
    endpoint: &Endpoint,
    invitation: &Invitation,
    host: Arc<dyn Host>,
    round: u64,
    mut ordered: mpsc::Receiver<Order>,
) -> Result<Meeting, PairFault> {
    let (key, here) = (invitation.key, inner.identity().peer_id().claimed());
    let until = Instant::now() + inner.settings.invitation;
    let reaching = async {
        let (connection, reached) = reach(inner, endpoint, invitation).await?;
        let bond = Bond::new(&invitation.secret, &connection, key, here).ok_or(PairFault::Lost)?;
        let (mut sending, mut receiving) =
            connection.open_bi().await.map_err(|_| PairFault::Lost)?;
        word::greet(&mut sending, &bond.proof(Role::Guest)).await?;
        let answer = timeout(GREETING_TIME, word::answered(&mut receiving)).await;
        let Some(answer) = answer.ok().flatten() else {
            return Err(shut(inner, &connection, invitation));
        };
        if !bond.is_proof(Role::Host, &answer) {
            close(&connection, code::FAULT);
            return Err(PairFault::Spent);
        }
        Ok((bond.phrase(), reached, connection, sending, receiving))
    };
    let (phrase, reached, connection, sending, receiving) = tokio::select! {
        reached = reaching => reached?,
        // The only order before there is something to compare; a sender that is gone means the same.
        _ = ordered.recv() => return Err(PairFault::Cancelled),
    };
    Ok(Meeting {
        round,
        sending,
        receiving,
        phrase,
        key,
        reached,
        connection,
        host,
        ordered,
        until,
    })
}

/// A connection to the inviter, and the address at which it was found.
async fn reach(
    inner: &Arc<Inner>,
    endpoint: &Endpoint,
    invitation: &Invitation,
) -> Result<(Connection, String), PairFault> {
    let mut dials = JoinSet::new();
    for address in &invitation.addresses {
        let (inner, endpoint) = (Arc::clone(inner), endpoint.clone());
        let (invitation, address) = (invitation.clone(), address.clone());
        dials.spawn(async move {
            let dialling = dial(&inner, &endpoint, &invitation, &address);
            let dialled = timeout(inner.settings.dial_timeout, dialling).await;
            dialled
                .unwrap_or(Err(PairFault::Unreachable))
                .map(|connection| (connection, address))
        });
    }
    let mut fault = PairFault::Unreachable;
    while let Some(dialled) = dials.join_next().await {
        match dialled {
            Ok(Ok(reached)) => return Ok(reached),
            // Whoever answers tells more than silence.
            Ok(Err(PairFault::Unreachable)) | Err(_) => {}
            Ok(Err(other)) => fault = other,
        }
    }
    Err(fault)
}

async fn dial(
    inner: &Inner,
    endpoint: &Endpoint,
    invitation: &Invitation,
    address: &str,
) -> Result<Connection, PairFault> {
    let found = tokio::net::lookup_host(address).await;
    let v6 = endpoint.local_addr().is_ok_and(|local| local.is_ipv6());
    let found: Option<SocketAddr> = found
        .map_err(|_| PairFault::Unreachable)?
        .find(|one| v6 || one.is_ipv4());
    let address = found.ok_or(PairFault::Unreachable)?;
    let keys = BTreeSet::from([invitation.key]);
    let (config, verdict) =
        tls::guest(&inner.identity(), keys, &inner.settings).map_err(|_| PairFault::Clock)?;
    let connecting = endpoint
        .connect_with(config, address, tls::NAME)
        .map_err(|_| PairFault::Unreachable)?;
    connecting.await.map_err(|error| match verdict.fault() {
        Some(StrangerFault::UnknownKey(_)) => PairFault::OtherNode,
        Some(StrangerFault::Expired(_)) => PairFault::Clock,
        _ if is_alert(&error, NO_PROTOCOL) => over(inner, invitation),
        _ => PairFault::Unreachable,
    })
}

/// Why an inviter who was reached does not want us.
fn shut(inner: &Inner, connection: &Connection, invitation: &Invitation) -> PairFault {
    match connection.close_reason() {
        Some(ConnectionError::ApplicationClosed(closed))
            if closed.error_code == VarInt::from_u32(code::REMOVED) =>
        {
            over(inner, invitation)
        }
        Some(error) if is_alert(&error, CERTIFICATE_EXPIRED) => PairFault::Clock,
        _ => PairFault::Lost,
    }
}

/// The inviter knows of no such invitation any more: by this node's clock it is late, or it went otherwise.
fn over(inner: &Inner, invitation: &Invitation) -> PairFault {
    if (inner.settings.clock)() >= invitation.expires() {
        PairFault::Late
    } else {
        PairFault::Spent
    }
}

fn is_alert(error: &ConnectionError, alert: u8) -> bool {
    let code = match error {
        ConnectionError::ConnectionClosed(closed) => closed.error_code,
        ConnectionError::TransportError(error) => error.code,
        _ => return false,
    };
    code == quinn::TransportErrorCode::crypto(alert)
}
