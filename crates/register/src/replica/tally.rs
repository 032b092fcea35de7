//! The stored form of what counts of a client's notices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::id::{EntryId, NodeId, RecordId};
use crate::marketing::{Outcome, Sent, Share, Tally, Want};

use super::inventory::Unreadable;

type Id = ByteArray<16>;

/// Notices as entry, second, node, campaign and outcome; gifts as giver, taker, units and second; wishes as node, units
/// and second.
#[derive(Serialize, Deserialize, Default)]
pub(super) struct StoredTally {
    sent: Vec<(Id, i64, Id, Id, String)>,
    shares: Vec<(Id, Id, u32, i64)>,
    wants: Vec<(Id, u32, i64)>,
    awaited: u32,
}

impl StoredTally {
    pub(super) fn of(tally: &Tally) -> Self {
        Self {
            sent: tally.sent.iter().map(stored_sent).collect(),
            shares: tally.shares.iter().map(stored_share).collect(),
            wants: tally.wants.iter().map(stored_want).collect(),
            awaited: tally.awaited,
        }
    }

    pub(super) fn read(&self) -> Result<Tally, Unreadable> {
        let sent = self
            .sent
            .iter()
            .map(|(entry, at, node, campaign, outcome)| {
                Ok(Sent {
                    entry: EntryId::from_bytes(**entry),
                    at: time(*at)?,
                    node: NodeId::from_bytes(**node),
                    campaign: RecordId::from_bytes(**campaign),
                    outcome: Outcome::from_code(outcome).ok_or(Unreadable)?,
                })
            });
        let shares = self.shares.iter().map(|(from, to, units, at)| {
            Ok(Share {
                from: NodeId::from_bytes(**from),
                to: NodeId::from_bytes(**to),
                units: *units,
                at: time(*at)?,
            })
        });
        let wants = self.wants.iter().map(|(node, units, at)| {
            Ok(Want {
                node: NodeId::from_bytes(**node),
                units: *units,
                at: time(*at)?,
            })
        });
        Ok(Tally {
            sent: sent.collect::<Result<_, _>>()?,
            shares: shares.collect::<Result<_, _>>()?,
            wants: wants.collect::<Result<_, _>>()?,
            awaited: self.awaited,
        })
    }
}

fn stored_sent(sent: &Sent) -> (Id, i64, Id, Id, String) {
    (
        Id::new(*sent.entry.as_bytes()),
        sent.at.as_second(),
        Id::new(*sent.node.as_bytes()),
        Id::new(*sent.campaign.as_bytes()),
        sent.outcome.code().to_owned(),
    )
}

fn stored_share(share: &Share) -> (Id, Id, u32, i64) {
    let ids = [share.from, share.to].map(|node| Id::new(*node.as_bytes()));
    let [from, to] = ids;
    (from, to, share.units, share.at.as_second())
}

fn stored_want(want: &Want) -> (Id, u32, i64) {
    (
        Id::new(*want.node.as_bytes()),
        want.units,
        want.at.as_second(),
    )
}

fn time(second: i64) -> Result<Timestamp, Unreadable> {
    Timestamp::from_second(second).map_err(|_| Unreadable)
}

/// One of each, for tests of stored entries.
#[cfg(test)]
pub(super) fn sample() -> Tally {
    let node = NodeId::from_bytes([1; 16]);
    let at = Timestamp::from_second(1_800_000_000).unwrap_or_default();
    Tally {
        sent: vec![Sent {
            entry: EntryId::from_bytes([2; 16]),
            at,
            node,
            campaign: RecordId::from_bytes([3; 16]),
            outcome: Outcome::HandedOut,
        }],
        shares: vec![Share {
            from: node,
            to: NodeId::from_bytes([4; 16]),
            units: 6,
            at,
        }],
        wants: vec![Want { node, units: 7, at }],
        awaited: 1,
    }
}
