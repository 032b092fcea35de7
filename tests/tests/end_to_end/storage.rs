//! Directories that a node can't have: taken already, read-only, full. It says so, and loses nothing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use kortisto_tests::kortisto::{self, Said, run_to_the_end};
use kortisto_tests::node::Node;
use kortisto_tests::skip;

use crate::register;

/// Another process has the directory or the port.
const IN_USE: i32 = 4;
/// The directory holds no node, or holds one where none may be.
const NOT_A_NODE: i32 = 5;
/// The disk failed: full, or read-only.
const STORAGE: i32 = 6;
/// How long a node that can't start may take to say so.
const GIVE_UP_TIME: Duration = Duration::from_secs(20);

/// A file system of its own, unmounted when dropped.
pub(crate) struct Mounted(pub(crate) PathBuf);

impl Mounted {
    /// A file system in memory, of so many bytes.
    pub(crate) fn small(place: &Path, bytes: u64) -> Self {
        std::fs::create_dir_all(place).unwrap();
        mount(&[
            "-t",
            "tmpfs",
            "-o",
            &format!("size={bytes}"),
            "tmpfs",
            &place.display().to_string(),
        ]);
        Self(place.to_owned())
    }

    fn read_only(&self) {
        mount(&["-o", "remount,ro", &self.0.display().to_string()]);
    }

    pub(crate) fn resize(&self, bytes: u64) {
        mount(&[
            "-o",
            &format!("remount,size={bytes}"),
            &self.0.display().to_string(),
        ]);
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // "Lazy": a node that is still ending may have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn mount(arguments: &[&str]) {
    let said = Command::new("mount").args(arguments).output().unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

/// Whether file systems can be mounted here; says so when they can't.
pub(crate) fn may_mount(what: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        skip::say(&format!("{what}: mounting a small file system takes root"));
    }
    root
}

/// Tries to run a node that can't start.
fn run_in_vain(directory: &Path) -> Said {
    let mut command = Command::new(kortisto::binary().unwrap());
    command.args(["run", "--dir"]).arg(directory);
    run_to_the_end(&mut command, GIVE_UP_TIME).unwrap()
}

fn check_said(said: &Said, code: i32, words: &[&str]) {
    assert_eq!(said.code, Some(code), "{said:?}");
    let lower = said.err.to_lowercase();
    assert!(
        words.iter().any(|word| lower.contains(word)),
        "none of {words:?} in: {}",
        said.err
    );
    assert!(!lower.contains("panicked"), "{}", said.err);
}

#[tokio::test]
async fn a_second_start_on_the_same_directory_is_refused_and_harms_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 41, 10);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    node.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let before = node.export().unwrap();
    check_said(
        &run_in_vain(node.directory()),
        IN_USE,
        &["another", "uses", "in use"],
    );
    assert_eq!(node.export().unwrap(), before);
    node.stop().unwrap();
    node.start().await.unwrap();
    assert_eq!(node.export().unwrap(), before);
}

#[tokio::test]
async fn a_start_waits_for_a_command_that_works_on_the_files() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    // What every command holds while it works on a node that does not run.
    let held = std::fs::File::options()
        .write(true)
        .open(node.directory().join("lock"))
        .unwrap();
    held.lock().unwrap();
    let release = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(2));
        drop(held);
    });
    node.start().await.unwrap();
    release.join().unwrap();
    assert!(node.log().unwrap().contains("the start waits for it"));
}

#[test]
fn a_directory_that_holds_a_node_is_not_made_anew_and_an_empty_one_is_none() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::init(home.path(), "Poikuekatu").unwrap();
    let id = node.id().unwrap();
    let again = node.command(&["init"], &["--premises", "Toinen"]).unwrap();
    check_said(&again, NOT_A_NODE, &["already", "holds"]);
    assert_eq!(node.id().unwrap(), id);
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    for command in ["run", "status", "export", "check"] {
        let rest: &[&str] = if command == "export" {
            &["--format", "jsonl"]
        } else {
            &[]
        };
        check_said(
            &kortisto::run(&empty, &[command], rest).unwrap(),
            NOT_A_NODE,
            &["no node", "not a node", "init"],
        );
    }
}

#[tokio::test]
async fn a_read_only_directory_is_said_and_nothing_is_lost() {
    if !may_mount("a read-only directory") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 42, 10);
    let disk = Mounted::small(&home.path().join("disk"), 256 << 20);
    let mut node = Node::init(&disk.0, "Poikuekatu").unwrap();
    node.start().await.unwrap();
    node.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let before = node.export().unwrap();
    node.stop().unwrap();
    disk.read_only();
    check_said(
        &run_in_vain(node.directory()),
        STORAGE,
        &["read-only", "read only"],
    );
    mount(&["-o", "remount,rw", &disk.0.display().to_string()]);
    node.start().await.unwrap();
    assert_eq!(node.export().unwrap(), before);
    node.stop().unwrap();
}

#[tokio::test]
async fn a_full_disk_refuses_edits_and_keeps_every_acknowledged_one() {
    if !may_mount("a full disk") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 43, 20);
    let disk = Mounted::small(&home.path().join("disk"), 256 << 20);
    let mut node = Node::init(&disk.0, "Poikuekatu").unwrap();
    node.start().await.unwrap();
    node.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = node.clients().unwrap()[0].id.clone();

    // Somebody else's file takes all but a little of the room.
    let left = 1 << 20;
    let ballast = disk.0.join("ballast");
    let free = rustix::fs::statvfs(&disk.0).unwrap();
    let size = free.f_bavail * free.f_frsize - left;
    std::fs::write(&ballast, vec![1; usize::try_from(size).unwrap()]).unwrap();
    let mut saved = Vec::new();
    let mut refused = None;
    for number in 0..2_000 {
        let note = format!("Täyttyvä levy {number}. {}", "tilaa ".repeat(150));
        match owner.add_entry(&client, "notes", &[("text", &note)]).await {
            Ok(()) => saved.push(format!("Täyttyvä levy {number}.")),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let refused = format!("{:#}", refused.expect("a full disk took every edit"));
    assert!(!refused.contains("panicked"), "{refused}");
    assert!(
        saved.len() > 5,
        "only {} edits before it was full",
        saved.len()
    );
    // It may have ended with its reason, or go on refusing.
    node.end_now();
    let log = node.log().unwrap();
    assert!(
        log.to_lowercase().contains("full") || log.to_lowercase().contains("space"),
        "{}",
        node.log_end()
    );
    assert!(!log.contains("panicked"), "{}", node.log_end());

    std::fs::remove_file(&ballast).unwrap();
    disk.resize(512 << 20);
    node.start().await.unwrap();
    let export = node.export().unwrap();
    let lost: Vec<&String> = saved
        .iter()
        .filter(|note| !export.contains(note.as_str()))
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    node.check().unwrap();
    node.stop().unwrap();
}
