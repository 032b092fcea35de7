//! The vault in a real directory.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{Model, Rng, record};
use register::id::LogId;
use register::replica::{Group, Shelf, Write};
use register::value::Value;
use vault::{Damage, FileVault, KeyFault, Repair, VaultError, Why};

/// A store with something in it, closed; and what it holds.
fn filled(groups: u64) -> (tempfile::TempDir, Model) {
    let directory = tempfile::tempdir().unwrap();
    FileVault::create(directory.path()).unwrap();
    let model = work(directory.path(), Model::default(), groups, 1);
    (directory, model)
}

/// Opens, writes some groups, and closes.
fn work(directory: &Path, mut model: Model, groups: u64, seed: u64) -> Model {
    let (mut vault, ..) = FileVault::open(directory).unwrap();
    let mut rng = Rng(seed);
    let mut audit = model
        .audit
        .keys()
        .map(|(_, sequence)| *sequence)
        .max()
        .unwrap_or(0);
    for _ in 0..groups {
        let group = rng.group(&mut audit);
        vault.stage(&group).unwrap();
        model.apply(&group);
        if rng.below(3) == 0 {
            vault.sync().unwrap();
        }
    }
    vault.sync().unwrap();
    vault.close().unwrap();
    model
}

/// Opens and compares; returns what was repaired.
fn check(directory: &Path, model: &Model) -> Vec<Repair> {
    let (mut vault, holdings, opening) = FileVault::open(directory).unwrap();
    assert_eq!(Model::of(&vault, &holdings), model.clone().seen());
    let report = vault.check();
    let other_than_audit: Vec<_> = report
        .problems
        .iter()
        .filter(|problem| !problem.what.starts_with("the audit log"))
        .collect();
    assert!(other_than_audit.is_empty(), "{other_than_audit:?}");
    vault.close().unwrap();
    opening.repairs
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            all.extend(files(&entry.path()));
        } else {
            all.push(entry.path());
        }
    }
    all.sort();
    all
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let (directory, model) = filled(120);
    assert_eq!(check(directory.path(), &model), []);
    let model = work(directory.path(), model, 60, 2);
    assert_eq!(check(directory.path(), &model), []);
    let blobs = fs::read_dir(directory.path().join("db/blobs")).unwrap();
    assert_eq!(blobs.count(), 0, "sled must never write a blob");
}

#[test]
fn a_killed_process_loses_nothing_that_was_synced() {
    let directory = tempfile::tempdir().unwrap();
    FileVault::create(directory.path()).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    let mut model = Model::default();
    let mut rng = Rng(3);
    for _ in 0..40 {
        let group = rng.group(&mut 0);
        vault.stage(&group).unwrap();
        vault.sync().unwrap();
        model.apply(&group);
    }
    copy_directory(directory.path(), copy.path());
    vault.close().unwrap();
    assert!(roomy(copy.path()), "a running journal has room ahead");
    assert!(!roomy(directory.path()), "a closed one has none");
    // The copy is of a moment at which sled may have anything.
    let (vault, holdings, opening) = FileVault::open(copy.path()).unwrap();
    assert_eq!(Model::of(&vault, &holdings), model.clone().seen());
    let torn = |repair: &Repair| matches!(repair, Repair::TornTail(_));
    assert!(!opening.repairs.iter().any(torn), "{:?}", opening.repairs);
    vault.close().unwrap();
    let model = work(copy.path(), model, 20, 4);
    assert_eq!(check(copy.path(), &model), []);
}

/// Whether a file of the journal ends in many zeros.
fn roomy(directory: &Path) -> bool {
    files(&directory.join("journal")).iter().any(|path| {
        let bytes = fs::read(path).unwrap();
        bytes.iter().rev().take_while(|byte| **byte == 0).count() > 10_000
    })
}

fn copy_directory(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(path, target).unwrap();
    }
    for name in ["journal", "checkpoint"] {
        fs::create_dir_all(to.join(name)).unwrap();
    }
}

#[test]
fn a_second_opener_and_a_second_creation_are_refused() {
    let (directory, model) = filled(5);
    let (vault, ..) = FileVault::open(directory.path()).unwrap();
    assert_eq!(
        FileVault::open(directory.path()).err(),
        Some(VaultError::InUse)
    );
    vault.close().unwrap();
    assert_eq!(
        FileVault::create(directory.path()).err(),
        Some(VaultError::Exists)
    );
    check(directory.path(), &model);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(
        FileVault::open(empty.path()).err(),
        Some(VaultError::NotANode)
    );
}

#[test]
fn without_its_own_keys_nothing_opens_and_nothing_is_changed() {
    let (directory, model) = filled(5);
    let (other, _) = filled(1);
    let keys = directory.path().join("keys");
    let kept = directory.path().join("kept");
    fs::rename(&keys, &kept).unwrap();
    let fault = |fault: KeyFault| Some(VaultError::Keys(fault));
    assert_eq!(
        FileVault::open(directory.path()).err(),
        fault(KeyFault::Missing)
    );
    fs::create_dir(&keys).unwrap();
    for name in ["master", "epoch"] {
        fs::copy(other.path().join("keys").join(name), keys.join(name)).unwrap();
    }
    assert_eq!(
        FileVault::open(directory.path()).err(),
        fault(KeyFault::Foreign)
    );
    fs::remove_dir_all(&keys).unwrap();
    fs::rename(&kept, &keys).unwrap();
    assert_eq!(check(directory.path(), &model), []);
}

