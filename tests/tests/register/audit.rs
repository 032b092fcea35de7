//! The audit logs of replicas that talk over perfect lines: replicated, countersigned, kept two years, verified.

use kortisto_tests::perfect::World;
use register::audit::chain::Entry;
use register::audit::query::{Page, Query, Reason};
use register::audit::verify::{Fault, Finding};
use register::audit::{Act, AuditEvent, Group, Purpose, Tail};
use register::contact::{Name, Note};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, Target};
use register::id::{LogId, OPERATOR, RecordId};
use register::ledger::Reason as Erasing;
use register::replica::{Answer, Command, Input, PeerState};
use register::value::Content;

const YEAR: i64 = 365 * 24 * 60 * 60;
const STAFF: RecordId = RecordId::from_bytes([9; 16]);

fn client(world: &mut World, at: usize) -> RecordId {
    let name = Content::Name(Name::new("Korhonen", "Maria").unwrap());
    world.edit(
        at,
        Target::New(RecordKind::Client),
        Change::SetField(FieldKey::Name, name),
    )
}

fn look(world: &mut World, at: usize, record: RecordId) {
    let open = Command::Open {
        record,
        viewer: STAFF,
        purpose: Purpose::Care,
    };
    world.command(at, open).unwrap();
}

fn say(world: &mut World, at: usize, record: Option<RecordId>, reason: &str) {
    let event = AuditEvent {
        who: STAFF,
        act: Act::PackageMade,
        record,
        reason: reason.to_owned(),
    };
    world.command(at, Command::Audit(event)).unwrap();
}

fn read(world: &mut World, at: usize, query: Query) -> Page {
    match world.command(at, Command::Consulted(query)).unwrap() {
        Answer::Log(page) => *page,
        other => panic!("{other:?}"),
    }
}

fn about(record: RecordId) -> Query {
    Query {
        record: Some(record),
        ..Query::default()
    }
}

/// All entries of all logs but the earliest, which stays.
fn held(world: &World, at: usize) -> Vec<((LogId, u64), Vec<u8>)> {
    let all = world.nodes.get(at).unwrap().store.audit.iter();
    all.map(|(place, bytes)| (*place, bytes.clone())).collect()
}

fn pass(world: &mut World, seconds: i64) {
    world.sleep(seconds);
    world.settle();
}

/// A log with entries of one node, by its own account: the newest.
fn own_log(world: &World, at: usize) -> (LogId, u64) {
    let incarnation = world.nodes.get(at).unwrap().replica.report().incarnation;
    let log = LogId::of(incarnation);
    let all = held(world, at);
    let last = all.iter().filter(|((one, _), _)| *one == log).count();
    (log, last as u64)
}

fn faults(world: &mut World, at: usize) -> Vec<Fault> {
    let verdict = world.verify(at);
    let mut faults: Vec<Fault> = verdict
        .findings
        .iter()
        .map(|one: &Finding| one.fault)
        .collect();
    faults.dedup();
    faults
}

/// Two premises, both with entries, agreed and countersigned.
fn pair() -> (World, RecordId) {
    let mut world = World::new(2);
    let record = client(&mut world, 0);
    world.connect(0, 1);
    for at in [0, 1] {
        look(&mut world, at, record);
        say(&mut world, at, Some(record), "pyysi itse");
    }
    pass(&mut world, 20);
    pass(&mut world, 700);
    assert_eq!(held(&world, 0), held(&world, 1));
    (world, record)
}

#[test]
fn what_happened_anywhere_is_known_everywhere() {
    let (mut world, record) = pair();
    for at in [0, 1] {
        let page = read(&mut world, at, about(record));
        assert_eq!(page.unread, 0);
        let told: Vec<(usize, Group)> = page
            .entries
            .iter()
            .map(|one| {
                let node = usize::from(one.node != world.id(0));
                (node, one.entry.act.group())
            })
            .collect();
        let mut sorted = told.clone();
        sorted.sort_unstable();
        let looks = Group::Looks;
        let expected = [
            (0, looks),
            (0, Group::Changes),
            (0, Group::Transfers),
            (1, looks),
            (1, Group::Transfers),
        ];
        assert_eq!(sorted, expected);
        let package = page
            .entries
            .iter()
            .find(|one| one.entry.act == Act::PackageMade);
        assert!(package.unwrap().reason == Reason::Text("pyysi itse".into()));
        let here = Query {
            node: Some(world.id(0)),
            who: Some(STAFF),
            ..Query::default()
        };
        assert_eq!(read(&mut world, at, here).entries.len(), 2);
        let verdict = world.verify(at);
        assert_eq!(verdict.findings, []);
        assert!(verdict.witnesses >= 2, "{verdict:?}");
    }
    assert_eq!(world.nodes[0].replica.report().logs.unsent, 0);
}

