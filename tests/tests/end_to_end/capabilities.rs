//! That programs can do what pages can: `tests/capabilities.md`, checked against every door.

use std::collections::BTreeSet;

const MAP: &str = include_str!("../../capabilities.md");
const ROOT: &str = "/api/v1";

/// What stands in backticks in a cell.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_page_has_its_operations_or_says_why_not() {
    let doors = console::doors();
    let (of_api, of_pages): (Vec<_>, Vec<_>) = doors
        .iter()
        .partition(|door| door.path.starts_with(&format!("{ROOT}/")));
    let pages: BTreeSet<String> = of_pages.iter().map(|door| door.path.clone()).collect();
    let operations: BTreeSet<String> = of_api
        .iter()
        .map(|door| format!("{} {}", door.method, door.path.trim_start_matches(ROOT)))
        .collect();
    let mut mapped = BTreeSet::new();
    let mut done = BTreeSet::new();
    for row in MAP.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [page, how] = cells[..] else {
            panic!("not two cells: {row}");
        };
        let page = quoted(page).remove(0);
        let named = quoted(how);
        let why = how.trim_end_matches('|').trim();
        assert!(!why.is_empty(), "{page} has no operation and says not why");
        assert!(mapped.insert(page), "twice: {row}");
        done.extend(named.into_iter().filter(|one| !one.starts_with("kortisto")));
    }
    assert_eq!(mapped, pages);
    assert_eq!(done, operations);
}
