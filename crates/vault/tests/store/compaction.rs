//! The working store is replaced by a fresh one while work goes on, and nothing is lost or kept.

use std::fs;
use std::path::Path;
use std::time::Duration;

use register::replica::{Group, Shelf, Write};
use vault::memory::{Crash, MemoryDisk, Step};
use vault::{FileVault, Keys, Upkeep, Vault};

use crate::model::{Model, Rng, record};

fn keys() -> Keys {
    Keys::from_secret([6; 32])
}

/// What the store should hold, and where the numbers come from.
struct Work {
    rng: Rng,
    audit: u64,
    model: Model,
}

impl Work {
    fn new(seed: u64) -> Self {
        Self {
            rng: Rng(seed),
            audit: 0,
            model: Model::default(),
        }
    }

    /// Writes a group. `None` when the power went.
    fn write<D: vault::Disk>(&mut self, vault: &mut Vault<D>) -> Option<()> {
        let group = self.rng.group(&mut self.audit);
        vault.stage(&group).ok()?;
        vault.sync().ok()?;
        self.model.apply(&group);
        Some(())
    }
}

/// Works until the store was compacted; what that call of upkeep did. `None` when the power went.
fn compacted(vault: &mut Vault<MemoryDisk>, work: &mut Work) -> Option<Upkeep> {
    vault.compact();
    for now in 0..400 {
        work.write(vault)?;
        let done: Upkeep = vault.upkeep(now).ok()?;
        if done.trouble.is_some() {
            return None;
        }
        if done.compacted.is_some() {
            return Some(done);
        }
    }
    panic!("never compacted");
}

#[test]
fn work_goes_on_while_the_store_is_replaced() {
    for seed in 0..20 {
        let disk = MemoryDisk::new();
        let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
        let mut work = Work::new(seed);
        for _ in 0..3 {
            let done = compacted(&mut vault, &mut work).unwrap();
            // Everything is counted in the fresh one, at once or in the next calls.
            let counted = done.counted.is_some()
                || (400..500).any(|now| vault.upkeep(now).unwrap().counted.is_some());
            assert!(counted);
            let mut now = work.model.clone();
            now.read(&vault);
            assert_eq!(now.seen(), work.model.clone().seen());
        }
        assert!(disk.steps().contains(&Step::Adopt));
        vault.checkpoint_now().unwrap();
        vault.close().unwrap();
        let (vault, holdings, opening) = Vault::open_on(disk, keys()).unwrap();
        assert_eq!(opening.repairs, []);
        assert_eq!(Model::of(&vault, &holdings), work.model.seen());
    }
}

#[test]
fn the_power_goes_at_any_step_of_a_compaction() {
    for crash in [Crash::KeepAll, Crash::LoseAll, Crash::Torn(3)] {
        for power in 0.. {
            let disk = MemoryDisk::new();
            let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
            let mut work = Work::new(4);
            for _ in 0..20 {
                work.write(&mut vault).unwrap();
            }
            disk.cut_power_after(power);
            let before = disk.steps().len();
            let done = compacted(&mut vault, &mut work).is_some();
            drop(vault);
            let adopted = disk.steps()[before..].contains(&Step::Adopt);
            disk.crash(crash);
            let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
            assert!(vault.check().problems.iter().all(|problem| {
                let what = &problem.what;
                what.starts_with("the audit log") || what.starts_with("the ledger file")
            }));
            if done {
                let mut now = work.model.clone();
                now.read(&vault);
                assert_eq!(now.seen(), work.model.clone().seen());
                assert!(adopted && power > 20);
                break;
            }
            work.write(&mut vault).unwrap();
        }
    }
}

#[test]
fn erasures_lead_to_one_compaction_in_their_time_and_the_calendar_to_another() {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk, keys()).unwrap();
    let id = record(1);
    let mut times = Vec::new();
    for now in (0..40 * 24 * 3600).step_by(10) {
        if now == 100 || now == 300 {
            let writes = vec![Write::Index(id, vec![1; 9])];
            vault.stage(&Group { writes }).unwrap();
            let writes = vec![Write::Forget(id)];
            vault.sync().unwrap();
            vault.stage(&Group { writes }).unwrap();
            vault.sync().unwrap();
        }
        let done = vault.upkeep(now).unwrap();
        assert_eq!(done.trouble, None);
        times.extend(done.compacted.map(|_| now));
    }
    let [first, second] = times[..] else {
        panic!("{times:?}");
    };
    assert!((1000..1500).contains(&first), "{first}");
    let month = 30 * 24 * 3600;
    assert!((month..month + 2000).contains(&second), "{second}");
}

