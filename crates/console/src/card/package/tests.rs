//! The package compared with everything that a client's record can hold, slot by slot.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::date;
use register::adverse::AdverseEvent;
use register::card::{Card, Reading};
use register::changes::Revision;
use register::consent::{ConsentMethod, HealthConsent};
use register::contact::{Address, BirthYear, Marketing, Name, Note, Origin};
use register::document::{Collection, Document, FieldKey, Put, RecordKind, Slot, Stamp};
use register::health::{AlertLevel, HealthAsked, HealthEntry, HealthKind};
use register::id::{EntryId, Incarnation, NodeId, RecordId, ValueId};
use register::marketing::{CampaignKind, Medium, Notice, Outcome as NoticeOutcome, Share, Want};
use register::minor::{AdultCheck, GuardianConsent, GuardianMethod};
use register::mode::{ContactOnly, TreatmentRefusal};
use register::patch_test::{PatchResult, PatchTest};
use register::request::{
    Channel, CheckMethod, Closing, DocumentType, Extension, IdentityCheck, Outcome, Request,
    RequestKind,
};
use register::retention::{LegalClaim, Restriction};
use register::same::{Judgement, Verdict};
use register::settings::{Controller, Premises};
use register::value::{Content, Rest, Value};

use crate::letterhead::Letterhead;

mod treatment;

use treatment::{treatment, treatment_told};

use super::file::{self, Head};
use super::part::{Names, parts};
use crate::text::Language;

const RECORD: RecordId = RecordId::from_bytes([7; 16]);
const AUTHOR: RecordId = RecordId::from_bytes([8; 16]);
const CHECKER: RecordId = RecordId::from_bytes([9; 16]);

const NODE: NodeId = NodeId::from_bytes([0x5a; 16]);
const NODE_TOLD: &str = "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a";

/// A text as it is shown on the page, in JSON and in CSV.
type Told = (&'static str, &'static str);

const fn same(text: &'static str) -> Told {
    (text, text)
}

/// What is planted in a field of a client's record, and how it must be told. A new field fails to compile here.
fn planted(field: FieldKey) -> Option<(Content, Vec<Told>)> {
    Some(match field {
        FieldKey::Name => (
            Content::Name(Name::new("Keksitty", "Kaisa").unwrap()),
            vec![same("Keksitty"), same("Kaisa")],
        ),
        FieldKey::BirthYear => (
            Content::BirthYear(BirthYear::new(1971).unwrap()),
            vec![same("1971")],
        ),
        FieldKey::Address => (
            Content::Address(Address {
                street: "Satukuja 77".into(),
                postcode: "15177".into(),
                town: "Tarinala".into(),
            }),
            vec![same("Satukuja 77"), same("15177"), same("Tarinala")],
        ),
        FieldKey::Origin => (
            Content::Origin(Origin {
                last_visit: Some(date(2023, 3, 4)),
                source: "vanha.csv".into(),
                legacy_id: "A-1234".into(),
            }),
            vec![
                ("4.3.2023", "2023-03-04"),
                same("vanha.csv"),
                same("A-1234"),
            ],
        ),
        FieldKey::Marketing => planted_permission(),
        FieldKey::HealthAsked => {
            let date = date(2024, 6, 7);
            let told = ("7.6.2024", "2024-06-07");
            (Content::HealthAsked(HealthAsked { date }), vec![told])
        }
        FieldKey::LegalClaim | FieldKey::Restriction => return planted_guard(field),
        FieldKey::HealthConsent
        | FieldKey::ContactOnly
        | FieldKey::AdultCheck
        | FieldKey::Guardian => return planted_safety(field),
        FieldKey::Profile
        | FieldKey::Password
        | FieldKey::SetupCode
        | FieldKey::SecondFactor
        | FieldKey::QuickCode
        | FieldKey::Undertaking
        | FieldKey::Disabled
        | FieldKey::Controller
        | FieldKey::Plan
        | FieldKey::Progress
        | FieldKey::Agreement
        | FieldKey::ApiToken => return None,
    })
}

/// The same for what keeps a card as it is.
fn planted_guard(field: FieldKey) -> Option<(Content, Vec<Told>)> {
    Some(match field {
        FieldKey::LegalClaim => (
            Content::LegalClaim(LegalClaim {
                reason: "Palovamma kiistetään".into(),
                until: date(2027, 7, 8),
            }),
            vec![same("Palovamma kiistetään"), ("8.7.2027", "2027-07-08")],
        ),
        FieldKey::Restriction => (
            Content::Restriction(Restriction {
                on: true,
                since: date(2025, 8, 9),
            }),
            vec![("9.8.2025", "2025-08-09")],
        ),
        _ => return None,
    })
}

