//! One edit: from the receptionist's click to an open page at the other premises, against the line and two disks.

use std::fs::File;
use std::io::Write;
use std::net::UdpSocket;
use std::path::Path;
use std::time::{Duration, Instant};

use kortisto_tests::node::Node;
use kortisto_tests::web::Visitor;

use crate::table::{Table, ms, percentile};

const TRIES: usize = 200;
/// After so long nothing more is heard of an edit.
const QUIET: Duration = Duration::from_millis(400);

/// Edits at the first node and waits for the change on an open page of the second.
pub(crate) async fn run(
    table: &mut Table,
    directory: &Path,
    first: &Node,
    second: &Visitor,
    edits: usize,
) -> anyhow::Result<()> {
    let owner = first.log_in(first.owner_name()).await?;
    let mut times = self::edits(&owner, second, edits).await?;
    let measured = percentile(&mut times, 0.5);
    let (sync, one_way) = (sync(directory)?, one_way()?);
    let reference = one_way + 2 * sync;
    let ratio = measured.as_secs_f64() / reference.as_secs_f64();
    table.add(
        "one edit to durable and seen at the other premises (median)",
        format!(
            "{} against {} + 2 x {}: x {ratio:.2}",
            ms(measured),
            ms(one_way),
            ms(sync)
        ),
        "<= 1.3 x",
        ratio <= 1.3,
    );
    Ok(())
}

/// How long each of some edits by `owner` takes until `second`, elsewhere, sees it.
pub(crate) async fn edits(
    owner: &Visitor,
    second: &Visitor,
    edits: usize,
) -> anyhow::Result<Vec<Duration>> {
    let client = owner
        .add_client(&[("last", "Mittaus"), ("first", "Yksi")])
        .await?;
    let mut stream = second.events().await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut times = Vec::with_capacity(edits);
    for at in 0..edits {
        let form = owner
            .contact_form(&client)
            .await?
            .with("first", &format!("Nimi{at}"));
        // An edit is heard of more than once.
        stream.quiet(QUIET).await?;
        let since = Instant::now();
        let saving = owner.save(&form);
        let hearing = async { stream.changed(&client).await.map(|()| since.elapsed()) };
        let (saved, heard) = tokio::join!(saving, hearing);
        saved?;
        times.push(heard?);
    }
    Ok(times)
}

/// One append of a small frame and its sync, median.
pub(crate) fn sync(directory: &Path) -> anyhow::Result<Duration> {
    let mut file = File::create(directory.join("sync"))?;
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let since = Instant::now();
        file.write_all(&[7; 2_048])?;
        file.sync_data()?;
        times.push(since.elapsed());
    }
    Ok(percentile(&mut times, 0.5))
}

/// One way of a datagram on loopback, median.
fn one_way() -> anyhow::Result<Duration> {
    let (here, there) = (
        UdpSocket::bind("127.0.0.1:0")?,
        UdpSocket::bind("127.0.0.1:0")?,
    );
    let mut buffer = [0; 64];
    let mut times = Vec::with_capacity(TRIES);
    for _ in 0..TRIES {
        let since = Instant::now();
        here.send_to(&[1; 64], there.local_addr()?)?;
        there.recv_from(&mut buffer)?;
        times.push(since.elapsed());
    }
    Ok(percentile(&mut times, 0.5))
}
