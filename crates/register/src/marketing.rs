//! Marketing notices: at most [`CAP`] per client in any rolling 12 months, also while premises are apart (clause 12).
//!
//! The 12 are units, and each unit is at one node at a time. The node that founded the register begins with all of
//! them. A unit moves only by a line that the node losing it writes ([`Share`]), so no two nodes ever count on the same
//! one, however many premises there are and whoever is out of reach. A node may record a notice only while one of its
//! units is free, which it is not for [`WINDOW_DAYS`] after each use.
//!
//! Why that holds in any window: a node gives only units that are free by its clock, and whoever receives them
//! uses none before the moment of giving. So two uses of one unit are always a whole window apart, wherever they
//! happened, and a window sees each of the 12 at most once. A unit never comes back by itself; it is given back.
//! What was not acknowledged belongs to nobody, which errs on the side of the client.
//!
//! Cards of one person count together: a notice needs a free unit on each of them, and the notices on all of them are
//! added up. Cards that are linked later may hold more than 12 together from before; then nothing is sent to the person
//! until enough of these are older than a window.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::card::{Card, Entry, Field};
use crate::document::Heads;
use crate::id::{EntryId, NodeId, RecordId, digest};
use crate::minor::Minority;
use crate::request::coded;

/// The most notices for one client in any rolling 12 months, over all premises and entrepreneurs (clause 12).
pub const CAP: u32 = 12;
/// A window of 12 months is never longer than this.
pub const WINDOW_DAYS: i64 = 366;
/// Notices are kept so many months as proof, then they go.
pub const KEPT_MONTHS: i16 = 24;
/// Days after which a list's ids go, unless the owner chooses otherwise.
pub const LIST_DAYS: u8 = 14;
/// The most days that a list lives.
pub const LIST_DAYS_MAX: u8 = 60;
/// The most recipients in one stored part of a list.
pub const PART: usize = 1_000;
/// The most recipients of a campaign.
pub const RECIPIENTS: usize = 50_000;
/// A wish for units is answered for so many days.
pub const WANT_DAYS: i64 = 30;
/// The longest text of a campaign in one language, in characters.
pub const MESSAGE_LIMIT: usize = 4_000;
/// Which wording of the question a permission was asked with, where nobody says otherwise.
pub const WORDING: &str = "2026-1";

coded! {
    /// What a campaign is about; nothing else may be sent (clause 12).
    CampaignKind {
        /// A day for one treatment.
        TreatmentDay = "treatment_day",
        /// A treatment that the clinic did not give before.
        NewTreatment = "new_treatment",
        /// An event at the clinic.
        Event = "event",
    }
}

coded! {
    /// How a notice reaches the client.
    Medium {
        /// E-mail, through the clinic's relay or as a list of addresses that the owner takes elsewhere.
        Email = "email",
        /// A list of phone numbers that the owner takes elsewhere.
        Sms = "sms",
        /// A list of postal addresses that the owner takes elsewhere.
        Letter = "letter",
    }
}

coded! {
    /// How a notice went out. Each counts as one of the 12.
    Outcome {
        /// It was on a list that the owner handed out.
        HandedOut = "handed_out",
        /// It was about to be given to the mail relay. One that stays so may or may not have gone out.
        Trying = "trying",
        /// The mail relay took it.
        Sent = "sent",
        /// The mail relay wants it later.
        Later = "later",
        /// It did not go out: the mail relay refused it, or it was called off before it went.
        Failed = "failed",
    }
}

coded! {
    /// How far a campaign is. Of two that premises put there apart the later in this order counts.
    Stage {
        /// Being written.
        Draft = "draft",
        /// Its list was made.
        Listed = "listed",
        /// It is being sent through the mail relay.
        Sending = "sending",
        /// Everybody on the list was dealt with.
        Done = "done",
        /// The owner stopped it.
        Stopped = "stopped",
        /// Its list expired.
        Expired = "expired",
    }
}

/// One notice to a client.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Notice {
    /// When, by the recording node's clock, to the second.
    pub at: Timestamp,
    /// What it was about.
    pub kind: CampaignKind,
    /// How it went.
    pub medium: Medium,
    /// The campaign's record.
    pub campaign: RecordId,
    /// The node that recorded it, out of whose units it was.
    pub node: NodeId,
    /// Who sent it.
    pub by: RecordId,
    /// What became of it.
    pub outcome: Outcome,
}

