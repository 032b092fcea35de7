//! The operations of a checkpoint, to fill a new tree.

use super::{COPIED, LATER, MAGIC, TRAILER, read_block};
use crate::disk::{Disk, Name, Op};
use crate::error::{Damage, VaultError};
use crate::frame::decode_ops;

/// The blocks of a verified checkpoint, in order.
#[derive(Debug)]
pub(crate) struct Load<D> {
    file: (D, Name),
    at: Option<u64>,
}

impl<D: Disk> Load<D> {
    pub(crate) const fn new(disk: D, frame: u64) -> Self {
        Self {
            file: (disk, Name::Checkpoint(frame)),
            at: Some(MAGIC.len() as u64),
        }
    }

    fn block(&mut self, at: u64) -> Result<Option<Vec<Op>>, VaultError> {
        let (body, next) = read_block(&mut self.file, at)?;
        self.at = Some(next);
        match body.split_first() {
            Some((&(COPIED | LATER), rest)) => match decode_ops(rest) {
                Some(ops) => Ok(Some(ops)),
                None => Err(Damage::Checkpoint.into()),
            },
            Some((&TRAILER, _)) => {
                self.at = None;
                Ok(None)
            }
            _ => Err(Damage::Checkpoint.into()),
        }
    }
}

impl<D: Disk> Iterator for Load<D> {
    type Item = Result<Vec<Op>, VaultError>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.block(self.at?);
        if block.is_err() {
            self.at = None;
        }
        block.transpose()
    }
}
