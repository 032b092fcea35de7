//! A client is erased at one console, and both premises forget; what keeps a card; who may do which.

use kortisto_tests::html::Form;
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

use super::doors::colleague;

const LAST: &str = "Unohtumaton";
const FIRST: &str = "Äinö Kyllikki";
/// How the certificate says that every premises has confirmed.
const ALL_CONFIRMED: &str = "Kaikki toimipisteet ovat vahvistaneet poiston.";
const NO_RIGHT: &str = "Tähän ei ole oikeutta";

/// Both nodes, the owner at both consoles, and one client with a treatment, a note and a health entry.
async fn working(home: &std::path::Path, seed: u64) -> (Pair, Visitor, Visitor, String) {
    let pair = Pair::start(home, seed).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = client(&here).await;
    let there = pair.owner_at_second().await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.contains("Kuuloharha"))
        .await
        .unwrap();
    (pair, here, there, client)
}

async fn client(visitor: &Visitor) -> String {
    let fields = [("last", LAST), ("first", FIRST), ("phone", "040 000 7788")];
    let client = visitor.add_client(&fields).await.unwrap();
    let treatment = [
        ("name", "Merileväkääre"),
        ("contract", "yes"),
        ("safe", "Poikuekatu 1"),
        ("folder", "A-17"),
    ];
    visitor
        .add_entry(&client, "treatments", &treatment)
        .await
        .unwrap();
    visitor
        .add_entry(&client, "notes", &[("text", "Tulee raitiovaunulla")])
        .await
        .unwrap();
    let health = [
        ("kind", "other"),
        ("text", "Kuuloharha"),
        ("level", "caution"),
    ];
    visitor.add_entry(&client, "health", &health).await.unwrap();
    client
}

/// The erasure form, filled in.
async fn erasure(visitor: &Visitor, client: &str, name: &str) -> Form {
    let page = visitor
        .open(&format!("/clients/{client}/erase"))
        .await
        .unwrap();
    let form = page.form("/erase").unwrap();
    form.with("reason", "request").with("name", name)
}

fn says_nothing_of_them(page: &Page) {
    for word in [LAST, "Kyllikki", "7788", "Kuuloharha", "Merilevä"] {
        assert!(!page.html.contains(word), "{} says {word}", page.path);
    }
}

#[tokio::test]
async fn erased_at_one_console_both_forget_and_the_certificate_says_so() {
    let home = tempfile::tempdir().unwrap();
    let (_pair, here, there, client) = working(home.path(), 31).await;
    let card = format!("/clients/{client}");
    let mut open_page = there.events().await.unwrap();

    let wrong = erasure(&here, &client, "Unohtumaton Aino").await;
    let answer = here.send(&wrong).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.html.contains("Nimi ei ole sama kuin kortilla"));
    let right = erasure(&here, &client, " äinö  kyllikki UNOHTUMATON").await;
    let certificate = here.save(&right).await.unwrap();
    assert_eq!(certificate, format!("/erasures/{client}"));

    open_page.changed(&format!("-{client}")).await.unwrap();
    for visitor in [&here, &there] {
        let page = waiting::until("both have confirmed", AGREE_TIME, async || {
            let page = visitor.open(&certificate).await?;
            Ok(page.html.contains(ALL_CONFIRMED).then_some(page))
        })
        .await
        .unwrap();
        assert_eq!(page.html.matches("mark ok").count(), 2, "{}", page.html);
        assert!(page.html.contains("Poikuekatu") && page.html.contains("Aleksanterinkatu"));
        says_nothing_of_them(&page);

        // An old link says what happened, and leads the owner to the certificate.
        let gone = visitor.open(&card).await.unwrap();
        assert_eq!(gone.status, StatusCode::GONE);
        assert!(gone.html.contains(&certificate));
        says_nothing_of_them(&gone);
        let search = visitor.open("/clients").await.unwrap();
        let search = search.form("/clients").unwrap().with("q", "kyllikki");
        let found = visitor.send(&search).await.unwrap();
        assert!(!found.html.contains(&client));
        let list = visitor.open("/erasures").await.unwrap();
        assert!(list.html.contains(&certificate));
    }
}

