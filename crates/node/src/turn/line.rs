//! What the event loop needs of the line to other premises.

use register::id::NodeId;
use register::replica::{Fault, Input, Peer};

/// The line to other premises. No call may wait: the event loop calls them.
pub trait Line: Send + 'static {
    /// What comes from it.
    type Event: Send + 'static;

    /// What the event means for the replica; `None` when it means nothing.
    fn input(&mut self, event: Self::Event) -> Option<Input>;
    /// Sends a frame to a connected peer.
    fn send(&mut self, peer: NodeId, frame: Vec<u8>);
    /// Closes the connection to a peer that broke the protocol.
    fn close(&mut self, peer: NodeId, fault: Fault);
    /// From now on these are the peers, and nobody else.
    fn set_peers(&mut self, peers: Vec<Peer>);
}

/// No line at all: commands on a node that doesn't run.
#[derive(Debug, Clone, Copy)]
pub struct NoLine;

impl Line for NoLine {
    type Event = core::convert::Infallible;

    fn input(&mut self, event: Self::Event) -> Option<Input> {
        match event {}
    }

    fn send(&mut self, _: NodeId, _: Vec<u8>) {}

    fn close(&mut self, _: NodeId, _: Fault) {}

    fn set_peers(&mut self, _: Vec<Peer>) {}
}
