//! `kortisto restore`: a node made of a backup, which brings nobody back.
//!
//! Everything happens in `DIR.part`, which then gets its name; a failure leaves nothing behind. The
//! node keeps its identity, peers and settings. Its keys are made anew, its life is a new one, and it stands in quarantine before it is first opened. Then the ledgers, the one in
//! the backup and the one given, are carried out as if a peer had told them, and a checkpoint drops
//! what was removed.
//!
//! # When a ledger file ends the quarantine
//!
//! The entries of a ledger file are always taken. It ends the quarantine only when it says of when
//! it is (a copy that a backup made; its digest has to fit), is of the same register, is not older
//! than the backup, and is at most [`FRESH_HOURS`] old: then it misses at most what one missed day
//! could hold. Anything else leaves the node to a peer's ledger or to the owner, who may know of
//! erasures that no file does, and whose word is logged.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use register::id::OPERATOR;
use register::ledger::Line;
use register::replica::{Answer, Command, Group, Quarantine};
use serde::Serialize;
use vault::{Vault, VaultError};

use crate::backup::envelope::{self, Open, Small, Unopened};
use crate::backup::label::Label;
use crate::backup::ledger::LedgerCopy;
use crate::backup::seal::Key;
use crate::backup::{Inadmissible, admissible};
use crate::config;
use crate::exit::{Attempt as _, Exit, Failure, Outcome};
use crate::premises::{IDENTITY, Stopped};
use crate::turn::Office;

/// A ledger file of so many hours ends the quarantine: two days, so that one backup may have been missed.
pub const FRESH_HOURS: i64 = 48;
/// So many lines of the ledger are carried out at once.
const LINES: usize = 500;
/// What a node's directory holds: an unfinished one with anything else in it is not ours to remove.
const OURS: [&str; 10] = [
    config::FILE,
    IDENTITY,
    "keys",
    "ledger",
    "ledger.draft",
    "journal",
    "checkpoint",
    "db",
    "lock",
    "backup.json",
];

/// What is to be restored.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The new node's directory.
    pub directory: &'a Path,
    /// The backup.
    pub from: &'a Path,
    /// What opens it.
    pub key: &'a Key,
    /// A ledger file.
    pub ledger: Option<&'a Path>,
}

/// What was restored; `restore --json` prints it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// What the backup was as of.
    pub created: Timestamp,
    /// The premises' name.
    pub premises: String,
    /// The register's id.
    pub register: String,
    /// The node's id.
    pub node: String,
    /// Clients, after everybody in the ledgers was erased again.
    pub clients: u64,
    /// Whether the node shows nobody yet.
    pub quarantine: bool,
    /// What came of the ledger file, in a sentence.
    pub ledger: Option<String>,
}

impl From<Unopened> for Failure {
    fn from(error: Unopened) -> Self {
        let exit = match error {
            Unopened::Damaged => Exit::Storage,
            Unopened::Unreadable(_) => Exit::Failed,
            _ => Exit::Refused,
        };
        Self::new(exit, error)
    }
}

impl From<Inadmissible> for Failure {
    fn from(error: Inadmissible) -> Self {
        Self::new(Exit::Refused, error)
    }
}

/// Restores a backup into a directory that holds no node.
///
/// # Errors
/// When the backup is too old, from the future, not whole, or not opened by the key; when the
/// directory holds something; failures of the disk. Nothing is left behind then.
pub async fn restore(wish: &Wish<'_>, now: Timestamp) -> Outcome<Restored> {
    if holds_something(wish.directory) {
        return Err(Failure::from(VaultError::Exists).context(wish.directory.display()));
    }
    let named = || wish.from.display().to_string();
    let label =
        envelope::label(wish.from).map_err(|error| Failure::from(error).context(named()))?;
    admissible(label.created, now)?;
    let copy = wish.ledger.map(LedgerCopy::read).transpose()?;
    if let Some(Label { register, .. }) = copy.as_ref().and_then(|copy| copy.label.as_ref())
        && *register != label.register
    {
        let sentence = "the ledger file is of another register than the backup";
        return Err(Failure::said(Exit::Refused, sentence));
    }
    let opened = envelope::open(wish.from, wish.key)
        .map_err(|error| Failure::from(error).context(named()))?;
    let part = Part::new(wish.directory)?;
    let restored = fill(part.path(), opened, copy, now).await?;
    part.name(wish.directory)?;
    Ok(restored)
}

