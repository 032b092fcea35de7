//! A node as a process of its own: made, started, stopped, killed, and asked by its commands.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use jiff::SignedDuration;
use serde_json::Value;

use crate::kortisto::{self, Said};
use crate::signal::{self, Signal};
use crate::web::Visitor;
use crate::{export, port, waiting};

/// The owner's password in every test.
pub const PASSWORD: &str = "four slow white herons";
/// How long a node may take to be ready.
const START_TIME: Duration = Duration::from_secs(30);
/// How long a node may take to end when it is asked to.
const STOP_TIME: Duration = Duration::from_secs(15);

/// A node. It is killed when dropped; its directory goes with the test's.
pub struct Node {
    directory: PathBuf,
    log: PathBuf,
    console: SocketAddr,
    link: SocketAddr,
    owner: String,
    code: String,
    child: Option<Child>,
    clock_offset: SignedDuration,
}

impl Node {
    /// Makes a node in `parent/premises`, on free ports of loopback.
    ///
    /// # Errors
    /// When `kortisto init` fails.
    pub fn init(parent: &Path, premises: &str) -> anyhow::Result<Self> {
        let directory = parent.join(premises);
        let (console, link) = (port::free()?, port::free()?);
        // Names of users are those of the whole register, so each premises' first one needs its own.
        let owner = format!("Omistaja {premises}");
        let said = kortisto::run(
            &directory,
            &["init"],
            &[
                "--premises",
                premises,
                "--console",
                &console.to_string(),
                "--link",
                &link.to_string(),
                "--owner",
                &owner,
            ],
        )?
        .fine()?;
        let code = one_time_code(&said).with_context(|| format!("no set-up code in: {said}"))?;
        let log = parent.join(format!("{premises}.log"));
        Ok(Self {
            directory,
            log,
            console,
            link,
            owner,
            code,
            child: None,
            clock_offset: SignedDuration::ZERO,
        })
    }

    /// Lets it listen for its peers somewhere else from its next start on.
    ///
    /// # Errors
    /// When its settings can't be read or written.
    pub fn listen_at(&mut self, link: SocketAddr) -> anyhow::Result<()> {
        let settings = self.directory.join("kortisto.toml");
        let text = std::fs::read_to_string(&settings)?;
        let before = format!("\"{}\"", self.link);
        std::fs::write(&settings, text.replace(&before, &format!("\"{link}\"")))?;
        self.link = link;
        Ok(())
    }

    /// A node that lies in `directory` already, as another program left it; it gets free ports of loopback.
    ///
    /// # Errors
    /// When its settings can't be read or written.
    pub fn adopt(directory: &Path) -> anyhow::Result<Self> {
        let (console, link) = (port::free()?, port::free()?);
        let settings = directory.join("kortisto.toml");
        let mut table: toml::Table = std::fs::read_to_string(&settings)?.parse()?;
        for (section, address) in [("console", console), ("link", link)] {
            let mut inner = toml::Table::new();
            inner.insert("address".to_owned(), address.to_string().into());
            table.insert(section.to_owned(), inner.into());
        }
        std::fs::write(&settings, table.to_string())?;
        Ok(Self {
            directory: directory.to_owned(),
            log: directory.with_extension("log"),
            console,
            link,
            owner: String::new(),
            code: String::new(),
            child: None,
            clock_offset: SignedDuration::ZERO,
        })
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where its console is.
    #[must_use]
    pub const fn console(&self) -> SocketAddr {
        self.console
    }

    /// Where its link listens.
    #[must_use]
    pub const fn link(&self) -> SocketAddr {
        self.link
    }

    /// What its first user logs in with.
    #[must_use]
    pub fn owner_name(&self) -> &str {
        &self.owner
    }

    /// The one-time code that `init` printed for the owner.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Its process, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// From its next start on, its clock shows so much more than the time it is.
    pub const fn move_clock(&mut self, offset: SignedDuration) {
        self.clock_offset = offset;
    }

    /// Starts its process and waits until the console answers.
    ///
    /// # Errors
    /// When it ends at once or is not ready in time: with the end of its log.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.launch()?;
        let visitor = Visitor::new(self.console)?;
        let ready = waiting::until("the console answers", START_TIME, async || {
            if let Some(status) = self.ended()? {
                return Ok(Some(Err(status)));
            }
            let page = visitor.open("/login").await?;
            Ok(page.status.is_success().then_some(Ok(())))
        })
        .await;
        match ready {
            Ok(Ok(())) => Ok(()),
            Ok(Err(status)) => bail!("the node ended: {status}\n{}", self.log_end()),
            Err(error) => bail!("{error:#}\n{}", self.log_end()),
        }
    }

    /// Starts its process and doesn't wait.
    ///
    /// # Errors
    /// When it runs already or can't be started.
    pub fn launch(&mut self) -> anyhow::Result<()> {
        if self.child.is_some() {
            bail!("it runs already");
        }
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(kortisto::binary()?)
            .args(["run", "--dir"])
            .arg(&self.directory)
            .env(
                "KORTISTO_CLOCK_OFFSET",
                self.clock_offset.as_secs().to_string(),
            )
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        Ok(())
    }

