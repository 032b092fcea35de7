//! `kortisto export`: the lines, to stdout or into a file that only its owner may read.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::cli::{Export, Format};
use crate::errand::{Errand, Reply, Way, astray};
use crate::exit::{Attempt as _, Exit, Outcome};

pub(super) async fn export(args: Export) -> Outcome<Exit> {
    let Format::Jsonl = args.format;
    let mut way = Way::to(&args.dir).await?;
    let exported = match &args.out {
        None => send(&mut way, args.reason, &mut io::stdout().lock()).await,
        Some(path) => into_file(&mut way, args.reason, path).await,
    };
    let ended = way.end().await;
    let clients = exported?;
    ended?;
    eprint(&format!(
        "{clients} clients exported; the export is in the log\n"
    ))?;
    Ok(Exit::Done)
}

async fn into_file(way: &mut Way, reason: String, path: &Path) -> Outcome<u64> {
    let file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .attempt(format!("make the file {}", path.display()))?;
    let mut file = BufWriter::new(file);
    let sent = send(way, reason, &mut file).await;
    let finished = file
        .into_inner()
        .map_err(io::IntoInnerError::into_error)
        .and_then(|file: File| file.sync_all());
    match (sent, finished) {
        (Ok(clients), Ok(())) => Ok(clients),
        (sent, finished) => {
            // Part of a register in a file that looks whole is worse than none.
            let _ = fs::remove_file(path);
            let clients = sent?;
            finished.attempt(format!("write {}", path.display()))?;
            Ok(clients)
        }
    }
}

async fn send(way: &mut Way, reason: String, to: &mut impl Write) -> Outcome<u64> {
    let write = |reply| match reply {
        Reply::Lines(lines) => to.write_all(lines.as_bytes()).attempt("write the export"),
        _ => Err(astray()),
    };
    let last = way.ask(Errand::Export { reason }, write).await?;
    to.flush().attempt("write the export")?;
    match last {
        Reply::Exported { clients } => Ok(clients),
        _ => Err(astray()),
    }
}

fn eprint(text: &str) -> Outcome<()> {
    io::stderr()
        .write_all(text.as_bytes())
        .attempt("write to stderr")
}
