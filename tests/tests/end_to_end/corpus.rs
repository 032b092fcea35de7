//! What earlier programs left behind must always open: stores of both premises, and frames of their line.

use std::path::PathBuf;
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use kortisto_tests::node::Node;
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::waiting;

/// When the stores of protocol 2 were left.
const LEFT: &str = "2026-11-27T16:10:00Z";

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The clients of an export, whatever order their fields stand in.
fn lines(export: &str) -> Vec<serde_json::Value> {
    let lines = export.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// How far the clock has to be moved so that little time has passed since.
fn back_to(moment: &str) -> SignedDuration {
    let moment: Timestamp = moment.parse().unwrap();
    moment.duration_since(Timestamp::now())
}

#[tokio::test]
async fn the_stores_that_protocol_2_left_open_and_agree() {
    let home = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(corpus().join("protocol-2.tar.gz"))
        .arg("-C")
        .arg(home.path())
        .status()
        .unwrap();
    assert!(unpacked.success());
    let expected = std::fs::read_to_string(corpus().join("protocol-2.jsonl")).unwrap();
    let expected = lines(&expected);
    let [mut a, mut b] = ["a", "b"].map(|name| Node::adopt(&home.path().join(name)).unwrap());
    for node in [&mut a, &mut b] {
        node.move_clock(back_to(LEFT));
        node.start().await.unwrap();
        assert_eq!(lines(&node.export().unwrap()), expected);
        assert!(node.check().unwrap().contains("nothing is wrong"));
    }
    for (here, there) in [(&a, &b), (&b, &a)] {
        let (id, address) = (there.id().unwrap(), there.link().to_string());
        here.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
    }
    waiting::until("both hold the same", AGREE_TIME, async || {
        let status = a.status()?;
        Ok((status["peers"][0]["state"] == "agreed").then_some(()))
    })
    .await
    .unwrap();
    for node in [&a, &b] {
        assert_eq!(lines(&node.export().unwrap()), expected);
        let said = node.command(&["audit", "verify"], &[]).unwrap();
        assert!(said.fine().unwrap().contains("nothing is wrong"));
    }
}