    /// Kills it as a power cut would, but for the page cache.
    ///
    /// # Errors
    /// When it doesn't run.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("it doesn't run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Kills it, if it hasn't ended by itself.
    pub fn end_now(&mut self) {
        if let Some(mut child) = self.child.take() {
            // What has ended already can't be killed, which is fine.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end and waits until it has.
    ///
    /// # Errors
    /// When it doesn't end in time, or not well.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("it doesn't run")?;
        signal::send(child.id(), Signal::TERM)?;
        let start = Instant::now();
        loop {
            match child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("it ended with {status}\n{}", self.log_end()),
                None if start.elapsed() > STOP_TIME => {
                    child.kill()?;
                    child.wait()?;
                    bail!("it did not end within {STOP_TIME:?}\n{}", self.log_end());
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// How it ended, if it did by itself.
    ///
    /// # Errors
    /// When the system can't say.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        match &mut self.child {
            Some(child) => Ok(child.try_wait()?),
            None => Ok(None),
        }
    }

    /// Runs one of its commands.
    ///
    /// # Errors
    /// When the command can't be started or doesn't end.
    pub fn command(&self, command: &[&str], rest: &[&str]) -> anyhow::Result<Said> {
        kortisto::run(&self.directory, command, rest)
    }

    /// Its peer id.
    ///
    /// # Errors
    /// When the command fails.
    pub fn id(&self) -> anyhow::Result<String> {
        Ok(self.command(&["id"], &[])?.fine()?.trim().to_owned())
    }

    /// `status --json`.
    ///
    /// # Errors
    /// When the command fails.
    pub fn status(&self) -> anyhow::Result<Value> {
        self.command(&["status"], &["--json"])?.json()
    }

    /// Its whole register, byte for byte as exported.
    ///
    /// # Errors
    /// When the command fails.
    pub fn export(&self) -> anyhow::Result<String> {
        self.command(
            &["export"],
            &["--format", "jsonl", "--reason", "end-to-end test"],
        )?
        .fine()
    }

    /// Its clients as exported.
    ///
    /// # Errors
    /// When the command fails or what it wrote is not as documented.
    pub fn clients(&self) -> anyhow::Result<Vec<export::Client>> {
        export::read(&self.export()?)
    }

    /// Imports a register.
    ///
    /// # Errors
    /// When the command can't be started or doesn't end.
    pub fn import(&self, clients: &Path, treatments: Option<&Path>) -> anyhow::Result<Said> {
        let mut arguments = vec![
            "--clients".into(),
            clients.display().to_string(),
            "--json".into(),
        ];
        if let Some(treatments) = treatments {
            arguments.extend(["--treatments".into(), treatments.display().to_string()]);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.command(&["import"], &arguments)
    }

    /// Verifies everything it holds.
    ///
    /// # Errors
    /// When it finds damage.
    pub fn check(&self) -> anyhow::Result<String> {
        self.command(&["check"], &[])?.fine()
    }

    /// Its owner, at the console for the first time: code, password, undertaking.
    ///
    /// # Errors
    /// When the console refuses.
    pub async fn owner_first(&self) -> anyhow::Result<Visitor> {
        let visitor = Visitor::new(self.console)?;
        visitor
            .set_up(&self.owner, &self.code, PASSWORD)
            .await
            .with_context(|| self.log_end())?;
        Ok(visitor)
    }

    /// Somebody who has a password already, logged in at its console.
    ///
    /// # Errors
    /// When the console refuses.
    pub async fn log_in(&self, name: &str) -> anyhow::Result<Visitor> {
        let visitor = Visitor::new(self.console)?;
        visitor
            .log_in(name, PASSWORD)
            .await
            .with_context(|| self.log_end())?;
        Ok(visitor)
    }

    /// All it ever logged.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// The last lines of its log, for messages.
    #[must_use]
    pub fn log_end(&self) -> String {
        /// Enough to see what led to the end.
        const LINES: usize = 30;
        let log = self.log().unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines
            .get(lines.len().saturating_sub(LINES)..)
            .unwrap_or_default();
        format!("--- end of {}\n{}", self.log.display(), end.join("\n"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.end_now();
    }
}

/// The one-time code in what a command printed: five groups of four letters and digits.
#[must_use]
pub fn one_time_code(said: &str) -> Option<String> {
    let is_code = |word: &&str| {
        let groups: Vec<&str> = word.split('-').collect();
        let plain = |group: &&str| {
            group.len() == 4 && group.chars().all(|letter| letter.is_ascii_alphanumeric())
        };
        groups.len() == 5 && groups.iter().all(plain)
    };
    said.split_whitespace()
        .map(|word| word.trim_matches(['.', ',', ':', '"']))
        .find(is_code)
        .map(str::to_owned)
}