/// Units that one node gave another, in all since the register began. Written by the giver alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    /// Who gave.
    pub from: NodeId,
    /// Who may use them.
    pub to: NodeId,
    /// How many, in all.
    pub units: u32,
    /// When the latest of them were given; none is used before.
    pub at: Timestamp,
}

impl Share {
    /// The entry in which one node's gifts to another stand: always the same one.
    #[must_use]
    pub fn entry(from: NodeId, to: NodeId) -> EntryId {
        let whole = digest(&[b"share", from.as_bytes(), to.as_bytes()]);
        let mut id = [0; EntryId::BYTES];
        id.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        EntryId::from_bytes(id)
    }
}

/// A node's wish for units of a client: how many it wants to have been given in all. Its entry id is the node's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// Who wants them.
    pub node: NodeId,
    /// How many in all.
    pub units: u32,
    /// Since when.
    pub at: Timestamp,
}

/// One notice as the count sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Its entry on the card.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub node: NodeId,
    /// For which campaign.
    pub campaign: RecordId,
    /// What became of it.
    pub outcome: Outcome,
}

/// What counts of one card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The notices.
    pub sent: Vec<Sent>,
    /// Units of this card that were moved.
    pub shares: Vec<Share>,
    /// Units that nodes wish for.
    pub wants: Vec<Want>,
    /// Notices of which only the existence has arrived; they count.
    pub awaited: u32,
}

impl Tally {
    /// What counts of a card.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        let mut tally = Self {
            shares: shares(&card.shares),
            wants: card.wants.iter().filter_map(largest).collect(),
            ..Self::default()
        };
        for entry in &card.notices {
            let latest = entry.field.all().iter().max_by_key(|held| held.value.at);
            match latest {
                Some(held) => tally.sent.push(Sent {
                    entry: entry.id,
                    at: held.value.at,
                    node: held.value.node,
                    campaign: held.value.campaign,
                    outcome: held.value.outcome,
                }),
                None => tally.awaited += 1,
            }
        }
        tally
    }

    /// Units of this card that a node was given in all.
    #[must_use]
    pub fn received(&self, node: NodeId) -> u32 {
        let to = self.shares.iter().filter(|share| share.to == node);
        to.map(|share| share.units).sum()
    }
}

fn largest(entry: &Entry<Want>) -> Option<Want> {
    let all = entry.field.all().iter().map(|held| held.value);
    all.max_by_key(|want| want.units)
}

/// The gifts in a collection. Of two values that a node put back in time wrote, the larger counts: units may
/// be lost by it, and never doubled.
#[must_use]
pub fn shares(entries: &[Entry<Share>]) -> Vec<Share> {
    let largest = |entry: &Entry<Share>| {
        let all = entry.field.all().iter().map(|held| held.value);
        all.max_by_key(|share| (share.units, share.at))
    };
    entries.iter().filter_map(largest).collect()
}

/// Whether a notice of that time can share a window with one recorded now. One dated ahead can.
#[must_use]
pub fn in_window(at: Timestamp, now: Timestamp) -> bool {
    at.duration_since(now) > SignedDuration::from_hours(-24 * WINDOW_DAYS)
}

/// The notices of all premises on a person's cards that share a window with now.
#[must_use]
pub fn counted(now: Timestamp, person: &[&Tally]) -> u32 {
    let sent = person.iter().flat_map(|tally| &tally.sent);
    let counted = sent.filter(|one| in_window(one.at, now)).count();
    let awaited: u32 = person.iter().map(|tally| tally.awaited).sum();
    u32::try_from(counted)
        .unwrap_or(u32::MAX)
        .saturating_add(awaited)
}

/// What came to a node less what it gave away. What was given ahead of its clock does not count yet.
#[must_use]
pub fn flow(shares: &[Share], node: NodeId, now: Timestamp) -> i64 {
    let mut sum = 0;
    for share in shares {
        if share.from == node {
            sum -= i64::from(share.units);
        }
        if share.to == node && share.at <= now {
            sum += i64::from(share.units);
        }
    }
    sum
}

/// The units of a person that are free at a node now.
///
/// `founder`: whether the node founded the register; `house`: the moves that hold for every client.
#[must_use]
pub fn free(
    node: NodeId,
    now: Timestamp,
    founder: bool,
    house: &[Share],
    person: &[&Tally],
) -> u32 {
    let base = if founder { i64::from(CAP) } else { 0 };
    let flows = person.iter().map(|tally| flow(&tally.shares, node, now));
    let sent = person.iter().flat_map(|tally| &tally.sent);
    let own = sent.filter(|one| one.node == node && in_window(one.at, now));
    let own = i64::try_from(own.count()).unwrap_or(i64::MAX);
    let left = base + flow(house, node, now) + flows.min().unwrap_or(0) - own;
    u32::try_from(left.clamp(0, i64::from(CAP))).unwrap_or(0)
}

