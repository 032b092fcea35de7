//! Two real nodes with 20,000 clients: start, memory, disk, pages, first replication, one edit.

mod csv;
pub(crate) mod latency;
mod pages;
mod resources;

pub(crate) use csv::write as write_register;

use std::time::{Duration, Instant};

use kortisto_tests::kortisto;
use kortisto_tests::node::Node;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::document::Document;
use register::id::RecordId;
use register::replica::Shelf;
use vault::Vault;

use crate::table::{Table, ms, percentile};

/// How many clients, unless `KORTISTO_BENCH_CLIENTS` says otherwise.
const CLIENTS: usize = 20_000;
const EDITS: usize = 60;
const ERASED: usize = 20;
/// How long anything may take at the most.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) fn run(table: &mut Table) {
    let clients = std::env::var("KORTISTO_BENCH_CLIENTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(CLIENTS);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(table, clients)).unwrap();
}

async fn measure(table: &mut Table, clients: usize) -> anyhow::Result<()> {
    let parent = tempfile::tempdir()?;
    let (people, treatments) = write_register(parent.path(), clients)?;
    let mut first = Node::init(parent.path(), "Poikuekatu")?;
    let since = Instant::now();
    first.import(&people, Some(&treatments))?.fine()?;
    table.add(
        format!("import of {clients} clients with their treatments"),
        ms(since.elapsed()),
        "no target",
        true,
    );

    let plain = plain(&first)?;
    let on_disk = resources::disk(first.directory())?;
    let ratio = on_disk as f64 / plain.bytes as f64;
    let measured = format!("{on_disk} B over {} B: x {ratio:.2}", plain.bytes);
    table.add(
        "disk over the same documents and values saved plain",
        measured,
        "<= 4 x",
        ratio <= 4.0,
    );

    let since = Instant::now();
    first.launch()?;
    let visitor = Visitor::new(first.console())?;
    waiting::until("the console answers", PATIENCE, async || {
        Ok(visitor
            .open("/login")
            .await?
            .status
            .is_success()
            .then_some(()))
    })
    .await?;
    let start = since.elapsed();
    table.add(
        format!("start to ready at {clients} clients"),
        ms(start),
        "<= 1 s",
        start <= Duration::from_secs(1),
    );

    pages::run(table, &first, &plain.records).await?;
    let resident = first
        .pid()
        .map(resources::resident)
        .transpose()?
        .unwrap_or_default();
    let measured = format!("{} MB", resident / 1_000_000);
    table.add(
        "resident memory after that",
        measured,
        "<= 120 MB",
        resident <= 120_000_000,
    );

    replication(table, parent.path(), &mut first, &plain, clients).await
}

/// The documents and values of a stopped node, and how long it takes to load them all in process.
struct Plain {
    records: Vec<RecordId>,
    bytes: u64,
    loading: Duration,
}

fn plain(node: &Node) -> anyhow::Result<Plain> {
    let (vault, holdings, _) = Vault::open(node.directory())?;
    let records: Vec<RecordId> = holdings.indexes.iter().map(|(record, _)| *record).collect();
    let mut held = Vec::with_capacity(records.len());
    for record in &records {
        held.push((
            vault.document(*record)?.unwrap_or_default(),
            vault.values(*record)?,
        ));
    }
    vault.close()?;
    let bytes = held
        .iter()
        .map(|(document, values)| {
            document.len()
                + values
                    .iter()
                    .map(|value| value.content.len() + value.nonce.len())
                    .sum::<usize>()
        })
        .sum::<usize>() as u64;
    let since = Instant::now();
    for (document, values) in &held {
        std::hint::black_box(Document::load(document)?);
        for value in values {
            std::hint::black_box(value.decode()?);
        }
    }
    Ok(Plain {
        records,
        bytes,
        loading: since.elapsed(),
    })
}

