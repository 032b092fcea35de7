//! Who is not paired gets nothing, and the log says that somebody tried.

use std::time::Duration;

use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;

use crate::register;

/// Long enough for several dials.
const A_WHILE: Duration = Duration::from_secs(6);

#[tokio::test]
async fn a_peer_that_only_one_side_knows_gets_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 51, 10);
    let mut here = Node::init(home.path(), "Poikuekatu").unwrap();
    let mut stranger = Node::init(home.path(), "Vieras").unwrap();
    let (id, address) = (here.id().unwrap(), here.link().to_string());
    stranger
        .command(&["peer", "add"], &["--id", &id, "--addr", &address])
        .unwrap()
        .fine()
        .unwrap();
    here.start().await.unwrap();
    here.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    stranger.start().await.unwrap();
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(stranger.export().unwrap(), "");
    waiting::until("the log says who tried", AGREE_TIME, async || {
        let log = here.log()?.to_lowercase();
        Ok(["unknown", "unpaired", "not paired", "refused"]
            .iter()
            .any(|word| log.contains(word))
            .then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn another_key_at_a_known_address_gets_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 52, 10);
    let mut pair = Pair::init(home.path(), 52).unwrap();
    // In the place of the second node stands one with its own key, which wants to be paired.
    let impostor_home = home.path().join("impostor");
    std::fs::create_dir(&impostor_home).unwrap();
    let mut impostor = Node::init(&impostor_home, "Aleksanterinkatu").unwrap();
    let id = pair.first.id().unwrap();
    impostor
        .command(
            &["peer", "add"],
            &["--id", &id, "--addr", &pair.first.link().to_string()],
        )
        .unwrap()
        .fine()
        .unwrap();
    let taken = impostor.id().unwrap();
    assert_ne!(taken, pair.second.id().unwrap());
    pair.first
        .command(
            &["peer", "add"],
            &[
                "--id",
                &pair.second.id().unwrap(),
                "--addr",
                &impostor.link().to_string(),
            ],
        )
        .unwrap()
        .fine()
        .unwrap();
    pair.first.start().await.unwrap();
    pair.first
        .import(&files.clients, None)
        .unwrap()
        .fine()
        .unwrap();
    impostor.start().await.unwrap();
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(impostor.export().unwrap(), "");
    // The right one, at its own address again, gets everything.
    let near = pair.line.near().to_string();
    pair.first
        .command(
            &["peer", "add"],
            &["--id", &pair.second.id().unwrap(), "--addr", &near],
        )
        .unwrap()
        .fine()
        .unwrap();
    pair.second.start().await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.lines().count() == 10)
        .await
        .unwrap();
    assert_eq!(impostor.export().unwrap(), "");
}
