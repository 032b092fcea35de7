//! Replicas that talk over perfect lines: what an edit at one comes to at the others.

use std::collections::BTreeSet;

use kortisto_tests::perfect::World;
use register::card::Field;
use register::contact::{Name, Note};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, EditError, Target};
use register::id::{OPERATOR, RecordId};
use register::ledger::{Line, Reason};
use register::replica::{
    Answer, Command, ImportOutcome, ImportedClient, Input, PeerState, Refusal,
};
use register::treatment::Treatment;
use register::value::Content;

fn name(last: &str) -> Change {
    Change::SetField(
        FieldKey::Name,
        Content::Name(Name::new(last, "Maria").unwrap()),
    )
}

fn note(text: &str) -> Change {
    Change::Add(
        Collection::Note,
        Content::Note(Note {
            text: text.into(),
            date: None,
        }),
    )
}

#[test]
fn edits_travel_and_both_agree() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    assert!(world.cards(1) == world.cards(0));
    assert_eq!(world.cards(1).len(), 1);
    world.edit(1, Target::Latest(client), note("Toivoo aamuaikoja"));
    world.settle();
    assert!(world.cards(0) == world.cards(1));
    assert_eq!(world.cards(0)[0].notes.len(), 1);
    assert_eq!(world.state(0, 1), (PeerState::Agreed, 0));
    assert_eq!(world.state(1, 0), (PeerState::Agreed, 0));
}

#[test]
fn a_reconnect_with_nothing_new_is_one_small_message_each_way_and_opens_nothing() {
    let mut world = World::new(2);
    for number in 0..50 {
        world.edit(
            0,
            Target::New(RecordKind::Client),
            name(&format!("Nimi{number}")),
        );
    }
    world.connect(0, 1);
    world.disconnect(0, 1);
    world.restart(0);
    world.restart(1);
    // A start looks once for breaches past their time, connected or not.
    for at in [0, 1] {
        world.input(at, Input::Tick);
    }
    world.sent = vec![0, 0];
    let reads = world.nodes[0].store.reads.get() + world.nodes[1].store.reads.get();
    world.connect(0, 1);
    assert!(
        world.sent.iter().all(|sent| (1..=400).contains(sent)),
        "{:?}",
        world.sent
    );
    assert_eq!(
        world.nodes[0].store.reads.get() + world.nodes[1].store.reads.get(),
        reads
    );
    assert_eq!(world.state(0, 1), (PeerState::Agreed, 0));
}

#[test]
fn who_was_away_for_ten_thousand_edits_gets_exactly_what_it_lacks() {
    const EDITED: usize = 200;
    let mut world = World::new(2);
    let clients: Vec<RecordId> = (0..600)
        .map(|number| {
            let name = name(&format!("Nimi{number}"));
            world.edit(0, Target::New(RecordKind::Client), name)
        })
        .collect();
    world.connect(0, 1);
    world.disconnect(0, 1);
    for number in 0..10_000 {
        let client = clients[number * 7 % EDITED];
        world.edit(0, Target::Latest(client), note(&format!("Huomio {number}")));
    }
    let before = world.nodes[1].store.documents.clone();
    let reads = world.nodes[1].store.reads.get();
    world.connect(0, 1);
    assert_eq!(world.state(0, 1), (PeerState::Agreed, 0));
    let changed: BTreeSet<RecordId> = world.nodes[1]
        .store
        .documents
        .iter()
        .filter(|(record, bytes)| before.get(record) != Some(bytes))
        .map(|(record, _)| *record)
        .collect();
    assert_eq!(changed, clients[..EDITED].iter().copied().collect());
    let opened = world.nodes[1].store.reads.get() - reads;
    assert!(opened <= EDITED, "{opened} documents opened");
    assert!(world.cards(0) == world.cards(1));
}