/// How many units of every client a node gives a peer so that all `nodes` have about the same.
#[must_use]
pub fn evened(mine: i64, theirs: i64, nodes: usize) -> u32 {
    let even = i64::from(CAP) / i64::try_from(nodes.max(1)).unwrap_or(i64::MAX);
    let grant = (mine - even).min(even - theirs).max(0);
    u32::try_from(grant).unwrap_or(0)
}

/// Why a notice to a client was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NoticeRefusal {
    /// There is no such card any more, or its time is over.
    #[error("there is no such client")]
    Gone,
    /// No permission in force on one of the person's cards.
    #[error("the client has not allowed marketing")]
    NoPermission,
    /// Possibly under age (decision 6).
    #[error("the client may be under age")]
    Minor,
    /// The use of the card is restricted (GDPR Article 18).
    #[error("the use of the card is restricted")]
    Restricted,
    /// Something that may forbid it has not arrived here yet.
    #[error("something of the card has not arrived yet")]
    Awaited,
    /// This campaign reached the person before.
    #[error("the client has had this notice")]
    Twice,
    /// It would be the 13th in 12 months.
    #[error("the client has had {CAP} notices in 12 months")]
    Cap,
    /// The units left are at another premises; they were asked for.
    #[error("the notices left belong to another premises")]
    Units,
    /// The node's clock is not trusted, so nobody knows what 12 months are.
    #[error("the node's clock is not trusted")]
    Clock,
    /// The node was restored and waits to hear what it sent before.
    #[error("the node waits to hear what it sent before it was restored")]
    Behind,
    /// No address for the campaign's medium.
    #[error("the client has no such address")]
    NoAddress,
}

impl NoticeRefusal {
    /// Every one.
    pub const ALL: [Self; 11] = [
        Self::Gone,
        Self::NoPermission,
        Self::Minor,
        Self::Restricted,
        Self::Awaited,
        Self::Twice,
        Self::Cap,
        Self::Units,
        Self::Clock,
        Self::Behind,
        Self::NoAddress,
    ];
}

impl Outcome {
    /// Whether a notice that stands at this outcome can come to that one: nothing that may have gone out goes
    /// again, and what is known of it stays.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Trying, Self::Sent | Self::Later | Self::Failed)
            | (Self::Later, Self::Trying | Self::Failed) => true,
            (Self::HandedOut | Self::Sent | Self::Failed | Self::Trying | Self::Later, _) => false,
        }
    }
}

/// What keeps a person with these cards from getting any notice now, apart from the count.
///
/// # Errors
/// [`NoticeRefusal`], the weightiest.
pub fn may_get(cards: &[Card], today: Date) -> Result<(), NoticeRefusal> {
    if cards.iter().any(Card::restricted) {
        return Err(NoticeRefusal::Restricted);
    }
    let unknown = |card: &Card| {
        awaited(&card.marketing) || awaited(&card.birth_year) || awaited(&card.restriction)
    };
    if cards.iter().any(unknown) {
        return Err(NoticeRefusal::Awaited);
    }
    let answers = cards.iter().map(Card::marketing_answer);
    if crate::same::strictest(answers) != Some(true) {
        return Err(NoticeRefusal::NoPermission);
    }
    if cards
        .iter()
        .any(|card| card.minority(today) != Minority::No)
    {
        return Err(NoticeRefusal::Minor);
    }
    Ok(())
}

impl Card {
    /// Whether it has an address for the medium.
    #[must_use]
    pub fn reaches(&self, medium: Medium) -> bool {
        match medium {
            Medium::Email => self
                .emails
                .iter()
                .any(|entry| !entry.field.all().is_empty()),
            Medium::Sms => self
                .phones
                .iter()
                .any(|entry| !entry.field.all().is_empty()),
            Medium::Letter => self.address.newest().is_some(),
        }
    }
}

const fn awaited<T>(field: &Field<T>) -> bool {
    matches!(field, Field::Awaited | Field::Unreadable)
}

/// Whom a campaign is for, of those who allow it. An empty text or date asks for nothing.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Audience {
    /// Had a treatment in whose name this occurs, in upper or lower case.
    pub treatment: String,
    /// Had a treatment at this premises.
    pub premises: String,
    /// The first day of the period in which that treatment, or any visit, was.
    pub from: Option<Date>,
    /// The last day of it.
    pub to: Option<Date>,
    /// Has not been here since this day.
    pub away_since: Option<Date>,
}