/// A way to ruin a database, with its name.
type Ruin = (&'static str, fn(&Path));

#[test]
fn a_lost_or_ruined_database_is_rebuilt() {
    let ruins: [Ruin; 4] = [
        ("deleted", |db| fs::remove_dir_all(db).unwrap()),
        ("truncated", |db| {
            let file = fs::OpenOptions::new().write(true).open(db.join("db"));
            file.unwrap().set_len(700).unwrap();
        }),
        ("garbage", |db| {
            for path in files(db) {
                let length = fs::metadata(&path).unwrap().len() as usize;
                fs::write(&path, vec![0xa5; length]).unwrap();
            }
        }),
        ("condemned", |db| {
            fs::write(db.join("condemned"), b"").unwrap()
        }),
    ];
    for checkpoint in [false, true] {
        for (name, ruin) in ruins {
            let (directory, model) = filled(50);
            if checkpoint {
                let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
                vault.checkpoint_now().unwrap();
                vault.close().unwrap();
            }
            let model = work(directory.path(), model, 20, 9);
            ruin(&directory.path().join("db"));
            let repairs = check(directory.path(), &model);
            let rebuilt = |repair: &Repair| matches!(repair, Repair::Rebuilt(_));
            assert!(repairs.iter().any(rebuilt), "{name}: {repairs:?}");
            assert_eq!(check(directory.path(), &model), [], "{name}");
        }
    }
}

#[test]
fn a_ruined_database_is_moved_aside_and_goes_with_the_next_checkpoint() {
    let (directory, model) = filled(20);
    fs::write(directory.path().join("db/condemned"), b"").unwrap();
    assert_eq!(
        check(directory.path(), &model),
        [Repair::Rebuilt(Why::Broken)]
    );
    let aside = directory.path().join("db.damaged-1");
    assert!(aside.join("db").exists());
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    vault.checkpoint_now().unwrap();
    vault.close().unwrap();
    assert!(!aside.exists());
    check(directory.path(), &model);
}

#[test]
fn a_half_made_snapshot_of_sled_is_removed() {
    let (directory, model) = filled(20);
    let half = directory.path().join("db/snap.0000000000000042.generating");
    fs::write(&half, b"half").unwrap();
    check(directory.path(), &model);
    assert!(!half.exists());
}

#[test]
fn a_store_of_which_only_keys_and_ledger_are_left_is_no_new_store() {
    let (directory, _) = filled(20);
    for name in ["db", "journal"] {
        fs::remove_dir_all(directory.path().join(name)).unwrap();
    }
    fs::create_dir(directory.path().join("journal")).unwrap();
    assert_eq!(
        FileVault::open(directory.path()).err(),
        Some(Damage::Checkpoint.into())
    );
}

#[test]
fn a_checkpoint_cuts_the_journal_and_holds_everything() {
    let (directory, model) = filled(80);
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    vault.checkpoint_now().unwrap();
    vault.close().unwrap();
    let journal = fs::read_dir(directory.path().join("journal")).unwrap();
    assert_eq!(journal.count(), 0);
    assert_eq!(check(directory.path(), &model), []);
    let model = work(directory.path(), model, 30, 4);
    fs::remove_dir_all(directory.path().join("db")).unwrap();
    assert_eq!(
        check(directory.path(), &model),
        [Repair::Rebuilt(Why::Missing)]
    );
}

#[test]
fn upkeep_counts_everything_in_small_steps() {
    let (directory, _) = filled(100);
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    let mut rng = Rng(8);
    let mut counted = None;
    for _ in 0..1000 {
        let done = vault.upkeep(1).unwrap();
        assert_eq!(done.trouble, None);
        if let Some(entries) = done.counted {
            counted = Some(entries);
            break;
        }
        assert!(done.more);
        vault.stage(&rng.group(&mut 100)).unwrap();
        vault.sync().unwrap();
    }
    assert!(counted.unwrap() > 20);
}

/// What must be in no file.
const PLANTED: &str = "Aurora Nimettömänmäki 0400001234 penisilliiniallergia";

#[test]
fn nothing_that_was_stored_can_be_read_in_any_file() {
    let directory = tempfile::tempdir().unwrap();
    FileVault::create(directory.path()).unwrap();
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    let id = record(1);
    let planted = || PLANTED.as_bytes().to_vec();
    let value = || Value::from_parts(id, [9; 32], planted());
    let log = LogId::from_bytes([3; 16]);
    for round in 0..30 {
        let writes = vec![
            Write::Document(id, planted()),
            Write::Changes(id, planted()),
            Write::Values(id, vec![value()]),
            Write::MoreValues(id, vec![value()]),
            Write::Index(id, planted()),
            Write::Fact("peers".to_owned(), Some(planted())),
            Write::Audit(LogId::EARLIEST, round + 1, Some(planted())),
            Write::Audit(log, round + 1, Some(planted())),
            Write::Reason(Some(id), log, round + 1, Some(planted())),
            Write::Reason(None, log, round + 1, Some(planted())),
        ];
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
    }
    assert_eq!(
        vault.document(id).unwrap().unwrap().len(),
        2 * PLANTED.len()
    );
    vault.checkpoint_now().unwrap();
    let text = Write::Fact("last".to_owned(), Some(planted()));
    vault.stage(&Group { writes: vec![text] }).unwrap();
    vault.close().unwrap();
    let needles: Vec<&[u8]> = PLANTED.as_bytes().chunks(7).collect();
    for path in files(directory.path()) {
        let bytes = fs::read(&path).unwrap();
        for needle in &needles {
            let found = bytes.windows(needle.len()).any(|window| window == *needle);
            assert!(!found, "{}", path.display());
        }
    }
}
