//! A computer is lost with everything on it: a new node, made as the setting-up says, gets all from the other premises.

use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::relay::Relay;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;

use crate::{by_number, register};

/// How many clients the register has.
const CLIENTS: usize = 300;

async fn add_note(visitor: &Visitor, client: &str, text: &str) {
    visitor
        .add_entry(client, "notes", &[("text", text)])
        .await
        .unwrap();
}

/// Puts a new node in the place of the second: parted from the old one, and paired as anew.
fn replace_second(home: &std::path::Path, pair: &mut Pair) {
    let lost = pair.second.id().unwrap();
    pair.second.end_now();
    std::fs::remove_dir_all(pair.second.directory()).unwrap();
    pair.first
        .command(&["peer", "remove"], &["--id", &lost])
        .unwrap()
        .fine()
        .unwrap();
    pair.second = Node::init(home, "Aleksanterinkatu").unwrap();
    assert_ne!(pair.second.id().unwrap(), lost, "the lost key came back");
    pair.line = Relay::open(95, pair.first.link(), pair.second.link()).unwrap();
    for (node, other, address) in [
        (&pair.first, &pair.second, pair.line.near()),
        (&pair.second, &pair.first, pair.line.far()),
    ] {
        let (id, address) = (other.id().unwrap(), address.to_string());
        node.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
    }
}

#[tokio::test]
async fn a_lost_computer_is_replaced_from_the_peer_alone() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 95, CLIENTS);
    let mut pair = Pair::start(home.path(), 95).await.unwrap();
    let imported = pair.first.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
    pair.first.owner_first().await.unwrap();
    pair.agreed_when(AGREE_TIME, |all| all.lines().count() == CLIENTS)
        .await
        .unwrap();
    // What only the lost computer's staff wrote, and somebody who was forgotten while it was there.
    let clients = pair.first.clients().unwrap();
    let (edited, erased) = (
        by_number(&clients, 3).id.clone(),
        by_number(&clients, 5).id.clone(),
    );
    let there = pair.owner_at_second().await.unwrap();
    add_note(&there, &edited, "Kirjattu kadonneella koneella").await;
    let arguments = ["--client", &erased, "--reason", "request", "--wait", "20"];
    let said = pair.first.command(&["erase"], &arguments).unwrap();
    said.fine().unwrap();
    let before = pair
        .agreed_when(AGREE_TIME, |all| {
            all.lines().count() == CLIENTS - 1 && all.contains("kadonneella koneella")
        })
        .await
        .unwrap();

    replace_second(home.path(), &mut pair);
    pair.second.start().await.unwrap();
    let after = pair
        .agreed_when(AGREE_TIME, |all| all.lines().count() == CLIENTS - 1)
        .await
        .unwrap();
    assert_eq!(after, before);
    assert!(!after.contains(&erased));
    pair.second.check().unwrap();

    // It knows who was forgotten: the old program's export brings nobody back there.
    let said = pair.second.import(&files.clients, Some(&files.treatments));
    assert_eq!(said.unwrap().json().unwrap()["imported"]["erased"], 1);
    // The staff work on there as before, with the passwords they had, and that reaches the other premises.
    let there = pair.owner_at_second().await.unwrap();
    add_note(&there, &edited, "Kirjattu uudella koneella").await;
    waiting::until("the new computer's edit arrives", AGREE_TIME, async || {
        let all = pair.first.export()?;
        Ok(all.contains("uudella koneella").then_some(()))
    })
    .await
    .unwrap();

    // Alone and after another start it still is the whole register without whoever was erased.
    let agreed = pair.agreed(AGREE_TIME).await.unwrap();
    pair.first.stop().unwrap();
    pair.second.stop().unwrap();
    pair.second.start().await.unwrap();
    assert_eq!(pair.second.export().unwrap(), agreed);
    assert!(!agreed.contains(&erased));
    pair.second.stop().unwrap();
}