#[test]
fn apart_two_edits_of_one_field_are_both_kept_until_a_person_picks() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    world.disconnect(0, 1);
    world.edit(0, Target::Latest(client), name("Virtanen"));
    world.edit(0, Target::Latest(client), note("yksi"));
    world.edit(1, Target::Latest(client), name("Nieminen"));
    world.edit(1, Target::Latest(client), note("kaksi"));
    assert_eq!(world.state(0, 1), (PeerState::Apart, 1));
    world.connect(0, 1);
    let card = world.cards(0).remove(0);
    assert!(card == world.cards(1).remove(0));
    assert_eq!(card.conflicts(), 1);
    assert_eq!(card.notes.len(), 2);
    let Field::Conflict(values) = &card.name else {
        panic!()
    };
    assert_eq!(values.len(), 2);
    world.edit(1, Target::Seen(client, card.heads), name("Virtanen"));
    world.settle();
    assert_eq!(world.cards(0)[0].conflicts(), 0);
    assert!(world.cards(0) == world.cards(1));
}

#[test]
fn a_stale_page_makes_a_conflict_and_overwrites_nothing() {
    let mut world = World::new(1);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    let stale = world.cards(0)[0].heads.clone();
    world.edit(0, Target::Seen(client, stale.clone()), name("Virtanen"));
    world.edit(0, Target::Seen(client, stale), name("Nieminen"));
    assert!(world.cards(0)[0].name.is_conflict());
}

#[test]
fn an_entry_removed_here_and_edited_there_stands_disputed_until_decided() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.edit(0, Target::Latest(client), note("vanha"));
    world.connect(0, 1);
    world.disconnect(0, 1);
    let entry = world.cards(0)[0].notes[0].clone();
    let seen = entry.field.all()[0].id;
    world.edit(
        0,
        Target::Latest(client),
        Change::Void(Collection::Note, entry.id, vec![seen]),
    );
    assert_eq!(world.cards(0)[0].notes.len(), 0);
    let changed = Content::Note(Note {
        text: "uusi".into(),
        date: None,
    });
    world.edit(
        1,
        Target::Latest(client),
        Change::SetEntry(Collection::Note, entry.id, changed.clone()),
    );
    world.connect(0, 1);
    let card = world.cards(0).remove(0);
    assert!(card.notes[0].disputed);
    assert!(card == world.cards(1).remove(0));
    world.edit(
        0,
        Target::Seen(client, card.heads),
        Change::SetEntry(Collection::Note, entry.id, changed),
    );
    world.settle();
    assert!(!world.cards(1)[0].notes[0].disputed);
    let entry = world.cards(1)[0].notes[0].clone();
    let seen = entry.field.all()[0].id;
    world.edit(
        1,
        Target::Latest(client),
        Change::Void(Collection::Note, entry.id, vec![seen]),
    );
    world.settle();
    assert_eq!(world.cards(0)[0].notes.len(), 0);
}

#[test]
fn three_premises_in_a_row_pass_changes_on() {
    let mut world = World::new(3);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    world.connect(1, 2);
    assert!(world.cards(2) == world.cards(0));
    world.edit(2, Target::Latest(client), note("kolmannesta"));
    world.settle();
    assert_eq!(world.cards(0)[0].notes.len(), 1);
}

#[test]
fn the_same_file_at_both_premises_makes_no_second_card() {
    let imported = |extra: bool| {
        let mut entries = vec![
            (
                Collection::Note,
                Content::Note(Note {
                    text: "sama".into(),
                    date: None
                })
            );
            2
        ];
        if extra {
            entries.push((
                Collection::Note,
                Content::Note(Note {
                    text: "lisä".into(),
                    date: None,
                }),
            ));
        }
        vec![ImportedClient {
            source: "legacy".into(),
            legacy_id: "17".into(),
            fields: vec![(
                FieldKey::Name,
                Content::Name(Name::new("Korhonen", "Maria").unwrap()),
            )],
            entries,
        }]
    };
    let mut world = World::new(2);
    world.connect(0, 1);
    world.disconnect(0, 1);
    for at in 0..2 {
        let answer = world.command(at, Command::Import(imported(false))).unwrap();
        assert!(
            matches!(answer, Answer::Imported(made) if matches!(made[..], [ImportOutcome::Added(_)]))
        );
    }
    world.connect(0, 1);
    for at in 0..2 {
        let answer = world
            .command(at, Command::Import(imported(at == 1)))
            .unwrap();
        let Answer::Imported(made) = answer else {
            panic!()
        };
        assert!(matches!(
            (at, &made[..]),
            (0, [ImportOutcome::Unchanged(_)]) | (1, [ImportOutcome::Extended(_, 1)])
        ));
    }
    world.settle();
    let cards = world.cards(0);
    assert!(cards == world.cards(1));
    assert_eq!(
        (cards.len(), cards[0].conflicts(), cards[0].notes.len()),
        (1, 0, 3)
    );
}

