//! The second factor (clause 9): a password alone opens nothing, at either premises; a lost phone is no lost user.

use kortisto_tests::html::Form;
use kortisto_tests::node::{Node, PASSWORD, one_time_code};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::phone::Phone;
use kortisto_tests::waiting;
use kortisto_tests::web::{Page, Visitor};
use reqwest::StatusCode;

use super::doors::colleague;

const OWN: &str = "/me/second-factor";
const ASKS: &str = "Salasana täsmäsi";
const WRONG: &str = "Koodi ei täsmää";

/// A phone with the key that the page shows.
fn phone(page: &Page) -> Phone {
    let (_, shown) = page.html.split_once("<p class=\"code\">").unwrap();
    let (key, _) = shown.split_once('<').unwrap();
    Phone::told(key).unwrap()
}

async fn password(node: &Node, name: &str) -> (Visitor, Page) {
    let visitor = Visitor::new(node.console()).unwrap();
    let form = visitor
        .open("/login")
        .await
        .unwrap()
        .form("/login")
        .unwrap();
    let form = form.with("name", name).with("password", PASSWORD);
    let page = visitor.send(&form).await.unwrap();
    (visitor, page)
}

async fn give(visitor: &Visitor, form: &Form, code: &str) -> Page {
    visitor
        .send(&form.clone().with("code", code))
        .await
        .unwrap()
}

/// Switches the second factor on and returns the phone, the recovery code, and the code that was used up.
pub(crate) async fn switch_on(visitor: &Visitor) -> (Phone, String, String) {
    let page = visitor.open(OWN).await.unwrap();
    assert!(page.html.contains("<svg"), "a picture for the camera");
    let phone = phone(&page);
    let form = page.form(OWN).unwrap();
    let unsure = form.clone().with("password", "not the password at all");
    let answer = give(visitor, &unsure, &phone.code(0).unwrap()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = form.with("password", PASSWORD);
    let answer = give(visitor, &form, "000000").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The right code beside the wrong password was not used up: only the password is typed anew.
    let used = phone.code(0).unwrap();
    let answer = give(visitor, &form, &used).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.html);
    let recovery = one_time_code(&answer.html.replace(['<', '>'], " ")).unwrap();
    (phone, recovery, used)
}

#[tokio::test]
async fn clause_9_a_password_alone_opens_nothing_at_either_premises() {
    let home = tempfile::tempdir().unwrap();
    let pair = Pair::start(home.path(), 71).await.unwrap();
    let here = pair.first.owner_first().await.unwrap();
    pair.owner_at_second().await.unwrap();
    let (_, recovery, used) = switch_on(&here).await;
    let name = pair.first.owner_name();

    let (visitor, page) = password(&pair.first, name).await;
    assert!(page.html.contains(ASKS), "{}", page.path);
    assert!(
        visitor
            .open("/clients")
            .await
            .unwrap()
            .path
            .starts_with("/login")
    );
    let form = page.form("/login/code").unwrap();
    let used = give(&visitor, &form, &used).await;
    assert!(used.html.contains(WRONG), "a code works once");
    let none = give(&visitor, &form, "").await;
    assert!(none.html.contains(WRONG));

    // The other premises asks as well, and the recovery code lets in there, once.
    let second = &pair.second;
    let (there, page) = waiting::until("the other premises asks too", AGREE_TIME, async || {
        let (there, page) = password(second, name).await;
        Ok(page.html.contains(ASKS).then_some((there, page)))
    })
    .await
    .unwrap();
    let form = page.form("/login/code").unwrap();
    let own = give(&there, &form, &recovery.to_lowercase()).await;
    assert_eq!(own.path, OWN);
    assert!(
        own.form(OWN).is_ok(),
        "switched off, ready to be set up anew"
    );
    let (again, page) = password(second, name).await;
    assert!(!page.html.contains(ASKS));
    assert_eq!(again.open("/clients").await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_password_of_somebody_who_is_logged_in_is_logged_wherever_it_is_given() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let wrong = "not the password at all";
    let new = "aivan uusi tunnuslause";
    // One each, since of the same person's wrong passwords within a minute only the first is logged.
    for (at, role, page, action, fields) in [
        (
            1,
            "staff",
            "/me",
            "/me/password",
            [("old", wrong), ("password", new), ("again", new)].as_slice(),
        ),
        (
            2,
            "contractor",
            "/me",
            "/me/quick",
            &[("quick", "482913"), ("present", wrong)],
        ),
        (
            3,
            "reception",
            OWN,
            OWN,
            &[("code", "000000"), ("password", wrong)],
        ),
    ] {
        let visitor = colleague(&node, &owner, role).await;
        let form = visitor.open(page).await.unwrap().form(action).unwrap();
        let filled = fields
            .iter()
            .fold(form, |form, (name, text)| form.with(name, text));
        let answer = visitor.send(&filled).await.unwrap();
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{action}");
        let log = owner.open("/audit?group=refusals").await.unwrap().html;
        let times = log.matches("Kirjautuminen epäonnistui").count();
        assert_eq!(times, at, "{action}");
    }
}

#[tokio::test]
async fn clause_9_codes_are_not_guessed_and_the_owner_helps_who_lost_the_phone() {
    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let owner = node.owner_first().await.unwrap();
    let staff = colleague(&node, &owner, "staff").await;
    let (phone, ..) = switch_on(&staff).await;
    let name = "Kollega staff";

    let (visitor, page) = password(&node, name).await;
    let form = page.form("/login/code").unwrap();
    let mut last = StatusCode::OK;
    for _ in 0..6 {
        last = give(&visitor, &form, "000000").await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let right = give(&visitor, &form, &phone.code(1).unwrap()).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);

    let users = owner.open("/admin/users").await.unwrap();
    let reset = users.form("/factor").unwrap();
    owner.save(&reset).await.unwrap();
    let users = owner.open("/admin/users").await.unwrap();
    assert!(users.form("/factor").is_err());
    let (_, page) = password(&node, name).await;
    assert!(!page.html.contains(ASKS), "the password is enough again");
}
