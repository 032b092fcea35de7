//! A peer that was paired and lies: it sits between two premises that trust it, and spoils, doubles, blows up and
//! makes up what they say to each other. It costs each a line, and neither a client, the memory nor the console.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use kortisto_tests::node::Node;
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::sample::Register;
use kortisto_tests::spoil::spoil;
use kortisto_tests::waiting;
use link::identity::{ClaimedId, Identity};
use link::{Event, FRAME_LIMIT, Link, LinkSettings};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use register::id::NodeId;
use register::replica::{Fault, Peer};
use tokio::sync::mpsc::Receiver;

/// How long it lies.
const LIES: Duration = Duration::from_secs(12);
/// How much memory that may take, kB: a frame of the largest size, and what becomes of it.
const GROWTH_KB: u64 = 400 * 1024;
/// How long any page may take meanwhile.
const PAGE_TIME: Duration = Duration::from_secs(2);

/// One end of the liar's: the line to one of the two, and the frames of the other that wait for it.
struct End {
    link: Link,
    events: Receiver<Event>,
    node: NodeId,
    up: bool,
    waiting: Vec<Vec<u8>>,
}

impl End {
    /// Opens the liar's line to a node, and lets the node take the liar for a peer.
    fn open(identity: &Identity, to: &Node) -> Self {
        let claimed: ClaimedId = to.id().unwrap().parse().unwrap();
        let peer = Peer::new(*claimed.key(), to.link().to_string());
        let node = peer.node;
        let listen = "127.0.0.1:0".parse().unwrap();
        let settings = LinkSettings::default();
        let (link, events) = Link::start(identity.clone(), listen, vec![peer], settings).unwrap();
        let (id, address) = (
            identity.peer_id().to_string(),
            link.local_addr().to_string(),
        );
        to.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
        Self {
            link,
            events,
            node,
            up: false,
            waiting: Vec::new(),
        }
    }

    fn pass_on(&mut self, frame: Vec<u8>) {
        if self.up {
            // A line that has just broken is told of by an event.
            let _ = self.link.send(self.node, frame);
        } else {
            self.waiting.push(frame);
        }
    }

    /// Follows what happened on the line. Returns a frame of the node's, and whether the line went.
    fn follow(&mut self, event: Event) -> (Option<Vec<u8>>, bool) {
        match event {
            Event::Up { .. } => {
                self.up = true;
                for frame in core::mem::take(&mut self.waiting) {
                    let _ = self.link.send(self.node, frame);
                }
            }
            Event::Down { .. } => {
                self.up = false;
                return (None, true);
            }
            Event::Frame { bytes, .. } => return (Some(bytes), false),
            Event::Stranger { .. } => {}
        }
        (None, false)
    }

    /// Both sides have to greet each other anew.
    fn begin_again(&mut self) {
        self.waiting.clear();
        self.link.close(self.node, Fault::Frame);
    }
}

/// Passes frames between two nodes; while it lies, not as they were.
async fn lie(mut here: End, mut there: End, lies: Arc<AtomicBool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    loop {
        let (event, from_here) = tokio::select! {
            Some(event) = here.events.recv() => (event, true),
            Some(event) = there.events.recv() => (event, false),
            else => return,
        };
        let (from, to) = if from_here {
            (&mut here, &mut there)
        } else {
            (&mut there, &mut here)
        };
        let (frame, broken) = from.follow(event);
        if broken {
            from.waiting.clear();
            to.begin_again();
        }
        let Some(mut frame) = frame else { continue };
        if !lies.load(Ordering::Relaxed) {
            to.pass_on(frame);
            continue;
        }
        match rng.next_u32() % 12 {
            0 | 1 => spoil(&mut frame, &mut rng),
            2 => from.pass_on(frame.clone()),
            3 => (0..50).for_each(|_| to.pass_on(frame.clone())),
            4 => frame.resize(FRAME_LIMIT, 0xdd),
            5 => continue,
            _ => {}
        }
        to.pass_on(frame);
    }
}

