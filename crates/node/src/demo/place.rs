//! The demo's directory, and the identities that stay the same from demo to demo.

use std::fs;
use std::path::{Path, PathBuf};

use link::identity::Identity;

use crate::exit::{Attempt as _, Exit, Failure, Outcome};

/// Says that a directory is a demo's, so that `--fresh` may remove it.
const MARK: &str = "kortisto-demo";
const MARK_TEXT: &str =
    "This directory belongs to `kortisto demo`, and --fresh removes it with all that is in it.\n";

/// The demo's directory, made if it is not there; with `fresh`, an old one is removed first.
pub(super) fn prepare(named: Option<&Path>, fresh: bool) -> Outcome<PathBuf> {
    let dir = named.map_or_else(usual, Path::to_owned);
    let empty = fs::read_dir(&dir).is_ok_and(|mut entries| entries.next().is_none());
    if dir.exists() && !empty && !dir.join(MARK).is_file() {
        let sentence = format!(
            "{} is not empty and is no demo's directory: choose another with --dir",
            dir.display()
        );
        return Err(Failure::said(Exit::NotANode, sentence));
    }
    if fresh && dir.exists() {
        fs::remove_dir_all(&dir).attempt(format!("remove {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).attempt(format!("make the directory {}", dir.display()))?;
    fs::write(dir.join(MARK), MARK_TEXT).attempt(format!("write to {}", dir.display()))?;
    Ok(dir)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo's clients are invented, and their files are sealed like any node's"
)]
fn usual() -> PathBuf {
    std::env::temp_dir().join(MARK)
}

/// Where the source tree keeps this premises' identity, made if it is not there: browsers' and peers' trust then
/// survives `--fresh`. `None` outside of a source tree, or where it can't be written to.
pub(super) fn identity(premises: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let root = program
        .ancestors()
        .find(|dir| dir.join("crates/node/Cargo.toml").is_file())?;
    let place = root.join("certs/demo").join(premises);
    if Identity::load(&place).is_err() {
        Identity::create(&place).ok()?;
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_demos_directory_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let foreign = root.path().join("photos");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("a.jpg"), "x").unwrap();
        let error = prepare(Some(&foreign), true).err().unwrap();
        assert_eq!(error.exit(), Exit::NotANode);
        assert!(foreign.join("a.jpg").exists());

        let own = root.path().join("demo");
        prepare(Some(&own), false).unwrap();
        fs::write(own.join("register"), "x").unwrap();
        prepare(Some(&own), false).unwrap();
        assert!(
            own.join("register").exists(),
            "a second start finds what was there"
        );
        prepare(Some(&own), true).unwrap();
        assert!(!own.join("register").exists());
        assert!(own.join(MARK).is_file());
    }
}
