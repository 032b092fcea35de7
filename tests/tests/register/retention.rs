//! Deletion by the clock where premises stand in a row: each waits for all that write in the register, not only for
//! those it is paired with.

use jiff::civil::{Date, date};
use kortisto_tests::perfect::World;
use register::audit::{Act, AuditEvent};
use register::contact::Name;
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::{OPERATOR, RecordId};
use register::replica::Command;
use register::treatment::Treatment;
use register::value::Content;

/// Seconds of a day. The world's clock begins on 15.1.2027.
const DAY: i64 = 24 * 3600;

fn visit(on: Date) -> Change {
    let treatment = Treatment {
        acknowledged: None,
        date: on,
        name: "Kasvohoito".into(),
        item: None,
        by: "Omistaja".into(),
        by_id: None,
        premises: "Poikuekatu".into(),
        products: String::new(),
        batch: String::new(),
        remarks: String::new(),
        contract_made: None,
        contract: None,
    };
    Change::Add(Collection::Treatment, Content::Treatment(treatment))
}

/// A card whose last visit was on this day.
fn card(world: &mut World, last: Date) -> RecordId {
    let name = Content::Name(Name::new("Vanha", "Vappu").unwrap());
    let name = Change::SetField(FieldKey::Name, name);
    let record = world.edit(0, Target::New(RecordKind::Client), name);
    world.edit(0, Target::Latest(record), visit(last));
    record
}

/// Three premises in a row, all of whom have heard of each other, and a card that is due on 20.1.2027.
fn row() -> (World, RecordId) {
    let mut world = World::row(3);
    let due = card(&mut world, date(2022, 1, 20));
    world.connect(0, 1);
    world.connect(1, 2);
    rest(&mut world);
    assert!(holds(&world, 2, due));
    (world, due)
}

fn holds(world: &World, at: usize, record: RecordId) -> bool {
    world.nodes[at].store.documents.contains_key(&record)
}

/// Somebody comes to work at a node, which is logged; time enough for the others to sign for it.
fn work(world: &mut World, at: usize) {
    let event = AuditEvent::of(OPERATOR, Act::LoggedIn);
    world.command(at, Command::Audit(event)).unwrap();
    rest(world);
}

fn rest(world: &mut World) {
    for _ in 0..4 {
        world.settle();
        world.sleep(601);
        world.settle();
    }
}

/// Days of work at the two premises that are in reach of each other.
fn days(world: &mut World, count: usize) {
    for _ in 0..count {
        world.sleep(DAY);
        world.disconnect(1, 2);
        world.connect(1, 2);
        work(world, 2);
    }
}

#[test]
fn clause_9_a_visit_at_the_far_end_of_a_row_keeps_a_card_though_only_the_neighbour_was_heard() {
    let (mut world, due) = row();
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(due), visit(date(2027, 1, 15)));
    days(&mut world, 10);
    assert!(holds(&world, 2, due), "the far end was not heard");
    world.connect(0, 1);
    days(&mut world, 2);
    for at in 0..3 {
        assert!(holds(&world, at, due), "the visit came late at {at}");
    }
}

#[test]
fn clause_9_a_card_goes_once_the_far_end_was_heard_through_the_neighbour() {
    let (mut world, due) = row();
    world.disconnect(0, 1);
    days(&mut world, 10);
    assert!(holds(&world, 2, due));
    // With a restart between: who writes in the register is remembered.
    world.restart(2);
    days(&mut world, 1);
    assert!(holds(&world, 2, due));
    world.connect(0, 1);
    days(&mut world, 2);
    for at in 0..3 {
        assert!(!holds(&world, at, due), "still at {at}");
    }
}

/// So many days go by at two premises that are in reach of each other.
fn together(world: &mut World, days: i64) {
    for _ in 0..days / 20 {
        world.sleep(20 * DAY);
        world.disconnect(0, 1);
        world.connect(0, 1);
        world.settle();
    }
}

