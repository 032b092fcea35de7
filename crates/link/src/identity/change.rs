//! How an identity goes on: a certificate that is renewed for the same key, and a key that gives way to the next.
//!
//! Each file is replaced in one step, and what a crash leaves half done is finished when the identity is loaded.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use register::id::NodeId;

use super::{
    CERTIFICATE, ClaimedId, Day, Identity, IdentityError, KEY, LINE_KEY, NODE, certificate,
    file_error, new_key, validity_from, write_new,
};

/// Where the next key waits.
const NEXT: &str = "next";
/// What a file is called until it is whole.
const FRESH: &str = "certificate.pem.fresh";

impl Identity {
    /// Makes a certificate for the same key that is valid for two years from this day, and loads it.
    ///
    /// # Errors
    /// [`IdentityError`] when files can't be read or written; the old certificate stays then.
    pub fn renew(directory: &Path, today: Day) -> Result<Self, IdentityError> {
        let path = directory.join(KEY);
        let pem = fs::read_to_string(&path).map_err(file_error(&path))?;
        let key = rcgen::KeyPair::from_pem(&pem).map_err(|_| IdentityError::Content(path))?;
        let (first, last) = validity_from(today);
        let fresh = directory.join(FRESH);
        remove(&fresh)?;
        write_new(&fresh, certificate(&key, first, last)?.as_bytes(), 0o644)?;
        rename(&fresh, &directory.join(CERTIFICATE))?;
        sync(directory)?;
        Self::load(directory)
    }

    /// Makes the key that is to come after the present one, or finds it made; it waits beside the identity until
    /// [`Identity::take_next`].
    ///
    /// # Errors
    /// [`IdentityError`] when files can't be read or written.
    pub fn prepare_next(directory: &Path, today: Day) -> Result<ClaimedId, IdentityError> {
        let next = directory.join(NEXT);
        if let Some(waiting) = waiting(directory)? {
            return Ok(waiting);
        }
        // What a crash left half made is made anew.
        match fs::remove_dir_all(&next) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(file_error(&next)(error));
            }
            _ => {}
        }
        fs::create_dir(&next).map_err(file_error(&next))?;
        let key = new_key()?;
        let (first, last) = validity_from(today);
        write_new(&next.join(KEY), key.serialize_pem().as_bytes(), 0o600)?;
        let certificate = certificate(&key, first, last)?;
        write_new(&next.join(CERTIFICATE), certificate.as_bytes(), 0o644)?;
        sync(&next)?;
        sync(directory)?;
        waiting(directory)?.ok_or(IdentityError::Key)
    }

    /// Goes over to the key that was prepared, or finds that it was done: whoever loads the identity meanwhile finishes
    /// what was begun. The node's id stays.
    ///
    /// # Errors
    /// [`IdentityError`] when another or none was prepared, or files can't be read or written.
    pub fn take_next(directory: &Path, next: ClaimedId) -> Result<Self, IdentityError> {
        let present = Self::load(directory)?;
        if present.peer_id().claimed() == next {
            return Ok(present);
        }
        if waiting(directory)? != Some(next) {
            return Err(IdentityError::Content(directory.join(NEXT)));
        }
        let node = directory.join(NODE);
        if !node.exists() {
            write_new(&node, present.node.to_string().as_bytes(), 0o644)?;
            sync(directory)?;
        }
        let certificate = directory.join(NEXT).join(CERTIFICATE);
        rename(&certificate, &directory.join(CERTIFICATE))?;
        sync(directory)?;
        Self::load(directory)
    }
}

/// The key that waits, if one does.
fn waiting(directory: &Path) -> Result<Option<ClaimedId>, IdentityError> {
    let next = directory.join(NEXT);
    if !next.join(CERTIFICATE).exists() || !next.join(KEY).exists() {
        return Ok(None);
    }
    // The keys of the line stay as they are; a copy makes what waits an identity that can be loaded.
    let line = next.join(LINE_KEY);
    if !line.exists() {
        fs::copy(directory.join(LINE_KEY), &line).map_err(file_error(&line))?;
    }
    Ok(Some(Identity::load(&next)?.peer_id().claimed()))
}

/// Finishes a change of keys: once the next certificate is in place, its key follows. Another process may be doing the
/// same, so what is gone already is done.
pub(super) fn finish(directory: &Path) -> Result<(), IdentityError> {
    let next = directory.join(NEXT);
    let (key, certificate) = (next.join(KEY), next.join(CERTIFICATE));
    if certificate.exists() || !next.exists() {
        return Ok(());
    }
    if !directory.join(NODE).exists() {
        // A next key that was never made whole.
        return Ok(());
    }
    match fs::rename(&key, directory.join(KEY)) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(file_error(&key)(error)),
        _ => sync(directory)?,
    }
    match fs::remove_dir_all(&next) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(&next)(error)),
        _ => Ok(()),
    }
}

