//! Backups to a stick without room: said, nothing half made is left, what was there stays, and the node works on.

use std::collections::BTreeMap;
use std::path::Path;

use kortisto_tests::kortisto::{self, Said};
use kortisto_tests::node::Node;
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;

use crate::register;
use crate::storage::{Mounted, may_mount};

/// The disk failed: full, among others.
const STORAGE: i32 = 6;
/// A file system gives out room in pieces of so many bytes.
const PAGE: u64 = 4096;

fn back_up(node: &Node, to: &Path, passphrase: &Path) -> Said {
    let (to, passphrase) = (to.to_str().unwrap(), passphrase.to_str().unwrap());
    let rest = ["--to", to, "--passphrase-file", passphrase, "--json"];
    node.command(&["backup"], &rest).unwrap()
}

/// Every file of a directory with what is in it.
fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Leaves so many bytes of room.
fn leave(disk: &Mounted, bytes: u64) {
    let state = rustix::fs::statvfs(&disk.0).unwrap();
    disk.resize((state.f_blocks - state.f_bfree) * state.f_frsize + bytes);
}

/// Waits until the start page says that the last attempt found no room, or says it no more.
async fn start_page(owner: &Visitor, says: bool) {
    waiting::until("the start page", AGREE_TIME, async || {
        let start = owner.open("/").await?.html;
        let failed =
            start.contains("kohde on täynnä. Tee tilaa.") && start.contains("Viimeisin yritys");
        Ok((failed == says).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_backup_to_a_full_stick_is_refused_and_harms_nothing() {
    if !may_mount("a backup to a full stick") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 96, 200);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let imported = node.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = node.clients().unwrap()[0].id.clone();
    let secret = home.path().join("passphrase");
    std::fs::write(&secret, "seven quiet cranes over ice\n").unwrap();
    let stick = Mounted::small(&home.path().join("stick"), 64 << 20);
    let first = back_up(&node, &stick.0, &secret).json().unwrap();
    let good = node.status().unwrap()["backup"]["good"].clone();
    let length = first["bytes"].as_u64().unwrap();
    assert!(length > 8 * PAGE, "{first}");
    let before = contents(&stick.0);
    assert_eq!(before.len(), 2, "one backup and one copy of the ledger");

    let check_refused = |said: &Said, room: u64| {
        assert_eq!(said.code, Some(STORAGE), "with {room} bytes left: {said:?}");
        assert!(said.err.contains("no room is left there"), "{said:?}");
        assert_eq!(said.err.lines().count(), 1, "{said:?}");
        assert!(contents(&stick.0) == before, "with {room} bytes left");
        let status = node.status().unwrap();
        assert_eq!(status["backup"]["failed"]["fault"], "full", "{status}");
        assert_eq!(status["backup"]["good"], good, "{status}");
    };
    for room in [0, PAGE, length / 2] {
        leave(&stick, room);
        check_refused(&back_up(&node, &stick.0, &secret), room);
        let note = format!("Tikku oli täynnä: {room}");
        owner
            .add_entry(&client, "notes", &[("text", &note)])
            .await
            .unwrap();
        assert!(node.export().unwrap().contains(&note));
        // Whoever opens the console reads that it failed, why, and of when the good one is.
        start_page(&owner, true).await;
    }
    // Page by page until it is enough, so that also the last bytes and the copy of the ledger find no room.
    let mut room = length / PAGE * PAGE;
    loop {
        leave(&stick, room);
        let said = back_up(&node, &stick.0, &secret);
        if said.code == Some(0) {
            break;
        }
        check_refused(&said, room);
        room += PAGE;
        assert!(room < 2 * length, "{said:?}");
    }
    assert_eq!(contents(&stick.0).len(), 3);
    let status = node.status().unwrap();
    assert!(status["backup"]["failed"].is_null(), "{status}");
    start_page(&owner, false).await;

    check_restores(home.path(), &first, &secret);
    node.check().unwrap();
    node.stop().unwrap();
}

/// The backup that `said` tells of makes a node.
fn check_restores(home: &Path, said: &serde_json::Value, secret: &Path) {
    let new = home.join("new");
    let (from, passphrase) = (said["file"].as_str().unwrap(), secret.to_str().unwrap());
    let rest = ["--from", from, "--passphrase-file", passphrase];
    kortisto::run(&new, &["restore"], &rest)
        .unwrap()
        .fine()
        .unwrap();
}