/// Makes the node in `part`.
async fn fill(
    part: &Path,
    opened: Open,
    copy: Option<LedgerCopy>,
    now: Timestamp,
) -> Outcome<Restored> {
    let Open {
        header,
        small,
        mut image,
    } = opened;
    for file in &small {
        write_small(part, file)?;
    }
    let copied = vault::backup::restore(part, &mut image).map_err(unfilled)?;
    if (copied.frame, copied.entries) != (header.frame, header.entries) {
        return Err(Unopened::Damaged.into());
    }
    stand_in_quarantine(part).map_err(unfilled)?;
    let serves = copy
        .as_ref()
        .is_some_and(|copy| ends_quarantine(copy, header.created, now));
    let mut entries = copied.ledger;
    let told = copy.as_ref().map(|copy| sentence(copy, serves));
    entries.extend(copy.into_iter().flat_map(|copy| copy.entries));
    let lines = entries
        .iter()
        .map(|entry| Line::decode(entry))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Failure::from(Unopened::Newer))?;
    let stopped = Stopped::open(part)?;
    let office = stopped.office().clone();
    let replayed = replay(&office, &lines, serves).await;
    drop(office);
    stopped.close().await?;
    let (clients, quarantine) = replayed?;
    drop_remnants(part)?;
    Ok(Restored {
        created: header.created,
        premises: header.premises,
        register: header.register,
        node: header.node,
        clients,
        quarantine,
        ledger: told,
    })
}

/// Before anything is read of it.
fn stand_in_quarantine(part: &Path) -> Result<(), VaultError> {
    let (mut vault, ..) = Vault::open(part)?;
    vault.stage(&Group {
        writes: vec![Quarantine::of_restored()],
    })?;
    vault.close()
}

/// Carries the ledgers out, and lets the node serve if it may. Says how many clients are left, and
/// whether they are shown.
async fn replay(office: &Office, lines: &[Line], serves: bool) -> Outcome<(u64, bool)> {
    for lines in lines.chunks(LINES) {
        office.ask(Command::TakeLedger(lines.to_vec())).await??;
    }
    if serves {
        office.ask(Command::Release(OPERATOR)).await??;
    }
    match office.ask(Command::Report).await?? {
        Answer::Report(report) => Ok((report.clients as u64, report.quarantine.is_some())),
        _ => Err(crate::errand::astray()),
    }
}

/// What the ledgers removed is in the checkpoint that came with the backup, and in no other; and the
/// key that came with the backup opens nothing of the new node.
fn drop_remnants(part: &Path) -> Outcome<()> {
    let (mut vault, ..) = Vault::open(part)?;
    vault.rotate_keys()?;
    vault.checkpoint_now()?;
    vault.close()?;
    Ok(())
}

/// Whether a node restored from a backup of that time may serve on the word of this ledger.
fn ends_quarantine(copy: &LedgerCopy, backup: Timestamp, now: Timestamp) -> bool {
    let fresh = SignedDuration::from_hours(FRESH_HOURS);
    copy.label.as_ref().is_some_and(|label| {
        !copy.damaged
            && label.created >= backup
            && label.created <= now
            && now.duration_since(label.created) <= fresh
    })
}

fn sentence(copy: &LedgerCopy, serves: bool) -> String {
    let count = copy.entries.len();
    let mut text = format!("{count} entries were taken from the ledger file");
    if copy.damaged {
        text.push_str("; part of it can't be read");
    }
    match &copy.label {
        Some(label) if serves => text.push_str(&format!(", which is of {}", label.created)),
        Some(label) => text.push_str(&format!(
            ", which is of {}: not recent enough to end the quarantine",
            label.created
        )),
        None => {
            text.push_str(", which doesn't say of when it is, so it doesn't end the quarantine")
        }
    }
    text
}

fn unfilled(error: VaultError) -> Failure {
    match error {
        VaultError::Full | VaultError::ReadOnly | VaultError::InUse | VaultError::Exists => {
            error.into()
        }
        error => Unopened::from(error).into(),
    }
}

/// Writes one of the node's small files, which only its owner may read.
fn write_small(part: &Path, (name, bytes): &Small) -> Outcome<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let inside = name == config::FILE
        || name.strip_prefix(IDENTITY).is_some_and(|rest| {
            let mut parts = Path::new(rest.trim_start_matches('/')).components();
            matches!(
                (parts.next(), parts.next()),
                (Some(Component::Normal(_)), None)
            )
        });
    if !inside {
        return Err(Unopened::Damaged.into());
    }
    let path = part.join(name);
    let write = || -> io::Result<()> {
        if let Some(directory) = path.parent().filter(|directory| *directory != part) {
            fs::create_dir_all(directory)?;
            private(directory)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        path.parent()
            .map_or(Ok(()), |directory| fs::File::open(directory)?.sync_all())
    };
    write().attempt(format!("write {}", path.display()))
}

