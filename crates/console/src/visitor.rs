//! Who asks: taken from the request before any handler sees it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use register::access::Action;
use register::document::Heads;
use register::edit::{Change, Edit, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::people::User;
use register::replica::{Answer, Command};

use crate::cookie;
use crate::form::Form;
use crate::house::House;
use crate::problem::Problem;
use crate::secret::Token;
use crate::session::Known;
use crate::text::Language;

/// The header with which our script asks for parts of pages.
pub(crate) const FETCH: &str = "kortisto-fetch";
/// Its value when no person did anything: the page keeps itself up to date.
const QUIET: &str = "quiet";

/// How pages look to this browser.
#[derive(Clone)]
pub(crate) struct Look {
    /// The language: every text is a method of it.
    pub(crate) t: Language,
    /// Light, dark, or as the machine is set.
    pub(crate) theme: Theme,
    pub(crate) house: Arc<House>,
    /// Who is logged in, for the page's frame.
    pub(crate) user: Option<Frame>,
    /// The page's own path.
    pub(crate) path: String,
}

/// What the frame of every page needs of a session.
#[derive(Clone)]
pub(crate) struct Frame {
    /// The staff record.
    pub(crate) id: RecordId,
    pub(crate) name: String,
    pub(crate) csrf: String,
    pub(crate) owner: bool,
}

impl Frame {
    pub(crate) fn of(user: &User, known: &Known) -> Self {
        Self {
            id: user.id,
            name: user.profile.name.clone(),
            csrf: known.csrf.text(),
            owner: user.may(Action::ManageUsers),
        }
    }
}

/// Light, dark, or as the machine is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }
}

impl Look {
    /// Whether the owner is logged in.
    pub(crate) fn is_owner(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.owner)
    }

    /// What every form of somebody who is logged in carries.
    pub(crate) fn csrf(&self) -> &str {
        self.user.as_ref().map_or("", |user| &user.csrf)
    }

    pub(crate) fn of(headers: &HeaderMap, path: &str, house: &Arc<House>) -> Self {
        let language = cookie::read(headers, cookie::LANGUAGE).and_then(Language::from_code);
        let theme = cookie::read(headers, cookie::THEME).and_then(Theme::from_code);
        Self {
            t: language.unwrap_or(Language::Finnish),
            theme: theme.unwrap_or(Theme::Auto),
            house: Arc::clone(house),
            user: None,
            path: path.to_owned(),
        }
    }
}

/// Somebody who may not be logged in.
pub(crate) struct Guest {
    pub(crate) look: Look,
    /// This browser's own number.
    pub(crate) device: Token,
    /// The session's token and state, if there is one.
    pub(crate) session: Option<(Token, Known)>,
    /// Whose session it is, while they may log in.
    pub(crate) user: Option<User>,
}

impl Guest {
    /// Reads the guest from a request's headers and path.
    pub(crate) fn of_headers(
        headers: &HeaderMap,
        path: &str,
        house: &Arc<House>,
    ) -> Result<Self, Problem> {
        let device = match cookie::read(headers, &house.cookies.device).and_then(Token::read) {
            Some(device) => device,
            None => Token::new()?,
        };
        let active = headers.get(FETCH).is_none_or(|value| value != QUIET);
        let session = cookie::read(headers, &house.cookies.session)
            .and_then(Token::read)
            .and_then(|token| {
                let known = house.sessions.find(&token, active, (house.clock)())?;
                Some((token, known))
            });
        let user = session.as_ref().and_then(|(_, known)| {
            let directory = house.desk.directory();
            directory
                .user(known.user)
                .filter(|user| !user.disabled)
                .cloned()
        });
        Ok(Self {
            look: Look::of(headers, path, house),
            device,
            session: session.filter(|_| user.is_some()),
            user,
        })
    }

    /// What forms before log-in carry.
    pub(crate) fn csrf(&self) -> String {
        self.device.derive(&self.look.house.key).text()
    }

    /// Lets the browser keep its number.
    pub(crate) fn remember(&self, headers: &mut HeaderMap) {
        cookie::lasting(
            headers,
            &self.look.house.cookies.device,
            &self.device.text(),
        );
    }
}

impl FromRequestParts<Arc<House>> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Problem> {
        Self::of_headers(&parts.headers, parts.uri.path(), house)
    }
}

/// Somebody who is logged in, is not locked, and has given the undertaking.
pub(crate) struct Visitor {
    pub(crate) look: Look,
    pub(crate) token: Token,
    pub(crate) user: User,
    /// Whether the password was given a moment ago.
    pub(crate) proved: bool,
}

