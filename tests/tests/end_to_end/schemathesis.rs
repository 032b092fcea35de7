//! The API as its own description tells of it, tried with invented requests: no answer of the kind 5xx, none that is not
//! described. Schemathesis invents them, from a seed; `tests/schemathesis.sh` installs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::program::{Program, make_token};
use kortisto_tests::skip;
use register::access::Scope;
use serde_json::json;

/// With this seed requests are invented; the same ones each time.
const SEED: &str = "20261127";
/// Requests for each operation: a short look.
const SHORT: u32 = 12;
/// The same of a long campaign, of over 10,000 requests.
const LONG: u32 = 250;
/// What is looked at in each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
/// Clients to begin with.
const CLIENTS: usize = 30;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// Runs it over everything that the API is described to do.
fn invent(
    place: &Path,
    console: &str,
    token: &str,
    owner: &str,
    count: u32,
) -> std::io::Result<std::process::Output> {
    let tool = root().join("target/tools/schemathesis/bin/schemathesis");
    let mut command = Command::new(tool);
    // It keeps what it found in the directory that it is started in.
    command
        .current_dir(place)
        .arg("run")
        .arg(format!("http://{console}/api/v1/openapi.json"))
        .args(["--checks", CHECKS, "--seed", SEED, "--no-color"])
        .args(["--max-examples", &count.to_string()])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--request-timeout", "10", "--generation-database", "none"])
        .args(if skip::long() {
            ["--phases", "examples,coverage,fuzzing,stateful"]
        } else {
            ["--phases", "examples,fuzzing"]
        })
        .env("KORTISTO_BASE", format!("http://{console}"))
        .env("KORTISTO_TOKEN", token)
        .env("KORTISTO_OWNER", owner)
        .env("KORTISTO_PASSWORD", PASSWORD)
        .env("KORTISTO_SEED", SEED)
        .env("PYTHONPATH", root().join("tests/schemathesis"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .output()
}

/// A client with something in every part of the card.
async fn fill(program: &Program, number: usize) {
    let day = "2026-01-05";
    let body = json!({"last_name": format!("Keksitty{number}"), "birth_year": 1970});
    let made = program.ask("POST", "/clients", Some(body)).await.unwrap();
    let client = made.text("id").to_owned();
    for (part, body) in [
        ("phones", json!({"phone": format!("04000{number:05}")})),
        ("emails", json!({"email": format!("k{number}@example.com")})),
        ("notes", json!({"text": "Tulee junalla"})),
        (
            "treatments",
            json!({"date": day, "name": "Kasvohoito", "batch": "E1"}),
        ),
        (
            "health",
            json!({"kind": "skin", "text": "atopia", "level": "info", "consent": {"method": "paper", "date": day}}),
        ),
        (
            "patch-tests",
            json!({"substance": "väri", "date": day, "result": "negative"}),
        ),
        ("adverse-events", json!({"date": day, "what": "punoitus"})),
        ("refusals", json!({"date": day})),
        (
            "requests",
            json!({"kind": "inspection", "channel": "phone", "received": day}),
        ),
    ] {
        let path = format!("/clients/{client}/{part}");
        let added = program.ask("POST", &path, Some(body)).await.unwrap();
        assert!(added.status.is_success(), "{path}: {added:?}");
    }
}

#[tokio::test]
async fn every_answer_to_invented_requests_is_as_described() {
    if !root().join("target/tools/schemathesis/installed").exists() {
        skip::say(
            "the API with invented requests: schemathesis is not there (tests/schemathesis.sh installs it)",
        );
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.code()).collect();
    let token = make_token(&owner, "Keksijä", &scopes).await.unwrap();
    // Others to revoke.
    for name in ["Toinen", "Kolmas"] {
        make_token(&owner, name, &["premises"]).await.unwrap();
    }
    let program = Program::new(node.console(), Some(&token)).unwrap();
    for number in 0..CLIENTS {
        fill(&program, number).await;
    }
    let count = if skip::long() { LONG } else { SHORT };
    let console = node.console().to_string();
    let place = home.path().to_owned();
    let name = node.owner_name().to_owned();
    let done = tokio::task::spawn_blocking(move || invent(&place, &console, &token, &name, count));
    let done = done.await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    println!("{said}");
    let log = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}\n{log}\n{}", node.log_end());
    let before = said.split(" generated,").next();
    let tried: usize = before
        .and_then(|before| before.rsplit(' ').next())
        .and_then(|count| count.parse().ok())
        .unwrap();
    let least = if skip::long() { 10_000 } else { 300 };
    assert!(tried >= least, "only {tried} requests");
}
