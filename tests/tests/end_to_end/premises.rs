//! The line as people and programs see it: what waits by name, what a check finds, and the numbers for Prometheus.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::{port, waiting};
use serde_json::Value;

use crate::register;

/// How long a line may take to be seen down: the idle timeout, and some more.
const DOWN_TIME: Duration = Duration::from_secs(40);

fn peer(node: &Node) -> anyhow::Result<Value> {
    Ok(node.status()?["peers"][0].clone())
}

fn causes(node: &Node) -> anyhow::Result<Vec<String>> {
    let said = node.command(&["line", "check"], &["--json"])?.fine()?;
    let checked: Value = serde_json::from_str(&said)?;
    let findings = checked["findings"].as_array().context(said)?;
    let codes = findings.iter().map(|one| one["code"].as_str());
    Ok(codes.flatten().map(str::to_owned).collect())
}

#[tokio::test]
async fn a_cut_is_shown_as_what_it_is_and_a_check_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 61).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    let client = here.add_client(&[("last", "Ensimmäinen")]).await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.contains("Ensimmäinen"))
        .await
        .unwrap();
    let known = peer(&pair.first).unwrap();
    assert_eq!(known["program"], env!("CARGO_PKG_VERSION"), "{known}");
    assert!(known["up_since"].is_string(), "{known}");
    assert_eq!(causes(&pair.first).unwrap(), ["connected"]);

    pair.line.cut();
    let down = waiting::until("the line is seen down", DOWN_TIME, async || {
        Ok((peer(&pair.first)?["state"] == "apart").then_some(()))
    });
    down.await.unwrap();
    here.edit_contact(&client, &[("last", "Odottavainen")])
        .await
        .unwrap();
    let page = waiting::until("the card is named", DOWN_TIME, async || {
        let page = here.open("/premises").await?;
        Ok(page.html.contains("Odottavainen").then_some(page))
    });
    let page = page.await.unwrap();
    assert!(page.html.contains(&format!("/clients/{client}")));
    assert!(page.html.contains("Ei yhteyttä – työ jatkuu täällä"));
    assert!(!page.html.contains("strip danger"), "{}", page.html);

    here.save(&page.form("/premises/check").unwrap())
        .await
        .unwrap();
    let found = waiting::until("the check is done", DOWN_TIME, async || {
        let page = here.open("/premises").await?;
        Ok(page.html.contains("onko siellä sähköt").then_some(()))
    });
    found.await.unwrap();
    assert_eq!(causes(&pair.first).unwrap(), ["no-answer"]);

    pair.line.heal();
    pair.agreed_when(AGREE_TIME, |export| export.contains("Odottavainen"))
        .await
        .unwrap();
    assert_eq!(causes(&pair.first).unwrap(), ["connected"]);
}

#[tokio::test]
async fn a_replaced_computer_and_a_name_that_is_gone_are_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let mut first = Node::init(home.path(), "Poikuekatu").unwrap();
    let second = Node::init(home.path(), "Aleksanterinkatu").unwrap();
    let mut other = Node::init(home.path(), "Muu").unwrap();
    first.start().await.unwrap();
    other.start().await.unwrap();
    let second = second.id().unwrap();
    let at = |address: &str| {
        let words = ["--id", second.as_str(), "--addr", address];
        first.command(&["peer", "add"], &words)?.fine()
    };
    // Somebody else listens where the second premises used to.
    at(&other.link().to_string()).unwrap();
    let met = waiting::until("a stranger is met", DOWN_TIME, async || {
        let causes = causes(&first)?;
        Ok(causes.contains(&"other-key".to_owned()).then_some(()))
    });
    met.await.unwrap();
    at("nowhere.invalid:7440").unwrap();
    let found = causes(&first).unwrap();
    assert!(found.contains(&"name-unknown".to_owned()), "{found:?}");
}

/// Adds `[metrics]` to a node's settings.
fn serve_metrics(node: &Node, address: &str) {
    let file = node.directory().join("kortisto.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let table = format!("{settings}\n[metrics]\naddress = \"{address}\"\n");
    std::fs::write(&file, table).unwrap();
}

