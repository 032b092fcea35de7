//! Routers that forward the port because the node asks by UPnP IGD, and a real one that is asked in every way.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kortisto_tests::node::Node;
use link::{Mapping, MappingFault, MappingProtocol, NatKind};

use crate::daemon::{Daemon, behind, forwarded};
use crate::forwarding::{asked, wanted};
use crate::igd::{Igd, PAGE, home, shown, well};
use crate::premises::{Premises, SOON, Who, data_flows};
use crate::space::Network;

/// How long a node may take to start, or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The premises behind the router has it forward the port, is dialled through it, and takes the mapping back.
fn comes_in(network: &Network, daemon: &Daemon, by: MappingProtocol) {
    // Where the other is, the one behind the router doesn't know.
    let (at_a, at_b) = (Who::at("11.0.0.1:7440"), Who::at(""));
    let first = Premises::start_with(network, "a", &at_a, &[&at_b], wanted());
    let mapping = asked(&first);
    let Mapping::Forwarded { by: asked_by, .. } = mapping else {
        unreachable!("{mapping:?}")
    };
    assert_eq!(asked_by, by);
    assert_eq!(shown(mapping.outside()).unwrap(), "11.0.0.1:7440");
    let rule = forwarded(network);
    assert!(rule.contains("dnat ip to 192.168.1.5:7440"), "{rule}");
    if by == MappingProtocol::Upnp {
        let leases = daemon.leases();
        assert!(leases.starts_with("UDP:7440:192.168.1.5:7440:"), "{leases}");
        assert!(leases.trim_end().ends_with(":kortisto"), "{leases}");
    }
    let second = Premises::start(network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    first.until(&at_b, SOON, |standing| standing.observed.is_some());
    let router = first.link.router();
    assert_eq!(shown(router.seen).unwrap(), "11.0.0.1:7440");
    assert_ne!(router.nat, NatKind::Changing);
    drop(first);
    assert_eq!(forwarded(network), "");
}

#[test]
fn a_real_router_lets_the_other_premises_in_by_upnp() {
    let Some(network) = behind() else { return };
    let daemon = Daemon::start(&network, false);
    comes_in(&network, &daemon, MappingProtocol::Upnp);
}

#[test]
fn a_real_router_lets_the_other_premises_in_by_pcp() {
    let Some(network) = behind() else { return };
    let daemon = Daemon::start(&network, true);
    comes_in(&network, &daemon, MappingProtocol::Pcp);
}

#[test]
fn a_real_router_lets_the_other_premises_in_by_nat_pmp() {
    let Some(network) = behind() else { return };
    let daemon = Daemon::start(&network, true);
    // The daemon speaks both; what is PCP goes to one who says that this router is older.
    network.nft(
        "r",
        "table ip older {
            chain in {
                type nat hook prerouting priority dstnat;
                iifname lan udp dport 5351 @th,64,8 2 redirect to :5352;
            }
        }\n",
    );
    let older = network.inside("r", || UdpSocket::bind("0.0.0.0:5352").unwrap());
    older.set_read_timeout(Some(PATIENCE)).unwrap();
    let older = std::thread::spawn(move || {
        let mut packet = [0; 100];
        let (_, from) = older.recv_from(&mut packet).unwrap();
        let answer = [0, 128, 0, 1, 0, 0, 0, 9];
        older.send_to(&answer, from).unwrap();
        packet[0]
    });
    comes_in(&network, &daemon, MappingProtocol::NatPmp);
    assert_eq!(older.join().unwrap(), 2, "it was PCP");
}

#[test]
fn a_node_that_is_told_to_end_takes_its_mapping_back() {
    let Some(network) = behind() else { return };
    let daemon = Daemon::start(&network, false);
    let directory = tempfile::tempdir().unwrap();
    let mut node = Node::init(directory.path(), "Poikuekatu").unwrap();
    node.listen_at("[::]:7440".parse().unwrap()).unwrap();
    network.inside("a", || node.launch()).unwrap();
    let started = Instant::now();
    // A command at a node that doesn't run yet would keep it from starting.
    while daemon.leases().is_empty() && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(50));
    }
    let status = || Some(node.status().ok()?["router"].clone());
    while status().is_none_or(|router| router["forwarding"] == "asking")
        && started.elapsed() < PATIENCE
    {
        std::thread::sleep(Duration::from_millis(50));
    }
    let router = status();
    let words = node.command(&["status"], &[]).unwrap().fine().unwrap();
    let before = forwarded(&network);
    node.stop().unwrap();
    let expected = serde_json::json!({
        "ports": "unknown", "seen": null, "forwarding": "forwarded", "by": "UPnP", "port": 7440, "address": "11.0.0.1"
    });
    assert_eq!(router, Some(expected));
    let line = "  router    forwards 11.0.0.1:7440 (UPnP)\n";
    assert!(words.contains(line), "{words}");
    assert!(before.contains("dnat ip to 192.168.1.5:7440"), "{before}");
    assert_eq!(forwarded(&network), "");
}

