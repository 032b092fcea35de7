//! The end of a run: every premises is of one mind, and of the account's.

use std::collections::{BTreeMap, BTreeSet};

use register::audit::Tail;
use register::audit::verify::{Fault, Head, Verifier};
use register::card::Card;
use register::id::{CATALOGUE, LogId, NodeId, RecordId, SETTINGS};
use register::ledger::{Ledger, Line, Reason, Removed};
use register::replica::{Answer, Command, PeerState, Shelf as _};

use crate::perfect::is_witness;

use super::desk::look;
use super::mark::{Mark, marks_in, shown};
use super::model::{Made, Sure};
use super::premises::{Broken, Premises};
use super::world::{World, day_of, words};

impl World {
    /// Whether every pair with a line between them says that it agrees: in a row those at the ends know of each other and
    /// never meet.
    pub(super) fn agreed(&mut self) -> Result<bool, String> {
        let pairs = self.profile.pairs();
        let nodes: Vec<NodeId> = self.premises.iter().map(Premises::node).collect();
        for at in 0..self.premises.len() {
            let Some(live) = &self.premises[at].live else {
                return Ok(false);
            };
            let report = live.replica.report();
            let agreed = report
                .peers
                .iter()
                .filter(|peer| {
                    let other = nodes.iter().position(|node| *node == peer.peer);
                    other.is_some_and(|other| pairs.contains(&(at.min(other), at.max(other))))
                })
                .all(|peer| peer.state == PeerState::Agreed && peer.waiting == 0)
                && report.logs.unsent == 0;
            if !agreed || report.unconfirmed > 0 || report.quarantine.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How every pair stands, for the words of a failure.
    pub(super) fn standing(&self) -> String {
        let mut all = String::new();
        for premises in &self.premises {
            if let Some(live) = &premises.live {
                let report = live.replica.report();
                let peers: Vec<_> = report
                    .peers
                    .iter()
                    .map(|peer| (peer.state, peer.waiting))
                    .collect();
                let retention = &report.retention;
                all.push_str(&format!(
                    "\n  {}: {} records, {} ledger, {} unconfirmed, {:?}, {peers:?}, {:?}, {:?}",
                    premises.number,
                    report.records,
                    report.ledger,
                    report.unconfirmed,
                    report.quarantine,
                    retention.hold,
                    report.logs,
                ));
            }
        }
        all
    }

    /// Everything that has to hold in the end.
    pub(super) fn judge(&mut self) -> Result<(), String> {
        let mut exports = Vec::new();
        for at in 0..self.premises.len() {
            match self.ask(at, look().0)?.map_err(words)? {
                Answer::Cards(cards) => exports.push(cards),
                _ => return Err("no cards".to_owned()),
            }
        }
        for (at, export) in exports.iter().enumerate() {
            same(&exports[0], export).map_err(|what| format!("0 and {at} differ: {what}"))?;
        }
        self.judge_logs()?;
        let erased = self.erasures()?;
        self.judge_cards(&exports[0], &erased)?;
        self.judge_stores(&erased)
    }

    /// The audit logs: the same at every premises, and sound, but where a disk went back in time.
    fn judge_logs(&mut self) -> Result<(), String> {
        let mut all = Vec::new();
        for at in 0..self.premises.len() {
            let Answer::LogHeads(heads, contradictions) =
                self.ask(at, Command::LogHeads)?.map_err(words)?
            else {
                return Err("no logs".to_owned());
            };
            let now = self.premises[at].clock(self.now);
            let mut verifier = Verifier::new(now, &heads);
            for head in &heads {
                let from = Command::LogSlice(head.log, 0, usize::MAX);
                let mut command = Some(from);
                while let Some(next) = command.take() {
                    let Answer::LogSlice(slots) = self.ask(at, next)?.map_err(words)? else {
                        return Err("no slice of a log".to_owned());
                    };
                    for (sequence, bytes) in &slots {
                        verifier.take(head.log, *sequence, bytes.as_deref());
                    }
                    let last = slots.last().map(|(last, _)| *last);
                    let last = last.filter(|last| *last < head.tail.sequence);
                    command = last.map(|last| Command::LogSlice(head.log, last + 1, usize::MAX));
                }
            }
            let verdict = verifier.finish(&contradictions, is_witness);
            let went_back = |fault: &Fault| {
                matches!(
                    fault,
                    Fault::SetBack { .. }
                        | Fault::Forked { .. }
                        | Fault::Rootless
                        | Fault::Missing { .. }
                        | Fault::LogMissing { .. }
                )
            };
            let wrong = verdict.findings.iter().find(|one| !went_back(&one.fault));
            if let Some(wrong) = wrong {
                return Err(format!("the audit logs at {at}: {wrong:?}"));
            }
            if !verdict.findings.is_empty() && !self.model.went_back() {
                return Err(format!(
                    "no disk went back, and at {at}: {:?}",
                    verdict.findings
                ));
            }
            all.push(heads);
        }
        let tails = |heads: &[Head]| -> BTreeMap<LogId, Tail> {
            heads.iter().map(|head| (head.log, head.tail)).collect()
        };
        let first = tails(&all[0]);
        // What is past its time goes at each premises when its own clock says so.
        let old = self.profile.years || self.profile.away;
        for (at, heads) in all.iter().enumerate() {
            let these = tails(heads);
            let differ = these
                .iter()
                .any(|(log, tail)| first.get(log).is_some_and(|other| other != tail));
            if differ || (!old && these.len() != first.len()) {
                return Err(format!(
                    "the audit logs of 0 and {at} differ:{}",
                    unlike(&all[0], heads)
                ));
            }
        }
        Ok(())
    }

    /// Records that are erased; those that went by the clock had to be due.
    fn erasures(&mut self) -> Result<BTreeSet<RecordId>, String> {
        let mut all = BTreeSet::new();
        let Answer::Erasures(erasures) = self.ask(0, Command::Erasures)?.map_err(words)? else {
            return Err("no erasures".to_owned());
        };
        for erasure in erasures {
            all.insert(erasure.record);
            let known = self
                .model
                .erased
                .iter()
                .any(|gone| gone.what == erasure.record);
            if known {
                continue;
            }
            if erasure.reason != Reason::Retention {
                return Err(format!("{} was erased by nobody", erasure.record));
            }
            if self.profile.row {
                // A premises waits for those it is paired with; of a visit at one further on it may not have heard.
                continue;
            }
            let due = self.model.due(erasure.record, day_of);
            let when = day_of(self.now).min(day_of(erasure.at.as_millisecond()));
            if due.is_some_and(|due| due > when) {
                return Err(format!(
                    "{} was erased on {when} and is due on {due:?}",
                    erasure.record
                ));
            }
        }
        for gone in &self.model.erased {
            if gone.sure == Sure::Yes && !all.contains(&gone.what) {
                return Err(format!("the ledger forgot {}", gone.what));
            }
        }
        Ok(all)
    }

    fn judge_cards(&self, cards: &[Card], erased: &BTreeSet<RecordId>) -> Result<(), String> {
        let mut seen: BTreeSet<Mark> = BTreeSet::new();
        for card in cards {
            if erased.contains(&card.id) {
                return Err(format!("{} is erased and here", card.id));
            }
            for found in shown(card) {
                if found.awaited {
                    return Err(format!("{:?} of {} is awaited", found.place, card.id));
                }
                for mark in found.marks {
                    let made = self.model.made.get(&mark);
                    let made = made.ok_or_else(|| format!("nobody wrote {mark}"))?;
                    let right = made.record.is_none_or(|record| record == card.id);
                    if made.place != found.place || !right {
                        return Err(format!("{mark} stands where nobody put it"));
                    }
                    seen.insert(mark);
                }
            }
        }
        let due = self.model.standing(erased, day_of(self.now));
        if let Some(mark) = due.difference(&seen).next() {
            let made = self.model.made.get(mark);
            let holders: Vec<usize> = self
                .premises
                .iter()
                .filter(|one| holds(one, *mark, made))
                .map(|one| one.number)
                .collect();
            return Err(format!("lost: {mark}, {made:?}, held at {holders:?}"));
        }
        if let Some(mark) = self.model.over().intersection(&seen).next() {
            return Err(format!("{mark} was replaced and stands"));
        }
        let (forgotten, _) = self.model.forgotten();
        match forgotten.intersection(&seen).next() {
            Some(mark) => Err(format!("{mark} was redacted and stands")),
            None => Ok(()),
        }
    }

    /// What the vaults hold, and what lies on the disks.
    fn judge_stores(&mut self, erased: &BTreeSet<RecordId>) -> Result<(), String> {
        let (forgotten, _) = self.model.forgotten();
        let mut records: BTreeSet<RecordId> = self
            .model
            .made
            .values()
            .filter_map(|made| made.record)
            .collect();
        records.extend([SETTINGS, CATALOGUE]);
        let mut ledgers = Vec::new();
        let mut tables = Vec::new();
        for at in 0..self.premises.len() {
            let premises = &mut self.premises[at];
            let Some(mut live) = premises.live.take() else {
                return Err(format!("{at} is not up"));
            };
            let mut table = BTreeSet::new();
            for record in &records {
                let values = live.vault.values(*record).map_err(words)?;
                let document = live.vault.document(*record).map_err(words)?;
                let gone = erased.contains(record);
                if gone && (document.is_some() || !values.is_empty()) {
                    return Err(format!("{at} still holds {record}"));
                }
                let listed = live.directory.holders(&[*record]);
                if gone && !listed.is_empty() {
                    return Err(format!("{at} still lists {record}: {listed:?}"));
                }
                table.extend(values.iter().map(|value| (*record, value.id)));
                let mut bytes = document.unwrap_or_default();
                values.iter().for_each(|value| bytes.extend(&value.content));
                free_of(&forgotten, &bytes).map_err(|what| format!("{at}, {record}: {what}"))?;
            }
            tables.push(table);
            let report = live.vault.check();
            if !report.is_sound() {
                return Err(format!("the vault of {at}: {:?}", report.problems));
            }
            live.vault.close().map_err(words)?;
            ledgers.push(self.judge_disk(at, &forgotten)?);
        }
        for (at, table) in tables.iter().enumerate() {
            if let Some(one) = table.symmetric_difference(&tables[0]).next() {
                let (here, (record, id)) = (table.contains(one), one);
                let dead = ledgers[0].dead(*record).contains(id);
                return Err(format!(
                    "the value tables differ: {at} has {id} of {record}: {here}, dead: {dead}"
                ));
            }
        }
        if ledgers.iter().any(|ledger| *ledger != ledgers[0]) {
            return Err("the ledgers differ".to_owned());
        }
        Ok(())
    }

    fn judge_disk(&self, at: usize, forgotten: &BTreeSet<Mark>) -> Result<Ledger, String> {
        let premises = &self.premises[at];
        if !marks_in(&premises.disk.everything()).is_empty() {
            return Err(format!("the disk of {at} holds plain text"));
        }
        let (vault, holdings) = premises.open_vault().map_err(|broken| match broken {
            Broken::Power => "no power".to_owned(),
            Broken::Wrong(what) => what,
        })?;
        let indexes = holdings.indexes.iter().map(|(_, bytes)| bytes);
        let facts = holdings.facts.values();
        let audit = holdings
            .logs
            .iter()
            .filter_map(|(_, (_, bytes))| bytes.as_ref());
        for bytes in indexes.chain(facts).chain(&holdings.ledger).chain(audit) {
            free_of(forgotten, bytes).map_err(|what| format!("{at} reopened: {what}"))?;
        }
        let mut ledger = Ledger::default();
        for bytes in &holdings.ledger {
            ledger.take(Line::decode(bytes).map_err(words)?);
        }
        for bytes in &premises.ledger {
            if let Ok(Line::Removal(entry)) = Line::decode(bytes) {
                let (Removed::Record(record) | Removed::Value(record, _)) = entry.removed;
                let kept = match entry.removed {
                    Removed::Value(_, value) => ledger.dead(record).contains(&value),
                    Removed::Record(_) => false,
                };
                if !kept && ledger.erased(record).is_none() {
                    return Err(format!("the ledger of {at} forgot an entry of {record}"));
                }
            }
        }
        drop(vault);
        Ok(ledger)
    }
}

/// Whether a premises' vault has a mark among the values of its record.
fn holds(premises: &Premises, mark: Mark, made: Option<&Made>) -> bool {
    let record = made.and_then(|made| made.record);
    let values = record
        .zip(premises.live.as_ref())
        .and_then(|(record, live)| live.vault.values(record).ok());
    let values = values.unwrap_or_default();
    values
        .iter()
        .any(|value| marks_in(&value.content).contains(&mark))
}

fn free_of(forgotten: &BTreeSet<Mark>, bytes: &[u8]) -> Result<(), String> {
    match forgotten.intersection(&marks_in(bytes)).next() {
        Some(mark) => Err(format!("{mark} was to be forgotten and is here")),
        None => Ok(()),
    }
}

/// Names the logs that two premises hold differently: whose, and from where to where each holds it.
fn unlike(one: &[Head], two: &[Head]) -> String {
    let span = |heads: &[Head], log: LogId| {
        let head = heads.iter().find(|head| head.log == log);
        head.map(|head| (head.base.sequence, head.tail.sequence))
    };
    let logs: BTreeMap<LogId, _> = one.iter().chain(two).map(|it| (it.log, it.node)).collect();
    let unlike = logs
        .iter()
        .map(|(log, node)| (log, node, span(one, *log), span(two, *log)))
        .filter(|(.., one, two)| one != two);
    let words =
        unlike.map(|(log, node, one, two)| format!("\n  {log} of {node}: {one:?}, {two:?}"));
    words.collect()
}

/// Names the first thing in which two exports differ.
fn same(one: &[Card], two: &[Card]) -> Result<(), String> {
    let ids = |cards: &[Card]| cards.iter().map(|card| card.id).collect::<Vec<_>>();
    if ids(one) != ids(two) {
        return Err(format!("cards {:?} and {:?}", ids(one), ids(two)));
    }
    for (one, two) in one.iter().zip(two) {
        let fields = [
            ("heads", one.heads == two.heads),
            ("name", one.name == two.name),
            ("address", one.address == two.address),
            ("phones", one.phones == two.phones),
            ("emails", one.emails == two.emails),
            ("health", one.health == two.health),
            ("treatments", one.treatments == two.treatments),
            ("notes", one.notes == two.notes),
            ("the rest", one == two),
        ];
        if let Some((field, _)) = fields.iter().find(|(_, same)| !same) {
            return Err(format!("{field} of {}", one.id));
        }
    }
    Ok(())
}
