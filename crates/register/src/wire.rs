//! What peers say to each other, and how it looks on the wire: MessagePack, mapped by hand.
//!
//! Every list has a bound. A frame that can't be read is the peer's fault and closes the line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_bytes::{ByteArray, ByteBuf};

use crate::audit::chain::SALT;
use crate::audit::{ENTRY_LIMIT, REASON_LIMIT, Tail};
use crate::document::Heads;
use crate::id::{Incarnation, LogId, NodeId, RecordId, RegisterId, RegisterSecret, ValueId};
use crate::value::CONTENT_LIMIT;

/// The newest protocol that this program speaks. With 2 came the audit logs, with 3 statements on who belongs to the
/// register. The hello is the same in all of them: who speaks a newer one greets an older one again with that one's
/// number, so each new protocol has to leave what the one before says as it is.
pub(crate) const PROTOCOL: u16 = 3;
/// The oldest that it speaks.
pub(crate) const OLDEST: u16 = 2;
/// The first with statements on who belongs to the register.
pub(crate) const WITH_ROSTER: u16 = 3;
/// The most statements in one frame: each costs a verification.
pub(crate) const ROSTER_LIMIT: usize = 512;
/// About so many bytes of statements go in one frame.
pub(crate) const ROSTER_FRAME: usize = 64 * 1024;
/// The most characters of a program's version.
const PROGRAM_LIMIT: usize = 40;
/// The most items in one list of a frame.
pub(crate) const LIST_LIMIT: usize = 4_096;
/// The most values that travel with one record.
pub(crate) const VALUES_LIMIT: usize = 65_536;
/// The most entries of an audit log in one frame.
pub(crate) const ENTRIES_LIMIT: usize = 256;
/// The most heads of one record.
const HEADS_LIMIT: usize = 256;

/// A frame that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// What a node says first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    /// The protocol it speaks.
    pub(crate) protocol: u16,
    /// The newest schema of documents that it reads.
    pub(crate) schema: u16,
    /// The register it belongs to.
    pub(crate) register: RegisterId,
    /// Whether it holds no client yet, so that it may join another register.
    pub(crate) pristine: bool,
    /// This life of its process.
    pub(crate) incarnation: Incarnation,
    /// Its clock.
    pub(crate) clock: Timestamp,
    /// Latest sequence number of its change log.
    pub(crate) latest: u64,
    /// What it holds of the other's change log: that one's incarnation then, and sequence number.
    pub(crate) held: Option<(Incarnation, u64)>,
    /// Digest of its ledger.
    pub(crate) ledger: [u8; 32],
}

/// A record as the sender has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// The sender's sequence number, by which it is acknowledged.
    pub(crate) token: u64,
    /// The record.
    pub(crate) record: RecordId,
    /// Digest of heads and live values.
    pub(crate) state: [u8; 32],
}

/// A record that the sender of this lacks in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The record.
    pub(crate) record: RecordId,
    /// What the sender of this has of it; empty for nothing.
    pub(crate) heads: Heads,
    /// The document is here, but values of it are not: send them all.
    pub(crate) values: bool,
}

/// Changes of a record and the values they refer to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Push {
    /// The sender's sequence number, by which it is acknowledged.
    pub(crate) token: u64,
    /// The record.
    pub(crate) record: RecordId,
    /// What the sender has.
    pub(crate) heads: Heads,
    /// Automerge bytes; empty when only values travel.
    pub(crate) changes: Vec<u8>,
    /// Nonce and content of each value.
    pub(crate) values: Vec<([u8; 32], Vec<u8>)>,
    /// The sender has no more values of this record than these.
    pub(crate) complete: bool,
}
crate::redacted!(Push);

/// An audit log as the sender has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogHead {
    /// Which.
    pub(crate) log: LogId,
    /// Its last entry.
    pub(crate) tail: Tail,
}

/// Entries of an audit log that follow one another.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct LogEntries {
    /// Which log.
    pub(crate) log: LogId,
    /// Whose.
    pub(crate) node: NodeId,
    /// The entry before the first of these.
    pub(crate) after: Tail,
    /// Each with its reason, which is empty when there is none or it is not passed on.
    pub(crate) entries: Vec<(Vec<u8>, Vec<u8>)>,
}
crate::redacted!(LogEntries);

