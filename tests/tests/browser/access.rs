//! Every page, in every language, light and dark, as assistive technology sees it.

use std::collections::BTreeSet;

use kortisto_tests::axe;
use kortisto_tests::browser::Browser;
use kortisto_tests::demo::{Demo, OWNER, PASSWORD};
use kortisto_tests::rooms;

/// Pages for which nobody has to be logged in.
const DOORS: [&str; 2] = ["/login", "/setup"];

/// What of a page that is wider than its window stands out of it.
const OUTSIDE: &str = "
    if (document.documentElement.scrollWidth <= innerWidth) return '';
    const outside = [...document.querySelectorAll('body *')].filter(
        (one) => one.getBoundingClientRect().right > innerWidth);
    return outside.map((one) => one.tagName + '.' + one.getAttribute('class')).join(' ') || 'nothing';
";

/// The demo, and a page of each kind that its owner finds by links.
async fn house() -> (tempfile::TempDir, Demo, Vec<String>) {
    let home = tempfile::tempdir().unwrap();
    let demo = Demo::start(&home.path().join("demo")).unwrap();
    demo.runs().await.unwrap();
    let owner = demo.owner(0).await.unwrap();
    let mut found = rooms::find(&owner).await.unwrap();
    let kinds: BTreeSet<String> = found.keys().cloned().collect();
    let missed: Vec<String> = rooms::kinds().difference(&kinds).cloned().collect();
    assert_eq!(missed, DOORS, "every other page has a link to it");
    found.retain(|kind, _| !DOORS.contains(&kind.as_str()));
    (home, demo, found.into_values().collect())
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
async fn examiner(demo: &Demo) -> Browser {
    let browser = Browser::open(demo.console(0)).await.unwrap();
    axe::carry(&browser).await.unwrap();
    browser
}

#[tokio::test]
async fn every_page_is_accessible_in_three_languages() {
    let (_home, demo, rooms) = house().await;
    let doors: Vec<String> = DOORS.map(str::to_owned).to_vec();

    // Two browsers share the pages: one alone leaves the machine half idle.
    let one = async {
        let browser = examiner(&demo).await;
        let mut wrong = Vec::new();
        for language in ["fi", "sv", "en"] {
            wrong.extend(examine(&browser, language, false, &doors).await);
        }
        browser.log_in(OWNER, PASSWORD).await.unwrap();
        for language in ["fi", "sv"] {
            wrong.extend(examine(&browser, language, false, &rooms).await);
        }
        assert_eq!(browser.complaints().await.unwrap(), [""; 0]);
        wrong
    };
    let other = async {
        let browser = examiner(&demo).await;
        browser.log_in(OWNER, PASSWORD).await.unwrap();
        let mut wrong = examine(&browser, "en", false, &rooms).await;
        darken(&browser).await;
        wrong.extend(examine(&browser, "fi", true, &rooms).await);
        assert_eq!(browser.complaints().await.unwrap(), [""; 0]);
        wrong
    };
    let (mut wrong, others) = tokio::join!(one, other);
    wrong.extend(others);
    demo.end().await.unwrap();
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
    let (_home, demo, rooms) = house().await;
    let browser = Browser::open(demo.console(0)).await.unwrap();
    browser.log_in(OWNER, PASSWORD).await.unwrap();
    let narrow =
        serde_json::json!({"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": false});
    let tools = browser.driver().cdp();
    tools
        .send_raw("Emulation.setDeviceMetricsOverride", narrow)
        .await
        .unwrap();
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
    demo.end().await.unwrap();
    assert!(
        wide.is_empty(),
        "wider than 320 pixels:\n{}",
        wide.join("\n")
    );
}
