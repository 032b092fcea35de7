//! One premises' link, running in a namespace.

use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use link::identity::Identity;
use link::{Event, LineStanding, Link, LinkSettings};
use register::replica::Peer;
use tokio::sync::oneshot;

use crate::space::Network;

/// How long a line may take to open when nothing is in its way.
pub(crate) const SOON: Duration = Duration::from_secs(5);

/// Who a premises is, whether it runs or not.
pub(crate) struct Who {
    pub(crate) identity: Identity,
    /// Where others dial it.
    pub(crate) address: &'static str,
}

impl Who {
    pub(crate) fn at(address: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::create(directory.path()).unwrap();
        Self { identity, address }
    }

    /// This premises as a peer of another, which may or may not know where it is.
    fn peer(&self) -> Peer {
        let addresses = Some(self.address.to_owned()).filter(|address| !address.is_empty());
        Peer {
            node: self.identity.node(),
            keys: vec![*self.identity.peer_id().claimed().key()],
            addresses: addresses.into_iter().collect(),
        }
    }
}

/// A running link.
pub(crate) struct Premises {
    pub(crate) link: Link,
    events: Receiver<Event>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Premises {
    /// Starts the link of `who` in a namespace, on port 7440, as a peer of `others`.
    pub(crate) fn start(network: &Network, name: &str, who: &Who, others: &[&Who]) -> Self {
        Self::start_with(network, name, who, others, LinkSettings::default())
    }

    pub(crate) fn start_with(
        network: &Network,
        name: &str,
        who: &Who,
        others: &[&Who],
        settings: LinkSettings,
    ) -> Self {
        let enter = network.door(name);
        let identity = who.identity.clone();
        let peers: Vec<Peer> = others.iter().map(|other| other.peer()).collect();
        let (started, link) = channel();
        let (forward, events) = channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            enter();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listen = "[::]:7440".parse().unwrap();
                let (link, mut events) = Link::start(identity, listen, peers, settings).unwrap();
                started.send(link.clone()).unwrap();
                let pump = tokio::spawn(async move {
                    while let Some(event) = events.recv().await {
                        // The test has heard enough.
                        let _ = forward.send(event);
                    }
                });
                // Dropped counts as told.
                let _ = stopped.await;
                link.shutdown().await;
                pump.abort();
            });
        });
        Self {
            link: link.recv_timeout(SOON).unwrap(),
            events,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// How the line to another stands.
    pub(crate) fn standing(&self, other: &Who) -> LineStanding {
        let mut all = self.link.standing();
        all.remove(&other.identity.node()).unwrap()
    }

    /// Waits until the line to another stands as wanted. Returns how long that took.
    pub(crate) fn until(
        &self,
        other: &Who,
        limit: Duration,
        wanted: impl Fn(&LineStanding) -> bool,
    ) -> Duration {
        let started = Instant::now();
        while !wanted(&self.standing(other)) {
            assert!(started.elapsed() < limit, "{:?}", self.standing(other));
            std::thread::sleep(Duration::from_millis(20));
        }
        started.elapsed()
    }

    /// What has happened since this was last asked.
    pub(crate) fn happened(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }
}

impl Drop for Premises {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, the test has heard of it by what it didn't do.
            let _ = thread.join();
        }
    }
}

/// Waits until frames that are sent from now on arrive both ways. Returns how long that took.
pub(crate) fn data_flows(a: (&Premises, &Who), b: (&Premises, &Who), limit: Duration) -> Duration {
    let mut word = [0; 16];
    getrandom(&mut word);
    a.0.happened();
    b.0.happened();
    let started = Instant::now();
    let (mut at_a, mut at_b) = (false, false);
    while !(at_a && at_b) {
        assert!(
            started.elapsed() < limit,
            "no data both ways within {limit:?}: {:?} {:?}",
            a.0.standing(b.1),
            b.0.standing(a.1)
        );
        // Refused while there is no line: it is sent again.
        let _ = a.0.link.send(b.1.identity.node(), word.to_vec());
        let _ = b.0.link.send(a.1.identity.node(), word.to_vec());
        std::thread::sleep(Duration::from_millis(20));
        let arrived = |events: Vec<Event>| {
            events
                .iter()
                .any(|event| matches!(event, Event::Frame { bytes, .. } if *bytes == word))
        };
        at_a |= arrived(a.0.happened());
        at_b |= arrived(b.0.happened());
    }
    started.elapsed()
}

/// A word that no earlier frame held.
fn getrandom(word: &mut [u8; 16]) {
    use std::hash::{BuildHasher, RandomState};
    let number = RandomState::new().hash_one(0);
    word.iter_mut()
        .zip(number.to_be_bytes())
        .for_each(|(to, from)| *to = from);
}