#[test]
fn a_router_that_knows_no_end_is_asked_for_a_mapping_without_one_and_has_it_taken_back() {
    let Some(network) = home() else { return };
    let permanent = well("203.0.113.1", |asked| {
        (asked.value("NewLeaseDuration") != "0").then_some(725)
    });
    let router = Igd::start(&network, PAGE, permanent);
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    let expected = Mapping::Forwarded {
        by: MappingProtocol::Upnp,
        port: 7440,
        address: Some([203, 0, 113, 1].into()),
        until: None,
    };
    assert_eq!(asked(&premises), expected);
    drop(premises);
    let added = router.heard_of("AddPortMapping");
    let times: Vec<&str> = added
        .iter()
        .map(|asked| asked.value("NewLeaseDuration"))
        .collect();
    assert_eq!(times, ["3600", "0"]);
    for (name, expected) in [
        ("NewRemoteHost", ""),
        ("NewExternalPort", "7440"),
        ("NewProtocol", "UDP"),
        ("NewInternalPort", "7440"),
        ("NewInternalClient", "192.168.1.5"),
        ("NewEnabled", "1"),
        ("NewPortMappingDescription", "kortisto"),
    ] {
        assert_eq!(added[1].value(name), expected, "{name}");
    }
    let deleted = router.heard_of("DeletePortMapping");
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0].value("NewExternalPort"), "7440");
}

#[test]
fn where_the_port_is_somebody_elses_another_one_is_asked_for() {
    let Some(network) = home() else { return };
    let taken = well("203.0.113.1", |asked| {
        let port = asked.value("NewExternalPort");
        ["7440", "17440"].contains(&port).then_some(718)
    });
    let router = Igd::start(&network, PAGE, taken);
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    let outside = asked(&premises).outside();
    assert_eq!(shown(outside).unwrap(), "203.0.113.1:27440");
    drop(premises);
    let deleted = router.heard_of("DeletePortMapping");
    assert_eq!(deleted.len(), 1, "the others' stay");
    assert_eq!(deleted[0].value("NewExternalPort"), "27440");
}

#[test]
fn a_router_that_has_no_port_left_or_allows_none_refuses() {
    for (code, tries) in [(718, 5), (606, 1), (501, 1)] {
        let Some(network) = home() else { return };
        let router = Igd::start(&network, PAGE, well("203.0.113.1", move |_| Some(code)));
        let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
        assert_eq!(asked(&premises), Mapping::Failed(MappingFault::Refused));
        drop(premises);
        assert_eq!(router.heard_of("AddPortMapping").len(), tries, "{code}");
        assert!(router.heard_of("DeletePortMapping").is_empty(), "{code}");
    }
}

#[test]
fn a_router_behind_another_forwards_and_is_told_to_nobody() {
    for address in ["100.64.0.7", "192.168.100.2"] {
        let Some(network) = home() else { return };
        let _router = Igd::start(&network, PAGE, well(address, |_| None));
        let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
        let mapping = asked(&premises);
        assert!(matches!(mapping, Mapping::Forwarded { port: 7440, .. }));
        assert!(mapping.is_behind_another(), "{mapping:?}");
        assert_eq!(mapping.outside(), None);
    }
}

/// Waits until the link says so of the router.
fn until(premises: &Premises, wanted: impl Fn(Mapping) -> bool) {
    let started = Instant::now();
    while !wanted(premises.link.router().mapping) {
        let mapping = premises.link.router().mapping;
        assert!(started.elapsed() < PATIENCE, "{mapping:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

const NONE: Mapping = Mapping::Failed(MappingFault::NoRouter);

#[test]
fn a_mapping_is_renewed_also_at_a_router_that_takes_that_for_a_conflict() {
    let Some(network) = home() else { return };
    let times = AtomicU32::new(0);
    let confused = well("203.0.113.1", move |_| {
        (times.fetch_add(1, Ordering::Relaxed) == 1).then_some(718)
    });
    let router = Igd::start(&network, PAGE, confused);
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    assert!(asked(&premises).outside().is_some());
    // It is also renewed when the network is back.
    network.ip("a", "route del default");
    until(&premises, |mapping| mapping == NONE);
    network.ip("a", "route add default via 192.168.1.1");
    until(&premises, |mapping| mapping.outside().is_some());
    drop(premises);
    let heard = router.heard().into_iter().map(|asked| asked.what);
    let changes: Vec<String> = heard.filter(|what| what.ends_with("PortMapping")).collect();
    let (add, delete) = ("AddPortMapping", "DeletePortMapping");
    assert_eq!(changes, [add, add, delete, add, delete]);
}

#[test]
fn a_machine_that_has_moved_is_forwarded_to_where_it_is() {
    let Some(network) = home() else { return };
    let router = Igd::start(&network, PAGE, well("203.0.113.1", |_| None));
    network.ip("a", "route del default");
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    assert_eq!(asked(&premises), NONE);
    network.ip("a", "route add default via 192.168.1.1");
    until(&premises, |mapping| mapping.outside().is_some());
    network.ip(
        "a",
        "addr del 192.168.1.5/24 dev lan\naddr add 192.168.1.7/24 dev lan\nroute add default via 192.168.1.1\n",
    );
    let added = || router.heard_of("AddPortMapping");
    let started = Instant::now();
    while added().len() < 2 {
        assert!(started.elapsed() < PATIENCE, "{:?}", router.heard());
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(premises);
    let clients: Vec<String> = added()
        .iter()
        .map(|asked| asked.value("NewInternalClient").to_owned())
        .collect();
    assert_eq!(clients, ["192.168.1.5", "192.168.1.7"]);
    assert_eq!(router.heard_of("DeletePortMapping").len(), 2);
}
