//! Where backups go: names, unfinished files, and those whose time is over.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::envelope::{self, Unopened};
use super::label::LABEL_LIMIT;
use super::{Fault, Trouble};

const EXTENSION: &str = "age";
const PART: &str = "part";
const PREFIX: &str = "kortisto-";

/// Where a backup goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// This file.
    File(PathBuf),
    /// A new file in this directory, with a dated name.
    Directory(PathBuf),
}

impl Place {
    /// What `to` stands for. It is looked up anew each time: a stick comes and goes.
    ///
    /// # Errors
    /// [`Trouble`] when it isn't there, or is a file that is no backup.
    pub fn of(to: &Path) -> Result<Self, Trouble> {
        let doing = format!("back up to {}", to.display());
        match fs::metadata(to) {
            Ok(there) if there.is_dir() => Ok(Self::Directory(to.to_owned())),
            Ok(_) if envelope::label(to).is_ok() => Ok(Self::File(to.to_owned())),
            Ok(_) => Err(Trouble::new(
                Fault::Other,
                format!("could not {doing}: that file is no backup and is left as it is"),
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = to.parent().filter(|parent| parent.is_dir());
                let slash = to.as_os_str().as_encoded_bytes().ends_with(b"/");
                match parent {
                    Some(_) if !slash => Ok(Self::File(to.to_owned())),
                    _ => Err(Trouble::io(&doing, &error)),
                }
            }
            Err(error) => Err(Trouble::io(&doing, &error)),
        }
    }

    /// The directory of a schedule: it is never made, since a mount point without its stick looks like one.
    ///
    /// # Errors
    /// [`Trouble`] when it isn't there.
    pub fn directory(to: &Path) -> Result<Self, Trouble> {
        match Self::of(to)? {
            Self::Directory(directory) => Ok(Self::Directory(directory)),
            Self::File(_) => Err(Trouble::io(
                &format!("back up to {}", to.display()),
                &io::ErrorKind::NotFound.into(),
            )),
        }
    }

    /// The backup's file.
    #[must_use]
    pub fn file(&self, premises: &str, created: Timestamp) -> PathBuf {
        match self {
            Self::File(file) => file.clone(),
            Self::Directory(directory) => {
                let at = created.strftime("%Y%m%dT%H%M%SZ");
                directory.join(format!("{PREFIX}{}-{at}.{EXTENSION}", slug(premises)))
            }
        }
    }

    /// The file of the ledger's copy.
    #[must_use]
    pub fn ledger(&self, premises: &str) -> PathBuf {
        match self {
            Self::File(file) => with(file, "ledger"),
            Self::Directory(directory) => {
                directory.join(format!("{PREFIX}{}.ledger", slug(premises)))
            }
        }
    }
}

/// A premises' name as part of a file name that every file system takes.
fn slug(premises: &str) -> String {
    let mut slug = String::new();
    for letter in premises.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' | 'å' | 'á' => slug.push('a'),
            'ö' | 'ø' => slug.push('o'),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "node" } else { slug }.to_owned()
}

