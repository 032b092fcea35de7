//! What a console tells everybody first, over a register that a test makes up: closed, with a clock in doubt, and so on.

mod premises;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use console::desk::{Asked, BackupFault, BackupState, Desk};
use console::line::{LineCheck, LineStanding, Lines};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use kortisto_tests::node::PASSWORD;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::audit::Act;
use register::card::Alert;
use register::clock::ClockTrouble;
use register::contact::Name;
use register::directory::{Directory, Summary, Update};
use register::document::Heads;
use register::edit::EditError;
use register::id::{Incarnation, NodeId, RecordId, RegisterId};
use register::people::{Profile, Role, Undertaking, User};
use register::replica::{
    Answer, Command, DueCard, Hold, Met, PeerReport, PeerState, Quarantine, Refusal, Report,
    RetentionReport,
};
use register::retention::Due;
use reqwest::StatusCode;
use tokio::sync::{Notify, broadcast, mpsc, watch};

const NODE: NodeId = NodeId::from_bytes([1; 16]);
const PEER: NodeId = NodeId::from_bytes([2; 16]);
const CLIENT: RecordId = RecordId::from_bytes([3; 16]);
const OWNER: RecordId = RecordId::from_bytes([4; 16]);
const STAFF: RecordId = RecordId::from_bytes([5; 16]);
const LAST: &str = "Unohtumaton";

/// A console, and what it was told to do that matters here.
struct House {
    report: watch::Sender<Report>,
    backup: watch::Sender<Option<BackupState>>,
    directory: Arc<RwLock<Directory>>,
    told: Arc<Mutex<Vec<String>>>,
    lines: Arc<Fixed>,
    line_check: watch::Sender<LineCheck>,
    check_lines: Arc<Notify>,
    address: std::net::SocketAddr,
}

/// Lines that stand as a test says.
#[derive(Default)]
pub(crate) struct Fixed(Mutex<LineStanding>);

impl Lines for Fixed {
    fn standing(&self) -> LineStanding {
        self.0.lock().unwrap().clone()
    }
}

pub(crate) fn quiet() -> Report {
    Report {
        node: NODE,
        register: RegisterId::from_bytes([9; 16]),
        incarnation: Incarnation::from_bytes([8; 16]),
        clients: 1,
        records: 3,
        ledger: 0,
        sequence: 1,
        peers: vec![PeerReport {
            peer: PEER,
            keys: vec![[2; 32]],
            addresses: vec!["127.0.0.1:1".to_owned()],
            state: PeerState::Apart,
            heard: None,
            agreed: None,
            waiting: 0,
            waiting_since: None,
            oldest: Vec::new(),
            users: Vec::new(),
            coming: false,
            knows_members: false,
            program: None,
            records: None,
            clock_ahead: None,
            checked: None,
            twin: None,
            older: None,
        }],
        unconfirmed: 0,
        retention: RetentionReport {
            cards: 0,
            users: 0,
            entries: 0,
            cards_soon: 0,
            oldest: None,
            hold: None,
            running: false,
        },
        quarantine: None,
        founder: false,
        revoked: false,
        out: Vec::new(),
        next_key: None,
        own_keys: Vec::new(),
        announced: std::collections::BTreeSet::new(),
        met: Vec::new(),
        logs: register::audit::query::Standing::default(),
    }
}

pub(crate) fn user(id: RecordId, name: &str, role: Role) -> Update {
    Update::User(Box::new(User {
        id,
        heads: Heads::new(Vec::new()),
        profile: Profile {
            name: name.to_owned(),
            role,
        },
        password: Some(console::hash_password(PASSWORD).unwrap()),
        setup: None,
        factor: None,
        quick: None,
        agreement: None,
        token: None,
        undertaking: Some(Undertaking {
            date: date(2026, 1, 1),
        }),
        disabled: false,
        ended: None,
    }))
}

