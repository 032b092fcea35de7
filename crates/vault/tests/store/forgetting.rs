//! What was forgotten opens from no image of the store, whatever is kept of it but its keys.

use register::id::{LogId, RecordId};
use register::replica::{Group, Shelf, Write};
use register::value::Value;
use vault::memory::{Crash, MemoryDisk, Step};
use vault::{KeyFault, Keys, Name, Vault, VaultError};

use crate::model::Model;

/// What must be in nothing that opens.
const PLANTED: &[u8] = b"Aurora Nimettomanmaki penisilliiniallergia";
/// So many records, of which some share a bucket.
const CLIENTS: u16 = 40;

fn keys() -> Keys {
    Keys::from_secret([5; 32])
}

/// Four records in each bucket.
fn client(number: u16) -> RecordId {
    let mut bytes = [0x11; 16];
    let [_, low] = number.to_be_bytes();
    bytes[0] = low / 4;
    bytes[1] = low;
    RecordId::from_bytes(bytes)
}

fn card(id: RecordId) -> Vec<Write> {
    let text = |part: &str| [PLANTED, part.as_bytes(), id.as_bytes()].concat();
    vec![
        Write::Document(id, text("document")),
        Write::Values(id, vec![Value::from_parts(id, [3; 32], text("value"))]),
        Write::Index(id, text("index")),
    ]
}

fn open(disk: &MemoryDisk) -> Result<Vault<MemoryDisk>, VaultError> {
    Vault::open_on(disk.clone(), keys()).map(|(vault, ..)| vault)
}

fn put(vault: &mut Vault<MemoryDisk>, writes: Vec<Write>) {
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
}

/// A store with every client, under an epoch key that is in a file.
fn filled() -> (MemoryDisk, Vault<MemoryDisk>) {
    let disk = MemoryDisk::new();
    let mut vault = open(&disk).unwrap();
    put(
        &mut vault,
        (0..CLIENTS).flat_map(|n| card(client(n))).collect(),
    );
    vault.rotate_keys().unwrap();
    assert!(!disk.bytes(Name::Epoch).is_empty());
    (disk, vault)
}

fn is_there(vault: &Vault<MemoryDisk>, id: RecordId) -> bool {
    let document = vault.document(id).unwrap();
    let values = vault.values(id).unwrap();
    assert_eq!(document.is_some(), !values.is_empty(), "half of a record");
    if let Some(document) = &document {
        assert!(document.starts_with(PLANTED));
        assert!(values[0].content.starts_with(PLANTED));
    }
    document.is_some()
}

fn there(vault: &Vault<MemoryDisk>) -> Vec<u16> {
    (0..CLIENTS)
        .filter(|n| is_there(vault, client(*n)))
        .collect()
}

#[test]
fn an_image_of_everything_but_keys_from_before_opens_nothing_after() {
    let (disk, mut vault) = filled();
    let before = disk.image();
    vault.checkpoint_now().unwrap();
    let later = disk.image();
    let gone = [1, 2, 30];
    put(&mut vault, gone.map(|n| Write::Forget(client(n))).into());
    for image in [&before, &later] {
        let stolen = image.image_without_keys();
        stolen.take_keys(&disk);
        assert_eq!(
            open(&stolen).err(),
            Some(VaultError::Keys(KeyFault::Replaced))
        );
    }
    let probed = vault.probe_bytes(&later.image_without_keys().everything());
    let probed = probed.unwrap();
    assert!(probed.tried > 10 && probed.opened == 0, "{probed:?}");
    // The limit: whoever kept the old key file too has everything of then.
    assert_eq!(there(&open(&before).unwrap()).len(), usize::from(CLIENTS));
    let probed = vault.probe_bytes(&later.everything()).unwrap();
    assert!(probed.opened >= 3, "{probed:?}");
    let left: Vec<u16> = (0..CLIENTS).filter(|n| !gone.contains(n)).collect();
    assert_eq!(there(&vault), left);
    let own = vault.remnants().unwrap();
    assert!(own.tried > 3 && own.opened == 0, "{own:?}");
    vault.close().unwrap();
    let mut vault = open(&disk).unwrap();
    assert_eq!(there(&vault), left);
    assert!(vault.check().is_sound());
}

