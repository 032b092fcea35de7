//! `kortisto demo`: two premises on this machine, as two real processes, with invented clients.
//!
//! This process only conducts: it makes the two nodes' directories, starts each as
//! `kortisto run --leashed`, pairs them and brings clients and users in through the control sockets
//! like any operator would, and then listens to keys. When it goes, however it goes, the nodes'
//! stdin ends, and they stop by themselves.

mod cast;
pub(crate) mod clinic;
mod example;
mod house;
mod keys;
mod offers;
mod place;
mod sample;
pub(crate) mod scene;

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use crate::cli::Demo;
use crate::clock;
use crate::errand::{Errand, Reply, Standing, Way, astray};
use crate::exit::{Exit, Failure, Outcome};
use crate::import::{self, Sources};
use crate::progress::Progress;
use crate::run::Stop;
use crate::{intake, standing};

use house::House;
use keys::{Key, Keys};

/// The premises of the demo. The clients are imported at the first.
const PREMISES: [&str; 2] = ["Poikuekatu", "Aleksanterinkatu"];
/// How far the second node's ports are from the first's.
const PORT_STEP: u16 = 10;
/// Where the sample is, in the demo's directory.
const SAMPLE: &str = "sample";

/// Runs the demo until Ctrl-C, `q`, SIGINT or SIGTERM.
///
/// # Errors
/// When it can't be set up, or a node ends by itself and nobody is there to start it again.
pub async fn run(args: Demo) -> Outcome<()> {
    let mut stop = Stop::new(false)?;
    let dir = place::prepare(args.dir.as_deref(), args.fresh)?;
    say(&format!("The demo's data is in {}.\n", dir.display()));
    let mut houses = Vec::new();
    for (number, name) in (0_u16..).zip(PREMISES) {
        let base = args.port_base + number * PORT_STEP;
        houses.push(House::prepare(&dir, name, base).await?);
    }
    // Whatever goes wrong or whoever interrupts: the nodes that were started are stopped in good order.
    let done = tokio::select! {
        done = conduct(&mut houses, &dir) => done.map(|()| true),
        _ = stop.wished() => Ok(false),
    };
    let done = match done {
        Ok(true) => perform(&mut houses, &mut stop).await,
        Ok(false) => Ok(()),
        Err(failure) => Err(failure),
    };
    say("Stopping both nodes.\n");
    for house in &mut houses {
        house.stop().await?;
    }
    done
}

/// Starts both nodes, pairs them, and fills the register if it is empty.
async fn conduct(houses: &mut [House], dir: &Path) -> Outcome<()> {
    for house in &mut *houses {
        house.start().await?;
    }
    for house in &*houses {
        for other in houses.iter().filter(|other| other.name != house.name) {
            let errand = Errand::AddPeer {
                peer_id: other.peer_id.clone(),
                address: other.link.to_string(),
            };
            house.ask(errand).await?;
        }
    }
    if let Some(house) = houses.first() {
        if house.standing().await?.users == 0 {
            for each in &*houses {
                introduce_clinic(each, each.name == house.name).await?;
            }
        }
        fill(house, dir).await?;
    }
    introduce(houses);
    Ok(())
}

/// The head of the papers, where there are no users yet.
async fn introduce_clinic(house: &House, controller: bool) -> Outcome<()> {
    house.ask(Errand::Invent { controller }).await?;
    Ok(())
}

/// Users and clients, where there are none.
async fn fill(house: &House, dir: &Path) -> Outcome<()> {
    let standing = house.standing().await?;
    if standing.users == 0 {
        for errand in cast::errands(clock::today())? {
            house.ask(errand).await?;
        }
    }
    if standing.clients > 0 {
        say(&format!(
            "The register is here already: {} clients.\n",
            standing.clients
        ));
        return Ok(());
    }
    let sample = dir.join(SAMPLE);
    let files = sample::write(&sample, clock::today())?;
    let sources = Sources {
        clients: &files.clients,
        treatments: Some(&files.treatments),
        map: &[],
        today: clock::today(),
        source: None,
    };
    let mut preview = import::read(&sources).map_err(|error| Failure::new(Exit::Failed, error))?;
    offers::file_contracts(&mut preview.clients);
    say(&format!(
        "Importing the sample register at {}.\n",
        house.name
    ));
    let mut clients = preview.clients;
    example::add(&mut clients, clock::today());
    let mut progress = Progress::new("importing", clients.len());
    let mut way = Way::to(&house.dir).await?;
    let imported = intake::send(&mut way, &clients, |done| progress.show(done)).await?;
    let items = offers::catalogue().map(Into::into).collect();
    way.ask_once(Errand::SetCatalogue { items }).await?;
    way.ask_once(Errand::Enliven).await?;
    way.end().await?;
    progress.end();
    say(&format!(
        "{} clients with {} treatments; {} rows of the sample are bad on purpose and were left out.\n",
        imported.added, preview.counts.treatments, preview.counts.rows_left_out
    ));
    Ok(())
}

