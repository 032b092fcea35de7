//! Every page of the console that a visitor finds by following links, one of each kind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use console::{Access, Door};

use crate::html::links;
use crate::web::Visitor;

/// How many pages of one kind are opened to find links that not each of them has.
const OPENED: usize = 20;
/// How many cards: what stands on one stands on few others.
const CARDS: usize = 300;
const CARD: &str = "/clients/{id}";
/// What is searched for, each letter by itself, to find cards that no other page leads to.
const SEARCHED: &str = "aehijklmnoprstuvy";
/// Doors that lead to no page that stands by itself: parts of pages, streams, files, and pages that only a form on its
/// way shows, and addresses to come back to once the password was given.
const NO_PAGES: [&str; 15] = [
    "/alarms",
    "/assets/{hash}/{name}",
    "/confirm",
    "/events",
    "/language/{code}",
    "/lock",
    "/login/code",
    "/marketing/{id}/send",
    "/marketing/{id}/take",
    "/pair/accept",
    "/pair/confirm",
    "/pair/invite",
    "/premises/line",
    "/retention/run",
    "/undertaking",
];

/// The pages of the console, by their doors, each as a path like `/clients/{id}`.
#[must_use]
pub fn kinds() -> BTreeSet<String> {
    let doors = console::doors().into_iter().filter(is_page);
    doors.map(|door| door.path).collect()
}

fn is_page(door: &Door) -> bool {
    let file = [".csv", ".json", ".svg"]
        .iter()
        .any(|end| door.path.ends_with(end));
    let of_api = matches!(door.access, Access::Token(_));
    door.method == "GET" && !file && !of_api && !NO_PAGES.contains(&door.path.as_str())
}

/// The kind of page at a path; the one with the fewest parts that stand for ids.
fn kind<'a>(kinds: &'a BTreeSet<String>, path: &str) -> Option<&'a String> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |kind: &&String| {
        let wanted: Vec<&str> = kind.split('/').collect();
        wanted.len() == parts.len()
            && wanted
                .iter()
                .zip(&parts)
                .all(|(wanted, part)| wanted.starts_with('{') || wanted == part)
    };
    kinds
        .iter()
        .filter(fits)
        .min_by_key(|kind| kind.matches('{').count())
}

/// One page of each kind that the owner can find from the first one and by searching, by kind. Puts a privacy notice in
/// use first, so that there is one to be found.
///
/// # Errors
/// When a page can't be opened.
pub async fn find(owner: &Visitor) -> anyhow::Result<BTreeMap<String, String>> {
    let notice = owner.open("/admin/papers/notice").await?;
    owner.send(&notice.form("/notice")?).await?;
    let kinds = kinds();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut opened: BTreeMap<&String, usize> = BTreeMap::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut ahead = VecDeque::from(["/".to_owned()]);
    let search = owner.open("/clients").await?.form("/clients")?;
    for letter in SEARCHED.chars() {
        let typed = search.clone().with("q", &letter.to_string());
        ahead.extend(links(&owner.send(&typed).await?.html));
    }
    while let Some(link) = ahead.pop_front() {
        let path = link.split(['?', '#']).next().unwrap_or_default();
        let Some(kind) = kind(&kinds, path) else {
            continue;
        };
        let times = opened.entry(kind).or_default();
        let most = if kind == CARD { CARDS } else { OPENED };
        if *times >= most || !seen.insert(link.clone()) {
            continue;
        }
        *times += 1;
        let page = owner.open(&link).await?;
        let itself = page.path.split(['?', '#']).next() == Some(path);
        if page.status.is_success() && itself {
            found.entry(kind.clone()).or_insert_with(|| path.to_owned());
        }
        ahead.extend(links(&page.html));
    }
    Ok(found)
}
