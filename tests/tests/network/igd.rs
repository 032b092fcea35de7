//! A router that speaks UPnP IGD as a test wants it to.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::space::Network;

/// Where the description of a router is that does as it should.
pub(crate) const PAGE: &str = "http://192.168.1.1:5000/desc.xml";
const KIND: &str = "urn:schemas-upnp-org:service:WANIPConnection:1";
const TICK: Duration = Duration::from_millis(20);

/// A request that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `GET /desc.xml`, or the name of an action.
    pub(crate) what: String,
    body: String,
}

impl Asked {
    /// What stands in an argument.
    pub(crate) fn value(&self, name: &str) -> &str {
        let (_, rest) = self.body.split_once(&format!("<{name}>")).unwrap();
        rest.split_once("</").unwrap().0
    }
}

/// A network of a premises `a` at 192.168.1.5 and its router `r`.
pub(crate) fn home() -> Option<Network> {
    let network = Network::new(&["a", "r"])?;
    network.cable(("a", "lan"), ("r", "lan"));
    network.ip(
        "a",
        "addr add 192.168.1.5/24 dev lan\nroute add default via 192.168.1.1\n",
    );
    network.ip(
        "r",
        "addr add 192.168.1.1/24 dev lan\naddr add 192.168.1.66/24 dev lan\n",
    );
    Some(network)
}

/// The router, running until it is dropped.
pub(crate) struct Igd {
    heard: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Igd {
    /// Answers every search with `location`, from 192.168.1.1, and every request on any address at port 5000 as
    /// `answer` does.
    pub(crate) fn start(
        network: &Network,
        location: &str,
        answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        Self::start_at(network, "192.168.1.1", location, answer)
    }

    /// The same, with answers to a search from another address.
    pub(crate) fn start_at(
        network: &Network,
        from: &str,
        location: &str,
        answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let (search, speaker, pages) = network.inside("r", || {
            let search = UdpSocket::bind("0.0.0.0:1900").unwrap();
            let lan = Ipv4Addr::new(192, 168, 1, 1);
            search
                .join_multicast_v4(&Ipv4Addr::new(239, 255, 255, 250), &lan)
                .unwrap();
            let speaker = UdpSocket::bind(format!("{from}:1901")).unwrap();
            let pages = TcpListener::bind("0.0.0.0:5000").unwrap();
            (search, speaker, pages)
        });
        let stop = Arc::new(AtomicBool::new(false));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let reply = format!("HTTP/1.1 200 OK\r\nEXT:\r\nLOCATION: {location}\r\n\r\n");
        let searching = {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || find(&search, &speaker, reply.as_bytes(), &stop))
        };
        let serving = {
            let (stop, heard) = (Arc::clone(&stop), Arc::clone(&heard));
            std::thread::spawn(move || serve(&pages, &heard, &answer, &stop))
        };
        Self {
            heard,
            stop,
            threads: vec![searching, serving],
        }
    }

    /// What was asked so far.
    pub(crate) fn heard(&self) -> Vec<Asked> {
        self.heard.lock().unwrap().clone()
    }

    /// What was asked so far of one kind.
    pub(crate) fn heard_of(&self, what: &str) -> Vec<Asked> {
        let heard = self.heard().into_iter();
        heard.filter(|asked| asked.what == what).collect()
    }
}

impl Drop for Igd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn find(search: &UdpSocket, speaker: &UdpSocket, reply: &[u8], stop: &AtomicBool) {
    search.set_read_timeout(Some(TICK)).unwrap();
    let mut packet = [0; 1_500];
    while !stop.load(Ordering::Relaxed) {
        if let Ok((_, from)) = search.recv_from(&mut packet) {
            speaker.send_to(reply, from).unwrap();
        }
    }
}

/// One request after the other: nobody has reason to send two at once.
fn serve(
    pages: &TcpListener,
    heard: &Mutex<Vec<Asked>>,
    answer: &(impl Fn(&Asked, &mut TcpStream) + Send + Sync),
    stop: &AtomicBool,
) {
    pages.set_nonblocking(true).unwrap();
    while !stop.load(Ordering::Relaxed) {
        let Ok((mut stream, _)) = pages.accept() else {
            std::thread::sleep(TICK);
            continue;
        };
        stream.set_nonblocking(false).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        if let Some(asked) = request(&mut stream) {
            heard.lock().unwrap().push(asked.clone());
            answer(&asked, &mut stream);
        }
    }
}

fn request(stream: &mut TcpStream) -> Option<Asked> {
    let mut text = String::new();
    let mut piece = [0; 2_048];
    loop {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        text.push_str(std::str::from_utf8(piece.get(..length)?).unwrap());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let mut lines = lines.filter(|(found, _)| found.eq_ignore_ascii_case(name));
            lines.next().map(|(_, value)| value.trim_matches('"'))
        };
        let length: usize = header("content-length").map_or(0, |text| text.parse().unwrap());
        if body.len() >= length {
            let action = header("soapaction").map(|action| action.rsplit_once('#').unwrap().1);
            let line = head.lines().next().unwrap().rsplit_once(' ').unwrap().0;
            return Some(Asked {
                what: action.unwrap_or(line).to_owned(),
                body: body.to_owned(),
            });
        }
    }
}

/// What a router says of itself whose service is asked at `control`.
pub(crate) fn description(control: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\"><device><deviceList><device><deviceList>\
         <device><serviceList><service><serviceType>{KIND}</serviceType><controlURL>{control}</controlURL></service>\
         </serviceList></device></deviceList></device></deviceList></device></root>"
    )
}

/// Answers with a page. Whoever asked may have gone.
pub(crate) fn page(stream: &mut TcpStream, text: &str) {
    let length = text.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let _ = stream.write_all(format!("{head}{text}").as_bytes());
}

/// Says that it is done.
pub(crate) fn done(stream: &mut TcpStream, action: &str, values: &str) {
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <u:{action}Response xmlns:u=\"{KIND}\">{values}</u:{action}Response></s:Body></s:Envelope>"
    );
    page(stream, &envelope);
}

/// Refuses.
pub(crate) fn refuse(stream: &mut TcpStream, code: u16) {
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault><detail><UPnPError>\
         <errorCode>{code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>"
    );
    let length = envelope.len();
    let head = format!("HTTP/1.1 500 Internal Server Error\r\nContent-Length: {length}\r\n\r\n");
    let _ = stream.write_all(format!("{head}{envelope}").as_bytes());
}

/// Answers as a router with that outer address does, but for mappings, of which `add` says with which code they are
/// refused.
pub(crate) fn well(
    address: &'static str,
    add: impl Fn(&Asked) -> Option<u16> + Send + Sync + 'static,
) -> impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static {
    move |asked, stream| match asked.what.as_str() {
        "GET /desc.xml" => page(stream, &description("/control")),
        "GetExternalIPAddress" => {
            let value = format!("<NewExternalIPAddress>{address}</NewExternalIPAddress>");
            done(stream, &asked.what, &value);
        }
        "AddPortMapping" => match add(asked) {
            Some(code) => refuse(stream, code),
            None => done(stream, &asked.what, ""),
        },
        "DeletePortMapping" => done(stream, &asked.what, ""),
        _ => refuse(stream, 401),
    }
}

/// An address as text.
pub(crate) fn shown(at: Option<SocketAddr>) -> Option<String> {
    at.map(|at| at.to_string())
}
