//! What programs look for over all cards: contracts on paper, adverse events, cards that wait for a choice; and what
//! was changed on one.

use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::program::{Program, make_token};
use kortisto_tests::waiting;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::api::{all_scopes, ask, clinic, fine, made, version};
use crate::today;

#[tokio::test]
async fn a_program_finds_a_contract_by_its_safe_and_folder() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&program).await;
    let day = today().to_string();
    let body = json!({"date": day, "name": "Kasvohoito", "contract_made": true, "confirm": ["warnings_seen"],
        "contract": {"kind": "Kestopigmentointi", "safe": "Kassakaappi 1", "folder": "R 7", "date": day}});
    let path = format!("/clients/{client}/treatments");
    let saved = fine(&program, "POST", &path, body).await;
    for (asked, total) in [
        (json!({}), 1),
        (json!({"safe": "Kassakaappi 1", "folder": "r 7"}), 1),
        (json!({"safe": "Kassakaappi 2"}), 0),
        (json!({"folder": "R 8"}), 0),
        (json!({"state": "destroyed"}), 0),
    ] {
        let found = fine(&program, "POST", "/contracts/search", asked.clone()).await;
        assert_eq!(found["total"], total, "{asked}: {found}");
    }
    let found = fine(&program, "POST", "/contracts/search", json!({})).await;
    let line = &found["contracts"][0];
    assert_eq!(line["client"], client.as_str());
    assert_eq!(line["entry"], saved["entry"]);
    assert_eq!(
        (&line["folder"], &line["destroyed"]),
        (&json!("R 7"), &Value::Null)
    );
    let wrong = json!({"state": "burnt"});
    let wrong = ask(&program, "POST", "/contracts/search", wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
}

#[tokio::test]
async fn a_program_lists_adverse_events_without_what_happened() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&program).await;
    let none = fine(&program, "GET", "/adverse-events", Value::Null).await;
    assert_eq!(none["adverse_events"], json!([]));
    let body = json!({"date": today().to_string(), "product": "Voide", "batch": "E77", "what": "SALAISUUS"});
    let path = format!("/clients/{client}/adverse-events");
    fine(&program, "POST", &path, body).await;
    let all = fine(&program, "GET", "/adverse-events", Value::Null).await;
    let one = &all["adverse_events"][0];
    assert_eq!(
        (&one["client"], &one["batch"]),
        (&json!(client), &json!("E77"))
    );
    assert!(!all.to_string().contains("SALAISUUS"), "{all}");
}

#[tokio::test]
async fn a_program_reads_what_was_changed_and_health_only_when_it_says_so() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let client = made(&program).await;
    let day = today().to_string();
    let path = format!("/clients/{client}");
    let seen = version(&program, &client).await;
    let body = json!({"birth_year": 1971});
    let changed = program
        .ask_on("PATCH", &path, Some(&seen), Some(body))
        .await;
    assert_eq!(changed.unwrap().status, StatusCode::OK);
    let consent = json!({"method": "paper", "date": day});
    let seen = version(&program, &client).await;
    let given = format!("{path}/health-consent");
    let given = program
        .ask_on("PUT", &given, Some(&seen), Some(consent))
        .await;
    let given = given.unwrap();
    assert_eq!(given.status, StatusCode::OK, "{given:?}");
    let entry = json!({"kind": "allergy", "level": "caution", "text": "SALAISUUS", "date": day});
    fine(&program, "POST", &format!("{path}/health"), entry).await;

    let changes = format!("{path}/changes");
    let all = fine(&program, "GET", &changes, Value::Null).await;
    let lines = all["changes"].as_array().unwrap();
    let year = lines.iter().find(|one| one["act"] == "changed").unwrap();
    assert_eq!(year["part"], "birth_year", "{year}");
    assert_eq!(year["before"][0]["value"]["birth_year"], 1970, "{year}");
    assert_eq!(year["after"]["value"]["birth_year"], 1971, "{year}");
    assert_eq!(year["premises"], "Poikuekatu");
    let covered = lines.iter().find(|one| one["part"] == "health").unwrap();
    assert_eq!(covered["after"]["state"], "covered", "{covered}");
    assert!(!all.to_string().contains("SALAISUUS"), "{all}");
    let open = fine(
        &program,
        "GET",
        &format!("{changes}?health=true"),
        Value::Null,
    )
    .await;
    assert!(open.to_string().contains("SALAISUUS"), "{open}");
    let log = format!("/audit?client={client}&group=looks&limit=3");
    let log = fine(&program, "GET", &log, Value::Null).await;
    assert!(
        log.to_string().contains("Opened the health information"),
        "{log}"
    );
    let rest = fine(
        &program,
        "GET",
        &format!("{changes}?after=9999"),
        Value::Null,
    )
    .await;
    assert_eq!(
        (&rest["changes"], &rest["total"]),
        (&json!([]), &all["total"])
    );
}

#[tokio::test]
async fn a_program_finds_the_cards_that_wait_for_a_choice() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 32).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let token = make_token(&owner, "Valitsija", &["clients:write"]).await;
    let token = token.unwrap();
    let here = Program::new(pair.first.console(), Some(&token)).unwrap();
    let there = Program::new(pair.second.console(), Some(&token)).unwrap();
    let client = made(&here).await;
    let path = format!("/clients/{client}");
    let seen = version(&here, &client).await;
    waiting::until(
        "the card is at the other premises",
        AGREE_TIME,
        async || {
            let answer = there.ask("GET", &path, None).await?;
            Ok((answer.body["version"] == seen.as_str()).then_some(()))
        },
    )
    .await
    .unwrap();
    pair.line.cut();
    for (program, year) in [(&here, 1971), (&there, 1972)] {
        let body = json!({ "birth_year": year });
        let changed = program
            .ask_on("PATCH", &path, Some(&seen), Some(body))
            .await;
        assert_eq!(changed.unwrap().status, StatusCode::OK);
    }
    let none = fine(&here, "GET", "/conflicts", Value::Null).await;
    assert_eq!(none["cards"], json!([]));
    pair.line.heal();
    waiting::until("the card waits", AGREE_TIME, async || {
        let all = fine(&here, "GET", "/conflicts", Value::Null).await;
        Ok((all["cards"] == json!([{"client": client, "places": 1}])).then_some(()))
    })
    .await
    .unwrap();
}
