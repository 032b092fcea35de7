//! Length-prefixed frames.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The longest frame, in bytes.
pub(super) const FRAME_LIMIT: usize = 32 * 1024 * 1024;
/// How many bytes are made room for before they have come.
const ROOM: usize = 64 * 1024;

/// The next frame; `None` when the other side has closed between two frames.
///
/// # Errors
/// `InvalidData` when it is over [`FRAME_LIMIT`], `UnexpectedEof` when it ends early.
pub(super) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let mut have = 0;
    while have < length.len() {
        let Some(rest) = length.get_mut(have..) else {
            break;
        };
        match from.read(rest).await? {
            0 if have == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => have += more,
        }
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > FRAME_LIMIT {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::with_capacity(length.min(ROOM));
    let mut limited = from.take(length as u64);
    limited.read_to_end(&mut bytes).await?;
    if bytes.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(bytes))
}

/// Sends `message` as one frame.
///
/// # Errors
/// `InvalidData` when it is over [`FRAME_LIMIT`], and the socket's own errors.
pub(super) async fn write(
    to: &mut (impl AsyncWrite + Unpin),
    message: &impl Serialize,
) -> io::Result<()> {
    let bytes = serde_json::to_vec(message).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= FRAME_LIMIT)
        .ok_or(io::ErrorKind::InvalidData)?;
    to.write_all(&length.to_be_bytes()).await?;
    to.write_all(&bytes).await?;
    to.flush().await
}

/// What a frame says.
///
/// # Errors
/// `InvalidData` when it is no such message.
pub(super) fn decode<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    serde_json::from_slice(frame).map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_come_out_as_they_went_in() {
        let (mut one, mut two) = tokio::io::duplex(16);
        let sent = "x".repeat(1000);
        let text = sent.clone();
        let writing = tokio::spawn(async move {
            write(&mut one, &text).await.unwrap();
            write(&mut one, &7).await.unwrap();
        });
        let first = read(&mut two).await.unwrap().unwrap();
        assert_eq!(decode::<String>(&first).unwrap(), sent);
        let second = read(&mut two).await.unwrap().unwrap();
        assert_eq!(decode::<u8>(&second).unwrap(), 7);
        writing.await.unwrap();
        assert!(read(&mut two).await.unwrap().is_none());
    }

    async fn error_of(bytes: &[u8]) -> io::ErrorKind {
        let mut from = bytes;
        read(&mut from).await.unwrap_err().kind()
    }

    #[tokio::test]
    async fn long_and_cut_frames_are_errors() {
        assert_eq!(
            error_of(&[255, 255, 255, 255, 1]).await,
            io::ErrorKind::InvalidData
        );
        assert_eq!(error_of(&[0, 0]).await, io::ErrorKind::UnexpectedEof);
        assert_eq!(
            error_of(&[0, 0, 0, 9, 1]).await,
            io::ErrorKind::UnexpectedEof
        );
        assert_eq!(
            decode::<String>(b"{").unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
