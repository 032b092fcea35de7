//! From bytes to text: which encoding the other program wrote.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 that starts with a byte order mark.
    Utf8WithMark,
    /// UTF-8 with a few unreadable bytes, each of which became a replacement character.
    Utf8Damaged,
    /// UTF-16, little or big end first.
    Utf16,
    /// Windows-1252, which contains ISO 8859-1.
    Windows1252,
}

impl Encoding {
    /// The name used in texts and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8WithMark => "UTF-8 with byte order mark",
            Self::Utf8Damaged => "UTF-8, damaged in places",
            Self::Utf16 => "UTF-16",
            Self::Windows1252 => "Windows-1252",
        }
    }
}

/// So many sound letters outside ASCII must stand against each unreadable byte for damaged UTF-8.
const SOUND_PER_DAMAGED: usize = 8;

/// The text in `bytes`, and what it was written in. Any bytes are some text.
pub(super) fn decode(bytes: &[u8]) -> (String, Encoding) {
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        let text = String::from_utf8_lossy(rest).into_owned();
        return (text, Encoding::Utf8WithMark);
    }
    for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = bytes.strip_prefix(mark) {
            let (text, _) = encoding.decode_without_bom_handling(rest);
            return (text.into_owned(), Encoding::Utf16);
        }
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        return (text.to_owned(), Encoding::Utf8);
    }
    // One bad byte must not turn every ä of a UTF-8 file into two wrong letters.
    let (mut sound, mut damaged) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    if sound > damaged * SOUND_PER_DAMAGED {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return (text, Encoding::Utf8Damaged);
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    (text.into_owned(), Encoding::Windows1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: Encoding) {
        assert_eq!(decode(bytes), (text.to_owned(), encoding));
    }

    #[test]
    fn every_encoding_is_told_by_its_bytes() {
        check("Päivä".as_bytes(), "Päivä", Encoding::Utf8);
        check(
            b"\xef\xbb\xbfP\xc3\xa4iv\xc3\xa4",
            "Päivä",
            Encoding::Utf8WithMark,
        );
        check(b"P\xe4iv\xe4 \x80", "Päivä €", Encoding::Windows1252);
        check(b"\xff\xfeP\x00\xe4\x00", "Pä", Encoding::Utf16);
        check(b"\xfe\xff\x00P\x00\xe4", "Pä", Encoding::Utf16);
        check(b"", "", Encoding::Utf8);
    }

    #[test]
    fn a_bad_byte_in_much_utf8_stays_one_bad_letter() {
        let mut bytes = "ä".repeat(20).into_bytes();
        bytes.push(0xe4);
        let (text, encoding) = decode(&bytes);
        assert_eq!(encoding, Encoding::Utf8Damaged);
        assert_eq!(text, format!("{}\u{fffd}", "ä".repeat(20)));
    }
}
