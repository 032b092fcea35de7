//! What each command does, but for `run` and `demo`.

mod audit;
mod backup;
mod erasure;
mod export;
mod import;
mod pair;
mod retention;
mod verify;

use std::io::{self, Write as _};

use crate::cli::{
    Audit, Clock, Command, Erasure, Identity, Init, Key, Line, OWNER, Peer, PeerAdd, PeerRemove,
    Place, Quarantine, Status, User, UserAdd,
};
use crate::errand::{Errand, Reply, Standing, Way, astray};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::premises::Plan;
use crate::{care, demo, premises, run, standing};

/// Does what the command line says. The exit code tells what came of it where that is no failure.
///
/// # Errors
/// A [`Failure`], to be printed.
pub async fn carry_out(command: Command) -> Outcome<Exit> {
    match command {
        Command::Run(args) => run::run(&args.dir, args.leashed).await.map(|()| Exit::Done),
        Command::Demo(args) => demo::run(args).await.map(|()| Exit::Done),
        Command::Init(args) => init(args).await,
        Command::Id(args) => id(&args),
        Command::Status(args) => status(&args).await,
        Command::Check(args) => check(&args).await,
        Command::Import(args) => import::import(&args).await,
        Command::User(User::Add(args)) => add_user(args).await,
        Command::Export(args) => export::export(args).await,
        Command::Backup(args) => backup::back_up(args).await,
        Command::Restore(args) => backup::restore(&args).await,
        Command::Pair(args) => pair::pair(args).await,
        Command::Peer(Peer::Add(args)) => add_peer(args).await,
        Command::Peer(Peer::Remove(args)) => remove_peer(args).await,
        Command::Peer(Peer::Revoke(args)) => revoke(args).await,
        Command::Identity(Identity::Rotate(args)) => rotate_identity(&args).await,
        Command::Peer(Peer::List(args)) => list_peers(&args).await,
        Command::Line(Line::Check(args)) => check_lines(&args).await,
        Command::Erase(args) => erasure::erase(&args).await,
        Command::Erasure(Erasure::List(args)) => erasure::list(&args).await,
        Command::Erasure(Erasure::Show(args)) => erasure::show(&args).await,
        Command::Erasure(Erasure::Verify(args)) => verify::verify(&args).await,
        Command::Audit(Audit::Verify(args)) => audit::verify(&args).await,
        Command::Retention(args) => retention::retention(&args).await,
        Command::Clock(Clock::Confirm(args)) => confirm_clock(&args).await,
        Command::Quarantine(Quarantine::Release(args)) => release(&args).await,
        Command::Key(Key::Rotate(args)) => rotate_keys(&args).await,
        Command::Compact(args) => compact(&args).await,
    }
}

async fn init(args: Init) -> Outcome<Exit> {
    let owner = args
        .owner
        .unwrap_or_else(|| format!("{OWNER} {}", args.premises));
    let plan = Plan {
        name: args.premises,
        console: args.console,
        link: args.link,
        owner: Some(owner.clone()),
        identity: None,
    };
    let made = premises::found(&args.dir, &plan).await?;
    let mut text = format!(
        "{} is ready in {}.\n\npeer id:  {}\nuser:     {}\n",
        plan.name,
        args.dir.display(),
        made.peer_id,
        owner
    );
    if let Some(code) = made.code {
        text.push_str(&format!("code:     {code}\n"));
    }
    text.push_str(&format!(
        "\nStart the node with `kortisto run --dir {}`, open http://{}/setup and set the\n\
         password with the code. It works once, for seven days, and is shown only here.\n",
        args.dir.display(),
        plan.console
    ));
    print(&text)
}

fn id(args: &Place) -> Outcome<Exit> {
    premises::settings(&args.dir)?;
    print(&format!("{}\n", premises::identity(&args.dir)?.peer_id()))
}

async fn standing(args: &Status) -> Outcome<Standing> {
    match once(&args.dir, Errand::Status).await? {
        Reply::Standing(standing) => Ok(*standing),
        _ => Err(astray()),
    }
}

async fn status(args: &Status) -> Outcome<Exit> {
    let standing = standing(args).await?;
    if args.json {
        return print_json(&standing);
    }
    print(&standing::for_people(&standing))
}

async fn check(args: &Status) -> Outcome<Exit> {
    let Reply::Checked(checked) = once(&args.dir, Errand::Check).await? else {
        return Err(astray());
    };
    if args.json {
        print_json(&checked)?;
    } else {
        let mut text = format!(
            "{} records and {} values opened, {} audit entries and {} ledger entries read\n",
            checked.records, checked.values, checked.audit, checked.ledger
        );
        for problem in &checked.problems {
            text.push_str(&format!("wrong: {problem}\n"));
        }
        if checked.omitted > 0 {
            text.push_str(&format!("wrong: {} more of the kind\n", checked.omitted));
        }
        if checked.problems.is_empty() {
            text.push_str("nothing is wrong\n");
        }
        print(&text)?;
    }
    Ok(if checked.problems.is_empty() {
        Exit::Done
    } else {
        Exit::Damage
    })
}

