//! Pairing by invitation, as two owners do it: at their consoles, or at their machines by commands.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kortisto_tests::html::Form;
use kortisto_tests::kortisto::{self, Said};
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::pair::AGREE_TIME;
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

use crate::register;

const REFUSED: Option<i32> = Some(8);

/// A node that runs.
async fn node(home: &std::path::Path, premises: &str) -> Node {
    let mut node = Node::init(home, premises).unwrap();
    node.start().await.unwrap();
    node
}

/// `pair invite`, which goes on until the other has come.
fn inviting(node: &Node) -> Child {
    Command::new(kortisto::binary().unwrap())
        .args(["pair", "invite", "--yes", "--dir"])
        .arg(node.directory())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The first line that it says: the invitation.
fn invitation(child: &mut Child) -> String {
    use std::io::{BufRead as _, BufReader};
    let mut line = String::new();
    let out = child.stdout.as_mut().unwrap();
    BufReader::with_capacity(1, out)
        .read_line(&mut line)
        .unwrap();
    line.trim().to_owned()
}

fn accept(node: &Node, invitation: &str) -> Said {
    node.command(&["pair", "accept"], &["--yes", "--invitation", invitation])
        .unwrap()
}

/// Pairs two by commands; both ends have to be well.
fn pair_by_command(host: &Node, guest: &Node) {
    let mut child = inviting(host);
    let text = invitation(&mut child);
    let said = accept(guest, &text);
    let ended = Said::from(child.wait_with_output().unwrap());
    assert!(said.err.contains("phrase: "), "{said:?}");
    let phrase = |said: &Said| {
        let (_, rest) = said.err.split_once("phrase: ").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    assert_eq!(phrase(&said), phrase(&ended));
    said.fine().unwrap();
    assert!(ended.fine().unwrap().contains("paired with"));
}

async fn same(nodes: &[&Node], lines: usize) {
    waiting::until("all hold the same", AGREE_TIME, async || {
        let first = nodes[0].export()?;
        for node in nodes {
            if node.export()? != first {
                return Ok(None);
            }
        }
        Ok((first.lines().count() == lines).then_some(()))
    })
    .await
    .unwrap();
}

/// Lets a node go over to a new key, so that its id comes from no key that it shows.
async fn change_key(node: &Node) {
    let before = node.id().unwrap();
    let said = node.command(&["identity", "rotate"], &[]).unwrap();
    said.fine().unwrap();
    waiting::until("the next key is in use", AGREE_TIME, async || {
        Ok((node.id()? != before).then_some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn three_premises_pair_by_commands_and_share_one_register() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 81, 20);
    let first = node(home.path(), "Poikuekatu").await;
    first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let second = node(home.path(), "Aleksanterinkatu").await;
    pair_by_command(&first, &second);
    same(&[&first, &second], 20).await;
    change_key(&second).await;
    let third = node(home.path(), "Kolmas").await;
    // The one that joined may invite as well, and the founder is known from it.
    pair_by_command(&second, &third);
    same(&[&first, &second, &third], 20).await;
    waiting::until("each knows both others", AGREE_TIME, async || {
        for node in [&first, &second, &third] {
            let status = node.status()?;
            let peers = status["peers"].as_array().unwrap();
            if peers.len() != 2 || peers.iter().any(|peer| peer["state"] != "agreed") {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .await
    .unwrap();
    for log in [first.log().unwrap(), second.log().unwrap()] {
        assert!(!log.contains("KORTISTO-"), "no invitation in a log");
    }
}

#[tokio::test]
async fn what_is_no_good_invitation_is_refused_with_a_sentence() {
    let home = tempfile::tempdir().unwrap();
    let here = node(home.path(), "Poikuekatu").await;
    let there = node(home.path(), "Aleksanterinkatu").await;
    let refused = |text: &str, sentence: &str| {
        let said = accept(&there, text);
        assert_eq!(said.code, REFUSED, "{said:?}");
        assert!(said.err.contains(sentence), "{sentence}: {said:?}");
    };
    refused("hello", "this is no invitation");
    let mut child = inviting(&here);
    let text = invitation(&mut child);
    let mut wrong = text.clone();
    let last = if wrong.pop() == Some('0') { '1' } else { '0' };
    wrong.push(last);
    refused(&wrong, "copy it again");
    // By oneself.
    let oneself = accept(&here, &text);
    assert!(oneself.err.contains("this very premises"), "{oneself:?}");
    // That harmed nothing, but withdrawn it is worth nothing, and whoever waited is told.
    assert!(child.try_wait().unwrap().is_none());
    here.command(&["pair", "cancel"], &[])
        .unwrap()
        .fine()
        .unwrap();
    refused(&text, "used, withdrawn or replaced");
    let ended = Said::from(child.wait_with_output().unwrap());
    assert_ne!(ended.code, Some(0), "{ended:?}");
    // On a node that doesn't run there is nobody to reach.
    let resting = Node::init(home.path(), "Lepo").unwrap();
    let said = accept(&resting, &text);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("kortisto run"), "{said:?}");
}

#[tokio::test]
async fn two_registers_with_clients_are_not_joined() {
    let home = tempfile::tempdir().unwrap();
    let here = node(home.path(), "Poikuekatu").await;
    let there = node(home.path(), "Aleksanterinkatu").await;
    for (node, seed) in [(&here, 82), (&there, 83)] {
        let parent = home.path().join(format!("files-{seed}"));
        std::fs::create_dir(&parent).unwrap();
        let (_, files) = register(&parent, seed, 3);
        node.import(&files.clients, None).unwrap().fine().unwrap();
    }
    let mut child = inviting(&here);
    let text = invitation(&mut child);
    let said = accept(&there, &text);
    let ended = Said::from(child.wait_with_output().unwrap());
    for said in [said, ended] {
        assert_eq!(said.code, REFUSED, "{said:?}");
        assert!(said.err.contains("only a node without clients"), "{said:?}");
    }
    for node in [&here, &there] {
        assert_eq!(node.status().unwrap()["peers"], serde_json::json!([]));
    }
}

/// Gives the password where `page` asks for it, and returns the page of pairing.
async fn proved(visitor: &Visitor) -> Page {
    let asked = visitor.open("/confirm?next=/pair").await.unwrap();
    let form = asked.form("/confirm").unwrap().with("password", PASSWORD);
    let page = visitor.send(&form).await.unwrap();
    assert_eq!(page.path, "/pair");
    page
}

/// What stands in the page's first element of this class.
fn class(page: &Page, class: &str) -> Option<String> {
    let (_, rest) = page.html.split_once(&format!("class=\"{class}\">"))?;
    Some(rest.split_once('<')?.0.to_owned())
}

async fn shows(visitor: &Visitor, text: &str) -> Page {
    waiting::until(text, AGREE_TIME, async || {
        let page = visitor.open("/pair").await?;
        Ok(page.html.contains(text).then_some(page))
    })
    .await
    .unwrap()
}

/// Makes an invitation at a console and returns its text.
async fn invited(owner: &Visitor) -> String {
    let form = proved(owner).await.form("/pair/invite").unwrap();
    let bad = form.clone().with("address", "a b");
    let answer = owner.send(&bad).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    owner.save(&form).await.unwrap();
    let page = owner.open("/pair").await.unwrap();
    let text = class(&page, "invitation").unwrap();
    assert!(text.starts_with("KORTISTO-") && page.html.contains("<svg"));
    text
}

/// Enters an invitation at a console: first a wrong one, then this.
async fn entered(owner: &Visitor, text: &str) {
    let form: Form = proved(owner).await.form("/pair/accept").unwrap();
    let wrong = form.clone().with("invitation", "KORTISTO-0000");
    let answer = owner.send(&wrong).await.unwrap();
    assert!(answer.html.contains("kirjoitusvirhe"), "{}", answer.html);
    let typed = form.with("invitation", &text.to_lowercase());
    owner.save(&typed).await.unwrap();
}

#[tokio::test]
async fn two_owners_pair_at_their_consoles_and_the_register_arrives() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 84, 25);
    let first = node(home.path(), "Poikuekatu").await;
    first.import(&files.clients, None).unwrap().fine().unwrap();
    let second = node(home.path(), "Aleksanterinkatu").await;
    let here = first.owner_first().await.unwrap();
    let there = second.owner_first().await.unwrap();
    assert!(
        there
            .open("/")
            .await
            .unwrap()
            .html
            .contains("href=\"/pair\""),
        "a lone premises is led there"
    );
    let text = invited(&here).await;
    entered(&there, &text).await;
    let (page, other) = (
        shows(&here, "Vertaa sanoja").await,
        shows(&there, "Vertaa sanoja").await,
    );
    let phrase = class(&page, "code").unwrap();
    assert_eq!(Some(&phrase), class(&other, "code").as_ref());
    assert!(page.html.contains("Aleksanterinkatu") && other.html.contains("25 asiakasta"));
    let confirm = page.form("/pair/confirm").unwrap();
    let stale = confirm.clone().with("phrase", "hama jape kuli");
    here.save(&stale).await.unwrap();
    let before = there.open("/pair").await.unwrap();
    assert!(
        !before.html.contains("on vahvistanut"),
        "another phrase confirms nothing"
    );
    here.save(&confirm).await.unwrap();
    shows(&there, "Poikuekatu on vahvistanut").await;
    there
        .save(&other.form("/pair/confirm").unwrap())
        .await
        .unwrap();
    shows(&here, "Aleksanterinkatu on liitetty").await;
    shows(&there, "Valmis: molemmissa on samat tiedot").await;
    same(&[&first, &second], 25).await;
    let log = here.open("/audit").await.unwrap();
    assert!(log.html.contains("Muutti toimipisteiden paritusta"));
    // Both owners work at either premises.
    let name = first.owner_name();
    waiting::until("the other owner is known", AGREE_TIME, async || {
        second.log_in(name).await.map(Some)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn only_the_owner_pairs_and_either_may_stop() {
    let home = tempfile::tempdir().unwrap();
    let first = node(home.path(), "Poikuekatu").await;
    let second = node(home.path(), "Aleksanterinkatu").await;
    let here = first.owner_first().await.unwrap();
    let reception = super::doors::colleague(&first, &here, "reception").await;
    let page = reception.open("/pair").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let form = proved(&here).await.form("/pair/invite").unwrap();
    here.save(&form).await.unwrap();
    let page = here.open("/pair").await.unwrap();
    let text = class(&page, "invitation").unwrap();
    let guest = std::thread::spawn({
        let directory = second.directory().to_owned();
        move || {
            let rest = ["--yes", "--invitation", &text];
            kortisto::run(&directory, &["pair", "accept"], &rest).unwrap()
        }
    });
    let page = shows(&here, "on vahvistanut").await;
    here.save(&page.form("/pair/cancel").unwrap())
        .await
        .unwrap();
    let said = guest.join().unwrap();
    assert_eq!(said.code, REFUSED);
    assert!(said.err.contains("cancelled at the other"), "{said:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(first.status().unwrap()["peers"], serde_json::json!([]));
}
