//! Requests under the law on a card: replicated, allowed while the card is restricted, gone in their own time.

use jiff::civil::{Date, date};
use kortisto_tests::perfect::World;
use register::contact::Note;
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, EditError, Target};
use register::id::{OPERATOR, RecordId, SETTINGS};
use register::ledger::Reason;
use register::replica::{Command, Refusal, Shelf as _};
use register::request::{
    Channel, CheckMethod, Closing, DocumentType, Extension, IdentityCheck, Outcome, Request,
    RequestKind, RequestProof,
};
use register::retention::Restriction;
use register::value::Content;

fn request(received: Date) -> Request {
    Request {
        kind: RequestKind::Restriction,
        channel: Channel::Email,
        received,
        check: Some(IdentityCheck {
            method: CheckMethod::Document(DocumentType::Passport),
            checker: OPERATOR,
            date: received,
        }),
        extension: None,
        closing: None,
    }
}

fn closed(on: Date) -> Request {
    Request {
        closing: Some(Closing {
            outcome: Outcome::Done,
            date: on,
            reason: String::new(),
        }),
        ..request(on)
    }
}

fn add(request: Request) -> Change {
    Change::Add(Collection::Request, Content::Request(request))
}

fn refused(world: &mut World, record: RecordId, change: Change) -> Refusal {
    let edit = Edit {
        target: Target::Latest(record),
        author: OPERATOR,
        changes: vec![change],
    };
    world.command(0, Command::Edit(edit)).unwrap_err()
}

#[test]
fn a_request_and_its_steps_travel_and_a_removal_made_apart_is_disputed() {
    let mut world = World::new(2);
    let asked = request(date(2027, 1, 10));
    let client = world.edit(0, Target::New(RecordKind::Client), add(asked.clone()));
    world.connect(0, 1);
    assert!(world.cards(1) == world.cards(0));
    let card = &world.cards(1)[0];
    let entry = card.requests[0].id;
    let values = card.requests[0].field.all().iter();
    let values = values.map(|held| held.id).collect();
    assert!(card.requests[0].field.newest() == Some(&asked));

    world.disconnect(0, 1);
    let extended = Request {
        extension: Some(Extension {
            until: date(2027, 4, 10),
            reason: "Laaja pyyntö".into(),
        }),
        ..asked
    };
    let change = Change::SetEntry(
        Collection::Request,
        entry,
        Content::Request(extended.clone()),
    );
    world.edit(0, Target::Latest(client), change);
    let change = Change::Void(Collection::Request, entry, values);
    world.edit(1, Target::Latest(client), change);
    assert!(world.cards(1)[0].requests.is_empty());
    world.connect(0, 1);
    assert!(world.cards(0) == world.cards(1));
    let entry = &world.cards(1)[0].requests[0];
    assert!(entry.disputed && entry.field.newest() == Some(&extended));
}

#[test]
fn a_restricted_card_takes_requests_and_nothing_else() {
    let mut world = World::new(1);
    let restriction = Restriction {
        on: true,
        since: date(2027, 1, 15),
    };
    let change = Change::SetField(FieldKey::Restriction, Content::Restriction(restriction));
    let client = world.edit(0, Target::New(RecordKind::Client), change);
    world.edit(0, Target::Latest(client), add(request(date(2027, 1, 15))));
    let entry = world.cards(0)[0].requests[0].clone();
    let content = Content::Request(closed(date(2027, 1, 15)));
    let change = Change::SetEntry(Collection::Request, entry.id, content);
    world.edit(0, Target::Latest(client), change);
    assert!(
        !world.cards(0)[0].requests[0]
            .field
            .newest()
            .unwrap()
            .is_open()
    );

    let note = Note {
        text: "Toivoo aamuaikoja".into(),
        date: None,
    };
    let note = Change::Add(Collection::Note, Content::Note(note));
    let removal = Change::Void(Collection::Request, entry.id, vec![entry.field.all()[0].id]);
    for change in [note, removal] {
        let refusal = refused(&mut world, client, change);
        assert_eq!(refusal, Refusal::Edit(EditError::Restricted));
    }
}

#[test]
fn a_closed_request_goes_after_five_years_and_an_open_one_stays() {
    const DAY: i64 = 24 * 3600;
    // The world's clock begins on 15.1.2027.
    let mut world = World::new(1);
    let due = add(closed(date(2022, 1, 18)));
    let client = world.edit(0, Target::New(RecordKind::Client), due);
    let later = closed(date(2022, 2, 18));
    world.edit(0, Target::Latest(client), add(later.clone()));
    let open = request(date(2022, 1, 2));
    world.edit(0, Target::Latest(client), add(open.clone()));
    assert_eq!(world.cards(0)[0].requests.len(), 3);
    for _ in 0..5 {
        world.sleep(DAY);
        world.settle();
    }
    let card = &world.cards(0)[0];
    let left: Vec<_> = card
        .requests
        .iter()
        .filter_map(|one| one.field.newest())
        .collect();
    assert!(left == [&later, &open]);
    world.restart(0);
    assert_eq!(world.cards(0)[0].requests.len(), 2);
}

