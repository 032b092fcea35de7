//! What treatments leave behind in a register of several premises: traces of batches, papers in a safe, and history.

use jiff::civil::{Date, date};
use kortisto_tests::perfect::World;
use register::audit::Purpose;
use register::changes::{Act, Revision, Told};
use register::contact::Name;
use register::directory::{Filed, Keeping, PaperQuery};
use register::document::{Collection, FieldKey, RecordKind, Slot};
use register::edit::{Change, Edit, Target};
use register::id::{OPERATOR, RecordId};
use register::ledger::Reason;
use register::replica::{Answer, Command};
use register::settings::PaperTask;
use register::treatment::{Contract, Treatment};
use register::value::Content;

/// The world's clock begins on 15.1.2027.
const RECENT: Date = date(2027, 1, 10);
/// Past its five years three days later.
const NEARLY_OVER: Date = date(2022, 1, 18);
const DAY: i64 = 24 * 3600;

fn treatment(date: Date, batch: &str, folder: &str) -> Treatment {
    Treatment {
        date,
        name: "Mikroneulaus".into(),
        item: None,
        by: "Hilla Hoitaja".into(),
        by_id: None,
        premises: "Poikuekatu".into(),
        products: "Seerumi Äx".into(),
        batch: batch.into(),
        remarks: String::new(),
        contract_made: Some(!folder.is_empty()),
        contract: (!folder.is_empty()).then(|| Contract {
            kind: "hoitosopimus".into(),
            date: Some(date),
            safe: "Poikuekatu".into(),
            folder: folder.into(),
            destroyed: None,
        }),
        acknowledged: None,
    }
}

fn add(one: Treatment) -> Change {
    Change::Add(Collection::Treatment, Content::Treatment(one))
}

fn named(last: &str) -> Change {
    Change::SetField(
        FieldKey::Name,
        Content::Name(Name::new(last, "Kaisa").unwrap()),
    )
}

fn client(world: &mut World, last: &str, one: Treatment) -> RecordId {
    let client = world.edit(0, Target::New(RecordKind::Client), named(last));
    world.edit(0, Target::Latest(client), add(one));
    client
}

fn erase(world: &mut World, at: usize, record: RecordId) {
    let command = Command::Erase {
        record,
        author: OPERATOR,
        reason: Reason::Request,
    };
    world.command(at, command).unwrap();
}

/// How many lines a node finds.
fn found(world: &World, at: usize, batch: &str, product: &str) -> usize {
    let directory = &world.nodes[at].directory;
    directory.received(batch, product, 10).total
}

fn tasks(world: &World, at: usize) -> Vec<PaperTask> {
    let settings = world.nodes[at].directory.settings();
    let papers = settings.map(|one| one.papers.clone()).unwrap_or_default();
    let newest = papers.iter().map(|entry| entry.field.newest().unwrap());
    newest.cloned().collect()
}

/// Removes the newest treatment as it stands at a node.
fn removal(world: &mut World, at: usize, client: RecordId) -> Edit {
    let cards = world.cards(at);
    let card = cards.iter().find(|card| card.id == client).unwrap();
    let entry = &card.treatments[0];
    let values = entry.field.all().iter().map(|held| held.id).collect();
    Edit {
        target: Target::Seen(client, card.heads.clone()),
        author: OPERATOR,
        changes: vec![Change::Void(Collection::Treatment, entry.id, values)],
    }
}

#[test]
fn a_batch_leads_to_who_received_it_at_every_premises_until_they_are_forgotten() {
    let mut world = World::new(2);
    let one = client(&mut world, "Yksi", treatment(RECENT, "LOT 5567/A", ""));
    client(&mut world, "Kaksi", treatment(RECENT, "LOT 5568", ""));
    client(
        &mut world,
        "Vanha",
        treatment(NEARLY_OVER, "LOT 5567/A", ""),
    );
    world.connect(0, 1);
    for at in [0, 1] {
        assert_eq!(found(&world, at, "lot 5567", ""), 2, "part of a number");
        assert_eq!(found(&world, at, "556", "seerumi ax"), 3, "accents aside");
        assert_eq!(found(&world, at, "5567", "kuorinta"), 0);
        assert_eq!(found(&world, at, "", ""), 0, "nothing asked, nobody found");
    }
    world.restart(1);
    assert_eq!(found(&world, 1, "5567", ""), 2, "from the stored index");
    world.connect(0, 1);
    erase(&mut world, 0, one);
    assert_eq!(found(&world, 0, "5567", ""), 1);
    world.settle();
    assert_eq!(found(&world, 1, "5567", ""), 1);

    // Past its time the card is hidden before it is deleted, and this with it.
    world.disconnect(0, 1);
    world.sleep(4 * DAY);
    world.settle();
    assert_eq!(found(&world, 0, "5567", ""), 0);
}

/// The folders of the contracts that one premises finds.
fn papers(world: &World, at: usize, keeping: Keeping) -> Vec<String> {
    let query = PaperQuery {
        safe: "",
        folder: "",
        keeping,
        soon: RECENT,
    };
    let found = world.nodes[at].directory.papers(query, 10);
    assert_eq!(found.lines.len(), found.total);
    let folder = |filed: Filed| filed.paper.contract.folder;
    found.lines.into_iter().map(folder).collect()
}

