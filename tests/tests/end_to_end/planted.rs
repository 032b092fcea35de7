//! Something in every place of the register that can hold something of a client: nothing of it opens after an erasure.
//!
//! A new field or collection doesn't compile here before it is said what is planted in it.

use std::path::Path;
use std::time::Duration;

use kortisto_tests::html::{Form, forms};
use kortisto_tests::node::Node;
use kortisto_tests::opened::Opened;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::document::{Collection, FieldKey, Slot};
use register::id::RecordId;

use crate::erase::{confirmed_by_both, json, plant, verify_for};
use crate::{by_number, register};

/// The client of the old register who is erased.
const NUMBER: usize = 7;
/// Reasons that the audit log keeps with the client.
const REASONS: [&str; 1] = ["Kuunsirpin pyyntö"];

/// What is planted in a place of a card.
#[derive(Debug, Clone, Copy)]
enum Sown {
    /// These texts.
    Texts(&'static [&'static str]),
    /// Days, numbers, choices and ids, of which none is the client's alone.
    Bare,
    /// No card has such a place; why nothing of a client stands in it.
    Elsewhere(&'static str),
}

const fn sown_field(field: FieldKey) -> Sown {
    match field {
        FieldKey::Name => Sown::Texts(&["Salamyhkäinen"]),
        FieldKey::Address => Sown::Texts(&["Piilopolku 17", "Hämäräkylä"]),
        FieldKey::Marketing => Sown::Texts(&["Kuutamotiskillä"]),
        FieldKey::LegalClaim => Sown::Texts(&["Kuupalovamma"]),
        FieldKey::Guardian => Sown::Texts(&["Kuutar Huoltaja"]),
        FieldKey::Origin
        | FieldKey::BirthYear
        | FieldKey::HealthAsked
        | FieldKey::Restriction
        | FieldKey::HealthConsent
        | FieldKey::ContactOnly
        | FieldKey::AdultCheck => Sown::Bare,
        FieldKey::Profile
        | FieldKey::Password
        | FieldKey::SetupCode
        | FieldKey::SecondFactor
        | FieldKey::QuickCode
        | FieldKey::Undertaking
        | FieldKey::Disabled
        | FieldKey::Agreement
        | FieldKey::ApiToken => Sown::Elsewhere("of users"),
        FieldKey::Controller => Sown::Elsewhere("of the clinic"),
        FieldKey::Plan | FieldKey::Progress => Sown::Elsewhere("of campaigns, to everybody alike"),
    }
}

const fn sown_entry(collection: Collection) -> Sown {
    match collection {
        Collection::Field => Sown::Elsewhere("by field"),
        Collection::Phone => Sown::Texts(&["+358450009876"]),
        Collection::Email => Sown::Texts(&["piilo.osoite@example.fi"]),
        Collection::Health => Sown::Texts(&["Kobolttiallergia"]),
        Collection::Treatment => Sown::Texts(&[
            "Kuutamokäsittely",
            "ERÄ-77-KUU",
            "Kuunvalovoide",
            "Arka kyynärtaive",
            "Kuusopimus",
        ]),
        Collection::Note => Sown::Texts(&["Kuiskaa vain portaikossa"]),
        Collection::Request => Sown::Texts(&["Kuunpimennys viivytti", "Kuutodistus puuttuu"]),
        Collection::PatchTest => Sown::Texts(&["Kuupihka"]),
        Collection::Adverse => Sown::Texts(&["Kuukutina", "Kuunaamio", "ERÄ-78-KUU", "Kuuhaude"]),
        Collection::Refusal => Sown::Texts(&["Kuukylpy"]),
        Collection::Judgement | Collection::Notice | Collection::Share | Collection::Want => {
            Sown::Bare
        }
        Collection::Task => Sown::Elsewhere("safe and folder of a paper, for whoever destroys it"),
        Collection::Recipients => Sown::Elsewhere("of campaigns: ids, which are looked for apart"),
        Collection::Premises | Collection::PrivacyNotice => Sown::Elsewhere("of the clinic"),
        Collection::RequestProof => Sown::Elsewhere("of requests: a random id, days and codes"),
        Collection::Item => Sown::Elsewhere("of the catalogue"),
        Collection::ConsentText => Sown::Elsewhere("of all who consent"),
        Collection::Breach => Sown::Elsewhere("how many persons, and nobody's card"),
    }
}

