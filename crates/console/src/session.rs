//! Who is at the browser: sessions in memory, and the pages that open, lock and end them.
//!
//! Several people share a browser at the reception: each has a session of their own, of which one is in use and the
//! others are locked. Which they are is known by the browser's own number.

pub(crate) mod confirm;
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

/// A session ends after this long, whatever happens.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// How long the second factor may take after the password.
const HALF: SignedDuration = SignedDuration::from_mins(5);
/// How long somebody who gave the password or a full log-in need not give it again for what can't be undone.
const PROOF: SignedDuration = SignedDuration::from_mins(5);
/// Wrong quick codes after which a session opens by the password only.
const QUICK_TRIES: u8 = 5;
/// The most sessions of one browser; beyond it the one unused for longest ends.
const SHARED: usize = 12;
/// The most sessions at a node; beyond it the one unused for longest ends.
const SESSIONS: usize = 512;

#[derive(Clone, Copy)]
struct Session {
    user: RecordId,
    /// The fingerprint of the browser's number.
    device: [u8; 32],
    csrf: Token,
    opened: Timestamp,
    active: Timestamp,
    /// When the password was given last.
    proved: Timestamp,
    locked: bool,
    /// Wrong quick codes since.
    misses: u8,
}

/// A session as one request sees it.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// Whose it is.
    pub(crate) user: RecordId,
    /// What every form of this session carries.
    pub(crate) csrf: Token,
    /// Whether the password or the quick code is needed before anything else.
    pub(crate) locked: bool,
    /// Whether the password was given a moment ago.
    pub(crate) proved: bool,
}

/// What opens a locked session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// The password.
    Password,
    /// The quick code, which proves less.
    Quick,
}

/// Every session at this node. A restart ends them all.
pub(crate) struct Sessions {
    /// Without a sign of a person for this long, a session locks.
    idle: SignedDuration,
    open: Mutex<HashMap<[u8; 32], Session>>,
    /// Whose sessions locked themselves, until that is in the audit log.
    untold: Mutex<Vec<RecordId>>,
    /// Who has given the password and not yet the second factor, and since when.
    half: Mutex<HashMap<[u8; 32], (RecordId, Timestamp)>>,
}

impl Sessions {
    pub(crate) fn new(idle: SignedDuration) -> Self {
        Self {
            idle,
            open: Mutex::default(),
            untold: Mutex::default(),
            half: Mutex::default(),
        }
    }