/// Where to look and how to get in.
fn introduce(houses: &[House]) {
    let mut text = String::from("\n");
    for house in houses {
        text.push_str(&format!("  {:<18} {}\n", house.name, house.address()));
    }
    text.push_str("\nInvented users, the same at both premises:\n");
    for user in &cast::CAST {
        text.push_str(&format!(
            "  {:<11} {:<18} {}\n",
            user.role.code(),
            user.name,
            user.password
        ));
    }
    text.push_str(
        "\nTo see somebody forgotten: log in as the owner, open a card, choose to erase it. Then look into every\n\
         file of both premises; FILE lists what must stand nowhere, one text a line:\n",
    );
    for house in houses {
        text.push_str(&format!(
            "  kortisto erasure verify --dir {} --strings FILE\n",
            house.dir.display()
        ));
    }
    text.push_str("\nBackups of both, encrypted, are in backups/ beside them; the passphrase lies next to it.\n");
    say(&text);
}

/// Listens to keys, signals and the nodes until the wish to stop.
async fn perform(houses: &mut [House], stop: &mut Stop) -> Outcome<()> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut keys = if terminal { Some(Keys::start()?) } else { None };
    say(if terminal {
        "\nKeys: c cut the line, h heal it, 1 or 2 stop and start a node, s status, q or Ctrl-C quit.\n"
    } else {
        "\nCtrl-C (SIGINT) or SIGTERM ends the demo.\n"
    });
    loop {
        let key = async {
            match &mut keys {
                Some(keys) => keys.next().await,
                None => core::future::pending().await,
            }
        };
        let pressed = tokio::select! {
            _ = stop.wished() => return Ok(()),
            pressed = key => pressed,
            ended = any_ended(houses) => {
                say(&ended.to_string());
                if terminal { continue } else { return Err(ended) }
            }
        };
        let done = match pressed {
            Key::Quit => return Ok(()),
            Key::Cut(cut) => switch(houses, cut).await,
            Key::Toggle(number) => toggle(houses, number).await,
            Key::Status => status(houses).await,
        };
        if let Err(failure) = done {
            say(&format!("That did not work: {failure}\n"));
        }
    }
}

/// Waits until a node ends that nobody stopped.
async fn any_ended(houses: &mut [House]) -> Failure {
    let mut waits = Vec::new();
    for house in houses {
        waits.push(Box::pin(house.ended()));
    }
    core::future::poll_fn(move |context| {
        for wait in &mut waits {
            if let core::task::Poll::Ready(failure) = wait.as_mut().poll(context) {
                return core::task::Poll::Ready(failure);
            }
        }
        core::task::Poll::Pending
    })
    .await
}

async fn switch(houses: &mut [House], cut: bool) -> Outcome<()> {
    for house in houses {
        house.cut(cut).await?;
    }
    say(if cut {
        "The line is cut. Both premises go on working; h heals it.\n"
    } else {
        "The line is whole again.\n"
    });
    Ok(())
}

async fn toggle(houses: &mut [House], number: usize) -> Outcome<()> {
    let Some(house) = houses.get_mut(number) else {
        return Ok(());
    };
    if house.runs() {
        house.stop().await?;
        say(&format!(
            "{} is stopped; {} starts it.\n",
            house.name,
            number + 1
        ));
    } else {
        house.start().await?;
        say(&format!("{} runs: {}\n", house.name, house.address()));
    }
    Ok(())
}

async fn status(houses: &[House]) -> Outcome<()> {
    for house in houses {
        if house.runs() {
            say(&standing::for_people(&house.standing().await?));
        } else {
            say(&format!("{} is stopped\n", house.name));
        }
    }
    Ok(())
}

impl House {
    async fn ask(&self, errand: Errand) -> Outcome<Reply> {
        let mut way = Way::to(&self.dir).await?;
        let reply = way.ask_once(errand).await;
        way.end().await?;
        reply
    }

    async fn standing(&self) -> Outcome<Standing> {
        match self.ask(Errand::Status).await? {
            Reply::Standing(standing) => Ok(*standing),
            _ => Err(astray()),
        }
    }
}

/// Writes to stdout, also while the terminal doesn't return the carriage by itself.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let raw = crossterm::terminal::is_raw_mode_enabled().unwrap_or(false);
    let text = text.replace('\n', if raw { "\r\n" } else { "\n" });
    // A terminal that is gone ends the demo by a signal, not here.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
