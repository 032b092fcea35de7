//! The router in front of a node, for `status`.

use std::net::SocketAddr;

use console::line::{Forwarding, NotForwarding, Outside, Ports, Router};

use crate::errand::RouterStanding;

pub(super) fn of(router: &Router) -> RouterStanding {
    let (by, port, at) = match router.forwarding {
        Forwarding::On { by, port, at } => (Some(by), Some(port), at),
        Forwarding::Off | Forwarding::Asking | Forwarding::Not(_) => (None, None, Outside::Unknown),
    };
    RouterStanding {
        ports: match router.ports {
            Ports::Unknown => "unknown",
            Ports::Open => "open",
            Ports::Kept => "kept",
            Ports::Changing => "changing",
        }
        .to_owned(),
        seen: router.seen,
        forwarding: match router.forwarding {
            Forwarding::Off => "off",
            Forwarding::Asking => "asking",
            Forwarding::On {
                at: Outside::Private(_),
                ..
            } => "behind-router",
            Forwarding::On { .. } => "forwarded",
            Forwarding::Not(NotForwarding::NoRouter) => "no-router",
            Forwarding::Not(NotForwarding::NoAnswer) => "no-answer",
            Forwarding::Not(NotForwarding::Unusable) => "unusable",
            Forwarding::Not(NotForwarding::Refused) => "refused",
        }
        .to_owned(),
        by: by.map(|by| by.name().to_owned()),
        port,
        address: match at {
            Outside::Public(ip) | Outside::Private(ip) => Some(ip),
            Outside::Unknown => None,
        },
    }
}

/// As a line for people; none where the router is not asked and nobody has said what it does.
pub(super) fn for_people(router: &RouterStanding) -> String {
    let by = router.by.as_deref().unwrap_or("by request");
    let port = router.port.unwrap_or_default();
    let forwarding = match (router.forwarding.as_str(), router.address) {
        ("off", _) => None,
        ("asking", _) => Some("is being asked to forward a port".to_owned()),
        ("forwarded", Some(ip)) => {
            let at = SocketAddr::new(ip, port);
            Some(format!("forwards {at} ({by})"))
        }
        ("forwarded", None) => Some(format!("forwards its port {port} ({by})")),
        ("behind-router", Some(ip)) => Some(format!(
            "forwards {} ({by}), and stands behind another router",
            SocketAddr::new(ip, port)
        )),
        ("no-router", _) => Some("is not known".to_owned()),
        ("no-answer", _) => Some("takes no requests to forward a port".to_owned()),
        ("unusable", _) => Some("answers nothing that can be used".to_owned()),
        ("refused", _) => Some("refuses to forward a port".to_owned()),
        (other, _) => Some(other.to_owned()),
    };
    let ports = match router.ports.as_str() {
        "unknown" => None,
        "open" => Some("nothing translates addresses".to_owned()),
        "kept" => Some("keeps ports".to_owned()),
        "changing" => Some("gives each destination another port".to_owned()),
        other => Some(other.to_owned()),
    };
    let seen = router.seen.map(|at| format!("others see {at}"));
    let words: Vec<String> = [forwarding, ports, seen].into_iter().flatten().collect();
    if words.is_empty() {
        return String::new();
    }
    format!("  router    {}\n", words.join("; "))
}

#[cfg(test)]
mod tests {
    use console::line::Protocol;

    use super::*;

    fn check(router: &Router, expected: &str) {
        assert_eq!(for_people(&of(router)), expected, "{router:?}");
    }

    #[test]
    fn the_router_is_one_line() {
        check(&Router::default(), "");
        let on = |at| Router {
            forwarding: Forwarding::On {
                by: Protocol::Upnp,
                port: 17_440,
                at,
            },
            ..Router::default()
        };
        let ip = [203, 0, 113, 1].into();
        check(
            &on(Outside::Public(ip)),
            "  router    forwards 203.0.113.1:17440 (UPnP)\n",
        );
        check(
            &on(Outside::Private([100, 64, 0, 7].into())),
            "  router    forwards 100.64.0.7:17440 (UPnP), and stands behind another router\n",
        );
        check(
            &on(Outside::Unknown),
            "  router    forwards its port 17440 (UPnP)\n",
        );
        check(
            &Router {
                ports: Ports::Changing,
                forwarding: Forwarding::Not(NotForwarding::Refused),
                seen: Some(SocketAddr::new(ip, 3201)),
                ..Router::default()
            },
            "  router    refuses to forward a port; gives each destination another port; others see 203.0.113.1:3201\n",
        );
    }
}
