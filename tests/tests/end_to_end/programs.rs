//! What programs do beyond the entries of a card: campaigns, merging, settings, holds, choices, and forgetting.

use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::program::{Answer, Program, make_token};
use kortisto_tests::waiting;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::api::{NOBODY, all_scopes, ask, clinic, fine, made, version};

/// Asks on a version that was seen.
async fn on(program: &Program, method: &str, path: &str, seen: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then_some(body);
    program
        .ask_on(method, path, Some(seen), body)
        .await
        .unwrap()
}

/// Asks on the version that the record has now.
async fn on_newest(program: &Program, method: &str, path: &str, of: &str, body: Value) -> Answer {
    let now = fine(program, "GET", of, Value::Null).await;
    on(
        program,
        method,
        path,
        now["version"].as_str().unwrap(),
        body,
    )
    .await
}

/// A client who can be reached by e-mail and allows it.
async fn willing(program: &Program) -> String {
    let body = json!({"last_name": "Halukas", "birth_year": 1970, "email": "halukas@example.com"});
    let saved = fine(program, "POST", "/clients", body).await;
    let client = saved["id"].as_str().unwrap().to_owned();
    let path = format!("/clients/{client}");
    let yes = json!({"allowed": true, "channel": "phone"});
    let put = on_newest(program, "PUT", &format!("{path}/marketing"), &path, yes).await;
    assert_eq!(put.status, StatusCode::OK, "{put:?}");
    client
}

#[tokio::test]
async fn a_campaign_is_written_listed_handed_out_and_stopped_by_a_program() {
    let clinic = clinic().await;
    let desk = clinic.program(&["clients:write"]).await;
    let program = clinic.program(&["campaigns:run"]).await;
    let client = willing(&desk).await;
    let body =
        json!({"kind": "event", "medium": "email", "title": "Ilta", "text_fi": "Tervetuloa"});
    let wrong =
        json!({"kind": "event", "medium": "email", "title": "Ilta\ntoinen", "text_fi": "x"});
    let answer = ask(&program, "POST", "/campaigns", wrong).await;
    assert_eq!(answer.body["errors"][0]["field"], "title", "{answer:?}");
    let saved = fine(&program, "POST", "/campaigns", body.clone()).await;
    let path = format!("/campaigns/{}", saved["id"].as_str().unwrap());
    let mut better = body;
    better["title"] = json!("Avoimet ovet");
    let first = saved["version"].as_str().unwrap();
    let changed = on(&program, "PUT", &path, first, better.clone()).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let stale = on(&program, "PUT", &path, first, better).await;
    assert_eq!(stale.code(), "stale");
    assert_eq!(stale.body["stale"]["current"]["title"], "Avoimet ovet");

    let preview = fine(&program, "GET", &format!("{path}/preview"), Value::Null).await;
    assert_eq!(preview["reached"], 1, "{preview}");
    let list = format!("{path}/list");
    let listed = on_newest(&program, "POST", &list, &path, Value::Null).await;
    assert_eq!(listed.status, StatusCode::OK, "{listed:?}");
    let again = on_newest(&program, "POST", &list, &path, Value::Null).await;
    assert_eq!(again.code(), "other_stage");
    let one = fine(&program, "GET", &path, Value::Null).await;
    assert_eq!((&one["stage"], &one["open"]), (&json!("listed"), &json!(1)));
    assert!(
        !one.to_string().contains(&client),
        "nobody on the list is told"
    );
    let send = on_newest(
        &program,
        "POST",
        &format!("{path}/send"),
        &path,
        Value::Null,
    )
    .await;
    assert_eq!(send.code(), "not_by_mail", "no relay is set up: {send:?}");
    let handed = format!("{path}/handed-out");
    let handed = on_newest(&program, "POST", &handed, &path, Value::Null).await;
    assert_eq!(handed.body["counted"], 1, "{handed:?}");
    let one = fine(&program, "GET", &path, Value::Null).await;
    assert_eq!(one["outcomes"]["handed_out"], 1);
    assert_eq!(one["stage"], "done");

    let refused = ask(&program, "GET", &format!("/clients/{client}"), Value::Null).await;
    assert_eq!(refused.code(), "forbidden");
}

