//! What the line says of itself: on loopback, where there is no router.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "the clock is what the standing is compared with"
)]

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use link::identity::Identity;
use link::{DialFault, Event, LineStanding, Link, LinkSettings, NatKind, StrangerFault};
use register::replica::Peer;
use tokio::sync::mpsc::Receiver;
use tokio::time::{sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(20);

fn settings() -> LinkSettings {
    LinkSettings {
        dial_timeout: Duration::from_secs(1),
        dial_pause: Duration::from_millis(20),
        dial_pause_most: Duration::from_millis(100),
        ..LinkSettings::default()
    }
}

fn identity() -> Identity {
    Identity::create(tempfile::tempdir().unwrap().path()).unwrap()
}

fn peer(identity: &Identity, addresses: &[&str]) -> Peer {
    Peer {
        node: identity.node(),
        keys: vec![*identity.peer_id().claimed().key()],
        addresses: addresses.iter().map(|one| (*one).to_owned()).collect(),
    }
}

fn start(identity: &Identity, peers: Vec<Peer>) -> (Link, Receiver<Event>) {
    let listen = "127.0.0.1:0".parse().unwrap();
    Link::start(identity.clone(), listen, peers, settings()).unwrap()
}

/// Waits until the line to `other` stands as `wanted`.
async fn until(
    link: &Link,
    other: &Identity,
    wanted: impl Fn(&LineStanding) -> bool,
) -> LineStanding {
    let started = Instant::now();
    loop {
        let standing = link.standing().remove(&other.node()).unwrap();
        if wanted(&standing) {
            return standing;
        }
        assert!(started.elapsed() < PATIENCE, "{standing:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

/// Takes events away, so that the lines are not held up.
fn ignore(mut events: Receiver<Event>) {
    tokio::spawn(async move { while events.recv().await.is_some() {} });
}

/// A socket that takes packets and never answers.
fn deaf() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").unwrap()
}

fn unix() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[tokio::test]
async fn an_open_line_says_since_when_with_whom_and_how_it_is_seen() {
    let (a, b) = (identity(), identity());
    let (link_b, events_b) = start(&b, vec![peer(&a, &[])]);
    let at = link_b.local_addr().to_string();
    let (link_a, events_a) = start(&a, vec![peer(&b, &[&at])]);
    ignore(events_a);
    ignore(events_b);
    let here = until(&link_a, &b, |standing| standing.observed.is_some()).await;
    let there = until(&link_b, &a, |standing| standing.observed.is_some()).await;
    assert_eq!(here.observed, Some(link_a.local_addr()));
    assert_eq!(there.observed, Some(link_b.local_addr()));
    let (ours, theirs) = (here.line.clone().unwrap(), there.line.unwrap());
    assert!(ours.dialled_here && !theirs.dialled_here);
    assert_eq!((ours.key, theirs.key), (b.peer_id(), a.peer_id()));
    assert_eq!(
        (ours.address, theirs.address),
        (link_b.local_addr(), link_a.local_addr())
    );
    let now = unix();
    assert!((now - 30..=now).contains(&ours.since), "{ours:?}");
    assert!(
        (now - 30..=now).contains(&here.heard.unwrap()),
        "{:?}",
        here.heard
    );
    let two_years = now + 730 * 86_400;
    assert!(
        (ours.certificate_until - two_years).abs() < 40 * 86_400,
        "{ours:?}"
    );
    assert!(
        ours.round_trip < Duration::from_secs(1) && !ours.quiet,
        "{ours:?}"
    );
    assert!(
        here.sent_bytes > 1_000 && here.received_bytes > 1_000,
        "{here:?}"
    );
    assert_eq!(
        link_a.router().nat,
        NatKind::Unknown,
        "a near peer tells nothing"
    );
    link_b.shutdown().await;
    let lost = until(&link_a, &b, |standing| standing.line.is_none()).await;
    assert!(lost.sent_bytes >= here.sent_bytes && lost.received_bytes >= here.received_bytes);
    assert_eq!(lost.seen, Some(link_b.local_addr()));
}

#[tokio::test]
async fn each_address_says_why_nobody_was_reached_there() {
    let (a, b, other) = (identity(), identity(), identity());
    let deaf = deaf();
    let silent = deaf.local_addr().unwrap().to_string();
    let (link_other, events_other) = start(&other, vec![peer(&a, &[])]);
    let strange = link_other.local_addr().to_string();
    let (link_b, events_b) = start(&b, vec![]);
    let refusing = link_b.local_addr().to_string();
    let name = "nobody.invalid:7440";
    let addresses = [silent.as_str(), &strange, &refusing, name, "[::1]:7440"];
    let (link_a, events_a) = start(&a, vec![peer(&b, &addresses)]);
    ignore(events_a);
    ignore(events_b);
    ignore(events_other);
    let standing = until(&link_a, &b, |standing| standing.failed_dials.len() == 5).await;
    let why = |address: &str| standing.failed_dials.get(address).unwrap().why;
    assert_eq!(why(&silent), DialFault::NoAnswer);
    let stranger = StrangerFault::UnknownKey(other.peer_id().claimed());
    assert_eq!(why(&strange), DialFault::Stranger(stranger));
    assert_eq!(why(&refusing), DialFault::Refused);
    assert_eq!(why(name), DialFault::NameNotFound);
    assert_eq!(why("[::1]:7440"), DialFault::NoWay);
    assert!(standing.line.is_none() && standing.heard.is_none());
    link_b.set_peers(vec![peer(&a, &[])]);
    let standing = until(&link_a, &b, |standing| standing.line.is_some()).await;
    assert!(!standing.failed_dials.contains_key(&refusing), "it works");
}

#[tokio::test]
async fn a_wrong_address_before_the_right_one_costs_no_time() {
    let (a, b) = (identity(), identity());
    let (link_b, events_b) = start(&b, vec![peer(&a, &[])]);
    let deaf = deaf();
    let wrong = deaf.local_addr().unwrap().to_string();
    let right = link_b.local_addr().to_string();
    let (_link_a, mut events_a) = start(&a, vec![peer(&b, &[&wrong, &wrong, &right])]);
    ignore(events_b);
    // The dial of the wrong one alone takes a second.
    let up = timeout(Duration::from_millis(900), events_a.recv()).await;
    assert!(matches!(up, Ok(Some(Event::Up { .. }))), "{up:?}");
}

#[tokio::test]
async fn a_peer_without_an_address_is_dialled_where_it_was_seen() {
    let (a, b) = (identity(), identity());
    let (link_b, mut events_b) = start(&b, vec![peer(&a, &[])]);
    let at = link_b.local_addr().to_string();
    let (link_a, events_a) = start(&a, vec![peer(&b, &[&at])]);
    ignore(events_a);
    assert!(matches!(events_b.recv().await, Some(Event::Up { .. })));
    let seen: SocketAddr = link_a.local_addr();
    link_a.shutdown().await;
    // It comes back, and doesn't know where the other is.
    let (link_a, events_a) = Link::start(a.clone(), seen, vec![peer(&b, &[])], settings()).unwrap();
    ignore(events_a);
    ignore(events_b);
    let standing = until(&link_a, &b, |standing| standing.line.is_some()).await;
    assert!(!standing.line.unwrap().dialled_here);
}

#[tokio::test]
async fn removed_peers_leave_no_standing() {
    let (a, b) = (identity(), identity());
    let (link_a, _events) = start(&a, vec![peer(&b, &["127.0.0.1:9"])]);
    until(&link_a, &b, |standing| !standing.failed_dials.is_empty()).await;
    link_a.set_peers(vec![]);
    let started = Instant::now();
    while !link_a.standing().is_empty() {
        assert!(started.elapsed() < PATIENCE);
        sleep(Duration::from_millis(20)).await;
    }
}
