//! A reconnect with nothing new: bytes each way, documents opened, and time, at three sizes.

use std::time::{Duration, Instant};

use kortisto_tests::perfect::World;
use register::replica::{Command, PeerState};

use crate::sample;
use crate::table::{Table, ms, percentile};

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
const BATCH: usize = 256;
/// Reconnects at each size, of which the middle counts.
const TRIES: usize = 25;
/// The bound on application bytes each way.
const BYTES: usize = 400;

pub(crate) fn run(table: &mut Table) {
    let mut times: Vec<Duration> = Vec::new();
    for size in SIZES {
        let mut world = World::new(2);
        world.connect(0, 1);
        world.disconnect(0, 1);
        for first in (0..size).step_by(BATCH) {
            let clients = (first..size.min(first + BATCH))
                .map(|number| sample::client(number, 0))
                .collect();
            world.command(0, Command::Import(clients)).unwrap();
        }
        world.connect(0, 1);
        world.disconnect(0, 1);
        world.restart(0);
        world.restart(1);
        let reads = |world: &World| {
            world
                .nodes
                .iter()
                .map(|node| node.store.reads.get())
                .sum::<usize>()
        };
        let before = reads(&world);
        let mut most = 0;
        let mut took: Vec<Duration> = (0..TRIES)
            .map(|_| {
                world.sent = vec![0, 0];
                let start = Instant::now();
                world.connect(0, 1);
                let elapsed = start.elapsed();
                most = most.max(world.sent.iter().copied().max().unwrap());
                world.disconnect(0, 1);
                elapsed
            })
            .collect();
        times.push(percentile(&mut took, 0.5));
        let opened = reads(&world) - before;
        world.connect(0, 1);
        let agreed = world.state(0, 1).0 == PeerState::Agreed
            && world.nodes[1].replica.report().clients == size;
        table.add(
            format!("reconnect with nothing new at {size} records"),
            format!(
                "{most} B each way, {opened} documents opened, {}",
                ms(times[times.len() - 1])
            ),
            format!("<= {BYTES} B, one round trip, none opened"),
            agreed && most <= BYTES && opened == 0,
        );
    }
    let ratio = times[2].as_secs_f64() / times[0].as_secs_f64();
    table.add(
        "the same, 100,000 over 1,000 records",
        format!("x {ratio:.2}"),
        "flat (<= 2)",
        ratio <= 2.0,
    );
}
