//! What the two sides say: a fixed greeting with the proof first, then short frames.
//!
//! Nothing of variable length is read from somebody who has not shown that they hold the invitation.

use core::ops::RangeInclusive;

use quinn::{RecvStream, SendStream};
use register::id::{NodeId, RegisterId};
use register::roster::{Roster, Signed};
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use super::PairFault;
use super::proof::PROOF;
use crate::identity::{ClaimedId, is_signature};

/// The first bytes of the guest, and the version of the conversation.
const GREETING: [u8; 8] = *b"kortpai\x01";
/// The longest frame, in bytes.
const FRAME: usize = 16 * 1024;
/// The most addresses that are taken from the other side; a peer has at most eight.
pub(super) const ADDRESSES: usize = 6;
/// The longest address, in bytes.
const ADDRESS: usize = 260;
/// The most announcements of keys, which are some 250 bytes each.
const ANNOUNCED: usize = 32;
/// The longest premises' name that is taken, in characters.
const NAME: usize = 80;

/// What each side tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Introduction {
    /// Who. A node's id stays when its key changes.
    pub node: NodeId,
    /// What staff call the premises.
    pub premises: String,
    /// The register that it keeps.
    pub register: RegisterId,
    /// How many clients it holds; only a node without any joins another register.
    pub clients: u64,
    /// The protocols that it speaks, oldest to newest.
    pub protocols: RangeInclusive<u16>,
    /// The schema of its documents.
    pub schema: u16,
    /// Where it is reached, `host:port` each.
    pub addresses: Vec<String>,
    /// How it announced its keys: from the one that its id comes from to the one that it shows.
    pub announced: Vec<Signed>,
}

/// Fields by their names, so that a newer program may add some.
#[derive(Serialize, Deserialize)]
struct Shape {
    node: ByteArray<{ NodeId::BYTES }>,
    premises: String,
    register: ByteArray<{ RegisterId::BYTES }>,
    clients: u64,
    oldest: u16,
    newest: u16,
    schema: u16,
    addresses: Vec<String>,
    #[serde(default)]
    announced: Vec<ByteBuf>,
}

/// What is said after the proofs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// Who speaks.
    Introduce(Introduction),
    /// The person there says that the phrases are the same.
    Confirmed,
    /// The peer is written down there, durably.
    Done,
    /// It ends here, and why, as the reader of this is to be told.
    Refused(PairFault),
}

const INTRODUCE: u8 = 1;
const CONFIRMED: u8 = 2;
const DONE: u8 = 3;
const REFUSED: u8 = 4;

impl Introduction {
    fn encode(&self) -> Vec<u8> {
        let shape = Shape {
            node: ByteArray::new(*self.node.as_bytes()),
            premises: self.premises.clone(),
            register: ByteArray::new(*self.register.as_bytes()),
            clients: self.clients,
            oldest: *self.protocols.start(),
            newest: *self.protocols.end(),
            schema: self.schema,
            addresses: self.addresses.iter().take(ADDRESSES).cloned().collect(),
            announced: self
                .announced
                .iter()
                .take(ANNOUNCED)
                .map(|signed| ByteBuf::from(signed.encode()))
                .collect(),
        };
        // Numbers, texts and lists always have a MessagePack form.
        rmp_serde::to_vec_named(&shape).unwrap_or_default()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let shape: Shape = rmp_serde::from_slice(bytes).ok()?;
        let premises = shape.premises.trim();
        let named = (1..=NAME).contains(&premises.chars().count())
            && !premises.chars().any(char::is_control);
        let plain = |address: &String| {
            address.len() <= ADDRESS
                && address.is_ascii()
                && !address.contains(|letter: char| letter.is_control() || letter == ' ')
                && address.rsplit_once(':').is_some()
        };
        let addresses = shape.addresses.into_iter().filter(plain);
        let announced = shape.announced.iter().take(ANNOUNCED);
        (named && shape.oldest <= shape.newest).then_some(Self {
            node: NodeId::from_bytes(*shape.node),
            premises: premises.to_owned(),
            register: RegisterId::from_bytes(*shape.register),
            clients: shape.clients,
            protocols: shape.oldest..=shape.newest,
            schema: shape.schema,
            addresses: addresses.take(ADDRESSES).collect(),
            announced: announced
                .filter_map(|bytes| Signed::decode(bytes).ok())
                .collect(),
        })
    }

    /// Whether a key is the node's: the one that its id comes from, or announced by it.
    fn owns(&self, key: ClaimedId) -> bool {
        let right = |one: &Signed| is_signature(&one.key, &one.bytes, &one.signature);
        let announced = Roster::of_keys(self.node, &self.announced, right);
        announced.keys_ever(self.node).contains(key.key())
    }