/// The same for what keeps a client safe.
fn planted_safety(field: FieldKey) -> Option<(Content, Vec<Told>)> {
    Some(match field {
        FieldKey::HealthConsent => (
            Content::HealthConsent(HealthConsent {
                version: 47,
                date: date(2025, 9, 1),
                method: ConsentMethod::Paper,
                taker: Some(CHECKER),
                withdrawn: Some(date(2025, 9, 2)),
            }),
            vec![
                same("47"),
                ("1.9.2025", "2025-09-01"),
                same("paperilla paikan päällä"),
                ("2.9.2025", "2025-09-02"),
            ],
        ),
        FieldKey::ContactOnly => (
            Content::ContactOnly(ContactOnly {
                on: false,
                since: date(2025, 9, 3),
                by: Some(AUTHOR),
            }),
            vec![("3.9.2025", "2025-09-03")],
        ),
        FieldKey::AdultCheck => (
            Content::AdultCheck(AdultCheck {
                adult: true,
                date: date(2025, 9, 4),
                by: Some(CHECKER),
            }),
            vec![("4.9.2025", "2025-09-04")],
        ),
        FieldKey::Guardian => (
            Content::GuardianConsent(GuardianConsent {
                name: "Hannele Huoltaja".into(),
                method: GuardianMethod::Phone,
                date: date(2025, 9, 5),
                by: Some(AUTHOR),
            }),
            vec![
                same("Hannele Huoltaja"),
                same("puhelimitse"),
                ("5.9.2025", "2025-09-05"),
            ],
        ),
        _ => return None,
    })
}

/// The same for collections.
fn planted_entry(collection: Collection) -> Option<(Content, Vec<Told>)> {
    Some(match collection {
        Collection::Phone => (
            Content::Phone("0400001357".parse().unwrap()),
            vec![("+358 40 000 1357", "+358400001357")],
        ),
        Collection::Email => (
            Content::Email("kaisa@example.com".parse().unwrap()),
            vec![same("kaisa@example.com")],
        ),
        Collection::Health => (
            Content::Health(health()),
            vec![
                same("Allergia"),
                same("Nikkeliallergia"),
                same("Varoitus: noudata varovaisuutta"),
                ("2.1.2025", "2025-01-02"),
                ("3.2.2025", "2025-02-03"),
            ],
        ),
        Collection::Treatment => (Content::Treatment(treatment()), treatment_told()),
        Collection::Note => (
            Content::Note(Note {
                text: "Toivoo aamuaikoja".into(),
                date: Some(date(2025, 7, 9)),
            }),
            vec![same("Toivoo aamuaikoja"), ("9.7.2025", "2025-07-09")],
        ),
        Collection::Request => (Content::Request(request()), request_told()),
        Collection::Judgement => (
            Content::Judgement(Judgement {
                verdict: Verdict::Same,
                date: date(2026, 2, 8),
            }),
            vec![
                ("Todettu saman asiakkaan kortiksi", "same"),
                ("8.2.2026", "2026-02-08"),
            ],
        ),
        Collection::Notice => planted_notice(),
        Collection::Share => planted_share(),
        Collection::Want => planted_want(),
        Collection::PatchTest => planted_patch(),
        Collection::Adverse => (Content::AdverseEvent(adverse()), adverse_told()),
        Collection::Refusal => (
            Content::TreatmentRefusal(TreatmentRefusal {
                date: date(2025, 9, 12),
                treatment: "Kuorinta Q".into(),
                by: Some(AUTHOR),
            }),
            vec![same("Kuorinta Q"), ("12.9.2025", "2025-09-12")],
        ),
        Collection::Field
        | Collection::Premises
        | Collection::Item
        | Collection::Task
        | Collection::Breach
        | Collection::PrivacyNotice
        | Collection::RequestProof
        | Collection::Recipients
        | Collection::ConsentText => {
            return None;
        }
    })
}

fn planted_permission() -> (Content, Vec<Told>) {
    (
        Content::Marketing(Marketing {
            allowed: true,
            asked: Some(date(2024, 5, 6)),
            channel: "tiskillä".into(),
            wording: "kysymys 7".into(),
        }),
        vec![
            ("6.5.2024", "2024-05-06"),
            same("tiskillä"),
            same("kysymys 7"),
        ],
    )
}

fn planted_share() -> (Content, Vec<Told>) {
    (
        Content::Share(Share {
            from: NODE,
            to: NodeId::from_bytes([0x7c; 16]),
            units: 6,
            at: noticed(),
        }),
        vec![same("7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c"), same(NODE_TOLD)],
    )
}

fn planted_want() -> (Content, Vec<Told>) {
    (
        Content::Want(Want {
            node: NODE,
            units: 7,
            at: noticed(),
        }),
        vec![same(NODE_TOLD)],
    )
}

