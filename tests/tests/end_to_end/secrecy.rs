//! No file of a node's directory, nor its log, holds anything of a client that could be read.

use std::path::{Path, PathBuf};

use kortisto_tests::node::{Node, PASSWORD};
use kortisto_tests::pair::{AGREE_TIME, Pair};
use kortisto_tests::sample::Register;
use kortisto_tests::web::Visitor;

use crate::{by_number, register};

/// Every file below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

/// The ways in which a text may lie in a file.
pub(crate) fn encodings(text: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        all.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        all.push(text.into_bytes());
    }
    all.sort();
    all.dedup();
    all
}

/// Which of `needles` stand in the bytes: looked up by their first bytes, so that one pass finds all.
pub(crate) fn found<'a>(bytes: &[u8], needles: &'a [(String, Vec<u8>)]) -> Vec<&'a str> {
    let mut by_start: Vec<Vec<usize>> = vec![Vec::new(); 1 << 16];
    for (index, (_, needle)) in needles.iter().enumerate() {
        by_start[usize::from(u16::from_be_bytes([needle[0], needle[1]]))].push(index);
    }
    let mut found = Vec::new();
    for at in 0..bytes.len().saturating_sub(1) {
        for index in &by_start[usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]))] {
            let (name, needle) = &needles[*index];
            if bytes[at..].starts_with(needle) {
                found.push(name.as_str());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn check_sealed(node: &Node, log: &str, words: &[String]) {
    let needles: Vec<(String, Vec<u8>)> = words
        .iter()
        .flat_map(|word| {
            encodings(word)
                .into_iter()
                .map(|bytes| (word.clone(), bytes))
        })
        .collect();
    let all = files(node.directory());
    assert!(all.len() > 4, "only {all:?}");
    for file in all {
        let bytes = std::fs::read(&file).unwrap();
        assert_eq!(found(&bytes, &needles), [""; 0], "in {}", file.display());
    }
    assert_eq!(found(log.as_bytes(), &needles), [""; 0], "in the log");
}

#[test]
fn the_scan_finds_what_is_planted() {
    let needles: Vec<(String, Vec<u8>)> = encodings("Öljymäki")
        .into_iter()
        .map(|bytes| ("Öljymäki".to_owned(), bytes))
        .collect();
    for text in encodings("ÖLJYMÄKI") {
        let bytes = [b"....".as_slice(), &text, b"...."].concat();
        assert_eq!(found(&bytes, &needles), ["Öljymäki"]);
    }
    assert_eq!(found(b"nothing here", &needles), [""; 0]);
}

/// Words that [`plant`] puts into a card, and one that was refused.
const PLANTED: [&str; 9] = [
    "Salamyhkäinen",
    "Piilopolku",
    "450009876",
    "45 000 9876",
    "Kuutamokäsittely",
    "kyynärtaive",
    "Kobolttiallergia",
    "Väärinkirjoitettu",
    "440005555",
];

/// Puts [`PLANTED`] into every kind of field of a card, by the console.
async fn plant(owner: &Visitor, client: &str) {
    owner
        .edit_contact(
            client,
            &[
                ("last", "Salamyhkäinen"),
                ("street", "Piilopolku 17"),
                ("phone.new1", "0450009876"),
            ],
        )
        .await
        .unwrap();
    let treatment = [
        ("name", "Kuutamokäsittely"),
        ("remarks", "Arka kyynärtaive"),
    ];
    owner
        .add_entry(client, "treatments", &treatment)
        .await
        .unwrap();
    let health = [
        ("text", "Kobolttiallergia"),
        ("level", "caution"),
        ("kind", "allergy"),
    ];
    owner.add_entry(client, "health", &health).await.unwrap();
    let page = owner.open("/clients").await.unwrap();
    let search = page.form("/clients").unwrap();
    let found = owner.send(&search.with("q", "salamyhk")).await.unwrap();
    assert!(found.html.contains("Salamyhkäinen"));
    // What is refused must not be logged either.
    let form = owner
        .contact_form(client)
        .await
        .unwrap()
        .with("phone.new1", "Väärinkirjoitettu 0440005555");
    assert!(!owner.post(&form).await.unwrap().status().is_redirection());
}

/// Every word that an invented register has of its people.
fn words_of(register: &Register) -> Vec<String> {
    let mut words = Vec::new();
    for person in &register.people {
        let spaced = format!("40 {} {}", &person.subscriber[..3], &person.subscriber[3..]);
        words.extend([
            person.last.clone(),
            person.first.to_owned(),
            format!("40{}", person.subscriber),
            spaced,
            person.email.clone(),
        ]);
        let texts = person.health.into_iter().chain(person.note);
        let treatments = person.visits.iter().map(|(_, treatment)| *treatment);
        words.extend(texts.chain(treatments).map(str::to_owned));
    }
    words
}

#[tokio::test]
async fn nothing_of_a_client_can_be_read_in_any_file() {
    let home = tempfile::tempdir().unwrap();
    let (register, files) = register(home.path(), 31, 60);
    let mut pair = Pair::start(home.path(), 31).await.unwrap();
    pair.first
        .import(&files.clients, Some(&files.treatments))
        .unwrap()
        .fine()
        .unwrap();
    let owner = pair.first.owner_first().await.unwrap();
    let client = by_number(&pair.first.clients().unwrap(), 7).id.clone();
    plant(&owner, &client).await;
    pair.agreed_when(AGREE_TIME, |export| export.contains("Kobolttiallergia"))
        .await
        .unwrap();

    let mut words = words_of(&register);
    words.extend(PLANTED.map(str::to_owned));
    words.push(PASSWORD.to_owned());
    words.sort();
    words.dedup();
    // Running, and once more when everything has been written out.
    for node in [&pair.first, &pair.second] {
        check_sealed(node, &node.log().unwrap(), &words);
    }
    for node in [&mut pair.first, &mut pair.second] {
        node.stop().unwrap();
        check_sealed(node, &node.log().unwrap(), &words);
    }
}