fn with(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

/// A backup that is being written. Dropped before it is named, it is removed; a crash leaves it
/// behind as `.part` for the next one to remove.
#[derive(Debug)]
pub struct Draft {
    part: PathBuf,
    path: PathBuf,
    named: bool,
}

impl Draft {
    /// Makes the unfinished file for `path`, for its owner's eyes only.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn new(path: &Path) -> Result<(Self, File), Trouble> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let part = with(path, PART);
        let doing = format!("write {}", part.display());
        if is_unfinished(&part) {
            fs::remove_file(&part).map_err(|error| Trouble::io(&doing, &error))?;
        }
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)
            .map_err(|error| Trouble::io(&doing, &error))?;
        let draft = Self {
            part,
            path: path.to_owned(),
            named: false,
        };
        Ok((draft, file))
    }

    /// The unfinished file.
    #[must_use]
    pub fn part(&self) -> &Path {
        &self.part
    }

    /// Gives it its name, durably. A backup of that name makes way.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn name(mut self) -> Result<(), Trouble> {
        let name = || {
            fs::rename(&self.part, &self.path)?;
            self.path.parent().map_or(Ok(()), sync_directory)
        };
        name().map_err(|error| Trouble::io(&format!("name {}", self.path.display()), &error))?;
        self.named = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.named {
            // What can't be removed now is removed by the next backup.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Whether a file is an unfinished backup: it begins with a label, or hasn't got that far.
fn is_unfinished(path: &Path) -> bool {
    let short = fs::symlink_metadata(path)
        .is_ok_and(|there| there.is_file() && there.len() < LABEL_LIMIT as u64);
    short || envelope::label(path).is_ok()
}

/// Makes the names in a directory durable, where its file system knows how.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    match File::open(path)?.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Whether a backup made then has had its time. One from the future stays: a clock was wrong.
fn is_over(created: Timestamp, now: Timestamp, keep: SignedDuration) -> bool {
    created <= now && now.duration_since(created) > keep
}

/// Removes backups of this register in `directory` that are older than `keep`, and this premises'
/// unfinished ones. Only files that have our names and begin with our label go. Returns how many were old.
///
/// # Errors
/// [`Trouble`].
pub fn clear(
    directory: &Path,
    premises: &str,
    register: &str,
    now: Timestamp,
    keep: SignedDuration,
) -> Result<usize, Trouble> {
    let doing = format!("remove old backups from {}", directory.display());
    let mut removed = 0;
    let own = format!("{PREFIX}{}-", slug(premises));
    let mut clear = || -> io::Result<()> {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
                continue;
            };
            if !entry.file_type()?.is_file() {
                continue;
            }
            let path = entry.path();
            if name.starts_with(&own) && name.ends_with(".age.part") && is_unfinished(&path) {
                fs::remove_file(&path)?;
            } else if name.ends_with(".age") {
                match envelope::label(&path) {
                    Ok(label)
                        if label.register == register && is_over(label.created, now, keep) =>
                    {
                        fs::remove_file(&path)?;
                        removed += 1;
                    }
                    Ok(_) | Err(Unopened::Foreign) => {}
                    Err(error) => tracing::warn!(%error, "a file beside the backups"),
                }
            }
        }
        if removed > 0 {
            sync_directory(directory)?;
        }
        Ok(())
    };
    clear().map_err(|error| Trouble::io(&doing, &error))?;
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::super::days;
    use super::super::label::{Kind, Label};
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn backup(directory: &Path, name: &str, register: &str, created: &str) {
        let label = Label {
            kind: Kind::Backup,
            register: register.to_owned(),
            node: "n1".to_owned(),
            created: at(created),
            digest: None,
        };
        let rest = [b'x'; 300];
        let bytes = [label.line().as_bytes(), &rest].concat();
        fs::write(directory.join(name), bytes).unwrap();
    }

    #[test]
    fn names_are_dated_and_fit_every_file_system() {
        let place = Place::Directory("d".into());
        let file = place.file("Äkäslompolo / 2. krs.", at("2026-01-02T03:04:05Z"));
        let expected = "d/kortisto-akaslompolo-2-krs-20260102T030405Z.age";
        assert_eq!(file, Path::new(expected));
        assert_eq!(place.ledger("!"), Path::new("d/kortisto-node.ledger"));
        let place = Place::File("d/f".into());
        assert_eq!(place.ledger("P"), Path::new("d/f.ledger"));
    }

    #[test]
    fn only_old_backups_of_this_register_go_by_name_and_by_label() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path();
        let old = "2026-01-01T00:00:00Z";
        backup(dir, "kortisto-p-1.age", "r1", old);
        backup(dir, "kortisto-other-1.age", "r1", old);
        backup(dir, "kortisto-p-2.age", "r1", "2026-01-03T00:00:00Z");
        backup(dir, "kortisto-p-3.age", "r1", "2027-01-01T00:00:00Z");
        backup(dir, "kortisto-p-4.age", "r2", old);
        backup(dir, "mine.age", "r1", old);
        backup(dir, "kortisto-p-5.age.part", "r1", "2026-02-05T00:00:00Z");
        backup(
            dir,
            "kortisto-other-5.age.part",
            "r1",
            "2026-02-05T00:00:00Z",
        );
        fs::write(dir.join("kortisto-p-6.age"), "a letter to somebody").unwrap();
        fs::write(dir.join("kortisto-p-7.age.part"), "").unwrap();
        let now = at("2026-02-06T00:00:00Z");
        assert_eq!(clear(dir, "P", "r1", now, days(35)).unwrap(), 2);
        let mut left: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                "kortisto-other-5.age.part",
                "kortisto-p-2.age",
                "kortisto-p-3.age",
                "kortisto-p-4.age",
                "kortisto-p-6.age",
                "mine.age",
            ]
        );
    }

    #[test]
    fn a_place_that_is_missing_or_taken_is_told() {
        let home = tempfile::tempdir().unwrap();
        let fault = |to: &Path| Place::of(to).err().map(|trouble| trouble.fault);
        assert_eq!(
            fault(&home.path().join("stick/kortisto")),
            Some(Fault::Missing)
        );
        assert_eq!(fault(&home.path().join("stick/")), Some(Fault::Missing));
        assert!(Place::directory(&home.path().join("stick")).is_err());
        let file = home.path().join("letter");
        fs::write(&file, "to somebody").unwrap();
        assert_eq!(fault(&file), Some(Fault::Other));
        backup(home.path(), "b", "r1", "2026-01-01T00:00:00Z");
        assert_eq!(fault(&home.path().join("b")), None);
    }

    #[test]
    fn a_draft_leaves_nothing_behind_and_replaces_what_a_crash_left() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("b.age");
        fs::write(home.path().join("b.age.part"), "kor").unwrap();
        let (draft, _) = Draft::new(&path).unwrap();
        assert!(draft.part().exists());
        drop(draft);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        Draft::new(&path).unwrap().0.name().unwrap();
        assert!(path.exists());
    }
}