#[tokio::test]
async fn the_paper_that_is_left_is_destroyed_and_ticked_off_at_the_other_premises() {
    let home = tempfile::tempdir().unwrap();
    let (_pair, here, there, client) = working(home.path(), 32).await;
    let name = format!("{LAST} {FIRST}");
    here.save(&erasure(&here, &client, &name).await)
        .await
        .unwrap();
    let tasks = waiting::until("the task is known there", AGREE_TIME, async || {
        let page = there.open("/tasks").await?;
        Ok(page.html.contains("A-17").then_some(page))
    })
    .await
    .unwrap();
    says_nothing_of_them(&tasks);
    let start = there.open("/").await.unwrap();
    assert!(start.html.contains("Yksi paperi odottaa hävittämistä"));
    there.save(&tasks.form("/done").unwrap()).await.unwrap();
    waiting::until("it is ticked off here too", AGREE_TIME, async || {
        let page = here.open("/tasks").await?;
        let done = page.form("/done").is_err() && page.html.contains("kuitannut Omistaja");
        Ok(done.then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn nobody_but_the_owner_erases_holds_or_deletes() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = client(&owner).await;
    let card = format!("/clients/{client}");
    for role in ["reception", "staff", "contractor"] {
        let visitor = colleague(&node, &owner, role).await;
        let start = visitor.open("/").await.unwrap();
        let token = start.form("/lock/now").unwrap();
        let token = token.get("csrf").unwrap();
        for path in ["/erase", "/claim", "/restriction", "/history/clear"] {
            let path = format!("{card}{path}");
            refuses(&visitor, &path, token, true).await;
        }
        for path in ["/erasures", "/retention"] {
            let page = visitor.open(path).await.unwrap();
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{role} opens {path}");
        }
        for path in ["/retention/run", "/clock/confirm", "/quarantine/release"] {
            refuses(&visitor, path, token, false).await;
        }
        if role == "reception" {
            let path = format!("{card}/health/withdraw");
            refuses(&visitor, &path, token, true).await;
            let form = visitor.contact_form(&client).await.unwrap();
            assert!(!form.fields.iter().any(|(name, _)| name == "redact"));
            let form = form.with("last", "Toinen").with("redact", "yes");
            let answer = visitor.send(&form).await.unwrap();
            assert_eq!(answer.status, StatusCode::FORBIDDEN);
        }
    }
    let page = owner.open(&card).await.unwrap();
    assert!(page.html.contains(LAST));
}

/// The page is refused, and so is what it would send.
async fn refuses(visitor: &Visitor, path: &str, token: &str, has_page: bool) {
    if has_page {
        let page = visitor.open(path).await.unwrap();
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let form = Form {
        action: path.to_owned(),
        fields: vec![field("csrf", token), field("sure", "yes")],
    };
    let answer = visitor.send(&form).await.unwrap();
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    assert!(answer.html.contains(NO_RIGHT), "{path}: {}", answer.html);
}

#[tokio::test]
async fn a_claim_and_a_restriction_keep_the_card_until_they_are_lifted() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = client(&owner).await;
    let path = |page: &str| format!("/clients/{client}/{page}");
    let name = format!("{LAST} {FIRST}");
    // Opened before anything kept the card.
    let erase = erasure(&owner, &client, &name).await;
    let edit = owner.contact_form(&client).await.unwrap();

    let form = owner.open(&path("claim")).await.unwrap();
    let form = form.form("/claim").unwrap().with("reason", "Reklamaatio");
    let too_far = form.clone().with("until", "1.1.2099");
    let answer = owner.send(&too_far).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let until = crate::today().saturating_add(jiff::Span::new().days(100));
    owner
        .save(&form.with("until", &until.to_string()))
        .await
        .unwrap();
    let answer = owner.send(&erase).await.unwrap();
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let page = owner.open(&path("erase")).await.unwrap();
    assert!(page.form("/erase").is_err() && page.html.contains("oikeusvaade"));
    let page = owner.open(&path("claim")).await.unwrap();
    let lift = kortisto_tests::html::forms(&page.html);
    let lift = lift.iter().find(|form| form.get("lift").is_some());
    owner.save(lift.unwrap()).await.unwrap();

    let form = owner.open(&path("restriction")).await.unwrap();
    owner
        .save(&form.form("/restriction").unwrap())
        .await
        .unwrap();
    for form in [&erase, &edit.with("last", "Muutettu")] {
        let answer = owner.send(form).await.unwrap();
        assert_eq!(answer.status, StatusCode::LOCKED);
        assert!(answer.html.contains("Kortin käsittelyä on rajoitettu"));
    }
    let page = owner.open(&path("contact")).await.unwrap();
    assert_eq!(page.status, StatusCode::LOCKED);
    let form = owner.open(&path("restriction")).await.unwrap();
    owner
        .save(&form.form("/restriction").unwrap())
        .await
        .unwrap();
    owner.save(&erase).await.unwrap();
}

#[tokio::test]
async fn what_a_client_wants_forgotten_goes_at_both_premises() {
    let home = tempfile::tempdir().unwrap();
    let (pair, here, _, client) = working(home.path(), 33).await;
    here.edit_contact(&client, &[("last", "Uusinimi"), ("redact", "yes")])
        .await
        .unwrap();
    let withdraw = here
        .open(&format!("/clients/{client}/health/withdraw"))
        .await
        .unwrap();
    assert!(withdraw.html.contains("Kuuloharha"));
    here.save(&withdraw.form("/withdraw").unwrap())
        .await
        .unwrap();
    let before = pair.first.clients().unwrap();
    let treatment = before[0].treatments[0].clone();
    let clear = here
        .open(&format!("/clients/{client}/history/clear"))
        .await
        .unwrap();
    here.save(&clear.form("/clear").unwrap()).await.unwrap();
    let after = pair
        .agreed_when(AGREE_TIME, |export| export.contains("Uusinimi"))
        .await
        .unwrap();
    assert!(!after.contains("Kuuloharha") && !after.contains(LAST));
    let after = pair.second.clients().unwrap();
    assert_eq!(after[0].treatments, [treatment], "what stands stays");
}
