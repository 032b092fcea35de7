//! Logs: to stderr, for people or as JSON. What is logged never holds client data: ids and counts only.
//!
//! The same for what is left of a program that breaks down: a panic tells where it happened and never
//! what it was about, and no image of the process's memory is written.

use std::io::{IsTerminal as _, Write as _};
use std::panic::{self, PanicHookInfo};

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
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

/// From here on the system writes no image of this process's memory, and lets no other process of the
/// same user look into it.
pub fn keep_memory_private() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // The limit stops a file; the other a system that hands images to a program. Neither can fail for
    // a process that only lowers its own, and a node that served nobody for it would help nobody.
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// From here on a panic tells where it happened and not what was in its hands: libraries put what they
/// stumbled over into their panics.
pub fn hide_panics() {
    panic::set_hook(Box::new(|panic| {
        let sentence = describe(panic);
        if tracing::dispatcher::has_been_set() {
            tracing::error!("{sentence}");
        } else {
            // Nothing is left to be done where even stderr is gone.
            let _ = writeln!(std::io::stderr(), "kortisto: {sentence}");
        }
    }));
}

fn describe(panic: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed").to_owned();
    match panic.location() {
        Some(at) => format!(
            "a fault in the program at {}:{}, thread {thread}",
            at.file(),
            at.line()
        ),
        None => format!("a fault in the program, thread {thread}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_panic_tells_where_and_not_what() {
        let said = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&said);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            *hears.lock().unwrap() = describe(panic);
        }));
        let ended = panic::catch_unwind(|| panic!("Zaida Zetterqvist"));
        panic::set_hook(before);
        assert!(ended.is_err());
        let said = said.lock().unwrap().clone();
        assert!(said.contains("logs.rs:"), "{said}");
        assert!(!said.contains("Zetterqvist"), "{said}");
    }

    #[test]
    fn no_image_of_memory_is_written() {
        keep_memory_private();
        let limit = rustix::process::getrlimit(Resource::Core);
        assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
        assert_eq!(
            rustix::process::dumpable_behavior().unwrap(),
            DumpableBehavior::NotDumpable
        );
    }
}
