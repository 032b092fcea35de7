//! Erasing a card, its certificate, and the proof that nothing of it is left.

use std::collections::BTreeSet;
use std::time::Duration;

use register::audit::Purpose;
use register::edit::EditError;
use register::holder::Holder;
use register::id::{NodeId, OPERATOR, RecordId};
use register::ledger::Reason;
use register::replica::{Answer, Command, Erasure, PeerState, Refusal};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use vault::Remnants;

use super::Reply;
use super::clerk::{Clerk, astray};
use crate::clock;
use crate::exit::{Exit, Failure, Outcome};
use crate::standing;

/// How often confirmations are looked for.
const LOOK: Duration = Duration::from_millis(50);
/// So many records are looked for in the store at a time.
const LOOKED_FOR: usize = 256;

/// What is kept of an erasure, for years. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The erased card's random id.
    pub record: String,
    /// When it was decided, by the deciding node's clock.
    pub at: String,
    /// Where it was decided.
    pub decided: Premises,
    /// Why: a [`Reason::word`].
    pub reason: String,
    /// Where nothing of it opens any more, and since when.
    pub confirmed: Vec<Confirmed>,
    /// Where that is not known yet.
    pub awaited: Vec<Premises>,
    /// Those of the same person's other cards, which went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<Certificate>,
}

/// A node and its premises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Premises {
    /// The node's id.
    pub node: String,
    /// The premises' name, if it is known.
    pub premises: Option<String>,
}

/// A premises that has carried out an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    /// The node's id.
    pub node: String,
    /// The premises' name, if it is known.
    pub premises: Option<String>,
    /// When, by its clock.
    pub at: String,
}

/// What is left of the cards that the ledger names as erased.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Left {
    /// Erasures in the ledger.
    pub erasures: u64,
    /// Erasures of which nothing at all is left in the register.
    pub verified: u64,
    /// Old wrapped keys, found in any file of the store and no longer in use, tried with the keys of now.
    pub tried: u64,
    /// Those that opened: must be none.
    pub opened: u64,
    /// Those that don't open any more.
    pub unopenable: u64,
    /// How many places in the node's memory still held something of them: must be none.
    #[serde(default)]
    pub in_memory: u64,
    /// What is left, one sentence each. Names records by id only.
    pub problems: Vec<String>,
}

