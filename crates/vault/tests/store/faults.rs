//! Bits flip and entries vanish, in every kind of file: it is found, or repaired from another.

use register::replica::{Group, Shelf, Write};
use vault::memory::MemoryDisk;
use vault::{Damage, Disk, KeyFault, Keys, Name, Repair, Vault, VaultError, Why};

use crate::model::{Model, Rng, record};

fn keys() -> Keys {
    Keys::from_secret([3; 32])
}

/// A closed store with a checkpoint, frames after it, and a ledger.
fn filled() -> (MemoryDisk, Model) {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
    let mut model = Model::default();
    let mut rng = Rng(11);
    let mut audit = 0;
    for round in 0..24 {
        let mut group = rng.group(&mut audit);
        group.writes.push(Write::Index(record(0), vec![round; 40]));
        group.writes.push(Write::Ledger(vec![round; 30]));
        vault.stage(&group).unwrap();
        vault.sync().unwrap();
        model.apply(&group);
        if round == 11 {
            vault.checkpoint_now().unwrap();
        }
    }
    vault.close().unwrap();
    (disk, model.seen())
}

fn open(disk: &MemoryDisk) -> Result<(Model, Vec<Repair>), VaultError> {
    let (vault, holdings, opening) = Vault::open_on(disk.clone(), keys())?;
    Ok((Model::of(&vault, &holdings), opening.repairs))
}

#[test]
fn a_flipped_bit_in_any_flat_file_is_found_or_made_good() {
    let (disk, model) = filled();
    let names: Vec<Name> = disk.list().unwrap();
    assert!(names.iter().any(|name| matches!(name, Name::Segment(_))));
    assert!(names.iter().any(|name| matches!(name, Name::Checkpoint(_))));
    assert!(names.contains(&Name::Ledger));
    // There is but one copy of a key, so that it can be destroyed; see `forgetting`.
    for name in names.into_iter().filter(|name| !name.is_key()) {
        let length = disk.bytes(name).len();
        for byte in (0..length).step_by(length / 97 + 1) {
            let disk = disk.image();
            assert!(disk.flip(name, byte, byte as u8));
            let (found, _) = open(&disk).unwrap();
            assert!(found == model, "{name:?} byte {byte}");
            let (found, repairs) = open(&disk).unwrap();
            assert!(found == model, "{name:?} byte {byte}, again");
            assert_eq!(repairs, [], "{name:?} byte {byte}");
        }
    }
}

#[test]
fn with_the_tree_gone_too_a_flipped_bit_is_never_silent() {
    let (disk, model) = filled();
    let names = disk.list().unwrap();
    for name in names.into_iter().filter(|name| !name.is_key()) {
        let length = disk.bytes(name).len();
        for byte in (0..length).step_by(length / 61 + 1) {
            let disk = disk.image();
            disk.lose_tree();
            assert!(disk.flip(name, byte, byte as u8));
            let before = disk.everything();
            match open(&disk) {
                // The end of the journal can't be told from a tail that was never synced.
                Ok((found, repairs)) if found != model => {
                    let torn = |repair: &Repair| matches!(repair, Repair::TornTail(_));
                    assert!(repairs.iter().any(torn), "{name:?} byte {byte}");
                    assert!(matches!(name, Name::Segment(_)));
                }
                Ok((_, repairs)) => assert!(repairs.len() <= 2, "{repairs:?}"),
                Err(VaultError::Damaged(Damage::Journal { .. } | Damage::Checkpoint)) => {
                    assert_eq!(disk.everything(), before, "nothing may be changed");
                }
                // The end held a rotation: what is left is of the epoch before it.
                Err(VaultError::Keys(KeyFault::Replaced)) => {
                    assert!(matches!(name, Name::Segment(_)));
                }
                Err(other) => panic!("{name:?} byte {byte}: {other}"),
            }
        }
    }
}

#[test]
fn a_checkpoint_that_rots_is_reported_and_replaced() {
    let (disk, model) = filled();
    let checkpoint = |disk: &MemoryDisk| {
        let names = disk.list().unwrap();
        let found = names
            .iter()
            .find(|name| matches!(name, Name::Checkpoint(_)));
        *found.unwrap()
    };
    disk.flip(checkpoint(&disk), 200, 3);
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
    let problems = vault.check().problems;
    assert!(
        problems
            .iter()
            .any(|problem| problem.what.contains("checkpoint"))
    );
    vault.checkpoint_now().unwrap();
    let problems = vault.check().problems;
    assert!(
        !problems
            .iter()
            .any(|problem| problem.what.contains("checkpoint"))
    );
    drop(vault);
    disk.lose_tree();
    assert!(open(&disk).unwrap().0 == model);
}

#[test]
fn a_journal_that_rots_in_the_middle_is_replaced_from_the_tree() {
    let (disk, model) = filled();
    let names = disk.list().unwrap();
    let segment = names.iter().find(|name| matches!(name, Name::Segment(_)));
    disk.flip(*segment.unwrap(), 40, 1);
    let (found, repairs) = open(&disk).unwrap();
    assert!(found == model);
    assert!(
        matches!(repairs[..], [Repair::JournalReplaced(_)]),
        "{repairs:?}"
    );
    disk.lose_tree();
    assert!(open(&disk).unwrap().0 == model);
}