#[tokio::test]
async fn a_campaign_is_stopped_and_a_no_is_heard_by_a_program() {
    let clinic = clinic().await;
    let desk = clinic.program(&["clients:write"]).await;
    let program = clinic.program(&["campaigns:run"]).await;
    let client = willing(&desk).await;
    let body =
        json!({"kind": "event", "medium": "email", "title": "Ilta", "text_fi": "Tervetuloa"});
    let saved = fine(&program, "POST", "/campaigns", body).await;
    let path = format!("/campaigns/{}", saved["id"].as_str().unwrap());
    let stop = format!("{path}/stop");
    let early = ask(&program, "POST", &stop, Value::Null).await;
    assert_eq!(early.code(), "other_stage", "a draft is not under way");
    on_newest(
        &program,
        "POST",
        &format!("{path}/list"),
        &path,
        Value::Null,
    )
    .await;
    fine(&program, "POST", &stop, Value::Null).await;
    let all = fine(&program, "GET", "/campaigns", Value::Null).await;
    assert_eq!(all["campaigns"][0]["stage"], "stopped", "{all}");
    let no = json!({"contact": "halukas@example.com"});
    let out = fine(&desk, "POST", "/marketing/opt-out", no).await;
    assert_eq!(out["cards"], 1);
    let card = fine(&desk, "GET", &format!("/clients/{client}"), Value::Null).await;
    assert_eq!(card["marketing_holds"], false);
    let nobody = json!({"contact": "nobody@example.com"});
    let nobody = ask(&desk, "POST", "/marketing/opt-out", nobody).await;
    assert_eq!(nobody.body["errors"][0]["field"], "contact");
}

#[tokio::test]
async fn cards_of_one_person_are_linked_and_taken_apart_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write"]).await;
    let one = made(&program).await;
    let twin = json!({"last_name": "Rajapinta", "first_name": "R", "phone": "040 000 1234", "confirm": ["other_person"]});
    let other = fine(&program, "POST", "/clients", twin).await;
    let other = other["id"].as_str().unwrap();
    let pairs = fine(&program, "GET", "/duplicates", Value::Null).await;
    let likely = &pairs["likely"][0];
    let ids = [&likely["one"], &likely["other"]];
    assert!(
        ids.contains(&&json!(one)) && ids.contains(&&json!(other)),
        "{pairs}"
    );
    let path = format!("/clients/{one}");
    for (verdict, linked) in [("same", json!([other])), ("different", json!([]))] {
        let said = json!({"one": one, "other": other, "verdict": verdict});
        fine(&program, "POST", "/duplicates", said).await;
        let card = fine(&program, "GET", &path, Value::Null).await;
        assert_eq!(card["linked"], linked, "{verdict}");
        let pairs = fine(&program, "GET", "/duplicates", Value::Null).await;
        assert_eq!(pairs[verdict].as_array().unwrap().len(), 1, "{pairs}");
    }
    let nobody = json!({"one": one, "other": NOBODY, "verdict": "same"});
    let nobody = ask(&program, "POST", "/duplicates", nobody).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let itself = json!({"one": one, "other": one, "verdict": "same"});
    let itself = ask(&program, "POST", "/duplicates", itself).await;
    assert_eq!(itself.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_catalogue_and_the_settings_are_changed_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["settings:write"]).await;
    let refused = ask(&program, "POST", "/clients/search", json!({"query": "x"})).await;
    assert_eq!(refused.code(), "forbidden", "it sees nobody");
    let offer = json!({"name": "Kuutamohoito", "needs_health": true, "least_age": 18});
    let added = fine(&program, "POST", "/catalogue", offer.clone()).await;
    let doubled = ask(&program, "POST", "/catalogue", offer).await;
    assert_eq!(doubled.body["errors"][0]["field"], "name", "{doubled:?}");
    let item = format!("/catalogue/{}", added["entry"].as_str().unwrap());
    let retired = json!({"name": "Kuutamohoito", "retired": true});
    let seen = added["version"].as_str().unwrap();
    let changed = on(&program, "PUT", &item, seen, retired.clone()).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let stale = on(&program, "PUT", &item, seen, retired).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let all = fine(&program, "GET", "/catalogue", Value::Null).await;
    assert_eq!(all["items"][0]["values"][0]["retired"], true, "{all}");

    let controller = "/settings/controller";
    let wrong = json!({"name": "Kauneus Oy", "business_id": "1234567-8"});
    let wrong = on_newest(&program, "PUT", controller, "/settings", wrong).await;
    assert_eq!(wrong.body["errors"][0]["field"], "business_id", "{wrong:?}");
    let right = json!({"name": "Kauneus Oy", "email": "klinikka@example.com"});
    let right = on_newest(&program, "PUT", controller, "/settings", right).await;
    assert_eq!(right.status, StatusCode::OK, "{right:?}");
    let settings = fine(&program, "GET", "/settings", Value::Null).await;
    assert_eq!(settings["controller"]["values"][0]["name"], "Kauneus Oy");
    let node = settings["premises"][0]["node"].as_str().unwrap();
    let place = format!("/settings/premises/{node}");
    let named = json!({"name": "Poikuekatu 1"});
    let named = on_newest(&program, "PUT", &place, "/settings", named).await;
    assert_eq!(named.status, StatusCode::OK, "{named:?}");
    let page = clinic.owner.open("/admin/clinic").await.unwrap();
    assert!(page.html.contains("Poikuekatu 1") && page.html.contains("Kauneus Oy"));

    let text = json!({"fi": "Suostun uuteen tekstiin."});
    let text = fine(&program, "POST", "/consent-texts", text).await;
    assert_eq!(text["version"], 2);
    let care = clinic.program(&["care:read"]).await;
    let texts = fine(&care, "GET", "/consent-texts", Value::Null).await;
    assert_eq!(
        (&texts["current"], &texts["texts"][0]["version"]),
        (&json!(2), &json!(2))
    );
    let denied = ask(&care, "POST", "/consent-texts", json!({"fi": "x"})).await;
    assert_eq!(denied.code(), "forbidden");
}