#[test]
fn a_paper_whose_line_two_premises_let_go_apart_is_one_task_and_a_destroyed_one_is_none() {
    let mut world = World::new(2);
    let one = client(&mut world, "Yksi", treatment(RECENT, "", "B-7"));
    let mut destroyed = treatment(RECENT, "", "B-8");
    if let Some(contract) = &mut destroyed.contract {
        contract.destroyed = Some(RECENT);
    }
    let two = client(&mut world, "Kaksi", destroyed);
    world.connect(0, 1);
    assert!(tasks(&world, 0).is_empty());
    assert_eq!(papers(&world, 1, Keeping::Kept), ["B-7"]);
    assert_eq!(papers(&world, 1, Keeping::Destroyed), ["B-8"]);

    world.disconnect(0, 1);
    world.sleep(DAY);
    erase(&mut world, 0, one);
    // The other premises takes the line off the card meanwhile, a day later.
    world.sleep(DAY);
    let edit = removal(&mut world, 1, one);
    world.command(1, Command::Edit(edit)).unwrap();
    assert_eq!(tasks(&world, 1).len(), 1);
    world.connect(0, 1);
    for at in [0, 1] {
        let all = tasks(&world, at);
        assert_eq!(all.len(), 1, "one paper, one task");
        assert_eq!(all[0].folder, "B-7");
    }
    erase(&mut world, 0, two);
    assert_eq!(tasks(&world, 0).len(), 1, "that paper is gone already");
}

#[test]
fn clause_6_a_line_that_the_clock_removes_leaves_one_task_at_both_premises() {
    let mut world = World::new(2);
    let one = client(&mut world, "Yksi", treatment(NEARLY_OVER, "", "C-1"));
    // A later visit keeps the card.
    world.edit(0, Target::Latest(one), add(treatment(RECENT, "", "")));
    world.connect(0, 1);
    world.sleep(4 * DAY);
    world.settle();
    world.settle();
    for at in [0, 1] {
        let cards = world.cards(at);
        assert_eq!(cards.len(), 1);
        assert_eq!(cards[0].treatments.len(), 1, "the old line went");
        let all = tasks(&world, at);
        assert_eq!(all.len(), 1);
        assert!(all[0].folder == "C-1" && all[0].done.is_none());
        assert_eq!(papers(&world, at, Keeping::Kept), [""; 0]);
    }
}

fn history(world: &mut World, record: RecordId) -> Vec<Revision> {
    let command = Command::Changes {
        record,
        viewer: OPERATOR,
        purpose: Purpose::Care,
    };
    match world.command(0, command).unwrap() {
        Answer::Revisions(all) => all,
        other => panic!("{other:?}"),
    }
}

fn last(told: &Told) -> Option<&str> {
    match told {
        Told::Content(content) => match content.as_ref() {
            Content::Name(name) => Some(&name.last),
            _ => None,
        },
        Told::Removed | Told::Overdue | Told::Awaited | Told::Unreadable => None,
    }
}

#[test]
fn history_tells_what_took_the_place_of_what_also_of_a_conflict_and_nothing_of_what_was_removed() {
    let mut world = World::new(2);
    let one = client(&mut world, "Alku", treatment(RECENT, "", ""));
    world.connect(0, 1);
    world.disconnect(0, 1);
    world.sleep(60);
    world.edit(0, Target::Latest(one), named("Vasen"));
    world.edit(1, Target::Latest(one), named("Oikea"));
    world.connect(0, 1);
    assert!(world.cards(0)[0].name.is_conflict());
    world.edit(0, Target::Latest(one), named("Valittu"));

    let all = history(&mut world, one);
    let names: Vec<&Revision> = all
        .iter()
        .filter(|revision| revision.slot == Slot::Field(FieldKey::Name))
        .collect();
    assert_eq!(names.len(), 4, "made, changed twice, settled");
    let Act::Settled { from, to } = &names[0].act else {
        panic!("the newest settles the conflict");
    };
    let mut sides: Vec<_> = from.iter().map(last).collect();
    sides.sort_unstable();
    assert_eq!(sides, [Some("Oikea"), Some("Vasen")]);
    assert_eq!(last(to), Some("Valittu"));
    assert!(matches!(&names[1].act, Act::Changed { from, .. } if last(from) == Some("Alku")));
    assert!(matches!(&names[3].act, Act::Added(to) if last(to) == Some("Alku")));
    let stamps = names.iter().map(|one| one.stamp.unwrap().at);
    assert!(stamps.is_sorted_by(|newer, older| newer >= older));

    let card = world.cards(0)[0].clone();
    let edit = Edit {
        target: Target::Seen(one, card.heads),
        author: OPERATOR,
        changes: vec![named("Oikaistu")],
    };
    world
        .command(0, Command::Redact(edit, Reason::Rectification))
        .unwrap();
    let all = history(&mut world, one);
    let told: Vec<&Told> = all
        .iter()
        .flat_map(|revision| match &revision.act {
            Act::Added(one) | Act::Removed(one) => vec![one],
            Act::Changed { from, to } => vec![from, to],
            Act::Settled { from, to } => from.iter().chain([to]).collect(),
            Act::Kept => Vec::new(),
        })
        .collect();
    let names: Vec<&str> = told.iter().filter_map(|one| last(one)).collect();
    assert_eq!(names, ["Oikaistu"], "the earlier names are gone");
    assert!(told.iter().any(|one| matches!(one, Told::Removed)));

    // A removed entry says what it was.
    let edit = removal(&mut world, 0, one);
    world.command(0, Command::Edit(edit)).unwrap();
    let all = history(&mut world, one);
    assert!(matches!(&all[0].act, Act::Removed(Told::Content(_))));
}