/// What a node says of itself behind its hello, from protocol 3 on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct About {
    /// Digest of the statements that it holds.
    pub(crate) roster: [u8; 32],
    /// How many records it holds.
    pub(crate) records: u64,
    /// Its program's version.
    pub(crate) program: String,
}

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    /// The first frame of each side, and again after joining another register.
    Hello(Hello),
    /// The register that the other may join.
    Join(RegisterId, RegisterSecret),
    /// Ledger entries; `true` with the last of them.
    Ledger(Vec<Vec<u8>>, bool),
    /// Records that the other may lack.
    Offer(Vec<Offered>),
    /// Records that the sender of this lacks in part.
    Want(Vec<Wanted>),
    /// A record.
    Push(Push),
    /// What was sent under these tokens is durable.
    Ack(Vec<u64>),
    /// The other now holds all of the sender's log up to the first number; the second is its latest.
    Mark(u64, u64),
    /// A question of the self-check.
    Probe(Vec<u8>),
    /// The answer to a [`Message::Probe`].
    ProbeReply(Vec<u8>),
    /// Digest of all audit logs that the sender holds; `true` asks for that of the other.
    Logs([u8; 32], bool),
    /// All of them; `true` with the last.
    LogHeads(Vec<LogHead>, bool),
    /// Entries that the other lacks.
    LogEntries(LogEntries),
    /// This log is held up to here, durably; [`u64::MAX`] says that nothing of it is wanted.
    LogHeld(LogId, u64),
    /// What the sender says of itself; answers a hello, from protocol 3 on.
    About(About),
    /// Statements that the other may lack, and the digest of all that the sender holds. From protocol 3 on.
    Roster(Vec<Vec<u8>>, [u8; 32]),
    /// Another life of the receiver is at work somewhere: this one is refused. From protocol 3 on.
    Twin,
}

type Id = ByteArray<16>;
type Hash = ByteArray<32>;

#[derive(Serialize, Deserialize)]
struct WireHello(u16, u16, Id, bool, Id, i64, u64, Option<(Id, u64)>, Hash);

#[derive(Serialize, Deserialize)]
struct WirePush(u64, Id, Vec<Hash>, ByteBuf, Vec<(Hash, ByteBuf)>, bool);

#[derive(Serialize, Deserialize)]
enum Wire {
    #[serde(rename = "h")]
    Hello(WireHello),
    #[serde(rename = "j")]
    Join(Id, Hash),
    #[serde(rename = "l")]
    Ledger(Vec<ByteBuf>, bool),
    #[serde(rename = "o")]
    Offer(Vec<(u64, Id, Hash)>),
    #[serde(rename = "w")]
    Want(Vec<(Id, Vec<Hash>, bool)>),
    #[serde(rename = "p")]
    Push(WirePush),
    #[serde(rename = "a")]
    Ack(Vec<u64>),
    #[serde(rename = "m")]
    Mark(u64, u64),
    #[serde(rename = "q")]
    Probe(ByteBuf),
    #[serde(rename = "r")]
    ProbeReply(ByteBuf),
    #[serde(rename = "d")]
    Logs(Hash, bool),
    #[serde(rename = "t")]
    LogHeads(Vec<(LogId, u64, Hash)>, bool),
    #[serde(rename = "e")]
    LogEntries(WireEntries),
    #[serde(rename = "k")]
    LogHeld(LogId, u64),
    #[serde(rename = "b")]
    About(Hash, u64, String),
    #[serde(rename = "s")]
    Roster(Vec<ByteBuf>, Hash),
    #[serde(rename = "x")]
    Twin,
}

#[derive(Serialize, Deserialize)]
struct WireEntries(LogId, NodeId, u64, Hash, Vec<(ByteBuf, ByteBuf)>);

impl Message {
    /// The frame.
    pub(crate) fn encode(self) -> Vec<u8> {
        let wire = match self {
            Self::Hello(hello) => Wire::Hello(write_hello(&hello)),
            Self::Join(register, secret) => {
                Wire::Join(Id::new(*register.as_bytes()), Hash::new(*secret.as_bytes()))
            }
            Self::Ledger(entries, last) => {
                Wire::Ledger(entries.into_iter().map(ByteBuf::from).collect(), last)
            }
            Self::Offer(items) => Wire::Offer(
                items
                    .into_iter()
                    .map(|item| {
                        (
                            item.token,
                            Id::new(*item.record.as_bytes()),
                            Hash::new(item.state),
                        )
                    })
                    .collect(),
            ),
            Self::Want(items) => Wire::Want(
                items
                    .into_iter()
                    .map(|item| {
                        (
                            Id::new(*item.record.as_bytes()),
                            write_heads(&item.heads),
                            item.values,
                        )
                    })
                    .collect(),
            ),
            Self::Push(push) => Wire::Push(WirePush(
                push.token,
                Id::new(*push.record.as_bytes()),
                write_heads(&push.heads),
                ByteBuf::from(push.changes),
                push.values
                    .into_iter()
                    .map(|(nonce, content)| (Hash::new(nonce), ByteBuf::from(content)))
                    .collect(),
                push.complete,
            )),
            Self::Ack(tokens) => Wire::Ack(tokens),
            Self::Mark(upto, latest) => Wire::Mark(upto, latest),
            Self::Probe(bytes) => Wire::Probe(ByteBuf::from(bytes)),
            Self::ProbeReply(bytes) => Wire::ProbeReply(ByteBuf::from(bytes)),
            Self::Logs(digest, asks) => Wire::Logs(Hash::new(digest), asks),
            Self::LogHeads(heads, last) => Wire::LogHeads(write_log_heads(&heads), last),
            Self::LogEntries(entries) => Wire::LogEntries(write_entries(entries)),
            Self::LogHeld(log, upto) => Wire::LogHeld(log, upto),
            Self::About(about) => {
                Wire::About(Hash::new(about.roster), about.records, about.program)
            }
            Self::Roster(statements, digest) => Wire::Roster(
                statements.into_iter().map(ByteBuf::from).collect(),
                Hash::new(digest),
            ),
            Self::Twin => Wire::Twin,
        };
        // Plain numbers, byte strings and lists always have a MessagePack form.
        rmp_serde::to_vec(&wire).unwrap_or_default()
    }

