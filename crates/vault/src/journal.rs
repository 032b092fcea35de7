//! The journal: where a group is durable first.
//!
//! Each sync is one append of the frames staged since the last one, then one fsync. Segments are
//! named by their first frame. A frame that can't be read is a *torn tail* when nothing after it
//! was appended later: then its append was never synced, nobody was told of it, and it is cut off.
//! Otherwise it was synced once, and this is *damage*: nothing is cut. Zeros after the last frame of a segment are *room*
//! that the disk made ahead ([`crate::disk::FileDisk`]), and are cut.

use crate::disk::{Disk, Name, Op};
use crate::error::{Damage, VaultError};
use crate::frame::{Frame, next_magic};
use crate::manifest::Manifest;

/// A segment that has grown to this many bytes is followed by a new one.
const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;
/// The longest segment that is read, in bytes: one full segment and the largest append.
const SEGMENT_LIMIT: usize = 1024 * 1024 * 1024;
/// What a segment begins with; its first frame's number follows.
const MAGIC: &[u8; 8] = b"KjSegm01";
const HEAD: usize = 16;

/// The journal of an open vault.
#[derive(Debug)]
pub(crate) struct Journal<D> {
    disk: D,
    segments: Vec<Segment>,
    /// The next append starts a segment.
    rotate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first: u64,
    pub(crate) length: u64,
}

/// What the journal on a disk holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    segments: Vec<Segment>,
    /// The last run of frames without a gap.
    pub(crate) run: Option<Run>,
    /// The first frame that is missing before that run.
    pub(crate) damage: Option<u64>,
    /// How many bytes of a torn tail were found.
    pub(crate) torn: u64,
    /// Frames up to this one were written once, whether they can be read or not.
    reach: u64,
}

/// Frames without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// What lives after the last.
    pub(crate) manifest: Manifest,
}

impl Survey {
    /// Forgets about missing frames that a checkpoint as of `frame` has. A crash may bring back
    /// some segments that were cut, and not others.
    pub(crate) fn excuse(&mut self, frame: u64) {
        if self
            .run
            .is_some_and(|run| run.first <= frame.saturating_add(1))
        {
            self.damage = None;
        }
    }

    /// Whether the frames after `frame` are all here.
    pub(crate) fn follows(&self, frame: u64) -> bool {
        match self.run {
            Some(run) => run.first <= frame.saturating_add(1),
            None => self.reach <= frame,
        }
    }
}

impl<D: Disk> Journal<D> {
    /// Reads every segment, cuts a torn tail, and makes what remains durable.
    pub(crate) fn survey(disk: &D) -> Result<Survey, VaultError> {
        let names = names(disk)?;
        let mut survey = Survey::default();
        for (at, first) in names.iter().enumerate() {
            let last = at + 1 == names.len();
            survey.reach = survey.reach.max(first.saturating_sub(1));
            let bytes = disk.read(Name::Segment(*first), 0, SEGMENT_LIMIT)?;
            let kept = survey.take(*first, &bytes, last);
            let rest = bytes.get(kept..).unwrap_or_default();
            if !rest.is_empty() {
                if !is_room(rest) {
                    survey.torn = rest.len() as u64;
                }
                if kept <= HEAD {
                    disk.remove(Name::Segment(*first))?;
                    continue;
                }
                disk.truncate(Name::Segment(*first), kept as u64)?;
            }
            // It may have been written and never synced: what is built on it must not outlive it.
            if last {
                disk.sync(Name::Segment(*first))?;
            }
            survey.segments.push(Segment {
                first: *first,
                length: kept as u64,
            });
        }
        Ok(survey)
    }

    /// The journal of a surveyed disk.
    pub(crate) fn new(disk: D, survey: &Survey) -> Self {
        Self {
            disk,
            segments: survey.segments.clone(),
            rotate: survey.damage.is_some(),
        }
    }

