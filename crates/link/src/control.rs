//! What two nodes tell each other about the line itself, on a stream of its own each way: at which address one sees
//! the other.
//!
//! A program that doesn't know these streams allows none, so opening one waits for as long as the line stands.
//! Messages are a kind, a length and so many bytes; kinds that aren't known are skipped.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use quinn::Connection;
use tokio::time::sleep;

use crate::standing::canonical;

/// "I see you at": an IPv6 address, or an IPv4 one mapped to it, and a port, big end first.
const OBSERVED: u8 = 1;
/// A peer that has moved is told so after this long at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Tells the peer at which address it is seen, again whenever that changes, until the connection ends.
pub(crate) async fn tell(connection: Connection) {
    let Ok(mut stream) = connection.open_uni().await else {
        return;
    };
    let mut told = None;
    while connection.close_reason().is_none() {
        let address = connection.remote_address();
        if told != Some(address) {
            if stream.write_all(&observed(address)).await.is_err() {
                return;
            }
            told = Some(address);
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Hears at which address the peer sees this node, until the connection ends.
pub(crate) async fn hear(connection: Connection, heard: impl Fn(SocketAddr)) {
    let Ok(mut stream) = connection.accept_uni().await else {
        return;
    };
    let mut body = [0; u8::MAX as usize];
    loop {
        let mut head = [0; 2];
        if stream.read_exact(&mut head).await.is_err() {
            return;
        }
        let [kind, length] = head;
        let Some(part) = body.get_mut(..usize::from(length)) else {
            return;
        };
        if stream.read_exact(part).await.is_err() {
            return;
        }
        if let Some(address) = address(kind, part) {
            heard(address);
        }
    }
}

fn observed(address: SocketAddr) -> Vec<u8> {
    let ip = match address.ip() {
        IpAddr::V4(ip) => ip.to_ipv6_mapped(),
        IpAddr::V6(ip) => ip,
    };
    let mut message = vec![OBSERVED, 18];
    message.extend(ip.octets());
    message.extend(address.port().to_be_bytes());
    message
}

fn address(kind: u8, body: &[u8]) -> Option<SocketAddr> {
    let (ip, port) = body.split_first_chunk::<16>()?;
    let port = u16::from_be_bytes(port.try_into().ok()?);
    (kind == OBSERVED && port != 0)
        .then(|| canonical(SocketAddr::new(Ipv6Addr::from(*ip).into(), port)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn an_address_reads_back_and_nothing_else_does() {
        for text in ["203.0.113.7:7440", "[2001:db8::5]:1"] {
            let said = observed(text.parse().unwrap());
            assert_eq!(address(said[0], &said[2..]), Some(text.parse().unwrap()));
            assert_eq!(usize::from(said[1]), said.len() - 2);
            assert_eq!(address(OBSERVED + 1, &said[2..]), None);
            assert_eq!(address(OBSERVED, &said[3..]), None);
            assert_eq!(address(OBSERVED, &[]), None);
        }
        assert_eq!(address(OBSERVED, &[0; 18]), None, "port 0 is none");
    }
}
