//! The conversation after the proofs, the same at both sides: introductions, two people's confirmations, and each
//! writes the other down before it says so.

use std::sync::Arc;
use std::time::Duration;

use quinn::{Connection, RecvStream, SendStream};
use register::replica::Peer;
use register::roster::ADDRESSES_LIMIT;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::proof::Phrase;
use super::word::{Introduction, Side, Word, hear, say};
use super::{Comparing, Host, Inner, Order, PairFault, Stage, Unadmitted};
use crate::identity::ClaimedId;
use crate::line::{close, code};

/// How long the other side may take over what no person has to do.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long the last word may take to arrive.
const GOODBYE: Duration = Duration::from_secs(2);
/// Words of the other side that wait, at most.
const WORDS_WAITING: usize = 4;

/// A connection to somebody who holds the same invitation.
pub(super) struct Meeting {
    pub(super) round: u64,
    pub(super) connection: Connection,
    pub(super) sending: SendStream,
    pub(super) receiving: RecvStream,
    pub(super) phrase: Phrase,
    /// Whose certificate the handshake verified.
    pub(super) key: ClaimedId,
    /// Where the other was reached, or came from.
    pub(super) reached: String,
    pub(super) host: Arc<dyn Host>,
    pub(super) ordered: mpsc::Receiver<Order>,
    pub(super) until: Instant,
}

/// Why it ended early.
enum End {
    /// The other side said so.
    Heard(PairFault),
    /// It was found here, and the other side is to be told.
    Found(PairFault),
}

impl From<PairFault> for End {
    fn from(fault: PairFault) -> Self {
        Self::Found(fault)
    }
}

type Words = mpsc::Receiver<Result<Word, PairFault>>;

impl Meeting {
    /// Holds the conversation to its end. Returns who the other is, once both have each other on disk.
    pub(super) async fn hold(self, inner: &Inner) -> Result<Introduction, PairFault> {
        let Self {
            round,
            connection,
            mut sending,
            mut receiving,
            phrase,
            key,
            reached,
            host,
            ordered,
            until,
        } = self;
        let (words, mut heard) = mpsc::channel(WORDS_WAITING);
        // It ends when the set is dropped.
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            loop {
                let word = hear(&mut receiving).await;
                let last = word.is_err();
                if words.send(word).await.is_err() || last {
                    return;
                }
            }
        });
        let mut talk = Talk {
            inner,
            round,
            sending: &mut sending,
            heard: &mut heard,
            ordered,
            host,
        };
        let outcome = talk.run(phrase, key, reached, until).await;
        if let Err(End::Found(fault)) = &outcome {
            // A broken line can't be told.
            let _ = say(&mut sending, &Word::Refused(*fault)).await;
        }
        // The last word is waited for, so that closing doesn't overtake it.
        if sending.finish().is_ok() {
            let _ = timeout(GOODBYE, sending.stopped()).await;
        }
        close(&connection, code::DONE);
        outcome.map_err(|end| match end {
            End::Heard(fault) | End::Found(fault) => fault,
        })
    }
}

struct Talk<'a> {
    inner: &'a Inner,
    round: u64,
    sending: &'a mut SendStream,
    heard: &'a mut Words,
    ordered: mpsc::Receiver<Order>,
    host: Arc<dyn Host>,
}

impl Talk<'_> {
    async fn run(
        &mut self,
        phrase: Phrase,
        key: ClaimedId,
        reached: String,
        until: Instant,
    ) -> Result<Introduction, End> {
        let own = self.host.introduce().await;
        say(self.sending, &Word::Introduce(own.clone())).await?;
        let Word::Introduce(other) = self.next().await? else {
            return Err(PairFault::Unfinished.into());
        };
        if let Some(fault) = own.objection(&other, key) {
            return Err(fault.into());
        }
        self.compare(phrase, &other, until).await?;
        let mut addresses = vec![reached];
        for address in &other.addresses {
            if !addresses.contains(address) {
                addresses.push(address.clone());
            }
        }
        addresses.truncate(ADDRESSES_LIMIT);
        let peer = Peer {
            node: other.node,
            keys: vec![*key.key()],
            addresses,
        };
        let announced = other.announced.clone();
        self.host
            .admit(peer, announced)
            .await
            .map_err(|why| match why {
                Unadmitted::Revoked => PairFault::Revoked(Side::There),
                Unadmitted::OtherKey => PairFault::OtherKey(Side::There),
                Unadmitted::Oneself => PairFault::Oneself,
                Unadmitted::Failed => PairFault::NotStored,
            })?;
        // From here on this side has done its part: whatever breaks, the other may have or not.
        let unfinished = |_| End::Heard(PairFault::Unfinished);
        say(self.sending, &Word::Done).await.map_err(unfinished)?;
        match self.next().await {
            Ok(Word::Done) => Ok(other),
            Err(End::Heard(fault)) => Err(End::Heard(fault)),
            Ok(_) | Err(End::Found(_)) => Err(End::Heard(PairFault::Unfinished)),
        }
    }

    /// Waits until two people have confirmed, and tells each of the other.
    async fn compare(
        &mut self,
        phrase: Phrase,
        other: &Introduction,
        until: Instant,
    ) -> Result<(), End> {
        let (mut here, mut there) = (false, false);
        loop {
            let comparing = Comparing {
                phrase: phrase.clone(),
                other: other.clone(),
                here,
                there,
            };
            self.inner
                .publish(self.round, Stage::Comparing(Box::new(comparing)));
            if here && there {
                return Ok(());
            }
            tokio::select! {
                order = self.ordered.recv() => match order {
                    Some(Order::Confirm) if here => {}
                    Some(Order::Confirm) => {
                        say(self.sending, &Word::Confirmed).await?;
                        here = true;
                    }
                    Some(Order::Cancel) | None => return Err(PairFault::Cancelled.into()),
                },
                word = self.heard.recv() => match understand(word)? {
                    Word::Confirmed => there = true,
                    Word::Introduce(_) | Word::Done | Word::Refused(_) => {
                        return Err(PairFault::Unfinished.into());
                    }
                },
                () = sleep_until(until) => return Err(PairFault::Late.into()),
            }
        }
    }

    /// The next word, that no person has to think about.
    async fn next(&mut self) -> Result<Word, End> {
        let word = timeout(PATIENCE, self.heard.recv()).await;
        understand(word.unwrap_or(Some(Err(PairFault::Lost))))
    }
}

fn understand(word: Option<Result<Word, PairFault>>) -> Result<Word, End> {
    match word {
        Some(Ok(Word::Refused(fault))) => Err(End::Heard(fault)),
        Some(Ok(word)) => Ok(word),
        Some(Err(fault)) => Err(End::Found(fault)),
        None => Err(End::Found(PairFault::Lost)),
    }
}
