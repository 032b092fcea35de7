//! `kortisto.toml`: read by hand, so that a mistake is named with its line, its key and what is allowed.

mod backup;
mod keys;
mod mail;
mod metrics;

use core::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use backup::{Backup, SealedTo};
pub use keys::{Keys, Master};
pub use mail::{Mail, MailSecurity};

/// The file's name in a node's directory.
pub const FILE: &str = "kortisto.toml";
/// Where the console listens when nothing else is said.
pub const CONSOLE: &str = "127.0.0.1:7441";
/// Where the link listens when nothing else is said: IPv6 and IPv4.
pub const LINK: &str = "[::]:7440";
/// Minutes until a session locks when nothing else is said.
const LOCK_MINUTES: u16 = 5;
/// The most minutes until a session locks.
const LOCK_LIMIT: u16 = 60;
/// The longest file that is read, in bytes.
const FILE_LIMIT: u64 = 64 * 1024;
/// The longest premises name, in characters.
const PREMISES_LIMIT: usize = 80;

/// A node's settings that are not replicated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The name of this premises.
    pub premises: String,
    /// Where the console listens: loopback.
    pub console: SocketAddr,
    /// Minutes without a sign of a person after which a session in the console locks, 1 to 60.
    pub lock_minutes: u16,
    /// Where the link to other premises listens.
    pub link: SocketAddr,
    /// Whether the router is asked to forward the link's port. Never when the link listens on loopback.
    pub port_mapping: bool,
    /// What is logged and how.
    pub log: Log,
    /// The clinic's own mail relay; `None` when letters go elsewhere.
    pub mail: Option<Mail>,
    /// Backups by schedule; `None` when none are made.
    pub backup: Option<Backup>,
    /// Where the keys are, and what seals them.
    pub keys: Keys,
    /// Where numbers for Prometheus are served: loopback; `None` when they are not.
    pub metrics: Option<SocketAddr>,
}

/// What is logged and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// How much.
    pub level: LogLevel,
    /// In which form.
    pub format: LogFormat,
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            const ALLOWED: &'static str = choice!(@join $($text),+);

            /// The name in the file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            fn read(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
    (@join $first:literal $(, $rest:literal)*) => { concat!("one of \"", $first, "\"" $(, ", \"", $rest, "\"")*) };
}

use choice;

choice! {
    /// How much is logged.
    LogLevel {
        /// Failures only.
        Error = "error",
        /// And what somebody should look at.
        Warn = "warn",
        /// And what a node does.
        Info = "info",
        /// And how it does it.
        Debug = "debug",
        /// Everything, also of the libraries used.
        Trace = "trace",
    }
}

choice! {
    /// In which form logs are written.
    LogFormat {
        /// One line each, for people.
        Human = "human",
        /// One JSON object each.
        Json = "json",
    }
}

/// A file that can't be used: where, what, and what is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; `None` when the file as a whole is at fault.
    pub line: Option<usize>,
    /// The key with its table, such as `console.address`; empty when it isn't about one.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ", key {}", self.key)?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl core::error::Error for ConfigError {}

