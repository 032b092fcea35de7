//! Full disks and directories that can't be written to.

use std::path::Path;
use std::process::Command;

use register::replica::{Group, Write};
use vault::memory::MemoryDisk;
use vault::{FileVault, Keys, Vault, VaultError};

use crate::model::{Model, Rng};

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    for seed in 0..30 {
        let disk = MemoryDisk::new();
        let keys = Keys::from_secret([1; 32]);
        let (mut vault, ..) = Vault::open_on(disk.clone(), keys.clone()).unwrap();
        disk.set_capacity(Some(60_000));
        let mut rng = Rng(seed);
        let mut audit = 0;
        let mut model = Model::default();
        let error = loop {
            let group = rng.group(&mut audit);
            vault.stage(&group).unwrap();
            match vault.sync() {
                Ok(()) => model.apply(&group),
                Err(error) => break error,
            }
        };
        assert_eq!(error, VaultError::Full);
        assert_eq!(vault.sync(), Err(VaultError::Stopped));
        drop(vault);
        disk.set_capacity(None);
        let (vault, holdings, _) = Vault::open_on(disk, keys).unwrap();
        let mut found = Model::of(&vault, &holdings);
        found.ledger.retain(|entry| model.ledger.contains(entry));
        assert_eq!(found, model.seen());
    }
}

#[test]
fn a_checkpoint_that_finds_no_room_leaves_everything_as_it_is() {
    let disk = MemoryDisk::new();
    let keys = Keys::from_secret([1; 32]);
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys.clone()).unwrap();
    let mut rng = Rng(5);
    for _ in 0..20 {
        vault.stage(&rng.group(&mut 0)).unwrap();
    }
    let writes = vec![Write::Forget(crate::model::record(0))];
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
    disk.set_capacity(Some(1000));
    let troubles = (0..100).filter_map(|now| vault.upkeep(now).unwrap().trouble);
    assert_eq!(troubles.collect::<Vec<_>>(), [VaultError::Full]);
    disk.set_capacity(None);
    let made = (300..500).find_map(|now| vault.upkeep(now).unwrap().checkpoint);
    assert!(made.is_some());
    assert!(vault.checkpoint_now().is_ok());
}

#[test]
fn a_read_only_disk_is_said() {
    let disk = MemoryDisk::new();
    let keys = Keys::from_secret([1; 32]);
    let (vault, ..) = Vault::open_on(disk.clone(), keys.clone()).unwrap();
    vault.close().unwrap();
    disk.set_read_only(true);
    let opened = Vault::open_on(disk.clone(), keys.clone());
    assert_eq!(opened.err(), Some(VaultError::ReadOnly));
    disk.set_read_only(false);
    assert!(Vault::open_on(disk, keys).is_ok());
}

/// A small file system of its own, where the tests run as root and may mount one.
struct Mount(tempfile::TempDir);

impl Mount {
    fn new(megabytes: usize) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let options = format!("size={megabytes}m");
        let mounted = run(
            "mount",
            &["-t", "tmpfs", "-o", &options, "tmpfs"],
            directory.path(),
        );
        if !mounted {
            println!("skipped: no file system can be mounted here");
        }
        mounted.then_some(Self(directory))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        run("umount", &["-l"], self.0.path());
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> bool {
    Command::new(program)
        .args(arguments)
        .arg(path)
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn a_real_full_file_system_is_said_and_nothing_is_lost() {
    let Some(mount) = Mount::new(8) else { return };
    let root = mount.0.path();
    FileVault::create(root).unwrap();
    let (mut vault, ..) = FileVault::open(root).unwrap();
    let mut rng = Rng(6);
    let mut audit = 0;
    let mut model = Model::default();
    let (error, refused) = (0..100_000)
        .find_map(|_| {
            let group = rng.group(&mut audit);
            let result = vault.stage(&group).and_then(|()| vault.sync());
            if result.is_ok() {
                model.apply(&group);
            }
            result.err().map(|error| (error, group))
        })
        .unwrap();
    assert_eq!(error, VaultError::Full);
    drop(vault);
    assert!(run("mount", &["-o", "remount,size=64m"], root));
    let (mut vault, holdings, _) = FileVault::open(root).unwrap();
    let mut found = Model::of(&vault, &holdings);
    // The journal may have had room for the last group and the working store none: it is there
    // whole, or not at all.
    let mut whole = model.clone();
    whole.apply(&refused);
    found.ledger.retain(|entry| model.ledger.contains(entry));
    whole.ledger.clone_from(&model.ledger);
    assert!(found == model.seen() || found == whole.seen());
    vault.stage(&rng.group(&mut audit)).unwrap();
    vault.close().unwrap();
}

#[test]
fn a_real_read_only_file_system_is_said() {
    let Some(mount) = Mount::new(8) else { return };
    let root = mount.0.path();
    FileVault::create(root).unwrap();
    assert!(run("mount", &["-o", "remount,ro"], root));
    assert_eq!(FileVault::open(root).err(), Some(VaultError::ReadOnly));
    assert!(run("mount", &["-o", "remount,rw"], root));
    assert!(FileVault::open(root).is_ok());
}
