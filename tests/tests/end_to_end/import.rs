//! A register is imported at one premises, once, whatever happens on the way.

use std::process::{Command, Stdio};
use std::time::Duration;

use kortisto_tests::export::{self, Client};
use kortisto_tests::kortisto;
use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::Register;

use crate::{by_number, register};

/// What an export says, whoever made it: ids come from the register's own secret.
fn without_ids(clients: &[Client]) -> Vec<String> {
    let mut lines: Vec<String> = clients
        .iter()
        .map(|client| {
            let mut client = client.clone();
            client.id.clear();
            client.treatments.sort_by_key(ToString::to_string);
            client.health.sort_by_key(ToString::to_string);
            format!("{} {client:?}", client.legacy().unwrap())
        })
        .collect();
    lines.sort();
    lines
}

fn check_complete(register: &Register, clients: &[Client]) {
    assert_eq!(clients.len(), register.people.len());
    for person in &register.people {
        let client = by_number(clients, person.number);
        assert_eq!(client.name(), format!("{} {}", person.first, person.last));
        assert_eq!(client.phones, [format!("+35840{}", person.subscriber)]);
        assert_eq!(client.emails, std::slice::from_ref(&person.email));
        assert_eq!(
            client.treatments.len(),
            person.visits.len(),
            "treatments of {}",
            person.number
        );
        assert_eq!(
            client.health.len(),
            usize::from(person.health.is_some()),
            "health of {}: {client:?}",
            person.number
        );
        assert_eq!(client.marketing.allowed, person.number % 3 == 0);
        assert_eq!(client.conflicts, [] as [serde_json::Value; 0]);
    }
}

#[tokio::test]
async fn what_is_imported_at_one_premises_is_complete_at_the_other() {
    let home = tempfile::tempdir().unwrap();
    let (register, files) = register(home.path(), 1, 150);
    let pair = Pair::start(home.path(), 1).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let complete = |export: &str| export.lines().count() == register.people.len();
    let export = pair.agreed_when(AGREE_TIME, complete).await.unwrap();
    check_complete(&register, &export::read(&export).unwrap());

    // The same file again, here and there, adds nothing.
    for node in [&pair.first, &pair.second] {
        node.import(&files.clients, Some(&files.treatments))
            .unwrap()
            .fine()
            .unwrap();
    }
    assert_eq!(pair.agreed(AGREE_TIME).await.unwrap(), export);
    pair.first.check().unwrap();
    pair.second.check().unwrap();
}

#[tokio::test]
async fn the_same_file_imported_at_both_premises_while_apart_makes_no_second_card() {
    let home = tempfile::tempdir().unwrap();
    let (_, first_file) = register(home.path(), 2, 1);
    let (register, files) = register(home.path(), 2, 80);
    let pair = Pair::start(home.path(), 2).await.unwrap();
    // One client first, so that both belong to one register before the line is cut.
    pair.first
        .import(&first_file.clients, None)
        .unwrap()
        .fine()
        .unwrap();
    pair.agreed_when(AGREE_TIME, |export| !export.is_empty())
        .await
        .unwrap();
    pair.line.cut();
    for node in [&pair.first, &pair.second] {
        node.import(&files.clients, Some(&files.treatments))
            .unwrap()
            .fine()
            .unwrap();
    }
    pair.line.heal();
    let export = pair.agreed(AGREE_TIME).await.unwrap();
    check_complete(&register, &export::read(&export).unwrap());
}

#[tokio::test]
async fn a_node_killed_in_the_middle_of_an_import_takes_it_up_again() {
    let home = tempfile::tempdir().unwrap();
    let (register, files) = register(home.path(), 3, 600);
    let mut whole = Node::init(home.path(), "whole").unwrap();
    whole.start().await.unwrap();
    whole
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let expected = whole.clients().unwrap();
    check_complete(&register, &expected);

    let mut killed = Node::init(home.path(), "killed").unwrap();
    let mut cut_short = 0;
    for delay in [60, 120, 250] {
        killed.start().await.unwrap();
        let mut command = Command::new(kortisto::binary().unwrap());
        command
            .args(["import", "--dir"])
            .arg(killed.directory())
            .arg("--clients")
            .arg(&files.clients);
        command.arg("--treatments").arg(&files.treatments);
        let mut import = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(delay)).await;
        killed.kill().unwrap();
        cut_short += u32::from(!import.wait().unwrap().success());
    }
    assert!(
        cut_short > 0,
        "every import was through before its node was killed"
    );
    killed.start().await.unwrap();
    killed
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    assert_eq!(
        without_ids(&killed.clients().unwrap()),
        without_ids(&expected)
    );
    killed.check().unwrap();
}

#[test]
fn an_import_into_a_stopped_node_may_be_killed_as_well() {
    let home = tempfile::tempdir().unwrap();
    let (register, files) = register(home.path(), 4, 600);
    let node = Node::init(home.path(), "stopped").unwrap();
    let mut cut_short = 0;
    for delay in [150, 300, 450] {
        let mut command = Command::new(kortisto::binary().unwrap());
        command
            .args(["import", "--dir"])
            .arg(node.directory())
            .arg("--clients")
            .arg(&files.clients);
        command.arg("--treatments").arg(&files.treatments);
        let mut import = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        import.kill().unwrap();
        cut_short += u32::from(!import.wait().unwrap().success());
    }
    assert!(
        cut_short > 0,
        "every import was through before it was killed"
    );
    node.import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    check_complete(&register, &node.clients().unwrap());
    node.check().unwrap();
}
