//! Whole premises, the program itself, each behind a router of its own.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use kortisto_tests::node::Node;
use kortisto_tests::sample::Register;
use kortisto_tests::waiting;

use crate::routers::three;
use crate::space::Network;

/// How long all may take to hold the same when nothing is in the way.
const AGREE_TIME: Duration = Duration::from_secs(60);

/// A node that runs in the namespace `space` on the port that all use.
fn started(network: &Network, home: &Path, space: &str) -> Node {
    let mut node = Node::init(home, space).unwrap();
    node.listen_at("[::]:7440".parse().unwrap()).unwrap();
    network.inside(space, || node.launch()).unwrap();
    node
}

/// Waits until nodes take commands. One that came before would work on a node's files, and keep it from starting.
pub(crate) async fn listening(nodes: &[&Node]) {
    waiting::until("all run", AGREE_TIME, async || {
        for node in nodes {
            UnixStream::connect(node.directory().join(node::control::FILE))?;
        }
        Ok(Some(()))
    })
    .await
    .unwrap();
}

/// Imports a register of so many people at a node; whom it knows by the old number is not added again.
pub(crate) fn import(node: &Node, home: &Path, count: usize) {
    let now = jiff::Timestamp::now();
    let today = jiff::tz::Offset::UTC.to_datetime(now).date();
    let register = Register::invented(85, count, today);
    let files = register.write(&home.join(count.to_string())).unwrap();
    let imported = node.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
}

/// Waits until each of some nodes is well with so many others and holds so many clients.
pub(crate) async fn agreed(nodes: &[&Node], peers: usize, clients: usize) {
    waiting::until("all hold the same", AGREE_TIME, async || {
        for node in nodes {
            let status = node.status()?;
            let all = status["peers"].as_array().cloned().unwrap_or_default();
            let well = all.iter().filter(|peer| peer["state"] == "agreed");
            anyhow::ensure!(
                well.count() == peers && status["clients"] == clients,
                "{status}"
            );
        }
        Ok(Some(()))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn three_behind_routers_of_their_own_keep_one_register() {
    let Some(network) = three() else { return };
    let home = tempfile::tempdir().unwrap();
    let [a, b, c] = ["a", "b", "c"].map(|space| started(&network, home.path(), space));
    listening(&[&a, &b, &c]).await;
    import(&a, home.path(), 12);
    // The first and the third are never introduced: each hears of the other from the second.
    for (here, there, number) in [(&a, &b, 2), (&b, &a, 1), (&b, &c, 3), (&c, &b, 2)] {
        let (id, address) = (there.id().unwrap(), format!("203.0.113.{number}:7440"));
        here.command(&["peer", "add"], &["--id", &id, "--addr", &address])
            .unwrap()
            .fine()
            .unwrap();
    }
    agreed(&[&a, &b, &c], 2, 12).await;

    // The one in the middle is off: the two others have a line of their own by now.
    network.cut("b");
    import(&a, home.path(), 17);
    agreed(&[&c], 1, 17).await;
    let clients = a.clients().unwrap();
    let args = ["--client", &clients[0].id, "--reason", "request", "--json"];
    let erased = a.command(&["erase"], &args).unwrap().json().unwrap();
    assert_eq!(erased["awaited"].as_array().unwrap().len(), 1, "{erased}");
    network.heal("b");
    agreed(&[&a, &b, &c], 2, 16).await;
    let exports = [&a, &b, &c].map(|node| node.export().unwrap());
    assert!(exports[0] == exports[1] && exports[1] == exports[2]);
    let id = clients[0].id.as_str();
    waiting::until(
        "the erasure is confirmed everywhere",
        AGREE_TIME,
        async || {
            let shown = a
                .command(&["erasure", "show"], &["--id", id, "--json"])?
                .json()?;
            Ok(shown["awaited"]
                .as_array()
                .is_some_and(Vec::is_empty)
                .then_some(()))
        },
    )
    .await
    .unwrap();
}
