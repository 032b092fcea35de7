//! The API: tokens, their scopes and their end; every resource; and what is refused.

use console::{Access, Door};
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::program::{Answer, Program, make_token};
use kortisto_tests::sample::nobodys_code;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::access::Scope;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A well-formed id of nobody.
pub(super) const NOBODY: &str = "0123456789abcdef0123456789abcdef";

pub(super) struct Clinic {
    // Removed with everything in it when the test ends.
    _home: tempfile::TempDir,
    pub(super) node: Node,
    pub(super) owner: Visitor,
}

pub(super) async fn clinic() -> Clinic {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    Clinic {
        _home: home,
        node,
        owner,
    }
}

impl Clinic {
    pub(super) async fn program(&self, scopes: &[&str]) -> Program {
        let name: String = format!("Ohjelma {}", scopes.join(" "))
            .chars()
            .take(60)
            .collect();
        let token = make_token(&self.owner, name.trim(), scopes).await.unwrap();
        Program::new(self.node.console(), Some(&token)).unwrap()
    }
}

pub(super) async fn ask(program: &Program, method: &str, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then_some(body);
    program.ask(method, path, body).await.unwrap()
}

pub(super) async fn fine(program: &Program, method: &str, path: &str, body: Value) -> Value {
    let answer = ask(program, method, path, body).await;
    assert!(answer.status.is_success(), "{method} {path}: {answer:?}");
    answer.body
}

pub(super) async fn made(program: &Program) -> String {
    let body = json!({"last_name": "Rajapinta", "first_name": "Raili", "birth_year": 1970, "phone": "040 000 1234"});
    let saved = fine(program, "POST", "/clients", body).await;
    saved["id"].as_str().unwrap().to_owned()
}

pub(super) fn all_scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.code()).collect()
}

/// The version of a card now.
pub(super) async fn version(program: &Program, client: &str) -> String {
    let path = format!("/clients/{client}");
    let answer = ask(program, "GET", &path, Value::Null).await;
    let tag = answer.headers["etag"].to_str().unwrap().trim_matches('"');
    assert_eq!(tag, answer.text("version"));
    tag.to_owned()
}

fn token_doors() -> Vec<Door> {
    let doors = console::doors().into_iter();
    let of_api: Vec<Door> = doors
        .filter(|door| matches!(door.access, Access::Token(_)))
        .collect();
    assert!(of_api.len() > 70, "only {} operations", of_api.len());
    of_api
}

fn path_of(door: &Door) -> String {
    let path = door.path.trim_start_matches("/api/v1");
    ["{id}", "{entry}", "{reference}", "{node}"]
        .iter()
        .fold(path.to_owned(), |path, part| path.replace(part, NOBODY))
}

#[tokio::test]
async fn each_scope_opens_its_own_doors_and_no_other() {
    let clinic = clinic().await;
    for scope in Scope::ALL {
        let program = clinic.program(&[scope.code()]).await;
        for door in token_doors() {
            let answer = ask(&program, door.method, &path_of(&door), Value::Null).await;
            let at = format!("{scope:?} at {} {}: {answer:?}", door.method, door.path);
            let refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, !door.admits_token(*scope), "{at}");
            assert_eq!(refused, answer.code() == "forbidden", "{at}");
            assert!(!answer.status.is_server_error(), "{at}");
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{at}");
        }
    }
    let log = clinic.owner.open("/audit?group=refusals").await.unwrap();
    assert!(
        log.html.contains("Ohjelma audit:read"),
        "refusals are logged"
    );
}

#[tokio::test]
async fn without_a_token_there_is_nothing_and_a_cookie_is_none() {
    let clinic = clinic().await;
    let stranger = Program::new(clinic.node.console(), None).unwrap();
    for door in token_doors() {
        let answer = ask(&stranger, door.method, &path_of(&door), Value::Null).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", door.path);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert!(answer.headers.get("access-control-allow-origin").is_none());
    }
    let by_cookie = clinic.owner.get("/api/v1/users").await.unwrap();
    assert_eq!(by_cookie.status(), StatusCode::UNAUTHORIZED);
    let answer = ask(&stranger, "GET", "/openapi.json", Value::Null).await;
    assert_eq!(answer.body["openapi"], "3.1.0");
    assert_eq!(
        ask(&stranger, "GET", "/nowhere", Value::Null).await.code(),
        "not_found"
    );
}

