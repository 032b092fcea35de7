//! The line between premises on networks as they are: routers, firewalls, cuts, moves, floods. Each test makes its own
//! namespaces and takes them away. Needs root, `ip`, `nft` and `miniupnpd`; says so and leaves the test out where they are
//! missing.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod capture;
mod clinics;
mod daemon;
mod flood;
mod forwarding;
mod hostile;
mod igd;
mod moves;
mod premises;
mod routers;
mod scan;
mod space;
mod upnp;