impl Config {
    /// The settings in `dir`'s [`FILE`].
    ///
    /// # Errors
    /// [`ConfigError`]; when there is no such file, with no line and no key.
    pub fn load(dir: &Path) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let whole = |problem: String| ConfigError {
            file: path.clone(),
            line: None,
            key: String::new(),
            problem,
        };
        let length = fs::metadata(&path)
            .map_err(|error| whole(error.kind().to_string()))?
            .len();
        if length > FILE_LIMIT {
            return Err(whole(format!("larger than {FILE_LIMIT} bytes")));
        }
        let text = fs::read_to_string(&path).map_err(|error| whole(error.kind().to_string()))?;
        Self::read(&text, &path)
    }

    /// The settings in `text`, which stands in `file`.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn read(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let reader = Reader { text, file };
        let root = DeTable::parse(text).map_err(|error| reader.syntax(&error))?;
        let root = Section {
            reader: &reader,
            name: "",
            table: root.into_inner(),
        };
        root.only(&[
            "premises", "console", "link", "log", "backup", "keys", "mail", "metrics",
        ])?;
        let console = root.section("console")?;
        console.only(&["address", "lock_minutes"])?;
        let link = root.section("link")?;
        link.only(&["address", "port_mapping"])?;
        let address = match link.text("address", LINK_ALLOWED, |text| text.parse().ok())? {
            Some(address) => address,
            None => reader.default("link.address", LINK)?,
        };
        let log = root.section("log")?;
        log.only(&["level", "format"])?;
        let level = log.text("level", LogLevel::ALLOWED, LogLevel::read)?;
        let format = log.text("format", LogFormat::ALLOWED, LogFormat::read)?;
        let premises = root.text("premises", PREMISES_ALLOWED, premises)?;
        let (backup, keys) = (root.backup()?, root.keys()?);
        Ok(Self {
            mail: root.mail()?,
            backup,
            keys,
            metrics: root.metrics()?,
            premises: premises.ok_or_else(|| {
                reader.fault(
                    None,
                    "premises",
                    format!("is missing; allowed: {PREMISES_ALLOWED}"),
                )
            })?,
            console: match console.text("address", CONSOLE_ALLOWED, console_address)? {
                Some(address) => address,
                None => reader.default("console.address", CONSOLE)?,
            },
            lock_minutes: console
                .number("lock_minutes", LOCK_LIMIT)?
                .unwrap_or(LOCK_MINUTES),
            port_mapping: link.truth("port_mapping")?.unwrap_or(true)
                && !address.ip().is_loopback(),
            link: address,
            log: Log {
                level: level.unwrap_or(LogLevel::Info),
                format: format.unwrap_or(LogFormat::Human),
            },
        })
    }

    /// The text of a new file.
    #[must_use]
    pub fn template(premises: &str, console: SocketAddr, link: SocketAddr) -> String {
        format!(
            "# Settings of this Kortisto node. What all premises share is in the register, not here.\n\
             # A change takes effect when the node is started again.\n\n\
             # The name of this premises, as staff call it.\n\
             premises = {}\n\n\
             [console]\n\
             # Where the staff's web console listens: an address of this machine itself, and a port.\n\
             address = \"{console}\"\n\
             # Without a sign of a person for so many minutes, 1 to 60, a session locks.\n\
             lock_minutes = 5\n\n\
             [link]\n\
             # Where the other premises reach this one: UDP. \"[::]:7440\" takes IPv6 and IPv4.\n\
             address = \"{link}\"\n\
             # Whether the router is asked to forward that port: true or false.\n\
             port_mapping = true\n\n\
             [log]\n\
             # How much is logged: \"error\", \"warn\", \"info\", \"debug\" or \"trace\".\n\
             level = \"info\"\n\
             # \"human\" for people, \"json\" for programs. Logs never hold client data.\n\
             format = \"human\"\n\n\
             # Backups by schedule, encrypted, to a directory that is there: a stick's, say.\n\
             # [backup]\n\
             # to = \"/media/stick/kortisto\"\n\
             # passphrase_file = \"/etc/kortisto/passphrase\" # or: recipient = \"age1...\"\n\
             # every_hours = 24\n\
             # keep_days = 35\n\n\
             # The clinic's own mail relay, for campaigns by e-mail.\n\
             # [mail]\n\
             # relay = \"mail.example.fi:587\"\n\
             # security = \"starttls\" # or \"tls\"; \"none\" for a relay on this computer\n\
             # username = \"kauneushoitola\"\n\
             # password_file = \"/etc/kortisto/mail\"\n\
             # from = \"Kauneushoitola <tiedotteet@example.fi>\"\n\n\
             # Numbers for Prometheus, without a password and so on this machine only.\n\
             # [metrics]\n\
             # address = \"127.0.0.1:7442\"\n\n\
             # The keys: on a volume of their own, sealed by a credential of systemd or a passphrase. When this\n\
             # changes, the next start moves them and seals them anew.\n\
             # [keys]\n\
             # directory = \"/media/keys/kortisto\"\n\
             # master = \"credential\" # or \"passphrase\" with passphrase_file, or \"file\"\n\
             # previous_passphrase_file = \"/etc/kortisto/old\" # when a passphrase gives way to something else\n",
            toml::Value::String(premises.to_owned())
        )
    }
}

