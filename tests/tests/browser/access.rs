//! Every page, in every language, light and dark, as assistive technology sees it.

use std::collections::BTreeSet;

use kortisto_tests::axe;
use kortisto_tests::browser::Browser;
use kortisto_tests::demo::{Demo, OWNER, PASSWORD};
use kortisto_tests::rooms;
use serde_json::json;

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
    let dark = json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]});
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

/// A kind of window or paper, as the browser's tools take it, and what is wrong with a page on it.
struct Shape {
    name: &'static str,
    /// CSS pixels.
    size: (u32, u32),
    media: &'static str,
    /// What a page answers with on it, as a script: nothing, when all is well.
    faults: &'static [&'static str],
}

/// WCAG 2.2, 1.4.10, asks for the first: nobody who enlarges a page to four times its size has to scroll in two
/// directions. The paper is A4 within the margins of the style sheet.
const SHAPES: [Shape; 3] = [
    Shape {
        name: "320 pixels",
        size: (320, 640),
        media: "screen",
        faults: &[OUTSIDE],
    },
    Shape {
        name: "4K",
        size: (3840, 2160),
        media: "screen",
        faults: &[OUTSIDE, LONG],
    },
    Shape {
        name: "paper",
        size: (658, 990),
        media: "print",
        faults: &[OUTSIDE, PALE, LEFT],
    },
];

/// Paragraphs in which the eye loses the line: over a hundred letters to one.
const LONG: &str = "
    const letter = (one) => {
        const ruler = document.createElement('canvas').getContext('2d');
        const { fontSize, fontFamily } = getComputedStyle(one);
        ruler.font = fontSize + ' ' + fontFamily;
        return ruler.measureText('0').width;
    };
    const words = [...document.querySelectorAll('main p, main li, main dd')].filter(
        (one) => one.checkVisibility() && !one.querySelector('div, p, ul, a, form'));
    const long = words.filter((one) => {
        const lines = document.createRange();
        lines.selectNodeContents(one);
        return lines.getBoundingClientRect().width > 100 * letter(one);
    });
    return long.map((one) => one.textContent.trim()).join(' | ');
";

/// Words that would be pale on white paper, where browsers print no backgrounds: WCAG 2.2, 1.4.3, against white.
const PALE: &str = "
    const part = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const contrast = (color) => {
        const [red, green, blue] = color.match(/[\\d.]+/g).map((value) => part(value / 255));
        return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
    };
    const words = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility()
        && [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
    const pale = words.filter((one) => contrast(getComputedStyle(one).color) < 4.5);
    return pale.map((one) => one.tagName + '.' + one.getAttribute('class')).join(' ');
";

/// What is of no use on paper.
const LEFT: &str = "
    const left = [...document.querySelectorAll('header nav, main button, .skip')].filter((one) => one.checkVisibility());
    return left.map((one) => one.tagName + ' ' + one.textContent.trim()).join(' | ');
";

async fn take_shape(browser: &Browser, shape: &Shape) {
    let tools = browser.driver().cdp();
    let (width, height) = shape.size;
    let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
    tools
        .send_raw("Emulation.setDeviceMetricsOverride", size)
        .await
        .unwrap();
    let media = json!({"media": shape.media});
    tools
        .send_raw("Emulation.setEmulatedMedia", media)
        .await
        .unwrap();
}

#[tokio::test]
async fn every_page_fits_from_320_pixels_to_4k_and_on_paper() {
    let (_home, demo, rooms) = house().await;
    let browser = Browser::open(demo.console(0)).await.unwrap();
    browser.log_in(OWNER, PASSWORD).await.unwrap();
    // Who works in the dark prints on white paper all the same.
    browser.go("/me").await.unwrap();
    browser
        .click("input[name=theme][value=dark]")
        .await
        .unwrap();
    browser.click("form[action='/me'] button").await.unwrap();
    browser.element("[data-theme=dark] main h1").await.unwrap();
    let mut wrong = Vec::new();
    for shape in &SHAPES {
        take_shape(&browser, shape).await;
        for path in &rooms {
            browser.go(path).await.unwrap();
            browser.element("main h1").await.unwrap();
            for script in shape.faults {
                let found = browser.driver().execute(*script, Vec::new()).await.unwrap();
                let found = found.json().as_str().unwrap();
                if !found.is_empty() {
                    wrong.push(format!("{path} on {}: {found}", shape.name));
                }
            }
        }
    }
    demo.end().await.unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
