//! People at two consoles with real browsers.

#![expect(
    clippy::unwrap_used,
    reason = "a test that meets what it can't mean has failed"
)]

mod access;
mod forget;
mod keys;
mod pair;
mod work;

use std::path::Path;

use kortisto_tests::browser::Browser;
use kortisto_tests::export::Client;
use kortisto_tests::node::PASSWORD;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::Register;

/// How many clients there are.
const CLIENTS: usize = 20;

/// Two paired nodes with a register, and one of its clients.
async fn working(home: &Path, seed: u64) -> (Pair, Client) {
    let today = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    let files = Register::invented(seed, CLIENTS, today)
        .write(&home.join("legacy"))
        .unwrap();
    let pair = Pair::start(home, seed).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.lines().count() == CLIENTS)
        .await
        .unwrap();
    let clients = pair.first.clients().unwrap();
    let client = clients
        .iter()
        .find(|client| client.treatments.len() > 1)
        .unwrap()
        .clone();
    (pair, client)
}

/// The first premises' owner logs in through the form.
async fn log_in(browser: &Browser, pair: &Pair) {
    browser
        .log_in(pair.first.owner_name(), PASSWORD)
        .await
        .unwrap();
}