#[tokio::test]
async fn wrong_tokens_are_slowed_down_and_right_ones_are_not() {
    let clinic = clinic().await;
    let wrong = format!("kortisto_{}", "A".repeat(43));
    let guesser = Program::new(clinic.node.console(), Some(&wrong)).unwrap();
    for _ in 0..5 {
        let answer = ask(&guesser, "GET", "/catalogue", Value::Null).await;
        assert_eq!(answer.code(), "unauthorized");
    }
    let answer = ask(&guesser, "GET", "/catalogue", Value::Null).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=16).contains(&wait), "{wait}");
    let program = clinic.program(&["clients:read"]).await;
    fine(&program, "GET", "/catalogue", Value::Null).await;
}

#[tokio::test]
async fn a_card_is_made_found_changed_and_erased_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let client = made(&program).await;
    let again = json!({"last_name": "Toinen", "phone": "+358400001234"});
    let answer = ask(&program, "POST", "/clients", again.clone()).await;
    assert_eq!(answer.code(), "confirm_first");
    assert_eq!(answer.body["confirm"][0]["code"], "other_person");
    let mut sure = again;
    sure["confirm"] = json!(["other_person"]);
    fine(&program, "POST", "/clients", sure).await;

    let found = fine(
        &program,
        "POST",
        "/clients/search",
        json!({"query": "raili raja"}),
    )
    .await;
    assert_eq!(found["clients"][0]["id"], client.as_str());
    let first = fine(&program, "GET", "/clients?limit=1", Value::Null).await;
    let next = format!("/clients?limit=1&after={}", first["next"].as_str().unwrap());
    let second = fine(&program, "GET", &next, Value::Null).await;
    assert_ne!(first["clients"][0]["id"], second["clients"][0]["id"]);
    assert_eq!(second["next"], Value::Null);

    let path = format!("/clients/{client}");
    let seen = version(&program, &client).await;
    let name = json!({"name": {"last_name": "Uusi", "first_name": "Raili"}});
    let bare = ask(&program, "PATCH", &path, name.clone()).await;
    assert_eq!(bare.status, StatusCode::PRECONDITION_REQUIRED);
    let saved = program
        .ask_on("PATCH", &path, Some(&seen), Some(name))
        .await
        .unwrap();
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    let late = json!({"name": {"last_name": "Myöhäinen"}});
    let stale = program
        .ask_on("PATCH", &path, Some(&seen), Some(late))
        .await
        .unwrap();
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let both = &stale.body["stale"];
    assert_eq!(both["current"]["name"]["values"][0]["last_name"], "Uusi");
    assert_eq!(both["sent"]["name"]["last_name"], "Myöhäinen");
    assert_eq!(both["version"], saved.text("version"));
    let card = clinic
        .owner
        .open(&format!("/clients/{client}"))
        .await
        .unwrap();
    assert!(card.html.contains("Uusi") && !card.html.contains("Myöhäinen"));

    let wrong = json!({"confirm": NOBODY, "reason": "request"});
    let answer = ask(&program, "POST", &format!("{path}/erase"), wrong).await;
    assert_eq!(answer.body["errors"][0]["field"], "confirm");
    let erase = json!({"confirm": client, "reason": "request"});
    let certificate = fine(&program, "POST", &format!("{path}/erase"), erase).await;
    assert_eq!(certificate["reference"], client.as_str());
    let gone = ask(&program, "GET", &path, Value::Null).await;
    assert_eq!((gone.status, gone.code()), (StatusCode::GONE, "erased"));
    fine(&program, "GET", &format!("/erasures/{client}"), Value::Null).await;
}

