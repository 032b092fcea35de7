//! The API of the office: who has access, the breach register and the papers.

use kortisto_tests::program::{Answer, Program};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::api::{NOBODY, all_scopes, ask, clinic, fine};
use crate::doors::colleague;

/// The id of the user, or of the token, with this name.
fn named(list: &Value, name: &str) -> String {
    let mut all = list.as_array().unwrap().iter();
    let found = all.find(|one| one["name"].as_str().unwrap().starts_with(name));
    found.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn users(reader: &Program) -> Value {
    fine(reader, "GET", "/users", Value::Null).await["users"].clone()
}

#[tokio::test]
async fn access_ends_by_a_program_but_the_last_owners() {
    let clinic = clinic().await;
    colleague(&clinic.node, &clinic.owner, "reception").await;
    let program = clinic.program(&["access:end"]).await;
    let all = fine(&program, "GET", "/users", Value::Null).await;
    let colleague_id = named(&all["users"], "Kollega reception");
    for _ in 0..2 {
        let answer = ask(
            &program,
            "POST",
            &format!("/users/{colleague_id}/end"),
            Value::Null,
        )
        .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }
    let all = fine(&program, "GET", "/users", Value::Null).await;
    let ended = |name: &str| {
        let id = named(&all["users"], name);
        let mut users = all["users"].as_array().unwrap().iter();
        users.find(|one| one["id"] == id.as_str()).unwrap()["ended"] == true
    };
    assert!(ended("Kollega reception") && !ended(clinic.node.owner_name()));

    let owner = named(&all["users"], clinic.node.owner_name());
    let answer = ask(
        &program,
        "POST",
        &format!("/users/{owner}/end"),
        Value::Null,
    )
    .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(answer.code(), "last_owner");
    let answer = ask(
        &program,
        "POST",
        &format!("/users/{NOBODY}/end"),
        Value::Null,
    )
    .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_lists_tokens_and_revokes_its_own() {
    let clinic = clinic().await;
    let program = clinic.program(&["access:end"]).await;
    let all = fine(&program, "GET", "/tokens", Value::Null).await;
    let own = named(&all["tokens"], "Ohjelma access:end");
    let as_user = format!("/users/{own}/end");
    let as_user = ask(&program, "POST", &as_user, Value::Null).await;
    assert_eq!(as_user.status, StatusCode::NOT_FOUND, "a token is no user");
    assert_eq!(all["tokens"][0]["scopes"], json!(["access:end"]));
    assert!(!all.to_string().contains("hash"), "{all}");
    let answer = ask(
        &program,
        "POST",
        &format!("/tokens/{own}/revoke"),
        Value::Null,
    )
    .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    let answer = ask(&program, "GET", "/tokens", Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let page = clinic.owner.open("/admin/tokens").await.unwrap();
    assert!(page.html.contains("Poistettu käytöstä"), "{}", page.html);
}

async fn change(program: &Program, path: &str, version: &str, body: Value) -> Answer {
    program
        .ask_on("PUT", path, Some(version), Some(body))
        .await
        .unwrap()
}

fn breach(noticed: &str) -> Value {
    json!({"noticed": noticed, "what": "Tabletti katosi", "categories": "Asiakkaat, nimet"})
}

#[tokio::test]
async fn article_33_a_breach_is_taken_down_and_closed_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["papers:write"]).await;
    let noticed = "2026-03-01T10:00:00Z";
    let answer = ask(&program, "POST", "/breaches", breach(noticed)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    let register = fine(&program, "GET", "/breaches", Value::Null).await;
    let one = &register["breaches"][0];
    assert_eq!(one["values"][0]["noticed"], noticed);
    assert_eq!(one["values"][0]["authority"]["state"], "open");

    let path = format!("/breaches/{}", one["id"].as_str().unwrap());
    let mut told = one["values"][0].clone();
    told["closed"] = json!(true);
    let stale = change(&program, &path, "0000", told.clone()).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
    assert_eq!(stale.body["stale"]["sent"]["closed"], true);
    let version = register["version"].as_str().unwrap();
    let open = change(&program, &path, version, told.clone()).await;
    assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY, "{open:?}");
    assert_eq!(open.body["errors"][0]["field"], "closed");

    told["people"] = json!(3);
    told["consequences"] = json!("Vähäisiä");
    told["measures"] = json!("Etätyhjennys");
    told["authority"] = json!({"state": "told", "date": "2026-03-09"});
    told["persons"] = json!({"state": "not", "reason": "Tiedot olivat salattuina"});
    let late = change(&program, &path, version, told.clone()).await;
    assert_eq!(late.body["errors"][0]["field"], "delay", "{late:?}");
    told["delay"] = json!("Katoaminen selvisi vasta laskussa");
    let done = change(&program, &path, version, told).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    let register = fine(&program, "GET", "/breaches", Value::Null).await;
    assert_eq!(register["breaches"][0]["values"][0]["closed"], true);
    let page = clinic.owner.open("/breaches").await.unwrap();
    assert!(page.html.contains("Tabletti katosi"));
}

#[tokio::test]
async fn what_is_no_breach_is_refused_by_the_fields_name() {
    let clinic = clinic().await;
    let program = clinic.program(&["papers:write"]).await;
    for (body, field) in [
        (breach("huomenna"), "noticed"),
        (breach("2126-03-01T10:00:00Z"), "noticed"),
        (breach("1969-03-01T10:00:00Z"), "noticed"),
        (
            json!({"noticed": "2026-03-01T10:00:00Z", "what": " "}),
            "what",
        ),
        (
            json!({"noticed": "2026-03-01T10:00:00Z", "what": "x", "authority": {"state": "told"}}),
            "authority",
        ),
        (
            json!({"noticed": "2026-03-01T10:00:00Z", "what": "x", "persons": {"state": "ehkä"}}),
            "persons",
        ),
        (
            json!({"noticed": "2026-03-01T10:00:00Z", "what": "x", "people": 10_000_001}),
            "people",
        ),
    ] {
        let answer = ask(&program, "POST", "/breaches", body.clone()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["errors"][0]["field"], field, "{answer:?}");
    }
    let reader = clinic.program(&["reports:read"]).await;
    let answer = ask(&reader, "POST", "/breaches", breach("2026-03-01T10:00:00Z")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn article_13_papers_are_read_and_the_notice_put_in_use_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["papers:write"]).await;
    for (paper, language, title) in [
        ("notice", "fi", "Tietosuojaseloste"),
        ("record", "sv", "Register över behandling"),
        ("undertaking", "en", "Undertaking"),
    ] {
        let path = format!("/papers/{paper}?in={language}");
        let read = fine(&program, "GET", &path, Value::Null).await;
        assert!(read["title"].as_str().unwrap().contains(title), "{read}");
        assert!(!read["clauses"].as_array().unwrap().is_empty());
        let differences = read["differences"].as_array().unwrap().len();
        assert_eq!(differences > 0, paper == "notice");
    }
    for (path, status) in [
        ("/papers/notice?in=de", StatusCode::BAD_REQUEST),
        ("/papers/nothing", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(ask(&program, "GET", path, Value::Null).await.status, status);
    }
    let none = fine(&program, "GET", "/privacy-notices", Value::Null).await;
    assert_eq!(none["is_current"], Value::Null);
    let body = json!({"from": "2026-12-01"});
    let answer = ask(&program, "POST", "/privacy-notices", body.clone()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(answer.body["is_current"], true);
    assert_eq!(answer.body["notices"][0]["values"][0]["from"], "2026-12-01");
    let twice = ask(&program, "POST", "/privacy-notices", body).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

    colleague(&clinic.node, &clinic.owner, "staff").await;
    let staff = named(&users(&program).await, "Kollega staff");
    let path = format!("/users/{staff}/agreement");
    let ahead = ask(&program, "PUT", &path, json!({"date": "2126-01-01"})).await;
    assert_eq!(ahead.status, StatusCode::UNPROCESSABLE_ENTITY);
    let noted = ask(&program, "PUT", &path, json!({"date": "2026-01-02"})).await;
    assert_eq!(noted.status, StatusCode::NO_CONTENT, "{noted:?}");
    let all = users(&program).await;
    let mut users = all.as_array().unwrap().iter();
    let staff = users.find(|one| one["id"] == staff.as_str()).unwrap();
    assert_eq!(staff["agreement"], "2026-01-02");
}

#[tokio::test]
async fn a_trial_letter_needs_a_relay_and_a_campaign_of_e_mail() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let body = json!({"kind": "event", "medium": "email", "title": "Avoimet ovet", "text_fi": "Tervetuloa"});
    let made = fine(&program, "POST", "/campaigns", body).await;
    let path = format!("/campaigns/{}/trial", made["id"].as_str().unwrap());
    let answer = ask(
        &program,
        "POST",
        &path,
        json!({"to": "koe@esimerkki.invalid"}),
    )
    .await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    assert_eq!(answer.code(), "not_by_mail");
}