#[test]
fn a_record_under_a_fresh_key_keeps_what_was_written_after() {
    let (disk, mut vault) = filled();
    let stolen = disk.image_without_keys();
    let id = client(6);
    let mut writes = vec![Write::Rekey(id)];
    writes.extend(card(id));
    put(&mut vault, writes);
    stolen.take_keys(&disk);
    assert_eq!(
        open(&stolen).err(),
        Some(VaultError::Keys(KeyFault::Replaced))
    );
    vault.close().unwrap();
    assert_eq!(there(&open(&disk).unwrap()).len(), usize::from(CLIENTS));
}

#[test]
fn one_sync_is_one_rotation_in_the_order_that_survives() {
    let (disk, mut vault) = filled();
    let before = disk.steps().len();
    for number in 0..10 {
        let mut writes = vec![Write::Forget(client(number)), Write::Ledger(vec![7; 20])];
        writes.extend(card(client(number + 20)));
        vault.stage(&Group { writes }).unwrap();
    }
    assert_eq!(disk.steps().len(), before, "staging touches no disk");
    vault.sync().unwrap();
    let steps = disk.steps().split_off(before);
    let expected = [
        Step::Append(Name::Ledger),
        Step::Sync(Name::Ledger),
        Step::Append(Name::EpochDraft),
        Step::Sync(Name::EpochDraft),
        Step::Append(Name::Segment(1)),
        Step::Sync(Name::Segment(1)),
        Step::Rename(Name::EpochDraft, Name::Epoch),
    ];
    assert_eq!(steps[..7], expected);
    let rest = &steps[7..];
    assert!(
        rest.iter().all(|step| matches!(step, Step::Apply(_))),
        "{rest:?}"
    );
}

