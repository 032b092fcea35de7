//! What is kept of a user goes two years after their access ended (clause 9), by the ledger, at every premises.

use kortisto_tests::perfect::World;
use register::document::{FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::id::RecordId;
use register::ledger::Reason;
use register::people::{Profile, Role, Undertaking};
use register::replica::{Answer, Command, DueCard, Hold};
use register::value::Content;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;
/// Days that everybody sleeps at a time: fewer than the clock guard doubts.
const NAP: i64 = 20;

fn user(world: &mut World) -> RecordId {
    let profile = Profile {
        name: "Hilla Hoitaja".into(),
        role: Role::Staff,
    };
    let profile = Change::SetField(FieldKey::Profile, Content::Profile(profile));
    let user = world.edit(0, Target::New(RecordKind::Staff), profile);
    let undertaking = Undertaking {
        date: jiff::civil::date(2027, 1, 15),
    };
    let undertaking = Change::SetField(FieldKey::Undertaking, Content::Undertaking(undertaking));
    world.edit(0, Target::Latest(user), undertaking);
    user
}

fn end(world: &mut World, at: usize, user: RecordId) {
    let change = Change::SetField(FieldKey::Disabled, Content::Disabled(true));
    world.edit(at, Target::Latest(user), change);
}

/// So many days go by with both premises in contact.
fn days(world: &mut World, count: i64) {
    let mut left = count;
    while left > 0 {
        world.sleep(left.min(NAP) * DAY);
        left -= NAP;
        world.disconnect(0, 1);
        world.connect(0, 1);
        world.settle();
    }
}

fn due(world: &mut World, at: usize) -> Vec<DueCard> {
    match world.command(at, Command::Due(None)) {
        Ok(Answer::Due(due)) => due,
        other => panic!("{other:?}"),
    }
}

fn knows(world: &World, at: usize, user: RecordId) -> (bool, bool) {
    let node = &world.nodes[at];
    let known = node.directory.user(user).is_some();
    assert_eq!(known, node.store.documents.contains_key(&user), "at {at}");
    assert_eq!(known, node.store.values.contains_key(&user), "at {at}");
    (known, node.directory.is_former(user))
}

#[test]
fn clause_9_a_former_user_goes_after_two_years_everywhere_and_nobody_else_does() {
    let mut world = World::new(2);
    let leaver = user(&mut world);
    let stays = user(&mut world);
    world.connect(0, 1);
    end(&mut world, 1, leaver);
    world.settle();
    days(&mut world, 690);
    assert!(due(&mut world, 0).is_empty(), "more than 30 days ahead");
    days(&mut world, 20);
    for at in [0, 1] {
        // Also after a restart, when nothing but the record itself says it.
        world.restart(at);
    }
    for at in [0, 1] {
        let listed = due(&mut world, at);
        assert!(listed.len() == 1 && listed[0].user, "{listed:?}");
        assert_eq!(listed[0].record, leaver);
        assert_eq!(knows(&world, at, leaver), (true, false));
    }
    days(&mut world, 40);
    for at in [0, 1] {
        assert_eq!(knows(&world, at, leaver), (false, true), "at {at}");
        assert_eq!(knows(&world, at, stays), (true, false), "at {at}");
        world.restart(at);
        assert_eq!(knows(&world, at, leaver), (false, true), "at {at}");
    }
    let Ok(Answer::Erasure(erasure)) = world.command(0, Command::Erasure(leaver)) else {
        panic!("no certificate");
    };
    assert_eq!(erasure.reason, Reason::FormerUser);
    assert!(erasure.awaited.is_empty() && erasure.confirmed.len() == 2);
}

#[test]
fn a_former_user_waits_for_a_premises_that_was_not_heard() {
    let mut world = World::new(2);
    let leaver = user(&mut world);
    world.connect(0, 1);
    end(&mut world, 0, leaver);
    world.settle();
    days(&mut world, 720);
    world.disconnect(0, 1);
    for _ in 0..2 {
        world.sleep(12 * DAY);
        world.settle();
    }
    let report = world.nodes[0].replica.report().retention;
    assert_eq!((report.users, report.hold), (1, Some(Hold::Peers)));
    assert_eq!(knows(&world, 0, leaver), (true, false));
    world.connect(0, 1);
    days(&mut world, 2);
    for at in [0, 1] {
        assert_eq!(knows(&world, at, leaver), (false, true), "at {at}");
    }
}
