//! Properties: ledgers and value tables merge in any order, and whatever is done at up to four premises and delivered
//! in any order ends equal.

use std::collections::BTreeSet;

use jiff::Timestamp;
use kortisto_tests::perfect::World;
use proptest::prelude::*;
use register::contact::{Name, Note};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, Target};
use register::id::{Incarnation, NodeId, OPERATOR, RecordId, ValueId};
use register::ledger::{Confirmation, Ledger, LedgerEntry, Line, Reason, Removed};
use register::replica::Command;
use register::value::Content;

fn line() -> impl Strategy<Value = Line> {
    let reasons = prop::sample::select(vec![
        Reason::Request,
        Reason::Ended,
        Reason::Retention,
        Reason::Rectification,
        Reason::Consent,
    ]);
    let parts = (
        0..3u8,
        prop::option::of(0..3u8),
        0..4_000i64,
        0..3u8,
        reasons,
    );
    let removal = parts.prop_map(|(record, value, at, node, reason)| {
        let record = RecordId::from_bytes([record; 16]);
        Line::Removal(LedgerEntry {
            removed: match value {
                Some(value) => Removed::Value(record, ValueId::from_bytes([value; 16])),
                None => Removed::Record(record),
            },
            at: Timestamp::from_millisecond(at).unwrap(),
            node: NodeId::from_bytes([node; 16]),
            reason,
        })
    });
    let confirmation =
        (0..3u8, 0..3u8, 0..3u8, 0..4_000i64).prop_map(|(record, node, life, at)| {
            Line::Confirmation(Confirmation {
                record: RecordId::from_bytes([record; 16]),
                node: NodeId::from_bytes([node; 16]),
                incarnation: Incarnation::from_bytes([life; 16]),
                at: Timestamp::from_millisecond(at).unwrap(),
            })
        });
    prop_oneof![3 => removal, 1 => confirmation]
}

fn ledger(lines: &[Line]) -> Ledger {
    let mut ledger = Ledger::default();
    for line in lines {
        ledger.take(*line);
    }
    ledger
}

fn merged(one: &Ledger, two: &Ledger) -> Ledger {
    let mut all = one.clone();
    for line in two.lines() {
        all.take(line);
    }
    all
}

/// What somebody does at one of the premises, on one of two cards, or what reaches whom.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Name(usize, usize),
    Note(usize, usize),
    ChangeNote(usize, usize),
    Remove(usize, usize),
    Redact(usize, usize),
    Clear(usize, usize),
    Erase(usize, usize),
    Meet(usize, usize),
    Part(usize, usize),
    Restart(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    (0..26u8, 0..4usize, 0..4usize).prop_map(|(kind, at, other)| match kind {
        0..4 => Deed::Name(at, other),
        4..8 => Deed::Note(at, other),
        8..12 => Deed::ChangeNote(at, other),
        12..14 => Deed::Remove(at, other),
        14..17 => Deed::Redact(at, other),
        17 | 18 => Deed::Clear(at, other),
        19 => Deed::Erase(at, other),
        20..23 => Deed::Meet(at, other),
        23 | 24 => Deed::Part(at, other),
        _ => Deed::Restart(at),
    })
}

/// The premises of a property, and two cards that all of them hold.
struct Clinic {
    world: World,
    cards: [RecordId; 2],
    up: BTreeSet<(usize, usize)>,
    count: usize,
    texts: u32,
}

impl Clinic {
    fn new(count: u8) -> Self {
        let mut world = World::new(count);
        let name = |world: &mut World, last: &str| {
            let change = Change::SetField(
                FieldKey::Name,
                Content::Name(Name::new(last, "Maria").unwrap()),
            );
            world.edit(0, Target::New(RecordKind::Client), change)
        };
        let cards = [name(&mut world, "Korhonen"), name(&mut world, "Virtanen")];
        for other in 1..usize::from(count) {
            world.connect(0, other);
        }
        for other in 1..usize::from(count) {
            world.disconnect(0, other);
        }
        Self {
            world,
            cards,
            up: BTreeSet::new(),
            count: count.into(),
            texts: 0,
        }
    }

    fn text(&mut self) -> String {
        self.texts += 1;
        format!("teksti {}", self.texts)
    }

    fn note(&mut self) -> Content {
        Content::Note(Note {
            text: self.text(),
            date: None,
        })
    }

    fn name(&mut self) -> Change {
        let name = Name::new(&self.text(), "Maria").unwrap();
        Change::SetField(FieldKey::Name, Content::Name(name))
    }

    fn pair(&self, at: usize, other: usize) -> Option<(usize, usize)> {
        let (at, other) = (at % self.count, other % self.count);
        (at != other).then_some((at.min(other), at.max(other)))
    }

    /// Carries out an edit, or a redaction, if the card is still there.
    fn edit(&mut self, at: usize, card: usize, change: Change, redact: bool) {
        let edit = Edit {
            target: Target::Latest(self.cards[card % 2]),
            author: OPERATOR,
            changes: vec![change],
        };
        let command = if redact {
            Command::Redact(edit, Reason::Rectification)
        } else {
            Command::Edit(edit)
        };
        // One that is erased takes no edit.
        let _ = self.world.command(at % self.count, command);
    }

