//! What a running node still has of a client who was erased, asked by every door that leads to something it holds
//! in memory, and looked for in the memory itself.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use kortisto_tests::node::Node;
use kortisto_tests::skip;
use kortisto_tests::web::Visitor;

use crate::erase::{PLANTED, plant};
use crate::{by_number, register};

/// The client of the old register who is erased.
const NUMBER: usize = 7;
/// What the client is found by: parts of what was planted, since the search shows again what it was asked.
const QUERIES: [&str; 3] = ["salamyhk", "450009876", "piilo.osoite"];
/// Pieces in which memory is read, in bytes.
const PIECE: usize = 1 << 20;

/// How often a text stands in the memory that a process may write to. `None` where that can't be read.
fn in_memory(pid: u32, text: &str) -> Option<usize> {
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut count = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        if !words.next()?.starts_with("rw") {
            continue;
        }
        let start = u64::from_str_radix(start, 16).ok()?;
        let end = u64::from_str_radix(end, 16).ok()?;
        let mut bytes = vec![0; usize::try_from(end - start).ok()?];
        let mut at = start;
        for piece in bytes.chunks_mut(PIECE) {
            // A part that went away meanwhile reads as zeros.
            let _ = memory.read_exact_at(piece, at);
            at += piece.len() as u64;
        }
        count += memchr::memmem::find_iter(&bytes, text.as_bytes()).count();
    }
    Some(count)
}

fn check_nothing_shown(html: &str, place: &str) {
    for text in PLANTED {
        assert!(!html.contains(text), "{text} at {place}");
    }
}

/// What the search shows for some letters.
async fn search(visitor: &Visitor, query: &str) -> String {
    let page = visitor.open("/clients").await.unwrap();
    let form = page.form("/clients").unwrap().with("q", query);
    visitor.send(&form).await.unwrap().html
}

/// Asks for the client everywhere.
async fn check_no_door_shows(owner: &Visitor, node: &Node, client: &str) {
    let card = format!("/clients/{client}");
    let mut pages = vec![card.clone()];
    for part in ["contact", "health", "marketing", "conflicts", "erase"] {
        pages.push(format!("{card}/{part}"));
    }
    for part in ["treatments", "notes", "health"] {
        pages.push(format!("{card}/{part}/new"));
    }
    for page in ["/", "/clients", "/tasks", "/conflicts", "/retention", "/me"] {
        pages.push(page.to_owned());
    }
    for path in pages {
        let page = owner.open(&path).await.unwrap();
        check_nothing_shown(&page.html, &path);
    }
    for query in QUERIES {
        check_nothing_shown(&search(owner, query).await, "the search");
    }
    check_nothing_shown(&node.export().unwrap(), "the export");
}

/// Point 5 of issue 3: nothing of whoever was erased is served from memory, whichever cache it was in.
///
/// Each is filled before: document and values (the card is open), projection and search index (found by name, phone
/// and e-mail), drafts (a form that is sent after the erasure), the stream of changes (open all along). After the
/// erasure every page that reads one of them is asked. Besides, the search index's line is looked for in the process'
/// own memory, where it stood before and is nowhere now. (That the index also wipes a text that it outgrew doesn't
/// show here: such memory is in use again too soon.)
///
/// It does not prove that no byte of the client is left in memory that was freed or that a library keeps for later
/// use: pages that were sent and forms that came in, decoded values, the buffers of connections that are still open,
/// and zstd's window do hold such bytes until they are used anew or the process ends. Nobody reads them by a door;
/// against those who read a process' memory the node keeps it from other users and out of core dumps.
#[tokio::test]
async fn nothing_of_whoever_was_erased_is_served_from_memory() {
    /// How the index folds the name.
    const LINE: &str = "salamyhkainen benjamiina 358";
    let home = tempfile::tempdir().unwrap();
    let (_, files) = register(home.path(), 97, 20);
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let imported = node.import(&files.clients, Some(&files.treatments));
    imported.unwrap().fine().unwrap();
    let owner = node.owner_first().await.unwrap();
    let client = by_number(&node.clients().unwrap(), NUMBER).id.clone();
    let mut stream = owner.events().await.unwrap();
    plant(&owner, &client).await;
    stream.changed(&client).await.unwrap();
    let card = owner.open(&format!("/clients/{client}")).await.unwrap();
    for text in [PLANTED[0], PLANTED[6], PLANTED[11]] {
        assert!(card.html.contains(text), "{text} is not on the card");
    }
    for query in QUERIES {
        assert!(search(&owner, query).await.contains(PLANTED[0]), "{query}");
    }
    let form = owner.contact_form(&client).await.unwrap();
    let pid = node.pid().unwrap();
    let before = in_memory(pid, LINE);

    let arguments = ["--client", &client, "--reason", "request", "--wait", "1"];
    let said = node.command(&["erase"], &arguments).unwrap();
    said.fine().unwrap();
    stream.changed(&client).await.unwrap();
    check_no_door_shows(&owner, &node, &client).await;
    // A form from before is refused, and what stands in it makes nobody.
    let answer = owner.post(&form.with("street", PLANTED[1])).await.unwrap();
    assert!(!answer.status().is_success() || answer.status().is_redirection());
    check_no_door_shows(&owner, &node, &client).await;
    match before {
        Some(count) => {
            assert!(count > 0, "the index holds no such line");
            assert_eq!(in_memory(pid, LINE), Some(0), "the index's line is left");
        }
        None => skip::say("the memory of a node: it takes root to read it"),
    }
    node.stop().unwrap();
}
