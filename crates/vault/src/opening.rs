//! Opening: find out what each file holds, repair one from the others, and say what was done.

use std::collections::BTreeSet;

use register::replica::Holdings;

use crate::checkpoint::{self, Load, Point, Verify};
use crate::count::count;
use crate::disk::{Disk, Name, Op, TreeState};
use crate::entry::{HOUSE_KEY, STANDING};
use crate::error::{Damage, VaultError};
use crate::frame::{Input, encode};
use crate::holdings;
use crate::journal::{Journal, Reader, Survey};
use crate::keys::{EpochKey, Keys, Sealer};
use crate::ledger::{Contents, LedgerFile};
use crate::manifest::Manifest;
use crate::record::Ring;
use crate::rotation::{Unlocked, unlock};
use crate::seal::SecretKey;
use crate::store::Store;
use crate::vault::{Parts, Vault, standing};

/// Frames are replayed into the tree in batches of about so many bytes.
const REPLAY_BYTES: usize = 48 * 1024;

/// What was found and done when a vault was opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// The last frame.
    pub frame: u64,
    /// How many frames of the journal the working store lacked.
    pub replayed: u64,
    /// What had to be repaired.
    pub repairs: Vec<Repair>,
}

/// Something that was not as it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Repair {
    /// The end of the journal was written and never synced.
    #[error("{0} bytes at the end of the journal were never saved and were cut off")]
    TornTail(u64),
    /// The working store was made anew.
    #[error("the working store {0} and was rebuilt from checkpoint and journal")]
    Rebuilt(Why),
    /// The journal lacks frames that the working store has.
    #[error(
        "the journal is damaged from frame {0} on; the working store had it all and was saved as a checkpoint"
    )]
    JournalReplaced(u64),
    /// The manifest of the last frame didn't fit a store that was just rebuilt.
    #[error("the working store had lost entries before it was rebuilt; the count was put right")]
    Recounted,
    /// The ledger file lacked entries.
    #[error("the ledger file was damaged or incomplete and was written anew")]
    LedgerRewritten,
    /// Entries that no key opens, and that checkpoint and journal don't have any better.
    #[error("{0} stored entries don't open; a check names them")]
    Unreadable(usize),
}

/// Why a working store had to be rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// There was none.
    Missing,
    /// It didn't open, or was found to have lost entries.
    Broken,
    /// It ends before the journal begins.
    Behind,
    /// Entries in it didn't open, or it failed when it was used.
    Unreadable,
}

impl core::fmt::Display for Why {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Missing => "was missing",
            Self::Broken => "was damaged",
            Self::Behind => "was older than the journal",
            Self::Unreadable => "held entries that can't be read",
        })
    }
}

/// Opens the store on a disk.
pub(crate) struct Opener<D> {
    disk: D,
    may_be_blank: bool,
    survey: Survey,
    ledger: Contents,
    opening: Opening,
    rebuilt: bool,
}

impl<D: Disk> Opener<D> {
    /// Reads what lies on `disk`. Unless it `may_be_blank`, an empty store is a lost one.
    pub(crate) fn new(disk: D, may_be_blank: bool) -> Result<Self, VaultError> {
        for name in [Name::CheckpointDraft, Name::LedgerDraft] {
            disk.remove(name)?;
        }
        let mut survey = Journal::survey(&disk)?;
        survey.excuse(checkpoint::names(&disk)?.first().copied().unwrap_or(0));
        let ledger = LedgerFile::read(&disk)?;
        let mut opening = Opening::default();
        if survey.torn > 0 {
            opening.repairs.push(Repair::TornTail(survey.torn));
        }
        Ok(Self {
            disk,
            may_be_blank,
            survey,
            ledger,
            opening,
            rebuilt: false,
        })
    }

    pub(crate) fn run(mut self, keys: &Keys) -> Result<(Vault<D>, Holdings, Opening), VaultError> {
        if let Some(why) = self.unfit()? {
            self.rebuild(why)?;
        }
        let first = self.attempt(keys);
        let sound = match &first {
            Ok((.., unreadable)) => *unreadable == 0,
            Err(VaultError::Damaged(Damage::Tree | Damage::Seal)) => false,
            Err(_) => true,
        };
        let result = if sound || self.rebuilt {
            first
        } else {
            match self.rebuild(Why::Unreadable) {
                // The first attempt's vault shares the disk, so it goes before the next one.
                Ok(()) => {
                    drop(first);
                    self.attempt(keys)
                }
                Err(VaultError::Damaged(_)) => first,
                Err(error) => return Err(error),
            }
        };
        let (vault, holdings, unreadable) = result?;
        if unreadable > 0 {
            self.opening.repairs.push(Repair::Unreadable(unreadable));
        }
        self.opening.frame = vault.durable.frame;
        Ok((vault, holdings, self.opening))
    }