#[tokio::test]
async fn a_program_holds_a_card_and_sees_what_is_due() {
    let clinic = clinic().await;
    let program = clinic.program(&all_scopes()).await;
    let client = made(&program).await;
    let path = format!("/clients/{client}");
    let claim = format!("{path}/legal-claim");
    let far = super::today().saturating_add(jiff::Span::new().years(9));
    let far = json!({"reason": "Riita", "until": far.to_string()});
    let far = ask(&program, "PUT", &claim, far).await;
    assert_eq!(far.body["errors"][0]["field"], "until", "{far:?}");
    let held = json!({"reason": "Riita", "until": super::today().to_string()});
    fine(&program, "PUT", &claim, held).await;
    let erase = json!({"confirm": client, "reason": "request"});
    let erase_at = format!("{path}/erase");
    let kept = ask(&program, "POST", &erase_at, erase.clone()).await;
    assert_eq!(kept.code(), "legal_claim", "{kept:?}");
    fine(&program, "DELETE", &claim, Value::Null).await;
    fine(&program, "DELETE", &claim, Value::Null).await;

    let restriction = format!("{path}/restriction");
    fine(&program, "PUT", &restriction, json!({"on": true})).await;
    let name = json!({"name": {"last_name": "Muutettu"}});
    let locked = on_newest(&program, "PATCH", &path, &path, name.clone()).await;
    assert_eq!(locked.code(), "restricted");
    fine(&program, "PUT", &restriction, json!({"on": false})).await;
    let free = on_newest(&program, "PATCH", &path, &path, name).await;
    assert_eq!(free.status, StatusCode::OK, "{free:?}");

    let standing = fine(&program, "GET", "/retention", Value::Null).await;
    assert_eq!(
        (&standing["total"], &standing["cards"]),
        (&json!(0), &json!(0))
    );
    let later = super::today().saturating_add(jiff::Span::new().years(6));
    let later = fine(
        &program,
        "GET",
        &format!("/retention?until={later}"),
        Value::Null,
    )
    .await;
    assert_eq!(later["due"][0]["id"], client.as_str(), "{later}");
    assert!(
        !later.to_string().contains("Muutettu"),
        "nobody's name is told"
    );
    let wrong = ask(&program, "GET", "/retention?until=someday", Value::Null).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    fine(&program, "POST", &erase_at, erase).await;
}