#[test]
fn reading_the_log_is_logged_and_refusals_do_not_fill_it() {
    let mut world = World::new(1);
    let record = client(&mut world, 0);
    let query = about(record);
    let reading = Command::ReadLog {
        viewer: STAFF,
        query: query.clone(),
    };
    world.command(0, reading).unwrap();
    let page = read(&mut world, 0, query);
    assert_eq!(page.entries[0].entry.act, Act::LogRead);
    assert_eq!(page.entries[0].entry.who, STAFF);
    for _ in 0..100 {
        for path in ["/audit", "/backups"] {
            let event = AuditEvent::of(STAFF, Act::DoorRefused(path.into()));
            world.command(0, Command::Audit(event)).unwrap();
        }
    }
    let refusals = Query {
        group: Some(Group::Refusals),
        ..Query::default()
    };
    assert_eq!(read(&mut world, 0, refusals.clone()).entries.len(), 2);
    world.sleep(61);
    let event = AuditEvent::of(STAFF, Act::DoorRefused("/audit".into()));
    world.command(0, Command::Audit(event)).unwrap();
    assert_eq!(read(&mut world, 0, refusals).entries.len(), 3);
}

#[test]
fn a_reason_goes_with_the_client_at_every_premises_and_no_chain_breaks() {
    let (mut world, record) = pair();
    say(&mut world, 0, None, "siirto");
    pass(&mut world, 2);
    let erase = Command::Erase {
        record,
        author: OPERATOR,
        reason: Erasing::Request,
    };
    world.command(0, erase).unwrap();
    // One who has not heard of it says more about the client, and passes it on.
    pass(&mut world, 2);
    say(&mut world, 1, Some(record), "vielä jotakin");
    pass(&mut world, 20);
    for at in [0, 1] {
        let texts = &world.nodes[at].store.reasons;
        assert!(texts.keys().all(|(about, ..)| about.is_none()), "{texts:?}");
        assert_eq!(texts.len(), 1);
        let page = read(&mut world, at, about(record));
        let packages = page
            .entries
            .iter()
            .filter(|one| one.entry.act == Act::PackageMade);
        let reasons: Vec<&Reason> = packages.map(|one| &one.reason).collect();
        assert_eq!(reasons.len(), 3);
        assert!(
            reasons
                .iter()
                .filter(|one| ***one == Reason::Erased)
                .count()
                == 2
        );
        assert_eq!(world.verify(at).findings, []);
    }
    // A third premises gets the entries, and no reason.
    assert_eq!(held(&world, 0), held(&world, 1));
}

#[test]
fn logs_travel_through_a_premises_between_two() {
    let mut world = World::new(3);
    let record = client(&mut world, 0);
    world.connect(0, 1);
    look(&mut world, 0, record);
    pass(&mut world, 30);
    world.disconnect(0, 1);
    world.connect(1, 2);
    pass(&mut world, 5);
    let first = own_log(&world, 0).0;
    let there = held(&world, 2);
    assert!(there.iter().any(|((log, _), _)| *log == first));
    assert_eq!(world.verify(2).findings, []);
}

#[test]
fn an_edit_is_not_held_up_by_the_log() {
    let mut world = World::new(2);
    let record = client(&mut world, 0);
    for _ in 0..3_000 {
        look(&mut world, 0, record);
    }
    world.bring_up(0, 1);
    world.settle();
    assert_eq!(world.state(0, 1), (PeerState::Agreed, 0));
    for _ in 0..8 {
        pass(&mut world, 1);
    }
    assert_eq!(held(&world, 0), held(&world, 1));
    // With nothing new, a reconnect says little.
    world.disconnect(0, 1);
    world.sent = vec![0, 0];
    world.connect(0, 1);
    assert!(
        world.sent.iter().all(|sent| *sent <= 400),
        "{:?}",
        world.sent
    );
}

/// What is found at the first premises after somebody worked on its store, and at both when they have met.
fn tampered(work: &dyn Fn(&mut World, LogId, u64)) -> (Vec<Fault>, Vec<Fault>, Vec<Fault>) {
    let (mut world, _) = pair();
    let (log, last) = own_log(&world, 0);
    work(&mut world, log, last);
    world.disconnect(0, 1);
    world.restart(0);
    let event = AuditEvent::of(STAFF, Act::LoggedIn);
    world.command(0, Command::Audit(event)).unwrap();
    let alone = faults(&mut world, 0);
    world.connect(0, 1);
    pass(&mut world, 3);
    (alone, faults(&mut world, 0), faults(&mut world, 1))
}

