//! The command line's end of the control socket.

use std::path::Path;

use tokio::net::UnixStream;

use super::{Envelope, VERSION, frame, socket};
use crate::errand::{Errand, Reply};
use crate::exit::{Attempt as _, Exit, Failure, Outcome};

/// A connection to the running node.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
}

impl Client {
    /// Connects to the node that runs in `dir`; `None` when none does.
    ///
    /// # Errors
    /// When its socket may not be opened.
    pub async fn connect(dir: &Path) -> Outcome<Option<Self>> {
        let stream = socket::connect(dir).await.attempt(format!(
            "reach the running node at {}",
            dir.join(socket::FILE).display()
        ))?;
        Ok(stream.map(|stream| Self { stream }))
    }

    /// Sends an errand.
    ///
    /// # Errors
    /// When the node is gone.
    pub async fn send(&mut self, errand: Errand) -> Outcome<()> {
        let envelope = Envelope {
            version: VERSION,
            errand,
        };
        frame::write(&mut self.stream, &envelope)
            .await
            .attempt("ask the running node")
    }

    /// The next reply to it.
    ///
    /// # Errors
    /// When the node is gone or can't be understood.
    pub async fn next(&mut self) -> Outcome<Reply> {
        let frame = frame::read(&mut self.stream)
            .await
            .attempt("hear from the running node")?;
        let Some(frame) = frame else {
            return Err(Failure::said(
                Exit::Failed,
                "the node stopped before it answered; ask again to see whether it was done",
            ));
        };
        frame::decode(&frame)
            .attempt("understand the running node, which may be of another version")
    }
}
