//! Where the socket is, and who may open it.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// The socket's name in a node's directory.
pub const FILE: &str = "control.sock";
/// The longest path that the operating system takes for a socket, with room to spare.
const PATH_LIMIT: usize = 100;

/// Listens on `dir`'s socket, which only this user may open. One left behind by a dead process is
/// replaced, so call this only while holding the vault, whose lock says that nobody else runs here.
///
/// # Errors
/// The operating system's.
pub fn bind(dir: &Path) -> io::Result<UnixListener> {
    let place = Place::of(dir)?;
    match fs::remove_file(dir.join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&place.path)?;
    fs::set_permissions(dir.join(FILE), fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Connects to `dir`'s socket; `None` when no node runs there.
///
/// # Errors
/// The operating system's, such as `PermissionDenied` for another user.
pub(super) async fn connect(dir: &Path) -> io::Result<Option<UnixStream>> {
    let place = match Place::of(dir) {
        Ok(place) => place,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match UnixStream::connect(&place.path).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A path to the socket that is short enough: a long one goes by way of the open directory.
struct Place {
    path: PathBuf,
    _directory: Option<OwnedFd>,
}

impl Place {
    fn of(dir: &Path) -> io::Result<Self> {
        let path = dir.join(FILE);
        if path.as_os_str().len() <= PATH_LIMIT {
            return Ok(Self {
                path,
                _directory: None,
            });
        }
        let directory = OwnedFd::from(fs::File::open(dir)?);
        let path = PathBuf::from(format!("/proc/self/fd/{}/{FILE}", directory.as_raw_fd()));
        Ok(Self {
            path,
            _directory: Some(directory),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_long_path_works_and_only_the_owner_may_open() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("d".repeat(120));
        fs::create_dir(&dir).unwrap();
        assert!(connect(&dir).await.unwrap().is_none());
        let listener = bind(&dir).unwrap();
        let mode = fs::metadata(dir.join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(connect(&dir).await.unwrap().is_some());
        drop(listener);
        assert!(connect(&dir).await.unwrap().is_none(), "nobody listens");
        // What a dead process left behind is replaced.
        let _again = bind(&dir).unwrap();
        assert!(connect(&dir).await.unwrap().is_some());
        assert!(connect(&root.path().join("none")).await.unwrap().is_none());
    }
}