#[test]
fn two_registers_with_clients_exchange_nothing() {
    let mut world = World::new(2);
    world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.edit(1, Target::New(RecordKind::Client), name("Virtanen"));
    world.connect(0, 1);
    assert_eq!(world.state(0, 1).0, PeerState::OtherRegister);
    assert_eq!((world.cards(0).len(), world.cards(1).len()), (1, 1));
}

#[test]
fn a_directory_copied_back_gets_everything_again_and_loses_nothing() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    let old = world.nodes[0].store.clone();
    world.edit(0, Target::Latest(client), note("ennen"));
    world.edit(1, Target::Latest(client), note("myös"));
    world.settle();
    world.disconnect(0, 1);
    world.nodes[0].store = old;
    world.restart(0);
    world.edit(0, Target::Latest(client), note("jälkeen"));
    world.connect(0, 1);
    world.settle();
    assert_eq!(world.cards(0)[0].notes.len(), 3);
    assert!(world.cards(0) == world.cards(1));
    assert_eq!(world.state(1, 0), (PeerState::Agreed, 0));
}

#[test]
fn a_directory_copied_back_is_given_again_what_it_had_sent_out_itself() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    let old = world.nodes[0].store.clone();
    world.edit(0, Target::Latest(client), note("ennen"));
    world.settle();
    world.disconnect(0, 1);
    world.nodes[0].store = old;
    world.restart(0);
    world.connect(0, 1);
    assert_eq!(world.cards(0)[0].notes.len(), 1);
    assert!(world.cards(0) == world.cards(1));
}

#[test]
fn a_redaction_that_a_crash_interrupted_is_finished_at_the_next_start() {
    let mut world = World::new(1);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.edit(0, Target::Latest(client), name("Virtanen"));
    let mut before = world.nodes[0].store.clone();
    let clear = Command::ClearHistory {
        record: client,
        author: OPERATOR,
    };
    world.command(0, clear).unwrap();
    // The ledger is durable first; the power went before the rest was.
    before.ledger.clone_from(&world.nodes[0].store.ledger);
    world.nodes[0].store = before;
    world.restart(0);
    assert_eq!(world.nodes[0].store.values[&client].len(), 1);
    assert_eq!(world.cards(0).len(), 1);
}

#[test]
fn an_entry_in_conflict_that_is_redacted_leaves_no_copy_even_if_it_is_removed_elsewhere() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.edit(0, Target::Latest(client), note("vanha"));
    world.connect(0, 1);
    world.disconnect(0, 1);
    let entry = world.cards(0)[0].notes[0].id;
    for (at, text) in ["yksi", "kaksi"].into_iter().enumerate() {
        let Change::Add(collection, content) = note(text) else {
            panic!()
        };
        let change = Change::SetEntry(collection, entry, content);
        world.edit(at, Target::Latest(client), change);
    }
    world.connect(0, 1);
    let card = world.cards(0).remove(0);
    let seen = card.notes[0].field.all().iter().map(|held| held.id);
    let change = Change::Void(Collection::Note, entry, seen.collect());
    let edit = Edit {
        target: Target::Seen(client, card.heads),
        author: OPERATOR,
        changes: vec![change],
    };
    world.disconnect(0, 1);
    world.command(1, Command::Edit(edit.clone())).unwrap();
    world
        .command(0, Command::Redact(edit, Reason::Rectification))
        .unwrap();
    world.connect(0, 1);
    for node in &world.nodes {
        assert_eq!(node.store.values[&client].len(), 1, "the name alone");
    }
}

