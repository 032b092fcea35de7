//! Frames on a stream: a length of four bytes, big end first, then so many bytes.

use quinn::{ReadExactError, RecvStream, SendStream, WriteError};

use crate::PeerFault;

/// The largest frame, in bytes: the largest document and its values fit.
pub const FRAME_LIMIT: usize = 20 * 1024 * 1024;

/// The first bytes of each side: a name and a version.
const PREFACE: [u8; 8] = *b"kortist\x01";

/// Why no frame was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadFault {
    /// The stream or the connection ended.
    Ended,
    /// The peer broke the protocol.
    Peer(PeerFault),
}

impl From<ReadExactError> for ReadFault {
    fn from(_: ReadExactError) -> Self {
        Self::Ended
    }
}

pub(crate) async fn write_preface(to: &mut SendStream) -> Result<(), WriteError> {
    to.write_all(&PREFACE).await
}

pub(crate) async fn read_preface(from: &mut RecvStream) -> Result<(), ReadFault> {
    let mut preface = [0; PREFACE.len()];
    from.read_exact(&mut preface).await?;
    if preface == PREFACE {
        Ok(())
    } else {
        Err(ReadFault::Peer(PeerFault::Preface))
    }
}

pub(crate) async fn write(to: &mut SendStream, frame: &[u8]) -> Result<(), WriteError> {
    // The outbox takes no frame over FRAME_LIMIT.
    let length = u32::try_from(frame.len()).unwrap_or(u32::MAX);
    to.write_all(&length.to_be_bytes()).await?;
    to.write_all(frame).await
}

pub(crate) async fn read(from: &mut RecvStream) -> Result<Vec<u8>, ReadFault> {
    let mut length = [0; 4];
    from.read_exact(&mut length).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_LIMIT {
        return Err(ReadFault::Peer(PeerFault::Oversize));
    }
    // Grows with what arrives, so that a claimed length costs no memory.
    let mut frame = Vec::with_capacity(length.min(64 * 1024));
    while frame.len() < length {
        let want = (length - frame.len()).min(64 * 1024);
        let start = frame.len();
        frame.resize(start + want, 0);
        let Some(part) = frame.get_mut(start..) else {
            return Err(ReadFault::Ended);
        };
        from.read_exact(part).await?;
    }
    Ok(frame)
}
