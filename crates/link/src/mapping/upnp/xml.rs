//! Reads XML of others in one pass, and keeps nothing but the path to where it is.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

/// The deepest that elements are in each other.
const DEPTH: usize = 16;

/// It is no XML, or none that a router has reason to send.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Garbled;

/// Tells of every element when it ends: the names of those around it and its own, without prefixes, outermost first, and
/// the text since the last tag.
pub(super) fn walk(document: &[u8], mut ended: impl FnMut(&[String], &str)) -> Result<(), Garbled> {
    let document = String::from_utf8_lossy(document);
    let mut reader = Reader::from_str(&document);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().map_err(|_| Garbled)? {
            Event::Start(element) => {
                if path.len() >= DEPTH {
                    return Err(Garbled);
                }
                path.push(element.local_name().into_inner().to_owned());
                text.clear();
            }
            Event::Empty(element) => {
                path.push(element.local_name().into_inner().to_owned());
                ended(&path, "");
                path.pop();
                text.clear();
            }
            // The reader sees to it that it is the end of what was begun last.
            Event::End(_) => {
                ended(&path, text.trim());
                path.pop();
                text.clear();
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => resolve(&reference, &mut text)?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof => return path.is_empty().then_some(()).ok_or(Garbled),
        }
    }
}

/// Characters by number and the five that have names; what a document names for itself is not looked at.
fn resolve(reference: &BytesRef<'_>, text: &mut String) -> Result<(), Garbled> {
    match reference.resolve_char_ref().map_err(|_| Garbled)? {
        Some(character) => text.push(character),
        None => text.push_str(resolve_predefined_entity(reference).ok_or(Garbled)?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: Option<&[(&str, &str)]>) {
        let mut told = Vec::new();
        let read = walk(document.as_bytes(), |path, text| {
            told.push((path.join("/"), text.to_owned()));
        });
        let told: Vec<(&str, &str)> = told
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        assert_eq!(read.map(|()| told.as_slice()).ok(), expected, "{document}");
    }

    #[test]
    fn elements_are_told_with_their_path_and_text() {
        check(
            "<?xml version=\"1.0\"?><s:a xmlns:s='u'><b>  one </b><c/><d>a&amp;b&#x41;<![CDATA[<]]></d></s:a>",
            Some(&[("a/b", "one"), ("a/c", ""), ("a/d", "a&bA<"), ("a", "")]),
        );
        check("no tag at all", Some(&[]));
    }

    #[test]
    fn what_a_router_has_no_reason_to_send_is_refused() {
        check("<a><b></a></b>", None);
        check("<a>", None);
        check("</a>", None);
        check("<a", None);
        check("<a>&b;</a>", None);
        check("<a>&#x110000;</a>", None);
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        check(bomb, None);
        let deep = format!("{}{}", "<a>".repeat(DEPTH + 1), "</a>".repeat(DEPTH + 1));
        check(&deep, None);
    }

    #[test]
    fn garbage_of_any_kind_is_read_without_a_panic() {
        let mut state = 1_u32;
        let pieces = [
            "<a>",
            "</a>",
            "<b/>",
            "<",
            ">",
            "&",
            ";",
            "&#1;",
            "<!",
            "[",
            "]]>",
            "--",
            "<!--",
            "<?",
            "?>",
            "ä",
            "\0",
            "'",
            "\"",
            "=",
            "<![CDATA[",
            "<!DOCTYPE",
            " ",
            "x",
        ];
        for _ in 0..20_000 {
            let mut document = String::new();
            for _ in 0..12 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                document.push_str(pieces[(state >> 16) as usize % pieces.len()]);
            }
            let _ = walk(document.as_bytes(), |_, _| {});
        }
    }
}
