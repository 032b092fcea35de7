//! What a router says that it offers.

use super::url::Url;
use super::xml::{Garbled, walk};

/// The services through which ports are forwarded, as requests have to name them.
const KINDS: [&str; 3] = [
    "urn:schemas-upnp-org:service:WANIPConnection:2",
    "urn:schemas-upnp-org:service:WANIPConnection:1",
    "urn:schemas-upnp-org:service:WANPPPConnection:1",
];
/// The most of them that are tried.
const SERVICES: usize = 3;

/// A service through which a port can be forwarded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    /// What it is, one of ours and not the router's word.
    pub(super) kind: &'static str,
    /// Where it is asked.
    pub(super) url: Url,
}

/// The services in the description that was found at `url`.
pub(super) fn services(document: &[u8], url: &Url) -> Result<Vec<Service>, Garbled> {
    let mut base = url.clone();
    let (mut kind, mut control) = (None, None);
    let mut found = Vec::new();
    walk(document, |path, text| {
        match path.last().map(String::as_str) {
            Some("URLBase") => {
                if let Some(named) = base.join(text) {
                    base = named;
                }
            }
            Some("serviceType") => kind = KINDS.iter().find(|kind| **kind == text).copied(),
            Some("controlURL") => control = Some(text.to_owned()).filter(|text| !text.is_empty()),
            Some("service") => {
                if let (Some(kind), Some(control)) = (kind.take(), control.take())
                    && found.len() < SERVICES
                {
                    found.push((kind, control));
                }
            }
            _ => {}
        }
    })?;
    let found = found.into_iter();
    let found = found.filter_map(|(kind, control)| {
        let url = base.join(&control)?;
        Some(Service { kind, url })
    });
    Ok(found.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(head: &str, services: &[(&str, &str)], expected: &[(&str, &str)]) {
        let url = "http://192.168.1.1:5000/igd/desc.xml";
        let url = Url::read(url, [192, 168, 1, 1].into()).unwrap();
        let listed: String = services
            .iter()
            .map(|(kind, control)| {
                format!(
                    "<service><serviceType>urn:schemas-upnp-org:service:{kind}</serviceType>\
                     <controlURL>{control}</controlURL></service>"
                )
            })
            .collect();
        let document = format!(
            "<root>{head}<device><deviceList><device><serviceList>{listed}</serviceList></device></deviceList></device></root>"
        );
        let found = super::services(document.as_bytes(), &url).unwrap();
        let found: Vec<(&str, String)> = found
            .iter()
            .map(|service| {
                let kind = service.kind.rsplit_once("service:").unwrap().1;
                (kind, format!("{}{}", service.url.at, service.url.path))
            })
            .collect();
        let expected: Vec<(&str, String)> = expected
            .iter()
            .map(|(kind, at)| (*kind, (*at).to_owned()))
            .collect();
        assert_eq!(found, expected, "{document}");
    }

    #[test]
    fn services_that_forward_ports_are_found() {
        check("", &[("Layer3Forwarding:1", "/l3")], &[]);
        check(
            "",
            &[
                ("Layer3Forwarding:1", "/l3"),
                ("WANPPPConnection:1", "ppp?a=1&amp;b=2"),
                ("WANIPConnection:2", "/ip"),
            ],
            &[
                ("WANPPPConnection:1", "192.168.1.1:5000/igd/ppp?a=1&b=2"),
                ("WANIPConnection:2", "192.168.1.1:5000/ip"),
            ],
        );
        check(
            "<URLBase>http://192.168.1.1:49000</URLBase>",
            &[("WANIPConnection:1", "ctl")],
            &[("WANIPConnection:1", "192.168.1.1:49000/ctl")],
        );
    }

    #[test]
    fn what_leads_to_another_host_is_no_service() {
        check(
            "",
            &[
                ("WANIPConnection:1", "http://192.168.1.66/ctl"),
                ("WANIPConnection:1", ""),
                ("WANIPConnection:1", "http://192.168.1.1/ctl"),
            ],
            &[("WANIPConnection:1", "192.168.1.1:80/ctl")],
        );
        check(
            "<URLBase>http://192.168.1.66/</URLBase>",
            &[("WANIPConnection:1", "/ctl")],
            &[("WANIPConnection:1", "192.168.1.1:5000/ctl")],
        );
        let many = [("WANIPConnection:1", "/ctl"); 9];
        check(
            "",
            &many,
            &[("WANIPConnection:1", "192.168.1.1:5000/ctl"); SERVICES],
        );
    }
}
