//! Notices recorded out of this node's units, and units moved between premises.
//!
//! [`crate::marketing`] says why the cap holds. Here is who writes: a notice and a wish the node they belong to, a gift
//! the giver, all of them into the client's record; gifts that hold for every client into the settings.

use jiff::{SignedDuration, Timestamp};

use crate::card::Card;
use crate::document::Collection;
use crate::edit::{Change, Edit, EditError, Target};
use crate::id::{EntryId, ITSELF, NodeId, RecordId, RegisterId, SETTINGS};
use crate::marketing::{
    CAP, CampaignKind, Medium, Notice, NoticeRefusal, Outcome, Share, Tally, WANT_DAYS, Want,
    counted, evened, flow, free, in_window, may_get, shares,
};
use crate::retention::day;
use crate::value::Content;

use super::answer::{Answer, Refusal};
use super::exchange::passed;
use super::input::Command;
use super::shelf::Write;
use super::{Cx, Replica};

/// The most clients in one command.
pub const NOTICES: usize = 256;
/// The most wishes that one tick answers, so that nobody waits for it.
const STEP: usize = 16;
/// Units of every client are evened out so often, seconds.
const EVERY: i64 = 15;

pub(super) const FACT_FOUNDED: &str = "founded";
pub(super) const FACT_BEHIND: &str = "behind";

/// The register was made at this node, which begins with all units.
pub(super) fn write_founded(register: RegisterId) -> Write {
    Write::Fact(FACT_FOUNDED.into(), Some(register.as_bytes().to_vec()))
}

/// Whether the node may lack notices of its own, as after a restored backup, until a peer has agreed with it.
pub(super) fn write_behind(behind: bool) -> Write {
    Write::Fact(FACT_BEHIND.into(), behind.then(Vec::new))
}

impl Replica {
    /// Whether this node began with the register's units.
    pub(super) fn is_founder(&self) -> bool {
        self.founded == Some(self.register)
    }

    /// Carries out a command on notices; no other comes here.
    pub(super) fn command_on_notices(
        &mut self,
        command: Command,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        match command {
            Command::Notify {
                records,
                campaign,
                outcome,
                author,
            } => self.notify_all(&records, campaign, outcome, author, cx),
            Command::Delivered {
                of,
                outcome,
                author,
            } => self.delivered(of, outcome, author, cx),
            _ => Ok(Answer::Done),
        }
    }

