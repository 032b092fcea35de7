//! The control socket `control.sock`: how `kortisto` commands reach the node that runs.
//!
//! A Unix socket that only the node's own user may open. Frames are a length in four bytes, most
//! significant first, and so many bytes of JSON. A client sends an `Envelope` with its version and
//! one errand; the node answers with replies until one is the last; then the client may send the
//! next. A node of another version answers with a refusal that says so.

mod client;
mod frame;
mod server;
mod socket;

use serde::{Deserialize, Serialize};

use crate::errand::Errand;

pub use client::Client;
pub use server::serve;
pub use socket::{FILE, bind};

/// The version of frames and shapes. Whoever speaks another is refused.
const VERSION: u16 = 1;

/// What a client sends.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope {
    version: u16,
    errand: Errand,
}

/// Enough of any version's envelope to tell which it is.
#[derive(Deserialize)]
struct AnyVersion {
    version: u16,
}
