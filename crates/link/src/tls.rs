//! TLS 1.3 with pinned keys: who may connect, and the settings of the connection.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{ClientConfig, Endpoint, EndpointConfig, ServerConfig, TransportConfig};
use quinn_proto::HashedConnectionIdGenerator;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use crate::identity::{ClaimedId, Identity, IdentityError, key_of, valid_at};
use crate::{LinkError, LinkSettings, StrangerFault};

/// What both sides must speak.
const ALPN: &[u8] = b"kortisto/1";
/// Certificates carry no names; TLS wants one all the same.
pub(crate) const NAME: &str = "kortisto";

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

/// Accepts the pinned keys and nobody else, in both directions.
#[derive(Debug)]
struct Pins {
    keys: BTreeSet<ClaimedId>,
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
        if !self.keys.contains(&key) {
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

/// For one incoming connection: who may come in, and where the verdict is left.
pub(crate) fn server(
    identity: &Identity,
    keys: BTreeSet<ClaimedId>,
    settings: &LinkSettings,
) -> Result<(ServerConfig, Verdict), IdentityError> {
    let provider = provider();
    let verdict = Verdict::default();
    let pins = Pins {
        keys,
        provider: Arc::clone(&provider),
        verdict: verdict.clone(),
    };
    let (chain, key) = identity.chain();
    let mut tls = rustls::ServerConfig::builder_with_details(
        provider,
        Arc::new(Clock(Arc::clone(&settings.clock))),
    )
    .with_protocol_versions(&[&rustls::version::TLS13])
    .map_err(|_| IdentityError::Key)?
    .with_client_cert_verifier(Arc::new(pins))
    .with_single_cert(chain, key)
    .map_err(|_| IdentityError::Key)?;
    tls.alpn_protocols = vec![ALPN.to_vec()];
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
    let provider = provider();
    let verdict = Verdict::default();
    let pins = Pins {
        keys,
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
    tls.alpn_protocols = vec![ALPN.to_vec()];
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
    let (server, _) = server(identity, BTreeSet::new(), settings)?;
    let socket = UdpSocket::bind(listen).map_err(failed)?;
    Endpoint::new(config, Some(server), socket, Arc::new(quinn::TokioRuntime)).map_err(failed)
}

fn aws_lc_rs_hmac(key: &[u8]) -> Arc<::aws_lc_rs::hmac::Key> {
    Arc::new(::aws_lc_rs::hmac::Key::new(
        ::aws_lc_rs::hmac::HMAC_SHA256,
        key,
    ))
}