fn resident_kb(node: &Node) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid().unwrap())).unwrap();
    let fields: BTreeMap<&str, &str> = status
        .lines()
        .filter_map(|line| line.split_once(':'))
        .collect();
    let resident = fields["VmRSS"].trim().trim_end_matches(" kB");
    resident.parse().unwrap()
}

fn import(node: &Node, home: &Path, count: usize) {
    let files = Register::invented(86, count, crate::today())
        .write(&home.join(format!("{count}")))
        .unwrap();
    let imported = node.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
}

async fn holds(node: &Node, clients: usize) {
    waiting::until("the clients have come", AGREE_TIME, async || {
        Ok((node.status()?["clients"] == clients).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_peer_that_lies_costs_a_line_and_neither_clients_nor_memory_nor_the_console() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Node::init(home.path(), "Poikuekatu").unwrap();
    let mut second = Node::init(home.path(), "Aleksanterinkatu").unwrap();
    first.start().await.unwrap();
    second.start().await.unwrap();
    let owner = first.owner_first().await.unwrap();
    import(&first, home.path(), 10);
    let liar = tempfile::tempdir().unwrap();
    let liar = Identity::create(liar.path()).unwrap();
    let lies = Arc::new(AtomicBool::new(false));
    let (here, there) = (End::open(&liar, &first), End::open(&liar, &second));
    let lying = tokio::spawn(lie(here, there, Arc::clone(&lies)));
    holds(&second, 10).await;

    let before = [&first, &second].map(resident_kb);
    lies.store(true, Ordering::Relaxed);
    let (started, mut count, mut slowest, mut most) = (Instant::now(), 10, Duration::ZERO, [0; 2]);
    while started.elapsed() < LIES {
        count += 5;
        import(&first, home.path(), count);
        owner
            .add_client(&[("last", "Valehdeltu"), ("first", &format!("Nro {count}"))])
            .await
            .unwrap();
        let asked = Instant::now();
        assert!(owner.open("/clients").await.unwrap().status.is_success());
        slowest = slowest.max(asked.elapsed());
        let now = [&first, &second].map(resident_kb);
        most = [most[0].max(now[0]), most[1].max(now[1])];
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    lying.abort();
    assert!(slowest < PAGE_TIME, "a page took {slowest:?}");
    for (before, most) in before.into_iter().zip(most) {
        let grown = most.saturating_sub(before);
        assert!(grown < GROWTH_KB, "{grown} kB more");
    }
    let closed = [&first, &second].map(|node| node.log().unwrap().contains("broke the protocol"));
    assert!(closed.contains(&true), "no lie was bad enough");
    part(&liar, &first, &second);
    waiting::until("they agree", AGREE_TIME, async || {
        let status = second.status()?;
        let agreed = status["peers"]
            .as_array()
            .is_some_and(|all| all.iter().any(|peer| peer["state"] == "agreed"));
        anyhow::ensure!(agreed && first.export()? == second.export()?, "{status}");
        Ok(Some(()))
    })
    .await
    .unwrap();
    let (clients, made) = (first.clients().unwrap(), count + (count - 10) / 5);
    assert!(clients.len() >= made, "{} of {made}", clients.len());
    for node in [&first, &second] {
        let said = node.command(&["check"], &[]).unwrap();
        said.fine().unwrap();
    }
}

/// Takes the liar out from between the two, which are each other's peers from then on.
fn part(liar: &Identity, first: &Node, second: &Node) {
    for (node, other) in [(first, second), (second, first)] {
        let gone = liar.peer_id().to_string();
        node.command(&["peer", "remove"], &["--id", &gone])
            .unwrap()
            .fine()
            .unwrap();
        let (id, address) = (other.id().unwrap(), other.link().to_string());
        node.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
    }
}
