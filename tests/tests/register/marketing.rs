//! Clause 12: never over 12 notices in any rolling 12 months, whoever was apart from whom.

mod model;

use jiff::Timestamp;
use kortisto_tests::perfect::World;
use register::contact::{BirthYear, Marketing};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, EditError, Target};
use register::id::{EntryId, NodeId, OPERATOR, RecordId};
use register::ledger::Reason;
use register::marketing::{
    Audience, CampaignKind, Medium, NoticeRefusal, Outcome, Plan, Progress, Recipients, Share,
    Stage, WINDOW_DAYS,
};
use register::replica::{Answer, Command, Refusal};
use register::retention::Restriction;
use register::same::Verdict;
use register::value::Content;

const DAY: i64 = 24 * 3600;

fn permission(allowed: bool) -> Change {
    let marketing = Marketing {
        allowed,
        asked: None,
        channel: "puhelin".into(),
        wording: "1".into(),
    };
    Change::SetField(FieldKey::Marketing, Content::Marketing(marketing))
}

fn willing(world: &mut World, at: usize) -> RecordId {
    let client = world.edit(at, Target::New(RecordKind::Client), permission(true));
    let email = Content::Email("a@example.com".parse().unwrap());
    world.edit(
        at,
        Target::Latest(client),
        Change::Add(Collection::Email, email),
    );
    client
}

fn campaign(number: u8) -> RecordId {
    RecordId::from_bytes([number; 16])
}

/// Sends one notice of a campaign.
fn send(world: &mut World, at: usize, to: RecordId, number: u8) -> Result<EntryId, NoticeRefusal> {
    let command = Command::Notify {
        records: vec![to],
        campaign: (campaign(number), CampaignKind::Event, Medium::Email),
        outcome: Outcome::HandedOut,
        author: OPERATOR,
    };
    match world.command(at, command).unwrap() {
        Answer::Noticed(all) => all[0],
        other => panic!("{other:?}"),
    }
}

/// Records a notice that is about to be given to the relay.
fn attempt(world: &mut World, to: RecordId, number: u8) -> Result<EntryId, NoticeRefusal> {
    let command = Command::Notify {
        records: vec![to],
        campaign: (campaign(number), CampaignKind::Event, Medium::Email),
        outcome: Outcome::Trying,
        author: OPERATOR,
    };
    first(world.command(0, command).unwrap())
}

/// Writes down at a premises what became of a notice.
fn became(
    world: &mut World,
    at: usize,
    of: (RecordId, EntryId),
    outcome: Outcome,
) -> Result<Result<EntryId, NoticeRefusal>, Refusal> {
    let command = Command::Delivered {
        of,
        outcome,
        author: OPERATOR,
    };
    world.command(at, command).map(first)
}

fn first(answer: Answer) -> Result<EntryId, NoticeRefusal> {
    match answer {
        Answer::Noticed(all) => all[0],
        other => panic!("{other:?}"),
    }
}

fn outcomes(world: &mut World, at: usize) -> Vec<Outcome> {
    let cards = world.cards(at);
    let notices = cards.iter().flat_map(|card| &card.notices);
    notices
        .map(|entry| entry.field.newest().unwrap().outcome)
        .collect()
}

#[test]
fn what_may_have_gone_out_never_goes_again() {
    let mut world = World::new(2);
    let client = willing(&mut world, 0);
    world.connect(0, 1);
    rest(&mut world);
    let notice = attempt(&mut world, client, 1).unwrap();
    assert_eq!(attempt(&mut world, client, 1), Err(NoticeRefusal::Twice));
    let one = (client, notice);
    let again = became(&mut world, 0, one, Outcome::Trying);
    assert_eq!(again, Err(Refusal::Edit(EditError::Unsound)));
    became(&mut world, 0, one, Outcome::Later).unwrap().unwrap();
    assert_eq!(became(&mut world, 0, one, Outcome::Trying), Ok(Ok(notice)));
    became(&mut world, 0, one, Outcome::Sent).unwrap().unwrap();
    for next in [Outcome::Trying, Outcome::Later, Outcome::Failed] {
        let changed = became(&mut world, 0, one, next);
        assert_eq!(changed, Err(Refusal::Edit(EditError::Unsound)), "{next:?}");
    }
    rest(&mut world);
    assert_eq!(outcomes(&mut world, 1), [Outcome::Sent]);
}