    /// Records a notice to each client, or says why not.
    pub(super) fn notify_all(
        &mut self,
        records: &[RecordId],
        campaign: (RecordId, CampaignKind, Medium),
        outcome: Outcome,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        if records.len() > NOTICES {
            return Err(EditError::Unsound.into());
        }
        let house = self.house_shares(cx)?;
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            all.push(self.notify_one(*record, campaign, outcome, author, &house, cx)?);
        }
        Ok(Answer::Noticed(all))
    }

    fn notify_one(
        &mut self,
        record: RecordId,
        (campaign, kind, medium): (RecordId, CampaignKind, Medium),
        outcome: Outcome,
        author: RecordId,
        house: &[Share],
        cx: &mut Cx<'_>,
    ) -> Result<Result<EntryId, NoticeRefusal>, EditError> {
        if self.clock.trouble().is_some() {
            return Ok(Err(NoticeRefusal::Clock));
        }
        if self.behind {
            return Ok(Err(NoticeRefusal::Behind));
        }
        let cards = match self.person_cards(record, cx) {
            Ok(cards) => cards,
            Err(EditError::NoRecord | EditError::Erased) => return Ok(Err(NoticeRefusal::Gone)),
            Err(EditError::Unreadable) => return Ok(Err(NoticeRefusal::Awaited)),
            Err(other) => return Err(other),
        };
        let today = day(cx.now);
        if cards.iter().any(|card| card.due().card_by(today)) {
            return Ok(Err(NoticeRefusal::Gone));
        }
        if let Err(why) = may_get(&cards, today) {
            return Ok(Err(why));
        }
        let mut addressed = cards.iter().filter(|card| card.id == record);
        if !addressed.any(|card| card.reaches(medium)) {
            return Ok(Err(NoticeRefusal::NoAddress));
        }
        let tallies: Vec<Tally> = cards.iter().map(Tally::of).collect();
        let tallies: Vec<&Tally> = tallies.iter().collect();
        let mut sent = tallies.iter().flat_map(|tally| &tally.sent);
        if sent.any(|one| one.campaign == campaign) {
            return Ok(Err(NoticeRefusal::Twice));
        }
        let at = whole_second(self.clock.date(cx.now));
        if counted(at, &tallies) >= CAP {
            return Ok(Err(NoticeRefusal::Cap));
        }
        if free(self.node, at, self.is_founder(), house, &tallies) == 0 {
            self.wish(&cards, at, cx)?;
            return Ok(Err(NoticeRefusal::Units));
        }
        let entry = EntryId::random(cx.rng);
        let notice = Notice {
            at,
            kind,
            medium,
            campaign,
            node: self.node,
            by: author,
            outcome,
        };
        self.put(record, author, entry, Content::Notice(notice), cx)?;
        Ok(Ok(entry))
    }

    /// Writes down what became of a notice of this node's, or that it is tried once more.
    pub(super) fn delivered(
        &mut self,
        (record, notice): (RecordId, EntryId),
        outcome: Outcome,
        author: RecordId,
        cx: &mut Cx<'_>,
    ) -> Result<Answer, Refusal> {
        let cards = self.person_cards(record, cx)?;
        let own = cards.iter().find(|card| card.id == record);
        let mut held = own.into_iter().flat_map(|card| &card.notices);
        let held = held.find(|entry| entry.id == notice);
        let known = held
            .and_then(|entry| entry.field.newest())
            .filter(|known| known.node == self.node && known.outcome.may_become(outcome))
            .ok_or(EditError::Unsound)?;
        let now = whole_second(self.clock.date(cx.now));
        let mut known = Notice {
            outcome,
            ..known.clone()
        };
        if outcome == Outcome::Trying {
            let again = match self.clock.trouble() {
                Some(_) => Err(NoticeRefusal::Clock),
                None if !in_window(known.at, now) => return Err(EditError::Unsound.into()),
                None => may_get(&cards, day(cx.now)),
            };
            if let Err(why) = again {
                return Ok(Answer::Noticed(vec![Err(why)]));
            }
            // Its unit is in use until a whole window after the client really gets it.
            known.at = known.at.max(now);
        }
        self.put(record, author, notice, Content::Notice(known), cx)?;
        Ok(Answer::Noticed(vec![Ok(notice)]))
    }

    /// Every card of a person, the one named first.
    fn person_cards(&mut self, record: RecordId, cx: &mut Cx<'_>) -> Result<Vec<Card>, EditError> {
        let mut cards = vec![self.card(record, cx)?];
        for linked in self.inventory.linked(record) {
            cards.push(self.card(linked, cx)?);
        }
        Ok(cards)
    }

    /// Asks the other premises for one unit more on each card of a person.
    fn wish(&mut self, cards: &[Card], at: Timestamp, cx: &mut Cx<'_>) -> Result<(), EditError> {
        for card in cards {
            let tally = Tally::of(card);
            let units = tally.received(self.node) + 1;
            let known = tally.wants.iter().find(|want| want.node == self.node);
            let fresh = known.is_some_and(|want| want.units >= units && is_fresh(want, at));
            if !fresh {
                let want = Want {
                    node: self.node,
                    units,
                    at,
                };
                let entry = EntryId::from_bytes(*self.node.as_bytes());
                self.put(card.id, ITSELF, entry, Content::Want(want), cx)?;
            }
        }
        Ok(())
    }

    /// Cards to choose an audience from.
    pub(super) fn look(&mut self, records: &[RecordId], cx: &mut Cx<'_>) -> Vec<Card> {
        let records = records.iter().take(NOTICES);
        records
            .filter_map(|record| self.card(*record, cx).ok())
            .collect()
    }

    fn put(
        &mut self,
        record: RecordId,
        author: RecordId,
        entry: EntryId,
        content: Content,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let collection = match &content {
            Content::Notice(_) => Collection::Notice,
            Content::Want(_) => Collection::Want,
            Content::Share(_) => Collection::Share,
            _ => return Err(EditError::Unsound),
        };
        let edit = Edit {
            target: Target::Latest(record),
            author,
            changes: vec![Change::SetEntry(collection, entry, content)],
        };
        self.edit(&edit, cx).map(|_| ())
    }

    /// Units of every client that moved.
    fn house_shares(&mut self, cx: &mut Cx<'_>) -> Result<Vec<Share>, EditError> {
        let Some(sheet) = self.sheet(SETTINGS, cx)? else {
            return Ok(Vec::new());
        };
        let settings = sheet
            .reading(SETTINGS, &self.ledger.dead(SETTINGS))
            .settings();
        self.put_back(SETTINGS, sheet);
        Ok(shares(&settings.shares))
    }

    /// What the clock brings: units go to whom they are due.
    pub(super) fn tend_marketing(&mut self, cx: &mut Cx<'_>) {
        if self.quarantine.is_some() || self.clock.trouble().is_some() {
            return;
        }
        if passed(self.evened, cx.now, EVERY) || self.evened.is_some_and(|at| at > cx.now) {
            self.evened = Some(cx.now);
            if !self.behind {
                // What can't be read now is tried again at a later tick.
                self.even_out(cx).ok();
            }
        }
        if !self.behind {
            self.grant_wishes(cx).ok();
        }
    }

    /// Peers with whom everything is agreed at this moment: only to them units move.
    fn in_contact(&self) -> Vec<NodeId> {
        let sessions = self.sessions.iter();
        sessions
            .filter(|(_, session)| session.agreed())
            .map(|(peer, _)| *peer)
            .collect()
    }

    /// Gives units of every client to a peer that has fewer than its even part.
    fn even_out(&mut self, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let peers = self.in_contact();
        if peers.is_empty() {
            return Ok(());
        }
        let at = whole_second(self.clock.date(cx.now));
        for peer in peers {
            let house = self.house_shares(cx)?;
            let base = if self.is_founder() { i64::from(CAP) } else { 0 };
            let mine = base + flow(&house, self.node, at);
            let theirs = flow(&house, peer, Timestamp::MAX);
            // The founder alone ever goes below nothing; whoever shows that has its own 12 besides.
            let theirs = if theirs < 0 {
                theirs + i64::from(CAP)
            } else {
                theirs
            };
            let wanted = evened(mine, theirs, self.peers.len() + 1);
            if wanted == 0 {
                continue;
            }
            let units = wanted.min(self.free_everywhere(&house, at));
            if units > 0 {
                self.give(SETTINGS, peer, units, &house, at, cx)?;
            }
        }
        Ok(())
    }

    /// The units that are free of every client at this node.
    fn free_everywhere(&self, house: &[Share], at: Timestamp) -> u32 {
        let founder = self.is_founder();
        let used = self
            .inventory
            .iter()
            .filter(|(_, entry)| !entry.tally.sent.is_empty() || !entry.tally.shares.is_empty());
        let people = used.map(|(record, _)| {
            let cards = self.inventory.linked(record);
            let cards = cards.iter().chain([&record]);
            let tallies: Vec<&Tally> = cards
                .filter_map(|card| self.inventory.get(*card))
                .map(|entry| &entry.tally)
                .collect();
            free(self.node, at, founder, house, &tallies)
        });
        let nobody = free(self.node, at, founder, house, &[]);
        people.min().map_or(nobody, |least| least.min(nobody))
    }

    /// Gives units of single clients to peers that asked for them.
    fn grant_wishes(&mut self, cx: &mut Cx<'_>) -> Result<(), EditError> {
        let peers = self.in_contact();
        let wanted = self.inventory.wanted();
        if peers.is_empty() || wanted.is_empty() {
            return Ok(());
        }
        let house = self.house_shares(cx)?;
        let at = whole_second(self.clock.date(cx.now));
        let mut steps = 0;
        for record in wanted {
            let Some(tally) = self.inventory.get(record).map(|entry| entry.tally.clone()) else {
                continue;
            };
            for want in tally.wants.iter().filter(|want| peers.contains(&want.node)) {
                let lacks = want.units.saturating_sub(tally.received(want.node));
                if lacks == 0 || !is_fresh(want, at) {
                    continue;
                }
                let linked = self.inventory.linked(record);
                let cards = linked.iter().chain([&record]);
                let person: Vec<&Tally> = cards
                    .filter_map(|card| self.inventory.get(*card))
                    .map(|entry| &entry.tally)
                    .collect();
                let spare = free(self.node, at, self.is_founder(), &house, &person);
                let units = lacks.min(spare);
                // A card that was restricted meanwhile moves nothing.
                if units > 0
                    && self
                        .give(record, want.node, units, &tally.shares, at, cx)
                        .is_ok()
                {
                    steps += 1;
                }
            }
            if steps >= STEP {
                break;
            }
        }
        Ok(())
    }

    fn give(
        &mut self,
        record: RecordId,
        to: NodeId,
        units: u32,
        before: &[Share],
        at: Timestamp,
        cx: &mut Cx<'_>,
    ) -> Result<(), EditError> {
        let from = self.node;
        let mut given = before.iter().filter(|one| one.from == from && one.to == to);
        let before = given.next().map_or(0, |share| share.units);
        let share = Share {
            from,
            to,
            units: before.saturating_add(units),
            at,
        };
        let entry = Share::entry(from, to);
        self.put(record, ITSELF, entry, Content::Share(share), cx)
    }
}

fn is_fresh(want: &Want, now: Timestamp) -> bool {
    now.duration_since(want.at).abs() < SignedDuration::from_hours(24 * WANT_DAYS)
}

/// Stored times have no fractions; counting with them would let a node use what it is about to receive.
pub(super) fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
