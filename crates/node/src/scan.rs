//! Looks for texts in every file of a node, in every form in which they could lie there.
//!
//! What is found is told by file, offset, line of the list and form, never by the text itself. Sealed
//! bytes can't be told from chance, so a text of four bytes may be found where it never stood, about
//! once in 4 GB and form; longer ones practically never.

mod form;
mod search;
mod walk;

use std::io::Read as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

pub use form::Form;
pub use search::Search;

use crate::exit::{Attempt as _, Exit, Failure, Outcome};

/// The longest list of texts, in bytes.
const LIST_LIMIT_BYTES: u64 = 4 * 1024 * 1024;
/// The most texts that are looked for at once.
const TEXTS_LIMIT: usize = 10_000;
/// The shortest text, in bytes: a shorter one stands in any sealed file by chance.
const TEXT_MIN_BYTES: usize = 4;
/// The most places that are listed; more are counted.
const PLACES_LIMIT: usize = 1_000;

/// One place where a text was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, in the node's directory.
    pub file: String,
    /// Bytes from its beginning.
    pub offset: u64,
    /// The text's line in the list, from 1.
    pub line: usize,
    /// The form in which it stands there.
    pub form: Form,
}

/// What was looked through and found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scanned {
    /// Texts looked for.
    pub texts: usize,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Where texts were found, at most a thousand places.
    pub found: Vec<Place>,
    /// How many more there are.
    pub omitted: u64,
    /// Files that are images of a process's memory, which holds clients.
    pub dumps: Vec<String>,
}

impl Scanned {
    /// Whether nothing was found.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.found.is_empty() && self.dumps.is_empty()
    }
}

/// The texts of a list, with their line numbers. Empty lines are passed over.
///
/// # Errors
/// When the file can't be read, is no UTF-8, is too long, or holds a text that is too short.
pub fn read_list(path: &Path) -> Outcome<Vec<(usize, String)>> {
    let doing = || format!("read the list of texts {}", path.display());
    let refused = |sentence: String| Failure::said(Exit::Refused, sentence);
    let file = std::fs::File::open(path).attempt(doing())?;
    let mut bytes = Vec::new();
    file.take(LIST_LIMIT_BYTES + 1)
        .read_to_end(&mut bytes)
        .attempt(doing())?;
    if bytes.len() as u64 > LIST_LIMIT_BYTES {
        let sentence = format!("a list of texts has at most {LIST_LIMIT_BYTES} bytes");
        return Err(refused(sentence));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| refused("a list of texts is in UTF-8, one a line".to_owned()))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = (1..).zip(text.lines().map(str::trim));
    let texts: Vec<(usize, String)> = lines
        .filter(|(_, text)| !text.is_empty())
        .map(|(line, text)| (line, text.to_owned()))
        .collect();
    if texts.len() > TEXTS_LIMIT {
        let sentence = format!("at most {TEXTS_LIMIT} texts are looked for at once");
        return Err(refused(sentence));
    }
    match texts.iter().find(|(_, text)| text.len() < TEXT_MIN_BYTES) {
        Some((line, _)) => Err(refused(format!(
            "line {line} of the list is shorter than {TEXT_MIN_BYTES} bytes, which stand in any file by chance"
        ))),
        None => Ok(texts),
    }
}

/// Looks through every file below `dir` for the texts.
///
/// A file that comes while this runs is read as well; one that goes is no error.
///
/// # Errors
/// When a file can't be read.
pub fn scan(dir: &Path, texts: &[(usize, String)]) -> Outcome<Scanned> {
    let search = Search::new(texts);
    let mut scanned = Scanned {
        texts: texts.len(),
        ..Scanned::default()
    };
    walk::each(dir, |path, file| {
        let name = path.strip_prefix(dir).unwrap_or(path).display().to_string();
        let mut file = walk::Watched::new(file);
        let read = search.each(&mut file, |offset, line, form| {
            if scanned.found.len() < PLACES_LIMIT {
                scanned.found.push(Place {
                    file: name.clone(),
                    offset,
                    line,
                    form,
                });
            } else {
                scanned.omitted += 1;
            }
        })?;
        scanned.files += 1;
        scanned.bytes += read;
        if file.is_dump() {
            scanned.dumps.push(name);
        }
        Ok(())
    })?;
    scanned.found.sort();
    Ok(scanned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(all: &[&str]) -> Vec<(usize, String)> {
        (1..)
            .zip(all.iter().map(|text| (*text).to_owned()))
            .collect()
    }

    #[test]
    fn every_file_is_read_and_places_are_named_without_the_text() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("db/blobs")).unwrap();
        let mut long = vec![0; 3 * 1024 * 1024 - 5];
        long.extend_from_slice("Öljymäki".as_bytes());
        std::fs::write(dir.path().join("db/blobs/one"), &long).unwrap();
        std::fs::write(dir.path().join("ledger"), b"nothing").unwrap();
        let core = [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 9], &[4, 0, 62, 0]].concat();
        std::fs::write(dir.path().join("core.17"), core).unwrap();
        let scanned = scan(dir.path(), &texts(&["Hyppykallio", "Öljymäki"])).unwrap();
        assert_eq!((scanned.texts, scanned.files), (2, 3));
        assert_eq!(scanned.bytes, long.len() as u64 + 7 + 20);
        assert_eq!(
            scanned.found,
            [Place {
                file: "db/blobs/one".into(),
                offset: long.len() as u64 - 10,
                line: 2,
                form: Form::Text
            }]
        );
        assert_eq!(scanned.dumps, ["core.17"]);
        assert!(!scanned.is_clean());
        let shown = serde_json::to_string(&scanned).unwrap();
        assert!(!shown.contains("Hyppykallio") && !shown.contains("Öljymäki"));
    }

    #[test]
    fn a_place_is_found_once_wherever_pieces_meet() {
        let dir = tempfile::tempdir().unwrap();
        for shift in 0..9 {
            let mut bytes = vec![b'.'; 1024 * 1024 - shift];
            bytes.extend_from_slice(b"Vesilintu");
            bytes.extend_from_slice(&[b'.'; 40]);
            std::fs::write(dir.path().join("file"), &bytes).unwrap();
            let scanned = scan(dir.path(), &texts(&["vesilintu"])).unwrap();
            assert_eq!(scanned.found.len(), 0, "other letters");
            let scanned = scan(dir.path(), &texts(&["Vesilintu"])).unwrap();
            assert_eq!(scanned.found.len(), 1, "{shift}");
        }
    }

    #[test]
    fn a_list_is_read_by_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("list");
        std::fs::write(&path, "\u{feff}Qvarnström\n\n  Zaida Zetterqvist \r\n").unwrap();
        let expected = [
            (1, "Qvarnström".to_owned()),
            (3, "Zaida Zetterqvist".to_owned()),
        ];
        assert_eq!(read_list(&path).unwrap(), expected);
        std::fs::write(&path, "Qvarnström\nabc\n").unwrap();
        let failure = read_list(&path).err().unwrap();
        assert_eq!(failure.exit(), Exit::Refused);
        assert!(failure.to_string().starts_with("line 2 "), "{failure}");
        assert!(read_list(&dir.path().join("none")).is_err());
    }
}
