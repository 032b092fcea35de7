//! What the tests of whole nodes stand on: processes, the line between them, users at their consoles.
//!
//! Reading order: [`kortisto`] finds the binary, [`node`] runs it, [`pair`] is two of them with a [`relay`] between,
//! [`web`] and [`browser`] are somebody at a console, [`keyboard`] is one of them without a mouse, [`rooms`] every page that they find, [`export`] reads what a node holds, [`opened`] what its files do.

pub mod axe;
pub mod browser;
pub mod demo;
pub mod export;
pub mod html;
pub mod keyboard;
pub mod kortisto;
pub mod node;
pub mod opened;
pub mod pair;
pub mod perfect;
pub mod phone;
pub mod port;
pub mod post;
pub mod program;
pub mod relay;
pub mod rooms;
pub mod sample;
pub mod signal;
pub mod simulation;
pub mod skip;
pub mod spoil;
pub mod stream;
pub mod terminal;
pub mod waiting;
pub mod web;
