//! Two premises behind routers of many kinds.

use std::time::Duration;

use link::{DialFault, Event, LinkSettings, NatKind, Turns};

use crate::premises::{Premises, SOON, Who, data_flows};
use crate::space::Network;

/// What a router does.
#[derive(Clone, Copy)]
struct Router {
    /// What becomes of packets that nobody inside has asked for: `drop`, `reject`, or `accept` for the router itself.
    unsolicited: &'static str,
    /// Every destination gets another port.
    changing: bool,
    /// Port 7440 is forwarded inside.
    forward: bool,
    /// How long it remembers, seconds.
    memory: u32,
}

const PLAIN: Router = Router {
    unsolicited: "drop",
    changing: false,
    forward: false,
    memory: 30,
};

/// Premises `a` and `b` behind routers `ra` and `rb`, whose outer sides are 203.0.113.1 and 203.0.113.2.
fn behind(a: Router, b: Router) -> Option<Network> {
    let network = Network::new(&["a", "b", "ra", "rb"])?;
    network.cable(("ra", "wan"), ("rb", "wan"));
    shelter(&network, ("a", "ra"), 1, a);
    shelter(&network, ("b", "rb"), 2, b);
    Some(network)
}

/// Premises `a`, `b` and `c`, each behind a plain router of its own: the outer sides are 203.0.113.1 to 3.
pub(crate) fn three() -> Option<Network> {
    let network = Network::new(&["a", "b", "c", "ra", "rb", "rc", "street"])?;
    network.ip(
        "street",
        "link add bridge type bridge\nlink set bridge up\n",
    );
    for (premises, number) in [(("a", "ra"), 1), (("b", "rb"), 2), (("c", "rc"), 3)] {
        let port = format!("port{number}");
        network.cable((premises.1, "wan"), ("street", &port));
        network.ip("street", &format!("link set {port} master bridge"));
        shelter(&network, premises, number, PLAIN);
    }
    Some(network)
}

/// Puts a premises behind a router of this kind, whose cable `wan` is there.
fn shelter(network: &Network, (name, router): (&str, &str), number: u8, kind: Router) {
    network.cable((name, "lan"), (router, "lan"));
    network.ip(
        name,
        &format!(
            "addr add 192.168.{number}.5/24 dev lan\nroute add default via 192.168.{number}.1\n"
        ),
    );
    network.ip(
        router,
        &format!(
            "addr add 192.168.{number}.1/24 dev lan\naddr add 203.0.113.{number}/24 dev wan\n"
        ),
    );
    network.set(router, "ipv4/ip_forward", 1);
    network.nft(router, &rules(kind, number));
    network.set(router, "netfilter/nf_conntrack_udp_timeout", kind.memory);
    network.set(
        router,
        "netfilter/nf_conntrack_udp_timeout_stream",
        kind.memory,
    );
}

fn rules(router: Router, number: u8) -> String {
    let Router { unsolicited, .. } = router;
    let random = if router.changing { "fully-random" } else { "" };
    let forward = if router.forward {
        format!("iifname wan udp dport 7440 dnat to 192.168.{number}.5")
    } else {
        String::new()
    };
    format!(
        "table ip translation {{
            chain out {{ type nat hook postrouting priority srcnat; oifname wan masquerade {random}; }}
            chain in {{ type nat hook prerouting priority dstnat; {forward}; }}
        }}
        table inet firewall {{
            chain own {{ type filter hook input priority filter; iifname wan udp dport 7440 {unsolicited}; }}
            chain through {{
                type filter hook forward priority filter; policy drop;
                ct state established,related accept; iifname lan accept; ct status dnat accept;
            }}
        }}\n"
    )
}

/// The two premises of [`behind`] as each is known to the other.
fn two() -> (Who, Who) {
    (Who::at("203.0.113.1:7440"), Who::at("203.0.113.2:7440"))
}

/// Starts both and waits for data both ways.
fn opens(a: Router, b: Router) {
    let Some(network) = behind(a, b) else { return };
    let (at_a, at_b) = two();
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    first.until(&at_b, SOON, |standing| standing.observed.is_some());
    assert_eq!(first.link.router().nat, NatKind::PortPreserving);
}

#[test]
fn two_routers_that_keep_ports_let_the_line_through() {
    opens(PLAIN, PLAIN);
}

#[test]
fn routers_that_reject_let_the_line_through() {
    let rejecting = Router {
        unsolicited: "reject",
        ..PLAIN
    };
    opens(rejecting, rejecting);
}

#[test]
fn one_forwarded_port_is_enough_whatever_the_other_router_does() {
    let forwarding = Router {
        forward: true,
        ..PLAIN
    };
    opens(PLAIN, forwarding);
}