/// Every place, and what is planted in it.
fn places() -> Vec<(String, Sown)> {
    let fields = FieldKey::ALL.iter();
    let fields = fields.map(|one| (format!("field {one:?}"), sown_field(*one)));
    let entries = Collection::ALL.iter();
    let entries = entries.map(|one| (format!("collection {one:?}"), sown_entry(*one)));
    fields.chain(entries).collect()
}

fn place_of(slot: Slot) -> String {
    match slot {
        Slot::Field(field) => format!("field {field:?}"),
        Slot::Entry(collection, _) => format!("collection {collection:?}"),
    }
}

/// Every planted text, but the one that the catalogue has as well.
fn texts() -> Vec<&'static str> {
    let all = places().into_iter().flat_map(|(_, sown)| match sown {
        Sown::Texts(texts) => texts,
        Sown::Bare | Sown::Elsewhere(_) => &[],
    });
    all.chain(&REASONS)
        .copied()
        .filter(|text| *text != "Kuukylpy")
        .collect()
}

async fn form(visitor: &Visitor, client: &str, end: &str) -> Form {
    let page = visitor.open(&format!("/clients/{client}{end}")).await;
    page.unwrap().form(end).unwrap()
}

async fn send(visitor: &Visitor, client: &str, end: &str, fields: &[(&str, &str)]) {
    let form = form(visitor, client, end).await;
    let filled = fields
        .iter()
        .fold(form, |form, (name, value)| form.with(name, value));
    visitor.save(&filled).await.unwrap();
}

/// The client's age, safety, permission, and what keeps the card.
async fn plant_choices(owner: &Visitor, client: &str) {
    let year = (crate::today().year() - 17).to_string();
    owner
        .edit_contact(client, &[("year", &year)])
        .await
        .unwrap();
    let guardian = [("guardian", "Kuutar Huoltaja"), ("method", "phone")];
    let ages = owner.open(&format!("/clients/{client}/minor")).await;
    let ages = ages.unwrap().form("/minor/guardian").unwrap();
    let ages = guardian
        .iter()
        .fold(ages, |form, (name, value)| form.with(name, value));
    owner.save(&ages).await.unwrap();
    send(owner, client, "/minor", &[("adult", "yes")]).await;
    let allowed = [("allowed", "yes"), ("channel", "Kuutamotiskillä")];
    send(owner, client, "/marketing", &allowed).await;
    let until = crate::today().saturating_add(jiff::Span::new().days(100));
    let until = until.to_string();
    let claim = [("reason", "Kuupalovamma"), ("until", until.as_str())];
    send(owner, client, "/claim", &claim).await;
    let page = owner.open(&format!("/clients/{client}/claim")).await;
    let lift = forms(&page.unwrap().html);
    let lift = lift.iter().find(|form| form.get("lift").is_some());
    owner.save(lift.unwrap()).await.unwrap();
    for _ in ["on", "off"] {
        send(owner, client, "/restriction", &[]).await;
    }
}

