//! The owner in person: what no token stands for takes the owner's own name and password in the call itself.
//!
//! A program that asks its user for them can do all that the pages do; one that was left alone with its token can't
//! make itself more access, take a list out, delete many clients at once, or change which premises belong together.

use register::access::Action;
use register::audit::{Act, AuditEvent};
use register::people::User;
use register::replica::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::factor::{self, Checked};
use crate::form::Form;
use crate::problem::Problem;
use crate::session::login::{Outcome, authenticate, find};
use crate::visitor::Visitor;

use super::caller::{Caller, seconds};
use super::refusal::Refusal;

/// The owner whose doing it is. The audit log says that they proved it, and what they did, under their own name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InPerson {
    /// Their user name.
    name: String,
    /// Their password.
    #[schema(format = Password)]
    password: String,
    /// A code of their second factor, where that is on.
    #[serde(default)]
    code: String,
}

impl InPerson {
    /// The owner, once they have proved that they are there, if they may do all of this.
    ///
    /// Wrong passwords and codes are logged and slow down the next, as at the log-in page, whose count this is.
    pub(super) async fn prove(self, who: &Caller, wanted: &[Action]) -> Result<Visitor, Refusal> {
        let house = who.house();
        let form = Form::default().with("password", self.password);
        let known = find(house, &self.name);
        let user = match authenticate(house, &who.token, known, &self.name, &form).await? {
            Outcome::Right(user) => *user,
            Outcome::Wrong => return Err(Refusal::not_in_person()),
            Outcome::Wait(wait) => return Err(Refusal::too_many_proofs(seconds(wait))),
        };
        if let Some(on) = &user.factor {
            match factor::check(house, &user, on, &self.code).await? {
                Checked::Phone | Checked::Recovery => {}
                Checked::Wrong => return Err(Refusal::not_in_person()),
                Checked::Wait(wait) => return Err(Refusal::too_many_proofs(seconds(wait))),
            }
        }
        let may = |action: &Action| user.may(*action);
        if user.undertaking.is_none() || !wanted.iter().all(may) {
            return Err(Refusal::not_in_person());
        }
        let event = AuditEvent {
            who: user.id,
            act: Act::LoggedIn,
            record: Some(who.user.id),
            reason: String::new(),
        };
        let logged = house.desk.ask(Command::Audit(event)).await;
        logged.map_err(Problem::from)?;
        Ok(there(who, user))
    }
}

/// The owner, at the program's side.
fn there(who: &Caller, user: User) -> Visitor {
    Visitor {
        look: who.look.clone(),
        token: who.token,
        user,
        proved: true,
    }
}
