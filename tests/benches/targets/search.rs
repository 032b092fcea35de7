//! Search over 100,000 clients, three letters of a name or three digits of a phone.

use std::hint::black_box;
use std::time::Instant;

use register::card::Alert;
use register::directory::{Directory, Summary, Update};
use register::id::RecordId;

use crate::sample;
use crate::table::{Table, ms, percentile};

const CLIENTS: usize = 100_000;
const QUERIES: usize = 3_000;
/// As many as the console shows.
const LIMIT: usize = 20;

pub(crate) fn run(table: &mut Table) {
    let mut directory = Directory::default();
    for number in 0..CLIENTS {
        let mut id = [0; 16];
        id[..8].copy_from_slice(
            &(number as u64)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .to_be_bytes(),
        );
        let summary = Summary {
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
            traces: register::trace::Traces::default(),
            adult: false,
            adverse: Vec::new(),
            months: register::directory::Months::default(),
        };
        directory.apply(Update::Client(RecordId::from_bytes(id), Box::new(summary)));
    }
    let mut times = Vec::with_capacity(QUERIES);
    for query in 0..QUERIES {
        let text = query_text(query);
        let start = Instant::now();
        black_box(directory.search(&text, LIMIT));
        times.push(start.elapsed());
    }
    let p50 = percentile(&mut times, 0.5);
    let p99 = percentile(&mut times, 0.99);
    table.add(
        format!("search over {CLIENTS} clients, three letters or digits"),
        format!("p50 {}, p99 {}", ms(p50), ms(p99)),
        "p99 <= 5 ms",
        p99.as_millis() < 5,
    );
}

/// Three letters of a name, three digits of a phone, and one in ten that nobody has: the whole text is read.
fn query_text(query: usize) -> String {
    match query % 10 {
        0 => "qzx".into(),
        1..=4 => format!("{:03}", query % 1_000),
        _ => {
            let name = sample::name(query * 37).listed();
            let letters: Vec<char> = name.chars().filter(|c| c.is_alphabetic()).collect();
            let at = query % (letters.len() - 3);
            letters[at..at + 3].iter().collect()
        }
    }
}
