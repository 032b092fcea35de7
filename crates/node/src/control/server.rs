//! The node's end of the control socket.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::{AnyVersion, Envelope, VERSION, frame};
use crate::errand::{Clerk, Errand, REPLIES_WAITING, Reply};
use crate::exit::Exit;

/// The most connections at once.
const CONNECTIONS: usize = 16;
/// A connection on which nothing is asked or taken for this long is closed.
const QUIET_TIME: Duration = Duration::from_secs(60);
/// The pause after the operating system gave no connection, so that a lack of files doesn't burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Answers commands until it is dropped.
pub async fn serve(listener: UnixListener, clerk: Clerk) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let place = Arc::clone(&places).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, _)) => {
                let clerk = clerk.clone();
                tokio::spawn(async move {
                    let _place = place;
                    if let Err(error) = converse(stream, &clerk).await {
                        tracing::debug!(kind = %error.kind(), "a control connection ended");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "no control connection could be taken");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn converse(mut stream: UnixStream, clerk: &Clerk) -> io::Result<()> {
    loop {
        let Some(frame) = quiet(frame::read(&mut stream)).await? else {
            return Ok(());
        };
        let errand = match read(&frame) {
            Ok(errand) => errand,
            Err(refusal) => return frame::write(&mut stream, &refusal).await,
        };
        drop(frame);
        let (replies, mut coming) = mpsc::channel(REPLIES_WAITING);
        let clerk = clerk.clone();
        // A reader that goes away lets the sender fail, which ends the errand.
        tokio::spawn(async move { clerk.carry_out(errand, replies).await });
        let mut last = false;
        while let Some(reply) = coming.recv().await {
            last = reply.is_last();
            quiet(frame::write(&mut stream, &reply)).await?;
        }
        if !last {
            let broken = failed(Exit::Failed, "the node is stopping");
            frame::write(&mut stream, &broken).await?;
        }
    }
}

async fn quiet<T>(doing: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(QUIET_TIME, doing)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn read(frame: &[u8]) -> Result<Errand, Reply> {
    match frame::decode::<AnyVersion>(frame) {
        Ok(AnyVersion { version: VERSION }) => {}
        Ok(AnyVersion { version }) => {
            return Err(failed(
                Exit::Failed,
                &format!(
                    "the running node speaks version {VERSION} of the control socket and this program version {version}: \
                     use the program that the node was started with"
                ),
            ));
        }
        Err(_) => {
            return Err(failed(
                Exit::Failed,
                "the running node can't read the request",
            ));
        }
    }
    frame::decode::<Envelope>(frame)
        .map(|envelope| envelope.errand)
        .map_err(|_| failed(Exit::Failed, "the running node can't read the request"))
}

fn failed(exit: Exit, sentence: &str) -> Reply {
    Reply::Failed {
        exit: exit.code(),
        sentence: sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(frame: &str) -> String {
        match read(frame.as_bytes()) {
            Err(Reply::Failed { sentence, .. }) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn this_version_is_read_and_others_are_told() {
        let frame = serde_json::to_vec(&Envelope {
            version: VERSION,
            errand: Errand::Status,
        });
        assert_eq!(read(&frame.unwrap()), Ok(Errand::Status));
        assert!(sentence(r#"{"version":2,"wish":{}}"#).contains("version 2"));
        assert!(sentence(r#"{"version":1,"errand":"dance"}"#).contains("can't read"));
        assert!(sentence("[]").contains("can't read"));
    }
}
