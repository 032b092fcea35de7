//! Whole nodes as real processes with their own directories, keys and sockets, and users at their consoles.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it can't mean has failed"
)]

mod api;
mod api_in_person;
mod api_lists;
mod api_office;
mod audit;
mod backup;
mod capabilities;
mod clauses;
mod clocks;
mod corpus;
mod demo;
mod doors;
mod erase;
mod factor;
mod forget;
mod former;
mod full_stick;
mod health;
mod hostile_peer;
mod identity;
mod import;
mod keys;
mod kills;
mod legacy;
mod line;
mod mail;
mod marketing;
mod memory;
mod pairing;
mod papers;
mod person;
mod planted;
mod premises;
mod programs;
mod refill;
mod requests;
mod schemathesis;
mod secrecy;
mod shared;
mod storage;
mod strangers;
mod treatments;

use std::path::Path;

use jiff::civil::Date;
use kortisto_tests::export::Client;
use kortisto_tests::sample::{Files, Register};

/// The day it is, as the nodes see it.
fn today() -> Date {
    jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date()
}

/// A register of `count` invented people, and where its files are.
fn register(parent: &Path, seed: u64, count: usize) -> (Register, Files) {
    let register = Register::invented(seed, count, today());
    let files = register.write(&parent.join("legacy")).unwrap();
    (register, files)
}

/// The client that was number `number` in the old register.
fn by_number(clients: &[Client], number: usize) -> &Client {
    let wanted = number.to_string();
    clients
        .iter()
        .find(|client| client.legacy().as_deref() == Some(&wanted))
        .unwrap()
}
