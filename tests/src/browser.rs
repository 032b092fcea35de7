//! Debian's Chromium, driven through its ChromeDriver, at a node's console.

use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::common::command::Command as Wanted;
use thirtyfour::{By, DesiredCapabilities, Key, LoggingPrefsLogLevel, WebDriver, WebElement};

use crate::{port, signal, waiting};

/// The program itself: Debian's `chromium` is a script around it that takes as long again to start.
const CHROMIUM: &str = "/usr/lib/chromium/chromium";
/// No window, no sandbox (tests run as root), and nothing that wants the internet.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];
/// Hosts of its makers that it asks for all the same. It does not find them: whatever else leaves the computer is a page's
/// doing.
const MAKERS: [&str; 8] = [
    "accounts.google.com",
    "clients2.google.com",
    "content-autofill.googleapis.com",
    "optimizationguide-pa.googleapis.com",
    "passwordsleakcheck-pa.googleapis.com",
    "safebrowsing.googleapis.com",
    "start.duckduckgo.com",
    "update.googleapis.com",
];
/// What is done with a key.
const DOWN: &str = "keyDown";
const UP: &str = "keyUp";
/// How long the driver and the browser may take to start.
const START_TIME: Duration = Duration::from_secs(30);
/// How long a page may take to show something.
const SHOW_TIME: Duration = Duration::from_secs(15);

/// A browser with an empty profile. It is gone, driver and all, when dropped.
pub struct Browser {
    /// Never dropped: its session ends with the process, and asking for the end first would wait for a page's
    /// stream to end.
    driver: ManuallyDrop<WebDriver>,
    origin: String,
    _process: Driver,
    _profile: TempDir,
}

impl Browser {
    /// Opens a browser at a node's console.
    ///
    /// # Errors
    /// When Chromium or ChromeDriver is missing or doesn't start.
    pub async fn open(console: SocketAddr) -> anyhow::Result<Self> {
        ensure!(
            Path::new(CHROMIUM).is_file(),
            "Chromium is missing: tests/run installs it"
        );
        let profile = tempfile::tempdir()?;
        let (process, address) = Driver::start()?;
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(CHROMIUM)?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        let unknown = MAKERS
            .map(|host| format!("MAP {host} ~NOTFOUND"))
            .join(", ");
        wanted.add_arg(&format!("--host-resolver-rules={unknown}"))?;
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        let driver = waiting::until("the browser starts", START_TIME, async || {
            Ok(Some(
                WebDriver::new(format!("http://{address}"), wanted.clone()).await?,
            ))
        })
        .await?;
        Ok(Self {
            driver: ManuallyDrop::new(driver),
            origin: format!("http://{console}"),
            _process: process,
            _profile: profile,
        })
    }

    /// The WebDriver session.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Goes to a page.
    ///
    /// # Errors
    /// When it can't be loaded.
    pub async fn go(&self, path: &str) -> anyhow::Result<()> {
        Ok(self.driver.goto(format!("{}{path}", self.origin)).await?)
    }

    /// The path of the page shown.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn path(&self) -> anyhow::Result<String> {
        Ok(self.driver.current_url().await?.path().to_owned())
    }

    /// An element, once it is shown.
    ///
    /// # Errors
    /// When it isn't in time.
    pub async fn element(&self, css: &str) -> anyhow::Result<WebElement> {
        waiting::until(css, SHOW_TIME, async || {
            let element = self.driver.find(By::Css(css)).await?;
            Ok(element.is_displayed().await?.then_some(element))
        })
        .await
        .with_context(|| format!("looking for {css}"))
    }

    /// Types into a field, in place of what it held.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let field = self.element(css).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Clicks.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        Ok(self.element(css).await?.click().await?)
    }

    /// Logs somebody in through the form.
    ///
    /// # Errors
    /// When they don't come to the first page.
    pub async fn log_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        self.go("/login").await?;
        self.fill("#f-name", name).await?;
        self.fill("#f-password", password).await?;
        self.click("main form button.primary").await?;
        self.reaches(|path| path == "/").await?;
        Ok(())
    }

    /// Types wherever the focus is.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn keys(&self, keys: impl AsRef<str>) -> anyhow::Result<()> {
        let keys = keys.as_ref().chars();
        self.strokes(keys.flat_map(|key| [(DOWN, key), (UP, key)]))
            .await
    }

    /// Presses a key while another is held.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn chord(&self, held: Key, key: char) -> anyhow::Result<()> {
        let held = held.value();
        self.strokes([(DOWN, held), (DOWN, key), (UP, key), (UP, held)])
            .await
    }

    async fn strokes(&self, strokes: impl IntoIterator<Item = (&str, char)>) -> anyhow::Result<()> {
        let strokes = strokes
            .into_iter()
            .map(|(kind, key)| json!({"type": kind, "value": key}));
        let strokes: Vec<Value> = strokes.collect();
        // The library's chains have an idle mouse beside the keys, and with one ChromeDriver gives an Enter that leads to
        // another page to that page too.
        let keyboard = json!([{"type": "key", "id": "keyboard", "actions": strokes}]);
        self.driver
            .cmd(Wanted::PerformActions(keyboard.into()))
            .await?;
        Ok(())
    }

    /// Waits until the page shows a text, by itself.
    ///
    /// # Errors
    /// When it doesn't in time: with what it shows.
    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        waiting::until(text, SHOW_TIME, async || {
            let shown = self.driver.find(By::Tag("body")).await?.text().await?;
            ensure!(shown.contains(text), "it shows: {shown}");
            Ok(Some(()))
        })
        .await
    }

    /// Waits until the page shown has this path.
    ///
    /// # Errors
    /// When it hasn't in time.
    pub async fn reaches(&self, wanted: impl Fn(&str) -> bool) -> anyhow::Result<String> {
        waiting::until("another page", SHOW_TIME, async || {
            let path = self.path().await?;
            ensure!(wanted(&path), "it is at {path}");
            Ok(Some(path))
        })
        .await
    }

    /// Errors of scripts and of the content security policy since the last call.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn complaints(&self) -> anyhow::Result<Vec<String>> {
        let log = self.driver.browser_log().await?;
        // A refused form answers 422, which the browser notes as a failed load.
        let real = |message: &str| !message.contains("the server responded with a status of 4");
        Ok(log
            .into_iter()
            .map(|entry| entry.message)
            .filter(|message| real(message))
            .collect())
    }
}

/// The driver's process, with every browser that it started in its process group.
struct Driver(Child);

impl Driver {
    fn start() -> anyhow::Result<(Self, SocketAddr)> {
        let address = port::free()?;
        let child = Command::new("chromedriver")
            .arg(format!("--port={}", address.port()))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("ChromeDriver is missing: tests/run installs it")?;
        Ok((Self(child), address))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test that failed leaves its browser open: the whole group goes.
        let _ = signal::send_group(self.0.id(), signal::Signal::KILL);
        let _ = self.0.wait();
    }
}
