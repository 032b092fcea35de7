//! TLS 1.3 with pinned keys: who may connect, and the settings of the connection.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quinn::crypto::rustls::{HandshakeData, QuicClientConfig, QuicServerConfig};
use quinn::{ClientConfig, Endpoint, EndpointConfig, ServerConfig, TransportConfig};
use quinn_proto::HashedConnectionIdGenerator;
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::identity::{ClaimedId, Identity, IdentityError, key_of, valid_at};
use crate::{LinkError, LinkSettings, StrangerFault};

/// What both sides must speak.
const ALPN: &[u8] = b"kortisto/1";
/// What two speak that are not paired yet ([`crate::pair`]).
const PAIR_ALPN: &[u8] = b"kortisto-pair/1";
/// Certificates carry no names; TLS wants one all the same.
pub(crate) const NAME: &str = "kortisto";

/// Connections of others that wait to be looked at; a flood beyond that is not remembered.
const INCOMING: usize = 256;

/// What one handshake's verifier thought of the other's certificate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict(Arc<Mutex<Option<StrangerFault>>>);

impl Verdict {
    fn set(&self, fault: StrangerFault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// Why the other is a stranger; `None` when the verifier had no objection or wasn't asked.
    pub(crate) fn fault(&self) -> Option<StrangerFault> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts the pinned keys and nobody else, in both directions; anybody who comes to pair while that is open.
#[derive(Debug)]
struct Pins {
    keys: BTreeSet<ClaimedId>,
    door: Option<Knock>,
    provider: Arc<CryptoProvider>,
    verdict: Verdict,
}

impl Pins {
    fn judge(&self, certificate: &CertificateDer<'_>, now: UnixTime) -> Result<(), Error> {
        let refuse = |fault, error| {
            self.verdict.set(fault);
            Err(Error::InvalidCertificate(error))
        };
        let Ok(key) = key_of(certificate) else {
            return refuse(StrangerFault::Certificate, CertificateError::BadEncoding);
        };
        let pairs = self.door.as_ref().is_some_and(Knock::pairs);
        if !pairs && !self.keys.contains(&key) {
            return refuse(
                StrangerFault::UnknownKey(key),
                CertificateError::ApplicationVerificationFailure,
            );
        }
        let second = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        match valid_at(certificate, second) {
            Ok(true) => Ok(()),
            Ok(false) => refuse(StrangerFault::Expired(key), CertificateError::Expired),
            Err(_) => refuse(StrangerFault::Certificate, CertificateError::BadEncoding),
        }
    }

    fn verify_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// What one incoming connection is for, as its first message says: verifiers are not told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Knock(Arc<AtomicBool>);

impl Knock {
    /// Whether the other side wants to pair and nothing else.
    pub(crate) fn pairs(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Shows the certificate, and notes what the connection is for before the other's certificate is judged.
#[derive(Debug)]
struct Porter {
    key: Arc<CertifiedKey>,
    knock: Knock,
}

impl ResolvesServerCert for Porter {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // Whoever offers both is judged as a peer.
        let offered: Option<Vec<&[u8]>> = hello.alpn().map(Iterator::collect);
        let pairs = offered.is_some_and(|offered| offered == [PAIR_ALPN]);
        self.knock.0.store(pairs, Ordering::SeqCst);
        Some(Arc::clone(&self.key))
    }
}

/// Whether the handshake settled on pairing.
pub(crate) fn is_pairing(connection: &quinn::Connection) -> bool {
    let data = connection.handshake_data();
    let data = data.and_then(|data| data.downcast::<HandshakeData>().ok());
    data.is_some_and(|data| data.protocol.as_deref() == Some(PAIR_ALPN))
}

/// TLS 1.2 does not exist here.
fn no_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(Error::PeerIncompatible(
        rustls::PeerIncompatible::Tls12NotOffered,
    ))
}

impl ServerCertVerifier for Pins {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(end_entity, now)
            .map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

impl ClientCertVerifier for Pins {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(end_entity, now)
            .map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes()
    }
}

struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl core::fmt::Debug for Clock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Clock")
    }
}

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        self.0()
            .duration_since(UNIX_EPOCH)
            .ok()
            .map(UnixTime::since_unix_epoch)
    }
}

/// One key exchange: a peer without it fails the handshake, so what is negotiated needs no further proof.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups: vec![aws_lc_rs::kx_group::X25519MLKEM768],
        ..aws_lc_rs::default_provider()
    })
}

