//! How a node stands, as numbers for Prometheus: on loopback, and only when the settings say so.
//!
//! Premises are told apart by node id. What is deliberately absent: names, ids of records, addresses.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use console::desk::{BackupState, Place, Took};
use console::line::Lines as _;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use register::id::NodeId;
use register::replica::{PeerReport, PeerState, Report};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock;
use crate::line::Wire;
use crate::standing;
use crate::turn::Office;

/// The first bucket of request times, seconds; each is twice the one before.
const FIRST_BUCKET: f64 = 0.001;
/// So many buckets: up to 16 seconds.
const BUCKETS: u16 = 15;

/// Where the numbers come from. Clones share it.
#[derive(Clone)]
pub struct Metrics {
    office: Office,
    wire: Wire,
    place: watch::Receiver<Place>,
    backup: watch::Receiver<Option<BackupState>>,
    requests: Histogram,
}

impl core::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Metrics")
    }
}

/// Which peer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Peer {
    node: String,
}

/// Which way over a line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Way {
    node: String,
    direction: &'static str,
}

type PeerGauge = Family<Peer, Gauge<f64, AtomicU64>>;

impl Metrics {
    /// Numbers of the node that `office` asks.
    #[must_use]
    pub fn new(
        office: Office,
        wire: Wire,
        place: watch::Receiver<Place>,
        backup: watch::Receiver<Option<BackupState>>,
    ) -> Self {
        Self {
            office,
            wire,
            place,
            backup,
            requests: Histogram::new(exponential_buckets(FIRST_BUCKET, 2.0, BUCKETS)),
        }
    }

    /// Takes down how long the console's requests take.
    #[must_use]
    pub fn took(&self) -> Took {
        let requests = self.requests.clone();
        Arc::new(move |time: Duration| requests.observe(time.as_secs_f64()))
    }

