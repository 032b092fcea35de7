//! Packets of strangers in great numbers.

use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SendFlags, SocketType, ipproto, sendto, socket};

use crate::premises::{Premises, SOON, Who, data_flows};
use crate::space::Network;

/// Packets a second.
const RATE: f64 = 10_000.0;
/// How much more memory a flood may take, kB. Nothing is kept per packet: 100,000 of them are 120 MB.
const GROWTH_KB: u64 = 40 * 1024;
/// Where the flood goes.
const TARGET: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 2), 7440);
/// How many different first packets there are; each is sent from many addresses.
const INITIALS: usize = 500;

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Calls `send` with the numbers of packets as fast as the rate says. Returns how many there were.
fn at_rate(length: Duration, mut send: impl FnMut(u64)) -> u64 {
    let started = Instant::now();
    let mut sent = 0;
    while started.elapsed() < length {
        let due = started.elapsed().as_secs_f64() * RATE;
        while (sent as f64) < due {
            send(sent);
            sent += 1;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    sent
}

/// A packet that begins like the first of a QUIC connection and holds nothing.
fn garbage(number: u64) -> Vec<u8> {
    let mut packet = vec![0xc3, 0, 0, 0, 1, 8];
    packet.extend(number.to_be_bytes());
    // No source id, no token, and a length of what follows.
    packet.extend([0, 0, 0x44, 0xa0]);
    packet.resize(1_200, 0x5a);
    packet
}

/// First packets of QUIC connections (RFC 9000, section 17.2.2), as whole as those of a peer.
fn initials() -> Vec<Vec<u8>> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"kortisto/1".to_vec()];
    let crypto = quinn_proto::crypto::rustls::QuicClientConfig::try_from(tls).unwrap();
    let config = quinn_proto::ClientConfig::new(Arc::new(crypto));
    let own = Arc::new(quinn_proto::EndpointConfig::default());
    let mut endpoint = quinn_proto::Endpoint::new(own, None, true, None);
    let made = (0..INITIALS).map(|_| {
        let now = Instant::now();
        let connecting = endpoint.connect(now, config.clone(), TARGET.into(), "kortisto");
        let (_, mut connection) = connecting.unwrap();
        let mut packet = Vec::new();
        let made = connection.poll_transmit(now, 1, &mut packet);
        assert!(made.is_some_and(|made| made.size == packet.len()));
        packet
    });
    made.collect()
}

/// A datagram over IPv4 from an address that need not be the sender's (RFC 791, RFC 768). The kernel fills in the
/// header's checksum; that of UDP may be left out.
fn forged(from: SocketAddrV4, payload: &[u8]) -> Vec<u8> {
    let length = |header: usize| u16::try_from(header + payload.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0];
    packet.extend(length(28));
    // No fragments; 64 hops; UDP; the checksum.
    packet.extend([0, 0, 0x40, 0, 64, 17, 0, 0]);
    packet.extend(from.ip().octets());
    packet.extend(TARGET.ip().octets());
    packet.extend(from.port().to_be_bytes());
    packet.extend(TARGET.port().to_be_bytes());
    packet.extend(length(8));
    packet.extend([0, 0]);
    packet.extend(payload);
    packet
}

/// How many packets came in on the network of this thread.
fn received() -> u64 {
    let table = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap();
    let line = table
        .lines()
        .find_map(|line| line.trim().strip_prefix("net:"));
    let packets = line.unwrap().split_whitespace().nth(1).unwrap();
    packets.parse().unwrap()
}

/// Two premises with a line, at one of which a flood arrives from elsewhere: the line goes on and memory stays flat.
fn withstand(flood: impl FnOnce(Duration) -> u64 + Send + 'static) {
    let Some(network) = Network::new(&["a", "b", "evil"]) else {
        return;
    };
    network.cable(("a", "net"), ("b", "net"));
    network.ip("a", "addr add 203.0.113.1/24 dev net");
    network.ip("b", "addr add 203.0.113.2/24 dev net");
    network.cable(("evil", "net"), ("b", "evil"));
    network.ip("evil", "addr add 198.51.100.1/24 dev net");
    // Answers to addresses that nobody has go the way that the packets came.
    network.ip(
        "b",
        "addr add 198.51.100.2/24 dev evil\nroute add default via 198.51.100.1\n",
    );
    let (at_a, at_b) = (Who::at("203.0.113.1:7440"), Who::at("203.0.113.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    let length = Duration::from_secs(if kortisto_tests::skip::long() { 60 } else { 3 });
    let before = resident_kb();
    let enter = network.door("evil");
    let flood = std::thread::spawn(move || {
        enter();
        flood(length)
    });
    let mut slowest = Duration::ZERO;
    while !flood.is_finished() {
        slowest = slowest.max(data_flows((&first, &at_a), (&second, &at_b), SOON));
    }
    let sent = flood.join().unwrap();
    assert!(sent > 1_000, "only {sent} packets were sent");
    assert!(
        slowest < Duration::from_secs(2),
        "a frame took {slowest:?} among {sent}"
    );
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < GROWTH_KB, "{grown} kB more after {sent} packets");
    let standing = second.standing(&at_a);
    assert!(standing.line.is_some_and(|line| !line.quiet));
}

#[test]
fn a_flood_of_first_packets_leaves_a_line_and_the_memory_alone() {
    withstand(|length| {
        let sockets: Vec<UdpSocket> = (0..64)
            .map(|_| UdpSocket::bind("198.51.100.1:0").unwrap())
            .collect();
        at_rate(length, |number| {
            let socket = &sockets[usize::try_from(number).unwrap() % sockets.len()];
            // A full queue drops it, as the network would.
            let _ = socket.send_to(&garbage(number), TARGET);
        })
    });
}

#[test]
fn well_formed_first_packets_from_forged_addresses_leave_a_line_and_the_memory_alone() {
    let initials = initials();
    withstand(move |length| {
        let raw = socket(AddressFamily::INET, SocketType::RAW, Some(ipproto::RAW)).unwrap();
        let sent = at_rate(length, |number| {
            let payload = &initials[usize::try_from(number).unwrap() % initials.len()];
            let low = u32::try_from(number % 0x00ff_ffff).unwrap();
            let from = SocketAddrV4::new(Ipv4Addr::from_bits(0x0a00_0001 + low), 40_000);
            let _ = sendto(&raw, &forged(from, payload), SendFlags::empty(), &TARGET);
        });
        // Each was taken for what it looks like, and whoever sent it is asked to show where they are.
        assert!(received() > sent / 2, "{} answers to {sent}", received());
        sent
    });
}
