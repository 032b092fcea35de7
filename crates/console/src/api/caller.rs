//! The program that calls: who it is by its token, and whether it may.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION};
use axum::http::request::Parts;
use jiff::SignedDuration;
use register::access::Action;
use register::audit::{Act, AuditEvent};
use register::people::User;
use register::replica::Command;

use crate::house::House;
use crate::lockout::Key;
use crate::problem::Problem;
use crate::secret::Token;
use crate::session::login::log;
use crate::text::Language;
use crate::tokens::PREFIX;
use crate::visitor::{Look, Theme, Visitor};

use super::refusal::Refusal;

/// A program with a token that works. What it may is what the token says; what it does is logged as the token's doing.
pub(super) struct Caller(Visitor);

impl Deref for Caller {
    type Target = Visitor;

    fn deref(&self) -> &Visitor {
        &self.0
    }
}

/// Why there is no caller.
enum Stranger {
    /// No token came along.
    Silent,
    /// One that was never made, was revoked, or whose time is over.
    Wrong([u8; 32]),
}

impl Caller {
    fn read(parts: &Parts, house: &Arc<House>) -> Result<Self, Stranger> {
        let token = bearer(&parts.headers).ok_or(Stranger::Silent)?;
        let hash = token.fingerprint();
        let user = known(house, &hash).ok_or(Stranger::Wrong(hash))?;
        Ok(Self(Visitor {
            look: Look {
                t: language(&parts.headers),
                theme: Theme::Auto,
                house: Arc::clone(house),
                user: None,
                path: parts.uri.path().to_owned(),
            },
            token,
            user,
            proved: false,
        }))
    }
}

impl FromRequestParts<Arc<House>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Refusal> {
        Self::read(parts, house).map_err(|_| Refusal::unauthorized())
    }
}

/// Whether the caller may come in. A token that does not work, and one that does not allow it, are logged.
pub(crate) async fn admit(
    parts: &Parts,
    house: &Arc<House>,
    action: Action,
    path: String,
) -> Result<(), Refusal> {
    let who = match Caller::read(parts, house) {
        Ok(who) => who,
        Err(Stranger::Silent) => return Err(Refusal::unauthorized()),
        Err(Stranger::Wrong(hash)) => return Err(refuse(house, &hash).await),
    };
    match who.demand(action) {
        Err(Problem::Forbidden) => {
            let event = AuditEvent::of(who.user.id, Act::DoorRefused(path));
            let logged = house.desk.ask(Command::Audit(event)).await;
            logged.map_err(Problem::from)?;
            Err(Refusal::forbidden(action))
        }
        decided => Ok(decided?),
    }
}

/// A wrong token, counted as a wrong password is.
async fn refuse(house: &House, hash: &[u8; 32]) -> Refusal {
    let keys = [Key::token(hash), Key::strangers()];
    if let Err(wait) = house.lockout.attempt(&keys, (house.clock)()) {
        return Refusal::too_many(seconds(wait));
    }
    match log(house, None, Act::Refused).await {
        Ok(()) => Refusal::unauthorized(),
        Err(problem) => problem.into(),
    }
}

/// Whole seconds, rounded up.
pub(super) fn seconds(wait: SignedDuration) -> i64 {
    wait.as_secs().saturating_add(1).max(1)
}

fn bearer(headers: &HeaderMap) -> Option<Token> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (scheme, secret) = all.next()?.to_str().ok()?.split_once(' ')?;
    let only = all.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    let secret = secret.trim();
    // What is no token at all counts as a wrong one, by what was sent.
    let read = secret.strip_prefix(PREFIX).and_then(Token::read);
    only.then(|| read.unwrap_or_else(|| Token::of_text(secret)))
}

fn known(house: &House, hash: &[u8; 32]) -> Option<User> {
    let now = (house.clock)();
    let directory = house.desk.directory();
    let mut tokens = directory.tokens();
    tokens
        .find(|one| {
            let works =
                |token: &register::people::ApiToken| token.hash == *hash && token.works_at(now);
            !one.disabled && one.token.as_ref().is_some_and(works)
        })
        .cloned()
}

/// The first language of ours that the program asks for; English unless it asks.
fn language(headers: &HeaderMap) -> Language {
    let asked = headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    asked
        .unwrap_or_default()
        .split(',')
        .filter_map(|one| Language::from_code(one.trim().get(..2)?))
        .next()
        .unwrap_or(Language::English)
}
