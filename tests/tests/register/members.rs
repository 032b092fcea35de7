//! Who belongs to the register: premises that never met learn of each other, keys change, a lost computer is put out,
//! a copied disk is noticed, and an older program is spoken to in its own words.

use kortisto_tests::perfect::{PaperNotary, World};
use register::contact::Name;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::OPERATOR;
use register::replica::{Command, Older, PeerReport, PeerState, Refusal, WAITING_NAMED};
use register::roster::key_of;
use register::value::Content;

fn client(world: &mut World, at: usize, last: &str) {
    let name = Content::Name(Name::new(last, "Maria").unwrap());
    let change = Change::SetField(FieldKey::Name, name);
    world.edit(at, Target::New(RecordKind::Client), change);
}

fn report(world: &World, at: usize, of: usize) -> Option<PeerReport> {
    let peer = world.id(of);
    let report = world.nodes[at].replica.report();
    report.peers.into_iter().find(|one| one.peer == peer)
}

fn revoke(world: &mut World, at: usize, whom: usize) -> Result<(), Refusal> {
    let node = world.id(whom);
    let command = Command::Revoke {
        node,
        author: OPERATOR,
    };
    world.command(at, command).map(drop)
}

/// Three in a row, all in contact once.
fn row() -> World {
    let mut world = World::row(3);
    client(&mut world, 0, "Alku");
    world.connect(0, 1);
    world.connect(1, 2);
    world.settle();
    world
}

#[test]
fn a_premises_let_in_at_one_place_is_known_at_all_and_spoken_to() {
    let mut world = row();
    let third = report(&world, 0, 2).unwrap();
    assert_eq!(third.keys, [key_of(&world.nodes[2].key)]);
    assert_eq!(third.addresses, ["127.0.0.1:1"]);
    assert!(report(&world, 2, 0).is_some());
    world.disconnect(0, 1);
    world.disconnect(1, 2);
    client(&mut world, 0, "Suora");
    world.connect(0, 2);
    assert_eq!(world.cards(2).len(), 2);
    assert_eq!(world.state(0, 2), (PeerState::Agreed, 0));
    world.restart(2);
    assert!(report(&world, 2, 0).is_some(), "forgotten at a restart");
}

#[test]
fn who_is_put_out_at_one_place_is_out_at_all_and_learns_of_it_itself() {
    let mut world = row();
    world.connect(0, 2);
    revoke(&mut world, 0, 2).unwrap();
    world.settle();
    assert!(report(&world, 0, 2).is_none());
    assert!(report(&world, 1, 2).is_none(), "not told");
    assert!(world.nodes[2].replica.report().revoked);
    for at in 0..2 {
        world.restart(at);
        assert!(report(&world, at, 2).is_none(), "{at} forgot it");
    }
    let back = register::replica::Peer::new(key_of(&world.nodes[2].key), "127.0.0.1:1");
    let refused = world
        .command(0, Command::AddPeer(back, Vec::new()))
        .unwrap_err();
    assert_eq!(refused, Refusal::Revoked);
    let oneself = revoke(&mut world, 0, 0).unwrap_err();
    assert_eq!(oneself, Refusal::Oneself);
}

#[test]
fn who_was_out_of_reach_hears_at_first_contact_who_was_put_out() {
    let mut world = row();
    world.disconnect(0, 1);
    world.disconnect(1, 2);
    assert!(report(&world, 0, 1).unwrap().knows_members);
    revoke(&mut world, 0, 2).unwrap();
    assert!(report(&world, 1, 2).is_some());
    assert!(!report(&world, 0, 1).unwrap().knows_members, "not yet");
    world.connect(0, 1);
    assert!(report(&world, 1, 2).is_none());
    for at in 0..2 {
        assert_eq!(world.nodes[at].replica.report().out, [world.id(2)]);
    }
    assert!(report(&world, 0, 1).unwrap().knows_members, "it told so");
}

