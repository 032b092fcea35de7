//! Making a connection: by dialling, or by taking one in.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use quinn::{Connection, ConnectionError, Endpoint, Incoming, VarInt};
use tokio::time::timeout;

use crate::frame;
use crate::identity::{ClaimedId, Identity, PeerId, valid_until};
use crate::line::{Fresh, close, code};
use crate::standing::DialFault;
use crate::tls::{self, Verdict};
use crate::{LinkSettings, StrangerFault};

/// The codes with which QUIC closes for a TLS alert (RFC 9001, 4.8).
const TLS_ALERTS: core::ops::Range<u64> = 0x100..0x200;

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoLine {
    /// Nobody to speak of is there.
    Failed(DialFault),
    /// Whoever is there is no peer.
    Stranger(SocketAddr, StrangerFault),
}

impl NoLine {
    pub(crate) const NO_ANSWER: Self = Self::Failed(DialFault::NoAnswer);

    pub(crate) const fn fault(self) -> DialFault {
        match self {
            Self::Failed(fault) => fault,
            Self::Stranger(_, fault) => DialFault::Stranger(fault),
        }
    }
}

/// Dials a peer. It is up when the acceptor has said hello, which it does only to its peers.
///
/// Of several dials of one peer side by side only the first to claim `answered` goes on: to the acceptor each that does
/// replaces the one before.
pub(crate) async fn dial(
    endpoint: &Endpoint,
    identity: &Identity,
    keys: &BTreeSet<ClaimedId>,
    address: SocketAddr,
    answered: &AtomicBool,
    settings: &LinkSettings,
) -> Result<Fresh, NoLine> {
    let failed = |error: &ConnectionError| NoLine::Failed(fault(error));
    let dialling = async {
        let (config, verdict) =
            tls::client(identity, keys.clone(), settings).map_err(|_| NoLine::NO_ANSWER)?;
        let connecting = endpoint
            .connect_with(config, address, tls::NAME)
            .map_err(|_| NoLine::Failed(DialFault::NoWay))?;
        let connection = connecting
            .await
            .map_err(|error| judged(address, &verdict, failed(&error)))?;
        let (mut sending, mut receiving) = connection
            .accept_bi()
            .await
            .map_err(|error| failed(&error))?;
        if frame::read_preface(&mut receiving).await.is_err() {
            close(&connection, code::FAULT);
            return Err(NoLine::Failed(DialFault::Protocol));
        }
        if answered.swap(true, Ordering::Relaxed) {
            close(&connection, code::DOUBLE);
            return Err(NoLine::NO_ANSWER);
        }
        if frame::write_preface(&mut sending).await.is_err() {
            close(&connection, code::FAULT);
            return Err(NoLine::Failed(DialFault::Closed));
        }
        let (peer, certificate_until) = peer(&connection).ok_or(NoLine::NO_ANSWER)?;
        Ok(Fresh {
            peer,
            certificate_until,
            address,
            dialled_here: true,
            connection,
            sending,
            receiving,
        })
    };
    timeout(settings.dial_timeout, dialling)
        .await
        .unwrap_or(Err(NoLine::NO_ANSWER))
}

/// Takes in a connection, if it comes from one of `keys`.
pub(crate) async fn accept(
    incoming: Incoming,
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    settings: &LinkSettings,
) -> Result<Fresh, NoLine> {
    let address = incoming.remote_address();
    let accepting = async {
        let (config, verdict) =
            tls::server(identity, keys, settings).map_err(|_| NoLine::NO_ANSWER)?;
        let stranger = NoLine::Stranger(address, StrangerFault::Handshake);
        let connecting = incoming
            .accept_with(Arc::new(config))
            .map_err(|_| stranger)?;
        let connection = connecting
            .await
            .map_err(|_| judged(address, &verdict, stranger))?;
        let (peer, certificate_until) = peer(&connection).ok_or(stranger)?;
        let (mut sending, mut receiving) =
            connection.open_bi().await.map_err(|_| NoLine::NO_ANSWER)?;
        frame::write_preface(&mut sending)
            .await
            .map_err(|_| NoLine::NO_ANSWER)?;
        if frame::read_preface(&mut receiving).await.is_err() {
            close(&connection, code::FAULT);
            return Err(NoLine::NO_ANSWER);
        }
        Ok(Fresh {
            peer,
            certificate_until,
            address,
            dialled_here: false,
            connection,
            sending,
            receiving,
        })
    };
    timeout(settings.dial_timeout, accepting)
        .await
        .unwrap_or(Err(NoLine::NO_ANSWER))
}

fn judged(address: SocketAddr, verdict: &Verdict, otherwise: NoLine) -> NoLine {
    verdict
        .fault()
        .map_or(otherwise, |fault| NoLine::Stranger(address, fault))
}

/// What the end of a connection that never was a line says of whoever is there.
fn fault(error: &ConnectionError) -> DialFault {
    match error {
        ConnectionError::ConnectionClosed(close)
            if TLS_ALERTS.contains(&u64::from(close.error_code)) =>
        {
            DialFault::Refused
        }
        ConnectionError::ApplicationClosed(close)
            if close.error_code == VarInt::from_u32(code::REMOVED) =>
        {
            DialFault::Refused
        }
        ConnectionError::ConnectionClosed(_) | ConnectionError::ApplicationClosed(_) => {
            DialFault::Closed
        }
        ConnectionError::TransportError(_) | ConnectionError::VersionMismatch => {
            DialFault::Protocol
        }
        ConnectionError::TimedOut
        | ConnectionError::Reset
        | ConnectionError::LocallyClosed
        | ConnectionError::CidsExhausted => DialFault::NoAnswer,
    }
}

/// The holder of the certificate that the handshake verified, and until when it is valid.
fn peer(connection: &Connection) -> Option<(PeerId, i64)> {
    let identity = connection.peer_identity()?;
    let chain = identity
        .downcast::<Vec<rustls::pki_types::CertificateDer<'static>>>()
        .ok()?;
    let certificate = chain.first()?;
    Some((
        PeerId::of_verified(certificate).ok()?,
        valid_until(certificate).ok()?,
    ))
}