fn private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

/// Whether a directory, or whatever is there, is in the way.
fn holds_something(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// A directory that is being made, and is removed when it doesn't get its name.
#[derive(Debug)]
struct Part(Option<PathBuf>);

impl Part {
    fn new(directory: &Path) -> Outcome<Self> {
        let directory = std::path::absolute(directory).attempt("find the new directory")?;
        let mut name = directory.as_os_str().to_owned();
        name.push(".part");
        let part = PathBuf::from(name);
        if part.exists() {
            if !is_unfinished(&part) {
                let sentence = format!("{} is in the way; move it elsewhere", part.display());
                return Err(Failure::said(Exit::NotANode, sentence));
            }
            fs::remove_dir_all(&part).attempt(format!("remove {}", part.display()))?;
        }
        fs::create_dir_all(&part)
            .and_then(|()| private(&part))
            .attempt(format!("make the directory {}", part.display()))?;
        Ok(Self(Some(part)))
    }

    fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new(""))
    }

    /// Gives it its name, durably.
    fn name(mut self, directory: &Path) -> Outcome<()> {
        let doing = format!("name the directory {}", directory.display());
        let directory = std::path::absolute(directory).attempt(&doing)?;
        let name = || {
            fs::rename(self.path(), &directory)?;
            match directory.parent() {
                Some(parent) => fs::File::open(parent)?.sync_all(),
                None => Ok(()),
            }
        };
        name().attempt(&doing)?;
        self.0 = None;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(part) = &self.0 {
            // What can't be removed now is removed by the next attempt.
            let _ = fs::remove_dir_all(part);
        }
    }
}

/// Whether a directory is a node that was being restored: it holds nothing but parts of one.
fn is_unfinished(part: &Path) -> bool {
    fs::read_dir(part).is_ok_and(|mut entries| {
        entries.all(|entry| {
            entry.is_ok_and(|entry| OURS.iter().any(|ours| entry.file_name() == *ours))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::label::Kind;

    #[test]
    fn only_a_recent_whole_copy_that_is_not_older_than_the_backup_ends_the_quarantine() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let backup = at("2026-01-10T12:00:00Z");
        let copy = |created: Option<&str>, damaged| LedgerCopy {
            label: created.map(|created| Label {
                kind: Kind::Ledger,
                register: "r1".into(),
                node: "n1".into(),
                created: at(created),
                digest: None,
            }),
            entries: [].into(),
            damaged,
        };
        let check =
            |created, damaged, now| ends_quarantine(&copy(created, damaged), backup, at(now));
        let same = Some("2026-01-10T12:00:00Z");
        assert!(check(same, false, "2026-01-10T12:00:00Z"));
        assert!(check(same, false, "2026-01-12T12:00:00Z"));
        assert!(!check(same, false, "2026-01-12T12:00:01Z"));
        assert!(!check(same, true, "2026-01-10T13:00:00Z"));
        assert!(check(
            Some("2026-01-20T12:00:00Z"),
            false,
            "2026-01-21T12:00:00Z"
        ));
        assert!(!check(
            Some("2026-01-10T11:59:59Z"),
            false,
            "2026-01-10T13:00:00Z"
        ));
        assert!(!check(
            Some("2026-01-11T12:00:00Z"),
            false,
            "2026-01-10T13:00:00Z"
        ));
        assert!(!check(None, false, "2026-01-10T13:00:00Z"));
    }

    #[test]
    fn small_files_stay_inside_the_directory() {
        let home = tempfile::tempdir().unwrap();
        let small = |name: &str| (name.to_owned(), zeroize::Zeroizing::new(b"x".to_vec()));
        for name in [
            "../escape",
            "identity/../escape",
            "identity/",
            "identity",
            "keys/master",
            "/etc/passwd",
            "identity/a/b",
        ] {
            let error = write_small(home.path(), &small(name)).err().unwrap();
            assert_eq!(error.exit(), Exit::Storage, "{name}");
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        write_small(home.path(), &small("identity/key.pem")).unwrap();
        write_small(home.path(), &small(config::FILE)).unwrap();
    }

    #[test]
    fn somebody_elses_directory_is_not_removed() {
        let home = tempfile::tempdir().unwrap();
        let (new, part) = (home.path().join("n"), home.path().join("n.part"));
        fs::create_dir_all(part.join("journal")).unwrap();
        drop(Part::new(&new).unwrap());
        assert!(!part.exists());
        fs::create_dir(&part).unwrap();
        fs::write(part.join("letter"), "x").unwrap();
        assert!(Part::new(&new).is_err());
        assert!(part.join("letter").exists());
    }
}