fn directory() -> Directory {
    let mut directory = Directory::default();
    directory.apply(user(OWNER, "Omistaja", Role::Owner));
    directory.apply(user(STAFF, "Hoitaja", Role::Staff));
    let summary = Summary {
        name: Some(Name::new(LAST, "Äinö").unwrap()),
        birth_year: None,
        phones: Vec::new(),
        emails: Vec::new(),
        alert: Alert::NotAsked,
        patch_expires: None,
        made: None,
        last_visit: None,
        conflicts: 0,
        requests: Vec::new(),
        judged: Vec::new(),
        marketing: None,
        restricted: false,
        tally: register::marketing::Tally::default(),
        traces: register::trace::Traces::default(),
        adult: false,
        adverse: Vec::new(),
        months: register::directory::Months::default(),
        due: Due::default(),
    };
    directory.apply(Update::Client(CLIENT, Box::new(summary)));
    directory
}

impl House {
    async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (commands, asked) = mpsc::channel(16);
        let house = Self {
            report: watch::Sender::new(quiet()),
            backup: watch::Sender::new(None),
            directory: Arc::new(RwLock::new(directory())),
            told: Arc::default(),
            lines: Arc::default(),
            line_check: watch::Sender::new(LineCheck::default()),
            check_lines: Arc::default(),
            address,
        };
        let desk = Desk {
            idle: jiff::SignedDuration::from_mins(5),
            node: NODE,
            premises: "Poikuekatu".to_owned(),
            commands,
            directory: Arc::clone(&house.directory),
            report: house.report.subscribe(),
            backup: house.backup.subscribe(),
            post: None,
            pair: None,
            prepare_key: None,
            place: watch::Sender::new(console::desk::Place::default()).subscribe(),
            audit: watch::channel(None).1,
            check_audit: Arc::default(),
            lines: Arc::clone(&house.lines) as Arc<dyn Lines>,
            line_check: house.line_check.subscribe(),
            check_lines: Arc::clone(&house.check_lines),
            program: "0.1.0",
            took: None,
            changes: broadcast::Sender::new(16),
        };
        tokio::spawn(answer(asked, Arc::clone(&house.told)));
        tokio::spawn(console::serve(
            listener,
            desk,
            clock,
            std::future::pending(),
        ));
        house
    }

    async fn visitor(&self, name: &str) -> Visitor {
        let visitor = Visitor::new(self.address).unwrap();
        visitor.log_in(name, PASSWORD).await.unwrap();
        visitor
    }

    fn say(&self, change: impl FnOnce(&mut Report)) {
        self.report.send_modify(change);
    }

    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

async fn answer(mut asked: mpsc::Receiver<Asked>, told: Arc<Mutex<Vec<String>>>) {
    while let Some(Asked { command, reply }) = asked.recv().await {
        let answer = match &command {
            Command::Audit(event) => {
                if event.act == Act::LockedItself {
                    told.lock().unwrap().push(format!("locked {:?}", event.who));
                }
                Ok(Answer::Done)
            }
            Command::Due(_) => Ok(Answer::Due(vec![DueCard {
                record: CLIENT,
                due: Due {
                    card: Some(date(2026, 1, 1)),
                    entry: None,
                },
                user: false,
            }])),
            Command::Open { .. } | Command::Erasure(_) => Err(Refusal::Edit(EditError::NoRecord)),
            Command::Erasures => Ok(Answer::Erasures(Vec::new())),
            Command::ConfirmClock(_)
            | Command::Release(_)
            | Command::Dismiss(_)
            | Command::CheckPeers
            | Command::Revoke { .. }
            | Command::RunRetention { .. } => {
                told.lock().unwrap().push(format!("{command:?}"));
                Ok(Answer::Done)
            }
            other => panic!("{other:?}"),
        };
        reply.send(answer).unwrap();
    }
}

