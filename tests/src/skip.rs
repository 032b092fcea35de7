//! What a test had to leave out. `tests/run` shows it at its end.

use std::io::Write;

/// Says that a test left something out, and why.
pub fn say(what: &str) {
    let line = format!("{what}\n");
    eprint!("SKIPPED: {line}");
    if let Some(path) = std::env::var_os("KORTISTO_SKIPPED") {
        let written = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(line.as_bytes()));
        if let Err(error) = written {
            eprintln!("the list of what was skipped can't be written: {error}");
        }
    }
}

/// Whether long campaigns are asked for.
#[must_use]
pub fn long() -> bool {
    std::env::var_os("KORTISTO_LONG").is_some()
}