#[tokio::test]
async fn health_is_confirmed_and_withdrawn_by_a_program() {
    let clinic = clinic().await;
    let care = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&care).await;
    let path = format!("/clients/{client}");
    let day = console::clock::day(jiff::Timestamp::now()).to_string();
    let health = json!({"kind": "allergy", "text": "SALAISUUS", "level": "caution",
        "consent": {"method": "paper", "date": day}});
    fine(&care, "POST", &format!("{path}/health"), health).await;
    let same = format!("{path}/health/unchanged");
    let old = version(&care, &client).await;
    let said = on(&care, "POST", &same, &old, Value::Null).await;
    assert_eq!(said.status, StatusCode::OK, "{said:?}");
    let stale = on(&care, "POST", &same, &old, Value::Null).await;
    assert_eq!(stale.code(), "stale", "what was confirmed is what was seen");
    let held = fine(&care, "GET", &format!("{path}/health"), Value::Null).await;
    assert_eq!(held["asked"], day.as_str());
    assert_eq!(held["entries"][0]["values"][0]["confirmed"], day.as_str());

    // The package leaves nothing out, history included.
    let lawyer = clinic.program(&["requests:decide"]).await;
    let package = format!("{path}/package");
    let all = fine(&lawyer, "POST", &package, json!({})).await;
    assert!(all.to_string().contains("SALAISUUS"));
    let withdraw = format!("{path}/health-consent/withdraw");
    let denied = ask(&care, "POST", &withdraw, Value::Null).await;
    assert_eq!(denied.code(), "forbidden", "no other scope forgets");
    let forgetter = clinic.program(&["clients:redact"]).await;
    fine(&forgetter, "POST", &withdraw, Value::Null).await;
    let held = fine(&care, "GET", &format!("{path}/health"), Value::Null).await;
    assert_eq!(
        (&held["consented"], &held["entries"]),
        (&json!(false), &json!([]))
    );
    let all = fine(&lawyer, "POST", &package, json!({})).await;
    assert!(!all.to_string().contains("SALAISUUS"), "gone for good");
}

#[tokio::test]
async fn a_value_goes_from_history_too_when_the_token_allows_that() {
    let clinic = clinic().await;
    let plain = clinic.program(&["clients:write"]).await;
    let program = clinic
        .program(&["clients:write", "clients:redact", "clients:erase"])
        .await;
    let client = made(&plain).await;
    let path = format!("/clients/{client}");
    let note = fine(
        &plain,
        "POST",
        &format!("{path}/notes"),
        json!({"text": "VÄÄRÄ"}),
    )
    .await;
    let entry = format!(
        "{path}/notes/{}?redact=true",
        note["entry"].as_str().unwrap()
    );
    let changes = format!("{path}/changes");
    let history = clinic.owner.open(&changes).await.unwrap();
    assert!(history.html.contains("VÄÄRÄ"));
    let right = json!({"text": "Oikea"});
    let denied = on_newest(&plain, "PUT", &entry, &path, right.clone()).await;
    assert_eq!(denied.code(), "forbidden", "{denied:?}");
    let changed = on_newest(&program, "PUT", &entry, &path, right).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    let name = json!({"name": {"last_name": "Uusi"}});
    let named = on_newest(&program, "PATCH", &path, &path, name).await;
    assert_eq!(named.status, StatusCode::OK, "{named:?}");
    let history = clinic.owner.open(&changes).await.unwrap();
    assert!(!history.html.contains("VÄÄRÄ"), "it was to go from history");
    assert!(history.html.contains("Rajapinta"), "the old name was not");
    fine(
        &program,
        "POST",
        &format!("{path}/history/clear"),
        Value::Null,
    )
    .await;
    let history = clinic.owner.open(&changes).await.unwrap();
    assert!(!history.html.contains("Rajapinta") && history.html.contains("Uusi"));
    let log = clinic.owner.open("/audit?group=forgetting").await.unwrap();
    assert!(
        log.html.contains("Ohjelma clients:write"),
        "forgetting is logged"
    );
}

#[tokio::test]
async fn contact_details_only_takes_what_is_there_once_a_program_agrees() {
    let clinic = clinic().await;
    let care = clinic.program(&["clients:write", "care:write"]).await;
    let client = made(&care).await;
    let path = format!("/clients/{client}");
    let day = super::today().to_string();
    let treatment = json!({"date": day, "name": "Kasvohoito", "contract_made": false});
    fine(
        &care,
        "POST",
        &format!("{path}/treatments"),
        treatment.clone(),
    )
    .await;
    let mode = format!("{path}/contact-only");
    let denied = on_newest(&care, "PUT", &mode, &path, json!({"on": true})).await;
    assert_eq!(denied.code(), "forbidden", "{denied:?}");
    let program = clinic.program(&["clients:write", "clients:redact"]).await;
    let unsure = on_newest(&program, "PUT", &mode, &path, json!({"on": true})).await;
    assert_eq!(
        unsure.body["confirm"][0]["code"], "remove_entries",
        "{unsure:?}"
    );
    let sure = json!({"on": true, "confirm": ["remove_entries"]});
    let done = on_newest(&program, "PUT", &mode, &path, sure).await;
    assert_eq!(done.status, StatusCode::OK, "{done:?}");
    let card = fine(&care, "GET", &path, Value::Null).await;
    assert_eq!(
        (&card["contact_only"], &card["treatments"]),
        (&json!(true), &json!([]))
    );
    let refused = ask(
        &care,
        "POST",
        &format!("{path}/treatments"),
        treatment.clone(),
    )
    .await;
    assert_eq!(refused.code(), "contact_only");
    let lifted = on_newest(&care, "PUT", &mode, &path, json!({"on": false})).await;
    assert_eq!(lifted.status, StatusCode::OK, "{lifted:?}");
    fine(&care, "POST", &format!("{path}/treatments"), treatment).await;
}

