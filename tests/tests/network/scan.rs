//! What a running node shows to whoever scans its ports.

use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use kortisto_tests::node::Node;

use crate::space::Network;

/// How long a node may take to be ready.
const START_TIME: Duration = Duration::from_secs(30);

fn open_tcp(ip: IpAddr) -> Vec<u16> {
    let open = |port: &u16| {
        let stream = TcpStream::connect(SocketAddr::new(ip, *port));
        // A connection from a port to itself is nobody's answer.
        stream.is_ok_and(|stream| stream.local_addr().unwrap().port() != *port)
    };
    (1..=u16::MAX).filter(open).collect()
}

/// Ports from which nothing comes back: a closed one is refused at once.
fn open_udp(ip: IpAddr) -> Vec<u16> {
    let open = |port: &u16| {
        let socket = UdpSocket::bind(SocketAddr::new(ip, 0)).unwrap();
        socket.connect(SocketAddr::new(ip, *port)).unwrap();
        // Its own port would answer for itself.
        if socket.local_addr().unwrap().port() == *port {
            return false;
        }
        socket.send(&[0]).is_ok() && socket.send(&[0]).is_ok()
    };
    (1..=u16::MAX).filter(open).collect()
}

#[test]
fn a_running_node_shows_one_udp_port_and_its_console_on_loopback() {
    let Some(network) = Network::new(&["node", "other"]) else {
        return;
    };
    network.cable(("node", "net"), ("other", "net"));
    network.ip("node", "addr add 203.0.113.1/24 dev net");
    let directory = tempfile::tempdir().unwrap();
    let mut node = Node::init(directory.path(), "Poikuekatu").unwrap();
    node.listen_at("[::]:7440".parse().unwrap()).unwrap();
    network.inside("node", || node.launch()).unwrap();
    let console = node.console();
    let shown = network.inside("node", || {
        let started = Instant::now();
        while TcpStream::connect(console).is_err() {
            if started.elapsed() > START_TIME {
                return None;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let (inner, outer) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([203, 0, 113, 1]));
        Some((
            open_tcp(inner),
            open_tcp(outer),
            open_udp(inner),
            open_udp(outer),
        ))
    });
    node.kill().unwrap();
    let (tcp_inner, tcp_outer, udp_inner, udp_outer) = shown.unwrap();
    assert_eq!(tcp_inner, [console.port()]);
    assert_eq!(tcp_outer, Vec::<u16>::new());
    assert_eq!(udp_inner, [7440]);
    assert_eq!(udp_outer, [7440]);
}
