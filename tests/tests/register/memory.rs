//! Whatever in memory can hold something of a client lets go of it with the erasure.

use std::collections::BTreeSet;

use jiff::civil::date;
use kortisto_tests::perfect::World;
use register::contact::Name;
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Target};
use register::holder::Holder;
use register::id::{OPERATOR, RecordId};
use register::ledger::Reason;
use register::marketing::Recipients;
use register::replica::{Answer, Command};
use register::same::Verdict;
use register::treatment::Treatment;
use register::value::Content;

fn card(world: &mut World, last: &str) -> RecordId {
    let name = Content::Name(Name::new(last, "Kaisa").unwrap());
    let name = Change::SetField(FieldKey::Name, name);
    let record = world.edit(0, Target::New(RecordKind::Client), name);
    let treatment = Treatment {
        acknowledged: None,
        date: date(2027, 1, 2),
        name: "Kuutamokäsittely".into(),
        by: "Omistaja".into(),
        premises: "Poikuekatu".into(),
        products: "Kuunvalovoide".into(),
        batch: "ERÄ-77-KUU".into(),
        remarks: String::new(),
        item: None,
        by_id: None,
        contract_made: None,
        contract: None,
    };
    for (collection, content) in [
        (
            Collection::Phone,
            Content::Phone("0400008811".parse().unwrap()),
        ),
        (Collection::Treatment, Content::Treatment(treatment)),
    ] {
        world.edit(0, Target::Latest(record), Change::Add(collection, content));
    }
    record
}

/// What at a node holds something of these cards.
fn holders(world: &mut World, at: usize, cards: &[RecordId]) -> BTreeSet<Holder> {
    let answer = world.command(at, Command::Holders(cards.to_vec()));
    let Ok(Answer::Holders(mut found)) = answer else {
        panic!("{answer:?}");
    };
    let node = world.nodes.get(at).unwrap();
    found.extend(node.directory.holders(cards));
    found.into_iter().map(|(_, holder)| holder).collect()
}

#[test]
fn nothing_in_memory_holds_whoever_was_erased() {
    let mut world = World::new(2);
    let cards = [card(&mut world, "Kaksonen"), card(&mut world, "Uusinimi")];
    let [one, other] = cards;
    world
        .command(0, Command::Judge((one, other), Verdict::Same, OPERATOR))
        .unwrap();
    let list = Content::Recipients(Recipients(vec![one]));
    let list = Change::Add(Collection::Recipients, list);
    world.edit(0, Target::New(RecordKind::Campaign), list);
    world.connect(0, 1);
    world.settle();
    // On its way to the other premises, which has not acknowledged it yet.
    let name = Content::Name(Name::new("Muuttunut", "Kaisa").unwrap());
    let name = Change::SetField(FieldKey::Name, name);
    world.edit(0, Target::Latest(one), name);
    let all: BTreeSet<Holder> = Holder::ALL.iter().copied().collect();
    assert_eq!(holders(&mut world, 0, &cards), all);
    assert!(!holders(&mut world, 1, &cards).is_empty());

    let command = Command::Erase {
        record: one,
        author: OPERATOR,
        reason: Reason::Request,
    };
    world.command(0, command).unwrap();
    // Lists follow with the next tick.
    let left = holders(&mut world, 0, &cards);
    assert!(left.iter().all(|one| *one == Holder::Lists), "{left:?}");
    world.settle();
    world.sleep(20);
    world.settle();
    for at in [0, 1] {
        assert_eq!(holders(&mut world, at, &cards), BTreeSet::new(), "at {at}");
    }
}
