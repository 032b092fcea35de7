//! Routers that answer what no router should.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use link::{Mapping, MappingFault};

use crate::forwarding::{asked, wanted};
use crate::igd::{Asked, Igd, PAGE, description, done, home, page};
use crate::premises::{Premises, SOON, Who, data_flows};

/// How much memory answers may cost, whatever they say, KiB: several premises run at once.
const MEMORY: u64 = 64 * 1024;
/// How long all of it may take: looking for the router, and a few answers.
const TIME: Duration = Duration::from_secs(8);

/// The most memory that this process has had so far, KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let number = line.unwrap().split_whitespace().nth(1);
    number.unwrap().parse().unwrap()
}

/// What comes of asking a router that answers so, and who was asked what meanwhile.
fn check(
    location: &str,
    from: &str,
    answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static,
    expected: MappingFault,
) -> Vec<String> {
    let Some(network) = home() else {
        return Vec::new();
    };
    let router = Igd::start_at(&network, from, location, answer);
    let (before, started) = (memory(), Instant::now());
    let premises = Premises::start_with(&network, "a", &Who::at(""), &[], wanted());
    assert_eq!(asked(&premises), Mapping::Failed(expected));
    assert!(started.elapsed() < TIME, "{:?}", started.elapsed());
    let grown = memory() - before;
    assert!(grown < MEMORY, "{grown} KiB");
    router.heard().into_iter().map(|asked| asked.what).collect()
}

/// Each case in a network of its own, all at once: most of it is waiting.
fn side_by_side<C: Send>(cases: impl IntoIterator<Item = C>, check: impl Fn(C) + Sync) {
    std::thread::scope(|scope| {
        for case in cases {
            scope.spawn(|| check(case));
        }
    });
}

/// Sends the same again and again, until nobody reads it.
fn endless(stream: &mut TcpStream, head: &str, piece: &str) {
    let mut wrote = stream.write_all(head.as_bytes());
    let piece = piece.repeat(1_000);
    let started = Instant::now();
    while wrote.is_ok() && started.elapsed() < TIME {
        wrote = stream.write_all(piece.as_bytes());
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\n\r\n";

#[test]
fn an_endless_description_is_not_read_to_its_end_and_holds_nothing_up() {
    let Some(network) = home() else { return };
    let _router = Igd::start(&network, PAGE, |_, stream| endless(stream, HEAD, "<a/>"));
    let (at_a, at_r) = (Who::at(""), Who::at("192.168.1.1:7440"));
    let before = memory();
    let premises = Premises::start_with(&network, "a", &at_a, &[&at_r], wanted());
    // The router's place is as good as any for another premises.
    let other = Premises::start(&network, "r", &at_r, &[&at_a]);
    data_flows((&premises, &at_a), (&other, &at_r), SOON);
    assert_eq!(asked(&premises), Mapping::Failed(MappingFault::Unusable));
    let grown = memory() - before;
    assert!(grown < MEMORY, "{grown} KiB");
}

#[test]
fn an_endless_head_is_not_read_to_its_end() {
    let answer = |_: &Asked, stream: &mut TcpStream| {
        endless(stream, "HTTP/1.1 200 OK\r\n", "A: b\r\n");
    };
    check(PAGE, "192.168.1.1", answer, MappingFault::Unusable);
}

#[test]
fn what_is_no_description_is_none() {
    // Every element would hold all of these names, for a reader that builds a tree.
    let names: String = (0..2_000).map(|at| format!(" xmlns:a{at}='u'")).collect();
    let bomb = format!("<root{names}>{}</root>", "<b/>".repeat(5_000));
    let growing = "<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>";
    let deep = "<a>".repeat(10_000);
    let texts = [
        "".to_owned(),
        "no tag".to_owned(),
        "<root><device>".to_owned(),
        "</root>".to_owned(),
        "\0\u{1}\u{fffd}".to_owned(),
        growing.to_owned(),
        deep,
        bomb,
        description("http://192.168.1.66:5000/control"),
        description("https://192.168.1.1/control"),
        description(""),
    ];
    side_by_side(texts, |text| {
        let answer = move |_: &Asked, stream: &mut TcpStream| page(stream, &text);
        let heard = check(PAGE, "192.168.1.1", answer, MappingFault::Unusable);
        let only = |what: &String| what == "GET /desc.xml";
        assert!(heard.iter().all(only), "{heard:?}");
    });
}

#[test]
fn what_is_no_http_is_no_answer() {
    let answer = |_: &Asked, stream: &mut TcpStream| {
        let _ = stream.write_all(b"SSH-2.0-router\r\n");
    };
    check(PAGE, "192.168.1.1", answer, MappingFault::Unusable);
    let answer = |_: &Asked, stream: &mut TcpStream| {
        let text = "HTTP/1.1 302 Found\r\nLocation: http://192.168.1.66:5000/desc.xml\r\nContent-Length: 0\r\n\r\n";
        let _ = stream.write_all(text.as_bytes());
    };
    check(PAGE, "192.168.1.1", answer, MappingFault::Unusable);
}

#[test]
fn who_is_not_the_router_is_neither_believed_nor_asked() {
    // Where the answer comes from, and where it says that the description is.
    let cases = [
        ("192.168.1.66", "http://192.168.1.66:5000/desc.xml"),
        ("192.168.1.66", PAGE),
        ("192.168.1.1", "http://192.168.1.66:5000/desc.xml"),
        ("192.168.1.1", "http://router.example:5000/desc.xml"),
        ("192.168.1.1", "file:///etc/passwd"),
    ];
    side_by_side(cases, |(from, location)| {
        let answer = |_: &Asked, stream: &mut TcpStream| page(stream, &description("/control"));
        let heard = check(location, from, answer, MappingFault::NoAnswer);
        assert!(heard.is_empty(), "{from} {location}: {heard:?}");
    });
}

#[test]
fn a_router_that_takes_its_time_is_not_waited_for() {
    let silent = |_: &Asked, _: &mut TcpStream| std::thread::sleep(TIME);
    check(PAGE, "192.168.1.1", silent, MappingFault::NoAnswer);
    let slow = |_: &Asked, stream: &mut TcpStream| {
        let started = Instant::now();
        let mut wrote = stream.write_all(HEAD.as_bytes());
        while wrote.is_ok() && started.elapsed() < TIME {
            std::thread::sleep(Duration::from_millis(100));
            wrote = stream.write_all(b" ");
        }
    };
    check(PAGE, "192.168.1.1", slow, MappingFault::NoAnswer);
}

#[test]
fn a_mapping_is_there_only_when_the_router_says_so() {
    for text in ["", "<ok/>", "<html>Please log in</html>"] {
        let answer = move |asked: &Asked, stream: &mut TcpStream| match asked.what.as_str() {
            "GET /desc.xml" => page(stream, &description("/control")),
            _ => page(stream, text),
        };
        check(PAGE, "192.168.1.1", answer, MappingFault::Unusable);
    }
    let other = |asked: &Asked, stream: &mut TcpStream| match asked.what.as_str() {
        "GET /desc.xml" => page(stream, &description("/control")),
        _ => done(stream, "DeletePortMapping", ""),
    };
    check(PAGE, "192.168.1.1", other, MappingFault::Unusable);
}
