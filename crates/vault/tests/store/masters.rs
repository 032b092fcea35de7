//! Where the keys of a directory come from, and what is left of forgotten records in its files.

use std::fs;
use std::path::Path;

use register::replica::{Group, Shelf, Write};
use vault::{FileVault, KeyFault, MasterSource, VaultError};

use crate::model::record;

/// A passphrase source; the file's line end is no part of it.
fn passphrase(directory: &Path, text: &str) -> MasterSource {
    let path = directory.join("passphrase");
    fs::write(&path, format!("{text}\n")).unwrap();
    MasterSource::passphrase_file(&path).unwrap()
}

fn credential(directory: &Path, byte: u8) -> MasterSource {
    let path = directory.join(format!("credential-{byte}"));
    fs::write(&path, [byte; 32]).unwrap();
    MasterSource::Credential(path)
}

fn put(vault: &mut FileVault, writes: Vec<Write>) {
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
}

fn card(number: u8) -> Vec<Write> {
    let id = record(number);
    vec![
        Write::Document(id, vec![number; 3000]),
        Write::Index(id, vec![number; 100]),
    ]
}

/// A store in one directory with its keys in another: opens from `one`, then only from `other`.
fn check(one: &MasterSource, other: &MasterSource, same: bool) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("node");
    let keys = directory.path().join("volume/keys");
    fs::create_dir(&root).unwrap();
    FileVault::create_with(&root, &keys, one).unwrap();
    assert!(!root.join("keys").exists());
    let open = |source| FileVault::open_with(&root, &keys, source).map(|(vault, ..)| vault);
    let mut vault = open(one).unwrap();
    put(&mut vault, card(1));
    vault.rotate_master(other).unwrap();
    put(&mut vault, card(2));
    vault.rotate_keys().unwrap();
    vault.close().unwrap();
    let mut vault = open(other).unwrap();
    for number in [1, 2] {
        let document = vault.document(record(number)).unwrap();
        assert_eq!(document, Some(vec![number; 3000]));
    }
    assert!(vault.check().is_sound());
    vault.close().unwrap();
    let with_file = matches!(other, MasterSource::File);
    assert_eq!(keys.join("master").exists(), with_file);
    for name in ["master.draft", "epoch.draft"] {
        assert!(!keys.join(name).exists(), "{name}");
    }
    if !same {
        assert!(matches!(open(one).err(), Some(VaultError::Keys(_))));
    }
    open(other).unwrap();
}

#[test]
fn the_master_changes_from_any_source_to_any_other() {
    let directory = tempfile::tempdir().unwrap();
    let file = MasterSource::File;
    let secret = passphrase(directory.path(), "aamukahvi kello seitsemän");
    let sealed = credential(directory.path(), 1);
    check(&file, &file, true);
    check(&file, &secret, false);
    check(&secret, &sealed, false);
    check(&sealed, &file, false);
    check(&sealed, &credential(directory.path(), 2), false);
}

#[test]
fn a_wrong_passphrase_is_refused_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("node");
    fs::create_dir(&root).unwrap();
    let keys = root.join("keys");
    let right = passphrase(directory.path(), "aamukahvi kello seitsemän");
    let wrong = passphrase(directory.path(), "aamukahvi kello kahdeksan");
    FileVault::create_with(&root, &keys, &right).unwrap();
    let opened = FileVault::open_with(&root, &keys, &wrong);
    assert_eq!(opened.err(), Some(VaultError::Keys(KeyFault::Damaged)));
    assert_eq!(
        FileVault::open(&root).err(),
        Some(VaultError::Keys(KeyFault::Missing))
    );
    FileVault::open_with(&root, &keys, &right).unwrap();
}

#[test]
fn key_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    FileVault::create(directory.path()).unwrap();
    let (mut vault, ..) = FileVault::open(directory.path()).unwrap();
    vault.rotate_master(&MasterSource::File).unwrap();
    vault.close().unwrap();
    for (name, mode) in [("", 0o700), ("master", 0o600), ("epoch", 0o600)] {
        let path = directory.path().join("keys").join(name);
        let found = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn a_leftover_file_anywhere_is_tried_and_an_old_key_beside_it_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    FileVault::create(root).unwrap();
    let (mut vault, ..) = FileVault::open(root).unwrap();
    put(&mut vault, (0..6).flat_map(card).collect());
    vault.checkpoint_now().unwrap();
    assert_eq!(vault.remnants().unwrap().opened, 0);
    // Somebody keeps copies of a checkpoint and of the working store where nobody looks.
    let aside = root.join("db.damaged-7");
    fs::create_dir(&aside).unwrap();
    fs::copy(root.join("db/db"), aside.join("db")).unwrap();
    let checkpoint = fs::read_dir(root.join("checkpoint")).unwrap().next();
    fs::copy(checkpoint.unwrap().unwrap().path(), root.join("old.copy")).unwrap();
    let old_key = fs::read(root.join("keys/epoch")).unwrap();
    put(&mut vault, vec![Write::Forget(record(3))]);
    let found = vault.remnants().unwrap();
    assert!(found.tried > 6, "{found:?}");
    assert_eq!((found.opened, found.unopenable), (0, found.tried));
    assert_eq!(vault.probe_directory(&aside).unwrap().opened, 0);
    // With the key of then it is another matter, and is told.
    fs::write(aside.join("epoch"), old_key).unwrap();
    assert!(vault.probe_directory(&aside).unwrap().opened > 6);
    assert!(vault.remnants().unwrap().opened > 6);
}
