//! Pairing on loopback: who gets in by an invitation, who doesn't, and what each is told.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use link::identity::Identity;
use link::pair::{
    Admitting, Host, Introducing, Introduction, Invitation, NotNow, PairFault, Side, Stage,
    Unadmitted,
};
use link::{Event, Link, LinkSettings, StrangerFault};
use register::id::RegisterId;
use register::replica::{PROTOCOLS, Peer};
use register::roster::Signed;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);
const A_WHILE: Duration = Duration::from_millis(500);

/// A premises that keeps its peers in memory.
struct Premises {
    about: Mutex<Introduction>,
    refuses: Mutex<Option<Unadmitted>>,
    peers: Mutex<Vec<Peer>>,
}

impl Host for Premises {
    fn introduce(&self) -> Introducing<'_> {
        let about = self.about.lock().unwrap().clone();
        Box::pin(async { about })
    }

    fn admit(&self, peer: Peer, _announced: Vec<Signed>) -> Admitting<'_> {
        Box::pin(async move {
            if let Some(why) = *self.refuses.lock().unwrap() {
                return Err(why);
            }
            self.peers.lock().unwrap().push(peer);
            Ok(())
        })
    }
}

struct Node {
    identity: Identity,
    directory: tempfile::TempDir,
    link: Link,
    events: Receiver<Event>,
    premises: Arc<Premises>,
}

impl Node {
    fn new(name: &str) -> Self {
        Self::with(name, LinkSettings::default().invitation)
    }

    fn with(name: &str, invitation: Duration) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::create(directory.path()).unwrap();
        let settings = LinkSettings {
            dial_timeout: Duration::from_secs(2),
            dial_pause: Duration::from_millis(20),
            invitation,
            ..LinkSettings::default()
        };
        let listen = "127.0.0.1:0".parse().unwrap();
        let (link, events) = Link::start(identity.clone(), listen, vec![], settings).unwrap();
        let about = Introduction {
            node: identity.node(),
            premises: name.to_owned(),
            register: RegisterId::from_bytes(*identity.node().as_bytes()),
            clients: 0,
            protocols: PROTOCOLS,
            schema: register::document::SCHEMA,
            addresses: vec![link.local_addr().to_string()],
            announced: Vec::new(),
        };
        let premises = Arc::new(Premises {
            about: Mutex::new(about),
            refuses: Mutex::default(),
            peers: Mutex::default(),
        });
        Self {
            identity,
            directory,
            link,
            events,
            premises,
        }
    }

    fn host(&self) -> Arc<dyn Host> {
        Arc::<Premises>::clone(&self.premises)
    }

    fn invite(&self) -> Invitation {
        let addresses = [self.link.local_addr().to_string()];
        self.link.pairing().invite(self.host(), &addresses).unwrap()
    }

    /// Enters an invitation as it was handed over: as a text.
    fn enter(&self, invitation: &Invitation) {
        let invitation = invitation.text().parse().unwrap();
        self.link.pairing().accept(self.host(), invitation).unwrap();
    }

    async fn stage(&self, wanted: impl Fn(&Stage) -> bool) -> Stage {
        let mut stage = self.link.pairing().stage();
        let found = timeout(PATIENCE, stage.wait_for(|stage| wanted(stage))).await;
        found.unwrap().unwrap().clone()
    }

    async fn fault(&self) -> PairFault {
        match self
            .stage(|stage| matches!(stage, Stage::Failed(_) | Stage::Paired(_)))
            .await
        {
            Stage::Failed(fault) => fault,
            stage => panic!("{stage:?}"),
        }
    }

    async fn phrase(&self) -> String {
        match self
            .stage(|stage| matches!(stage, Stage::Comparing(_) | Stage::Failed(_)))
            .await
        {
            Stage::Comparing(comparing) => comparing.phrase.to_string(),
            stage => panic!("{stage:?}"),
        }
    }

    async fn confirm(&self) {
        let phrase = self.phrase().await;
        assert!(self.link.pairing().confirm(&phrase));
    }

    async fn paired(&self) -> Introduction {
        match self
            .stage(|stage| matches!(stage, Stage::Failed(_) | Stage::Paired(_)))
            .await
        {
            Stage::Paired(other) => *other,
            stage => panic!("{stage:?}"),
        }
    }

    fn peers(&self) -> Vec<Peer> {
        self.premises.peers.lock().unwrap().clone()
    }
}

