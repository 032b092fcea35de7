//! Loopback ports of our own, for nodes that are told their addresses before they start.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// Ports below those that the system gives to outgoing connections, so that none of them is taken meanwhile.
const FIRST: u16 = 10_000;
const COUNT: u16 = 20_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// An address on loopback that was free for TCP and UDP just now.
///
/// Tests run as processes side by side: each begins to look at another place.
///
/// # Errors
/// When none of the range is free.
pub fn free() -> anyhow::Result<SocketAddr> {
    let begin = (std::process::id().wrapping_mul(64) % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (begin.wrapping_add(step) % COUNT);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if is_free(address) {
            return Ok(address);
        }
    }
    anyhow::bail!("no free port from {FIRST} to {}", FIRST + COUNT)
}

/// A port from which on so many are free, for programs that count their own from one.
///
/// # Errors
/// When there is no such row.
pub fn row(length: u16) -> anyhow::Result<u16> {
    for _ in 0..COUNT / length {
        let first = free()?.port();
        let mut ports = first..first + length;
        if ports.all(|port| is_free(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))) {
            // Whoever is given a port before the row's own program has begun gets one behind it.
            NEXT.fetch_add(length - 1, Ordering::Relaxed);
            return Ok(first);
        }
    }
    anyhow::bail!("no {length} free ports in a row")
}

fn is_free(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
}