const PREMISES_ALLOWED: &str = "a name of 1 to 80 characters in quotes, such as \"Poikuekatu\"";
const CONSOLE_ALLOWED: &str = "a loopback address and a port in quotes, such as \"127.0.0.1:7441\" or \"[::1]:7441\"; \
     the console shows health information and is not encrypted, so it must not be reachable from other machines";
const LINK_ALLOWED: &str =
    "an address of this machine and a port in quotes, such as \"0.0.0.0:7440\" or \"[::]:7440\"";

/// A premises' name, if it is one.
#[must_use]
pub fn premises(text: &str) -> Option<String> {
    let name = text.trim();
    let sound =
        (1..=PREMISES_LIMIT).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    sound.then(|| name.to_owned())
}

/// A console's address, if it is one and loopback.
#[must_use]
pub fn console_address(text: &str) -> Option<SocketAddr> {
    text.parse()
        .ok()
        .filter(|address: &SocketAddr| address.ip().is_loopback())
}

struct Reader<'a> {
    text: &'a str,
    file: &'a Path,
}

impl Reader<'_> {
    fn fault(&self, at: Option<usize>, key: &str, problem: String) -> ConfigError {
        ConfigError {
            file: self.file.to_owned(),
            line: at.map(|at| self.line(at)),
            key: key.to_owned(),
            problem,
        }
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    fn syntax(&self, error: &toml::de::Error) -> ConfigError {
        let at = error.span().map(|span| span.start);
        // The parser's own message may run over several lines.
        let message: Vec<&str> = error.message().lines().map(str::trim).collect();
        self.fault(at, "", format!("not TOML: {}", message.join(", ")))
    }

    fn default(&self, key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
        text.parse()
            .map_err(|_| self.fault(None, key, "is missing".to_owned()))
    }
}

struct Section<'a, 'i> {
    reader: &'a Reader<'a>,
    name: &'a str,
    table: DeTable<'i>,
}

