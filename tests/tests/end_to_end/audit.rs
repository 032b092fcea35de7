//! The audit log through its doors: seen at both premises, in the package, gone with nobody, and verified by the command.

use std::path::Path;

use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::Visitor;
use register::audit::chain::Entry;
use register::audit::{Act, AuditEvent, Tail};
use register::id::{LogId, OPERATOR};
use register::replica::{Group, Holdings, Shelf as _, Write};
use reqwest::StatusCode;
use serde_json::Value;
use vault::FileVault;

use crate::by_number;
use crate::doors::colleague;
use crate::register;

/// Both premises with some clients, the owner at both, and a card that was looked at at both.
async fn watched(home: &Path, seed: u64) -> (Pair, String, Visitor, Visitor) {
    let (_, files) = register(home, seed, 12);
    let pair = Pair::start(home, seed).await.unwrap();
    pair.first
        .import(&files.clients, None)
        .unwrap()
        .fine()
        .unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let client = by_number(&pair.first.clients().unwrap(), 3).id.clone();
    pair.agreed(AGREE_TIME).await.unwrap();
    let there = pair.owner_at_second().await.unwrap();
    for visitor in [&owner, &there] {
        let card = visitor.open(&format!("/clients/{client}")).await.unwrap();
        assert!(card.status.is_success());
    }
    (pair, client, owner, there)
}

/// Waits until the history of a card at a console tells of so many looks there.
async fn looks(visitor: &Visitor, client: &str, premises: &str, count: usize) {
    let path = format!("/clients/{client}/history?group=looks");
    waiting::until("the history is told", AGREE_TIME, async || {
        let page = visitor.open(&path).await?;
        let found = page.html.matches(&format!("<td>{premises}</td>")).count();
        Ok((found >= count).then_some(()))
    })
    .await
    .unwrap();
}

/// Waits until both consoles tell of the looks at both premises.
async fn looked(owner: &Visitor, there: &Visitor, client: &str) {
    for visitor in [owner, there] {
        looks(visitor, client, "Poikuekatu", 1).await;
        looks(visitor, client, "Aleksanterinkatu", 1).await;
    }
}

/// Waits until each premises has signed for the other.
async fn signed(pair: &Pair) {
    waiting::until("both have signed", AGREE_TIME, async || {
        // For three lives each: the one that made it, the one that paired it, and the one that runs.
        let signed = |node: &Node| sound(node)["witnesses"].as_u64().unwrap() >= 6;
        Ok((signed(&pair.first) && signed(&pair.second)).then_some(()))
    })
    .await
    .unwrap();
}

fn verify(node: &Node) -> (Option<i32>, Value) {
    let said = node.command(&["audit", "verify"], &["--json"]).unwrap();
    let told = serde_json::from_str(&said.out).unwrap();
    (said.code, told)
}

fn sound(node: &Node) -> Value {
    let (code, told) = verify(node);
    assert_eq!(
        (code, &told["sound"]),
        (Some(0), &Value::Bool(true)),
        "{told}"
    );
    told
}

fn faults(node: &Node) -> Vec<String> {
    let (code, told) = verify(node);
    assert_eq!(code, Some(7), "{told}");
    let findings = told["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .all(|one| !one["sentence"].as_str().unwrap().is_empty())
    );
    findings
        .iter()
        .map(|one| one["fault"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn what_happens_at_either_premises_is_told_at_both_to_the_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client, owner, there) = watched(home.path(), 91).await;
    looked(&owner, &there, &client).await;
    let reception = colleague(&pair.first, &owner, "reception").await;
    for path in [
        "/audit".to_owned(),
        format!("/clients/{client}/history"),
        format!("/admin/users/{client}/audit"),
    ] {
        let page = reception.open(&path).await.unwrap();
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
    }
    let page = owner.open("/audit?group=refusals").await.unwrap();
    assert!(
        page.html
            .contains("Ei päässyt sivulle /clients/{id}/history")
    );
    assert!(page.html.contains("Kollega reception"));

    of_user(&owner).await;
}

#[tokio::test]
async fn saving_a_form_is_logged_as_a_change_and_showing_it_again_as_a_look() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = owner
        .add_client(&[("last", "Katsottu"), ("first", "Kaisa")])
        .await
        .unwrap();
    let told = async |group: &str| {
        let path = format!("/clients/{client}/history?group={group}");
        let page = owner.open(&path).await.unwrap();
        page.html.matches("<td>Poikuekatu</td>").count()
    };
    let form = owner.contact_form(&client).await.unwrap();
    let (looks, changes) = (told("looks").await, told("changes").await);
    assert!(looks > 0, "the form itself showed the card");

    owner
        .save(&form.clone().with("first", "Kaija"))
        .await
        .unwrap();
    assert_eq!(told("looks").await, looks);
    assert_eq!(told("changes").await, changes + 1);

    let faulty = form.with("first", "").with("last", "");
    let again = owner.send(&faulty).await.unwrap();
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.html.contains("Katsottu Kaija"), "{}", again.html);
    assert_eq!(told("looks").await, looks + 1);
}