/// Each part of a card with two entries of it.
fn bodies(day: &str) -> [(&'static str, Value, Value); 8] {
    let health = json!({"kind": "allergy", "text": "lateksi", "level": "caution", "date": day});
    [
        (
            "phones",
            json!({"phone": "050 000 9876"}),
            json!({"phone": "050 000 9877"}),
        ),
        (
            "emails",
            json!({"email": "raili@example.com"}),
            json!({"email": "r@example.com"}),
        ),
        (
            "notes",
            json!({"text": "Tulee junalla"}),
            json!({"text": "Tulee bussilla"}),
        ),
        (
            "treatments",
            json!({"date": day, "name": "Kasvohoito", "batch": "E77", "contract_made": false, "confirm": []}),
            json!({"date": day, "name": "Kasvohoito", "batch": "E78", "contract_made": false}),
        ),
        (
            "health",
            health,
            json!({"kind": "skin", "text": "atopia", "level": "info"}),
        ),
        (
            "patch-tests",
            json!({"substance": "väri", "date": day, "result": "negative"}),
            json!({"substance": "väri", "date": day, "result": "positive"}),
        ),
        (
            "adverse-events",
            json!({"date": day, "what": "punoitus"}),
            json!({"date": day, "what": "punoitusta"}),
        ),
        (
            "refusals",
            json!({"date": day}),
            json!({"date": day, "treatment": ""}),
        ),
    ]
}

#[tokio::test]
async fn entries_are_added_changed_and_removed_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let client = made(&program).await;
    let at = |part: &str| format!("/clients/{client}/{part}");
    let day = super::today().to_string();
    let consent = json!({"method": "paper", "date": day});
    let health = json!({"kind": "allergy", "text": "lateksi", "level": "caution", "date": day});
    let refused = ask(&program, "POST", &at("health"), health.clone()).await;
    assert_eq!(refused.code(), "no_consent");
    let seen = version(&program, &client).await;
    let put = program
        .ask_on("PUT", &at("health-consent"), Some(&seen), Some(consent))
        .await
        .unwrap();
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    for (part, first, second) in bodies(&day) {
        let added = ask(&program, "POST", &at(part), first).await;
        assert_eq!(added.status, StatusCode::CREATED, "{part}: {added:?}");
        let entry = at(&format!("{part}/{}", added.text("entry")));
        let seen = added.text("version");
        let changed = program
            .ask_on("PUT", &entry, Some(seen), Some(second))
            .await
            .unwrap();
        assert_eq!(changed.status, StatusCode::OK, "{part}: {changed:?}");
        let stale = program
            .ask_on("DELETE", &entry, Some(seen), None)
            .await
            .unwrap();
        assert_eq!(stale.code(), "stale", "{part}");
        let seen = changed.text("version");
        let gone = program
            .ask_on("DELETE", &entry, Some(seen), None)
            .await
            .unwrap();
        assert_eq!(gone.status, StatusCode::OK, "{part}: {gone:?}");
        let seen = gone.text("version").to_owned();
        let twice = program
            .ask_on("DELETE", &entry, Some(&seen), None)
            .await
            .unwrap();
        assert_eq!(twice.status, StatusCode::NOT_FOUND, "{part}");
    }
    let coded = json!({"text": nobodys_code().unwrap()});
    let answer = ask(&program, "POST", &at("notes"), coded).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.body["errors"][0]["field"], "text");
}

#[tokio::test]
async fn a_grave_warning_stops_a_treatment_until_it_is_confirmed() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&program).await;
    let day = super::today().to_string();
    let health = json!({"kind": "allergy", "text": "hyaluroni", "level": "contraindication",
        "consent": {"method": "paper", "date": day}});
    fine(
        &program,
        "POST",
        &format!("/clients/{client}/health"),
        health,
    )
    .await;
    let path = format!("/clients/{client}/treatments");
    let treatment = json!({"date": day, "name": "Täyteaine", "contract_made": false});
    let stopped = ask(&program, "POST", &path, treatment.clone()).await;
    assert_eq!(
        (stopped.status, stopped.code()),
        (StatusCode::CONFLICT, "confirm_first")
    );
    assert_eq!(stopped.body["confirm"][0]["code"], "warnings_seen");
    let mut seen = treatment;
    seen["confirm"] = json!(["warnings_seen"]);
    fine(&program, "POST", &path, seen).await;
}

