//! What reads see: the tree, and over it whatever is staged or on its way into the tree.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;

use crate::disk::{Bytes, Disk, Op};
use crate::entry::after;
use crate::error::VaultError;

/// About how many bytes one page of a scan has.
const PAGE: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Store<D> {
    pub(crate) disk: D,
    /// The newest state of entries that the tree may not have yet, with the frame it comes from.
    overlay: BTreeMap<Vec<u8>, (u64, Option<Bytes>)>,
    /// What each frame put into the overlay, oldest first.
    waiting: VecDeque<Waiting>,
    weight: usize,
}

#[derive(Debug)]
struct Waiting {
    frame: u64,
    keys: Vec<Vec<u8>>,
    weight: usize,
}

/// A part of a scan.
#[derive(Debug)]
pub(crate) struct Stretch {
    pub(crate) entries: Vec<(Vec<u8>, Bytes)>,
    /// Where to go on; `None` at the end.
    pub(crate) next: Option<Vec<u8>>,
}

impl<D: Disk> Store<D> {
    pub(crate) fn new(disk: D) -> Self {
        Self {
            disk,
            overlay: BTreeMap::new(),
            waiting: VecDeque::new(),
            weight: 0,
        }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Bytes>, VaultError> {
        match self.overlay.get(key) {
            Some((_, value)) => Ok(value.clone()),
            None => self.disk.tree_get(key),
        }
    }

    /// Entries from `from` on, before `until`, of about `limit` bytes.
    pub(crate) fn stretch(
        &self,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Stretch, VaultError> {
        let page = self.disk.tree_page(from, until, limit)?;
        let next = page
            .entries
            .last()
            .filter(|_| page.more)
            .map(|(key, _)| follower(key));
        let end = next.as_deref().unwrap_or(until);
        let range = (Bound::Included(from), Bound::Excluded(end));
        let mut over = if from < end {
            Some(self.overlay.range::<[u8], _>(range).peekable())
        } else {
            None
        };
        let mut entries = Vec::with_capacity(page.entries.len());
        for (key, value) in page.entries {
            take_until(&mut over, Some(&key), &mut entries);
            let replaced = over
                .as_mut()
                .and_then(|over| over.next_if(|(other, _)| **other == key));
            match replaced {
                Some((_, (_, Some(value)))) => entries.push((key, value.clone())),
                Some((_, (_, None))) => {}
                None => entries.push((key, value)),
            }
        }
        take_until(&mut over, None, &mut entries);
        Ok(Stretch { entries, next })
    }

    /// Calls `visit` for every entry whose key begins with `prefix`, in order.
    pub(crate) fn each(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(Vec<u8>, Bytes) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let until = after(prefix);
        let mut from = Some(prefix.to_vec());
        while let Some(start) = from {
            let stretch = self.stretch(&start, &until, PAGE)?;
            for (key, value) in stretch.entries {
                visit(key, value)?;
            }
            from = stretch.next;
        }
        Ok(())
    }

    /// Makes the operations of a frame visible to reads.
    pub(crate) fn absorb(&mut self, frame: u64, ops: &[Op]) {
        let mut keys = Vec::with_capacity(ops.len());
        let mut weight = 0;
        for op in ops {
            weight += op.weight();
            keys.push(op.key.clone());
            self.overlay
                .insert(op.key.clone(), (frame, op.value.clone()));
        }
        self.weight += weight;
        self.waiting.push_back(Waiting {
            frame,
            keys,
            weight,
        });
    }

    /// Makes the operations of an earlier frame visible, where nothing later is.
    pub(crate) fn absorb_again(&mut self, frame: u64, mut ops: Vec<Op>) {
        ops.retain(|op| {
            let held = self.overlay.get(&op.key);
            held.is_none_or(|(newest, _)| *newest <= frame)
        });
        self.absorb(frame, &ops);
    }

    /// Forgets what the tree has by now.
    pub(crate) fn settle(&mut self) -> Result<(), VaultError> {
        let settled = self.disk.tree_settled()?;
        while let Some(waiting) = self.waiting.pop_front_if(|next| next.frame <= settled) {
            self.weight -= waiting.weight;
            for key in waiting.keys {
                if self
                    .overlay
                    .get(&key)
                    .is_some_and(|(frame, _)| *frame <= settled)
                {
                    self.overlay.remove(&key);
                }
            }
        }
        Ok(())
    }

    /// How many bytes wait for the tree.
    pub(crate) const fn weight(&self) -> usize {
        self.weight
    }
}

/// The first key that sorts after `key`.
pub(crate) fn follower(key: &[u8]) -> Vec<u8> {
    let mut next = key.to_vec();
    next.push(0);
    next
}

type Over<'a> =
    std::iter::Peekable<std::collections::btree_map::Range<'a, Vec<u8>, (u64, Option<Bytes>)>>;

/// Moves living entries of the overlay before `until` to `entries`.
fn take_until(
    over: &mut Option<Over<'_>>,
    until: Option<&[u8]>,
    entries: &mut Vec<(Vec<u8>, Bytes)>,
) {
    let Some(over) = over else { return };
    while let Some((key, (_, value))) =
        over.next_if(|(key, _)| until.is_none_or(|until| key.as_slice() < until))
    {
        if let Some(value) = value {
            entries.push((key.clone(), value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::MemoryDisk;

    #[test]
    fn the_overlay_lies_over_the_tree_in_order() {
        let disk = MemoryDisk::new();
        disk.tree_open().unwrap();
        disk.tree_rebuild(&mut std::iter::empty()).unwrap();
        let ops = |keys: &[&str]| -> Vec<Op> {
            keys.iter()
                .map(|key| Op::put(key.as_bytes().to_vec(), b"tree"))
                .collect()
        };
        disk.tree_apply(1, ops(&["a", "c", "e", "g"])).unwrap();
        let mut store = Store::new(disk);
        store.absorb(
            3,
            &[
                Op::put(b"b".to_vec(), b"over"),
                Op::put(b"c".to_vec(), b"over"),
                Op::delete(b"e".to_vec()),
                Op::put(b"z".to_vec(), b"over"),
            ],
        );
        for limit in [1, 12, 1000] {
            let mut seen = Vec::new();
            let mut from = Some(b"a".to_vec());
            while let Some(start) = from {
                let stretch = store.stretch(&start, b"z", limit).unwrap();
                seen.extend(stretch.entries);
                from = stretch.next;
            }
            let seen: Vec<_> = seen
                .iter()
                .map(|(key, value)| (&key[..], &value[..]))
                .collect();
            let expected: [(&[u8], &[u8]); 4] = [
                (b"a", b"tree"),
                (b"b", b"over"),
                (b"c", b"over"),
                (b"g", b"tree"),
            ];
            assert_eq!(seen, expected, "limit {limit}");
        }
        store.settle().unwrap();
        assert!(store.weight() > 0);
        assert_eq!(store.get(b"e").unwrap(), None);
    }
}
