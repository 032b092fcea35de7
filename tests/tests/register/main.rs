//! What a register comes to at one premises and at several that talk over perfect lines: rules, replication, deletion.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets what it can't mean has failed"
)]

// One program and not one for each: linking each alone took longer than all of their tests.
mod alarms;
mod audit;
mod breaches;
mod former;
mod health;
mod hostile;
mod marketing;
mod members;
mod memory;
mod pairing;
mod replicas;
mod requests;
mod retention;
mod treatments;
