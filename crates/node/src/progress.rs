//! A progress bar on stderr: redrawn in place on a terminal, a line now and then elsewhere.

use std::io::{self, IsTerminal as _, Write as _};

/// Width of the bar in characters.
const WIDTH: usize = 30;
/// Where no bar can be redrawn, so many lines are written at most.
const LINES: usize = 10;

/// Progress of something that is counted.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    total: usize,
    terminal: bool,
    /// The last step that was drawn.
    drawn: Option<usize>,
}

impl Progress {
    /// Progress of `what` towards `total`.
    #[must_use]
    pub fn new(what: &'static str, total: usize) -> Self {
        Self {
            what,
            total,
            terminal: io::stderr().is_terminal(),
            drawn: None,
        }
    }

    /// Shows that `done` are done.
    pub fn show(&mut self, done: usize) {
        let steps = if self.terminal { self.total } else { LINES };
        let step = (done * steps).checked_div(self.total).unwrap_or(steps);
        if self.drawn == Some(step) {
            return;
        }
        self.drawn = Some(step);
        let line = self.line(done);
        // Progress that can't be shown is no reason to stop.
        let _ = if self.terminal {
            write!(io::stderr(), "\r{line}")
        } else {
            writeln!(io::stderr(), "{line}")
        };
    }

    /// Ends the line.
    pub fn end(self) {
        if self.terminal && self.drawn.is_some() {
            let _ = writeln!(io::stderr());
        }
    }

    fn line(&self, done: usize) -> String {
        let filled = (done * WIDTH)
            .checked_div(self.total)
            .unwrap_or(WIDTH)
            .min(WIDTH);
        format!(
            "{} [{}{}] {done} of {}",
            self.what,
            "#".repeat(filled),
            "-".repeat(WIDTH - filled),
            self.total
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_nothing_to_do_is_done() {
        let line = |done, total| Progress::new("importing", total).line(done);
        assert_eq!(line(0, 4), format!("importing [{}] 0 of 4", "-".repeat(30)));
        assert_eq!(line(4, 4), format!("importing [{}] 4 of 4", "#".repeat(30)));
        assert!(line(2, 4).contains(&format!("[{}{}]", "#".repeat(15), "-".repeat(15))));
        assert_eq!(line(0, 0), format!("importing [{}] 0 of 0", "#".repeat(30)));
    }
}
