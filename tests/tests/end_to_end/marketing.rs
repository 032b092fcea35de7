//! Clause 12 through real nodes: the cap while the premises are apart, opt-outs, lists that go, and who may do which.

use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

/// What a card says once the premises have shared the twelve out evenly.
const EVEN: &str = "0/12 lähetetty 12 kuukauden aikana, täältä voi lähettää 6";

/// A client who allows notices and has an e-mail address.
pub(crate) async fn willing(visitor: &Visitor, last: &str, email: &str) -> String {
    let fields = [("last", last), ("first", "Maija"), ("email", email)];
    let client = visitor.add_client(&fields).await.unwrap();
    answered(visitor, &client, "yes").await;
    client
}

async fn answered(visitor: &Visitor, client: &str, allowed: &str) {
    let path = format!("/clients/{client}/marketing");
    let form = visitor.open(&path).await.unwrap();
    let form = form.form("/marketing").unwrap().with("allowed", allowed);
    visitor
        .save(&form.with("channel", "tiskillä"))
        .await
        .unwrap();
}

/// Writes a campaign and returns its path.
pub(crate) async fn written(visitor: &Visitor, title: &str) -> String {
    let page = visitor.open("/marketing/new").await.unwrap();
    let form = page.form("/marketing/new").unwrap();
    let form = form
        .with("kind", "event")
        .with("medium", "email")
        .with("title", title)
        .with("text_fi", "Tervetuloa syysiltaan");
    visitor.save(&form).await.unwrap()
}

pub(crate) async fn listed(visitor: &Visitor, path: &str) {
    let page = visitor.open(path).await.unwrap();
    visitor.save(&page.form("/list").unwrap()).await.unwrap();
}

async fn handed_out(visitor: &Visitor, path: &str) -> Page {
    let page = visitor.open(path).await.unwrap();
    let form = page.form("/handed-out").unwrap();
    visitor.send(&form).await.unwrap()
}

/// One campaign from beginning to end; whether it reached everybody on its list.
async fn reached(visitor: &Visitor, title: &str) -> bool {
    let path = written(visitor, title).await;
    let draft = visitor.open(&path).await.unwrap();
    if draft.html.contains("disabled") {
        return false;
    }
    listed(visitor, &path).await;
    handed_out(visitor, &path).await.html.contains("Valmis")
}

/// What the card says of the notices.
pub(crate) async fn count(visitor: &Visitor, client: &str) -> String {
    let page = visitor.open(&format!("/clients/{client}")).await.unwrap();
    let end = page.html.find("/12 lähetetty").unwrap();
    let start = page.html[..end].rfind('>').unwrap() + 1;
    let rest = &page.html[start..];
    rest[..rest.find('<').unwrap()].to_owned()
}

