//! Nodes are killed at any moment, fifty times, while both premises work. Nothing acknowledged is lost.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kortisto_tests::node::PASSWORD;
use kortisto_tests::pair::Pair;
use kortisto_tests::web::Visitor;
use kortisto_tests::{export, skip};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::register;

/// How often a node is killed; ten times as often in a long campaign.
const KILLS: u32 = 50;
/// Between two edits of one writer: people are slower, and the registers stay small enough to compare.
const PAUSE: Duration = Duration::from_millis(15);
/// How long the premises may take to agree after the last kill.
const AGREE_TIME: Duration = Duration::from_secs(120);

/// What a writer was told is saved.
#[derive(Default)]
struct Saved {
    /// Treatments and e-mail addresses, all different.
    entries: Vec<String>,
    /// How often the console was not there.
    refused: usize,
}

/// Somebody at one console who writes and writes.
struct Writer {
    console: SocketAddr,
    owner: String,
    side: char,
    clients: Vec<String>,
    ending: Arc<AtomicBool>,
    rng: ChaCha8Rng,
}

impl Writer {
    async fn work(mut self) -> Saved {
        let mut saved = Saved::default();
        let mut visitor = None;
        for number in 0_u32.. {
            if self.ending.load(Ordering::Relaxed) {
                break;
            }
            match self.one(&mut visitor, number).await {
                Ok(entry) => saved.entries.push(entry),
                Err(_) => {
                    // The node was killed, and with it every session.
                    visitor = None;
                    saved.refused += 1;
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        saved
    }

    /// One edit; returns what it wrote once that was acknowledged.
    async fn one(&mut self, visitor: &mut Option<Visitor>, number: u32) -> anyhow::Result<String> {
        let visitor = match visitor {
            Some(visitor) => visitor,
            None => {
                let fresh = Visitor::new(self.console)?;
                fresh.log_in(&self.owner, PASSWORD).await?;
                visitor.insert(fresh)
            }
        };
        let length = u64::try_from(self.clients.len())?;
        let client = &self.clients[usize::try_from(self.rng.next_u64() % length)?];
        let mark = format!("{}{number}", self.side);
        if self.rng.next_u32().is_multiple_of(2) {
            let name = format!("Hoito {mark}.");
            visitor
                .add_entry(client, "treatments", &[("name", &name)])
                .await?;
            Ok(name)
        } else {
            let email = format!("k{mark}@kortisto.example");
            visitor
                .edit_contact(client, &[("email.new1", &email)])
                .await?;
            Ok(email)
        }
    }
}

/// Kills one of the two, again and again, each time after it was back and both worked for a moment.
async fn kill_again_and_again(pair: &mut Pair, kills: u32, rng: &mut ChaCha8Rng) {
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(50 + rng.next_u64() % 400)).await;
        let first = rng.next_u32().is_multiple_of(2);
        let node = if first {
            &mut pair.first
        } else {
            &mut pair.second
        };
        node.kill().unwrap();
        // Sometimes it is killed again while it is still starting.
        if rng.next_u32().is_multiple_of(4) {
            node.launch().unwrap();
            tokio::time::sleep(Duration::from_millis(rng.next_u64() % 120)).await;
            node.kill().unwrap();
        }
        node.start().await.unwrap();
    }
}

async fn campaign(home: &Path, seed: u64, kills: u32) {
    eprintln!("seed {seed}, {kills} kills");
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (_, files) = register(home, seed, 40);
    let mut pair = Pair::start(home, seed).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    pair.first.owner_first().await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.lines().count() == 40)
        .await
        .unwrap();
    pair.owner_at_second().await.unwrap();
    let clients: Vec<String> = pair
        .first
        .clients()
        .unwrap()
        .into_iter()
        .map(|client| client.id)
        .collect();

    let ending = Arc::new(AtomicBool::new(false));
    let writer = |console: SocketAddr, side: char| Writer {
        console,
        owner: pair.first.owner_name().to_owned(),
        side,
        clients: clients.clone(),
        ending: Arc::clone(&ending),
        rng: ChaCha8Rng::seed_from_u64(seed ^ u64::from(side)),
    };
    let here = tokio::spawn(writer(pair.first.console(), 'a').work());
    let there = tokio::spawn(writer(pair.second.console(), 'b').work());
    kill_again_and_again(&mut pair, kills, &mut rng).await;
    ending.store(true, Ordering::Relaxed);
    let (here, there) = (here.await.unwrap(), there.await.unwrap());

    let agreed = pair.agreed(AGREE_TIME).await.unwrap();
    for (saved, side) in [(&here, "first"), (&there, "second")] {
        eprintln!(
            "{side}: {} edits acknowledged, {} refused",
            saved.entries.len(),
            saved.refused
        );
        assert!(
            saved.entries.len() > usize::try_from(kills).unwrap(),
            "hardly any load at the {side} node"
        );
        assert!(saved.refused > 0, "no kill met an edit at the {side} node");
        let lost: Vec<&String> = saved
            .entries
            .iter()
            .filter(|entry| !agreed.contains(entry.as_str()))
            .collect();
        assert!(
            lost.is_empty(),
            "acknowledged at the {side} node and lost: {lost:?}"
        );
    }
    assert_eq!(export::read(&agreed).unwrap().len(), 40);
    pair.first.check().unwrap();
    pair.second.check().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_under_load_lose_nothing_that_was_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    campaign(home.path(), 21, KILLS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_campaign_of_kills_loses_nothing_either() {
    if !skip::long() {
        // `tests/run` says at its end that long campaigns were left out.
        return;
    }
    for seed in 100..110 {
        let home = tempfile::tempdir().unwrap();
        campaign(home.path(), seed, KILLS).await;
    }
}
