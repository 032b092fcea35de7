//! Every file of a node's directory, also behind links and while files come and go.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::exit::{Attempt as _, Outcome};

/// So often the directory is gone through again for files that came meanwhile.
const ROUNDS: usize = 5;
/// The deepest directory.
const DEPTH: usize = 16;
/// How much of a file tells whether it is an image of memory, in bytes.
const HEAD: usize = 18;

/// Opens every file below `dir` once and hands it over. What is no file is passed over.
///
/// # Errors
/// When something can't be read; a file that is gone by the time it is opened is no error.
pub(super) fn each(
    dir: &Path,
    mut visit: impl FnMut(&Path, File) -> io::Result<()>,
) -> Outcome<()> {
    let mut seen = BTreeSet::new();
    for _ in 0..ROUNDS {
        let mut fresh = false;
        for path in files(dir)? {
            let doing = || format!("read {}", path.display());
            let Some(file) = present(File::open(&path)).attempt(doing())? else {
                continue;
            };
            let metadata = file.metadata().attempt(doing())?;
            if seen.insert((metadata.dev(), metadata.ino())) {
                fresh = true;
                visit(&path, file).attempt(doing())?;
            }
        }
        if !fresh {
            break;
        }
    }
    Ok(())
}

/// Every file below `dir`, in order.
fn files(dir: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![(dir.to_owned(), 0)];
    let mut entered = BTreeSet::new();
    while let Some((place, depth)) = waiting.pop() {
        let doing = || format!("read the directory {}", place.display());
        let Some(entries) = present(fs::read_dir(&place)).attempt(doing())? else {
            continue;
        };
        for entry in entries {
            let path = entry.attempt(doing())?.path();
            // Follows links: keys may lie on another volume.
            let Some(metadata) = present(fs::metadata(&path)).attempt(doing())? else {
                continue;
            };
            if metadata.is_file() {
                found.push(path);
            } else if metadata.is_dir()
                && depth < DEPTH
                && entered.insert((metadata.dev(), metadata.ino()))
            {
                waiting.push((path, depth + 1));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A file whose first bytes are remembered while it is read.
pub(super) struct Watched {
    file: File,
    head: Vec<u8>,
}

impl Watched {
    pub(super) const fn new(file: File) -> Self {
        Self {
            file,
            head: Vec::new(),
        }
    }

    /// Whether what was read is an image of a process's memory: an ELF file of the type "core".
    pub(super) fn is_dump(&self) -> bool {
        const CORE: u16 = 4;
        let kind = self.head.get(16..HEAD).and_then(|kind| kind.first_chunk());
        let little = self.head.get(5) == Some(&1);
        self.head.starts_with(b"\x7fELF")
            && kind.is_some_and(|kind| {
                CORE == if little {
                    u16::from_le_bytes(*kind)
                } else {
                    u16::from_be_bytes(*kind)
                }
            })
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let missing = HEAD.saturating_sub(self.head.len()).min(read);
        self.head
            .extend_from_slice(buffer.get(..missing).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_once_and_new_files_are_seen() {
        let root = tempfile::tempdir().unwrap();
        let (dir, elsewhere) = (root.path().join("node"), root.path().join("keys"));
        fs::create_dir(&dir).unwrap();
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("master"), "x").unwrap();
        std::os::unix::fs::symlink(&elsewhere, dir.join("keys")).unwrap();
        std::os::unix::fs::symlink(&dir, dir.join("round")).unwrap();
        fs::write(dir.join("first"), "x").unwrap();
        let mut names = Vec::new();
        each(&dir, |path, _| {
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
            if names.len() == 1 {
                fs::write(dir.join("second"), "x")?;
            }
            Ok(())
        })
        .unwrap();
        names.sort();
        assert_eq!(names, ["first", "master", "second"]);
    }
}
