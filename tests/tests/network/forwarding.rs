//! A router that forwards the port because the node asks: an old one (NAT-PMP, RFC 6886), and none at all.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use link::{LinkSettings, Mapping, MappingFault, MappingProtocol};

use crate::premises::{Premises, SOON, Who};
use crate::space::Network;

/// How long asking in every way may take.
const ASKED: Duration = Duration::from_secs(20);

/// Answers requests until one takes the mapping back. Returns the lifetimes that were asked for.
fn router(socket: &UdpSocket) -> Vec<u32> {
    socket.set_read_timeout(Some(SOON * 2)).unwrap();
    let mut asked = Vec::new();
    let mut buffer = [0; 100];
    while asked.last() != Some(&0) {
        let (_, from) = socket.recv_from(&mut buffer).unwrap();
        let mut answer = match buffer[..2] {
            // PCP: this router is older.
            [2, _] => vec![0, 128, 0, 1, 0, 0, 0, 9],
            [0, 0] => vec![0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 1],
            _ => vec![0, 129, 0, 0, 0, 0, 0, 9],
        };
        if buffer[..2] == [0, 1] {
            let lifetime: [u8; 4] = buffer[8..12].try_into().unwrap();
            asked.push(u32::from_be_bytes(lifetime));
            answer.extend(&buffer[4..6]);
            let port: u16 = if lifetime == [0; 4] { 0 } else { 17_440 };
            answer.extend(port.to_be_bytes());
            answer.extend(lifetime);
        }
        socket.send_to(&answer, from).unwrap();
    }
    asked
}

/// A link that asks the router.
pub(crate) fn wanted() -> LinkSettings {
    LinkSettings {
        port_mapping: true,
        ..LinkSettings::default()
    }
}

/// What became of asking.
pub(crate) fn asked(premises: &Premises) -> Mapping {
    let started = Instant::now();
    loop {
        let mapping = premises.link.router().mapping;
        if !matches!(mapping, Mapping::Off | Mapping::Asking) {
            return mapping;
        }
        assert!(started.elapsed() < ASKED, "{mapping:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_router_is_asked_and_the_request_is_taken_back_at_the_end() {
    let Some(network) = Network::new(&["a", "r"]) else {
        return;
    };
    network.cable(("a", "lan"), ("r", "lan"));
    network.ip(
        "a",
        "addr add 192.168.1.5/24 dev lan\nroute add default via 192.168.1.1\n",
    );
    network.ip("r", "addr add 192.168.1.1/24 dev lan");
    let socket = network.inside("r", || UdpSocket::bind("0.0.0.0:5351").unwrap());
    let router = std::thread::spawn(move || router(&socket));
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    let mapping = asked(&premises);
    let Mapping::Forwarded {
        by, port, address, ..
    } = mapping
    else {
        unreachable!("{mapping:?}")
    };
    assert_eq!((by, port), (MappingProtocol::NatPmp, 17_440));
    assert_eq!(address, Some("203.0.113.1".parse().unwrap()));
    drop(premises);
    assert_eq!(router.join().unwrap(), [3_600, 0]);
}

#[test]
fn without_a_router_that_is_said() {
    let Some(network) = Network::new(&["a"]) else {
        return;
    };
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    let mapping = asked(&premises);
    assert_eq!(mapping, Mapping::Failed(MappingFault::NoRouter));
}
