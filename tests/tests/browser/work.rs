//! A first visit, a client found and edited, and the other console that shows it by itself.

use kortisto_tests::browser::Browser;
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
    let browser = Browser::open(pair.first.console()).await.unwrap();
    browser.go("/login").await.unwrap();
    tab_to(&browser, "f-name").await;
    browser
        .keys(format!(
            "{}{}{PASSWORD}{}",
            pair.first.owner_name(),
            Key::Tab.value(),
            Key::Enter.value()
        ))
        .await
        .unwrap();
    browser.reaches(|path| path == "/").await.unwrap();

    // From anywhere, Ctrl+K leads to the search.
    browser.go("/premises").await.unwrap();
    browser.element("main h1").await.unwrap();
    chord(&browser, Key::Control, "k").await;
    let card = format!("/clients/{}", client.id);
    browser
        .keys(client.last_name.unwrap().to_lowercase())
        .await
        .unwrap();
    browser.element("#found [role=option]").await.unwrap();
    browser
        .keys(format!("{}", Key::Down.value()))
        .await
        .unwrap();
    browser
        .keys(format!("{}", Key::Enter.value()))
        .await
        .unwrap();
    browser.reaches(|path| path == card).await.unwrap();

    // The way to the form is in the order of tabs, and focus is never hidden on it.
    tab_to(&browser, &format!("{card}/contact")).await;
    browser
        .keys(format!("{}", Key::Enter.value()))
        .await
        .unwrap();
    browser
        .reaches(|path| path.ends_with("/contact"))
        .await
        .unwrap();
    tab_to(&browser, "f-year").await;
    chord(&browser, Key::Control, "a").await;
    browser.keys("1966").await.unwrap();
    chord(&browser, Key::Control, "s").await;
    browser.reaches(|path| path == card).await.unwrap();
    browser.shows("1966").await.unwrap();

    chord(&browser, Key::Alt, "l").await;
    browser.reaches(|path| path == "/lock").await.unwrap();
    assert_eq!(browser.complaints().await.unwrap(), [""; 0]);
}

/// Presses Tab until the element with this id or this target has the focus, and is in sight.
async fn tab_to(browser: &Browser, wanted: &str) {
    /// No page needs more.
    const TABS: usize = 80;
    let script = "const at = document.activeElement, box = at.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
        const seen = at === document.body || at === top || at.contains(top) || (top && top.contains(at)) || box.width < 2;
        return [at.id, at.getAttribute('href') ?? '', seen];";
    let mut passed = Vec::new();
    for _ in 0..TABS {
        let at = browser
            .driver()
            .execute(script, Vec::new())
            .await
            .unwrap()
            .json()
            .clone();
        if at[0] == wanted || at[1] == wanted {
            assert_eq!(at[2], true, "{wanted} has the focus and can't be seen");
            return;
        }
        passed.push(at);
        browser.keys(format!("{}", Key::Tab.value())).await.unwrap();
    }
    panic!("{wanted} is not in the order of tabs: {passed:?}");
}

async fn chord(browser: &Browser, held: Key, key: &str) {
    let chain = browser.driver().action_chain();
    chain
        .key_down(held.clone())
        .send_keys(key)
        .key_up(held)
        .perform()
        .await
        .unwrap();
}
