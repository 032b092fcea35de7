//! `kortisto import`: files are read in this process, and clients go to the node in small batches.

use serde_json::json;

use super::{print, print_json};
use crate::cli::Import;
use crate::clock;
use crate::errand::{Imported, Way};
use crate::exit::{Exit, Failure, Outcome};
use crate::import::{self, Preview, Sources};
use crate::intake;
use crate::progress::Progress;

pub(super) async fn import(args: &Import) -> Outcome<Exit> {
    if args.dry_run {
        // A directory that holds no node is told before the files are.
        crate::premises::settings(&args.dir)?;
        let preview = read(args)?;
        return if args.json {
            print_json(&json!({ "dry_run": true, "preview": preview.to_json() }))
        } else {
            print(&preview.to_text(true))
        };
    }
    let mut way = Way::to(&args.dir).await?;
    let done = take(&mut way, args).await;
    let ended = way.end().await;
    let (preview, imported) = done?;
    ended?;
    if args.json {
        print_json(&json!({ "dry_run": false, "imported": imported, "preview": preview.to_json() }))
    } else {
        print(&format!(
            "{}\n{}",
            preview.to_text(false),
            summary(imported)
        ))
    }
}

async fn take(way: &mut Way, args: &Import) -> Outcome<(Preview, Imported)> {
    let preview = read(args)?;
    let mut progress = Progress::new("importing", preview.clients.len());
    let imported = intake::send(way, &preview.clients, |done| progress.show(done)).await?;
    progress.end();
    Ok((preview, imported))
}

fn read(args: &Import) -> Outcome<Preview> {
    let sources = Sources {
        clients: &args.clients,
        treatments: args.treatments.as_deref(),
        map: &args.map,
        today: clock::today(),
        source: None,
    };
    import::read(&sources).map_err(|error| Failure::new(Exit::Failed, error))
}

fn summary(imported: Imported) -> String {
    let mut text = format!("Imported: {} new clients", imported.added);
    if imported.extended > 0 {
        let Imported {
            extended, entries, ..
        } = imported;
        text.push_str(&format!(
            ", {entries} new entries for {extended} that were here"
        ));
    }
    if imported.unchanged > 0 {
        text.push_str(&format!(", {} that were here already", imported.unchanged));
    }
    if imported.erased > 0 {
        text.push_str(&format!(
            ", {} left out because they were erased here",
            imported.erased
        ));
    }
    text.push('\n');
    text
}
