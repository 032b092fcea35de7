//! Backups of running nodes, and nodes made of them: everything comes back but those who were erased.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use kortisto_tests::kortisto::{self, Said};
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use node::backup::seal::Key;
use node::premises::Stopped;
use node::restore::{Wish, restore};
use register::id::{OPERATOR, RecordId};
use register::ledger::Reason;
use register::replica::Command;

use crate::register;
use crate::secrecy::{encodings, files, found};

const PASSPHRASE: &str = "seven quiet cranes over ice";
/// The disk failed, or what it holds is damaged.
const STORAGE: i32 = 6;
/// The directory holds a node.
const NOT_A_NODE: i32 = 5;
/// Refused, and nothing was changed.
const REFUSED: i32 = 8;

/// A file with the passphrase.
fn passphrase(home: &Path, text: &str) -> PathBuf {
    let path = home.join(format!("passphrase-{}", text.len()));
    std::fs::write(&path, format!("{text}\n")).unwrap();
    path
}

fn back_up(node: &Node, to: &Path, passphrase: &Path) -> Said {
    let (to, passphrase) = (to.to_str().unwrap(), passphrase.to_str().unwrap());
    let rest = ["--to", to, "--passphrase-file", passphrase, "--json"];
    node.command(&["backup"], &rest).unwrap()
}

/// The backup and the copy of the ledger that a `backup --json` tells of.
fn written(said: Said) -> (PathBuf, PathBuf) {
    let said = said.json().unwrap();
    let path = |name: &str| PathBuf::from(said[name].as_str().unwrap());
    (path("file"), path("ledger"))
}

fn restore_to(directory: &Path, from: &Path, passphrase: &Path, ledger: Option<&Path>) -> Said {
    let mut rest = vec!["--from", from.to_str().unwrap(), "--json"];
    rest.extend(["--passphrase-file", passphrase.to_str().unwrap()]);
    if let Some(ledger) = ledger {
        rest.extend(["--ledger", ledger.to_str().unwrap()]);
    }
    kortisto::run(directory, &["restore"], &rest).unwrap()
}

/// Erases a client at a node that doesn't run.
async fn erase(directory: &Path, client: &str) {
    let stopped = Stopped::open(directory).unwrap();
    let command = Command::Erase {
        record: client.parse::<RecordId>().unwrap(),
        author: OPERATOR,
        reason: Reason::Request,
    };
    stopped.office().ask(command).await.unwrap().unwrap();
    stopped.close().await.unwrap();
}

/// Nothing of a restore that failed is there.
fn check_nothing_left(directory: &Path) {
    assert!(!directory.exists());
    let mut part = directory.as_os_str().to_owned();
    part.push(".part");
    assert!(!Path::new(&part).exists());
}

fn ids(export: &str) -> BTreeSet<String> {
    let clients = kortisto_tests::export::read(export).unwrap();
    clients.into_iter().map(|client| client.id).collect()
}

async fn add_note(visitor: &Visitor, client: &str, text: &str) {
    visitor
        .add_entry(client, "notes", &[("text", text)])
        .await
        .unwrap();
}

/// Makes a backup while somebody works on. Returns it, and how many notes were taken meanwhile.
async fn back_up_under_edits(
    node: &Node,
    owner: &Visitor,
    edited: &str,
    stick: &Path,
    secret: &Path,
) -> (PathBuf, usize) {
    let (directory, to, file) = (
        node.directory().to_owned(),
        stick.display().to_string(),
        secret.display().to_string(),
    );
    let making = tokio::task::spawn_blocking(move || {
        let rest = ["--to", &to, "--passphrase-file", &file, "--json"];
        kortisto::run(&directory, &["backup"], &rest).unwrap()
    });
    let mut number = 0;
    while !making.is_finished() {
        add_note(owner, edited, &format!("Varmuuskopion aikana {number}")).await;
        number += 1;
    }
    let (backup, _) = written(making.await.unwrap());
    assert!(number > 2, "only {number} edits meanwhile");
    node.check().unwrap();
    let status = node.status().unwrap();
    assert_eq!(status["backup"]["good"]["clients"], 40);
    (backup, number)
}

