//! The page of the premises, over lines that a test makes up.

use console::line::{
    Cause, Finding, Forwarding, LineCheck, NotForwarding, Outside, PeerLine, Ports, Protocol,
    Router, Validity,
};
use jiff::{SignedDuration, Timestamp};
use register::id::NodeId;
use register::replica::{KeyChange, Older, PeerState};
use reqwest::StatusCode;

use super::{CLIENT, House, LAST, PEER, STAFF};

const LOST: NodeId = NodeId::from_bytes([7; 16]);

fn ago(hours: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn a_line_that_is_down_is_grave_only_when_it_stays_down() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    for (hours, tone, words) in [
        (0, "strip info", "Ei yhteyttä – työ jatkuu täällä"),
        (23, "strip info", "Ei yhteyttä – työ jatkuu täällä"),
        (25, "strip warn", "Ei yhteyttä yli vuorokauteen"),
        (31 * 24, "strip danger", "Ei yhteyttä yli 30 päivään"),
    ] {
        house.say(|report| report.peers[0].heard = Some(ago(hours)));
        let page = staff.open("/premises").await.unwrap().html;
        assert!(page.contains(words), "{hours}: {page}");
        assert!(page.contains(tone), "{hours}: {page}");
        let closes = page.contains("sulkee rekisterin");
        assert_eq!(closes, hours > 30 * 24, "{hours}: {page}");
        assert!(!page.contains("virhe"), "{page}");
        let first = staff.open("/").await.unwrap().html;
        let told = format!("Toinen toimipiste: {words}");
        assert_eq!(first.contains(&told), hours > 24, "{hours}: {first}");
    }
    house.say(|report| report.peers[0].heard = None);
    let page = staff.open("/premises").await.unwrap().html;
    assert!(page.contains("Yhteyttä ei ole vielä ollut"), "{page}");
}

#[tokio::test]
async fn what_waits_is_named_with_a_way_to_the_card() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    house.say(|report| {
        report.peers[0].waiting = 4;
        report.peers[0].oldest = vec![CLIENT, STAFF];
    });
    let page = staff.open("/premises").await.unwrap().html;
    assert!(
        page.contains(&format!("href=\"/clients/{CLIENT}\"")),
        "{page}"
    );
    assert!(
        page.contains(LAST) && page.contains("Käyttäjä Hoitaja"),
        "{page}"
    );
    assert!(page.contains("ja 2 muuta"), "{page}");
    assert!(page.contains("niitä ei vielä tunneta täällä"), "{page}");
    let closed = register::directory::Update::Closed(true);
    house.directory.write().unwrap().apply(closed);
    let page = staff.open("/premises").await.unwrap().html;
    assert!(!page.contains(LAST), "a closed register names nobody");
}

#[tokio::test]
async fn what_is_known_of_the_other_computer_is_told() {
    let house = House::open().await;
    let owner = house.visitor("Omistaja").await;
    house.say(|report| {
        let peer = &mut report.peers[0];
        peer.state = PeerState::OtherVersion;
        peer.older = Some(Older::There);
        peer.program = Some("0.0.9".to_owned());
        peer.records = Some(4321);
        peer.clock_ahead = Some(-600);
        peer.twin = Some(ago(2));
        report.next_key = Some(KeyChange {
            key: [1; 32],
            waits_for: vec![PEER],
        });
    });
    {
        let mut lines = house.lines.0.lock().unwrap();
        lines.certificate = Some(Validity {
            from: ago(24),
            until: ago(-24 * 30 - 1),
        });
        let line = PeerLine {
            round_trip: Some(std::time::Duration::from_micros(23_400)),
            certificate_until: Some(ago(-24 * 3650 - 1)),
            ..PeerLine::default()
        };
        lines.peers.insert(PEER, line);
    }
    let page = owner.open("/premises").await.unwrap().html;
    for words in [
        "Päivitä se siellä",
        "0.0.9",
        "4321",
        "10 min jäljessä",
        "24 ms",
        "(30 pv)",
        "(3650 pv)",
        "levystä on käynnistetty kopio",
        "siirtyy uuteen avaimeen",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let words = "Poikuekatu: koneen varmenne vanhenee 30 päivän kuluttua.";
    let first = owner.open("/").await.unwrap().html;
    assert!(first.contains(words) && first.contains("käynnistetty kopio"));
    let staff = house.visitor("Hoitaja").await;
    let first = staff.open("/").await.unwrap().html;
    assert!(!first.contains(words), "the owner's to renew");
}

#[tokio::test]
async fn a_computer_that_was_put_out_says_so_on_every_page() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    let words = "Tämä kone on poistettu käytöstä.";
    assert!(!staff.open("/clients").await.unwrap().html.contains(words));
    house.say(|report| report.revoked = true);
    for path in ["/", "/clients", "/premises"] {
        let page = staff.open(path).await.unwrap().html;
        assert!(page.contains(words), "{path}");
    }
}