/// For one incoming connection: who may come in, and where the verdict is left. With a `door` somebody who wants to
/// pair comes through the handshake, too: what they may say is for the caller to see to.
pub(crate) fn server(
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    door: Option<Knock>,
    settings: &LinkSettings,
) -> Result<(ServerConfig, Verdict), IdentityError> {
    let provider = provider();
    let verdict = Verdict::default();
    let pins = Pins {
        keys,
        door: door.clone(),
        provider: Arc::clone(&provider),
        verdict: verdict.clone(),
    };
    let (chain, key) = identity.chain();
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|_| IdentityError::Key)?;
    let mut protocols = vec![ALPN.to_vec()];
    protocols.extend(door.is_some().then(|| PAIR_ALPN.to_vec()));
    let porter = Porter {
        key: Arc::new(CertifiedKey::new(chain, key)),
        knock: door.unwrap_or_default(),
    };
    let mut tls = rustls::ServerConfig::builder_with_details(
        provider,
        Arc::new(Clock(Arc::clone(&settings.clock))),
    )
    .with_protocol_versions(&[&rustls::version::TLS13])
    .map_err(|_| IdentityError::Key)?
    .with_client_cert_verifier(Arc::new(pins))
    .with_cert_resolver(Arc::new(porter));
    tls.alpn_protocols = protocols;
    // A resumed session would skip the verifier, and a peer that was removed would come back.
    tls.session_storage = Arc::new(NoServerSessionStorage {});
    tls.send_tls13_tickets = 0;
    tls.max_early_data_size = 0;
    let quic = QuicServerConfig::try_from(tls).map_err(|_| IdentityError::Key)?;
    let mut config = ServerConfig::with_crypto(Arc::new(quic));
    config.transport_config(transport(settings)).migration(true);
    Ok((config, verdict))
}

/// For one dial: only the dialled peer's keys will do.
pub(crate) fn client(
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    settings: &LinkSettings,
) -> Result<(ClientConfig, Verdict), IdentityError> {
    speaking(ALPN, identity, keys, settings)
}

/// The same, to pair with whoever holds one of the keys.
pub(crate) fn guest(
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    settings: &LinkSettings,
) -> Result<(ClientConfig, Verdict), IdentityError> {
    speaking(PAIR_ALPN, identity, keys, settings)
}

fn speaking(
    protocol: &[u8],
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    settings: &LinkSettings,
) -> Result<(ClientConfig, Verdict), IdentityError> {
    let provider = provider();
    let verdict = Verdict::default();
    let pins = Pins {
        keys,
        door: None,
        provider: Arc::clone(&provider),
        verdict: verdict.clone(),
    };
    let (chain, private) = identity.chain();
    let mut tls = rustls::ClientConfig::builder_with_details(
        provider,
        Arc::new(Clock(Arc::clone(&settings.clock))),
    )
    .with_protocol_versions(&[&rustls::version::TLS13])
    .map_err(|_| IdentityError::Key)?
    .dangerous()
    .with_custom_certificate_verifier(Arc::new(pins))
    .with_client_auth_cert(chain, private)
    .map_err(|_| IdentityError::Key)?;
    tls.alpn_protocols = vec![protocol.to_vec()];
    tls.resumption = Resumption::disabled();
    tls.enable_early_data = false;
    let quic = QuicClientConfig::try_from(tls).map_err(|_| IdentityError::Key)?;
    let mut config = ClientConfig::new(Arc::new(quic));
    config.transport_config(transport(settings));
    Ok((config, verdict))
}

fn transport(settings: &LinkSettings) -> Arc<TransportConfig> {
    let mut transport = TransportConfig::default();
    transport
        .keep_alive_interval(Some(settings.keep_alive))
        .max_idle_timeout(settings.idle.try_into().ok())
        .initial_rtt(Duration::from_millis(100))
        .max_concurrent_bidi_streams(1_u8.into())
        // The control stream.
        .max_concurrent_uni_streams(1_u8.into())
        .datagram_receive_buffer_size(None);
    Arc::new(transport)
}

/// One socket that both listens and dials.
pub(crate) fn endpoint(
    identity: &Identity,
    listen: SocketAddr,
    settings: &LinkSettings,
) -> Result<Endpoint, LinkError> {
    let failed = |error: std::io::Error| LinkError::Listen {
        address: listen,
        kind: error.kind(),
    };
    let (reset, ids) = identity.line_keys();
    let reset = aws_lc_rs_hmac(reset);
    let mut config = EndpointConfig::new(reset);
    config.cid_generator(move || Box::new(HashedConnectionIdGenerator::from_key(ids)));
    let (mut server, _) = server(identity, BTreeSet::new(), None, settings)?;
    server.max_incoming(INCOMING);
    let socket = bind(listen).map_err(failed)?;
    Endpoint::new(config, Some(server), socket, Arc::new(quinn::TokioRuntime)).map_err(failed)
}

/// Listens for IPv4 as well where the address is any of IPv6; a machine without IPv6 for IPv4 alone.
fn bind(listen: SocketAddr) -> std::io::Result<UdpSocket> {
    if !(listen.is_ipv6() && listen.ip().is_unspecified()) {
        return UdpSocket::bind(listen);
    }
    bind_both(listen).or_else(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return Err(error);
        }
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, listen.port()))
    })
}

/// Whether a socket of IPv6 takes IPv4 too is a setting of the machine unless it is said (RFC 3493, section 5.3).
fn bind_both(listen: SocketAddr) -> std::io::Result<UdpSocket> {
    let (family, kind) = (AddressFamily::INET6, SocketType::DGRAM);
    let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, None)?;
    rustix::net::sockopt::set_ipv6_v6only(&socket, false)?;
    rustix::net::bind(&socket, &listen)?;
    Ok(socket.into())
}

fn aws_lc_rs_hmac(key: &[u8]) -> Arc<::aws_lc_rs::hmac::Key> {
    Arc::new(::aws_lc_rs::hmac::Key::new(
        ::aws_lc_rs::hmac::HMAC_SHA256,
        key,
    ))
}
