//! Signals to processes that a test started.

use anyhow::Context;
use rustix::process::Pid;
pub use rustix::process::Signal;

/// Sends a signal to one process.
///
/// # Errors
/// When there is no such process any more.
pub fn send(pid: u32, signal: Signal) -> anyhow::Result<()> {
    Ok(rustix::process::kill_process(process(pid)?, signal)?)
}

/// Sends a signal to a process and all that it started in its group.
///
/// # Errors
/// When there is no such group any more.
pub fn send_group(leader: u32, signal: Signal) -> anyhow::Result<()> {
    Ok(rustix::process::kill_process_group(
        process(leader)?,
        signal,
    )?)
}

fn process(id: u32) -> anyhow::Result<Pid> {
    i32::try_from(id)
        .ok()
        .and_then(Pid::from_raw)
        .context("a process id")
}
