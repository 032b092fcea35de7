//! Every page, in every language, light and dark, as assistive technology sees it.

use kortisto_tests::axe;
use kortisto_tests::browser::Browser;
use kortisto_tests::export::Client;
use kortisto_tests::pair::Pair;

use crate::{log_in, working};

/// Pages for which nobody has to be logged in.
const DOORS: [&str; 2] = ["/login", "/setup"];
/// Pages of the owner.
const ROOMS: [&str; 36] = [
    "/",
    "/adverse-events",
    "/consent",
    "/clients",
    "/clients/new",
    "/conflicts",
    "/duplicates",
    "/requests",
    "/marketing",
    "/marketing/new",
    "/premises",
    "/pair",
    "/admin/users",
    "/admin/tokens",
    "/admin/tokens/new",
    "/api",
    "/retention",
    "/audit",
    "/erasures",
    "/tasks",
    "/treatments",
    "/treatments/new",
    "/treatments/batches",
    "/contracts",
    "/me",
    "/me/second-factor",
    "/help",
    "/admin/overview",
    "/admin/clinic",
    "/admin/papers",
    "/admin/papers/notice",
    "/admin/papers/changes",
    "/admin/papers/record",
    "/admin/papers/undertaking",
    "/breaches/new",
    "/breaches/held",
];
/// Pages of a card.
const CARD: [&str; 22] = [
    "",
    "/health",
    "/contact",
    "/marketing",
    "/treatments/new",
    "/health/new",
    "/notes/new",
    "/health/consent",
    "/patch-tests/new",
    "/adverse-events/new",
    "/refusals/new",
    "/contact-only",
    "/minor",
    "/requests/new",
    "/package",
    "/history",
    "/erase",
    "/health/withdraw",
    "/history/clear",
    "/claim",
    "/restriction",
    "/changes",
];

/// What of a page that is wider than its window stands out of it.
const OUTSIDE: &str = "
    if (document.documentElement.scrollWidth <= innerWidth) return '';
    const outside = [...document.querySelectorAll('body *')].filter(
        (one) => one.getBoundingClientRect().right > innerWidth);
    return outside.map((one) => one.tagName + '.' + one.getAttribute('class')).join(' ') || 'nothing';
";

/// Every page of the owner: the rooms, those of a card, and those of the other premises.
fn rooms(pair: &Pair, client: &Client) -> Vec<String> {
    let mut rooms: Vec<String> = ROOMS.map(str::to_owned).to_vec();
    rooms.extend(CARD.map(|page| format!("/clients/{}{page}", client.id)));
    let other = pair.second.status().unwrap();
    let other = other["node"].as_str().unwrap();
    rooms.push(format!("/premises/{other}/revoke"));
    rooms
}

/// Opens each page in one language and returns what is wrong with them.
async fn examine(browser: &Browser, language: &str, dark: bool, paths: &[String]) -> Vec<String> {
    browser
        .go(&format!("/language/{language}?next=/login"))
        .await
        .unwrap();
    let mut wrong = Vec::new();
    for path in paths {
        browser.go(path).await.unwrap();
        let seen = axe::look(browser).await.unwrap();
        for (fault, holds) in [
            ("leads elsewhere", seen.path == *path),
            ("is in another language", seen.language == language),
            ("has other colours", seen.dark == dark),
            ("has no title", seen.titled),
        ] {
            if !holds {
                wrong.push(format!("{path} in {language} {fault}: {seen:?}"));
            }
        }
        for rule in seen.violations {
            wrong.push(format!(
                "{path} in {language}: {}: {} {:?}",
                rule.id, rule.help, rule.nodes
            ));
        }
    }
    wrong
}

/// Has the browser show pages as on a machine that is set to dark.
async fn darken(browser: &Browser) {
    let dark = serde_json::json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
    let tools = browser.driver().cdp();
    tools
        .send_raw("Emulation.setEmulatedMedia", dark)
        .await
        .unwrap();
}

/// A browser whose pages carry the tool.
async fn examiner(pair: &Pair) -> Browser {
    let browser = Browser::open(pair.first.console()).await.unwrap();
    axe::carry(&browser).await.unwrap();
    browser
}

#[tokio::test]
async fn every_page_is_accessible_in_three_languages() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client) = working(home.path(), 63).await;
    pair.first.owner_first().await.unwrap();
    let doors: Vec<String> = DOORS.map(str::to_owned).to_vec();
    let rooms = rooms(&pair, &client);

    // Two browsers share the pages: one alone leaves the machine half idle.
    let one = async {
        let browser = examiner(&pair).await;
        let mut wrong = Vec::new();
        for language in ["fi", "sv", "en"] {
            wrong.extend(examine(&browser, language, false, &doors).await);
        }
        log_in(&browser, &pair).await;
        for language in ["fi", "sv"] {
            wrong.extend(examine(&browser, language, false, &rooms).await);
        }
        assert_eq!(browser.complaints().await.unwrap(), [""; 0]);
        wrong
    };
    let other = async {
        let browser = examiner(&pair).await;
        log_in(&browser, &pair).await;
        let mut wrong = examine(&browser, "en", false, &rooms).await;
        darken(&browser).await;
        wrong.extend(examine(&browser, "fi", true, &rooms).await);
        assert_eq!(browser.complaints().await.unwrap(), [""; 0]);
        wrong
    };
    let (mut wrong, others) = tokio::join!(one, other);
    wrong.extend(others);
    assert!(
        wrong.is_empty(),
        "{} findings:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// WCAG 2.2, 1.4.10: nobody who enlarges a page to four times its size has to scroll in two directions.
#[tokio::test]
async fn every_page_fits_a_width_of_320_pixels() {
    let home = tempfile::tempdir().unwrap();
    let (pair, client) = working(home.path(), 64).await;
    pair.first.owner_first().await.unwrap();
    let browser = Browser::open(pair.first.console()).await.unwrap();
    log_in(&browser, &pair).await;
    let narrow =
        serde_json::json!({"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": false});
    let tools = browser.driver().cdp();
    tools
        .send_raw("Emulation.setDeviceMetricsOverride", narrow)
        .await
        .unwrap();
    let rooms = rooms(&pair, &client);
    let mut wide = Vec::new();
    for path in rooms {
        browser.go(&path).await.unwrap();
        browser.element("main h1").await.unwrap();
        let found = browser.driver().execute(OUTSIDE, Vec::new()).await.unwrap();
        let found = found.json().as_str().unwrap();
        if !found.is_empty() {
            wide.push(format!("{path}: {found}"));
        }
    }
    assert!(
        wide.is_empty(),
        "wider than 320 pixels:\n{}",
        wide.join("\n")
    );
}