async fn add_user(args: UserAdd) -> Outcome<Exit> {
    let name = args.name.clone();
    let errand = Errand::AddUser {
        name: args.name,
        role: args.role,
        password: None,
        undertaking: None,
    };
    match once(&args.dir, errand).await? {
        Reply::User {
            code: Some(code), ..
        } => print(&format!(
            "user:     {name}\ncode:     {code}\n\n\
             The code works once, for seven days, on the console's page /setup, and is shown only here.\n"
        )),
        _ => Err(astray()),
    }
}

async fn add_peer(args: PeerAdd) -> Outcome<Exit> {
    let errand = Errand::AddPeer {
        peer_id: args.id,
        address: args.addr,
    };
    once(&args.dir, errand).await?;
    print("paired; the other premises has to add this one as well\n")
}

async fn remove_peer(args: PeerRemove) -> Outcome<Exit> {
    once(&args.dir, Errand::RemovePeer { peer_id: args.id }).await?;
    print("parted; what was exchanged stays at both premises\n")
}

async fn revoke(args: PeerRemove) -> Outcome<Exit> {
    once(&args.dir, Errand::Revoke { peer_id: args.id }).await?;
    print(
        "out of use for good; premises in reach know it now, the others at first contact.\n\
         What that computer holds stays on it: destroy its disk, or its keys/ directory.\n",
    )
}

async fn rotate_identity(args: &Place) -> Outcome<Exit> {
    premises::settings(&args.dir)?;
    let next = care::prepare(&args.dir.join(premises::IDENTITY))?.to_string();
    let errand = Errand::AnnounceKey {
        peer_id: next.clone(),
    };
    once(&args.dir, errand).await?;
    print(&format!(
        "the next key is announced: {next}\n\
         It is used as soon as every premises has heard of it; `kortisto status` says who has not.\n",
    ))
}

async fn list_peers(args: &Status) -> Outcome<Exit> {
    let standing = standing(args).await?;
    if args.json {
        return print_json(&standing.peers);
    }
    let mut text = String::new();
    for peer in &standing.peers {
        let premises = peer.premises.as_deref().unwrap_or("-");
        text.push_str(&format!(
            "{}  {}  {}  {premises}\n",
            peer.peer_id, peer.address, peer.state
        ));
    }
    print(&text)
}

async fn check_lines(args: &Status) -> Outcome<Exit> {
    let Reply::LinesChecked(checked) = once(&args.dir, Errand::CheckLines).await? else {
        return Err(astray());
    };
    if args.json {
        return print_json(&checked);
    }
    let sentences: Vec<String> = checked
        .findings
        .iter()
        .map(|finding| format!("{}\n", finding.sentence))
        .collect();
    print(&sentences.concat())
}

async fn confirm_clock(args: &Place) -> Outcome<Exit> {
    once(&args.dir, Errand::ConfirmClock).await?;
    print(&format!(
        "the clock is believed: {}\n",
        crate::clock::now().strftime("%Y-%m-%d %H:%M UTC")
    ))
}

async fn release(args: &Place) -> Outcome<Exit> {
    once(&args.dir, Errand::Release).await?;
    print(
        "the node serves; it may show people who were erased elsewhere until it has reached another premises\n",
    )
}

async fn rotate_keys(args: &Place) -> Outcome<Exit> {
    once(&args.dir, Errand::RotateKeys).await?;
    print("every key is wrapped anew; the old epoch key is destroyed\n")
}

async fn compact(args: &Place) -> Outcome<Exit> {
    once(&args.dir, Errand::Compact).await?;
    print("the register is written into fresh files; the old ones are removed\n")
}

/// Has one errand carried out at the node in `dir`, running or not.
async fn once(dir: &std::path::Path, errand: Errand) -> Outcome<Reply> {
    let mut way = Way::to(dir).await?;
    let reply = way.ask_once(errand).await;
    let ended = way.end().await;
    let reply = reply?;
    ended?;
    Ok(reply)
}

/// Writes a result to stdout.
fn print(text: &str) -> Outcome<Exit> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .attempt("write the result")?;
    Ok(Exit::Done)
}

fn print_json(value: &impl serde::Serialize) -> Outcome<Exit> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(Exit::Failed, error))?;
    print(&format!("{text}\n"))
}
