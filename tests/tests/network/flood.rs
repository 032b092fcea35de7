//! Packets of strangers in great numbers.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use crate::premises::{Premises, SOON, Who, data_flows};
use crate::space::Network;

/// Packets a second, in a few hundred bursts.
const RATE: u32 = 10_000;
const BURST: u32 = 50;
/// How much more memory a flood may take, kB. Nothing is kept per packet: 100,000 of them are 120 MB.
const GROWTH_KB: u64 = 40 * 1024;

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
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

#[test]
fn a_flood_of_first_packets_leaves_a_line_and_the_memory_alone() {
    let Some(network) = Network::new(&["a", "b", "evil"]) else {
        return;
    };
    network.cable(("a", "net"), ("b", "net"));
    network.ip("a", "addr add 203.0.113.1/24 dev net");
    network.ip("b", "addr add 203.0.113.2/24 dev net");
    network.cable(("evil", "net"), ("b", "evil"));
    network.ip("b", "addr add 198.51.100.2/24 dev evil");
    network.ip("evil", "addr add 198.51.100.1/24 dev net");
    let (at_a, at_b) = (Who::at("203.0.113.1:7440"), Who::at("203.0.113.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    let length = Duration::from_secs(if kortisto_tests::skip::long() { 60 } else { 3 });
    let before = resident_kb();
    let flooding = network.door("evil");
    let flood = std::thread::spawn(move || {
        flooding();
        let sockets: Vec<UdpSocket> = (0..64)
            .map(|_| UdpSocket::bind("198.51.100.1:0").unwrap())
            .collect();
        let started = Instant::now();
        let mut sent = 0;
        while started.elapsed() < length {
            for socket in sockets.iter().cycle().take(usize::try_from(BURST).unwrap()) {
                sent += 1;
                // A full queue drops it, as the network would.
                let _ = socket.send_to(&garbage(sent), "198.51.100.2:7440");
            }
            std::thread::sleep(Duration::from_secs(1) * BURST / RATE);
        }
        sent
    });
    let mut slowest = Duration::ZERO;
    while !flood.is_finished() {
        slowest = slowest.max(data_flows((&first, &at_a), (&second, &at_b), SOON));
    }
    let sent = flood.join().unwrap();
    assert!(sent > 1_000, "only {sent} packets were sent");
    assert!(slowest < Duration::from_secs(2), "a frame took {slowest:?}");
    let grown = resident_kb().saturating_sub(before);
    assert!(grown < GROWTH_KB, "{grown} kB more after {sent} packets");
    let standing = second.standing(&at_a);
    assert!(standing.line.is_some_and(|line| !line.quiet));
}