#[test]
fn another_premises_knows_nothing_of_what_became_of_a_notice() {
    let mut world = World::new(2);
    let client = willing(&mut world, 0);
    world.connect(0, 1);
    rest(&mut world);
    let notice = attempt(&mut world, client, 1).unwrap();
    rest(&mut world);
    let there = became(&mut world, 1, (client, notice), Outcome::Sent);
    assert_eq!(there, Err(Refusal::Edit(EditError::Unsound)));
    assert_eq!(outcomes(&mut world, 0), [Outcome::Trying]);
}

#[test]
fn whoever_says_no_while_the_relay_waits_is_not_tried_again_and_a_late_try_counts_from_then() {
    let mut world = World::new(1);
    let client = willing(&mut world, 0);
    let notice = attempt(&mut world, client, 1).unwrap();
    let one = (client, notice);
    became(&mut world, 0, one, Outcome::Later).unwrap().unwrap();
    world.sleep(40 * DAY);
    assert_eq!(became(&mut world, 0, one, Outcome::Trying), Ok(Ok(notice)));
    let at = world.cards(0)[0].notices[0].field.newest().unwrap().at;
    assert_eq!(at.as_second(), 1_800_000_000 + 40 * DAY);
    became(&mut world, 0, one, Outcome::Later).unwrap().unwrap();
    world.edit(0, Target::Latest(client), permission(false));
    let again = became(&mut world, 0, one, Outcome::Trying);
    assert_eq!(again, Ok(Err(NoticeRefusal::NoPermission)));
    became(&mut world, 0, one, Outcome::Failed)
        .unwrap()
        .unwrap();
    assert_eq!(outcomes(&mut world, 0), [Outcome::Failed]);
}

/// Sends as many as are let through, up to so many.
fn send_many(world: &mut World, at: usize, to: RecordId, numbers: core::ops::Range<u8>) -> usize {
    numbers
        .filter(|number| send(world, at, to, *number).is_ok())
        .count()
}

/// Time enough for the premises to even out what they have.
fn rest(world: &mut World) {
    for _ in 0..4 {
        world.sleep(6);
        world.settle();
    }
}

#[test]
fn clause_12_the_13th_is_refused_also_when_6_and_7_were_recorded_apart() {
    let mut world = World::new(2);
    let client = willing(&mut world, 0);
    world.connect(0, 1);
    rest(&mut world);
    world.disconnect(0, 1);
    assert_eq!(send_many(&mut world, 0, client, 1..7), 6);
    assert_eq!(send_many(&mut world, 1, client, 11..18), 6);
    assert_eq!(send(&mut world, 1, client, 18), Err(NoticeRefusal::Units));
    world.connect(0, 1);
    rest(&mut world);
    assert!(world.cards(0) == world.cards(1));
    assert_eq!(world.cards(0)[0].notices.len(), 12);
    for at in [0, 1] {
        assert_eq!(send(&mut world, at, client, 20), Err(NoticeRefusal::Cap));
    }
    world.sleep((WINDOW_DAYS + 1) * DAY);
    for at in [0, 1] {
        world.command(at, Command::ConfirmClock(OPERATOR)).unwrap();
    }
    rest(&mut world);
    assert_eq!(send(&mut world, 0, client, 21).err(), None);
}

