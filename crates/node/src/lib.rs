//! The binary `kortisto`: settings, command line, the one event loop, the one clock.
//!
//! A node at work ([`run`]) is one event loop ([`turn`]) that owns the replica and the vault, and
//! around it, on tokio, the line to other premises ([`mod@line`]), the staff's console and the control
//! socket ([`control`]) through which commands reach it. The same commands work on a stopped node,
//! which is then opened for as long as the command takes ([`errand`], [`premises`]). Backups are made
//! beside the loop ([`backup`]) and become nodes again that bring nobody back ([`mod@restore`]). Premises are
//! paired by [`pairing`]. What stands between them is found out beside the loop too ([`diagnosis`]), and numbers
//! are told ([`metrics`]).
//!
//! What is deliberately absent: a second opening of the store, a default password, client data in
//! logs, and a second place that reads the clock ([`clock`]).
//!
//! Reading order: [`cli`], [`command`], [`errand`], [`turn`], [`run`].

mod auditor;
pub mod backup;
mod care;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod control;
pub mod demo;
pub mod diagnosis;
pub mod errand;
pub mod exit;
pub mod export;
pub mod import;
pub mod intake;
mod keys;
pub mod line;
pub mod logs;
pub mod mail;
pub mod metrics;
pub mod pairing;
pub mod premises;
pub mod progress;
mod reach;
pub mod restore;
pub mod run;
pub mod scan;
pub mod seal;
pub mod standing;
pub mod storage;
pub mod timeservice;
pub mod turn;
