//! The breach register keeps itself to five years (clause 9): what is past them leaves the store, what is open stays.

use jiff::civil::{Date, date};
use kortisto_tests::perfect::World;
use register::breach::{Breach, Telling};
use register::document::Collection;
use register::edit::{Change, Target};
use register::id::SETTINGS;
use register::replica::Shelf as _;
use register::value::Content;

/// Seconds of a day.
const DAY: i64 = 24 * 3600;

fn breach(what: &str, closed: Option<Date>) -> Change {
    let breach = Breach {
        what: what.into(),
        noticed: "2022-01-10T08:00:00Z".parse().unwrap(),
        categories: "Nimiä".into(),
        people: Some(2),
        consequences: "Vähäisiä".into(),
        measures: "Korjattu".into(),
        authority: Telling::Told(date(2022, 1, 11)),
        delay: String::new(),
        persons: Telling::NotNeeded("Ei riskiä".into()),
        closed,
    };
    Change::Add(Collection::Breach, Content::Breach(breach))
}

/// What the breaches in a node's store say.
fn kept(world: &World, at: usize) -> Vec<String> {
    let values = world.nodes[at].store.values(SETTINGS).unwrap();
    let contents = values.iter().filter_map(|value| value.decode().ok());
    let mut all: Vec<String> = contents
        .filter_map(|(content, _)| match content {
            Content::Breach(breach) => Some(breach.what),
            _ => None,
        })
        .collect();
    all.sort();
    all
}

#[test]
fn clause_9_a_closed_breach_leaves_every_store_after_five_years() {
    // The world's clock begins on 15.1.2027.
    let mut world = World::new(2);
    for change in [
        breach("avoin", None),
        breach("myöhempi", Some(date(2022, 2, 18))),
        breach("vanha", Some(date(2022, 1, 18))),
    ] {
        world.edit(0, Target::Latest(SETTINGS), change);
    }
    world.connect(0, 1);
    assert_eq!(kept(&world, 1), ["avoin", "myöhempi", "vanha"]);
    for _ in 0..8 {
        world.sleep(DAY);
        world.disconnect(0, 1);
        world.connect(0, 1);
        world.settle();
    }
    for at in [0, 1] {
        assert_eq!(kept(&world, at), ["avoin", "myöhempi"], "at {at}");
    }
}