    /// Every number, in the text form of OpenMetrics; `None` when it can't be written.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let mut registry = Registry::with_prefix("kortisto");
        let report = self.office.report().borrow().clone();
        let now = clock::now();
        own(&mut registry, &report);
        self.kept(&mut registry, now);
        self.peers(&mut registry, &report);
        self.traffic(&mut registry);
        registry.register(
            "console_request_seconds",
            "Time until the console's answers began",
            self.requests.clone(),
        );
        let mut text = String::new();
        encode(&mut text, &registry).ok()?;
        Some(text)
    }

    /// Backups, the disk and the certificate. What is not known is left out.
    fn kept(&self, registry: &mut Registry, now: Timestamp) {
        let backup = self.backup.borrow().and_then(|backup| backup.good);
        let place = *self.place.borrow();
        let certificate = self.wire.standing().certificate;
        let known = [
            (
                "backup_age_seconds",
                "Age of the last backup that read back whole",
                backup.map(|at| now.duration_since(at).as_secs_f64()),
            ),
            (
                "disk_free_bytes",
                "Bytes free on the node's volume",
                place.free.map(|bytes| bytes as f64),
            ),
            (
                "disk_used_bytes",
                "Bytes of the node's directory",
                place.used.map(|bytes| bytes as f64),
            ),
            (
                "certificate_expiry_timestamp_seconds",
                "When the node's certificate runs out",
                certificate.map(|valid| valid.until.as_second() as f64),
            ),
        ];
        for (name, help, value) in known {
            if let Some(value) = value {
                registry.register(name, help, ConstGauge::new(value));
            }
        }
    }

    fn peers(&self, registry: &mut Registry, report: &Report) {
        let lines = self.wire.standing();
        let mut family = |name: &str, help: &str, of: &dyn Fn(&PeerReport) -> Option<f64>| {
            let gauges = PeerGauge::default();
            for peer in &report.peers {
                if let Some(value) = of(peer) {
                    gauges.get_or_create(&label(peer.peer)).set(value);
                }
            }
            registry.register(name, help, gauges);
        };
        let line = |peer: &PeerReport| lines.peers.get(&peer.peer).cloned();
        let second = |at: Option<Timestamp>| at.map(|at| at.as_second() as f64);
        family("peer_up", "Whether the peer is connected", &|peer| {
            Some(truth(peer.state != PeerState::Apart))
        });
        family("peer_agreed", "Whether both hold the same", &|peer| {
            Some(truth(peer.state == PeerState::Agreed))
        });
        family(
            "peer_agreed_timestamp_seconds",
            "When both last held the same",
            &|peer| second(peer.agreed),
        );
        family(
            "peer_heard_timestamp_seconds",
            "When the peer was last heard",
            &|peer| second(peer.heard),
        );
        family(
            "peer_checked_timestamp_seconds",
            "When everything was last compared",
            &|peer| second(peer.checked),
        );
        family(
            "peer_round_trip_seconds",
            "How long a word takes there and back",
            &|peer| Some(line(peer)?.round_trip?.as_secs_f64()),
        );
        family(
            "peer_waiting_records",
            "Records changed here that the peer has not acknowledged",
            &|peer| Some(peer.waiting as f64),
        );
        family(
            "peer_clock_ahead_seconds",
            "How far the peer's clock is ahead",
            &|peer| peer.clock_ahead.map(|ahead| ahead as f64),
        );
        family("peer_records", "Records that the peer holds", &|peer| {
            standing::records_of(peer, report.records).map(|records| records as f64)
        });
        family(
            "peer_certificate_expiry_timestamp_seconds",
            "When the peer's certificate runs out",
            &|peer| second(line(peer)?.certificate_until),
        );
    }

    fn traffic(&self, registry: &mut Registry) {
        let frames = Family::<Way, Counter>::default();
        let bytes = Family::<Way, Counter>::default();
        for (node, traffic) in self.wire.traffic() {
            for (direction, frame_count, byte_count) in [
                ("sent", traffic.frames.0, traffic.bytes.0),
                ("received", traffic.frames.1, traffic.bytes.1),
            ] {
                let node = node.to_string();
                let way = Way { node, direction };
                frames.get_or_create(&way).inc_by(frame_count);
                bytes.get_or_create(&way).inc_by(byte_count);
            }
        }
        registry.register("peer_frames", "Frames since the node started", frames);
        registry.register(
            "peer_bytes",
            "Bytes on the wire since the node started",
            bytes,
        );
    }
}

/// What the node says of itself.
fn own(registry: &mut Registry, report: &Report) {
    let version = vec![("version", env!("CARGO_PKG_VERSION"))];
    registry.register("program", "The node's program", Info::new(version));
    let numbers = [
        ("clients", "Client cards", report.clients),
        ("records", "Records of any kind", report.records),
        (
            "ledger_entries",
            "Entries of the ledger of erasures",
            report.ledger,
        ),
        (
            "unconfirmed_erasures",
            "Erasures that a premises has not confirmed",
            report.unconfirmed,
        ),
        (
            "met_erasures",
            "Edits made here that met an erasure",
            report.met.len(),
        ),
        (
            "overdue_cards",
            "Cards past their time that are not deleted yet",
            report.retention.cards,
        ),
    ];
    for (name, help, number) in numbers {
        registry.register(name, help, ConstGauge::new(number as f64));
    }
    let states = [
        (
            "quarantine",
            "Whether the node shows nobody",
            report.quarantine.is_some(),
        ),
        (
            "revoked",
            "Whether another premises has put the node out of use",
            report.revoked,
        ),
    ];
    for (name, help, state) in states {
        registry.register(name, help, ConstGauge::new(truth(state)));
    }
}

fn label(node: NodeId) -> Peer {
    Peer {
        node: node.to_string(),
    }
}

const fn truth(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

/// Serves the numbers at `/metrics`, until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Metrics) {
    if let Err(error) = console::numbers::serve(listener, move || metrics.text()).await {
        tracing::error!(why = %error, "metrics are no longer served");
    }
}
