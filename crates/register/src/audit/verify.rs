//! Verifying the logs that a node holds: chains, links between lives, counter-signatures, what is missing.
//!
//! Fed slice by slice, so that nobody waits for it; pure but for the check of signatures, which is an argument.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::query::Contradiction;
use super::{Act, Begun, Entry, KEPT_YEARS, Point, Tail, Witness};
use crate::id::{LogId, NodeId, digest};

/// So many findings are listed; more are counted.
const FINDINGS_LIMIT: usize = 200;

/// A log as a node holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which.
    pub log: LogId,
    /// Whose.
    pub node: NodeId,
    /// The last entry that went because its time was over, or the start.
    pub base: Tail,
    /// The last entry that is held.
    pub tail: Tail,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Entries from one number to another are missing.
    Missing {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// An entry is not the one that followed the one before: one of the two was edited or put in.
    Broken {
        /// Which.
        entry: u64,
    },
    /// An entry can't be opened or read.
    Unreadable {
        /// Which.
        entry: u64,
    },
    /// Everything of a log that another speaks of is missing.
    LogMissing {
        /// Its last entry that is spoken of.
        last: u64,
    },
    /// An entry differs from the one that a later life of the node or another premises holds to be there.
    Differs {
        /// Which.
        entry: u64,
    },
    /// The node went on from an earlier state: a later life knows nothing of these entries.
    SetBack {
        /// The first that it does not know.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Two lives of a node go on from the same point: its store was set back to it in between.
    Forked {
        /// The last entry that both know.
        entry: u64,
    },
    /// A life knows nothing of the lives before.
    Rootless,
    /// A counter-signature is not the signer's.
    Signature {
        /// The entry that holds it.
        entry: u64,
    },
    /// Entries before this one went although their time was not over.
    TooEarly {
        /// The first that is left.
        entry: u64,
    },
    /// Another premises holds another entry here.
    Contradicted {
        /// The first such.
        entry: u64,
        /// Who.
        peer: NodeId,
    },
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The log.
    pub log: LogId,
    /// Whose it is; `None` when the log is missing and nobody says.
    pub node: Option<NodeId>,
    /// What.
    pub fault: Fault,
    /// When the last sound entry before was written, as far as that is known.
    pub since: Option<Timestamp>,
}

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// How many logs were read.
    pub logs: usize,
    /// How many entries.
    pub entries: u64,
    /// How many counter-signatures are sound.
    pub witnesses: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub omitted: usize,
    /// Nodes that were restored from a backup, with the time: entries that they lack are explained by it.
    pub restored: Vec<(NodeId, Timestamp)>,
}

struct Read {
    head: Head,
    tail: Tail,
    hashes: Vec<[u8; 32]>,
    /// Number of the entry that `hashes` begins with.
    from: u64,
    begun: Option<Begun>,
    began_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

impl Read {
    fn hash(&self, sequence: u64) -> Option<[u8; 32]> {
        if sequence == self.head.base.sequence {
            return Some(self.head.base.hash);
        }
        let place = usize::try_from(sequence.checked_sub(self.from)?).ok()?;
        self.hashes
            .get(place)
            .copied()
            .filter(|hash| *hash != [0; 32])
    }
}

/// Follows logs entry by entry.
pub struct Verifier {
    cutoff: Timestamp,
    logs: BTreeMap<LogId, Read>,
    claims: Vec<(LogId, u64, Timestamp, Point)>,
    witnesses: Vec<(LogId, u64, Timestamp, Box<Witness>)>,
    verdict: Verdict,
}

impl core::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Verifier({} logs)", self.logs.len())
    }
}

impl Verifier {
    /// A verifier of these logs, at this time.
    #[must_use]
    pub fn new(now: Timestamp, heads: &[Head]) -> Self {
        let read = |head: &Head| Read {
            head: *head,
            tail: head.base,
            hashes: Vec::new(),
            from: head.base.sequence + 1,
            begun: None,
            began_at: None,
            last_at: None,
        };
        Self {
            cutoff: cutoff(now),
            logs: heads.iter().map(|head| (head.log, read(head))).collect(),
            claims: Vec::new(),
            witnesses: Vec::new(),
            verdict: Verdict {
                logs: heads.len(),
                ..Verdict::default()
            },
        }
    }