impl Clerk {
    /// Erases a card, waits a while for connected premises, and gives the certificate.
    pub(super) async fn erase(
        &self,
        client: &str,
        reason: &str,
        wait: Duration,
        replies: &mpsc::Sender<Reply>,
    ) -> Outcome<Reply> {
        let record = read_record(client)?;
        let reason = Reason::from_word(reason)
            .ok_or_else(|| Failure::said(Exit::Refused, "there is no such reason"))?;
        let command = Command::Erase {
            record,
            author: OPERATOR,
            reason,
        };
        let erasures = match self.office.ask(command).await? {
            Ok(Answer::Erasures(erasures)) => erasures,
            Ok(_) => return Err(astray()),
            Err(refusal) => return Err(explain(refusal)),
        };
        let deadline = clock::instant() + wait;
        let mut all = Vec::with_capacity(erasures.len());
        for mut erasure in erasures {
            while self.expects(&erasure).await? && clock::instant() < deadline {
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    // Whoever asked is gone; the card is erased all the same.
                    () = replies.closed() => break,
                }
                erasure = *self.look(erasure.record).await?;
            }
            all.push(self.certificate(&erasure));
        }
        let mut all = all.into_iter();
        let mut named = all.next().ok_or_else(astray)?;
        named.linked = all.collect();
        Ok(Reply::Certificate(Box::new(named)))
    }

    /// The certificate of an erasure.
    pub(super) async fn show_erasure(&self, record: &str) -> Outcome<Reply> {
        let erasure = match self.look(read_record(record)?).await {
            Err(failure) if failure.exit() == Exit::Refused => {
                return Err(Failure::said(
                    Exit::Refused,
                    "no card of this id was erased",
                ));
            }
            other => other?,
        };
        Ok(Reply::Certificate(Box::new(self.certificate(&erasure))))
    }

    /// Every certificate, newest first.
    pub(super) async fn list_erasures(&self) -> Outcome<Reply> {
        let all = self.erasures().await?;
        let all = all.iter().map(|erasure| self.certificate(erasure));
        Ok(Reply::Certificates(all.collect()))
    }

    /// Tries to find or open something of what the ledger names as erased.
    pub(super) async fn verify_erasures(&self) -> Outcome<Reply> {
        let erased: Vec<RecordId> = self
            .erasures()
            .await?
            .iter()
            .map(|one| one.record)
            .collect();
        let Remnants {
            tried,
            opened,
            unopenable,
        } = self.remnants().await?;
        let mut problems = Vec::new();
        let (mut verified, mut in_memory) = (0, 0);
        for some in erased.chunks(LOOKED_FOR) {
            let held = self.office.held(some.to_vec()).await??;
            let holders = self.holders(some).await?;
            in_memory += holders.len() as u64;
            for record in some {
                let mut found = self.traces(*record).await?;
                let of = holders.iter().filter(|(one, _)| one == record);
                found.extend(of.map(|(_, holder)| {
                    format!("record {record}: still in memory, in {}", holder.word())
                }));
                if held.contains(record) {
                    found.push(format!("record {record}: the store holds something of it"));
                }
                verified += u64::from(found.is_empty());
                problems.extend(found);
            }
        }
        if opened > 0 {
            problems.push(format!(
                "{opened} old keys in the node's files open with the keys of now"
            ));
        }
        Ok(Reply::Left(Left {
            erasures: erased.len() as u64,
            verified,
            tried,
            opened,
            unopenable,
            in_memory,
            problems,
        }))
    }

    /// Tries old keys from every file. Only sorting out those in use takes the event loop's time.
    async fn remnants(&self) -> Outcome<Remnants> {
        let broke = |error| Failure::new(Exit::Failed, error);
        let sweep = self.office.sweep().await?;
        let found = spawn_blocking(sweep).await.map_err(broke)??;
        let trial = self.office.sift(found).await??;
        spawn_blocking(move || trial.run()).await.map_err(broke)
    }

    /// What in memory still holds something of these records: at the event loop, and what it publishes.
    async fn holders(&self, records: &[RecordId]) -> Outcome<BTreeSet<(RecordId, Holder)>> {
        let ask = Command::Holders(records.to_vec());
        let Answer::Holders(mut found) = self.office.ask(ask).await?? else {
            return Err(astray());
        };
        found.extend(self.office.directory().holders(records));
        Ok(found)
    }

    /// Whether a record still shows.
    async fn traces(&self, record: RecordId) -> Outcome<Vec<String>> {
        let mut found = Vec::new();
        let open = Command::Open {
            record,
            viewer: OPERATOR,
            purpose: Purpose::Upkeep,
        };
        if let Ok(Answer::Card(_)) = self.office.ask(open).await? {
            found.push(format!("record {record}: its card opens"));
        }
        Ok(found)
    }

    /// Whether a confirmation of this node or of a connected premises is still to come.
    async fn expects(&self, erasure: &Erasure) -> Outcome<bool> {
        if erasure.awaited.is_empty() {
            return Ok(false);
        }
        let report = self.report().await?;
        let connected = report.peers.iter().filter(|peer| match peer.state {
            PeerState::Greeting | PeerState::Exchanging | PeerState::Agreed => true,
            PeerState::Apart
            | PeerState::OtherRegister
            | PeerState::OtherVersion
            | PeerState::Twin => false,
        });
        let mut near = connected
            .map(|peer| peer.peer)
            .chain(core::iter::once(report.node));
        Ok(near.any(|node| erasure.awaited.contains(&node)))
    }

    async fn look(&self, record: RecordId) -> Outcome<Box<Erasure>> {
        match self.office.ask(Command::Erasure(record)).await?? {
            Answer::Erasure(erasure) => Ok(erasure),
            _ => Err(astray()),
        }
    }

    pub(super) async fn erasures(&self) -> Outcome<Vec<Erasure>> {
        match self.office.ask(Command::Erasures).await?? {
            Answer::Erasures(all) => Ok(all),
            _ => Err(astray()),
        }
    }

    fn certificate(&self, erasure: &Erasure) -> Certificate {
        let directory = self.office.directory();
        let premises = |node: NodeId| standing::premises_name(&directory, node);
        let place = |node: NodeId| Premises {
            node: node.to_string(),
            premises: premises(node),
        };
        let confirmed = erasure.confirmed.iter().map(|one| Confirmed {
            node: one.node.to_string(),
            premises: premises(one.node),
            at: one.at.to_string(),
        });
        Certificate {
            record: erasure.record.to_string(),
            at: erasure.at.to_string(),
            decided: place(erasure.node),
            reason: erasure.reason.word().to_owned(),
            confirmed: confirmed.collect(),
            awaited: erasure.awaited.iter().copied().map(place).collect(),
            linked: Vec::new(),
        }
    }
}

fn read_record(text: &str) -> Outcome<RecordId> {
    text.parse()
        .map_err(|error: register::id::IdError| Failure::new(Exit::Refused, error))
}

/// A refusal to erase, with what can be done about it.
fn explain(refusal: Refusal) -> Failure {
    if let Refusal::Linked { card, why } = refusal {
        let why = explain(why.into());
        let said = format!("the linked card {card} of the same person: {why}");
        return Failure::said(Exit::Refused, said);
    }
    let sentence = match refusal {
        Refusal::Edit(EditError::NoRecord) => "no client has this id",
        Refusal::Edit(EditError::LegalClaim) => {
            "a legal claim keeps the card (GDPR Article 17(3)(e)): it can be erased when the claim has ended, \
             or when the owner has ended it in the console"
        }
        Refusal::Edit(EditError::Restricted) => {
            "the use of the card is restricted (GDPR Article 18): lift the restriction in the console first"
        }
        other => return Failure::from(other),
    };
    Failure::said(Exit::Refused, sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_can_be_done() {
        let sentence = |error: EditError| explain(error.into()).to_string();
        assert_eq!(sentence(EditError::NoRecord), "no client has this id");
        assert!(sentence(EditError::LegalClaim).contains("legal claim"));
        assert!(sentence(EditError::Restricted).contains("restricted"));
        let card = RecordId::from_bytes([0xab; 16]);
        let linked = explain(Refusal::Linked {
            card,
            why: EditError::LegalClaim,
        });
        assert_eq!(linked.exit(), Exit::Refused);
        let said = linked.to_string();
        assert!(said.contains(&card.to_string()) && said.contains("legal claim"));
        for error in [EditError::NoRecord, EditError::LegalClaim] {
            assert_eq!(explain(error.into()).exit(), Exit::Refused);
        }
        assert_eq!(explain(Refusal::Storage).exit(), Exit::Storage);
    }
}
