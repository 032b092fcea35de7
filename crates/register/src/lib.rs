//! The client register of a beauty clinic and the rules by which its premises agree on it.
//!
//! This crate is pure. What is deliberately absent:
//!
//! * no clock and no randomness: both are arguments;
//! * no file, socket, thread or runtime: [`replica::Replica`] takes one [`replica::Input`] at a
//!   time and leaves [`replica::Effect`]s to be carried out by the node's one event loop;
//! * no personal value inside a document: documents hold 16-byte references ([`id::ValueId`]),
//!   the values lie beside them ([`value`]), and forgetting is deleting values;
//! * no personal data in any id, error or `Debug` output.
//!
//! Reading order: [`id`], [`value`], [`card`], [`edit`], [`ledger`], [`audit`], [`replica`].

pub mod access;
pub mod adverse;
pub mod audit;
pub mod breach;
pub mod business_id;
pub mod card;
pub mod catalogue;
pub mod changes;
pub mod clock;
pub mod consent;
pub mod contact;
pub mod directory;
pub mod document;
pub mod edit;
pub mod health;
pub mod holder;
pub mod id;
pub mod identity_code;
pub mod ledger;
pub mod marketing;
pub mod minor;
pub mod mode;
pub mod patch_test;
pub mod people;
pub mod replica;
pub mod request;
pub mod retention;
pub mod roster;
pub mod same;
pub mod settings;
pub mod trace;
pub mod treatment;
pub mod value;
pub mod warning;
mod wire;

/// Writes a `Debug` that names the type and nothing of what it holds, for types with personal data.
macro_rules! redacted {
    ($($name:ty),+ $(,)?) => {$(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )+};
}
pub(crate) use redacted;
