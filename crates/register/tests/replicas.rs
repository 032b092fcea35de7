//! Replicas that talk over perfect lines: what an edit at one comes to at the others.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests fail by panicking"
)]
use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use register::card::{Card, Field};
use register::contact::{Name, Note};
use register::document::{Collection, FieldKey, RecordKind};
use register::edit::{Change, Edit, EditError, Target};
use register::id::{NodeId, OPERATOR, RecordId};
use register::replica::{
    Answer, Command, Effect, Holdings, ImportOutcome, ImportedClient, Input, Moment, Peer,
    PeerState, Refusal, Replica, Shelf, ShelfError, Write,
};
use register::value::{Content, Value};

#[derive(Default, Clone)]
struct Store {
    documents: BTreeMap<RecordId, Vec<u8>>,
    values: BTreeMap<RecordId, Vec<Value>>,
    indexes: BTreeMap<RecordId, Vec<u8>>,
    facts: BTreeMap<String, Vec<u8>>,
    ledger: Vec<Vec<u8>>,
    audit: Option<(u64, Vec<u8>)>,
    reads: std::cell::Cell<usize>,
}

impl Store {
    fn apply(&mut self, write: Write) {
        match write {
            Write::Document(id, bytes) => drop(self.documents.insert(id, bytes)),
            Write::Changes(id, bytes) => self.documents.entry(id).or_default().extend(bytes),
            Write::Values(id, values) => drop(self.values.insert(id, values)),
            Write::MoreValues(id, values) => self.values.entry(id).or_default().extend(values),
            Write::Index(id, bytes) => drop(self.indexes.insert(id, bytes)),
            Write::Forget(id) => {
                self.documents.remove(&id);
                self.values.remove(&id);
                self.indexes.remove(&id);
            }
            Write::Fact(key, Some(bytes)) => drop(self.facts.insert(key, bytes)),
            Write::Fact(key, None) => drop(self.facts.remove(&key)),
            Write::Ledger(bytes) => self.ledger.push(bytes),
            Write::Audit(sequence, bytes) => self.audit = Some((sequence, bytes)),
        }
    }

    fn holdings(&self) -> Holdings {
        Holdings {
            indexes: self.indexes.clone().into_iter().collect(),
            facts: self.facts.clone(),
            ledger: self.ledger.clone(),
            audit: self.audit.clone(),
        }
    }
}

impl Shelf for Store {
    fn document(&self, record: RecordId) -> Result<Option<Vec<u8>>, ShelfError> {
        self.reads.set(self.reads.get() + 1);
        Ok(self.documents.get(&record).cloned())
    }

    fn values(&self, record: RecordId) -> Result<Vec<Value>, ShelfError> {
        Ok(self.values.get(&record).cloned().unwrap_or_default())
    }
}

struct Node {
    id: NodeId,
    key: [u8; 32],
    replica: Replica,
    store: Store,
}

/// Several nodes, the lines between them, and one clock.
struct World {
    nodes: Vec<Node>,
    lines: VecDeque<(usize, usize, Vec<u8>)>,
    /// Bytes sent by each node.
    sent: Vec<usize>,
    now: i64,
    rng: ChaCha8Rng,
}

impl World {
    fn new(count: u8) -> Self {
        let mut world = Self {
            nodes: Vec::new(),
            lines: VecDeque::new(),
            sent: vec![0; count.into()],
            now: 1_800_000_000,
            rng: ChaCha8Rng::seed_from_u64(7),
        };
        for number in 0..count {
            let key = [number + 1; 32];
            let id = register::replica::node_id(&key);
            let (replica, store) = world.start(id, Store::default());
            world.nodes.push(Node {
                id,
                key,
                replica,
                store,
            });
        }
        for a in 0..world.nodes.len() {
            for b in 0..world.nodes.len() {
                if a != b {
                    let peer = Peer {
                        key: world.nodes[b].key,
                        address: "127.0.0.1:1".into(),
                    };
                    world.command(a, Command::AddPeer(peer)).unwrap();
                }
            }
        }
        world
    }

