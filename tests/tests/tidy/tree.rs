//! The files the rules look at: all of the clone's that git would take.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the clone.
pub(crate) struct Source {
    /// Path from the root, with slashes.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl Source {
    /// Lines with their numbers, from 1.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// A complaint about one line.
    pub(crate) fn at(&self, number: usize, what: &str) -> String {
        format!("{}:{number}: {}", self.path, what.trim())
    }
}

/// Root of the clone.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// A manifest, parsed.
pub(crate) fn manifest(path: &str) -> toml::Table {
    std::fs::read_to_string(root().join(path))
        .unwrap()
        .parse()
        .unwrap()
}

/// Every text file, the lock file (which nobody writes) apart.
pub(crate) fn text_sources() -> Vec<Source> {
    // New files count before they are committed, build products never do.
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        listed.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    let sources: Vec<Source> = String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .filter(|path| !path.ends_with("Cargo.lock"))
        .filter_map(|path| {
            // A picture is no text; a file that was just removed is still listed.
            let text = std::fs::read_to_string(root().join(path)).ok()?;
            Some(Source {
                path: path.to_owned(),
                text,
            })
        })
        .collect();
    assert!(sources.len() > 20, "only {} files found", sources.len());
    sources
}

/// Every Rust file.
pub(crate) fn rust_sources() -> Vec<Source> {
    let mut sources = text_sources();
    sources.retain(|source| {
        Path::new(&source.path)
            .extension()
            .is_some_and(|extension| extension == "rs")
    });
    sources
}
