//! Who is at the browser: sessions in memory, and the pages that open, lock and end them.

pub(crate) mod lock;
pub(crate) mod login;
pub(crate) mod second;
pub(crate) mod setup;
pub(crate) mod undertaking;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use register::id::RecordId;

use crate::secret::{SecretError, Token};

/// Without a sign of a person for this long, a session locks.
const IDLE: SignedDuration = SignedDuration::from_mins(5);
/// A session ends after this long, whatever happens.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// How long the second factor may take after the password.
const HALF: SignedDuration = SignedDuration::from_mins(5);
/// The most sessions at a node; beyond it the one unused for longest ends.
const SESSIONS: usize = 512;

#[derive(Clone, Copy)]
struct Session {
    user: RecordId,
    csrf: Token,
    opened: Timestamp,
    active: Timestamp,
    locked: bool,
}

/// A session as one request sees it.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// Whose it is.
    pub(crate) user: RecordId,
    /// What every form of this session carries.
    pub(crate) csrf: Token,
    /// Whether the password is needed before anything else.
    pub(crate) locked: bool,
}

/// Every session at this node. A restart ends them all.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<[u8; 32], Session>>,
    /// Who has given the password and not yet the second factor, and since when.
    half: Mutex<HashMap<[u8; 32], (RecordId, Timestamp)>>,
}

impl Sessions {
    /// Opens a session and returns its token, in place of `old`.
    pub(crate) fn open(
        &self,
        user: RecordId,
        old: Option<Token>,
        now: Timestamp,
    ) -> Result<Token, SecretError> {
        let token = Token::new()?;
        let session = Session {
            user,
            csrf: Token::new()?,
            opened: now,
            active: now,
            locked: false,
        };
        let mut all = self.lock();
        if let Some(old) = old {
            all.remove(&old.fingerprint());
        }
        all.retain(|_, session| !session.is_over(now));
        if all.len() >= SESSIONS {
            forget_idlest(&mut all);
        }
        all.insert(token.fingerprint(), session);
        Ok(token)
    }

    /// Remembers that the password was right and the second factor is still to come.
    pub(crate) fn begin(&self, user: RecordId, now: Timestamp) -> Result<Token, SecretError> {
        let token = Token::new()?;
        let mut half = self.half.lock().unwrap_or_else(PoisonError::into_inner);
        half.retain(|_, (_, since)| now.duration_since(*since) <= HALF);
        if half.len() >= SESSIONS {
            half.clear();
        }
        half.insert(token.fingerprint(), (user, now));
        Ok(token)
    }

    /// Who gave the password under this token a moment ago.
    pub(crate) fn begun(&self, token: &Token, now: Timestamp) -> Option<RecordId> {
        let half = self.half.lock().unwrap_or_else(PoisonError::into_inner);
        let (user, since) = half.get(&token.fingerprint())?;
        (now.duration_since(*since) <= HALF).then_some(*user)
    }

    /// The session with this token. With `active`, the request is a sign of a person.
    pub(crate) fn find(&self, token: &Token, active: bool, now: Timestamp) -> Option<Known> {
        let mut all = self.lock();
        let session = all.get_mut(&token.fingerprint())?;
        if session.is_over(now) {
            all.remove(&token.fingerprint());
            return None;
        }
        if now.duration_since(session.active) > IDLE {
            session.locked = true;
        }
        if active && !session.locked {
            session.active = now;
        }
        Some(Known {
            user: session.user,
            csrf: session.csrf,
            locked: session.locked,
        })
    }

    /// Locks or unlocks a session under a new token, so that nothing kept under the old one still works.
    pub(crate) fn rotate(
        &self,
        old: &Token,
        locked: bool,
        now: Timestamp,
    ) -> Result<Option<Token>, SecretError> {
        let (token, csrf) = (Token::new()?, Token::new()?);
        let mut all = self.lock();
        let Some(session) = all.remove(&old.fingerprint()) else {
            return Ok(None);
        };
        let session = Session {
            csrf,
            locked,
            active: now,
            ..session
        };
        all.insert(token.fingerprint(), session);
        Ok(Some(token))
    }

    /// Ends a session, or a log-in that was half done.
    pub(crate) fn close(&self, token: &Token) {
        self.lock().remove(&token.fingerprint());
        let mut half = self.half.lock().unwrap_or_else(PoisonError::into_inner);
        half.remove(&token.fingerprint());
    }

    /// Ends every session of a user whose password or access changed, but for `kept`.
    pub(crate) fn close_all_of(&self, user: RecordId, kept: Option<&Token>) {
        let kept = kept.map(Token::fingerprint);
        self.lock()
            .retain(|key, session| session.user != user || Some(*key) == kept);
        let mut half = self.half.lock().unwrap_or_else(PoisonError::into_inner);
        half.retain(|_, (whose, _)| *whose != user);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_over(&self, now: Timestamp) -> bool {
        now.duration_since(self.opened) > LIFE
    }
}

fn forget_idlest(all: &mut HashMap<[u8; 32], Session>) {
    let idlest = all
        .iter()
        .min_by_key(|(_, session)| session.active)
        .map(|(key, _)| *key);
    if let Some(idlest) = idlest {
        all.remove(&idlest);
    }
}

/// The path in `next` if it leads to a page of this console, else `/`.
pub(crate) fn safe_next(next: &str) -> &str {
    let plain = next
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/-_=?&".contains(&b));
    let own = next.starts_with('/') && !next.starts_with("//");
    if plain && own && next.len() <= 200 {
        next
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_locks_when_idle_and_ends_after_half_a_day() {
        let sessions = Sessions::default();
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        let user = RecordId::from_bytes([1; 16]);
        let token = sessions.open(user, None, start).unwrap();
        let at = |minutes: i64| start + SignedDuration::from_mins(minutes);
        assert!(!sessions.find(&token, true, at(4)).unwrap().locked);
        assert!(!sessions.find(&token, false, at(8)).unwrap().locked);
        assert!(sessions.find(&token, true, at(10)).unwrap().locked);
        assert!(sessions.find(&token, true, at(10)).unwrap().locked);
        let fresh = sessions.rotate(&token, false, at(11)).unwrap().unwrap();
        assert!(sessions.find(&token, true, at(11)).is_none());
        assert!(!sessions.find(&fresh, true, at(11)).unwrap().locked);
        assert!(sessions.find(&fresh, true, at(721)).is_none());
    }

    #[test]
    fn sessions_of_one_user_end_together() {
        let sessions = Sessions::default();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let user = RecordId::from_bytes([1; 16]);
        let one = sessions.open(user, None, now).unwrap();
        let two = sessions.open(user, None, now).unwrap();
        sessions.close_all_of(user, Some(&two));
        assert!(sessions.find(&one, true, now).is_none());
        assert!(sessions.find(&two, true, now).is_some());
    }

    #[test]
    fn only_own_pages_are_led_back_to() {
        assert_eq!(safe_next("/clients/0a1b"), "/clients/0a1b");
        for bad in ["//evil", "http://evil", "/\\evil", "", "/a\r\nb"] {
            assert_eq!(safe_next(bad), "/", "{bad}");
        }
    }
}
