//! Random tokens, passwords and one-time codes.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use register::people::{PasswordHash, SetupCode};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 15;
/// The most characters of a password: hashing takes time with length.
pub const PASSWORD_MAX: usize = 200;
/// Memory of one hash in KiB.
const HASH_MEMORY: u32 = 32 * 1024;
/// Passes of one hash.
const HASH_PASSES: u32 = 3;
/// How many hashes are made at once: each takes a core and [`HASH_MEMORY`].
const HASHES_AT_ONCE: usize = 2;
/// How long a one-time code works.
const CODE_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Characters of a one-time code: none can be mistaken for another. 32 of them, 5 bits each.
const CODE_LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Length of a one-time code: 100 bits.
const CODE_LENGTH: usize = 20;

/// What people in a Finnish beauty clinic think of first, which lists from elsewhere lack.
const COMMON: &str = "salasana salasanani lösenord kortisto kauneus kauneushoitola hoitola asiakas asiakkaat lahti \
     poikuekatu aleksanterinkatu tervetuloa rakkaus perkele suomi finland helsinki hevonen koira kissa kesä talvi \
     syksy kevät tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu \
     joulukuu maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai qwertyuiopå qwertyuiopåäö \
     asdfghjklöä vappu juhannus joulu omistaja pääkäyttäjä vastaanotto";

/// The operating system gave no randomness, or a password can't be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No randomness from the operating system.
    #[error("the operating system gives no random numbers")]
    Randomness,
    /// argon2 refused, for want of memory.
    #[error("the password could not be hashed")]
    Hash,
}

/// 32 random bytes that name a session, a browser or a form.
#[derive(Clone, Copy)]
pub(crate) struct Token([u8; 32]);

impl Token {
    pub(crate) fn new() -> Result<Self, SecretError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| SecretError::Randomness)?;
        Ok(Self(bytes))
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What stands in the place of a text that is no token: itself no token of anybody.
    pub(crate) fn of_text(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// What a token is known by here: whoever reads memory or a log of keys can't use it.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// A token that belongs to this one and to `key`.
    pub(crate) fn derive(&self, key: &Self) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(key.0);
        hasher.update(self.0);
        Self(hasher.finalize().into())
    }

    /// Bytes that this token and `key` make together, for the purpose named.
    pub(crate) fn bytes_for<const N: usize>(&self, key: &Self, purpose: &str) -> [u8; N] {
        let mut hasher = Sha256::new();
        hasher.update(purpose);
        hasher.update([0]);
        hasher.update(self.derive(key).0);
        let mut bytes = [0; N];
        bytes
            .iter_mut()
            .zip(hasher.finalize())
            .for_each(|(to, from)| *to = from);
        bytes
    }

    pub(crate) fn is(&self, text: &str) -> bool {
        Self::read(text).is_some_and(|other| self.0.ct_eq(&other.0).into())
    }
}

fn argon2() -> Result<Argon2<'static>, SecretError> {
    let params = Params::new(HASH_MEMORY, HASH_PASSES, 1, None).map_err(|_| SecretError::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The argon2id hash of a password, in PHC form (RFC 9106). Takes tens of milliseconds and 32 MiB.
///
/// # Errors
/// [`SecretError`] when there is no randomness or no memory.
pub fn hash_password(password: &str) -> Result<PasswordHash, SecretError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(|_| SecretError::Randomness)?;
    let hash: phc::PasswordHash = argon2()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|_| SecretError::Hash)?;
    Ok(PasswordHash(hash.to_string()))
}

