//! A file that is held open.

use core::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};

/// A flat file as it was when it was opened: it is read from the start, and no further than it went then.
pub struct Held {
    length: u64,
    left: u64,
    source: Source,
}

enum Source {
    File(File),
    Bytes(Cursor<Vec<u8>>),
}

impl Held {
    /// An open file.
    pub(crate) fn of_file(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self {
            length,
            left: length,
            source: Source::File(file),
        })
    }

    /// The content of a file.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self {
            length,
            left: length,
            source: Source::Bytes(Cursor::new(bytes)),
        }
    }

    /// How many bytes it had when it was opened.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.length
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({} bytes)", self.length)
    }
}

impl Read for Held {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = usize::try_from(self.left).unwrap_or(usize::MAX);
        let room = buffer.len().min(limit);
        let buffer = buffer.get_mut(..room).unwrap_or_default();
        let read = match &mut self.source {
            Source::File(file) => file.read(buffer)?,
            Source::Bytes(bytes) => bytes.read(buffer)?,
        };
        self.left -= read as u64;
        Ok(read)
    }
}
