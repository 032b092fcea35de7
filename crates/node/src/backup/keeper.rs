//! Makes backups at a node, on request or by schedule, and remembers how that went.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use console::desk::{BackupFault, BackupState};
use jiff::{SignedDuration, Timestamp};
use register::audit::{Act, AuditEvent};
use register::id::OPERATOR;
use register::replica::{Answer, Command, Hold, Report};
use tokio::sync::{Mutex, watch};
use vault::backup::Image;
use zeroize::Zeroizing;

use super::envelope::{self, Header, Small};
use super::label::whole_second;
use super::place::{self, Draft, Place};
use super::seal::Seal;
use super::{Failed, Fault, Good, State, Trouble, days, ledger};
use crate::clock;
use crate::config::{self, Backup, SealedTo};
use crate::premises::IDENTITY;
use crate::turn::Office;

/// Where a node remembers how its backups stand.
pub const STATE: &str = "backup.json";
/// How often the schedule looks at the clock.
const LOOK: Duration = Duration::from_secs(30);
/// A backup that failed is tried again after so long.
const RETRY: SignedDuration = SignedDuration::from_hours(1);
/// Old backups are looked for so often.
const CLEAR: SignedDuration = SignedDuration::from_hours(1);

/// One backup to be made.
#[derive(Debug, Clone)]
pub struct Order {
    /// A file, or a directory that is there.
    pub to: PathBuf,
    /// Only a directory will do.
    pub directory: bool,
    /// What it is closed with.
    pub seal: Seal,
    /// Older ones in the directory are removed.
    pub keep: SignedDuration,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// How it stands now.
    pub good: Good,
    /// The copy of the ledger beside it.
    pub ledger: String,
    /// How many old ones were removed.
    pub removed: usize,
}

/// Makes a node's backups, one at a time. Clones do so together.
#[derive(Clone)]
pub struct Keeper {
    inner: Arc<Inner>,
}

struct Inner {
    office: Office,
    directory: PathBuf,
    premises: String,
    /// Held while one is made.
    busy: Mutex<()>,
    state: watch::Sender<State>,
    /// The same as the console shows it; `None` as long as nobody wants backups.
    shown: watch::Sender<Option<BackupState>>,
}

impl core::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Keeper")
    }
}

impl Keeper {
    /// A keeper of the node in `directory`, whose register `office` asks.
    #[must_use]
    pub fn new(office: Office, directory: &Path, premises: &str) -> Self {
        let state = read_state(directory);
        Self {
            inner: Arc::new(Inner {
                office,
                directory: directory.to_owned(),
                premises: premises.to_owned(),
                busy: Mutex::new(()),
                shown: watch::Sender::new((state != State::default()).then(|| shown(&state))),
                state: watch::Sender::new(state),
            }),
        }
    }

    /// How the backups stand.
    #[must_use]
    pub fn state(&self) -> State {
        self.inner.state.borrow().clone()
    }

    /// How the backups stand, for the console, as it changes.
    #[must_use]
    pub fn shown(&self) -> watch::Receiver<Option<BackupState>> {
        self.inner.shown.subscribe()
    }

    /// Makes a backup and remembers how that went.
    ///
    /// # Errors
    /// [`Trouble`]: nothing is left behind, and earlier backups are as they were.
    pub async fn make(&self, order: Order) -> Result<Made, Trouble> {
        let _one_at_a_time = self.inner.busy.lock().await;
        let made = self.attempt(order).await;
        self.remember(&made);
        made
    }

    async fn attempt(&self, order: Order) -> Result<Made, Trouble> {
        let report = self.report().await?;
        if report.quarantine.is_some() {
            let sentence = "the node is in quarantine and makes no backup: it may hold people who were erased elsewhere";
            return Err(Trouble::new(Fault::Other, sentence));
        }
        // Before anything is copied: the stick may be missing.
        let to = order.to.clone();
        let place = on_worker(move || match order.directory {
            true => Place::directory(&to),
            false => Place::of(&to),
        });
        let place = place.await?;
        // Whatever happens from here on is perhaps not in it.
        let created = whole_second(clock::now());
        let image = self.inner.office.image().await.map_err(stopping)??;
        let job = Job {
            place,
            image,
            report,
            created,
            directory: self.inner.directory.clone(),
            premises: self.inner.premises.clone(),
            seal: order.seal,
            keep: order.keep,
        };
        let made = on_worker(move || job.run()).await?;
        let event = AuditEvent {
            who: OPERATOR,
            act: Act::BackedUp,
            record: None,
            reason: String::new(),
        };
        let logged = self.inner.office.ask(Command::Audit(event)).await;
        logged
            .map_err(stopping)?
            .map_err(|refusal| Trouble::new(Fault::Other, refusal.to_string()))?;
        Ok(made)
    }

    async fn report(&self) -> Result<Report, Trouble> {
        match self.inner.office.ask(Command::Report).await {
            Ok(Ok(Answer::Report(report))) => Ok(*report),
            Ok(Err(refusal)) => Err(Trouble::new(Fault::Other, refusal.to_string())),
            _ => Err(stopping(crate::turn::Silent)),
        }
    }

