//! The demo, as somebody sees it who has just cloned the project.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::terminal::Terminal;
use crate::web::Visitor;
use crate::{kortisto, port};

/// How long anything in it may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Its invented owner.
pub const OWNER: &str = "Outi Omistaja";
/// The owner's password.
pub const PASSWORD: &str = "sininen kahvikuppi";

/// The demo in a terminal. It is gone, with both premises, when dropped.
pub struct Demo {
    /// Where it runs.
    pub terminal: Terminal,
    base: u16,
}

impl Demo {
    /// Starts it, on ports of its own.
    ///
    /// # Errors
    /// When there are no ports, or the program doesn't start.
    pub fn start(directory: &Path) -> anyhow::Result<Self> {
        Self::again(directory, port::row(12)?, false)
    }

    /// Starts it on ports that are known; `fresh` lets it begin from the beginning.
    ///
    /// # Errors
    /// When the program doesn't start.
    pub fn again(directory: &Path, base: u16, fresh: bool) -> anyhow::Result<Self> {
        let mut command = Command::new(kortisto::binary()?);
        command
            .arg("demo")
            .args(["--port-base", &base.to_string()])
            .arg("--dir")
            .arg(directory)
            .current_dir(directory.parent().unwrap_or(directory));
        if fresh {
            command.arg("--fresh");
        }
        let terminal = Terminal::start(command)?;
        Ok(Self { terminal, base })
    }

    /// The first of its ports.
    #[must_use]
    pub const fn base(&self) -> u16 {
        self.base
    }

    /// The console of the first premises, or of the second: 0 or 1.
    #[must_use]
    pub fn console(&self, number: u16) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.base + 10 * number + 1))
    }

    /// Waits until both premises run, and returns what it has told by then.
    ///
    /// # Errors
    /// When they don't in time.
    pub async fn runs(&self) -> anyhow::Result<String> {
        self.terminal.shows("Keys: ", PATIENCE).await
    }

    /// Ends it as somebody at the terminal does.
    ///
    /// # Errors
    /// When it does not end in good order.
    pub async fn end(mut self) -> anyhow::Result<()> {
        self.terminal.press("q")?;
        self.terminal.ends(PATIENCE).await
    }

    /// The owner at one of the consoles.
    ///
    /// # Errors
    /// When they can't log in.
    pub async fn owner(&self, number: u16) -> anyhow::Result<Visitor> {
        let visitor = Visitor::new(self.console(number))?;
        visitor.log_in(OWNER, PASSWORD).await?;
        Ok(visitor)
    }
}
