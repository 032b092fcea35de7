//! Every page that the owner finds: how long the server takes, and how soon the browser paints.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use kortisto_tests::browser::Browser;
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::rooms;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::id::RecordId;

use crate::table::{Table, ms, percentile};

/// How often each page is opened.
const VISITS: usize = 40;
/// How often each page is painted.
const PAINTS: usize = 3;
/// Cards among which the visits to card pages go round.
const CARDS: usize = 200;
const PAGE_BOUND: Duration = Duration::from_millis(20);
/// How long a page may take to be painted at all.
const PAINT_TIME: Duration = Duration::from_secs(5);
const PAINT_BOUND: Duration = Duration::from_millis(200);
/// When the first text or picture was painted, milliseconds from the click; null before.
const PAINTED: &str = "return performance.getEntriesByName('first-contentful-paint').map(one => one.startTime)[0] ?? null";

pub(super) async fn run(
    table: &mut Table,
    node: &Node,
    records: &[RecordId],
) -> anyhow::Result<()> {
    let visitor = node.owner_first().await?;
    let found = rooms::find(&visitor).await?;
    let paths: Vec<&String> = found.values().collect();
    served(table, &visitor, &paths, records).await?;
    painted(table, node, &paths).await
}

/// The same page of another card, where it is one of a card.
fn of_another(path: &str, record: RecordId) -> String {
    let Some(rest) = path.strip_prefix("/clients/") else {
        return path.to_owned();
    };
    let (id, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if rest.matches('/').count() > 1 || id.parse::<RecordId>().is_err() {
        return path.to_owned();
    }
    format!("/clients/{record}/{rest}")
        .trim_end_matches('/')
        .to_owned()
}

async fn served(
    table: &mut Table,
    visitor: &Visitor,
    paths: &[&String],
    records: &[RecordId],
) -> anyhow::Result<()> {
    let mut all = Vec::new();
    let mut slowest = (Duration::ZERO, String::new());
    let mut beyond = Vec::new();
    for path in paths {
        let mut times = Vec::with_capacity(VISITS);
        for at in 0..VISITS {
            let record = records[at * 7_919 % CARDS.min(records.len())];
            let path = of_another(path, record);
            let since = Instant::now();
            visitor.open(&path).await?;
            times.push(since.elapsed());
        }
        let p99 = percentile(&mut times, 0.99);
        if p99 > slowest.0 {
            slowest = (p99, (*path).clone());
        }
        if p99 > PAGE_BOUND {
            beyond.push(format!("{} {}", kind(path), ms(p99)));
        }
        all.extend(times);
    }
    if !beyond.is_empty() {
        println!("beyond the bound: {}", beyond.join(", "));
    }
    let (p50, p99) = (percentile(&mut all, 0.5), percentile(&mut all, 0.99));
    table.add(
        format!("each of {} kinds of pages, seen by the client", paths.len()),
        format!(
            "p50 {}, p99 {}; slowest of all: {} of {}",
            ms(p50),
            ms(p99),
            ms(slowest.0),
            kind(&slowest.1)
        ),
        "p99 of every page <= 20 ms",
        slowest.0 <= PAGE_BOUND,
    );
    Ok(())
}

/// A path without ids.
fn kind(path: &str) -> String {
    let part = |part: &str| {
        if part.len() == 32 {
            "{id}".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn painted(table: &mut Table, node: &Node, paths: &[&String]) -> anyhow::Result<()> {
    let browser = Browser::open(node.console()).await?;
    browser.log_in(node.owner_name(), PASSWORD).await?;
    let mut all = Vec::new();
    let mut slowest = (Duration::ZERO, String::new());
    for path in paths {
        let mut times = Vec::with_capacity(PAINTS);
        for _ in 0..PAINTS {
            browser.go(path).await?;
            browser.element("main h1").await?;
            let painted = waiting::until("the page is painted", PAINT_TIME, async || {
                let painted = browser.driver().execute(PAINTED, Vec::new()).await?;
                Ok(painted.json().as_f64())
            })
            .await
            .with_context(|| kind(path))?;
            times.push(Duration::from_secs_f64(painted / 1_000.0));
        }
        let median = percentile(&mut times, 0.5);
        if median > slowest.0 {
            slowest = (median, (*path).clone());
        }
        all.extend(times);
    }
    let (p50, p99) = (percentile(&mut all, 0.5), percentile(&mut all, 0.99));
    table.add(
        "first paint of each kind of page in Chromium without a graphics card",
        format!(
            "p50 {}, p99 {}; slowest: {} of {}",
            ms(p50),
            ms(p99),
            ms(slowest.0),
            kind(&slowest.1)
        ),
        "<= 200 ms",
        slowest.0 <= PAINT_BOUND,
    );
    Ok(())
}
