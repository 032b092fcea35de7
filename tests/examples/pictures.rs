//! Pictures of every page of the console at two widths, to be looked at.
//!
//! `cargo run -p kortisto-tests --example pictures -- [DIRECTORY] [fi|sv|en] [dark] [print]` starts the demo, follows links
//! to one page of each kind, and writes each as a PNG; `print` shows them as they are printed. Kinds that were not
//! found are named. Needs Debian's `chromium` and `chromium-driver`, which `tests/run` installs.

#![expect(clippy::print_stdout, reason = "it tells how far it is")]

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use kortisto_tests::browser::Browser;
use kortisto_tests::demo::{Demo, OWNER, PASSWORD};
use kortisto_tests::rooms;
use serde_json::json;

/// A desk's screen and a tablet's, pixels.
const WIDTHS: [u32; 2] = [1280, 820];
/// The height of the window, pixels; a page that is longer is pictured whole, up to [`LONGEST`].
const HEIGHT: u64 = 900;
const LONGEST: u64 = 6_000;
/// Pages for which nobody is logged in.
const DOORS: [&str; 2] = ["/login", "/setup"];

/// What was asked for.
struct Wish {
    directory: PathBuf,
    language: String,
    dark: bool,
    print: bool,
}

impl Wish {
    fn read() -> anyhow::Result<Self> {
        let mut wish = Self {
            directory: PathBuf::from("target/pictures"),
            language: "fi".to_owned(),
            dark: false,
            print: false,
        };
        for word in std::env::args().skip(1) {
            match word.as_str() {
                "fi" | "sv" | "en" => wish.language = word,
                "dark" => wish.dark = true,
                "print" => wish.print = true,
                _ => {
                    ensure!(!word.starts_with('-'), "{word} is no option");
                    wish.directory = PathBuf::from(word);
                }
            }
        }
        Ok(wish)
    }
}

fn main() -> anyhow::Result<()> {
    let wish = Wish::read()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(take(&wish))
}

async fn take(wish: &Wish) -> anyhow::Result<()> {
    let home = tempfile::tempdir()?;
    let demo = Demo::start(&home.path().join("demo"))?;
    demo.runs().await?;
    let found = rooms::find(&demo.owner(0).await?).await?;
    let browser = Browser::open(demo.console(0)).await?;
    let tools = browser.driver().cdp();
    let scheme = if wish.dark { "dark" } else { "light" };
    let media = json!({
        "media": if wish.print { "print" } else { "" },
        "features": [{"name": "prefers-color-scheme", "value": scheme}],
    });
    tools.send_raw("Emulation.setEmulatedMedia", media).await?;
    browser
        .go(&format!("/language/{}?next=/login", wish.language))
        .await?;
    for width in WIDTHS {
        let directory = wish.directory.join(width.to_string());
        std::fs::create_dir_all(&directory).context("making the directory of the pictures")?;
        for path in DOORS {
            picture(&browser, path, width, &directory.join(name(path))).await?;
        }
    }
    browser.log_in(OWNER, PASSWORD).await?;
    for width in WIDTHS {
        let directory = wish.directory.join(width.to_string());
        for (kind, path) in &found {
            if !DOORS.contains(&path.as_str()) {
                picture(&browser, path, width, &directory.join(name(kind))).await?;
            }
        }
    }
    println!(
        "{} pages, each at {WIDTHS:?} pixels, are in {}",
        found.len(),
        wish.directory.display()
    );
    for kind in rooms::kinds() {
        if !found.contains_key(&kind) && !DOORS.contains(&kind.as_str()) {
            println!("no link leads to {kind}");
        }
    }
    demo.end().await
}

/// The name of a page's file.
fn name(kind: &str) -> String {
    let words: Vec<String> = kind
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| part.replace(['{', '}'], ""))
        .collect();
    let name = if words.is_empty() {
        "first".to_owned()
    } else {
        words.join("-")
    };
    format!("{name}.png")
}

async fn picture(browser: &Browser, path: &str, width: u32, file: &Path) -> anyhow::Result<()> {
    let size = async |height: u64| {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        let tools = browser.driver().cdp();
        tools
            .send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await
    };
    size(HEIGHT).await?;
    browser.go(path).await?;
    browser.element("main h1").await?;
    let height = browser
        .driver()
        .execute("return document.documentElement.scrollHeight", Vec::new())
        .await?;
    let height = height.json().as_u64().context("a page has a height")?;
    size(height.clamp(HEIGHT, LONGEST)).await?;
    let picture = browser.driver().screenshot_as_png().await?;
    std::fs::write(file, picture).with_context(|| format!("writing {}", file.display()))
}