/// Entries of what keeps a client safe, and a request with both of its reasons.
async fn plant_entries(owner: &Visitor, client: &str) {
    let patch = [("substance", "Kuupihka"), ("result", "negative")];
    owner
        .add_entry(client, "patch-tests", &patch)
        .await
        .unwrap();
    let event = [
        ("what", "Kuukutina"),
        ("product", "Kuunaamio"),
        ("batch", "ERÄ-78-KUU"),
        ("measures", "Kuuhaude"),
    ];
    owner
        .add_entry(client, "adverse-events", &event)
        .await
        .unwrap();
    let item = owner.open("/treatments/new").await.unwrap();
    let item = item.form("/treatments/new").unwrap();
    owner.save(&item.with("name", "Kuukylpy")).await.unwrap();
    owner
        .add_entry(client, "refusals", &[("treatment", "Kuukylpy")])
        .await
        .unwrap();
    let card = owner.open(&format!("/clients/{client}")).await.unwrap();
    let unchanged = card.form("/health/unchanged").unwrap();
    owner.save(&unchanged).await.unwrap();

    let path = format!("/clients/{client}/requests/new");
    let new = owner.open(&path).await.unwrap().form(&path).unwrap();
    let new = new.with("kind", "inspection").with("channel", "phone");
    owner.save(&new).await.unwrap();
    let board = owner.open("/requests").await.unwrap();
    let (_, entry) = board.html.split_once("/requests/").unwrap();
    let request = format!("/requests/{}", entry.split('"').next().unwrap());
    let until = crate::today().saturating_add(jiff::Span::new().days(80));
    let page = format!("/clients/{client}{request}");
    for (step, fields) in [
        (
            "/extend",
            [
                ("until", until.to_string()),
                ("extend_reason", "Kuunpimennys viivytti".into()),
            ],
        ),
        (
            "/close",
            [
                ("outcome", "refused".into()),
                ("close_reason", "Kuutodistus puuttuu".into()),
            ],
        ),
    ] {
        let form = owner.open(&page).await.unwrap().form(step).unwrap();
        let form = fields
            .iter()
            .fold(form, |form, (name, value)| form.with(name, value));
        owner.save(&form).await.unwrap();
    }
    let path = format!("/clients/{client}/package");
    let package = owner.open(&path).await.unwrap().form(&path).unwrap();
    let package = package.with("names", "yes").with("reason", REASONS[0]);
    assert!(owner.send(&package).await.unwrap().status.is_success());
}

/// Seven campaigns at one premises, which has six of the twelve: with the last it asks the other for one more.
async fn plant_notices(owner: &Visitor, client: &str) -> String {
    let says = async |words: &str| {
        waiting::until(words, AGREE_TIME, async || {
            let page = owner.open(&format!("/clients/{client}")).await?;
            Ok(page.html.contains(words).then_some(()))
        })
        .await
        .unwrap();
    };
    says("täältä voi lähettää 6").await;
    let mut path = String::new();
    for number in 1..=7 {
        let page = owner.open("/marketing/new").await.unwrap();
        let title = format!("Ilta {number}");
        let form = page.form("/marketing/new").unwrap();
        let form = form.with("kind", "event").with("medium", "email");
        let form = form.with("title", &title).with("text_fi", "Tervetuloa");
        path = owner.save(&form).await.unwrap();
        for step in ["/list", "/handed-out"] {
            let page = owner.open(&path).await.unwrap();
            owner.send(&page.form(step).unwrap()).await.unwrap();
        }
    }
    // The unit came from the other premises, and the list of the last campaign is still open.
    says("6/12 lähetetty 12 kuukauden aikana, täältä voi lähettää 1").await;
    path
}

/// The client's other card, at the other premises, for contact details only; linked to the first.
async fn plant_twin(pair: &Pair, here: &Visitor, client: &str) -> String {
    let there = pair.owner_at_second().await.unwrap();
    let twin = [
        ("last", "Salamyhkäinen"),
        ("first", "Aino"),
        ("phone", "045 000 9876"),
        ("sure", "yes"),
    ];
    let twin = there.add_client(&twin).await.unwrap();
    send(&there, &twin, "/contact-only", &[]).await;
    let verdict = waiting::until("both cards are known", AGREE_TIME, async || {
        let page = here.open("/duplicates").await?;
        let ours = forms(&page.html).into_iter().find(|form| {
            let named = [form.get("one"), form.get("other")];
            form.get("verdict") == Some("same")
                && [client, &twin]
                    .iter()
                    .all(|card| named.contains(&Some(card)))
        });
        Ok(ours)
    })
    .await
    .unwrap();
    here.save(&verdict).await.unwrap();
    twin
}

