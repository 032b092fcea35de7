//! What every request shares.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use register::audit::{Act, AuditEvent};
use register::document::Stamp;
use register::id::{ITSELF, NodeId, OPERATOR, RecordId};
use register::replica::Command;
use tokio::sync::{Semaphore, watch};

use crate::assets::Assets;
use crate::clock::{Clock, show_moment};
use crate::cookie::Names;
use crate::desk::Desk;
use crate::lockout::Lockout;
use crate::marketing::courier::Round;
use crate::secret::{Hashing, SecretError, Token};
use crate::session::Sessions;
use crate::text::Language;

/// The most pages that listen for changes at once.
const STREAMS: usize = 128;
/// How many clients a user finds under "recent".
const RECENT: usize = 8;
/// The most users whose recent clients are remembered.
const RECENT_USERS: usize = 256;

/// The console's state: all of it in memory, none of it lasting.
pub(crate) struct House {
    pub(crate) desk: Desk,
    pub(crate) clock: Clock,
    pub(crate) sessions: Sessions,
    pub(crate) lockout: Lockout,
    pub(crate) hashing: Hashing,
    pub(crate) cookies: Names,
    /// Ties forms before log-in to this process.
    pub(crate) key: Token,
    /// The values of `Host` that are answered.
    pub(crate) hosts: Vec<String>,
    pub(crate) assets: Assets,
    /// Becomes true when the console stops.
    pub(crate) closing: watch::Receiver<bool>,
    pub(crate) streams: Arc<Semaphore>,
    /// How sending by mail goes.
    pub(crate) round: Round,
    /// The last step of a second factor that let somebody in: each works once (RFC 6238, section 5.2).
    steps: Mutex<HashMap<RecordId, u64>>,
    recent: Mutex<HashMap<RecordId, VecDeque<RecordId>>>,
}

impl House {
    pub(crate) fn new(
        desk: Desk,
        address: SocketAddr,
        clock: Clock,
        closing: watch::Receiver<bool>,
    ) -> Result<Self, SecretError> {
        Ok(Self {
            cookies: Names::of(desk.node),
            sessions: Sessions::new(desk.idle),
            desk,
            clock,
            lockout: Lockout::default(),
            hashing: Hashing::new()?,
            key: Token::new()?,
            hosts: hosts(address),
            assets: Assets::new(),
            closing,
            streams: Arc::new(Semaphore::new(STREAMS)),
            round: Round::default(),
            steps: Mutex::default(),
            recent: Mutex::default(),
        })
    }

    /// Uses up a step of a user's second factor; `false` if it or a later one was used before.
    pub(crate) fn take_step(&self, user: RecordId, step: u64) -> bool {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.get(&user).is_some_and(|last| *last >= step) {
            return false;
        }
        steps.insert(user, step);
        true
    }

    /// Puts into the audit log that sessions locked themselves. What can't be logged now is tried again.
    pub(crate) async fn tell_locked(&self) {
        let mut users = self.sessions.take_locked((self.clock)()).into_iter();
        while let Some(user) = users.next() {
            let event = AuditEvent::about(user, Act::LockedItself, user);
            if self.desk.ask(Command::Audit(event)).await.is_err() {
                self.sessions.give_back(core::iter::once(user).chain(users));
                return;
            }
        }
    }

    /// Remembers that `user` opened the card.
    pub(crate) fn opened(&self, user: RecordId, card: RecordId) {
        let mut all = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= RECENT_USERS && !all.contains_key(&user) {
            all.clear();
        }
        let cards = all.entry(user).or_default();
        cards.retain(|other| *other != card);
        cards.push_front(card);
        cards.truncate(RECENT);
    }

    /// The cards that `user` opened last, latest first.
    pub(crate) fn recent(&self, user: RecordId) -> Vec<RecordId> {
        let all = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&user)
            .map(|cards| cards.iter().copied().collect())
            .unwrap_or_default()
    }

    /// What staff call the premises of a node.
    pub(crate) fn premises_name(&self, node: NodeId, t: Language) -> String {
        if node == self.desk.node {
            return self.desk.premises.clone();
        }
        let directory = self.desk.directory();
        let named = directory.settings().and_then(|settings| {
            let (_, field) = settings.premises.iter().find(|(id, _)| *id == node)?;
            Some(field.newest()?.name.clone())
        });
        named.unwrap_or_else(|| t.unnamed_premises().to_owned())
    }

    /// The names of all premises, this one first.
    pub(crate) fn all_premises(&self) -> Vec<String> {
        let mut names = vec![self.desk.premises.clone()];
        let directory = self.desk.directory();
        let others = directory.settings().into_iter().flat_map(|settings| {
            settings
                .premises
                .iter()
                .filter_map(|(_, field)| field.newest())
        });
        for premises in others {
            if !names.contains(&premises.name) {
                names.push(premises.name.clone());
            }
        }
        names
    }

    /// What a user is called.
    pub(crate) fn user_name(&self, id: RecordId, t: Language) -> String {
        if id == OPERATOR {
            return t.operator().to_owned();
        }
        if id == ITSELF {
            return t.itself().to_owned();
        }
        let directory = self.desk.directory();
        match directory.user(id) {
            Some(user) => user.profile.name.clone(),
            None if directory.is_former(id) => t.former_user().to_owned(),
            None => t.unknown_user().to_owned(),
        }
    }

    /// Who did something, where and when, in a line.
    pub(crate) fn origin(&self, stamp: Stamp, t: Language) -> String {
        t.origin(
            &self.user_name(stamp.author, t),
            &self.premises_name(stamp.node, t),
            &show_moment(stamp.at),
        )
    }

    /// Who gave a treatment: a user by the name that they have now, anybody else as written.
    pub(crate) fn given_by(&self, by: &str, by_id: Option<RecordId>, t: Language) -> String {
        match by_id {
            Some(id) if by.is_empty() || self.desk.directory().is_former(id) => {
                self.user_name(id, t)
            }
            _ => by.to_owned(),
        }
    }
}

/// The names under which a loopback address is reached.
fn hosts(address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "[::1]".to_owned(),
    ];
    let own = match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    if address.ip().is_loopback() && !names.contains(&own) {
        names.push(own);
    }
    names
        .into_iter()
        .map(|name| {
            if port == 80 {
                name
            } else {
                format!("{name}:{port}")
            }
        })
        .collect()
}