async fn replication(
    table: &mut Table,
    parent: &std::path::Path,
    first: &mut Node,
    plain: &Plain,
    clients: usize,
) -> anyhow::Result<()> {
    let mut second = Node::init(parent, "Aleksanterinkatu")?;
    first
        .command(
            &["peer", "add"],
            &["--id", &second.id()?, "--addr", &second.link().to_string()],
        )?
        .fine()?;
    second
        .command(
            &["peer", "add"],
            &["--id", &first.id()?, "--addr", &first.link().to_string()],
        )?
        .fine()?;
    let since = Instant::now();
    second.start().await?;
    waiting::until(
        "the second premises holds everything",
        PATIENCE,
        async || {
            let status = second.status()?;
            let agreed = status["peers"][0]["state"] == "agreed" && status["clients"] == clients;
            Ok(agreed.then_some(()))
        },
    )
    .await?;
    let took = since.elapsed();
    let ratio = plain.loading.as_secs_f64() / took.as_secs_f64();
    let measured = format!("{} against {}: x {ratio:.2}", ms(took), ms(plain.loading));
    table.add(
        "first replication against loading the same in process",
        measured,
        ">= 0.8",
        ratio >= 0.8,
    );

    let second_owner = second.log_in(first.owner_name()).await?;
    latency::run(table, parent, first, &second_owner, EDITS).await?;
    erasures(table, first, &plain.records)?;
    copies(table, parent, first, &plain.records).await
}

/// Erasing by the command until both premises have confirmed, against a command that only asks.
fn erasures(table: &mut Table, first: &Node, records: &[RecordId]) -> anyhow::Result<()> {
    let mut asking = Vec::with_capacity(ERASED);
    let mut erasing = Vec::with_capacity(ERASED);
    for at in 0..ERASED {
        let client = records[(at * 101 + 50) % records.len()].to_string();
        let since = Instant::now();
        first.status()?;
        asking.push(since.elapsed());
        let since = Instant::now();
        let rest = ["--client", &client, "--reason", "request", "--json"];
        let certificate = first.command(&["erase"], &rest)?.json()?;
        erasing.push(since.elapsed());
        assert_eq!(certificate["awaited"].as_array().map(Vec::len), Some(0));
    }
    let (asking, erasing) = (percentile(&mut asking, 0.5), percentile(&mut erasing, 0.5));
    let ratio = erasing.as_secs_f64() / asking.as_secs_f64();
    table.add(
        "erasing one client until both premises have confirmed, against asking for the status",
        format!("{} against {}: x {ratio:.1}", ms(erasing), ms(asking)),
        "<= 1 s",
        erasing <= Duration::from_secs(1),
    );
    Ok(())
}

/// Pages while the node copies all that it has.
async fn copies(
    table: &mut Table,
    parent: &std::path::Path,
    first: &Node,
    records: &[RecordId],
) -> anyhow::Result<()> {
    let (to, file) = (parent.join("copy.age"), parent.join("passphrase"));
    std::fs::write(&file, "seven quiet cranes over ice")?;
    let (to, file) = (to.display().to_string(), file.display().to_string());
    let backup = vec!["--to".into(), to, "--passphrase-file".into(), file];
    let visitor = first.log_in(first.owner_name()).await?;
    let works: [(_, &[&str], _); 5] = [
        ("a backup", &["backup"], backup),
        ("a compaction", &["compact"], Vec::<String>::new()),
        ("making keys anew", &["key", "rotate"], Vec::new()),
        ("looking for remnants", &["erasure", "verify"], Vec::new()),
        ("a check", &["check"], Vec::new()),
    ];
    for (work, command, rest) in works {
        let directory = first.directory().to_owned();
        let since = Instant::now();
        let making = tokio::task::spawn_blocking(move || {
            let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
            kortisto::run(&directory, command, &rest)
        });
        let mut times = Vec::new();
        while !making.is_finished() {
            let record = records[times.len() * 7_919 % records.len()];
            let page = Instant::now();
            visitor.open(&format!("/clients/{record}")).await?;
            times.push(page.elapsed());
        }
        let took = since.elapsed();
        making.await??.fine()?;
        let (p99, worst) = (percentile(&mut times, 0.99), percentile(&mut times, 1.0));
        table.add(
            format!("{work} of everything, and {} cards meanwhile", times.len()),
            format!("{}; p99 {}, slowest {}", ms(took), ms(p99), ms(worst)),
            "no page held up by over 50 ms",
            worst <= Duration::from_millis(50),
        );
    }
    Ok(())
}
