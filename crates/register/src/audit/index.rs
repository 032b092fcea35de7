//! A compact index of every entry in memory: who, which record, which kind, when. 24 bytes an entry, so that half a
//! million entries, two years of a busy clinic, are looked through in about a millisecond.

use std::collections::BTreeMap;

use super::query::{Cursor, Query, Seen};
use super::{Act, Entry, Group};
use crate::id::{LogId, NodeId, RecordId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// Seconds since 1970.
    at: u32,
    log: u32,
    sequence: u32,
    who: u32,
    /// 0 for none.
    record: u32,
    group: Group,
    /// The log's own bookkeeping.
    hidden: bool,
}

impl Row {
    const fn place(&self) -> (u32, u32, u32) {
        (self.at, self.log, self.sequence)
    }
}

/// Numbers that stand for ids.
#[derive(Debug, Clone)]
struct Numbers<T> {
    all: Vec<T>,
    by: BTreeMap<T, u32>,
}

impl<T: Ord + Copy> Numbers<T> {
    const fn new() -> Self {
        Self {
            all: Vec::new(),
            by: BTreeMap::new(),
        }
    }

    /// The number of an id, from 1.
    fn number(&mut self, id: T) -> u32 {
        if let Some(known) = self.by.get(&id) {
            return *known;
        }
        self.all.push(id);
        // There is no memory for more.
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.by.insert(id, number);
        number
    }

    fn id(&self, number: u32) -> Option<T> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.all.get(place).copied()
    }
}

/// Where entries are, by what they say.
pub struct Index {
    rows: Vec<Row>,
    sorted: bool,
    logs: Numbers<LogId>,
    ids: Numbers<RecordId>,
}

impl core::fmt::Debug for Index {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Index({} entries)", self.rows.len())
    }
}

impl Default for Index {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            sorted: true,
            logs: Numbers::new(),
            ids: Numbers::new(),
        }
    }
}

impl Index {
    /// Takes an entry in. It is not there yet.
    pub fn put(&mut self, log: LogId, entry: &Entry) {
        let row = Row {
            // Before 1970 and after 2106 the order is lost, not the entry.
            at: u32::try_from(entry.at.as_second()).unwrap_or_default(),
            log: self.logs.number(log),
            sequence: u32::try_from(entry.sequence).unwrap_or(u32::MAX),
            who: self.ids.number(entry.who),
            record: entry.record.map_or(0, |record| self.ids.number(record)),
            group: entry.act.group(),
            hidden: entry.act.is_bookkeeping() || matches!(entry.act, Act::Newer),
        };
        let follows = self
            .rows
            .last()
            .is_none_or(|last| last.place() < row.place());
        self.sorted = self.sorted && follows;
        self.rows.push(row);
    }

    /// Entries of a log up to this one are gone.
    pub fn drop_front(&mut self, log: LogId, upto: u64) {
        let log = self.logs.number(log);
        self.rows
            .retain(|row| row.log != log || u64::from(row.sequence) > upto);
    }