#[tokio::test]
async fn in_quarantine_nobody_is_shown_until_the_owner_answers_for_it() {
    let house = House::open().await;
    house.say(|report| report.quarantine = Some(Quarantine::Restored));
    let closed = Update::Closed(true);
    house.directory.write().unwrap().apply(closed);
    let staff = house.visitor("Hoitaja").await;
    let owner = house.visitor("Omistaja").await;
    let card = format!("/clients/{CLIENT}");
    for visitor in [&staff, &owner] {
        for path in ["/", "/clients", "/clients/new", "/conflicts", &card] {
            let page = visitor.open(path).await.unwrap();
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(page.html.contains("Rekisteri on suljettu"), "{path}");
            assert!(page.html.contains("palautettu varmuuskopiosta"), "{path}");
            assert!(!page.html.contains(LAST), "{path}");
        }
    }
    let list = owner.open("/retention").await.unwrap();
    assert!(list.status.is_success() && !list.html.contains(LAST));

    assert!(
        staff
            .open("/")
            .await
            .unwrap()
            .form("/quarantine/release")
            .is_err()
    );
    let form = owner.open("/").await.unwrap();
    let form = form.form("/quarantine/release").unwrap();
    let page = owner.send(&form).await.unwrap();
    assert_eq!(
        page.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "not confirmed"
    );
    assert!(house.told().is_empty());
    owner.save(&form.with("sure", "yes")).await.unwrap();
    assert_eq!(house.told(), [format!("Release({OWNER:?})")]);
}

/// Minutes that have gone by for the consoles of this process. Each test has a process of its own.
static MINUTES: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    Timestamp::now() + SignedDuration::from_mins(MINUTES.load(Ordering::SeqCst))
}

/// Within how many seconds a lock is logged, and some more.
const LOGGED: Duration = Duration::from_secs(25);

#[tokio::test]
async fn a_session_that_locks_itself_is_logged_when_it_does_and_once() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    MINUTES.store(4, Ordering::SeqCst);
    assert!(staff.open("/").await.unwrap().status.is_success());
    MINUTES.store(10, Ordering::SeqCst);
    // Nobody asks for anything: the console sees to it by itself.
    let logged = waiting::until("the lock is logged", LOGGED, async || {
        let told = house.told();
        Ok((!told.is_empty()).then_some(told))
    });
    assert_eq!(logged.await.unwrap(), [format!("locked {STAFF:?}")]);
    let page = staff.open("/").await.unwrap();
    assert!(page.path.starts_with("/lock"), "{}", page.path);
    let form = page.form("/lock").unwrap().with("password", PASSWORD);
    staff.save(&form).await.unwrap();
    assert!(staff.open("/").await.unwrap().status.is_success());
    assert_eq!(house.told().len(), 1);
    // One that the next request finds is logged before it is opened again.
    MINUTES.store(20, Ordering::SeqCst);
    let page = staff.open("/").await.unwrap();
    let form = page.form("/lock").unwrap().with("password", PASSWORD);
    staff.save(&form).await.unwrap();
    assert_eq!(house.told().len(), 2);
}

#[tokio::test]
async fn what_cant_be_undone_takes_the_password_once_more() {
    let house = House::open().await;
    let owner = house.visitor("Omistaja").await;
    let erase = format!("/clients/{CLIENT}/erase");
    // Who has just logged in is not asked again; this register has no card to show.
    assert!(
        !owner
            .open(&erase)
            .await
            .unwrap()
            .path
            .starts_with("/confirm")
    );
    MINUTES.store(4, Ordering::SeqCst);
    assert!(owner.open("/").await.unwrap().status.is_success());
    MINUTES.store(8, Ordering::SeqCst);
    let page = owner.open(&erase).await.unwrap();
    assert!(page.path.starts_with("/confirm"), "{}", page.path);
    let form = page.form("/confirm").unwrap();
    let wrong = form.clone().with("password", "not my password");
    let wrong = owner.send(&wrong).await.unwrap();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        owner
            .open(&erase)
            .await
            .unwrap()
            .path
            .starts_with("/confirm")
    );
    let right = owner.send(&form.with("password", PASSWORD)).await.unwrap();
    assert_eq!(right.path, erase);
    assert_eq!(owner.open(&erase).await.unwrap().path, erase);
    // Other pages never ask, and nobody's role is widened by it.
    MINUTES.store(12, Ordering::SeqCst);
    assert_eq!(owner.open("/erasures").await.unwrap().path, "/erasures");
    let staff = house.visitor("Hoitaja").await;
    let refused = staff.open(&erase).await.unwrap();
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_clock_in_doubt_is_said_everywhere_and_the_owner_confirms_it() {
    let house = House::open().await;
    let seen: Timestamp = "2026-01-01T10:00:00Z".parse().unwrap();
    let hold = Hold::Clock(ClockTrouble::Ahead { seen });
    house.say(|report| report.retention.hold = Some(hold));
    let staff = house.visitor("Hoitaja").await;
    for path in ["/", "/clients", "/premises", "/me"] {
        let page = staff.open(path).await.unwrap();
        assert!(page.html.contains("Kellonaika epäluotettava."), "{path}");
        assert!(page.html.contains("viimeksi kello oli 1.1.2026 12.00"));
    }
    let owner = house.visitor("Omistaja").await;
    let page = owner.open("/retention").await.unwrap();
    assert!(page.form("/retention/run").is_err(), "nothing may go now");
    owner
        .save(&page.form("/clock/confirm").unwrap())
        .await
        .unwrap();
    assert_eq!(house.told(), [format!("ConfirmClock({OWNER:?})")]);
}

