//! Who a node is: an Ed25519 key and a self-signed certificate. A peer is known by its key alone.

mod sign;
mod text;

use core::fmt;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use register::id::NodeId;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, X509Certificate};

pub use sign::{Signed, Signer, is_signature, verify};
pub use text::{ClaimedId, IdTextError};

const KEY: &str = "key.pem";
const CERTIFICATE: &str = "certificate.pem";
const LINE_KEY: &str = "line.key";
/// How long a certificate is good for. Pairing rests on the key; the dates bound how long a lost one helps.
const YEARS: i32 = 10;
/// Bytes of `line.key`: 64 for the key of stateless resets, 8 for that of connection ids.
const LINE_KEY_BYTES: usize = 72;

/// A peer whose certificate was verified in a handshake, or this node itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(ClaimedId);

impl PeerId {
    /// The holder of a certificate that a handshake has verified.
    pub(crate) fn of_verified(certificate: &CertificateDer<'_>) -> Result<Self, IdentityError> {
        key_of(certificate).map(Self)
    }

    /// The same id as people write it.
    #[must_use]
    pub const fn claimed(&self) -> ClaimedId {
        self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerId({self})")
    }
}

/// Why an identity could not be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is one already, and losing it would undo every pairing.
    #[error("{0} is there already and is not overwritten")]
    Exists(PathBuf),
    /// A file can't be read or written.
    #[error("{path}: {kind}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        kind: ErrorKind,
    },
    /// A file does not hold what it should.
    #[error("{0} can't be read as what it should be")]
    Content(PathBuf),
    /// Key and certificate don't belong together.
    #[error("the key and the certificate don't belong together")]
    Mismatch,
    /// The certificate's own dates say no.
    #[error("the node's certificate is not valid at this time: is the clock right?")]
    Expired,
    /// A certificate can't be read.
    #[error("a certificate can't be read")]
    Certificate,
    /// The library refused to make or use a key.
    #[error("the key can't be used")]
    Key,
}

/// A node's key and certificate.
pub struct Identity {
    key: PrivateKeyDer<'static>,
    certificate: CertificateDer<'static>,
    line_key: [u8; LINE_KEY_BYTES],
    peer_id: PeerId,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.peer_id)
    }
}

impl Clone for Identity {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone_key(),
            certificate: self.certificate.clone(),
            line_key: self.line_key,
            peer_id: self.peer_id,
        }
    }
}

impl Identity {
    /// Makes a new identity in `directory`, which is made if it is not there.
    ///
    /// # Errors
    /// [`IdentityError::Exists`] when one is there, and others when files can't be written.
    pub fn create(directory: &Path) -> Result<Self, IdentityError> {
        let today = today();
        Self::create_between(
            directory,
            (today.0 - 1, today.1, today.2),
            (today.0 + YEARS, today.1, today.2),
        )
    }

    /// Like [`Identity::create`], with the certificate's first and last day (year, month, day).
    ///
    /// # Errors
    /// As [`Identity::create`].
    pub fn create_between(
        directory: &Path,
        first: (i32, u8, u8),
        last: (i32, u8, u8),
    ) -> Result<Self, IdentityError> {
        fs::create_dir_all(directory).map_err(file_error(directory))?;
        let key =
            rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(|_| IdentityError::Key)?;
        let mut parameters = rcgen::CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters
            .distinguished_name
            .push(rcgen::DnType::CommonName, "kortisto");
        parameters.not_before = rcgen::date_time_ymd(first.0, first.1, first.2);
        parameters.not_after = rcgen::date_time_ymd(last.0, last.1, last.2);
        let certificate = parameters
            .self_signed(&key)
            .map_err(|_| IdentityError::Key)?;
        let mut line_key = [0; LINE_KEY_BYTES];
        getrandom::fill(&mut line_key).map_err(|_| IdentityError::Key)?;
        write_new(&directory.join(KEY), key.serialize_pem().as_bytes(), 0o600)?;
        write_new(&directory.join(LINE_KEY), &line_key, 0o600)?;
        write_new(
            &directory.join(CERTIFICATE),
            certificate.pem().as_bytes(),
            0o644,
        )?;
        Self::load(directory)
    }

