//! Pairing by invitation, from the command line.

use register::audit::{Act, AuditEvent};
use register::id::OPERATOR;
use register::replica::Command;

use super::{Clerk, Reply};
use crate::exit::{Exit, Failure, Outcome};
use crate::pairing::Matchmaker;
use console::pairing::Pair as _;

impl Clerk {
    fn matchmaker(&self) -> Outcome<&Matchmaker> {
        let sentence =
            "the node does not run, so nobody can reach it: start it with `kortisto run` first";
        let matchmaker = self.matchmaker.as_ref();
        matchmaker.ok_or_else(|| Failure::said(Exit::Failed, sentence))
    }

    async fn log_pairing(&self) -> Outcome<()> {
        let event = AuditEvent::of(OPERATOR, Act::Peers);
        self.ask(Command::Audit(event)).await.map(drop)
    }

    pub(super) async fn invite(&self, addresses: &[String]) -> Outcome<Reply> {
        let matchmaker = self.matchmaker()?;
        self.log_pairing().await?;
        matchmaker.make(addresses)?;
        self.show_pairing()
    }

    pub(super) async fn accept(&self, invitation: &str) -> Outcome<Reply> {
        let matchmaker = self.matchmaker()?;
        self.log_pairing().await?;
        matchmaker.enter(invitation)?;
        self.show_pairing()
    }

    pub(super) async fn confirm_pairing(&self, phrase: &str) -> Outcome<Reply> {
        let matchmaker = self.matchmaker()?;
        self.log_pairing().await?;
        if !matchmaker.confirm(phrase) {
            let sentence = "this phrase is compared no longer";
            return Err(Failure::said(Exit::Refused, sentence));
        }
        self.show_pairing()
    }

    pub(super) fn cancel_pairing(&self) -> Outcome<Reply> {
        self.matchmaker()?.cancel();
        Ok(Reply::Done)
    }

    pub(super) fn show_pairing(&self) -> Outcome<Reply> {
        let standing = self.matchmaker()?.standing();
        Ok(Reply::Pairing(Box::new(standing)))
    }
}
