//! What no token stands for: an owner in person gives access, deletes by hand, takes lists out, and joins premises
//! through a program.

use jiff::SignedDuration;
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::program::{Answer, Program, make_token};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::api::{NOBODY, all_scopes, ask, clinic, fine, made};
use crate::doors::colleague;
use crate::factor::switch_on;
use crate::register;

/// The owner's proof of a node.
fn owner(node: &Node) -> Value {
    json!({"name": node.owner_name(), "password": PASSWORD})
}

/// A body with the owner in it.
fn by(owner: &Value, body: Value) -> Value {
    let mut body = body;
    body["owner"] = owner.clone();
    body
}

async fn post(program: &Program, path: &str, body: Value) -> Answer {
    ask(program, "POST", path, body).await
}

#[tokio::test]
async fn an_owner_gives_access_through_a_program_and_a_token_alone_gives_none() {
    let clinic = clinic().await;
    let colleague_there = colleague(&clinic.node, &clinic.owner, "staff").await;
    let program = clinic.program(&["access:give", "audit:read"]).await;
    let new = json!({"name": "Uusi Hoitaja", "role": "staff"});
    let alone = post(&program, "/users", new.clone()).await;
    assert_eq!(alone.code(), "wrong_shape", "{alone:?}");
    let wrong = json!({"name": clinic.node.owner_name(), "password": "not the password at all"});
    let staff = json!({"name": "Kollega staff", "password": PASSWORD});
    let nobody = json!({"name": "Ei Kukaan", "password": PASSWORD});
    for proof in [&wrong, &staff, &nobody] {
        let answer = post(&program, "/users", by(proof, new.clone())).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
        assert_eq!(answer.code(), "not_in_person");
    }
    drop(colleague_there);

    let owner = owner(&clinic.node);
    let given = post(&program, "/users", by(&owner, new.clone())).await;
    assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
    let visitor = Visitor::new(clinic.node.console()).unwrap();
    let code = given.text("code");
    visitor
        .set_up("Uusi Hoitaja", code, PASSWORD)
        .await
        .unwrap();
    let again = post(&program, "/users", by(&owner, new)).await;
    assert_eq!(again.body["errors"][0]["field"], "name", "{again:?}");
    let path = format!("/users/{}/code", given.text("id"));
    let renewed = fine(&program, "POST", &path, json!({"owner": owner})).await;
    assert_ne!(renewed["code"], given.body["code"]);
    let path = format!("/users/{NOBODY}/code");
    let unknown = post(&program, &path, json!({"owner": owner})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);

    let log = fine(&program, "GET", "/audit?group=changes", Value::Null).await;
    let who = &log["entries"][0]["name"];
    assert_eq!(who, clinic.node.owner_name(), "the author is the owner");
    let doors = fine(&program, "GET", "/audit?group=doors", Value::Null).await;
    let proved = doors["entries"].as_array().unwrap().iter().find(|one| {
        let tokens = one["record"] != one["who"];
        one["name"] == clinic.node.owner_name() && tokens
    });
    assert!(proved.is_some(), "that they proved it is logged: {doors}");
}

