//! A narrow line: how much of it the first arrival of a register uses, alone, beside live edits, and against a bare QUIC
//! stream; and what a reconnect costs on it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kortisto_tests::node::Node;
use kortisto_tests::pair::Pair;
use kortisto_tests::relay::{Direction, Relay, Weather};
use kortisto_tests::waiting;

use crate::premises::latency;
use crate::premises::write_register;
use crate::table::{Table, ms, percentile};

/// 5 Mbit/s.
const RATE: u32 = 625_000;
const ONE_WAY: Duration = Duration::from_millis(10);
/// Clients that travel, with their treatments.
const CLIENTS: usize = 2_500;
const EDITS: usize = 60;
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a line has to be idle until it is taken to cost no more than signs of life.
const IDLE: Duration = Duration::from_secs(6);

fn weather() -> Weather {
    Weather {
        delay: ONE_WAY,
        bytes_per_second: Some(RATE),
        ..Weather::default()
    }
}

/// Bytes in a direction in a time, as a share of the line.
fn share(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / took.as_secs_f64() / f64::from(RATE)
}

pub(super) async fn run(table: &mut Table) -> anyhow::Result<()> {
    let (bytes, alone) = arrival(table, false).await?;
    let (_, beside) = arrival(table, true).await?;
    let bare = bare(bytes).await?;
    table.add(
        "the first arrival of a register at 5 Mbit/s, of the line, alone and beside edits",
        format!("{:.0} % and {:.0} %", alone * 100.0, beside * 100.0),
        ">= 90 % beside edits",
        beside >= 0.9,
    );
    let ratio = alone / bare;
    table.add(
        "the same against a bare QUIC stream of as many bytes",
        format!("x {ratio:.2}"),
        ">= 0.9",
        ratio >= 0.9,
    );
    reconnect(table).await
}

/// A register arrives; with `edits`, people edit meanwhile. Returns how many bytes passed, and their share of the line.
async fn arrival(table: &mut Table, edits: bool) -> anyhow::Result<(u64, f64)> {
    let parent = tempfile::tempdir()?;
    let pair = Pair::start(parent.path(), 6).await?;
    let owner = pair.first.owner_first().await?;
    let second = pair.owner_at_second().await?;
    let (people, treatments) = write_register(parent.path(), CLIENTS)?;
    pair.line.cut();
    pair.first.import(&people, Some(&treatments))?.fine()?;
    pair.line.set(weather());
    let (since, before) = (Instant::now(), pair.line.carried(Direction::Forth));
    let arrived = holds(&pair.second, CLIENTS);
    let mut took = Duration::ZERO;
    if edits {
        let arrived = async {
            arrived.await?;
            took = since.elapsed();
            anyhow::Ok(())
        };
        let edited = async { latency::edits(&owner, &second, EDITS).await };
        let (arrived, edited) = tokio::join!(arrived, edited);
        arrived?;
        let mut times = edited?;
        let p99 = percentile(&mut times, 0.99);
        table.add(
            format!(
                "edits seen at the other premises beside that, {} one way",
                ms(ONE_WAY)
            ),
            format!("p50 {}, p99 {}", ms(percentile(&mut times, 0.5)), ms(p99)),
            "p99 <= 75 ms",
            p99 <= Duration::from_millis(75),
        );
    } else {
        arrived.await?;
        took = since.elapsed();
    }
    let bytes = pair.line.carried(Direction::Forth) - before;
    Ok((bytes, share(bytes, took)))
}

async fn holds(node: &Node, clients: usize) -> anyhow::Result<()> {
    waiting::until("the register has arrived", PATIENCE, async || {
        let status = node.status()?;
        Ok((status["clients"].as_u64() >= Some(clients as u64)).then_some(()))
    })
    .await
}

/// The share of such a line that one stream of so many bytes uses, with quinn's own settings.
async fn bare(bytes: u64) -> anyhow::Result<f64> {
    let (server, certificate) = server()?;
    let client = quinn::Endpoint::client(loopback())?;
    let relay = Relay::open(6, client.local_addr()?, server.local_addr()?)?;
    relay.set(weather());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate)?;
    let config = quinn::ClientConfig::with_root_certificates(Arc::new(roots))?;
    let taking = tokio::spawn(async move {
        let incoming = server.accept().await.unwrap();
        let mut stream = incoming.await.unwrap().accept_uni().await.unwrap();
        while let Some(chunk) = stream.read_chunk(64 * 1024, true).await.unwrap() {
            std::hint::black_box(chunk);
        }
    });
    let connection = client
        .connect_with(config, relay.near(), "localhost")?
        .await?;
    let since = Instant::now();
    let mut stream = connection.open_uni().await?;
    let block = vec![7; 64 * 1024];
    let mut left = usize::try_from(bytes)?;
    while left > 0 {
        let part = left.min(block.len());
        stream.write_all(&block[..part]).await?;
        left -= part;
    }
    stream.finish()?;
    taking.await?;
    Ok(share(relay.carried(Direction::Forth), since.elapsed()))
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn server() -> anyhow::Result<(quinn::Endpoint, rustls::pki_types::CertificateDer<'static>)> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = quinn::ServerConfig::with_single_cert(vec![certificate.clone()], key.into())?;
    Ok((quinn::Endpoint::server(config, loopback())?, certificate))
}

/// What is sent when a line comes back and nobody has anything new, beyond what an idle line costs.
async fn reconnect(table: &mut Table) -> anyhow::Result<()> {
    let parent = tempfile::tempdir()?;
    let mut pair = Pair::start(parent.path(), 7).await?;
    let owner = pair.first.owner_first().await?;
    owner
        .add_client(&[("last", "Ainoa"), ("first", "Aino")])
        .await?;
    pair.agreed(PATIENCE).await?;
    let sum =
        |pair: &Pair| pair.line.carried(Direction::Forth) + pair.line.carried(Direction::Back);
    tokio::time::sleep(IDLE).await;
    let before = sum(&pair);
    tokio::time::sleep(IDLE).await;
    let idle = sum(&pair) - before;
    pair.second.stop()?;
    let before = sum(&pair);
    let since = Instant::now();
    pair.second.start().await?;
    waiting::until("they agree", PATIENCE, async || {
        let status = pair.second.status()?;
        Ok((status["peers"][0]["state"] == "agreed").then_some(()))
    })
    .await?;
    tokio::time::sleep(IDLE.saturating_sub(since.elapsed())).await;
    let passed = sum(&pair) - before;
    table.add(
        "a reconnect with nothing new, on the wire with QUIC and TLS, against as long an idle line",
        format!("{passed} B against {idle} B in {} s", IDLE.as_secs()),
        "no target",
        true,
    );
    Ok(())
}
