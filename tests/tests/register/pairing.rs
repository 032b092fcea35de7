//! What the page of pairing shows at every step, over a node that a test makes up.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use console::desk::{Asked, Desk};
use console::line::LineCheck;
use console::pairing::{Other, Pair, Pairing, PairingFault};
use jiff::{SignedDuration, Timestamp};
use kortisto_tests::node::PASSWORD;
use kortisto_tests::web::Visitor;
use register::directory::Directory;
use register::id::{NodeId, RecordId};
use register::people::Role;
use register::replica::{Answer, Command, PeerState, Report};
use tokio::sync::{broadcast, mpsc, watch};

use super::alarms::{Fixed, quiet, user};

const NODE: NodeId = NodeId::from_bytes([1; 16]);
const OWNER: RecordId = RecordId::from_bytes([4; 16]);
const PEER: NodeId = NodeId::from_bytes([2; 16]);
const FAULTS: [PairingFault; 25] = [
    PairingFault::NotOne,
    PairingFault::Mistyped,
    PairingFault::Newer,
    PairingFault::Address,
    PairingFault::NoAddress,
    PairingFault::Busy,
    PairingFault::Unable,
    PairingFault::Unreachable,
    PairingFault::OtherNode,
    PairingFault::Clock,
    PairingFault::Late,
    PairingFault::Spent,
    PairingFault::Guessed,
    PairingFault::Cancelled,
    PairingFault::Lost,
    PairingFault::Unfinished,
    PairingFault::TwoRegisters,
    PairingFault::OutdatedHere,
    PairingFault::OutdatedThere,
    PairingFault::RevokedHere,
    PairingFault::RevokedThere,
    PairingFault::OtherKey,
    PairingFault::Oneself,
    PairingFault::Copy,
    PairingFault::NotStored,
];

/// Seconds since the consoles of this process began.
static SINCE: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::from_second(1_800_000_000 + SINCE.load(Ordering::SeqCst)).unwrap()
}

/// A node that is wherever a test puts it.
struct Stage {
    now: Mutex<Pairing>,
    changed: watch::Sender<u64>,
}

impl Pair for Stage {
    fn stage(&self) -> Pairing {
        self.now.lock().unwrap().clone()
    }

    fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn invite(&self, _: &str) -> Result<(), PairingFault> {
        Err(PairingFault::NoAddress)
    }

    fn accept(&self, _: &str) -> Result<(), PairingFault> {
        Err(PairingFault::Busy)
    }

    fn confirm(&self, _: &str) -> bool {
        false
    }

    fn cancel(&self) {
        *self.now.lock().unwrap() = Pairing::Idle;
    }
}

struct House {
    stage: Arc<Stage>,
    report: watch::Sender<Report>,
    owner: Visitor,
}

fn report(clients: usize, state: PeerState, waiting: usize) -> Report {
    let mut report = quiet();
    report.clients = clients;
    report.records = clients;
    for peer in &mut report.peers {
        peer.state = state;
        peer.waiting = waiting;
    }
    report
}

impl House {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (commands, mut asked) = mpsc::channel(16);
        let mut directory = Directory::default();
        directory.apply(user(OWNER, "Omistaja", Role::Owner));
        let stage = Arc::new(Stage {
            now: Mutex::new(Pairing::Idle),
            changed: watch::Sender::new(0),
        });
        let report = watch::Sender::new(report(0, PeerState::Apart, 0));
        let desk = Desk {
            idle: SignedDuration::from_hours(1),
            node: NODE,
            premises: "Poikuekatu".to_owned(),
            commands,
            directory: Arc::new(RwLock::new(directory)),
            report: report.subscribe(),
            backup: watch::channel(None).1,
            post: None,
            pair: Some(Arc::<Stage>::clone(&stage)),
            prepare_key: None,
            place: watch::channel(console::desk::Place::default()).1,
            audit: watch::channel(None).1,
            check_audit: Arc::default(),
            lines: Arc::<Fixed>::default(),
            line_check: watch::channel(LineCheck::default()).1,
            check_lines: Arc::default(),
            program: "0.1.0",
            took: None,
            changes: broadcast::Sender::new(16),
        };
        tokio::spawn(async move {
            while let Some(Asked { command, reply }) = asked.recv().await {
                let Command::Audit(_) = command else {
                    panic!("{command:?}")
                };
                reply.send(Ok(Answer::Done)).unwrap();
            }
        });
        tokio::spawn(console::serve(
            listener,
            desk,
            clock,
            std::future::pending(),
        ));
        let owner = Visitor::new(address).unwrap();
        owner.log_in("Omistaja", PASSWORD).await.unwrap();
        Self {
            stage,
            report,
            owner,
        }
    }

    async fn shows(&self, stage: Pairing) -> String {
        *self.stage.now.lock().unwrap() = stage;
        self.owner.open("/pair").await.unwrap().html
    }
}