#[tokio::test]
async fn age_and_a_guardian_are_recorded_by_a_program() {
    let clinic = clinic().await;
    let program = clinic.program(&["clients:write"]).await;
    let edge = json!({"last_name": "Täysi", "birth_year": super::today().year() - 18});
    let saved = fine(&program, "POST", "/clients", edge).await;
    let path = format!("/clients/{}", saved["id"].as_str().unwrap());
    let yes = json!({"allowed": true});
    let marketing = format!("{path}/marketing");
    let barred = on_newest(&program, "PUT", &marketing, &path, yes.clone()).await;
    assert_eq!(barred.code(), "maybe_minor", "18 this year, or not yet");
    let guardian = format!("{path}/guardian");
    let wrong = json!({"name": "", "method": "paper"});
    let wrong = on_newest(&program, "PUT", &guardian, &path, wrong).await;
    assert_eq!(wrong.body["errors"][0]["field"], "name", "{wrong:?}");
    let consent = json!({"name": "Huoltaja Keksitty", "method": "paper"});
    let consent = on_newest(&program, "PUT", &guardian, &path, consent).await;
    assert_eq!(consent.status, StatusCode::OK, "{consent:?}");
    let page = clinic.owner.open(&path).await.unwrap();
    assert!(page.html.contains("Huoltaja Keksitty"));
    let check = format!("{path}/adult-check");
    let adult = on_newest(&program, "PUT", &check, &path, json!({"adult": true})).await;
    assert_eq!(adult.status, StatusCode::OK, "{adult:?}");
    let free = on_newest(&program, "PUT", &marketing, &path, yes).await;
    assert_eq!(free.status, StatusCode::OK, "{free:?}");
}

#[tokio::test]
async fn a_program_chooses_where_premises_differ() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 37).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let token = make_token(&owner, "Yhdistäjä", &["clients:write"])
        .await
        .unwrap();
    let here = Program::new(pair.first.console(), Some(&token)).unwrap();
    let there = Program::new(pair.second.console(), Some(&token)).unwrap();
    let client = made(&here).await;
    let path = format!("/clients/{client}");
    waiting::until("the card arrives", AGREE_TIME, async || {
        let answer = there.ask("GET", &path, None).await?;
        let arrived = answer.body["name"]["state"] == "value";
        Ok(arrived.then_some(()))
    })
    .await
    .unwrap();
    pair.line.cut();
    for (program, last) in [(&here, "Täällä"), (&there, "Siellä")] {
        let name = json!({"name": {"last_name": last}});
        let put = on_newest(program, "PATCH", &path, &path, name).await;
        assert_eq!(put.status, StatusCode::OK, "{put:?}");
    }
    pair.line.heal();
    let conflicts = format!("{path}/conflicts");
    let met = waiting::until("both values are there", AGREE_TIME, async || {
        let answer = here.ask("GET", &conflicts, None).await?;
        Ok((answer.body["conflicts"] != json!([])).then_some(answer.body))
    })
    .await
    .unwrap();
    let case = &met["conflicts"][0];
    let values = case["values"].as_array().unwrap();
    let theirs = values.iter().find(|one| one.to_string().contains("Siellä"));
    let choice = json!({"case": case["case"], "choice": theirs.unwrap()["id"]});
    let seen = met["version"].as_str().unwrap();
    let unknown = json!({"case": case["case"], "choice": "remove"});
    let unknown = on(&here, "POST", &conflicts, seen, unknown).await;
    assert_eq!(unknown.code(), "not_open", "nobody removed it");
    let chosen = on(&here, "POST", &conflicts, seen, choice.clone()).await;
    assert_eq!(chosen.status, StatusCode::OK, "{chosen:?}");
    let card = fine(&here, "GET", &path, Value::Null).await;
    assert_eq!(card["name"]["state"], "value");
    assert_eq!(card["name"]["values"][0]["last_name"], "Siellä");
    let late = on(&here, "POST", &conflicts, seen, choice).await;
    assert_eq!(late.code(), "stale");
}
