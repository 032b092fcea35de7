//! `kortisto run`: the node at work until it is told to stop.

use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use console::desk::{Desk, Place};
use console::line::LineCheck;
use console::post::Post;
use link::identity::Identity;
use link::{Event, Link, LinkSettings};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::backup::keeper::Keeper;
use crate::care::{self, Care};
use crate::config::{Config, Keys};
use crate::diagnosis::Surveyor;
use crate::errand::{Clerk, Switch};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::line::Wire;
use crate::mail::Relay;
use crate::metrics::Metrics;
use crate::pairing::Matchmaker;
use crate::premises::Opened;
use crate::turn::{Office, Running};
use crate::{
    auditor, clock, control, diagnosis, line, logs, metrics, premises, reach, storage, timeservice,
};

/// How long pages that are being answered may take when the node stops.
const CONSOLE_PATIENCE: Duration = Duration::from_secs(3);

/// How long a command may work on the files of a node that starts.
const COMMAND_PATIENCE: Duration = Duration::from_secs(10);
/// How often the start looks whether that command has ended.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Runs the node in `dir` until SIGINT or SIGTERM, or, with `leashed`, until its stdin ends.
///
/// # Errors
/// When it can't start, or its store fails on the way.
pub async fn run(dir: &Path, leashed: bool) -> Outcome<()> {
    let config = premises::settings(dir)?;
    logs::start(&config.log);
    // From here on a signal is a wish to stop in good order, also while the vault is being opened.
    let stopping = Stop::new(leashed)?;
    let opened = open(dir).await?;
    let facts = premises::facts(&opened.config, &opened.identity, true);
    let (config, node) = (opened.config, opened.identity.node());

    let doing = format!("listen on {} for the console", config.console);
    let console = TcpListener::bind(config.console).await.attempt(doing)?;
    let (wire, events) = open_line(opened.identity, &config)?;
    let socket = control::bind(dir).attempt("listen on the control socket")?;
    let (office, running) = opened.turn.start(wire.clone(), events, Handle::current())?;

    let (close, closed) = watch::channel(false);
    let keeper = Keeper::new(office.clone(), dir, &config.premises);
    let mut desk = office.desk(node, &config);
    desk.backup = keeper.shown();
    desk.post = config
        .mail
        .map(|mail| Arc::new(Relay::new(mail)) as Arc<dyn Post>);
    let matchmaker = Matchmaker::new(&wire, office.clone(), &config.premises);
    desk.pair = Some(Arc::new(matchmaker.clone()));
    // They end when the set is dropped.
    let mut beside = attend(&mut desk, dir, &config.keys);
    let identity = dir.join(premises::IDENTITY);
    desk.prepare_key = Some(care::for_desk(identity.clone()));
    let care = Care {
        directory: identity,
        office: office.clone(),
        wire: wire.clone(),
        seal: opened.seal,
    };
    beside.spawn(care.watch());
    beside.spawn(reach::watch(office.clone(), wire.clone()));
    let surveyor = inspect(&office, &wire, &mut desk, &mut beside);
    measure(config.metrics, &office, &wire, &mut desk, &mut beside).await?;
    let serving = tokio::spawn(console::serve(console, desk, clock::now, until(closed)));
    let switch: Arc<dyn Switch> = Arc::new(wire.clone());
    if let Some(settings) = config.backup {
        beside.spawn(keeper.clone().keep(settings));
    }
    let clerk = Clerk::new(office.clone(), facts.clone(), Some(switch))
        .with_keeper(keeper)
        .with_matchmaker(matchmaker)
        .with_surveyor(surveyor);
    let controlling = tokio::spawn(control::serve(socket, clerk));
    beside.spawn(timeservice::watch(office.clone()));
    tracing::info!(
        premises = %facts.premises, node = %facts.node, console = %facts.console, link = %facts.link,
        "the node is ready"
    );

    let failed = wait(stopping, running).await;
    controlling.abort();
    drop(beside);
    let _ = std::fs::remove_file(dir.join(control::FILE));
    let _ = close.send(true);
    if timeout(CONSOLE_PATIENCE, serving).await.is_err() {
        tracing::warn!("a page was still being answered; its connection is dropped");
    }
    wire.shutdown().await;
    drop(office);
    failed?.stop().await?;
    tracing::info!("the node has stopped");
    Ok(())
}

