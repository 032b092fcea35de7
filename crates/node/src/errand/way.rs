//! The way to a node: through its control socket when it runs, else by opening it.

use std::path::Path;

use tokio::sync::mpsc;

use super::{Clerk, Errand, REPLIES_WAITING, Reply};
use crate::control::Client;
use crate::exit::{Exit, Failure, Outcome};
use crate::premises::Stopped;

/// The way to a node. Never a second opening: a stopped node is opened under the vault's lock.
#[derive(Debug)]
pub enum Way {
    /// It runs.
    Running(Client),
    /// It doesn't, and is opened until [`Way::end`].
    Stopped(Box<Stopped>),
}

impl Way {
    /// The way to the node in `dir`.
    ///
    /// # Errors
    /// When there is no node, or one that is just starting or stopping, or it can't be opened.
    pub async fn to(dir: &Path) -> Outcome<Self> {
        if let Some(client) = Client::connect(dir).await? {
            return Ok(Self::Running(client));
        }
        Ok(Self::Stopped(Box::new(Stopped::open(dir)?)))
    }

    /// Has an errand carried out. Gives replies to `each` as they come, and the last back.
    ///
    /// # Errors
    /// What the node says, and whatever `each` says, which ends the errand.
    pub async fn ask(
        &mut self,
        errand: Errand,
        mut each: impl FnMut(Reply) -> Outcome<()>,
    ) -> Outcome<Reply> {
        match self {
            Self::Running(client) => {
                client.send(errand).await?;
                loop {
                    let reply = client.next().await?;
                    if reply.is_last() {
                        return understand(reply);
                    }
                    each(reply)?;
                }
            }
            Self::Stopped(stopped) => match ask_clerk(stopped.clerk(), errand, each).await? {
                Some(reply) => understand(reply),
                None => Err(stopped.failure().await),
            },
        }
    }

    /// Like [`Way::ask`], for errands with one reply.
    ///
    /// # Errors
    /// What the node says.
    pub async fn ask_once(&mut self, errand: Errand) -> Outcome<Reply> {
        self.ask(errand, |_| Ok(())).await
    }

    /// Closes a node that was opened for this.
    ///
    /// # Errors
    /// When its store could not be closed in good order.
    pub async fn end(self) -> Outcome<()> {
        match self {
            Self::Running(_) => Ok(()),
            Self::Stopped(stopped) => stopped.close().await,
        }
    }
}

/// Has a clerk in this process carry out an errand. `None` when no last reply came.
async fn ask_clerk(
    clerk: Clerk,
    errand: Errand,
    mut each: impl FnMut(Reply) -> Outcome<()>,
) -> Outcome<Option<Reply>> {
    let (replies, mut coming) = mpsc::channel(REPLIES_WAITING);
    // A task of its own, so that it can wait for room while replies are taken here.
    tokio::spawn(async move { clerk.carry_out(errand, replies).await });
    while let Some(reply) = coming.recv().await {
        if reply.is_last() {
            return Ok(Some(reply));
        }
        each(reply)?;
    }
    Ok(None)
}

fn understand(reply: Reply) -> Outcome<Reply> {
    match reply {
        Reply::Failed { exit, sentence } => Err(Failure::said(
            Exit::from_code(exit).unwrap_or(Exit::Failed),
            sentence,
        )),
        reply => Ok(reply),
    }
}
