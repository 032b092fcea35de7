//! How the console pairs this premises with another: the node does it, the console shows it and asks.

use jiff::Timestamp;
use register::id::NodeId;
use tokio::sync::watch;

/// How far pairing has come at this premises.
#[derive(Clone, PartialEq, Eq)]
pub enum Pairing {
    /// Nothing is under way.
    Idle,
    /// An invitation was made here and waits for somebody.
    Invited {
        /// What is handed over: capitals, digits and dashes. Lets in whoever holds it.
        text: String,
        /// Until when it holds.
        until: Timestamp,
    },
    /// The two premises are introducing themselves.
    Meeting,
    /// Two people compare the phrase.
    Comparing {
        /// The phrase, the same on both screens.
        phrase: String,
        /// The other premises.
        other: Other,
        /// It was confirmed here.
        here: bool,
        /// It was confirmed there.
        there: bool,
    },
    /// Both are each other's peers.
    Paired(Other),
    /// It came to nothing.
    Failed(PairingFault),
}

impl core::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Idle => "Idle",
            Self::Invited { .. } => "Invited(redacted)",
            Self::Meeting => "Meeting",
            Self::Comparing { .. } => "Comparing(redacted)",
            Self::Paired(_) => "Paired",
            Self::Failed(_) => "Failed",
        })
    }
}

/// The other premises, as it introduced itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its node.
    pub node: NodeId,
    /// What staff call it.
    pub premises: String,
    /// How many clients it held.
    pub clients: u64,
}

/// Why nothing was begun, or what was begun came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingFault {
    /// The text is no invitation at all.
    NotOne,
    /// A character is wrong or missing.
    Mistyped,
    /// A newer program made the invitation.
    Newer,
    /// The address that was typed is none.
    Address,
    /// No address of this premises is known.
    NoAddress,
    /// Another pairing is under way.
    Busy,
    /// The node can't do it now.
    Unable,
    /// Nobody answered.
    Unreachable,
    /// Another node answered.
    OtherNode,
    /// A clock is wrong.
    Clock,
    /// The invitation's time is over.
    Late,
    /// The invitation was used, withdrawn or replaced.
    Spent,
    /// Somebody came without knowing the invitation, three times.
    Guessed,
    /// Cancelled at the other premises.
    Cancelled,
    /// The line broke before anything was written down.
    Lost,
    /// One may have written the other down and the other not.
    Unfinished,
    /// Both hold clients, of different registers.
    TwoRegisters,
    /// This premises' program is too old for the other's.
    OutdatedHere,
    /// The other premises' program is too old for this one's.
    OutdatedThere,
    /// This node was put out for good.
    RevokedHere,
    /// The other node was put out for good.
    RevokedThere,
    /// A node shows a key that is not its own.
    OtherKey,
    /// A premises' own invitation.
    Oneself,
    /// The two say that they are the same node.
    Copy,
    /// The other could not be written down here.
    NotStored,
}

/// Pairs this premises with another.
pub trait Pair: Send + Sync {
    /// How far it has come.
    fn stage(&self) -> Pairing;

    /// Changes whenever that does.
    fn changed(&self) -> watch::Receiver<u64>;

    /// Makes an invitation. `address` is where others reach this premises, `host` or `host:port`; empty when nobody
    /// knows.
    ///
    /// # Errors
    /// [`PairingFault`] when none could be made.
    fn invite(&self, address: &str) -> Result<(), PairingFault>;

    /// Goes where an invitation leads.
    ///
    /// # Errors
    /// [`PairingFault`] when the text is none, or another pairing is under way.
    fn accept(&self, invitation: &str) -> Result<(), PairingFault>;

    /// A person here says that both screens show this phrase. Returns whether that is what is compared.
    fn confirm(&self, phrase: &str) -> bool;

    /// Ends what is under way, or forgets what it came to.
    fn cancel(&self);
}
