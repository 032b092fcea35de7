//! The figures of the README, each as a ratio to something measured in the same run.
//!
//! `cargo bench -p kortisto-tests --bench targets` runs all of them; words after `--` pick some:
//! `search`, `recall`, `reconnect`, `forget`, `premises`, `line`. Sizes can be lowered with `KORTISTO_BENCH_CLIENTS`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and fails by panicking"
)]

mod forget;
mod line;
mod lone;
mod premises;
mod recall;
mod reconnect;
mod sample;
mod search;
mod table;

use table::Table;

/// The allocator of the binary: glibc's spends milliseconds on its free lists at moments of its own choosing.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let picked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let wants = |name: &str| picked.is_empty() || picked.iter().any(|word| word == name);
    let mut table = Table::default();
    if wants("search") {
        search::run(&mut table);
    }
    if wants("recall") {
        recall::run(&mut table);
    }
    if wants("reconnect") {
        reconnect::run(&mut table);
    }
    if wants("forget") {
        forget::run(&mut table);
    }
    if wants("premises") {
        premises::run(&mut table);
    }
    if wants("line") {
        line::run(&mut table);
    }
    println!("\n{table}");
}
