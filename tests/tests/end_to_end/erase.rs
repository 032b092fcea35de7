//! Somebody is erased at one premises: gone at both, whatever the other did meanwhile, and nobody brings them back.

use std::path::Path;
use std::time::Duration;

use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::Files;
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use serde_json::Value;

use crate::{by_number, register};

/// The client of the old register who is erased.
const NUMBER: usize = 7;
/// What stands in every kind of field of the card, and nowhere else.
pub(crate) const PLANTED: [&str; 12] = [
    "Salamyhkäinen",
    "Piilopolku 17",
    "Hämäräkylä",
    "0450009876",
    "piilo.osoite@example.fi",
    "Kuutamokäsittely",
    "ERÄ-77-KUU",
    "Kuunvalovoide",
    "Arka kyynärtaive",
    "Kuusopimus",
    "Kobolttiallergia",
    "Kuiskaa vain portaikossa",
];

/// Both premises with 20 clients, one of them with everything planted, and the owner at both consoles.
pub(crate) async fn planted(home: &Path, seed: u64) -> (Pair, Files, String, Visitor) {
    let (_, files) = register(home, seed, 20);
    let pair = Pair::start(home, seed).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let client = by_number(&pair.first.clients().unwrap(), NUMBER).id.clone();
    plant(&owner, &client).await;
    pair.agreed_when(AGREE_TIME, |export| export.contains("portaikossa"))
        .await
        .unwrap();
    (pair, files, client, owner)
}

pub(crate) async fn plant(owner: &Visitor, client: &str) {
    let contact = [
        ("last", PLANTED[0]),
        ("street", PLANTED[1]),
        ("town", PLANTED[2]),
        ("phone.new1", PLANTED[3]),
        ("email.new1", PLANTED[4]),
    ];
    owner.edit_contact(client, &contact).await.unwrap();
    let treatment = [
        ("name", PLANTED[5]),
        ("batch", PLANTED[6]),
        ("products", PLANTED[7]),
        ("remarks", PLANTED[8]),
        ("contract", "yes"),
        ("contract_kind", PLANTED[9]),
        ("folder", "A-1"),
    ];
    owner
        .add_entry(client, "treatments", &treatment)
        .await
        .unwrap();
    let health = [
        ("text", PLANTED[10]),
        ("level", "caution"),
        ("kind", "allergy"),
    ];
    owner.add_entry(client, "health", &health).await.unwrap();
    owner
        .add_entry(client, "notes", &[("text", PLANTED[11])])
        .await
        .unwrap();
    // Search and its index have seen the name.
    let search = owner.open("/clients").await.unwrap();
    let search = search.form("/clients").unwrap().with("q", "salamyhk");
    let found = owner.send(&search).await.unwrap();
    assert!(found.html.contains(PLANTED[0]));
}

pub(crate) fn json(node: &Node, command: &[&str], rest: &[&str]) -> Value {
    let rest = [rest, &["--json"]].concat();
    node.command(command, &rest).unwrap().json().unwrap()
}

