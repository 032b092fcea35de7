//! Who passes which door: a route is made together with the decision about it, so that none is undecided.
//!
//! The decision is enforced before the handler runs. A handler only asks again where the form in hand decides
//! what is wanted of it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use register::access::{Action, Scope, may};
use register::audit::{Act, AuditEvent};
use register::people::Role;
use register::replica::Command;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::api::{self, Description};
use crate::house::House;
use crate::problem::Problem;
use crate::visitor::Visitor;

/// Who passes a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Also who is not logged in, is locked, or has not given the undertaking.
    Anyone,
    /// Every user who is logged in and has given the undertaking (clause 9).
    Users,
    /// Of these, whose role allows it ([`register::access`]).
    May(Action),
    /// Of these, who gave the password a moment ago: what takes data out or can't be undone.
    Proved(Action),
    /// A program that comes with a token which allows it; nobody else.
    Token(Action),
}

/// A route's method and path, and who passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// `GET` or `POST`; of the API also `PUT`, `PATCH` and `DELETE`.
    pub method: &'static str,
    /// The path; parts in braces stand for ids.
    pub path: String,
    /// Who passes.
    pub access: Access,
}

impl Door {
    /// Whether somebody with this role passes; `None` is somebody who is not logged in.
    #[must_use]
    pub const fn admits(&self, role: Option<Role>) -> bool {
        match (self.access, role) {
            (Access::Anyone, _) | (Access::Users, Some(_)) => true,
            (Access::Token(_), _) | (Access::Users | Access::May(_) | Access::Proved(_), None) => {
                false
            }
            (Access::May(action) | Access::Proved(action), Some(role)) => may(role, action),
        }
    }

    /// Whether a program passes that has a token with this scope alone.
    #[must_use]
    pub const fn admits_token(&self, scope: Scope) -> bool {
        match self.access {
            Access::Anyone => true,
            Access::Users | Access::May(_) | Access::Proved(_) => false,
            Access::Token(action) => scope.allows(action),
        }
    }
}

/// Doors and what is behind them.
#[derive(Default)]
pub(crate) struct Doors {
    rooms: Vec<(Door, MethodRouter<Arc<House>>)>,
    description: Description,
}

impl Doors {
    /// A page.
    pub(crate) fn get<H, T>(self, path: &str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<House>>,
        T: 'static,
    {
        self.with("GET", path, access, get(handler))
    }

    /// Where a form is sent.
    pub(crate) fn post<H, T>(self, path: &str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<House>>,
        T: 'static,
    {
        self.with("POST", path, access, post(handler))
    }

    fn with(
        mut self,
        method: &'static str,
        path: &str,
        access: Access,
        room: MethodRouter<Arc<House>>,
    ) -> Self {
        let path = path.to_owned();
        let door = Door {
            method,
            path,
            access,
        };
        self.rooms.push((door, room));
        self
    }

    /// These doors and those.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.rooms.extend(others.rooms);
        self.description = self.description.and(others.description);
        self
    }

    /// An operation of the API, with its own description.
    pub(crate) fn api(mut self, action: Action, routes: UtoipaMethodRouter<Arc<House>>) -> Self {
        let (schemas, paths, room) = routes;
        let named = self.description.add(action, schemas, paths);
        for (method, path) in named {
            self = self.with(method, &path, Access::Token(action), room.clone());
        }
        self
    }

    /// How the operations of the API are described.
    pub(crate) fn description(self) -> Description {
        self.description
    }

    /// What was decided.
    pub(crate) fn list(self) -> Vec<Door> {
        self.rooms.into_iter().map(|(door, _)| door).collect()
    }

    /// The doors, guarded.
    pub(crate) fn router(self, house: &Arc<House>) -> Router<Arc<House>> {
        self.rooms
            .into_iter()
            .fold(Router::new(), |router, (door, room)| {
                let state = (Arc::clone(house), door.access, door.path.clone());
                let room = room.layer(from_fn_with_state(state, guard));
                router.route(&door.path, room)
            })
    }
}

/// The page that a form, or a file's address, belongs to.
fn page_of(path: &str) -> &str {
    let path = path.strip_suffix(".csv").unwrap_or(path);
    path.strip_suffix(".json").unwrap_or(path)
}

/// Logs that somebody came to a door that their role does not open.
async fn refused(who: &Visitor, path: String) -> Result<(), Problem> {
    let event = AuditEvent::of(who.user.id, Act::DoorRefused(path));
    who.house().desk.ask(Command::Audit(event)).await?;
    Ok(())
}

/// Whoever may do it, or why not; a role that may not is logged.
async fn passes(
    parts: &Parts,
    house: &Arc<House>,
    action: Action,
    path: String,
) -> Result<Visitor, Problem> {
    let who = Visitor::read(parts, house)?;
    match who.demand(action) {
        Err(Problem::Forbidden) => {
            refused(&who, path).await?;
            Err(Problem::Forbidden)
        }
        decided => decided.map(|()| who),
    }
}

async fn guard(
    State((house, access, path)): State<(Arc<House>, Access, String)>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let decided = match access {
        Access::Anyone => Ok(()),
        Access::Users => Visitor::read(&parts, &house).map(drop),
        Access::May(action) => passes(&parts, &house, action, path).await.map(drop),
        Access::Token(action) => {
            return match api::admit(&parts, &house, action, path).await {
                Ok(()) => next.run(Request::from_parts(parts, body)).await,
                Err(refusal) => refusal.into_response(),
            };
        }
        Access::Proved(action) => {
            let page = || page_of(parts.uri.path()).to_owned();
            let who = passes(&parts, &house, action, path).await;
            who.and_then(|who| {
                who.proved
                    .then_some(())
                    .ok_or_else(|| Problem::Prove(page()))
            })
        }
    };
    match decided {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => Problem::into_response(problem),
    }
}