#[test]
fn what_waits_longest_for_a_peer_is_told_by_id_and_no_more_than_fits_a_page() {
    let mut world = row();
    assert_eq!(report(&world, 0, 1).unwrap().oldest, []);
    world.disconnect(0, 1);
    let note = |world: &mut World, number: usize| {
        world.sleep(1);
        let name = Content::Name(Name::new(&format!("Odottava{number}"), "Maria").unwrap());
        let change = Change::SetField(FieldKey::Name, name);
        world.edit(0, Target::New(RecordKind::Client), change)
    };
    let made: Vec<_> = (0..WAITING_NAMED + 5)
        .map(|number| note(&mut world, number))
        .collect();
    let peer = report(&world, 0, 1).unwrap();
    assert_eq!(peer.waiting, WAITING_NAMED + 5);
    assert_eq!(peer.oldest, made[..WAITING_NAMED]);
    world.connect(0, 1);
    assert_eq!(report(&world, 0, 1).unwrap().oldest, []);
}

#[test]
fn a_key_changes_once_everybody_has_heard_of_it_and_the_node_stays_who_it_is() {
    let mut world = row();
    let (old, next) = (world.nodes[0].key, [77; 32]);
    world.disconnect(0, 1);
    world
        .command(0, Command::AnnounceKey(key_of(&next)))
        .unwrap();
    let change = world.nodes[0].replica.report().next_key.unwrap();
    assert_eq!(change.key, key_of(&next));
    assert_eq!(change.waits_for.len(), 2, "the third is known too");
    world.connect(0, 1);
    world.connect(0, 2);
    let change = world.nodes[0].replica.report().next_key.unwrap();
    assert_eq!(change.waits_for, []);
    for at in [1, 2] {
        let keys = report(&world, at, 0).unwrap().keys;
        assert_eq!(keys, [key_of(&old), key_of(&next)], "both hold at {at}");
    }
    world.nodes[0].key = next;
    world.command(0, Command::KeyInUse).unwrap();
    world.settle();
    assert_eq!(world.nodes[0].replica.report().next_key, None);
    for at in [1, 2] {
        assert_eq!(report(&world, at, 0).unwrap().keys, [key_of(&next)]);
    }
    client(&mut world, 0, "Jatko");
    world.settle();
    assert_eq!(world.cards(2).len(), 2);
    // The statement by the later key is believed where the node was let in by its first.
    assert!(revoke(&mut world, 0, 1).is_ok());
    world.settle();
    assert!(report(&world, 2, 1).is_none());
}

#[test]
fn a_key_that_took_over_in_a_crash_is_stated_at_the_next_start() {
    let mut world = row();
    let next = [78; 32];
    let command = Command::AnnounceKey(key_of(&next));
    world.command(0, command).unwrap();
    world.settle();
    world.nodes[0].key = next;
    world.disconnect(0, 1);
    world.restart(0);
    world.connect(0, 1);
    assert_eq!(report(&world, 1, 0).unwrap().keys, [key_of(&next)]);
}

#[test]
fn a_statement_that_somebody_else_signed_costs_the_line() {
    use register::replica::Notary as _;
    use register::roster::{Roster, Stated, Statement, Taken};
    let world = row();
    let stated = Stated {
        by: world.id(0),
        at: "2027-01-15T08:00:00Z".parse().unwrap(),
        statement: Statement::Revoked {
            node: world.id(1),
            kept: std::collections::BTreeSet::new(),
        },
    };
    let forged = PaperNotary(world.nodes[2].key).sign(&stated.bytes());
    assert_eq!(Roster::default().take(forged), Taken::Not);
    let right = PaperNotary(world.nodes[0].key).sign(&stated.bytes());
    assert_eq!(Roster::default().take(right), Taken::News);
}

