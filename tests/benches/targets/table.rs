//! The lines of the outcome.

use core::fmt;
use std::time::Duration;

/// What was measured, one line each.
#[derive(Default)]
pub(crate) struct Table {
    lines: Vec<[String; 4]>,
}

impl Table {
    /// Adds a line, and prints it at once.
    pub(crate) fn add(
        &mut self,
        work: impl Into<String>,
        measured: impl Into<String>,
        target: impl Into<String>,
        met: bool,
    ) {
        let verdict = if met { "met" } else { "MISSED" };
        let line = [
            work.into(),
            measured.into(),
            target.into(),
            verdict.to_owned(),
        ];
        println!("| {} |", line.join(" | "));
        self.lines.push(line);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| work | measured | target | |\n|---|---|---|---|")?;
        self.lines
            .iter()
            .try_for_each(|line| writeln!(f, "| {} |", line.join(" | ")))
    }
}

/// The value below which the given share (0 to 1) of the times lies. Sorts them.
pub(crate) fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let at = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len());
    times[at - 1]
}

/// Milliseconds with two decimals.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
