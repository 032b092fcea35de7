//! axe-core, which finds what a page hides from people who can't see it or can't use a mouse.
//!
//! It comes from the npm registry when a test first needs it, into the target directory, at one version with one digest.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha512};

use crate::browser::Browser;
use crate::kortisto::{self, run_to_the_end};

const PACKAGE: &str = "axe-core@4.14.1";
const ARCHIVE: &str = "axe-core-4.14.1.tgz";
/// SHA-512 of the archive, as the registry states it.
const SHA512: &str =
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";
/// How long fetching may take.
const FETCH_TIME: Duration = Duration::from_secs(120);
/// WCAG 2.2 AA, and what the tool's makers hold to be good besides. Only what is broken is worked out to its nodes.
const RUN: &str = "const done = arguments[arguments.length - 1];
const told = violations => done({
    path: location.pathname,
    language: document.documentElement.lang,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    titled: document.querySelector('main h1') !== null,
    violations });
axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    resultTypes: ['violations'],
}).then(found => told(found.violations.map(rule => ({
      id: rule.id, help: rule.help, nodes: rule.nodes.map(node => node.html.slice(0, 200) + ' ' + node.failureSummary)
  }))), failed => told([{ id: 'failed', help: String(failed), nodes: [] }]));";

/// What a page is, and what is wrong with it.
#[derive(Debug, Clone, Deserialize)]
pub struct Seen {
    /// Where the browser came to.
    pub path: String,
    /// The page's language.
    pub language: String,
    /// Whether it is shown dark.
    pub dark: bool,
    /// Whether it has a title of its own.
    pub titled: bool,
    /// The rules that it breaks.
    pub violations: Vec<Violation>,
}

/// A rule that a page breaks.
#[derive(Debug, Clone, Deserialize)]
pub struct Violation {
    /// The rule.
    pub id: String,
    /// What it asks for.
    pub help: String,
    /// Where, and what would mend it.
    pub nodes: Vec<String>,
}

/// The tool's source; fails when it can't be fetched, or is not what it was when it was chosen.
fn source() -> anyhow::Result<String> {
    let binary = kortisto::binary()?;
    let place: PathBuf = binary
        .ancestors()
        .nth(2)
        .context("the target directory")?
        .join("tools");
    std::fs::create_dir_all(&place)?;
    let archive = place.join(ARCHIVE);
    if !archive.is_file() {
        let mut npm = Command::new("npm");
        npm.args(["pack", PACKAGE, "--silent", "--pack-destination"])
            .arg(&place)
            .current_dir(&place);
        run_to_the_end(&mut npm, FETCH_TIME)?
            .fine()
            .context("fetching axe-core from the npm registry")?;
    }
    let digest = BASE64.encode(&Sha512::digest(std::fs::read(&archive)?));
    ensure!(
        digest == SHA512,
        "{} is not what was chosen: its SHA-512 is {digest}",
        archive.display()
    );
    let mut tar = Command::new("tar");
    tar.arg("-xzOf").arg(&archive).arg("package/axe.min.js");
    run_to_the_end(&mut tar, FETCH_TIME)?.fine()
}

/// Lets every page that the browser goes to from here on carry the tool: it is half a megabyte, sent once.
///
/// # Errors
/// When the tool can't be had, or the browser is gone.
pub async fn carry(browser: &Browser) -> anyhow::Result<()> {
    let tools = browser.driver().cdp();
    let script = json!({ "source": source()? });
    tools
        .send_raw("Page.addScriptToEvaluateOnNewDocument", script)
        .await?;
    Ok(())
}

/// Looks at the page shown, which has to carry the tool.
///
/// # Errors
/// When the browser is gone.
pub async fn look(browser: &Browser) -> anyhow::Result<Seen> {
    let found = browser.driver().execute_async(RUN, Vec::new()).await?;
    Ok(serde_json::from_value(found.json().clone())?)
}
