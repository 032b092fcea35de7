//! Clauses 10 and 11: a request from its first day to its end, the package for the client, and who may do which.

use jiff::Span;
use kortisto_tests::html::Form;
use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::nobodys_code;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use reqwest::StatusCode;

async fn client(visitor: &Visitor) -> String {
    let fields = [
        ("last", "Pyytävä"),
        ("first", "Piia"),
        ("phone", "040 000 4455"),
    ];
    let client = visitor.add_client(&fields).await.unwrap();
    let note = [("text", "Tulee raitiovaunulla")];
    visitor.add_entry(&client, "notes", &note).await.unwrap();
    client
}

/// Takes a request down and returns its path.
async fn asked(visitor: &Visitor, client: &str, kind: &str) -> String {
    let path = format!("/clients/{client}/requests/new");
    let form = visitor.open(&path).await.unwrap().form(&path).unwrap();
    let form = form.with("kind", kind).with("channel", "phone");
    visitor.save(&form).await.unwrap();
    let board = visitor.open("/requests").await.unwrap();
    let start = board.html.find("/requests/").unwrap();
    let entry = board.html[start..].trim_start_matches("/requests/");
    let entry = entry.split('"').next().unwrap();
    format!("/clients/{client}/requests/{entry}")
}

async fn step(visitor: &Visitor, path: &str, step: &str) -> Form {
    let page = visitor.open(path).await.unwrap();
    page.form(&format!("/{step}")).unwrap()
}

/// The identity check: nothing but method and type, and a type where a document was seen.
async fn checked(visitor: &Visitor, request: &str) {
    let check = step(visitor, request, "check").await;
    let names: Vec<&str> = check.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        names
            .iter()
            .all(|name| ["csrf", "heads", "method", "document"].contains(name)),
        "no room for a number or a copy: {names:?}"
    );
    let unsaid = visitor
        .send(&check.clone().with("method", "document"))
        .await
        .unwrap();
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let check = check
        .with("method", "document")
        .with("document", "driving_licence");
    visitor.save(&check).await.unwrap();
}

/// More time: with a reason, and within three months.
async fn extended(visitor: &Visitor, request: &str) {
    let until = super::today()
        .saturating_add(Span::new().days(80))
        .to_string();
    let extend = step(visitor, request, "extend").await.with("until", &until);
    let answer = visitor.send(&extend).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let extend = extend.with("extend_reason", "Laaja pyyntö");
    let late = super::today()
        .saturating_add(Span::new().days(120))
        .to_string();
    let answer = visitor
        .send(&extend.clone().with("until", &late))
        .await
        .unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    visitor.save(&extend).await.unwrap();
}

async fn downloads(visitor: &Visitor, client: &str) {
    for (end, kind) in [("json", "application/json"), ("csv", "text/csv")] {
        let path = format!("/clients/{client}/package.{end}");
        let answer = visitor.get(&path).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with(kind));
        let expected = format!("attachment; filename=\"package.{end}\"");
        assert_eq!(header("content-disposition"), expected);
        let text = answer.text().await.unwrap();
        for word in [
            "Pyytävä",
            "+358400004455",
            "Tulee raitiovaunulla",
            "Ajokortti",
        ] {
            assert!(text.contains(word), "the {end} lacks {word}");
        }
        assert!(!text.contains("Omistaja"), "the {end} names an employee");
    }
}

