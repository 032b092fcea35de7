//! What somebody without a mouse sees on the page.

use serde_json::Value;

use super::{Focus, Keyboard};

/// Whether a part of the page, by its heading or as a row by its words, has a text in it.
const HOLDS: &str = "
    const words = (one) => (one?.innerText ?? '').replace(/\\s+/g, ' ').trim();
    return [...document.querySelectorAll('section, article, li, tr, .panel')].some((one) =>
        words(one.matches('li, tr') ? one : one.querySelector('h1, h2, h3')).includes(arguments[0])
        && words(one).includes(arguments[1]));
";

impl Keyboard {
    /// Waits until the page shows a text.
    ///
    /// # Errors
    /// When it doesn't in time.
    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        self.browser.shows(text).await
    }

    /// Looks whether the page shows a text now.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn sees(&self, text: &str) -> anyhow::Result<bool> {
        let body = self.browser.element("body").await?;
        Ok(body.text().await?.contains(text))
    }

    /// The same for a part of the page that has `part` in its heading, or a row that has it in its words.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn sees_in(&self, part: &str, text: &str) -> anyhow::Result<bool> {
        let wanted = vec![Value::from(part), Value::from(text)];
        let found = self.browser.driver().execute(HOLDS, wanted).await?;
        Ok(found.json() == &Value::Bool(true))
    }

    /// The name of what has the focus.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn at(&self) -> anyhow::Result<Option<String>> {
        Ok(Focus::of(&self.browser).await?.map(|focus| focus.name))
    }
}
