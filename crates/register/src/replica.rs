//! The sans-I/O engine: one [`Input`] in, [`Effect`]s out.
//!
//! A node's event loop calls [`Replica::handle`] for each of a bounded batch of inputs, carries out
//! every [`Effect::Persist`] as it comes, syncs the disk once, and only then releases the other
//! effects. So nothing is visible, acknowledged or sent before it is durable.

mod answer;
mod effect;
mod input;
mod shelf;

pub use answer::{Answer, ImportOutcome, PeerReport, PeerState, Refusal, Report};
pub use effect::{Effect, Fault, Notice};
pub use input::{Command, ImportedClient, Input, Moment, Peer, node_id};
pub use shelf::{Group, Holdings, Shelf, ShelfError, Write};