    /// Why the tree can't be used as it is.
    fn unfit(&self) -> Result<Option<Why>, VaultError> {
        let newest = checkpoint::names(&self.disk)?.first().copied().unwrap_or(0);
        let state = self.disk.tree_open()?;
        let standing = match state {
            TreeState::Missing => return Ok(Some(Why::Missing)),
            TreeState::Broken => return Ok(Some(Why::Broken)),
            TreeState::Open => read_standing(&self.disk),
        };
        Ok(match standing {
            Ok(at) if at.frame < newest || !self.survey.follows(at.frame) => Some(Why::Behind),
            Ok(_) => None,
            Err(VaultError::Damaged(_)) => Some(Why::Broken),
            Err(error) => return Err(error),
        })
    }

    /// Puts a new tree in place, filled from the newest checkpoint that is sound.
    fn rebuild(&mut self, why: Why) -> Result<(), VaultError> {
        let names = checkpoint::names(&self.disk)?;
        let blank = names.is_empty() && self.survey.run.is_none() && self.survey.damage.is_none();
        for frame in names
            .into_iter()
            .filter(|frame| self.survey.follows(*frame))
        {
            let verify = Verify::new(self.disk.clone(), Name::Checkpoint(frame));
            match verify.run() {
                Ok(point) if point.frame == frame => {
                    let end = core::iter::once(Ok(vec![standing(&point)]));
                    let mut batches = Load::new(self.disk.clone(), frame).chain(end);
                    self.disk.tree_rebuild(&mut batches)?;
                    return self.was_rebuilt(why);
                }
                Ok(_) | Err(VaultError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if !self.survey.follows(0) {
            return Err(match self.survey.damage {
                Some(frame) => Damage::Journal { frame }.into(),
                None => Damage::Checkpoint.into(),
            });
        }
        if blank && !self.may_be_blank {
            return Err(Damage::Checkpoint.into());
        }
        self.disk.tree_rebuild(&mut core::iter::empty())?;
        if blank {
            return Ok(());
        }
        self.was_rebuilt(why)
    }

    fn was_rebuilt(&mut self, why: Why) -> Result<(), VaultError> {
        self.rebuilt = true;
        self.opening.repairs.push(Repair::Rebuilt(why));
        Ok(())
    }

    /// Brings the tree up to date, tries it, and reads what the replica needs.
    fn attempt(&mut self, keys: &Keys) -> Result<(Vault<D>, Holdings, usize), VaultError> {
        let base = read_standing(&self.disk)?;
        let mut tip = self.replay(base)?;
        let store = Store::new(self.disk.clone());
        let last = self.survey.run.map_or(0, |run| run.last);
        let newest = checkpoint::names(&self.disk)?.first().copied().unwrap_or(0);
        let ahead = base.frame > last.max(newest) || self.survey.damage.is_some();
        let mut recounted = false;
        if ahead || self.rebuilt {
            let counted = count(&store)?;
            if counted != tip.manifest {
                if !self.rebuilt {
                    return Err(Damage::Tree.into());
                }
                tip.manifest = counted;
                recounted = true;
            }
        }
        // A store that fails at its first write is better found out now.
        self.disk.tree_apply(tip.frame, vec![standing(&tip)])?;
        self.disk.tree_settle()?;
        let mut journal = Journal::new(self.disk.clone(), &self.survey);
        let ring = match unlock(&store, keys) {
            Ok(Unlocked::Ring(ring)) => *ring,
            // Foreign keys don't change what is stored; a rotten house key does.
            Err(VaultError::Keys(_)) if count(&store)? != tip.manifest => {
                return Err(Damage::Tree.into());
            }
            Err(error) => return Err(error),
            Ok(Unlocked::Blank(sealer, epoch)) if tip.frame == 0 && self.may_be_blank => {
                begin(&self.disk, &mut journal, sealer, epoch, &mut tip)?
            }
            Ok(Unlocked::Blank(..)) if tip.frame == 0 => return Err(Damage::Checkpoint.into()),
            Ok(Unlocked::Blank(..)) => return Err(Damage::Tree.into()),
        };
        let (mut holdings, unreadable) = holdings::read(&store, &ring)?;
        let ledger = self.ledger(&mut holdings)?;
        let mut vault = Vault::assemble(Parts {
            store,
            ring,
            journal,
            ledger,
            tip,
        })?;
        vault.chores.keep_aside = recounted || unreadable > 0;
        vault.find_remnants()?;
        if last < base.frame {
            // What the journal has is older than what was read: the next frame can't follow on it.
            vault.journal.rotate();
            vault.journal.cut(newest, last)?;
        }
        if ahead || recounted {
            self.replace_journal(&mut vault, recounted)?;
        }
        Ok((vault, holdings, unreadable))
    }

    /// Applies the frames that the tree lacks; returns where it stands then.
    fn replay(&mut self, base: Point) -> Result<Point, VaultError> {
        let Some(run) = self.survey.run.filter(|run| run.last > base.frame) else {
            return Ok(base);
        };
        let mut batch: Vec<Op> = Vec::new();
        let mut weight = 0;
        let reader = Reader::of(self.disk.clone(), &self.survey);
        let disk = &self.disk;
        reader.replay(base.frame, run.last, |frame, manifest, ops| {
            weight += ops.iter().map(Op::weight).sum::<usize>();
            batch.extend(ops);
            if weight >= REPLAY_BYTES || frame == run.last {
                weight = 0;
                let manifest = *manifest;
                batch.push(standing(&Point { frame, manifest }));
                disk.tree_apply(frame, core::mem::take(&mut batch))?;
            }
            Ok(())
        })?;
        self.disk.tree_settle()?;
        self.opening.replayed = run.last - base.frame;
        Ok(Point {
            frame: run.last,
            manifest: run.manifest,
        })
    }

    fn ledger(&mut self, holdings: &mut Holdings) -> Result<LedgerFile<D>, VaultError> {
        let known: BTreeSet<Vec<u8>> = holdings.ledger.drain(..).collect();
        let (file, rewritten) = LedgerFile::open(self.disk.clone(), &self.ledger, &known)?;
        if rewritten && !self.opening.repairs.contains(&Repair::LedgerRewritten) {
            self.opening.repairs.push(Repair::LedgerRewritten);
        }
        holdings.ledger = self.ledger.entries.union(&known).cloned().collect();
        Ok(file)
    }

    /// The tree is right and the journal is not: a checkpoint of the one replaces the other.
    fn replace_journal(&mut self, vault: &mut Vault<D>, recounted: bool) -> Result<(), VaultError> {
        let damaged = if self.survey.damage.is_some() {
            vault.journal.give_up()
        } else {
            Vec::new()
        };
        vault.checkpoint()?;
        for first in damaged {
            self.disk
                .rename(Name::Segment(first), Name::SegmentAside(first))?;
        }
        if let Some(frame) = self.survey.damage {
            self.opening.repairs.push(Repair::JournalReplaced(frame));
        } else if recounted {
            self.opening.repairs.push(Repair::Recounted);
        } else {
            let frame = self.survey.run.map_or(1, |run| run.last + 1);
            self.opening.repairs.push(Repair::JournalReplaced(frame));
        }
        Ok(())
    }
}

/// Makes the first frame of a new store, which holds its house key.
fn begin<D: Disk>(
    disk: &D,
    journal: &mut Journal<D>,
    sealer: Sealer,
    epoch: EpochKey,
    tip: &mut Point,
) -> Result<Ring, VaultError> {
    let house = SecretKey::random()?;
    let wrapped = epoch.wrap(HOUSE_KEY, &house)?;
    let mut manifest = Manifest::default();
    manifest.add(HOUSE_KEY, &wrapped);
    *tip = Point { frame: 1, manifest };
    let op = Op::put(HOUSE_KEY.to_vec(), &wrapped);
    let mut bytes = Vec::new();
    if !encode(1, 1, &manifest, core::slice::from_ref(&op), &mut bytes) {
        return Err(VaultError::TooLarge);
    }
    journal.append(1, &bytes)?;
    disk.tree_apply(1, vec![op, standing(tip)])?;
    disk.tree_settle()?;
    Ok(Ring::new(sealer, epoch, house))
}

/// Where the tree stands; at the beginning when it doesn't say.
fn read_standing<D: Disk>(disk: &D) -> Result<Point, VaultError> {
    let Some(bytes) = disk.tree_get(STANDING)? else {
        return Ok(Point::default());
    };
    let mut input = Input(&bytes);
    match (input.u64(), input.array()) {
        (Some(frame), Some(manifest)) => Ok(Point {
            frame,
            manifest: Manifest::decode(manifest),
        }),
        _ => Err(Damage::Tree.into()),
    }
}
