//! `pair`: an invitation is made or entered, a phrase compared, and the end waited for.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use super::{once, print};
use crate::cli::{Pair, PairAccept, PairInvite};
use crate::errand::{Errand, Reply, astray};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::pairing::{PairStage, PairStanding};

/// How often the node is asked how far it has come.
const LOOK: Duration = Duration::from_millis(200);

pub(super) async fn pair(args: Pair) -> Outcome<Exit> {
    match args {
        Pair::Invite(args) => invite(args).await,
        Pair::Accept(args) => accept(args).await,
        Pair::Cancel(args) => {
            once(&args.dir, Errand::PairCancel).await?;
            print("nothing is under way any more\n")
        }
    }
}

async fn invite(args: PairInvite) -> Outcome<Exit> {
    let errand = Errand::PairInvite {
        addresses: args.address,
    };
    let invitation = standing(&args.dir, errand).await?.invitation;
    print(&format!("{}\n", invitation.ok_or_else(astray)?))?;
    say(
        "Enter this at the other premises within ten minutes. It works once; hand it to nobody else.",
    )?;
    follow(&args.dir, args.yes).await
}

async fn accept(args: PairAccept) -> Outcome<Exit> {
    let invitation = if args.invitation == "-" {
        line().await?
    } else {
        args.invitation
    };
    standing(&args.dir, Errand::PairAccept { invitation }).await?;
    follow(&args.dir, args.yes).await
}

async fn standing(dir: &Path, errand: Errand) -> Outcome<PairStanding> {
    match once(dir, errand).await? {
        Reply::Pairing(standing) => Ok(*standing),
        _ => Err(astray()),
    }
}

/// Goes along to the end. When this program is stopped before, nothing stays open.
async fn follow(dir: &Path, yes: bool) -> Outcome<Exit> {
    let outcome = tokio::select! {
        outcome = compare(dir, yes) => outcome,
        _ = tokio::signal::ctrl_c() => Err(Failure::said(Exit::Failed, "stopped; nothing was paired")),
    };
    if outcome.is_err() {
        // The node may be gone, and the invitation with it.
        let _ = once(dir, Errand::PairCancel).await;
    }
    outcome
}

async fn compare(dir: &Path, yes: bool) -> Outcome<Exit> {
    let mut told = false;
    loop {
        let now = standing(dir, Errand::PairStanding).await?;
        match now.stage {
            PairStage::Invited | PairStage::Meeting => {}
            PairStage::Comparing => {
                let phrase = now.phrase.ok_or_else(astray)?;
                if !told {
                    told = true;
                    let premises = now.premises.unwrap_or_default();
                    let clients = now.clients.unwrap_or_default();
                    say(&format!(
                        "other premises: {premises}, with {clients} clients\nphrase: {phrase}"
                    ))?;
                    if !yes {
                        agree().await?;
                    }
                    standing(dir, Errand::PairConfirm { phrase }).await?;
                }
            }
            PairStage::Paired => {
                let premises = now.premises.unwrap_or_default();
                return print(&format!("paired with {premises}\n"));
            }
            PairStage::Failed => {
                return Err(Failure::said(Exit::Refused, now.fault.unwrap_or_default()));
            }
            PairStage::Idle => return Err(Failure::said(Exit::Refused, "it was cancelled")),
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn agree() -> Outcome<()> {
    say("Does the other premises show exactly the same phrase? Ask by telephone. [y/n]")?;
    let answer = line().await?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        return Ok(());
    }
    let sentence = "the phrases were not confirmed to be the same; nothing was paired";
    Err(Failure::said(Exit::Refused, sentence))
}

/// A line of stdin; empty when there is none.
async fn line() -> Outcome<String> {
    let read = || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map(|_| line)
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|error| Failure::new(Exit::Failed, error))?
        .attempt("read the answer")
}

/// Tells a person something that is no result.
fn say(text: &str) -> Outcome<()> {
    writeln!(io::stderr().lock(), "{text}").attempt("say how it goes")
}
