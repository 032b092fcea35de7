//! What lists and search know of every record without opening it.
//!
//! The node publishes one [`Directory`] that pages read; the event loop writes to it after each turn.

mod alike;
mod contracts;
mod index;
mod marketing;
mod month;
mod person;
mod recall;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::adverse::AdverseMark;
use crate::card::{Alert, Catalogue, Settings};
use crate::contact::{BirthYear, Email, Name, Phone};
use crate::document::Stamp;
use crate::health::AlertLevel;
use crate::holder::{Found, Holder};
use crate::id::RecordId;
use crate::marketing::{Campaign, Tally};
use crate::people::User;
use crate::request::OpenRequest;
use crate::retention::Due;
use crate::same::{Judged, Links};
use crate::trace::Traces;

use alike::Alike;
use contracts::Sheets;
pub use contracts::{Filed, Keeping, PaperQuery, Papers};
use index::Index;
pub use index::fold;
pub use marketing::Left;
pub use month::{Activity, Month, Months};
pub use person::{Judgements, Pair};
use recall::Recall;
pub use recall::{Recalled, Received};

/// What is known of a client without opening the card.
#[derive(Clone, PartialEq, Eq)]
pub struct Summary {
    /// Name; the newest of a conflict's. `None` when it has not arrived.
    pub name: Option<Name>,
    /// Year of birth.
    pub birth_year: Option<BirthYear>,
    /// Phone numbers.
    pub phones: Vec<Phone>,
    /// E-mail addresses.
    pub emails: Vec<Email>,
    /// Health at a glance, whatever the day.
    pub alert: Alert,
    /// The first day on which a patch test holds no longer, so that there is something to mind.
    pub patch_expires: Option<Date>,
    /// Day of the latest treatment.
    pub last_visit: Option<Date>,
    /// How many fields wait for a person to choose.
    pub conflicts: usize,
    /// When the card and the first of its entries have to go.
    pub due: Due,
    /// Requests that wait for an answer.
    pub requests: Vec<OpenRequest>,
    /// What was judged of this card and others, as far as it stands here.
    pub judged: Vec<Judged>,
    /// The answer about marketing, if there is one.
    pub marketing: Option<bool>,
    /// Whether the use of the card is restricted.
    pub restricted: bool,
    /// Its marketing notices and their units.
    pub tally: Tally,
    /// Products used and papers in a safe. The directory keeps them apart, so what it shows of a client has none.
    pub traces: Traces,
    /// Whether somebody made sure that the client is 18.
    pub adult: bool,
    /// Adverse events, without what happened.
    pub adverse: Vec<AdverseMark>,
    /// When the card was made and the client was here, by month.
    pub months: Months,
    /// Who made the card, where and when.
    pub made: Option<Stamp>,
}
crate::redacted!(Summary);

impl Summary {
    /// Health at a glance on a day: also a patch test that expired.
    #[must_use]
    pub fn alert_on(&self, today: Option<Date>) -> Alert {
        let over = today.zip(self.patch_expires);
        if over.is_some_and(|(today, expires)| expires <= today) {
            self.alert.max(Alert::Listed(AlertLevel::Caution))
        } else {
            self.alert
        }
    }
}

/// One client found.
#[derive(Clone, PartialEq, Eq)]
pub struct Hit {
    /// The record.
    pub id: RecordId,
    /// What is known of it.
    pub summary: Summary,
}
crate::redacted!(Hit);

/// Everything that pages need without opening a card.
#[derive(Default)]
pub struct Directory {
    clients: BTreeMap<RecordId, Summary>,
    index: Index,
    alike: Alike,
    links: Links,
    recall: Recall,
    contracts: Sheets,
    users: BTreeMap<RecordId, User>,
    former: BTreeSet<RecordId>,
    settings: Option<Settings>,
    catalogue: Option<Catalogue>,
    campaigns: BTreeMap<RecordId, Campaign>,
    today: Option<Date>,
    closed: bool,
}
crate::redacted!(Directory);

/// One change of the directory.
#[derive(Clone)]
pub enum Update {
    /// A client is new or changed.
    Client(RecordId, Box<Summary>),
    /// A user is new or changed.
    User(Box<User>),
    /// The settings changed.
    Settings(Box<Settings>),
    /// The catalogue changed.
    Catalogue(Box<Catalogue>),
    /// A campaign is new or changed.
    Campaign(Box<Campaign>),
    /// A record is gone.
    Gone(RecordId),
    /// A user of whom nothing but the id is kept any more.
    Former(RecordId),
    /// It is this day: what is past its time is hidden.
    Today(Date),
    /// Nobody is shown, or everybody again.
    Closed(bool),
}
crate::redacted!(Update);

