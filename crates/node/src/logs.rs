//! Logs: to stderr, for people or as JSON. What is logged never holds client data: ids and counts only.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat, LogLevel};

/// Begins to log. Called once, by `main`'s command.
pub fn start(log: &Log) {
    // What libraries say in detail is of use only when somebody asks for it.
    let others = match log.level {
        LogLevel::Error => "error",
        LogLevel::Warn | LogLevel::Info | LogLevel::Debug => "warn",
        LogLevel::Trace => "trace",
    };
    let own = log.level.name();
    let filter = EnvFilter::new(format!(
        "{others},node={own},link={own},vault={own},console={own},register={own}"
    ));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // A second start in one process, as in tests, keeps the first.
    let _ = match log.format {
        LogFormat::Human => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