    fn remember(&self, made: &Result<Made, Trouble>) {
        let mut state = self.state();
        match made {
            Ok(made) => {
                tracing::info!(
                    bytes = made.good.bytes,
                    clients = made.good.clients,
                    removed = made.removed,
                    "a backup was made and read back"
                );
                state = State {
                    good: Some(made.good.clone()),
                    failed: None,
                };
            }
            Err(trouble) => {
                // Whoever asked is told; the schedule tells the log.
                tracing::info!(%trouble, "no backup was made");
                state.failed = Some(Failed {
                    at: whole_second(clock::now()),
                    fault: trouble.fault,
                    sentence: trouble.sentence.clone(),
                });
            }
        }
        if let Err(error) = write_state(&self.inner.directory, &state) {
            tracing::warn!(kind = %error.kind(), "how the backups stand could not be written down");
        }
        self.inner.shown.send_replace(Some(shown(&state)));
        self.inner.state.send_replace(state);
    }

    /// Makes backups as the settings say until it is dropped; one that was missed at once.
    pub async fn keep(self, settings: Backup) {
        self.inner.shown.send_replace(Some(shown(&self.state())));
        let mut cleared = None;
        let mut begun = false;
        loop {
            let now = clock::now();
            let mut state = self.state();
            // Whatever was in the way may have been put right while the node was stopped.
            state.failed = state.failed.filter(|_| begun);
            begun = true;
            if is_due(&state, settings.every(), now)
                && let Err(trouble) = self.scheduled(&settings).await
            {
                tracing::error!(%trouble, "the backup that was due was not made; it is tried again in an hour");
            }
            if is_past(cleared, CLEAR, now) {
                cleared = Some(now);
                self.clear(&settings).await;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn scheduled(&self, settings: &Backup) -> Result<Made, Trouble> {
        let sealed_to = settings.sealed_to.clone();
        let seal = on_worker(move || match sealed_to {
            SealedTo::PassphraseFile(path) => Seal::of_passphrase_file(&path),
            SealedTo::Recipient(recipient) => Seal::of_recipient(&recipient),
        });
        match seal.await {
            Ok(seal) => {
                let order = Order {
                    to: settings.to.clone(),
                    directory: true,
                    seal,
                    keep: days(settings.keep_days),
                };
                self.make(order).await
            }
            Err(trouble) => {
                let failed = Err(trouble);
                self.remember(&failed);
                failed
            }
        }
    }

    /// Removes what is too old also while no new backup can be made.
    async fn clear(&self, settings: &Backup) {
        let Ok(report) = self.report().await else {
            return;
        };
        let (to, premises) = (settings.to.clone(), self.inner.premises.clone());
        let keep = days(settings.keep_days);
        let _busy = self.inner.busy.lock().await;
        let cleared = on_worker(move || {
            if !to.is_dir() || !is_clock_trusted(&report) {
                return Ok(0);
            }
            let register = report.register.to_string();
            place::clear(&to, &premises, &register, clock::now(), keep)
        });
        match cleared.await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "backups that were too old were removed"),
            Err(trouble) => tracing::warn!(%trouble, "old backups could not be removed"),
        }
    }
}

/// How the backups stand, as the console shows it.
fn shown(state: &State) -> BackupState {
    BackupState {
        good: state.good.as_ref().map(|good| good.at),
        failed: state.failed.as_ref().map(|failed| {
            let fault = match failed.fault {
                Fault::Missing => BackupFault::Missing,
                Fault::Full => BackupFault::Full,
                Fault::Denied => BackupFault::Denied,
                Fault::Unverified => BackupFault::Unverified,
                Fault::Other => BackupFault::Other,
            };
            (failed.at, fault)
        }),
    }
}

/// Whether the next backup is due.
fn is_due(state: &State, every: SignedDuration, now: Timestamp) -> bool {
    let good = state.good.as_ref().map(|good| good.at);
    let failed = state.failed.as_ref().map(|failed| failed.at);
    is_past(good, every, now) && is_past(failed, RETRY, now)
}

/// Whether so long has passed since then; a time in the future is a clock's mistake and counts as long ago.
fn is_past(then: Option<Timestamp>, long: SignedDuration, now: Timestamp) -> bool {
    then.is_none_or(|then| then > now || now.duration_since(then) >= long)
}

/// What a wrong clock calls old is not removed.
const fn is_clock_trusted(report: &Report) -> bool {
    !matches!(report.retention.hold, Some(Hold::Clock(_)))
}

/// All that a worker needs to write one backup.
struct Job {
    place: Place,
    image: Image,
    report: Report,
    created: Timestamp,
    directory: PathBuf,
    premises: String,
    seal: Seal,
    keep: SignedDuration,
}

impl Job {
    fn run(mut self) -> Result<Made, Trouble> {
        let entries: BTreeSet<Vec<u8>> = self.image.ledger()?;
        let header = self.header(entries.len() as u64);
        let small = small_files(&self.directory)?;
        let path = self.place.file(&self.premises, self.created);
        let (draft, file) = Draft::new(&path)?;
        let key = envelope::write(file, &self.seal, &header, &small, self.image, &entries)?;
        envelope::read_back(draft.part(), &key, &header)?;
        let bytes = fs::metadata(draft.part())
            .map_err(|error| Trouble::io("look at the backup", &error))?
            .len();
        // First the ledger: a backup without it could bring somebody back.
        let ledger = self.place.ledger(&self.premises);
        ledger::refresh(&ledger, &header.label(), &entries)?;
        draft.name()?;
        let mut removed = 0;
        if let Place::Directory(directory) = &self.place
            && is_clock_trusted(&self.report)
        {
            let register = self.report.register.to_string();
            let now = self.created;
            match place::clear(directory, &self.premises, &register, now, self.keep) {
                Ok(count) => removed = count,
                Err(trouble) => tracing::warn!(%trouble, "old backups could not be removed"),
            }
        }
        Ok(Made {
            good: Good {
                at: self.created,
                file: path.display().to_string(),
                bytes,
                clients: self.report.clients as u64,
            },
            ledger: ledger.display().to_string(),
            removed,
        })
    }

