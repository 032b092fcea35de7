//! People of a premises (clause 9): a computer that several share, passwords that nobody guesses, access that ends.

use kortisto_tests::html::forms;
use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

use super::doors::colleague;

const QUICK: &str = "402918";
const ALSO_HERE: &str = "Myös tällä koneella";

async fn set_quick(visitor: &Visitor, code: &str, password: &str) -> Page {
    let form = visitor.open("/me").await.unwrap().form("/me/quick");
    let form = form.unwrap().with("quick", code).with("present", password);
    visitor.send(&form).await.unwrap()
}

async fn lock(visitor: &Visitor) -> Page {
    let form = visitor.open("/").await.unwrap().form("/lock/now").unwrap();
    visitor.send(&form).await.unwrap();
    visitor.open("/lock").await.unwrap()
}

/// Sends the form of a locked page that has this field.
async fn unlock(visitor: &Visitor, page: &Page, field: &str, value: &str) -> Page {
    let all = forms(&page.html);
    let form = all.iter().find(|form| form.get(field).is_some()).unwrap();
    visitor
        .send(&form.clone().with(field, value))
        .await
        .unwrap()
}

fn asks_quick(page: &Page) -> bool {
    let all = forms(&page.html);
    all.iter().any(|form| form.get("code").is_some())
}

async fn who(visitor: &Visitor) -> String {
    let page = visitor.open("/me").await.unwrap();
    let (_, rest) = page.html.split_once("<h1>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn clause_9_a_quick_code_opens_a_locked_session_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    for weak in ["1234", "123456", "000000"] {
        let page = set_quick(&owner, weak, PASSWORD).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
    }
    let page = set_quick(&owner, QUICK, "not my password").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!asks_quick(&lock(&owner).await), "none is set");
    let page = owner.open("/lock").await.unwrap();
    unlock(&owner, &page, "password", PASSWORD).await;
    assert!(set_quick(&owner, QUICK, PASSWORD).await.status.is_success());

    let page = lock(&owner).await;
    assert!(asks_quick(&page));
    let wrong = unlock(&owner, &page, "code", "402919").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(owner.open("/").await.unwrap().path.starts_with("/lock"));
    let right = unlock(&owner, &wrong, "code", QUICK).await;
    assert!(right.status.is_success(), "{}", right.status);
    assert_eq!(who(&owner).await, node.owner_name());

    // It is no password, here or in another browser.
    let stranger = Visitor::new(node.console()).unwrap();
    assert!(stranger.log_in(node.owner_name(), QUICK).await.is_err());
    let page = stranger.open("/lock").await.unwrap();
    assert!(page.path.starts_with("/login"));

    // After a few wrong ones only the password opens.
    let mut page = lock(&owner).await;
    for guess in ["502911", "502912", "502913", "502914", "502915"] {
        page = unlock(&owner, &page, "code", guess).await;
    }
    assert!(!asks_quick(&page), "{}", page.html);
    let page = owner.open("/lock").await.unwrap();
    assert!(!asks_quick(&page));
}

#[tokio::test]
async fn clause_9_people_change_places_at_one_computer() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    set_quick(&owner, QUICK, PASSWORD).await;
    colleague(&node, &owner, "reception").await;
    let name = "Kollega reception";
    let shared = node.log_in(node.owner_name()).await.unwrap();
    let page = lock(&shared).await;
    assert!(!page.html.contains(ALSO_HERE), "nobody else is here");
    shared.log_in(name, PASSWORD).await.unwrap();
    assert_eq!(who(&shared).await, name);

    let page = lock(&shared).await;
    assert!(page.html.contains(ALSO_HERE) && page.html.contains(node.owner_name()));
    let (_, tile) = page.html.split_once("/lock?user=").unwrap();
    let tile = format!("/lock?user={}", tile.split_once('"').unwrap().0);
    let page = shared.open(&tile).await.unwrap();
    let page = unlock(&shared, &page, "code", QUICK).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/"));
    assert_eq!(who(&shared).await, node.owner_name());

    // Who logs out is gone from the computer, and whose access ends too.
    let page = lock(&shared).await;
    assert!(page.html.contains(name));
    unlock(&shared, &page, "code", QUICK).await;
    let users = owner.open("/admin/users").await.unwrap();
    owner.save(&users.form("/end").unwrap()).await.unwrap();
    assert!(!lock(&shared).await.html.contains(name));
    let elsewhere = Visitor::new(node.console()).unwrap();
    let page = elsewhere.open(&tile).await.unwrap();
    assert!(page.path.starts_with("/login"), "{}", page.path);
}

#[tokio::test]
async fn clause_9_common_passwords_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let form = owner
        .open("/me")
        .await
        .unwrap()
        .form("/me/password")
        .unwrap();
    let change = async |new: &str| {
        let form = form.clone().with("old", PASSWORD);
        let form = form.with("password", new).with("again", new);
        owner.send(&form).await.unwrap()
    };
    for common in [
        "salasanasalasana",
        "passwordpassword1",
        "Poikuekatu2026!",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaa",
        "123456789012345678",
        "kauneushoitola lahti",
        node.owner_name(),
    ] {
        let page = change(common).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{common}");
        assert!(page.html.contains("helppo arvata"), "{common}");
    }
    assert!(change("vihreä kaktus ei soita").await.status.is_success());
}

#[tokio::test]
async fn clause_9_the_owner_sees_where_it_is_known_that_access_ended() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 71).await.unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let users = owner.open("/admin/users").await.unwrap();
    let form = users.form("/admin/users").unwrap();
    let page = owner
        .send(&form.with("name", "Lähtijä").with("role", "contractor"))
        .await
        .unwrap();
    let code = one_time_code(&page.html.replace(['<', '>'], " ")).unwrap();
    let there = Visitor::new(pair.second.console()).unwrap();
    waiting::until("the code is known there", AGREE_TIME, async || {
        let set = there.set_up("Lähtijä", &code, PASSWORD).await;
        Ok(set.is_ok().then_some(()))
    })
    .await
    .unwrap();
    pair.agreed(AGREE_TIME).await.unwrap();

    pair.line.cut();
    let users = owner.open("/admin/users").await.unwrap();
    owner.save(&users.form("/end").unwrap()).await.unwrap();
    let users = owner.open("/admin/users").await.unwrap();
    let awaited = "Odottaa synkronointia: Aleksanterinkatu";
    assert!(users.html.contains(awaited), "{}", users.html);
    assert!(there.open("/").await.unwrap().path == "/");
    pair.line.heal();
    waiting::until("it is known there", AGREE_TIME, async || {
        let page = owner.open("/admin/users").await?;
        Ok(page.html.contains("perillä kaikissa").then_some(()))
    })
    .await
    .unwrap();
    let page = there.open("/").await.unwrap();
    assert!(page.path.starts_with("/login"), "{}", page.path);
}