#[test]
fn forgetting_costs_far_below_one_wrap_for_each_record() {
    let disk = MemoryDisk::new();
    let mut vault = open(&disk).unwrap();
    let id = |number: u16| {
        let [high, low] = number.to_be_bytes();
        RecordId::from_bytes([low, high, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    };
    let writes = (0..5000).map(|n| Write::Index(id(n), vec![1])).collect();
    put(&mut vault, writes);
    let before = disk.bytes(Name::Segment(1)).len();
    put(&mut vault, vec![Write::Forget(id(77))]);
    let cost = disk.bytes(Name::Segment(1)).len() - before;
    // 256 bucket keys, the house key and 19 survivors, of about 130 bytes each.
    assert!(cost < 300 * 130, "{cost} bytes");
}

/// Forgets some records while the power goes before some step, and opens again.
fn cut(image: &MemoryDisk, power: u64, crash: Crash) -> bool {
    let disk = image.image();
    let mut vault = open(&disk).unwrap();
    let gone = [3u16, 4, 5, 39];
    let mut writes: Vec<Write> = gone.map(|n| Write::Forget(client(n))).into();
    writes.push(Write::Ledger(vec![8; 20]));
    disk.cut_power_after(power);
    vault.stage(&Group { writes }).unwrap();
    vault
        .stage(&Group {
            writes: card(client(0)),
        })
        .unwrap();
    let done = vault.sync().is_ok();
    let died = !done || vault.checkpoint_now().is_err();
    drop(vault);
    disk.crash(crash);
    let mut vault = open(&disk).unwrap();
    let left = there(&vault);
    let all = usize::from(CLIENTS);
    let forgotten = left.iter().all(|n| !gone.contains(n)) && left.len() == all - gone.len();
    assert!(forgotten || left.len() == all, "half forgotten: {left:?}");
    assert!(forgotten || !done, "what was acknowledged is undone");
    assert!(vault.check().is_sound());
    assert!(
        disk.bytes(Name::EpochDraft).is_empty(),
        "a key was left behind"
    );
    let stolen = image.image_without_keys();
    stolen.take_keys(&disk);
    let replaced = Some(VaultError::Keys(KeyFault::Replaced));
    assert_eq!(open(&stolen).err(), replaced.filter(|_| forgotten));
    died
}

#[test]
fn the_power_goes_between_any_two_steps_of_a_forgetting_sync() {
    let (disk, vault) = filled();
    vault.close().unwrap();
    for seed in 0..20 {
        for crash in [Crash::KeepAll, Crash::LoseAll, Crash::Torn(seed)] {
            let mut power = 0;
            while cut(&disk, power, crash) {
                power += 1;
            }
            assert!(power > 10, "only {power} steps");
        }
    }
}

#[test]
fn a_rotation_that_is_cut_while_it_is_finished_is_finished_later() {
    let (disk, mut vault) = filled();
    let before = disk.image_without_keys();
    // Ledger has nothing to do: key draft, its sync, journal, its sync; then the power goes.
    disk.cut_power_after(4);
    let writes = vec![Write::Forget(client(9))];
    vault.stage(&Group { writes }).unwrap();
    assert!(vault.sync().is_err());
    drop(vault);
    disk.crash(Crash::LoseAll);
    for power in 0..100 {
        disk.cut_power_after(power);
        if open(&disk).is_ok() && !disk.is_dead() {
            assert!(power > 2);
            disk.crash(Crash::KeepAll);
            break;
        }
        disk.crash(Crash::LoseAll);
    }
    let vault = open(&disk).unwrap();
    assert!(!is_there(&vault, client(9)));
    before.take_keys(&disk);
    assert!(open(&before).is_err());
}

#[test]
fn a_damaged_key_file_is_named_and_nothing_is_changed() {
    let (disk, vault) = filled();
    vault.close().unwrap();
    let length = disk.bytes(Name::Epoch).len();
    for byte in 0..length {
        let disk = disk.image();
        disk.flip(Name::Epoch, byte, 2);
        let before = disk.everything();
        assert_eq!(
            open(&disk).err(),
            Some(VaultError::Keys(KeyFault::Damaged)),
            "byte {byte}"
        );
        assert_eq!(disk.everything(), before);
        disk.flip(Name::Epoch, byte, 2);
        assert_eq!(there(&open(&disk).unwrap()).len(), usize::from(CLIENTS));
    }
}

#[test]
fn what_is_forgotten_and_written_again_before_one_sync_is_all_there() {
    let (disk, mut vault) = filled();
    let id = client(12);
    let mut model = Model::default();
    for round in 0..3u8 {
        let mut writes = vec![Write::Forget(id)];
        writes.extend(card(id));
        writes.push(Write::Fact("round".into(), Some(vec![round])));
        let group = Group { writes };
        vault.stage(&group).unwrap();
        model.apply(&group);
    }
    vault.sync().unwrap();
    assert!(is_there(&vault, id));
    vault.close().unwrap();
    let (vault, holdings, _) = Vault::open_on(disk, keys()).unwrap();
    assert!(is_there(&vault, id));
    assert_eq!(holdings.facts, model.facts);
}

#[test]
fn a_reason_stays_when_its_record_gets_a_fresh_key_and_goes_with_it() {
    let (_, mut vault) = filled();
    let (id, log) = (client(1), LogId::from_bytes([7; 16]));
    let reason = |text: &[u8]| Write::Reason(Some(id), log, 4, Some(text.to_vec()));
    put(&mut vault, vec![reason(PLANTED)]);
    let mut writes = vec![Write::Rekey(id)];
    writes.extend(card(id));
    put(&mut vault, writes);
    let held = |vault: &Vault<MemoryDisk>| vault.reason(Some(id), log, 4).unwrap();
    assert_eq!(held(&vault).as_deref(), Some(PLANTED));
    assert!(vault.check().is_sound());
    put(&mut vault, vec![Write::Forget(id)]);
    assert_eq!(held(&vault), None);
    // One about a record that has not arrived waits under the record's own key, and goes with it as well.
    let stranger = RecordId::from_bytes([0xee; 16]);
    let early = Write::Reason(Some(stranger), log, 5, Some(PLANTED.to_vec()));
    put(&mut vault, vec![early]);
    assert!(!is_there(&vault, stranger));
    assert!(vault.check().is_sound());
    put(&mut vault, vec![Write::Forget(stranger)]);
    assert_eq!(vault.reason(Some(stranger), log, 5).unwrap(), None);
}
