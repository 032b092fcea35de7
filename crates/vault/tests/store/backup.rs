//! Images for backups: taken under work, written, read back, made into a store.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use crate::model::{Model, Rng};
use vault::backup::{self, Image};
use vault::memory::MemoryDisk;
use vault::{Damage, Disk, FileVault, KeyFault, Keys, Vault, VaultError};

/// Writes groups, durably, and keeps the model in step.
fn work<D: Disk>(vault: &mut Vault<D>, model: &mut Model, groups: u64, rng: &mut Rng) {
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
    }
    vault.sync().unwrap();
}

/// Calls upkeep until the image is there; `meanwhile` works on between two calls.
fn image<D: Disk>(vault: &mut Vault<D>, mut meanwhile: impl FnMut(&mut Vault<D>)) -> Image {
    vault.ask_image();
    for _ in 0..2_000 {
        vault.upkeep(1).unwrap();
        if let Some(image) = vault.take_image() {
            return image.unwrap();
        }
        meanwhile(vault);
        if D::THREADED {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    panic!("no image came");
}

fn written(mut image: Image) -> Vec<u8> {
    let mut bytes = Vec::new();
    let ledger = image.ledger().unwrap();
    image.write(&ledger, &mut bytes).unwrap();
    bytes
}

fn check_restored(directory: &Path, bytes: &[u8], model: &Model) {
    let copied = backup::restore(directory, &mut &*bytes).unwrap();
    assert_eq!(
        backup::verify(&mut Cursor::new(bytes)).unwrap(),
        copied,
        "what is verified is what is restored"
    );
    let (vault, holdings, _) = FileVault::open(directory).unwrap();
    assert_eq!(Model::of(&vault, &holdings), model.clone().seen());
    vault.close().unwrap();
}

#[test]
fn an_image_is_as_of_one_frame_however_much_is_written_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let (store, copy) = (home.path().join("store"), home.path().join("copy"));
    for directory in [&store, &copy] {
        std::fs::create_dir(directory).unwrap();
    }
    FileVault::create(&store).unwrap();
    let (mut vault, ..) = FileVault::open(&store).unwrap();
    let (mut model, mut rng) = (Model::default(), Rng(5));
    work(&mut vault, &mut model, 200, &mut rng);
    let mut models = vec![(vault_frame(&mut vault), model.clone())];
    let taken = image(&mut vault, |vault| {
        work(vault, &mut model, 1, &mut rng);
        models.push((vault_frame(vault), model.clone()));
    });
    let (_, then) = models
        .iter()
        .rev()
        .find(|(frame, _)| *frame <= taken.frame())
        .unwrap()
        .clone();
    // Also after the checkpoint has made way for a newer one.
    work(&mut vault, &mut model, 50, &mut rng);
    vault.checkpoint_now().unwrap();
    let bytes = written(taken);
    check_restored(&copy, &bytes, &then);
    vault.close().unwrap();
}

/// The last durable frame.
fn vault_frame<D: Disk>(vault: &mut Vault<D>) -> u64 {
    vault.frame()
}

fn small() -> (Model, Vec<u8>) {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk, Keys::from_secret([7; 32])).unwrap();
    let mut model = Model::default();
    work(&mut vault, &mut model, 20, &mut Rng(9));
    let image = image(&mut vault, |_| {});
    (model, written(image))
}

#[test]
fn a_disk_without_threads_gives_images_too_and_the_restored_keys_are_its_own() {
    let (model, bytes) = small();
    let home = tempfile::tempdir().unwrap();
    check_restored(home.path(), &bytes, &model);
    let epoch = std::fs::read(home.path().join("keys/epoch")).unwrap();
    let (_, again) = (home, tempfile::tempdir().unwrap());
    check_restored(again.path(), &bytes, &model);
    assert_ne!(
        epoch,
        std::fs::read(again.path().join("keys/epoch")).unwrap()
    );
}

#[test]
fn an_image_that_is_not_whole_is_refused() {
    let (_, bytes) = small();
    let refused = |bytes: &[u8]| {
        let home = tempfile::tempdir().unwrap();
        let restored = backup::restore(home.path(), &mut &*bytes)
            .and_then(|_| FileVault::open(home.path()).map(drop));
        let verified = backup::verify(&mut Cursor::new(bytes));
        assert!(restored.is_err(), "restored");
        verified.err().unwrap()
    };
    for length in [0, 7, 20, 60, bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..length]);
    }
    refused(&[&bytes[..], b"x"].concat());
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 4;
        refused(&flipped);
    }
    let mut other_key = bytes.clone();
    other_key[20] ^= 1;
    assert_eq!(refused(&other_key), VaultError::Keys(KeyFault::Foreign));
    let mut no_image = bytes;
    no_image[0] ^= 1;
    assert_eq!(refused(&no_image), VaultError::Damaged(Damage::Checkpoint));
}

#[test]
fn a_ledger_file_reads_back_and_a_part_of_it_is_told() {
    let entries = [b"one".to_vec(), b"two".to_vec()].into();
    let bytes = backup::ledger_file(&entries);
    assert_eq!(backup::ledger_entries(&bytes), (entries, false));
    let (some, damaged) = backup::ledger_entries(&bytes[..bytes.len() - 1]);
    assert_eq!((some, damaged), ([b"one".to_vec()].into(), true));
}
