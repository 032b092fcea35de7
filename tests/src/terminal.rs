//! A terminal with somebody at it: for what the program does with keys.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::signal::{self, Signal};
use crate::waiting;

/// A program in a terminal of its own. It is gone when dropped.
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<String>>,
}

impl Terminal {
    /// Starts a program in a new terminal.
    ///
    /// # Errors
    /// When the system gives no terminal or the program doesn't start.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?;
        let theirs = || {
            let path = name.to_str().context("the terminal's name")?;
            let file = File::options().read(true).write(true).open(path)?;
            anyhow::Ok(file)
        };
        let child = command
            .stdin(theirs()?)
            .stdout(theirs()?)
            .stderr(theirs()?)
            .spawn()?;
        let keyboard = File::from(ours);
        let mut reader = keyboard.try_clone()?;
        let screen = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Ends with an error when the program has closed its side.
            while let Ok(count) = reader.read(&mut bytes) {
                let text = String::from_utf8_lossy(bytes.get(..count).unwrap_or_default());
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.push_str(&text);
            }
        });
        Ok(Self {
            child,
            keyboard,
            screen,
        })
    }

    /// Presses keys.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn press(&mut self, keys: &str) -> anyhow::Result<()> {
        Ok(self.keyboard.write_all(keys.as_bytes())?)
    }

    /// Waits until a text is shown, and takes everything off the screen up to its end.
    ///
    /// # Errors
    /// When it isn't in time: with what is shown instead.
    pub async fn shows(&self, text: &str, limit: Duration) -> anyhow::Result<String> {
        waiting::until(text, limit, async || {
            let mut screen = self.screen.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(at) = screen.find(text) else {
                anyhow::bail!("it shows: {screen}");
            };
            let rest = screen.split_off(at + text.len());
            Ok(Some(core::mem::replace(&mut *screen, rest)))
        })
        .await
    }

    /// Waits until the program ends by itself and in good order.
    ///
    /// # Errors
    /// When it doesn't in time, or ends otherwise.
    pub async fn ends(&mut self, limit: Duration) -> anyhow::Result<()> {
        let status = waiting::until("the program ends", limit, async || {
            Ok(self.child.try_wait()?)
        })
        .await?;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Its own children notice that it is gone.
        let _ = signal::send(self.child.id(), Signal::KILL);
        let _ = self.child.wait();
    }
}