    /// Reads the identity in `directory`.
    ///
    /// # Errors
    /// [`IdentityError`] when a file is missing or damaged, or key and certificate don't belong together.
    pub fn load(directory: &Path) -> Result<Self, IdentityError> {
        let (key_path, certificate_path) = (directory.join(KEY), directory.join(CERTIFICATE));
        let key_pem = fs::read(&key_path).map_err(file_error(&key_path))?;
        let key = PrivateKeyDer::from_pem_slice(&key_pem)
            .map_err(|_| IdentityError::Content(key_path))?;
        let pem = fs::read(&certificate_path).map_err(file_error(&certificate_path))?;
        let certificate = CertificateDer::from_pem_slice(&pem)
            .map_err(|_| IdentityError::Content(certificate_path.clone()))?
            .into_owned();
        let line_path = directory.join(LINE_KEY);
        let line_key = fs::read(&line_path)
            .map_err(file_error(&line_path))?
            .try_into()
            .map_err(|_| IdentityError::Content(line_path))?;
        let peer_id = key_of(&certificate)
            .map(PeerId)
            .map_err(|_| IdentityError::Content(certificate_path))?;
        let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key)
            .map_err(|_| IdentityError::Key)?;
        rustls::sign::CertifiedKey::new(vec![certificate.clone()], signing)
            .keys_match()
            .map_err(|_| IdentityError::Mismatch)?;
        Ok(Self {
            key,
            certificate,
            line_key,
            peer_id,
        })
    }

    /// Who this is.
    #[must_use]
    pub const fn peer_id(&self) -> PeerId {
        self.peer_id
    }

    /// Whose identity this is.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.peer_id.claimed().node()
    }

    /// From when until when its certificate is valid, seconds since 1970; `None` when that can't be read.
    #[must_use]
    pub fn valid_seconds(&self) -> Option<(i64, i64)> {
        let (_, parsed) = X509Certificate::from_der(&self.certificate).ok()?;
        let validity = parsed.validity();
        Some((
            validity.not_before.timestamp(),
            validity.not_after.timestamp(),
        ))
    }

    pub(crate) fn chain(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        (vec![self.certificate.clone()], self.key.clone_key())
    }

    /// The key of stateless resets and that of connection ids: kept, so that a peer notices at once that this
    /// node was killed and is back.
    pub(crate) fn line_keys(&self) -> (&[u8], u64) {
        let (reset, ids) = self
            .line_key
            .split_at_checked(64)
            .unwrap_or((&self.line_key, &[]));
        (
            reset,
            u64::from_be_bytes(ids.try_into().unwrap_or_default()),
        )
    }
}

/// The id of a certificate's key.
pub(crate) fn key_of(certificate: &CertificateDer<'_>) -> Result<ClaimedId, IdentityError> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| IdentityError::Certificate)?;
    Ok(ClaimedId::from_key(
        Sha256::digest(parsed.public_key().raw).into(),
    ))
}

/// Whether the certificate is valid at this second since 1970.
pub(crate) fn valid_at(
    certificate: &CertificateDer<'_>,
    second: i64,
) -> Result<bool, IdentityError> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| IdentityError::Certificate)?;
    let validity = parsed.validity();
    Ok((validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&second))
}

/// The last second since 1970 at which the certificate is valid.
pub(crate) fn valid_until(certificate: &CertificateDer<'_>) -> Result<i64, IdentityError> {
    let (_, parsed) =
        X509Certificate::from_der(certificate).map_err(|_| IdentityError::Certificate)?;
    Ok(parsed.validity().not_after.timestamp())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a certificate's dates are those of the day it is made"
)]
fn today() -> (i32, u8, u8) {
    let date = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    (
        date.year().into(),
        date.month().unsigned_abs(),
        date.day().unsigned_abs().min(28),
    )
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), IdentityError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => IdentityError::Exists(path.to_owned()),
            kind => IdentityError::File {
                path: path.to_owned(),
                kind,
            },
        })?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(file_error(path))
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> IdentityError + use<> {
    let path = path.to_owned();
    move |error| IdentityError::File {
        path: path.clone(),
        kind: error.kind(),
    }
}
