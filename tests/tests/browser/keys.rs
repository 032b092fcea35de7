//! What each clause asks for, done in a real browser by somebody who has no mouse: `tests/clauses.md` says by whom.

mod access;
mod cards;
mod care;
mod health;
mod house;
mod marketing;
mod requests;

use jiff::{Timestamp, ToSpan as _};
use kortisto_tests::demo::{self, Demo};
use kortisto_tests::keyboard::Keyboard;
use tempfile::TempDir;
use thirtyfour::Key;

/// Name and password.
type Actor = (&'static str, &'static str);

const OWNER: Actor = (demo::OWNER, demo::PASSWORD);
const STAFF: Actor = ("Hilla Hoitaja", "punainen villasukka");
const CONTRACTOR: Actor = ("Ykä Yrittäjä", "keltainen sateenvarjo");
const RECEPTION: Actor = ("Veera Vastaanotto", "valkoinen ruukkukukka");

/// Both premises of the demo.
struct House {
    demo: Demo,
    // Removed after the demo has ended.
    _home: TempDir,
}

impl House {
    /// Starts both, with one of the cast at the first.
    async fn open(who: Actor) -> anyhow::Result<(Self, Keyboard)> {
        let home = tempfile::tempdir()?;
        let demo = Demo::start(&home.path().join("demo"))?;
        // Neither start keeps a core busy for long.
        let (runs, keys) = tokio::join!(demo.runs(), Keyboard::open(demo.console(0)));
        let keys = keys?;
        runs?;
        keys.logs_in(who.0, who.1).await?;
        Ok((Self { demo, _home: home }, keys))
    }

    /// One of the cast at the first premises, or at the second: 0 or 1.
    async fn visit(&self, number: u16, who: Actor) -> anyhow::Result<Keyboard> {
        let keys = Keyboard::open(self.demo.console(number)).await?;
        keys.logs_in(who.0, who.1).await?;
        Ok(keys)
    }
}

/// Makes a client's card, and stays at it.
async fn new_client(keys: &Keyboard, last: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
    keys.section('1').await?;
    keys.follows_keys(Key::Alt, 'n').await?;
    keys.writes("Sukunimi", last).await?;
    keys.writes("Etunimi", "Nelli").await?;
    for (field, text) in fields {
        keys.writes(field, text).await?;
    }
    keys.saves().await?;
    keys.shows(last).await
}

/// One of the owner's pages.
async fn desk(keys: &Keyboard, page: &str) -> anyhow::Result<()> {
    keys.section('7').await?;
    keys.follows(page).await
}

/// The day so many days from now, as the clinic's clock has it and a form takes it.
fn day(ahead: i64) -> String {
    let day = console::day(Timestamp::now()).saturating_add(ahead.days());
    format!("{}.{}.{}", day.day(), day.month(), day.year())
}
