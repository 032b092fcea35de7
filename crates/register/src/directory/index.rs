//! Substring search over names, phones and e-mails: one text, scanned whole.

use std::collections::BTreeMap;

use memchr::memmem;
use unicode_normalization::UnicodeNormalization;

use crate::id::RecordId;

use super::Summary;

/// Ends a client's line; never part of a folded word.
const END: char = '\n';
/// Room for a line while it is made, in bytes: for a name and some ten e-mails of the greatest length.
const LINE_BYTES: usize = 4096;
/// How much of the text may be lines of clients that have since changed, before it is written anew.
const STALE_SHARE: usize = 4;

/// A text in small letters, without accents: "Åkerblöm" becomes "akerblom".
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ø' => 'o',
            'đ' => 'd',
            'ł' => 'l',
            'ß' => 's',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// The folded lines of all clients, one after another.
#[derive(Default)]
pub(super) struct Index {
    text: String,
    /// Where each line starts, and whose it is.
    lines: BTreeMap<usize, RecordId>,
    /// Where each client's line starts.
    starts: BTreeMap<RecordId, usize>,
    stale: usize,
}

impl Index {
    pub(super) fn put(&mut self, id: RecordId, summary: &Summary) {
        let line = line(summary);
        if let Some(start) = self.starts.get(&id) {
            if self.line_at(*start) == line {
                wipe(line);
                return;
            }
            self.remove(id);
        }
        self.push(id, &line);
        wipe(line);
    }

    fn push(&mut self, id: RecordId, line: &str) {
        let start = self.text.len();
        self.make_room(line.len() + END.len_utf8());
        self.text.push_str(line);
        self.text.push(END);
        self.lines.insert(start, id);
        self.starts.insert(id, start);
    }

    /// Every client that has a line here, twice. What a line was is wiped when it goes.
    pub(super) fn held(&self) -> impl Iterator<Item = RecordId> {
        let Self {
            text: _,
            lines,
            starts,
            stale: _,
        } = self;
        starts.keys().chain(lines.values()).copied()
    }

    pub(super) fn remove(&mut self, id: RecordId) {
        let Some(start) = self.starts.remove(&id) else {
            return;
        };
        self.lines.remove(&start);
        // What was there must not stay in memory: it is somebody's name.
        let length = self.line_at(start).len();
        self.text
            .replace_range(start..start + length, &"\u{1}".repeat(length));
        self.stale += length;
        if self.stale * STALE_SHARE > self.text.len() {
            self.rewrite();
        }
    }

    fn rewrite(&mut self) {
        let old = core::mem::take(self);
        for (start, id) in &old.lines {
            self.push(*id, old.line_at(*start));
        }
        wipe(old.text);
    }

    /// Room for so many bytes more. A string that grows by itself leaves its old text in freed memory.
    fn make_room(&mut self, more: usize) {
        let needed = self.text.len() + more;
        if needed > self.text.capacity() {
            let mut larger = String::with_capacity(needed.max(2 * self.text.capacity()));
            larger.push_str(&self.text);
            wipe(core::mem::replace(&mut self.text, larger));
        }
    }

    fn line_at(&self, start: usize) -> &str {
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split(END).next().unwrap_or_default()
    }

    /// Clients among the `shown` on whose line every word occurs, in no particular order, at most `limit`.
    pub(super) fn find(
        &self,
        query: &str,
        limit: usize,
        shown: impl Fn(RecordId) -> bool,
    ) -> Vec<RecordId> {
        let words = words(query);
        // The longest word occurs least often.
        let Some(longest) = words.iter().max_by_key(|word| word.len()) else {
            return Vec::new();
        };
        let finder = memmem::Finder::new(longest.as_bytes());
        let mut found = Vec::new();
        let mut from = 0;
        while found.len() < limit
            && let Some(at) = self
                .text
                .as_bytes()
                .get(from..)
                .and_then(|rest| finder.find(rest))
        {
            let at = from + at;
            let Some((start, id)) = self.lines.range(..=at).next_back() else {
                from = at + 1;
                continue;
            };
            let line = self.line_at(*start);
            if words.iter().all(|word| line.contains(word.as_str())) && shown(*id) {
                found.push(*id);
            }
            from = (start + line.len()).max(at) + 1;
        }
        found
    }
}

/// Overwrites a text before its memory is freed, since names stand in it. What nobody reads again the compiler
/// may leave unwritten, but not what `black_box` may have looked at.
pub(super) fn wipe(text: String) {
    let mut bytes = text.into_bytes();
    bytes.fill(0);
    core::hint::black_box(&bytes);
}

