//! A peer of the first version, which allows no control stream, is as good a peer as any.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use link::identity::Identity;
use link::{Event, Link, LinkSettings};
use quinn::{Endpoint, RecvStream, SendStream, TransportConfig};
use register::replica::Peer;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);
const PREFACE: &[u8; 8] = b"kortist\x01";

fn identity() -> (tempfile::TempDir, Identity) {
    let directory = tempfile::tempdir().unwrap();
    let identity = Identity::create(directory.path()).unwrap();
    (directory, identity)
}

fn start(identity: &Identity, peer: &Identity, address: &str) -> (Link, Receiver<Event>) {
    let peer = Peer::new(*peer.peer_id().claimed().key(), address);
    let listen = "127.0.0.1:0".parse().unwrap();
    Link::start(
        identity.clone(),
        listen,
        vec![peer],
        LinkSettings::default(),
    )
    .unwrap()
}

fn certificate(directory: &Path) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let read = |name| std::fs::read(directory.join(name)).unwrap();
    (
        vec![CertificateDer::from_pem_slice(&read("certificate.pem")).unwrap()],
        PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap(),
    )
}

/// Whoever it is: who this is is what the other side checks.
#[derive(Debug)]
struct Anybody;

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

fn transport() -> Arc<TransportConfig> {
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_bidi_streams(1_u8.into())
        .max_concurrent_uni_streams(0_u8.into());
    Arc::new(transport)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::CryptoProvider {
        kx_groups: vec![rustls::crypto::aws_lc_rs::kx_group::X25519MLKEM768],
        ..rustls::crypto::aws_lc_rs::default_provider()
    })
}

/// A frame each way.
async fn talk(
    (link, events): (&Link, &mut Receiver<Event>),
    old: &Identity,
    (sending, receiving): (&mut SendStream, &mut RecvStream),
) {
    let up = timeout(PATIENCE, events.recv()).await.unwrap();
    assert!(matches!(up, Some(Event::Up { .. })), "{up:?}");
    // Long enough for a control stream to be missed.
    tokio::time::sleep(Duration::from_millis(300)).await;
    sending.write_all(b"\0\0\0\x03old").await.unwrap();
    let Some(Event::Frame { bytes, .. }) = timeout(PATIENCE, events.recv()).await.unwrap() else {
        panic!("no frame")
    };
    assert_eq!(bytes, b"old");
    assert!(link.send(old.node(), b"new".to_vec()));
    let mut frame = [0; 7];
    receiving.read_exact(&mut frame).await.unwrap();
    assert_eq!(&frame, b"\0\0\0\x03new");
    let standing = link.standing().remove(&old.node()).unwrap();
    assert!(standing.line.is_some() && standing.observed.is_none());
}

#[tokio::test]
async fn it_is_dialled() {
    let ((directory, old), (_directory, new)) = (identity(), identity());
    let (chain, key) = certificate(directory.path());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    tls.alpn_protocols = vec![b"kortisto/1".to_vec()];
    let quic = quinn::crypto::rustls::QuicServerConfig::try_from(tls).unwrap();
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(quic));
    config.transport_config(transport());
    let endpoint = Endpoint::server(config, "127.0.0.1:0".parse().unwrap()).unwrap();
    let address = endpoint.local_addr().unwrap().to_string();
    let (link, mut events) = start(&new, &old, &address);
    let connection = endpoint.accept().await.unwrap().await.unwrap();
    let (mut sending, mut receiving) = connection.open_bi().await.unwrap();
    sending.write_all(PREFACE).await.unwrap();
    let mut preface = [0; 8];
    receiving.read_exact(&mut preface).await.unwrap();
    assert_eq!(&preface, PREFACE);
    talk((&link, &mut events), &old, (&mut sending, &mut receiving)).await;
}

#[tokio::test]
async fn it_dials() {
    let ((directory, old), (_directory, new)) = (identity(), identity());
    let (link, mut events) = start(&new, &old, "127.0.0.1:9");
    let (chain, key) = certificate(directory.path());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_client_auth_cert(chain, key)
        .unwrap();
    tls.alpn_protocols = vec![b"kortisto/1".to_vec()];
    let quic = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
    let mut config = quinn::ClientConfig::new(Arc::new(quic));
    config.transport_config(transport());
    let endpoint = Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let connecting = endpoint
        .connect_with(config, link.local_addr(), "kortisto")
        .unwrap();
    let connection = connecting.await.unwrap();
    let (mut sending, mut receiving) = connection.accept_bi().await.unwrap();
    let mut preface = [0; 8];
    receiving.read_exact(&mut preface).await.unwrap();
    assert_eq!(&preface, PREFACE);
    sending.write_all(PREFACE).await.unwrap();
    talk((&link, &mut events), &old, (&mut sending, &mut receiving)).await;
}
