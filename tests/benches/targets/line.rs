//! The line between two real nodes: one edit at three delays, the first one after a cut, a narrow line, and many premises.

mod bulk;
mod many;

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use kortisto_tests::pair::Pair;
use kortisto_tests::relay::{Relay, Weather};
use kortisto_tests::web::Visitor;

use crate::premises::latency;
use crate::table::{Table, ms, percentile};

/// One way, milliseconds.
const DELAYS: [u64; 3] = [0, 20, 80];
const EDITS: usize = 30;
const TRIES: usize = 40;
/// Longer than a silent line is kept.
const CUT: Duration = Duration::from_secs(15);
const CUTS: usize = 5;

pub(crate) fn run(table: &mut Table) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(table)).unwrap();
}

async fn measure(table: &mut Table) -> anyhow::Result<()> {
    let parent = tempfile::tempdir()?;
    let pair = Pair::start(parent.path(), 5).await?;
    let owner = pair.first.owner_first().await?;
    let second = pair.owner_at_second().await?;
    for delay in DELAYS.map(Duration::from_millis) {
        pair.line.set(weather(delay));
        let mut times = latency::edits(&owner, &second, EDITS).await?;
        let measured = percentile(&mut times, 0.5);
        let (sync, one_way) = (latency::sync(parent.path())?, one_way(delay)?);
        let ratio = measured.as_secs_f64() / (one_way + 2 * sync).as_secs_f64();
        table.add(
            format!("one edit seen at the other premises, {} one way", ms(delay)),
            format!(
                "{} against {} + 2 x {}: x {ratio:.2}",
                ms(measured),
                ms(one_way),
                ms(sync)
            ),
            "<= 1.3 x",
            ratio <= 1.3,
        );
    }
    pair.line.heal();
    cuts(table, &pair, &owner, &second).await?;
    drop(pair);
    bulk::run(table).await?;
    many::run(table);
    Ok(())
}

fn weather(delay: Duration) -> Weather {
    Weather {
        delay,
        ..Weather::default()
    }
}

/// One way of a datagram through such a line, median.
fn one_way(delay: Duration) -> anyhow::Result<Duration> {
    let (here, there) = (
        UdpSocket::bind("127.0.0.1:0")?,
        UdpSocket::bind("127.0.0.1:0")?,
    );
    let relay = Relay::open(9, here.local_addr()?, there.local_addr()?)?;
    relay.set(weather(delay));
    let mut buffer = [0; 64];
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let since = Instant::now();
        here.send_to(&[1; 64], relay.near())?;
        there.recv_from(&mut buffer)?;
        times.push(since.elapsed());
    }
    Ok(percentile(&mut times, 0.5))
}

/// An edit made during a cut, from the line's return until it is seen.
async fn cuts(
    table: &mut Table,
    pair: &Pair,
    owner: &Visitor,
    second: &Visitor,
) -> anyhow::Result<()> {
    let client = owner
        .add_client(&[("last", "Katko"), ("first", "Pitkä")])
        .await?;
    let mut times = Vec::with_capacity(CUTS);
    for at in 0..CUTS {
        let mut stream = second.events().await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        pair.line.cut();
        stream.quiet(CUT).await?;
        let name = format!("Nimi{at}");
        owner.edit_contact(&client, &[("first", &name)]).await?;
        pair.line.heal();
        let since = Instant::now();
        stream.changed(&client).await?;
        times.push(since.elapsed());
    }
    let (middle, worst) = (percentile(&mut times, 0.5), percentile(&mut times, 1.0));
    table.add(
        format!(
            "an edit made in a cut of {} s, from the line's return",
            CUT.as_secs()
        ),
        format!("{}, slowest {}", ms(middle), ms(worst)),
        "<= 5 s",
        worst <= Duration::from_secs(5),
    );
    Ok(())
}
