//! `kortisto erasure verify`: the register is asked first, then every file is read in this process, so
//! that the texts looked for go nowhere.

use serde::Serialize;

use super::{once, print, print_json};
use crate::cli::ErasureVerify;
use crate::errand::{Errand, Left, Reply, astray};
use crate::exit::{Exit, Failure, Outcome};
use crate::scan::{self, Scanned};

/// What the node says and what its files show.
#[derive(Debug, Serialize)]
struct Verified {
    /// Whether nothing was found.
    clean: bool,
    #[serde(flatten)]
    scanned: Scanned,
    #[serde(flatten)]
    left: Left,
}

pub(super) async fn verify(args: &ErasureVerify) -> Outcome<Exit> {
    let texts = match &args.strings {
        Some(path) => scan::read_list(path)?,
        None => Vec::new(),
    };
    let Reply::Left(left) = once(&args.dir, Errand::VerifyErasures).await? else {
        return Err(astray());
    };
    let dir = args.dir.clone();
    let scanned = tokio::task::spawn_blocking(move || scan::scan(&dir, &texts))
        .await
        .map_err(|error| Failure::new(Exit::Failed, error))??;
    let verified = Verified {
        clean: scanned.is_clean() && left.problems.is_empty(),
        scanned,
        left,
    };
    if args.json {
        print_json(&verified)?;
    } else {
        print(&for_people(&verified))?;
    }
    Ok(if verified.clean {
        Exit::Done
    } else {
        Exit::Damage
    })
}

fn for_people(verified: &Verified) -> String {
    let Verified { scanned, left, .. } = verified;
    let mut text = format!(
        "{} erasures in the ledger, of {} nothing is left in the register\n\
         {} old keys found in files and tried with the keys of now, {} opened\n\
         {} files with {} bytes read for {} texts\n\
         in memory: {}\n",
        left.erasures,
        left.verified,
        left.tried,
        left.opened,
        scanned.files,
        scanned.bytes,
        scanned.texts,
        match left.in_memory {
            0 => "nothing".to_owned(),
            places => format!("{places} places"),
        }
    );
    for problem in &left.problems {
        text.push_str(&format!("found: {problem}\n"));
    }
    for place in &scanned.found {
        text.push_str(&format!(
            "found: line {} of the list in {} at byte {}{}\n",
            place.line,
            place.file,
            place.offset,
            form(place.form)
        ));
    }
    if scanned.omitted > 0 {
        text.push_str(&format!("found: {} more of the kind\n", scanned.omitted));
    }
    for dump in &scanned.dumps {
        text.push_str(&format!(
            "found: {dump} is an image of a process's memory; remove it\n"
        ));
    }
    if verified.clean {
        text.push_str("nothing was found\n");
    }
    text
}

const fn form(form: scan::Form) -> &'static str {
    match form {
        scan::Form::Text => "",
        scan::Form::Folded => ", in other letters",
        scan::Form::Digits => ", as a phone's digits",
        scan::Form::Utf16 => ", in UTF-16",
        scan::Form::Base64 => ", in Base64",
        scan::Form::Hex => ", in hexadecimal",
        scan::Form::Percent => ", percent-encoded",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verified(found: Vec<scan::Place>) -> Verified {
        let scanned = Scanned {
            texts: 2,
            files: 7,
            bytes: 100,
            found,
            ..Scanned::default()
        };
        Verified {
            clean: scanned.is_clean(),
            scanned,
            left: Left::default(),
        }
    }

    #[test]
    fn places_are_told_and_texts_are_not() {
        let place = scan::Place {
            file: "journal/1.frames".into(),
            offset: 42,
            line: 2,
            form: scan::Form::Hex,
        };
        let text = for_people(&verified(vec![place]));
        assert!(
            text.contains(
                "found: line 2 of the list in journal/1.frames at byte 42, in hexadecimal\n"
            ),
            "{text}"
        );
        assert!(!text.contains("nothing was found"), "{text}");
        assert!(for_people(&verified(Vec::new())).ends_with("nothing was found\n"));
    }
}
