//! What befalls premises: power, lines, clocks, disks that go back in time, years.

use std::collections::BTreeSet;

use register::ledger::{Line, Removed};
use register::replica::Shelf as _;
use vault::Name;
use vault::memory::{Crash, MemoryDisk};

use super::mark::{Mark, marks_in};
use super::model::Sure;
use super::world::{World, words};

/// One day, milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;
/// Between two ticks of a node that runs there is never more than this.
const STRIDE: i64 = 20 * DAY;

/// A copy of a disk.
pub(super) struct Image {
    at: usize,
    taken: i64,
    disk: MemoryDisk,
    ledger: BTreeSet<Vec<u8>>,
}

impl World {
    /// One round of everything that can happen.
    pub(super) fn round(&mut self, images: &mut Vec<Image>) -> Result<(), String> {
        let count = self.premises.len();
        self.now += i64::try_from(50 + self.chance.below(2_000)).unwrap_or_default();
        if self.chance.one_in(12) {
            self.now += i64::try_from(self.chance.below(3_600_000)).unwrap_or_default();
        }
        self.lines();
        if self.profile.clocks && self.chance.one_in(12) {
            self.turn_clock();
        }
        if self.profile.backs > 0 {
            self.copy_or_copy_back(images)?;
        }
        if self.profile.years && self.chance.one_in(4) {
            let days = i64::try_from(30 + self.chance.below(200)).unwrap_or_default();
            self.years(days)?;
        }
        let first = self.chance.index(count);
        for at in (first..count).chain(0..first) {
            self.power(at)?;
            if self.chance.one_in(2) {
                self.look(at)?;
            }
            self.work(at)?;
            if self.chance.one_in(40) {
                self.clear(at)?;
            }
        }
        self.net.age(self.now, &mut self.chance);
        Ok(())
    }

    fn lines(&mut self) {
        for pair in self.net.pairs.clone() {
            if self.chance.one_in(20) {
                self.net.cut(pair, self.now, &mut self.chance);
            }
            if self.chance.one_in(20) {
                let way = if self.chance.one_in(2) {
                    pair
                } else {
                    (pair.1, pair.0)
                };
                self.net.deaden(way, self.now);
            }
            if self.net.apart.contains(&pair) {
                if self.chance.one_in(8) {
                    self.net.apart.remove(&pair);
                }
            } else if self.chance.one_in(15) {
                self.net.apart.insert(pair);
                self.net.cut(pair, self.now, &mut self.chance);
            }
            if self.chance.one_in(2) {
                self.connect(pair);
            }
        }
    }

    /// The power may go in so many steps of the disk; a machine that is off may be started.
    fn power(&mut self, at: usize) -> Result<(), String> {
        let cuts = self.profile.cuts;
        if self.premises[at].live.is_none() {
            if self.chance.one_in(3) {
                self.start(at, false)?;
            }
        } else if cuts > 0 && self.chance.one_in(cuts) {
            if self.chance.one_in(3) {
                self.stop(at);
            } else {
                let steps = self.chance.below(40);
                self.premises[at].disk.cut_power_after(steps);
            }
        }
        Ok(())
    }

    /// One clock goes wrong, or all go right again.
    fn turn_clock(&mut self) {
        let right = self.premises.iter().all(|one| one.skew == 0);
        if right {
            let wrong = [
                2_280_000_000,
                -self.now / 1000 + 10_000,
                60 * DAY / 1000,
                3_000,
            ];
            let at = self.chance.index(self.premises.len());
            let skew = self.chance.pick(&wrong).copied().unwrap_or_default();
            self.premises[at].skew = skew;
            self.trace
                .event(&format!("the clock of {at} is off by {skew}"));
        } else {
            self.right_clocks();
        }
    }

    pub(super) fn right_clocks(&mut self) {
        for premises in &mut self.premises {
            premises.skew = 0;
        }
    }