    fn header(&self, ledger: u64) -> Header {
        Header {
            format: Header::FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            created: self.created,
            register: self.report.register.to_string(),
            node: self.report.node.to_string(),
            premises: self.premises.clone(),
            incarnation: self.report.incarnation.to_string(),
            frame: self.image.frame(),
            entries: self.image.entries(),
            clients: self.report.clients as u64,
            records: self.report.records as u64,
            ledger,
        }
    }
}

/// The settings and the identity of the node in `directory`.
fn small_files(directory: &Path) -> Result<Vec<Small>, Trouble> {
    let failed =
        |error: std::io::Error| Trouble::io("read the node's settings and identity", &error);
    let read = |path: PathBuf| fs::read(path).map(Zeroizing::new).map_err(failed);
    let mut small = vec![(config::FILE.to_owned(), read(directory.join(config::FILE))?)];
    for entry in fs::read_dir(directory.join(IDENTITY)).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let (Some(name), true) = (entry.file_name().to_str(), entry.path().is_file()) {
            small.push((format!("{IDENTITY}/{name}"), read(entry.path())?));
        }
    }
    small.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(small)
}

fn read_state(directory: &Path) -> State {
    let bytes = fs::read(directory.join(STATE)).unwrap_or_default();
    // What can't be read is as if there were no backup yet: the next one is made at once.
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn write_state(directory: &Path, state: &State) -> std::io::Result<()> {
    let path = directory.join(STATE);
    let draft = directory.join(format!("{STATE}.draft"));
    let mut file = fs::File::create(&draft)?;
    file.write_all(&serde_json::to_vec_pretty(state)?)?;
    file.sync_all()?;
    fs::rename(&draft, &path)?;
    place::sync_directory(directory)
}

async fn on_worker<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(_) => Err(stopping(crate::turn::Silent)),
    }
}

fn stopping(silent: crate::turn::Silent) -> Trouble {
    Trouble::new(Fault::Other, silent.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn state(good: Option<&str>, failed: Option<&str>) -> State {
        State {
            good: good.map(|text| Good {
                at: at(text),
                file: String::new(),
                bytes: 0,
                clients: 0,
            }),
            failed: failed.map(|text| Failed {
                at: at(text),
                fault: Fault::Missing,
                sentence: String::new(),
            }),
        }
    }

    #[test]
    fn a_missed_backup_is_due_at_once_and_a_failed_one_after_an_hour() {
        let every = SignedDuration::from_hours(24);
        let now = at("2026-01-10T12:00:00Z");
        let due = |good, failed| is_due(&state(good, failed), every, now);
        assert!(due(None, None));
        assert!(due(Some("2026-01-09T12:00:00Z"), None));
        assert!(!due(Some("2026-01-09T12:00:01Z"), None));
        assert!(!due(None, Some("2026-01-10T11:30:00Z")));
        assert!(due(None, Some("2026-01-10T11:00:00Z")));
        // A clock that was wrong when the last one was made holds nothing up.
        assert!(due(Some("2099-01-01T00:00:00Z"), None));
        assert!(due(
            Some("2026-01-01T00:00:00Z"),
            Some("2099-01-01T00:00:00Z")
        ));
    }

    #[test]
    fn how_backups_stand_survives_and_a_damaged_note_means_none() {
        let home = tempfile::tempdir().unwrap();
        let kept = state(Some("2026-01-10T12:00:00Z"), Some("2026-01-11T12:00:00Z"));
        write_state(home.path(), &kept).unwrap();
        assert_eq!(read_state(home.path()), kept);
        fs::write(home.path().join(STATE), "{").unwrap();
        assert_eq!(read_state(home.path()), State::default());
    }
}