#[test]
fn a_refusal_without_a_reason_and_an_extension_beyond_three_months_are_refused() {
    let mut world = World::new(1);
    let client = world.edit(
        0,
        Target::New(RecordKind::Client),
        add(request(date(2027, 1, 10))),
    );
    let mut refusal = closed(date(2027, 1, 12));
    if let Some(closing) = &mut refusal.closing {
        closing.outcome = Outcome::Refused;
    }
    let long = Request {
        extension: Some(Extension {
            until: date(2027, 4, 11),
            reason: "Laaja pyyntö".into(),
        }),
        ..request(date(2027, 1, 10))
    };
    for unsound in [refusal, long] {
        let refusal = refused(&mut world, client, add(unsound));
        assert_eq!(refusal, Refusal::Edit(EditError::Unsound));
    }
}

const SECONDS: i64 = 24 * 3600;

/// What a node's settings keep of requests whose cards are gone, the earliest received first.
fn proofs(world: &World, at: usize) -> Vec<RequestProof> {
    let settings = world.nodes[at].directory.settings();
    let all = settings.into_iter().flat_map(|all| &all.proofs);
    let mut all: Vec<RequestProof> = all.filter_map(RequestProof::told).cloned().collect();
    all.sort_by_key(|one| one.received);
    all
}

fn erase(world: &mut World, at: usize, record: RecordId) {
    let command = Command::Erase {
        record,
        author: OPERATOR,
        reason: Reason::Request,
    };
    world.command(at, command).unwrap();
}

#[test]
fn clause_9_a_request_is_proved_for_five_years_also_when_its_card_is_erased_by_it() {
    // The world's clock begins on 15.1.2027.
    let mut world = World::new(2);
    let mut refused = closed(date(2022, 2, 1));
    if let Some(closing) = &mut refused.closing {
        closing.outcome = Outcome::Refused;
        closing.reason = "Sirpa on sukua".into();
    }
    let client = world.edit(0, Target::New(RecordKind::Client), add(refused));
    let wanted = Request {
        kind: RequestKind::Erasure,
        ..request(date(2027, 1, 10))
    };
    world.edit(0, Target::Latest(client), add(wanted));
    world.edit(0, Target::Latest(client), add(request(date(2027, 1, 12))));
    world.connect(0, 1);
    assert!(proofs(&world, 1).is_empty(), "the card itself says it");
    erase(&mut world, 0, client);
    world.settle();
    for at in [0, 1] {
        let kept = proofs(&world, at);
        assert!(kept.iter().all(|one| one.card == client), "{kept:?}");
        let told: Vec<_> = kept.iter().map(|one| (one.kind, one.outcome)).collect();
        assert_eq!(
            told,
            [
                (RequestKind::Restriction, Some(Outcome::Refused)),
                (RequestKind::Erasure, Some(Outcome::Done)),
                (RequestKind::Restriction, None),
            ]
        );
        assert_eq!(kept[2].ended, date(2027, 1, 15));
        let values = world.nodes[at].store.values(SETTINGS).unwrap();
        let mut all = values.iter().filter_map(|value| value.decode().ok());
        let says_why = all.any(|(content, _)| {
            let bytes = content.encode(&register::value::Rest::default());
            bytes.windows(5).any(|part| part == b"Sirpa")
        });
        assert!(!says_why, "a reason was kept");
    }
    // The refusal's five years are over on 1.2.2027, those of the others five years from now.
    for _ in 0..20 {
        world.sleep(SECONDS);
        world.disconnect(0, 1);
        world.connect(0, 1);
    }
    for at in [0, 1] {
        assert_eq!(proofs(&world, at).len(), 2, "at {at}");
        world.restart(at);
        assert_eq!(proofs(&world, at).len(), 2, "at {at}");
    }
}

#[test]
fn two_premises_that_erase_apart_keep_one_proof_and_the_one_that_says_how_it_ended() {
    let mut world = World::new(2);
    let client = world.edit(
        0,
        Target::New(RecordKind::Client),
        add(request(date(2027, 1, 10))),
    );
    world.connect(0, 1);
    world.disconnect(0, 1);
    let entry = world.cards(1)[0].requests[0].id;
    let change = Content::Request(Request {
        closing: closed(date(2027, 1, 15)).closing,
        ..request(date(2027, 1, 10))
    });
    let change = Change::SetEntry(Collection::Request, entry, change);
    world.edit(1, Target::Latest(client), change);
    erase(&mut world, 0, client);
    erase(&mut world, 1, client);
    assert_eq!(proofs(&world, 0)[0].outcome, None);
    world.connect(0, 1);
    for at in [0, 1] {
        let kept = proofs(&world, at);
        assert!(
            kept.len() == 1 && kept[0].outcome == Some(Outcome::Done),
            "{kept:?}"
        );
    }
}
