//! The file: a label in clear, then in age's form a header, the node's small files, and the vault's image.
//!
//! After the label everything is encrypted: `KjBack01`, the header (length in four bytes, JSON), the
//! number of small files and each (name length, name, length, bytes), then [`vault::backup`]'s form.
//! Without Kortisto, `tail -n +2 FILE | age -d` opens it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use age::stream::StreamReader;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vault::VaultError;
use vault::backup::{Copied, Image};
use zeroize::Zeroizing;

use super::label::{Kind, LABEL_LIMIT, Label};
use super::seal::{Key, Seal};
use super::{Fault, Trouble};

const MAGIC: &[u8; 8] = b"KjBack01";
/// The form's version.
const FORMAT: u16 = 1;
/// The longest header in bytes.
const HEADER_LIMIT: u32 = 64 * 1024;
/// The most small files.
const FILES_LIMIT: u32 = 64;
/// The longest small file in bytes.
const FILE_LIMIT: u32 = 1024 * 1024;
/// After so many bytes the file is synced, so that one sync doesn't hold up the journal's.
const SYNC_BYTES: usize = 4 * 1024 * 1024;
/// Bytes that are read and written at once.
const BUFFER: usize = 256 * 1024;

/// What a backup says about itself, inside the encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The form's version.
    pub format: u16,
    /// The program's version.
    pub version: String,
    /// What it is as of.
    pub created: Timestamp,
    /// The register's id.
    pub register: String,
    /// The node's id.
    pub node: String,
    /// The premises' name.
    pub premises: String,
    /// The life of the node's process.
    pub incarnation: String,
    /// The last frame in it.
    pub frame: u64,
    /// Entries of the store.
    pub entries: u64,
    /// Clients.
    pub clients: u64,
    /// Records of any kind.
    pub records: u64,
    /// Entries of the ledger.
    pub ledger: u64,
}

impl Header {
    /// The version of the form that this program writes.
    pub const FORMAT: u16 = FORMAT;

    /// The label of a backup that says this about itself.
    #[must_use]
    pub fn label(&self) -> Label {
        Label {
            kind: Kind::Backup,
            register: self.register.clone(),
            node: self.node.clone(),
            created: self.created,
            digest: None,
        }
    }
}

/// A small file of the node: its name below the directory, with slashes, and its bytes.
pub type Small = (String, Zeroizing<Vec<u8>>);

/// Why a file is not opened as a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// It isn't one.
    #[error("this file is no backup of Kortisto")]
    Foreign,
    /// Another passphrase.
    #[error("the passphrase is not the one that this backup was made with")]
    Passphrase,
    /// Another key.
    #[error("the key is not the one that this backup was made for")]
    Key,
    /// It was closed with a passphrase.
    #[error("this backup was made with a passphrase: give it with --passphrase-file")]
    WantsPassphrase,
    /// It was closed with a key.
    #[error("this backup was made for a key: give the private one with --identity")]
    WantsKey,
    /// Its form is newer than this program.
    #[error("this backup was made by a newer version of Kortisto: restore it with that version")]
    Newer,
    /// It isn't as it was written.
    #[error("this backup is damaged, cut short or was changed: take another one")]
    Damaged,
    /// It can't be read.
    #[error("the backup can't be read: {0}")]
    Unreadable(io::ErrorKind),
}

impl Unopened {
    /// What reading said: the encryption reports wrong bytes as an error of reading.
    pub(super) fn of_io(error: &io::Error) -> Self {
        Self::of_kind(error.kind())
    }

    fn of_kind(kind: io::ErrorKind) -> Self {
        match kind {
            io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::Other => Self::Damaged,
            kind => Self::Unreadable(kind),
        }
    }
}

impl From<VaultError> for Unopened {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Io { kind, .. } => Self::of_kind(kind),
            _ => Self::Damaged,
        }
    }
}

/// Writes a backup into `file`, which is empty, makes it durable, and returns what it can be opened with
/// to read it back.
///
/// # Errors
/// [`Trouble`].
pub fn write(
    file: File,
    seal: &Seal,
    header: &Header,
    small: &[Small],
    image: Image,
    ledger: &std::collections::BTreeSet<Vec<u8>>,
) -> Result<Key, Trouble> {
    let (encryptor, key) = seal.encryptor()?;
    let write = || -> io::Result<File> {
        let mut out = BufWriter::with_capacity(BUFFER, Syncing { file, unsynced: 0 });
        out.write_all(header.label().line().as_bytes())?;
        let mut sealed = encryptor.wrap_output(out)?;
        write_front(&mut sealed, header, small)?;
        image.write(ledger, &mut sealed)?;
        let out = sealed.finish()?;
        let syncing = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        syncing.file.sync_all()?;
        Ok(syncing.file)
    };
    let file = write().map_err(|error| Trouble::io("write the backup", &error))?;
    // So that reading it back asks the disk and not the memory; where that can't be, it is no loss.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    Ok(key)
}

fn write_front(out: &mut impl Write, header: &Header, small: &[Small]) -> io::Result<()> {
    let json = serde_json::to_vec(header)?;
    out.write_all(MAGIC)?;
    out.write_all(&length(json.len())?)?;
    out.write_all(&json)?;
    out.write_all(&length(small.len())?)?;
    for (name, bytes) in small {
        out.write_all(&length(name.len())?)?;
        out.write_all(name.as_bytes())?;
        out.write_all(&length(bytes.len())?)?;
        out.write_all(bytes)?;
    }
    Ok(())
}

