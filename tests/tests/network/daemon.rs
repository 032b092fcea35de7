//! A real router: a namespace that translates addresses by the rules of the kernel, and `miniupnpd`, which is what many
//! routers in homes run.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kortisto_tests::skip;

use crate::space::Network;

/// How long the daemon may take to be ready.
const START_TIME: Duration = Duration::from_secs(10);
/// Every connection gets another port, and nobody comes in unasked: without a mapping, `a` can't be dialled.
const RULES: &str = "table inet filter {
    chain miniupnpd {}
    chain prerouting_miniupnpd {}
    chain postrouting_miniupnpd {}
    chain own { type filter hook input priority filter; iifname wan drop; }
    chain through {
        type filter hook forward priority filter; policy drop;
        ct state established,related accept; iifname lan accept; jump miniupnpd;
    }
    chain prerouting { type nat hook prerouting priority dstnat; jump prerouting_miniupnpd; }
    chain postrouting {
        type nat hook postrouting priority srcnat;
        jump postrouting_miniupnpd; oifname wan masquerade fully-random;
    }
}\n";

/// The running daemon. It ends when dropped.
pub(crate) struct Daemon {
    child: Child,
    directory: tempfile::TempDir,
}

/// A premises `a` behind a router `r`, and a premises `b` on the internet. The addresses there are nobody's in this
/// network of two; the daemon takes those for documentation for a sign that another router follows.
pub(crate) fn behind() -> Option<Network> {
    let found = Command::new("miniupnpd").arg("--version").output();
    if found.is_err() {
        skip::say("UPnP, PCP and NAT-PMP against a real router: there is no miniupnpd");
        return None;
    }
    let network = Network::new(&["a", "r", "b"])?;
    network.cable(("a", "lan"), ("r", "lan"));
    network.cable(("r", "wan"), ("b", "wan"));
    network.ip(
        "a",
        "addr add 192.168.1.5/24 dev lan\nroute add default via 192.168.1.1\n",
    );
    network.ip(
        "r",
        "addr add 192.168.1.1/24 dev lan\naddr add 11.0.0.1/24 dev wan\n",
    );
    network.ip("b", "addr add 11.0.0.2/24 dev wan");
    network.set("r", "ipv4/ip_forward", 1);
    network.nft("r", RULES);
    Some(network)
}

impl Daemon {
    /// Starts it at the router, for UPnP and, if wanted, PCP and NAT-PMP.
    pub(crate) fn start(network: &Network, pcp: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let in_directory = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        let pcp = if pcp { "yes" } else { "no" };
        let config = format!(
            "ext_ifname=wan\nlistening_ip=lan\nhttp_port=5000\nsecure_mode=yes\nipv6_disable=yes\n\
             enable_upnp=yes\nenable_natpmp={pcp}\nlease_file={}\n\
             uuid=00000000-0000-0000-0000-000000000001\n\
             upnp_table_name=filter\nupnp_nat_table_name=filter\nupnp_forward_chain=miniupnpd\n\
             upnp_nat_chain=prerouting_miniupnpd\nupnp_nat_postrouting_chain=postrouting_miniupnpd\n\
             allow 1024-65535 192.168.1.0/24 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
            in_directory("leases"),
        );
        std::fs::write(in_directory("config"), config).unwrap();
        let mut command = network.command("r", "miniupnpd");
        let child = command
            .args([
                "-d",
                "-f",
                &in_directory("config"),
                "-P",
                &in_directory("pid"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let daemon = Self { child, directory };
        let started = Instant::now();
        while network.inside("a", || TcpStream::connect("192.168.1.1:5000").is_err()) {
            assert!(started.elapsed() < START_TIME, "the daemon does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        daemon
    }

    /// What it remembers of mappings: `UDP:7440:192.168.1.5:7440:1795812017:kortisto`.
    pub(crate) fn leases(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("leases")).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rules by which the router forwards.
pub(crate) fn forwarded(network: &Network) -> String {
    let chain = ["list", "chain", "inet", "filter", "prerouting_miniupnpd"];
    let output = network.command("r", "nft").args(chain).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let rules = text.lines().filter(|line| line.contains("dnat"));
    rules.map(str::trim).collect()
}