#[tokio::test]
async fn a_larger_run_takes_the_owners_word() {
    let house = House::open().await;
    house.say(|report| {
        report.retention.hold = Some(Hold::TooMany(40));
        report.retention.cards = 40;
    });
    let owner = house.visitor("Omistaja").await;
    let page = owner.open("/retention").await.unwrap();
    assert!(page.html.contains("tavallista enemmän: 40") && page.html.contains(LAST));
    let form = page.form("/retention/run").unwrap();
    let again = owner.send(&form).await.unwrap();
    assert!(
        again
            .html
            .contains("Katso lista läpi ja vahvista se ensin.")
    );
    assert!(house.told().is_empty());
    owner.save(&form.with("sure", "yes")).await.unwrap();
    let told = house.told();
    assert!(
        told.first()
            .is_some_and(|told| told.contains("allowed: true")),
        "{told:?}"
    );
}

#[tokio::test]
async fn an_edit_that_met_an_erasure_is_told_to_its_author_alone() {
    let house = House::open().await;
    house.say(|report| {
        report.met = vec![Met {
            record: CLIENT,
            author: STAFF,
            at: Timestamp::now(),
        }];
    });
    let words = "Muutostasi ei säilytetty";
    let owner = house.visitor("Omistaja").await;
    let staff = house.visitor("Hoitaja").await;
    assert!(!owner.open("/").await.unwrap().html.contains(words));
    let page = staff.open("/premises").await.unwrap();
    assert!(page.html.contains(words));
    let form = page.form("/dismiss").unwrap();
    let token = owner.open("/").await.unwrap().form("/lock/now").unwrap();
    let stolen = form.clone().with("csrf", token.get("csrf").unwrap());
    owner.send(&stolen).await.unwrap();
    assert!(house.told().is_empty(), "not the owner's to dismiss");
    staff.save(&form).await.unwrap();
    assert_eq!(house.told(), [format!("Dismiss({CLIENT:?})")]);
}

#[tokio::test]
async fn the_first_page_says_what_waits_and_how_old_the_backup_is() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    let first = async || staff.open("/").await.unwrap().html;
    assert!(first().await.contains("Varmuuskopiota ei ole."));

    let now = Timestamp::now();
    let state = |days: i64| BackupState {
        good: Some(now - SignedDuration::from_hours(24 * days)),
        failed: None,
    };
    house.backup.send_replace(Some(state(1)));
    assert!(first().await.contains("Viimeisin varmuuskopio"));
    house.backup.send_replace(Some(BackupState {
        failed: Some((now, BackupFault::Full)),
        ..state(9)
    }));
    let page = first().await;
    assert!(page.contains("9 päivän takaa") && page.contains("kohde on täynnä"));

    house.say(|report| {
        report.unconfirmed = 2;
        report.retention.hold = Some(Hold::Peers);
        report.retention.oldest = Some(date(2026, 1, 2));
    });
    let page = first().await;
    assert!(page.contains("2 poistoa odottaa toisen toimipisteen vahvistusta."));
    assert!(page.contains("yli 30 päivää, 2.1.2026 alkaen"));
    assert!(
        !page.contains("href=\"/erasures\""),
        "only the owner may look"
    );
}