#[tokio::test]
async fn a_node_restored_from_a_backup_made_under_edits_shows_nobody_until_its_peer_is_met() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 61, 40);
    let mut pair = Pair::start(home.path(), 61).await.unwrap();
    let imported = pair.first.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let all = pair
        .agreed_when(AGREE_TIME, |export| ids(export).len() == 40)
        .await
        .unwrap();
    let mut clients = ids(&all).into_iter();
    let (edited, erased) = (clients.next().unwrap(), clients.next().unwrap());
    add_note(&owner, &edited, "Ennen varmuuskopiota").await;
    let secret = passphrase(home.path(), PASSPHRASE);
    let stick = home.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let (backup, number) = back_up_under_edits(&pair.first, &owner, &edited, &stick, &secret).await;
    pair.agreed(AGREE_TIME).await.unwrap();

    // The machine is lost; at the other premises somebody is erased.
    pair.first.stop().unwrap();
    pair.second.stop().unwrap();
    erase(pair.second.directory(), &erased).await;
    pair.second.start().await.unwrap();
    let id = pair.first.id().unwrap();
    std::fs::rename(pair.first.directory(), home.path().join("lost")).unwrap();
    pair.line.cut();
    let said = restore_to(pair.first.directory(), &backup, &secret, None);
    let said = said.json().unwrap();
    assert_eq!(said["quarantine"], true, "{said}");
    assert_eq!(said["clients"], 40, "{said}");
    assert_eq!(pair.first.id().unwrap(), id);
    pair.first.start().await.unwrap();
    let refused = pair
        .first
        .command(&["export"], &["--format", "jsonl"])
        .unwrap();
    assert_eq!(refused.code, Some(REFUSED), "{refused:?}");
    assert!(refused.err.contains("quarantine"), "{refused:?}");
    let said = back_up(&pair.first, &stick, &secret);
    assert!(said.err.contains("quarantine"), "{said:?}");

    pair.line.heal();
    let export = waiting::until("the restored node serves", AGREE_TIME, async || {
        let said = pair.first.command(&["export"], &["--format", "jsonl"])?;
        Ok(said.fine().ok())
    })
    .await
    .unwrap();
    assert!(!ids(&export).contains(&erased));
    let export = pair
        .agreed_when(AGREE_TIME, |export| {
            export.contains(&format!("Varmuuskopion aikana {}", number - 1))
        })
        .await
        .unwrap();
    assert!(export.contains("Ennen varmuuskopiota"));
    assert_eq!(ids(&export).len(), 39);
    pair.first.check().unwrap();
    // And also after another start.
    pair.first.stop().unwrap();
    pair.first.start().await.unwrap();
    assert!(!ids(&pair.first.export().unwrap()).contains(&erased));
    pair.first.stop().unwrap();
}

#[tokio::test]
async fn a_ledger_file_brings_nobody_back_where_no_peer_is_in_reach() {
    let home = tempfile::tempdir().unwrap();
    let (people, sources) = register(home.path(), 62, 20);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    let imported = node.import(&sources.clients, Some(&sources.treatments));
    imported.unwrap().fine().unwrap();
    let secret = passphrase(home.path(), PASSPHRASE);
    let stick = home.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let before = node.export().unwrap();
    let (backup, _) = written(back_up(&node, &stick.join("first.age"), &secret));
    let erased = ids(&before).into_iter().next().unwrap();
    erase(node.directory(), &erased).await;
    let after = node.export().unwrap();
    assert_eq!(ids(&after).len(), 19);
    let (_, ledger) = written(back_up(&node, &stick, &secret));

    let restored = home.path().join("restored");
    let said = restore_to(&restored, &backup, &secret, Some(&ledger));
    let said = said.json().unwrap();
    assert_eq!(said["quarantine"], false, "{said}");
    assert_eq!(said["clients"], 19, "{said}");
    let export =
        |directory: &Path| kortisto::run(directory, &["export"], &["--format", "jsonl"]).unwrap();
    assert_eq!(export(&restored).fine().unwrap(), after);
    kortisto::run(&restored, &["check"], &[])
        .unwrap()
        .fine()
        .unwrap();
    // Importing the old file again doesn't either.
    let arguments = ["--clients", sources.clients.to_str().unwrap()];
    let said = kortisto::run(&restored, &["import"], &arguments).unwrap();
    assert!(said.fine().unwrap().contains("erased"));
    assert!(!ids(&export(&restored).fine().unwrap()).contains(&erased));

    // A ledger that doesn't say of when it is: taken, and the node stays closed.
    let own = home.path().join("own-ledger");
    std::fs::copy(node.directory().join("ledger"), &own).unwrap();
    let closed = home.path().join("closed");
    let said = restore_to(&closed, &backup, &secret, Some(&own));
    let said = said.json().unwrap();
    assert_eq!(said["quarantine"], true, "{said}");
    assert_eq!(said["clients"], 19, "{said}");
    assert_eq!(export(&closed).code, Some(REFUSED));

    // Nothing in the stick's files, nor in the new nodes', can be read.
    let mut needles = Vec::new();
    for person in &people.people {
        for word in [&person.last, &person.email] {
            let ways = encodings(word).into_iter();
            needles.extend(ways.map(|bytes| (word.clone(), bytes)));
        }
    }
    for file in [files(&stick), files(&restored), files(&closed)].concat() {
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(found(&bytes, &needles), [""; 0], "in {}", file.display());
        assert_ne!(file.extension().and_then(|e| e.to_str()), Some("part"));
    }
    node.end_now();
}

