//! Forgetting: one client among many, values of a full card, a retention run; each against plain deletion.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Span;
use jiff::civil::date;
use register::document::Collection;
use register::edit::{Change, Edit, Target};
use register::id::{OPERATOR, RecordId};
use register::ledger::Reason;
use register::replica::{Answer, Command, ImportOutcome, ImportedClient, Input};
use register::value::Content;

use crate::lone::Lone;
use crate::sample;
use crate::table::{Table, ms, percentile};

const SIZES: [usize; 2] = [20_000, 100_000];
const BATCH: usize = 64;
const ERASED: usize = 50;
const REDACTED: usize = 30;
/// Cards of the retention run.
const DUE: usize = 500;
/// The bound on one erasure at 100,000 clients.
const BOUND: Duration = Duration::from_secs(1);

pub(crate) fn run(table: &mut Table) {
    for size in SIZES {
        let directory = tempfile::tempdir().unwrap();
        let mut lone = Lone::new(directory.path());
        let records = fill(&mut lone, (0..size).map(|number| sample::client(number, 0)));
        let plain = plain(directory.path());
        let mut times: Vec<Duration> = (0..ERASED)
            .map(|at| {
                let record = records[at * 37 % records.len()];
                let since = Instant::now();
                erase(&mut lone, record);
                since.elapsed()
            })
            .collect();
        let worst = percentile(&mut times, 1.0);
        let median = percentile(&mut times, 0.5);
        table.add(
            format!("erasing one client among {size}, to keys destroyed"),
            format!(
                "{}; slowest of {ERASED}: {}",
                against(median, plain),
                ms(worst)
            ),
            "<= 1 s",
            worst <= BOUND,
        );
        if size == SIZES[0] {
            redaction(table, &mut lone, size, plain);
        }
    }
    retention(table);
}

fn against(time: Duration, plain: Duration) -> String {
    let ratio = time.as_secs_f64() / plain.as_secs_f64();
    format!("{} against {}: x {ratio:.1}", ms(time), ms(plain))
}

fn fill(lone: &mut Lone, clients: impl Iterator<Item = ImportedClient>) -> Vec<RecordId> {
    let mut records = Vec::new();
    let clients: Vec<ImportedClient> = clients.collect();
    for part in clients.chunks(BATCH) {
        match lone.command(Command::Import(part.to_vec())) {
            Answer::Imported(outcomes) => records.extend(outcomes.iter().map(|one| match one {
                ImportOutcome::Added(record) => *record,
                other => panic!("{other:?}"),
            })),
            other => panic!("{other:?}"),
        }
    }
    records
}

fn erase(lone: &mut Lone, record: RecordId) {
    let answer = lone.command(Command::Erase {
        record,
        author: OPERATOR,
        reason: Reason::Request,
    });
    assert!(matches!(answer, Answer::Erasures(_)), "{answer:?}");
}

/// What deleting would cost that forgets nothing: a line in a log, durable.
fn plain(directory: &Path) -> Duration {
    let mut file = File::create(directory.join("plain")).unwrap();
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let since = Instant::now();
            file.write_all(&[7; 256]).unwrap();
            file.sync_data().unwrap();
            since.elapsed()
        })
        .collect();
    percentile(&mut times, 0.5)
}

/// One entry of a card with 60 treatments is removed from history as well.
fn redaction(table: &mut Table, lone: &mut Lone, size: usize, plain: Duration) {
    let full = (size..size + REDACTED).map(|number| sample::client(number, 60));
    let records = fill(lone, full);
    let mut times: Vec<Duration> = records
        .iter()
        .map(|record| {
            let answer = lone.command(Command::Page {
                after: Some(before(*record)),
                limit: 1,
            });
            let Answer::Cards(cards) = answer else {
                panic!("{answer:?}")
            };
            let entry = &cards[0].treatments[30];
            let seen = entry.field.all().iter().map(|held| held.id).collect();
            let edit = Edit {
                target: Target::Latest(*record),
                author: OPERATOR,
                changes: vec![Change::Void(Collection::Treatment, entry.id, seen)],
            };
            let since = Instant::now();
            lone.command(Command::Redact(edit, Reason::Rectification));
            since.elapsed()
        })
        .collect();
    let median = percentile(&mut times, 0.5);
    table.add(
        "redacting one entry of a card with 60 treatments",
        against(median, plain),
        "no target",
        true,
    );
}

/// The id that stands right before another.
fn before(record: RecordId) -> RecordId {
    let number = u128::from_be_bytes(*record.as_bytes()).wrapping_sub(1);
    RecordId::from_bytes(number.to_be_bytes())
}

fn retention(table: &mut Table) {
    let directory = tempfile::tempdir().unwrap();
    let mut lone = Lone::new(directory.path());
    let old = date(2026, 11, 1).checked_sub(Span::new().years(5)).unwrap();
    let due = (0..DUE).map(|number| {
        let mut client = sample::client(number, 1);
        for (_, content) in &mut client.entries {
            if let Content::Treatment(treatment) = content {
                treatment.date = old.checked_add(Span::new().days(20)).unwrap();
            }
        }
        client
    });
    fill(&mut lone, due);
    let stay = (DUE..SIZES[0]).map(|number| sample::client(number, 0));
    fill(&mut lone, stay);
    lone.pass(30);
    let plain = plain(directory.path());
    let all = lone.clients();
    lone.command(Command::RunRetention {
        author: OPERATOR,
        allowed: true,
    });
    let since = Instant::now();
    while lone.clients() > all - DUE {
        lone.input(Input::Tick);
    }
    let took = since.elapsed();
    let each = took / DUE as u32;
    table.add(
        format!("a retention run of {DUE} cards among {all}"),
        format!("{}, a card {}", ms(took), against(each, plain)),
        "no target",
        true,
    );
}