fn names(certificate: &Value, key: &str) -> Vec<String> {
    let all = certificate[key].as_array().unwrap().iter();
    let mut names: Vec<String> = all
        .map(|one| one["premises"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Waits until the certificate at `node` says that both premises have carried the erasure out.
pub(crate) async fn confirmed_by_both(node: &Node, client: &str) -> Value {
    waiting::until("both premises confirm", AGREE_TIME, async || {
        let said = node.command(&["erasure", "show"], &["--id", client, "--json"])?;
        let certificate = said.json()?;
        Ok((names(&certificate, "confirmed").len() == 2).then_some(certificate))
    })
    .await
    .unwrap()
}

/// Looks into every file of a node, and its log, for what was planted.
fn verify(home: &Path, node: &Node, erasures: u64) {
    verify_for(home, node, erasures, &PLANTED);
}

/// Looks into every file of a node, and its log, for texts.
pub(crate) fn verify_for(home: &Path, node: &Node, erasures: u64, texts: &[&str]) {
    let list = home.join("strings");
    std::fs::write(&list, texts.join("\n")).unwrap();
    let said = node
        .command(
            &["erasure", "verify"],
            &["--strings", list.to_str().unwrap(), "--json"],
        )
        .unwrap();
    assert_eq!(said.code, Some(0), "{said:?}");
    let said: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(said["clean"], true, "{said}");
    assert_eq!(said["texts"], texts.len(), "{said}");
    assert_eq!(
        (said["erasures"].as_u64(), said["verified"].as_u64()),
        (Some(erasures), Some(erasures)),
        "{said}"
    );
    assert_eq!(said["opened"], 0, "{said}");
    assert_eq!(said["in_memory"], 0, "{said}");
    assert!(said["files"].as_u64().unwrap() > 5, "{said}");
    let log = node.log().unwrap();
    assert!(texts.iter().all(|text| !log.contains(text)));
}

#[tokio::test]
async fn an_erasure_reaches_both_premises_whatever_they_do_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let (pair, files, client, owner) = planted(home.path(), 41).await;
    // Reasons in the audit log name the client as well, one about the card and one about nobody.
    let path = format!("/clients/{client}/package");
    let package = owner.open(&path).await.unwrap().form(&path).unwrap();
    let package = package.with("names", "yes").with("reason", PLANTED[0]);
    assert!(owner.send(&package).await.unwrap().status.is_success());
    pair.first
        .command(
            &["export"],
            &["--format", "jsonl", "--reason", "Salamyhkäinen pyysi itse"],
        )
        .unwrap()
        .fine()
        .unwrap();
    let there = pair.owner_at_second().await.unwrap();

    pair.line.cut();
    let late = [("email.new1", "viime.hetki@example.fi")];
    there.edit_contact(&client, &late).await.unwrap();
    let arguments = ["--client", &client, "--reason", "request", "--wait", "1"];
    let certificate = json(&pair.first, &["erase"], &arguments);
    assert_eq!(certificate["record"], client.as_str());
    assert_eq!(certificate["reason"], "request");
    assert_eq!(certificate["decided"]["premises"], "Poikuekatu");
    assert_eq!(names(&certificate, "confirmed"), ["Poikuekatu"]);
    assert_eq!(names(&certificate, "awaited"), ["Aleksanterinkatu"]);
    // Once more gives the same.
    assert_eq!(json(&pair.first, &["erase"], &arguments), certificate);
    assert_eq!(pair.first.status().unwrap()["unconfirmed"], 1);
    assert!(!pair.first.export().unwrap().contains(&client));
    verify(home.path(), &pair.first, 1);

    pair.line.heal();
    let certificate = confirmed_by_both(&pair.first, &client).await;
    assert_eq!(certificate["awaited"], serde_json::json!([]));
    let at_second = confirmed_by_both(&pair.second, &client).await;
    assert_eq!(at_second, certificate);
    let agreed = pair.agreed(AGREE_TIME).await.unwrap();
    assert_eq!(agreed.lines().count(), 19);
    assert!(!agreed.contains(&client) && !agreed.contains("viime.hetki"));
    // The author of the edit that met it is told.
    assert_eq!(pair.second.status().unwrap()["met"], 1);
    assert_eq!(pair.first.status().unwrap()["met"], 0);
    let list = json(&pair.second, &["erasure", "list"], &[]);
    assert_eq!(list, serde_json::json!([certificate]));

    for node in [&pair.first, &pair.second] {
        verify(home.path(), node, 1);
        for command in [["compact"].as_slice(), &["key", "rotate"]] {
            node.command(command, &[]).unwrap().fine().unwrap();
            verify(home.path(), node, 1);
        }
    }
    // The old program's export brings nobody back, at either premises.
    for node in [&pair.first, &pair.second] {
        let said = node.import(&files.clients, Some(&files.treatments));
        assert_eq!(said.unwrap().json().unwrap()["imported"]["erased"], 1);
        assert!(!node.export().unwrap().contains(&client));
    }
}

#[tokio::test]
async fn what_is_found_is_told_by_place_and_never_repeated() {
    let home = tempfile::tempdir().unwrap();
    let node = Node::init(home.path(), "Poikuekatu").unwrap();
    let list = home.path().join("strings");
    // The premises' name stands in the settings, so the scan has something to find.
    std::fs::write(&list, "Zaida Zetterqvist\nPoikuekatu\n").unwrap();
    let arguments = ["--strings", list.to_str().unwrap()];
    let said = node.command(&["erasure", "verify"], &arguments).unwrap();
    assert_eq!(said.code, Some(7), "{said:?}");
    assert!(
        said.out
            .contains("line 2 of the list in kortisto.toml at byte"),
        "{said:?}"
    );
    assert!(!said.out.contains("Poikuekatu") && !said.out.contains("Zetterqvist"));

    let nobody = "00".repeat(16);
    let said = node
        .command(&["erase"], &["--client", &nobody, "--reason", "ended"])
        .unwrap();
    assert_eq!(said.code, Some(8), "{said:?}");
    assert_eq!(said.err, "kortisto: no client has this id\n");
    let said = node.command(&["erasure", "show"], &["--id", &nobody]);
    assert_eq!(said.unwrap().code, Some(8));
}

#[tokio::test]
async fn an_old_directory_copied_back_forgets_on_contact() {
    let home = tempfile::tempdir().unwrap();
    let (mut pair, _, client, _owner) = planted(home.path(), 42).await;
    let directory = pair.second.directory().to_owned();
    let old = home.path().join("old");
    let copy = |from: &Path, to: &Path| {
        let mut command = std::process::Command::new("cp");
        assert!(
            command
                .arg("-a")
                .args([from, to])
                .status()
                .unwrap()
                .success()
        );
    };
    pair.second.stop().unwrap();
    copy(&directory, &old);
    pair.second.start().await.unwrap();
    let arguments = ["--client", &client, "--reason", "ended", "--wait", "0"];
    pair.first
        .command(&["erase"], &arguments)
        .unwrap()
        .fine()
        .unwrap();
    confirmed_by_both(&pair.first, &client).await;

    pair.second.stop().unwrap();
    pair.line.cut();
    std::fs::remove_dir_all(&directory).unwrap();
    copy(&old, &directory);
    std::fs::remove_dir_all(&old).unwrap();
    pair.second.start().await.unwrap();
    assert!(pair.second.export().unwrap().contains(&client));
    pair.line.heal();
    let forgotten = async || Ok((!pair.second.export()?.contains(&client)).then_some(()));
    waiting::until("the copy forgets", AGREE_TIME, forgotten)
        .await
        .unwrap();
    // Time for it to come back, if it would.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let agreed = pair.agreed(AGREE_TIME).await.unwrap();
    assert_eq!(agreed.lines().count(), 19);
    assert!(!agreed.contains(&client));
    for node in [&mut pair.first, &mut pair.second] {
        verify(home.path(), node, 1);
        node.stop().unwrap();
        verify(home.path(), node, 1);
    }
}