/// Everything is where it is said to be planted, at a stopped node.
fn check_planted(directory: &Path, cards: &[RecordId], campaign: RecordId) {
    let opened = Opened::of(directory).unwrap();
    let slots = opened
        .slots
        .iter()
        .filter(|(record, _)| cards.contains(record));
    let there: Vec<String> = slots.map(|(_, slot)| place_of(*slot)).collect();
    for (place, sown) in places() {
        let is_there = there.contains(&place);
        match sown {
            Sown::Texts(texts) => {
                assert!(is_there, "nothing is planted in the {place}");
                for text in texts {
                    let held = |card: &RecordId| opened.is_in(*card, text.as_bytes());
                    assert!(cards.iter().any(held), "{text} is not in the {place}");
                }
            }
            Sown::Bare => assert!(is_there, "nothing is planted in the {place}"),
            Sown::Elsewhere(why) => assert!(!is_there, "a card has the {place}: {why}"),
        }
    }
    for reason in REASONS {
        assert!(opened.places(reason.as_bytes()).contains("a reason"));
    }
    assert!(
        opened.is_in(campaign, cards[0].as_bytes()),
        "no list names the client"
    );
}

/// Nothing of it opens at a stopped node, and no list names the client.
fn check_gone(directory: &Path, cards: &[RecordId], campaign: RecordId) {
    let opened = Opened::of(directory).unwrap();
    assert!(opened.slots.iter().any(|(record, _)| *record == campaign));
    for text in texts() {
        let folded = register::directory::fold(text);
        for text in [text, &folded, &text.to_lowercase()] {
            let found = opened.places(text.as_bytes());
            assert!(found.is_empty(), "{text} opens in {found:?}");
        }
    }
    for card in cards {
        assert!(opened.slots.iter().all(|(record, _)| record != card));
        assert!(
            !opened.is_in(campaign, card.as_bytes()),
            "a list names the client"
        );
    }
}

/// Waits until neither premises has anything left to tell the other.
async fn settled(pair: &Pair) {
    waiting::until("all is acknowledged", AGREE_TIME, async || {
        let pending =
            |node: &Node| Ok::<_, anyhow::Error>(node.status()?["peers"][0]["waiting"] == 0);
        Ok((pending(&pair.first)? && pending(&pair.second)?).then_some(()))
    })
    .await
    .unwrap();
}

/// Looks into both nodes while they are stopped.
async fn stopped(pair: &mut Pair, check: impl Fn(&Path)) {
    for node in [&mut pair.first, &mut pair.second] {
        node.stop().unwrap();
        check(node.directory());
        node.start().await.unwrap();
    }
}

#[tokio::test]
async fn nothing_opens_that_was_planted_anywhere_after_an_erasure() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 98, 12);
    let mut pair = Pair::start(home.path(), 98).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let client = by_number(&pair.first.clients().unwrap(), NUMBER).id.clone();
    plant_choices(&owner, &client).await;
    plant(&owner, &client).await;
    plant_entries(&owner, &client).await;
    let campaign = plant_notices(&owner, &client).await;
    let campaign = campaign.trim_start_matches("/marketing/").parse().unwrap();
    let twin = plant_twin(&pair, &owner, &client).await;
    let both = [&client, &twin].map(|card| card.parse::<RecordId>().unwrap());
    pair.agreed_when(AGREE_TIME, |export| export.contains(&twin))
        .await
        .unwrap();
    settled(&pair).await;
    stopped(&mut pair, |directory| {
        check_planted(directory, &both, campaign)
    })
    .await;

    let arguments = ["--client", &client, "--reason", "request", "--wait", "20"];
    let certificate = json(&pair.first, &["erase"], &arguments);
    assert_eq!(certificate["linked"].as_array().unwrap().len(), 1);
    for card in [&client, &twin] {
        confirmed_by_both(&pair.first, card).await;
    }
    // Lists are struck with the next tick, and by the other premises a quarter of a minute later if it has not heard.
    tokio::time::sleep(Duration::from_secs(18)).await;
    settled(&pair).await;
    for node in [&pair.first, &pair.second] {
        verify_for(home.path(), node, 2, &texts());
    }
    stopped(&mut pair, |directory| {
        check_gone(directory, &both, campaign)
    })
    .await;
    for node in [&pair.first, &pair.second] {
        verify_for(home.path(), node, 2, &texts());
    }
}