#[tokio::test]
async fn the_package_says_when_and_why_and_the_reason_goes_with_the_client() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client, owner, there) = watched(home.path(), 93).await;
    looked(&owner, &there, &client).await;
    // The package says when and why, and by whom only with a reason.
    let package = owner
        .open(&format!("/clients/{client}/package.json"))
        .await
        .unwrap();
    let told: Value = serde_json::from_str(&package.html).unwrap();
    let consulted = told["consulted"].as_array().unwrap();
    assert!(consulted.len() >= 3, "{consulted:?}");
    let premises: Vec<&str> = consulted
        .iter()
        .filter_map(|one| one["premises"].as_str())
        .collect();
    assert!(premises.contains(&"Poikuekatu") && premises.contains(&"Aleksanterinkatu"));
    // What was done in one second at two premises has no order that anybody could know.
    for purpose in ["request", "care"] {
        assert!(consulted.iter().any(|one| one["purpose"] == purpose));
    }
    assert!(consulted.iter().all(|one| one["who"] == Value::Null));
    let page = owner
        .open(&format!("/clients/{client}/package"))
        .await
        .unwrap();
    let form = page.form(&format!("/clients/{client}/package")).unwrap();
    let form = form
        .with("names", "yes")
        .with("reason", "asiakas kysyi nimet");
    let named = owner.send(&form).await.unwrap();
    assert!(named.html.contains("Katsoja"), "{}", named.html);
    let history = owner
        .open(&format!("/clients/{client}/history"))
        .await
        .unwrap();
    assert!(history.html.contains("asiakas kysyi nimet"));

    // After an erasure the entries stay, with the random id only, and without the reason.
    let arguments = ["--client", &client, "--reason", "request", "--wait", "20"];
    pair.first
        .command(&["erase"], &arguments)
        .unwrap()
        .fine()
        .unwrap();
    let history = owner
        .open(&format!("/clients/{client}/history"))
        .await
        .unwrap();
    assert!(history.html.contains("Syy poistettiin asiakkaan mukana."));
    assert!(!history.html.contains("asiakas kysyi nimet"));
    assert!(history.html.contains("Poistettu asiakas"));
    for node in [&pair.first, &pair.second] {
        sound(node);
    }
}

/// What one user did, with the cards that they looked at, and what can't be asked.
async fn of_user(owner: &Visitor) {
    let users = owner.open("/admin/users").await.unwrap();
    let link = users
        .html
        .split("href=\"")
        .find(|part| part.starts_with("/admin/users/") && part.contains("/audit\""));
    let link = link.and_then(|part| part.split('"').next()).unwrap();
    let of_user = owner.open(link).await.unwrap();
    assert!(of_user.html.contains("Katsotut kortit"), "{link}");
    let empty = owner
        .open("/audit?from=1.1.2001&until=2.1.2001&group=looks")
        .await
        .unwrap();
    assert!(empty.html.contains("Ei tapahtumia."));
    let wrong = owner.open("/audit?from=eilen").await.unwrap();
    assert!(wrong.html.contains("Kirjoita päivä muodossa"));
}

/// A log of the node that has at least four entries, its node's newest such.
fn longest(holdings: &Holdings) -> (LogId, u64) {
    let all = holdings.logs.iter();
    let longest = all.max_by_key(|(_, (last, _))| *last).unwrap();
    (longest.0, longest.1.0)
}

