//! Reading a checkpoint back and comparing it with its own manifest.

use std::collections::BTreeMap;

use super::{COPIED, Flat, HEAD, LATER, MAGIC, Point, TRAILER, TRAILER_BODY, read_block};
use crate::disk::{Bytes, Disk, Name};
use crate::entry::HOUSE_KEY;
use crate::error::{Damage, VaultError};
use crate::frame::{Input, decode_ops};
use crate::manifest::{Manifest, hash};

/// A checkpoint that is being read back, step by step.
#[derive(Debug)]
pub(crate) struct Verify<F> {
    flat: F,
    expected: Option<Point>,
    stage: Stage,
    /// What the later operations make of entries: their hash, or nothing.
    later: BTreeMap<Vec<u8>, Option<[u64; 4]>>,
    manifest: Manifest,
    /// The wrapped house key, once it was met.
    house: Option<Bytes>,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Trailer,
    Later { at: u64, ends: Ends },
    Copied { at: u64, ends: Ends },
}

#[derive(Debug, Clone, Copy)]
struct Ends {
    copied: u64,
    later: u64,
    point: Point,
}

impl<D: Disk> Verify<(D, Name)> {
    /// Of a file.
    pub(crate) fn new(disk: D, name: Name) -> Self {
        Self::of((disk, name))
    }
}

impl<F: Flat> Verify<F> {
    pub(crate) fn of(flat: F) -> Self {
        Self {
            flat,
            expected: None,
            stage: Stage::Trailer,
            later: BTreeMap::new(),
            manifest: Manifest::default(),
            house: None,
        }
    }

    /// The checkpoint must be of this frame and manifest.
    pub(crate) const fn expecting(mut self, point: Point) -> Self {
        self.expected = Some(point);
        self
    }

    /// The wrapped house key, when all is read.
    pub(crate) fn house(&self) -> Option<&[u8]> {
        self.house.as_deref()
    }

    /// Reads it back to the end.
    pub(crate) fn run(mut self) -> Result<Point, VaultError> {
        loop {
            if let Some(point) = self.step()? {
                return Ok(point);
            }
        }
    }

    /// Reads one more block; the frame and manifest when all is read and sound.
    pub(crate) fn step(&mut self) -> Result<Option<Point>, VaultError> {
        match self.stage {
            Stage::Trailer => {
                let ends = self.trailer()?;
                if self.expected.is_some_and(|expected| expected != ends.point) {
                    return Err(Damage::Draft.into());
                }
                self.stage = Stage::Later {
                    at: ends.copied,
                    ends,
                };
            }
            Stage::Later { at, ends } if at < ends.later => {
                let (body, at) = read_block(&mut self.flat, at)?;
                for op in ops(&body, LATER)? {
                    if op.key == HOUSE_KEY {
                        self.house.clone_from(&op.value);
                    }
                    let entry = op.value.map(|value| hash(&op.key, &value));
                    self.later.insert(op.key, entry);
                }
                self.stage = Stage::Later { at, ends };
            }
            Stage::Later { ends, .. } => {
                for entry in self.later.values().flatten() {
                    self.manifest.add_hash(entry);
                }
                let at = MAGIC.len() as u64;
                self.stage = Stage::Copied { at, ends };
            }
            Stage::Copied { at, ends } if at < ends.copied => {
                let (body, at) = read_block(&mut self.flat, at)?;
                for op in ops(&body, COPIED)? {
                    if !self.later.contains_key(&op.key) {
                        if op.key == HOUSE_KEY {
                            self.house.clone_from(&op.value);
                        }
                        self.manifest
                            .add(&op.key, op.value.as_deref().unwrap_or_default());
                    }
                }
                self.stage = Stage::Copied { at, ends };
            }
            Stage::Copied { ends, .. } if self.manifest == ends.point.manifest => {
                return Ok(Some(ends.point));
            }
            Stage::Copied { .. } => return Err(self.fault()),
        }
        Ok(None)
    }

    fn trailer(&mut self) -> Result<Ends, VaultError> {
        let length = self.flat.length()?;
        let head = self.flat.read(0, MAGIC.len())?;
        let later = length
            .checked_sub((HEAD + TRAILER_BODY) as u64)
            .filter(|_| head == MAGIC)
            .ok_or_else(|| self.fault())?;
        let (body, end) = read_block(&mut self.flat, later)?;
        let parse = || {
            let mut input = Input(&body);
            let [kind] = *input.array()?;
            let frame = input.u64()?;
            let manifest = Manifest::decode(input.array()?);
            let copied = input.u64()?;
            let sound = kind == TRAILER && end == length && copied <= later;
            sound.then_some(Ends {
                copied,
                later,
                point: Point { frame, manifest },
            })
        };
        parse().ok_or_else(|| self.fault())
    }

    const fn fault(&self) -> VaultError {
        VaultError::Damaged(match self.expected {
            Some(_) => Damage::Draft,
            None => Damage::Checkpoint,
        })
    }
}

fn ops(body: &[u8], kind: u8) -> Result<Vec<crate::disk::Op>, VaultError> {
    body.split_first()
        .filter(|(found, _)| **found == kind)
        .and_then(|(_, rest)| decode_ops(rest))
        .ok_or(VaultError::Damaged(Damage::Checkpoint))
}
