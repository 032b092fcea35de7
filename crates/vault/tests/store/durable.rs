//! Nothing is acknowledged before it is on the disk: by the order of a disk's steps, and by the
//! system calls of a real process.

use std::process::Command;

use register::replica::{Group, Write};
use vault::memory::{MemoryDisk, Step};
use vault::{FileVault, Keys, Name, Vault};

use crate::model::Rng;

#[test]
fn a_sync_ends_with_ledger_then_journal_on_the_disk() {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk.clone(), Keys::from_secret([1; 32])).unwrap();
    let mut rng = Rng(2);
    for number in 0..20u8 {
        let before = disk.steps().len();
        let mut group = rng.group(&mut 0);
        group.writes.push(Write::Ledger(vec![number, 1]));
        vault.stage(&group).unwrap();
        vault.stage(&rng.group(&mut 0)).unwrap();
        assert_eq!(disk.steps().len(), before, "staging touches no disk");
        vault.sync().unwrap();
        let mut steps = disk.steps().split_off(before);
        // A group that forgets also turns over the keys; see `forgetting` for the order of that.
        steps.retain(|step| !of_keys(step));
        let expected = [
            Step::Append(Name::Ledger),
            Step::Sync(Name::Ledger),
            Step::Append(Name::Segment(1)),
            Step::Sync(Name::Segment(1)),
        ];
        assert_eq!(steps[..4], expected, "one append and one sync each");
        let rest = &steps[4..];
        assert!(
            rest.iter().all(|step| matches!(step, Step::Apply(_))),
            "{rest:?}"
        );
    }
}

fn of_keys(step: &Step) -> bool {
    match step {
        Step::Append(name) | Step::Sync(name) | Step::Rename(name, _) => name.is_key(),
        _ => false,
    }
}

/// Where the traced process keeps its store; it does nothing without.
const STORE: &str = "VAULT_TRACED_STORE";
/// What it writes to its output after each sync.
const ACKNOWLEDGED: &str = "acknowledged";

#[test]
fn traced_process() {
    use std::io::Write as _;
    let Some(root) = std::env::var_os(STORE) else {
        return;
    };
    let (mut vault, ..) = FileVault::open(root.as_ref()).unwrap();
    for number in 0..10u8 {
        let writes = vec![Write::Fact("fact".to_owned(), Some(vec![number; 100]))];
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
        let mut output = std::io::stderr();
        output.write_all(ACKNOWLEDGED.as_bytes()).unwrap();
    }
    vault.close().unwrap();
}

#[test]
fn strace_sees_an_fsync_of_the_journal_before_each_acknowledgement() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let store = directory.path().join("store");
    std::fs::create_dir(&store).unwrap();
    FileVault::create(&store).unwrap();
    let trace = directory.path().join("trace");
    let output = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-s",
            "16",
            "-e",
            "trace=write,pwrite64,fsync,fdatasync",
            "-o",
        ])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "durable::traced_process", "--nocapture"])
        .env(STORE, &store)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let trace = std::fs::read_to_string(trace).unwrap();
    if !trace.contains(ACKNOWLEDGED) {
        println!("skipped: this process may not be traced");
        return;
    }
    let mut unsynced = 0;
    let mut synced = 0;
    let mut acknowledged = 0;
    for line in trace.lines() {
        let journal = line.contains("/journal/") && line.contains(".frames");
        if journal && line.contains("pwrite64(") {
            unsynced += 1;
        } else if journal && line.contains("sync(") {
            // A call that another thread's interrupts is counted where it is seen to end well.
            assert!(
                line.ends_with("= 0") || line.contains("unfinished"),
                "{line}"
            );
            synced += unsynced;
            unsynced = 0;
        } else if line.contains(ACKNOWLEDGED) {
            acknowledged += 1;
            assert_eq!(unsynced, 0, "acknowledged before fsync: {line}");
            assert_eq!(synced, acknowledged, "{line}");
        }
    }
    assert_eq!(acknowledged, 10);
}
