//! A check in parts: what changes between them is no problem, and what is wrong is found all the same.

use register::audit::{Act, AuditEvent, Tail};
use register::id::{LogId, NodeId, OPERATOR, RecordId};
use register::replica::{Group, Write};
use register::value::Value;
use vault::memory::MemoryDisk;
use vault::{CheckReport, Disk, Examined, Keys, Mark, Vault};

use crate::model::Rng;

const LOG: LogId = LogId::from_bytes([4; 16]);
/// So many records at first.
const RECORDS: u16 = 200;
/// So many entries of the log for each of them at first.
const ENTRIES: u64 = 10;

fn open(disk: &MemoryDisk) -> Vault<MemoryDisk> {
    let keys = Keys::from_secret([9; 32]);
    Vault::open_on(disk.clone(), keys).unwrap().0
}

fn put(vault: &mut Vault<MemoryDisk>, writes: Vec<Write>) {
    vault.stage(&Group { writes }).unwrap();
    vault.sync().unwrap();
}

fn client(number: u16) -> RecordId {
    let [high, low] = number.wrapping_mul(40_503).to_be_bytes();
    let mut bytes = [0xff; 16];
    (bytes[0], bytes[1]) = (high, low);
    RecordId::from_bytes(bytes)
}

fn card(id: RecordId, length: u64) -> Vec<Write> {
    let bytes = vec![3; usize::try_from(length).unwrap()];
    vec![
        Write::Document(id, bytes.clone()),
        Write::Values(id, vec![Value::from_parts(id, [3; 32], bytes.clone())]),
        Write::Index(id, bytes),
    ]
}

/// What goes on at a node: an audit log that grows at its end and goes at its beginning, cards, facts, ledger.
struct Work {
    rng: Rng,
    tail: Tail,
    /// The first entry of the log that is held.
    first: u64,
    records: u16,
}

impl Work {
    fn fill(vault: &mut Vault<MemoryDisk>) -> Self {
        let mut work = Self {
            rng: Rng(17),
            tail: Tail::start(LOG, NodeId::from_bytes([1; 16])),
            first: 1,
            records: RECORDS,
        };
        for number in 0..RECORDS {
            let mut writes = card(client(number), work.rng.below(9000));
            writes.extend((0..ENTRIES).map(|_| work.entry()));
            writes.push(Write::Fact(format!("fact/{number}"), Some(vec![5; 700])));
            put(vault, writes);
        }
        work
    }

    fn entry(&mut self) -> Write {
        let event = AuditEvent::of(OPERATOR, Act::RetentionAllowed(3));
        let appended = self.tail.append(event, Default::default(), [2; _]);
        Write::Audit(LOG, self.tail.sequence, Some(appended.entry))
    }

    /// Something of each kind.
    fn go_on(&mut self, vault: &mut Vault<MemoryDisk>) {
        let any = client(self.rng.below(u64::from(self.records)) as u16);
        let mut writes = card(client(self.records), self.rng.below(9000));
        self.records += 1;
        writes.push(Write::Forget(any));
        writes.push(Write::Reason(None, LOG, self.first, Some(vec![6; 50])));
        writes.push(Write::Ledger(any.as_bytes().to_vec()));
        let fact = format!("fact/{}", self.rng.below(u64::from(self.records)));
        let longer = (self.rng.below(2) == 0).then(|| vec![5; 9000]);
        writes.push(Write::Fact(fact, longer));
        writes.push(self.entry());
        for _ in 0..30 {
            writes.push(Write::Audit(LOG, self.first, None));
            self.first += 1;
        }
        put(vault, writes);
    }
}

/// A check whose parts are examined on threads of their own, with `meanwhile` between them.
fn checked(
    vault: &mut Vault<MemoryDisk>,
    mut meanwhile: impl FnMut(&mut Vault<MemoryDisk>),
) -> (CheckReport, u32) {
    let mut mark = Mark::default();
    let mut examined = Examined::default();
    let mut parts = 0;
    while let Some(part) = vault.check_some(&mut mark) {
        meanwhile(vault);
        let examine = std::thread::spawn(move || {
            part.run(&mut examined);
            examined
        });
        examined = examine.join().unwrap();
        parts += 1;
    }
    (examined.into_report(), parts)
}

#[test]
fn what_changes_while_a_check_goes_on_is_no_problem() {
    let mut vault = open(&MemoryDisk::new());
    let mut work = Work::fill(&mut vault);
    let (quiet, parts) = checked(&mut vault, |_| {});
    assert_eq!(quiet.problems, []);
    assert_eq!(quiet, vault.check());
    assert_eq!(quiet.records, u64::from(RECORDS));
    assert_eq!(quiet.audit, u64::from(RECORDS) * ENTRIES);
    assert!(parts > 40, "{parts} parts");

    let mut now = 0;
    let (busy, _) = checked(&mut vault, |vault| {
        work.go_on(vault);
        now += 100;
        vault.upkeep(now).unwrap();
        if now % 700 == 0 {
            vault.compact();
            vault.checkpoint_now().unwrap();
        }
    });
    assert_eq!(busy.problems, []);
    assert!(work.first > 1000 && busy.audit < quiet.audit, "{busy:?}");
    assert!(busy.ledger > 30 && busy.records > 100, "{busy:?}");
    // A check that was given up leaves nothing behind, and two at once don't meddle with each other.
    drop(vault.check_some(&mut Mark::default()));
    let (one, _) = checked(&mut vault, |vault| {
        assert!(vault.check_some(&mut Mark::default()).is_some());
    });
    assert_eq!(one.problems, []);
}

#[test]
fn what_is_wrong_is_found_while_others_write() {
    let disk = MemoryDisk::new();
    let mut vault = open(&disk);
    let mut work = Work::fill(&mut vault);
    vault.checkpoint_now().unwrap();
    vault.close().unwrap();
    let spoilt = disk.image();
    let entries = (0..).take_while(|at| spoilt.flip_entry(*at)).count();
    assert!(entries > 3000, "{entries} entries");
    let mut named = 0;
    for at in (0..entries).step_by(entries / 11) {
        let disk = disk.image();
        let mut vault = open(&disk);
        // After opening, which would have made it good.
        assert!(disk.flip_entry(at));
        let (report, _) = checked(&mut vault, |vault| {
            let id = client(work.records);
            work.records += 1;
            put(vault, card(id, 400));
        });
        let mut what = report.problems.iter().map(|problem| &problem.what);
        let counted = what.any(|what| what.starts_with("the working store holds"));
        assert!(counted, "entry {at}: {report:?}");
        named += usize::from(report.problems.len() > 1);
    }
    // All but the wrapped keys of buckets, which are not opened again, are named besides.
    assert!(named >= 10, "{named} of 11");
    let newest = disk.list().unwrap();
    let newest = newest
        .iter()
        .find(|name| matches!(name, vault::Name::Checkpoint(_)));
    let mut vault = open(&disk);
    disk.flip(*newest.unwrap(), 300, 1);
    let (report, _) = checked(&mut vault, |_| {});
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(report.problems[0].what.starts_with("the checkpoint"));
}
