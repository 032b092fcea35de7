//! The clinic's own mail relay, by SMTP (RFC 5321).
//!
//! A letter is handed over only on a line that has just answered, so a relay that is out of reach is told apart from
//! one that broke off in the middle. Logs say what went wrong, never to whom.

use std::fs;
use std::io;
use std::time::Duration;

use console::post::{Letter, Post, PostError, Posted};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use register::id::EntryId;
use tokio::sync::OnceCell;
use zeroize::Zeroizing;

use crate::config::{Mail, MailSecurity};

/// The longest wait for one answer of the relay.
const PATIENCE: Duration = Duration::from_secs(20);
/// A line on which nothing is sent is kept so long.
const IDLE: Duration = Duration::from_secs(30);
/// The largest file that holds a password or a certificate, in bytes.
const FILE_LIMIT: u64 = 64 * 1024;
/// What the subject of an answer says that wants no more letters.
const OPT_OUT: &str = "KIELTO";
/// Replies that are about who is sending and not about the letter (RFC 4954, section 6; RFC 5321, section 3.8).
const ABOUT_US: [u16; 6] = [421, 454, 530, 534, 535, 538];

type Line = AsyncSmtpTransport<Tokio1Executor>;

/// The relay that settings name.
pub struct Relay {
    settings: Mail,
    /// Made when it is first needed, so that a password file on a stick may come later.
    line: OnceCell<Line>,
}

impl Relay {
    /// The relay that `settings` name; nothing is read or dialled yet.
    #[must_use]
    pub const fn new(settings: Mail) -> Self {
        Self {
            settings,
            line: OnceCell::const_new(),
        }
    }

    async fn line(&self) -> Result<&Line, PostError> {
        let made = self.line.get_or_try_init(async || make(&self.settings));
        made.await.map_err(|why| {
            tracing::warn!(why, "the mail relay's settings can't be used");
            PostError::Unreachable
        })
    }

    /// A line that has just answered.
    async fn answering(&self) -> Result<&Line, PostError> {
        let line = self.line().await?;
        match line.test_connection().await {
            Ok(true) => Ok(line),
            Ok(false) => Err(PostError::Unreachable),
            Err(error) => {
                tracing::info!(code = code(&error), "the mail relay is out of reach");
                Err(PostError::Unreachable)
            }
        }
    }

    async fn hand_over(&self, letter: Letter) -> Result<(), PostError> {
        let message = message(&self.settings.from, letter).ok_or(PostError::Refused)?;
        let line = self.answering().await?;
        match line.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let why = judge(&error);
                tracing::info!(code = code(&error), %why, "a letter was not taken");
                Err(why)
            }
        }
    }
}

impl Post for Relay {
    fn ready(&self) -> Posted<'_> {
        Box::pin(async { self.answering().await.map(drop) })
    }

    fn send(&self, letter: Letter) -> Posted<'_> {
        Box::pin(self.hand_over(letter))
    }
}

fn judge(error: &Error) -> PostError {
    if ABOUT_US.contains(&code(error)) {
        PostError::Unreachable
    } else if error.is_transient() {
        PostError::Later
    } else if error.is_permanent() {
        PostError::Refused
    } else {
        PostError::Broken
    }
}

/// The relay's reply code; 0 when there was no reply. Its words may name the client.
fn code(error: &Error) -> u16 {
    error.status().map_or(0, u16::from)
}

fn make(settings: &Mail) -> Result<Line, &'static str> {
    let tls = || parameters(settings);
    let security = match settings.security {
        MailSecurity::Tls => Tls::Wrapper(tls()?),
        MailSecurity::StartTls => Tls::Required(tls()?),
        MailSecurity::None => Tls::None,
    };
    let mut line = Line::builder_dangerous(settings.host.as_str())
        .port(settings.port)
        .tls(security)
        .timeout(Some(PATIENCE))
        .hello_name(ClientId::Domain(settings.from.email.domain().to_owned()))
        .pool_config(PoolConfig::new().max_size(1).idle_timeout(IDLE));
    if let Some((name, file)) = &settings.login {
        let password = read(file).map_err(|_| "the password file can't be read")?;
        let password = str::from_utf8(&password).map_err(|_| "the password is not UTF-8")?;
        let password = password.trim_end_matches(['\r', '\n']);
        line = line.credentials(Credentials::new(name.clone(), password.to_owned()));
    }
    Ok(line.build())
}

fn parameters(settings: &Mail) -> Result<TlsParameters, &'static str> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(file) = &settings.ca_file {
        let pem = read(file).map_err(|_| "the certificate authority's file can't be read")?;
        let certificate = Certificate::from_pem(&pem)
            .map_err(|_| "the certificate authority's file is not a certificate in PEM")?;
        builder = builder.add_root_certificate(certificate);
    }
    builder
        .build_rustls()
        .map_err(|_| "TLS can't be set up with these settings")
}

fn read(file: &std::path::Path) -> io::Result<Zeroizing<Vec<u8>>> {
    if fs::metadata(file)?.len() > FILE_LIMIT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::read(file).map(Zeroizing::new)
}

/// How a mail program unsubscribes by itself (RFC 2369, section 3.2).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn core::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

fn message(from: &Mailbox, letter: Letter) -> Option<Message> {
    let mut id = [0; EntryId::BYTES];
    getrandom::fill(&mut id).ok()?;
    let id = EntryId::from_bytes(id);
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, letter.to.as_str().parse().ok()?))
        .subject(letter.subject)
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .header(ListUnsubscribe(format!(
            "<mailto:{}?subject={OPT_OUT}>",
            from.email
        )))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_who_it_is_from_and_how_to_say_no() {
        let from: Mailbox = "Kauneushoitola Sädetär <tiedotteet@example.fi>"
            .parse()
            .unwrap();
        let letter = Letter {
            to: "maija@example.com".parse().unwrap(),
            subject: "Syysilta täällä".to_owned(),
            text: "Tervetuloa iltaan".to_owned(),
        };
        let message = message(&from, letter).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        for line in [
            "To: maija@example.com\r\n",
            "List-Unsubscribe: <mailto:tiedotteet@example.fi?subject=KIELTO>\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "\r\n\r\nTervetuloa iltaan",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(
            !text.contains("Syysilta täällä"),
            "headers are ASCII: {text}"
        );
    }
}
