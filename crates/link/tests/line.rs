//! Nodes on loopback: who gets a line, what travels on it, and how it ends.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use link::identity::{Identity, IdentityError};
use link::{DownReason, Event, FRAME_LIMIT, Link, LinkSettings, PeerFault, StrangerFault};
use register::replica::{Fault, Peer};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

fn settings() -> LinkSettings {
    LinkSettings {
        dial_timeout: Duration::from_secs(2),
        dial_pause: Duration::from_millis(20),
        dial_pause_most: Duration::from_millis(100),
        keep_alive: Duration::from_millis(300),
        idle: Duration::from_secs(2),
        ..LinkSettings::default()
    }
}

fn identity() -> Identity {
    Identity::create(tempfile::tempdir().unwrap().path()).unwrap()
}

fn peer(identity: &Identity, address: SocketAddr) -> Peer {
    Peer::new(*identity.peer_id().claimed().key(), address.to_string())
}

fn nowhere() -> SocketAddr {
    "127.0.0.1:9".parse().unwrap()
}

fn start(identity: &Identity, peers: Vec<Peer>) -> (Link, Receiver<Event>) {
    Link::start(
        identity.clone(),
        "127.0.0.1:0".parse().unwrap(),
        peers,
        settings(),
    )
    .unwrap()
}

async fn next(events: &mut Receiver<Event>) -> Event {
    timeout(PATIENCE, events.recv()).await.unwrap().unwrap()
}

/// The next event that is no stranger.
async fn up(events: &mut Receiver<Event>) {
    loop {
        match next(events).await {
            Event::Up { .. } => return,
            Event::Stranger { .. } | Event::Down { .. } => {}
            Event::Frame { .. } => panic!("a frame before the line is up"),
        }
    }
}

async fn down(events: &mut Receiver<Event>) -> DownReason {
    loop {
        match next(events).await {
            Event::Down { why, .. } => return why,
            Event::Stranger { .. } | Event::Frame { .. } => {}
            Event::Up { .. } => panic!("up while up"),
        }
    }
}

async fn frame(events: &mut Receiver<Event>) -> Vec<u8> {
    loop {
        match next(events).await {
            Event::Frame { bytes, .. } => return bytes,
            // Two that dial at once may replace one line by the other.
            Event::Up { .. }
            | Event::Down {
                why: DownReason::Replaced | DownReason::Closed,
                ..
            } => {}
            other => panic!("{other:?}"),
        }
    }
}

struct Two {
    a: Identity,
    b: Identity,
    link_a: Link,
    link_b: Link,
    events_a: Receiver<Event>,
    events_b: Receiver<Event>,
}

/// Two nodes of which the first dials.
async fn two() -> Two {
    let (a, b) = (identity(), identity());
    let (link_b, mut events_b) = start(&b, vec![peer(&a, nowhere())]);
    let (link_a, mut events_a) = start(&a, vec![peer(&b, link_b.local_addr())]);
    up(&mut events_a).await;
    up(&mut events_b).await;
    Two {
        a,
        b,
        link_a,
        link_b,
        events_a,
        events_b,
    }
}

#[tokio::test]
async fn frames_travel_both_ways_in_order() {
    let mut two = two().await;
    for number in 0..200_u32 {
        assert!(two.link_a.send(two.b.node(), number.to_be_bytes().to_vec()));
        assert!(two.link_b.send(two.a.node(), vec![7; 1_000]));
    }
    for number in 0..200_u32 {
        assert_eq!(frame(&mut two.events_b).await, number.to_be_bytes());
        assert_eq!(frame(&mut two.events_a).await, vec![7; 1_000]);
    }
}

#[tokio::test]
async fn a_large_frame_arrives_whole() {
    let mut two = two().await;
    let large: Vec<u8> = (0..5_000_000_u32).map(|at| (at % 251) as u8).collect();
    assert!(two.link_a.send(two.b.node(), large.clone()));
    assert!(frame(&mut two.events_b).await == large);
    assert!(!two.link_a.send(two.b.node(), vec![0; FRAME_LIMIT + 1]));
}

