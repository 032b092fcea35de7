//! An erasure in real browsers: the certificate follows the confirmations, and open pages let go of the client.

use kortisto_tests::browser::Browser;

use crate::{log_in, working};

#[tokio::test]
async fn open_pages_let_go_of_an_erased_client_and_the_certificate_follows() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client) = working(home.path(), 64).await;
    pair.first.owner_first().await.unwrap();
    pair.owner_at_second().await.unwrap();
    let last = client.last_name.unwrap();
    let card = format!("/clients/{}", client.id);

    let here = Browser::open(pair.first.console()).await.unwrap();
    log_in(&here, &pair).await;
    // At the other premises a page on the card and a half-typed form are open.
    let there = Browser::open(pair.second.console()).await.unwrap();
    log_in(&there, &pair).await;
    there.go(&card).await.unwrap();
    there.shows(&last).await.unwrap();
    let typing = Browser::open(pair.second.console()).await.unwrap();
    log_in(&typing, &pair).await;
    typing.go(&format!("{card}/contact")).await.unwrap();
    typing.fill("#f-last", "Puolivalmis").await.unwrap();

    here.go(&format!("{card}/erase")).await.unwrap();
    here.click("input[name=reason][value=ended]").await.unwrap();
    let name = format!("{} {last}", client.first_name.unwrap()).to_lowercase();
    here.fill("#f-name", &name).await.unwrap();
    here.click("main form button.danger").await.unwrap();
    here.reaches(|path| path == format!("/erasures/{}", client.id))
        .await
        .unwrap();
    // Nobody loads the page again: the confirmation arrives, and it shows.
    here.shows("Kaikki toimipisteet ovat vahvistaneet poiston.")
        .await
        .unwrap();
    for browser in [&there, &typing] {
        browser
            .shows("Kortti on poistettu pysyvästi")
            .await
            .unwrap();
        let html = browser.driver().source().await.unwrap();
        assert!(!html.contains(&last) && !html.contains("Puolivalmis"));
    }
    assert_eq!(here.complaints().await.unwrap(), [""; 0]);
}
