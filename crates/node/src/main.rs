//! `kortisto`: reads the command line, does what it says, and ends with a documented exit code.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use node::cli::{Cli, Command};
use node::config::{Log, LogFormat, LogLevel};
use node::exit::{Attempt as _, Exit, Outcome};

/// glibc's allocator fragments around Automerge's saves until most of the memory is holes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Whatever this program makes, only its own user may read.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    node::logs::keep_memory_private();
    node::logs::hide_panics();
    let exit = match Cli::try_parse() {
        Ok(cli) => match begin(cli.command) {
            Ok(exit) => exit,
            Err(failure) => {
                // Nothing is left to be done where even stderr is gone.
                let _ = writeln!(std::io::stderr(), "kortisto: {failure}");
                failure.exit()
            }
        },
        Err(error) => {
            let _ = error.print();
            u8::try_from(error.exit_code())
                .ok()
                .and_then(Exit::from_code)
                .unwrap_or(Exit::Usage)
        }
    };
    ExitCode::from(exit.code())
}

fn begin(command: Command) -> Outcome<Exit> {
    if !matches!(command, Command::Run(_)) {
        // `run` logs as its settings say; commands tell only what somebody should look at.
        node::logs::start(&Log {
            level: LogLevel::Warn,
            format: LogFormat::Human,
        });
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .attempt("start the runtime")?;
    let outcome = runtime.block_on(node::command::carry_out(command));
    // What still waits for a read that never ends is left behind.
    runtime.shutdown_background();
    outcome
}
