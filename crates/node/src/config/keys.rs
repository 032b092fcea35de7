//! The table `[keys]`: where the keys are, and what seals them.

use std::path::PathBuf;

use super::backup::absolute;
use super::{ConfigError, Section};

const PLACE_ALLOWED: &str =
    "an absolute path in quotes, such as \"/media/keys/kortisto\", on any volume";
const MASTER_ALLOWED: &str = "one of \"file\", \"credential\", \"passphrase\"";
const FILE_ALLOWED: &str = "the absolute path of a file in quotes";

/// Where the keys are, and what seals them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// Their directory; `None` for `keys/` in the node's own.
    pub directory: Option<PathBuf>,
    /// What seals them.
    pub master: Master,
    /// The file with the passphrase that sealed them before, when another secret takes its place.
    pub previous: Option<PathBuf>,
}

/// What seals the keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Master {
    /// A random key beside them.
    #[default]
    File,
    /// The credential that systemd passes to the service.
    Credential,
    /// The passphrase in this file.
    PassphraseFile(PathBuf),
}

impl Section<'_, '_> {
    /// The table `[keys]` of the file; its defaults when there is none.
    pub(super) fn keys(&self) -> Result<Keys, ConfigError> {
        let table = self.section("keys")?;
        table.only(&[
            "directory",
            "master",
            "passphrase_file",
            "previous_passphrase_file",
        ])?;
        let file = table.text("passphrase_file", FILE_ALLOWED, absolute)?;
        let master = table.text("master", MASTER_ALLOWED, |text| {
            ["file", "credential", "passphrase"]
                .into_iter()
                .find(|known| *known == text)
        })?;
        let fault = |problem: &str| {
            let at = table.value("passphrase_file").map(|(at, _)| at);
            let key = "keys.passphrase_file";
            self.reader.fault(at, key, problem.to_owned())
        };
        let master = match (master.unwrap_or("file"), file) {
            ("passphrase", Some(file)) => Master::PassphraseFile(file),
            ("passphrase", None) => {
                let problem = format!("is missing; allowed: {FILE_ALLOWED}");
                return Err(fault(&problem));
            }
            (_, Some(_)) => {
                return Err(fault(
                    "is there; allowed: only with keys.master = \"passphrase\"",
                ));
            }
            ("credential", None) => Master::Credential,
            (_, None) => Master::File,
        };
        Ok(Keys {
            directory: table.text("directory", PLACE_ALLOWED, absolute)?,
            master,
            previous: table.text("previous_passphrase_file", FILE_ALLOWED, absolute)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;
    use std::path::Path;

    fn check(table: &str, expected: Result<Keys, &str>) {
        let text = format!("premises = \"P\"\n[keys]\n{table}");
        let read = Config::read(&text, Path::new("k"));
        let read = read.map(|config| config.keys);
        match (read, expected) {
            (Ok(keys), Ok(expected)) => assert_eq!(keys, expected),
            (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
            (read, _) => panic!("{read:?}"),
        }
    }

    #[test]
    fn a_table_is_read_or_named() {
        check("", Ok(Keys::default()));
        check(
            "directory = \"/m/k\"\nmaster = \"passphrase\"\npassphrase_file = \"/e/p\"\n",
            Ok(Keys {
                directory: Some("/m/k".into()),
                master: Master::PassphraseFile("/e/p".into()),
                previous: None,
            }),
        );
        check(
            "master = \"credential\"\nprevious_passphrase_file = \"/e/p\"\n",
            Ok(Keys {
                directory: None,
                master: Master::Credential,
                previous: Some("/e/p".into()),
            }),
        );
        check("master = \"tpm\"\n", Err("line 3, key keys.master"));
        check("master = \"passphrase\"\n", Err("passphrase_file"));
        check("passphrase_file = \"/e/p\"\n", Err("line 3"));
        check("directory = \"keys\"\n", Err("absolute path"));
        check("secret = \"x\"\n", Err("unknown; allowed"));
    }
}
