//! The binary under test and one run of a command of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::signal::{self, Signal};

/// How long a command may take.
const COMMAND_TIME: Duration = Duration::from_secs(120);

/// Where the binary is: in the target directory that this test was built into.
///
/// # Errors
/// When it has not been built.
pub fn binary() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe()?;
    let built = test
        .ancestors()
        .skip(1)
        .map(|directory| directory.join("kortisto"))
        .find(|candidate| candidate.is_file());
    built.context("the binary is not built: cargo build --workspace --bin kortisto")
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Standard output of a command that had to succeed.
    ///
    /// # Errors
    /// When it failed, with what it said.
    pub fn fine(self) -> anyhow::Result<String> {
        if self.code == Some(0) {
            return Ok(self.out);
        }
        bail!(
            "exit code {:?}\n--- out\n{}\n--- err\n{}",
            self.code,
            self.out,
            self.err
        )
    }

    /// Standard output, read as JSON.
    ///
    /// # Errors
    /// When the command failed or said no JSON.
    pub fn json(self) -> anyhow::Result<serde_json::Value> {
        let out = self.fine()?;
        serde_json::from_str(&out).with_context(|| format!("not JSON: {out}"))
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `kortisto COMMAND --dir DIR REST..` to its end.
///
/// # Errors
/// When it can't be started or doesn't end in time.
pub fn run(directory: &Path, command: &[&str], rest: &[&str]) -> anyhow::Result<Said> {
    let mut child = Command::new(binary()?);
    child.args(command).arg("--dir").arg(directory).args(rest);
    run_to_the_end(&mut child, COMMAND_TIME)
}

/// Runs a command to its end, or kills it when that takes longer than `limit`.
///
/// # Errors
/// When it can't be started or didn't end in time.
pub fn run_to_the_end(command: &mut Command, limit: Duration) -> anyhow::Result<Said> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {command:?}"))?;
    let pid = child.id();
    let (ended, watched) = mpsc::channel::<()>();
    let watchdog = std::thread::spawn(move || {
        let late = watched.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
        late && signal::send(pid, Signal::KILL).is_ok()
    });
    let output = child.wait_with_output();
    drop(ended);
    let killed = watchdog.join().unwrap_or(false);
    let said = Said::from(output?);
    if killed {
        bail!("{command:?} did not end in {limit:?}: {said:?}");
    }
    Ok(said)
}
