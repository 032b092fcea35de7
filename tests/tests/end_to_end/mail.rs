//! Clause 12 through a real mail relay: a campaign by e-mail, and what becomes of each letter.

use jiff::SignedDuration;
use kortisto_tests::node::Node;
use kortisto_tests::post::PostOffice;
use kortisto_tests::program::{Program, make_token};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use reqwest::StatusCode;

use crate::marketing::{count, listed, willing, written};

const SEND_TIME: std::time::Duration = std::time::Duration::from_secs(40);

async fn send(owner: &Visitor, path: &str) {
    let page = owner.open(path).await.unwrap();
    owner.save(&page.form("/send").unwrap()).await.unwrap();
}

async fn until_shown(owner: &Visitor, path: &str, words: &str) {
    waiting::until(words, SEND_TIME, async || {
        let page = owner.open(path).await?;
        Ok(page.html.contains(words).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn clause_12_each_letter_goes_once_and_what_became_of_it_is_known() {
    let home = tempfile::tempdir().unwrap();
    let post = PostOffice::start(home.path()).unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    post.serve(&node, post.password()).unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let names = ["taken", "refused", "later", "broken"];
    let mut clients = Vec::new();
    for name in names {
        clients.push(willing(&owner, name, &format!("{name}@example.com")).await);
    }
    let path = written(&owner, "Syysilta Lahdessa").await;
    listed(&owner, &path).await;
    send(&owner, &path).await;
    until_shown(&owner, &path, "Lähetetään").await;
    // The line breaks at one of them, so the node waits before the next; a start begins a round at once.
    until_shown(&owner, &path, "Postipalvelin ei ole vastannut").await;
    for minutes in [0, 31, 62] {
        node.stop().unwrap();
        node.move_clock(SignedDuration::from_mins(minutes));
        node.start().await.unwrap();
        let owner = node.log_in(node.owner_name()).await.unwrap();
        until_shown(&owner, &path, "1 · Ei lähtenyt").await;
    }
    let owner = node.log_in(node.owner_name()).await.unwrap();
    until_shown(&owner, &path, "Valmis").await;
    let page = owner.open(&path).await.unwrap();
    for words in [
        "2 · Lähetetty",
        "1 · Ei lähtenyt",
        "1 · Ei tiedetä, lähtikö",
    ] {
        assert!(page.html.contains(words), "{words}");
    }
    let letters = post.letters().unwrap();
    let to = |letter: &str| letter.lines().next().unwrap().to_owned();
    let to: Vec<String> = letters.iter().map(|letter| to(letter)).collect();
    assert_eq!(
        to,
        [
            "X-Recipient: later@example.com",
            "X-Recipient: taken@example.com"
        ]
    );
    for letter in &letters {
        assert!(letter.contains("Subject: Syysilta Lahdessa"), "{letter}");
        assert!(letter.contains("List-Unsubscribe: <mailto:tiedotteet@example.fi?subject=KIELTO>"));
        assert!(letter.contains("Tervetuloa syysiltaan") && letter.contains("KIELTO"));
    }
    for client in &clients {
        assert!(count(&owner, client).await.starts_with("1/12"));
    }
    let log = node.log().unwrap();
    assert!(!log.contains("example.com"), "addresses in the log");
}

#[tokio::test]
async fn clause_12_a_relay_that_does_not_answer_costs_nobody_a_notice() {
    let home = tempfile::tempdir().unwrap();
    let post = PostOffice::start(home.path()).unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    post.serve(&node, "väärä salasana").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = willing(&owner, "Odottaja", "odottaja@example.com").await;
    let path = written(&owner, "Syysilta").await;
    listed(&owner, &path).await;
    send(&owner, &path).await;
    until_shown(&owner, &path, "Postipalvelin ei ole vastannut").await;
    assert!(count(&owner, &client).await.starts_with("0/12"));
    let page = owner.open(&path).await.unwrap();
    assert!(page.form("/handed-out").is_err(), "it is being sent");
    owner.save(&page.form("/stop").unwrap()).await.unwrap();
    until_shown(&owner, &path, "Pysäytetty").await;

    // The right password, and nothing goes: it was stopped.
    node.stop().unwrap();
    post.serve(&node, post.password()).unwrap();
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    let next = written(&owner, "Talvi-ilta").await;
    let page = owner.open(&next).await.unwrap();
    let trial = page.form("/trial").unwrap();
    let refused = owner
        .send(&trial.clone().with("to", "odottaja@example.com"))
        .await;
    assert!(
        refused
            .unwrap()
            .html
            .contains("Osoite on asiakkaan kortilla")
    );
    let tried = owner
        .send(&trial.with("to", "omistaja@example.fi"))
        .await
        .unwrap();
    assert!(tried.html.contains("Postipalvelin otti koeviestin vastaan"));
    let letters = post.letters().unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].starts_with("X-Recipient: omistaja@example.fi"));
    assert!(count(&owner, &client).await.starts_with("0/12"));
}

#[tokio::test]
async fn clause_12_a_card_that_is_restricted_meanwhile_keeps_nobody_else_from_a_letter() {
    let home = tempfile::tempdir().unwrap();
    let post = PostOffice::start(home.path()).unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    post.serve(&node, post.password()).unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let mut clients = Vec::new();
    for place in ["yksi", "kaksi"] {
        clients.push(willing(&owner, place, &format!("later@{place}.example.com")).await);
    }
    // The courier goes by id: whoever comes first is the one that it must get past.
    clients.sort_unstable();
    let path = written(&owner, "Syysilta").await;
    listed(&owner, &path).await;
    send(&owner, &path).await;
    until_shown(
        &owner,
        &path,
        "2 · Postipalvelin pyysi yrittämään myöhemmin",
    )
    .await;
    let page = format!("/clients/{}/restriction", clients[0]);
    let form = owner.open(&page).await.unwrap();
    owner
        .save(&form.form("/restriction").unwrap())
        .await
        .unwrap();
    node.stop().unwrap();
    node.move_clock(SignedDuration::from_mins(31));
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    until_shown(&owner, &path, "1 · Lähetetty").await;
    assert_eq!(post.letters().unwrap().len(), 1);
}

#[tokio::test]
async fn a_program_sends_a_campaign_without_seeing_to_whom() {
    let home = tempfile::tempdir().unwrap();
    let post = PostOffice::start(home.path()).unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    post.serve(&node, post.password()).unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    willing(&owner, "taken", "taken@example.com").await;
    // On the page its path is /marketing/ and its id, in the API /campaigns/ and the same.
    let page = written(&owner, "Syysilta Lahdessa").await;
    let path = page.replace("/marketing/", "/campaigns/");
    let token = make_token(&owner, "Kirje", &["campaigns:run"])
        .await
        .unwrap();
    let program = Program::new(node.console(), Some(&token)).unwrap();
    for step in ["list", "send"] {
        let now = program.ask("GET", &path, None).await.unwrap();
        let at = format!("{path}/{step}");
        let seen = Some(now.text("version"));
        let done = program.ask_on("POST", &at, seen, None).await.unwrap();
        assert_eq!(done.status, StatusCode::OK, "{step}: {done:?}");
    }
    let last = waiting::until("the letter is sent", SEND_TIME, async || {
        let now = program.ask("GET", &path, None).await?;
        Ok((now.body["outcomes"]["sent"] == 1).then_some(now))
    })
    .await
    .unwrap();
    assert!(!last.body.to_string().contains("taken@"), "{last:?}");
    assert_eq!(post.letters().unwrap().len(), 1);
}