async fn two() -> (Node, Node) {
    (Node::new("Poikuekatu"), Node::new("Aleksanterinkatu"))
}

#[tokio::test]
async fn two_that_confirm_the_same_phrase_are_paired_and_connect() {
    let (mut a, mut b) = two().await;
    b.enter(&a.invite());
    let (here, there) = (a.phrase().await, b.phrase().await);
    assert_eq!(here, there);
    assert_eq!(here.split(' ').count(), 3);
    assert!(!a.link.pairing().confirm("some other phrase"));
    a.confirm().await;
    let told = |stage: &Stage| matches!(stage, Stage::Comparing(c) if c.there && !c.here);
    b.stage(told).await;
    assert!(
        a.peers().is_empty() && b.peers().is_empty(),
        "one is not both"
    );
    b.confirm().await;
    assert_eq!(a.paired().await.premises, "Aleksanterinkatu");
    assert_eq!(b.paired().await.premises, "Poikuekatu");
    for (one, other) in [(&a, &b), (&b, &a)] {
        let peers = one.peers();
        assert_eq!(peers[0].node, other.identity.node());
        assert_eq!(peers[0].keys, [*other.identity.peer_id().claimed().key()]);
        assert_eq!(peers[0].addresses, [other.link.local_addr().to_string()]);
    }
    a.link.set_peers(a.peers());
    b.link.set_peers(b.peers());
    for events in [&mut a.events, &mut b.events] {
        let up = async { while !matches!(events.recv().await.unwrap(), Event::Up { .. }) {} };
        timeout(PATIENCE, up).await.unwrap();
    }
    // Once used, it is worth nothing, and neither is the phrase.
    assert!(!a.link.pairing().confirm(&here));
    a.link.pairing().cancel();
    assert_eq!(a.link.pairing().stage().borrow().clone(), Stage::Idle);
}

#[tokio::test]
async fn an_invitation_works_once() {
    let (a, b) = two().await;
    let invitation = a.invite();
    b.enter(&invitation);
    b.phrase().await;
    let late = Node::new("Kolmas");
    late.enter(&invitation);
    assert_eq!(late.fault().await, PairFault::Spent);
    a.confirm().await;
    b.confirm().await;
    a.paired().await;
    b.paired().await;
    late.enter(&invitation);
    assert_eq!(late.fault().await, PairFault::Spent);
    assert!(late.peers().is_empty());
}

#[tokio::test]
async fn three_wrong_proofs_kill_an_invitation() {
    let (a, b) = two().await;
    let replaced = a.invite();
    let right = a.invite();
    for _ in 0..3 {
        b.enter(&replaced);
        assert_eq!(b.fault().await, PairFault::Spent);
        b.link.pairing().cancel();
    }
    assert_eq!(a.fault().await, PairFault::Guessed);
    b.enter(&right);
    assert_eq!(b.fault().await, PairFault::Spent);
    assert!(a.peers().is_empty() && b.peers().is_empty());
}

#[tokio::test]
async fn a_late_invitation_is_refused_and_said_to_be_late() {
    let a = Node::with("Poikuekatu", Duration::from_millis(100));
    let b = Node::new("Aleksanterinkatu");
    let invitation = a.invite();
    assert_eq!(a.fault().await, PairFault::Late);
    sleep(Duration::from_secs(1)).await;
    b.enter(&invitation);
    assert_eq!(b.fault().await, PairFault::Late);
}

#[tokio::test]
async fn an_invitation_that_runs_out_while_people_compare_ends_at_both() {
    let a = Node::with("Poikuekatu", Duration::from_secs(2));
    let b = Node::new("Aleksanterinkatu");
    b.enter(&a.invite());
    b.confirm().await;
    assert_eq!(a.fault().await, PairFault::Late);
    assert_eq!(b.fault().await, PairFault::Late);
    assert!(a.peers().is_empty() && b.peers().is_empty());
}

#[tokio::test]
async fn somebody_in_the_middle_with_a_key_of_his_own_is_found_out() {
    let (a, b) = two().await;
    let middle = Node::new("Välissä");
    // What the middle invites to stands in for a relay that ends TLS: b holds a's invitation, and is led astray.
    let astray = a
        .link
        .pairing()
        .invite(a.host(), &[middle.link.local_addr().to_string()])
        .unwrap();
    middle.invite();
    b.enter(&astray);
    assert_eq!(b.fault().await, PairFault::OtherNode);
    assert!(middle.peers().is_empty() && b.peers().is_empty());
    let open = |stage: &Stage| matches!(stage, Stage::Invited(_));
    a.stage(open).await;
}

