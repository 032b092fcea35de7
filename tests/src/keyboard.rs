//! Somebody at a console who has a keyboard and no mouse: every stop of the focus on their way has to be in sight.

mod focus;
mod sight;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use thirtyfour::Key;

use crate::browser::Browser;
use crate::waiting;
use focus::Focus;

/// No page needs more to come to anything on it.
const TABS: usize = 150;
/// No list of choices is longer.
const CHOICES: usize = 60;
/// How long another page may take to come.
const PAGE_TIME: Duration = Duration::from_secs(15);
/// Which of the results of a search the arrows have come to.
const FOUND: &str =
    "return document.querySelector('#found [aria-selected=true]')?.innerText ?? '';";
/// Tells a page from the one that comes after it.
const LEAVE: &str = "window.isLeft = true;";
const ARRIVED: &str = "return !window.isLeft && document.readyState === 'complete';";

/// Somebody without a mouse.
pub struct Keyboard {
    /// What they look at.
    pub browser: Browser,
}

impl Keyboard {
    /// Opens a browser at a node's console.
    ///
    /// # Errors
    /// When it doesn't start.
    pub async fn open(console: SocketAddr) -> anyhow::Result<Self> {
        let browser = Browser::open(console).await?;
        Ok(Self { browser })
    }

    /// Logs somebody in.
    ///
    /// # Errors
    /// When name or password are refused.
    pub async fn logs_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        self.browser.go("/login").await?;
        self.writes("Käyttäjänimi", name).await?;
        self.writes("Salasana", password).await?;
        self.enters().await?;
        self.browser.reaches(|path| path == "/").await?;
        Ok(())
    }

    /// Presses Tab until something of this name has the focus; of a name that ends with an ellipsis, the beginning is
    /// enough.
    ///
    /// # Errors
    /// When nothing has, or a focus on the way can't be seen: with the names passed.
    pub async fn to(&self, name: &str) -> anyhow::Result<()> {
        self.to_in("", name).await
    }

    /// The same in the part of the page that has `part` in its heading, or in the row that has it in its words.
    ///
    /// # Errors
    /// As for [`Self::to`].
    pub async fn to_in(&self, part: &str, name: &str) -> anyhow::Result<()> {
        self.tabs(|focus| focus.is_called(name) && focus.is_in(part))
            .await
            .with_context(|| format!("looking for {name:?} in {part:?}"))?;
        Ok(())
    }

    async fn tabs(&self, wanted: impl Fn(&Focus) -> bool) -> anyhow::Result<Focus> {
        let mut passed = Vec::new();
        let mut focus = Focus::of(&self.browser).await?;
        for _ in 0..TABS {
            if let Some(focus) = focus {
                if wanted(&focus) {
                    return Ok(focus);
                }
                passed.push(focus.name);
            }
            self.press(Key::Tab).await?;
            focus = Focus::of(&self.browser).await?;
            if let Some(focus) = &focus {
                ensure!(focus.seen, "the focus can't be seen: {focus:?}");
            }
        }
        let at = self.browser.path().await?;
        bail!("not in the order of tabs of {at}: {passed:?}")
    }

    /// Presses a key.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn press(&self, key: Key) -> anyhow::Result<()> {
        self.browser.keys(key.value().to_string()).await
    }

    /// Types where the focus is, in place of what stands there.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn types(&self, text: &str) -> anyhow::Result<()> {
        self.browser.chord(Key::Control, 'a').await?;
        self.browser.keys(text).await
    }

    /// Goes to a field and types.
    ///
    /// # Errors
    /// As for [`Self::to`].
    pub async fn writes(&self, field: &str, text: &str) -> anyhow::Result<()> {
        self.to(field).await?;
        self.types(text).await
    }

    /// Goes to a group of choices or a list of them and takes one with the arrows.
    ///
    /// # Errors
    /// When there is no such group or choice.
    pub async fn chooses(&self, group: &str, option: &str) -> anyhow::Result<()> {
        self.takes(group, |one| one == option)
            .await
            .with_context(|| format!("choosing {option:?}"))
    }

    /// The same for the choice that has these words in it.
    ///
    /// # Errors
    /// As for [`Self::chooses`].
    pub async fn chooses_with(&self, group: &str, words: &str) -> anyhow::Result<()> {
        self.takes(group, |one| one.contains(words))
            .await
            .with_context(|| format!("choosing what has {words:?} in it"))
    }

    async fn takes(&self, group: &str, wanted: impl Fn(&str) -> bool) -> anyhow::Result<()> {
        let first = self.tabs(|focus| focus.is_choice_of(group)).await;
        let first = first.with_context(|| format!("looking for the choices of {group:?}"))?;
        let is_list = first.kind != "radio";
        if is_list {
            self.press(Key::Home).await?;
        }
        let mut passed = Vec::new();
        for _ in 0..CHOICES {
            let focus = Focus::of(&self.browser)
                .await?
                .context("the focus is gone")?;
            let at = if is_list { &focus.chosen } else { &focus.name };
            if wanted(at) {
                // The first of choices of which none is taken yet has the focus without being taken.
                if focus.chosen.is_empty() {
                    self.press(Key::Space).await?;
                }
                return Ok(());
            }
            passed.push(at.clone());
            self.press(Key::Down).await?;
        }
        bail!("{group:?} has only {passed:?}")
    }

    /// Ticks a box.
    ///
    /// # Errors
    /// When there is none, or it is ticked already.
    pub async fn ticks(&self, name: &str) -> anyhow::Result<()> {
        self.to(name).await?;
        self.press(Key::Space).await?;
        let focus = Focus::of(&self.browser)
            .await?
            .context("the focus is gone")?;
        ensure!(focus.chosen == "yes", "{name} is not ticked: {focus:?}");
        Ok(())
    }

    /// Goes to a fold of a part of the page, opens it and steps into it.
    ///
    /// # Errors
    /// As for [`Self::to`].
    pub async fn opens_in(&self, part: &str, name: &str) -> anyhow::Result<()> {
        self.to_in(part, name).await?;
        self.press(Key::Enter).await?;
        self.press(Key::Tab).await
    }

    /// Goes to a link or button and presses Enter, which leads to another page or to the same one anew.
    ///
    /// # Errors
    /// When there is none, or it leads nowhere.
    pub async fn follows(&self, name: &str) -> anyhow::Result<()> {
        self.follows_in("", name).await
    }

    /// The same in a part of the page, or in a row.
    ///
    /// # Errors
    /// As for [`Self::follows`].
    pub async fn follows_in(&self, part: &str, name: &str) -> anyhow::Result<()> {
        self.to_in(part, name).await?;
        self.enters().await.with_context(|| name.to_owned())
    }

    /// Presses Enter, which leads to another page or to the same one anew.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub async fn enters(&self) -> anyhow::Result<()> {
        self.leaves_by(self.press(Key::Enter)).await
    }

    /// Presses a shortcut that leads to another page or sends a form.
    ///
    /// # Errors
    /// When no page comes.
    pub async fn follows_keys(&self, held: Key, key: char) -> anyhow::Result<()> {
        let pressed = self.leaves_by(self.browser.chord(held, key)).await;
        pressed.with_context(|| format!("the shortcut with {key}"))
    }

    /// Saves the form by its shortcut.
    ///
    /// # Errors
    /// When no page comes.
    pub async fn saves(&self) -> anyhow::Result<()> {
        self.follows_keys(Key::Control, 's').await
    }

    /// Goes to one of the console's sections by its number.
    ///
    /// # Errors
    /// When no page comes.
    pub async fn section(&self, number: char) -> anyhow::Result<()> {
        self.follows_keys(Key::Alt, number).await
    }

    /// Finds a client by the search of the first page, and opens the card.
    ///
    /// # Errors
    /// When the search finds nobody.
    pub async fn finds(&self, client: &str) -> anyhow::Result<()> {
        self.section('1').await?;
        self.browser.chord(Key::Control, 'k').await?;
        self.types(client).await?;
        let wanted = client.to_lowercase();
        waiting::until(client, PAGE_TIME, async || {
            let found = self.browser.driver().execute(FOUND, Vec::new()).await?;
            let at = found.json().as_str().unwrap_or_default();
            if at.to_lowercase().contains(&wanted) {
                return Ok(Some(()));
            }
            self.press(Key::Down).await?;
            Ok(None)
        })
        .await?;
        self.enters().await?;
        self.browser
            .reaches(|path| path.starts_with("/clients/"))
            .await?;
        Ok(())
    }

    async fn leaves_by(
        &self,
        deed: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let driver = self.browser.driver();
        driver.execute(LEAVE, Vec::new()).await?;
        deed.await?;
        waiting::until("another page", PAGE_TIME, async || {
            let arrived = driver.execute(ARRIVED, Vec::new()).await?;
            Ok((arrived.json() == &Value::Bool(true)).then_some(()))
        })
        .await
    }

    /// Ends the visit.
    ///
    /// # Errors
    /// When a script or the content security policy complained meanwhile.
    pub async fn ends(self) -> anyhow::Result<()> {
        let complaints = self.browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        Ok(())
    }
}