fn length(length: usize) -> io::Result<[u8; 4]> {
    match u32::try_from(length) {
        Ok(length) => Ok(length.to_be_bytes()),
        Err(_) => Err(io::ErrorKind::FileTooLarge.into()),
    }
}

/// A backup that is being read: what comes before the image, and the image.
pub struct Open {
    /// What it says about itself; the label said the same.
    pub header: Header,
    /// The node's small files.
    pub small: Vec<Small>,
    /// Stands where the image begins.
    pub image: StreamReader<BufReader<File>>,
}

impl core::fmt::Debug for Open {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Open({:?})", self.header.created)
    }
}

/// The label of the backup in `path`.
///
/// # Errors
/// [`Unopened::Foreign`] and [`Unopened::Unreadable`].
pub fn label(path: &Path) -> Result<Label, Unopened> {
    let file = File::open(path).map_err(|error| Unopened::Unreadable(error.kind()))?;
    read_label(&file).map(|(label, _)| label)
}

fn read_label(file: &File) -> Result<(Label, usize), Unopened> {
    let mut bytes = Vec::new();
    file.take(LABEL_LIMIT as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| Unopened::Unreadable(error.kind()))?;
    Label::read(Kind::Backup, &bytes).ok_or(Unopened::Foreign)
}

/// Opens the backup in `path`.
///
/// # Errors
/// [`Unopened`].
pub fn open(path: &Path, key: &Key) -> Result<Open, Unopened> {
    let file = File::open(path).map_err(|error| Unopened::Unreadable(error.kind()))?;
    let (label, start) = read_label(&file)?;
    let mut input = BufReader::with_capacity(BUFFER, file);
    input
        .seek(SeekFrom::Start(start as u64))
        .map_err(|error| Unopened::of_io(&error))?;
    let mut image = key.open(input)?;
    let (header, small) = read_front(&mut image)?;
    // The label is not sealed: whoever changed it is found out here.
    if header.label() != label {
        return Err(Unopened::Damaged);
    }
    Ok(Open {
        header,
        small,
        image,
    })
}

fn read_front(input: &mut impl Read) -> Result<(Header, Vec<Small>), Unopened> {
    let mut magic = [0; MAGIC.len()];
    fill(input, &mut magic)?;
    if magic != *MAGIC {
        return Err(Unopened::Damaged);
    }
    let json = sized(input, HEADER_LIMIT)?;
    let header = match serde_json::from_slice::<Header>(&json) {
        Ok(header) if header.format == FORMAT => header,
        _ => return Err(newer(&json)),
    };
    let count = number(input)?;
    if count > FILES_LIMIT {
        return Err(Unopened::Damaged);
    }
    let mut small = Vec::new();
    for _ in 0..count {
        let name = sized(input, HEADER_LIMIT)?;
        let name = String::from_utf8(name.to_vec()).map_err(|_| Unopened::Damaged)?;
        small.push((name, sized(input, FILE_LIMIT)?));
    }
    Ok((header, small))
}

fn newer(json: &[u8]) -> Unopened {
    #[derive(Deserialize)]
    struct Format {
        format: u16,
    }
    match serde_json::from_slice(json) {
        Ok(Format { format }) if format > FORMAT => Unopened::Newer,
        _ => Unopened::Damaged,
    }
}

fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<(), Unopened> {
    input
        .read_exact(bytes)
        .map_err(|error| Unopened::of_io(&error))
}

fn number(input: &mut impl Read) -> Result<u32, Unopened> {
    let mut bytes = [0; 4];
    fill(input, &mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

fn sized(input: &mut impl Read, limit: u32) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let length = number(input)?;
    if length > limit {
        return Err(Unopened::Damaged);
    }
    let mut bytes = Zeroizing::new(vec![0; usize::try_from(length).unwrap_or_default()]);
    fill(input, &mut bytes)?;
    Ok(bytes)
}

/// Reads the backup in `path` to its end: decrypted, counted, and compared with its set hash.
///
/// # Errors
/// [`Unopened`].
pub fn verify(path: &Path, key: &Key) -> Result<(Header, Copied), Unopened> {
    let mut opened = open(path, key)?;
    let copied = vault::backup::verify(&mut opened.image)?;
    if (copied.frame, copied.entries) != (opened.header.frame, opened.header.entries) {
        return Err(Unopened::Damaged);
    }
    Ok((opened.header, copied))
}

/// Reads a backup back that was just written.
///
/// # Errors
/// [`Trouble`] with [`Fault::Unverified`].
pub fn read_back(path: &Path, key: &Key, header: &Header) -> Result<(), Trouble> {
    match verify(path, key) {
        Ok((read, _)) if read == *header => Ok(()),
        other => Err(Trouble::new(
            Fault::Unverified,
            format!(
                "the backup reads back differently from what was written ({}); check the disk or the stick",
                other
                    .err()
                    .map_or_else(|| "another header".to_owned(), |error| error.to_string())
            ),
        )),
    }
}

/// A file that is synced now and then while it is written.
struct Syncing {
    file: File,
    unsynced: usize,
}

impl Write for Syncing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.unsynced += written;
        if self.unsynced >= SYNC_BYTES {
            self.unsynced = 0;
            self.file.sync_data()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