    /// Appends encoded frames, of which `first` is the first, and syncs them.
    pub(crate) fn append(&mut self, first: u64, frames: &[u8]) -> Result<(), VaultError> {
        let current = self
            .segments
            .last()
            .copied()
            .filter(|segment| !self.rotate && segment.length < SEGMENT_BYTES);
        let segment = match current {
            Some(segment) => {
                self.disk.append(Name::Segment(segment.first), frames)?;
                segment
            }
            None => {
                let mut bytes = Vec::with_capacity(HEAD + frames.len());
                bytes.extend_from_slice(MAGIC);
                bytes.extend_from_slice(&first.to_be_bytes());
                bytes.extend_from_slice(frames);
                self.disk.append(Name::Segment(first), &bytes)?;
                self.rotate = false;
                let segment = Segment {
                    first,
                    length: HEAD as u64,
                };
                self.segments.push(segment);
                segment
            }
        };
        self.disk.sync(Name::Segment(segment.first))?;
        if let Some(last) = self.segments.last_mut() {
            last.length += frames.len() as u64;
        }
        Ok(())
    }

    /// Starts a new segment with the next append, so that what is there can be cut.
    pub(crate) const fn rotate(&mut self) {
        self.rotate = true;
    }

    /// Removes segments of which every frame is at most `frame`. `last` is the journal's last frame.
    pub(crate) fn cut(&mut self, frame: u64, last: u64) -> Result<(), VaultError> {
        while let Some(oldest) = self.segments.first().copied() {
            let ends = self
                .segments
                .get(1)
                .map_or(last, |next| next.first.saturating_sub(1));
            if ends > frame {
                break;
            }
            self.disk.remove(Name::Segment(oldest.first))?;
            self.segments.remove(0);
        }
        Ok(())
    }

    /// Lets go of every segment: they are damaged. The next append starts a new one.
    pub(crate) fn give_up(&mut self) -> Vec<u64> {
        self.rotate = true;
        let segments = core::mem::take(&mut self.segments);
        segments.iter().map(|segment| segment.first).collect()
    }

    /// The first frame that the segments have.
    pub(crate) fn first(&self) -> Option<u64> {
        self.segments.first().map(|segment| segment.first)
    }

    /// How many bytes the segments have.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.length).sum()
    }

    /// How many bytes the segments have whose frames are all after `frame`.
    pub(crate) fn bytes_after(&self, frame: u64) -> u64 {
        let after = self.segments.iter().filter(|segment| segment.first > frame);
        after.map(|segment| segment.length).sum()
    }

    pub(crate) fn reader(&self) -> Reader<D> {
        Reader::new(self.disk.clone(), &self.segments)
    }
}

/// Reads frames, on any thread.
#[derive(Debug, Clone)]
pub(crate) struct Reader<D> {
    disk: D,
    segments: Vec<Segment>,
}

impl<D: Disk> Reader<D> {
    /// Reads the frames of a surveyed disk.
    pub(crate) fn of(disk: D, survey: &Survey) -> Self {
        Self::new(disk, &survey.segments)
    }

    fn new(disk: D, segments: &[Segment]) -> Self {
        Self {
            disk,
            segments: segments.to_vec(),
        }
    }