#[tokio::test]
async fn while_an_invitation_is_open_a_stranger_gets_nothing_on_the_line() {
    let (mut a, _) = two().await;
    a.invite();
    let stranger = Node::new("Vieras");
    let peer = Peer::new(
        *a.identity.peer_id().claimed().key(),
        a.link.local_addr().to_string(),
    );
    stranger.link.set_peers(vec![peer]);
    let Event::Stranger { why, .. } = timeout(PATIENCE, a.events.recv()).await.unwrap().unwrap()
    else {
        panic!()
    };
    let claimed = stranger.identity.peer_id().claimed();
    assert_eq!(why, StrangerFault::UnknownKey(claimed));
    let mut events = stranger.events;
    assert!(timeout(A_WHILE, events.recv()).await.is_err());
}

/// Takes whatever certificate: what an attacker's program would do.
#[derive(Debug)]
struct Anybody(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        panic!("TLS 1.2")
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A program that is no node connects with these protocols and the identity in a directory.
async fn intrude(
    directory: &Path,
    protocols: &[&[u8]],
    to: &Link,
) -> Result<quinn::Connection, quinn::ConnectionError> {
    let provider = Arc::new(rustls::crypto::CryptoProvider {
        kx_groups: vec![rustls::crypto::aws_lc_rs::kx_group::X25519MLKEM768],
        ..rustls::crypto::aws_lc_rs::default_provider()
    });
    let pem = |name: &str| std::fs::read(directory.join(name)).unwrap();
    let chain = CertificateDer::from_pem_slice(&pem("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem("key.pem")).unwrap();
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_client_auth_cert(vec![chain], key)
        .unwrap();
    tls.alpn_protocols = protocols.iter().map(|one| one.to_vec()).collect();
    let quic = quinn::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
    let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
    let config = quinn::ClientConfig::new(Arc::new(quic));
    endpoint
        .connect_with(config, to.local_addr(), "kortisto")
        .unwrap()
        .await
}

/// Says `bytes` on a stream and waits for the end of the connection, in which nothing may be heard.
async fn cut_short(connection: &quinn::Connection, bytes: &[u8]) {
    if let Ok((mut sending, mut receiving)) = connection.open_bi().await {
        let _ = sending.write_all(bytes).await;
        let heard = timeout(PATIENCE, receiving.read_to_end(100)).await.unwrap();
        assert!(heard.is_err() || heard.is_ok_and(|heard| heard.is_empty()));
    }
    timeout(PATIENCE, connection.closed()).await.unwrap();
}

#[tokio::test]
async fn who_comes_to_pair_can_not_speak_the_registers_protocol() {
    let (mut a, b) = two().await;
    let intruder = b.directory.path();
    let refused = intrude(intruder, &[b"kortisto-pair/1"], &a.link).await;
    assert!(refused.is_err(), "nothing is open");
    let event = timeout(PATIENCE, a.events.recv()).await.unwrap().unwrap();
    let failed = StrangerFault::Handshake;
    assert!(matches!(event, Event::Stranger { why, .. } if why == failed));
    a.invite();
    let connection = intrude(intruder, &[b"kortisto-pair/1"], &a.link)
        .await
        .unwrap();
    let mut words = b"kortist\x01".to_vec();
    words.extend([0, 0, 0, 5]);
    words.extend([7; 64]);
    cut_short(&connection, &words).await;
    // A greeting with a proof of nothing.
    let connection = intrude(intruder, &[b"kortisto-pair/1"], &a.link)
        .await
        .unwrap();
    let mut greeting = b"kortpai\x01".to_vec();
    greeting.extend([0; 32]);
    cut_short(&connection, &greeting).await;
    assert!(a.events.try_recv().is_err(), "the line hears nothing of it");
    // Whoever offers both is judged as a peer, and is none.
    for protocols in [
        [&b"kortisto-pair/1"[..], b"kortisto/1"],
        [b"kortisto/1", b"kortisto-pair/1"],
    ] {
        if let Ok(connection) = intrude(intruder, &protocols, &a.link).await {
            timeout(PATIENCE, connection.closed()).await.unwrap();
        }
        let event = timeout(PATIENCE, a.events.recv()).await.unwrap().unwrap();
        let claimed = b.identity.peer_id().claimed();
        let unknown = StrangerFault::UnknownKey(claimed);
        assert!(
            matches!(event, Event::Stranger { why, .. } if why == unknown),
            "{event:?}"
        );
    }
    // All that was one wrong proof: the invitation still holds.
    let open = |stage: &Stage| matches!(stage, Stage::Invited(_));
    a.stage(open).await;
}

#[tokio::test]
async fn two_registers_with_clients_are_refused_before_anybody_compares() {
    let (a, b) = two().await;
    a.premises.about.lock().unwrap().clients = 7;
    b.premises.about.lock().unwrap().clients = 1;
    b.enter(&a.invite());
    assert_eq!(b.fault().await, PairFault::TwoRegisters);
    assert_eq!(a.fault().await, PairFault::TwoRegisters);
    b.premises.about.lock().unwrap().clients = 0;
    b.link.pairing().cancel();
    b.enter(&a.invite());
    b.confirm().await;
    a.confirm().await;
    assert_eq!(b.paired().await.clients, 7);
}

#[tokio::test]
async fn another_version_says_which_side_to_update() {
    let (a, b) = two().await;
    b.premises.about.lock().unwrap().protocols = 90..=91;
    b.enter(&a.invite());
    assert_eq!(a.fault().await, PairFault::Outdated(Side::Here));
    assert_eq!(b.fault().await, PairFault::Outdated(Side::There));
}

#[tokio::test]
async fn either_side_may_cancel() {
    let (a, b) = two().await;
    for (one, other) in [(&a, &b), (&b, &a)] {
        b.enter(&a.invite());
        a.phrase().await;
        b.phrase().await;
        let busy = one
            .link
            .pairing()
            .invite(one.host(), &["127.0.0.1:9".to_owned()]);
        assert_eq!(busy.unwrap_err(), NotNow::Busy);
        one.link.pairing().cancel();
        assert_eq!(other.fault().await, PairFault::Cancelled);
        assert_eq!(one.link.pairing().stage().borrow().clone(), Stage::Idle);
    }
    assert!(a.peers().is_empty() && b.peers().is_empty());
}

#[tokio::test]
async fn a_node_that_is_out_is_told_so() {
    let (a, b) = two().await;
    *a.premises.refuses.lock().unwrap() = Some(Unadmitted::Revoked);
    b.enter(&a.invite());
    a.confirm().await;
    b.confirm().await;
    assert_eq!(a.fault().await, PairFault::Revoked(Side::There));
    assert_eq!(b.fault().await, PairFault::Revoked(Side::Here));
}

#[tokio::test]
async fn what_broke_half_way_a_second_invitation_mends() {
    let (a, b) = two().await;
    *b.premises.refuses.lock().unwrap() = Some(Unadmitted::Failed);
    b.enter(&a.invite());
    a.confirm().await;
    b.confirm().await;
    assert_eq!(b.fault().await, PairFault::NotStored);
    assert_eq!(a.fault().await, PairFault::Unfinished);
    *b.premises.refuses.lock().unwrap() = None;
    b.enter(&a.invite());
    a.confirm().await;
    b.confirm().await;
    a.paired().await;
    b.paired().await;
    let same = a.peers().iter().all(|peer| peer.node == b.identity.node());
    assert!(same && b.peers().len() == 1);
}

#[tokio::test]
async fn nobody_there_and_ones_own_invitation_are_told_apart() {
    let (a, b) = two().await;
    let nowhere = ["127.0.0.1:9".to_owned()];
    let invitation = a.link.pairing().invite(a.host(), &nowhere).unwrap();
    b.enter(&invitation);
    assert_eq!(b.fault().await, PairFault::Unreachable);
    let own = a.link.pairing().accept(a.host(), invitation);
    assert_eq!(own.unwrap_err(), NotNow::Oneself);
    a.stage(|stage| matches!(stage, Stage::Invited(_))).await;
    let none = a.link.pairing().invite(a.host(), &["nothing".to_owned()]);
    assert_eq!(none.unwrap_err(), NotNow::NoAddress);
}