#[test]
fn what_is_deleted_edited_or_reordered_is_found() {
    let (alone, ..) = tampered(&|world, log, _| {
        world.nodes[0].store.audit.remove(&(log, 3));
    });
    assert_eq!(alone, [Fault::Missing { first: 3, last: 3 }]);

    let (alone, ..) = tampered(&|world, log, _| {
        let audit = &mut world.nodes[0].store.audit;
        let (three, four) = (audit[&(log, 3)].clone(), audit[&(log, 4)].clone());
        audit.insert((log, 3), four);
        audit.insert((log, 4), three);
    });
    assert!(alone.contains(&Fault::Broken { entry: 3 }), "{alone:?}");

    let (alone, ..) = tampered(&|world, log, _| {
        let audit = &mut world.nodes[0].store.audit;
        let other = audit[&(log, 2)].clone();
        audit.insert((log, 3), other);
    });
    assert!(alone.contains(&Fault::Broken { entry: 3 }), "{alone:?}");
}

#[test]
fn an_end_that_is_cut_off_or_written_anew_is_found() {
    // Cut off before what the other premises signed for: found at once, and by the other as soon as it is met.
    let (alone, there, other) = tampered(&|world, log, last| {
        for sequence in 3..=last {
            world.nodes[0].store.audit.remove(&(log, sequence));
        }
    });
    assert!(
        matches!(alone[..], [Fault::Missing { first: 3, .. }]),
        "{alone:?}"
    );
    assert!(
        matches!(there[..], [Fault::SetBack { first: 3, .. }]),
        "{there:?}"
    );
    assert_eq!(there, other);

    // Written anew from an entry on, in a chain that is sound in itself.
    let (alone, there, other) = tampered(&|world, log, last| {
        let node = world.id(0);
        let audit = &mut world.nodes[0].store.audit;
        let mut tail = Tail::start(log, node);
        for sequence in 1..3 {
            tail.follow(log, &audit[&(log, sequence)]).unwrap();
        }
        for sequence in 3..=last {
            let old = Entry::read(log, &audit[&(log, sequence)]).unwrap();
            let mut event = AuditEvent::of(OPERATOR, old.act.clone());
            event.record = old.record;
            audit.insert((log, sequence), tail.append(event, old.at, [0; 16]).entry);
        }
    });
    assert!(
        alone.iter().any(|one| matches!(one, Fault::Differs { .. })),
        "{alone:?}"
    );
    for found in [there, other] {
        let told = found
            .iter()
            .any(|one| matches!(one, Fault::Contradicted { .. }));
        assert!(told, "{found:?}");
    }
}

#[test]
fn a_store_that_went_back_is_proved_by_the_other_premises() {
    let (mut world, record) = pair();
    world.disconnect(0, 1);
    let old = world.nodes[0].store.clone();
    world.connect(0, 1);
    look(&mut world, 0, record);
    pass(&mut world, 3);
    world.disconnect(0, 1);
    world.nodes[0].store = old;
    world.restart(0);
    look(&mut world, 0, record);
    assert_eq!(world.verify(0).findings, [], "alone nobody can tell");
    world.connect(0, 1);
    pass(&mut world, 3);
    for at in [0, 1] {
        let found = faults(&mut world, at);
        assert!(matches!(found[..], [Fault::SetBack { .. }]), "{found:?}");
    }
    assert_eq!(held(&world, 0), held(&world, 1), "what it lacked came back");
    assert_eq!(world.state(0, 1).0, PeerState::Agreed);
}

#[test]
fn lives_follow_one_another_and_a_life_without_an_event_leaves_nothing() {
    let (mut world, record) = pair();
    let before = held(&world, 0).len();
    for _ in 0..3 {
        world.restart(0);
    }
    assert_eq!(held(&world, 0).len(), before);
    look(&mut world, 0, record);
    assert_eq!(held(&world, 0).len(), before + 2);
    let unread = read(&mut world, 0, about(record));
    assert!(unread.unread > 0);
    world.input(0, Input::Tick);
    let all = read(&mut world, 0, about(record));
    assert_eq!((all.unread, all.entries.len()), (0, 6));
    assert_eq!(world.verify(0).findings, []);
}