    /// A copy of a disk is made, or one made earlier is put back.
    fn copy_or_copy_back(&mut self, images: &mut Vec<Image>) -> Result<(), String> {
        let all_live = self.premises.iter().all(|one| one.live.is_some());
        let dead = self.premises.iter().any(|one| one.disk.is_dead());
        if !all_live || dead {
            return Ok(());
        }
        if self.chance.one_in(6) {
            let at = self.chance.index(self.premises.len());
            images.push(Image {
                at,
                taken: self.now,
                disk: self.premises[at].disk.image(),
                ledger: self.premises[at].ledger.clone(),
            });
        } else if !images.is_empty() && self.chance.one_in(self.profile.backs) {
            let image = images.swap_remove(self.chance.index(images.len()));
            self.copy_back(image)?;
        }
        Ok(())
    }

    /// The disk is as it was then. As a restored backup it keeps today's ledger, or starts without.
    fn copy_back(&mut self, image: Image) -> Result<(), String> {
        let at = image.at;
        let kind = self.chance.below(3);
        self.trace
            .event(&format!("the disk of {at} goes back, {kind}"));
        self.stop(at);
        let ledger = self.premises[at].disk.bytes(Name::Ledger);
        self.premises[at].disk = image.disk;
        // A power cut that was to come when the copy was made is none of the copy's.
        self.premises[at].disk.crash(Crash::KeepAll);
        if kind == 2 {
            let replaced = self.premises[at].replace_ledger(&ledger);
            replaced.map_err(|broken| format!("{broken:?}"))?;
        } else {
            self.premises[at].ledger = image.ledger;
        }
        self.start(at, kind > 0)?;
        self.doubt(image.taken)
    }

    /// What no premises holds any more may be lost for good.
    fn doubt(&mut self, since: i64) -> Result<(), String> {
        let mut held: BTreeSet<Mark> = BTreeSet::new();
        let mut erased = BTreeSet::new();
        for premises in &self.premises {
            let Some(live) = &premises.live else {
                continue;
            };
            let records = self.model.made.values().filter_map(|made| made.record);
            for record in records.collect::<BTreeSet<_>>() {
                let values = live.vault.values(record).map_err(words)?;
                held.extend(values.iter().flat_map(|one| marks_in(&one.content)));
            }
            for line in &premises.ledger {
                if let Ok(Line::Removal(entry)) = Line::decode(line)
                    && let Removed::Record(record) = entry.removed
                {
                    erased.insert(record);
                }
            }
        }
        self.model.doubt(since, &held);
        for gone in &mut self.model.erased {
            if !erased.contains(&gone.what) {
                gone.sure = Sure::Maybe;
            }
        }
        Ok(())
    }

    /// Days pass with the premises at rest.
    pub(super) fn years(&mut self, days: i64) -> Result<(), String> {
        let mut left = days * DAY;
        while left > 0 {
            let stride = left.min(STRIDE);
            left -= stride;
            self.now += stride - 6_000;
            for _ in 0..6 {
                self.pass(1_000)?;
            }
        }
        Ok(())
    }

    /// One premises is off for 24 months and comes back.
    pub(super) fn away(&mut self) -> Result<(), String> {
        let at = self.chance.index(self.premises.len());
        self.trace.event(&format!("{at} is away for two years"));
        self.stop(at);
        self.years(730)?;
        self.start(at, false)
    }

    /// Everything is put right: power, clocks, lines.
    pub(super) fn heal(&mut self) -> Result<(), String> {
        self.trace.event("everything is put right");
        self.right_clocks();
        self.net.harsh = false;
        self.net.apart.clear();
        for at in 0..self.premises.len() {
            if self.premises[at].disk.is_dead() && self.premises[at].live.is_some() {
                self.stop(at);
            }
            self.premises[at].disk.cut_power_after(u64::MAX / 2);
            if self.premises[at].live.is_none() {
                self.start(at, false)?;
            }
        }
        for pair in self.net.pairs.clone() {
            self.net.cut(pair, self.now, &mut self.chance);
        }
        Ok(())
    }

    /// Lets everybody talk until they are quiet and of one mind, for so many seconds at the most.
    pub(super) fn settle(&mut self, seconds: u64) -> Result<bool, String> {
        for _ in 0..seconds {
            for pair in self.net.pairs.clone() {
                self.connect(pair);
            }
            self.pass(1_000)?;
            if self.net.is_quiet() && self.agreed()? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