    /// How many entries it knows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.rows.sort_by_key(Row::place);
            self.sorted = true;
        }
    }

    /// The newest entries that a question is about, and from where to go on. `node_of` says whose a log is.
    pub fn find(
        &mut self,
        query: &Query,
        node_of: impl Fn(LogId) -> Option<NodeId>,
    ) -> (Vec<(LogId, u64)>, Option<Cursor>) {
        self.sort();
        let mut found: Vec<(LogId, u64)> = Vec::new();
        let mut last = None;
        for row in self.matching(query, node_of) {
            if found.len() >= query.limit {
                return (found, last);
            }
            if let Some(log) = self.logs.id(row.log) {
                found.push((log, row.sequence.into()));
                last = Some(Cursor {
                    at: row.at,
                    log,
                    sequence: row.sequence.into(),
                });
            }
        }
        (found, None)
    }

    fn matching<'a>(
        &'a self,
        query: &Query,
        node_of: impl Fn(LogId) -> Option<NodeId> + 'a,
    ) -> impl Iterator<Item = &'a Row> {
        let seconds = |time: Option<jiff::Timestamp>, open: u32| {
            time.map_or(open, |time| {
                u32::try_from(time.as_second()).unwrap_or_default()
            })
        };
        let (from, until) = (seconds(query.from, 0), seconds(query.until, u32::MAX));
        // An id that no entry names has no number.
        let known =
            |id: Option<RecordId>| id.map(|id| self.ids.by.get(&id).copied().unwrap_or(u32::MAX));
        let (who, record) = (known(query.who), known(query.record));
        let before = query.before.map(|cursor| {
            let log = self.logs.by.get(&cursor.log).copied().unwrap_or_default();
            let sequence = u32::try_from(cursor.sequence).unwrap_or(u32::MAX);
            (cursor.at, log, sequence)
        });
        let logs: Option<Vec<bool>> = query.node.map(|node| {
            let all = self.logs.all.iter();
            all.map(|log| node_of(*log) == Some(node)).collect()
        });
        let group = query.group;
        self.rows.iter().rev().filter(move |row| {
            let here = logs.as_ref().is_none_or(|logs| {
                let place = usize::try_from(row.log).unwrap_or_default();
                logs.get(place.wrapping_sub(1)).copied().unwrap_or_default()
            });
            (!row.hidden || group == Some(Group::Log))
                && (from..until).contains(&row.at)
                && who.is_none_or(|who| row.who == who)
                && record.is_none_or(|record| row.record == record)
                && group.is_none_or(|group| row.group == group)
                && before.is_none_or(|before| row.place() < before)
                && here
        })
    }

    /// Every card that somebody looked at in a time: how often, first and last; the last looked at first.
    pub fn seen_by(&mut self, query: &Query) -> Vec<Seen> {
        self.sort();
        let query = Query {
            group: Some(Group::Looks),
            ..query.clone()
        };
        let mut seen: BTreeMap<u32, (usize, u32, u32)> = BTreeMap::new();
        for row in self.matching(&query, |_| None).filter(|row| row.record > 0) {
            let one = seen.entry(row.record).or_insert((0, row.at, row.at));
            one.0 += 1;
            one.1 = row.at;
        }
        let time = |at: u32| jiff::Timestamp::from_second(at.into()).unwrap_or_default();
        let mut seen: Vec<Seen> = seen
            .into_iter()
            .filter_map(|(record, (times, first, last))| {
                Some(Seen {
                    record: self.ids.id(record)?,
                    times,
                    first: time(first),
                    last: time(last),
                })
            })
            .collect();
        seen.sort_by_key(|one| core::cmp::Reverse((one.last, one.record)));
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{AuditEvent, Purpose, Tail};
    use crate::id::OPERATOR;
    use jiff::Timestamp;

    const LOGS: [LogId; 2] = [LogId::from_bytes([1; 16]), LogId::from_bytes([2; 16])];
    const NODES: [NodeId; 2] = [NodeId::from_bytes([1; 16]), NodeId::from_bytes([2; 16])];

    fn card(number: u8) -> RecordId {
        RecordId::from_bytes([number; 16])
    }

    fn filled() -> Index {
        let mut index = Index::default();
        for (which, log) in LOGS.into_iter().enumerate() {
            let mut tail = Tail::start(log, NODES[which]);
            for at in 1..=9_u8 {
                let who = if at % 2 == 0 { OPERATOR } else { card(100) };
                let act = Act::Viewed(Purpose::Care);
                let event = AuditEvent::about(who, act, card(at % 3));
                let when = Timestamp::from_second(i64::from(at) * 10).unwrap();
                let bytes = tail.append(event, when, [0; 16]).entry;
                index.put(log, &Entry::read(log, &bytes).unwrap());
            }
        }
        index
    }

    fn node_of(log: LogId) -> Option<NodeId> {
        let place = LOGS.iter().position(|one| *one == log)?;
        Some(NODES[place])
    }

    fn check(query: &Query, expected: &[(u8, u64)]) {
        let mut all = Vec::new();
        let mut query = query.clone();
        let mut index = filled();
        loop {
            let (found, next) = index.find(&query, node_of);
            assert!(found.len() <= query.limit);
            all.extend(found);
            match next {
                Some(_) => query.before = next,
                None => break,
            }
        }
        let all: Vec<(u8, u64)> = all
            .into_iter()
            .map(|(log, sequence)| (log.as_bytes()[0], sequence))
            .collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn questions_are_answered_newest_first_page_by_page() {
        let time = |at: i64| Some(Timestamp::from_second(at).unwrap());
        let query = |limit| Query {
            limit,
            ..Query::default()
        };
        check(
            &Query {
                from: time(80),
                ..query(1)
            },
            &[(2, 9), (1, 9), (2, 8), (1, 8)],
        );
        check(
            &Query {
                until: time(40),
                node: Some(NODES[0]),
                ..query(2)
            },
            &[(1, 3), (1, 2), (1, 1)],
        );
        check(
            &Query {
                record: Some(card(0)),
                who: Some(OPERATOR),
                ..query(50)
            },
            &[(2, 6), (1, 6)],
        );
        check(
            &Query {
                record: Some(card(77)),
                ..query(50)
            },
            &[],
        );
        check(
            &Query {
                group: Some(Group::Doors),
                ..query(50)
            },
            &[],
        );
    }

    #[test]
    fn what_somebody_looked_at_is_counted_and_what_is_gone_is_not() {
        let mut index = filled();
        let query = Query {
            who: Some(OPERATOR),
            ..Query::default()
        };
        let seen = index.seen_by(&query);
        let told: Vec<(RecordId, usize, i64, i64)> = seen
            .iter()
            .map(|one| {
                (
                    one.record,
                    one.times,
                    one.first.as_second(),
                    one.last.as_second(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (card(2), 4, 20, 80),
                (card(0), 2, 60, 60),
                (card(1), 2, 40, 40)
            ]
        );
        index.drop_front(LOGS[0], 8);
        assert_eq!(index.len(), 10);
    }
}
