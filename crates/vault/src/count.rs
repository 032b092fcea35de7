//! Counts of every entry, to compare with the manifest.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::disk::Disk;
use crate::entry::is_note;
use crate::error::VaultError;
use crate::manifest::Manifest;
use crate::store::Store;

/// One step counts about so many bytes of entries.
const SCAN_BYTES: usize = 64 * 1024;
/// No key sorts after this.
const END: &[u8] = &[u8::MAX];

/// A count of every entry that goes on while entries change.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Entries before this key are counted.
    next: Vec<u8>,
    counted: Manifest,
}

impl Scan {
    fn changed(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if key < self.next.as_slice() {
            if let Some(old) = old {
                self.counted.subtract(key, old);
            }
            if let Some(new) = new {
                self.counted.add(key, new);
            }
        }
    }

    /// Counts some more; the whole when the end is reached, and then starts over.
    pub(crate) fn step<D: Disk>(
        &mut self,
        store: &Store<D>,
    ) -> Result<Option<Manifest>, VaultError> {
        let stretch = store.stretch(&self.next, END, SCAN_BYTES)?;
        for (key, value) in &stretch.entries {
            if !is_note(key) {
                self.counted.add(key, value);
            }
        }
        match stretch.next {
            Some(next) => {
                self.next = next;
                Ok(None)
            }
            None => Ok(Some(core::mem::take(self).counted)),
        }
    }
}

/// Every count that is under way: all of them are told of every change.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// The one that is due now and then.
    pub(crate) due: Scan,
    /// Those of checks; one whose check is given up goes by itself.
    asked: Vec<Weak<Mutex<Scan>>>,
}

impl Counts {
    /// Begins a count for a check.
    pub(crate) fn begin(&mut self) -> Arc<Mutex<Scan>> {
        let scan = Arc::new(Mutex::new(Scan::default()));
        self.asked.push(Arc::downgrade(&scan));
        scan
    }

    /// An entry changes from `old` to `new`.
    pub(crate) fn changed(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        self.due.changed(key, old, new);
        self.asked.retain(|asked| {
            let Some(scan) = asked.upgrade() else {
                return false;
            };
            hold(&scan).changed(key, old, new);
            true
        });
    }
}

/// Counts every entry at once.
pub(crate) fn count<D: Disk>(store: &Store<D>) -> Result<Manifest, VaultError> {
    let mut scan = Scan::default();
    loop {
        if let Some(counted) = scan.step(store)? {
            return Ok(counted);
        }
    }
}

/// Only the vault's own thread ever takes it.
pub(crate) fn hold(scan: &Mutex<Scan>) -> MutexGuard<'_, Scan> {
    scan.lock().unwrap_or_else(PoisonError::into_inner)
}