#[tokio::test]
async fn a_check_is_made_beside_the_page_and_says_what_to_do() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    let page = staff.open("/premises").await.unwrap();
    assert!(!page.html.contains("Tarkistuksen tulos"));
    staff
        .save(&page.form("/premises/check").unwrap())
        .await
        .unwrap();
    assert_eq!(house.told(), ["CheckPeers"]);
    tokio::time::timeout(super::LOGGED, house.check_lines.notified())
        .await
        .unwrap();
    house.line_check.send_replace(LineCheck::Running);
    let page = staff.open("/premises").await.unwrap().html;
    assert!(page.contains("Yhteyttä tarkistetaan"), "{page}");
    let findings = vec![
        Finding {
            peer: Some(PEER),
            cause: Cause::NoAnswer(vec!["b.example:7440".to_owned()]),
        },
        Finding {
            peer: None,
            cause: Cause::NoNetwork,
        },
    ];
    let done = LineCheck::Done(Timestamp::now(), findings);
    house.line_check.send_replace(done);
    for (language, words) in [
        ("fi", ["onko siellä sähköt", "Tämä kone ei ole verkossa"]),
        (
            "sv",
            ["finns det ström", "Den här datorn har inget nätverk"],
        ),
        ("en", ["is there power", "This computer is on no network"]),
    ] {
        staff.open(&format!("/language/{language}")).await.unwrap();
        let page = staff.open("/premises").await.unwrap().html;
        assert!(page.contains("b.example:7440"), "{page}");
        for words in words {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
}

/// What can be done where the router doesn't help, in every language.
const BY_HAND: [&str; 3] = [
    "on ohjattava UDP-portti 7440",
    "vidarebefordra UDP-port 7440",
    "forward UDP port 7440",
];

#[tokio::test]
async fn the_router_is_told_of_in_plain_words() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    let on = |at| Forwarding::On {
        by: Protocol::Upnp,
        port: 17_440,
        at,
    };
    let private = Outside::Private([100, 64, 0, 7].into());
    for (forwarding, words, needs_hands) in [
        (
            Forwarding::Off,
            ["ei pyydetä ohjaamaan", "ombeds inte", "is not asked"],
            false,
        ),
        (
            on(Outside::Public([203, 0, 113, 1].into())),
            [
                "203.0.113.1:17440 tälle koneelle (UPnP)",
                "203.0.113.1:17440 till den här datorn (UPnP)",
                "203.0.113.1:17440 to this computer (UPnP)",
            ],
            false,
        ),
        (
            on(private),
            [
                "toisen reitittimen takana",
                "bakom en annan router",
                "behind another router",
            ],
            true,
        ),
        (
            Forwarding::Not(NotForwarding::NoAnswer),
            [
                "ei vastaa pyyntöön",
                "svarar inte på begäran",
                "does not answer",
            ],
            true,
        ),
        (
            Forwarding::Not(NotForwarding::Refused),
            ["kieltäytyy", "vägrar", "refuses"],
            true,
        ),
    ] {
        house.lines.0.lock().unwrap().router = Router {
            listens: 7440,
            ports: Ports::Changing,
            forwarding,
            seen: Some("203.0.113.1:3201".parse().unwrap()),
        };
        let languages = ["fi", "sv", "en"].into_iter();
        for ((language, words), hands) in languages.zip(words).zip(BY_HAND) {
            staff.open(&format!("/language/{language}")).await.unwrap();
            let page = staff.open("/premises").await.unwrap().html;
            assert!(page.contains(words), "{words}: {page}");
            assert_eq!(page.contains(hands), needs_hands, "{hands}: {page}");
            assert!(page.contains("203.0.113.1:3201"), "{page}");
        }
    }
    staff.open("/language/fi").await.unwrap();
    let page = staff.open("/premises").await.unwrap().html;
    assert!(page.contains("antaa jokaiselle yhteydelle eri portin"));
}

#[tokio::test]
async fn a_lost_computer_is_put_out_by_the_owner_who_types_its_name() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    let page = format!("/premises/{PEER}/revoke");
    let refused = staff.open(&page).await.unwrap();
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let owner = house.visitor("Omistaja").await;
    let form = owner.open(&page).await.unwrap().form("/revoke").unwrap();
    let wrong = owner
        .send(&form.clone().with("name", "Poikuekatu"))
        .await
        .unwrap();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(house.told().is_empty());
    // The settings of this register name no other premises.
    let right = form.with("name", " toinen  TOIMIPISTE ");
    owner.save(&right).await.unwrap();
    let told = house.told();
    assert!(
        told.len() == 1 && told[0].starts_with("Revoke") && told[0].contains(&format!("{PEER:?}")),
        "{told:?}"
    );
    house.say(|report| report.out = vec![LOST]);
    let page = owner.open("/premises").await.unwrap().html;
    assert!(page.contains("Poistoa ei voi perua."), "{page}");
    assert!(
        page.contains("Tieto ei ole vielä perillä: Toinen toimipiste."),
        "{page}"
    );
    house.say(|report| report.peers[0].knows_members = true);
    let page = owner.open("/premises").await.unwrap().html;
    assert!(
        page.contains("Tieto on perillä: Toinen toimipiste."),
        "{page}"
    );
    let page = owner
        .open(&format!("/premises/{LOST}/revoke"))
        .await
        .unwrap();
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_premises_known_through_another_is_no_worry() {
    let house = House::open().await;
    let staff = house.visitor("Hoitaja").await;
    house.say(|report| {
        let mut far = report.peers[0].clone();
        far.peer = LOST;
        far.waiting = 777;
        report.peers[0].state = PeerState::Agreed;
        report.peers[0].agreed = Some(ago(0));
        report.peers.push(far);
    });
    let page = staff.open("/premises").await.unwrap().html;
    assert!(page.contains("Muutokset kulkevat muiden toimipisteiden kautta."));
    assert!(page.contains("Ajan tasalla"), "the pill worries: {page}");
    assert!(!page.contains("777"), "what waits there is not known");
    // Alone with it, its absence is what there is to say.
    house.say(|report| drop(report.peers.remove(0)));
    let page = staff.open("/premises").await.unwrap().html;
    assert!(!page.contains("muiden toimipisteiden kautta"));
    assert!(page.contains("ei yhteytt\u{e4}"));
}
