//! Clause 8: whom a node talks to, as its packets show it.

use std::collections::BTreeSet;
use std::path::Path;

use kortisto_tests::browser::Browser;
use kortisto_tests::demo::{Demo, OWNER, PASSWORD};
use kortisto_tests::node::Node;
use kortisto_tests::rooms;
use serde_json::Value;

use crate::clinics::{agreed, import, listening};
use crate::space::Network;

/// Where what the namespace sends ends up: its way to the internet.
const GATEWAY: &str = "203.0.113.254";

/// A namespace `node` with a way to everywhere, whose every destination is written down: host, protocol and port, of
/// whatever family. What stays on the computer is not.
fn captured() -> Option<Network> {
    let network = Network::new(&["node", "other", "world"])?;
    network.ip("world", "link add bridge type bridge\nlink set bridge up\n");
    for (number, name) in [(1, "node"), (2, "other")] {
        network.cable((name, "net"), ("world", name));
        network.ip("world", &format!("link set {name} master bridge"));
        network.ip(
            name,
            &format!(
                "addr add 203.0.113.{number}/24 dev net\naddr add 2001:db8::{number}/64 dev net nodad\n\
                 route add default via {GATEWAY}\nroute add default via 2001:db8::fe\n"
            ),
        );
    }
    network.ip(
        "world",
        &format!("addr add {GATEWAY}/24 dev bridge\naddr add 2001:db8::fe/64 dev bridge nodad\n"),
    );
    network.nft(
        "node",
        "table inet capture {
            set four { type ipv4_addr . inet_proto . inet_service; flags dynamic; size 4096; }
            set six { type ipv6_addr . inet_proto . inet_service; flags dynamic; size 4096; }
            set others { type inet_proto; flags dynamic; size 256; }
            chain out {
                type filter hook output priority 0;
                oifname lo accept
                meta l4proto { tcp, udp } update @four { ip daddr . meta l4proto . th dport }
                meta l4proto { tcp, udp } update @six { ip6 daddr . meta l4proto . th dport }
                meta l4proto != { tcp, udp, icmp, icmpv6 } update @others { meta l4proto }
            }
        }\n",
    );
    Some(network)
}

/// Where packets went, as `host protocol port`.
fn seen(network: &Network) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for set in ["four", "six", "others"] {
        let args = ["-j", "list", "set", "inet", "capture", set];
        let listed = network.command("node", "nft").args(args).output().unwrap();
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        let entries = listed["nftables"].as_array().unwrap().iter();
        let elements = entries.filter_map(|entry| entry["set"]["elem"].as_array());
        seen.extend(elements.flatten().map(destination));
    }
    seen
}

fn destination(element: &Value) -> String {
    let element = element.get("elem").map_or(element, |elem| &elem["val"]);
    let parts = element["concat"].as_array().cloned();
    let parts = parts.unwrap_or_else(|| vec![element.clone()]);
    let words: Vec<String> = parts
        .iter()
        .map(|part| {
            part.as_str()
                .map_or_else(|| part.to_string(), str::to_owned)
        })
        .collect();
    words.join(" ")
}

/// What a node may ask of its router: PCP or NAT-PMP, and UPnP's search of the local network.
fn of_the_router() -> BTreeSet<String> {
    let router = [5351, 1900].map(|port| format!("{GATEWAY} udp {port}"));
    let all = "239.255.255.250 udp 1900".to_owned();
    router.into_iter().chain([all]).collect()
}

/// Those destinations that are neither known nor the router.
fn strangers(seen: &BTreeSet<String>, known: &[&str]) -> Vec<String> {
    let mut allowed = of_the_router();
    allowed.extend(known.iter().map(|&one| one.to_owned()));
    seen.difference(&allowed).cloned().collect()
}

/// Has a node send its letters to a relay that is nowhere.
fn tell_relay(node: &Node) {
    let file = node.directory().join("kortisto.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let mail = "[mail]\nrelay = \"203.0.113.25:587\"\nfrom = \"Hoitola <hoitola@example.fi>\"\n";
    std::fs::write(&file, format!("{settings}\n{mail}")).unwrap();
}

fn started(network: &Network, home: &Path, space: &str) -> Node {
    let mut node = Node::init(home, space).unwrap();
    node.listen_at("[::]:7440".parse().unwrap()).unwrap();
    tell_relay(&node);
    network.inside(space, || node.launch()).unwrap();
    node
}

/// Has a letter tried, which the relay doesn't take.
async fn try_letter(node: &Node) {
    let owner = node.owner_first().await.unwrap();
    let page = owner.open("/marketing/new").await.unwrap();
    let form = page.form("/marketing/new").unwrap();
    let form = form.with("kind", "event").with("medium", "email");
    let form = form.with("title", "Syysilta").with("text_fi", "Tervetuloa");
    let campaign = owner.save(&form).await.unwrap();
    let page = owner.open(&campaign).await.unwrap();
    let trial = page.form("/trial").unwrap();
    let tried = owner.send(&trial.with("to", "omistaja@example.fi")).await;
    assert!(!tried.unwrap().html.contains("otti koeviestin vastaan"));
}

#[tokio::test]
async fn clause_8_a_node_talks_to_its_peers_its_router_and_its_mail_relay_alone() {
    let Some(network) = captured() else { return };
    let home = tempfile::tempdir().unwrap();
    let [node, other] = ["node", "other"].map(|space| started(&network, home.path(), space));
    listening(&[&node, &other]).await;
    import(&node, home.path(), 12);
    for (here, there, number) in [(&node, &other, 2), (&other, &node, 1)] {
        let (id, address) = (there.id().unwrap(), format!("203.0.113.{number}:7440"));
        let words = ["--id", &id, "--addr", &address];
        let added = here.command(&["peer", "add"], &words);
        added.unwrap().fine().unwrap();
    }
    agreed(&[&node, &other], 1, 12).await;
    node.command(&["line", "check"], &[]).unwrap();
    network.door("node")();
    try_letter(&node).await;
    let peer = "203.0.113.2 udp 7440";
    let relay = "203.0.113.25 tcp 587";
    let seen = seen(&network);
    assert!(seen.contains(peer) && seen.contains(relay), "{seen:?}");
    assert_eq!(
        strangers(&seen, &[peer, "2001:db8::2 udp 7440", relay]),
        [""; 0]
    );
}

#[tokio::test]
async fn clause_8_no_page_makes_anything_leave_the_computer() {
    let Some(network) = captured() else { return };
    let home = tempfile::tempdir().unwrap();
    network.door("node")();
    let demo = Demo::start(&home.path().join("demo")).unwrap();
    demo.runs().await.unwrap();
    let found = rooms::find(&demo.owner(0).await.unwrap()).await.unwrap();
    let browser = Browser::open(demo.console(0)).await.unwrap();
    browser.log_in(OWNER, PASSWORD).await.unwrap();
    for path in found.values() {
        browser.go(path).await.unwrap();
        browser.element("main h1").await.unwrap();
    }
    demo.end().await.unwrap();
    assert_eq!(strangers(&seen(&network), &[]), [""; 0]);
}