#[tokio::test]
async fn clauses_10_and_11_a_request_is_checked_extended_answered_and_closed_at_both_premises() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 41).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = client(&here).await;
    let request = asked(&here, &client, "inspection").await;
    let there = pair.owner_at_second().await.unwrap();
    waiting::until("the request is known there", AGREE_TIME, async || {
        let page = there.open("/requests").await?;
        Ok(page.html.contains(&request).then_some(()))
    })
    .await
    .unwrap();
    let start = here.open("/").await.unwrap();
    assert!(start.html.contains("Yksi pyyntö avoinna, lähin määräaika"));

    checked(&here, &request).await;
    extended(&here, &request).await;
    let package = here
        .open(&format!("/clients/{client}/package"))
        .await
        .unwrap();
    for word in [
        "Pyytävä",
        "Tulee raitiovaunulla",
        "Ajokortti",
        "Laaja pyyntö",
    ] {
        assert!(package.html.contains(word), "the package lacks {word}");
    }
    downloads(&here, &client).await;
    let named = package.form("/package").unwrap().with("names", "yes");
    let answer = here.send(&named).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let named = here
        .send(&named.with("reason", "Asiakas pyysi"))
        .await
        .unwrap();
    assert_eq!(named.status, StatusCode::OK);
    assert!(named.html.contains("Varmistaja"));

    let close = step(&here, &request, "close").await.with("outcome", "done");
    here.save(&close).await.unwrap();
    let exported = pair.first.clients().unwrap();
    let told = &exported[0].requests[0];
    assert_eq!(told["kind"], "inspection");
    assert_eq!(told["identity_check"]["document"], "driving_licence");
    assert_eq!(told["extension_reason"], "Laaja pyyntö");
    assert_eq!(told["outcome"], "done");
    waiting::until("it is closed there too", AGREE_TIME, async || {
        let page = there.open(&request).await?;
        let board = there.open("/requests").await?;
        let closed = page.html.contains("Toteutettu") && page.form("/close").is_err();
        Ok((closed && !board.html.contains(&request)).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn clause_10_a_refusal_needs_a_reason_and_no_reason_holds_an_identity_code() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = client(&owner).await;
    let request = asked(&owner, &client, "erasure").await;
    let close = step(&owner, &request, "close").await;
    let close = close.with("outcome", "refused");
    let answer = owner.send(&close).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.html.contains("Kirjoita perustelu"));
    let coded = close.clone().with("close_reason", &nobodys_code().unwrap());
    let answer = owner.send(&coded).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reasoned = close.with("close_reason", "Laki velvoittaa säilyttämään");
    owner.save(&reasoned).await.unwrap();
    let page = owner.open(&request).await.unwrap();
    assert!(page.html.contains("Evätty") && page.html.contains("Laki velvoittaa"));
}

#[tokio::test]
async fn clause_10_everybody_records_a_request_and_the_owner_alone_decides() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = client(&owner).await;
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

    // A restricted card takes a request too: the client may ask that the restriction be lifted.
    let restriction = format!("/clients/{client}/restriction");
    let page = owner.open(&restriction).await.unwrap();
    owner
        .save(&page.form("/restriction").unwrap())
        .await
        .unwrap();
    let request = asked(&reception, &client, "restriction").await;
    let check = step(&reception, &request, "check").await;
    reception
        .save(&check.clone().with("method", "known_client"))
        .await
        .unwrap();

    let page = reception.open(&request).await.unwrap();
    assert!(page.form("/extend").is_err() && page.form("/close").is_err());
    for end in ["extend", "close"] {
        let form = Form {
            action: format!("{request}/{end}"),
            ..check.clone()
        };
        let answer = reception.send(&form.with("outcome", "done")).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{end}");
    }
    for end in ["package", "package.json", "package.csv"] {
        let path = format!("/clients/{client}/{end}");
        let page = reception.open(&path).await.unwrap();
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{end}");
        let form = Form {
            action: path,
            ..check.clone()
        };
        let answer = reception.send(&form).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{end}");
    }
    let close = step(&owner, &request, "close")
        .await
        .with("outcome", "done");
    owner.save(&close).await.unwrap();
}

#[tokio::test]
async fn clause_9_of_a_request_that_outlives_its_card_days_and_codes_are_shown_at_both_premises() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 24).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = client(&here).await;
    asked(&here, &client, "erasure").await;
    let there = pair.owner_at_second().await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.contains("\"requests\""))
        .await
        .unwrap();
    let arguments = ["--client", client.as_str(), "--reason", "request"];
    let said = there.open("/requests").await.unwrap();
    assert!(!said.html.contains("joiden kortti on poistettu"));
    pair.second
        .command(&["erase"], &arguments)
        .unwrap()
        .fine()
        .unwrap();
    for visitor in [&here, &there] {
        let board = waiting::until("the proof is shown", AGREE_TIME, async || {
            let page = visitor.open("/requests").await?;
            let kept = page.html.contains("joiden kortti on poistettu");
            Ok((kept && page.html.contains("Yhtään pyyntöä ei ole avoinna")).then_some(page))
        })
        .await
        .unwrap();
        let certificate = format!("/erasures/{client}");
        for word in ["Poistopyyntö", "Puhelimitse", "Toteutettu", &certificate] {
            assert!(board.html.contains(word), "the board lacks {word}");
        }
        assert!(!board.html.contains("Pyytävä"));
    }
}
