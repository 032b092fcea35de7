//! A user's phone with an authenticator (RFC 6238).

use anyhow::Context as _;
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use totp_rs::{Builder, Totp};

/// Seconds that a code stands.
const STEP: u64 = 30;

/// A phone that was told a secret.
pub struct Phone(Totp);

impl Phone {
    /// A phone into which the key was typed that the page shows, in groups of letters.
    ///
    /// # Errors
    /// When it is no key.
    pub fn told(key: &str) -> anyhow::Result<Self> {
        let key: String = key.chars().filter(|letter| *letter != ' ').collect();
        let secret = BASE32_NOPAD.decode(key.as_bytes())?;
        let builder = Builder::new()
            .with_secret(secret)
            .with_account_name("phone");
        Ok(Self(builder.build()?))
    }

    /// The code that it shows so many steps of half a minute from now.
    ///
    /// # Errors
    /// When the clock stands before 1970.
    pub fn code(&self, ahead: u64) -> anyhow::Result<String> {
        let now = u64::try_from(Timestamp::now().as_second()).context("the clock")?;
        Ok(self.0.generate(now + ahead * STEP).to_string())
    }
}