#[tokio::test]
async fn a_backup_that_is_not_whole_not_ours_or_too_old_is_refused_and_nothing_is_left() {
    let home = tempfile::tempdir().unwrap();
    let (_, sources) = register(home.path(), 63, 10);
    let node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.import(&sources.clients, None).unwrap().fine().unwrap();
    let secret = passphrase(home.path(), PASSPHRASE);
    let path = home.path().join("backup.age");
    let (backup, ledger) = written(back_up(&node, &path, &secret));
    assert_eq!((&backup, ledger.exists()), (&path, true));
    let new = home.path().join("new");
    let refused = |from: &Path, secret: &Path, code: i32, word: &str| {
        let said = restore_to(&new, from, secret, None);
        assert_eq!(said.code, Some(code), "{said:?}");
        assert!(said.err.contains(word), "{said:?}");
        check_nothing_left(&new);
    };

    let wrong = passphrase(home.path(), "another one");
    refused(&path, &wrong, REFUSED, "passphrase");
    refused(&sources.clients, &secret, REFUSED, "no backup");
    let whole = std::fs::read(&path).unwrap();
    let changed = home.path().join("changed.age");
    for length in [whole.len() / 3, whole.len() - 1] {
        std::fs::write(&changed, &whole[..length]).unwrap();
        refused(&changed, &secret, STORAGE, "damaged");
    }
    for at in [whole.len() / 2, whole.len() - 20] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        std::fs::write(&changed, flipped).unwrap();
        refused(&changed, &secret, STORAGE, "damaged");
    }
    // A label that was made younger is found out; one that says it is old is believed.
    let text = String::from_utf8_lossy(&whole[..100]).into_owned();
    let line = text.lines().next().unwrap();
    let (start, created) = line.rsplit_once(' ').unwrap();
    for (shift, code, word) in [
        (-1, STORAGE, "damaged"),
        (-36 * 86_400, REFUSED, "35 days"),
        (86_400, REFUSED, "future"),
    ] {
        let moved = created.parse::<i64>().unwrap() + shift;
        let rest = &whole[line.len()..];
        let bytes = [format!("{start} {moved}").as_bytes(), rest].concat();
        std::fs::write(&changed, bytes).unwrap();
        refused(&changed, &secret, code, word);
    }
    // 36 days later the whole file is refused as well.
    let wish = Wish {
        directory: &new,
        from: &path,
        key: &Key::of_passphrase_file(&secret).unwrap(),
        ledger: None,
    };
    let later = jiff::Timestamp::now() + SignedDuration::from_hours(36 * 24);
    let error = restore(&wish, later).await.unwrap_err();
    assert!(error.to_string().contains("35 days"), "{error}");
    check_nothing_left(&new);
    // And where a node is, none is made.
    let said = restore_to(node.directory(), &path, &secret, None);
    assert_eq!(said.code, Some(NOT_A_NODE), "{said:?}");
    node.check().unwrap();
}

#[tokio::test]
async fn backups_by_schedule_are_made_at_start_and_a_missing_stick_is_told() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    let secret = passphrase(home.path(), PASSPHRASE);
    let stick = home.path().join("stick");
    let settings = node.directory().join("kortisto.toml");
    let mut text = std::fs::read_to_string(&settings).unwrap();
    text.push_str(&format!(
        "\n[backup]\nto = \"{}\"\npassphrase_file = \"{}\"\nkeep_days = 7\n",
        stick.display(),
        secret.display()
    ));
    std::fs::write(&settings, text).unwrap();
    let wait = async |node: &Node, what: &str, field: &str| {
        waiting::until(what, Duration::from_secs(60), async || {
            let status = node.status()?;
            let there = !status["backup"][field].is_null();
            Ok(there.then(|| status["backup"].clone()))
        })
        .await
        .unwrap()
    };
    node.start().await.unwrap();
    let backup = wait(&node, "the missing stick is told", "failed").await;
    assert_eq!(backup["failed"]["fault"], "missing", "{backup}");
    assert!(!stick.exists());
    node.stop().unwrap();
    std::fs::create_dir(&stick).unwrap();
    node.start().await.unwrap();
    let backup = wait(&node, "the first backup is made", "good").await;
    assert!(backup["failed"].is_null(), "{backup}");
    let file = PathBuf::from(backup["good"]["file"].as_str().unwrap());
    node.stop().unwrap();
    // It is remembered, and none is due.
    assert_eq!(node.status().unwrap()["backup"], backup);
    node.start().await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    node.stop().unwrap();
    let names = std::fs::read_dir(&stick).unwrap().count();
    assert_eq!(names, 2, "one backup and one copy of the ledger");
    let new = home.path().join("new");
    restore_to(&new, &file, &secret, None).fine().unwrap();
}
