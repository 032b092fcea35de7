//! What went into every replica and what came out, as one digest: the same seed has the same one.
//!
//! Not in it: what the vault writes, because its nonces are the operating system's.

use jiff::Timestamp;
use register::replica::{Effect, Group, Input, Write};
use sha2::{Digest as _, Sha256};

/// A digest that grows, and on request a tale for people.
#[derive(Debug)]
pub(super) struct Trace {
    hasher: Sha256,
    inputs: u64,
    tells: bool,
}

impl Trace {
    pub(super) fn new(tells: bool) -> Self {
        Self {
            hasher: Sha256::new(),
            inputs: 0,
            tells,
        }
    }

    pub(super) fn input(&mut self, at: usize, now: Timestamp, input: &Input) {
        self.inputs += 1;
        if let Input::Frame(peer, bytes) = input {
            self.line(&format!(
                "{at} at {now} takes {} bytes of {peer:?}",
                bytes.len()
            ));
            self.hasher.update(bytes);
        } else {
            self.line(&format!("{at} at {now} takes {input:?}"));
        }
    }

    /// Bytes go into the digest as they are: told as numbers they would cost an eighth of a run.
    pub(super) fn effect(&mut self, at: usize, effect: &Effect) {
        match effect {
            Effect::Persist(group) => {
                self.line(&format!("{at} keeps {} writes", group.writes.len()));
                self.group(group);
            }
            Effect::Send(peer, bytes) => {
                self.line(&format!("{at} sends {} bytes to {peer:?}", bytes.len()));
                self.hasher.update(bytes);
            }
            Effect::Close(..) | Effect::Reply(..) | Effect::Notify(_) | Effect::Sign(_) => {
                self.line(&format!("{at} wants {effect:?}"));
            }
        }
    }

    /// Something that happened to a node besides.
    pub(super) fn event(&mut self, what: &str) {
        self.line(what);
    }

    /// How many inputs there were, and the digest of everything.
    pub(super) fn finish(self) -> (u64, [u8; 32]) {
        (self.inputs, self.hasher.finalize().into())
    }

    fn line(&mut self, line: &str) {
        self.hasher.update(line.as_bytes());
        if self.tells {
            let short: String = line.chars().take(260).collect();
            // Tests capture nothing else as reliably, and the tale is asked for.
            eprintln!("{short}");
        }
    }

    fn group(&mut self, group: &Group) {
        for write in &group.writes {
            match write {
                Write::Document(_, bytes)
                | Write::Changes(_, bytes)
                | Write::Index(_, bytes)
                | Write::Fact(_, Some(bytes))
                | Write::Ledger(bytes)
                | Write::Audit(_, _, Some(bytes))
                | Write::Reason(_, _, _, Some(bytes)) => self.hasher.update(bytes),
                Write::Values(_, values) | Write::MoreValues(_, values) => {
                    for value in values {
                        self.hasher.update(value.id.as_bytes());
                        self.hasher.update(&value.content);
                    }
                }
                Write::Forget(_)
                | Write::Rekey(_)
                | Write::Fact(_, None)
                | Write::Audit(_, _, None)
                | Write::Reason(_, _, _, None) => {}
            }
        }
    }
}
