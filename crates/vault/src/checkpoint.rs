//! Checkpoints: everything as of one frame, in one immutable file outside the working store.
//!
//! A checkpoint is a magic, then blocks `length, CRC-32, kind and operations`: first a copy of the
//! tree, taken while it goes on changing, then the operations of the frames since the copy began,
//! which make it exact, then a trailer with the frame and its manifest. It is written to a draft,
//! synced, read back and compared with the manifest, and only then named.

mod load;
mod verify;

pub(crate) use load::Load;
pub(crate) use verify::Verify;

use crate::disk::{Disk, Name, Op};
use crate::entry::is_note;
use crate::error::{Damage, VaultError};
use crate::frame::{Input, crc, encode_ops};
use crate::journal::Reader;
use crate::manifest::Manifest;
use crate::store::follower;

/// About how many bytes one block has, and one step copies.
pub(crate) const BLOCK_BYTES: usize = 128 * 1024;
/// No block is longer, in bytes.
const BLOCK_LIMIT: usize = 16 * 1024 * 1024;
/// After so many bytes the draft is synced, so that one sync doesn't hold up the journal's.
const SYNC_BYTES: usize = 4 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"KjChkp01";
/// Length and checksum.
const HEAD: usize = 8;
const COPIED: u8 = 1;
const LATER: u8 = 2;
const TRAILER: u8 = 3;
/// Kind, frame, manifest, where the later operations begin.
const TRAILER_BODY: usize = 1 + 8 + Manifest::BYTES + 8;
/// No key sorts after this.
const END: &[u8] = &[u8::MAX];

/// A frame and what lives after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Point {
    pub(crate) frame: u64,
    pub(crate) manifest: Manifest,
}

/// A checkpoint that is being made, step by step, on any thread.
#[derive(Debug)]
pub(crate) struct Copy<D> {
    disk: D,
    /// The tree had settled this frame when the copy began.
    from: u64,
    length: u64,
    unsynced: usize,
    stage: Stage<D>,
}

#[derive(Debug)]
enum Stage<D> {
    Begin,
    Copy { next: Vec<u8> },
    Copied,
    Later { reader: Reader<D>, target: Point },
    Verify(Box<Verify<(D, Name)>>),
}

/// How far a checkpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Take another step.
    More,
    /// The tree is copied: [`Copy::complete`] says up to which frame to make it exact.
    Copied,
    /// The checkpoint is there.
    Made(Point),
}

impl<D: Disk> Copy<D> {
    /// A checkpoint of a tree that has settled the frame `from`.
    pub(crate) const fn new(disk: D, from: u64) -> Self {
        Self {
            disk,
            from,
            length: 0,
            unsynced: 0,
            stage: Stage::Begin,
        }
    }

    /// Does a little more.
    pub(crate) fn step(&mut self) -> Result<Progress, VaultError> {
        match core::mem::replace(&mut self.stage, Stage::Begin) {
            Stage::Begin => {
                self.disk.remove(Name::CheckpointDraft)?;
                self.append(MAGIC)?;
                self.stage = Stage::Copy { next: Vec::new() };
                Ok(Progress::More)
            }
            Stage::Copy { next } => self.copy(&next),
            Stage::Copied => {
                self.stage = Stage::Copied;
                Ok(Progress::Copied)
            }
            Stage::Later { reader, target } => self.later(&reader, target),
            Stage::Verify(mut verify) => {
                let Some(point) = verify.step()? else {
                    self.stage = Stage::Verify(verify);
                    return Ok(Progress::More);
                };
                let name = Name::Checkpoint(point.frame);
                self.disk.rename(Name::CheckpointDraft, name)?;
                Ok(Progress::Made(point))
            }
        }
    }

    /// Makes the copy exact as of `target`, whose frames `reader` has.
    pub(crate) fn complete(&mut self, reader: Reader<D>, target: Point) {
        self.stage = Stage::Later { reader, target };
    }

    fn copy(&mut self, next: &[u8]) -> Result<Progress, VaultError> {
        let page = self.disk.tree_page(next, END, BLOCK_BYTES)?;
        let last = page.entries.last().map(|(key, _)| follower(key));
        let ops: Vec<Op> = page
            .entries
            .into_iter()
            .filter(|(key, _)| !is_note(key))
            .map(|(key, value)| Op {
                key,
                value: Some(value),
            })
            .collect();
        self.block(COPIED, &ops)?;
        self.stage = match last.filter(|_| page.more) {
            Some(next) => Stage::Copy { next },
            None => Stage::Copied,
        };
        Ok(Progress::More)
    }

