//! Rules about the sources themselves. They only ever get stricter.

#![expect(
    clippy::unwrap_used,
    reason = "a tidy rule that cannot read its sources has failed"
)]

mod personal;
mod tokens;
mod tree;

use std::collections::BTreeSet;

use tree::{Source, manifest, rust_sources, text_sources};

/// Longest file, in lines.
const FILE_LINES: usize = 600;
/// Longest function, in lines from its signature to its closing brace.
const FUNCTION_LINES: usize = 70;

/// What each crate of ours may use of the others.
const ARROWS: [(&str, &[&str]); 5] = [
    ("register", &[]),
    ("vault", &["register"]),
    ("link", &["register"]),
    ("console", &["register"]),
    ("node", &["register", "vault", "link", "console"]),
];

/// All that the pure crate may use, tests apart: nothing with a clock, a socket, a file or randomness of its own.
const REGISTER_USES: [&str; 16] = [
    "automerge",
    "data-encoding",
    "flate2",
    "hmac",
    "jiff",
    "lru",
    "memchr",
    "negentropy",
    "rand_core",
    "rmp-serde",
    "rmpv",
    "serde",
    "serde_bytes",
    "sha2",
    "thiserror",
    "unicode-normalization",
];

/// What belongs to certain crates alone.
const BELONGS: [(&str, &[&str]); 12] = [
    ("anyhow", &["node"]),
    ("automerge", &["register"]),
    ("axum", &["console"]),
    ("chacha20poly1305", &["vault"]),
    ("clap", &["node"]),
    ("maud", &["console"]),
    ("negentropy", &["register"]),
    ("quinn", &["link"]),
    ("rcgen", &["link"]),
    ("rustls", &["link"]),
    ("sled", &["vault"]),
    ("tracing-subscriber", &["node"]),
];

/// Fails with every complaint at once.
fn check(rule: &str, complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(
        complaints.is_empty(),
        "{rule}:\n  {}",
        complaints.join("\n  ")
    );
}

/// Names of the dependencies of `crates/NAME`, those of its tests included when `with_tests`.
fn uses(name: &str, with_tests: bool) -> BTreeSet<String> {
    let manifest = manifest(&format!("crates/{name}/Cargo.toml"));
    let mut tables = vec!["dependencies", "build-dependencies"];
    if with_tests {
        tables.push("dev-dependencies");
    }
    assert!(
        !manifest.contains_key("target"),
        "{name}: dependencies of one platform only are not counted here"
    );
    tables
        .into_iter()
        .filter_map(|table| manifest.get(table)?.as_table())
        .flat_map(|table| table.keys().cloned())
        .collect()
}

#[test]
fn crates_use_each_other_downwards_only() {
    let ours: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    check(
        "node uses console, link and vault, these use register, and nothing points upwards",
        ARROWS.iter().flat_map(|(name, allowed)| {
            uses(name, true)
                .intersection(&ours)
                .filter(|used| !allowed.contains(&used.as_str()))
                .map(|used| format!("{name} uses {used}"))
                .collect::<Vec<_>>()
        }),
    );
}

#[test]
fn every_crate_has_its_place_in_the_arrows() {
    let found: BTreeSet<String> = rust_sources()
        .iter()
        .filter_map(|source| {
            Some(
                source
                    .path
                    .strip_prefix("crates/")?
                    .split('/')
                    .next()?
                    .to_owned(),
            )
        })
        .collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(found, known);
}

#[test]
fn the_register_is_pure() {
    check(
        "register knows no clock, file, socket, runtime, nor randomness of its own",
        uses("register", false)
            .into_iter()
            .filter(|used| !REGISTER_USES.contains(&used.as_str()))
            .map(|used| format!("register uses {used}")),
    );
}

#[test]
fn what_one_crate_is_for_stays_in_it() {
    check(
        "a crate where the dependency set differs",
        ARROWS.iter().flat_map(|(name, _)| {
            let used = uses(name, false);
            BELONGS
                .iter()
                .filter(|(what, owners)| used.contains(*what) && !owners.contains(name))
                .map(|(what, owners)| {
                    format!("{name} uses {what}, which belongs to {}", owners.join(", "))
                })
                .collect::<Vec<_>>()
        }),
    );
}