/// The id of a node whose key has changed.
pub(super) fn read_node(directory: &Path) -> Result<Option<NodeId>, IdentityError> {
    let path = directory.join(NODE);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let node = text.trim().parse();
            node.map(Some).map_err(|_| IdentityError::Content(path))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(&path)(error)),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), IdentityError> {
    fs::rename(from, to).map_err(file_error(from))
}

fn remove(path: &Path) -> Result<(), IdentityError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(file_error(path)(error)),
        _ => Ok(()),
    }
}

fn sync(directory: &Path) -> Result<(), IdentityError> {
    File::open(directory)
        .and_then(|opened| opened.sync_all())
        .map_err(file_error(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = (2028, 2, 29);

    fn made(home: &Path) -> Identity {
        Identity::create_between(home, (2024, 1, 1), (2029, 1, 1)).unwrap()
    }

    #[test]
    fn a_renewed_certificate_is_for_the_same_key_and_longer() {
        let home = tempfile::tempdir().unwrap();
        let old = made(home.path());
        let new = Identity::renew(home.path(), TODAY).unwrap();
        assert_eq!(new.peer_id(), old.peer_id());
        assert!(new.validity().unwrap().1 > old.validity().unwrap().1);
        let again = Identity::load(home.path()).unwrap();
        assert_eq!(again.validity(), new.validity());
    }

    #[test]
    fn the_next_key_takes_over_and_the_node_stays_who_it_is() {
        let home = tempfile::tempdir().unwrap();
        let old = made(home.path());
        let next = Identity::prepare_next(home.path(), TODAY).unwrap();
        assert_eq!(Identity::prepare_next(home.path(), TODAY), Ok(next));
        assert_eq!(
            Identity::load(home.path()).unwrap().peer_id(),
            old.peer_id()
        );
        let other = old.peer_id().claimed();
        let new = Identity::take_next(home.path(), next).unwrap();
        assert_eq!(new.peer_id().claimed(), next);
        assert_eq!(new.node(), old.node());
        let again = Identity::take_next(home.path(), next).unwrap();
        assert_eq!(again.peer_id(), new.peer_id(), "done already");
        assert!(Identity::take_next(home.path(), other).is_err());
        // And once more.
        let third = Identity::prepare_next(home.path(), TODAY).unwrap();
        let newest = Identity::take_next(home.path(), third).unwrap();
        assert_eq!(
            (newest.peer_id().claimed(), newest.node()),
            (third, old.node())
        );
    }

    #[test]
    fn a_change_that_a_crash_interrupted_is_finished() {
        let home = tempfile::tempdir().unwrap();
        let old = made(home.path());
        let next = Identity::prepare_next(home.path(), TODAY).unwrap();
        let id = old.node().to_string();
        fs::write(home.path().join(NODE), id).unwrap();
        // Before the certificate is in place nothing has happened.
        assert_eq!(
            Identity::load(home.path()).unwrap().peer_id(),
            old.peer_id()
        );
        let waiting = home.path().join(NEXT).join(CERTIFICATE);
        fs::rename(waiting, home.path().join(CERTIFICATE)).unwrap();
        let new = Identity::load(home.path()).unwrap();
        assert_eq!(new.peer_id().claimed(), next);
        assert_eq!(new.node(), old.node());
        assert!(!home.path().join(NEXT).exists());
    }

    #[test]
    fn whoever_loads_the_identity_meanwhile_does_no_harm() {
        for _ in 0..20 {
            let home = tempfile::tempdir().unwrap();
            made(home.path());
            let next = Identity::prepare_next(home.path(), TODAY).unwrap();
            let path = home.path().to_owned();
            let reader = std::thread::spawn(move || {
                for _ in 0..100 {
                    // Between two renames there is nothing whole to load; what counts is what comes of it.
                    let _ = Identity::load(&path);
                }
            });
            let taken = loop {
                if let Ok(taken) = Identity::take_next(home.path(), next) {
                    break taken;
                }
            };
            reader.join().unwrap();
            assert_eq!(taken.peer_id().claimed(), next);
            assert_eq!(
                Identity::load(home.path()).unwrap().peer_id().claimed(),
                next
            );
            assert!(!home.path().join(NEXT).exists());
        }
    }

    #[test]
    fn a_next_key_that_a_crash_left_half_made_is_made_anew() {
        let home = tempfile::tempdir().unwrap();
        let old = made(home.path());
        let next = home.path().join(NEXT);
        fs::create_dir(&next).unwrap();
        fs::write(next.join(KEY), "half").unwrap();
        assert_eq!(
            Identity::load(home.path()).unwrap().peer_id(),
            old.peer_id()
        );
        assert!(Identity::prepare_next(home.path(), TODAY).is_ok());
    }
}