    /// Calls `visit` with the number, manifest and operations of the frames `after + 1 ..= upto`.
    pub(crate) fn replay(
        &self,
        after: u64,
        upto: u64,
        mut visit: impl FnMut(u64, &Manifest, Vec<Op>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        if after >= upto {
            return Ok(());
        }
        let mut expected = after + 1;
        for (at, segment) in self.segments.iter().enumerate() {
            let next = self.segments.get(at + 1);
            if segment.first > upto || next.is_some_and(|next| next.first <= expected) {
                continue;
            }
            let bytes = self
                .disk
                .read(Name::Segment(segment.first), 0, SEGMENT_LIMIT)?;
            for Found { frame, .. } in (Frames {
                bytes: &bytes,
                at: HEAD,
            }) {
                if frame.number == expected && frame.number <= upto {
                    let damage = Damage::Journal {
                        frame: frame.number,
                    };
                    visit(frame.number, &frame.manifest, frame.ops().ok_or(damage)?)?;
                    expected += 1;
                }
            }
        }
        if expected <= upto {
            return Err(Damage::Journal { frame: expected }.into());
        }
        Ok(())
    }
}

impl Survey {
    /// Takes the frames of a segment; returns how many of its bytes are to be kept.
    fn take(&mut self, first: u64, bytes: &[u8], last: bool) -> usize {
        let mut expected = self.run.map_or(first, |run| run.last + 1);
        if expected != first {
            self.gap(expected);
            expected = first;
        }
        let sound = bytes
            .first_chunk::<HEAD>()
            .is_some_and(|head| head.starts_with(MAGIC) && head.ends_with(&first.to_be_bytes()));
        let mut end = if sound { HEAD } else { 0 };
        let frames: Vec<_> = Frames { bytes, at: HEAD }.collect();
        let latest_append = frames.last().map_or(0, |found| found.frame.first);
        for found in frames {
            if found.at != end || found.frame.number != expected {
                if last && latest_append <= expected {
                    // All that can be read further on belongs to the append that failed.
                    return end;
                }
                self.gap(expected);
            }
            self.follow(&found.frame);
            end = found.at + found.length;
            expected = found.frame.number + 1;
        }
        if end < bytes.len() {
            // If frames were lost in what is taken for room, the next segment begins with another one than expected.
            if last || (end > HEAD && bytes.get(end..).is_some_and(is_room)) {
                return end;
            }
            self.gap(expected);
        }
        bytes.len()
    }

    fn gap(&mut self, frame: u64) {
        self.damage.get_or_insert(frame);
        self.run = None;
    }

    fn follow(&mut self, frame: &Frame<'_>) {
        self.reach = self.reach.max(frame.number);
        self.run = Some(Run {
            first: self.run.map_or(frame.number, |run| run.first),
            last: frame.number,
            manifest: frame.manifest,
        });
    }
}

/// The readable frames of a segment; goes on after what can't be read.
struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
}

struct Found<'a> {
    at: usize,
    length: usize,
    frame: Frame<'a>,
}

impl<'a> Iterator for Frames<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        loop {
            let at = self.at;
            if let Some((frame, length)) = Frame::parse(self.bytes.get(at..)?) {
                self.at = at + length;
                return Some(Found { at, length, frame });
            }
            self.at = next_magic(self.bytes, at + 1)?;
        }
    }
}

