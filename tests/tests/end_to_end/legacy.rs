//! The salon program's export that stands beside the project, checked client by client against what a right import holds.

use std::collections::HashMap;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use kortisto_tests::export::Client;
use kortisto_tests::node::Node;
use kortisto_tests::skip;
use serde::Deserialize;

/// Where the files are, from the root of the clone.
const PLACE: &str = "../shared/fixtures/legacy-a";
/// The day on which the expectations were written down.
const WRITTEN: Date = date(2026, 11, 23);
/// What the import of 2,440 clients may take, in seconds. (One minute is the bound for an optimised build.)
const IMPORT_SECONDS: u64 = 60;

#[derive(Deserialize)]
struct Expected {
    clients: Vec<Person>,
    bad_client_rows: usize,
    bad_treatment_rows: usize,
    duplicate_pairs: usize,
}

#[derive(Deserialize)]
struct Person {
    legacy_id: u32,
    last: String,
    first: String,
    birth_year: Option<i64>,
    phone: Option<String>,
    email: Option<String>,
    health: usize,
    identity_code_in_birth: bool,
    identity_code_in_note: bool,
    marketing: bool,
    treatments_within_5y: usize,
}

/// The day by which the importer counts: Finland's, which begins before that of UTC.
fn importers_day() -> Date {
    console::clock::day(jiff::Timestamp::now())
}

/// Treatments of each client that count on `day`: not older than five years, not in the future.
fn counted(treatments: &str, day: Date) -> HashMap<u32, usize> {
    let oldest = day.checked_sub(5.years()).unwrap();
    let mut counts = HashMap::new();
    for line in treatments.lines() {
        let mut cells = line.split(';');
        let (Some(Ok(client)), Some(cell)) = (cells.next().map(str::parse::<u32>), cells.next())
        else {
            continue;
        };
        let parts: Vec<i16> = cell
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        let [d, m, y] = parts[..] else { continue };
        let Ok(visit) = Date::new(y, i8::try_from(m).unwrap(), i8::try_from(d).unwrap()) else {
            continue;
        };
        if visit > oldest && visit <= day {
            *counts.entry(client).or_default() += 1;
        }
    }
    counts
}

/// What differs between a client and what is expected.
fn differences(person: &Person, client: Option<&Client>, treatments: usize) -> Vec<String> {
    let Some(client) = client else {
        return vec!["is missing".to_owned()];
    };
    let phones: Vec<String> = person.phone.iter().cloned().collect();
    let emails: Vec<String> = person.email.iter().cloned().collect();
    let mut found = Vec::new();
    let mut check = |what: &str, same: bool| {
        if !same {
            found.push(what.to_owned());
        }
    };
    check(
        "last name",
        client.last_name.as_deref() == Some(&person.last),
    );
    check(
        "first name",
        client.first_name.as_deref() == Some(&person.first),
    );
    check("birth year", client.birth_year == person.birth_year);
    check("phones", client.phones == phones);
    check("emails", client.emails == emails);
    check("health", client.health.len() == person.health);
    check("marketing", client.marketing.allowed == person.marketing);
    check("treatments", client.treatments.len() == treatments);
    check("conflicts", client.conflicts.is_empty());
    found
}

#[tokio::test]
async fn the_old_register_is_imported_as_it_should_be() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PLACE);
    if !place.is_dir() {
        skip::say("the salon program's export: it is not beside this clone");
        return;
    }
    let expected: Expected =
        serde_json::from_str(&std::fs::read_to_string(place.join("expected.json")).unwrap())
            .unwrap();
    let treatments =
        String::from_utf8_lossy(&std::fs::read(place.join("treatments.csv")).unwrap()).into_owned();
    let (then, now) = (
        counted(&treatments, WRITTEN),
        counted(&treatments, importers_day()),
    );
    // This test reads dates as the expectations do.
    for person in &expected.clients {
        let read = then.get(&person.legacy_id).copied().unwrap_or_default();
        let number = person.legacy_id;
        assert_eq!(read, person.treatments_within_5y, "client {number}");
    }

    let home = tempfile::tempdir().unwrap();
    let mut node = Node::init(home.path(), "Poikuekatu").unwrap();
    node.start().await.unwrap();
    let begun = std::time::Instant::now();
    let report = node
        .import(
            &place.join("clients.csv"),
            Some(&place.join("treatments.csv")),
        )
        .unwrap();
    let took = begun.elapsed();
    let report = report.fine().unwrap();
    check_clients(&expected, &now, &node.clients().unwrap());
    check_report(&report, &expected);
    assert!(took.as_secs() < IMPORT_SECONDS, "the import took {took:?}");
}

/// Every client is there as expected, and nobody else.
fn check_clients(expected: &Expected, treatments: &HashMap<u32, usize>, clients: &[Client]) {
    let by_number: HashMap<String, &Client> = clients
        .iter()
        .map(|client| (client.legacy().unwrap(), client))
        .collect();
    let mut wrong = Vec::new();
    for person in &expected.clients {
        let number = person.legacy_id;
        let client = by_number.get(&number.to_string()).copied();
        let count = treatments.get(&number).copied().unwrap_or_default();
        let found = differences(person, client, count);
        wrong.extend(found.into_iter().map(|what| format!("{number}: {what}")));
        if person.identity_code_in_birth || person.identity_code_in_note {
            let notes = client.map(|client| serde_json::to_string(&client.notes).unwrap());
            if holds_identity_code(&notes.unwrap_or_default()) {
                wrong.push(format!("{number}: keeps an identity code"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {:?}",
        wrong.len(),
        expected.clients.len(),
        &wrong[..wrong.len().min(20)]
    );
    assert_eq!(clients.len(), expected.clients.len());
}

/// Whether six digits, a century sign and four more characters of an identity code stand in a row.
fn holds_identity_code(text: &str) -> bool {
    text.as_bytes().windows(11).any(|window| {
        let (day, rest) = window.split_at(6);
        day.iter().all(u8::is_ascii_digit)
            && b"+-ABCDEFUVWXY".contains(&rest[0])
            && rest[1] == b'9'
            && rest[2..4].iter().all(u8::is_ascii_digit)
            && rest[4].is_ascii_alphanumeric()
    })
}

/// The report says what was left out and what looks like a duplicate.
fn check_report(report: &str, expected: &Expected) {
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let report = &report["preview"];
    let left_out = |file: &str| {
        let problems = report["problems"].as_array().unwrap();
        problems
            .iter()
            .filter(|one| one["file"] == file && one["row_left_out"] == true)
            .count()
    };
    assert_eq!(
        left_out("clients"),
        expected.bad_client_rows,
        "{:#}",
        report["problems"]
    );
    assert_eq!(
        left_out("treatments"),
        expected.bad_treatment_rows,
        "{:#}",
        report["problems"]
    );
    // Names are few and years fewer, so some of 2,440 share both by chance and are rightly listed as well.
    let (reached, named): (Vec<_>, Vec<_>) = report["duplicates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["alike"].as_array().unwrap().clone())
        .partition(|alike| alike.iter().any(|how| how == "phone" || how == "email"));
    assert_eq!(reached.len(), expected.duplicate_pairs);
    assert!(
        named
            .iter()
            .all(|alike| alike[..] == ["name and birth year"])
    );
}
