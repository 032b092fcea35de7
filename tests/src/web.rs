//! A browser without a screen: a user at a node's console, over HTTP, by its own forms.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::header::{LOCATION, ORIGIN};
use reqwest::{Client, Response, StatusCode};

use crate::html::{Form, forms};
use crate::stream::Stream;

/// How long a page may take.
const PAGE_TIME: Duration = Duration::from_secs(20);
/// How long a stream may stay open.
const STREAM_TIME: Duration = Duration::from_secs(3_600);

/// A page that was answered.
#[derive(Debug)]
pub struct Page {
    /// Status of the answer.
    pub status: StatusCode,
    /// The path that answered, redirects followed.
    pub path: String,
    /// Its HTML.
    pub html: String,
}

impl Page {
    /// The form that is sent to a path which ends so.
    ///
    /// # Errors
    /// When the page has none.
    pub fn form(&self, end: &str) -> anyhow::Result<Form> {
        let all = forms(&self.html);
        let actions: Vec<&str> = all.iter().map(|form| form.action.as_str()).collect();
        let found = all.iter().find(|form| form.action.ends_with(end)).cloned();
        found.with_context(|| format!("no form to ..{end} on {}, only {actions:?}", self.path))
    }
}

/// A visitor with cookies.
#[derive(Clone)]
pub struct Visitor {
    origin: String,
    client: Client,
}

impl Visitor {
    /// Somebody who has not logged in.
    ///
    /// # Errors
    /// When the HTTP client can't be made.
    pub fn new(console: SocketAddr) -> anyhow::Result<Self> {
        let client = Client::builder()
            .cookie_store(true)
            .timeout(PAGE_TIME)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            origin: format!("http://{console}"),
            client,
        })
    }

    /// Opens a page, following redirects.
    ///
    /// # Errors
    /// When the console can't be reached.
    pub async fn open(&self, path: &str) -> anyhow::Result<Page> {
        let response = self.client.get(self.url(path)).send().await?;
        self.follow(path, response).await
    }

    /// Opens a page or file and returns the bare answer.
    ///
    /// # Errors
    /// When the console can't be reached.
    pub async fn get(&self, path: &str) -> anyhow::Result<Response> {
        Ok(self.client.get(self.url(path)).send().await?)
    }

    /// Opens the stream of changes that every page listens to.
    ///
    /// # Errors
    /// When the console refuses it.
    pub async fn events(&self) -> anyhow::Result<Stream> {
        let request = self.client.get(self.url("/events")).timeout(STREAM_TIME);
        Ok(Stream::new(request.send().await?.error_for_status()?))
    }

    /// Sends a form, following redirects.
    ///
    /// # Errors
    /// When the console can't be reached.
    pub async fn send(&self, form: &Form) -> anyhow::Result<Page> {
        let response = self.post(form).await?;
        self.follow(&form.action, response).await
    }

    /// Sends a form and returns the bare answer.
    ///
    /// # Errors
    /// When the console can't be reached.
    pub async fn post(&self, form: &Form) -> anyhow::Result<Response> {
        let request = self
            .client
            .post(self.url(&form.action))
            .header(ORIGIN, &self.origin)
            .form(&form.fields);
        Ok(request.send().await?)
    }

    /// Sends a form that has to be taken: answered with a redirect. Only then the edit in it is acknowledged.
    ///
    /// # Errors
    /// When it was refused, or the console went away.
    pub async fn save(&self, form: &Form) -> anyhow::Result<String> {
        let response = self.post(form).await?;
        let status = response.status();
        if let Some(to) = location(&response) {
            return Ok(to);
        }
        bail!(
            "{} answered {status}: {}",
            form.action,
            words(&response.text().await?)
        )
    }

    /// First visit: code, password, undertaking.
    ///
    /// # Errors
    /// When the code is refused.
    pub async fn set_up(&self, name: &str, code: &str, password: &str) -> anyhow::Result<()> {
        let form = self.open("/setup").await?.form("/setup")?;
        let form = form
            .with("name", name)
            .with("code", code)
            .with("password", password)
            .with("again", password)
            .with("undertaking", "yes");
        self.save(&form).await.map(drop)
    }

    /// Logs in.
    ///
    /// # Errors
    /// When name or password are refused.
    pub async fn log_in(&self, name: &str, password: &str) -> anyhow::Result<()> {
        let form = self.open("/login").await?.form("/login")?;
        self.save(&form.with("name", name).with("password", password))
            .await
            .map(drop)
    }

    /// Makes a client card and returns its id.
    ///
    /// # Errors
    /// When the card is refused.
    pub async fn add_client(&self, fields: &[(&str, &str)]) -> anyhow::Result<String> {
        let form = self.open("/clients/new").await?.form("/clients/new")?;
        let to = self.save(&filled(form, fields)).await?;
        let id = to
            .trim_start_matches("/clients/")
            .split(['/', '?'])
            .next()
            .unwrap_or_default();
        if id.len() != 32 {
            bail!("a new card leads to {to}");
        }
        Ok(id.to_owned())
    }

    /// Changes fields of a card's contact details.
    ///
    /// # Errors
    /// When the change is refused.
    pub async fn edit_contact(&self, client: &str, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        let form = self.contact_form(client).await?;
        self.save(&filled(form, fields)).await.map(drop)
    }

    /// The form of a card's contact details, as it stands now.
    ///
    /// # Errors
    /// When the card can't be opened.
    pub async fn contact_form(&self, client: &str) -> anyhow::Result<Form> {
        self.open(&format!("/clients/{client}/contact"))
            .await?
            .form("/contact")
    }

    /// Adds an entry (of a section, such as `treatments`, `health`, `patch-tests` or `notes`).
    ///
    /// # Errors
    /// When the entry is refused.
    pub async fn add_entry(
        &self,
        client: &str,
        section: &str,
        fields: &[(&str, &str)],
    ) -> anyhow::Result<()> {
        let path = format!("/clients/{client}/{section}/new");
        let mut form = self.open(&path).await?.form(&path)?;
        // The first entry of health comes with the client's consent.
        if form.get("consent_version").is_some() {
            form = form.with("consent_method", "paper");
        }
        self.save(&filled(form, fields)).await.map(drop)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    async fn follow(&self, path: &str, mut response: Response) -> anyhow::Result<Page> {
        /// More redirects than this one after another lead nowhere.
        const REDIRECTS: usize = 6;
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS {
            match location(&response) {
                Some(to) => {
                    response = self.client.get(self.url(&to)).send().await?;
                    path = to;
                }
                None => {
                    return Ok(Page {
                        status: response.status(),
                        path,
                        html: response.text().await?,
                    });
                }
            }
        }
        bail!("{path} redirects without an end")
    }
}

fn filled(form: Form, fields: &[(&str, &str)]) -> Form {
    fields
        .iter()
        .fold(form, |form, (name, value)| form.with(name, value))
}

fn location(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    Some(response.headers().get(LOCATION)?.to_str().ok()?.to_owned())
}

/// What a page says, without its tags: for messages.
fn words(html: &str) -> String {
    let main = html.split_once("<main").map_or(html, |(_, main)| main);
    let mut inside = false;
    let text: String = main
        .chars()
        .filter(|letter| {
            inside = (inside || *letter == '<') && *letter != '>';
            !inside && *letter != '>'
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