    /// Takes the next entry of a log; `None` for one that does not open. Entries of one log come in order.
    pub fn take(&mut self, log: LogId, sequence: u64, bytes: Option<&[u8]>) {
        let Some(read) = self.logs.get_mut(&log) else {
            return;
        };
        self.verdict.entries += 1;
        let expected = read.tail.sequence + 1;
        let since = read.last_at;
        let mut faults = Vec::new();
        if sequence > expected {
            let last = sequence - 1;
            faults.push(Fault::Missing {
                first: expected,
                last,
            });
            let gap = usize::try_from(sequence - expected).unwrap_or_default();
            read.hashes
                .extend(core::iter::repeat_n([0; 32], gap.min(1 << 20)));
        }
        let entry = bytes.and_then(|bytes| Entry::read(log, bytes));
        match (bytes, entry) {
            (Some(bytes), Some(entry)) => {
                let mut tail = read.tail;
                let follows = tail.follow(log, bytes).is_ok();
                if !follows && faults.is_empty() {
                    faults.push(Fault::Broken { entry: sequence });
                }
                let hash = digest(&[bytes]);
                let first = sequence == read.head.base.sequence + 1;
                if first && sequence > 1 && entry.at >= self.cutoff {
                    faults.push(Fault::TooEarly { entry: sequence });
                }
                read.tail = Tail { sequence, hash };
                read.hashes.push(hash);
                read.last_at = Some(entry.at);
                if let Act::Began(begun) = &entry.act {
                    read.begun = Some(*begun);
                    read.began_at = Some(entry.at);
                    if begun.restored {
                        self.verdict.restored.push((begun.node, entry.at));
                    }
                }
                if let Some(claim) = entry.claim() {
                    self.claims.push((log, sequence, entry.at, claim));
                }
                if let Act::Witnessed(witness) = entry.act {
                    self.witnesses.push((log, sequence, entry.at, witness));
                }
            }
            _ => {
                faults.push(Fault::Unreadable { entry: sequence });
                read.tail = Tail {
                    sequence,
                    hash: [0; 32],
                };
                read.hashes.push([0; 32]);
            }
        }
        let node = Some(read.head.node);
        for fault in faults {
            self.find(log, node, fault, since);
        }
    }

    /// Ends it: what logs say of each other. `signed` says whether a counter-signature is that of its key, and
    /// the key that of the node.
    #[must_use]
    pub fn finish(
        mut self,
        contradictions: &[Contradiction],
        signed: impl Fn(NodeId, &Witness) -> bool,
    ) -> Verdict {
        self.judge_ends();
        self.judge_claims();
        self.judge_lives();
        for (log, entry, at, witness) in core::mem::take(&mut self.witnesses) {
            let node = self.logs.get(&log).map(|read| read.head.node);
            if node.is_some_and(|node| signed(node, &witness)) {
                self.verdict.witnesses += 1;
            } else {
                self.find(log, node, Fault::Signature { entry }, Some(at));
            }
        }
        for one in contradictions {
            let fault = Fault::Contradicted {
                entry: one.sequence,
                peer: one.peer,
            };
            self.find(one.log, Some(one.node), fault, Some(one.at));
        }
        self.verdict
    }

    /// Entries at the end that the node's own account of the log has.
    fn judge_ends(&mut self) {
        let short: Vec<_> = self
            .logs
            .values()
            .filter(|read| read.tail.sequence < read.head.tail.sequence)
            .map(|read| {
                let fault = Fault::Missing {
                    first: read.tail.sequence + 1,
                    last: read.head.tail.sequence,
                };
                (read.head.log, read.head.node, fault, read.last_at)
            })
            .collect();
        for (log, node, fault, since) in short {
            self.find(log, Some(node), fault, since);
        }
    }

