//! What kind of run a seed is.

use super::chance::Chance;

/// What may happen in a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Profile {
    /// How many premises, 2 to 4.
    pub(super) premises: usize,
    /// The premises stand in a row, each paired with its neighbours only.
    pub(super) row: bool,
    /// Frames are lost, doubled and overtake each other.
    pub(super) harsh: bool,
    /// Power cuts come about once in so many rounds; 0 for never.
    pub(super) cuts: u64,
    /// Disks are copied back and backups restored about once in so many rounds; 0 for never.
    pub(super) backs: u64,
    /// One clock at a time shows 2099, 1970 or 60 days too much.
    pub(super) clocks: bool,
    /// Years pass, and what is past its time is deleted.
    pub(super) years: bool,
    /// One premises is away for 24 months.
    pub(super) away: bool,
    /// Rounds until everything is put right.
    pub(super) rounds: u64,
}

impl Profile {
    pub(super) fn draw(chance: &mut Chance) -> Self {
        let premises = match chance.below(10) {
            0..6 => 2,
            6..9 => 3,
            _ => 4,
        };
        Self {
            premises,
            row: premises > 2 && chance.one_in(3),
            harsh: chance.one_in(4),
            cuts: if chance.one_in(3) { 0 } else { 25 },
            backs: if chance.one_in(3) { 30 } else { 0 },
            clocks: chance.one_in(3),
            years: chance.one_in(5),
            away: chance.one_in(10),
            rounds: 40 + chance.below(40),
        }
    }

    /// Which premises are paired with which, the lower number first.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let all =
            (0..self.premises).flat_map(|one| (one + 1..self.premises).map(move |two| (one, two)));
        all.filter(|(one, two)| !self.row || two - one == 1)
            .collect()
    }
}