/// Every sample by its name and labels. Fails on a line that is none.
fn samples(text: &str) -> anyhow::Result<BTreeMap<String, f64>> {
    anyhow::ensure!(text.ends_with("# EOF\n"), "no end");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let read = lines.map(|line| {
        let (name, value) = line.rsplit_once(' ').context(line.to_owned())?;
        let value = value.parse().with_context(|| line.to_owned())?;
        Ok((name.to_owned(), value))
    });
    read.collect()
}

#[tokio::test]
async fn numbers_for_prometheus_tell_how_it_stands_and_nobodys_name() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 63, 5);
    let mut pair = Pair::init(home.path(), 63).unwrap();
    let address = port::free().unwrap();
    serve_metrics(&pair.first, &address.to_string());
    pair.first.start().await.unwrap();
    pair.second.start().await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let clients = pair.first.clients().unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.lines().count() == 5)
        .await
        .unwrap();
    owner.open("/premises").await.unwrap();
    let node = pair.second.status().unwrap()["node"]
        .as_str()
        .unwrap()
        .to_owned();
    let up = format!("kortisto_peer_up{{node=\"{node}\"}}");
    // Numbers are of the last report, which may be a moment older than an export.
    let text = waiting::until("the numbers tell of five, agreed", AGREE_TIME, async || {
        let answer = reqwest::get(format!("http://{address}/metrics")).await?;
        let text = answer.error_for_status()?.text().await?;
        let agreed = format!("kortisto_peer_agreed{{node=\"{node}\"}}");
        let samples = samples(&text)?;
        let told =
            samples.get(&agreed) == Some(&1.0) && samples.get("kortisto_clients") == Some(&5.0);
        Ok(told.then_some(text))
    });
    let text = text.await.unwrap();
    let samples = samples(&text).unwrap();
    assert_eq!(samples.get(&up), Some(&1.0), "{text}");
    for name in [
        "kortisto_certificate_expiry_timestamp_seconds",
        "kortisto_disk_free_bytes",
        "kortisto_console_request_seconds_count",
        "kortisto_records",
    ] {
        assert!(
            samples.get(name).is_some_and(|value| *value > 0.0),
            "{name}: {text}"
        );
    }
    for way in ["sent", "received"] {
        let bytes = samples
            .iter()
            .find(|(name, _)| name.starts_with("kortisto_peer_bytes_total{") && name.contains(way));
        assert!(bytes.is_some_and(|(_, bytes)| *bytes > 0.0), "{text}");
    }
    for name in ["Poikuekatu", "Aleksanterinkatu", pair.first.owner_name()] {
        assert!(!text.contains(name), "{name}: {text}");
    }
    for client in &clients {
        assert!(!text.contains(&client.id), "{text}");
        let last = client.last_name.as_deref().unwrap();
        assert!(!text.contains(last), "{last}: {text}");
    }
}

#[tokio::test]
async fn numbers_are_never_served_to_other_machines() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    serve_metrics(&node, "0.0.0.0:7442");
    let refused = node.start().await.unwrap_err().to_string();
    assert!(refused.contains("metrics.address"), "{refused}");
}

#[tokio::test]
async fn a_computer_put_out_by_the_owner_is_spoken_to_no_more() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 64).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    owner.add_client(&[("last", "Yhteinen")]).await.unwrap();
    pair.agreed_when(AGREE_TIME, |export| export.contains("Yhteinen"))
        .await
        .unwrap();
    let node = pair.second.status().unwrap()["node"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = owner
        .open(&format!("/premises/{node}/revoke"))
        .await
        .unwrap();
    let form = page.form("/revoke").unwrap();
    owner
        .save(&form.with("name", "aleksanterinkatu"))
        .await
        .unwrap();
    let status = pair.first.status().unwrap();
    assert_eq!(status["out"], serde_json::json!([node]), "{status}");
    assert_eq!(status["peers"], serde_json::json!([]), "{status}");
    let told = waiting::until("the page says so", DOWN_TIME, async || {
        let page = owner.open("/premises").await?.html;
        Ok(page.contains("Käytöstä poistetut koneet").then_some(()))
    });
    told.await.unwrap();
    let parted = waiting::until("the other one is alone", DOWN_TIME, async || {
        Ok((peer(&pair.second)?["state"] == "apart").then_some(()))
    });
    parted.await.unwrap();
    owner.add_client(&[("last", "Uusi")]).await.unwrap();
    // Long enough for a line that still was one.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(pair.second.clients().unwrap().len(), 1);
}