    /// What a later life, or another premises, said of a log.
    fn judge_claims(&mut self) {
        // Of what is missing in one log only the widest claim is told.
        let mut missing: BTreeMap<LogId, u64> = BTreeMap::new();
        // Every log that begun has a first entry.
        for read in self.logs.values() {
            if read.head.base.sequence == 0 && read.head.tail.sequence == 0 {
                missing.insert(read.head.log, 1);
            }
        }
        let mut found = Vec::new();
        for (by, _, _, claim) in &self.claims {
            let over = Timestamp::from_second(claim.at).is_ok_and(|at| at < self.cutoff);
            let speaker = self.logs.get(by).map(|read| read.head.node);
            let Some(read) = self.logs.get(&claim.log) else {
                // The earliest log stays at its node.
                if !over && claim.log != LogId::EARLIEST {
                    let last = missing.entry(claim.log).or_default();
                    *last = claim.sequence.max(*last);
                }
                continue;
            };
            if claim.log == LogId::EARLIEST && speaker != Some(read.head.node) {
                continue;
            }
            if claim.sequence > read.tail.sequence {
                let last = missing.entry(claim.log).or_default();
                *last = claim.sequence.max(*last);
            } else if claim.sequence > read.head.base.sequence
                && read
                    .hash(claim.sequence)
                    .is_some_and(|hash| hash != claim.hash)
            {
                let fault = Fault::Differs {
                    entry: claim.sequence,
                };
                found.push((claim.log, Some(read.head.node), fault, None));
            }
        }
        for (log, last) in missing {
            let read = self.logs.get(&log);
            let since = read.and_then(|read| read.last_at);
            let fault = match read {
                None => Fault::LogMissing { last },
                // Told already: the node's own account has them as well.
                Some(read) if read.head.tail.sequence >= last => continue,
                Some(read) => Fault::Missing {
                    first: read.tail.sequence.max(read.head.tail.sequence) + 1,
                    last,
                },
            };
            found.push((log, read.map(|read| read.head.node), fault, since));
        }
        found.dedup();
        for (log, node, fault, since) in found {
            self.find(log, node, fault, since);
        }
    }

    /// How the lives of each node follow one another.
    fn judge_lives(&mut self) {
        let mut found = Vec::new();
        let mut followers: BTreeMap<(NodeId, LogId), Vec<Following<'_>>> = BTreeMap::new();
        let mut roots: BTreeMap<NodeId, Vec<(&Read, Begun)>> = BTreeMap::new();
        for read in self.logs.values() {
            let Some(begun) = read.begun else { continue };
            match begun.previous {
                Some(point) => followers
                    .entry((begun.node, point.log))
                    .or_default()
                    .push((read, begun, point)),
                None => roots.entry(begun.node).or_default().push((read, begun)),
            }
        }
        for ((node, log), mut lives) in followers {
            lives.sort_by_key(|(read, ..)| read.began_at);
            let end = self.logs.get(&log).map(|read| read.tail.sequence);
            for (place, (read, begun, point)) in lives.iter().enumerate() {
                if begun.restored {
                    continue;
                }
                if let Some(end) = end.filter(|end| *end > point.sequence) {
                    let fault = Fault::SetBack {
                        first: point.sequence + 1,
                        last: end,
                    };
                    found.push((log, Some(node), fault, read.began_at));
                } else if place > 0 {
                    let entry = point.sequence;
                    found.push((log, Some(node), Fault::Forked { entry }, read.began_at));
                }
            }
        }
        for (node, mut lives) in roots {
            lives.sort_by_key(|(read, _)| read.began_at);
            for (read, begun) in lives.into_iter().skip(1) {
                if !begun.restored {
                    found.push((read.head.log, Some(node), Fault::Rootless, read.began_at));
                }
            }
        }
        for (log, node, fault, since) in found {
            self.find(log, node, fault, since);
        }
    }

    fn find(&mut self, log: LogId, node: Option<NodeId>, fault: Fault, since: Option<Timestamp>) {
        if self.verdict.findings.len() < FINDINGS_LIMIT {
            self.verdict.findings.push(Finding {
                log,
                node,
                fault,
                since,
            });
        } else {
            self.verdict.omitted += 1;
        }
    }
}