#[tokio::test]
async fn a_program_without_care_sees_no_health_anywhere() {
    let clinic = clinic().await;
    let therapist = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&therapist).await;
    let day = super::today().to_string();
    let health = json!({"kind": "allergy", "text": "SALAISUUS", "level": "caution",
        "consent": {"method": "paper", "date": day}});
    fine(
        &therapist,
        "POST",
        &format!("/clients/{client}/health"),
        health,
    )
    .await;
    let treatment = json!({"date": day, "name": "Kasvohoito", "remarks": "SALAISUUS", "products": "SALAISUUS",
        "batch": "SALAISUUS", "confirm": ["warnings_seen"]});
    fine(
        &therapist,
        "POST",
        &format!("/clients/{client}/treatments"),
        treatment,
    )
    .await;
    let scopes = [
        "clients:read",
        "clients:list",
        "clients:write",
        "requests:write",
    ];
    let booking = clinic.program(&scopes).await;
    for path in [
        format!("/clients/{client}"),
        format!("/clients/{client}/treatments"),
        "/clients".to_owned(),
        format!("/clients/{client}/health"),
        "/requests".to_owned(),
    ] {
        let answer = ask(&booking, "GET", &path, Value::Null).await;
        assert!(!answer.body.to_string().contains("SALAISUUS"), "{path}");
    }
    let card = fine(&booking, "GET", &format!("/clients/{client}"), Value::Null).await;
    assert_eq!(card["alert"], "caution", "how grave it is everybody sees");
    assert_eq!(card["treatments"][0]["values"][0]["name"], "Kasvohoito");
}

#[tokio::test]
async fn requests_and_the_package_go_their_way_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let client = made(&program).await;
    let path = format!("/clients/{client}/requests");
    let day = super::today().to_string();
    let asked = json!({"kind": "inspection", "channel": "phone", "received": day});
    let added = ask(&program, "POST", &path, asked).await;
    assert_eq!(added.status, StatusCode::CREATED, "{added:?}");
    let board = fine(&program, "GET", "/requests", Value::Null).await;
    assert_eq!(board["requests"][0]["client"], client.as_str());
    let request = format!("{path}/{}", added.text("entry"));
    let mut seen = added.text("version").to_owned();
    for (step, body) in [
        (
            "check",
            json!({"method": "document", "document": "passport"}),
        ),
        ("close", json!({"outcome": "done"})),
    ] {
        let at = format!("{request}/{step}");
        let answer = program
            .ask_on("POST", &at, Some(&seen), Some(body))
            .await
            .unwrap();
        assert_eq!(answer.status, StatusCode::OK, "{step}: {answer:?}");
        seen = answer.text("version").to_owned();
    }
    let body = json!({"outcome": "refused", "reason": "x"});
    let close = format!("{request}/close");
    let closed = program
        .ask_on("POST", &close, Some(&seen), Some(body))
        .await
        .unwrap();
    assert_eq!(closed.code(), "not_open");
    let package = fine(
        &program,
        "POST",
        &format!("/clients/{client}/package"),
        json!({}),
    )
    .await;
    assert!(package.to_string().contains("Rajapinta"), "{package}");
    let log = fine(
        &program,
        "GET",
        &format!("/audit?client={client}&limit=50"),
        Value::Null,
    )
    .await;
    let entries = log["entries"].as_array().unwrap();
    let groups: Vec<&str> = entries
        .iter()
        .filter_map(|one| one["group"].as_str())
        .collect();
    for group in ["looks", "changes", "transfers"] {
        assert!(groups.contains(&group), "{group} in {groups:?}");
    }
    let name = entries[0]["name"].as_str().unwrap();
    assert!(
        name.starts_with("Ohjelma "),
        "the author is the token: {name}"
    );
}