async fn until_said(visitor: &Visitor, client: &str, words: &str) {
    waiting::until(words, AGREE_TIME, async || {
        Ok((count(visitor, client).await == words).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn clause_12_the_13th_is_refused_when_6_and_7_were_recorded_offline_at_two_premises() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 71).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = willing(&here, "Lupaava", "maija@example.com").await;
    let there = pair.owner_at_second().await.unwrap();
    waiting::until("the card is there", AGREE_TIME, async || {
        let page = there.open(&format!("/clients/{client}")).await?;
        Ok(page.html.contains(EVEN).then_some(()))
    })
    .await
    .unwrap();
    until_said(&here, &client, EVEN).await;
    pair.line.cut();
    for number in 0..6 {
        assert!(reached(&here, &format!("Ilta {number}")).await);
        assert!(reached(&there, &format!("Aamu {number}")).await);
    }
    assert!(!reached(&there, "Seitsemäs").await);
    assert!(!reached(&here, "Seitsemäs täällä").await);
    pair.line.heal();
    let full = "12/12 lähetetty 12 kuukauden aikana, täältä voi lähettää 0";
    until_said(&here, &client, full).await;
    until_said(&there, &client, full).await;
    for visitor in [&here, &there] {
        let path = written(visitor, "Kolmastoista").await;
        let page = visitor.open(&path).await.unwrap();
        assert!(page.html.contains("12 tiedotetta 12 kuukaudessa on täynnä"));
        assert!(page.html.contains("disabled"));
    }
}

#[tokio::test]
async fn clause_12_an_opt_out_at_one_premises_shrinks_the_list_at_the_other() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 72).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let leaving = willing(&here, "Lähtevä", "pois@example.com").await;
    let staying = willing(&here, "Pysyvä", "tanne@example.com").await;
    let there = pair.owner_at_second().await.unwrap();
    waiting::until("both are there", AGREE_TIME, async || {
        let one = there.open(&format!("/clients/{leaving}")).await?;
        let other = there.open(&format!("/clients/{staying}")).await?;
        let both = [one, other].map(|page| page.html.contains("@example.com"));
        Ok((both == [true, true]).then_some(()))
    })
    .await
    .unwrap();
    // Whichever node founded the register gives the other its share.
    until_said(&here, &staying, EVEN).await;
    let path = written(&here, "Syysilta").await;
    listed(&here, &path).await;
    let page = here.open(&path).await.unwrap();
    assert!(page.html.contains("2 saajaa"));

    let box_at_second = there.open("/marketing").await.unwrap();
    let form = box_at_second.form("/opt-out").unwrap();
    let nobody = there
        .send(&form.clone().with("contact", "ei.kukaan@example.com"))
        .await
        .unwrap();
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = there
        .send(&form.with("contact", "Pois@example.com"))
        .await
        .unwrap();
    assert!(said.html.contains("Markkinointikielto kirjattu: 1 kortti"));
    waiting::until("the list has shrunk", AGREE_TIME, async || {
        let page = here.open(&path).await?;
        Ok(page.html.contains("1 saaja<").then_some(()))
    })
    .await
    .unwrap();

    // The list leaves by the owner's hand, with a reason, and without whoever said no.
    let page = here.open(&path).await.unwrap();
    assert!(page.form("/take.csv").is_err(), "nothing leaves uncounted");
    let done = handed_out(&here, &path).await;
    assert!(done.html.contains("Valmis"), "{}", done.path);
    let take = done.form("/take.csv").unwrap();
    let unsaid = here.send(&take).await.unwrap();
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = here.post(&take.with("why", "Syysillan kutsu")).await;
    let list = answer.unwrap().text().await.unwrap();
    assert!(list.contains("Pysyvä Maija;tanne@example.com"));
    assert!(!list.contains("Lähtevä") && !list.contains("pois@example.com"));
    assert!(count(&here, &leaving).await.starts_with("0/12"));
}

#[tokio::test]
async fn clause_12_a_list_expires_and_takes_its_ids_along() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = willing(&owner, "Listattu", "lista@example.com").await;
    let path = written(&owner, "Syysilta").await;
    listed(&owner, &path).await;
    node.stop().unwrap();
    node.move_clock(jiff::SignedDuration::from_hours(24 * 15));
    node.start().await.unwrap();
    let owner = node.log_in(node.owner_name()).await.unwrap();
    waiting::until("the list is gone", AGREE_TIME, async || {
        let page = owner.open(&path).await?;
        Ok(page.html.contains("Lista vanhentunut").then_some(()))
    })
    .await
    .unwrap();
    let page = owner.open(&path).await.unwrap();
    assert!(page.html.contains("Jakelulista on poistettu"));
    assert!(page.form("/handed-out").is_err());
    assert!(count(&owner, &client).await.starts_with("0/12"));
}

#[tokio::test]
async fn clause_12_reception_records_opt_outs_and_sends_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = willing(&owner, "Vastaaja", "vastaus@example.com").await;
    let path = written(&owner, "Syysilta").await;
    let form = owner.open("/admin/users").await.unwrap();
    let form = form.form("/admin/users").unwrap();
    let form = form.with("name", "Reija Respa").with("role", "reception");
    let page = owner.send(&form).await.unwrap();
    let code = one_time_code(&page.html.replace(['<', '>'], " ")).unwrap();
    let reception = Visitor::new(node.console()).unwrap();
    reception
        .set_up("Reija Respa", &code, PASSWORD)
        .await
        .unwrap();
    let page = reception.open(&path).await.unwrap();
    assert!(page.html.contains("Tervetuloa syysiltaan") && page.form("/list").is_err());
    assert_eq!(
        reception.open("/marketing/new").await.unwrap().status,
        StatusCode::FORBIDDEN
    );
    answered(&reception, &client, "no").await;
    let page = owner.open(&path).await.unwrap();
    assert!(page.html.contains("ei ole antanut lupaa") && page.html.contains("disabled"));
    let card = owner.open(&format!("/clients/{client}")).await.unwrap();
    assert!(card.html.contains("Kysymyksen versio 2026-1"));
}
