//! Keys under other secrets and on other volumes, as the settings say; and what is left without them.

use std::fs;
use std::path::Path;
use std::process::Command;

use kortisto_tests::kortisto;
use kortisto_tests::node::Node;

use crate::register;

/// The disk or the vault failed: keys missing, among others.
const STORAGE: i32 = 6;

/// Writes the table `[keys]` of a stopped node's settings.
fn set_keys(node: &Node, table: &str) {
    let path = node.directory().join("kortisto.toml");
    let text = fs::read_to_string(&path).unwrap();
    let before = text.split("\n[keys]\n").next().unwrap();
    fs::write(&path, format!("{before}\n[keys]\n{table}")).unwrap();
}

fn secret(home: &Path, name: &str, text: &str) -> String {
    let path = home.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn keys_go_where_the_settings_say_and_under_what_they_name() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 71, 12);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    let imported = node.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
    let all = node.export().unwrap();
    let own = node.directory().join("keys");
    assert!(own.join("master").exists());

    // A passphrase.
    let first = secret(home.path(), "first", "seven quiet cranes over ice\n");
    let sealed = format!("master = \"passphrase\"\npassphrase_file = \"{first}\"\n");
    set_keys(&node, &sealed);
    assert_eq!(node.export().unwrap(), all);
    assert!(!own.join("master").exists());
    assert_eq!(node.export().unwrap(), all);

    // Another volume.
    let away = home.path().join("volume/keys");
    let moved = format!("directory = \"{}\"\n{sealed}", away.display());
    set_keys(&node, &moved);
    assert_eq!(node.export().unwrap(), all);
    assert!(away.join("epoch").exists());
    assert!(fs::read_dir(&own).unwrap().next().is_none());

    // Another passphrase; without the one before nothing opens, and nothing is changed.
    let second = secret(home.path(), "second", "nine loud geese under snow");
    let other = moved.replace(&first, &second);
    set_keys(&node, &other);
    let refused = node.command(&["export"], &["--format", "jsonl"]).unwrap();
    assert_eq!(refused.code, Some(STORAGE), "{refused:?}");
    assert!(refused.err.contains("master secret"), "{refused:?}");
    set_keys(
        &node,
        &format!("{other}previous_passphrase_file = \"{first}\"\n"),
    );
    node.start().await.unwrap();
    assert_eq!(node.export().unwrap(), all);
    node.check().unwrap();
    node.stop().unwrap();
    set_keys(&node, &other);
    assert_eq!(node.export().unwrap(), all);

    // The volume is not there.
    fs::rename(&away, home.path().join("unplugged")).unwrap();
    let refused = node.command(&["export"], &["--format", "jsonl"]).unwrap();
    assert_eq!(refused.code, Some(STORAGE), "{refused:?}");
    fs::rename(home.path().join("unplugged"), &away).unwrap();
    assert_eq!(node.export().unwrap(), all);
}

#[test]
fn a_credential_of_systemd_opens_a_node_and_nothing_else_does() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::init(home.path(), "Poikuekatu").unwrap();
    secret(home.path(), "kortisto-master", &"c4".repeat(32));
    set_keys(&node, "master = \"credential\"\n");
    let check = |credentials: Option<&Path>| {
        let mut command = Command::new(kortisto::binary().unwrap());
        command.arg("check").arg("--dir").arg(node.directory());
        match credentials {
            Some(place) => command.env("CREDENTIALS_DIRECTORY", place),
            None => command.env_remove("CREDENTIALS_DIRECTORY"),
        };
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = check(None);
    assert_eq!(code, Some(STORAGE));
    assert!(said.contains("kortisto-master"), "{said}");
    assert_eq!(check(Some(home.path())).0, Some(0));
    assert!(!node.directory().join("keys/master").exists());
    assert_eq!(check(Some(home.path())).0, Some(0));
    assert_eq!(check(None).0, Some(STORAGE));
}

