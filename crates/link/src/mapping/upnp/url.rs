//! Addresses of web pages at the router.

use std::net::{Ipv4Addr, SocketAddrV4};

/// The longest that is followed, bytes.
const LENGTH: usize = 512;

/// A page at a router.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    /// Where.
    pub(super) at: SocketAddrV4,
    /// What: begins with a slash, in characters that a request may hold.
    pub(super) path: String,
}

impl Url {
    /// Reads `http://router/...`. Every other host, by number or name, is nobody whom this node would ask.
    pub(super) fn read(text: &str, router: Ipv4Addr) -> Option<Self> {
        let text = text.trim();
        let scheme = text.get(..7)?;
        let rest = text.get(7..)?;
        if !scheme.eq_ignore_ascii_case("http://") {
            return None;
        }
        let (host, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (ip, port) = match host.split_once(':') {
            Some((ip, port)) => (ip, port.parse().ok()?),
            None => (host, 80),
        };
        let ip: Ipv4Addr = ip.parse().ok()?;
        let at = SocketAddrV4::new(ip, port);
        (ip == router && port != 0).then_some(())?;
        Self::at(at, path)
    }

    /// What `text` on this page refers to.
    pub(super) fn join(&self, text: &str) -> Option<Self> {
        let text = text.trim();
        if text.contains("://") {
            Self::read(text, *self.at.ip())
        } else if text.starts_with('/') {
            Self::at(self.at, text)
        } else {
            let (directory, _) = self.path.rsplit_once('/')?;
            Self::at(self.at, &format!("{directory}/{text}"))
        }
    }

    fn at(at: SocketAddrV4, path: &str) -> Option<Self> {
        let fits = path.len() <= LENGTH && path.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self {
            at,
            path: path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTER: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);

    #[test]
    fn only_pages_at_the_router_are_read() {
        let check = |text: &str, expected: Option<(u16, &str)>| {
            let read = Url::read(text, ROUTER);
            let read = read.as_ref().map(|url| (url.at.port(), url.path.as_str()));
            assert_eq!(read, expected, "{text}");
        };
        check(
            "http://192.168.1.1:5000/desc.xml",
            Some((5000, "/desc.xml")),
        );
        check(" HTTP://192.168.1.1/a?b=c ", Some((80, "/a?b=c")));
        check("http://192.168.1.1", Some((80, "/")));
        for other in [
            "http://192.168.1.2:5000/desc.xml",
            "http://192.168.1.1.example/desc.xml",
            "http://router/desc.xml",
            "http://192.168.1.1@203.0.113.9/",
            "http://user@192.168.1.1/",
            "http://[::1]/desc.xml",
            "https://192.168.1.1/desc.xml",
            "http://192.168.1.1:0/",
            "http://192.168.1.1:99999/",
            "http://192.168.1.1/a b",
            "http://192.168.1.1/a\r\nHost: b",
            "http://192.168.1.1/ä",
            "ftp",
            "",
            "äääääääää",
        ] {
            check(other, None);
        }
        check(&format!("http://192.168.1.1/{}", "a".repeat(LENGTH)), None);
    }

    #[test]
    fn a_page_refers_to_others_at_the_same_router() {
        let page = Url::read("http://192.168.1.1:5000/igd/desc.xml", ROUTER).unwrap();
        let check = |text: &str, expected: Option<(u16, &str)>| {
            let joined = page.join(text);
            let joined = joined
                .as_ref()
                .map(|url| (url.at.port(), url.path.as_str()));
            assert_eq!(joined, expected, "{text}");
        };
        check("/ctl", Some((5000, "/ctl")));
        check("ctl/ip", Some((5000, "/igd/ctl/ip")));
        check("http://192.168.1.1:49000/ctl", Some((49_000, "/ctl")));
        check("http://192.168.1.9:49000/ctl", None);
        check("", Some((5000, "/igd/")));
    }
}
