//! Who can open a backup: whoever knows a passphrase, or holds the owner's key. The form is age's.

use std::fs;
use std::io::{BufRead, Read, Seek};
use std::path::Path;

use age::secrecy::{ExposeSecret as _, SecretString};
use age::stream::StreamReader;
use age::{Decryptor, Encryptor, x25519};
use zeroize::Zeroizing;

use super::envelope::Unopened;
use super::{Fault, Trouble};

/// scrypt's work for a passphrase, as a power of two: about a second and 256 MB on a mini PC.
const WORK: u8 = 18;
/// More work than this is refused, so that a foreign file can't hold up the machine.
const WORK_LIMIT: u8 = 20;
/// The longest file with a passphrase or a key, in bytes.
const FILE_LIMIT: u64 = 64 * 1024;
/// A passphrase shorter than this many characters is easy to guess.
const SHORT: usize = 12;

/// What a backup is closed with.
#[derive(Clone)]
pub enum Seal {
    /// A passphrase.
    Passphrase(SecretString),
    /// The owner's public key, `age1...`; the private one needs never be at the node.
    Recipient(Box<x25519::Recipient>),
}

impl core::fmt::Debug for Seal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Passphrase(_) => "Passphrase(redacted)",
            Self::Recipient(_) => "Recipient",
        })
    }
}

impl Seal {
    /// A passphrase that isn't empty.
    ///
    /// # Errors
    /// [`Trouble`] when it is.
    pub fn of_passphrase(passphrase: String) -> Result<Self, Trouble> {
        let passphrase = Zeroizing::new(passphrase);
        let text = passphrase.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            let sentence = "the passphrase is empty; write one of several words into its file";
            return Err(Trouble::new(Fault::Other, sentence));
        }
        if text.chars().count() < SHORT {
            tracing::warn!(
                "the passphrase of the backups is short; several words are harder to guess"
            );
        }
        Ok(Self::Passphrase(SecretString::from(text.to_owned())))
    }

    /// The passphrase in a file, without the line's end.
    ///
    /// # Errors
    /// [`Trouble`] when it can't be read or is empty.
    pub fn of_passphrase_file(path: &Path) -> Result<Self, Trouble> {
        Self::of_passphrase(secret_file(path, "the file with the passphrase")?)
    }

    /// A public key.
    ///
    /// # Errors
    /// [`Trouble`] when it is none.
    pub fn of_recipient(text: &str) -> Result<Self, Trouble> {
        match text.trim().parse() {
            Ok(recipient) => Ok(Self::Recipient(Box::new(recipient))),
            Err(_) => Err(Trouble::new(
                Fault::Other,
                "the recipient is no public key of age: one begins with age1 and has 62 characters",
            )),
        }
    }

    /// Something to encrypt with, and what opens the result for reading it back. With a public key
    /// that is a second key, made for this file and gone afterwards.
    pub(super) fn encryptor(&self) -> Result<(Encryptor, Key), Trouble> {
        let failed = |_| Trouble::new(Fault::Other, "the backup could not be encrypted");
        match self {
            Self::Passphrase(passphrase) => {
                let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
                recipient.set_work_factor(WORK);
                let recipients = core::iter::once(&recipient as &dyn age::Recipient);
                let encryptor = Encryptor::with_recipients(recipients).map_err(failed)?;
                Ok((encryptor, Key::Passphrase(passphrase.clone())))
            }
            Self::Recipient(owner) => {
                let passing = x25519::Identity::generate();
                let ours = passing.to_public();
                let recipients = [owner.as_ref() as &dyn age::Recipient, &ours];
                let encryptor =
                    Encryptor::with_recipients(recipients.into_iter()).map_err(failed)?;
                Ok((encryptor, Key::Identities(vec![passing])))
            }
        }
    }
}

/// What a backup is opened with.
pub enum Key {
    /// A passphrase.
    Passphrase(SecretString),
    /// Private keys, of which one may fit.
    Identities(Vec<x25519::Identity>),
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Key(redacted)")
    }
}