/// What stands in a directory, by name.
fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_move_of_the_keys_that_was_cut_off_while_it_copied_begins_again() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 73, 12);
    let node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.import(&files.clients, None).unwrap().fine().unwrap();
    let all = node.export().unwrap();
    let own = node.directory().join("keys");
    // What a kill leaves after each of its steps: the directory, half a file, a whole one, and half of the last.
    for (number, copied) in [&[][..], &["moving"], &["master"], &["master", "moving"]]
        .iter()
        .enumerate()
    {
        let away = home.path().join(format!("volume-{number}"));
        fs::create_dir(&away).unwrap();
        let from = match number {
            0 => own.clone(),
            _ => home.path().join(format!("volume-{}", number - 1)),
        };
        // Each begins with the keys in the node's own directory.
        for name in ["master", "epoch"] {
            if from != own {
                fs::rename(from.join(name), own.join(name)).unwrap();
            }
        }
        for name in *copied {
            let whole = fs::read(own.join(if *name == "moving" { "epoch" } else { name })).unwrap();
            let half = if *name == "moving" {
                whole.len() / 2
            } else {
                whole.len()
            };
            fs::write(away.join(name), &whole[..half]).unwrap();
        }
        set_keys(&node, &format!("directory = \"{}\"\n", away.display()));
        assert_eq!(node.export().unwrap(), all, "{copied:?}");
        assert_eq!(names(&own), [""; 0], "{copied:?}");
        assert_eq!(names(&away), ["epoch", "master"], "{copied:?}");
    }
}

#[tokio::test]
async fn a_move_of_the_keys_that_was_cut_off_is_finished_at_the_next_start() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 72, 12);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.import(&files.clients, None).unwrap().fine().unwrap();
    let all = node.export().unwrap();
    let own = node.directory().join("keys");
    assert_eq!(names(&own), ["epoch", "master"]);

    // What a power cut leaves when the copies are complete and the originals not yet removed.
    let away = home.path().join("volume");
    let old = home.path().join("old");
    for copy in [&away, &old] {
        fs::create_dir(copy).unwrap();
        for name in names(&own) {
            fs::copy(own.join(&name), copy.join(&name)).unwrap();
        }
    }
    set_keys(&node, &format!("directory = \"{}\"\n", away.display()));
    node.start().await.unwrap();
    assert_eq!(names(&own), [""; 0], "the originals are left behind");
    assert_eq!(node.export().unwrap(), all);
    node.check().unwrap();
    node.stop().unwrap();
    let current = fs::read(away.join("epoch")).unwrap();

    // What anybody read of the originals opens nothing any more.
    set_keys(&node, &format!("directory = \"{}\"\n", old.display()));
    let refused = node.command(&["export"], &["--format", "jsonl"]).unwrap();
    assert_eq!(refused.code, Some(STORAGE), "{refused:?}");
    // The move is over: another start makes no new keys.
    set_keys(&node, &format!("directory = \"{}\"\n", away.display()));
    assert_eq!(node.export().unwrap(), all);
    assert_eq!(fs::read(away.join("epoch")).unwrap(), current);

    // Nor does anything stay when a start ends while it removes the originals, whichever went first, or while it
    // copies, with half a file.
    for left in [&["epoch"][..], &["master"], &["epoch", "master", "moving"]] {
        for name in left {
            let from = if *name == "moving" { "epoch" } else { *name };
            fs::copy(old.join(from), own.join(name)).unwrap();
        }
        assert_eq!(node.export().unwrap(), all);
        assert_eq!(names(&own), [""; 0], "{left:?} is left behind");
        node.check().unwrap();
    }
    assert_ne!(fs::read(away.join("epoch")).unwrap(), current);
    let current = fs::read(away.join("epoch")).unwrap();

    // The same directory under another name is no other place, so nothing in it is removed.
    let link = node.directory().join("keys");
    fs::remove_dir(&link).unwrap();
    std::os::unix::fs::symlink(&away, &link).unwrap();
    assert_eq!(node.export().unwrap(), all);
    assert_eq!(fs::read(away.join("epoch")).unwrap(), current);
    assert_eq!(names(&away), ["epoch", "master"]);
}
