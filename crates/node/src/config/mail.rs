//! The table `[mail]`: the clinic's own mail relay.

use std::path::PathBuf;

use lettre::message::Mailbox;

use super::backup::absolute;
use super::{ConfigError, Section, choice};

const RELAY_ALLOWED: &str =
    "a host and a port in quotes, such as \"mail.example.fi:587\" or \"127.0.0.1:25\"";
const FROM_ALLOWED: &str = "a sender in quotes, such as \"Kauneushoitola <tiedotteet@example.fi>\"";
const USERNAME_ALLOWED: &str = "a name of 1 to 200 characters in quotes";
const FILE_ALLOWED: &str = "the absolute path of a file in quotes";
const BOTH: &str = "username and password_file together, or neither";
const NONE_ALLOWED: &str =
    "\"none\" only with a relay at a loopback address, since the line is not encrypted";

choice! {
    /// How the line to the relay is encrypted.
    MailSecurity {
        /// From the first byte (RFC 8314, section 3.3).
        Tls = "tls",
        /// From STARTTLS on, which is demanded (RFC 3207).
        StartTls = "starttls",
        /// Not at all: a relay on this computer.
        None = "none",
    }
}

/// The clinic's own mail relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    pub security: MailSecurity,
    /// What the node logs in with, and the file in which the password stands; `None` when it logs in with nothing.
    pub login: Option<(String, PathBuf)>,
    /// Who the letters are from.
    pub from: Mailbox,
    /// A certificate authority, in PEM, that is trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
}

impl Section<'_, '_> {
    /// The table `[mail]` of the file, if there is one.
    pub(super) fn mail(&self) -> Result<Option<Mail>, ConfigError> {
        if self.value("mail").is_none() {
            return Ok(None);
        }
        let table = self.section("mail")?;
        table.only(&[
            "relay",
            "security",
            "username",
            "password_file",
            "from",
            "ca_file",
        ])?;
        let missing = |key: &str, allowed: &str| {
            let problem = format!("is missing; allowed: {allowed}");
            self.reader.fault(None, &format!("mail.{key}"), problem)
        };
        let (host, port) = table
            .text("relay", RELAY_ALLOWED, relay)?
            .ok_or_else(|| missing("relay", RELAY_ALLOWED))?;
        let security = table
            .text("security", MailSecurity::ALLOWED, MailSecurity::read)?
            .unwrap_or(MailSecurity::StartTls);
        if security == MailSecurity::None && !is_loopback(&host) {
            let at = table.value("security").map(|(at, _)| at);
            let problem = format!("is \"none\"; allowed: {NONE_ALLOWED}");
            return Err(self.reader.fault(at, "mail.security", problem));
        }
        let username = table.text("username", USERNAME_ALLOWED, username)?;
        let password = table.text("password_file", FILE_ALLOWED, absolute)?;
        let login = match (username, password) {
            (Some(name), Some(file)) => Some((name, file)),
            (None, None) => None,
            (Some(_), None) => return Err(missing("password_file", BOTH)),
            (None, Some(_)) => return Err(missing("username", BOTH)),
        };
        let from = table.text("from", FROM_ALLOWED, |text| text.parse().ok())?;
        Ok(Some(Mail {
            host,
            port,
            security,
            login,
            from: from.ok_or_else(|| missing("from", FROM_ALLOWED))?,
            ca_file: table.text("ca_file", FILE_ALLOWED, absolute)?,
        }))
    }
}

/// The host and port of a relay; IPv6 addresses stand in brackets.
fn relay(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let bare = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let host = match bare {
        Some(bare) => bare.parse::<core::net::Ipv6Addr>().ok()?.to_string(),
        None => host.to_owned(),
    };
    let sound = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
    let named = bare.is_some() || !host.contains(':');
    ((1..=253).contains(&host.len()) && host.chars().all(sound) && named).then_some((host, port))
}

fn is_loopback(host: &str) -> bool {
    host.parse::<core::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}

fn username(text: &str) -> Option<String> {
    let sound = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    sound.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Config;
    use super::*;

    const FROM: &str = "from = \"Hoitola <a@example.fi>\"\n";

    fn read(rest: &str) -> Result<Option<Mail>, String> {
        let text = format!("premises = \"P\"\n[mail]\n{rest}");
        Config::read(&text, Path::new("k"))
            .map(|config| config.mail)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_relay_has_an_address_and_a_sender() {
        let mail = read(&format!("relay = \"mail.example.fi:587\"\n{FROM}"))
            .unwrap()
            .unwrap();
        assert_eq!((mail.host.as_str(), mail.port), ("mail.example.fi", 587));
        assert_eq!(mail.security, MailSecurity::StartTls);
        assert_eq!((mail.login, mail.ca_file), (None, None));
        assert_eq!(mail.from.email.to_string(), "a@example.fi");
        let login = "security = \"tls\"\nusername = \"u\"\npassword_file = \"/e/p\"\n";
        let mail = read(&format!("relay = \"[2001:db8::1]:465\"\n{login}{FROM}"));
        let mail = mail.unwrap().unwrap();
        assert_eq!((mail.host.as_str(), mail.port), ("2001:db8::1", 465));
        assert_eq!(mail.login, Some(("u".to_owned(), "/e/p".into())));
        let plain = format!("relay = \"[::1]:25\"\nsecurity = \"none\"\n{FROM}");
        assert!(read(&plain).unwrap().is_some());
        let none = Config::read("premises = \"P\"\n", Path::new("k")).unwrap();
        assert_eq!(none.mail, None);
    }

    #[test]
    fn mistakes_are_named_with_line_key_and_what_is_allowed() {
        let relay = "relay = \"mail.example.fi:587\"\n";
        let check = |rest: &str, expected: &str| {
            let error = read(rest).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        };
        check(FROM, "k, key mail.relay: is missing; allowed: a host and");
        check(relay, "k, key mail.from: is missing; allowed: a sender");
        for wrong in [
            "mail",
            "mail:0",
            "mail:x",
            "2001:db8::1:25",
            "a b:25",
            "[x]:25",
            ":25",
        ] {
            check(
                &format!("relay = \"{wrong}\"\n{FROM}"),
                "k, line 3, key mail.relay: is ",
            );
        }
        check(
            &format!("{relay}from = \"Hoitola\"\n"),
            "k, line 4, key mail.from: is \"Hoitola\"",
        );
        check(
            &format!("{relay}{FROM}security = \"none\"\n"),
            "k, line 5, key mail.security: is \"none\"; allowed: \"none\" only",
        );
        check(
            &format!("{relay}{FROM}username = \"u\"\n"),
            "k, key mail.password_file: is missing; allowed: username and",
        );
        check(
            &format!("{relay}{FROM}password = \"x\"\n"),
            "k, line 5, key mail.password: unknown; allowed: mail.relay, ",
        );
    }
}