#[test]
fn every_package_obeys_the_workspace_lints() {
    check(
        "[lints] workspace = true",
        ARROWS
            .iter()
            .map(|(name, _)| format!("crates/{name}/Cargo.toml"))
            .chain(["tests/Cargo.toml".to_owned()])
            .filter(|path| {
                let lints = manifest(path)
                    .get("lints")
                    .and_then(|lints| lints.get("workspace")?.as_bool());
                lints != Some(true)
            }),
    );
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifests = text_sources()
        .into_iter()
        .filter(|source| source.path.ends_with("Cargo.toml"));
    check(
        "a comment ends every dependency line; members take theirs from the workspace",
        manifests.flat_map(|source| uncommented(&source)),
    );
}

/// Dependency lines of a manifest without a comment.
fn uncommented(source: &Source) -> Vec<String> {
    let mut among_dependencies = false;
    let mut complaints = Vec::new();
    for (number, line) in source.numbered() {
        if line.starts_with('[') {
            among_dependencies = line.trim_end_matches(']').ends_with("dependencies");
            continue;
        }
        let plain = line.trim().is_empty() || line.trim_start().starts_with('#');
        let inherited = line.contains(".workspace = true");
        let commented = line
            .rsplit_once('#')
            .is_some_and(|(_, comment)| comment.trim().len() >= 3);
        if among_dependencies && !plain && !inherited && !commented {
            complaints.push(source.at(number, line));
        }
    }
    complaints
}

#[test]
fn files_are_short_enough_to_read() {
    check(
        "at most 600 lines a file",
        rust_sources().iter().filter_map(|source| {
            let lines = source.text.lines().count();
            (lines > FILE_LINES).then(|| format!("{}: {lines} lines", source.path))
        }),
    );
}

#[test]
fn functions_are_short_enough_to_see() {
    check(
        "at most 70 lines a function",
        rust_sources().iter().flat_map(|source| {
            tokens::functions(&source.text)
                .into_iter()
                .filter(|function| function.lines > FUNCTION_LINES)
                .map(|function| {
                    format!(
                        "{}:{}: {} has {} lines",
                        source.path, function.line, function.name, function.lines
                    )
                })
                .collect::<Vec<_>>()
        }),
    );
}

#[test]
fn nothing_is_left_for_later() {
    check(
        "no placeholder, no ignored test, and a lint is expected with a reason, never allowed",
        rust_sources().iter().flat_map(|source| {
            tokens::forbidden(&source.text)
                .into_iter()
                .map(|(line, what)| format!("{}:{line}: {what}", source.path))
                .collect::<Vec<_>>()
        }),
    );
}

#[test]
fn the_replica_iterates_in_one_order() {
    check(
        "a HashMap iterates in another order in every process, so no seed would replay",
        rust_sources()
            .iter()
            .filter(|source| source.path.starts_with("crates/register/src/"))
            .flat_map(|source| {
                tokens::named(&source.text, &["HashMap", "HashSet", "RandomState"])
                    .into_iter()
                    .map(|(line, name)| format!("{}:{line}: {name}", source.path))
                    .collect::<Vec<_>>()
            }),
    );
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    let root = tree::root();
    let mut places = vec![
        format!("/{}/", "home"),
        format!("/{}/", "root"),
        format!("/{}/", "Users"),
    ];
    places.extend(
        root.parent()
            .map(|parent| format!("{}/", parent.display()))
            .filter(|place| place.len() > 2),
    );
    check(
        "paths are relative to the clone",
        text_sources().iter().flat_map(|source| {
            source
                .numbered()
                .filter(|(_, line)| places.iter().any(|place| line.contains(place.as_str())))
                .map(|(number, line)| source.at(number, line))
                .collect::<Vec<_>>()
        }),
    );
}

#[test]
fn everybody_in_our_files_is_invented() {
    check(
        "phones 040, 044, 045, 050 + 000xxxx; identity codes with individual numbers 900-999; mail at example domains",
        text_sources().iter().flat_map(|source| {
            source
                .numbered()
                .flat_map(|(number, line)| {
                    personal::suspicious(line)
                        .into_iter()
                        .map(move |what| (number, what))
                        .collect::<Vec<_>>()
                })
                .map(|(number, what)| source.at(number, &what))
                .collect::<Vec<_>>()
        }),
    );
}
