//! Every route for every role (clause 9): what the table of doors says is what a real console does.

use std::fmt::Write as _;

use console::{Access, Door};
use expect_test::expect_file;
use kortisto_tests::html::Form;
use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::web::{Page, Visitor};
use register::access::Scope;
use register::people::Role;
use reqwest::StatusCode;

const NO_RIGHT: &str = "Tähän ei ole oikeutta";
const NO_TOKEN: &str = "Lomake on vanhentunut";
/// What stands for ids in paths: well formed, and of nobody.
const NOBODY: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn who_passes_each_door_is_written_down() {
    let mut list = String::from(
        "# Every route of the console and who passes (made by a test; a route can't be made without a decision)\n\n",
    );
    let mut doors = console::doors();
    doors.sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
    for door in &doors {
        let roles = Role::ALL
            .into_iter()
            .filter(|role| door.admits(Some(*role)));
        let mut who: Vec<&str> = roles.map(Role::code).collect();
        if door.admits(None) {
            who.push("nobody");
        }
        let scopes = Scope::ALL.iter().filter(|scope| door.admits_token(**scope));
        if matches!(door.access, Access::Token(_)) {
            who.extend(scopes.map(|scope| scope.code()));
        }
        if matches!(door.access, Access::Proved(_)) {
            who.push("(password once more)");
        }
        writeln!(list, "{:4} {:44} {}", door.method, door.path, who.join(" ")).unwrap();
    }
    expect_file!["../../access.md"].assert_eq(&list);
}

#[test]
fn who_has_to_prove_themselves_finds_a_page_to_come_back_to() {
    let doors = console::doors();
    for door in &doors {
        let page = door.path.trim_end_matches(".csv").trim_end_matches(".json");
        let back = |other: &Door| other.method == "GET" && other.path == page;
        let proved = matches!(door.access, Access::Proved(_));
        assert!(!proved || doors.iter().any(back), "{}", door.path);
    }
}

#[tokio::test]
async fn clause_9_each_role_passes_its_own_doors_and_no_other() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    for role in Role::ALL {
        let visitor = match role {
            Role::Owner => owner.clone(),
            other => colleague(&node, &owner, other.code()).await,
        };
        for door in closed_doors() {
            let page = knock(&visitor, &door).await;
            let refused = page.html.contains(NO_RIGHT);
            let at = format!("{role:?} at {} {}", door.method, door.path);
            assert_eq!(refused, !door.admits(Some(role)), "{at}: {}", page.status);
            if refused {
                assert_eq!(page.status, StatusCode::FORBIDDEN, "{at}");
            } else if door.method == "POST" {
                // A form from nowhere is refused at every door that it could pass.
                assert!(page.html.contains(NO_TOKEN), "{at}: {}", page.status);
            }
            assert!(!page.status.is_server_error(), "{at}: {}", page.status);
        }
    }
}

#[tokio::test]
async fn clause_9_nobody_passes_without_logging_in() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    node.owner_first().await.unwrap();
    let stranger = Visitor::new(node.console()).unwrap();
    for door in closed_doors() {
        let page = knock(&stranger, &door).await;
        let led = page.path.starts_with("/login");
        assert!(
            led,
            "a stranger at {} {} ends at {}",
            door.method, door.path, page.path
        );
    }
}

/// Doors that not everybody passes. The stream of changes has no end, and is opened by every other test.
fn closed_doors() -> Vec<Door> {
    let doors = console::doors().into_iter();
    let closed: Vec<Door> = doors
        .filter(|door| door.access != Access::Anyone && door.path != "/events")
        // Those of the API open by tokens alone, which its own test tries one by one.
        .filter(|door| !matches!(door.access, Access::Token(_)))
        .collect();
    assert!(closed.len() > 40, "only {} doors", closed.len());
    closed
}

/// Opens a page, or sends a form without anything in it.
async fn knock(visitor: &Visitor, door: &Door) -> Page {
    let path = door.path.replace("{id}", NOBODY).replace("{entry}", NOBODY);
    assert!(
        !path.contains('{'),
        "{path} has a part that nothing stands for"
    );
    if door.method == "GET" {
        return visitor.open(&path).await.unwrap();
    }
    assert_eq!(door.method, "POST");
    let form = Form {
        action: path,
        fields: Vec::new(),
    };
    visitor.send(&form).await.unwrap()
}

/// A user with this role, at the console for the first time.
pub(crate) async fn colleague(node: &Node, owner: &Visitor, role: &str) -> Visitor {
    let form = owner.open("/admin/users").await.unwrap();
    let form = form.form("/admin/users").unwrap();
    let name = format!("Kollega {role}");
    let page = owner
        .send(&form.with("name", &name).with("role", role))
        .await
        .unwrap();
    let code = one_time_code(&page.html.replace(['<', '>'], " ")).unwrap();
    let visitor = Visitor::new(node.console()).unwrap();
    visitor.set_up(&name, &code, PASSWORD).await.unwrap();
    visitor
}
