//! Making a connection: by dialling, or by taking one in.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Connection, Endpoint, Incoming};
use tokio::time::timeout;

use crate::frame;
use crate::identity::{ClaimedId, Identity, PeerId};
use crate::line::{Fresh, close, code};
use crate::pair::Door;
use crate::tls::{self, Verdict};
use crate::{LinkSettings, StrangerFault};

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLine {
    /// The address can't be found, or nobody answers, or the other closed it before saying hello.
    NoAnswer,
    /// Whoever is there is no peer.
    Stranger(SocketAddr, StrangerFault),
}

/// Dials a peer at `host:port`. It is up when the acceptor has said hello, which it does only to its peers.
pub(crate) async fn dial(
    endpoint: &Endpoint,
    identity: &Identity,
    keys: &BTreeSet<ClaimedId>,
    address: &str,
    settings: &LinkSettings,
) -> Result<Fresh, NoLine> {
    let dialling = async {
        // Looked up before every dial: addresses of consumer lines change.
        let found: Vec<SocketAddr> = tokio::net::lookup_host(address)
            .await
            .map_err(|_| NoLine::NoAnswer)?
            .collect();
        let v6 = endpoint.local_addr().is_ok_and(|local| local.is_ipv6());
        let address = found
            .iter()
            .find(|one| v6 || one.is_ipv4())
            .copied()
            .ok_or(NoLine::NoAnswer)?;
        let (config, verdict) =
            tls::client(identity, keys.clone(), settings).map_err(|_| NoLine::NoAnswer)?;
        let connecting = endpoint
            .connect_with(config, address, tls::NAME)
            .map_err(|_| NoLine::NoAnswer)?;
        let connection = connecting
            .await
            .map_err(|_| judged(address, &verdict, NoLine::NoAnswer))?;
        let (mut sending, mut receiving) =
            connection.accept_bi().await.map_err(|_| NoLine::NoAnswer)?;
        let greeted = frame::read_preface(&mut receiving).await;
        if greeted.is_err() || frame::write_preface(&mut sending).await.is_err() {
            close(&connection, code::FAULT);
            return Err(NoLine::NoAnswer);
        }
        let peer = peer(&connection).ok_or(NoLine::NoAnswer)?;
        Ok(Fresh {
            peer,
            address,
            dialled_here: true,
            connection,
            sending,
            receiving,
        })
    };
    timeout(settings.dial_timeout, dialling)
        .await
        .unwrap_or(Err(NoLine::NoAnswer))
}

/// Takes in a connection, if it comes from one of `keys`. Somebody who wants to pair is led to the `door`.
pub(crate) async fn accept(
    incoming: Incoming,
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    door: Option<Door>,
    settings: &LinkSettings,
) -> Result<Fresh, NoLine> {
    let address = incoming.remote_address();
    let accepting = async {
        let knock = door.as_ref().map(Door::knock);
        let (config, verdict) =
            tls::server(identity, keys, knock, settings).map_err(|_| NoLine::NoAnswer)?;
        let stranger = NoLine::Stranger(address, StrangerFault::Handshake);
        let connecting = incoming
            .accept_with(Arc::new(config))
            .map_err(|_| stranger)?;
        let connection = connecting
            .await
            .map_err(|_| judged(address, &verdict, stranger))?;
        let peer = peer(&connection).ok_or(stranger)?;
        if let Some(door) = door.filter(Door::is_knocked_at) {
            door.admit(connection, peer);
            return Err(NoLine::NoAnswer);
        }
        let (mut sending, mut receiving) =
            connection.open_bi().await.map_err(|_| NoLine::NoAnswer)?;
        frame::write_preface(&mut sending)
            .await
            .map_err(|_| NoLine::NoAnswer)?;
        if frame::read_preface(&mut receiving).await.is_err() {
            close(&connection, code::FAULT);
            return Err(NoLine::NoAnswer);
        }
        Ok(Fresh {
            peer,
            address,
            dialled_here: false,
            connection,
            sending,
            receiving,
        })
    };
    timeout(settings.dial_timeout, accepting)
        .await
        .unwrap_or(Err(NoLine::NoAnswer))
}

fn judged(address: SocketAddr, verdict: &Verdict, otherwise: NoLine) -> NoLine {
    verdict
        .fault()
        .map_or(otherwise, |fault| NoLine::Stranger(address, fault))
}

/// The holder of the certificate that the handshake verified.
fn peer(connection: &Connection) -> Option<PeerId> {
    let identity = connection.peer_identity()?;
    let chain = identity
        .downcast::<Vec<rustls::pki_types::CertificateDer<'static>>>()
        .ok()?;
    PeerId::of_verified(chain.first()?).ok()
}
