//! What a replica needs to begin: index entries, facts, ledger and the ends of the audit logs.
//! No document and no value is opened.

use std::collections::BTreeMap;

use register::id::{LogId, RecordId};
use register::replica::{AuditSlot, Holdings};

use crate::disk::{Bytes, Disk};
use crate::entry::{Place, Tree, after, ledger_key, log_prefix, record_of};
use crate::error::{Damage, VaultError};
use crate::parcel;
use crate::record::Ring;
use crate::seal::SecretKey;
use crate::store::Store;

/// About how many bytes a sealed audit entry takes.
const ENTRY_BYTES: usize = 256;
/// The most bytes that are read at once.
const PAGE_BYTES: usize = 256 * 1024;

/// The chunks of a parcel with their keys, in order.
pub(crate) type Chunks = Vec<(Vec<u8>, Bytes)>;

/// Reads them all; also says how many entries don't open.
pub(crate) fn read<D: Disk>(
    store: &Store<D>,
    ring: &Ring,
) -> Result<(Holdings, usize), VaultError> {
    let mut holdings = Holdings::default();
    let mut unreadable = 0;
    let mut keys = BTreeMap::new();
    store.each(&[Tree::Key.letter()], |place, wrapped| {
        if let Some(record) = record_of(&place) {
            match ring.data_key(&place, &wrapped) {
                Some(key) => drop(keys.insert(record, key)),
                None => unreadable += 1,
            }
        }
        Ok(())
    })?;
    each_parcel(store, &[Tree::Index.letter()], |place, chunks| {
        match index(&place, chunks, &keys) {
            Ok((record, bytes)) => holdings.indexes.push((record, bytes)),
            Err(VaultError::Damaged(Damage::Seal)) => unreadable += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    })?;
    each_parcel(store, &[Tree::Fact.letter()], |place, chunks| {
        match (place.fact_name(), open(&ring.facts, &place, chunks)) {
            (Some(name), Ok(bytes)) => {
                holdings.facts.insert(name.to_owned(), bytes);
            }
            _ => unreadable += 1,
        }
        Ok(())
    })?;
    store.each(&[Tree::Ledger.letter()], |key, entry| {
        if ledger_key(&entry) == key {
            holdings.ledger.push(entry.to_vec());
        } else {
            unreadable += 1;
        }
        Ok(())
    })?;
    for log in logs(store)? {
        let Some(place) = last_entry(store, log)? else {
            continue;
        };
        let opened = parcel::open(&ring.audit, &place, |name| store.get(name)).ok();
        unreadable += usize::from(opened.is_none());
        if let Some(sequence) = place.audit_sequence() {
            holdings.logs.push((log, (sequence, opened)));
        }
    }
    Ok((holdings, unreadable))
}

/// Calls `visit` with each parcel under `prefix` and its chunks.
pub(crate) fn each_parcel<D: Disk>(
    store: &Store<D>,
    prefix: &[u8],
    mut visit: impl FnMut(Place, Chunks) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    let mut current: Option<(Place, Chunks)> = None;
    store.each(prefix, |key, value| {
        let Some((place, _)) = Place::split(&key) else {
            return Ok(());
        };
        match &mut current {
            Some((at, chunks)) if *at == place => chunks.push((key, value)),
            _ => {
                if let Some((at, chunks)) = current.replace((place, vec![(key, value)])) {
                    visit(at, chunks)?;
                }
            }
        }
        Ok(())
    })?;
    current.map_or(Ok(()), |(at, chunks)| visit(at, chunks))
}

/// Opens a parcel whose chunks are at hand. All of them must belong to it.
pub(crate) fn open(key: &SecretKey, place: &Place, chunks: Chunks) -> Result<Vec<u8>, VaultError> {
    let count = chunks.len();
    let mut chunks = chunks.into_iter();
    let plain = parcel::open(key, place, |name| {
        let next = chunks.next().filter(|(key, _)| key == name);
        Ok(next.map(|(_, value)| value))
    })?;
    if parcel::chunks(plain.len()) == count {
        Ok(plain)
    } else {
        Err(Damage::Seal.into())
    }
}

fn index(
    place: &Place,
    chunks: Chunks,
    keys: &BTreeMap<RecordId, SecretKey>,
) -> Result<(RecordId, Vec<u8>), VaultError> {
    let record = record_of(place.prefix()).ok_or(Damage::Seal)?;
    let key = keys.get(&record).ok_or(Damage::Seal)?;
    Ok((record, open(key, place, chunks)?))
}

/// Every audit log, found by leaping from the first entry of each to behind its last.
fn logs<D: Disk>(store: &Store<D>) -> Result<Vec<LogId>, VaultError> {
    let mut found = vec![LogId::EARLIEST];
    let until = after(&[Tree::Log.letter()]);
    let mut from = Some(vec![Tree::Log.letter()]);
    while let Some(start) = from {
        let stretch = store.stretch(&start, &until, 1)?;
        let first = stretch.entries.first();
        let place = first.and_then(|(key, _)| Place::split(key));
        from = match place.and_then(|(place, _)| place.audit_entry()) {
            Some((log, _)) => {
                found.push(log);
                Some(after(&log_prefix(log)))
            }
            None => stretch.next,
        };
    }
    Ok(found)
}

fn last_entry<D: Disk>(store: &Store<D>, log: LogId) -> Result<Option<Place>, VaultError> {
    let prefix = log_prefix(log);
    let last = store.disk.tree_before(&after(&prefix))?;
    Ok(last
        .filter(|(key, _)| key.starts_with(&prefix))
        .and_then(|(key, _)| Place::split(&key))
        .map(|(place, _)| place))
}

/// At most `limit` entries of an audit log from a number on; one that doesn't open is `None`.
pub(crate) fn audit_slots<D: Disk>(
    store: &Store<D>,
    ring: &Ring,
    log: LogId,
    from: u64,
    limit: usize,
) -> Result<Vec<AuditSlot>, VaultError> {
    let until = after(&log_prefix(log));
    let bytes = limit.saturating_mul(ENTRY_BYTES).clamp(1, PAGE_BYTES);
    let mut slots = Vec::new();
    let mut current: Option<(Place, Chunks)> = None;
    let slot = |place: &Place, chunks| {
        let sequence = place.audit_sequence()?;
        Some((sequence, open(&ring.audit, place, chunks).ok()))
    };
    let mut next = Some(Place::audit(log, from).chunk(0));
    while let Some(start) = next {
        let stretch = store.stretch(&start, &until, bytes)?;
        for (key, value) in stretch.entries {
            let Some((place, _)) = Place::split(&key) else {
                continue;
            };
            match &mut current {
                Some((at, chunks)) if *at == place => chunks.push((key, value)),
                _ => {
                    if let Some((at, chunks)) = current.replace((place, vec![(key, value)])) {
                        slots.extend(slot(&at, chunks));
                    }
                    if slots.len() >= limit {
                        return Ok(slots);
                    }
                }
            }
        }
        next = stretch.next;
    }
    if let Some((at, chunks)) = current {
        slots.extend(slot(&at, chunks));
    }
    Ok(slots)
}
