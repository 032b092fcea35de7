//! Signals to processes that a test started.

use anyhow::Context;
pub use rustix::process::Signal;

/// Sends a signal to one process.
///
/// # Errors
/// When there is no such process any more.
pub fn send(pid: u32, signal: Signal) -> anyhow::Result<()> {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .context("a process id")?;
    Ok(rustix::process::kill_process(pid, signal)?)
}