/// Opens a stopped node's store with its keys, and writes what no node would write.
fn tamper(node: &Node, work: impl FnOnce(&FileVault, LogId, u64) -> Vec<Write>) {
    let (mut vault, holdings, _) = FileVault::open(node.directory()).unwrap();
    let (log, last) = longest(&holdings);
    assert!(last > 5, "{last}");
    let writes = work(&vault, log, last);
    vault.stage(&Group { writes }).unwrap();
    vault.close().unwrap();
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status();
    assert!(done.unwrap().success());
}

#[tokio::test]
async fn who_deletes_edits_reorders_or_cuts_off_entries_is_found_by_the_command() {
    let home = tempfile::tempdir().unwrap();
    let (mut pair, client, owner, there) = watched(home.path(), 92).await;
    looked(&owner, &there, &client).await;
    signed(&pair).await;
    pair.first.stop().unwrap();
    sound(&pair.first);
    let directory = pair.first.directory().to_owned();
    let kept = home.path().join("kept");
    copy(&directory, &kept);
    let back = || {
        std::fs::remove_dir_all(&directory).unwrap();
        copy(&kept, &directory);
    };

    tamper(&pair.first, |_, log, _| vec![Write::Audit(log, 3, None)]);
    assert!(faults(&pair.first).contains(&"missing".to_owned()));

    back();
    tamper(&pair.first, |vault, log, _| {
        let two = vault.audit(log, 3, 2).unwrap();
        let (three, four) = (two[0].1.clone(), two[1].1.clone());
        [(3, four), (4, three)]
            .into_iter()
            .map(|(at, entry)| Write::Audit(log, at, entry))
            .collect()
    });
    assert!(faults(&pair.first).contains(&"broken".to_owned()));

    back();
    tamper(&pair.first, |_, log, last| {
        (4..=last).map(|at| Write::Audit(log, at, None)).collect()
    });
    assert!(faults(&pair.first).contains(&"missing".to_owned()));

    // The whole rest of the log written anew, in a chain that is sound in itself.
    back();
    tamper(&pair.first, |vault, log, last| {
        let all = vault.audit(log, 1, usize::MAX).unwrap();
        let bytes: Vec<&[u8]> = all
            .iter()
            .filter_map(|(_, bytes)| bytes.as_deref())
            .collect();
        let (mut tail, _) = Tail::after(log, bytes[0]).unwrap();
        (2..=last)
            .zip(&bytes[1..])
            .map(|(at, bytes)| {
                let old = Entry::read(log, bytes).unwrap();
                let act = if at == 3 {
                    Act::LoggedOut
                } else {
                    old.act.clone()
                };
                let mut event = AuditEvent::of(if at == 3 { OPERATOR } else { old.who }, act);
                event.record = old.record;
                let entry = tail.append(event, old.at, [0; 16]).entry;
                Write::Audit(log, at, Some(entry))
            })
            .collect()
    });
    assert!(faults(&pair.first).contains(&"differs".to_owned()));

    back();
    copied_back(&mut pair, &client, back).await;
}

/// A directory copied back: sound in itself, and proved by the other premises as soon as it is met.
async fn copied_back(pair: &mut Pair, client: &str, back: impl Fn()) {
    pair.first.start().await.unwrap();
    let owner = pair.owner_at_second().await.unwrap();
    let first = pair.first.log_in(pair.first.owner_name()).await.unwrap();
    first.open(&format!("/clients/{client}")).await.unwrap();
    looks(&owner, client, "Poikuekatu", 2).await;
    pair.first.stop().unwrap();
    back();
    pair.first.start().await.unwrap();
    let first = pair.first.log_in(pair.first.owner_name()).await.unwrap();
    first.open(&format!("/clients/{client}")).await.unwrap();
    waiting::until("the set-back is found", AGREE_TIME, async || {
        let found = |node: &Node| {
            let (_, told) = verify(node);
            let all = told["findings"].as_array().unwrap().clone();
            all.iter()
                .any(|one| one["fault"] == "set-back" || one["fault"] == "forked")
        };
        Ok((found(&pair.first) && found(&pair.second)).then_some(()))
    })
    .await
    .unwrap();
    let said = pair.second.command(&["audit", "verify"], &[]).unwrap();
    assert_eq!(said.code, Some(7));
    assert!(said.out.contains("of Poikuekatu: "), "{said:?}");
}