#[test]
fn a_line_that_has_been_silent_proves_no_agreement() {
    let mut world = World::new(2);
    world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    let agreed = |world: &World| world.nodes[0].replica.report().peers[0].agreed.unwrap();
    let before = agreed(&world);
    // The machine slept, and wakes before it hears that the line is long gone.
    world.sleep(20 * 24 * 3600);
    world.input(0, Input::Tick);
    assert_eq!(agreed(&world), before);
    world.settle();
    assert!(agreed(&world) > before);
}

#[test]
fn a_card_is_made_once_whatever_later_clocks_show() {
    let mut world = World::new(1);
    let years = 2 * 365 * 24 * 3600;
    world.sleep(years);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    let made = world.cards(0)[0].created;
    world.sleep(-years);
    world.edit(0, Target::Latest(client), note("aiempi"));
    assert_eq!(world.cards(0)[0].created, made);
}

#[test]
fn a_run_dated_by_a_clock_that_was_ahead_holds_up_no_later_day() {
    const DAY: i64 = 24 * 3600;
    let mut world = World::new(1);
    world.sleep(40 * DAY);
    world.settle();
    world.sleep(-40 * DAY);
    world.settle();
    world.command(0, Command::ConfirmClock(OPERATOR)).unwrap();
    let treatment = Treatment {
        date: jiff::civil::date(2022, 1, 18), // The world's clock begins on 15.1.2027.
        name: "Kasvohoito".into(),
        by: String::new(),
        by_id: None,
        premises: String::new(),
        products: String::new(),
        batch: String::new(),
        remarks: String::new(),
        item: None,
        contract_made: None,
        contract: None,
        acknowledged: None,
    };
    let change = Change::Add(Collection::Treatment, Content::Treatment(treatment));
    world.edit(0, Target::New(RecordKind::Client), change);
    assert_eq!(world.cards(0).len(), 1);
    for _ in 0..5 {
        world.sleep(DAY);
        world.settle();
    }
    assert_eq!(world.nodes[0].replica.report().clients, 0);
}

#[test]
fn premises_that_are_paired_in_a_row_before_anyone_is_in_come_to_one_register() {
    for (count, turned) in (2..6).flat_map(|count| [(count, false), (count, true)]) {
        let mut world = World::new(count);
        let last = usize::from(count) - 1;
        for at in 0..last {
            let at = if turned { last - 1 - at } else { at };
            world.bring_up(at, at + 1);
        }
        world.settle();
        world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
        world.edit(last, Target::New(RecordKind::Client), name("Virtanen"));
        world.settle();
        assert_eq!(world.cards(0).len(), 2, "{count} premises");
        assert!(world.cards(0) == world.cards(last), "{count} premises");
    }
}

#[test]
fn an_identity_code_is_refused_in_any_text() {
    let mut world = World::new(1);
    // Individual numbers 900-999 belong to nobody.
    let edit = Edit {
        target: Target::New(RecordKind::Client),
        author: OPERATOR,
        changes: vec![note("hetu 010190-950X")],
    };
    let code =
        (0..31).map(|at| format!("010190-950{}", &"0123456789ABCDEFHJKLMNPRSTUVWXY"[at..=at]));
    let right = code
        .into_iter()
        .find(|code| register::identity_code::find(code).is_some())
        .unwrap();
    let edit = Edit {
        changes: vec![note(&format!("hetu {right}"))],
        ..edit
    };
    let refused = world.command(0, Command::Edit(edit)).unwrap_err();
    assert_eq!(refused, Refusal::Edit(EditError::IdentityCode));
    assert!(world.cards(0).is_empty());
}

