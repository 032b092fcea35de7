//! Lines that are cut and nodes that move, on a plain network.

use std::time::Duration;

use link::{DownReason, Event};

use crate::premises::{Premises, SOON, Who, data_flows};
use crate::space::Network;

/// Premises `a` at 203.0.113.1 and `b` at 203.0.113.2, with nothing but a cable between.
fn joined() -> Option<Network> {
    let network = Network::new(&["a", "b"])?;
    network.cable(("a", "net"), ("b", "net"));
    network.ip("a", "addr add 203.0.113.1/24 dev net");
    network.ip("b", "addr add 203.0.113.2/24 dev net");
    Some(network)
}

#[test]
fn a_long_cut_heals_within_five_seconds() {
    let Some(network) = joined() else { return };
    let (at_a, at_b) = (Who::at("203.0.113.1:7440"), Who::at("203.0.113.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    network.cut("a");
    // Longer than the ten seconds after which a silent line is given up.
    let cut = if kortisto_tests::skip::long() { 60 } else { 15 };
    std::thread::sleep(Duration::from_secs(cut));
    for premises in [&first, &second] {
        let happened = premises.happened();
        let silent = |event: &Event| {
            matches!(
                event,
                Event::Down {
                    why: DownReason::Silent,
                    ..
                }
            )
        };
        assert!(happened.iter().any(silent), "{happened:?}");
    }
    network.heal("a");
    data_flows((&first, &at_a), (&second, &at_b), Duration::from_secs(5));
}

#[test]
fn a_short_cut_doesnt_wait_for_the_line_to_be_given_up() {
    let Some(network) = joined() else { return };
    let (at_a, at_b) = (Who::at("203.0.113.1:7440"), Who::at("203.0.113.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    network.cut("a");
    first.until(&at_b, Duration::from_secs(6), |standing| {
        standing.line.as_ref().is_some_and(|line| line.quiet)
    });
    std::thread::sleep(Duration::from_secs(3));
    network.heal("a");
    data_flows((&first, &at_a), (&second, &at_b), Duration::from_secs(5));
}

/// `a` dials `b`, which doesn't know where `a` is; then one of them moves.
fn moved(who: &str, from: &str, to: &str, limit: Duration) {
    let Some(network) = joined() else { return };
    let (at_a, at_b) = (Who::at(""), Who::at("203.0.113.2:7440"));
    let first = Premises::start(&network, "a", &at_a, &[&at_b]);
    let second = Premises::start(&network, "b", &at_b, &[&at_a]);
    data_flows((&first, &at_a), (&second, &at_b), SOON);
    assert!(first.standing(&at_b).line.unwrap().dialled_here);
    network.ip(
        who,
        &format!("addr del {from}/24 dev net\naddr add {to}/24 dev net\n"),
    );
    data_flows((&first, &at_a), (&second, &at_b), limit);
}

#[test]
fn the_one_that_dialled_moves_and_the_line_follows() {
    moved("a", "203.0.113.1", "203.0.113.7", Duration::from_secs(3));
}

#[test]
fn the_one_that_was_dialled_moves_and_dials_the_other_where_it_was_seen() {
    moved("b", "203.0.113.2", "203.0.113.9", Duration::from_secs(8));
}