#[test]
fn who_is_short_of_units_gets_them_from_the_other_premises_while_in_contact() {
    let mut world = World::new(3);
    let client = willing(&mut world, 0);
    world.connect(0, 1);
    world.connect(0, 2);
    world.connect(1, 2);
    rest(&mut world);
    let mut sent = 0;
    for number in 0..40 {
        match send(&mut world, 2, client, number) {
            Ok(_) => sent += 1,
            Err(NoticeRefusal::Units) => rest(&mut world),
            Err(NoticeRefusal::Cap) => break,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(sent, 12);
    rest(&mut world);
    assert_eq!(send(&mut world, 0, client, 99), Err(NoticeRefusal::Cap));
}

#[test]
fn a_premises_alone_has_all_twelve_and_a_restart_changes_nothing() {
    let mut world = World::new(1);
    let client = willing(&mut world, 0);
    assert_eq!(send_many(&mut world, 0, client, 1..6), 5);
    world.restart(0);
    assert_eq!(send_many(&mut world, 0, client, 6..40), 7);
    world.restart(0);
    assert_eq!(send(&mut world, 0, client, 50), Err(NoticeRefusal::Cap));
}

#[test]
fn an_opt_out_holds_at_once_on_every_card_and_wins_a_conflict() {
    let mut world = World::new(2);
    let client = willing(&mut world, 0);
    let other = willing(&mut world, 0);
    world.connect(0, 1);
    rest(&mut world);
    assert!(send(&mut world, 1, client, 1).is_ok());
    assert_eq!(send(&mut world, 1, client, 1), Err(NoticeRefusal::Twice));
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(client), permission(false));
    // The other premises asked as well and heard the opposite, later.
    world.sleep(DAY);
    world.edit(1, Target::Latest(client), permission(true));
    assert_eq!(
        send(&mut world, 0, client, 2),
        Err(NoticeRefusal::NoPermission)
    );
    world.connect(0, 1);
    for at in [0, 1] {
        assert_eq!(
            send(&mut world, at, client, 3),
            Err(NoticeRefusal::NoPermission)
        );
        assert!(send(&mut world, at, other, 30 + u8::try_from(at).unwrap()).is_ok());
    }
    let judge = Command::Judge((client, other), Verdict::Same, OPERATOR);
    world.command(0, judge).unwrap();
    world.settle();
    for at in [0, 1] {
        assert_eq!(
            send(&mut world, at, other, 4),
            Err(NoticeRefusal::NoPermission)
        );
    }
}

#[test]
fn minors_restricted_cards_and_clients_never_asked_get_none() {
    let mut world = World::new(1);
    let client = willing(&mut world, 0);
    let year = |year| {
        Change::SetField(
            FieldKey::BirthYear,
            Content::BirthYear(BirthYear::new(year).unwrap()),
        )
    };
    // The world's clock begins on 15.1.2027.
    world.edit(0, Target::Latest(client), year(2009));
    assert_eq!(send(&mut world, 0, client, 1), Err(NoticeRefusal::Minor));
    world.edit(0, Target::Latest(client), year(2008));
    assert!(send(&mut world, 0, client, 1).is_ok());
    let restriction = Restriction {
        on: true,
        since: jiff::civil::date(2027, 1, 15),
    };
    let restrict = Change::SetField(FieldKey::Restriction, Content::Restriction(restriction));
    world.edit(0, Target::Latest(client), restrict);
    assert_eq!(
        send(&mut world, 0, client, 2),
        Err(NoticeRefusal::Restricted)
    );
    let never = world.edit(0, Target::New(RecordKind::Client), year(1980));
    assert_eq!(
        send(&mut world, 0, never, 1),
        Err(NoticeRefusal::NoPermission)
    );
    world.edit(0, Target::Latest(never), permission(true));
    assert_eq!(send(&mut world, 0, never, 1), Err(NoticeRefusal::NoAddress));
}

#[test]
fn linked_cards_count_together() {
    let mut world = World::new(2);
    let one = willing(&mut world, 0);
    let other = willing(&mut world, 0);
    world.connect(0, 1);
    rest(&mut world);
    let judge = Command::Judge((one, other), Verdict::Same, OPERATOR);
    world.command(0, judge).unwrap();
    world.settle();
    world.disconnect(0, 1);
    assert_eq!(send_many(&mut world, 0, one, 1..4), 3);
    assert_eq!(send_many(&mut world, 0, other, 4..20), 3);
    assert_eq!(send_many(&mut world, 1, other, 21..40), 6);
    world.connect(0, 1);
    assert_eq!(send(&mut world, 1, one, 50), Err(NoticeRefusal::Cap));
    // Unlinked, each card has its own count again.
    let judge = Command::Judge((one, other), Verdict::Different, OPERATOR);
    world.command(0, judge).unwrap();
    world.settle();
    assert!(send(&mut world, 0, one, 51).is_ok());
}

#[test]
fn notices_and_units_are_written_by_the_register_alone() {
    let mut world = World::new(1);
    let client = willing(&mut world, 0);
    send(&mut world, 0, client, 1).unwrap();
    let notice = world.cards(0)[0].notices[0].clone();
    let from = NodeId::from_bytes([9; 16]);
    let share = Share {
        from,
        to: register::replica::node_id(&[1; 32]),
        units: 12,
        at: Timestamp::UNIX_EPOCH,
    };
    let values = notice.field.all().iter().map(|held| held.id).collect();
    for change in [
        Change::Void(Collection::Notice, notice.id, values),
        Change::Add(Collection::Share, Content::Share(share)),
    ] {
        let edit = Edit {
            target: Target::Latest(client),
            author: OPERATOR,
            changes: vec![change],
        };
        let refusal = world.command(0, Command::Edit(edit)).unwrap_err();
        assert_eq!(refusal, Refusal::Edit(EditError::Counted));
    }
}

/// A campaign with a list of these clients, made at a node.
fn listed(world: &mut World, maker: usize, clients: &[RecordId]) -> RecordId {
    let plan = Plan {
        kind: CampaignKind::TreatmentDay,
        title: "Kasvohoitopäivä".into(),
        texts: ["Tervetuloa".into(), String::new(), String::new()],
        audience: Audience::default(),
        medium: Medium::Email,
        node: world.id(maker),
        list_days: 14,
    };
    let plan = Change::SetField(FieldKey::Plan, Content::Plan(plan));
    let campaign = world.edit(maker, Target::New(RecordKind::Campaign), plan);
    let at = |days: i64| Timestamp::from_second(1_800_000_000 + days * DAY).unwrap();
    let progress = Progress {
        stage: Stage::Listed,
        since: at(0),
        listed: u32::try_from(clients.len()).unwrap(),
        expires: Some(at(14)),
    };
    let progress = Change::SetField(FieldKey::Progress, Content::Progress(progress));
    world.edit(maker, Target::Latest(campaign), progress);
    let part = Content::Recipients(Recipients(clients.to_vec()));
    let part = Change::Add(Collection::Recipients, part);
    world.edit(maker, Target::Latest(campaign), part);
    campaign
}

/// Whether a client's id stands in any value of a campaign that a node stores.
fn names(world: &World, at: usize, campaign: RecordId, client: RecordId) -> bool {
    let values = &world.nodes[at].store.values[&campaign];
    values.iter().any(|value| {
        let mut windows = value.content.windows(16);
        windows.any(|window| window == client.as_bytes())
    })
}

/// At both premises the list names these clients and no others.
fn check_listed(world: &World, campaign: RecordId, clients: &[RecordId], listed: &[RecordId]) {
    for at in 0..2 {
        for client in clients {
            let is_named = names(world, at, campaign, *client);
            assert_eq!(is_named, listed.contains(client), "{client} at {at}");
        }
        let read = world.nodes[at].directory.campaign(campaign).unwrap();
        assert_eq!(read.parts.len(), 1);
        assert_eq!(read.parts[0].field.all().len(), 1, "nobody has to choose");
        let mut listed = listed.to_vec();
        listed.sort_unstable();
        assert_eq!(read.recipients(), listed);
    }
}

fn erase(world: &mut World, at: usize, record: RecordId) {
    let command = Command::Erase {
        record,
        author: OPERATOR,
        reason: Reason::Request,
    };
    world.command(at, command).unwrap();
}

/// Whoever's matter a list isn't waits a while before striking off.
fn rest_for_lists(world: &mut World) {
    world.settle();
    world.sleep(20);
    world.settle();
}

#[test]
fn whoever_is_erased_goes_from_every_list_at_every_premises() {
    let mut world = World::new(2);
    let clients: Vec<RecordId> = (0..5).map(|_| willing(&mut world, 0)).collect();
    world.connect(0, 1);
    let campaign = listed(&mut world, 0, &clients);
    world.settle();
    check_listed(&world, campaign, &clients, &clients);
    // At the premises that did not make it.
    erase(&mut world, 1, clients[0]);
    world.settle();
    check_listed(&world, campaign, &clients, &clients[1..]);
    // At both, while apart: each has its own gone at once, and both are gone when they meet.
    world.disconnect(0, 1);
    erase(&mut world, 0, clients[1]);
    erase(&mut world, 1, clients[2]);
    world.settle();
    assert!(!names(&world, 0, campaign, clients[1]) && !names(&world, 1, campaign, clients[2]));
    world.connect(0, 1);
    rest_for_lists(&mut world);
    check_listed(&world, campaign, &clients, &clients[3..]);
    // A list that was made where nobody knew of the erasure.
    world.disconnect(0, 1);
    erase(&mut world, 0, clients[3]);
    let late = listed(&mut world, 1, &clients[3..]);
    world.restart(1);
    world.connect(0, 1);
    rest_for_lists(&mut world);
    for campaign in [campaign, late] {
        check_listed(&world, campaign, &clients, &clients[4..]);
    }
    world.restart(0);
    world.settle();
    check_listed(&world, late, &clients, &clients[4..]);
}

#[test]
fn a_list_goes_for_good_when_its_time_is_over() {
    let mut world = World::new(2);
    let client = willing(&mut world, 0);
    world.connect(0, 1);
    let campaign = listed(&mut world, 0, &[client]);
    world.settle();
    let held = |world: &World, at: usize| names(world, at, campaign, client);
    assert!(held(&world, 0) && held(&world, 1));
    world.disconnect(0, 1);
    world.sleep(15 * DAY);
    world.settle();
    assert!(!held(&world, 0) && !held(&world, 1));
    world.connect(0, 1);
    assert!(!held(&world, 0) && !held(&world, 1));
    world.restart(0);
    assert!(!held(&world, 0));
}
