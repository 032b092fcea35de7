//! Two owners pair their premises at two consoles, and each page goes on by itself.

use kortisto_tests::browser::Browser;
use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::sample::Register;

use crate::work::first_visit;

/// To the page of pairing, with the password given.
async fn begin(browser: &Browser, node: &Node) {
    first_visit(browser, node).await;
    browser.go("/confirm?next=/pair").await.unwrap();
    browser.fill("#f-password", PASSWORD).await.unwrap();
    browser.click("main form button.primary").await.unwrap();
    browser.reaches(|path| path == "/pair").await.unwrap();
}

async fn text(browser: &Browser, css: &str) -> String {
    let element = browser.element(css).await.unwrap();
    element.text().await.unwrap()
}

#[tokio::test]
async fn two_consoles_pair_and_both_pages_go_on_by_themselves() {
    let home = tempfile::tempdir().unwrap();
    let today = jiff::tz::Offset::UTC
        .to_datetime(jiff::Timestamp::now())
        .date();
    let files = Register::invented(63, 15, today)
        .write(&home.path().join("legacy"))
        .unwrap();
    let mut first = Node::init(home.path(), "Poikuekatu").unwrap();
    let mut second = Node::init(home.path(), "Aleksanterinkatu").unwrap();
    first.start().await.unwrap();
    second.start().await.unwrap();
    first.import(&files.clients, None).unwrap().fine().unwrap();
    let here = Browser::open(first.console()).await.unwrap();
    let there = Browser::open(second.console()).await.unwrap();
    begin(&here, &first).await;
    begin(&there, &second).await;

    here.click("form[action='/pair/invite'] button")
        .await
        .unwrap();
    let invitation = text(&here, ".invitation").await;
    here.element(".qr svg").await.unwrap();
    there.fill("#f-invitation", &invitation).await.unwrap();
    there
        .click("form[action='/pair/accept'] button")
        .await
        .unwrap();
    // The page that showed the invitation shows the phrase without being loaded anew.
    let phrase = text(&here, "main .code").await;
    assert_eq!(phrase, text(&there, "main .code").await);
    assert_eq!(phrase.split(' ').count(), 3);
    here.click("form[action='/pair/confirm'] button")
        .await
        .unwrap();
    there.shows("Poikuekatu on vahvistanut").await.unwrap();
    there
        .click("form[action='/pair/confirm'] button")
        .await
        .unwrap();
    here.shows("Aleksanterinkatu on liitetty").await.unwrap();
    there
        .shows("Valmis: molemmissa on samat tiedot")
        .await
        .unwrap();
    assert_eq!(here.complaints().await.unwrap(), [""; 0]);
    assert_eq!(there.complaints().await.unwrap(), [""; 0]);
}
