//! A first visit, a client found and edited, and the other console that shows it by itself.

use kortisto_tests::browser::Browser;
use kortisto_tests::keyboard::Keyboard;
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::pair::AGREE_TIME;
use thirtyfour::Key;

use crate::{log_in, working};

/// The owner's first visit, with the code that `init` printed.
pub(super) async fn first_visit(browser: &Browser, node: &Node) {
    browser.go("/setup").await.unwrap();
    browser.fill("#f-name", node.owner_name()).await.unwrap();
    browser.fill("#f-code", node.code()).await.unwrap();
    browser.fill("#f-password", PASSWORD).await.unwrap();
    browser.fill("#f-again", PASSWORD).await.unwrap();
    browser.click("#f-undertaking").await.unwrap();
    browser.click("main form button.primary").await.unwrap();
    browser.reaches(|path| path == "/").await.unwrap();
}

#[tokio::test]
async fn what_is_edited_at_one_console_appears_on_the_open_page_of_the_other() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client) = working(home.path(), 61).await;
    let here = Browser::open(pair.first.console()).await.unwrap();

    first_visit(&here, &pair.first).await;
    pair.owner_at_second().await.unwrap();
    let there = Browser::open(pair.second.console()).await.unwrap();
    log_in(&there, &pair).await;
    let card = format!("/clients/{}", client.id);
    there.go(&card).await.unwrap();
    let last = client.last_name.unwrap();
    there.shows(&last).await.unwrap();
    // Gone if the page were loaded anew by somebody.
    let witness = "document.documentElement.dataset.witness";
    let mark = format!("{witness} = 'still here'");
    there.driver().execute(mark, Vec::new()).await.unwrap();

    // Found by letters of the name, results while typing, chosen with the mouse.
    here.fill("#q", &last.to_lowercase()).await.unwrap();
    here.click("#found [role=option]").await.unwrap();
    here.reaches(|path| path == card).await.unwrap();
    here.shows(&last).await.unwrap();

    // The phone number is changed.
    here.click(&format!("a[href='{card}/contact']"))
        .await
        .unwrap();
    here.fill("input[name^='phone.']", "044 000 4321")
        .await
        .unwrap();
    here.click("main form.sheet button.primary").await.unwrap();
    here.reaches(|path| path == card).await.unwrap();
    here.shows("+358 44 000 4321").await.unwrap();
    there.shows("+358 44 000 4321").await.unwrap();
    let look = format!("return {witness}");
    let seen = there.driver().execute(look, Vec::new()).await.unwrap();
    assert_eq!(
        seen.json(),
        "still here",
        "the other page was loaded anew instead of being brought up to date"
    );

    // A treatment like the one before is recorded at the other console, and appears here.
    there
        .click("a[href$='/treatments/new?copy=latest']")
        .await
        .unwrap();
    there
        .fill("#f-remarks", "Sama kuin viimeksi")
        .await
        .unwrap();
    there.click("main form.sheet button.primary").await.unwrap();
    there.reaches(|path| path == card).await.unwrap();
    here.shows("Sama kuin viimeksi").await.unwrap();

    assert_eq!(here.complaints().await.unwrap(), [""; 0]);
    assert_eq!(there.complaints().await.unwrap(), [""; 0]);
    pair.agreed(AGREE_TIME).await.unwrap();
}

#[tokio::test]
async fn the_keyboard_alone_finds_edits_and_locks() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client) = working(home.path(), 62).await;
    pair.first.owner_first().await.unwrap();
    let name = pair.first.owner_name();
    let keys = Keyboard::open(pair.first.console()).await.unwrap();
    keys.logs_in(name, PASSWORD).await.unwrap();

    // From anywhere, Ctrl+K leads to the search.
    keys.section('4').await.unwrap();
    keys.follows_keys(Key::Control, 'k').await.unwrap();
    let last = client.last_name.unwrap().to_lowercase();
    keys.finds(&last).await.unwrap();
    let card = format!("/clients/{}", client.id);
    assert_eq!(keys.browser.path().await.unwrap(), card);

    // The way to the form is in the order of tabs, and focus is never hidden on it.
    keys.follows_in("Yhteystiedot", "Muokkaa").await.unwrap();
    keys.writes("Syntymävuosi", "1966").await.unwrap();
    keys.saves().await.unwrap();
    assert_eq!(keys.browser.path().await.unwrap(), card);
    keys.shows("1966").await.unwrap();

    keys.follows_keys(Key::Alt, 'l').await.unwrap();
    assert_eq!(keys.browser.path().await.unwrap(), "/lock");
    keys.ends().await.unwrap();
}