impl<'i> Section<'_, 'i> {
    fn key(&self, name: &str) -> String {
        if self.name.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.name)
        }
    }

    /// Refuses every other key.
    fn only(&self, allowed: &[&str]) -> Result<(), ConfigError> {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !allowed.contains(&name) {
                let allowed: Vec<String> = allowed.iter().map(|one| self.key(one)).collect();
                return Err(self.reader.fault(
                    Some(key.span().start),
                    &self.key(name),
                    format!("unknown; allowed: {}", allowed.join(", ")),
                ));
            }
        }
        Ok(())
    }

    fn value(&self, name: &str) -> Option<(usize, &Spanned<DeValue<'i>>)> {
        let (key, value) = self
            .table
            .iter()
            .find(|(key, _)| key.get_ref().as_ref() == name)?;
        Some((key.span().start, value))
    }

    fn section(&self, name: &'static str) -> Result<Section<'_, 'i>, ConfigError> {
        let table = match self.value(name) {
            None => DeTable::new(),
            Some((at, value)) => match value.get_ref() {
                DeValue::Table(table) => table.clone(),
                other => {
                    let problem = format!("is {}; allowed: a table, [{name}]", other.type_str());
                    return Err(self.reader.fault(Some(at), &self.key(name), problem));
                }
            },
        };
        Ok(Section {
            reader: self.reader,
            name,
            table,
        })
    }

    fn text<T>(
        &self,
        name: &str,
        allowed: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((at, value)) = self.value(name) else {
            return Ok(None);
        };
        let found = match value.get_ref() {
            DeValue::String(text) => match read(text) {
                Some(value) => return Ok(Some(value)),
                None => format!("\"{}\"", text.escape_debug()),
            },
            other => other.type_str().to_owned(),
        };
        let problem = format!("is {found}; allowed: {allowed}");
        Err(self.reader.fault(Some(at), &self.key(name), problem))
    }

    fn truth(&self, name: &str) -> Result<Option<bool>, ConfigError> {
        let Some((at, value)) = self.value(name) else {
            return Ok(None);
        };
        if let DeValue::Boolean(value) = value.get_ref() {
            return Ok(Some(*value));
        }
        let problem = format!("is {}; allowed: true or false", value.get_ref().type_str());
        Err(self.reader.fault(Some(at), &self.key(name), problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let error = Config::read(text, Path::new("kortisto.toml")).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_template_reads_back() {
        let console = "127.0.0.1:7451".parse().unwrap();
        let link = "[::]:7450".parse().unwrap();
        let text = Config::template("Aleksanterinkatu \"2\"", console, link);
        let config = Config::read(&text, Path::new("x")).unwrap();
        assert_eq!(config.premises, "Aleksanterinkatu \"2\"");
        assert_eq!(config.console, console);
        assert_eq!(config.link, link);
        assert_eq!(config.log.level, LogLevel::Info);
        assert_eq!(config.log.format, LogFormat::Human);
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let config = Config::read("premises = \"P\"", Path::new("x")).unwrap();
        assert_eq!(config.console, CONSOLE.parse().unwrap());
        assert_eq!(config.link, LINK.parse().unwrap());
        assert!(config.port_mapping);
    }

    #[test]
    fn no_router_is_asked_to_forward_to_loopback_or_when_that_is_not_wanted() {
        for (link, wanted) in [
            ("address = \"127.0.0.1:7440\"", false),
            ("address = \"[::1]:7440\"\nport_mapping = true", false),
            ("address = \"[::]:7440\"\nport_mapping = true", true),
            ("port_mapping = false", false),
        ] {
            let text = format!("premises = \"P\"\n[link]\n{link}\n");
            let config = Config::read(&text, Path::new("x")).unwrap();
            assert_eq!(config.port_mapping, wanted, "{link}");
        }
        check(
            "premises = \"P\"\n[link]\nport_mapping = \"yes\"\n",
            "kortisto.toml, line 3, key link.port_mapping: is string; allowed: true or false",
        );
    }

    #[test]
    fn mistakes_are_named_with_line_key_and_what_is_allowed() {
        check(
            "premises = \"P\"\ncolour = 1\n",
            "kortisto.toml, line 2, key colour: unknown; allowed: premises, console, link, log, backup, keys, mail, metrics",
        );
        check(
            "premises = \"P\"\n\n[log]\nlevel = \"loud\"\n",
            "kortisto.toml, line 4, key log.level: is \"loud\"; allowed: one of \"error\", \"warn\", \"info\", \
             \"debug\", \"trace\"",
        );
        check(
            "premises = \"P\"\n[link]\nport = 7440\n",
            "kortisto.toml, line 3, key link.port: unknown; allowed: link.address, link.port_mapping",
        );
        check(
            "premises = \"P\"\nlink = 7440\n",
            "kortisto.toml, line 2, key link: is integer; allowed: a table, [link]",
        );
        check(
            "[log]\nlevel = \"info\"\n",
            "kortisto.toml, key premises: is missing; allowed: a name of 1 to 80 characters in quotes, such as \
             \"Poikuekatu\"",
        );
        check(
            "premises = 4\n",
            "kortisto.toml, line 1, key premises: is integer; allowed: a name of 1 to 80 characters in quotes, such as \
             \"Poikuekatu\"",
        );
    }

    #[test]
    fn the_console_is_refused_off_loopback_with_the_reason() {
        let text = "premises = \"P\"\n[console]\naddress = \"192.0.2.7:7441\"\n";
        let error = Config::read(text, Path::new("k")).unwrap_err();
        assert_eq!(error.line, Some(3));
        assert_eq!(error.key, "console.address");
        assert!(error.problem.contains("must not be reachable"));
    }

    #[test]
    fn broken_toml_is_named_with_its_line() {
        let error = Config::read("premises = \"P\"\n[log\n", Path::new("k")).unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(error.problem.starts_with("not TOML: "), "{error}");
    }
}
