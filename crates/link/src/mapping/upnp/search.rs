//! Looks for the router's description (SSDP), and for what it offers.

use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use hyper::{Method, StatusCode};
use tokio::net::UdpSocket;
use tokio::time::{interval, timeout};

use super::description::{Service, services};
use super::http;
use super::url::Url;
use crate::mapping::Way;
use crate::nat::MappingFault;

/// How long looking may take, descriptions included.
const SEARCH_TIME: Duration = Duration::from_secs(3);
/// How often it is asked meanwhile: packets get lost.
const ASK_EVERY: Duration = Duration::from_millis(800);
/// Where all who speak UPnP listen.
const EVERYBODY: Ipv4Addr = Ipv4Addr::new(239, 255, 255, 250);
const PORT: u16 = 1900;
/// What is looked for. A newer router answers to the older names as well.
const WANTED: [&str; 3] = [
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
];
/// The longest answer, bytes: it comes in one packet.
const PACKET: usize = 1_500;
/// The most descriptions of one router that are read.
const DESCRIPTIONS: usize = 4;

/// The services through which the router forwards ports. At least one.
pub(super) async fn find(way: Way) -> Result<Vec<Service>, MappingFault> {
    let mut fault = MappingFault::NoAnswer;
    timeout(SEARCH_TIME, search(way, &mut fault))
        .await
        .unwrap_or(Err(()))
        .map_err(|()| fault)
}

/// Searches until it has found. `fault` says what was found that can't be used.
async fn search(way: Way, fault: &mut MappingFault) -> Result<Vec<Service>, ()> {
    let socket = UdpSocket::bind((way.own, 0)).await.map_err(|_| ())?;
    let mut again = interval(ASK_EVERY);
    let mut seen: Vec<Url> = Vec::new();
    let mut packet = [0; PACKET];
    loop {
        let length = tokio::select! {
            _ = again.tick() => {
                ask(&socket, way.router).await;
                continue;
            }
            received = socket.recv_from(&mut packet) => match received {
                Ok((length, from)) if from.ip() == IpAddr::V4(way.router) => length,
                Ok(_) => continue,
                Err(_) => return Err(()),
            }
        };
        let packet = packet.get(..length).unwrap_or_default();
        let Some(url) = location(packet, way.router).filter(|url| !seen.contains(url)) else {
            continue;
        };
        if seen.len() >= DESCRIPTIONS {
            return Err(());
        }
        let found = describe(&url).await;
        seen.push(url);
        match found {
            Ok(found) => return Ok(found),
            Err(why) => *fault = why.max(*fault),
        }
    }
}

/// Asks everybody, as the protocol has it, and the router itself: a firewall on this machine lets an answer from where
/// something was sent to pass, and some wireless networks don't carry what is for everybody.
async fn ask(socket: &UdpSocket, router: Ipv4Addr) {
    for to in [router, EVERYBODY] {
        for wanted in WANTED {
            let question = format!(
                "M-SEARCH * HTTP/1.1\r\nHOST: {EVERYBODY}:{PORT}\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: {wanted}\r\n\r\n"
            );
            // What can't be sent gets no answer.
            let _ = socket
                .send_to(question.as_bytes(), SocketAddrV4::new(to, PORT))
                .await;
        }
    }
}

/// Where the answer in a packet says that the description is.
fn location(packet: &[u8], router: Ipv4Addr) -> Option<Url> {
    let text = String::from_utf8_lossy(packet);
    let mut lines = text.lines();
    let status = lines.next()?;
    if !status.starts_with("HTTP/1.") || status.split_whitespace().nth(1) != Some("200") {
        return None;
    }
    let (_, location) = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("location"))?;
    Url::read(location, router)
}

async fn describe(url: &Url) -> Result<Vec<Service>, MappingFault> {
    let request = http::request(Method::GET, url);
    let (status, document) = http::exchange(url, request, String::new()).await?;
    let found = services(&document, url).map_err(|_| MappingFault::Unusable)?;
    if status != StatusCode::OK || found.is_empty() {
        return Err(MappingFault::Unusable);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_where_the_description_is() {
        let check = |answer: &str, expected: Option<&str>| {
            let url = location(answer.as_bytes(), [192, 168, 1, 1].into());
            assert_eq!(
                url.as_ref().map(|url| url.path.as_str()),
                expected,
                "{answer}"
            );
        };
        let at = "http://192.168.1.1:5000/desc.xml";
        check(
            &format!("HTTP/1.1 200 OK\r\nST: a\r\nLOCATION: {at}\r\n\r\n"),
            Some("/desc.xml"),
        );
        check(
            &format!("HTTP/1.0 200 OK\nLocation:{at}\n"),
            Some("/desc.xml"),
        );
        check(
            &format!("HTTP/1.1 404 Not Found\r\nLOCATION: {at}\r\n\r\n"),
            None,
        );
        check(
            &format!("NOTIFY * HTTP/1.1\r\nLOCATION: {at}\r\n\r\n"),
            None,
        );
        check("HTTP/1.1 200 OK\r\nST: a\r\n\r\n", None);
        check(
            "HTTP/1.1 200 OK\r\nLOCATION: http://192.168.1.2/\r\n\r\n",
            None,
        );
        check("HTTP/1.1", None);
        check("", None);
    }
}