impl Directory {
    /// Carries out one change.
    pub fn apply(&mut self, update: Update) {
        match update {
            Update::Client(id, mut summary) => {
                let Traces { given, papers } = core::mem::take(&mut summary.traces);
                self.recall.put(id, given);
                self.contracts.put(id, papers);
                self.index.put(id, &summary);
                self.alike.put(id, &summary);
                self.links.put(id, &summary.judged);
                self.clients.insert(id, *summary);
            }
            Update::User(user) => {
                self.users.insert(user.id, *user);
            }
            Update::Settings(settings) => self.settings = Some(*settings),
            Update::Catalogue(catalogue) => self.catalogue = Some(*catalogue),
            Update::Campaign(campaign) => {
                self.campaigns.insert(campaign.id, *campaign);
            }
            Update::Former(id) => {
                self.former.insert(id);
            }
            Update::Today(today) => self.today = Some(today),
            Update::Closed(closed) => self.closed = closed,
            Update::Gone(id) => {
                self.index.remove(id);
                self.alike.remove(id);
                self.links.remove(id);
                self.recall.remove(id);
                self.contracts.remove(id);
                self.clients.remove(&id);
                self.users.remove(&id);
                self.campaigns.remove(&id);
            }
        }
    }

    /// What here holds something of these clients. A new field doesn't compile here before it is looked at.
    #[must_use]
    pub fn holders(&self, records: &[RecordId]) -> BTreeSet<(RecordId, Holder)> {
        let Self {
            clients,
            index,
            alike,
            links,
            recall,
            contracts,
            campaigns,
            // Users, the clinic, what it offers, and what day it is.
            users: _,
            former: _,
            settings: _,
            catalogue: _,
            today: _,
            closed: _,
        } = self;
        let listed = campaigns.values().flat_map(Campaign::recipients);
        Found::among(records)
            .add(Holder::Projection, clients.keys().copied())
            .add(Holder::Search, index.held())
            .add(Holder::Alike, alike.held())
            .add(Holder::Links, links.held())
            .add(Holder::Traces, recall.held().chain(contracts.held()))
            .add(Holder::Lists, listed)
            .into_found()
    }

    /// Clients in whose name, phone or e-mail every word of `query` occurs, at most `limit`, by name.
    ///
    /// Words may come in any order and be any part of a name; ä and a, é and e are the same; digits
    /// match phones in any notation.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let mut found = self.hits(
            self.index
                .find(query, limit, |id| self.client(id).is_some()),
        );
        found.sort_by_cached_key(|hit| hit.summary.name.as_ref().map(|name| fold(&name.listed())));
        found
    }

    /// Clients who may be the same person: same phone, same e-mail, or same name and year of birth.
    #[must_use]
    pub fn likely_duplicates(&self, of: &Summary, limit: usize) -> Vec<Hit> {
        let alike = self.alike.to(of).into_iter();
        let shown = alike.filter(|id| self.client(*id).is_some());
        self.hits(shown.take(limit))
    }

    fn hits(&self, ids: impl IntoIterator<Item = RecordId>) -> Vec<Hit> {
        ids.into_iter().filter_map(|id| self.hit(id)).collect()
    }

    /// One client as lists show it, with the alert of all their cards.
    #[must_use]
    pub fn hit(&self, id: RecordId) -> Option<Hit> {
        let mut summary = self.client(id)?.clone();
        summary.alert = self.alert(id);
        Some(Hit { id, summary })
    }

    /// One client who is shown.
    #[must_use]
    pub fn client(&self, id: RecordId) -> Option<&Summary> {
        self.clients.get(&id).filter(|summary| self.shows(summary))
    }

    /// One client, also if past their time and hidden.
    #[must_use]
    pub fn hidden_client(&self, id: RecordId) -> Option<&Summary> {
        self.clients.get(&id).filter(|_| !self.closed)
    }

    fn shows(&self, summary: &Summary) -> bool {
        let overdue = self.today.is_some_and(|today| summary.due.card_by(today));
        !self.closed && !overdue
    }

    /// Whether nobody is shown, because the node is in quarantine.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many clients there are.
    #[must_use]
    pub fn client_count(&self) -> usize {
        self.clients.len()
    }

    /// Every client who is shown, by id.
    pub fn clients(&self) -> impl Iterator<Item = (RecordId, &Summary)> {
        let all = self.clients.iter().map(|(id, summary)| (*id, summary));
        all.filter(|(_, summary)| self.shows(summary))
    }

    /// Clients with something to choose, by id.
    pub fn conflicts(&self) -> impl Iterator<Item = (RecordId, &Summary)> {
        self.clients().filter(|(_, summary)| summary.conflicts > 0)
    }

    /// Every user who is a person, by id.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values().filter(|user| user.token.is_none())
    }

    /// Every token of the API, by id.
    pub fn tokens(&self) -> impl Iterator<Item = &User> {
        self.users.values().filter(|user| user.token.is_some())
    }

    /// One user, or one token.
    #[must_use]
    pub fn user(&self, id: RecordId) -> Option<&User> {
        self.users.get(&id)
    }

    /// Whether this was a user of whom nothing but the id is kept any more (clause 9).
    #[must_use]
    pub fn is_former(&self, id: RecordId) -> bool {
        self.former.contains(&id)
    }

    /// The clinic's settings, once there are any.
    #[must_use]
    pub const fn settings(&self) -> Option<&Settings> {
        self.settings.as_ref()
    }

    /// The treatment catalogue, once there is any.
    #[must_use]
    pub const fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogue.as_ref()
    }
}
