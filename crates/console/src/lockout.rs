//! Guessing passwords is slowed down by account and by browser, never by address: a shop is one address.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// Attempts before the first delay.
const FREE: u32 = 5;
/// The first delay in seconds; each further attempt doubles it.
const FIRST_DELAY: i64 = 15;
/// The longest delay in seconds.
const LONGEST_DELAY: i64 = 15 * 60;
/// After this long without an attempt everything is forgotten, in seconds.
const FORGET_AFTER: i64 = 24 * 3600;
/// The most accounts and browsers remembered.
const REMEMBERED: usize = 4096;

/// Whose attempts are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// An account by the name that was typed, whether it exists or not.
    pub(crate) fn account(name: &str) -> Self {
        Self::of("account", register::directory::fold(name.trim()).as_bytes())
    }

    /// The second factor of an account: a right password forgives no wrong codes.
    pub(crate) fn factor(user: register::id::RecordId) -> Self {
        Self::of("factor", user.as_bytes())
    }

    /// The quick code of an account.
    pub(crate) fn quick(user: register::id::RecordId) -> Self {
        Self::of("quick", user.as_bytes())
    }

    /// A token of the API that does not work, by its SHA-256.
    pub(crate) fn token(fingerprint: &[u8; 32]) -> Self {
        Self::of("token", fingerprint)
    }

    /// Everybody who comes to the API with a token that does not work. Who has one that does is never kept waiting.
    pub(crate) fn strangers() -> Self {
        Self::of("strangers", &[])
    }

    /// A browser by its own random number.
    pub(crate) fn device(fingerprint: &[u8; 32]) -> Self {
        Self::of("device", fingerprint)
    }

    fn of(kind: &str, bytes: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(kind);
        hasher.update([0]);
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
}

impl Failures {
    fn free_at(self) -> Timestamp {
        let Some(over) = self.count.checked_sub(FREE) else {
            return self.last;
        };
        let delay = FIRST_DELAY << over.min(10);
        later(self.last, delay.min(LONGEST_DELAY))
    }
}

/// Failed attempts by account and by browser.
#[derive(Default)]
pub(crate) struct Lockout(Mutex<HashMap<Key, Failures>>);

impl Lockout {
    /// Counts an attempt as failed before it is made, so that many at once don't slip through.
    ///
    /// # Errors
    /// How long to wait, when it is too early for any of the keys; then nothing is counted.
    pub(crate) fn attempt(&self, keys: &[Key], now: Timestamp) -> Result<(), SignedDuration> {
        let mut all = self.lock();
        let wait = keys
            .iter()
            .filter_map(|key| all.get(key))
            .map(|failures| failures.free_at().duration_since(now))
            .max();
        if let Some(wait) = wait
            && wait > SignedDuration::ZERO
        {
            return Err(wait);
        }
        all.retain(|_, failures| now < later(failures.last, FORGET_AFTER));
        for key in keys {
            if all.len() >= REMEMBERED && !all.contains_key(key) {
                forget_oldest(&mut all);
            }
            let failures = all.entry(*key).or_insert(Failures {
                count: 0,
                last: now,
            });
            failures.count = failures.count.saturating_add(1);
            failures.last = now;
        }
        Ok(())
    }

    /// The attempt was right after all.
    pub(crate) fn forgive(&self, keys: &[Key]) {
        let mut all = self.lock();
        for key in keys {
            all.remove(key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

fn forget_oldest(all: &mut HashMap<Key, Failures>) {
    let oldest = all
        .iter()
        .min_by_key(|(_, failures)| failures.last)
        .map(|(key, _)| *key);
    if let Some(oldest) = oldest {
        all.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_ends_with_a_right_attempt() {
        let lockout = Lockout::default();
        let keys = [Key::account(" Maija "), Key::device(&[1; 32])];
        let mut now = Timestamp::from_second(1_700_000_000).unwrap();
        for _ in 0..FREE {
            assert_eq!(lockout.attempt(&keys, now), Ok(()));
        }
        let wait = lockout.attempt(&keys, now).unwrap_err();
        assert_eq!(wait.as_secs(), FIRST_DELAY);
        let elsewhere = [Key::account("maija"), Key::device(&[2; 32])];
        assert!(lockout.attempt(&elsewhere, now).is_err());
        let other_account = [Key::account("liisa"), Key::device(&[1; 32])];
        assert!(lockout.attempt(&other_account, now).is_err());

        now = later(now, FIRST_DELAY);
        assert_eq!(lockout.attempt(&keys, now), Ok(()));
        assert_eq!(
            lockout.attempt(&keys, now).unwrap_err().as_secs(),
            2 * FIRST_DELAY
        );
        for _ in 0..40 {
            now = later(now, LONGEST_DELAY);
            assert_eq!(lockout.attempt(&keys, now), Ok(()));
        }
        lockout.forgive(&keys);
        assert_eq!(lockout.attempt(&keys, now), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let lockout = Lockout::default();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        for number in 0..REMEMBERED + 10 {
            let key = Key::account(&number.to_string());
            assert_eq!(lockout.attempt(&[key], now), Ok(()));
        }
        assert_eq!(lockout.lock().len(), REMEMBERED);
    }
}