#[test]
fn a_restart_forgets_no_remnants() {
    let disk = MemoryDisk::new();
    let open = || Vault::open_on(disk.clone(), keys()).unwrap().0;
    let mut vault = open();
    let id = record(1);
    for write in [Write::Index(id, vec![1; 9]), Write::Forget(id)] {
        let writes = vec![write];
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
    }
    let until = |vault: &mut Vault<MemoryDisk>, from: u64, checkpoint: bool| {
        (from..3000).step_by(5).find(|now| {
            let done = vault.upkeep(*now).unwrap();
            done.compacted.is_some() || checkpoint && done.checkpoint.is_some()
        })
    };
    drop(vault);
    let mut vault = open();
    let checkpoint = until(&mut vault, 0, true);
    assert!(checkpoint.is_some_and(|at| at < 200));
    drop(vault);
    let mut vault = open();
    let compacted = until(&mut vault, 200, false);
    assert!(compacted.is_some());
    drop(vault);
    assert_eq!(until(&mut open(), 0, true), None, "nothing is left to drop");
}

/// The names in a directory that are databases.
fn databases(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("db")).collect();
    names.sort();
    names
}

fn compact(vault: &mut FileVault, work: &mut Work) {
    vault.compact();
    for now in 0..3000 {
        work.write(vault).unwrap();
        let done = vault.upkeep(now).unwrap();
        assert_eq!(done.trouble, None);
        if done.compacted.is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("never compacted");
}

fn same(directory: &Path, work: &Work) {
    let (vault, holdings, opening) = FileVault::open(directory).unwrap();
    assert_eq!(opening.repairs, []);
    assert_eq!(Model::of(&vault, &holdings), work.model.clone().seen());
    vault.close().unwrap();
    assert_eq!(databases(directory), ["db"]);
}

#[test]
fn in_a_directory_the_fresh_database_takes_over_and_the_old_one_goes() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    FileVault::create(root).unwrap();
    let (mut vault, ..) = FileVault::open(root).unwrap();
    let mut work = Work::new(21);
    for _ in 0..2 {
        compact(&mut vault, &mut work);
        for _ in 0..10 {
            work.write(&mut vault).unwrap();
        }
    }
    vault.checkpoint_now().unwrap();
    vault.close().unwrap();
    same(root, &work);
}

#[test]
fn after_a_compaction_no_file_has_a_key_of_what_was_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    FileVault::create(directory.path()).unwrap();
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    let card = |number| Write::Document(record(number), vec![number; 9000]);
    for number in 0..40 {
        let writes = vec![card(number), Write::Index(record(number), vec![1; 90])];
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
    }
    let writes = vec![Write::Forget(record(7)), Write::Rekey(record(9)), card(9)];
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
    let before = vault.remnants().unwrap();
    assert!(before.tried > 40 && before.opened == 0, "{before:?}");
    vault.compact();
    let done = (0..5000).any(|now| {
        std::thread::sleep(Duration::from_millis(2));
        vault.upkeep(now / 1000).unwrap().compacted.is_some()
    });
    assert!(done);
    vault.close().unwrap();
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    assert_eq!(vault.remnants().unwrap(), vault::Remnants::default());
    assert_eq!(vault.document(record(9)).unwrap(), Some(vec![9; 9000]));
    assert!(vault.check().is_sound());
}

#[test]
fn a_kill_between_fresh_and_old_leaves_the_one_that_holds() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    FileVault::create(root).unwrap();
    let (mut vault, ..) = FileVault::open(root).unwrap();
    let mut work = Work::new(22);
    for _ in 0..30 {
        work.write(&mut vault).unwrap();
    }
    vault.checkpoint_now().unwrap();
    vault.close().unwrap();
    // Half of a fresh one beside the old one.
    fs::create_dir(root.join("db.next-1")).unwrap();
    fs::write(root.join("db.next-1/db"), [0; 99]).unwrap();
    same(root, &work);
    // The old one is out of the row, and half removed.
    fs::rename(root.join("db"), root.join("db.next-1")).unwrap();
    fs::create_dir(root.join("db.old")).unwrap();
    same(root, &work);
    // The second in one process, while the third is being filled.
    fs::rename(root.join("db"), root.join("db.next-2")).unwrap();
    fs::create_dir(root.join("db.next-3")).unwrap();
    same(root, &work);
}