    /// Reads a frame.
    pub(crate) fn decode(frame: &[u8]) -> Result<Self, Unreadable> {
        Ok(
            match rmp_serde::from_slice(frame).map_err(|_| Unreadable)? {
                Wire::Hello(hello) => Self::Hello(read_hello(hello)?),
                Wire::Join(register, secret) => Self::Join(
                    RegisterId::from_bytes(*register),
                    RegisterSecret::from_bytes(*secret),
                ),
                Wire::Ledger(entries, last) => Self::Ledger(
                    bounded(entries, LIST_LIMIT)?
                        .into_iter()
                        .map(ByteBuf::into_vec)
                        .collect(),
                    last,
                ),
                Wire::Offer(items) => Self::Offer(
                    bounded(items, LIST_LIMIT)?
                        .into_iter()
                        .map(|(token, record, state)| Offered {
                            token,
                            record: RecordId::from_bytes(*record),
                            state: *state,
                        })
                        .collect(),
                ),
                Wire::Want(items) => Self::Want(
                    bounded(items, LIST_LIMIT)?
                        .into_iter()
                        .map(|(record, heads, values)| {
                            Ok(Wanted {
                                record: RecordId::from_bytes(*record),
                                heads: read_heads(heads)?,
                                values,
                            })
                        })
                        .collect::<Result<_, Unreadable>>()?,
                ),
                Wire::Push(push) => Self::Push(read_push(push)?),
                Wire::Ack(tokens) => Self::Ack(bounded(tokens, LIST_LIMIT)?),
                Wire::Mark(upto, latest) => Self::Mark(upto, latest),
                Wire::Probe(bytes) => Self::Probe(bytes.into_vec()),
                Wire::ProbeReply(bytes) => Self::ProbeReply(bytes.into_vec()),
                Wire::Logs(digest, asks) => Self::Logs(*digest, asks),
                Wire::LogHeads(heads, last) => Self::LogHeads(read_log_heads(heads)?, last),
                Wire::LogEntries(entries) => Self::LogEntries(read_entries(entries)?),
                Wire::LogHeld(log, upto) => Self::LogHeld(log, upto),
                Wire::About(roster, records, program) => Self::About(About {
                    roster: *roster,
                    records,
                    program: read_program(&program),
                }),
                Wire::Roster(statements, digest) => Self::Roster(
                    bounded(statements, ROSTER_LIMIT)?
                        .into_iter()
                        .map(ByteBuf::into_vec)
                        .collect(),
                    *digest,
                ),
                Wire::Twin => Self::Twin,
            },
        )
    }
}

/// A version as it may be shown.
fn read_program(text: &str) -> String {
    let plain = text.chars().filter(|one| one.is_ascii_graphic());
    plain.take(PROGRAM_LIMIT).collect()
}

fn write_hello(hello: &Hello) -> WireHello {
    let held = hello
        .held
        .map(|(incarnation, sequence)| (Id::new(*incarnation.as_bytes()), sequence));
    WireHello(
        hello.protocol,
        hello.schema,
        Id::new(*hello.register.as_bytes()),
        hello.pristine,
        Id::new(*hello.incarnation.as_bytes()),
        hello.clock.as_second(),
        hello.latest,
        held,
        Hash::new(hello.ledger),
    )
}

fn read_hello(hello: WireHello) -> Result<Hello, Unreadable> {
    let WireHello(protocol, schema, register, pristine, incarnation, clock, latest, held, ledger) =
        hello;
    Ok(Hello {
        protocol,
        schema,
        register: RegisterId::from_bytes(*register),
        pristine,
        incarnation: Incarnation::from_bytes(*incarnation),
        clock: Timestamp::from_second(clock).map_err(|_| Unreadable)?,
        latest,
        held: held.map(|(incarnation, sequence)| (Incarnation::from_bytes(*incarnation), sequence)),
        ledger: *ledger,
    })
}