fn other(clients: u64) -> Other {
    Other {
        node: PEER,
        premises: "Aleksanterinkatu".to_owned(),
        clients,
    }
}

#[tokio::test]
async fn the_register_on_its_way_is_counted_until_both_hold_the_same() {
    let house = House::open().await;
    for (here, state, waiting, words) in [
        (
            3_412,
            PeerState::Exchanging,
            0,
            "Rekisteri saapuu: 3\u{a0}412 / 20\u{a0}000",
        ),
        (0, PeerState::Apart, 0, "Rekisteri saapuu: 0 / 20\u{a0}000"),
        (
            20_000,
            PeerState::Exchanging,
            0,
            "Tietoja siirretään ja verrataan",
        ),
        (20_000, PeerState::Agreed, 2, "2 korttia odottaa siirtoa"),
        (20_000, PeerState::Apart, 0, "Yhteyttä avataan"),
        (
            20_000,
            PeerState::Agreed,
            0,
            "Valmis: molemmissa on samat tiedot",
        ),
    ] {
        house.report.send_replace(report(here, state, waiting));
        let html = house.shows(Pairing::Paired(other(20_000))).await;
        assert!(html.contains(words), "{words}");
        let bar = html.contains("<progress");
        assert_eq!(bar, here < 20_000, "{words}");
        if bar {
            assert!(html.contains(&format!("max=\"20000\" value=\"{here}\"")));
        }
    }
}

#[tokio::test]
async fn a_node_that_started_anew_still_shows_how_much_of_the_register_has_arrived() {
    let house = House::open().await;
    let known = |agreed: Option<Timestamp>, here: usize| {
        let mut report = report(here, PeerState::Exchanging, 0);
        for peer in &mut report.peers {
            (peer.agreed, peer.records) = (agreed, Some(20_000));
        }
        report
    };
    house.report.send_replace(known(None, 3_412));
    let html = house.shows(Pairing::Idle).await;
    assert!(
        html.contains("Rekisteri saapuu: 3\u{a0}412 / 20\u{a0}000"),
        "{html}"
    );
    assert!(html.contains("max=\"20000\" value=\"3412\""));
    let mut stuck = known(None, 3_412);
    for peer in &mut stuck.peers {
        peer.state = PeerState::OtherVersion;
    }
    house.report.send_replace(stuck);
    let html = house.shows(Pairing::Idle).await;
    assert!(!html.contains("Rekisteri saapuu"), "nothing can come");
    house.report.send_replace(known(Some(clock()), 3_412));
    let html = house.shows(Pairing::Idle).await;
    assert!(!html.contains("Rekisteri saapuu") && !html.contains("<progress"));
}

#[tokio::test]
async fn every_fault_says_what_to_do_in_each_language() {
    let house = House::open().await;
    for language in ["fi", "sv", "en"] {
        let path = format!("/language/{language}?next=/pair");
        house.owner.open(&path).await.unwrap();
        let mut said = Vec::new();
        for fault in FAULTS {
            let html = house.shows(Pairing::Failed(fault)).await;
            let (_, strip) = html.split_once("role=\"alert\"").unwrap();
            let (_, sentence) = strip.split_once("<span>").unwrap();
            let (sentence, _) = sentence.split_once("</span>").unwrap();
            assert!(sentence.len() > 20 && sentence.ends_with('.'), "{sentence}");
            said.push(sentence.to_owned());
        }
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), FAULTS.len(), "each has its own sentence");
    }
}

#[tokio::test]
async fn without_the_password_a_moment_ago_nothing_is_begun_or_confirmed() {
    let house = House::open().await;
    let comparing = Pairing::Comparing {
        phrase: "hama jape kuli".to_owned(),
        other: other(0),
        here: false,
        there: true,
    };
    let page = house.owner.open("/pair").await.unwrap();
    let invite = page.form("/pair/invite").unwrap();
    assert!(
        house
            .shows(comparing.clone())
            .await
            .contains("action=\"/pair/confirm\"")
    );
    // The password counts for five minutes.
    SINCE.fetch_add(6 * 60, Ordering::SeqCst);
    let html = house.shows(comparing).await;
    assert!(html.contains("hama jape kuli") && html.contains("/confirm?next=/pair"));
    assert!(!html.contains("action=\"/pair/confirm\"") && html.contains("action=\"/pair/cancel\""));
    let html = house.shows(Pairing::Idle).await;
    assert!(!html.contains("action=\"/pair/invite\"") && html.contains("/confirm?next=/pair"));
    let led = house.owner.save(&invite).await.unwrap();
    assert!(led.starts_with("/confirm"), "{led}");
}
