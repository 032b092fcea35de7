//! Which pages and tests keep each clause of the notice: `tests/clauses.md`, checked against both.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const MAP: &str = include_str!("../../clauses.md");
/// What the names of tests begin with that are named after a clause of the notice or an article of the law.
const NAMED: [&str; 4] = ["clause_", "clauses_", "article_", "articles_"];

/// How a test says that it needs no mouse.
const BY_KEYBOARD: &str = "by_the_keyboard_alone";
/// The one line whose page shows that a promise is kept, and where nobody does anything about it.
const NO_WORK: &str = "9 secrecy";

/// One line of the map's table.
struct Line {
    clause: String,
    pages: Vec<String>,
    tests: Vec<String>,
}

#[test]
fn every_clause_has_its_pages_and_tests_and_they_exist() {
    let lines = lines();
    assert!(lines.len() >= 25, "only {} lines", lines.len());
    let doors: BTreeSet<String> = console::doors().into_iter().map(|door| door.path).collect();
    let tests = tests();
    for Line {
        clause,
        pages,
        tests: named,
    } in &lines
    {
        assert!(!named.is_empty(), "no test shows {clause}");
        assert!(
            clause == NO_WORK || named.iter().any(|test| test.contains(BY_KEYBOARD)),
            "no test does what {clause} asks for without a mouse"
        );
        for page in pages {
            assert!(doors.contains(page), "{clause}: no page {page}");
        }
        for test in named {
            assert!(tests.contains(test), "{clause}: no test {test}");
        }
    }
    let mapped: BTreeSet<&String> = lines.iter().flat_map(|line| &line.tests).collect();
    for test in &tests {
        let of_a_clause = NAMED.iter().any(|start| test.starts_with(start));
        assert!(
            !of_a_clause || mapped.contains(test),
            "{test} is named after a clause and not in the map"
        );
    }
}

fn lines() -> Vec<Line> {
    let rows = MAP.lines().filter(|line| line.starts_with("| "));
    rows.skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            assert_eq!(cells.len(), 4, "{row}");
            Line {
                clause: cells[0].to_owned(),
                pages: quoted(cells[2]),
                tests: quoted(cells[3]),
            }
        })
        .collect()
}

/// What stands in backticks.
fn quoted(cell: &str) -> Vec<String> {
    let parts = cell.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// The names of all tests in the tree.
fn tests() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
    for part in ["tests", "crates"] {
        gather(&root.join(part), &mut names);
    }
    names
}

fn gather(directory: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, names);
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim) {
                let name = line.trim_start_matches("async ").strip_prefix("fn ");
                if let Some((name, _)) = name.and_then(|rest| rest.split_once('(')) {
                    if is_test {
                        names.insert(name.to_owned());
                    }
                    is_test = false;
                }
                is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            }
        }
    }
}