#[test]
fn a_copy_of_a_disk_is_noticed_and_the_second_is_refused() {
    let mut world = row();
    world.disconnect(0, 1);
    world.disconnect(1, 2);
    let copy = world.copy(0);
    let first = std::mem::replace(&mut world.nodes[0], copy);
    // A restart looks the same, so the copy is let in as long as nobody has heard the first again.
    world.connect(0, 1);
    assert_eq!(world.state(1, 0).0, PeerState::Agreed);
    world.disconnect(0, 1);
    let copy = std::mem::replace(&mut world.nodes[0], first);
    world.connect(0, 1);
    assert_eq!(world.state(1, 0).0, PeerState::Agreed);
    assert!(report(&world, 1, 0).unwrap().twin.is_some(), "not noticed");
    world.disconnect(0, 1);
    world.restart(1);
    world.nodes[0] = copy;
    client(&mut world, 0, "Kopio");
    world.connect(0, 1);
    assert_eq!(world.state(1, 0).0, PeerState::Twin);
    assert_eq!(world.state(0, 1).0, PeerState::Twin, "the copy is not told");
    assert_eq!(world.cards(1).len(), 1, "the copy was let in");
}

#[test]
fn where_a_premises_is_reached_is_known_to_those_it_never_met() {
    let mut world = row();
    for address in ["198.51.100.7:7440", "203.0.113.9:7440"] {
        let told = Command::ReachedAt(vec![address.to_owned()]);
        world.command(0, told).unwrap();
        world.settle();
        let known = report(&world, 2, 0).unwrap().addresses;
        assert_eq!(known.first().map(String::as_str), Some(address));
    }
    world.restart(2);
    let known = report(&world, 2, 0).unwrap().addresses;
    assert!(known.contains(&"203.0.113.9:7440".to_owned()));
    // Where it was paired by hand that stands first, and nothing is forgotten.
    let known = report(&world, 1, 0).unwrap().addresses;
    assert_eq!(known.first().map(String::as_str), Some("127.0.0.1:1"));
    assert!(known.contains(&"203.0.113.9:7440".to_owned()));
}

#[test]
fn a_statement_that_was_lost_on_the_way_is_told_again() {
    let mut world = row();
    // Nothing that is stated arrives.
    world.speech = Some(Box::new(|frame| {
        if frame.starts_with(&[0x81, 0xa1, b's']) {
            *frame = vec![0x81, 0xa1, b'a', 0x90];
        }
    }));
    revoke(&mut world, 0, 2).unwrap();
    world.settle();
    assert!(report(&world, 1, 2).is_some());
    world.speech = None;
    world.sleep(61);
    world.settle();
    assert!(report(&world, 1, 2).is_none());
}

/// Puts another number of a protocol into a hello.
fn say(frame: &mut [u8], protocol: u8) {
    if let [0x81, 0xa1, b'h', 0x99, number, ..] = frame {
        *number = protocol;
    }
}

#[test]
fn an_older_program_is_spoken_to_in_its_own_protocol() {
    let mut world = World::new(2);
    // Each takes the other for the program before this one.
    world.speech = Some(Box::new(|frame| {
        say(frame, 2);
        let kind = frame[2];
        assert!(
            b"hjlowpamqrdtek".contains(&kind),
            "not in protocol 2: {frame:?}"
        );
    }));
    client(&mut world, 0, "Vanha");
    world.connect(0, 1);
    client(&mut world, 1, "Uusi");
    world.settle();
    assert_eq!(world.cards(0).len(), 2);
    assert_eq!(world.cards(1).len(), 2);
    assert_eq!(world.state(0, 1), (PeerState::Agreed, 0));
    assert_eq!(report(&world, 0, 1).unwrap().program, None);
    // Updated, they say more.
    world.speech = None;
    world.disconnect(0, 1);
    world.connect(0, 1);
    let version = env!("CARGO_PKG_VERSION");
    let peer = report(&world, 0, 1).unwrap();
    assert_eq!(peer.program.as_deref(), Some(version));
    assert_eq!(
        peer.records,
        Some(world.nodes[1].replica.report().records as u64)
    );
}

#[test]
fn programs_that_can_not_talk_say_which_one_to_update() {
    for (number, older) in [(1, Older::There), (9, Older::Here)] {
        let mut world = World::new(2);
        world.speech = Some(Box::new(move |frame| say(frame, number)));
        client(&mut world, 0, "Alku");
        world.connect(0, 1);
        assert_eq!(world.state(0, 1).0, PeerState::OtherVersion);
        assert_eq!(report(&world, 0, 1).unwrap().older, Some(older));
        assert_eq!(world.cards(1).len(), 0);
    }
}
