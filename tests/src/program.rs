//! A program at a node's API, with a token that the owner made on the page.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, IF_MATCH};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::web::Visitor;

/// How long an answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(20);
/// Letters of a token after its beginning: 256 bits in base64.
const LETTERS: usize = 43;

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null when there is none.
    pub body: Value,
}

impl Answer {
    /// The stable code of a refusal; empty when it is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// A text of the body; empty when it is not there.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.body
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// A program.
#[derive(Clone)]
pub struct Program {
    origin: String,
    token: Option<String>,
    client: Client,
}

impl Program {
    /// A program with this token, or with none.
    ///
    /// # Errors
    /// When the HTTP client can't be made.
    pub fn new(console: SocketAddr, token: Option<&str>) -> anyhow::Result<Self> {
        let client = Client::builder()
            .timeout(ANSWER_TIME)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            origin: format!("http://{console}"),
            token: token.map(str::to_owned),
            client,
        })
    }

    /// Asks the API for something below `/api/v1`.
    ///
    /// # Errors
    /// When it can't be reached, or answers with what is no JSON.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Answer> {
        self.ask_on(method, path, None, body).await
    }

    /// The same on a version of the card that was seen.
    ///
    /// # Errors
    /// As [`Program::ask`].
    pub async fn ask_on(
        &self,
        method: &str,
        path: &str,
        version: Option<&str>,
        body: Option<Value>,
    ) -> anyhow::Result<Answer> {
        let url = format!("{}/api/v1{path}", self.origin);
        let mut request = self
            .client
            .request(Method::from_bytes(method.as_bytes())?, url);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(version) = version {
            request = request.header(IF_MATCH, format!("\"{version}\""));
        }
        if let Some(body) = body {
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).with_context(|| format!("{method} {path}: {text}"))?
        };
        Ok(Answer {
            status,
            headers,
            body,
        })
    }
}

/// Lets the owner make a token with these scopes, and returns it as it is shown, once.
///
/// # Errors
/// When the page refuses.
pub async fn make_token(owner: &Visitor, name: &str, scopes: &[&str]) -> anyhow::Result<String> {
    let page = owner.open("/admin/tokens/new").await?;
    let mut form = page.form("/admin/tokens/new")?.with("name", name);
    for scope in scopes {
        let field = format!("scope_{}", scope.replace(':', "_"));
        form = form.with(&field, "yes");
    }
    let page = owner.send(&form).await?;
    let start = page.html.find("kortisto_").context("no token is shown")?;
    let token: String = page
        .html
        .get(start..)
        .unwrap_or_default()
        .chars()
        .take("kortisto_".len() + LETTERS)
        .collect();
    ensure!(
        token
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    );
    Ok(token)
}