    fn start(&mut self, id: NodeId, mut store: Store) -> (Replica, Store) {
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: Timestamp::from_second(self.now).unwrap(),
            rng: &mut self.rng,
        };
        let replica =
            Replica::open(id, store.holdings(), &store, &mut moment, &mut effects).unwrap();
        for effect in effects {
            if let Effect::Persist(group) = effect {
                group
                    .writes
                    .into_iter()
                    .for_each(|write| store.apply(write));
            }
        }
        (replica, store)
    }

    fn restart(&mut self, at: usize) {
        let (id, store) = (self.nodes[at].id, self.nodes[at].store.clone());
        let (replica, store) = self.start(id, store);
        self.nodes[at].replica = replica;
        self.nodes[at].store = store;
    }

    fn input(&mut self, at: usize, input: Input) -> Option<Result<Answer, Refusal>> {
        let mut effects = Vec::new();
        let mut moment = Moment {
            now: Timestamp::from_second(self.now).unwrap(),
            rng: &mut self.rng,
        };
        let node = &mut self.nodes[at];
        node.replica
            .handle(input, &node.store, &mut moment, &mut effects);
        let mut answer = None;
        for effect in effects {
            match effect {
                Effect::Persist(group) => group
                    .writes
                    .into_iter()
                    .for_each(|write| self.nodes[at].store.apply(write)),
                Effect::Send(peer, frame) => {
                    self.sent[at] += frame.len();
                    let to = self.nodes.iter().position(|node| node.id == peer).unwrap();
                    self.lines.push_back((at, to, frame));
                }
                Effect::Reply(_, reply) => answer = Some(reply),
                Effect::Close(peer, fault) => panic!("{at} closes {peer}: {fault}"),
                Effect::Notify(_) => {}
            }
        }
        answer
    }

    fn command(&mut self, at: usize, command: Command) -> Result<Answer, Refusal> {
        self.input(at, Input::Command { ticket: 1, command })
            .unwrap()
    }

    fn connect(&mut self, a: usize, b: usize) {
        let (ida, idb) = (self.nodes[a].id, self.nodes[b].id);
        self.input(a, Input::PeerUp(idb));
        self.input(b, Input::PeerUp(ida));
        self.settle();
    }

    fn disconnect(&mut self, a: usize, b: usize) {
        self.lines
            .retain(|(from, to, _)| !((*from, *to) == (a, b) || (*from, *to) == (b, a)));
        let (ida, idb) = (self.nodes[a].id, self.nodes[b].id);
        self.input(a, Input::PeerDown(idb));
        self.input(b, Input::PeerDown(ida));
    }

    fn settle(&mut self) {
        for _ in 0..3 {
            while let Some((from, to, frame)) = self.lines.pop_front() {
                let from = self.nodes[from].id;
                self.input(to, Input::Frame(from, frame));
            }
            self.now += 1;
            for at in 0..self.nodes.len() {
                self.input(at, Input::Tick);
            }
        }
    }

    fn edit(&mut self, at: usize, target: Target, change: Change) -> RecordId {
        let edit = Edit {
            target,
            author: OPERATOR,
            changes: vec![change],
        };
        match self.command(at, Command::Edit(edit)).unwrap() {
            Answer::Edited { record, .. } => record,
            other => panic!("{other:?}"),
        }
    }

    fn cards(&mut self, at: usize) -> Vec<Card> {
        match self
            .command(
                at,
                Command::Page {
                    after: None,
                    limit: 1000,
                },
            )
            .unwrap()
        {
            Answer::Cards(cards) => cards,
            other => panic!("{other:?}"),
        }
    }

    fn state(&self, at: usize, peer: usize) -> (PeerState, usize) {
        let report = self.nodes[at].replica.report();
        let peer = report
            .peers
            .iter()
            .find(|report| report.peer == self.nodes[peer].id)
            .unwrap();
        (peer.state, peer.waiting)
    }
}

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
