//! What goes wrong with a disk in memory.

use std::io;

use super::{File, MemoryDisk, State};
use crate::disk::Name;
use crate::error::VaultError;

/// What every change fails with once the power is gone.
pub(super) const NO_POWER: VaultError = VaultError::Io {
    doing: "reach the disk",
    kind: io::ErrorKind::BrokenPipe,
};

/// How many zeros a crash leaves after a journal's frames.
const ROOM: usize = 3_000;

/// What a crash leaves of what wasn't synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crash {
    /// Everything: the process died, the machine lives.
    KeepAll,
    /// Nothing.
    LoseAll,
    /// Parts, torn and garbled, as this number says.
    Torn(u64),
}

impl MemoryDisk {
    /// The power goes before the next step but `steps`: that one and all later ones fail.
    pub fn cut_power_after(&self, steps: u64) {
        let mut state = self.state();
        state.power_until = Some(state.steps.len() as u64 + steps);
    }

    /// Whether the power is gone.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        let state = self.state();
        state
            .power_until
            .is_some_and(|until| state.steps.len() as u64 >= until)
    }

    /// The machine stops and starts: unsynced bytes go as `crash` says, and the power is back.
    pub fn crash(&self, crash: Crash) {
        let mut state = self.state();
        let mut choice = Choice(match crash {
            Crash::Torn(seed) => seed,
            Crash::KeepAll | Crash::LoseAll => 0,
        });
        let State { files, tree, .. } = &mut *state;
        files.retain(|_, file| match crash {
            Crash::KeepAll => true,
            Crash::LoseAll => {
                file.now = file.synced.clone().unwrap_or_default();
                file.synced.is_some()
            }
            Crash::Torn(_) => tear(file, &mut choice),
        });
        if let Crash::Torn(seed) = crash
            && seed % 3 == 0
            && let Some((_, last)) = files.iter_mut().rfind(|(name, _)| is_segment(**name))
        {
            // The room that a journal's file makes ahead.
            last.now.resize(last.now.len() + ROOM, 0);
        }
        for file in files.values_mut() {
            file.synced = Some(file.now.clone());
        }
        tree.crash(match crash {
            Crash::KeepAll => usize::MAX,
            Crash::LoseAll => 0,
            Crash::Torn(_) => choice.below(tree.unsynced() + 1),
        });
        if matches!(crash, Crash::Torn(_)) && choice.below(16) == 0 {
            tree.condemn();
        }
        state.power_until = None;
        state.draft = None;
    }

    /// Lets the files have at most so many bytes together; `None` for no bound.
    pub fn set_capacity(&self, bytes: Option<usize>) {
        self.state().capacity = bytes;
    }

    /// Refuses every change, or takes them again.
    pub fn set_read_only(&self, read_only: bool) {
        self.state().read_only = read_only;
    }

    /// Flips one bit of a file. Returns whether there was such a bit.
    pub fn flip(&self, name: Name, byte: usize, bit: u8) -> bool {
        let mut state = self.state();
        let flip = |bytes: &mut Vec<u8>| {
            let byte = bytes.get_mut(byte);
            byte.map(|byte| *byte ^= 1 << (bit % 8)).is_some()
        };
        state.files.get_mut(&name).is_some_and(|file| {
            if let Some(synced) = &mut file.synced {
                flip(synced);
            }
            flip(&mut file.now)
        })
    }

    /// Removes a file for good.
    pub fn lose(&self, name: Name) {
        self.state().files.remove(&name);
    }

    /// The tree is found broken when it is next opened.
    pub fn break_tree(&self) {
        self.state().tree.condemn();
    }

    /// The tree is gone.
    pub fn lose_tree(&self) {
        self.state().tree.lose();
    }

    /// The tree loses one entry, by its number in order, and doesn't tell. Returns whether there was one.
    pub fn lose_entry(&self, nth: usize) -> bool {
        self.state().tree.forget(nth)
    }

    /// A bit of one entry of the tree flips, by the entry's number in order. Returns whether there was one.
    pub fn flip_entry(&self, nth: usize) -> bool {
        self.state().tree.flip(nth)
    }
}

const fn is_segment(name: Name) -> bool {
    matches!(name, Name::Segment(_))
}

/// Keeps a file's synced bytes and some of the others, which may be garbled. Returns whether the
/// file is there at all.
fn tear(file: &mut File, choice: &mut Choice) -> bool {
    let certain = file.synced.as_ref().map_or(0, Vec::len).min(file.now.len());
    let uncertain = file.now.len() - certain;
    file.now.truncate(certain + choice.below(uncertain + 1));
    if uncertain > 0 && choice.below(3) == 0 {
        let from = certain + choice.below(file.now.len() - certain + 1);
        let length = choice.below(600);
        let garbled = file.now.iter_mut().skip(from).take(length);
        garbled.for_each(|byte| *byte = 0);
    }
    file.synced.is_some() || choice.below(2) == 0
}

/// A stream of choices from one number (`SplitMix64`).
struct Choice(u64);

impl Choice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = mixed ^ (mixed >> 31);
        usize::try_from(mixed % (bound.max(1) as u64)).unwrap_or_default()
    }
}