#[tokio::test]
async fn an_unpaired_node_gets_nothing_and_is_reported() {
    let (a, b) = (identity(), identity());
    let (link_b, mut events_b) = start(&b, vec![]);
    let (_link_a, mut events_a) = start(&a, vec![peer(&b, link_b.local_addr())]);
    let Event::Stranger { why, .. } = next(&mut events_b).await else {
        panic!()
    };
    assert_eq!(why, StrangerFault::UnknownKey(a.peer_id().claimed()));
    assert!(
        timeout(Duration::from_millis(500), events_a.recv())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn whoever_answers_with_another_key_gets_nothing() {
    let (a, b, other) = (identity(), identity(), identity());
    let (link_other, _events) = start(&other, vec![peer(&a, nowhere())]);
    let (_link_a, mut events_a) = start(&a, vec![peer(&b, link_other.local_addr())]);
    let Event::Stranger { why, .. } = next(&mut events_a).await else {
        panic!()
    };
    assert_eq!(why, StrangerFault::UnknownKey(other.peer_id().claimed()));
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let old = Identity::create_between(directory.path(), (2019, 1, 1), (2020, 1, 1)).unwrap();
    let b = identity();
    let (link_b, mut events_b) = start(&b, vec![peer(&old, nowhere())]);
    let (_link, _events) = start(&old, vec![peer(&b, link_b.local_addr())]);
    let Event::Stranger { why, .. } = next(&mut events_b).await else {
        panic!()
    };
    assert_eq!(why, StrangerFault::Expired(old.peer_id().claimed()));
}

#[tokio::test]
async fn a_peer_that_is_removed_loses_its_line() {
    let mut two = two().await;
    two.link_b.set_peers(vec![]);
    assert_eq!(down(&mut two.events_b).await, DownReason::Removed);
    assert_eq!(down(&mut two.events_a).await, DownReason::Removed);
    let Event::Stranger { why, .. } = next(&mut two.events_b).await else {
        panic!()
    };
    assert_eq!(why, StrangerFault::UnknownKey(two.a.peer_id().claimed()));
    assert!(!two.link_b.send(two.a.node(), vec![1]));
}

#[tokio::test]
async fn two_that_dial_at_once_end_with_one_line() {
    for _ in 0..10 {
        let (a, b) = (identity(), identity());
        let (link_a, mut events_a) = start(&a, vec![]);
        let (link_b, mut events_b) = start(&b, vec![]);
        link_a.set_peers(vec![peer(&b, link_b.local_addr())]);
        link_b.set_peers(vec![peer(&a, link_a.local_addr())]);
        up(&mut events_a).await;
        up(&mut events_b).await;
        // Whatever was replaced by now is; the line that stays carries frames both ways.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(link_a.send(b.node(), b"a".to_vec()));
        assert!(link_b.send(a.node(), b"b".to_vec()));
        assert_eq!(frame(&mut events_b).await, b"a");
        assert_eq!(frame(&mut events_a).await, b"b");
    }
}

#[tokio::test]
async fn a_node_that_comes_back_is_connected_again() {
    let mut two = two().await;
    let address = two.link_b.local_addr();
    two.link_b.shutdown().await;
    assert_eq!(down(&mut two.events_a).await, DownReason::Closed);
    let (_link_b, mut events_b) = Link::start(
        two.b.clone(),
        address,
        vec![peer(&two.a, nowhere())],
        settings(),
    )
    .unwrap();
    up(&mut two.events_a).await;
    up(&mut events_b).await;
}

#[tokio::test]
async fn a_line_that_is_cut_heals() {
    let mut two = two().await;
    two.link_b.cut(true);
    assert_eq!(down(&mut two.events_a).await, DownReason::Closed);
    assert_eq!(down(&mut two.events_b).await, DownReason::Here);
    assert!(
        timeout(Duration::from_millis(500), two.events_a.recv())
            .await
            .is_err()
    );
    two.link_b.cut(false);
    up(&mut two.events_a).await;
    up(&mut two.events_b).await;
}

#[tokio::test]
async fn a_peer_that_breaks_the_protocol_is_closed() {
    let mut two = two().await;
    two.link_b.close(two.a.node(), Fault::Frame);
    assert_eq!(
        down(&mut two.events_b).await,
        DownReason::Fault(PeerFault::Content(Fault::Frame))
    );
    assert_eq!(down(&mut two.events_a).await, DownReason::Closed);
}

#[tokio::test]
async fn a_reader_that_falls_behind_holds_the_writer_up_and_loses_nothing() {
    let mut two = two().await;
    let node = two.b.node();
    for number in 0..2_000_u32 {
        let mut bytes = number.to_be_bytes().to_vec();
        bytes.resize(10_000, 0);
        assert!(two.link_a.send(node, bytes));
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    for number in 0..2_000_u32 {
        assert!(
            frame(&mut two.events_b)
                .await
                .starts_with(&number.to_be_bytes())
        );
    }
}

#[tokio::test]
async fn a_peer_without_the_one_key_exchange_is_refused() {
    let (a, b) = (identity(), identity());
    let (link_b, mut events_b) = start(&b, vec![peer(&a, nowhere())]);
    let provider = rustls::crypto::CryptoProvider {
        kx_groups: vec![rustls::crypto::aws_lc_rs::kx_group::X25519],
        ..rustls::crypto::aws_lc_rs::default_provider()
    };
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"kortisto/1".to_vec()];
    let quic = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
    let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let config = quinn::ClientConfig::new(Arc::new(quic));
    let connecting = endpoint
        .connect_with(config, link_b.local_addr(), "kortisto")
        .unwrap();
    let error = connecting.await.unwrap_err().to_string();
    // Alert 40 (RFC 8446): no common group. The error would name the certificate if it had come so far.
    assert!(
        error.contains("40") || error.contains("NoKxGroupsInCommon"),
        "{error}"
    );
    let Event::Stranger { why, .. } = next(&mut events_b).await else {
        panic!()
    };
    assert_eq!(why, StrangerFault::Handshake);
}

#[test]
fn an_identity_is_private_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let made = Identity::create(directory.path()).unwrap();
    assert_eq!(
        Identity::load(directory.path()).unwrap().peer_id(),
        made.peer_id()
    );
    for file in ["key.pem", "line.key"] {
        let mode = std::fs::metadata(directory.path().join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(matches!(
        Identity::create(directory.path()),
        Err(IdentityError::Exists(_))
    ));
    let other = tempfile::tempdir().unwrap();
    Identity::create(other.path()).unwrap();
    std::fs::copy(
        other.path().join("certificate.pem"),
        directory.path().join("certificate.pem"),
    )
    .unwrap();
    assert_eq!(
        Identity::load(directory.path()).unwrap_err(),
        IdentityError::Mismatch
    );
    std::fs::write(directory.path().join("certificate.pem"), "none").unwrap();
    assert!(matches!(
        Identity::load(directory.path()),
        Err(IdentityError::Content(_))
    ));
}