/// A life that goes on from a point.
type Following<'a> = (&'a Read, Begun, Point);

/// What was written before this time has been kept long enough.
#[must_use]
pub fn cutoff(now: Timestamp) -> Timestamp {
    years_before(now, KEPT_YEARS)
}

/// The same time so many years earlier.
pub(crate) fn years_before(now: Timestamp, years: i32) -> Timestamp {
    let span = jiff::Span::new().years(years);
    let before = Offset::UTC.to_datetime(now).checked_sub(span);
    before
        .and_then(|time| Offset::UTC.to_timestamp(time))
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditEvent;
    use crate::id::OPERATOR;

    const LOG: LogId = LogId::from_bytes([3; 16]);
    const NODE: NodeId = NodeId::from_bytes([4; 16]);

    /// Six entries, a year between two.
    fn log() -> Vec<(Tail, Vec<u8>)> {
        let mut tail = Tail::start(LOG, NODE);
        let day = 24 * 60 * 60;
        (0..6)
            .map(|year| {
                let act = match year {
                    0 => Act::Began(Begun {
                        node: NODE,
                        previous: None,
                        restored: false,
                    }),
                    _ => Act::LoggedIn,
                };
                let at = Timestamp::from_second(year * 365 * day).unwrap();
                let bytes = tail
                    .append(AuditEvent::of(OPERATOR, act), at, [0; 16])
                    .entry;
                (tail, bytes)
            })
            .collect()
    }

    /// What is found when the log begins after its first entries, in its sixth year.
    fn check(gone: usize, expected: &[Fault]) {
        let all = log();
        let base = match gone {
            0 => Tail::start(LOG, NODE),
            gone => all[gone - 1].0,
        };
        let head = Head {
            log: LOG,
            node: NODE,
            base,
            tail: all[5].0,
        };
        let now = Timestamp::from_second(5 * 365 * 24 * 60 * 60 + 60).unwrap();
        let mut verifier = Verifier::new(now, &[head]);
        for (sequence, (_, bytes)) in (1..).zip(&all).skip(gone) {
            verifier.take(LOG, sequence, Some(bytes));
        }
        let verdict = verifier.finish(&[], |_, _| true);
        let faults: Vec<Fault> = verdict.findings.iter().map(|one| one.fault).collect();
        assert_eq!(faults, expected, "{gone} gone");
    }

    #[test]
    fn only_what_is_over_two_years_old_may_be_missing_at_the_front() {
        for gone in 0..=3 {
            check(gone, &[]);
        }
        for gone in 4..=5 {
            let entry = gone as u64 + 1;
            check(gone, &[Fault::TooEarly { entry }]);
        }
    }

    #[test]
    fn a_log_that_others_speak_of_and_that_is_not_there_is_missing() {
        let mut tail = Tail::start(LOG, NODE);
        let previous = Some(Point {
            log: LogId::from_bytes([9; 16]),
            sequence: 7,
            hash: [1; 32],
            at: 0,
        });
        let begun = Act::Began(Begun {
            node: NODE,
            previous,
            restored: false,
        });
        let start = tail;
        let at = Timestamp::UNIX_EPOCH;
        let bytes = tail
            .append(AuditEvent::of(OPERATOR, begun), at, [0; 16])
            .entry;
        let head = Head {
            log: LOG,
            node: NODE,
            base: start,
            tail,
        };
        let found = |years: i64| {
            let now = Timestamp::from_second(years * 366 * 24 * 60 * 60).unwrap();
            let mut verifier = Verifier::new(now, &[head]);
            verifier.take(LOG, 1, Some(&bytes));
            let verdict = verifier.finish(&[], |_, _| true);
            verdict
                .findings
                .iter()
                .map(|one| one.fault)
                .collect::<Vec<_>>()
        };
        assert_eq!(found(1), [Fault::LogMissing { last: 7 }]);
        assert_eq!(found(3), [], "its time is over");
    }
}
