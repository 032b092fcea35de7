//! How the console hands letters to the clinic's mail relay.

use core::fmt;
use core::pin::Pin;

use register::contact::Email;

/// One letter to one client.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Email,
    /// What it is about.
    pub subject: String,
    /// What it says, how to say no included.
    pub text: String,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(redacted)")
    }
}

/// Why a letter was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The relay can't be reached, or takes nothing from this node: nothing was handed over.
    #[error("the mail relay can't be reached or does not admit this node")]
    Unreachable,
    /// The relay wants this letter later (RFC 5321, section 4.2.1: 4yz).
    #[error("the mail relay wants the letter later")]
    Later,
    /// The relay refuses this letter for good (5yz).
    #[error("the mail relay refuses the letter")]
    Refused,
    /// The line broke while it was being handed over: nobody knows whether it went out.
    #[error("the line to the mail relay broke")]
    Broken,
}

/// What comes of handing something over.
pub type Posted<'a> = Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'a>>;

/// The clinic's mail relay.
pub trait Post: Send + Sync {
    /// Whether it is there and admits this node. No letter is handed over.
    fn ready(&self) -> Posted<'_>;

    /// Hands a letter over; completes when the relay has taken it.
    fn send(&self, letter: Letter) -> Posted<'_>;
}
