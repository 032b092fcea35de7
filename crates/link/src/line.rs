//! One connection: its outbox, its reader, and how it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use quinn::{Connection, ConnectionError, RecvStream, SendStream, VarInt};
use register::id::NodeId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::frame::{self, FRAME_LIMIT, ReadFault};
use crate::identity::PeerId;
use crate::{DownReason, Event, PeerFault};

/// Bytes that wait to be sent to one peer. Over it the peer is too slow: it is closed, and caught up on later.
const OUTBOX_LIMIT: usize = 64 * 1024 * 1024;

/// How long somebody who is no peer any more has to take what was said to it last.
const LAST_WORD: Duration = Duration::from_millis(300);

/// Codes with which a connection is closed; the peer sees them.
pub(crate) mod code {
    /// Nothing is wrong: the node stops or the line was cut.
    pub(crate) const DONE: u32 = 0;
    /// Another connection to the same peer stays.
    pub(crate) const DOUBLE: u32 = 1;
    /// The other is no peer any more.
    pub(crate) const REMOVED: u32 = 2;
    /// The other broke the protocol.
    pub(crate) const FAULT: u32 = 3;
    /// The other takes frames too slowly.
    pub(crate) const SLOW: u32 = 4;
}

/// Where frames for one connection go.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    frames: mpsc::UnboundedSender<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
    connection: Connection,
}

impl Outbox {
    /// Takes a frame, or closes the connection when too much waits already.
    pub(crate) fn push(&self, frame: Vec<u8>) -> bool {
        let length = frame.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed) + length;
        if length > FRAME_LIMIT || waiting > OUTBOX_LIMIT {
            close(&self.connection, code::SLOW);
            return false;
        }
        self.frames.send(frame).is_ok()
    }
}

/// A connection whose peer is verified and has said hello.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) peer: PeerId,
    /// The last second since 1970 at which the peer's certificate is valid.
    pub(crate) certificate_until: i64,
    pub(crate) address: SocketAddr,
    /// Whether this node dialled.
    pub(crate) dialled_here: bool,
    pub(crate) connection: Connection,
    pub(crate) sending: SendStream,
    pub(crate) receiving: RecvStream,
}

/// A connection that is written to and not yet read from.
#[derive(Debug)]
pub(crate) struct HalfOpen {
    dialled_here: bool,
    connection: Connection,
    receiving: RecvStream,
}

impl Fresh {
    /// Begins to write, so that whoever hears that the peer is up can send at once.
    pub(crate) fn open(self) -> (HalfOpen, Outbox) {
        let Self {
            dialled_here,
            connection,
            sending,
            receiving,
            ..
        } = self;
        let (frames, queue) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        tokio::spawn(write(sending, queue, Arc::clone(&waiting)));
        let outbox = Outbox {
            frames,
            waiting,
            connection: connection.clone(),
        };
        (
            HalfOpen {
                dialled_here,
                connection,
                receiving,
            },
            outbox,
        )
    }
}

/// A connection in use.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) connection: Connection,
    pub(crate) dialled_here: bool,
    pub(crate) since: tokio::time::Instant,
    reader: JoinHandle<()>,
}

impl Line {
    /// Begins to read. `ended` is told once why it ended, by a number that names this line.
    pub(crate) fn begin(
        half: HalfOpen,
        node: NodeId,
        number: u64,
        events: mpsc::Sender<Event>,
        ended: mpsc::UnboundedSender<(u64, NodeId, DownReason)>,
    ) -> Self {
        let HalfOpen {
            dialled_here,
            connection,
            receiving,
        } = half;
        let reading = connection.clone();
        let reader = tokio::spawn(async move {
            let why = read(node, receiving, &reading, events).await;
            // The lines are gone only when the node stops.
            let _ = ended.send((number, node, why));
        });
        Self {
            connection,
            dialled_here,
            since: tokio::time::Instant::now(),
            reader,
        }
    }

    /// Closes it and waits until no frame of it can come any more.
    pub(crate) async fn end(self, code: u32) {
        close(&self.connection, code);
        self.reader.abort();
        // Aborted or done, either is the end.
        let _ = self.reader.await;
    }

    /// The same, but that the other still gets what was said to it last: that it is no peer any more.
    pub(crate) async fn end_later(self, code: u32, outbox: Option<Outbox>) {
        let connection = self.connection;
        tokio::spawn(async move {
            tokio::time::sleep(LAST_WORD).await;
            close(&connection, code);
            // Before, it would have ended the stream.
            drop(outbox);
        });
        self.reader.abort();
        let _ = self.reader.await;
    }
}

pub(crate) fn close(connection: &Connection, code: u32) {
    connection.close(VarInt::from_u32(code), b"");
}

async fn write(
    mut sending: SendStream,
    mut queue: mpsc::UnboundedReceiver<Vec<u8>>,
    waiting: Arc<AtomicUsize>,
) {
    while let Some(frame) = queue.recv().await {
        // The reader notices a lost connection too, and tells why.
        if frame::write(&mut sending, &frame).await.is_err() {
            return;
        }
        waiting.fetch_sub(frame.len(), Ordering::Relaxed);
    }
}

async fn read(
    node: NodeId,
    mut receiving: RecvStream,
    connection: &Connection,
    events: mpsc::Sender<Event>,
) -> DownReason {
    loop {
        match frame::read(&mut receiving).await {
            Ok(bytes) => {
                if events.send(Event::Frame { node, bytes }).await.is_err() {
                    return DownReason::Here;
                }
            }
            Err(ReadFault::Peer(fault)) => {
                close(connection, code::FAULT);
                return DownReason::Fault(fault);
            }
            Err(ReadFault::Ended) => return reason(connection),
        }
    }
}

fn reason(connection: &Connection) -> DownReason {
    match connection.close_reason() {
        Some(ConnectionError::TimedOut) => DownReason::Silent,
        Some(ConnectionError::LocallyClosed) => DownReason::TooSlow,
        Some(ConnectionError::ApplicationClosed(close))
            if close.error_code == VarInt::from_u32(code::REMOVED) =>
        {
            DownReason::Removed
        }
        Some(
            ConnectionError::ApplicationClosed(_)
            | ConnectionError::ConnectionClosed(_)
            | ConnectionError::Reset
            | ConnectionError::TransportError(_)
            | ConnectionError::VersionMismatch
            | ConnectionError::CidsExhausted,
        ) => DownReason::Closed,
        None => {
            // The stream ended and the connection did not: whoever does that does not speak our protocol.
            close(connection, code::FAULT);
            DownReason::Fault(PeerFault::Preface)
        }
    }
}