#[test]
fn clause_9_whoever_removes_the_last_visit_waits_until_nobody_else_can_have_recorded_another() {
    let mut world = World::new(2);
    let name = Content::Name(Name::new("Vakio", "Vieno").unwrap());
    let name = Change::SetField(FieldKey::Name, name);
    let record = world.edit(0, Target::New(RecordKind::Client), name);
    world.connect(0, 1);
    together(&mut world, 200);
    world.edit(0, Target::Latest(record), visit(date(2027, 8, 1)));
    // Without that visit the card would have gone in January 2032, five years after it was made.
    together(&mut world, 1_660);
    world.disconnect(0, 1);
    world.edit(1, Target::Latest(record), visit(date(2032, 2, 15)));
    let mistaken = world.cards(0)[0].treatments[0].clone();
    let seen = mistaken.field.all().iter().map(|held| held.id).collect();
    let remove = Change::Void(Collection::Treatment, mistaken.id, seen);
    world.edit(0, Target::Latest(record), remove);
    for _ in 0..3 {
        world.sleep(DAY);
        world.settle();
        world.settle();
    }
    assert!(holds(&world, 0, record), "the other premises was not heard");
    world.connect(0, 1);
    together(&mut world, 40);
    for at in 0..2 {
        assert_eq!(world.cards(at)[0].treatments.len(), 1, "at {at}");
    }
}

#[test]
fn clause_9_one_that_shows_nobody_any_more_is_not_waited_for_at_the_other_end() {
    let (mut world, due) = row();
    world.disconnect(0, 1);
    days(&mut world, 34);
    assert!(holds(&world, 2, due));
    days(&mut world, 4);
    assert!(!holds(&world, 2, due));
}

#[test]
fn clause_9_one_that_was_parted_from_is_not_waited_for() {
    let mut world = World::new(2);
    let due = card(&mut world, date(2022, 1, 20));
    world.connect(0, 1);
    rest(&mut world);
    world.disconnect(0, 1);
    let lost = world.id(1);
    world.command(0, Command::RemovePeer(lost)).unwrap();
    world.restart(0);
    for _ in 0..8 {
        world.sleep(DAY);
        world.input(0, register::replica::Input::Tick);
        world.input(0, register::replica::Input::Tick);
    }
    assert!(!holds(&world, 0, due));
}

/// How many entries node 1 holds of the logs.
fn logged(world: &World) -> usize {
    world.nodes[1].store.audit.len()
}

#[test]
fn clause_9_no_premises_is_heard_through_its_log_before_its_visits_are_held() {
    let (mut world, due) = row();
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(due), visit(date(2027, 1, 15)));
    let values = |world: &World, at: usize| world.nodes[at].store.values[&due].len();
    let (visited, before) = (values(&world, 0), logged(&world));
    assert!(values(&world, 1) < visited);
    world.bring_up(0, 1);
    let mut frames = 0;
    while world.step() {
        frames += 1;
        assert!(
            values(&world, 1) == visited || logged(&world) == before,
            "after {frames} frames the log is there and the visit is not"
        );
    }
    world.settle();
    assert_eq!(values(&world, 1), visited);
    assert!(logged(&world) > before);
}

/// Its clock is put ahead and it writes, which the other hears; then the line is cut and there is a visit, which nobody
/// else hears of before the card is due.
#[test]
fn clause_9_a_clock_that_is_ahead_says_nothing_of_when_its_premises_was_heard() {
    for restarts in [false, true] {
        let mut world = World::new(2);
        let due = card(&mut world, date(2022, 1, 20));
        world.connect(0, 1);
        rest(&mut world);
        world.put_clock(1, 90 * DAY);
        work(&mut world, 1);
        world.disconnect(0, 1);
        world.put_clock(1, 0);
        world.edit(1, Target::Latest(due), visit(date(2027, 1, 15)));
        if restarts {
            world.restart(0);
        }
        for _ in 0..10 {
            world.sleep(DAY);
            work(&mut world, 0);
        }
        assert!(holds(&world, 0, due), "the other was not heard");
        world.connect(0, 1);
        rest(&mut world);
        for at in 0..2 {
            assert!(holds(&world, at, due), "the visit came late at {at}");
        }
    }
}