#[tokio::test]
async fn a_marketing_permission_is_recorded_and_nobody_under_age_gives_one() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write"]).await;
    let client = made(&program).await;
    let seen = version(&program, &client).await;
    let marketing = json!({"allowed": true, "channel": "phone"});
    let at = format!("/clients/{client}/marketing");
    let put = program
        .ask_on("PUT", &at, Some(&seen), Some(marketing))
        .await
        .unwrap();
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    let young = json!({"last_name": "Nuori", "birth_year": super::today().year() - 15});
    let saved = fine(&program, "POST", "/clients", young).await;
    let at = format!("/clients/{}/marketing", saved["id"].as_str().unwrap());
    let seen = saved["version"].as_str();
    let yes = json!({"allowed": true});
    let put = program.ask_on("PUT", &at, seen, Some(yes)).await.unwrap();
    assert_eq!(put.code(), "maybe_minor");
}

#[tokio::test]
async fn the_house_is_told_to_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let premises = fine(&program, "GET", "/premises", Value::Null).await;
    assert_eq!(premises["name"], "Poikuekatu");
    let users = fine(&program, "GET", "/users", Value::Null).await;
    assert_eq!(
        users["users"].as_array().unwrap().len(),
        1,
        "a token is no user"
    );
    assert_eq!(users["users"][0]["role"], "owner");
    made(&program).await;
    let figures = fine(&program, "GET", "/overview", Value::Null).await;
    assert_eq!(figures["clients"], 1);
    fine(&program, "GET", "/tasks", Value::Null).await;
    fine(&program, "POST", "/batches/search", json!({"batch": "E77"})).await;
    let unknown = ask(
        &program,
        "POST",
        &format!("/tasks/{NOBODY}/done"),
        Value::Null,
    )
    .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_no_body_of_ours_is_refused_as_described() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write"]).await;
    let long = "x".repeat(4_001);
    let huge = "x".repeat(70_000);
    for (body, status, code) in [
        (
            json!({"last_name": "A", "colour": "red"}),
            422,
            "wrong_shape",
        ),
        (json!({"last_name": 1}), 422, "wrong_shape"),
        (json!({}), 422, "invalid"),
        (json!({"last_name": long}), 422, "invalid"),
        (json!({"last_name": huge}), 413, "too_large"),
        (
            json!({"last_name": "A", "birth_year": 1700}),
            422,
            "invalid",
        ),
        (json!({"last_name": "A", "phone": "nobody"}), 422, "invalid"),
    ] {
        let answer = ask(&program, "POST", "/clients", body).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code));
        assert_eq!(answer.body["status"], status);
    }
    let bare = ask(&program, "POST", "/clients", Value::Null).await;
    assert_eq!(bare.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let wrong = ask(&program, "PUT", "/clients", json!({})).await;
    assert_eq!(wrong.code(), "method_not_allowed");
}

#[tokio::test]
async fn a_revoked_token_ends_at_the_other_premises_when_it_hears_of_it() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 31).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let token = make_token(&owner, "Ajanvaraus", &["clients:read"])
        .await
        .unwrap();
    let here = Program::new(pair.first.console(), Some(&token)).unwrap();
    let there = Program::new(pair.second.console(), Some(&token)).unwrap();
    fine(&here, "GET", "/catalogue", Value::Null).await;
    waiting::until(
        "the token works at the other premises",
        AGREE_TIME,
        async || {
            let answer = there.ask("GET", "/catalogue", None).await?;
            Ok((answer.status == StatusCode::OK).then_some(()))
        },
    )
    .await
    .unwrap();
    pair.line.cut();
    let page = owner.open("/admin/tokens").await.unwrap();
    assert!(page.html.contains("Ajanvaraus") && !page.html.contains(&token));
    owner.save(&page.form("/revoke").unwrap()).await.unwrap();
    let answer = ask(&here, "GET", "/catalogue", Value::Null).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "here at once");
    let page = owner.open("/admin/tokens").await.unwrap();
    assert!(
        page.html.contains("Aleksanterinkatu"),
        "it says where it has not arrived"
    );
    fine(&there, "GET", "/catalogue", Value::Null).await;
    pair.line.heal();
    waiting::until(
        "the token ends at the other premises",
        AGREE_TIME,
        async || {
            let answer = there.ask("GET", "/catalogue", None).await?;
            Ok((answer.status != StatusCode::OK).then_some(()))
        },
    )
    .await
    .unwrap();
}