impl Visitor {
    /// Reads the visitor from a request.
    pub(crate) fn read(parts: &Parts, house: &Arc<House>) -> Result<Self, Problem> {
        let Guest {
            mut look,
            session,
            user,
            ..
        } = Guest::of_headers(&parts.headers, parts.uri.path(), house)?;
        let fetched = parts.headers.contains_key(FETCH);
        let next = if parts.method == Method::GET && !fetched {
            parts.uri.path().to_owned()
        } else {
            "/".to_owned()
        };
        let (Some((token, known)), Some(user)) = (session, user) else {
            return Err(Problem::LogIn(next));
        };
        if known.locked {
            return Err(Problem::Locked(next));
        }
        if user.undertaking.is_none() {
            return Err(Problem::Undertaking);
        }
        look.user = Some(Frame::of(&user, &known));
        Ok(Self {
            look,
            token,
            user,
            proved: known.proved,
        })
    }

    /// The person's language.
    pub(crate) const fn t(&self) -> Language {
        self.look.t
    }

    pub(crate) fn house(&self) -> &House {
        &self.look.house
    }

    /// What every form carries.
    pub(crate) fn csrf(&self) -> &str {
        self.look.csrf()
    }

    /// Whether the role, or the token, allows it.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.user.may(action)
    }

    /// Ends the request unless the role allows it, and the node shows clients if that is what it is about.
    pub(crate) fn demand(&self, action: Action) -> Result<(), Problem> {
        if !self.may(action) {
            return Err(Problem::Forbidden);
        }
        if action.meets_clients() && self.house().desk.directory().is_closed() {
            return Err(Problem::Quarantined);
        }
        Ok(())
    }

    /// Changes a record in this person's name, and returns its id and heads.
    pub(crate) async fn edit(
        &self,
        target: Target,
        changes: Vec<Change>,
    ) -> Result<(RecordId, Heads), Problem> {
        let edit = self.by(target, changes);
        self.edited(Command::Edit(edit)).await
    }

    /// The same, and what stood before in the slots it touches goes from history everywhere.
    pub(crate) async fn redact(
        &self,
        target: Target,
        changes: Vec<Change>,
        reason: Reason,
    ) -> Result<(RecordId, Heads), Problem> {
        let edit = self.by(target, changes);
        self.edited(Command::Redact(edit, reason)).await
    }

    const fn by(&self, target: Target, changes: Vec<Change>) -> Edit {
        Edit {
            target,
            author: self.user.id,
            changes,
        }
    }

    async fn edited(&self, command: Command) -> Result<(RecordId, Heads), Problem> {
        match self.house().desk.ask(command).await? {
            Answer::Edited { record, heads } => Ok((record, heads)),
            _ => Err(Problem::Internal),
        }
    }
}

impl FromRequestParts<Arc<House>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &Arc<House>) -> Result<Self, Problem> {
        Self::read(parts, house)
    }
}

/// A form that a visitor sent, with the right token.
pub(crate) struct Posted {
    pub(crate) who: Visitor,
    pub(crate) form: Form,
}

impl FromRequest<Arc<House>> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let who = Visitor::read(&parts, house)?;
        let form = read_form(Request::from_parts(parts, body), house).await?;
        let token = Token::read(who.csrf()).ok_or(Problem::Forged)?;
        if !token.is(form.get("csrf")) {
            return Err(Problem::Forged);
        }
        Ok(Self { who, form })
    }
}

/// A form from before log-in, or from a locked page, with the right token.
pub(crate) struct GuestPosted {
    pub(crate) guest: Guest,
    pub(crate) form: Form,
}

impl FromRequest<Arc<House>> for GuestPosted {
    type Rejection = Problem;

    async fn from_request(request: Request, house: &Arc<House>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let guest = Guest::of_headers(&parts.headers, parts.uri.path(), house)?;
        let form = read_form(Request::from_parts(parts, body), house).await?;
        let given = form.get("csrf");
        let of_session = guest.session.is_some_and(|(_, known)| known.csrf.is(given));
        if !of_session && !guest.device.derive(&house.key).is(given) {
            return Err(Problem::Forged);
        }
        Ok(Self { guest, form })
    }
}

async fn read_form(request: Request, house: &Arc<House>) -> Result<Form, Problem> {
    let bytes = Bytes::from_request(request, house)
        .await
        .map_err(|_| Problem::Unreadable)?;
    Form::read(&bytes).ok_or(Problem::Unreadable)
}
