//! Time passes, or seems to: what would go is shown, and a wrong clock deletes nobody.

use std::time::Duration;

use jiff::{SignedDuration, Span, Timestamp};
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use serde_json::Value;

use crate::{register, today};

const CLIENTS: usize = 9;
/// Several ticks of a node: a run that were to begin would have begun.
const TICKS: Duration = Duration::from_secs(3);
/// How long a doubt may take to be told.
const DOUBT_TIME: Duration = Duration::from_secs(30);

fn filled(home: &std::path::Path) -> Node {
    let (_, files) = register(home, 51, CLIENTS);
    let node = Node::init(home, "Poikuekatu").unwrap();
    node.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    node
}

/// How far it is from now to a moment.
fn until(moment: &str) -> SignedDuration {
    let moment: Timestamp = moment.parse().unwrap();
    moment.duration_since(Timestamp::now())
}

#[tokio::test]
async fn a_dry_run_shows_the_day_and_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut node = filled(home.path());
    let before = node.export().unwrap();
    let in_six_years = (today() + Span::new().years(6)).to_string();
    let dry_run = |node: &Node| {
        let arguments = ["--dry-run", "--at", &in_six_years, "--json"];
        let said = node.command(&["retention"], &arguments).unwrap();
        said.json().unwrap()
    };
    let stopped = dry_run(&node);
    assert_eq!(stopped["at"], in_six_years.as_str());
    assert_eq!(stopped["clients"], CLIENTS, "{stopped}");
    assert_eq!(stopped["cards"].as_array().unwrap().len(), CLIENTS);
    assert_eq!(stopped["hold"]["code"], "too-many", "{stopped}");
    node.start().await.unwrap();
    assert_eq!(dry_run(&node), stopped);
    // Today nothing is past its time, and a run has nothing to do.
    let said = node.command(&["retention"], &["--dry-run", "--json"]);
    let today = said.unwrap().json().unwrap();
    assert_eq!(today["cards"], serde_json::json!([]), "{today}");
    let said = node.command(&["retention"], &["--run", "--json"]);
    let ran = said.unwrap().json().unwrap();
    assert_eq!((&ran["cards"], &ran["trimmed"]), (&0.into(), &0.into()));
    assert_eq!(node.export().unwrap(), before);
}

#[tokio::test]
async fn a_node_that_wakes_in_another_century_deletes_nobody() {
    let home = tempfile::tempdir().unwrap();
    let mut node = filled(home.path());
    let before = node.export().unwrap();
    for (moment, code, word) in [
        ("2099-01-01T00:00:00Z", "ahead", "45 days past"),
        ("1970-01-01T00:10:00Z", "behind", "seen already"),
    ] {
        node.move_clock(until(moment));
        node.start().await.unwrap();
        tokio::time::sleep(TICKS).await;
        let status = node.status().unwrap();
        assert_eq!(status["clock"]["code"], code, "{status}");
        assert_eq!(status["retention"]["hold"]["code"], "clock", "{status}");
        let said = node.command(&["status"], &[]).unwrap().fine().unwrap();
        assert!(said.contains("clock not trusted: ") && said.contains(word));
        let said = node
            .command(&["retention"], &["--run", "--allow-many"])
            .unwrap();
        assert_eq!(said.code, Some(8), "{said:?}");
        assert!(said.err.contains(word), "{said:?}");
        tokio::time::sleep(TICKS).await;
        assert_eq!(node.export().unwrap(), before, "{moment}");
        node.stop().unwrap();
    }
    // With the right time again nothing is left of the doubt.
    node.move_clock(SignedDuration::ZERO);
    node.start().await.unwrap();
    assert_eq!(node.status().unwrap()["clock"], Value::Null);
    assert_eq!(node.export().unwrap(), before);
}

#[tokio::test]
async fn a_run_of_many_cards_waits_for_the_owner() {
    let home = tempfile::tempdir().unwrap();
    let mut node = filled(home.path());
    node.move_clock(SignedDuration::from_hours(6 * 366 * 24));
    node.start().await.unwrap();
    let confirm = node.command(&["clock", "confirm"], &[]);
    confirm.unwrap().fine().unwrap();
    let said = node.command(&["retention"], &["--run"]).unwrap();
    assert_eq!(said.code, Some(8), "{said:?}");
    assert!(said.err.contains("9 cards"), "{said:?}");
    assert_eq!(node.status().unwrap()["clients"], CLIENTS);
    let arguments = ["--run", "--allow-many", "--json"];
    let said = node.command(&["retention"], &arguments).unwrap();
    let ran = said.json().unwrap();
    assert_eq!((&ran["cards"], &ran["cards_left"]), (&9.into(), &0.into()));
    assert_eq!(node.status().unwrap()["clients"], 0);
    let said = node.command(&["erasure", "list"], &["--json"]).unwrap();
    let list = said.json().unwrap();
    let reasons = list.as_array().unwrap().iter().map(|one| &one["reason"]);
    assert_eq!(reasons.filter(|reason| **reason == "retention").count(), 9);
}

#[tokio::test]
async fn sixty_days_from_its_peer_a_node_doubts_until_the_owner_confirms() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 52, CLIENTS);
    let mut pair = Pair::init(home.path(), 52).unwrap();
    pair.second.move_clock(SignedDuration::from_hours(60 * 24));
    pair.first.start().await.unwrap();
    pair.second.start().await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let agreed = pair
        .agreed_when(AGREE_TIME, |export| export.lines().count() == CLIENTS)
        .await
        .unwrap();
    for node in [&pair.first, &pair.second] {
        let doubts = async || {
            let status = node.status()?;
            Ok((status["retention"]["hold"]["code"] == "clock").then_some(status))
        };
        let status = waiting::until("the clock is doubted", DOUBT_TIME, doubts)
            .await
            .unwrap();
        let sentence = status["clock"]["sentence"].as_str().unwrap();
        assert!(sentence.contains("nothing is deleted"), "{sentence}");
    }
    tokio::time::sleep(TICKS).await;
    assert_eq!(pair.agreed(AGREE_TIME).await.unwrap(), agreed);
    pair.first
        .command(&["clock", "confirm"], &[])
        .unwrap()
        .fine()
        .unwrap();
    assert_eq!(pair.first.status().unwrap()["clock"], Value::Null);
}
