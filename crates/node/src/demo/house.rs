//! One premises of the demo: its directory, and its node as a process.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, sleep, timeout};

use super::place;
use crate::config::{self, Config};
use crate::control::Client;
use crate::errand::Errand;
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::premises::{self, Plan};

/// How long a node may take to be ready.
const START_TIME: Duration = Duration::from_secs(30);
/// How long it may take to stop before it is killed.
const STOP_TIME: Duration = Duration::from_secs(15);
/// How often is looked whether it is ready.
const LOOK: Duration = Duration::from_millis(50);
/// Where backups of both go, in the demo's directory.
const BACKUPS: &str = "backups";
/// What opens them. Public, like the invented users' passwords: nothing but the demo knows it.
const PASSPHRASE: &str = "kuusi hiljaista kurkea\n";
const PASSPHRASE_FILE: &str = "backup-passphrase";

/// One premises.
#[derive(Debug)]
pub(super) struct House {
    pub(super) name: &'static str,
    pub(super) dir: PathBuf,
    pub(super) peer_id: String,
    pub(super) link: SocketAddr,
    console: SocketAddr,
    log: PathBuf,
    process: Option<Process>,
    /// Whether the line is cut, to be told to a node that starts again.
    cut: bool,
}

#[derive(Debug)]
struct Process {
    child: Child,
    /// Held open: when this process is gone, it ends, and the node stops.
    _leash: Option<ChildStdin>,
}

impl House {
    /// A premises whose node is in `parent`, made if it is not there yet.
    pub(super) async fn prepare(parent: &Path, name: &'static str, port: u16) -> Outcome<Self> {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let (link, console) = (at(port), at(port + 1));
        free(link, console)?;
        let folder = name.to_lowercase();
        let dir = parent.join(&folder);
        if !dir.join(config::FILE).exists() {
            let plan = Plan {
                name: name.to_owned(),
                console,
                link,
                owner: None,
                identity: place::identity(&folder),
            };
            premises::found(&dir, &plan).await?;
        }
        // The ports may be others each time.
        settle(parent, &dir, &Config::template(name, console, link))
            .attempt(format!("write the settings of {name}"))?;
        Ok(Self {
            name,
            peer_id: premises::identity(&dir)?.peer_id().to_string(),
            log: parent.join(format!("{folder}.log")),
            dir,
            link,
            console,
            process: None,
            cut: false,
        })
    }

    /// Where its console is.
    pub(super) fn address(&self) -> String {
        format!("http://{}/", self.console)
    }

    /// Whether its node was started and not stopped.
    pub(super) const fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// Starts its node and waits until it is ready.
    pub(super) async fn start(&mut self) -> Outcome<()> {
        let program = std::env::current_exe().attempt("find this program")?;
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
            .attempt(format!("write to {}", self.log.display()))?;
        let mut child = Command::new(program)
            .arg("run")
            .arg("--leashed")
            .arg("--dir")
            .arg(&self.dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C in the terminal is for this process alone, which then stops the nodes.
            .process_group(0)
            .kill_on_drop(false)
            .spawn()
            .attempt(format!("start the node of {}", self.name))?;
        let leash = child.stdin.take();
        self.process = Some(Process {
            child,
            _leash: leash,
        });
        let deadline = Instant::now() + START_TIME;
        while Client::connect(&self.dir).await?.is_none() {
            let process = self.process.as_mut();
            if let Some(Ok(Some(_))) = process.map(|process| process.child.try_wait()) {
                self.process = None;
                return Err(self.trouble("could not start"));
            }
            if Instant::now() > deadline {
                return Err(self.trouble("does not get ready"));
            }
            sleep(LOOK).await;
        }
        if self.cut {
            self.cut(true).await?;
        }
        Ok(())
    }

    /// Stops its node in good order, if it runs.
    pub(super) async fn stop(&mut self) -> Outcome<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        let pid = process.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // One that has ended by itself can't be told, which is fine.
            let _ = kill_process(pid, Signal::TERM);
        }
        match timeout(STOP_TIME, process.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(_) => Err(self.trouble("did not stop in good order")),
            Err(_) => {
                let _ = process.child.kill().await;
                Err(self.trouble("did not stop in time and was killed"))
            }
        }
    }

    /// Cuts its line, or heals it.
    pub(super) async fn cut(&mut self, cut: bool) -> Outcome<()> {
        self.cut = cut;
        if self.runs() {
            self.ask(Errand::Line { cut }).await?;
        }
        Ok(())
    }

    /// Waits until its node ends by itself, and says so. Never completes for one that doesn't run.
    pub(super) async fn ended(&mut self) -> Failure {
        match &mut self.process {
            Some(process) => {
                let _ = process.child.wait().await;
                self.process = None;
                self.trouble("has ended by itself")
            }
            None => core::future::pending().await,
        }
    }

    fn trouble(&self, what: &str) -> Failure {
        let sentence = format!(
            "the node of {} {what}; its log is {}\n",
            self.name,
            self.log.display()
        );
        Failure::said(Exit::Failed, sentence)
    }
}

/// Writes a node's settings, with backups to a directory beside it.
fn settle(parent: &Path, dir: &Path, settings: &str) -> io::Result<()> {
    let parent = std::path::absolute(parent)?;
    let (backups, passphrase) = (parent.join(BACKUPS), parent.join(PASSPHRASE_FILE));
    fs::create_dir_all(&backups)?;
    fs::write(&passphrase, PASSPHRASE)?;
    let quoted = |path: &Path| toml::Value::String(path.display().to_string());
    let text = format!(
        "{settings}\n[backup]\nto = {}\npassphrase_file = {}\n",
        quoted(&backups),
        quoted(&passphrase)
    );
    fs::write(dir.join(config::FILE), text)
}

/// Refuses ports that another program has.
fn free(link: SocketAddr, console: SocketAddr) -> Outcome<()> {
    let taken = |kind: &str, address: SocketAddr| {
        let sentence = format!(
            "{kind} port {} is taken, perhaps by a node or demo that runs already: end that, or choose others with --port-base",
            address.port()
        );
        Failure::said(Exit::InUse, sentence)
    };
    UdpSocket::bind(link).map_err(|_| taken("UDP", link))?;
    TcpListener::bind(console).map_err(|_| taken("TCP", console))?;
    Ok(())
}
