//! The table `[backup]`: backups by schedule.

use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use toml::de::DeValue;

use super::{ConfigError, Section};
use crate::backup::KEEP_DAYS;
use crate::backup::seal::Seal;

/// Hours from one backup to the next, when nothing else is said.
const EVERY_HOURS: u16 = 24;
/// The longest time from one backup to the next, in hours: a week.
const EVERY_LIMIT: u16 = 7 * 24;

const PLACE_ALLOWED: &str =
    "an absolute path in quotes, such as \"/media/stick/kortisto\"; the directory has to be there";
const FILE_ALLOWED: &str = "the absolute path of a file in quotes";
const RECIPIENT_ALLOWED: &str = "a public key of age in quotes, which begins with age1";
const SEALED_ALLOWED: &str = "exactly one of passphrase_file and recipient";

/// Backups by schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The directory they go to. It is looked up anew each time and never made.
    pub to: PathBuf,
    /// Who can open them.
    pub sealed_to: SealedTo,
    /// Hours from one to the next.
    pub every_hours: u16,
    /// Older ones are removed: days, 1 to 35.
    pub keep_days: u16,
}

/// Who can open a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedTo {
    /// Whoever knows the passphrase in this file.
    PassphraseFile(PathBuf),
    /// Whoever holds the private key to this public one, `age1...`.
    Recipient(String),
}

impl Backup {
    /// The time from one to the next.
    #[must_use]
    pub fn every(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.every_hours))
    }
}

impl Section<'_, '_> {
    /// The table `[backup]` of the file, if there is one.
    pub(super) fn backup(&self) -> Result<Option<Backup>, ConfigError> {
        if self.value("backup").is_none() {
            return Ok(None);
        }
        let table = self.section("backup")?;
        table.only(&[
            "to",
            "passphrase_file",
            "recipient",
            "every_hours",
            "keep_days",
        ])?;
        let to = table.text("to", PLACE_ALLOWED, absolute)?;
        let file = table.text("passphrase_file", FILE_ALLOWED, absolute)?;
        let recipient = table.text("recipient", RECIPIENT_ALLOWED, |text| {
            Seal::of_recipient(text).is_ok().then(|| text.to_owned())
        })?;
        let missing = |key: &str, allowed: &str| {
            let problem = format!("is missing; allowed: {allowed}");
            self.reader.fault(None, &format!("backup.{key}"), problem)
        };
        let sealed_to = match (file, recipient) {
            (Some(file), None) => SealedTo::PassphraseFile(file),
            (None, Some(recipient)) => SealedTo::Recipient(recipient),
            (None, None) => return Err(missing("passphrase_file", SEALED_ALLOWED)),
            (Some(_), Some(_)) => {
                let at = table.value("recipient").map(|(at, _)| at);
                let problem = format!("is there beside passphrase_file; allowed: {SEALED_ALLOWED}");
                return Err(self.reader.fault(at, "backup.recipient", problem));
            }
        };
        Ok(Some(Backup {
            to: to.ok_or_else(|| missing("to", PLACE_ALLOWED))?,
            sealed_to,
            every_hours: table
                .number("every_hours", EVERY_LIMIT)?
                .unwrap_or(EVERY_HOURS),
            keep_days: table.number("keep_days", KEEP_DAYS)?.unwrap_or(KEEP_DAYS),
        }))
    }

    /// A whole number from 1 to `limit`.
    pub(super) fn number(&self, name: &str, limit: u16) -> Result<Option<u16>, ConfigError> {
        let Some((at, value)) = self.value(name) else {
            return Ok(None);
        };
        let found = match value.get_ref() {
            DeValue::Integer(number) => {
                let parsed = u16::from_str_radix(number.as_str(), number.radix());
                match parsed {
                    Ok(number) if (1..=limit).contains(&number) => return Ok(Some(number)),
                    _ => number.as_str().to_owned(),
                }
            }
            other => other.type_str().to_owned(),
        };
        let problem = format!("is {found}; allowed: a whole number from 1 to {limit}");
        Err(self.reader.fault(Some(at), &self.key(name), problem))
    }
}

pub(super) fn absolute(text: &str) -> Option<PathBuf> {
    let path = Path::new(text);
    path.is_absolute().then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn read(rest: &str) -> Result<Option<Backup>, String> {
        let text = format!("premises = \"P\"\n[backup]\n{rest}");
        Config::read(&text, Path::new("k"))
            .map(|config| config.backup)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_schedule_has_a_place_and_somebody_who_can_open_it() {
        let backup = read("to = \"/m/k\"\npassphrase_file = \"/e/p\"\n");
        assert_eq!(
            backup,
            Ok(Some(Backup {
                to: "/m/k".into(),
                sealed_to: SealedTo::PassphraseFile("/e/p".into()),
                every_hours: 24,
                keep_days: 35,
            }))
        );
        let key = age::x25519::Identity::generate().to_public().to_string();
        let text = format!("to = \"/m\"\nrecipient = \"{key}\"\nevery_hours = 12\nkeep_days = 7\n");
        let backup = read(&text).unwrap().unwrap();
        assert_eq!(backup.sealed_to, SealedTo::Recipient(key));
        assert_eq!((backup.every_hours, backup.keep_days), (12, 7));
        let none = Config::read("premises = \"P\"\n", Path::new("k")).unwrap();
        assert_eq!(none.backup, None);
    }

    #[test]
    fn mistakes_are_named_with_line_key_and_what_is_allowed() {
        let sealed = "passphrase_file = \"/e/p\"\n";
        let check = |rest: &str, expected: &str| {
            let error = read(rest).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        };
        check(
            "to = \"m\"\n",
            "k, line 3, key backup.to: is \"m\"; allowed: an absolute path",
        );
        check(sealed, "k, key backup.to: is missing; allowed: an absolute");
        check(
            "to = \"/m\"\n",
            "k, key backup.passphrase_file: is missing; allowed: exactly one of",
        );
        check(
            "to = \"/m\"\npassphrase_file = \"/e\"\nrecipient = \"age1\"\n",
            "k, line 5, key backup.recipient: is \"age1\"; allowed: a public key",
        );
        for keep in ["0", "36", "\"x\""] {
            check(
                &format!("to = \"/m\"\n{sealed}keep_days = {keep}\n"),
                "k, line 5, key backup.keep_days: is ",
            );
        }
        check(
            &format!("to = \"/m\"\n{sealed}colour = 1\n"),
            "k, line 5, key backup.colour: unknown; allowed: backup.to, ",
        );
    }
}
