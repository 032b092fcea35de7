//! Batch recall over 20,000 clients with 650,000 treatments: part of a batch number, with and without a product.

use std::hint::black_box;
use std::time::Instant;

use jiff::civil::date;
use register::card::Alert;
use register::directory::{Directory, Summary, Update};
use register::id::RecordId;
use register::trace::{Given, Traces};

use crate::sample;
use crate::table::{Table, ms, percentile};

const CLIENTS: usize = 20_000;
const TREATMENTS: usize = 650_000;
/// Batches that were opened over five years.
const BATCHES: usize = 4_000;
const QUERIES: usize = 1_000;
/// As many as the console shows.
const LIMIT: usize = 1_000;

pub(crate) fn run(table: &mut Table) {
    let mut directory = Directory::default();
    for number in 0..CLIENTS {
        let summary = summary(number);
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        directory.apply(Update::Client(RecordId::from_bytes(id), Box::new(summary)));
    }
    let mut times = Vec::with_capacity(QUERIES);
    for query in 0..QUERIES {
        let batch = format!("erä {:04}", query * 7 % BATCHES);
        let product = if query % 2 == 0 { "" } else { "seerumi" };
        let start = Instant::now();
        black_box(directory.received(&batch, product, LIMIT));
        times.push(start.elapsed());
    }
    let p50 = percentile(&mut times, 0.5);
    let p99 = percentile(&mut times, 0.99);
    table.add(
        format!("everyone who received a batch, {TREATMENTS} treatments of {CLIENTS} clients"),
        format!("p50 {}, p99 {}", ms(p50), ms(p99)),
        "p99 <= 20 ms",
        p99.as_millis() < 20,
    );
}

fn summary(number: usize) -> Summary {
    let each = TREATMENTS.div_ceil(CLIENTS);
    let given = (0..each).map(|visit| {
        let drawn = number
            .wrapping_mul(31)
            .wrapping_add(visit.wrapping_mul(977))
            % BATCHES;
        Given {
            date: date(2025, 1, 1 + i8::try_from(visit % 28).unwrap()),
            goes: None,
            treatment: format!("Hoito {}", visit % 40),
            by: format!("Hoitaja {}", number % 12),
            by_id: None,
            premises: "Poikuekatu".into(),
            products: format!("Seerumi {}", drawn % 60),
            batch: format!("Erä {drawn:04}/A"),
        }
    });
    Summary {
        name: Some(sample::name(number)),
        birth_year: None,
        phones: vec![sample::phone(number)],
        emails: vec![],
        alert: Alert::NotAsked,
        patch_expires: None,
        made: None,
        last_visit: None,
        due: register::retention::Due::default(),
        conflicts: 0,
        requests: Vec::new(),
        judged: Vec::new(),
        marketing: None,
        restricted: false,
        tally: register::marketing::Tally::default(),
        traces: Traces {
            given: given.collect(),
            papers: Vec::new(),
        },
        adult: false,
        adverse: Vec::new(),
        months: register::directory::Months::default(),
    }
}
