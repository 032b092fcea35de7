//! A node stays who it is while its key changes, and one that is lost is put out for good.

use std::time::Duration;

use kortisto_tests::node::Node;
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;

use crate::register;

#[tokio::test]
async fn a_key_changes_while_both_work_and_nothing_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 61, 10);
    let mut pair = Pair::start(home.path(), 61).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    pair.agreed(AGREE_TIME).await.unwrap();
    let (id, node) = (
        pair.first.id().unwrap(),
        pair.first.status().unwrap()["node"].clone(),
    );
    let said = pair.first.command(&["identity", "rotate"], &[]).unwrap();
    let said = said.fine().unwrap();
    let next = waiting::until("the next key is in use", AGREE_TIME, async || {
        let now = pair.first.id()?;
        Ok((now != id).then_some(now))
    })
    .await
    .unwrap();
    assert!(said.contains(&next), "{said}");
    waiting::until(
        "the other knows it by the next key only",
        AGREE_TIME,
        async || {
            let status = pair.second.status()?;
            Ok((status["peers"][0]["peer_id"] == next.as_str()).then_some(()))
        },
    )
    .await
    .unwrap();
    assert_eq!(pair.first.status().unwrap()["node"], node);
    // Neither needs the line that was open meanwhile.
    for node in [&mut pair.first, &mut pair.second] {
        node.stop().unwrap();
        node.start().await.unwrap();
    }
    let (_, more) = register(&home.path().join("more"), 62, 5);
    pair.second
        .import(&more.clients, None)
        .unwrap()
        .fine()
        .unwrap();
    pair.agreed(AGREE_TIME).await.unwrap();
    for node in [&pair.first, &pair.second] {
        let said = node.command(&["audit", "verify"], &[]).unwrap();
        assert!(said.fine().unwrap().contains("nothing is wrong"));
    }
}

#[tokio::test]
async fn a_lost_computer_gets_nothing_more_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 63, 5);
    let pair = Pair::start(home.path(), 63).await.unwrap();
    let mut third = Node::init(home.path(), "Kolmas").unwrap();
    for (here, there) in [(&pair.second, &third), (&third, &pair.second)] {
        let (id, address) = (there.id().unwrap(), there.link().to_string());
        here.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
    }
    third.start().await.unwrap();
    waiting::until("the first knows of the third", AGREE_TIME, async || {
        let peers = pair.first.status()?["peers"].as_array().map(Vec::len);
        Ok((peers == Some(2)).then_some(()))
    })
    .await
    .unwrap();
    let id = third.id().unwrap();
    let revoke = |node: &Node| node.command(&["peer", "revoke"], &["--id", &id]).unwrap();
    revoke(&pair.first).fine().unwrap();
    waiting::until("the second knows that it is out", AGREE_TIME, async || {
        let peers = pair.second.status()?["peers"].as_array().map(Vec::len);
        Ok((peers == Some(1)).then_some(()))
    })
    .await
    .unwrap();
    pair.first
        .import(&files.clients, None)
        .unwrap()
        .fine()
        .unwrap();
    pair.agreed(AGREE_TIME).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(third.export().unwrap(), "");
    let again = pair
        .second
        .command(&["peer", "add"], &["--id", &id, "--addr", "127.0.0.1:9"]);
    let again = again.unwrap();
    assert_eq!(again.code, Some(8), "{again:?}");
    assert!(again.err.contains("new identity"), "{again:?}");
}

#[tokio::test]
async fn the_owner_changes_the_key_at_the_console() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 64).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let before = pair.first.id().unwrap();
    let page = owner.open("/premises").await.unwrap();
    assert!(page.html.contains("/premises/key"), "{}", page.html);
    pair.line.cut();
    let form = owner.open("/premises/key").await.unwrap();
    let form = form.form("/premises/key").unwrap();
    let page = owner.send(&form).await.unwrap();
    assert_eq!(page.path, "/premises");
    // The other has not heard of it, and is named.
    let waits = waiting::until("the change waits", AGREE_TIME, async || {
        let page = owner.open("/premises/key").await?;
        Ok(page.html.contains("uuteen avaimeen").then_some(page))
    });
    let waits = waits.await.unwrap();
    assert!(waits.html.contains("Aleksanterinkatu"), "{}", waits.html);
    // Asked for again, it stays with the key that is announced.
    owner.send(&form).await.unwrap();
    assert_eq!(pair.first.id().unwrap(), before);
    pair.line.heal();
    waiting::until("the next key is in use", AGREE_TIME, async || {
        Ok((pair.first.id()? != before).then_some(()))
    })
    .await
    .unwrap();
    pair.agreed(AGREE_TIME).await.unwrap();
}
