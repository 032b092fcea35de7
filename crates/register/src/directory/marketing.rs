//! Campaigns, and what lists know of who may get a notice and how many are left.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::contact::{Email, Phone};
use crate::id::{NodeId, RecordId};
use crate::marketing::{
    CAP, Campaign, Medium, NoticeRefusal, Sent, Share, Tally, counted, free, in_window, shares,
};
use crate::same::strictest;

use super::Directory;

/// How many notices a person can still get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// In the 12 months up to now, of [`CAP`].
    pub sent: u32,
    /// That this node may send without asking another premises.
    pub here: u32,
}

impl Directory {
    /// Every campaign, newest first.
    #[must_use]
    pub fn campaigns(&self) -> Vec<&Campaign> {
        let mut all: Vec<&Campaign> = self.campaigns.values().collect();
        all.sort_by_key(|campaign| core::cmp::Reverse((campaign.created, campaign.id)));
        all
    }

    /// One campaign.
    #[must_use]
    pub fn campaign(&self, id: RecordId) -> Option<&Campaign> {
        self.campaigns.get(&id)
    }

    /// Units of every client that premises gave each other.
    #[must_use]
    pub fn house_shares(&self) -> Vec<Share> {
        let settings = self.settings.as_ref();
        settings.map_or_else(Vec::new, |settings| shares(&settings.shares))
    }

    /// How many notices the person whose card this is can still get.
    #[must_use]
    pub fn notices_left(
        &self,
        id: RecordId,
        node: NodeId,
        founder: bool,
        house: &[Share],
        now: Timestamp,
    ) -> Left {
        let person: Vec<&Tally> = self.person(id).map(|summary| &summary.tally).collect();
        let sent = counted(now, &person);
        let here = free(node, now, founder, house, &person);
        Left {
            sent,
            here: here.min(CAP.saturating_sub(sent)),
        }
    }

    /// The notices on the person's cards in the 12 months up to now, newest first.
    #[must_use]
    pub fn notices(&self, id: RecordId, now: Timestamp) -> Vec<Sent> {
        let all = self.person(id).flat_map(|summary| &summary.tally.sent);
        let mut all: Vec<Sent> = all.copied().filter(|one| in_window(one.at, now)).collect();
        all.sort_by_key(|one| core::cmp::Reverse((one.at, one.entry)));
        all
    }

    /// What became of a campaign's notice to a person; `None` when there was none.
    #[must_use]
    pub fn noticed(&self, id: RecordId, campaign: RecordId) -> Option<Sent> {
        let mut all = self.person(id).flat_map(|summary| &summary.tally.sent);
        all.find(|one| one.campaign == campaign).copied()
    }

    /// What keeps a person from getting a notice, apart from the count, as far as lists know.
    ///
    /// # Errors
    /// [`NoticeRefusal`], the weightiest. The register asks the cards themselves again before it records a notice.
    pub fn may_get(&self, id: RecordId, medium: Medium, today: Date) -> Result<(), NoticeRefusal> {
        let summary = self.client(id).ok_or(NoticeRefusal::Gone)?;
        if self.person(id).any(|summary| summary.restricted) {
            return Err(NoticeRefusal::Restricted);
        }
        // Apart from age, so that the reason given is the right one.
        if strictest(self.person(id).map(|summary| summary.marketing)) != Some(true) {
            return Err(NoticeRefusal::NoPermission);
        }
        if self.person(id).any(|summary| summary.maybe_minor(today)) {
            return Err(NoticeRefusal::Minor);
        }
        let reached = match medium {
            Medium::Email => !summary.emails.is_empty(),
            Medium::Sms => !summary.phones.is_empty(),
            // Only the card itself knows the postal address.
            Medium::Letter => true,
        };
        reached.then_some(()).ok_or(NoticeRefusal::NoAddress)
    }

    /// Clients with this e-mail address or phone number, by id: whoever says no by mail or phone.
    #[must_use]
    pub fn reached_by(&self, email: Option<&Email>, phone: Option<&Phone>) -> Vec<RecordId> {
        let clients = self.clients().filter(|(_, summary)| {
            email.is_some_and(|email| summary.emails.contains(email))
                || phone.is_some_and(|phone| summary.phones.contains(phone))
        });
        clients.map(|(id, _)| id).collect()
    }
}