impl Audience {
    /// Whether treatments have to be looked at to know.
    #[must_use]
    pub const fn asks_treatments(&self) -> bool {
        !self.treatment.is_empty()
            || !self.premises.is_empty()
            || self.from.is_some()
            || self.to.is_some()
    }

    /// Whether somebody with this last visit has been away as long as asked.
    #[must_use]
    pub fn away(&self, last_visit: Option<Date>) -> bool {
        let Some(since) = self.away_since else {
            return true;
        };
        last_visit.is_some_and(|visit| visit < since)
    }

    /// Whether the card belongs to it.
    #[must_use]
    pub fn takes(&self, card: &Card) -> bool {
        let name = self.treatment.to_lowercase();
        let in_period = |date: Date| {
            self.from.is_none_or(|from| date >= from) && self.to.is_none_or(|to| date <= to)
        };
        let mut treatments = card.treatments.iter().flat_map(|entry| entry.field.all());
        let treated = treatments.any(|held| {
            let one = &held.value;
            in_period(one.date)
                && one.name.to_lowercase().contains(&name)
                && (self.premises.is_empty() || one.premises == self.premises)
        });
        self.away(card.last_visit()) && (!self.asks_treatments() || treated)
    }
}

/// A campaign as the owner wrote it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Plan {
    /// What it is about.
    pub kind: CampaignKind,
    /// Its title.
    pub title: String,
    /// The text in Finnish, Swedish and English; the first is needed.
    pub texts: [String; 3],
    /// Whom it is for.
    pub audience: Audience,
    /// How it goes.
    pub medium: Medium,
    /// The node at which it was made: only that one makes its list and sends it.
    pub node: NodeId,
    /// How many days its list lives, 1 to [`LIST_DAYS_MAX`].
    pub list_days: u8,
}

impl Plan {
    /// Whether the node's mail relay can send it.
    #[must_use]
    pub fn mailed_by(&self, node: NodeId) -> bool {
        self.medium == Medium::Email && self.node == node
    }

    /// Whether it can be kept: titled, in Finnish at least, and with a bounded list.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let [finnish, ..] = &self.texts;
        let short = |text: &String| text.chars().count() <= MESSAGE_LIMIT;
        !self.title.trim().is_empty()
            && !self.title.contains('\n')
            && short(&self.title)
            && !finnish.trim().is_empty()
            && self.texts.iter().all(short)
            && (1..=LIST_DAYS_MAX).contains(&self.list_days)
    }

    /// The message as one recipient gets it: every language that it was written in, and how to say no.
    #[must_use]
    pub fn message(&self, opt_out: &str) -> String {
        let written = self.texts.iter().map(|text| text.trim());
        let mut parts: Vec<&str> = written.filter(|text| !text.is_empty()).collect();
        parts.push(opt_out);
        parts.join("\n\n---\n\n")
    }
}

/// How far a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Progress {
    /// How far.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// How many were on its list when it was made.
    pub listed: u32,
    /// When its list expires, once it has one.
    pub expires: Option<Timestamp>,
}

/// Part of a list of recipients, by id only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Recipients(pub Vec<RecordId>);

/// A campaign as people read it.
#[derive(Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The record.
    pub id: RecordId,
    /// What the reader has seen.
    pub heads: Heads,
    /// What the owner wrote.
    pub plan: Field<Plan>,
    /// How far it is.
    pub progress: Field<Progress>,
    /// Its list, in parts, until it expires.
    pub parts: Vec<Entry<Recipients>>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

impl Campaign {
    /// How far it is; of several answers the one that goes furthest.
    #[must_use]
    pub fn stands(&self) -> Option<Progress> {
        let all = self.progress.all().iter().map(|held| held.value);
        all.max_by_key(|progress| progress.stage)
    }

    /// Everybody on its list who has not been forgotten with it, by id and once.
    #[must_use]
    pub fn recipients(&self) -> Vec<RecordId> {
        let parts = self.parts.iter().flat_map(|part| part.field.all());
        let mut all: Vec<RecordId> = parts
            .flat_map(|held| held.value.0.iter().copied())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// When its list has to go; `None` when it has none.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        if self.parts.is_empty() {
            return None;
        }
        self.stands().and_then(|progress| progress.expires)
    }
}

crate::redacted!(Notice, Audience, Plan, Recipients, Campaign);