    /// The first note that stands on a card at a premises.
    fn first_note(
        &mut self,
        at: usize,
        card: usize,
    ) -> Option<(register::id::EntryId, Vec<ValueId>)> {
        let id = self.cards[card % 2];
        let cards = self.world.cards(at % self.count);
        let card = cards.into_iter().find(|card| card.id == id)?;
        let note = card.notes.first()?;
        let seen: Vec<ValueId> = note.field.all().iter().map(|held| held.id).collect();
        (!seen.is_empty()).then_some((note.id, seen))
    }

    fn run(&mut self, deed: Deed) {
        match deed {
            Deed::Name(at, card) => {
                let change = self.name();
                self.edit(at, card, change, false);
            }
            Deed::Redact(at, card) => {
                let change = self.name();
                self.edit(at, card, change, true);
            }
            Deed::Note(at, card) => {
                let change = Change::Add(Collection::Note, self.note());
                self.edit(at, card, change, false);
            }
            Deed::ChangeNote(at, card) => {
                if let Some((entry, _)) = self.first_note(at, card) {
                    let change = Change::SetEntry(Collection::Note, entry, self.note());
                    self.edit(at, card, change, false);
                }
            }
            Deed::Remove(at, card) => {
                if let Some((entry, seen)) = self.first_note(at, card) {
                    let change = Change::Void(Collection::Note, entry, seen);
                    self.edit(at, card, change, at > card);
                }
            }
            Deed::Clear(at, card) => {
                let clear = Command::ClearHistory {
                    record: self.cards[card % 2],
                    author: OPERATOR,
                };
                let _ = self.world.command(at % self.count, clear);
            }
            Deed::Erase(at, card) => {
                let erase = Command::Erase {
                    record: self.cards[card % 2],
                    author: OPERATOR,
                    reason: Reason::Request,
                };
                let _ = self.world.command(at % self.count, erase);
            }
            Deed::Meet(at, other) => {
                if let Some(pair) = self.pair(at, other)
                    && self.up.insert(pair)
                {
                    self.world.connect(pair.0, pair.1);
                }
            }
            Deed::Part(at, other) => {
                if let Some(pair) = self.pair(at, other)
                    && self.up.remove(&pair)
                {
                    self.world.disconnect(pair.0, pair.1);
                }
            }
            Deed::Restart(at) => {
                let at = at % self.count;
                for pair in self.up.clone() {
                    if pair.0 == at || pair.1 == at {
                        self.up.remove(&pair);
                        self.world.disconnect(pair.0, pair.1);
                    }
                }
                self.world.restart(at);
            }
        }
    }

    /// Everybody meets everybody.
    fn heal(&mut self) {
        for at in 0..self.count {
            for other in at + 1..self.count {
                self.run(Deed::Meet(at, other));
            }
        }
        self.world.settle();
    }

    /// What a premises stores of values, by record.
    fn values(&self, at: usize) -> BTreeSet<(RecordId, ValueId)> {
        let values = self.world.nodes[at].store.values.iter();
        values
            .flat_map(|(record, values)| values.iter().map(|value| (*record, value.id)))
            .collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ledgers_merge_in_any_order_and_twice(
        one in prop::collection::vec(line(), 0..12),
        two in prop::collection::vec(line(), 0..12),
        three in prop::collection::vec(line(), 0..12),
    ) {
        let (a, b, c) = (ledger(&one), ledger(&two), ledger(&three));
        prop_assert_eq!(merged(&a, &b), merged(&b, &a));
        prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
        prop_assert_eq!(merged(&a, &a), a.clone());
        prop_assert_eq!(merged(&merged(&a, &b), &b).digest(), merged(&b, &a).digest());
        let read: Vec<Line> = a.lines().map(|line| Line::decode(&line.encode()).unwrap()).collect();
        prop_assert_eq!(ledger(&read), a);
    }

    #[test]
    fn a_line_that_is_taken_again_changes_nothing(lines in prop::collection::vec(line(), 0..20)) {
        let mut all = ledger(&lines);
        let before = all.digest();
        for line in lines.iter().rev() {
            prop_assert!(!all.take(*line));
        }
        prop_assert_eq!(all.digest(), before);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_at_up_to_four_premises_ends_equal(
        count in 2..5u8,
        deeds in prop::collection::vec(deed(), 1..40),
    ) {
        let mut clinic = Clinic::new(count);
        for deed in deeds {
            clinic.run(deed);
        }
        clinic.heal();
        for at in 1..clinic.count {
            prop_assert!(clinic.world.cards(at) == clinic.world.cards(0), "cards of {at}");
            prop_assert_eq!(clinic.values(at), clinic.values(0), "values of {}", at);
            let ledger = |at: usize| {
                let lines = clinic.world.nodes[at].store.ledger.iter();
                ledger(&lines.map(|line| Line::decode(line).unwrap()).collect::<Vec<_>>())
            };
            prop_assert_eq!(ledger(at), ledger(0), "the ledger of {}", at);
        }
    }
}