    fn later(&mut self, reader: &Reader<D>, target: Point) -> Result<Progress, VaultError> {
        let copied = self.length;
        let from = self.from;
        reader.replay(from, target.frame, |_, _, ops| {
            let mut ops = ops.as_slice();
            while !ops.is_empty() {
                let (block, rest) = ops.split_at(heavy(ops));
                self.block(LATER, block)?;
                ops = rest;
            }
            Ok(())
        })?;
        let mut body = vec![TRAILER];
        body.extend_from_slice(&target.frame.to_be_bytes());
        body.extend_from_slice(&target.manifest.encode());
        body.extend_from_slice(&copied.to_be_bytes());
        self.frame(&body)?;
        self.disk.sync(Name::CheckpointDraft)?;
        let verify = Verify::new(self.disk.clone(), Name::CheckpointDraft);
        self.stage = Stage::Verify(Box::new(verify.expecting(target)));
        Ok(Progress::More)
    }

    fn block(&mut self, kind: u8, ops: &[Op]) -> Result<(), VaultError> {
        let mut body = vec![kind];
        encode_ops(ops, &mut body);
        self.frame(&body)
    }

    fn frame(&mut self, body: &[u8]) -> Result<(), VaultError> {
        let length = u32::try_from(body.len()).map_err(|_| VaultError::TooLarge)?;
        let mut bytes = Vec::with_capacity(HEAD + body.len());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&crc(body).to_be_bytes());
        bytes.extend_from_slice(body);
        self.append(&bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.disk.append(Name::CheckpointDraft, bytes)?;
        self.length += bytes.len() as u64;
        self.unsynced += bytes.len();
        if self.unsynced >= SYNC_BYTES {
            self.unsynced = 0;
            self.disk.sync(Name::CheckpointDraft)?;
        }
        Ok(())
    }
}

/// How many of `ops` fill a block; at least one.
pub(crate) fn heavy(ops: &[Op]) -> usize {
    let mut weight = 0;
    ops.iter()
        .take_while(|op| {
            let fits = weight < BLOCK_BYTES;
            weight += op.weight();
            fits
        })
        .count()
}

/// Finished checkpoints, newest first.
pub(crate) fn names<D: Disk>(disk: &D) -> Result<Vec<u64>, VaultError> {
    let mut frames: Vec<u64> = disk
        .list()?
        .into_iter()
        .filter_map(|name| match name {
            Name::Checkpoint(frame) => Some(frame),
            _ => None,
        })
        .collect();
    frames.sort_unstable_by_key(|frame| core::cmp::Reverse(*frame));
    Ok(frames)
}

/// Where the bytes of a checkpoint are: a file of a disk, or a part of a backup.
pub(crate) trait Flat {
    /// How many bytes there are.
    fn length(&mut self) -> Result<u64, VaultError>;
    /// Up to `limit` bytes from `offset` on; fewer at the end.
    fn read(&mut self, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError>;
}

impl<D: Disk> Flat for (D, Name) {
    fn length(&mut self) -> Result<u64, VaultError> {
        self.0.length(self.1)
    }

    fn read(&mut self, offset: u64, limit: usize) -> Result<Vec<u8>, VaultError> {
        self.0.read(self.1, offset, limit)
    }
}

/// The body of the block at `offset`, and where the next one is.
fn read_block(flat: &mut impl Flat, offset: u64) -> Result<(Vec<u8>, u64), VaultError> {
    let head = flat.read(offset, HEAD)?;
    let mut input = Input(&head);
    let (Some(length), Some(checksum)) = (input.u32(), input.u32()) else {
        return Err(Damage::Checkpoint.into());
    };
    let length = length as usize;
    if length > BLOCK_LIMIT {
        return Err(Damage::Checkpoint.into());
    }
    let body = flat.read(offset + HEAD as u64, length)?;
    if body.len() != length || crc(&body) != checksum {
        return Err(Damage::Checkpoint.into());
    }
    Ok((body, offset + (HEAD + length) as u64))
}