/// Whether bytes were made ahead for frames that never came.
fn is_room(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn names<D: Disk>(disk: &D) -> Result<Vec<u64>, VaultError> {
    let mut names: Vec<u64> = disk
        .list()?
        .into_iter()
        .filter_map(|name| match name {
            Name::Segment(first) => Some(first),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::encode;
    use crate::memory::MemoryDisk;

    /// A journal of appends with so many frames each.
    fn write(appends: &[u64]) -> (MemoryDisk, Journal<MemoryDisk>) {
        let disk = MemoryDisk::new();
        let mut journal = Journal::new(disk.clone(), &Survey::default());
        let mut number = 0u64;
        for frames in appends {
            let first = number + 1;
            let mut bytes = Vec::new();
            for _ in 0..*frames {
                number += 1;
                let op = Op::put(number.to_be_bytes().to_vec(), &[7; 20]);
                assert!(encode(
                    number,
                    first,
                    &Manifest::default(),
                    &[op],
                    &mut bytes
                ));
            }
            journal.append(first, &bytes).unwrap();
        }
        (disk, journal)
    }

    fn run(disk: &MemoryDisk) -> (Option<(u64, u64)>, Option<u64>, bool) {
        let survey = Journal::survey(disk).unwrap();
        let run = survey.run.map(|run| (run.first, run.last));
        (run, survey.damage, survey.torn > 0)
    }

    #[test]
    fn frames_read_back_in_order() {
        let (disk, journal) = write(&[1, 3, 2]);
        assert_eq!(run(&disk), (Some((1, 6)), None, false));
        let mut seen = Vec::new();
        let visit = |number, _: &Manifest, ops: Vec<Op>| {
            seen.push((number, ops.len()));
            Ok(())
        };
        journal.reader().replay(2, 5, visit).unwrap();
        assert_eq!(seen, [(3, 1), (4, 1), (5, 1)]);
        let missing = journal.reader().replay(2, 7, |_, _, _| Ok(()));
        assert_eq!(missing, Err(Damage::Journal { frame: 7 }.into()));
    }

    #[test]
    fn every_short_end_of_the_last_append_is_cut_to_a_whole_frame() {
        let (disk, _) = write(&[1, 3]);
        let whole = disk.bytes(Name::Segment(1));
        let one = whole.len() / 4;
        for length in 0..whole.len() {
            let disk = MemoryDisk::new();
            disk.append(Name::Segment(1), &whole[..length]).unwrap();
            let frames = (length.saturating_sub(HEAD)) / ((whole.len() - HEAD) / 4);
            let expected = (frames > 0).then_some((1, frames as u64));
            let (run, damage, _) = run(&disk);
            assert_eq!((run, damage), (expected, None), "{length} of {one}");
        }
    }

    #[test]
    fn a_bad_frame_is_torn_in_the_last_append_and_damage_before_it() {
        let (disk, _) = write(&[1, 1, 3]);
        let whole = disk.bytes(Name::Segment(1));
        let frame = (whole.len() - HEAD) / 5;
        for at in 0..whole.len() {
            let disk = MemoryDisk::new();
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            disk.append(Name::Segment(1), &bytes).unwrap();
            let bad = (at.saturating_sub(HEAD) / frame) as u64 + 1;
            let expected = match bad {
                _ if at < HEAD => (Some((1, 5)), Some(1), false),
                1 | 2 => (Some((bad + 1, 5)), Some(bad), false),
                _ => (Some((1, bad - 1)), None, true),
            };
            assert_eq!(run(&disk), expected, "byte {at}");
        }
    }

    #[test]
    fn room_is_no_damage_and_is_cut_and_what_lies_in_it_is_damage() {
        let two_segments = |tail: &[u8]| {
            let (disk, mut journal) = write(&[2]);
            let length = disk.bytes(Name::Segment(1)).len();
            disk.append(Name::Segment(1), tail).unwrap();
            journal.rotate();
            let mut bytes = Vec::new();
            encode(3, 3, &Manifest::default(), &[], &mut bytes);
            journal.append(3, &bytes).unwrap();
            disk.append(Name::Segment(3), &[0; 900]).unwrap();
            (disk, length)
        };
        let (disk, length) = two_segments(&[0; 900]);
        assert_eq!(run(&disk), (Some((1, 3)), None, false));
        assert_eq!(disk.bytes(Name::Segment(1)).len(), length);
        let (disk, _) = two_segments(&[0, 0, 7, 0]);
        assert_eq!(run(&disk), (Some((3, 3)), Some(3), false));
        let (disk, length) = two_segments(&[0; 900]);
        disk.truncate(Name::Segment(1), length as u64 - 20).unwrap();
        disk.append(Name::Segment(1), &[0; 20]).unwrap();
        let (_, damage, _) = run(&disk);
        assert_eq!(damage, Some(2), "a frame that was lost is missed");
    }

    #[test]
    fn cutting_removes_whole_segments_only() {
        let (disk, mut journal) = write(&[2]);
        journal.rotate();
        for number in [3, 4] {
            let mut bytes = Vec::new();
            encode(number, number, &Manifest::default(), &[], &mut bytes);
            journal.append(number, &bytes).unwrap();
        }
        journal.cut(1, 4).unwrap();
        assert_eq!(names(&disk).unwrap(), [1, 3]);
        journal.cut(3, 4).unwrap();
        assert_eq!(names(&disk).unwrap(), [3]);
        assert_eq!(run(&disk), (Some((3, 4)), None, false));
        journal.cut(4, 4).unwrap();
        assert_eq!(names(&disk).unwrap(), [0; 0]);
        assert_eq!(journal.bytes(), 0);
    }

    #[test]
    fn a_missing_segment_is_damage() {
        let (disk, mut journal) = write(&[2]);
        for number in [3, 4] {
            journal.rotate();
            let mut bytes = Vec::new();
            encode(number, number, &Manifest::default(), &[], &mut bytes);
            journal.append(number, &bytes).unwrap();
        }
        disk.remove(Name::Segment(3)).unwrap();
        assert_eq!(run(&disk), (Some((4, 4)), Some(3), false));
    }
}