#[test]
fn a_record_that_rots_here_comes_back_from_the_peer() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.connect(0, 1);
    for connected in [true, false] {
        if !connected {
            world.disconnect(0, 1);
        }
        world.restart(1);
        if connected {
            world.connect(0, 1);
        }
        world.nodes[1]
            .store
            .documents
            .insert(client, b"rot".to_vec());
        let open = Command::Open {
            record: client,
            viewer: OPERATOR,
            purpose: register::audit::Purpose::Care,
        };
        assert_eq!(
            world.command(1, open).unwrap_err(),
            Refusal::Edit(EditError::Unreadable)
        );
        if connected {
            world.settle();
        } else {
            world.connect(0, 1);
        }
        assert!(world.cards(1) == world.cards(0), "connected: {connected}");
    }
}

#[test]
fn a_ledger_from_a_file_is_carried_out_on_a_restored_store_as_if_a_peer_had_told_it() {
    let mut world = World::new(1);
    let kept = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    let gone = world.edit(0, Target::New(RecordKind::Client), name("Virtanen"));
    let backup = world.nodes[0].store.clone();
    let rectified = Edit {
        target: Target::Latest(kept),
        author: OPERATOR,
        changes: vec![name("Lahtinen")],
    };
    world
        .command(0, Command::Redact(rectified, Reason::Rectification))
        .unwrap();
    let erase = Command::Erase {
        record: gone,
        author: OPERATOR,
        reason: Reason::Request,
    };
    world.command(0, erase).unwrap();
    let lines: Vec<Line> = world.nodes[0]
        .store
        .ledger
        .iter()
        .map(|bytes| Line::decode(bytes).unwrap())
        .collect();
    let holds = |world: &World, record, text: &str| {
        let values = world.nodes[0].store.values.get(&record);
        values.is_some_and(|values| {
            values.iter().any(|value| {
                let bytes = value.content.windows(text.len());
                bytes.into_iter().any(|part| part == text.as_bytes())
            })
        })
    };

    world.nodes[0].store = backup;
    world.restart(0);
    assert_eq!(world.cards(0).len(), 2);
    assert!(holds(&world, kept, "Korhonen") && holds(&world, gone, "Virtanen"));
    for _ in 0..2 {
        world
            .command(0, Command::TakeLedger(lines.clone()))
            .unwrap();
        assert_eq!(world.cards(0).len(), 1);
        assert!(!holds(&world, kept, "Korhonen") && !holds(&world, gone, "Virtanen"));
    }
    world.restart(0);
    assert_eq!(world.cards(0).len(), 1);
}

#[test]
fn a_conflict_that_is_removed_for_good_leaves_none_of_its_values() {
    let mut world = World::new(2);
    let client = world.edit(0, Target::New(RecordKind::Client), name("Korhonen"));
    world.edit(0, Target::Latest(client), note("ensin"));
    world.connect(0, 1);
    world.disconnect(0, 1);
    let entry = world.cards(0)[0].notes[0].id;
    for (at, text) in [(0, "täällä"), (1, "tuolla")] {
        let content = Content::Note(Note {
            text: text.into(),
            date: None,
        });
        let change = Change::SetEntry(Collection::Note, entry, content);
        world.edit(at, Target::Latest(client), change);
    }
    world.connect(0, 1);
    let card = world.cards(0).remove(0);
    let both: Vec<_> = card.notes[0].field.all().iter().map(|one| one.id).collect();
    assert_eq!(both.len(), 2);
    let edit = Edit {
        target: Target::Seen(client, card.heads),
        author: OPERATOR,
        changes: vec![Change::Void(Collection::Note, entry, both)],
    };
    world
        .command(0, Command::Redact(edit, Reason::Request))
        .unwrap();
    world.settle();
    for node in &world.nodes {
        let held = node.store.values[&client].iter();
        let notes = held.filter(|value| {
            let (content, _) = value.decode().unwrap();
            matches!(content, Content::Note(_))
        });
        assert_eq!(notes.count(), 0, "one of them stayed");
    }
    assert!(world.cards(0)[0].notes.is_empty() && world.cards(0) == world.cards(1));
}