#[test]
fn entries_go_after_two_years_and_nothing_young_can_hide_behind_that() {
    let (mut world, record) = pair();
    let early = held(&world, 0).len();
    // Of a clock that leapt nothing is deleted.
    world.disconnect(0, 1);
    world.sleep(70 * YEAR);
    for _ in 0..5 {
        world.input(0, Input::Tick);
    }
    assert_eq!(held(&world, 0).len(), early);
    world.sleep(-70 * YEAR);
    world.connect(0, 1);

    for _ in 0..25 {
        for at in [0, 1] {
            look(&mut world, at, record);
        }
        pass(&mut world, 30 * 24 * 60 * 60);
    }
    for _ in 0..6 {
        pass(&mut world, 24 * 60 * 60);
    }
    for at in [0, 1] {
        assert_eq!(world.verify(at).findings, [], "{at}");
        let (log, _) = own_log(&world, at);
        let all = held(&world, at);
        let of_it = all.iter().filter(|((one, _), _)| *one == log);
        let first = of_it.map(|((_, sequence), _)| *sequence).min().unwrap();
        assert!(first > 2, "{first}");
    }
    // Who deletes a young entry at the front as if its time were over is found.
    let (log, _) = own_log(&world, 0);
    let mut first = held(&world, 0);
    first.retain(|((one, _), _)| *one == log);
    let places: Vec<(LogId, u64)> = first.iter().take(4).map(|(place, _)| *place).collect();
    for place in places {
        world.nodes[0].store.audit.remove(&place);
    }
    assert!(!world.verify(0).findings.is_empty());
}

/// Months of 30 days pass, and nodes look at their clock meanwhile.
fn months(world: &mut World, count: usize) {
    for _ in 0..count {
        pass(world, 30 * 24 * 60 * 60);
    }
    for _ in 0..6 {
        pass(world, 24 * 60 * 60);
    }
}

#[test]
fn a_log_that_went_whole_where_its_end_was_lost_goes_on_behind_a_proof() {
    let (mut world, record) = pair();
    let (log, _) = own_log(&world, 1);
    let of_it = |world: &World, at: usize| -> Vec<u64> {
        let all = held(world, at).into_iter();
        let of_it = all.filter(|((one, _), _)| *one == log);
        of_it.map(|((_, sequence), _)| sequence).collect()
    };
    let old = world.nodes[1].store.clone();
    months(&mut world, 6);
    look(&mut world, 1, record);
    pass(&mut world, 3);
    world.disconnect(0, 1);
    world.nodes[1].store = old;
    world.restart(1);
    world.command(1, Command::ConfirmClock(STAFF)).unwrap();
    months(&mut world, 20);
    assert!(of_it(&world, 1).is_empty(), "all that it knew of is over");
    world.connect(0, 1);
    pass(&mut world, 20);
    assert_eq!(of_it(&world, 1), of_it(&world, 0));
    assert!(!of_it(&world, 1).is_empty());
    for at in [0, 1] {
        let found = faults(&mut world, at);
        let back = |one: &Fault| matches!(one, Fault::SetBack { .. });
        assert!(!found.is_empty() && found.iter().all(back), "{found:?}");
    }
}

#[test]
fn clause_9_the_log_of_a_life_that_none_followed_goes_whole_after_two_years_and_the_rest_verifies()
{
    let (mut world, record) = pair();
    let (log, _) = own_log(&world, 1);
    let left = |world: &World| {
        let all = held(world, 0).into_iter();
        all.filter(|((one, _), _)| *one == log).count()
    };
    look(&mut world, 1, record);
    pass(&mut world, 3);
    assert!(left(&world) > 0);
    // The second premises is given up: its computer is never started again.
    world.disconnect(0, 1);
    let gone = world.id(1);
    world.command(0, Command::RemovePeer(gone)).unwrap();
    months(&mut world, 23);
    assert!(left(&world) > 0, "not two years yet");
    months(&mut world, 2);
    assert_eq!(left(&world), 0);
    assert_eq!(world.verify(0).findings, []);
    // Where it ended is known after a restart too.
    world.restart(0);
    world.input(0, Input::Tick);
    assert_eq!(world.verify(0).findings, []);
}

#[test]
fn a_change_says_what_was_changed_and_never_to_what() {
    let mut world = World::new(1);
    let record = client(&mut world, 0);
    let note = Content::Note(Note {
        text: "Kuiskaa".into(),
        date: None,
    });
    let edit = Edit {
        target: Target::Latest(record),
        author: STAFF,
        changes: vec![
            Change::Add(Collection::Note, note.clone()),
            Change::Add(Collection::Note, note),
        ],
    };
    world.command(0, Command::Edit(edit)).unwrap();
    let page = read(&mut world, 0, about(record));
    let Act::Edited(edited) = &page.entries[0].entry.act else {
        panic!("not a change");
    };
    assert!(!edited.new && edited.topics == ["note"]);
    let told = held(&world, 0).into_iter().any(|(_, bytes)| {
        let text = b"Kuiskaa";
        bytes.windows(text.len()).any(|part| part == text)
    });
    assert!(!told);
}