#[tokio::test]
async fn an_owner_makes_a_token_through_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["access:give"]).await;
    let owner = owner(&clinic.node);
    for (scopes, field) in [
        (json!(["moon:walk"]), "scopes"),
        (json!([]), "scopes"),
        (json!(["premises"]), "expires"),
    ] {
        let body = json!({"name": "Ajanvaraus", "scopes": scopes, "expires": "2020-01-01"});
        let answer = post(&program, "/tokens", by(&owner, body)).await;
        assert_eq!(answer.body["errors"][0]["field"], field, "{answer:?}");
    }
    let body = json!({"name": "Ajanvaraus", "scopes": ["premises"]});
    let answer = post(&program, "/tokens", by(&owner, body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let fresh = Program::new(clinic.node.console(), Some(answer.text("token"))).unwrap();
    fine(&fresh, "GET", "/premises", Value::Null).await;
    let beyond = ask(&fresh, "GET", "/users", Value::Null).await;
    assert_eq!(beyond.code(), "forbidden");
}

#[tokio::test]
async fn a_second_factor_counts_for_an_owner_in_person_too_and_guessing_is_slowed_down() {
    let clinic = clinic().await;
    let program = clinic.program(&["access:give"]).await;
    let (phone, _, used) = switch_on(&clinic.owner).await;
    let proof = |code: &str| {
        let mut owner = owner(&clinic.node);
        owner["code"] = json!(code);
        by(&owner, json!({"name": "Apuri", "role": "reception"}))
    };
    for wrong in ["", "000000", used.as_str()] {
        let answer = post(&program, "/users", proof(wrong)).await;
        assert_eq!(answer.code(), "not_in_person", "{wrong}: {answer:?}");
    }
    let answer = post(&program, "/users", proof(&phone.code(1).unwrap())).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let path = format!("/users/{}/second-factor-off", answer.text("id"));
    let mut wrong = owner(&clinic.node);
    wrong["password"] = json!("a guess that is wrong");
    let mut last = None;
    for _ in 0..8 {
        last = Some(post(&program, &path, json!({"owner": wrong})).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS, "{last:?}");
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn deletion_by_hand_takes_an_owner_who_is_there() {
    const CLIENTS: usize = 9;
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 61, CLIENTS);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    let import = node.import(&files.clients, Some(&files.treatments));
    import.unwrap().fine().unwrap();
    node.start().await.unwrap();
    let visitor = node.owner_first().await.unwrap();
    let token = make_token(&visitor, "Siivooja", &["requests:decide"]).await;
    node.stop().unwrap();
    node.move_clock(SignedDuration::from_hours(6 * 366 * 24));
    node.start().await.unwrap();
    let program = Program::new(node.console(), Some(&token.unwrap())).unwrap();
    let owner = owner(&node);
    let run = |allow: bool| by(&owner, json!({"allow_many": allow}));
    let held = post(&program, "/retention/run", run(true)).await;
    assert_eq!(held.code(), "held", "a clock in doubt: {held:?}");
    fine(&program, "POST", "/clock/confirm", json!({"owner": owner})).await;
    let held = post(&program, "/retention/run", run(false)).await;
    assert!(held.body["detail"].as_str().unwrap().contains("too_many"));
    let alone = post(&program, "/retention/run", json!({"allow_many": true})).await;
    assert_eq!(alone.code(), "wrong_shape");
    assert_eq!(node.status().unwrap()["clients"], CLIENTS);
    let ran = post(&program, "/retention/run", run(true)).await;
    assert_eq!(ran.status, StatusCode::NO_CONTENT, "{ran:?}");
    waiting::until("the cards are gone", AGREE_TIME, async || {
        Ok((node.status()?["clients"] == 0).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_list_is_taken_out_by_an_owner_and_only_of_who_was_counted() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let body = json!({"last_name": "Halukas", "birth_year": 1970, "email": "halukas@example.com"});
    let saved = fine(&program, "POST", "/clients", body).await;
    let client = saved["id"].as_str().unwrap();
    let yes = json!({"allowed": true, "channel": "phone"});
    let path = format!("/clients/{client}/marketing");
    let seen = saved["version"].as_str();
    let put = program.ask_on("PUT", &path, seen, Some(yes)).await.unwrap();
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    let body =
        json!({"kind": "event", "medium": "email", "title": "Ilta", "text_fi": "Tervetuloa"});
    let campaign = fine(&program, "POST", "/campaigns", body).await;
    let path = format!("/campaigns/{}", campaign["id"].as_str().unwrap());
    let take = format!("{path}/take");
    let owner = owner(&clinic.node);
    let why = |why: &str| by(&owner, json!({ "why": why }));
    let early = post(&program, &take, why("Painotalolle")).await;
    assert_eq!(early.code(), "other_stage", "{early:?}");
    let mut seen = campaign["version"].as_str().unwrap().to_owned();
    for step in ["list", "handed-out"] {
        let step = format!("{path}/{step}");
        let done = program.ask_on("POST", &step, Some(&seen), None).await;
        let done = done.unwrap();
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
        let now = fine(&program, "GET", &path, Value::Null).await;
        seen = now["version"].as_str().unwrap().to_owned();
    }
    let unsaid = post(&program, &take, why(" ")).await;
    assert_eq!(unsaid.body["errors"][0]["field"], "why", "{unsaid:?}");
    let taken = fine(&program, "POST", &take, why("Painotalolle")).await;
    let expected = json!([{"client": client, "name": "Halukas", "reached": "halukas@example.com"}]);
    assert_eq!(taken["recipients"], expected);
    let log = fine(&program, "GET", "/audit?group=transfers", Value::Null).await;
    let first = &log["entries"][0];
    assert_eq!(first["reason"], "Painotalolle");
    assert_eq!(first["name"], clinic.node.owner_name());
}

/// A node, and a program at it that may do everything.
async fn premises(home: &std::path::Path, name: &str) -> (Node, Program, Value) {
    let mut node = Node::init(home, name).unwrap();
    node.start().await.unwrap();
    let visitor = node.owner_first().await.unwrap();
    let token = make_token(&visitor, &format!("Ohjelma {name}"), &all_scopes()).await;
    let program = Program::new(node.console(), Some(&token.unwrap())).unwrap();
    let owner = owner(&node);
    (node, program, owner)
}

async fn at_stage(program: &Program, wanted: &str) -> Value {
    waiting::until(&format!("pairing is {wanted}"), AGREE_TIME, async || {
        let now = fine(program, "GET", "/pairing", Value::Null).await;
        Ok((now["stage"] == wanted).then_some(now))
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn owners_pair_and_part_premises_through_programs() {
    let home = tempfile::tempdir().unwrap();
    let (_first, here, owner_here) = premises(home.path(), "Poikuekatu").await;
    let (_second, there, owner_there) = premises(home.path(), "Aleksanterinkatu").await;
    let client = made(&here).await;
    let invite = by(&owner_here, json!({}));
    let invited = fine(&here, "POST", "/pairing/invite", invite).await;
    let text = invited["invitation"].as_str().unwrap();
    let stage = at_stage(&here, "invited").await;
    assert!(!stage.to_string().contains(text), "it lets in who holds it");
    let wrong = by(&owner_there, json!({"invitation": "KORTISTO"}));
    let wrong = post(&there, "/pairing/accept", wrong).await;
    assert_eq!(wrong.body["errors"][0]["field"], "invitation", "{wrong:?}");
    let accept = by(&owner_there, json!({ "invitation": text }));
    let answer = post(&there, "/pairing/accept", accept).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    for (program, owner) in [(&here, &owner_here), (&there, &owner_there)] {
        let compared = at_stage(program, "comparing").await;
        let other = by(owner, json!({"phrase": "another phrase"}));
        let other = post(program, "/pairing/confirm", other).await;
        assert_eq!(other.code(), "other_stage", "{other:?}");
        let same = by(owner, json!({"phrase": compared["phrase"]}));
        let same = post(program, "/pairing/confirm", same).await;
        assert_eq!(same.status, StatusCode::NO_CONTENT, "{same:?}");
    }
    for program in [&here, &there] {
        at_stage(program, "paired").await;
        fine(program, "POST", "/pairing/cancel", Value::Null).await;
        at_stage(program, "idle").await;
    }
    waiting::until("the card has arrived", AGREE_TIME, async || {
        let path = format!("/clients/{client}");
        let answer = ask(&there, "GET", &path, Value::Null).await;
        Ok(answer.status.is_success().then_some(()))
    })
    .await
    .unwrap();

    fine(&here, "POST", "/premises/check", Value::Null).await;
    waiting::until("the lines are checked", AGREE_TIME, async || {
        let found = fine(&here, "GET", "/premises/check", Value::Null).await;
        Ok((found["found"][0]["connected"] == true).then_some(()))
    })
    .await
    .unwrap();
    let change = post(&here, "/premises/key", json!({"owner": owner_here})).await;
    assert_eq!(change.status, StatusCode::ACCEPTED, "{change:?}");

    let all = fine(&here, "GET", "/premises", Value::Null).await;
    let node = all["peers"][0]["node"].as_str().unwrap();
    let path = format!("/premises/{node}/revoke");
    let another = by(&owner_here, json!({"name": "Poikuekatu"}));
    let another = post(&here, &path, another).await;
    assert_eq!(another.body["errors"][0]["field"], "name", "{another:?}");
    let out = by(&owner_here, json!({"name": "aleksanterinkatu"}));
    let out = post(&here, &path, out).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT, "{out:?}");
    waiting::until("the other knows that it is out", AGREE_TIME, async || {
        let now = fine(&there, "GET", "/premises", Value::Null).await;
        Ok((now["revoked"] == true).then_some(()))
    })
    .await
    .unwrap();
}