#[test]
fn a_lost_journal_is_replaced_from_the_tree() {
    let (disk, model) = filled();
    for name in disk.list().unwrap() {
        if let Name::Segment(_) = name {
            disk.lose(name);
        }
    }
    let (found, repairs) = open(&disk).unwrap();
    assert!(found == model);
    assert!(
        matches!(repairs[..], [Repair::JournalReplaced(_)]),
        "{repairs:?}"
    );
    disk.lose_tree();
    assert!(open(&disk).unwrap().0 == model);
}

#[test]
fn an_entry_that_vanishes_or_rots_in_the_tree_is_found_and_made_good() {
    let (disk, model) = filled();
    let mut entries = 0;
    while disk.image().lose_entry(entries) {
        entries += 1;
    }
    for nth in 0..entries {
        for lost in [true, false] {
            let disk = disk.image();
            let damaged = if lost {
                disk.lose_entry(nth)
            } else {
                disk.flip_entry(nth)
            };
            assert!(damaged);
            let Ok((mut vault, _, opening)) = Vault::open_on(disk.clone(), keys()) else {
                panic!("entry {nth}, lost {lost}: not opened");
            };
            let found = opening.repairs.contains(&Repair::Rebuilt(Why::Unreadable))
                || opening.repairs.contains(&Repair::Rebuilt(Why::Broken))
                || opening.repairs.contains(&Repair::Rebuilt(Why::Behind))
                || opening.replayed > 0
                || !vault.check().is_sound();
            assert!(found, "entry {nth}, lost {lost}");
            let counted = (0..10_000).find_map(|_| match vault.upkeep(1) {
                Ok(done) if done.counted.is_none() => None,
                end => Some(end),
            });
            drop(vault);
            if opening.repairs.is_empty() && opening.replayed == 0 {
                assert_eq!(counted, Some(Err(Damage::Tree.into())), "entry {nth}");
            }
            let (found, _) = open(&disk).unwrap();
            assert!(found == model, "entry {nth}, lost {lost}");
            assert!(open(&disk).unwrap().1.is_empty());
        }
    }
}

#[test]
fn writing_over_a_lost_entry_does_not_hide_the_loss() {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
    let put = |vault: &mut Vault<MemoryDisk>, byte| {
        let writes = (0..4)
            .map(|number| Write::Fact(format!("fact/{number}"), Some(vec![byte; 20])))
            .collect();
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
    };
    put(&mut vault, 1);
    assert!(disk.lose_entry(1));
    put(&mut vault, 2);
    let counted = vault.upkeep(1);
    assert_eq!(counted, Err(Damage::Tree.into()));
    assert_eq!(vault.sync(), Err(VaultError::Stopped));
    drop(vault);
    let (mut vault, holdings, opening) = Vault::open_on(disk, keys()).unwrap();
    assert_eq!(holdings.facts.len(), 4);
    assert!(holdings.facts.values().all(|bytes| *bytes == [2; 20]));
    assert!(opening.repairs.contains(&Repair::Recounted));
    assert!(vault.check().is_sound());
}

#[test]
fn a_record_that_does_not_open_is_an_error_and_not_an_absence() {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
    let id = record(1);
    let writes = vec![Write::Document(id, vec![5; 50])];
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
    // The record's document sorts after the key of its bucket, before its header and its key.
    assert!(disk.flip_entry(1));
    assert!(vault.document(id).is_err());
    assert_eq!(vault.document(record(2)), Ok(None));
    let report = vault.check();
    assert!(
        report
            .problems
            .iter()
            .any(|problem| problem.record == Some(id))
    );
}

#[test]
fn foreign_keys_are_refused() {
    let (disk, model) = filled();
    let opened = Vault::open_on(disk.clone(), Keys::from_secret([4; 32]));
    assert!(matches!(opened.err(), Some(VaultError::Keys(_))));
    assert!(open(&disk).unwrap().0 == model);
}

#[test]
fn a_forgotten_record_leaves_no_key_behind_after_the_next_checkpoint() {
    let disk = MemoryDisk::new();
    let (mut vault, ..) = Vault::open_on(disk.clone(), keys()).unwrap();
    let id = record(1);
    let mut stage = |writes| {
        vault.stage(&Group { writes }).unwrap();
        vault.sync().unwrap();
    };
    stage(vec![
        Write::Document(id, vec![5; 9000]),
        Write::Index(id, vec![1]),
    ]);
    stage(vec![Write::Ledger(vec![9]), Write::Forget(id)]);
    let mut made = false;
    for now in 0..200 {
        made |= vault.upkeep(now).unwrap().checkpoint.is_some();
    }
    assert!(made);
    assert_eq!(vault.document(id), Ok(None));
    let left = disk.everything();
    let named = left.windows(16).any(|window| window == id.as_bytes());
    assert!(!named, "no entry of the record is left");
}