/// Opens the node. A command that works on its files in this moment is waited for; another running node is not.
async fn open(dir: &Path) -> Outcome<Opened> {
    let until = Instant::now() + COMMAND_PATIENCE;
    let mut said = false;
    loop {
        let failure = match premises::open(dir) {
            Err(failure) if failure.exit() == Exit::InUse => failure,
            opened => return opened,
        };
        let alone = matches!(control::Client::connect(dir).await, Ok(None));
        if Instant::now() >= until || !alone {
            return Err(failure);
        }
        if !said {
            tracing::info!("a command works on the files of this node; the start waits for it");
            said = true;
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Lets the audit logs and the lines be looked after beside the loop, and the console show what is found.
fn inspect(office: &Office, wire: &Wire, desk: &mut Desk, beside: &mut JoinSet<()>) -> Surveyor {
    let (checked, shown) = watch::channel(None);
    desk.audit = shown;
    let wake = desk.check_audit.clone();
    beside.spawn(auditor::watch(office.clone(), checked, wake));
    desk.lines = Arc::new(wire.clone());
    let surveyor = Surveyor::new(office.clone(), wire.clone());
    let (checked, shown) = watch::channel(LineCheck::default());
    desk.line_check = shown;
    let wake = desk.check_lines.clone();
    beside.spawn(diagnosis::watch(surveyor.clone(), checked, wake));
    surveyor
}

/// Serves numbers for Prometheus beside the loop, if that is wanted.
async fn measure(
    address: Option<SocketAddr>,
    office: &Office,
    wire: &Wire,
    desk: &mut Desk,
    beside: &mut JoinSet<()>,
) -> Outcome<()> {
    let Some(address) = address else {
        return Ok(());
    };
    let doing = format!("listen on {address} for metrics");
    let listener = TcpListener::bind(address).await.attempt(doing)?;
    let (place, backup) = (desk.place.clone(), desk.backup.clone());
    let metrics = Metrics::new(office.clone(), wire.clone(), place, backup);
    desk.took = Some(metrics.took());
    beside.spawn(metrics::serve(listener, metrics));
    Ok(())
}

/// Opens the line to other premises. Whom to dial is for the register to say.
fn open_line(identity: Identity, config: &Config) -> Outcome<(Wire, mpsc::Receiver<Event>)> {
    let validity = line::validity(&identity);
    let settings = line_settings(config);
    let (link, events) = Link::start(identity, config.link, Vec::new(), settings)?;
    Ok((Wire::new(link, validity), events))
}

/// Begins what looks after the disk, and shows it on the desk.
fn attend(desk: &mut Desk, dir: &Path, keys: &Keys) -> JoinSet<()> {
    let mut beside = JoinSet::new();
    let (place, shown) = watch::channel(Place::default());
    desk.place = shown;
    let keys = storage::key_place(keys);
    beside.spawn(storage::watch(dir.to_owned(), keys, place));
    beside
}

/// Waits for the wish to stop, which gives the loop back, or for the loop's own end.
async fn wait(mut stop: Stop, mut running: Running) -> Result<Running, Failure> {
    tokio::select! {
        why = stop.wished() => {
            tracing::info!(why, "the node is stopping");
            Ok(running)
        }
        error = running.failed() => {
            let failure = Failure::from(error);
            tracing::error!(why = %failure, "the node can't go on and stops");
            Err(failure)
        }
    }
}

async fn until(mut closed: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = closed.wait_for(|closed| *closed).await;
}

/// The wish to stop.
#[derive(Debug)]
pub struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    /// Completes when stdin has ended; `None` when that means nothing.
    leash: Option<oneshot::Receiver<()>>,
}

impl Stop {
    /// Takes the signals over from the operating system, which would end the process at once.
    ///
    /// # Errors
    /// When the operating system refuses.
    pub fn new(leashed: bool) -> Outcome<Self> {
        let listen = |kind| signal(kind).attempt("listen for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: listen(SignalKind::hangup())?,
            leash: leashed.then(leash),
        })
    }

    /// Waits for the wish, and says how it came.
    pub async fn wished(&mut self) -> &'static str {
        let leashed = self.leash.is_some();
        let leash = async {
            match &mut self.leash {
                Some(leash) => {
                    let _ = leash.await;
                }
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.hangup.recv() => "SIGHUP",
            // In a demo, Ctrl-C reaches parent and children alike: the parent decides.
            _ = self.interrupt.recv(), if !leashed => "SIGINT",
            () = leash => "the process that started it is gone",
        }
    }
}

/// Completes when stdin ends. A thread of its own, since a read can't be called off: it goes with the process.
fn leash() -> oneshot::Receiver<()> {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 64];
        while std::io::stdin()
            .read(&mut buffer)
            .is_ok_and(|bytes| bytes > 0)
        {}
        let _ = ended.send(());
    });
    end
}

/// How the line behaves at this node.
fn line_settings(config: &Config) -> LinkSettings {
    LinkSettings {
        port_mapping: config.port_mapping,
        ..LinkSettings::default()
    }
}