fn verify_password(password: &str, hash: &PasswordHash) -> bool {
    let Ok(argon2) = argon2() else { return false };
    phc::PasswordHash::new(&hash.0)
        .is_ok_and(|parsed| argon2.verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Whether fewer than 10^10 guesses find it: by lists of common passwords, names and words, by keyboard runs,
/// repetition and dates, and by what people here think of first.
fn is_guessable(password: &str, known: &[String]) -> bool {
    let words: Vec<&str> = known
        .iter()
        .flat_map(|text| text.split_whitespace())
        .chain(COMMON.split_whitespace())
        .collect();
    zxcvbn::zxcvbn(password, &words).score() < zxcvbn::Score::Four
}

/// Hashes on worker threads, at most [`HASHES_AT_ONCE`] at a time.
#[derive(Clone)]
pub(crate) struct Hashing {
    turns: Arc<Semaphore>,
    /// Checked for users that don't exist or have no password, so that both take as long.
    nobody: PasswordHash,
}

impl Hashing {
    pub(crate) fn new() -> Result<Self, SecretError> {
        Ok(Self {
            turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            nobody: hash_password(&Token::new()?.text())?,
        })
    }

    /// Whether the password is right; takes the same work when there is no hash.
    pub(crate) async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<PasswordHash>,
    ) -> bool {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let Ok(turn) = self.turns.clone().acquire_owned().await else {
            return false;
        };
        let right = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            verify_password(&password, &hash)
        });
        right.await.unwrap_or(false) && known
    }

    /// Whether a password is soon guessed by somebody who tries common ones, `known` words first.
    pub(crate) async fn is_guessable(
        &self,
        password: Zeroizing<String>,
        known: Vec<String>,
    ) -> bool {
        let Ok(turn) = self.turns.clone().acquire_owned().await else {
            return true;
        };
        let guessing = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            is_guessable(&password, &known)
        });
        guessing.await.unwrap_or(true)
    }

    pub(crate) async fn hash(
        &self,
        password: Zeroizing<String>,
    ) -> Result<PasswordHash, SecretError> {
        let turn = self.turns.clone().acquire_owned().await;
        let turn = turn.map_err(|_| SecretError::Hash)?;
        let hashing = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hash_password(&password)
        });
        hashing.await.map_err(|_| SecretError::Hash)?
    }
}

/// A new one-time code in groups of four, such as `7GQK-0V2M-...`, and what the register keeps of it.
///
/// The code itself is shown once and kept nowhere. It works for seven days.
///
/// # Errors
/// [`SecretError::Randomness`].
pub fn setup_code(now: Timestamp) -> Result<(String, SetupCode), SecretError> {
    let (shown, hash) = fresh_code()?;
    let code = SetupCode {
        hash,
        expires: now.checked_add(CODE_LIFE).unwrap_or(now),
    };
    Ok((shown, code))
}

/// A random code in groups of four, and its SHA-256.
pub(crate) fn fresh_code() -> Result<(String, [u8; 32]), SecretError> {
    let mut random = [0; CODE_LENGTH];
    getrandom::fill(&mut random).map_err(|_| SecretError::Randomness)?;
    let letters: String = random
        .iter()
        .filter_map(|byte| CODE_LETTERS.get(usize::from(byte & 31)))
        .map(|letter| char::from(*letter))
        .collect();
    let mut shown = String::new();
    for (at, letter) in letters.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            shown.push('-');
        }
        shown.push(letter);
    }
    Ok((shown, Sha256::digest(letters.as_bytes()).into()))
}

/// A code that nobody can enter: what stands in the place of a used one.
pub(crate) const fn spent_code() -> SetupCode {
    SetupCode {
        hash: [0; 32],
        expires: Timestamp::UNIX_EPOCH,
    }
}

/// Whether `input` is the code, and still works.
pub(crate) fn is_setup_code(input: &str, code: &SetupCode, now: Timestamp) -> bool {
    is_code(input, &code.hash) && now < code.expires
}

/// Whether `input`, in any spacing and case, is the code with this SHA-256.
pub(crate) fn is_code(input: &str, hash: &[u8; 32]) -> bool {
    let letters: String = input
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(CODE_LENGTH + 1)
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    let given: [u8; 32] = Sha256::digest(letters.as_bytes()).into();
    let right: bool = given.ct_eq(hash).into();
    right && letters.len() == CODE_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_right_only_as_it_was() {
        let hash = hash_password("kolme pientä porsasta").unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=32768,t=3,p=1$"));
        assert!(verify_password("kolme pientä porsasta", &hash));
        assert!(!verify_password("kolme pienta porsasta", &hash));
        assert!(!verify_password("", &PasswordHash("rubbish".into())));
    }

    #[test]
    fn a_code_is_read_in_any_spacing_and_case_until_it_expires() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let (shown, code) = setup_code(now).unwrap();
        assert_eq!(shown.len(), CODE_LENGTH + 4);
        let spoken = shown.replace('-', " ").to_lowercase().replace('0', "o");
        assert!(is_setup_code(&shown, &code, now));
        assert!(is_setup_code(&spoken, &code, now));
        assert!(!is_setup_code(
            &shown,
            &code,
            now + SignedDuration::from_hours(169)
        ));
        assert!(!is_setup_code(&shown, &spent_code(), now));
        assert!(!is_setup_code("", &spent_code(), now));
    }

    #[test]
    fn tokens_differ_and_read_back() {
        let (one, two) = (Token::new().unwrap(), Token::new().unwrap());
        assert!(one.is(&one.text()));
        assert!(!one.is(&two.text()));
        assert!(!one.is(""));
    }
}
