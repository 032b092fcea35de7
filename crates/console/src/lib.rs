//! The staff's web console: HTML made on the server, for browsers on this machine.
//!
//! What is deliberately absent: the console holds no register and no client data of its own; it
//! asks through [`desk::Desk`] and shows published snapshots. No inline script or style, nothing
//! from another host, no client data in any URL or log, no state that outlives the process.
//!
//! A request passes `gate` (host, origin, time), is recognised by `visitor` (session, user,
//! language, form token), is admitted by `doors` (one table of every route and who passes), and reaches
//! a handler that lives beside its view: `home`, `clients`, `card`, `conflicts`, `premises`, `users`, `me`,
//! `factor`, `session`, `audit`; `alarm` is what everybody is told first, `quarantine` the page of a closed register,
//! `erasures`, `tasks` and `retention` are about forgetting, `requests` is the board of what clients ask
//! under the law, `treatments` the catalogue, `batches` who received a product, `contracts` the papers in the safes,
//! `marketing` the campaigns and the notices that they come to.
//! `api` is the same for programs, as JSON, with the tokens of `tokens`.
//! `line` is what the node tells of its lines to other premises; `numbers` serves its metrics beside the console.
//! The owner's pages are `overview`, `clinic`, `pair`, `papers` and `breaches`; `pairing` is how the node pairs.
//! Reading order: `desk`, `server`, `gate`, `visitor`, `page`, `card`.

mod adverse_events;
mod alarm;
mod api;
mod assets;
mod audit;
mod batches;
mod breaches;
mod card;
mod chart;
mod clients;
mod clinic;
pub mod clock;
mod conflicts;
mod consent_texts;
mod contracts;
mod cookie;
pub mod desk;
mod doors;
mod duplicates;
mod erasures;
mod events;
mod factor;
mod form;
mod gate;
mod help;
mod home;
mod house;
mod icon;
mod letterhead;
pub mod line;
mod lockout;
mod marketing;
mod me;
pub mod numbers;
mod overview;
mod page;
mod pair;
pub mod pairing;
mod papers;
pub mod post;
mod premises;
mod problem;
mod quarantine;
mod quick;
mod requests;
mod retention;
mod secret;
mod server;
mod session;
mod tasks;
mod text;
mod tokens;
mod treatments;
mod users;
mod visitor;

pub use clock::{day, today};
pub use doors::{Access, Door};
pub use secret::{PASSWORD_MAX, PASSWORD_MIN, SecretError, hash_password, setup_code};
pub use server::{doors, router, serve};
pub use text::opt_out_text;