    /// Why this one, who is here, and another with this key can't pair. Both sides find the same.
    pub(super) fn objection(&self, other: &Self, key: ClaimedId) -> Option<PairFault> {
        if self.node == other.node {
            return Some(PairFault::Oneself);
        }
        if !other.owns(key) {
            return Some(PairFault::OtherKey(Side::There));
        }
        let common = self.protocols.start() <= other.protocols.end()
            && other.protocols.start() <= self.protocols.end();
        if !common || self.schema != other.schema {
            let versions = |one: &Self| (one.schema, *one.protocols.end());
            return Some(PairFault::Outdated(if versions(self) < versions(other) {
                Side::Here
            } else {
                Side::There
            }));
        }
        let foreign = self.register != other.register;
        (foreign && self.clients > 0 && other.clients > 0).then_some(PairFault::TwoRegisters)
    }
}

/// Which of the two premises something is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This one.
    Here,
    /// The other.
    There,
}

impl Side {
    const fn other(self) -> Self {
        match self {
            Self::Here => Self::There,
            Self::There => Self::Here,
        }
    }
}

impl Word {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Introduce(introduction) => {
                let mut bytes = vec![INTRODUCE];
                bytes.extend(introduction.encode());
                bytes
            }
            Self::Confirmed => vec![CONFIRMED],
            Self::Done => vec![DONE],
            Self::Refused(fault) => vec![REFUSED, code(*fault)],
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [INTRODUCE, rest @ ..] => Introduction::decode(rest).map(Self::Introduce),
            [CONFIRMED] => Some(Self::Confirmed),
            [DONE] => Some(Self::Done),
            [REFUSED, code] => Some(Self::Refused(fault(*code))),
            _ => None,
        }
    }
}

/// Faults that both sides tell of: the number is the fault as the sender sees it.
const CODES: [(u8, PairFault); 10] = [
    (1, PairFault::Cancelled),
    (2, PairFault::Late),
    (3, PairFault::TwoRegisters),
    (4, PairFault::Outdated(Side::Here)),
    (5, PairFault::Outdated(Side::There)),
    (6, PairFault::Revoked(Side::Here)),
    (7, PairFault::Revoked(Side::There)),
    (8, PairFault::OtherKey(Side::Here)),
    (9, PairFault::OtherKey(Side::There)),
    (10, PairFault::Oneself),
];
/// Anything else.
const OTHER: u8 = 0;

fn code(fault: PairFault) -> u8 {
    let found = CODES.iter().find(|(_, other)| *other == fault);
    found.map_or(OTHER, |(code, _)| *code)
}

/// What a number that was received means here: the sides are swapped.
fn fault(code: u8) -> PairFault {
    let found = CODES.iter().find(|(known, _)| *known == code);
    match found.map(|(_, fault)| *fault) {
        Some(PairFault::Outdated(side)) => PairFault::Outdated(side.other()),
        Some(PairFault::Revoked(side)) => PairFault::Revoked(side.other()),
        Some(PairFault::OtherKey(side)) => PairFault::OtherKey(side.other()),
        Some(fault) => fault,
        None => PairFault::Unfinished,
    }
}

/// The guest's first bytes: the proof with what it is a proof for.
pub(super) async fn greet(to: &mut SendStream, proof: &[u8; PROOF]) -> Result<(), PairFault> {
    let mut bytes = GREETING.to_vec();
    bytes.extend(proof);
    to.write_all(&bytes).await.map_err(|_| PairFault::Lost)
}

/// The proof in the guest's first bytes; `None` when they are another protocol's.
pub(super) async fn greeted(from: &mut RecvStream) -> Option<[u8; PROOF]> {
    let mut bytes = [0; GREETING.len() + PROOF];
    from.read_exact(&mut bytes).await.ok()?;
    let (greeting, proof) = bytes.split_first_chunk::<{ GREETING.len() }>()?;
    (*greeting == GREETING).then(|| proof.try_into().ok())?
}

/// The host's answer to a right proof.
pub(super) async fn answer(to: &mut SendStream, proof: &[u8; PROOF]) -> Result<(), PairFault> {
    to.write_all(proof).await.map_err(|_| PairFault::Lost)
}

/// The host's proof.
pub(super) async fn answered(from: &mut RecvStream) -> Option<[u8; PROOF]> {
    let mut proof = [0; PROOF];
    from.read_exact(&mut proof).await.ok()?;
    Some(proof)
}

pub(super) async fn say(to: &mut SendStream, word: &Word) -> Result<(), PairFault> {
    let bytes = word.encode();
    // What this side says is far shorter than FRAME.
    let length = u16::try_from(bytes.len()).map_err(|_| PairFault::Unfinished)?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(bytes);
    to.write_all(&frame).await.map_err(|_| PairFault::Lost)
}