    /// Opens a session in this browser and returns its token. One of the same user there ends; another's is locked.
    pub(crate) fn open(
        &self,
        user: RecordId,
        device: &Token,
        now: Timestamp,
    ) -> Result<Token, SecretError> {
        let token = Token::new()?;
        let device = device.fingerprint();
        let session = Session {
            user,
            device,
            csrf: Token::new()?,
            opened: now,
            active: now,
            proved: now,
            locked: false,
            misses: 0,
        };
        let mut all = self.lock();
        all.retain(|_, session| !session.is_over(now));
        all.retain(|_, session| session.device != device || session.user != user);
        lock_others(&mut all, device);
        let here = all.values().filter(|session| session.device == device);
        if here.count() >= SHARED {
            forget_idlest(&mut all, |session| session.device == device);
        }
        if all.len() >= SESSIONS {
            forget_idlest(&mut all, |_| true);
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
        if session.locks_itself(self.idle, now) {
            self.untold().push(session.user);
        }
        if active && !session.locked {
            session.active = now;
        }
        Some(Known {
            user: session.user,
            csrf: session.csrf,
            locked: session.locked,
            proved: now.duration_since(session.proved) <= PROOF,
        })
    }

    /// Locks every session that nobody used for too long, and takes whose they were: once for each lock.
    pub(crate) fn take_locked(&self, now: Timestamp) -> Vec<RecordId> {
        let mut all = self.lock();
        all.retain(|_, session| !session.is_over(now));
        let locked = all
            .values_mut()
            .filter_map(|session| session.locks_itself(self.idle, now).then_some(session.user));
        let mut untold = self.untold();
        untold.extend(locked);
        core::mem::take(&mut *untold)
    }

    /// Gives back what could not be told, for another try.
    pub(crate) fn give_back(&self, users: impl IntoIterator<Item = RecordId>) {
        self.untold().extend(users);
    }

    fn untold(&self) -> MutexGuard<'_, Vec<RecordId>> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks a session under a new token, so that nothing kept under the old one still works.
    pub(crate) fn shut(&self, old: &Token, now: Timestamp) -> Result<Option<Token>, SecretError> {
        let found = |key: &[u8; 32], _: &Session| *key == old.fingerprint();
        self.renew(found, |session| {
            session.locked = true;
            session.active = now;
        })
    }

    /// Opens a user's session in this browser again, under a new token; every other one there is locked.
    pub(crate) fn unlock(
        &self,
        user: RecordId,
        device: &Token,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Option<Token>, SecretError> {
        let device = device.fingerprint();
        lock_others(&mut self.lock(), device);
        let found = |_: &[u8; 32], session: &Session| {
            session.device == device && session.user == user && !session.is_over(now)
        };
        self.renew(found, |session| {
            session.locked = false;
            session.active = now;
            session.misses = 0;
            if proof == Proof::Password {
                session.proved = now;
            }
        })
    }

    /// The password was given again in a session that is open; it goes on under a new token.
    pub(crate) fn prove(&self, old: &Token, now: Timestamp) -> Result<Option<Token>, SecretError> {
        let found =
            |key: &[u8; 32], session: &Session| *key == old.fingerprint() && !session.locked;
        self.renew(found, |session| {
            session.active = now;
            session.proved = now;
        })
    }

    fn renew(
        &self,
        found: impl Fn(&[u8; 32], &Session) -> bool,
        change: impl FnOnce(&mut Session),
    ) -> Result<Option<Token>, SecretError> {
        let (token, csrf) = (Token::new()?, Token::new()?);
        let mut all = self.lock();
        let old = all.iter().find(|(key, session)| found(key, session));
        let Some(mut session) = old.map(|(key, _)| *key).and_then(|key| all.remove(&key)) else {
            return Ok(None);
        };
        session.csrf = csrf;
        change(&mut session);
        all.insert(token.fingerprint(), session);
        Ok(Some(token))
    }

    /// Who has a session in this browser, whoever used it last first.
    pub(crate) fn here(&self, device: &Token, now: Timestamp) -> Vec<RecordId> {
        let device = device.fingerprint();
        let all = self.lock();
        let mut here: Vec<&Session> = all
            .values()
            .filter(|session| session.device == device && !session.is_over(now))
            .collect();
        here.sort_by_key(|session| core::cmp::Reverse(session.active));
        here.iter().map(|session| session.user).collect()
    }

    /// Counts a try of a user's quick code in this browser; false when there were too many since the session was
    /// open last.
    pub(crate) fn try_quick(&self, user: RecordId, device: &Token) -> bool {
        let device = device.fingerprint();
        let mut all = self.lock();
        let mut found = all
            .values_mut()
            .filter(|session| session.device == device && session.user == user);
        let Some(session) = found.next() else {
            return false;
        };
        session.misses = session.misses.saturating_add(1);
        session.misses <= QUICK_TRIES
    }

    /// Whether a user's quick code still opens their session in this browser.
    pub(crate) fn takes_quick(&self, user: RecordId, device: &Token) -> bool {
        let device = device.fingerprint();
        self.lock().values().any(|session| {
            session.device == device && session.user == user && session.misses < QUICK_TRIES
        })
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

    /// Locks the session if nobody used it for too long; whether that happened now.
    fn locks_itself(&mut self, idle: SignedDuration, now: Timestamp) -> bool {
        let locks = !self.locked && now.duration_since(self.active) > idle;
        self.locked |= locks;
        locks
    }
}

fn lock_others(all: &mut HashMap<[u8; 32], Session>, device: [u8; 32]) {
    for session in all.values_mut() {
        session.locked |= session.device == device;
    }
}

fn forget_idlest(all: &mut HashMap<[u8; 32], Session>, which: impl Fn(&Session) -> bool) {
    let idlest = all
        .iter()
        .filter(|(_, session)| which(session))
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

    const START: Timestamp = Timestamp::constant(1_700_000_000, 0);

    fn at(minutes: i64) -> Timestamp {
        START + SignedDuration::from_mins(minutes)
    }

    fn sessions() -> Sessions {
        Sessions::new(SignedDuration::from_mins(5))
    }

    fn user(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    #[test]
    fn a_session_locks_when_idle_and_ends_after_half_a_day() {
        let (sessions, device) = (sessions(), Token::new().unwrap());
        let token = sessions.open(user(1), &device, START).unwrap();
        assert!(!sessions.find(&token, true, at(4)).unwrap().locked);
        assert!(!sessions.find(&token, false, at(8)).unwrap().locked);
        assert!(sessions.find(&token, true, at(10)).unwrap().locked);
        assert!(sessions.find(&token, true, at(10)).unwrap().locked);
        let fresh = sessions.unlock(user(1), &device, Proof::Quick, at(11));
        let fresh = fresh.unwrap().unwrap();
        assert!(sessions.find(&token, true, at(11)).is_none());
        assert!(!sessions.find(&fresh, true, at(11)).unwrap().locked);
        assert!(sessions.find(&fresh, true, at(721)).is_none());
        assert!(sessions.here(&device, at(721)).is_empty());
    }

    #[test]
    fn each_lock_is_told_once_whoever_sees_it_first() {
        let (sessions, device) = (sessions(), Token::new().unwrap());
        let here = sessions.open(user(1), &device, START).unwrap();
        sessions
            .open(user(2), &Token::new().unwrap(), START)
            .unwrap();
        assert!(sessions.take_locked(at(5)).is_empty());
        // A page of one of them asks first; the sweep finds the other.
        assert!(sessions.find(&here, false, at(6)).unwrap().locked);
        assert_eq!(sessions.take_locked(at(7)), [user(1), user(2)]);
        assert!(sessions.find(&here, true, at(8)).unwrap().locked);
        assert!(sessions.take_locked(at(9)).is_empty());
        let back = sessions.unlock(user(1), &device, Proof::Quick, at(10));
        let back = back.unwrap().unwrap();
        assert!(sessions.take_locked(at(12)).is_empty());
        // Locked by hand it does not lock itself.
        sessions.shut(&back, at(12)).unwrap();
        assert!(sessions.take_locked(at(60)).is_empty());
        sessions.give_back([user(1)]);
        assert_eq!(sessions.take_locked(at(60)), [user(1)]);
        // Neither does one that is over.
        sessions.open(user(3), &device, at(60)).unwrap();
        assert!(sessions.take_locked(at(800)).is_empty());
    }

    #[test]
    fn sessions_of_one_user_end_together() {
        let sessions = sessions();
        let devices = [Token::new().unwrap(), Token::new().unwrap()];
        let one = sessions.open(user(1), &devices[0], START).unwrap();
        let two = sessions.open(user(1), &devices[1], START).unwrap();
        sessions.close_all_of(user(1), Some(&two));
        assert!(sessions.find(&one, true, START).is_none());
        assert!(sessions.find(&two, true, START).is_some());
    }

    #[test]
    fn in_one_browser_one_session_is_open_and_the_others_wait_locked() {
        let (sessions, device) = (sessions(), Token::new().unwrap());
        let one = sessions.open(user(1), &device, START).unwrap();
        let two = sessions.open(user(2), &device, at(1)).unwrap();
        assert!(sessions.find(&one, true, at(1)).unwrap().locked);
        assert!(!sessions.find(&two, true, at(1)).unwrap().locked);
        assert_eq!(sessions.here(&device, at(1)), [user(2), user(1)]);
        let back = sessions.unlock(user(1), &device, Proof::Quick, at(2));
        let back = back.unwrap().unwrap();
        assert!(sessions.find(&two, true, at(2)).unwrap().locked);
        assert!(!sessions.find(&back, true, at(2)).unwrap().locked);
        let elsewhere = Token::new().unwrap();
        let stranger = sessions.unlock(user(1), &elsewhere, Proof::Password, at(2));
        assert!(stranger.unwrap().is_none());
        for number in 3..40 {
            sessions.open(user(number), &device, at(3)).unwrap();
        }
        assert_eq!(sessions.here(&device, at(3)).len(), SHARED);
    }

    #[test]
    fn the_password_proves_for_some_minutes_and_the_quick_code_does_not() {
        let (sessions, device) = (sessions(), Token::new().unwrap());
        let token = sessions.open(user(1), &device, START).unwrap();
        assert!(sessions.find(&token, true, at(5)).unwrap().proved);
        assert!(!sessions.find(&token, true, at(6)).unwrap().proved);
        let token = sessions.unlock(user(1), &device, Proof::Quick, at(7));
        let token = token.unwrap().unwrap();
        assert!(!sessions.find(&token, true, at(7)).unwrap().proved);
        let token = sessions.prove(&token, at(8)).unwrap().unwrap();
        assert!(sessions.find(&token, true, at(9)).unwrap().proved);
        let locked = sessions.shut(&token, at(9)).unwrap().unwrap();
        assert!(sessions.prove(&locked, at(9)).unwrap().is_none());
    }

    #[test]
    fn a_quick_code_can_be_tried_a_few_times_only() {
        let (sessions, device) = (sessions(), Token::new().unwrap());
        sessions.open(user(1), &device, START).unwrap();
        for _ in 0..QUICK_TRIES {
            assert!(sessions.takes_quick(user(1), &device));
            assert!(sessions.try_quick(user(1), &device));
        }
        assert!(!sessions.takes_quick(user(1), &device));
        assert!(!sessions.try_quick(user(1), &device));
        sessions
            .unlock(user(1), &device, Proof::Password, at(1))
            .unwrap();
        assert!(sessions.try_quick(user(1), &device));
        assert!(!sessions.try_quick(user(2), &device));
    }

    #[test]
    fn only_own_pages_are_led_back_to() {
        assert_eq!(safe_next("/clients/0a1b"), "/clients/0a1b");
        for bad in ["//evil", "http://evil", "/\\evil", "", "/a\r\nb"] {
            assert_eq!(safe_next(bad), "/", "{bad}");
        }
    }
}