#[test]
fn a_router_that_changes_ports_is_recognised_and_takes_a_forwarded_port_at_the_other_side() {
    let changing = Router {
        changing: true,
        memory: 2,
        ..PLAIN
    };
    let forwarding = Router {
        forward: true,
        memory: 2,
        ..PLAIN
    };
    let Some(network) = behind(changing, forwarding) else {
        return;
    };
    let (at_a, at_b) = two();
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    first.until(&at_b, SOON, |standing| standing.observed.is_some());
    assert_eq!(first.link.router().nat, NatKind::Changing);
    second.until(&at_a, SOON, |standing| standing.observed.is_some());
    assert_ne!(second.link.router().nat, NatKind::Changing);
    // The port is not forwarded any more, and what the routers remembered has run out.
    drop(second);
    network.nft("rb", "flush chain ip translation in\n");
    first.until(&at_b, SOON, |standing| standing.line.is_none());
    network.cut("a");
    std::thread::sleep(Duration::from_secs(4));
    network.heal("a");
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    std::thread::sleep(Duration::from_secs(5));
    for (premises, other) in [(&first, &at_b), (&second, &at_a)] {
        let standing = premises.standing(other);
        assert!(standing.line.is_none(), "{standing:?}");
        let failed = standing.failed_dials.get(other.address).unwrap();
        assert_eq!(failed.why, DialFault::NoAnswer);
    }
    assert_eq!(
        first.link.router().nat,
        NatKind::Changing,
        "it is remembered"
    );
}

#[test]
fn a_router_that_takes_packets_itself_is_outwaited() {
    let taking = Router {
        unsolicited: "accept",
        memory: 3,
        ..PLAIN
    };
    let remembering = Router { memory: 3, ..PLAIN };
    let Some(network) = behind(remembering, taking) else {
        return;
    };
    let (at_a, at_b) = two();
    let settings = || LinkSettings {
        dial_timeout: Duration::from_secs(1),
        turns: Turns {
            after_never: Duration::from_secs(1),
            after_lost: Duration::from_secs(1),
            every: Duration::from_secs(10),
            silence: Duration::from_secs(6),
            later: Duration::from_secs(1),
        },
        ..LinkSettings::default()
    };
    // Only this side dials at first, so that the other's router remembers it.
    let first = Premises::start_with(&network, "a", &at_a, &[&at_b], settings());
    std::thread::sleep(Duration::from_secs(2));
    let second = Premises::start_with(&network, "b", &at_b, &[&at_a], settings());
    data_flows((&first, &at_a), (&second, &at_b), Duration::from_secs(45));
}

#[test]
fn an_idle_line_outlives_the_routers_memory() {
    let forgetful = Router { memory: 4, ..PLAIN };
    let Some(network) = behind(forgetful, forgetful) else {
        return;
    };
    let (at_a, at_b) = two();
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    // Both may have dialled at once: one of two lines has been given up by now.
    std::thread::sleep(Duration::from_secs(1));
    first.happened();
    second.happened();
    std::thread::sleep(Duration::from_secs(9));
    for premises in [&first, &second] {
        let downs = premises.happened();
        assert!(
            !downs
                .iter()
                .any(|event| matches!(event, Event::Down { .. })),
            "{downs:?}"
        );
    }
    data_flows((&first, &at_a), (&second, &at_b), Duration::from_secs(1));
}

#[test]
fn firewalls_of_ipv6_let_the_line_through() {
    let Some(network) = Network::new(&["a", "b", "ra", "rb"]) else {
        return;
    };
    network.cable(("ra", "wan"), ("rb", "wan"));
    for (name, router, number, other) in [("a", "ra", 1, 2), ("b", "rb", 2, 1)] {
        network.cable((name, "lan"), (router, "lan"));
        network.ip(
            name,
            &format!(
                "addr add 2001:db8:{number}::5/64 dev lan nodad\nroute add default via 2001:db8:{number}::1\n"
            ),
        );
        network.ip(
            router,
            &format!(
                "addr add 2001:db8:{number}::1/64 dev lan nodad\naddr add 2001:db8::{number}/64 dev wan nodad\n\
                 route add 2001:db8:{other}::/64 via 2001:db8::{other}\n"
            ),
        );
        network.set(router, "ipv6/conf/all/forwarding", 1);
        network.nft(
            router,
            "table inet firewall { chain through { type filter hook forward priority filter; policy drop;
             ct state established,related accept; iifname lan accept;
             }
             }\n",
        );
    }
    let (at_a, at_b) = (
        Who::at("[2001:db8:1::5]:7440"),
        Who::at("[2001:db8:2::5]:7440"),
    );
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    first.until(&at_b, SOON, |standing| standing.observed.is_some());
    assert_eq!(first.link.router().nat, NatKind::Open);
}

#[test]
fn a_machine_that_keeps_sockets_of_ipv6_to_ipv6_is_reached_by_ipv4_all_the_same() {
    let Some(network) = Network::new(&["a", "b"]) else {
        return;
    };
    network.cable(("a", "lan"), ("b", "lan"));
    network.ip("a", "addr add 192.168.7.1/24 dev lan\n");
    network.ip("b", "addr add 192.168.7.2/24 dev lan\n");
    network.set("a", "ipv6/bindv6only", 1);
    let (at_a, at_b) = (Who::at("192.168.7.1:7440"), Who::at("192.168.7.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
}