impl Key {
    /// The passphrase in a file.
    ///
    /// # Errors
    /// As [`Seal::of_passphrase_file`].
    pub fn of_passphrase_file(path: &Path) -> Result<Self, Trouble> {
        match Seal::of_passphrase_file(path)? {
            Seal::Passphrase(passphrase) => Ok(Self::Passphrase(passphrase)),
            Seal::Recipient(_) => Ok(Self::Identities(Vec::new())),
        }
    }

    /// The private keys in a file of age, `AGE-SECRET-KEY-1...`, one a line.
    ///
    /// # Errors
    /// [`Trouble`] when the file can't be read or holds none.
    pub fn of_identity_file(path: &Path) -> Result<Self, Trouble> {
        let text = Zeroizing::new(secret_file(path, "the file with the private key")?);
        let lines = text.lines().map(str::trim);
        let keys: Vec<x25519::Identity> = lines
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.parse().ok())
            .collect();
        if keys.is_empty() {
            return Err(Trouble::new(
                Fault::Other,
                format!(
                    "{} holds no private key of age: one begins with AGE-SECRET-KEY-1",
                    path.display()
                ),
            ));
        }
        Ok(Self::Identities(keys))
    }

    /// Opens what begins where `input` stands.
    pub(super) fn open<R: BufRead + Read + Seek>(
        &self,
        input: R,
    ) -> Result<StreamReader<R>, Unopened> {
        let decryptor = Decryptor::new_buffered(input).map_err(unopened)?;
        match (self, decryptor.is_scrypt()) {
            (Self::Passphrase(passphrase), true) => {
                let mut identity = age::scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(WORK_LIMIT);
                let opened = decryptor.decrypt(core::iter::once(&identity as &dyn age::Identity));
                opened.map_err(|error| match error {
                    age::DecryptError::DecryptionFailed
                    | age::DecryptError::KeyDecryptionFailed
                    | age::DecryptError::NoMatchingKeys => Unopened::Passphrase,
                    other => unopened(other),
                })
            }
            (Self::Identities(keys), false) => {
                let keys = keys.iter().map(|key| key as &dyn age::Identity);
                decryptor.decrypt(keys).map_err(|error| match error {
                    age::DecryptError::NoMatchingKeys => Unopened::Key,
                    other => unopened(other),
                })
            }
            (Self::Passphrase(_), false) => Err(Unopened::WantsKey),
            (Self::Identities(_), true) => Err(Unopened::WantsPassphrase),
        }
    }
}

fn unopened(error: age::DecryptError) -> Unopened {
    match error {
        age::DecryptError::Io(error) => Unopened::of_io(&error),
        _ => Unopened::Damaged,
    }
}

fn secret_file(path: &Path, what: &str) -> Result<String, Trouble> {
    let doing = format!("read {what}, {}", path.display());
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Trouble::new(Fault::Other, format!("could not {doing}: no such file"))
        }
        std::io::ErrorKind::PermissionDenied => Trouble::new(
            Fault::Other,
            format!("could not {doing}: permission denied"),
        ),
        _ => Trouble::io(&doing, error),
    };
    let length = fs::metadata(path).map_err(|error| failed(&error))?.len();
    if length > FILE_LIMIT {
        let sentence = format!("could not {doing}: larger than {FILE_LIMIT} bytes");
        return Err(Trouble::new(Fault::Other, sentence));
    }
    fs::read_to_string(path).map_err(|error| failed(&error))
}

/// The passphrase, for the way to a running node.
#[must_use]
pub fn exposed(seal: &Seal) -> (Option<String>, Option<String>) {
    match seal {
        Seal::Passphrase(passphrase) => (Some(passphrase.expose_secret().to_owned()), None),
        Seal::Recipient(recipient) => (None, Some(recipient.to_string())),
    }
}