pub(super) async fn hear(from: &mut RecvStream) -> Result<Word, PairFault> {
    let mut length = [0; 2];
    from.read_exact(&mut length)
        .await
        .map_err(|_| PairFault::Lost)?;
    let length = usize::from(u16::from_be_bytes(length));
    if length > FRAME {
        return Err(PairFault::Unfinished);
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)
        .await
        .map_err(|_| PairFault::Lost)?;
    Word::decode(&bytes).ok_or(PairFault::Unfinished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Identity, Signer};
    use proptest::prelude::*;
    use register::roster::{Stated, Statement};

    fn somebody() -> (Introduction, ClaimedId) {
        let key = ClaimedId::from_key([7; 32]);
        let introduction = Introduction {
            node: key.node(),
            premises: "Poikuekatu".to_owned(),
            register: RegisterId::from_bytes([1; 16]),
            clients: 3,
            protocols: 2..=3,
            schema: 1,
            addresses: vec!["192.0.2.7:7440".to_owned()],
            announced: Vec::new(),
        };
        (introduction, key)
    }

    fn other(change: impl Fn(&mut Introduction)) -> Option<PairFault> {
        let (here, _) = somebody();
        let key = ClaimedId::from_key([9; 32]);
        let mut there = Introduction {
            node: key.node(),
            clients: 0,
            register: RegisterId::from_bytes([2; 16]),
            ..here.clone()
        };
        change(&mut there);
        here.objection(&there, key)
    }

    #[test]
    fn what_is_said_is_heard() {
        let (introduction, _) = somebody();
        for word in [Word::Introduce(introduction), Word::Confirmed, Word::Done] {
            assert_eq!(Word::decode(&word.encode()), Some(word));
        }
        let heard = |fault| Word::decode(&Word::Refused(fault).encode());
        let crossed = |known: PairFault| fault(code(known));
        for (_, known) in CODES {
            assert_eq!(crossed(crossed(known)), known);
        }
        let here = heard(PairFault::Revoked(Side::Here));
        assert_eq!(here, Some(Word::Refused(PairFault::Revoked(Side::There))));
        let unknown = Word::decode(&[REFUSED, 200]);
        assert_eq!(unknown, Some(Word::Refused(PairFault::Unfinished)));
    }

    #[test]
    fn who_can_not_pair_is_told_why() {
        assert_eq!(other(|_| {}), None);
        assert_eq!(
            other(|there| there.clients = 1),
            Some(PairFault::TwoRegisters)
        );
        let same = |there: &mut Introduction| {
            there.clients = 1;
            there.register = RegisterId::from_bytes([1; 16]);
        };
        assert_eq!(other(same), None);
        assert_eq!(
            other(|there| there.protocols = 4..=5),
            Some(PairFault::Outdated(Side::Here))
        );
        assert_eq!(
            other(|there| there.protocols = 1..=1),
            Some(PairFault::Outdated(Side::There))
        );
        assert_eq!(other(|there| there.protocols = 3..=9), None);
        assert_eq!(
            other(|there| there.schema = 2),
            Some(PairFault::Outdated(Side::Here))
        );
        assert_eq!(
            other(|there| there.node = NodeId::from_bytes([1; 16])),
            Some(PairFault::OtherKey(Side::There))
        );
        assert_eq!(
            other(|there| there.node = somebody().0.node),
            Some(PairFault::Oneself)
        );
    }

    /// Announces the next of some keys of the node of the first.
    fn announces(node: NodeId, signer: &Signer, next: &Identity) -> Signed {
        let stated = Stated {
            by: node,
            at: jiff::Timestamp::UNIX_EPOCH,
            statement: Statement::KeyNext(*next.peer_id().claimed().key()),
        };
        let signed = signer.sign(&stated.bytes());
        Signed {
            bytes: stated.bytes(),
            key: signed.key,
            signature: signed.signature,
        }
    }

    #[test]
    fn a_node_whose_key_has_changed_shows_how() {
        let made = [(); 4].map(|()| {
            let directory = tempfile::tempdir().unwrap();
            let identity = Identity::create(directory.path()).unwrap();
            (identity.signer().unwrap(), identity)
        });
        let [(first, node), (second, next), (_, last), (stranger, other)] = made;
        let id = node.node();
        let chain = vec![announces(id, &second, &last), announces(id, &first, &next)];
        let forged = vec![announces(id, &stranger, &other)];
        let mut spoilt = chain.clone();
        spoilt.iter_mut().for_each(|one| one.signature[7] ^= 1);
        let shows = |announced: Vec<Signed>, shown: &Identity| {
            let (_, key) = somebody();
            let about = Introduction {
                node: id,
                announced,
                ..somebody().0
            };
            let heard = Introduction::decode(&about.encode()).unwrap();
            assert!(!heard.owns(key));
            heard.owns(shown.peer_id().claimed())
        };
        assert!(shows(Vec::new(), &node) && shows(chain.clone(), &node));
        assert!(shows(chain.clone(), &next) && shows(chain.clone(), &last));
        assert!(!shows(Vec::new(), &last) && !shows(chain, &other));
        assert!(!shows(forged, &other) && !shows(spoilt, &last));
    }

    #[test]
    fn a_newer_program_may_say_more() {
        #[derive(Serialize)]
        struct More {
            #[serde(flatten)]
            known: Shape,
            hours: &'static str,
        }
        let (introduction, _) = somebody();
        let known: Shape = rmp_serde::from_slice(&introduction.encode()).unwrap();
        let hours = "9-17";
        let bytes = rmp_serde::to_vec_named(&More { known, hours }).unwrap();
        assert_eq!(Introduction::decode(&bytes), Some(introduction));
    }

    proptest! {
        #[test]
        fn no_frame_is_more_than_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Word::decode(&bytes);
        }
    }
}