fn noticed() -> Timestamp {
    "2026-03-04T10:00:00Z".parse().unwrap()
}

fn planted_notice() -> (Content, Vec<Told>) {
    let notice = Notice {
        at: noticed(),
        kind: CampaignKind::NewTreatment,
        medium: Medium::Letter,
        campaign: RecordId::from_bytes([0x6b; 16]),
        node: NODE,
        by: AUTHOR,
        outcome: NoticeOutcome::HandedOut,
    };
    let told = vec![
        ("Uusi hoito", "new_treatment"),
        ("Kirje (lista muualle)", "letter"),
        ("Luovutetulla listalla", "handed_out"),
        same("6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b"),
        same(NODE_TOLD),
    ];
    (Content::Notice(notice), told)
}

fn request_told() -> Vec<Told> {
    vec![
        same("Tarkastuspyyntö"),
        same("Puhelimitse"),
        ("10.1.2026", "2026-01-10"),
        same("Asiakirja nähtiin"),
        same("Ajokortti"),
        ("11.1.2026", "2026-01-11"),
        ("10.4.2026", "2026-04-10"),
        same("Laaja pyyntö"),
        same("Evätty"),
        ("12.3.2026", "2026-03-12"),
        same("Toistuva pyyntö"),
    ]
}

fn planted_patch() -> (Content, Vec<Told>) {
    (
        Content::PatchTest(PatchTest {
            substance: "Kestoväri K".into(),
            date: date(2025, 9, 6),
            result: PatchResult::Negative,
            read: Some(date(2025, 9, 8)),
            expires: date(2026, 9, 6),
            by: Some(AUTHOR),
        }),
        vec![
            same("Kestoväri K"),
            ("6.9.2025", "2025-09-06"),
            same("Negatiivinen"),
            ("8.9.2025", "2025-09-08"),
            ("6.9.2026", "2026-09-06"),
        ],
    )
}

/// After a treatment that has left the card since.
fn adverse() -> AdverseEvent {
    AdverseEvent {
        date: date(2025, 9, 9),
        treatment: Some(EntryId::from_bytes([99; 16])),
        product: "naamio Z".into(),
        batch: "LOT 8899".into(),
        what: "kutina ja turvotus".into(),
        measures: "kylmäkääre".into(),
        told_tukes: Some(date(2025, 9, 10)),
        told_maker: Some(date(2025, 9, 11)),
        by: Some(AUTHOR),
    }
}

fn adverse_told() -> Vec<Told> {
    vec![
        ("9.9.2025", "2025-09-09"),
        same("63636363636363636363636363636363"),
        same("naamio Z"),
        same("LOT 8899"),
        same("kutina ja turvotus"),
        same("kylmäkääre"),
        ("10.9.2025", "2025-09-10"),
        ("11.9.2025", "2025-09-11"),
    ]
}

fn health() -> HealthEntry {
    HealthEntry {
        kind: HealthKind::Allergy,
        text: "Nikkeliallergia".into(),
        level: AlertLevel::Caution,
        date: Some(date(2025, 1, 2)),
        confirmed: Some(date(2025, 2, 3)),
        author: Some(AUTHOR),
    }
}

fn request() -> Request {
    Request {
        kind: RequestKind::Inspection,
        channel: Channel::Phone,
        received: date(2026, 1, 10),
        check: Some(IdentityCheck {
            method: CheckMethod::Document(DocumentType::DrivingLicence),
            checker: CHECKER,
            date: date(2026, 1, 11),
        }),
        extension: Some(Extension {
            until: date(2026, 4, 10),
            reason: "Laaja pyyntö".into(),
        }),
        closing: Some(Closing {
            outcome: Outcome::Refused,
            date: date(2026, 3, 12),
            reason: "Toistuva pyyntö".into(),
        }),
    }
}

/// A record with these contents in these slots; contents of one slot are put there apart, so they conflict.
fn card(planted: &[(Slot, Content)]) -> (Card, Vec<Revision>) {
    let mut document = Document::genesis(RecordKind::Client).unwrap();
    let start = document.heads();
    let mut values: BTreeMap<ValueId, Value> = BTreeMap::new();
    for (number, (slot, content)) in (1_u8..).zip(planted) {
        let encoded = content.encode(&Rest::default());
        let value = Value::from_parts(RECORD, [number; 32], encoded);
        let stamp = Stamp {
            author: AUTHOR,
            node: NodeId::from_bytes([1; 16]),
            at: Timestamp::from_second(1_700_000_000 + i64::from(number)).unwrap(),
        };
        let actor = Incarnation::from_bytes([number; 16]);
        let put = [Put::Set(*slot, value.id)];
        document.edit(&start, actor, stamp, &put).unwrap();
        values.insert(value.id, value);
    }
    let dead = BTreeSet::new();
    let reading = Reading {
        id: RECORD,
        document: &document,
        values: &values,
        dead: &dead,
    };
    (reading.card(), reading.revisions(date(2026, 11, 25)))
}