/// A client's line: name, digits of the phones as dialled abroad and at home, e-mails.
fn line(summary: &Summary) -> String {
    // Where it outgrew this, its beginning would stay in freed memory.
    let mut line = String::with_capacity(LINE_BYTES);
    if let Some(name) = &summary.name {
        line.push_str(&fold(&name.last));
        line.push(' ');
        line.push_str(&fold(&name.first));
    }
    for phone in &summary.phones {
        let digits = phone.as_str().trim_start_matches('+');
        line.push(' ');
        line.push_str(digits);
        if let Some(national) = digits.strip_prefix("358") {
            line.push_str(" 0");
            line.push_str(national);
        }
    }
    for email in &summary.emails {
        line.push(' ');
        line.push_str(&fold(email.as_str()));
    }
    line
}

/// The words of a query; one that looks like a phone number becomes its digits.
fn words(query: &str) -> Vec<String> {
    let query = fold(query);
    let is_phone = query.chars().any(|c| c.is_ascii_digit())
        && query
            .chars()
            .all(|c| c.is_ascii_digit() || " +-()./\u{a0}".contains(c));
    if is_phone {
        let digits: String = query
            .replace("(0)", "")
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let digits = digits.strip_prefix("00").unwrap_or(&digits);
        return vec![digits.to_owned()];
    }
    query
        .split([' ', ',', '\u{1}'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Alert;
    use crate::contact::Name;

    fn check(query: &str, expected: &[u8]) {
        let mut index = Index::default();
        for (number, last, first, phone) in [
            (1, "Korhonen", "Päivi", "0400001234"),
            (2, "Åkerblom", "Märta", "050 000 4321"),
            (3, "Korhonen", "Anna-Liisa", "+46 70 123 45 67"),
        ] {
            let summary = Summary {
                name: Some(Name::new(last, first).unwrap()),
                birth_year: None,
                phones: vec![phone.parse().unwrap()],
                emails: vec![],
                alert: Alert::NotAsked,
                patch_expires: None,
                made: None,
                last_visit: None,
                due: crate::retention::Due::default(),
                conflicts: 0,
                requests: Vec::new(),
                judged: Vec::new(),
                marketing: None,
                restricted: false,
                tally: crate::marketing::Tally::default(),
                traces: crate::trace::Traces::default(),
                adult: false,
                adverse: Vec::new(),
                months: crate::directory::Months::default(),
            };
            index.put(RecordId::from_bytes([9; 16]), &summary);
            index.put(RecordId::from_bytes([number; 16]), &summary);
            index.remove(RecordId::from_bytes([9; 16]));
        }
        let mut found: Vec<u8> = index
            .find(query, 10, |_| true)
            .iter()
            .map(|id| id.as_bytes()[0])
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{query}");
    }

    #[test]
    fn any_part_of_a_name_in_any_order() {
        check("korh", &[1, 3]);
        check("PÄIVI korhonen", &[1]);
        check("paivi", &[1]);
        check("akerblom", &[2]);
        check("lii", &[3]);
        check("Korhonen, Anna", &[3]);
        check("nobody", &[]);
        check("", &[]);
    }

    #[test]
    fn a_phone_in_any_notation() {
        check("040 000 1", &[1]);
        check("040-0001234", &[1]);
        check("+358 40 000 1234", &[1]);
        check("00358400001234", &[1]);
        check("+358 (0)40 0001234", &[1]);
        check("4321", &[2]);
        check("+46701234567", &[3]);
    }

    #[test]
    fn nothing_of_whoever_was_removed_stays_in_memory() {
        let mut index = Index::default();
        for (number, last) in [(1, "Korhonen"), (2, "Virtanen"), (3, "Nieminen")] {
            let summary = Summary {
                name: Some(Name::new(last, "Päivi").unwrap()),
                birth_year: None,
                phones: vec![],
                emails: vec![],
                alert: Alert::NotAsked,
                patch_expires: None,
                made: None,
                last_visit: None,
                due: crate::retention::Due::default(),
                conflicts: 0,
                requests: Vec::new(),
                judged: Vec::new(),
                marketing: None,
                restricted: false,
                tally: crate::marketing::Tally::default(),
                traces: crate::trace::Traces::default(),
                adult: false,
                adverse: Vec::new(),
                months: crate::directory::Months::default(),
            };
            index.put(RecordId::from_bytes([number; 16]), &summary);
        }
        for (number, gone, left) in [(2, "virtanen", "nieminen"), (1, "korhonen", "nieminen")] {
            index.remove(RecordId::from_bytes([number; 16]));
            assert!(!index.text.contains(gone), "{gone} is still there");
            assert!(index.text.contains(left));
        }
    }
}