fn read_log_heads(heads: Vec<(LogId, u64, Hash)>) -> Result<Vec<LogHead>, Unreadable> {
    let heads = bounded(heads, LIST_LIMIT)?.into_iter();
    let head = |(log, sequence, hash): (LogId, u64, Hash)| LogHead {
        log,
        tail: Tail {
            sequence,
            hash: *hash,
        },
    };
    Ok(heads.map(head).collect())
}

fn write_log_heads(heads: &[LogHead]) -> Vec<(LogId, u64, Hash)> {
    let heads = heads.iter();
    heads
        .map(|head| (head.log, head.tail.sequence, Hash::new(head.tail.hash)))
        .collect()
}

fn write_entries(entries: LogEntries) -> WireEntries {
    let all = entries.entries.into_iter();
    WireEntries(
        entries.log,
        entries.node,
        entries.after.sequence,
        Hash::new(entries.after.hash),
        all.map(|(entry, reason)| (ByteBuf::from(entry), ByteBuf::from(reason)))
            .collect(),
    )
}

fn read_entries(wire: WireEntries) -> Result<LogEntries, Unreadable> {
    let WireEntries(log, node, sequence, hash, entries) = wire;
    let entries = bounded(entries, ENTRIES_LIMIT)?;
    let fits = |(entry, reason): &(ByteBuf, ByteBuf)| {
        entry.len() <= ENTRY_LIMIT && reason.len() <= SALT + REASON_LIMIT
    };
    if !entries.iter().all(fits) {
        return Err(Unreadable);
    }
    Ok(LogEntries {
        log,
        node,
        after: Tail {
            sequence,
            hash: *hash,
        },
        entries: entries
            .into_iter()
            .map(|(entry, reason)| (entry.into_vec(), reason.into_vec()))
            .collect(),
    })
}

fn read_push(push: WirePush) -> Result<Push, Unreadable> {
    let WirePush(token, record, heads, changes, values, complete) = push;
    Ok(Push {
        token,
        record: RecordId::from_bytes(*record),
        heads: read_heads(heads)?,
        changes: changes.into_vec(),
        values: bounded(values, VALUES_LIMIT)?
            .into_iter()
            .map(|(nonce, content)| {
                let content = content.into_vec();
                if content.len() > CONTENT_LIMIT {
                    Err(Unreadable)
                } else {
                    Ok((*nonce, content))
                }
            })
            .collect::<Result<_, _>>()?,
        complete,
    })
}

fn write_heads(heads: &Heads) -> Vec<Hash> {
    heads
        .as_slice()
        .iter()
        .map(|hash| Hash::new(*hash))
        .collect()
}

fn read_heads(heads: Vec<Hash>) -> Result<Heads, Unreadable> {
    Ok(Heads::new(
        bounded(heads, HEADS_LIMIT)?
            .into_iter()
            .map(|hash| *hash)
            .collect(),
    ))
}

fn bounded<T>(list: Vec<T>, limit: usize) -> Result<Vec<T>, Unreadable> {
    if list.len() > limit {
        Err(Unreadable)
    } else {
        Ok(list)
    }
}

/// The digest that stands for a record's state: its heads and its live values.
pub(crate) fn state_digest<'a>(
    record: RecordId,
    heads: &Heads,
    live: impl Iterator<Item = &'a ValueId>,
) -> [u8; 32] {
    let mut bytes = Vec::new();
    for hash in heads.as_slice() {
        bytes.extend_from_slice(hash);
    }
    let mut ids = Vec::new();
    live.for_each(|id| ids.extend_from_slice(id.as_bytes()));
    crate::id::digest(&[record.as_bytes(), &bytes, &ids])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_with_nothing_new_fits_the_bound() {
        let hello = Hello {
            protocol: PROTOCOL,
            schema: 1,
            register: RegisterId::from_bytes([0xff; 16]),
            pristine: false,
            incarnation: Incarnation::from_bytes([0xff; 16]),
            clock: Timestamp::from_second(4_000_000_000).unwrap(),
            latest: u64::MAX,
            held: Some((Incarnation::from_bytes([0xff; 16]), u64::MAX)),
            ledger: [0xff; 32],
        };
        let frame = Message::Hello(hello.clone()).encode();
        assert!(frame.len() <= 400, "{}", frame.len());
        assert!(Message::decode(&frame) == Ok(Message::Hello(hello)));
    }

    #[test]
    fn lists_over_their_bound_are_refused() {
        let frame = Message::Ack(vec![1; LIST_LIMIT + 1]).encode();
        assert_eq!(Message::decode(&frame), Err(Unreadable));
    }
}