/// Page, JSON and CSV of a card.
fn told((card, history): &(Card, Vec<Revision>), names: Names<'_>) -> [String; 3] {
    let head = Head {
        made: date(2026, 11, 25),
        letterhead: Letterhead {
            controller: Controller {
                name: "Kauneushoitola Keksitty Oy".into(),
                business_id: "0000000-0".into(),
                contact: "Outi Omistaja".into(),
                address: "Mallikatu 1".into(),
                phone: "040 000 2468".into(),
                email: "info@example.com".into(),
                register_name: "Asiakasrekisteri".into(),
            },
            premises: vec![Premises {
                name: "Aleksanterinkatu".into(),
                address: "Mallikatu 3".into(),
                phone: "040 000 8642".into(),
            }],
        },
    };
    let all = [super::Told {
        record: card.id,
        parts: parts(Language::Finnish, card, history, names),
    }];
    let page = super::document(Language::Finnish, &head, &all).into_string();
    let csv = String::from_utf8(file::csv(&head, &all).unwrap()).unwrap();
    [page, file::json(&head, &all), csv]
}

/// Every slot of a client's record, filled.
fn full() -> (Vec<(Slot, Content)>, Vec<Told>) {
    let mut slots = Vec::new();
    let mut all = Vec::new();
    for field in FieldKey::ALL {
        if let Some((content, told)) = planted(*field) {
            slots.push((Slot::Field(*field), content));
            all.extend(told);
        }
    }
    for (number, collection) in (1_u8..).zip(Collection::ALL) {
        if let Some((content, told)) = planted_entry(*collection) {
            let entry = EntryId::from_bytes([number; 16]);
            slots.push((Slot::Entry(*collection, entry), content));
            all.extend(told);
        }
    }
    (slots, all)
}

#[test]
fn every_value_that_a_record_can_hold_is_on_the_page_in_the_json_and_in_the_csv() {
    let (slots, expected) = full();
    let card = card(&slots);
    let [page, json, csv] = told(&card, None);
    assert!(expected.len() > 35);
    for (shown, machine) in expected {
        assert!(page.contains(shown), "the page lacks {shown}");
        assert!(json.contains(machine), "the JSON lacks {machine}");
        assert!(csv.contains(machine), "the CSV lacks {machine}");
    }
    for text in [
        "Kauneushoitola Keksitty Oy",
        "0000000-0",
        "Outi Omistaja",
        "040 000 2468",
        "Asiakasrekisteri",
        "Mallikatu 3",
    ] {
        for form in [&page, &json, &csv] {
            assert!(form.contains(text), "{text} is missing");
        }
    }
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(read.is_object());
}

#[test]
fn employees_are_named_only_when_names_are_asked_for() {
    let (slots, _) = full();
    let card = card(&slots);
    let call = |id: RecordId| {
        let name = if id == CHECKER {
            "Taina Tarkastaja"
        } else {
            "Kirsi Kirjaaja"
        };
        name.to_owned()
    };
    for form in told(&card, None) {
        assert!(!form.contains("Hilla Hoitaja"));
        assert!(!form.contains(&AUTHOR.to_string()) && !form.contains(&CHECKER.to_string()));
    }
    for form in told(&card, Some(&call)) {
        for name in ["Hilla Hoitaja", "Taina Tarkastaja", "Kirsi Kirjaaja"] {
            assert!(form.contains(name), "{name} is missing");
        }
    }
}

#[test]
fn both_values_of_a_conflict_are_told() {
    let year = |year| Content::BirthYear(BirthYear::new(year).unwrap());
    let slot = Slot::Field(FieldKey::BirthYear);
    let card = card(&[(slot, year(1971)), (slot, year(1972))]);
    assert!(card.0.birth_year.is_conflict());
    for form in told(&card, None) {
        assert!(form.contains("1971") && form.contains("1972"), "{form}");
    }
}

#[test]
fn a_note_that_looks_like_a_formula_is_a_text_in_the_csv() {
    let note = Content::Note(Note {
        text: "=1+1; \"lainaus\"".into(),
        date: None,
    });
    let slot = Slot::Entry(Collection::Note, EntryId::from_bytes([1; 16]));
    let [_, _, csv] = told(&card(&[(slot, note)]), None);
    assert!(
        csv.contains(";notes;1;1;text;\"'=1+1; \"\"lainaus\"\"\"\r\n"),
        "{csv}"
    );
}
